"""Where a bug is, without what it was about: no message of an exception, which may hold a client's data."""

import os


def place_of(error: BaseException) -> str:
    """Type and place of a bug, the last one in our own code."""
    trace, place = error.__traceback__, "?"
    while trace is not None:
        if trace.tb_frame.f_globals.get("__name__", "").partition(".")[0] in ("core", "syncd"):
            place = f"{os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno}"  # noqa: PTH119
        trace = trace.tb_next
    return (
        f"Something went wrong inside Daysheet ({type(error).__name__} at {place})."
        " What was saved before is safe. Please report this line."
    )
