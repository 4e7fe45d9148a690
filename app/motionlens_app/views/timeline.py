"""The scrub bar: seconds, the moment's span, the loop range, the playhead, and where the query is met."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPixmap,
    QPolygonF,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from motionlens.motion import FPS

from .. import theme as look
from ..state.linked import WhyLink
from ..state.playback import Playback
from .data_colours import colour_at

_MARGIN = 12
_LANE = (32.0, 8.0)
_PAGE = 10
"""Frames that a page key goes: half a second."""
"""Top and height of the lane of windows."""
_CLICK_PX = 4
_STEPS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600)


def tick_step(seconds: float, width: float) -> float:
    """Seconds between labels so that they stand at least 44 px apart.

    >>> tick_step(8.0, 400), tick_step(0.8, 400)
    (1, 0.1)
    """
    return next((s for s in _STEPS if s / max(seconds, 1e-6) * width >= 44), _STEPS[-1])


class Timeline(QWidget):
    """Drag to scrub; drag the brackets to change the loop range; drag on the lane (or with Shift) to select.

    ``hovered`` carries the window under the pointer as (start, end) seconds or None, ``clicked`` the window
    that was clicked, ``selected`` the range that was dragged over.
    """

    hovered = Signal(object)
    clicked = Signal(object)
    selected = Signal(object)
    menu_wanted = Signal(QPoint)

    def __init__(self, playback: Playback, themes: look.ThemeManager) -> None:
        super().__init__()
        self._playback = playback
        self._themes = themes
        self._drag = ""
        self._from = 0.0
        self._link: WhyLink | None = None
        self._over: tuple[float, float] | None = None
        self._resume = False
        self._comparing = False
        self._meeting: int | None = None
        self._still: QPixmap | None = None
        self._head_x = 0.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Timeline")
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the arrow keys to the cards
        self.setToolTip(
            "Drag to scrub. [ and ] set the loop range, or drag its brackets. "
            "Drag on the lane below, or with Shift, to select a time for “Why”. "
            "Right-click to search by the range."
        )
        playback.frame_changed.connect(self._head_moved)
        playback.state_changed.connect(self._redraw)
        themes.changed.connect(self._redraw)

    def follow(self, link: WhyLink) -> None:
        """Show its heat in the lane."""
        self._link = link
        link.changed.connect(self._redraw)

    def sizeHint(self) -> QSize:
        """Fixed height."""
        return QSize(320, 62)

    def show_common(self, comparing: bool, meeting: int | None = None) -> None:
        """While motions are compared: the time is common to all, and ``meeting`` is where their moments meet."""
        self._comparing, self._meeting = comparing, meeting
        self._redraw()

    def x_of(self, frame: float) -> float:
        """Pixel of a frame."""
        room = self.width() - 2 * _MARGIN
        return _MARGIN + room * frame / max(self._playback.last, 1)

    def frame_at(self, x: float) -> float:
        """Frame at a pixel."""
        room = max(self.width() - 2 * _MARGIN, 1)
        return min(max((x - _MARGIN) / room, 0.0), 1.0) * self._playback.last

    def _redraw(self) -> None:
        """All but the playhead has changed."""
        self._still = None
        self.update()

    def _head_moved(self, frame: float) -> None:
        """Only where the playhead was and is: it moves sixty times a second."""
        x = self.x_of(frame)
        if abs(x - self._head_x) < 0.2 and self._still is not None:
            return
        for at in (self._head_x, x):
            self.update(round(at) - 10, 0, 20, 32)
        self._head_x = x

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The ticks stand elsewhere."""
        self._still = None
        super().resizeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """What stands still, from a picture of it, and the playhead."""
        ratio = self.devicePixelRatioF()
        if self._still is None or self._still.devicePixelRatio() != ratio:
            self._still = self._drawn(ratio)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.drawPixmap(0, 0, self._still)
        if self._playback.n_frames > 1:
            self._playhead(painter, self._themes.theme)
        if self.hasFocus():
            painter.setPen(QPen(QColor(self._themes.theme.accent), 2.0))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(3, 1, -3, -1), 6, 6)
        painter.end()

    def _drawn(self, ratio: float) -> QPixmap:
        """Track, span, range, windows, ticks."""
        pixmap = QPixmap(round(self.width() * ratio), round(self.height() * ratio))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, playback = self._themes.theme, self._playback
        track = QRectF(_MARGIN, 12, self.width() - 2 * _MARGIN, 10)
        self._bar(painter, track, theme.card_hover if theme.dark else theme.border)
        if playback.n_frames > 1:
            start, end = self.x_of(playback.span[0]), self.x_of(playback.span[1] - 1)
            self._bar(painter, QRectF(start, 12, max(end - start, 3), 10), theme.accent)
            if not self._comparing:
                self._lane(painter, theme)
            elif self._meeting is not None:
                self._mark(painter, theme, self.x_of(self._meeting))
            self._brackets(painter, theme)
            self._ticks(painter, theme)
        painter.end()
        return pixmap

    @staticmethod
    def _bar(painter: QPainter, rect: QRectF, colour: str, radius: float = 4) -> None:
        path = QPainterPath()
        path.addRoundedRect(rect, radius, radius)
        painter.fillPath(path, QColor(colour))

    def _lane(self, painter: QPainter, theme: look.Theme) -> None:
        top, height = _LANE
        room = QRectF(_MARGIN, top, self.width() - 2 * _MARGIN, height)
        self._bar(painter, room, theme.card if theme.dark else theme.ground, 2)
        link = self._link
        if link is None:
            return
        for span in link.heat:
            left, right = self.x_of(span.start * FPS), min(self.x_of(span.end * FPS), room.right() + 1)
            painter.fillRect(
                QRectF(left, top, max(right - left - 1, 1), height), colour_at(link.quantity, span.share)
            )
        for chosen, width in ((link.pick.span, 2.0), (link.pinned_span, 3.0)):
            if chosen is not None:
                left, right = (self.x_of(s * FPS) for s in chosen)
                painter.setPen(QPen(QColor(theme.text), width))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(QRectF(left, top - 2, max(right - left, 2), height + 4), 2, 2)

    def _mark(self, painter: QPainter, theme: look.Theme, x: float) -> None:
        top = _LANE[0]
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.text))
        painter.drawPolygon(
            QPolygonF([QPointF(x, top - 2), QPointF(x - 5, top + 6), QPointF(x + 5, top + 6)])
        )

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
            rect = QRectF(x - 24, 44, 48, 16)
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

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows go from frame to frame, the page keys by half a second, Home and End to the ends."""
        playback, key = self._playback, event.key()
        steps = {
            Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_PageUp: -_PAGE, Qt.Key.Key_PageDown: _PAGE,
            Qt.Key.Key_Home: -playback.last, Qt.Key.Key_End: playback.last,
        }  # fmt: skip
        if key in steps and playback.n_frames:
            playback.step(steps[Qt.Key(key)])
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Select on the lane or with Shift; take a bracket when the pointer is on its ends, else the playhead."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        x, y = event.position().x(), event.position().y()
        start, end = (self.x_of(f) for f in self._playback.range)
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        lane = self._playback.n_frames > 1 and self._link and self._link.heat and not self._comparing
        if lane and (shift or y >= _LANE[0] - 2):
            self._drag, self._from = "select", x
            return
        on_ends = y <= 10 or y >= 24
        if on_ends and abs(x - start) < 6:
            self._drag = "start"
        elif on_ends and abs(x - end) < 6:
            self._drag = "end"
        else:
            self._drag = "head"
        self._move(x)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Scrub or select while a button is down; else the windows answer the pointer."""
        x = event.position().x()
        if self._drag == "select":
            self.hovered.emit(self._seconds(self._from, x))
        elif self._drag:
            self._move(x)
        else:
            self._hover(self._window_at(x))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """What can be done with the range."""
        if self._playback.n_frames > 1:
            self.menu_wanted.emit(event.globalPos())

    def leaveEvent(self, event: QEvent) -> None:
        """No window is pointed at."""
        self._hover(None)
        super().leaveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go: playing goes on from here."""
        dragged, self._drag = self._drag, ""
        if dragged == "select":
            x = event.position().x()
            self._over = None
            self.hovered.emit(None)
            if abs(x - self._from) < _CLICK_PX:
                self.clicked.emit(self._window_at(x))
            else:
                self.selected.emit(self._seconds(self._from, x))
        if self._resume:
            self._resume = False
            self._playback.play()

    def _seconds(self, a: float, b: float) -> tuple[float, float]:
        low, high = sorted((self.frame_at(a), self.frame_at(b)))
        return low / FPS, high / FPS

    def _window_at(self, x: float) -> tuple[float, float] | None:
        seconds = self.frame_at(x) / FPS
        heat = self._link.heat if self._link and not self._comparing else ()
        return next(((s.start, s.end) for s in heat if s.start <= seconds < s.end), None)

    def _hover(self, window: tuple[float, float] | None) -> None:
        if window != self._over:
            self._over = window
            self.hovered.emit(window)

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
