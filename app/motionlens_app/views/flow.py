"""A layout that sets widgets side by side and goes on in the next line."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget


class FlowLayout(QLayout):
    """Widgets at their size hints, from the left, in as many lines as they need."""

    def __init__(self, parent: QWidget | None = None, gap: int = 6) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self.setSpacing(gap)
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        """Qt's name."""
        self._items.append(item)

    def count(self) -> int:
        """Qt's name."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        """Qt's name."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        """Qt's name."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def clear(self) -> None:
        """Remove all widgets."""
        while self._items:
            widget = self._items.pop().widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()

    def expandingDirections(self) -> Qt.Orientation:
        """None."""
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        """Lines depend on the width."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Of all lines."""
        return self._lay_out(QRect(0, 0, width, 0), place=False)

    def setGeometry(self, rect: QRect) -> None:
        """Place the widgets."""
        super().setGeometry(rect)
        self._lay_out(rect, place=True)

    def sizeHint(self) -> QSize:
        """The largest widget."""
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        """The largest widget."""
        out = QSize()
        for item in self._items:
            widget = item.widget()
            if widget is None or not widget.isHidden():
                out = out.expandedTo(item.minimumSize())
        return out

    def _lay_out(self, rect: QRect, place: bool) -> int:
        x, y, line = rect.x(), rect.y(), 0
        placed: list[tuple[QLayoutItem, QPoint, QSize]] = []
        for item in self._items:
            widget = item.widget()
            if widget is not None and widget.isHidden():
                continue
            size = item.sizeHint()
            size.setWidth(min(size.width(), max(rect.width(), 1)))
            if x > rect.x() and x + size.width() > rect.right() + 1:
                self._place(placed, line, place)
                x, y, line = rect.x(), y + line + self.spacing(), 0
            placed.append((item, QPoint(x, y), size))
            x += size.width() + self.spacing()
            line = max(line, size.height())
        self._place(placed, line, place)
        return y + line - rect.y()

    @staticmethod
    def _place(placed: list[tuple[QLayoutItem, QPoint, QSize]], line: int, place: bool) -> None:
        """The widgets of one line, on a common middle."""
        for item, corner, size in placed:
            if place:
                item.setGeometry(QRect(corner + QPoint(0, (line - size.height()) // 2), size))
        placed.clear()
