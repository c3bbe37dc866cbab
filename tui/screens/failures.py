"""What the last job could not do, and why. Enter opens the record, so that it can be mended."""

from tui.jobs import Job, JobReport
from tui.screens.frame import FrameScreen
from tui.widgets.columns import words_column
from tui.widgets.rows import Row, Rows


class Failures(FrameScreen[JobReport]):
    """One row for each refused item; it stays as it was when the job ended."""

    HEADING = "Failed"
    EMPTY = "Nothing failed."
    COLUMNS = (words_column("Who", least=14, most=22), words_column("Why", least=20, most=160))

    def __init__(self, job: Job, report: JobReport, place: str) -> None:
        super().__init__()
        self.PLACE = place
        self._job = job
        self._report = report

    def load(self) -> JobReport:
        return self._report

    def fill(self, view: JobReport) -> None:
        names = self._job.names
        self.grid.show_rows(
            Rows([Row(failed, (names.get(failed, failed), why)) for failed, why in view.failed])
        )
        self.show_totals(f"{view.title} · {len(view.failed):,} of {view.total:,}")

    def opened(self, record_id: str) -> None:
        if self._job.open is not None and record_id:
            self._job.open(record_id)
