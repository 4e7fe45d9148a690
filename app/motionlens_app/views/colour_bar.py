"""The legend of a map: colours with raw values and their unit."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from .. import theme as look
from ..state.scales import UNITS, Scale
from .data_colours import colour_map

_NUMBER = 52
_UNIT = 84


class ColourBar(QWidget):
    """Low end, colours, high end, unit. With a scale for each word it names the picked word's ends."""

    def __init__(self, themes: look.ThemeManager) -> None:
        super().__init__()
        self._themes = themes
        self._scale: Scale | None = None
        self._word: int | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        themes.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """One line."""
        return QSize(300, 20)

    def show_scale(self, scale: Scale, word: int | None) -> None:
        """Another scale; ``word``: the one whose ends are named, where each word has its own."""
        self._scale, self._word = scale, word
        low, high = self.ends
        self.setAccessibleName(f"Colours from {low} to {high} {UNITS[scale.quantity]}")
        self.update()

    @property
    def ends(self) -> tuple[str, str]:
        """The two numbers as shown."""
        if self._scale is None:
            return "", ""
        if len(self._scale.low) > 1 and self._word is None:
            return "lowest", "highest"
        digits = 2 if self._scale.quantity == "similarity" else 3
        low, high = (f"{v:.{digits}f}".replace("-", "−") for v in self._scale.ends(self._word))
        return low, high

    def paintEvent(self, event: QPaintEvent) -> None:
        """Numbers at both ends of the strip."""
        if self._scale is None:
            return
        painter = QPainter(self)
        painter.setFont(look.font(small=True))
        theme, quantity = self._themes.theme, self._scale.quantity
        low, high = self.ends
        strip = QRectF(6 + _NUMBER, 5, max(self.width() - 2 * _NUMBER - _UNIT - 12, 40), 10)
        table = colour_map(quantity)
        picture = QImage(table.data, len(table), 1, 3 * len(table), QImage.Format.Format_RGB888)
        painter.drawImage(strip, picture)
        painter.setPen(QColor(theme.text))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(0, 0, strip.left() - 6, 20), right, low)
        painter.drawText(QRectF(strip.right() + 6, 0, _NUMBER, 20), left, high)
        if quantity == "interaction":
            x = round(strip.center().x())
            painter.drawLine(x, 3, x, 17)
        painter.setPen(QColor(theme.muted))
        painter.drawText(QRectF(strip.right() + _NUMBER, 0, _UNIT, 20), left, UNITS[quantity])
        painter.end()
