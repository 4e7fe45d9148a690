"""The worker: newest wins, progress is coalesced, cancel and close end the jobs."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import QThread

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
