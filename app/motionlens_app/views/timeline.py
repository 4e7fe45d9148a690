"""The scrub bar: seconds, the moment's span, the loop range, the playhead."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from motionlens.motion import FPS

from .. import theme as look
from ..state.playback import Playback

_MARGIN = 12
_STEPS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600)


def tick_step(seconds: float, width: float) -> float:
    """Seconds between labels so that they stand at least 44 px apart.

    >>> tick_step(8.0, 400), tick_step(0.8, 400)
    (1, 0.1)
    """
    return next((s for s in _STEPS if s / max(seconds, 1e-6) * width >= 44), _STEPS[-1])


class Timeline(QWidget):
    """Drag anywhere to scrub; drag the brackets to change the loop range."""

    def __init__(self, playback: Playback, themes: look.ThemeManager) -> None:
        super().__init__()
        self._playback = playback
        self._themes = themes
        self._drag = ""
        self._resume = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Timeline")
        self.setMouseTracking(True)
        self.setToolTip("Drag to scrub. [ and ] set the loop range, or drag its brackets.")
        playback.frame_changed.connect(lambda _frame: self.update())
        playback.state_changed.connect(self.update)
        themes.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """Fixed height."""
        return QSize(320, 48)

    def x_of(self, frame: float) -> float:
        """Pixel of a frame."""
        room = self.width() - 2 * _MARGIN
        return _MARGIN + room * frame / max(self._playback.last, 1)

    def frame_at(self, x: float) -> float:
        """Frame at a pixel."""
        room = max(self.width() - 2 * _MARGIN, 1)
        return min(max((x - _MARGIN) / room, 0.0), 1.0) * self._playback.last

    def paintEvent(self, event: QPaintEvent) -> None:
        """Track, span, range, ticks, playhead."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, playback = self._themes.theme, self._playback
        track = QRectF(_MARGIN, 12, self.width() - 2 * _MARGIN, 10)
        self._bar(painter, track, theme.card_hover if theme.dark else theme.border)
        if playback.n_frames > 1:
            start, end = self.x_of(playback.span[0]), self.x_of(playback.span[1] - 1)
            self._bar(painter, QRectF(start, 12, max(end - start, 3), 10), theme.accent)
            self._brackets(painter, theme)
            self._ticks(painter, theme)
            self._playhead(painter, theme)
        painter.end()

    @staticmethod
    def _bar(painter: QPainter, rect: QRectF, colour: str) -> None:
        path = QPainterPath()
        path.addRoundedRect(rect, 4, 4)
        painter.fillPath(path, QColor(colour))

    def _brackets(self, painter: QPainter, theme: look.Theme) -> None:
        painter.setPen(QPen(QColor(theme.text), 2.0, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
        for frame, way in zip(self._playback.range, (1, -1), strict=True):
            x = self.x_of(frame)
            painter.drawPolyline(
                QPolygonF([QPointF(x + 4 * way, 7), QPointF(x, 7), QPointF(x, 27), QPointF(x + 4 * way, 27)])
            )

    def _ticks(self, painter: QPainter, theme: look.Theme) -> None:
        seconds = self._playback.last / FPS
        step = tick_step(seconds, self.width() - 2 * _MARGIN)
        painter.setFont(look.font(small=True))
        painter.setPen(QColor(theme.muted))
        for i in range(int(seconds / step + 1e-6) + 1):
            x = self.x_of(i * step * FPS)
            text = f"{i * step:g}" + (" s" if i == 0 else "")
            rect = QRectF(x - 24, 30, 48, 16)
            if rect.left() < 4:
                rect.moveLeft(_MARGIN)
                painter.drawText(rect, Qt.AlignmentFlag.AlignLeft, text)
            elif rect.right() > self.width() - 2:
                rect.moveRight(self.width() - _MARGIN)
                painter.drawText(rect, Qt.AlignmentFlag.AlignRight, text)
            else:
                painter.drawText(rect, Qt.AlignmentFlag.AlignHCenter, text)

    def _playhead(self, painter: QPainter, theme: look.Theme) -> None:
        x = self.x_of(self._playback.frame)
        painter.setPen(QPen(QColor(theme.text), 2.0))
        painter.drawLine(QPointF(x, 5), QPointF(x, 29))
        painter.setPen(QPen(QColor(theme.panel), 2.0))
        painter.setBrush(QColor(theme.text))
        painter.drawEllipse(QPointF(x, 17), 7, 7)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take a bracket when the pointer is on its ends, else the playhead."""
        x, y = event.position().x(), event.position().y()
        start, end = (self.x_of(f) for f in self._playback.range)
        on_ends = y <= 10 or y >= 24
        if on_ends and abs(x - start) < 6:
            self._drag = "start"
        elif on_ends and abs(x - end) < 6:
            self._drag = "end"
        else:
            self._drag = "head"
        self._move(x)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Scrub while a button is down."""
        if self._drag:
            self._move(event.position().x())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go: playing goes on from here."""
        self._drag = ""
        if self._resume:
            self._resume = False
            self._playback.play()

    def _move(self, x: float) -> None:
        frame = self.frame_at(x)
        if self._drag == "start":
            self._playback.set_range_start(round(frame))
        elif self._drag == "end":
            self._playback.set_range_end(round(frame))
        else:
            if self._playback.playing:
                self._resume = True
                self._playback.pause()
            self._playback.seek(frame)
