"""A window that changes its width shows the same cards as before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer

if TYPE_CHECKING:
    from .grid import ResultGrid

_SETTLED_MS = 250
"""After the last change of the cells; before that the list view may still lay them out anew."""


class KeptPlace:
    """Remembers a card and how high it stands, and brings it there again once the cells have another size.

    Of the selected card when it is seen, else of the first one seen. Cells are laid out in batches, so that a place
    far down may be reached some turns of the event loop later; scrolling or another list gives it up.
    """

    def __init__(self, grid: ResultGrid) -> None:
        self._grid = grid
        self._row = -1
        self._down = 0.0  # pixels from the viewport's top, in heights of a cell
        self._done = QTimer(grid, singleShot=True, interval=_SETTLED_MS)
        self._done.timeout.connect(self.forget)
        bar = grid.verticalScrollBar()
        # In an event of its own: while the list view lays its cells out it puts the bar where it was.
        self._again = QTimer(grid, singleShot=True, interval=0)
        self._again.timeout.connect(self.restore)
        bar.rangeChanged.connect(lambda low, high: self._row >= 0 and self._again.start())
        bar.actionTriggered.connect(lambda action: self.forget())  # somebody goes elsewhere

    def remember(self, width: int) -> None:
        """Before the cells change; ``width`` is the viewport's before."""
        grid, top = self._grid, self._grid.verticalScrollBar().value()
        cell = grid.gridSize()
        if self._row >= 0 or not top or cell.height() <= 0:
            return  # still on the way to a place, or at the top
        columns = max(width // max(cell.width(), 1), 1)
        current = grid.currentIndex().row()
        seen = 0 <= current // columns * cell.height() - top + cell.height() // 2 <= grid.viewport().height()
        self._row = current if current >= 0 and seen else top // cell.height() * columns
        self._down = (self._row // columns * cell.height() - top) / cell.height()

    def restore(self) -> None:
        """After they have changed, and as more of them are laid out."""
        if self._row < 0:
            return
        grid, bar = self._grid, self._grid.verticalScrollBar()
        height = grid.gridSize().height()
        wanted = round((self._row // grid.columns() - self._down) * height)
        last = -(-grid.items.rowCount() // grid.columns()) * height - grid.viewport().height()
        wanted = max(min(wanted, last), 0)
        bar.setValue(wanted)
        if bar.maximum() >= wanted:
            self._done.start()

    def forget(self) -> None:
        """Stay wherever it is."""
        self._done.stop()
        self._again.stop()
        self._row = -1
