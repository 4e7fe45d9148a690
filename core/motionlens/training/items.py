"""What one training batch is made of: motions, captions, and which pairs are not negatives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..motion import mirror_positions
from ..synthesis.captions import mirror_caption
from ..windows import MAX_CLIP_FRAMES, PATCH_FRAMES
from .text_bank import TextBank

_SAME_SENTENCE = 0.85
"""Sentence cosine above which two captions with the same contrast words are taken for paraphrases."""


@dataclass(frozen=True, eq=False)
class TrainItem:
    """A motion with its captions.

    Attributes:
        positions: (T, 22, 3) float32.
        captions: at least one.
        actions: names of its actions in order, () for a real motion.
        variant: "side|direction|style" of each action; mirrored motions have mirrored variants.
        real: recorded rather than synthesised.
    """

    positions: np.ndarray
    captions: tuple[str, ...]
    actions: tuple[str, ...] = ()
    variant: tuple[str, ...] = ()
    real: bool = False

    def mirrored(self) -> TrainItem:
        """The same motion with left and right exchanged, in the captions too."""
        return TrainItem(
            mirror_positions(np.asarray(self.positions)),
            tuple(mirror_caption(c) for c in self.captions),
            self.actions,
            tuple(mirror_caption(v) for v in self.variant),
            self.real,
        )


def synthesised_item(positions: np.ndarray, captions: Sequence[str], recipe: dict) -> TrainItem:
    """An item of the corpus; ``recipe`` as ``synthesis.records`` writes it."""
    actions = [a for s in recipe["steps"] for a in (s["base"], s.get("overlay")) if a]
    variant = tuple(f"{a.get('side', '')}|{a.get('direction', '')}|{a.get('style', '')}" for a in actions)
    return TrainItem(positions, tuple(captions), tuple(a["name"] for a in actions), variant)


def _styles(item: TrainItem) -> list[str]:
    return [v.rsplit("|", 1)[1] for v in item.variant]


def augment(positions: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A real motion a little faster or slower, cut at either end, and at most 224 frames.

    The whole-clip caption stays true, so no more than an eighth is cut from each end.
    """
    speed = rng.uniform(0.88, 1.14)
    n = max(PATCH_FRAMES, round(len(positions) / speed))
    at = np.linspace(0, len(positions) - 1, n)
    low = np.floor(at).astype(int)
    high = np.minimum(low + 1, len(positions) - 1)
    share = (at - low)[:, None, None].astype(np.float32)
    out = positions[low] * (1 - share) + positions[high] * share
    cut = n // 8
    first, last = rng.integers(0, cut + 1), n - rng.integers(0, cut + 1)
    out = out[first:last]
    if len(out) > MAX_CLIP_FRAMES:
        start = rng.integers(0, len(out) - MAX_CLIP_FRAMES + 1)
        out = out[start : start + MAX_CLIP_FRAMES]
    return out


def not_negative(items: Sequence[TrainItem], texts: Sequence[int], bank: TextBank) -> np.ndarray:
    """(B, B) bool: text i with motion j is neither the pair itself nor a safe negative.

    Two rules find these false negatives. Captions with nearly the same sentence embedding and the same
    contrast words are paraphrases (the embedding alone takes "left" and "right" for the same). And for
    synthesised motions the recipes tell: the same actions are a negative only where side, direction or
    style differ and the caption says so (captions nearly always tell the style).
    """
    sentence = bank.sentence[list(texts)]
    contrast = [bank.contrast[t] for t in texts]
    same_words = np.array([[a == b for b in contrast] for a in contrast])
    mask = (sentence @ sentence.T > _SAME_SENTENCE) & same_words
    for i, a in enumerate(items):
        if not a.actions:
            continue
        for j, b in enumerate(items):
            if i != j and a.actions == b.actions:
                styles_differ = _styles(a) != _styles(b)
                told = bool(contrast[i]) or styles_differ
                mask[i, j] |= a.variant == b.variant or not told
    np.fill_diagonal(mask, False)
    return mask
