import threading
from collections.abc import Sequence

from textual.pilot import Pilot

from core.errors import DomainError
from tests.tui.driving import Clock, send, settle
from tests.tui.samples import Gallery
from tui.jobs import Job, JobReport, Progress, each, in_chunks
from tui.strips.choices import Choices


def refuse_threes(record_id: str) -> None:
    if record_id.endswith("3"):
        raise DomainError("No address.")


def test_a_refused_item_is_named_and_the_next_one_follows() -> None:
    progress = Progress("Sending", 4, lambda: None, Clock())
    each(["a1", "a2", "a3", "a4"], refuse_threes)(progress)
    assert progress.report.done == ["a1", "a2", "a4"]
    assert progress.report.failed == [("a3", "No address.")]
    assert progress.report.sentence() == "Sending: 3 done, 1 failed (Enter lists them)"


def test_time_left_is_judged_after_a_second() -> None:
    clock = Clock()
    progress = Progress("Sending", 10, lambda: None, clock)
    progress.done("1")
    assert progress.time_left() == ""
    clock.now += 4
    progress.done("2")
    assert progress.time_left() == "16 s left"


async def begun(pilot: Pilot[None], started: threading.Event) -> None:
    while not started.is_set():
        await pilot.pause()


async def test_a_job_shows_progress_stops_after_the_item_and_reports() -> None:
    app = Gallery()
    reports: list[JobReport] = []
    started, go_on = threading.Event(), threading.Event()

    def slow(record_id: str) -> None:
        started.set()
        go_on.wait(5)

    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        app.start_job(Job("Sending", 3, each(["a", "b", "c"], slow), reports.append))
        await begun(pilot, started)
        app.start_job(Job("Sending", 1, each(["a"], slow)))
        assert app.result[0].startswith("Sending is still running")
        send(app, ["3", "X"])
        for _ in range(10):
            await pilot.pause()
        go_on.set()
        await settle(pilot)
        assert reports[0].done == ["a"]
        assert reports[0].stopped
        assert app.result[0] == "Sending: 1 done, stopped, 2 left"


def leaving_asked(app: Gallery) -> bool:
    return app.frame is not None and isinstance(app.frame.strip, Choices)


async def test_quitting_during_a_job_asks() -> None:
    app = Gallery()
    go_on, started = threading.Event(), threading.Event()

    def slow(record_id: str) -> None:
        started.set()
        go_on.wait(5)

    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        app.start_job(Job("Sending", 2, each(["a", "b"], slow)))
        await begun(pilot, started)
        send(app, ["q"])
        for _ in range(10):
            await pilot.pause()
        assert leaving_asked(app)
        send(app, ["escape"])
        for _ in range(10):
            await pilot.pause()
        assert not leaving_asked(app)
        go_on.set()
        await settle(pilot)
        assert app.return_code is None


async def test_failed_records_stay_marked() -> None:
    app = Gallery()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        send(app, ["3"])
        await settle(pilot)
        assert app.frame is not None
        grid = app.frame.grid
        app.start_job(
            Job(
                "Sending",
                3,
                each(["i1", "i2", "i3"], refuse_threes),
                lambda report: grid.mark_ids(report.failed_ids),
            )
        )
        await settle(pilot)
        assert grid.chosen_ids == ["i3"]
        assert app.result == ("Sending: 2 done, 1 failed (Enter lists them)", "warn")


def test_a_refused_chunk_is_done_item_by_item() -> None:
    done: list[Sequence[str]] = []

    def send_some(chunk: Sequence[str]) -> None:
        for record_id in chunk:
            refuse_threes(record_id)
        done.append(chunk)

    progress = Progress("Sending", 5, lambda: None, Clock())
    in_chunks(["a1", "a2", "a3", "a4", "a5"], send_some, size=2)(progress)
    assert done == [["a1", "a2"], ["a4"], ["a5"]]
    assert progress.report.failed == [("a3", "No address.")]


def test_a_stop_is_heeded_between_chunks() -> None:
    progress = Progress("Sending", 4, lambda: None, Clock())

    def stop(chunk: Sequence[str]) -> None:
        progress.stopping = True

    in_chunks(["a1", "a2", "a3", "a4"], stop, size=2)(progress)
    assert (progress.report.done, progress.report.stopped) == (["a1", "a2"], True)
