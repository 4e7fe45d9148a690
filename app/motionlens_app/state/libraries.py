"""Which library is open, and what is in it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from motionlens.errors import CancelledError
from motionlens.library.interface import Failure, Library, LibraryCounts, MotionRecord
from motionlens.resources import default_library_dir, starter_library_dir

from ..services import Services, WorkProgress
from ..worker import Task, Worker
from .items import Item, item_of_record


@dataclass(frozen=True)
class LibraryChoice:
    """A library that can be opened: "starter", "own" or "other"."""

    kind: str
    folder: Path

    @property
    def title(self) -> str:
        """What the side panel calls it."""
        return {"starter": "Starter library", "own": "My library"}.get(self.kind, self.folder.name)


def starter_choice() -> LibraryChoice:
    """The library that comes with MotionLens."""
    return LibraryChoice("starter", starter_library_dir())


def own_choice() -> LibraryChoice:
    """The user's own library."""
    return LibraryChoice("own", default_library_dir())


def choice_for(folder: Path) -> LibraryChoice:
    """A folder as a choice, recognising the two known ones."""
    for known in (starter_choice(), own_choice()):
        if folder.absolute() == known.folder.absolute():
            return known
    return LibraryChoice("other", folder)


class LibraryState(Enum):
    """What the grid can show."""

    CLOSED = "closed"
    OPENING = "opening"
    MAKING = "making"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True)
class _Opened:
    library: Library
    counts: LibraryCounts
    records: tuple[MotionRecord, ...]
    items: list[Item]
    by_id: dict[int, MotionRecord]
    seconds: float


class LibraryController(QObject):
    """Opens libraries in the background. ``changed``: state or progress; ``opened``: other contents."""

    changed = Signal()
    opened = Signal()

    def __init__(self, services: Services, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._worker = Worker("library", parent=self)
        self.state = LibraryState.CLOSED
        self.choice: LibraryChoice | None = None
        self.library: Library | None = None
        self.records: Sequence[MotionRecord] = ()
        self.items: list[Item] = []
        """The records as cards: made with them, off the GUI thread."""
        self.by_id: dict[int, MotionRecord] = {}
        self.counts: LibraryCounts | None = None
        self.progress: WorkProgress | None = None
        self.error: Exception | None = None
        self._again = False
        self.read_s = 0.0
        """How long reading the catalogue took, the last time."""

    def open(self, choice: LibraryChoice) -> None:
        """Open a library; the starter library is made first where it is not there yet."""
        if self.choice != choice:
            self._drop()
        self.choice, self.error, self.progress = choice, None, None
        self.state = LibraryState.OPENING

        def job(task: Task) -> _Opened:
            if choice.kind == "starter":
                return self._read(self._services.open_starter(task.report, task.cancelled))
            return self._read(self._services.open_library(choice.folder))

        self._worker.submit(job, self._done, self._failed, self._progressed)
        self.changed.emit()

    def refresh(self) -> None:
        """Read the open library's catalogue again (after and during an import)."""
        library = self.library
        if library is None or self.state is not LibraryState.READY:
            self._again = True  # it is being opened: read once more when that is done
            return
        self._worker.submit(lambda task: self._read(library), self._done, self._failed)

    def ask_failures(self, answer: Callable[[Sequence[Failure]], None]) -> None:
        """Read the list of files that are not in, and hand it over."""
        library = self.library
        if library is not None:
            self._worker.submit(lambda task: tuple(library.failures()), answer, self._failed, supersede=False)

    def close(self) -> None:
        """Cancel, wait, close the files."""
        self._worker.close()
        self._drop()

    @staticmethod
    def _read(library: Library) -> _Opened:
        started = time.monotonic()
        records = tuple(library.motions())
        items = [item_of_record(record) for record in records]
        by_id = {record.id: record for record in records}
        return _Opened(library, library.counts(), records, items, by_id, time.monotonic() - started)

    def _drop(self) -> None:
        if self.library is not None:
            self.library.close()
        self.library, self.records, self.by_id, self.counts = None, (), {}, None
        self.items = []

    def _done(self, opened: _Opened) -> None:
        self.progress = None
        if self.library is not None and self.library is not opened.library:
            self.library.close()
        self.library, self.counts, self.records = opened.library, opened.counts, opened.records
        self.items, self.by_id, self.read_s = opened.items, opened.by_id, opened.seconds
        self.state = LibraryState.READY
        self.changed.emit()
        self.opened.emit()
        if self._again:
            self._again = False
            self.refresh()

    def _failed(self, error: Exception) -> None:
        self.progress = None
        self.state = LibraryState.CLOSED if isinstance(error, CancelledError) else LibraryState.FAILED
        self.error = error
        self.changed.emit()

    def _progressed(self, progress: WorkProgress) -> None:
        self.progress, self.state = progress, LibraryState.MAKING
        self.changed.emit()
