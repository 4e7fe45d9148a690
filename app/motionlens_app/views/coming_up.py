"""A new list of cards comes up within a tenth of a second."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPixmap, QRegion
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem

if TYPE_CHECKING:
    from .grid import ResultGrid

FADE_S = 0.1
FAINTEST = 0.5
"""It begins at this opacity: what is new can be read at once."""


class ComingUp:
    """Paints the cards of a new list once into a picture, which every step of the fade shows stronger."""

    def __init__(self, grid: ResultGrid) -> None:
        self._grid = grid
        self._since = time.monotonic()
        self._picture: QPixmap | None = None

    @property
    def opacity(self) -> float:
        """1 but for the first tenth of a second of a new list."""
        return min(max((time.monotonic() - self._since) / FADE_S, FAINTEST), 1.0)

    @property
    def going_on(self) -> bool:
        """True until the cards were painted as they stay."""
        return self._picture is not None or self.opacity < 1

    def begin(self) -> None:
        """Another list."""
        self._since, self._picture = time.monotonic(), None

    def end(self) -> None:
        """The cards move or look different: no picture of them holds any longer."""
        if self._picture is not None:
            self._since, self._picture = -FADE_S, None
            self._grid.viewport().update()

    def cards_changed(self, where: QRegion) -> None:
        """Pictures of some cards came."""
        if self._picture is not None:
            self._paint_cards(self._picture, where)

    def paint(self) -> bool:
        """Paint the whole viewport; False where nothing comes up (any more) and the cards are to be painted."""
        opacity, viewport = self.opacity, self._grid.viewport()
        if opacity >= 1 and self._picture is None:
            return False
        ratio = self._grid.devicePixelRatioF()
        size = viewport.size() * ratio
        if self._picture is None or self._picture.size() != size:
            self._picture = QPixmap(size)
            self._picture.setDevicePixelRatio(ratio)
            self._picture.fill(Qt.GlobalColor.transparent)
            self._paint_cards(self._picture, QRegion(viewport.rect()))
        painter = QPainter(viewport)
        painter.setOpacity(opacity)
        painter.drawPixmap(0, 0, self._picture)
        painter.end()
        if opacity >= 1:
            self._picture = None  # what stands there now are the cards, until they move
        return True

    def _paint_cards(self, picture: QPixmap, where: QRegion) -> None:
        """Paint the cards that touch a part of the viewport."""
        grid = self._grid
        painter = QPainter(picture)
        option = QStyleOptionViewItem()
        grid.initViewItemOption(option)
        for row in grid.visible_rows():
            index = grid.items.index(row, 0)
            option.rect = grid.visualRect(index)
            if not where.intersects(option.rect):
                continue
            option.state &= ~QStyle.StateFlag.State_Selected
            if grid.selectionModel().isSelected(index):
                option.state |= QStyle.StateFlag.State_Selected
            grid.itemDelegate().paint(painter, option, index)
        painter.end()
