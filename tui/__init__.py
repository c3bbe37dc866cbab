"""The biller's door: the command line and the screens."""
