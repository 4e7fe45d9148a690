"""Paints one card of the grid: moving picture, caption, one line of facts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QPainter,
    QPainterPath,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from .. import theme as look
from ..render.thumbnail import ThumbnailPainter
from ..state.items import ITEM_ROLE, Item
from ..state.thumbnails import Key
from .card_marks import paint_marks
from .card_words import LIST_HEIGHT, TEXT_HEIGHT, CardWords

if TYPE_CHECKING:
    from .grid import ResultGrid

GAP = 12
_PICTURED = 400
PICTURE_ASPECT = 4 / 3
_CARD_WIDTH = 184
LIST_GAP = 4


Density = Literal["grid", "list"]


class CardDelegate(QStyledItemDelegate):
    """Stateless but for caches: the grid says which frame is shown."""

    def __init__(self, grid: ResultGrid, theme: look.Theme) -> None:
        super().__init__(grid)
        self._grid = grid
        self.words = CardWords(grid, theme)
        self._frames: dict[tuple, QPixmap] = {}
        self.painter = ThumbnailPainter(theme.thumbnail)
        self._pictured: dict[int, Key] = {}
        """The card of each row that has its picture on the screen: what plays never waits."""
        self.painted = 0
        self.density: Density = "grid"
        self.set_theme(theme)

    def set_theme(self, theme: look.Theme) -> None:
        """Other colours."""
        self.theme = self.words.theme = theme
        self.painter.set_colours(theme.thumbnail)
        self.words.forget()
        self._frames.clear()

    def set_density(self, density: Density) -> None:
        """Cards, or rows of a list."""
        self.density = density
        self.words.forget()

    def cell_size(self, width: int) -> QSize:
        """The cell that fits a view of this width: as many columns as fit, stretched; a list has one."""
        if self.density == "list":
            return QSize(width, LIST_HEIGHT + LIST_GAP)
        columns = max(width // (_CARD_WIDTH + GAP), 1)
        cell = width // columns
        return QSize(cell, round((cell - GAP) / PICTURE_ASPECT) + TEXT_HEIGHT + GAP)

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """The cell: card and gap."""
        return self._grid.gridSize()

    def card_rect(self, cell: QRectF) -> QRectF:
        """The card inside its cell."""
        high = LIST_GAP if self.density == "list" else GAP
        return cell.adjusted(GAP / 2, high / 2, -GAP / 2, -high / 2)

    def picture_rect(self, card: QRectF) -> QRectF:
        """The moving picture inside its card."""
        if self.density == "list":
            return QRectF(card.x(), card.y(), card.height() * PICTURE_ASPECT, card.height())
        return QRectF(card.x(), card.y(), card.width(), card.height() - TEXT_HEIGHT)

    def text_rect(self, card: QRectF) -> QRectF:
        """The words inside the card."""
        if self.density == "list":
            left = self.picture_rect(card).right()
            return QRectF(left, card.y(), card.right() - left, card.height())
        return QRectF(card.x(), card.bottom() - TEXT_HEIGHT, card.width(), TEXT_HEIGHT)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Qt calls this for visible items only."""
        item: Item | None = index.data(ITEM_ROLE)
        if item is None:
            return
        self.painted += 1
        card = self.card_rect(QRectF(option.rect))
        state = option.state
        selected = bool(state & QStyle.StateFlag.State_Selected)
        hovered = self._grid.hovered_row == index.row()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._frame(painter, card, selected, hovered)
        self._picture(painter, self.picture_rect(card), item, index.row())
        paint_marks(
            painter, self.theme, self.picture_rect(card), item, self._grid.starred(item),
            hovered and self._grid.can_star,
        )  # fmt: skip
        self.words.paint(painter, self.text_rect(card), item, index.row(), self.density == "list")
        painter.restore()

    def _frame(self, painter: QPainter, card: QRectF, selected: bool, hovered: bool) -> None:
        """Ground and edge, kept as a picture: all cards of a view have one size."""
        ratio = self._grid.devicePixelRatioF()
        key = (round(card.width()), round(card.height()), ratio, selected, hovered)
        pixmap = self._frames.get(key)
        if pixmap is None:
            if len(self._frames) > 16:  # sizes that a window went through while it was resized
                self._frames.clear()
            pixmap = QPixmap(round(card.width() * ratio), round(card.height() * ratio))
            pixmap.setDevicePixelRatio(ratio)
            pixmap.fill(Qt.GlobalColor.transparent)
            inner = QPainter(pixmap)
            inner.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._draw_frame(inner, QRectF(0, 0, card.width(), card.height()), selected, hovered)
            inner.end()
            self._frames[key] = pixmap
        painter.drawPixmap(card.topLeft(), pixmap)

    def _draw_frame(self, painter: QPainter, card: QRectF, selected: bool, hovered: bool) -> None:
        theme = self.theme
        path = QPainterPath()
        path.addRoundedRect(card.adjusted(0.5, 0.5, -0.5, -0.5), look.RADIUS, look.RADIUS)
        painter.fillPath(path, QColor(theme.card_hover if hovered or selected else theme.card))
        edge = QPen(QColor(theme.accent if selected else theme.muted if hovered else theme.border))
        edge.setWidthF(2.0 if selected else 1.0)
        painter.setPen(edge)
        painter.drawPath(path)

    def _picture(self, painter: QPainter, rect: QRectF, item: Item, row: int) -> None:
        if self._pictured.get(row) != item.key:
            if self.words.too_late_for(row):
                return
            if len(self._pictured) > _PICTURED:
                self._pictured.clear()
            self._pictured[row] = item.key
        clip = self._grid.store.get(item.key)
        inner = rect.adjusted(2, 2, -2, 0)
        painter.save()
        painter.setClipRect(inner)
        if clip is None:
            painter.setPen(QPen(QColor(self.theme.ground), 1.0))
            y = inner.y() + inner.height() * 0.84
            painter.drawLine(QPointF(inner.left(), y), QPointF(inner.right(), y))
        else:
            frame = self._grid.frame_of(row, item, clip)
            self.painter.paint(painter, inner, clip, frame)
            if self._grid.hovered_row == row and clip.n_frames > 1:
                share = frame / (clip.n_frames - 1)
                bar = QRectF(inner.x(), inner.bottom() - 3, inner.width() * share, 3)
                painter.fillRect(bar, QColor(self.theme.accent))
        painter.restore()
