"""Collections and saved searches in the side panel."""

from __future__ import annotations

import json

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from ..state.curation import CurationController
from ..state.dragging import ITEMS_MIME
from ..state.finding import FindingController
from ..state.session import Session
from ..theme import ThemeManager
from .name_dialog import ask_name
from .rows import Row, set_visible
from .widgets import button, label


class CollectionRow(Row):
    """Takes cards that are dropped on it: ``dropped`` carries [[motion, first, last frame]…]."""

    dropped = Signal(list)

    def __init__(self, text: str, picture: str, themes: ThemeManager, count: int | None = None) -> None:
        super().__init__(text, picture, themes, count)
        self.setAcceptDrops(True)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Cards."""
        if event.mimeData().hasFormat(ITEMS_MIME):
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self.set_target(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """They went elsewhere."""
        self.set_target(False)

    def dropEvent(self, event: QDropEvent) -> None:
        """Put them in."""
        self.set_target(False)
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self.dropped.emit(json.loads(bytes(event.mimeData().data(ITEMS_MIME).data())))


class CollectionList(QWidget):
    """``opened``: a saved search was clicked. ``said``: a sentence for the status bar."""

    opened = Signal(dict)
    said = Signal(str)

    def __init__(self, session: Session, themes: ThemeManager) -> None:
        super().__init__()
        self._session, self._themes = session, themes
        self._finding: FindingController = session.finding
        self._curation: CurationController = session.curation
        self.ask_name = lambda title, text="": ask_name(self.window(), title, text)
        self.rows: dict[int, CollectionRow] = {}
        self.searches: dict[int, Row] = {}
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 12)
        box.setSpacing(0)
        box.addWidget(label("COLLECTIONS", "section"))
        box.addSpacing(2)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(0)
        box.addLayout(self._rows)
        self.new = CollectionRow("New collection…", "plus", themes)
        self.new.setCheckable(False)
        self.new.setToolTip("Make a collection; cards that are dropped here go into it")
        self.new.clicked.connect(lambda: self.make([]))
        self.new.dropped.connect(self.make)
        box.addWidget(self.new)
        self.saved_title = label("SAVED SEARCHES", "section")
        self.saved_title.setContentsMargins(0, 12, 0, 2)  # no gap where there is no section
        box.addWidget(self.saved_title)
        self._saved = QVBoxLayout()
        self._saved.setSpacing(0)
        box.addLayout(self._saved)
        self.save = button("Save this search…", "link", self.save_search)
        box.addWidget(self.save)
        for signal in (
            self._curation.changed,
            self._finding.changed,
            session.query.changed,
            session.query.chips_changed,
        ):
            signal.connect(self.refresh)
        self.refresh()

    def refresh(self, *_: object) -> None:
        """Follow what is kept."""
        kept = self._curation.kept
        set_visible(self, self._curation.available)
        if [c.id for c in kept.collections] != list(self.rows):
            self._clear(self._rows, self.rows)
            for one in kept.collections:
                self._add_collection(one.id, one.name)
        for one in kept.collections:
            row = self.rows[one.id]
            row.setText(one.name)
            row.set_count(one.n_items, f"{one.name}\nDrop cards here to add them")
            row.setChecked(self._finding.collection == one.id)
        names = [s.id for s in kept.saved]
        if names != list(self.searches):
            self._clear(self._saved, self.searches)
            for saved in kept.saved:
                self._add_search(saved.id)
        present = self._session.finding_link.present()
        for saved in kept.saved:
            self.searches[saved.id].setText(saved.name)
            self.searches[saved.id].set_count(None, str(saved.query.get("text", "")) or saved.name)
            self.searches[saved.id].setChecked(saved.query == present)
        kept_already = any(saved.query == present for saved in kept.saved)
        can = bool(present) and not self._session.query.chips and not kept_already
        set_visible(self.save, can)
        set_visible(self.saved_title, can or bool(kept.saved))

    @staticmethod
    def _clear(box: QVBoxLayout, rows: dict) -> None:
        for row in rows.values():
            box.removeWidget(row)
            row.hide()
            row.deleteLater()
        rows.clear()

    def _add_collection(self, number: int, name: str) -> None:
        row = self.rows[number] = CollectionRow(name, "stack", self._themes, 0)
        row.clicked.connect(lambda _on=False: self._finding.toggle("collection", number))
        row.dropped.connect(lambda marks: self._curation.add_to_collection(number, self._items(marks)))
        row.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        row.customContextMenuRequested.connect(lambda at: self._menu(number, row.mapToGlobal(at)))
        self._rows.addWidget(row)

    def _add_search(self, number: int) -> None:
        row = self.searches[number] = Row("", "bookmark-simple", self._themes)
        row.clicked.connect(lambda _on=False: self._open(number))
        row.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        row.customContextMenuRequested.connect(lambda at: self._search_menu(number, row.mapToGlobal(at)))
        self._saved.addWidget(row)

    def _open(self, number: int) -> None:
        found = next((s for s in self._curation.kept.saved if s.id == number), None)
        if found is not None:
            self.opened.emit(dict(found.query))
        self.refresh()

    def _items(self, marks: list) -> list:
        """Cards of what was dragged."""
        from motionlens.library.marks import Item as Mark

        from ..state.curation import item_of_mark

        cards = {item.motion_id: item for item in self._session.libraries.items}
        found = [item_of_mark(Mark(*one), cards) for one in marks]
        return [item for item in found if item is not None]

    # -- what the user does --------------------------------------------------------------------------

    def make(self, marks: list) -> None:
        """Make a collection of cards, or an empty one."""
        items = self._items(marks)
        name, given = self.ask_name("Name of the collection")
        if given and name.strip():
            self._curation.create_collection(name, items)

    def save_search(self) -> None:
        """Keep the words and filters at hand under a name."""
        query = self._session.finding_link.present()
        if not query or self._session.query.chips:
            self.said.emit(
                "Type words or choose filters first: a saved search holds these, not clips and motions."
            )
            return
        name, given = self.ask_name("Name of the search", str(query.get("text", "")))
        if given and name.strip():
            self._curation.save_search(name, query)

    def rename(self, number: int) -> None:
        """Ask for another name."""
        name, given = self.ask_name("Name of the collection", self.rows[number].text())
        if given and name.strip():
            self._curation.rename_collection(number, name)

    def delete(self, number: int) -> None:
        """Delete it; undo brings it back."""
        if self._finding.collection == number:
            self._finding.toggle("collection", number)
        self._curation.delete_collection(number)

    def _menu(self, number: int, at: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Rename…", lambda: self.rename(number))
        menu.addAction("Delete the collection", lambda: self.delete(number))
        menu.popup(at)

    def _search_menu(self, number: int, at: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Delete the saved search", lambda: self._curation.delete_search(number))
        menu.popup(at)
