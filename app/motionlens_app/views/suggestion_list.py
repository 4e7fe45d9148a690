"""The list under the query field: what could be meant. It never takes the focus."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from ..state.suggesting import SuggestionController
from ..theme import ThemeManager, icon
from .query_bar import QueryBar

_PICTURES = {"history": "clock-counter-clockwise", "saved": "bookmark-simple", "caption": "text-align-left"}
_SAID = {"history": "asked before", "saved": "saved search", "caption": "caption in this library"}
_ROW = 30
_SOURCE = Qt.ItemDataRole.UserRole


class SuggestionList(QFrame):
    """Opens while one types and on Down in the empty field; arrows choose, Enter takes, Esc closes."""

    def __init__(
        self, bar: QueryBar, suggestions: SuggestionController, themes: ThemeManager, window: QWidget
    ) -> None:
        super().__init__(window)
        self.setObjectName("suggestions")
        self._bar, self._suggestions, self._themes = bar, suggestions, themes
        self.list = QListWidget()
        self.list.setObjectName("suggestionRows")
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.list.setMouseTracking(True)
        self.list.setIconSize(QSize(16, 16))
        self.list.setAccessibleName("Suggestions")
        self.list.itemClicked.connect(self._clicked)
        self.list.itemEntered.connect(self.list.setCurrentItem)
        box = QVBoxLayout(self)
        box.setContentsMargins(4, 4, 4, 4)
        box.addWidget(self.list)
        self.hide()
        themes.changed.connect(self._tint)
        suggestions.ready.connect(self._show)
        bar.edit.textEdited.connect(self._typed)
        bar.edit.installEventFilter(self)

    def _typed(self, text: str) -> None:
        if len(text.strip()) >= 2:
            self._suggestions.ask(text)
        else:
            self.close_list()

    def close_list(self) -> None:
        """Away with it, and with what is still being looked for."""
        self._suggestions.cancel()
        self.hide()

    def _show(self, typed: str, found: list) -> None:
        edit = self._bar.edit
        if not found or not edit.hasFocus() or typed != edit.text():
            self.hide()
            return
        self.list.clear()
        for one in found:
            item = QListWidgetItem(one.text)
            item.setData(_SOURCE, one.source)
            item.setToolTip(f"{one.text}\n{_SAID[one.source]}")
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{one.text}, {_SAID[one.source]}")
            item.setSizeHint(QSize(0, _ROW))
            self.list.addItem(item)
        self._tint()
        self.list.setCurrentRow(-1)
        field = self._bar.field
        at = field.mapTo(self.window(), QPoint(0, field.height() + 2))
        wide = min(field.width(), 640)
        self.setGeometry(at.x(), at.y(), wide, len(found) * _ROW + 12)
        self.raise_()
        self.show()

    def _tint(self) -> None:
        """Icons in the theme's colour, also when it changes under an open list."""
        for row in range(self.list.count()):
            item = self.list.item(row)
            item.setIcon(icon(_PICTURES[item.data(_SOURCE)], self._themes.theme))

    def _clicked(self, item: QListWidgetItem) -> None:
        self._take(item.text())

    def _take(self, text: str) -> None:
        self.close_list()
        self._bar.set_text(text)
        self._bar.edit.setFocus(Qt.FocusReason.OtherFocusReason)
        self._bar.entered.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys of the field while the list is open; the list goes when the field loses the focus."""
        if event.type() == QEvent.Type.FocusOut:
            self.close_list()
        elif event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._key(event.key())
        return False

    def _key(self, key: int) -> bool:
        if not self.isVisible():
            if key == Qt.Key.Key_Down and not self._bar.edit.text() and self._suggestions.available:
                self._suggestions.ask("", soon=False)
                return True
            return False
        row, n = self.list.currentRow(), self.list.count()
        if key == Qt.Key.Key_Down and row + 1 < n:
            self.list.setCurrentRow(row + 1)
        elif key == Qt.Key.Key_Up:
            self.list.setCurrentRow(row - 1)
        elif key == Qt.Key.Key_Escape:
            self.close_list()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and row >= 0:
            self._take(self.list.item(row).text())
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.close_list()
            return False
        else:
            return False
        return True
