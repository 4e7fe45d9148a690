"""Watches the folders of a library and imports what changes in them; only where the user asked for it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal

from ..worker import Task, Worker
from .imports import ImportController, ImportState
from .libraries import LibraryController

SETTLE_MS = 3000
"""A folder in which nothing has changed for so long is imported again: programs write files in pieces."""
MOST_FOLDERS = 4000
"""Watched at most; operating systems limit it."""


def folders_below(root: str, most: int = MOST_FOLDERS) -> list[str]:
    """A folder and those in it, hidden ones left out; nothing for what is not there."""
    out: list[str] = []
    for folder, inner, _ in os.walk(root):
        inner[:] = sorted(name for name in inner if not name.startswith("."))
        out.append(folder)
        if len(out) >= most:
            break
    return out


class WatchController(QObject):
    """``changed``: on, off, or another number of folders; ``chosen``: folder of a library, and whether it is to be watched;
    ``import_wanted``: folders in which something changed."""

    changed = Signal()
    import_wanted = Signal(list)
    chosen = Signal(str, bool)

    def __init__(
        self, libraries: LibraryController, imports: ImportController, parent: QObject | None = None,
        settle_ms: int = SETTLE_MS,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._libraries, self._imports = libraries, imports
        self._worker = Worker("watching", parent=self)
        self._watcher: QFileSystemWatcher | None = None
        self._settle = QTimer(self, singleShot=True, interval=settle_ms)
        self._settle.timeout.connect(self._import)
        self._touched: set[str] = set()
        self._library: Any = None
        self.remembered = lambda folder: False
        """Whether the user wants the library in this folder watched; the window sets it."""
        self.on = False
        self.roots: tuple[str, ...] = ()
        self.folders = 0
        self.limited = False
        libraries.changed.connect(self._library_changed)
        libraries.opened.connect(self._library_changed)

    @property
    def available(self) -> bool:
        """There are folders to watch."""
        return bool(self.roots)

    def set_on(self, on: bool) -> None:
        """The user's choice for the open library."""
        choice = self._libraries.choice
        if on != self.on and choice is not None:
            self.on = on
            self.chosen.emit(str(choice.folder), on)
            self._look()
            if on:
                self._touched.update(self.roots)
                self._settle.start()  # what changed while nobody looked

    def _library_changed(self) -> None:
        library, choice = self._libraries.library, self._libraries.choice
        if library is None or choice is None or not hasattr(library, "roots"):
            if self._library is not None or self.roots:
                self._forget()
            return
        if library is not self._library:
            self._forget()
            self._library = library
            self.on = bool(self.remembered(str(choice.folder)))
            if self.on:
                self._settle.start()
        self._look()

    def _forget(self) -> None:
        self._library, self.roots, self.on = None, (), False
        self._touched.clear()
        self._settle.stop()
        self._drop()
        self.changed.emit()

    def _drop(self) -> None:
        self.folders, self.limited = 0, False
        if self._watcher is not None:
            self._watcher.deleteLater()
            self._watcher = None

    def _look(self) -> None:
        library, on = self._library, self.on
        if library is None:
            return

        def job(task: Task) -> tuple[bool, tuple[str, ...], list[str]]:
            roots = tuple(root for root in library.roots() if Path(root).is_dir())
            folders: list[str] = []
            for root in roots if on else ():
                folders += folders_below(root, MOST_FOLDERS - len(folders))
            return on, roots, folders

        self._worker.submit(job, self._looked, lambda error: None)

    def _looked(self, found: tuple[bool, tuple[str, ...], list[str]]) -> None:
        on, roots, folders = found
        if on != self.on:
            return
        self.roots = roots
        if on and self._settle.isActive():
            self._touched.update(roots)
        now = set(self._watcher.directories()) if self._watcher else set()
        if not folders:
            self._drop()
        else:
            if self._watcher is None:
                self._watcher = QFileSystemWatcher(self)
                self._watcher.directoryChanged.connect(self._folder_changed)
            gone, new = now - set(folders), [folder for folder in folders if folder not in now]
            if gone:
                self._watcher.removePaths(sorted(gone))
            refused = self._watcher.addPaths(new) if new else []
            self.folders = len(folders) - len(refused)
            self.limited = bool(refused) or len(folders) >= MOST_FOLDERS
        self.changed.emit()

    def _folder_changed(self, folder: str) -> None:
        self._touched.add(
            next((r for r in self.roots if folder == r or folder.startswith(r + os.sep)), folder)
        )
        self._settle.start()

    def _import(self) -> None:
        choice = self._libraries.choice
        if not self.on or choice is None or not self._touched:
            return
        if self._imports.state is not ImportState.IDLE:
            self._settle.start()
            return
        roots = [Path(root) for root in sorted(self._touched) if root in self.roots]
        self._touched.clear()
        if roots:
            self.import_wanted.emit(roots)
        self._look()  # folders that are new are watched too

    def close(self) -> None:
        """Watch no more."""
        self._settle.stop()
        self._worker.close()
        self._drop()
