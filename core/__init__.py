"""What Daysheet knows of billing. No screen, no web framework, no clock, no network."""
