"""Files for a drag out of the window, made in the background while a card is looked at."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QMimeData, QObject, QTimer, QUrl

from motionlens.library.interface import Library

from ..worker import Task, Worker
from .exporting import FILMS, RESULTS, ExportChoice, Target, run_export

ITEMS_MIME = "application/x-motionlens-items"
"""On every drag of cards: JSON list of [motion id, start frame, end frame] (0, 0: all of it)."""
MOST = 48
"""More cards than these are dragged as their original files."""
KEPT = 400
"""Motions whose files are kept; the oldest are removed."""
SETTLE_MS = 200
_Key = tuple[Target, str, str]


class DragFiles(QObject):
    """Keeps exported files of the cards at hand in a temporary folder of its own, until ``close``."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._worker = Worker("drag", parent=self)
        self._ready: dict[_Key, tuple[Path, ...]] = {}
        self._folder: Path | None = None
        self._library: Library | None = None
        self._wanted: tuple[tuple[Target, ...], ExportChoice] | None = None
        self._timer = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._timer.timeout.connect(self._start)

    def prepare(
        self, library: Library, targets: Sequence[Target], choice: ExportChoice, soon: bool = False
    ) -> None:
        """Make the files of these motions: at once, or (``soon``) when nothing else is chosen for a moment."""
        self._library = library
        self._wanted = (tuple(targets[:MOST]), quick(choice))
        if soon:
            self._timer.start()
        else:
            self._timer.stop()
            self._start()

    def clear(self) -> None:
        """What was made may be of other motions by now."""
        self._timer.stop()
        self._worker.cancel()
        self._ready.clear()

    def files(self, targets: Sequence[Target], choice: ExportChoice) -> list[Path]:
        """Of each motion what was made of just this part in this format, else its original file; never waits."""
        out: list[Path] = []
        choice = quick(choice)
        for target in targets:
            made = self._ready.get(_key(target, choice), ())
            if made and all(path.exists() for path in made):
                out += made
            elif target.path and Path(target.path).exists():
                out.append(Path(target.path))
        return list(dict.fromkeys(out))

    def mime(self, targets: Sequence[Target], choice: ExportChoice) -> QMimeData:
        """What a drag of these carries."""
        data = QMimeData()
        named = json.dumps([[target.motion_id, target.start, target.end] for target in targets])
        data.setData(ITEMS_MIME, named.encode())
        files = self.files(targets, choice)
        if files:
            data.setUrls([QUrl.fromLocalFile(str(path)) for path in files])
        return data

    def close(self) -> None:
        """Wait for the thread and remove the files."""
        self._timer.stop()
        self._worker.close()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    @property
    def busy(self) -> bool:
        """Files are being made or about to be."""
        return self._worker.busy or self._timer.isActive()

    def _start(self) -> None:
        if self._wanted is None or self._library is None:
            return
        (targets, choice), library = self._wanted, self._library
        missing = [target for target in targets if _key(target, choice) not in self._ready]
        if not missing:
            return
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="motionlens-drag-"))
        folder = self._folder

        def job(task: Task) -> dict[_Key, tuple[Path, ...]]:
            return _make(task.cancelled, library, missing, choice, folder)

        self._worker.submit(job, self._made)

    def _made(self, made: dict[_Key, tuple[Path, ...]]) -> None:
        self._ready.update(made)
        while len(self._ready) > KEPT:
            oldest = self._ready.pop(next(iter(self._ready)))
            shutil.rmtree(oldest[0].parent, ignore_errors=True)


def quick(choice: ExportChoice) -> ExportChoice:
    """The format of a drag: films and tables of results take too long or are no motion, BVH stands in.

    >>> quick(ExportChoice(".mp4")).kind, quick(ExportChoice(".glb")).kind
    ('.bvh', '.glb')
    """
    kind = ".bvh" if choice.kind in (*FILMS, RESULTS) else choice.kind
    return replace(choice, kind=kind, folder="", overwrite=False)


def _key(target: Target, choice: ExportChoice) -> _Key:
    # rank and score change with every search and say nothing of the file
    bare = replace(target, rank=0, score=None, caption="", parts=())
    return bare, choice.to_text(), target.stem


def _make(
    cancelled: Callable[[], bool],
    library: Library,
    targets: Sequence[Target],
    choice: ExportChoice,
    folder: Path,
) -> dict[_Key, tuple[Path, ...]]:
    """Export each into a folder of its own, so that no two names meet; one that fails is left out."""
    out: dict[_Key, tuple[Path, ...]] = {}
    for target in targets:
        if cancelled():
            break
        own = Path(tempfile.mkdtemp(dir=folder))
        report = run_export(library, [target], replace(choice, folder=str(own)), None, cancelled=cancelled)
        if report.written:
            out[_key(target, choice)] = tuple(sorted(own.iterdir()))
    return out
