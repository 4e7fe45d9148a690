"""Whether the graphics card may draw: a driver that fails, or that took the whole program down, is not asked again."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from .painter_view import PainterViewport
from .viewport import ViewportModel

log = logging.getLogger(__name__)

FAILED = "The graphics card stopped drawing, so the motion is drawn without it."
CRASHED = "The graphics driver ended MotionLens at an earlier start, so the motion is drawn without it."
_PATIENCE_MS = 400
"""A view that has no context this long after it was shown will not get one."""


class Graphics(QObject):
    """Keeps whether OpenGL is used. ``stopped`` and ``restarted`` tell the views.

    Args:
        marker: a file that is there from before the driver is first asked until the first picture was
            on the screen. Found at a start, it means that the driver ended the program: its text is
            kept as ``crashed`` until ``retry``. None: nothing is remembered.
    """

    stopped = Signal(str, object)
    restarted = Signal()

    def __init__(self, marker: Path | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._starting = marker
        self._kept = None if marker is None else marker.with_name(f"{marker.name}-crashed")
        self._open = 0
        if marker is not None and marker.exists():
            log.error("the graphics driver ended the program at the last start")
            with suppress(OSError):
                marker.replace(marker.with_name(f"{marker.name}-crashed"))
        self.crashed = self._kept is not None and self._kept.exists()
        self.allowed = not self.crashed
        self.error: Exception | None = None

    def begin(self) -> None:
        """The driver is about to be asked."""
        self._open += 1
        if self._starting is not None and self._open == 1:
            with suppress(OSError):  # without a marker a crash is not remembered, no more
                self._starting.parent.mkdir(parents=True, exist_ok=True)
                self._starting.write_text(str(os.getpid()))

    def done(self) -> None:
        """It has answered."""
        self._open = max(self._open - 1, 0)
        if self._starting is not None and not self._open:
            with suppress(OSError):
                self._starting.unlink(missing_ok=True)

    @contextmanager
    def asking(self) -> Iterator[None]:
        """``begin`` and ``done`` round a question that is answered at once."""
        self.begin()
        try:
            yield
        finally:
            self.done()

    def fail(self, error: Exception) -> None:
        """A view could not draw: all of them go on with the painter."""
        if self.allowed:
            self.allowed, self.error = False, error
            log.error("OpenGL failed, the painter goes on: %s", error, exc_info=error)
            self.stopped.emit(FAILED, error)

    def retry(self) -> None:
        """Ask the driver again, in every view."""
        self.crashed, self.error = False, None
        if self._kept is not None:
            with suppress(OSError):
                self._kept.unlink(missing_ok=True)
        if not self.allowed:
            self.allowed = True
            self.restarted.emit()


class GuardedViewport(QWidget):
    """Draws with OpenGL while that works, with the painter from then on: the same model, the same place.

    The drawing widget inside takes no events, so that whoever listens to this one need not know of the change.
    """

    def __init__(
        self,
        model: ViewportModel,
        graphics: Graphics,
        make_gl: Callable[[ViewportModel], QWidget],
        parent: QWidget | None = None,
    ) -> None:
        """``make_gl``: a widget with ``drawn``, ``failed`` and ``isValid``, made from model and parent."""
        super().__init__(parent)
        self.model, self._graphics, self._make_gl = model, graphics, make_gl
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._waiting = self._drawn = False
        self._inner: QWidget | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Viewer: the motion as a body on a metric grid")
        graphics.stopped.connect(self._use_painter)
        graphics.restarted.connect(self._use_gl)
        if graphics.allowed:
            self._use_gl()
        else:
            self._use_painter()

    @property
    def kind(self) -> str:
        """ "gl" or "painter", as it is now."""
        return str(getattr(self._inner, "kind", ""))

    @property
    def cost_s(self) -> float:
        """Processor time of a picture, seconds."""
        return float(getattr(self._inner, "cost_s", 0.0))

    def _use_painter(self, _why: str = "", _error: object = None) -> None:
        if self.kind != "painter":
            self._settle()
            self._put(PainterViewport(self.model))

    def _use_gl(self) -> None:
        try:
            with self._graphics.asking():
                view = self._make_gl(self.model)
        except Exception as error:  # whatever the driver does: the session goes on
            self._put(PainterViewport(self.model))
            self._graphics.fail(error)
            return
        self._drawn = False
        # Queued: a widget must not be exchanged while it paints.
        view.drawn.connect(self._first_picture, Qt.ConnectionType.QueuedConnection)  # type: ignore[attr-defined]
        view.failed.connect(self._failed, Qt.ConnectionType.QueuedConnection)  # type: ignore[attr-defined]
        if self.isVisible():
            self._wait()
        self._put(view)

    def _put(self, view: QWidget) -> None:
        before, self._inner = self._inner, view
        view.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        view.setAccessibleName("")
        if before is not None:
            self._box.removeWidget(before)
            before.hide()
            before.deleteLater()
        self._box.addWidget(view)
        view.lower()  # hints lie over it
        view.show()

    def _wait(self) -> None:
        """From now until the first picture the driver may end the program."""
        self._waiting = True
        self._graphics.begin()
        QTimer.singleShot(_PATIENCE_MS, self, self._look)

    def _settle(self) -> None:
        """There is a picture, or nobody waits for one any more."""
        if self._waiting:
            self._waiting = False
            self._graphics.done()

    def _first_picture(self) -> None:
        self._drawn = True
        self._settle()

    def _failed(self, error: Exception) -> None:
        self._settle()
        self._graphics.fail(error)

    def _look(self) -> None:
        """By now there must be a context."""
        view = self._inner
        if view is None or not self._waiting or view.size().isEmpty():
            return
        if not view.isValid():  # type: ignore[attr-defined]
            self._failed(RuntimeError("no OpenGL context could be made"))

    def showEvent(self, event: QShowEvent) -> None:
        """The driver is asked for its first picture."""
        super().showEvent(event)
        if self.kind == "gl" and not self._drawn and not self._waiting:
            self._wait()

    def hideEvent(self, event: QHideEvent) -> None:
        """That no picture came is nobody's fault now."""
        super().hideEvent(event)
        self._settle()
