"""Long work and its picture are two turns of the event loop; what plays is left out in between."""

from __future__ import annotations

import time

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from motionlens_app.views.paint_turns import LONG_S, PaintTurns


class _Painted(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.told: list[str] = []

    def paintEvent(self, event) -> None:
        self.told.append("painted")


@pytest.fixture
def window(qtbot):
    out = _Painted()
    qtbot.addWidget(out)
    out.turns = PaintTurns(out)
    out.turns.share(out)
    out.resize(80, 60)
    out.show()
    qtbot.waitUntil(lambda: "painted" in out.told)
    qtbot.wait(30)
    out.told.clear()
    return out


def _work(seconds: float) -> None:
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


def test_what_is_due_comes_between_long_work_and_its_picture(window, qtbot):
    def deed() -> None:
        QTimer.singleShot(1, lambda: window.told.append("timer"))
        _work(2 * LONG_S)
        window.update()
        window.told.append("done")

    QTimer.singleShot(1, deed)
    qtbot.waitUntil(lambda: "painted" in window.told)
    assert window.told == ["done", "timer", "painted"]


def test_the_picture_of_little_work_does_not_wait_and_what_plays_goes_on(window, qtbot):
    asked: list[bool] = []

    def deed() -> None:
        window.update()
        asked.append(window.turns.crowded())

    QTimer.singleShot(1, deed)
    qtbot.waitUntil(lambda: "painted" in window.told)
    assert asked == [False] and not window.turns._late


def test_what_plays_is_left_out_until_the_picture_of_long_work_is_there(window, qtbot):
    crowded: list[bool] = []

    def deed() -> None:
        QTimer.singleShot(1, lambda: crowded.append(window.turns.crowded()))
        _work(2 * LONG_S)
        crowded.append(window.turns.crowded())
        window.update()

    QTimer.singleShot(1, deed)
    qtbot.waitUntil(lambda: "painted" in window.told)
    assert crowded[0] and not window.turns._late and not window.turns._asked
    qtbot.waitUntil(lambda: not window.turns.crowded())


def test_a_window_that_goes_while_its_picture_waits_does_not_stop_what_plays(window, qtbot):
    other = _Painted()
    window.turns.share(other)
    other.show()
    qtbot.waitUntil(lambda: "painted" in other.told)

    def deed() -> None:
        _work(2 * LONG_S)
        other.update()
        QTimer.singleShot(0, other.deleteLater)

    QTimer.singleShot(1, deed)
    qtbot.waitUntil(lambda: not isValid(other))
    qtbot.waitUntil(lambda: not window.turns.crowded(), timeout=1000)
    window.turns._asked.add(other)  # as when it goes after its request was made again
    qtbot.waitUntil(lambda: not window.turns.crowded(), timeout=1000)
    window.told.clear()
    window.update()
    qtbot.waitUntil(lambda: "painted" in window.told)
