"""Which card is current while lists come and go, and when others hear of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from ..state.items import Item
from ..state.session import SETTLE_MS

if TYPE_CHECKING:
    from .grid import ResultGrid


class CardChoice(QObject):
    """Keeps the chosen card over new lists; ``told``: show this card.

    A card that the user chose stays current while it is in the list. One that came up by itself gives way to the best hit
    of the answer to another question. After another question lists are seen from their top until the user scrolls.
    """

    told = Signal(object)

    def __init__(self, grid: ResultGrid) -> None:
        super().__init__(grid)
        self._grid = grid
        self._key: tuple[int, int, int] | None = None
        self._by_hand = self._from_top = False
        self._coming_up = self._untold = False
        self._settle = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settle.timeout.connect(self._settled)
        grid.verticalScrollBar().actionTriggered.connect(self._scrolled)

    def begin_anew(self) -> None:
        """Another question: the next list begins at its best hit, whatever is chosen now."""
        self._key, self._from_top = None, True

    def question_changed(self) -> None:
        """Other words: lists are seen from their best hit; a card chosen by hand stays."""
        self._from_top = True

    def choose_first(self) -> None:
        """The best hit, as nobody chose another."""
        from_top = self._from_top
        self._come_up(0)
        self._by_hand, self._from_top = False, from_top

    def became_current(self, item: Item) -> None:
        """The view made a card current: by hand, unless it came up with a list."""
        self._key, self._by_hand, self._from_top = item.key, True, False
        self._untold = self._coming_up
        if self._untold:
            self._settle.start()
        else:
            self._settle.stop()
            self.told.emit(item)

    def list_replaced(self) -> None:
        """Another list: find the card in it."""
        if self._key is not None and (self._by_hand or not self._from_top):
            row, before = self._grid.items.row_of(self._key), (self._by_hand, self._from_top)
            if row >= 0:
                self._come_up(row)
                self._by_hand, self._from_top = before
        if self._from_top:
            self._grid.scrollToTop()

    def set_seen(self, seen: bool) -> None:
        """Nothing is told while the view is hidden; what was not told yet is when it shows again."""
        if not seen:
            self._settle.stop()
        elif self._untold:
            self._settle.start()

    def _come_up(self, row: int) -> None:
        self._coming_up = True
        try:
            self._grid.select_row(row)
        finally:
            self._coming_up = False

    def _settled(self) -> None:
        if self._grid.calm():  # one still types
            self._settle.start()
            return
        self._untold = False
        item = self._grid.current_item()
        if item is not None:
            self.told.emit(item)

    def _scrolled(self, _action: int) -> None:
        self._from_top = False
