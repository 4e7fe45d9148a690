"""Pages of "Export…": how far it is, and how it ended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QIcon, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from ..state.exporting import ExportProgress, ExportState
from ..theme import ThemeManager, icon
from .failure_table import FailureTable
from .widgets import ElidedLabel, button, counted, label


class Choices(QComboBox):
    """A combo box with the theme's own arrow: the style's has an edge that a sheet cannot take away."""

    def __init__(self, themes: ThemeManager) -> None:
        super().__init__()
        self._themes = themes

    def paintEvent(self, event: QPaintEvent) -> None:
        """The box, then its arrow."""
        super().paintEvent(event)
        painter = QPainter(self)
        place = QRect(self.width() - 26, (self.height() - 14) // 2, 14, 14)
        mode = QIcon.Mode.Normal if self.isEnabled() else QIcon.Mode.Disabled
        icon("caret-down", self._themes.theme).paint(painter, place, mode=mode)
        painter.end()


class ProgressPage(QWidget):
    """How far the export is."""

    def __init__(self) -> None:
        super().__init__()
        self.doing = label("", "title")
        self.bar = QProgressBar(textVisible=False)
        self.bar.setAccessibleName("Progress of the export")
        self.current = ElidedLabel("muted", Qt.TextElideMode.ElideMiddle)
        self.stop = button("Cancel the export", "")
        self.behind = button("Go on working", "")
        self.behind.setToolTip("The export goes on; E shows it again")
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch(1)
        row.addWidget(self.behind)
        row.addWidget(self.stop)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(12)
        for widget in (self.doing, self.bar, self.current):
            box.addWidget(widget)
        box.addStretch(1)
        box.addLayout(row)

    def show_progress(self, state: ExportState, progress: ExportProgress) -> None:
        """Follow the controller."""
        self.stop.setEnabled(state is ExportState.RUNNING)
        self.bar.setRange(0, max(progress.total, 1) * 100)
        self.bar.setValue(round(progress.done * 100))
        if state is ExportState.CANCELLING:
            self.doing.setText("Stopping…")
        elif progress.total == 1:
            self.doing.setText("Exporting")
        else:
            at = min(int(progress.done) + 1, progress.total)
            self.doing.setText(f"Exporting {at:,} of {progress.total:,}")
        self.current.set_whole(progress.name)


class EndPage(QWidget):
    """What was written, and what was not and why."""

    def __init__(self, themes: ThemeManager) -> None:
        super().__init__()
        self._themes = themes
        self.picture = label("")
        self.picture.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        themes.changed.connect(self._tint)
        self._tint()
        self.headline = label("", "title", wrap=True)
        self.notes = label("", "muted", wrap=True)
        self.table = FailureTable("Motion", "Why it was not exported", "Motions that were not exported", 180)
        self.copy_list = button("Copy list", "", self.table.copy)
        self.open_folder = button("Show folder", "")
        self.more = button("Export more…", "")
        self.finish = button("Close", "primary")
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.copy_list)
        row.addStretch(1)
        for widget in (self.more, self.open_folder, self.finish):
            row.addWidget(widget)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(12)
        self._column = box
        box.addStretch(0)
        box.addWidget(self.picture)
        box.addWidget(self.headline)
        box.addWidget(self.notes)
        box.addWidget(self.table, 100)
        box.addStretch(1)
        box.addLayout(row)

    def _tint(self) -> None:
        self.picture.setPixmap(icon("check-circle", self._themes.theme, accent=True).pixmap(48, 48))

    def tell(
        self, headline: str, notes: Sequence[str], failures: Sequence[Any], written: bool = False
    ) -> None:
        """Fill in; where all went well it stands in the middle."""
        self.headline.setText(headline)
        self.notes.setText("\n".join(f"Some were {note}." for note in notes))
        self.notes.setVisible(bool(notes))
        for widget in (self.table, self.copy_list):
            widget.setVisible(bool(failures))
        well = bool(written) and not failures
        self.picture.setVisible(well)
        side = Qt.AlignmentFlag.AlignHCenter if well else Qt.AlignmentFlag.AlignLeft
        for words in (self.headline, self.notes):
            words.setAlignment(side)
        self._column.setStretch(0, 1 if well else 0)
        self.table.fill([(failure.name, failure.message) for failure in failures])


def end_sentence(report: Any, folder: str) -> str:
    """One sentence on how an export ended.

    >>> from motionlens.export import ExportReport
    >>> end_sentence(ExportReport((), ()), "/x")
    'Nothing was exported.'
    """
    n, failed = len(report.written), len(report.failures)
    if report.cancelled:
        return f"Cancelled: {counted(n, 'motion')} exported before that."
    if not n:
        return (
            "Nothing was exported."
            if not failed
            else f"Nothing was exported: {counted(failed, 'motion')} failed."
        )
    if n == 1 and not failed:
        return f"{report.written[0].path.name} is in {folder}."
    out = f"{counted(n, 'file')} written to {folder}"
    return f"{out}; {counted(failed, 'motion')} failed." if failed else f"{out}."
