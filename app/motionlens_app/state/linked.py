"""What the selection means on body and timeline: glow of the joints, heat of the windows."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from PySide6.QtCore import QObject, Signal

from motionlens.explanation.result import Quantity
from motionlens.skeleton import N_JOINTS

from .answers import Answer, joint_values, segment_values
from .explain import WhyController
from .scales import MapName, Scale, glow_of
from .selection import Pick


@dataclass(frozen=True)
class HeatSpan:
    """A window on the timeline: seconds, and its place on the colour map, 0..1."""

    start: float
    end: float
    share: float


class WhyLink(QObject):
    """Follows explanation and selection; ``changed`` when glow or heat are others."""

    changed = Signal()

    def __init__(self, why: WhyController, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._why = why
        self.glow = np.zeros(N_JOINTS, np.float32)
        self.heat: tuple[HeatSpan, ...] = ()
        self.pick = Pick()
        self.pinned_span: tuple[float, float] | None = None
        why.changed.connect(self.refresh)
        why.selection.changed.connect(self.refresh)

    @property
    def quantity(self) -> Quantity:
        """Of the heat."""
        return self._why.quantity

    def refresh(self) -> None:
        """Compute both anew: microseconds on arrays of some thousand numbers."""
        answer = self._why.current if self._why.active else None
        glow = np.zeros(N_JOINTS, np.float32)
        heat: tuple[HeatSpan, ...] = ()
        pick, pinned = Pick(), None
        if answer is not None:
            selection = self._why.selection
            pick = selection.current.seen_on(answer.item.key)
            pinned = selection.pinned.seen_on(answer.item.key).span
            if pick.word is not None and (pick.word >= len(answer.rows) or answer.rows[pick.word] < 0):
                pick = replace(pick, word=None)  # what is struck out is met nowhere
            if pick.word is not None or pick.span is not None:
                values = joint_values(answer, self.quantity, pick)
                if values is not None:
                    glow = glow_of(values, self._scale(answer, values, pick, "joint"), pick.word)
            elif pick.joint is not None:
                glow[pick.joint] = 1.0
            along = segment_values(answer, self.quantity, pick)
            if along is not None:
                shares = self._scale(answer, along, pick, "time").share(along, pick.word)
                heat = tuple(
                    HeatSpan(a, b, float(s))
                    for (a, b), s in zip(answer.shown.segments, shares, strict=True)
                )  # fmt: skip
        new, old = (heat, pick, pinned), (self.heat, self.pick, self.pinned_span)
        if new != old or not np.array_equal(glow, self.glow):
            self.glow, self.heat, self.pick, self.pinned_span = glow, heat, pick, pinned
            self.changed.emit()

    def _scale(self, answer: Answer, values: np.ndarray, pick: Pick, which: MapName) -> Scale:
        """A word's values are on the maps' scale; the whole query's are of another size: on their own."""
        if pick.word is not None:
            return self._why.scale(answer, which)
        high = np.array([max(float(np.abs(values).max()), 1e-9)])
        if self.quantity == "interaction":
            return Scale(-high, high, self.quantity)
        return Scale(values.min(keepdims=True), values.max(keepdims=True), self.quantity)
