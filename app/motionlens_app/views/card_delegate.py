"""Paints one card of the grid: moving picture, caption, one line of facts."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QPainter,
    QPainterPath,
    QPen,
    QPixmap,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from .. import theme as look
from ..render.thumbnail import ThumbnailPainter
from ..state.items import ITEM_ROLE, Item
from .card_marks import paint_marks
from .widgets import clock

if TYPE_CHECKING:
    from .grid import ResultGrid

GAP = 12
TEXT_HEIGHT = 68
PICTURE_ASPECT = 4 / 3
_KEPT_TEXTS = 300
_CARD_WIDTH = 184
LIST_GAP = 4
LIST_HEIGHT = 60
"""Of a row of the list."""
_COLUMNS = (("score", 44), ("length", 56), ("begin", 72))
"""Figures of a row, from the right, where there is room: what they say and their width."""
_ROOM_FOR_COLUMNS = 420

Density = Literal["grid", "list"]


class CardDelegate(QStyledItemDelegate):
    """Stateless but for caches: the grid says which frame is shown."""

    def __init__(self, grid: ResultGrid, theme: look.Theme) -> None:
        super().__init__(grid)
        self._grid = grid
        self._texts: OrderedDict[tuple, QPixmap] = OrderedDict()
        self._frames: dict[tuple, QPixmap] = {}
        self.painter = ThumbnailPainter(theme.thumbnail)
        self.painted = 0
        self.density: Density = "grid"
        self.set_theme(theme)

    def set_theme(self, theme: look.Theme) -> None:
        """Other colours."""
        self.theme = theme
        self.painter.set_colours(theme.thumbnail)
        self._texts.clear()
        self._frames.clear()

    def set_density(self, density: Density) -> None:
        """Cards, or rows of a list."""
        self.density = density
        self._texts.clear()

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
        words = self.text_rect(card)
        painter.drawPixmap(words.topLeft(), self._text(item, words.width(), words.height()))
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

    def _text(self, item: Item, width: float, height: float) -> QPixmap:
        ratio = self._grid.devicePixelRatioF()
        key = (item, round(width), ratio)
        if key in self._texts:
            self._texts.move_to_end(key)
            return self._texts[key]
        pixmap = QPixmap(round(width * ratio), round(height * ratio))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        if self.density == "list":
            self._write_row(painter, item, width)
        else:
            self._write(painter, item, width)
        painter.end()
        self._texts[key] = pixmap
        while len(self._texts) > _KEPT_TEXTS:
            self._texts.popitem(last=False)
        return pixmap

    def _write(self, painter: QPainter, item: Item, width: float) -> None:
        theme = self.theme
        room = width - 24
        body = look.font()
        painter.setFont(body)
        painter.setPen(QColor(theme.text))
        metrics = QFontMetricsF(body)
        y = 6.0
        for line in _two_lines(item.title, body, room):
            painter.drawText(QRectF(12, y, room, metrics.height()), Qt.AlignmentFlag.AlignLeft, line)
            y += metrics.height()
        small = look.font(small=True)
        painter.setFont(small)
        painter.setPen(QColor(theme.muted))
        facts = [] if item.score is None else [f"{item.score:.2f}"]
        facts.append(clock(item.duration_s))
        if item.score is not None and item.start_s > 0:
            facts.append(f"at {clock(item.start_s)}")
        line = " · ".join(facts)
        if item.path:  # without a file the caption, or the name in its place, has said it all
            name = item.file_name if item.available else f"{item.file_name} (file missing)"
            metrics = QFontMetricsF(small)
            left = max(room - metrics.horizontalAdvance(line + " · "), 24.0)
            line += " · " + metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, left)
        painter.drawText(
            QRectF(12, TEXT_HEIGHT - 24, room, 16),
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter,
            line,
        )

    def _write_row(self, painter: QPainter, item: Item, width: float) -> None:
        """Title over file, and the figures in columns that stand under one another."""
        body, small = look.font(), look.font(small=True)
        figures = {
            "score": "" if item.score is None else f"{item.score:.2f}",
            "length": clock(item.duration_s),
            "begin": f"at {clock(item.start_s)}" if item.score is not None and item.start_s > 0 else "",
        }
        left, right = 12.0, width - 12.0
        wide = width >= _ROOM_FOR_COLUMNS
        painter.setFont(small)
        painter.setPen(QColor(self.theme.muted))
        if wide:
            for name, column in _COLUMNS:
                painter.drawText(
                    QRectF(right - column, 0, column, LIST_HEIGHT),
                    Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
                    figures[name],
                )
                right -= column
        name = item.file_name if item.path else item.name
        facts = [] if wide else [figures[f] for f, _ in _COLUMNS if figures[f]]
        line = " · ".join([*facts, name if item.available else f"{name} (file missing)"])
        room, metrics = right - 8 - left, QFontMetricsF(small)
        painter.drawText(QPointF(left, 44), metrics.elidedText(line, Qt.TextElideMode.ElideMiddle, room))
        painter.setFont(body)
        painter.setPen(QColor(self.theme.text))
        title = QFontMetricsF(body).elidedText(item.title, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QPointF(left, 25), title)


def _two_lines(text: str, font, room: float) -> list[str]:
    """Break text into at most two lines, the second elided."""
    layout = QTextLayout(text, font)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    layout.beginLayout()
    line = layout.createLine()
    line.setLineWidth(room)
    first = line.textLength()
    layout.endLayout()
    if first >= len(text):
        return [text]
    rest = QFontMetricsF(font).elidedText(text[first:].strip(), Qt.TextElideMode.ElideRight, room)
    return [text[:first].strip(), rest]
