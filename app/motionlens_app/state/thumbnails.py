"""Prepared thumbnails by key: made in the background for what is on screen, the oldest forgotten."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from ..render.thumbnail import ThumbnailClip, prepare
from ..worker import Task, Worker

Key = tuple[int, int, int]
_BATCH = 8
_KEPT = 400
_WAITING = 64
_AGAIN_MS = 20


class ThumbnailStore(QObject):
    """Hands out clips that are ready and prepares the others, last asked first.

    Attributes:
        waits: True while other work comes first.
    """

    ready = Signal(list)

    def __init__(
        self, positions: Callable[[int], np.ndarray], parent: QObject | None = None, aspect: float = 4 / 3
    ) -> None:
        super().__init__(parent)
        self._positions = positions
        self._aspect = aspect
        self._clips: OrderedDict[Key, ThumbnailClip | None] = OrderedDict()
        self._wanted: OrderedDict[Key, None] = OrderedDict()
        self._worker = Worker("thumbnails", parent=self)
        self.waits: Callable[[], bool] = lambda: False
        self._again = QTimer(self, singleShot=True, interval=_AGAIN_MS)
        self._again.timeout.connect(self._pump)

    def get(self, key: Key) -> ThumbnailClip | None:
        """The clip, or None while it is being made (``ready`` tells when); painting asks only for what it shows."""
        if key in self._clips:
            self._clips.move_to_end(key)
            return self._clips[key]
        self._wanted[key] = None
        self._wanted.move_to_end(key)
        while len(self._wanted) > _WAITING:
            self._wanted.popitem(last=False)
        self._pump()
        return None

    def prefetch(self, keys: Iterable[Key]) -> None:
        """These will be asked for soon: made when nothing is waited for."""
        for key in keys:
            if key not in self._clips and key not in self._wanted:
                self._wanted[key] = None
                self._wanted.move_to_end(key, last=False)  # what is painted now comes first
        while len(self._wanted) > _WAITING:
            self._wanted.popitem(last=False)
        self._pump()

    def clear(self) -> None:
        """Another library: nothing known applies."""
        self._worker.cancel()
        self._wanted.clear()
        self._clips.clear()

    def close(self) -> None:
        """Wait for the thread."""
        self._again.stop()
        self._worker.close()

    def _pump(self) -> None:
        if self._worker.busy or not self._wanted:
            return
        if self.waits():
            self._again.start()
            return
        keys = [self._wanted.popitem(last=True)[0] for _ in range(min(_BATCH, len(self._wanted)))]
        self._worker.submit(lambda task: self._prepare(task, keys), self._store, supersede=False)

    def _prepare(self, task: Task, keys: list[Key]) -> list[tuple[Key, ThumbnailClip | None]]:
        out: list[tuple[Key, ThumbnailClip | None]] = []
        for motion_id, start, end in keys:
            if task.cancelled():
                break
            try:
                positions = np.asarray(self._positions(motion_id)[start:end])
                clip = prepare(positions, self._aspect) if len(positions) else None
            except Exception:  # a motion that has gone shows an empty card, not an error per repaint
                clip = None
            out.append(((motion_id, start, end), clip))
        return out

    def _store(self, made: list[tuple[Key, ThumbnailClip | None]]) -> None:
        for key, clip in made:
            self._clips[key] = clip
        while len(self._clips) > _KEPT:
            self._clips.popitem(last=False)
        self.ready.emit([key for key, _ in made])
        self._pump()
