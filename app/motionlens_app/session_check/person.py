"""Hands and eyes of the scripted session: types, clicks, drops and waits in the real event loop, and notes what is odd."""

from __future__ import annotations

import logging
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import (
    QCoreApplication,
    QEvent,
    QEventLoop,
    QMessageLogContext,
    QMimeData,
    QObject,
    QPoint,
    QPointF,
    Qt,
    QTimer,
    QtMsgType,
    QUrl,
    qInstallMessageHandler,
)
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from ..main import App
from ..measure.meter import resident_mb
from ..measure.watchdog import Watchdog
from ..services import LocalServices
from ..state.search import SearchPhase
from ..views.name_dialog import NameDialog
from ..worker import LANE

_LOOK_MS = 10
HELD_S = 0.05
"""A mouse button is held at least so long."""
LETTER_S = 0.03
_SCREENLESS = "This plugin does not support"
"""How Qt begins when its platform without a screen is asked for what only windows on a screen have."""


class Missed(Exception):
    """Something that was waited for did not come."""


class Oddities(logging.Handler):
    """Everything that nobody should see: warnings of Qt and of the log, exceptions that nobody caught."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """A line of the log."""
        self.found.append(f"log: {record.name}: {record.getMessage()}")

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Listen while the block runs."""

        def qt(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
            quiet = kind in (QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg) or message.startswith(_SCREENLESS)
            if not quiet:
                self.found.append(f"Qt: {message}")

        def uncaught(kind: type[BaseException], error: BaseException | None, trace: Any) -> None:
            lines = traceback.format_exception(kind, error, trace)
            self.found.append("exception: " + "".join(lines[-3:]))

        before = qInstallMessageHandler(qt)
        hooks = sys.excepthook, threading.excepthook
        sys.excepthook = uncaught
        threading.excepthook = lambda args: uncaught(args.exc_type, args.exc_value, args.exc_traceback)
        logging.getLogger().addHandler(self)
        try:
            yield
        finally:
            logging.getLogger().removeHandler(self)
            sys.excepthook, threading.excepthook = hooks
            qInstallMessageHandler(before)


class _Hand(QObject):
    """Does one thing when its event comes, and ends the loop that waits for it."""

    def __init__(self, deed: Callable[[], object], loop: QEventLoop) -> None:
        super().__init__()
        self._deed, self._loop = deed, loop
        self.error: Exception | None = None

    def event(self, event: QEvent) -> bool:
        """The deed."""
        if event.type() != QEvent.Type.User:
            return super().event(event)
        try:
            self._deed()
        except Exception as error:  # raised where the deed was asked for
            self.error = error
        QTimer.singleShot(1, self._loop.quit)  # once timers have had their turn, too
        return True


class Person:
    """Drives one window. What goes on is named with ``at``; marks say when, and how much memory is held."""

    def __init__(self, application: QApplication, app: App, services: LocalServices, watch: Watchdog) -> None:
        self.application, self.app, self.services, self.watch = application, app, services, watch
        self.session, self.window = app.session, app.window
        self.began = time.monotonic()
        self.marks: list[dict[str, Any]] = []
        self.failed: list[str] = []
        self.waits: list[float] = []
        """Seconds from the last letter of a query to its results."""
        self.session.failed.connect(self._told)

    def _told(self, what: str, error: Exception) -> None:
        self.failed.append(f"{what}: {error}")

    def at(self, name: str) -> None:
        """Go on to another step."""
        self.watch.phase = name
        model = self.services.model_pid
        self.marks.append(
            {
                "step": name,
                "s": round(time.monotonic() - self.began, 2),
                "window_mb": round(resident_mb(), 1),
                "model_mb": round(resident_mb(model), 1) if model else 0.0,
            }
        )

    # -- eyes --------------------------------------------------------------------------------------

    def until(self, reached: Callable[[], bool], what: str, seconds: float = 60.0) -> float:
        """Let the window run until a state is reached; seconds that it took.

        Raises:
            Missed: it was not, in the time.
        """
        begin = time.monotonic()
        loop, timer = QEventLoop(), QTimer(interval=_LOOK_MS)
        seen: list[Exception | bool] = []

        def look() -> None:
            try:
                if reached():
                    seen.append(True)
            except Exception as error:  # raised below, where the step can be named
                seen.append(error)
            if seen or time.monotonic() - begin > seconds:
                loop.quit()

        timer.timeout.connect(look)
        timer.start()
        loop.exec()
        timer.stop()
        if seen and isinstance(seen[0], Exception):
            raise seen[0]
        if not seen:
            raise Missed(f"{self.watch.phase}: {what} did not come in {seconds:g} s")
        return time.monotonic() - begin

    def wait(self, seconds: float) -> None:
        """Let the window run for a time."""
        end = time.monotonic() + seconds
        self.until(lambda: time.monotonic() >= end, "the time", seconds + 60)

    def check(self, good: bool, what: str) -> None:
        """Note what is not as it should be."""
        if not good:
            self.failed.append(f"{self.watch.phase}: {what}")

    def has_answer(self, text: str) -> Callable[[], bool]:
        """To wait for: the list answers these words."""
        return lambda: self.answered(text)

    def answered(self, text: str) -> bool:
        """True when the list answers these words."""
        search = self.session.search
        return (
            search.phase in (SearchPhase.RESULTS, SearchPhase.NOTHING)
            and search.result is not None
            and search.result.query == text
        )

    # -- hands -------------------------------------------------------------------------------------

    def act(self, deed: Callable[[], object]) -> None:
        """Do something in an event, as what hands do comes: painted at the end of the same turn of the event loop."""
        loop = QEventLoop()
        hand = _Hand(deed, loop)
        QCoreApplication.postEvent(hand, QEvent(QEvent.Type.User))
        loop.exec()
        if hand.error is not None:
            raise hand.error

    def click(self, widget: QWidget, point: QPoint | None = None) -> None:
        """The left button, held for as long as a finger does at the least."""
        how = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, point or widget.rect().center()
        self.act(lambda: QTest.mousePress(widget, *how))
        self.wait(HELD_S)
        self.act(lambda: QTest.mouseRelease(widget, *how))

    def key(self, key: Qt.Key, widget: QWidget | None = None) -> None:
        """A key on the cards, or on another widget."""
        target = widget or self.window.results.grid
        target.setFocus(Qt.FocusReason.OtherFocusReason)
        self.act(lambda: QTest.keyClick(target, key))

    def command(self, name: str) -> None:
        """A command of the menus."""
        self.act(self.window.table.actions[name].trigger)

    def type(self, text: str, letter_s: float = LETTER_S) -> None:
        """Write a query, letter by letter."""
        edit = self.window.query.edit
        edit.setFocus(Qt.FocusReason.OtherFocusReason)
        edit.selectAll()
        for letter in text:
            self.act(partial(QTest.keyClicks, edit, letter))
            self.wait(letter_s)

    def search(self, text: str, seconds: float = 60.0) -> None:
        """Write a query and wait for its results."""
        self.type(text)
        self.waits.append(self.until(self.has_answer(text), f"the answer to {text!r}", seconds))

    def drop(self, widget: QWidget, path: Path) -> None:
        """Drag a file or folder over a widget and let go."""
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(path))])
        rest = (mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
        entered = QDragEnterEvent(QPoint(20, 20), Qt.DropAction.CopyAction, *rest)
        dropped = QDropEvent(QPointF(20, 20), Qt.DropAction.CopyAction, *rest)
        self.act(lambda: widget.dragEnterEvent(entered))
        self.wait(0.2)
        self.act(lambda: widget.dropEvent(dropped))

    def answer_next(self, text: str) -> None:
        """Write into the next dialog that asks for a name, and press Enter."""
        timer = QTimer(self.window, interval=50)

        def look() -> None:
            dialog = QApplication.activeModalWidget()
            edit = dialog.findChild(QLineEdit) if isinstance(dialog, NameDialog) else None
            if edit is not None:
                timer.stop()
                timer.deleteLater()
                QTest.keyClicks(edit, text)
                QTest.keyClick(edit, Qt.Key.Key_Return)

        timer.timeout.connect(look)
        timer.start()


def left_behind(window: QWidget, session: QObject) -> list[str]:
    """Timers, threads and processes that are still there though the window is closed; waits three seconds for them."""
    end = time.monotonic() + 3.0
    while True:
        found = [
            f"timer of {type(t.parent()).__name__}"
            for t in window.findChildren(QTimer) + session.findChildren(QTimer)
            if t.isActive()
        ]
        found += [
            f"thread {t.name}"
            for t in threading.enumerate()
            if t is not threading.main_thread() and not isinstance(t, threading._DummyThread)
        ]
        found += [f"thread {name!r}" for name in _qt_threads()]
        found += [f"process {pid}" for pid in children()]
        if not found or time.monotonic() > end:
            return found
        time.sleep(0.02)


def _qt_threads() -> list[str]:
    """Names of lanes' threads and of QThreads; Qt's own painting threads are none of ours (Linux only)."""
    names = []
    for task in Path("/proc/self/task").glob("*/comm"):
        try:
            names.append(task.read_text().strip())
        except OSError:  # ended meanwhile
            continue
    return [name for name in names if name.startswith((LANE, "QThread"))]


def children() -> list[int]:
    """Child processes of this one (Linux; elsewhere none are seen)."""
    found: list[int] = []
    for task in Path("/proc/self/task").glob("*/children"):
        try:
            found += [int(pid) for pid in task.read_text().split()]
        except OSError:
            continue
    return found
