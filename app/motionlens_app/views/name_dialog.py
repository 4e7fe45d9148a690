"""A small dialog that asks for a name: of a collection, of a search."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from .widgets import button, label


class NameDialog(QDialog):
    """One field; the way on is open once there is a name."""

    def __init__(self, title: str, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setMinimumWidth(360)
        self.field = QLineEdit(text)
        self.field.setObjectName("number")
        self.field.setAccessibleName(title)
        self.field.selectAll()
        self.keep = button("Save", "primary", self.accept)
        self.keep.setDefault(True)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch(1)
        row.addWidget(button("Cancel", "", self.reject))
        row.addWidget(self.keep)
        box = QVBoxLayout(self)
        box.setContentsMargins(24, 20, 24, 20)
        box.setSpacing(8)
        box.addWidget(label(title, "title"))
        box.addWidget(self.field)
        box.addSpacing(8)
        box.addLayout(row)
        self.field.textChanged.connect(self._changed)
        self._changed()
        self.field.setFocus()

    def _changed(self) -> None:
        self.keep.setEnabled(bool(self.field.text().strip()))


def ask_name(parent: QWidget, title: str, text: str = "") -> tuple[str, bool]:
    """The name, and whether one was given; waits for it."""
    dialog = NameDialog(title, text, parent)
    given = dialog.exec() == QDialog.DialogCode.Accepted
    name = dialog.field.text()
    dialog.deleteLater()
    return name, given
