"""The worker: newest wins, progress is coalesced, cancel and close end the jobs."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
from PySide6.QtCore import QThread, QTimer

from motionlens.library import LocalLibrary
from motionlens_app.worker import Worker


@pytest.fixture
def worker():
    made = Worker("test")
    yield made
    assert made.close(5000)


def test_answers_on_the_callers_thread(worker, qtbot):
    seen = []
    worker.submit(
        lambda task: QThread.currentThread(), lambda thread: seen.append((thread, QThread.currentThread()))
    )
    qtbot.waitUntil(lambda: bool(seen))
    ran_on, answered_on = seen[0]
    assert ran_on is not answered_on
    assert answered_on is worker.thread()


def test_a_newer_request_silences_the_older(worker, qtbot):
    gate, answers = threading.Event(), []
    worker.submit(lambda task: gate.wait(5) and "old", answers.append)
    worker.submit(lambda task: "new", answers.append)
    gate.set()
    qtbot.waitUntil(lambda: not worker.busy)
    qtbot.wait(30)
    assert answers == ["new"]


def test_answers_that_come_together_leave_room_between_them(qtbot):
    """Two slow answers are not one long stall; an answer that somebody waits for comes at once."""
    workers = [Worker(f"test {n}", prompt=n == 2) for n in range(3)]
    seen, beats = [], QTimer(interval=1)
    beats.timeout.connect(lambda: seen.append("beat"))
    ready = threading.Barrier(4)

    def job(task):
        ready.wait(5)

    def slow(n):
        seen.append(n)
        time.sleep(0.02)

    for n, worker in enumerate(workers):
        worker.submit(job, lambda _, n=n: slow(n))
    beats.start()
    ready.wait(5)
    time.sleep(0.05)  # all have answered before the event loop runs again
    qtbot.waitUntil(lambda: not any(worker.busy for worker in workers))
    beats.stop()
    order = [one for one in seen if one != "beat"]
    assert order[0] == 2 and sorted(order[1:]) == [0, 1]
    first, second = (seen.index(n) for n in order[1:])
    assert "beat" in seen[first:second]
    assert all(worker.close() for worker in workers)


def test_an_answer_given_up_before_its_turn_is_not_delivered(worker, qtbot):
    other, answers, ready = Worker("other"), [], threading.Barrier(3)
    worker.submit(lambda task: ready.wait(5), lambda _: (answers.append("first"), other.cancel()))
    other.submit(lambda task: ready.wait(5), lambda _: (answers.append("second"), worker.cancel()))
    ready.wait(5)
    time.sleep(0.05)  # both have answered, and wait for their turns
    qtbot.waitUntil(lambda: bool(answers))
    qtbot.wait(30)
    assert len(answers) == 1
    assert other.close()


def test_failures_reach_the_one_who_asked(worker, qtbot):
    errors = []

    def job(task):
        raise ValueError("no")

    worker.submit(job, failed=errors.append)
    qtbot.waitUntil(lambda: bool(errors))
    assert isinstance(errors[0], ValueError)


def test_progress_floods_are_coalesced_and_the_last_value_arrives(worker, qtbot):
    values, done = [], []

    def job(task):
        for i in range(20_000):
            task.report(i)
        return "end"

    worker.submit(job, done.append, progress=values.append)
    qtbot.waitUntil(lambda: bool(done))
    assert values == sorted(values)
    assert len(values) < 5000


def test_close_cancels_what_runs(qtbot):
    worker, started = Worker("closing"), threading.Event()

    def job(task):
        started.set()
        while not task.cancelled():
            threading.Event().wait(0.002)

    worker.submit(job)
    assert started.wait(5)
    assert worker.close(5000)


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="only Linux lists open files")
def test_a_lane_opens_a_library_once_however_many_jobs_it_does(worker, qtbot, tmp_path):
    def open_files() -> int:
        return sum(str(tmp_path) in str(entry.resolve()) for entry in Path("/proc/self/fd").iterdir())

    counts = []
    with LocalLibrary(tmp_path / "library") as library:
        for _ in range(12):
            answers = []
            worker.submit(lambda task: library.counts().motions, answers.append)
            qtbot.waitUntil(lambda a=answers: a == [0])
            counts.append(open_files())
    assert counts[0] > 0 and counts[-1] == counts[1], counts
