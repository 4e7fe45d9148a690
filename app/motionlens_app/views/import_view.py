"""Import: the strip in the status bar while it runs, the list of failures when it ends."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from motionlens.library.interface import Failure

from ..services import ImportOutcome
from ..state.imports import ImportController, ImportState
from .failure_table import FailureTable
from .widgets import ElidedLabel, button, counted, label


def progress_sentence(imports: ImportController) -> str:
    """What the strip says."""
    progress = imports.progress
    if progress is None or progress.stage == "scan" or not progress.total:
        return "Looking for motion files…"
    if progress.stage == "encode":
        return f"Indexing {progress.done:,} of {counted(progress.total, 'moment')}"
    parts = [f"Importing {progress.done:,} of {counted(progress.total, 'file')}"]
    if progress.failed:
        parts.append(f"{progress.failed:,} failed")
    if imports.rate:
        whole = round(imports.rate)
        parts.append(f"{counted(whole, 'file')} a second" if whole else "under 1 file a second")
    return " · ".join(parts)


def outcome_sentence(outcome: ImportOutcome) -> str:
    """One sentence on how an import ended.

    >>> outcome_sentence(ImportOutcome(3, 1, ()))
    '3 files imported, 1 unchanged.'
    """
    start = "Import cancelled: " if outcome.cancelled else ""
    parts = [f"{counted(outcome.imported, 'file')} imported"]
    if outcome.unchanged:
        parts.append(f"{outcome.unchanged:,} unchanged")
    if outcome.failures:
        parts.append(f"{len(outcome.failures):,} could not be read")
    return start + ", ".join(parts) + "."


class ImportStrip(QWidget):
    """Progress, current file, cancel; hidden when nothing is imported."""

    def __init__(self, imports: ImportController) -> None:
        super().__init__()
        self._imports = imports
        self.bar = QProgressBar(textVisible=False)
        self.bar.setFixedWidth(160)
        self.sentence = label("")
        self.current = ElidedLabel("muted", Qt.TextElideMode.ElideMiddle)
        self.cancel = button("Cancel", "flat", imports.cancel)
        self.cancel.setAccessibleName("Cancel the import")
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 2, 8, 2)
        row.setSpacing(12)
        row.addWidget(self.bar)
        row.addWidget(self.sentence)
        row.addWidget(self.current, 1)
        row.addWidget(self.cancel)
        imports.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Follow the controller."""
        state, progress = self._imports.state, self._imports.progress
        self.setVisible(state is not ImportState.IDLE)
        if progress is None:
            return
        self.bar.setRange(0, progress.total)
        self.bar.setValue(progress.done)
        cancelling = state is ImportState.CANCELLING
        self.sentence.setText("Stopping after this file…" if cancelling else progress_sentence(self._imports))
        self.current.set_whole(progress.name.rsplit("/", 1)[-1])
        self.cancel.setEnabled(not cancelling)


class FailureDialog(QDialog):
    """Files that are not in the library, each with its sentence; copyable."""

    def __init__(self, headline: str, failures: Sequence[Failure], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Files not imported")
        self.resize(760, 420)
        self.table = FailureTable("File", "Why", "Files not imported", 220)
        self.table.fill([(failure.path, failure.message) for failure in failures])
        box = QVBoxLayout(self)
        box.setContentsMargins(16, 16, 16, 16)
        box.setSpacing(12)
        box.addWidget(label(headline, "title", wrap=True))
        box.addWidget(self.table, 1)
        row_box = QHBoxLayout()
        row_box.addWidget(button("Copy list", "", self.table.copy))
        row_box.addStretch(1)
        close = button("Close", "primary", self.accept)
        row_box.addWidget(close)
        box.addLayout(row_box)
        close.setFocus()
