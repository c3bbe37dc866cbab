"""Look at the frame with invented rows: `python -m tests.tui.gallery [THEME | hostile [REPORTS]]`.

Textual is imported where the app is made, as `launch` asks for: NO_COLOR is settled before.
"""

import sys
from pathlib import Path

from tui.launch import launch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tui.app import FrameApp


def make_app() -> "FrameApp":
    if sys.argv[1:2] == ["hostile"]:
        from tests.hostile.payloads import PAYLOADS
        from tests.tui.hostile import Hostile

        reports = Path(sys.argv[2]) if len(sys.argv) > 2 else None
        return Hostile(practice=PAYLOADS[3], report_folder=reports)
    from tests.tui.samples import Gallery

    return Gallery(practice="Willow Street Therapy", theme=sys.argv[1] if len(sys.argv) > 1 else "dark")


if __name__ == "__main__":
    launch(make_app)
