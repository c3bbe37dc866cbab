"""What offices did that contradicts, in the same words everywhere, and what people decided of it (RI3)."""
