"""The log file, and the net under everything: what nobody caught is written down and said once."""

from __future__ import annotations

import logging
import platform
import sys
import threading
import traceback
from collections import Counter
from collections.abc import Callable
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import Any

from PySide6.QtCore import QMessageLogContext, QObject, QtMsgType, Signal, qInstallMessageHandler

from motionlens import __version__
from motionlens.resources import user_data_dir

MOST_BYTES = 512 * 1024
"""Size of a log file; with the one before it twice as much lies on disk."""
_OURS = ("motionlens", "motionlens_app")
_REPEATS = 3
"""A fault that comes with every picture is written so many times, then at every power of ten."""
log = logging.getLogger(__name__)


def log_path() -> Path:
    """Where the log lies: ``logs/motionlens.log`` beside the user's libraries."""
    return user_data_dir() / "logs" / "motionlens.log"


class _LogFile(RotatingFileHandler):
    """Writes, and holds its tongue where it cannot: a full disk is no reason to disturb anyone."""

    def handleError(self, record: logging.LogRecord) -> None:
        """Nothing."""


def start_log(path: Path | None = None) -> logging.Handler | None:
    """Write warnings of all libraries, and what we say of ourselves, to a file of bounded size.

    Returns:
        the handler, for ``stop_log``; None where the folder cannot be written to (the app runs without a log).
    """
    path = path or log_path()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = _LogFile(path, maxBytes=MOST_BYTES, backupCount=1, encoding="utf-8")
    except OSError as error:
        log.warning("no log is written: %s", error)
        return None
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    handler.setLevel(logging.INFO)
    logging.getLogger().addHandler(handler)
    for name in _OURS:
        logging.getLogger(name).setLevel(logging.INFO)
    log.info(
        "MotionLens %s begins, Python %s, %s", __version__, platform.python_version(), platform.platform()
    )
    return handler


def stop_log(handler: logging.Handler | None) -> None:
    """Close the file again."""
    if handler is not None:
        logging.getLogger().removeHandler(handler)
        handler.close()


class FaultNet(QObject):
    """Catches what nobody caught: in slots, in threads, in destructors, and what Qt complains about.

    ``fault`` is emitted once for each different fault (its kind and the line it came from), on the GUI
    thread when it is connected there; all of them are in the log. ``close`` takes the net away again.
    """

    fault = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._seen: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._before = (sys.excepthook, threading.excepthook, sys.unraisablehook)
        sys.excepthook = self._uncaught
        threading.excepthook = self._uncaught_in_thread
        sys.unraisablehook = self._unraisable
        self._qt: Callable[..., Any] | None = qInstallMessageHandler(self._from_qt)

    def close(self) -> None:
        """As it was before."""
        sys.excepthook, threading.excepthook, sys.unraisablehook = self._before
        qInstallMessageHandler(self._qt)

    def _uncaught(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if not isinstance(error, Exception):  # Ctrl+C and exits are no faults
            self._before[0](kind, error, trace)
            return
        self._take(error.with_traceback(trace), "uncaught")

    def _uncaught_in_thread(self, args: threading.ExceptHookArgs) -> None:
        if isinstance(args.exc_value, Exception):
            self._take(args.exc_value, f"uncaught in {args.thread.name if args.thread else 'a thread'}")

    def _unraisable(self, args: Any) -> None:
        """From a destructor or a callback: it is written down, but nothing that the user did failed."""
        if isinstance(args.exc_value, Exception):
            self._take(args.exc_value, "in a destructor", tell=False)

    def _take(self, error: Exception, where: str, tell: bool = True) -> None:
        frames = traceback.extract_tb(error.__traceback__)
        place = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""
        times = self._count(f"{type(error).__name__} {place}")
        if times <= _REPEATS or _power_of_ten(times):
            log.error("%s, time %d: %s", where, times, error, exc_info=error)
        if tell and times == 1:
            self.fault.emit(error)

    def _from_qt(self, kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
        levels = {
            QtMsgType.QtDebugMsg: logging.DEBUG, QtMsgType.QtInfoMsg: logging.INFO,
            QtMsgType.QtWarningMsg: logging.WARNING, QtMsgType.QtCriticalMsg: logging.ERROR,
            QtMsgType.QtFatalMsg: logging.CRITICAL,
        }  # fmt: skip
        level = levels[kind]
        times = self._count(text)
        if times <= _REPEATS or _power_of_ten(times):
            logging.getLogger("motionlens_app.qt").log(level, "%s: %s", context.category or "qt", text)
        if kind is QtMsgType.QtCriticalMsg and times == 1:
            self.fault.emit(RuntimeError(f"Qt: {text}"))

    def _count(self, what: str) -> int:
        with self._lock:
            self._seen[what] += 1
            return self._seen[what]


def _power_of_ten(number: int) -> bool:
    """True for 10, 100, 1000 …

    >>> [n for n in range(1, 1001) if _power_of_ten(n)]
    [1, 10, 100, 1000]
    """
    return set(str(number)) <= {"0", "1"} and str(number).count("1") == 1
