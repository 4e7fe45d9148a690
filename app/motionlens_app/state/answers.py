"""What the pane shows of an explanation: rows of the whole query, struck words empty. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from motionlens.explanation.parts import at_joints
from motionlens.explanation.result import Explanation, Quantity, QueryPart

from .items import Item
from .selection import Pick


def without_words(text: str, words: Sequence[QueryPart], struck: Collection[int]) -> tuple[str, list[int]]:
    """A text with some of its words taken out.

    Returns:
        The text left, and for each of its characters where it was.

    >>> left, places = without_words("waves the left hand", [QueryPart("waves", 0, 5),
    ...     QueryPart("the", 6, 9), QueryPart("left", 10, 14), QueryPart("hand", 15, 19)], {2})
    >>> left, places[10]
    ('waves the hand', 15)
    """
    keep = [True] * len(text)
    for row in struck:
        keep[words[row].start : words[row].end] = [False] * (words[row].end - words[row].start)
    places = [i for i in range(len(text)) if keep[i]]
    left = "".join(text[i] for i in places)
    chosen: list[int] = []
    for found in re.finditer(r"\S+", left):
        if chosen:
            chosen.append(found.start() - 1)
        chosen += range(*found.span())
    return "".join(left[i] for i in chosen), [places[i] for i in chosen]


def rows_in(whole: Explanation, shown: Explanation, places: Sequence[int]) -> tuple[int, ...]:
    """For each word of the whole query its row in the explanation of what is left of it; -1: struck out."""
    row_of = {places[part.start]: row for row, part in enumerate(shown.words) if part.start < len(places)}
    return tuple(row_of.get(part.start, -1) for part in whole.words)


@dataclass(frozen=True, eq=False)
class Answer:
    """The explanation of one hit.

    Attributes:
        item: the hit.
        whole: of the query as typed.
        shown: of what is left of the query when words are struck out; else ``whole`` itself.
        rows: row in ``shown`` of each word of ``whole``, -1 where it is struck out.
    """

    item: Item
    whole: Explanation
    shown: Explanation
    rows: tuple[int, ...]

    @property
    def words(self) -> tuple[str, ...]:
        """Texts of all rows."""
        return tuple(part.text for part in self.whole.words)

    @property
    def has_words(self) -> bool:
        """True where rows are words, which can be struck out; False for an example."""
        return bool(self.whole.query)

    def expand(self, values: np.ndarray) -> np.ndarray:
        """Rows of ``shown`` put where the whole query has them; NaN where a word is struck out."""
        out = np.full((len(self.rows), *values.shape[1:]), np.nan, np.float32)
        for to, row in enumerate(self.rows):
            if row >= 0:
                out[to] = values[row]
        return out

    def word_joint(self, quantity: Quantity) -> np.ndarray:
        """(N, 22)."""
        return self.expand(self.shown.word_joint(quantity))

    def word_segment(self, quantity: Quantity) -> np.ndarray:
        """(N, W)."""
        return self.expand(self.shown.word_segment(quantity))

    @property
    def contribution(self) -> np.ndarray:
        """(N,) what each word adds to the score."""
        return self.expand(np.asarray(self.shown.word_contribution, np.float32))

    def windows(self, span: tuple[float, float] | None) -> np.ndarray | None:
        """(W,) which windows a span of seconds touches; None: all, as when there is no span."""
        if span is None:
            return None
        edges = np.asarray(self.shown.segments, dtype=np.float64).reshape(-1, 2)
        inside = (edges[:, 1] > span[0] + 1e-6) & (edges[:, 0] < span[1] - 1e-6)
        return inside if inside.any() else None


def _pool(values: np.ndarray, quantity: Quantity, axis: int | tuple[int, ...]) -> np.ndarray:
    """Similarities by maximum, interactions by sum, as ``Explanation``'s own views."""
    out: np.ndarray = values.max(axis=axis) if quantity == "similarity" else values.sum(axis=axis)
    return out


def _taken(answer: Answer, quantity: Quantity, pick: Pick) -> np.ndarray:
    """(n, 14, w): the picked word or all, the picked windows or all; n = 0 for a struck word."""
    values = answer.shown.of(quantity)
    if pick.word is not None and pick.word < len(answer.rows):
        row = answer.rows[pick.word]
        values = values[row : row + 1] if row >= 0 else values[:0]
    windows = answer.windows(pick.span)
    return values if windows is None else values[..., windows]


def joint_values(answer: Answer, quantity: Quantity, pick: Pick) -> np.ndarray | None:
    """(22,) how the joints meet the picked word (or the whole query) during the picked time (or all of it)."""
    values = _taken(answer, quantity, pick)
    return _pool(_pool(at_joints(values), quantity, -1), quantity, 0) if len(values) else None


def segment_values(answer: Answer, quantity: Quantity, pick: Pick) -> np.ndarray | None:
    """(W,) how the windows meet the picked word and joint (or all of them)."""
    values = _taken(answer, quantity, Pick(word=pick.word))
    if not len(values):
        return None
    parts = at_joints(values)[:, pick.joint] if pick.joint is not None else _pool(values, quantity, 1)
    return _pool(parts, quantity, 0)


def word_values(answer: Answer, quantity: Quantity, pick: Pick) -> np.ndarray:
    """(N,) how the words meet the picked joint and time; NaN where a word is struck out."""
    values = _taken(answer, quantity, Pick(span=pick.span))
    if pick.joint is not None:
        return answer.expand(_pool(at_joints(values)[:, pick.joint], quantity, -1))
    return answer.expand(_pool(values, quantity, (1, 2)))
