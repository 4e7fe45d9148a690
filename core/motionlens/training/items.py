"""What one training batch is made of: motions with captions, and where they come from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from ..motion import mirror_positions
from ..skeleton import MIRROR
from ..synthesis.grammar import mirror_caption
from ..synthesis.vocabulary import WordGrounding

REAL_SOURCES = ("humanml3d", "span", "cmu-description", "kit", "hdm05", "joined")
"""Kinds of recorded items, see ``TrainItem.source``."""
SOURCES = ("synthesised", *REAL_SOURCES)


class Extent(NamedTuple):
    """Where a clip was cut from: a recording and a span of it, seconds."""

    recording: str
    start_s: float
    end_s: float


@dataclass(frozen=True, eq=False)
class TrainItem:
    """A motion with its captions.

    Attributes:
        positions: (T, 22, 3) float32, reference skeleton, at most 224 frames.
        captions: at least one, each with a word.
        actions: names of its actions in order, () for a real motion.
        variant: "side|direction|style" of each action; mirrored motions have mirrored variants.
        real: recorded rather than synthesised.
        key: unique, e.g. "made 00123", "000065", "cmu 14_28", "span 000065 0.0-2.5".
        subject: who moves, "14+35" for a concatenation of two people's motions, None where unknown.
        source: one of ``SOURCES``.
        extents: what it was cut from, in order; two for a concatenation, () for a synthesised motion.
        counts: repetitions of each action, 0 where it is not counted.
        partner: key of the synthesised motion that differs in one thing, "" where there is none; where
            there is one the last caption leaves nothing out.
        groundings: what the words of each caption refer to, () where that is not known.
    """

    positions: np.ndarray
    captions: tuple[str, ...]
    actions: tuple[str, ...] = ()
    variant: tuple[str, ...] = ()
    real: bool = False
    key: str = ""
    subject: str | None = None
    source: str = "synthesised"
    extents: tuple[Extent, ...] = ()
    counts: tuple[int, ...] = ()
    partner: str = ""
    groundings: tuple[tuple[WordGrounding, ...], ...] = ()

    @property
    def subjects(self) -> frozenset[str]:
        """Everybody who moves in it, as far as known.

        >>> sorted(TrainItem(np.zeros((1, 22, 3)), ("a",), subject="14+35").subjects)
        ['14', '35']
        """
        return frozenset(self.subject.split("+")) if self.subject else frozenset()

    def mirrored(self) -> TrainItem:
        """The same motion with left and right exchanged, in the captions too; "M" before its key."""
        return replace(
            self,
            positions=mirror_positions(np.asarray(self.positions)),
            captions=tuple(mirror_caption(c) for c in self.captions),
            variant=tuple(mirror_caption(v) for v in self.variant),
            key=f"M{self.key}",
            groundings=tuple(
                mirror_groundings(c, g) for c, g in zip(self.captions, self.groundings, strict=False)
            ),
        )


def mirror_groundings(caption: str, groundings: Sequence[WordGrounding]) -> tuple[WordGrounding, ...]:
    """What the words of the mirrored caption refer to.

    >>> mirror_groundings("left hand up", [WordGrounding(0, 9, (20,), 0.0, 1.0)])
    (WordGrounding(text_start=0, text_end=10, joints=(21,), start_s=0.0, end_s=1.0),)
    """

    def place(at: int) -> int:
        return len(mirror_caption(caption[:at]))

    return tuple(
        replace(
            g,
            text_start=place(g.text_start),
            text_end=place(g.text_end),
            joints=tuple(MIRROR[j] for j in g.joints),
        )
        for g in groundings
    )


def synthesised_item(
    positions: np.ndarray,
    captions: Sequence[str],
    recipe: dict,
    number: int = 0,
    partner: int = 0,
    groundings: tuple[tuple[WordGrounding, ...], ...] = (),
) -> TrainItem:
    """An item of the corpus; ``recipe`` as ``synthesis.records`` writes it, the others as ``CorpusItem``'s."""
    actions = [a for s in recipe["steps"] for a in (s["base"], s.get("overlay")) if a]
    variant = tuple(f"{a.get('side', '')}|{a.get('direction', '')}|{a.get('style', '')}" for a in actions)
    names = tuple(a["name"] for a in actions)
    return TrainItem(
        positions,
        tuple(captions),
        names,
        variant,
        key=f"made {number:05d}",
        counts=tuple(int(a.get("count", 0)) for a in actions),
        partner=f"made {number + partner:05d}" if partner else "",
        groundings=groundings,
    )


def overlap(a: Sequence[Extent], b: Sequence[Extent]) -> bool:
    """Whether any two extents share time of the same recording.

    >>> overlap([Extent("14_01", 0, 2)], [Extent("14_01", 1.5, 3), Extent("14_02", 0, 9)])
    True
    >>> overlap([Extent("14_01", 0, 2)], [Extent("14_01", 2, 3)])
    False
    """
    return any(
        x.recording == y.recording and x.start_s < y.end_s and y.start_s < x.end_s for x in a for y in b
    )
