"""The worker: newest wins, progress is coalesced, cancel and close end the jobs."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QThread

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
