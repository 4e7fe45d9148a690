"""The legend of a map: colours with raw values and their unit."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from .. import theme as look
from ..state.scales import UNITS, Scale
from .data_colours import colour_map

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_NUMBER = 48
_TITLE = 36
_UNIT = 76
_UNIT_FROM = 230
"""Strips with less room leave the unit to the line above the maps and to the tool tip."""


class ColourBar(QWidget):
    """Low end, colours, high end; one strip for both maps, or one each; the unit once."""

    def __init__(self, themes: look.ThemeManager) -> None:
        super().__init__()
        self._themes = themes
        self._scales: tuple[tuple[str, Scale], ...] = ()
        self._word: int | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        themes.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """One line."""
        return QSize(300, 20)

    def show_scales(self, joints: Scale, time: Scale, word: int | None) -> None:
        """Other scales; ``word``: the one whose ends are named, where each word has its own."""
        self._word = word
        self._scales = (
            (("", joints),) if joints.quantity == "similarity" else (("joints", joints), ("time", time))
        )
        said = [
            f"{title} from {low} to {high}"
            for (title, _), (low, high) in zip(self._scales, self.ends, strict=True)
        ]
        self.setToolTip(f"In {UNITS[joints.quantity]}: {', '.join(said)}".replace(":  from", ": from"))
        self.setAccessibleName(f"Colours: {', '.join(said)} {UNITS[joints.quantity]}")
        self.update()

    @property
    def ends(self) -> list[tuple[str, str]]:
        """The two numbers of each strip as shown."""
        return [self._ends(scale) for _, scale in self._scales]

    def _ends(self, scale: Scale) -> tuple[str, str]:
        if len(scale.low) > 1 and self._word is None:
            return "lowest", "highest"
        form = ".2f" if scale.quantity == "similarity" else ".2g"
        low, high = (f"{v:{form}}".replace("-", "−") for v in scale.ends(self._word))
        return low, high

    def paintEvent(self, event: QPaintEvent) -> None:
        """Numbers at both ends of the strips."""
        if not self._scales:
            return
        painter = QPainter(self)
        painter.setFont(look.font(small=True))
        quantity = self._scales[0][1].quantity
        unit = _UNIT if self.width() >= _UNIT_FROM * len(self._scales) else 0
        room = (self.width() - unit) / len(self._scales)
        for number, (title, scale) in enumerate(self._scales):
            self._strip(painter, QRectF(number * room, 0, room, 20), title, scale)
        if unit:
            painter.setPen(QColor(self._themes.theme.muted))
            painter.drawText(QRectF(self.width() - unit, 0, unit, 20), _LEFT, UNITS[quantity])
        painter.end()

    def _strip(self, painter: QPainter, area: QRectF, title: str, scale: Scale) -> None:
        theme = self._themes.theme
        low, high = self._ends(scale)
        left = area.left() + (_TITLE if title else 0) + _NUMBER
        strip = QRectF(left, 5, max(area.right() - _NUMBER - left - 4, 24), 10)
        table = colour_map(scale.quantity)
        picture = QImage(table.data, len(table), 1, 3 * len(table), QImage.Format.Format_RGB888)
        painter.drawImage(strip, picture)
        painter.setPen(QColor(theme.muted))
        painter.drawText(QRectF(area.left(), 0, _TITLE, 20), _LEFT, title)
        painter.setPen(QColor(theme.text))
        painter.drawText(QRectF(left - _NUMBER, 0, _NUMBER - 5, 20), _LEFT, low)
        painter.drawText(QRectF(strip.right() + 5, 0, _NUMBER, 20), _LEFT, high)
        if scale.quantity == "interaction":
            x = round(strip.center().x())
            painter.drawLine(x, 2, x, 4)
            painter.drawLine(x, 16, x, 18)
