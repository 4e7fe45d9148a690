"""An example in the query bar: little picture, name, how far it is, and a cross."""

from __future__ import annotations

import re

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from .. import theme as look
from ..render.thumbnail import ThumbnailClip, ThumbnailPainter
from ..state.query import Chip
from .widgets import IconButton

HEIGHT = 32
_PICTURE = QSize(40, 26)
_WIDEST_NAME = 168
_CROSS = 24
_SPAN = re.compile(r" [\d.]+–[\d.]+ s$")


def image_of(picture: np.ndarray) -> QImage:
    """(H, W, 3) uint8 RGB as an image that keeps the array alive."""
    picture = np.ascontiguousarray(picture, np.uint8)
    height, width = picture.shape[:2]
    image = QImage(picture.data, width, height, 3 * width, QImage.Format.Format_RGB888)
    image._array = picture  # type: ignore[attr-defined]
    return image


def short_label(label: str, metrics: QFontMetricsF, room: float) -> str:
    """A name with "…" in its middle where it is too long; the range behind it ("3.5–7.7 s") stays whole."""
    span = _SPAN.search(label)
    name, tail = (label[: span.start()], span.group()) if span else (label, "")
    left = room - metrics.horizontalAdvance(tail)
    return metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, left) + tail


class QueryChip(QWidget):
    """Shows a chip. ``removed``: cross, Delete, Backspace or Esc; ``opened``: click or Enter; ``left``: an arrow key
    (-1 or 1) walks on."""

    removed = Signal(int)
    opened = Signal(int)
    left = Signal(int)

    def __init__(self, chip: Chip, themes: look.ThemeManager) -> None:
        super().__init__()
        self._themes = themes
        self.chip = chip
        self._painter = ThumbnailPainter(themes.theme.thumbnail)
        self.setObjectName("queryChip")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.cross = IconButton("x", "Remove", themes, lambda: self.removed.emit(self.chip.id))
        self.cross.setFixedSize(20, 20)
        self.cross.setIconSize(QSize(12, 12))
        self.cross.setStyleSheet("padding: 0px;")
        self.cross.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 5, 0)
        row.addStretch(1)
        row.addWidget(self.cross)
        themes.changed.connect(self._tint)
        self.show_chip(chip)

    def show_chip(self, chip: Chip) -> None:
        """The same chip, of which more is known."""
        self.chip = chip
        self._label = short_label(chip.label, QFontMetricsF(look.font()), _WIDEST_NAME)
        share = "" if chip.progress is None else f", {100 * chip.progress:.0f} percent"
        state = "" if chip.ready else f", being read{share}"
        self.setAccessibleName(f"Search by the {chip.kind} {chip.label}{state}")
        self.setAccessibleDescription("Delete removes it from the query")
        self.cross.setAccessibleName(f"Remove {chip.label} from the query")
        self.setToolTip(f"{chip.label}{state}\nDelete removes it")
        self.setFixedWidth(self.sizeHint().width())
        self.update()

    def sizeHint(self) -> QSize:
        """As wide as its name."""
        words = QFontMetricsF(look.font()).horizontalAdvance(self._label)
        return QSize(round(4 + _PICTURE.width() + 8 + words + 6 + _CROSS), HEIGHT)

    def _tint(self) -> None:
        self._painter.set_colours(self._themes.theme.thumbnail)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground, picture, name, progress, focus."""
        theme = self._themes.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        shape = QPainterPath()
        shape.addRoundedRect(QRectF(0.5, 0.5, self.width() - 1, self.height() - 1), 6, 6)
        painter.fillPath(shape, QColor(theme.accent_soft))
        place = QRectF(3, 3, _PICTURE.width(), _PICTURE.height())
        self._picture(painter, place, theme)
        painter.setFont(look.font())
        painter.setPen(QColor(theme.text))
        room = QRectF(place.right() + 8, 0, self.width() - place.right() - _CROSS - 8, self.height())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self._label)
        if not self.chip.ready:
            painter.setClipPath(shape)
            bottom = QRectF(0, self.height() - 3, self.width(), 3)
            painter.fillRect(bottom, QColor(theme.border))
            bottom.setWidth(self.width() * (self.chip.progress or 0.02))
            painter.fillRect(bottom, QColor(theme.accent))
            painter.setClipping(False)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(theme.accent), 2))
            painter.drawRoundedRect(QRectF(1, 1, self.width() - 2, self.height() - 2), 6, 6)
        painter.end()

    def _picture(self, painter: QPainter, place: QRectF, theme: look.Theme) -> None:
        painter.save()
        frame = QPainterPath()
        frame.addRoundedRect(place, 4, 4)
        painter.setClipPath(frame)
        painter.fillRect(place, QColor(theme.card))
        picture = self.chip.picture
        if isinstance(picture, ThumbnailClip):
            self._painter.paint(painter, place, picture, picture.still)
        elif picture is not None:
            image = image_of(picture)
            scale = max(place.width() / image.width(), place.height() / image.height())
            wide, high = place.width() / scale, place.height() / scale
            source = QRectF((image.width() - wide) / 2, (image.height() - high) / 2, wide, high)
            painter.drawImage(place, image, source)
        else:
            name = "film-strip" if self.chip.kind == "video" else "person-simple-run"
            icon = look.icon(name, theme)
            icon.paint(painter, place.toRect().adjusted(10, 4, -10, -4))
        painter.restore()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click takes the focus and opens."""
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        if event.button() == Qt.MouseButton.LeftButton:
            self.opened.emit(self.chip.id)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Remove, open, walk on."""
        key = event.key()
        if key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace, Qt.Key.Key_Escape):
            self.removed.emit(self.chip.id)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.opened.emit(self.chip.id)
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.left.emit(1 if key == Qt.Key.Key_Right else -1)
        else:
            super().keyPressEvent(event)
