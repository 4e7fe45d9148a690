"""Batches of a training run: a function of seed and step alone, so that a resumed run repeats nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from ..model.encoder import padded_images
from ..representation.image import motion_image
from .items import TrainItem, augment, not_negative
from .text_bank import TextBank

_POOL = 4
_CHUNKS = 4


@dataclass(frozen=True)
class Batch:
    """Tensors of one step; see ``losses.info_nce`` for ``ignore``.

    The motions come in chunks of like length, each padded for itself: (images, lengths) as
    ``padded_images`` gives them.
    """

    motions: list[tuple[torch.Tensor, torch.Tensor]]
    states: torch.Tensor
    exists: torch.Tensor
    ignore: torch.Tensor


class Sampler:
    """Draws batches in which every motion has its mirrored twin, the hardest negative for left and right.

    Neighbouring steps share a pool that is sorted by length, so that a batch holds motions of like
    length: less padding, and length tells nothing about the answer.
    """

    def __init__(
        self,
        synthesised: Sequence[TrainItem],
        real: Sequence[TrainItem],
        bank: TextBank,
        batch: int,
        real_share: float,
        seed: int,
    ) -> None:
        self._synthesised, self._real, self._bank = synthesised, real, bank
        twins = batch // 2
        self._n_real = round(twins * real_share) if real else 0
        self._n_made = twins - self._n_real if synthesised else 0
        self._seed = seed

    def _pool(self, number: int) -> list[list[TrainItem]]:
        rng = np.random.default_rng([self._seed, number])
        slices: list[list[TrainItem]] = [[] for _ in range(_POOL)]
        for source, n in ((self._synthesised, self._n_made), (self._real, self._n_real)):
            if not n:
                continue
            drawn = rng.choice(len(source), n * _POOL, replace=len(source) < n * _POOL)
            items = sorted((source[i] for i in drawn), key=lambda i: len(i.positions))
            for k in range(_POOL):
                slices[k] += items[k * n : (k + 1) * n]
        return [slices[i] for i in rng.permutation(_POOL)]

    def draw(self, step: int) -> Batch:
        """The batch of a step."""
        rng = np.random.default_rng([self._seed, 1, step])
        chosen = self._pool(step // _POOL)[step % _POOL]
        items, numbers = [], []
        for item in chosen:
            which = int(rng.integers(len(item.captions)))
            for twin in (item, item.mirrored()):
                items.append(twin)
                numbers.append(self._bank.number(twin.captions[which]))
        return self.collate(items, numbers, rng)

    def collate(self, items: list[TrainItem], numbers: list[int], rng: np.random.Generator) -> Batch:
        """Tensors of these items and captions, shortest first; real motions are augmented."""
        clips = [augment(i.positions, rng) if i.real else np.asarray(i.positions) for i in items]
        order = sorted(range(len(items)), key=lambda k: len(clips[k]))
        size = -(-len(order) // _CHUNKS)
        motions = [
            padded_images([motion_image(clips[k]) for k in order[start : start + size]])
            for start in range(0, len(order), size)
        ]
        numbers = [numbers[k] for k in order]
        states, exists = self._bank.batch(numbers)
        ignore = not_negative([items[k] for k in order], numbers, self._bank)
        return Batch(motions, states, exists, torch.from_numpy(ignore))


StatesAndMask = tuple[torch.Tensor, torch.Tensor]


class CaptionPairs:
    """Captions of the same motion, for teaching the text tower paraphrases (text alone, no motion)."""

    def __init__(self, groups: Sequence[Sequence[str]], bank: TextBank, batch: int, seed: int) -> None:
        self._groups = [g for g in groups if len(set(g)) > 1]
        self._bank, self._batch, self._seed = bank, batch, seed

    def __bool__(self) -> bool:
        return bool(self._groups)

    def draw(self, step: int) -> tuple[StatesAndMask, StatesAndMask]:
        """States and masks of two captions of each of ``batch`` motions."""
        rng = np.random.default_rng([self._seed, 2, step])
        first, second = [], []
        for i in rng.choice(len(self._groups), self._batch, replace=False):
            a, b = rng.choice(sorted(set(self._groups[i])), 2, replace=False)
            first.append(self._bank.number(str(a)))
            second.append(self._bank.number(str(b)))
        return self._bank.batch(first), self._bank.batch(second)
