"""Left: which library, what is in it, collections, saved searches, filters."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QPushButton, QScrollArea, QVBoxLayout, QWidget

from ..state.libraries import LibraryState, choice_for, own_choice, starter_choice
from ..state.session import Session
from ..theme import ThemeManager, icon
from .collection_list import CollectionList
from .facet_panel import FacetPanel
from .rows import Row, set_visible
from .watch_row import WatchRow
from .widgets import ElidedLabel, QuietScrollBar, button, counted, duration, label


class SidePanel(QWidget):
    """Library switcher, counts, import button; then what is kept and what filters, scrolled."""

    library_chosen = Signal(object)
    open_other = Signal()
    import_folder = Signal()

    def __init__(self, session: Session, themes: ThemeManager) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._libraries, self._themes = session.libraries, themes
        self._icons: list[tuple[QPushButton, str]] = []
        inner = QWidget()
        inner.setObjectName("panel")
        box = QVBoxLayout(inner)
        box.setContentsMargins(12, 12, 4, 12)
        box.setSpacing(0)
        self._switcher(box)
        self.watch = WatchRow(session, themes)
        box.addWidget(self.watch)
        box.addSpacing(12)
        self.collections = CollectionList(session, themes)
        box.addWidget(self.collections)
        self.facets = FacetPanel(session.finding, themes)
        box.addWidget(self.facets)
        box.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setVerticalScrollBar(QuietScrollBar())
        area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # what lies in it has the keyboard, and scrolls it
        area.setWidget(inner)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(area)
        session.libraries.changed.connect(self.refresh)
        themes.changed.connect(self._tint)
        self._tint()
        self.refresh()

    def _switcher(self, box: QVBoxLayout) -> None:
        box.addWidget(label("LIBRARIES", "section"))
        box.addSpacing(2)
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
        box.addSpacing(12)
        box.addWidget(label("IN THIS LIBRARY", "section"))
        box.addSpacing(4)
        self.counts = label("", "", wrap=True)
        self.counts.setContentsMargins(8, 0, 8, 0)  # under the icons of the rows above
        box.addWidget(self.counts)
        box.addSpacing(2)
        self.folder = ElidedLabel("muted", Qt.TextElideMode.ElideMiddle)
        self.folder.setContentsMargins(8, 0, 8, 0)
        box.addWidget(self.folder)
        self.failures = button("", "link")
        self.failures.hide()
        box.addWidget(self.failures)

    def _row(self, text: str, picture: str, run, checkable: bool = True) -> Row:
        row = Row(text, picture, self._themes)
        row.setCheckable(checkable)
        row.clicked.connect(self.refresh)  # the tick follows what is open, not the click
        row.clicked.connect(lambda _on=False: run())
        return row

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
        set_visible(self.failures, failed > 0)
        self.failures.setText(f"{counted(failed, 'file')} not imported…")

    def _reopen(self) -> None:
        self.library_chosen.emit(choice_for(Path(self.other.property("folder"))))

    def _tint(self) -> None:
        for widget, name in self._icons:
            widget.setIcon(icon(name, self._themes.theme))
