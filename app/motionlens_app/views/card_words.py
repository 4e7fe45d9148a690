"""The words of cards, kept as pictures and written a few at a time."""

from __future__ import annotations

import time
from collections import OrderedDict
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPixmap, QRegion, QTextLayout, QTextOption

from .. import theme as look
from ..state.items import Item
from .widgets import clock

if TYPE_CHECKING:
    from .grid import ResultGrid

TEXT_HEIGHT = 68
LIST_HEIGHT = 60
"""Of a row of the list."""
_PARTS = {"row": (0, LIST_HEIGHT), "title": (0, TEXT_HEIGHT - 28), "facts": (TEXT_HEIGHT - 26, 20)}
"""Parts of a card's words: where they begin below its picture, and their height."""
_COLUMNS = (("score", 44), ("length", 56), ("begin", 72))
"""Figures of a row, from the right, where there is room: what they say and their width."""
_ROOM_FOR_COLUMNS = 420
_KEPT_TEXTS = 600
WRITING_S = 0.008
"""Processor time for words in one paint event: setting text takes longer than drawing a body. The rest follows."""
PAINTING_S = 0.014
"""Processor time of a paint event after which cards that are new wait for the next."""
WRITE_ON_MS = 1
"""Between two paint events that write."""


class CardWords(QObject):
    """Paints what stands on a card. Where many cards are new at once, those that come later get their words in the
    next paint events: setting text takes longer than drawing bodies, and a page of it longer than a picture lasts.
    """

    def __init__(self, grid: ResultGrid, theme: look.Theme) -> None:
        super().__init__(grid)
        self._grid, self.theme = grid, theme
        self._kept: OrderedDict[tuple, QPixmap] = OrderedDict()
        self._missing: set[int] = set()  # rows; until whole cards of them are painted again
        self._asked = False
        self._wrote_s = self._began = 0.0
        self._on = QTimer(self, singleShot=True, interval=WRITE_ON_MS)
        self._on.timeout.connect(self._write_on)

    @property
    def all_there(self) -> bool:
        """True when no card on the screen waits for its words."""
        return not self._missing and not self._asked

    def forget(self) -> None:
        """They look different now."""
        self._kept.clear()

    def stop(self) -> None:
        """The cards are no longer seen."""
        self._on.stop()
        self._missing.clear()
        self._asked = False

    def begin(self) -> None:
        """A paint event begins: there is time again to write."""
        self._wrote_s = 0.0
        self._began = time.thread_time()

    def too_late_for(self, row: int) -> bool:
        """Whether a card that is new here gets its picture in the next paint event, not in this."""
        if time.thread_time() - self._began < PAINTING_S:
            return False
        self._missing.add(row)
        return True

    def end(self) -> None:
        """It is over; what is missing comes with another."""
        self._asked = False
        if self._missing and not self._on.isActive():
            self._on.start()

    def paint(self, painter: QPainter, room: QRectF, item: Item, row: int, listed: bool) -> None:
        """Paint the words of a card, or of a row of the list, as far as they are there."""
        missing = False
        for part in ("row",) if listed else ("title", "facts"):
            top, high = _PARTS[part]
            picture = self._picture(part, item, room.width(), high)
            if picture is None:
                missing = True
            else:
                painter.drawPixmap(room.topLeft() + QPointF(0, top), picture)
        if missing:
            self._missing.add(row)

    def _write_on(self) -> None:
        cards = QRegion()
        for row in self._missing:
            cards += self._grid.visualRect(self._grid.items.index(row, 0))
        self._missing.clear()
        if self._grid.coming_up.going_on:  # what fades in is a picture of the cards
            self.begin()
            self._grid.coming_up.cards_changed(cards)
            self.end()
        seen = cards & self._grid.viewport().rect()
        self._asked = not seen.isEmpty()
        self._grid.viewport().update(seen)

    def _picture(self, part: str, item: Item, width: float, height: float) -> QPixmap | None:
        """A part of a card's words; None where the time for writing is used up."""
        ratio = self._grid.devicePixelRatioF()
        key = (part, item.title if part == "title" else item, round(width), ratio)
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        if self._wrote_s > WRITING_S:
            return None
        began = time.thread_time()
        picture = QPixmap(round(width * ratio), round(height * ratio))
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        write = {"row": self._write_row, "title": self._write_title, "facts": self._write_facts}[part]
        write(painter, item, width)
        painter.end()
        self._kept[key] = picture
        while len(self._kept) > _KEPT_TEXTS:
            self._kept.popitem(last=False)
        self._wrote_s += time.thread_time() - began
        return picture

    def _write_title(self, painter: QPainter, item: Item, width: float) -> None:
        room = width - 24
        body = look.font()
        painter.setFont(body)
        painter.setPen(QColor(self.theme.text))
        metrics = QFontMetricsF(body)
        y = 6.0
        for line in _two_lines(item.title, body, room):
            painter.drawText(QRectF(12, y, room, metrics.height()), Qt.AlignmentFlag.AlignLeft, line)
            y += metrics.height()

    def _write_facts(self, painter: QPainter, item: Item, width: float) -> None:
        room = width - 24
        small = look.font(small=True)
        painter.setFont(small)
        painter.setPen(QColor(self.theme.muted))
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
            QRectF(12, 2, room, 16),
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
