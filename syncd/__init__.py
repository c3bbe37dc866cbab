"""The network's door: the hub that offices exchange their books with, and the office's end of it."""
