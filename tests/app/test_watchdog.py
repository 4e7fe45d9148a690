"""The watchdog sees a stall, says where it was, and leaves out what it is told to."""

from __future__ import annotations

import time

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from motionlens_app.measure.watchdog import Watchdog


def _busy(seconds: float) -> None:
    begin = time.thread_time()
    while time.thread_time() - begin < seconds:
        sum(range(1000))


def _run(application: QApplication, seconds: float) -> None:
    begin = time.perf_counter()
    while time.perf_counter() - begin < seconds:
        application.processEvents()
        time.sleep(0.001)


def test_a_stall_is_measured_and_located(qapp: QApplication) -> None:
    with Watchdog(qapp) as watch:
        _run(qapp, 0.02)
        watch.phase = "busy"
        QTimer.singleShot(0, lambda: _busy(0.12))
        _run(qapp, 0.2)
    assert 110 <= watch.longest_ms.cpu < 200
    assert watch.longest_ms.wall >= watch.longest_ms.cpu - 1
    assert "_busy" in watch.where
    assert watch.by_phase()["busy"].cpu == watch.longest_ms.cpu
    assert [stall.phase for stall in watch.stalls if stall.cpu_ms > 100] == ["busy"]


def test_sleeping_is_a_stall_by_the_clock_only(qapp: QApplication) -> None:
    with Watchdog(qapp) as watch:
        time.sleep(0.15)
    assert watch.longest_ms.wall >= 145
    assert watch.longest_ms.cpu < 100
    assert "test_sleeping" in max(watch.stalls, key=lambda stall: stall.wall_ms).where


def test_paused_time_does_not_count(qapp: QApplication) -> None:
    with Watchdog(qapp) as watch:
        with watch.paused():
            _busy(0.15)
        _run(qapp, 0.02)
    assert watch.longest_ms.cpu < 100
