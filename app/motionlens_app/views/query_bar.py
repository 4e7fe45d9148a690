"""The query bar: the one place to start."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from ..theme import ThemeManager, icon
from .widgets import IconButton

PLACEHOLDER = "Describe a motion: a person waves with the left hand"


class QueryEdit(QLineEdit):
    """Escape clears; Down goes to the cards."""

    leave_down = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Two keys of our own."""
        if event.key() == Qt.Key.Key_Escape:
            self.clear()
        elif event.key() == Qt.Key.Key_Down:
            self.leave_down.emit()
        else:
            super().keyPressEvent(event)


class QueryBar(QWidget):
    """Search box. ``edited``: text as one types; ``entered``: Enter."""

    edited = Signal(str)
    entered = Signal()

    def __init__(self, themes: ThemeManager) -> None:
        super().__init__()
        self.setObjectName("queryBar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._themes = themes
        self.edit = QueryEdit()
        self.edit.setObjectName("query")
        self.edit.setPlaceholderText(PLACEHOLDER)
        self.edit.setAccessibleName("Describe a motion")
        self.edit.setMinimumHeight(40)
        self.edit.setToolTip("Search by description ( / )")
        self._glass = self.edit.addAction(
            icon("magnifying-glass", themes.theme), QLineEdit.ActionPosition.LeadingPosition
        )
        self.clear = IconButton("x", "Clear the query (Esc)", themes, self.edit.clear)
        self.clear.setIconSize(QSize(16, 16))
        self.clear.setVisible(False)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 12, 8)
        row.setSpacing(8)
        row.addWidget(self.edit, 1)
        row.addWidget(self.clear)
        self.edit.textChanged.connect(self._changed)
        self.edit.returnPressed.connect(self.entered)
        themes.changed.connect(self._tint)

    def focus(self) -> None:
        """Put the cursor there, with everything selected."""
        self.edit.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.edit.selectAll()

    def set_text(self, text: str) -> None:
        """Ask this (a clicked suggestion)."""
        self.edit.setText(text)

    def _changed(self, text: str) -> None:
        self.clear.setVisible(bool(text))
        self.edited.emit(text)

    def _tint(self) -> None:
        self._glass.setIcon(icon("magnifying-glass", self._themes.theme))
