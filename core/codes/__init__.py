"""The code sets and numbers of the trade: what is one, by its shape, its check digit or its list."""
