"""What a program that runs for long does about memory when it has started."""

import gc

AT_ONCE = 50_000
"""Python looks for what refers to itself after so many new objects. A message is some ten thousand, none of
which does; at the 700 of its default a sixth of the time of an exchange goes there."""


def settle() -> None:
    """What is loaded by now stays until the program ends, and is not looked through again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(AT_ONCE, 20, 20)
