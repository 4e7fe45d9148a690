"""What the user does to find and to keep: stars, tags, collections, undo, moved folders, watching."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QCursor, QDropEvent, QMouseEvent
from PySide6.QtWidgets import QFileDialog, QFrame, QMenu

from ..state.dragging import ITEMS_MIME
from ..state.items import Item
from ..worker import Worker
from .card_marks import behind_rect, star_rect
from .details_edit import KeepForm
from .suggestion_list import SuggestionList
from .widgets import counted

if TYPE_CHECKING:
    from .main_window import MainWindow


class KeepActions(QObject):
    """Connects the session's finding and keeping with the window's widgets."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window, session = window, window.session
        self._session, self._grid = session, window.results.grid
        self.choose_folder: Callable[[str], str] = lambda title: QFileDialog.getExistingDirectory(
            window, title
        )
        self._worker = Worker("relocate", parent=self)
        self._checked: object = None
        self.suggestions = SuggestionList(window.query, session.suggestions, window.themes, window)
        grid, viewport = self._grid, self._grid.viewport()
        grid.starred = session.curation.is_favourite
        viewport.setAcceptDrops(True)
        viewport.installEventFilter(self)
        self._line = QFrame(viewport)
        self._line.setObjectName("dropLine")
        self._line.hide()
        curation, finding = session.curation, session.finding
        curation.changed.connect(self._kept_changed)
        curation.failed.connect(lambda error: window.messages.show_failure("That could not be kept", error))
        curation.done.connect(window.say)
        window.side.collections.opened.connect(self._open_search)
        window.side.facets.tag_menu.connect(self._tag_menu)
        window.query.entered.connect(session.finding_link.remember)
        self.form = KeepForm(self._grid.selected_items, session.curation, window.themes)
        window.viewer.details.set_editor(self.form)
        session.viewer.changed.connect(self._look)
        session.libraries.opened.connect(self._check_folders)
        session.watch.remembered = lambda folder: window.settings.flag(_key(folder), False)
        session.watch.chosen.connect(lambda folder, on: window.settings.put(_key(folder), on))
        session.watch.import_wanted.connect(self._import_watched)
        finding.changed.connect(self._kept_changed)
        session.query.changed.connect(lambda _soon: self._kept_changed())

    def follow(self) -> None:
        """The window is whole now."""
        self._kept_changed()

    def close(self) -> None:
        """Wait for the thread."""
        self._worker.close()

    # -- following -----------------------------------------------------------------------------------

    def _kept_changed(self) -> None:
        kept, actions = self._session.curation.kept, self._window.table.actions
        can = self._session.curation.available
        self._grid.can_star = can
        for name, title, verb in (
            ("edit.undo", kept.undo_title, "&Undo"),
            ("edit.redo", kept.redo_title, "&Redo"),
        ):
            actions[name].setText(f"{verb}: {title.replace('&', '&&')}" if title else verb)
            actions[name].setEnabled(bool(title))
        for name in ("edit.favourite", "edit.tag", "edit.collect"):
            actions[name].setEnabled(can)
        actions["find.save"].setEnabled(bool(self._session.finding_link.present()) and can)
        actions["find.forget"].setEnabled(can)
        actions["find.moments"].setEnabled(self._session.finding.arrangement.group)
        actions["find.clear"].setEnabled(bool(self._session.finding.active()))
        actions["edit.uncollect"].setEnabled(self._session.finding.collection is not None)
        self._grid.viewport().update()

    def _look(self) -> None:
        shown = self._session.viewer.shown
        self._session.curation.look_at(None if shown is None else shown.record.id)

    def _open_search(self, query: dict[str, Any]) -> None:
        words, avoided = self._session.finding_link.bring_back(query)
        self._grid.choice.begin_anew()
        self._session.query.clear_chips()
        self._window.query.avoid.setText(avoided)
        self._window.query.set_text(words)

    # -- commands ------------------------------------------------------------------------------------

    def selected(self) -> list[Item]:
        """The cards that a command is for."""
        chosen = self._grid.selected_items()
        current = self._grid.current_item()
        return chosen or ([current] if current else [])

    def favourite(self) -> None:
        """Star the selected cards, or take the star away."""
        self._session.curation.toggle_favourite(self.selected())

    def tag(self) -> None:
        """Put the cursor where tags are written."""
        self._window.viewer.show_details()
        self._window.viewer.details.build_now()
        if self.form.isVisible():
            self.form.tag.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def collect(self) -> None:
        """Choose a collection for the selected cards."""
        items, side = self.selected(), self._window.side.collections
        if not items:
            return
        menu = QMenu(self._window)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for one in self._session.curation.kept.collections:
            add = partial(self._session.curation.add_to_collection, one.id, items)
            menu.addAction(one.name.replace("&", "&&"), add)
        menu.addSeparator()
        menu.addAction("New collection…", lambda: side.make([list(item.key) for item in items]))
        self.menu = menu
        menu.popup(QCursor.pos() if self._grid.underMouse() else self._grid.mapToGlobal(QPoint(24, 24)))

    def uncollect(self) -> None:
        """Take the selected cards out of the open collection."""
        number = self._session.finding.collection
        if number is not None:
            self._session.curation.remove_from_collection(number, self.selected())

    def show_moments(self) -> None:
        """Show the moments behind the card, or fold them."""
        current = self._grid.current_item()
        if current is not None and self._session.finding.arrangement.group:
            self._session.finding.open_group(current)

    def _tag_menu(self, name: str, at: QPoint) -> None:
        menu = QMenu(self._window)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Rename the tag…", lambda: self._rename_tag(name))
        menu.addAction("Delete the tag everywhere", lambda: self._delete_tag(name))
        menu.popup(at)

    def _rename_tag(self, name: str) -> None:
        other, given = self._window.side.collections.ask_name("Name of the tag", name)
        if given and other.strip():
            self._forget_tag(name)
            self._session.curation.rename_tag(name, other)

    def _delete_tag(self, name: str) -> None:
        self._forget_tag(name)
        self._session.curation.delete_tag(name)

    def _forget_tag(self, name: str) -> None:
        if self._session.finding.chosen("tag", name):
            self._session.finding.toggle("tag", name)

    # -- moved folders and watched ones --------------------------------------------------------------

    def _check_folders(self) -> None:
        library = self._session.libraries.library
        if library is self._checked or not hasattr(library, "curation"):
            return
        self._checked = library
        self._worker.submit(lambda task: _missing(library), self._offer, lambda error: None)

    def _offer(self, missing: list[str]) -> None:
        if not missing or self._window.messages.isVisible():
            return
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        self._window.messages.show_note(
            "A folder of this library was moved or its drive is away",
            f"{missing[0]}{more} is not there. Tags, captions and collections are kept; show where it is now.",
            ("Find the folder…", lambda: self.relocate(missing[0])),
        )

    def relocate(self, old: str) -> None:
        """Ask where a folder is now."""
        new, library = self.choose_folder(f"Where is {Path(old).name} now?"), self._session.libraries.library
        if not new or library is None:
            return

        def job(task: object) -> int:
            from motionlens.library.relocate import relocate

            return relocate(library, old, new)  # type: ignore[arg-type]

        self._worker.submit(job, self._relocated, self._not_relocated)

    def _relocated(self, n: int) -> None:
        self._checked = None  # another folder may be missing too
        self._window.say(f"Found {counted(n, 'file')} again")
        self._session.libraries.refresh()

    def _not_relocated(self, error: Exception) -> None:
        self._window.messages.show_failure("The folder was not found again", error)

    def _import_watched(self, folders: list[Path]) -> None:
        self._session.import_paths(folders)

    # -- the pointer on cards ------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Clicks on star and pill; cards dragged inside an open collection."""
        kind = event.type()
        if kind == QEvent.Type.MouseButtonPress and isinstance(event, QMouseEvent):
            return event.button() == Qt.MouseButton.LeftButton and self._clicked(event.position())
        if kind in (QEvent.Type.DragEnter, QEvent.Type.DragMove, QEvent.Type.Drop) and isinstance(
            event, QDropEvent
        ):
            return self._dragged(event)
        if kind == QEvent.Type.DragLeave:
            self._line.hide()
        return False

    def _clicked(self, point: QPointF) -> bool:
        index = self._grid.indexAt(point.toPoint())
        if not index.isValid():
            return False
        picture, item = QRectF(self._grid.picture_of(index.row())), self._session.items.items[index.row()]
        if self._grid.can_star and star_rect(picture).contains(point):
            self._session.curation.toggle_favourite([item])
            return True
        if item.more and behind_rect(picture, item).contains(point):
            self._session.finding.open_group(item)
            return True
        return False

    @property
    def sortable(self) -> bool:
        """Cards can be dragged into another order: a collection is shown in its own, and nothing else filters."""
        finding, how = self._session.finding, self._session.finding.arrangement
        plain = how.sort == "score" and not (how.descending or how.fold or how.group)
        return (
            plain
            and finding.order is not None
            and len(finding.active()) == 1
            and not self._session.search.asks
        )

    def _dragged(self, event: QDropEvent) -> bool:
        if not event.mimeData().hasFormat(ITEMS_MIME):
            return False
        if not self.sortable or event.source() is not self._grid:
            return False
        event.setDropAction(Qt.DropAction.MoveAction)
        event.accept()
        place = self.show_place(event.position().toPoint())
        if event.type() == QEvent.Type.Drop:
            self._line.hide()
            marks = json.loads(bytes(event.mimeData().data(ITEMS_MIME).data()))
            self.move({(m[0], m[1], m[2]) for m in marks}, place)
        return True

    def show_place(self, point: QPoint) -> int:
        """A line where cards that are let go over a point of the grid would go in; the row of that place."""
        place, line = self._place(point)
        self._line.setGeometry(line)
        self._line.show()
        self._line.raise_()
        return place

    def move(self, keys: set[tuple[int, int, int]], place: int) -> None:
        """Put cards of the open collection before the one at a place."""
        number = self._session.finding.collection
        items = self._session.items.items
        moved = [item for item in items if item.key in keys or (item.motion_id, 0, 0) in keys]
        if number is not None and moved:
            self._session.curation.move_in_collection(number, moved, place)

    def _place(self, point: QPoint) -> tuple[int, QRect]:
        """Before which card a drop goes, and where that is shown."""
        grid, n = self._grid, self._session.items.rowCount()
        index = grid.indexAt(point)
        row = index.row() if index.isValid() else n - 1
        rect = grid.visualRect(self._session.items.index(max(row, 0), 0))
        after = not index.isValid()
        if grid.density == "list":
            after = after or point.y() > rect.center().y()
            return row + after, QRect(
                rect.x() + 6, rect.bottom() if after else rect.y() - 1, rect.width() - 12, 3
            )
        after = after or point.x() > rect.center().x()
        return row + after, QRect(
            rect.right() - 1 if after else rect.x() - 1, rect.y() + 6, 3, rect.height() - 12
        )


def _key(folder: str) -> str:
    import hashlib

    return "watch/" + hashlib.sha256(folder.encode()).hexdigest()[:16]


def _missing(library: Any) -> list[str]:
    from motionlens.library.relocate import missing_roots

    return missing_roots(library)
