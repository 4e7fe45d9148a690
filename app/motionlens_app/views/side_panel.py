"""Left: which library, what is in it, import, filter by length."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QPushButton, QVBoxLayout, QWidget

from ..state.items import LENGTHS
from ..state.libraries import LibraryController, LibraryState, choice_for, own_choice, starter_choice
from ..theme import ThemeManager, icon
from .widgets import ElidedLabel, button, counted, duration, label


class SidePanel(QWidget):
    """Library switcher, counts, import button, length filter."""

    library_chosen = Signal(object)
    open_other = Signal()
    import_folder = Signal()
    length_chosen = Signal(object)

    def __init__(self, libraries: LibraryController, themes: ThemeManager) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._libraries, self._themes = libraries, themes
        self._icons: list[tuple[QPushButton, str]] = []
        box = QVBoxLayout(self)
        box.setContentsMargins(12, 16, 12, 12)
        box.setSpacing(4)
        box.addWidget(label("LIBRARIES", "section"))
        self.starter = self._row(
            "Starter library", "sparkle", lambda: self.library_chosen.emit(starter_choice())
        )
        self.own = self._row("My library", "user", lambda: self.library_chosen.emit(own_choice()))
        self.other = self._row("", "folder", self._reopen)
        self.other.hide()
        self.open_button = self._row("Open another…", "folder-open", self.open_other.emit, checkable=False)
        for row in (self.starter, self.own, self.other, self.open_button):
            box.addWidget(row)
        box.addSpacing(8)
        self.import_button = button("Import motions…", "", self.import_folder.emit)
        self.import_button.setToolTip("Import a folder of motion files (Ctrl+I), or drop it on the window")
        self._icons.append((self.import_button, "plus"))
        box.addWidget(self.import_button)
        box.addSpacing(16)
        box.addWidget(label("IN THIS LIBRARY", "section"))
        self.counts = label("", "", wrap=True)
        box.addWidget(self.counts)
        self.folder = ElidedLabel("muted", Qt.TextElideMode.ElideMiddle)
        box.addWidget(self.folder)
        self.failures = button("", "row")
        self.failures.hide()
        box.addWidget(self.failures)
        box.addSpacing(16)
        self._lengths(box)
        box.addStretch(1)
        libraries.changed.connect(self.refresh)
        themes.changed.connect(self._tint)
        self._tint()
        self.refresh()

    def _row(self, text: str, picture: str, run, checkable: bool = True) -> QPushButton:
        row = button(text, "row", run)
        row.setCheckable(checkable)
        self._icons.append((row, picture))
        return row

    def _lengths(self, box: QVBoxLayout) -> None:
        box.addWidget(label("LENGTH", "section"))
        self.length_group = QButtonGroup(self)
        for number, length in enumerate(LENGTHS):
            row = button(length.label, "row")
            row.setCheckable(True)
            row.setChecked(number == 0)
            self.length_group.addButton(row, number)
            box.addWidget(row)
        self.length_group.idClicked.connect(lambda number: self.length_chosen.emit(LENGTHS[number]))

    def refresh(self) -> None:
        """Show what is open."""
        choice, counts = self._libraries.choice, self._libraries.counts
        kind = choice.kind if choice else ""
        self.starter.setChecked(kind == "starter")
        self.own.setChecked(kind == "own")
        if choice and kind == "other":
            self.other.setText(choice.title)
            self.other.setToolTip(str(choice.folder))
            self.other.setProperty("folder", str(choice.folder))
            self.other.show()
        self.other.setChecked(kind == "other")
        self.folder.set_whole(str(choice.folder) if choice else "")
        if self._libraries.state is LibraryState.FAILED:
            self.counts.setText("Not open")
        elif counts is None:
            self.counts.setText("Opening…")
        else:
            total = f", {duration(counts.duration_s)}" if counts.motions else ""
            self.counts.setText(
                f"{counted(counts.motions, 'motion')}{total}\n{counted(counts.moments, 'moment')}"
            )
        failed = counts.failures if counts else 0
        self.failures.setVisible(failed > 0)
        self.failures.setText(f"{counted(failed, 'file')} not imported…")

    def _reopen(self) -> None:
        from pathlib import Path

        self.library_chosen.emit(choice_for(Path(self.other.property("folder"))))

    def _tint(self) -> None:
        for widget, name in self._icons:
            widget.setIcon(icon(name, self._themes.theme))
