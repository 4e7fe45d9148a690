"""What could not be done and why, a line each; copyable."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem


class FailureTable(QTableWidget):
    """Two columns: what, and one sentence."""

    def __init__(self, what: str, why: str, name: str, width: int) -> None:
        """``what``, ``why``: headers. ``name``: for screen readers. ``width``: of the first column, pixels."""
        super().__init__(0, 2)
        self._rows: list[tuple[str, str]] = []
        self.setHorizontalHeaderLabels([what, why])
        self.verticalHeader().hide()
        self.setShowGrid(False)
        self.setWordWrap(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setTabKeyNavigation(False)  # Tab leaves it again
        self.setAccessibleName(name)
        header = self.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.resizeSection(0, width)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)

    def fill(self, rows: Sequence[tuple[str, str]]) -> None:
        """Show (path or name, sentence); of a path the file's name, also where the sentence tells it."""
        self._rows = list(rows)
        self.setRowCount(len(self._rows))
        for number, (what, why) in enumerate(self._rows):
            name = what.rsplit("/", 1)[-1]
            shown = QTableWidgetItem(name)
            shown.setToolTip(what)
            self.setItem(number, 0, shown)
            sentence = QTableWidgetItem(why.replace(what, name) if what else why)
            sentence.setToolTip(why)
            self.setItem(number, 1, sentence)

    def text(self) -> str:
        """The list as tab-separated lines."""
        return "\n".join(f"{what}\t{why}" for what, why in self._rows)

    def copy(self) -> None:
        """Put the list on the clipboard."""
        QGuiApplication.clipboard().setText(self.text())
