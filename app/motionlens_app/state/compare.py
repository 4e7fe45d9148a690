"""Up to four motions in step: loaded in the background, turned alike, aligned at their start or best moment."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from PySide6.QtCore import QObject, Signal

from motionlens.explanation.result import Explanation
from motionlens.library.interface import Library
from motionlens.motion import FPS
from motionlens.skeleton import JOINT_INDEX as J

from ..render.body import body_scale, telling_frame
from ..render.layers import Layers, make_layers
from ..worker import Task, Worker
from .items import Item

MOST = 4
"""Motions that are compared at once."""

Align = Literal["start", "best"]
Explainer = Callable[[Item], Explanation]


@dataclass(frozen=True, eq=False)
class Compared:
    """One of the motions.

    Attributes:
        layers: of its moment alone; at frame ``anchor`` its pelvis is over the origin and it faces +z.
        anchor: the frame that all motions reach together.
        shift: frames of the common time before it begins.
    """

    item: Item
    layers: Layers
    anchor: int
    shift: int = 0

    def frame_at(self, common: float) -> float:
        """Its own frame at a frame of the common time, held at both ends."""
        return min(max(common - self.shift, 0.0), self.layers.n_frames - 1.0)

    def resting(self, common: float) -> bool:
        """True before it begins and after it is over."""
        return not self.shift - 0.5 <= common <= self.shift + self.layers.n_frames - 0.5


def facing_front(positions: np.ndarray, frame: int) -> np.ndarray:
    """(T, 22, 3) turned and moved over the ground so that at ``frame`` the pelvis is over the origin, facing +z.

    Where left hip and left shoulder are says where the front is, as for a person who faces +z and whose left is +x.
    """
    at = positions[frame]
    across = (at[J["left_hip"]] - at[J["right_hip"]]) + (at[J["left_shoulder"]] - at[J["right_shoulder"]])
    angle = np.arctan2(across[2], across[0])
    c, s = np.cos(angle), np.sin(angle)
    turn = np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]], dtype=np.float32)
    origin = at[0] * np.array([1, 0, 1], dtype=np.float32)
    out: np.ndarray = (positions - origin) @ turn.T
    return out.astype(np.float32)


def best_second(explanation: Explanation) -> float:
    """The middle of the window that meets the query best, seconds of the motion.

    Words count by what they add to the score; of a word the body part counts that meets it best.
    """
    weights = np.maximum(np.asarray(explanation.word_contribution, np.float64), 0.0)
    along = (explanation.similarity.max(axis=1) * weights[:, None]).sum(axis=0)
    start, end = explanation.segments[int(along.argmax())]
    return (start + end) / 2


def in_step(entries: Sequence[Compared]) -> tuple[list[Compared], int]:
    """Shift the motions so that their anchors meet; also the frames of the common time."""
    latest = max((entry.anchor for entry in entries), default=0)
    out = [Compared(e.item, e.layers, e.anchor, latest - e.anchor) for e in entries]
    return out, max((e.shift + e.layers.n_frames for e in out), default=0)


class CompareController(QObject):
    """What is compared. ``changed``: other motions, another alignment, overlay, or nothing any more."""

    changed = Signal()
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._worker = Worker("compare", parent=self)
        self._asked: tuple[Library, tuple[Item, ...], Explainer | None] | None = None
        self.entries: list[Compared] = []
        self.frames = 0
        self.align: Align = "start"
        self.by_query = False
        self.overlay = False

    @property
    def active(self) -> bool:
        """True while motions are compared."""
        return bool(self.entries)

    @property
    def wanted(self) -> tuple[Item, ...]:
        """What was asked for last, there or on its way."""
        return self._asked[1] if self._asked else ()

    def show(self, library: Library, items: Sequence[Item], explain: Explainer | None) -> None:
        """Compare these, four at most. ``explain`` finds the best moments; None: there is no query."""
        self._asked = (library, tuple(items[:MOST]), explain)
        self._load()

    def set_align(self, align: Align) -> None:
        """Begin together, or meet at the best matching moment."""
        if align != self.align:
            self.align = align
            self._load()

    def set_overlay(self, on: bool) -> None:
        """All in one picture, or side by side."""
        if on != self.overlay:
            self.overlay = on
            self.changed.emit()

    def leave(self) -> None:
        """Compare nothing."""
        self._worker.cancel()
        self._asked = None
        if self.entries:
            self.entries, self.frames = [], 0
            self.changed.emit()

    def close(self) -> None:
        """Wait for the thread."""
        self._worker.close()

    def _load(self) -> None:
        if self._asked is None:
            return
        library, items, explain = self._asked
        align = self.align

        def job(task: Task) -> tuple[list[Compared], bool]:
            out = []
            for item in items:
                if task.cancelled():
                    break
                out.append(_compared(library, item, align, explain))
            return out, align == "best" and explain is not None

        self._worker.submit(job, self._loaded, self._failed)

    def _loaded(self, answer: tuple[list[Compared], bool]) -> None:
        entries, self.by_query = answer
        self.entries, self.frames = in_step(entries)
        self.changed.emit()

    def _failed(self, error: Exception) -> None:
        self.leave()
        self.failed.emit(error)


def _compared(library: Library, item: Item, align: Align, explain: Explainer | None) -> Compared:
    _, start, end = item.key
    clip = np.array(library.positions(item.motion_id, original=True)[start : max(end, start + 1)])
    anchor = 0
    if align == "best":
        anchor = telling_frame(clip) if explain is None else round(best_second(explain(item)) * FPS) - start
        anchor = min(max(anchor, 0), len(clip) - 1)
    clip = facing_front(clip, anchor)
    return Compared(item, make_layers(clip, body_scale(clip), (0, len(clip))), anchor)
