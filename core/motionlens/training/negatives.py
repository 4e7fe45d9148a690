"""Which pairs of a batch are no safe negatives, decided from tables made once."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np

from ..synthesis.grammar import mirror_caption
from .items import TrainItem
from .text_bank import TextBank, count_words

_SAME_SENTENCE = 0.85
"""Sentence cosine above which two captions with the same contrast words are taken for paraphrases."""
_SIDED = frozenset({"left", "right", "clockwise", "counterclockwise", "anticlockwise"})


class _Codes:
    """Equal values get equal whole numbers."""

    def __init__(self) -> None:
        self._seen: dict[Hashable, int] = {}

    def __call__(self, value: Hashable) -> int:
        return self._seen.setdefault(value, len(self._seen))


class Relations:
    """Tables over items and captions from which ``ignore`` is read without a loop over pairs."""

    def __init__(self, items: Sequence[TrainItem], bank: TextBank) -> None:
        action, variant, style, recording, contrast, parts, counts, numbers = (_Codes() for _ in range(8))
        n = len(items)
        self._bank = bank
        self._contrast = np.array([contrast(c) for c in bank.contrast], dtype=np.int64)
        self._told = np.array([bool(c) for c in bank.contrast], dtype=bool)
        self._sided = np.array([bool(c & _SIDED) for c in bank.contrast], dtype=bool)
        # numbers that a caption names, -1 where it names none
        said = [count_words(t) for t in bank.texts]
        self._numbers = np.array([numbers(n) if n else -1 for n in said], dtype=np.int64)
        self._counts = np.array([counts(i.counts) for i in items], dtype=np.int64)
        self._action = np.array([action(i.actions) if i.actions else -1 for i in items], dtype=np.int64)
        self._variant = np.zeros((n, 2), dtype=np.int64)
        self._style = np.zeros(n, dtype=np.int64)
        self._recording = np.full((n, 2), -1, dtype=np.int64)
        self._start, self._end = np.zeros((n, 2)), np.zeros((n, 2))
        # what follows what, and the same without the order: -1 where there is nothing to be ordered
        self._parts = np.full((n, 2), -1, dtype=np.int64)
        for k, item in enumerate(items):
            ordered = item.actions or item.extents
            if len(ordered) > 1:
                self._parts[k] = parts(ordered), parts(("in any order", *sorted(ordered)))
            self._variant[k] = variant(item.variant), variant(tuple(mirror_caption(v) for v in item.variant))
            self._style[k] = style(tuple(v.rsplit("|", 1)[1] for v in item.variant))
            for e, extent in enumerate(item.extents[:2]):
                self._recording[k, e] = recording(extent.recording)
                self._start[k, e], self._end[k, e] = extent.start_s, extent.end_s

    def ignore(self, items: np.ndarray, mirrored: np.ndarray, texts: np.ndarray) -> np.ndarray:
        """(B, B) bool: text i with motion j is neither the pair itself nor a safe negative.

        Four rules find these. Captions with nearly the same sentence embedding and the same contrast words,
        that name no different numbers, are paraphrases (the embedding alone takes "left" and "right" for the
        same). For synthesised motions the recipes tell: the same actions are a negative only where side,
        direction, style or count differ and the caption says so (it nearly always tells the style). Recorded motions
        that share time of the same recording are none either, whatever their captions say; a mirrored one
        counts then as another motion only if the caption names a side. Last, "A then B" and "B then A" are
        negatives though their sentence embeddings are nearly the same.

        Args:
            items: (B,) numbers of the items given at construction.
            mirrored: (B,) bool, whether the mirrored twin is meant.
            texts: (B,) numbers of captions in the bank.
        """
        sentence, contrast = self._bank.sentence[texts], self._contrast[texts]
        mask = (sentence @ sentence.T > _SAME_SENTENCE) & (contrast[:, None] == contrast)
        mask &= ~self._reordered(items, texts) & ~self._numbers_differ(texts)
        action, style = self._action[items], self._style[items]
        variant = self._variant[items, mirrored.astype(int)]
        told = self._told[texts][:, None] | (style[:, None] != style)
        same = (action[:, None] == action) & (action[:, None] >= 0)
        mask |= same & ~((variant[:, None] != variant) & told) & ~self._miscounted(items, texts)
        mask |= self._shares_time(items) & (~self._sided[texts][:, None] | (mirrored[:, None] == mirrored))
        np.fill_diagonal(mask, False)
        return mask

    def apart(self, items: np.ndarray, mirrored: np.ndarray, texts: np.ndarray) -> np.ndarray:
        """(B, B) bool: text i is certainly not true of motion j, however near their sentences are.

        A motion and its mirrored twin where the caption names a side, "A then B" with "B then A", and the same
        actions more or less often than the caption says.
        Arguments as for ``ignore``.
        """
        twins = (items[:, None] == items) & (mirrored[:, None] != mirrored) & self._sided[texts][:, None]
        found = twins | self._reordered(items, texts) | self._miscounted(items, texts)
        return found & ~self.ignore(items, mirrored, texts)

    def _numbers_differ(self, texts: np.ndarray) -> np.ndarray:
        """Both captions name numbers, and not the same."""
        numbers = self._numbers[texts]
        return (numbers[:, None] != numbers) & (numbers[:, None] >= 0) & (numbers >= 0)

    def _miscounted(self, items: np.ndarray, texts: np.ndarray) -> np.ndarray:
        """The caption of i names numbers, and j is the same actions another number of times."""
        action, counts = self._action[items], self._counts[items]
        same = (action[:, None] == action) & (action[:, None] >= 0)
        return same & (counts[:, None] != counts) & (self._numbers[texts] >= 0)[:, None]

    def _reordered(self, items: np.ndarray, texts: np.ndarray) -> np.ndarray:
        order, parts = self._parts[items].T
        found = (parts[:, None] == parts) & (parts >= 0) & (order[:, None] != order)
        return found & (texts[:, None] != texts)

    def _shares_time(self, items: np.ndarray) -> np.ndarray:
        """(B, B): the caption of i may be true of motion j, for what i was cut from is part of j.

        The caption of a concatenation names two things in order: it may be true only of a concatenation
        whose first part shares time with its first and whose second with its second. So "A then B" keeps
        A, B and "B then A" as negatives, while A's own caption is not held against "A then B".
        """
        recording, start, end = self._recording[items], self._start[items], self._end[items]
        b = len(items)
        pairs = (recording.reshape(-1)[:, None] == recording.reshape(-1)) & (
            recording.reshape(-1)[:, None] >= 0
        )
        pairs &= (start.reshape(-1)[:, None] < end.reshape(-1)) & (
            start.reshape(-1) < end.reshape(-1)[:, None]
        )
        pairs = pairs.reshape(b, 2, b, 2)
        joined = recording[:, 1] >= 0
        single = pairs[:, 0].any(-1)
        both = pairs[:, 0, :, 0] & pairs[:, 1, :, 1]
        return np.where(joined[:, None], both, single)


def not_negative(items: Sequence[TrainItem], texts: Sequence[int], bank: TextBank) -> np.ndarray:
    """``Relations.ignore`` of items given as they are (a mirrored twin as ``TrainItem.mirrored`` gives it)."""
    relations = Relations(items, bank)
    mirrored = np.array([i.key.startswith("M") for i in items])
    # the variants of a given twin are mirrored already: read them as they stand
    relations._variant[:, 1] = relations._variant[:, 0]
    return relations.ignore(np.arange(len(items)), mirrored, np.asarray(texts))
