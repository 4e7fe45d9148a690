"""A video's time: its pictures in a row, the range that is searched by between two handles, the playhead."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from .. import theme as look
from ..state.video import SHORTEST_S, VideoController
from .query_chip import image_of

_HEIGHT = 42
_HANDLE = 10
_NEAR_PX = 9
_STEP_S = 0.1


class TrimBar(QWidget):
    """Drag the handles to search by a part; drag between them to look. ``trimmed(a, b)``: on release;
    ``looked_at``: the time under the pointer while it is down, None afterwards."""

    trimmed = Signal(float, float)
    looked_at = Signal(object)

    def __init__(self, video: VideoController, themes: look.ThemeManager) -> None:
        super().__init__()
        self._video, self._themes = video, themes
        self.seconds = 0.0
        self._drag = ""
        self._span: tuple[float, float] | None = None
        self._row: tuple[tuple, QPixmap] | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(_HEIGHT)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Part of the video to search by")
        self.setToolTip(
            "Drag the handles to search by a part of the video.\n"
            "Keys: Left and Right move the start, with Shift the end; Home takes all of it."
        )
        themes.changed.connect(self.update)

    @property
    def span(self) -> tuple[float, float]:
        """The range as it is shown, while a handle is dragged too."""
        return self._span or self._video.span

    def show_time(self, seconds: float) -> None:
        """Move the playhead."""
        if seconds != self.seconds:
            self.seconds = seconds
            self.update()

    def refresh(self) -> None:
        """Another range, another video."""
        a, b = self.span
        self.setAccessibleDescription(f"{a:.1f} to {b:.1f} of {self._video.duration_s:.1f} seconds")
        self.update()

    def sizeHint(self) -> QSize:
        """As wide as there is room."""
        return QSize(300, _HEIGHT)

    def x_of(self, seconds: float) -> float:
        """Pixel of a time."""
        return _HANDLE + (self.width() - 2 * _HANDLE) * seconds / max(self._video.duration_s, 1e-3)

    def time_at(self, x: float) -> float:
        """Time at a pixel."""
        share = (x - _HANDLE) / max(self.width() - 2 * _HANDLE, 1)
        return min(max(share, 0.0), 1.0) * self._video.duration_s

    # -- painting --------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Pictures, what is left out, handles, playhead."""
        theme, video = self._themes.theme, self._video
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        room = QRectF(0, 2, self.width(), self.height() - 4)
        shape = QPainterPath()
        shape.addRoundedRect(room, 5, 5)
        painter.setClipPath(shape)
        painter.fillRect(room, QColor(theme.card_hover if theme.dark else theme.ground))
        if video.duration_s > 0:
            painter.drawPixmap(0, 2, self._pictures())
            a, b = (self.x_of(t) for t in self.span)
            self._gaps(painter, room)
            veil = QColor(theme.panel)
            veil.setAlpha(200)
            painter.fillRect(QRectF(0, room.top(), a, room.height()), veil)
            painter.fillRect(QRectF(b, room.top(), room.right() - b, room.height()), veil)
            self._range(painter, room, a, b, theme)
            self._playhead(painter, room, theme)
        painter.setClipping(False)
        if self.hasFocus():
            painter.setPen(QPen(QColor(theme.text), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(room.adjusted(-0.5, -1, 0.5, 1), 6, 6)
        painter.end()

    def _pictures(self) -> QPixmap:
        """The row of small pictures, made once for what there is of them."""
        video, frames = self._video, self._video.frames
        n = len(frames.times)
        ratio = self.devicePixelRatioF()
        height = self.height() - 4
        made = (id(frames), n if frames.complete else n // 16, self.width(), ratio, video.duration_s)
        if self._row is not None and self._row[0] == made:
            return self._row[1]
        pixmap = QPixmap(round(self.width() * ratio), round(height * ratio))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        if n:
            painter = QPainter(pixmap)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            high, wide = frames.pictures[0].shape[:2]
            step = max(height * wide / high, 24.0)
            first, last = frames.times[0], frames.times[n - 1]
            x = self.x_of(first)
            end = self.x_of(min(last + 0.25, video.duration_s))  # the last picture is shown for a while
            painter.setClipRect(QRectF(x, 0, max(end - x, 2), height))
            while x < end:
                picture = frames.pictures[frames.at(self.time_at(x + step / 2))]
                painter.drawImage(QRectF(x, 0, step, height), image_of(picture))
                x += step
            painter.end()
        self._row = made, pixmap
        return pixmap

    def _gaps(self, painter: QPainter, room: QRectF) -> None:
        """A line under the pictures where the person is known: what is missing is seen at once."""
        followed = self._video.followed
        if followed is None:
            return
        track = followed.track
        painter.setPen(Qt.PenStyle.NoPen)
        start = None
        for number, present in enumerate([*track.present.tolist(), False]):
            if present and start is None:
                start = number
            elif not present and start is not None:
                a, b = (self.x_of(float(track.times[i])) for i in (start, number - 1))
                painter.fillRect(QRectF(a, room.bottom() - 3, b - a, 3), QColor("#5fd0a5"))
                start = None

    @staticmethod
    def _range(painter: QPainter, room: QRectF, a: float, b: float, theme: look.Theme) -> None:
        colour = QColor(theme.accent)
        painter.setPen(QPen(colour, 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawLine(QPointF(a, room.top() + 1), QPointF(b, room.top() + 1))
        painter.drawLine(QPointF(a, room.bottom() - 1), QPointF(b, room.bottom() - 1))
        for x, left in ((a, True), (b, False)):
            rect = QRectF(x - (_HANDLE if left else 0), room.top(), _HANDLE, room.height())
            painter.fillRect(rect, colour)
            painter.setPen(QPen(QColor(theme.on_accent), 1.5))
            middle = rect.center()
            for offset in (-1.5, 1.5):
                painter.drawLine(middle + QPointF(offset, -6), middle + QPointF(offset, 6))

    def _playhead(self, painter: QPainter, room: QRectF, theme: look.Theme) -> None:
        x = self.x_of(self.seconds)
        painter.setPen(QPen(QColor(0, 0, 0, 160), 4))
        painter.drawLine(QPointF(x, room.top() + 2), QPointF(x, room.bottom() - 2))
        painter.setPen(QPen(QColor("#ffffff"), 2))
        painter.drawLine(QPointF(x, room.top() + 2), QPointF(x, room.bottom() - 2))

    # -- pointer and keys ------------------------------------------------------------------------

    def _part_at(self, x: float) -> str:
        a, b = (self.x_of(t) for t in self.span)
        if a - _HANDLE - 3 <= x <= a + _NEAR_PX and x - a <= abs(b - x):
            return "start"
        return "end" if b - _NEAR_PX <= x <= b + _HANDLE + 3 else "head"

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take a handle or the playhead."""
        if event.button() != Qt.MouseButton.LeftButton or not self._video.duration_s:
            return
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self._drag = self._part_at(event.position().x())
        self._span = self._video.span
        self._move(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag; else the pointer's shape tells what it would take."""
        x = event.position().x()
        if self._drag:
            self._move(x)
        else:
            on_handle = self._part_at(x) != "head"
            self.setCursor(Qt.CursorShape.SizeHorCursor if on_handle else Qt.CursorShape.PointingHandCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go: what was trimmed is searched by."""
        if not self._drag:
            return
        dragged, span = self._drag, self.span
        self._drag, self._span = "", None
        self.looked_at.emit(None)
        if dragged != "head" and span != self._video.span:
            self.trimmed.emit(*span)
        self.refresh()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """All of it."""
        self.trimmed.emit(0.0, self._video.duration_s)

    def leaveEvent(self, event: QEvent) -> None:
        """Qt's name."""
        self.unsetCursor()
        super().leaveEvent(event)

    def _move(self, x: float) -> None:
        seconds = self.time_at(x)
        a, b = self.span
        if self._drag == "start":
            seconds = min(seconds, b - SHORTEST_S)
            self._span = max(seconds, 0.0), b
        elif self._drag == "end":
            seconds = max(seconds, a + SHORTEST_S)
            self._span = a, min(seconds, self._video.duration_s)
        self.looked_at.emit(seconds)
        self.refresh()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The handles by keys."""
        key, (a, b) = event.key(), self._video.span
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            step = _STEP_S if key == Qt.Key.Key_Right else -_STEP_S
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                self.trimmed.emit(a, max(b + step, a + SHORTEST_S))
            else:
                self.trimmed.emit(min(max(a + step, 0.0), b - SHORTEST_S), b)
        elif key == Qt.Key.Key_Home:
            self.trimmed.emit(0.0, self._video.duration_s)
        else:
            super().keyPressEvent(event)
