"""The query as the user builds it: words, examples shown as chips, what to avoid, how much the words count."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import Any, Literal

from PySide6.QtCore import QObject, Signal

from motionlens.search.query import Example, Query

MAX_CHIPS = 3
"""Examples at once; a further one takes the place of the oldest."""


@dataclass(frozen=True, eq=False)
class Chip:
    """An example as the query bar shows it.

    Attributes:
        id: number of the chip.
        kind: "video" has a strip of its own.
        name: of the file or the motion.
        span: (start, end) seconds of it, None for all of it.
        example: what is searched by; None while it is being made.
        progress: 0..1 while it is being made, None before the first figure and afterwards.
        picture: what its little picture is made of: (H, W, 3) uint8, a ``ThumbnailClip``, or None.
    """

    id: int
    kind: Literal["video", "motion"]
    name: str
    span: tuple[float, float] | None = None
    example: Example | None = None
    progress: float | None = None
    picture: Any = None

    @property
    def ready(self) -> bool:
        """True when it can be searched by."""
        return self.example is not None

    @property
    def label(self) -> str:
        """Name and range.

        >>> Chip(1, "motion", "walk_07", (2.0, 4.5)).label
        'walk_07 2.0–4.5 s'
        """
        return self.name if self.span is None else f"{self.name} {self.span[0]:.1f}–{self.span[1]:.1f} s"


def split_avoided(text: str) -> tuple[str, str]:
    """Words before and after a lonely minus.

    >>> split_avoided("a person walks - running"), split_avoided("a push-up")
    (('a person walks', 'running'), ('a push-up', ''))
    """
    words, minus, avoided = text.partition(" - ")
    return (words, avoided.strip()) if minus else (text, "")


class QueryModel(QObject):
    """What is asked. ``changed(soon)``: what is searched for is another (``soon``: the user is still typing);
    ``chips_changed``: chips came, went or look different."""

    changed = Signal(bool)
    chips_changed = Signal()
    removed = Signal(int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ids = itertools.count(1)
        self.text = ""
        self.avoid = ""
        self.text_weight = 0.5
        self.chips: tuple[Chip, ...] = ()

    # -- what views read -------------------------------------------------------------------------

    @property
    def examples(self) -> tuple[Example, ...]:
        """Of the chips that are ready."""
        return tuple(chip.example for chip in self.chips if chip.example is not None)

    def start_of(self, example: Example) -> float:
        """Seconds at which an example begins in its video or motion."""
        return next((c.span[0] for c in self.chips if c.example is example and c.span is not None), 0.0)

    @property
    def combined(self) -> bool:
        """Words and examples: their shares can be chosen."""
        return bool(self.text and self.examples)

    @property
    def empty(self) -> bool:
        """Nothing at all in the bar."""
        return not (self.text or self.avoid or self.chips)

    def query(self) -> Query:
        """For the search engine."""
        return Query(self.text, self.examples, self.avoid, self.text_weight)

    def chip(self, number: int) -> Chip | None:
        """By its id."""
        return next((chip for chip in self.chips if chip.id == number), None)

    # -- what the user does ----------------------------------------------------------------------

    def set_text(self, text: str) -> None:
        """Words."""
        if text.strip() != self.text:
            self.text = text.strip()
            self.changed.emit(bool(self.text))

    def set_avoid(self, text: str) -> None:
        """What is not wanted."""
        if text.strip() != self.avoid:
            self.avoid = text.strip()
            self.changed.emit(bool(self.avoid))

    def set_weight(self, share: float) -> None:
        """Share of the words, 0..1."""
        share = min(max(share, 0.0), 1.0)
        if share != self.text_weight:
            self.text_weight = share
            if self.combined:
                self.changed.emit(True)

    def add(self, kind: Literal["video", "motion"], name: str, alone: bool = True, **known: Any) -> int:
        """A new chip; returns its id.

        Args:
            alone: it takes the place of the others; else it joins them (there is one video at most).
            known: more attributes of ``Chip``.
        """
        number = next(self._ids)
        kept = [c for c in self.chips if not alone and not (kind == "video" and c.kind == "video")]
        kept = kept[max(len(kept) - MAX_CHIPS + 1, 0) :]
        gone = [c for c in self.chips if c not in kept]
        self.chips = (*kept, Chip(number, kind, name, **known))
        for chip in gone:
            self.removed.emit(chip.id)
        self.chips_changed.emit()
        if known.get("example") is not None or any(chip.ready for chip in gone):
            self.changed.emit(False)
        return number

    def update(self, number: int, **news: Any) -> None:
        """Something about a chip is known now; a chip that has gone stays away."""
        before = self.chip(number)
        if before is None or all(getattr(before, key) is value for key, value in news.items()):
            return
        after = replace(before, **news)
        self.chips = tuple(after if chip.id == number else chip for chip in self.chips)
        self.chips_changed.emit()
        if after.example is not before.example:
            self.changed.emit(False)

    def forget_sources(self) -> None:
        """Another library: what an example was taken from has other numbers there."""
        for chip in self.chips:
            if chip.example is not None and chip.example.source is not None:
                self.update(chip.id, example=replace(chip.example, source=None))

    def remove(self, number: int) -> None:
        """Take a chip out."""
        chip = self.chip(number)
        if chip is None:
            return
        self.chips = tuple(one for one in self.chips if one is not chip)
        self.removed.emit(number)
        self.chips_changed.emit()
        self.changed.emit(False)

    def clear_chips(self) -> None:
        """Words only."""
        for chip in self.chips:
            self.remove(chip.id)
