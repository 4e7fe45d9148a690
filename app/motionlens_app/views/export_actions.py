"""What the user does to take motions away: Export…, copy the path, show the file, drag cards out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QMimeData, QObject, QStandardPaths, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication

from motionlens.motion import FPS

from ..render.filming import ViewLook, look_of
from ..settings import Settings
from ..state.dragging import DragFiles
from ..state.exporting import (
    FILMS,
    RESULTS,
    ExportChoice,
    ExportController,
    Target,
    choice_from_text,
    target_of,
)
from ..state.items import Item
from ..state.session import Session
from ..theme import ThemeManager
from .export_dialog import KINDS, ExportDialog, Scope
from .export_pages import end_sentence
from .grid import ResultGrid
from .viewer_panel import ViewerPanel
from .widgets import counted

_CHOICE = "export/choice"


class ExportActions(QObject):
    """Owns the export lane, the dialog and the files of drags; ``close`` ends them."""

    def __init__(
        self, session: Session, grid: ResultGrid, viewer: ViewerPanel, themes: ThemeManager, settings: Settings,
        say: Callable[[str], None],
    ) -> None:  # fmt: skip
        super().__init__(grid)
        self._session, self._grid, self._viewer, self._themes = session, grid, viewer, themes
        self._settings, self._say = settings, say
        self.exports = ExportController(self)
        self.drags = DragFiles(self)
        self.dialog: ExportDialog | None = None
        self.open_url: Callable[[QUrl], bool] = QDesktopServices.openUrl
        self.choice = choice_from_text(settings.text(_CHOICE), KINDS)
        self.exports.finished.connect(lambda report: say(end_sentence(report, self.exports.folder)))
        self.exports.failed.connect(lambda error: say(f"Nothing was exported. {error}"))
        session.libraries.opened.connect(self.drags.clear)
        grid.selected.connect(lambda items: self._prepare(items, soon=True))
        grid.drag_began.connect(lambda: self._prepare(grid.selected_items(), soon=False))
        grid.mime_of = self.mime

    # -- Export… -------------------------------------------------------------------------------

    def ask(self) -> None:
        """Open the dialog for what is selected, else for the motion in the viewer."""
        library = self._session.libraries.library
        if self.dialog is None:
            self.dialog = ExportDialog(self.exports, self._themes, self._grid.window())
            self.dialog.wanted.connect(self._start)
            self.dialog.show_folder.connect(lambda folder: self.open_url(QUrl.fromLocalFile(folder)))
            self.dialog.scope_wanted.connect(self._ask_scope)
        scopes = self._scopes()
        if library is None or not scopes:
            self._say("There is nothing to export yet: choose a motion.")
            return
        choice = self.choice
        if not choice.folder:
            documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
            choice = replace(choice, folder=str(Path(documents or str(Path.home())) / "MotionLens"))
        if scopes[0].marked is not None:
            choice = replace(choice, part="range")
        self.dialog.ask(scopes, choice, scopes[0].key)
        self.exports.ask_collection(library, None, self._collections_read)

    def _scopes(self) -> list[Scope]:
        out: list[Scope] = []
        selected = self._grid.selected_items()
        if len(selected) > 1:
            out.append(Scope("selected", f"{len(selected):,} selected motions", self._targets(selected)))
        item = self._at_hand()
        if item is not None:
            out.append(Scope("card", item.title, self._targets([item]), self._marked(item)))
        every = self._session.items.items
        if len(every) > 1:
            kind = "result" if self._session.search.asks else "motion"
            out.append(Scope("all", f"All {counted(len(every), kind)} of the list", None))
        return out

    def _at_hand(self) -> Item | None:
        shown = self._session.viewer.shown
        return self._grid.current_item() or (shown.item if shown else None)

    def _targets(self, items: Sequence[Item]) -> tuple[Target, ...]:
        result, records = self._session.search.result, self._session.libraries.by_id
        hits = {hit.rank: hit for hit in result.hits} if result is not None else {}
        several = result is not None and len(result.parts) > 1
        out = []
        for item in items:
            record, hit = records.get(item.motion_id), hits.get(item.rank)
            parts = hit.parts if several and hit is not None and hit.id == item.motion_id else None
            out.append(target_of(item, record.n_frames if record else None, parts))
        return tuple(out)

    def _marked(self, item: Item) -> tuple[int, int] | None:
        """Frames [start, end) that are marked on the timeline for this card, None where none are."""
        shown, playback = self._session.viewer.shown, self._session.viewer.playback
        if shown is None or shown.item.key != item.key or self._session.viewer.compare.active:
            return None
        picked = self._session.why.selection.pinned.seen_on(item.key).span
        if picked is not None:
            return round(picked[0] * FPS), round(picked[1] * FPS)
        start, last = playback.range
        usual = {(0, playback.last), (playback.span[0], playback.span[1] - 1)}
        return None if (start, last) in usual or last <= start else (start, last + 1)

    def _collections_read(self, found: list[tuple[int, str, int]]) -> None:
        if self.dialog is not None:
            self.dialog.add_scopes([
                Scope(f"collection:{number}", f"Collection “{name}”, {counted(n, 'motion')}", None)
                for number, name, n in found
            ])  # fmt: skip

    def _ask_scope(self, key: str) -> None:
        library, dialog = self._session.libraries.library, self.dialog
        if dialog is not None and key == "all":
            every = list(self._session.items.items)
            self.exports.ask_targets(
                lambda: self._targets(every), lambda targets: dialog.fill_scope(key, targets)
            )
        elif library is not None and dialog is not None:
            number = int(key.partition(":")[2])
            self.exports.ask_collection(library, number, lambda targets: dialog.fill_scope(key, targets))

    def _start(self, scope: Scope, choice: ExportChoice) -> None:
        library = self._session.libraries.library
        if library is None or not scope.targets:
            return
        kept = choice if choice.part != "range" else replace(choice, part=self.choice.part)
        self.choice = replace(kept, overwrite=False)
        self._settings.put(_CHOICE, self.choice.to_text())
        look = self.look(choice.size) if choice.kind in FILMS else None
        self.exports.start(library, scope.targets, choice, look, scope.marked)

    def look(self, size: tuple[int, int]) -> ViewLook:
        """How the viewer draws now."""
        shown, playback = self._session.viewer.shown, self._session.viewer.playback
        there = shown is not None and not self._session.viewer.compare.active
        number = shown.item.motion_id if shown is not None and there else None
        return look_of(self._viewer.scene, number, playback.frame if there else 0.0, size)

    # -- the file itself -----------------------------------------------------------------------

    def copy_path(self) -> None:
        """Put the paths of the selected cards' files on the clipboard, a line each."""
        paths = [item.path for item in self._selected() if item.path]
        if paths:
            QGuiApplication.clipboard().setText("\n".join(dict.fromkeys(paths)))
        self._say("Path copied" if paths else "This motion was made here and has no file: export it.")

    def reveal(self) -> None:
        """Open the folder of the card's file in the file manager."""
        item = self._at_hand()
        path = Path(item.path) if item is not None and item.path else None
        if path is None:
            self._say("This motion was made here and has no file: export it.")
        elif not path.parent.is_dir():
            self._say(f"{path.parent} is not there: connect its drive.")
        elif not self.open_url(QUrl.fromLocalFile(str(path.parent))):
            self._say(f"No file manager could be opened for {path.parent}.")

    def _selected(self) -> list[Item]:
        item = self._at_hand()
        return self._grid.selected_items() or ([item] if item is not None else [])

    # -- dragging ------------------------------------------------------------------------------

    def mime(self, items: Sequence[Item]) -> QMimeData:
        """What a drag of these cards carries; never waits."""
        return self.drags.mime(self._dragged(items), self.choice)

    def _dragged(self, items: Sequence[Item]) -> list[Target]:
        part = "whole" if self.choice.part == "whole" and self.choice.kind != RESULTS else "moment"
        return [target.having(part) for target in self._targets(items)]

    def _prepare(self, items: Sequence[Item], soon: bool) -> None:
        library = self._session.libraries.library
        if library is not None and items:
            self.drags.prepare(library, self._dragged(items), self.choice, soon)

    def close(self) -> None:
        """Cancel, wait for the threads, remove the files of drags."""
        self.exports.close()
        self.drags.close()
        if self.dialog is not None:
            self.dialog.close()
