"""Batches of a training run: a function of seed and step alone, so that a resumed run repeats nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch

from ..errors import MotionLensError
from ..model.contract import Batch, VideoChunk
from ..model.stages import TextBatch
from ..skeleton import N_PARTS
from ..synthesis.grammar import mirror_caption
from ..windows import PATCH_FRAMES
from .grounding import grounded_cells
from .images import ImageBank, padded
from .items import TrainItem, mirror_groundings
from .negatives import Relations
from .text_bank import TextBank
from .views import ViewBank

_POOL = 4
_CHUNKS = 4
_WITH_PARTNER = 0.5
"""How often an item that has a partner brings it into the batch."""


def shares(weights: Mapping[str, float], total: int, u: float) -> dict[str, int]:
    """Split ``total`` by weights into whole numbers that sum up; over random ``u`` right on average.

    Systematic rounding: the running sum of shares plus ``u`` in [0, 1) is rounded down.

    >>> shares({"a": 0.5, "b": 0.25, "c": 0.25}, 2, 0.0), shares({"a": 0.5, "b": 0.25, "c": 0.25}, 2, 0.6)
    ({'a': 1, 'b': 0, 'c': 1}, {'a': 1, 'b': 1, 'c': 0})
    """
    edges = np.cumsum([0.0, *weights.values()]) / sum(weights.values()) * total + u
    edges[-1] = total + u  # not left to rounding: the last must be whole
    whole = np.floor(edges + 1e-9).astype(int)
    return dict(zip(weights, np.diff(whole).tolist(), strict=True))


class Sampler:
    """Draws batches in which every motion has its mirrored twin, the hardest negative for left and right.

    Some bring their partner too, which differs in order, count, direction or side alone; both then have the
    caption that leaves nothing out. Neighbouring steps share a pool in which each source is sorted by length, so that a batch holds motions
    of like length: less padding, and length tells nothing about the answer.
    """

    def __init__(
        self,
        items: Mapping[str, Sequence[TrainItem]],
        bank: TextBank,
        images: ImageBank,
        batch: int,
        weights: Mapping[str, float],
        seed: int,
        rank: int = 0,
        world: int = 1,
        views: ViewBank | None = None,
    ) -> None:
        """A sampler of one process.

        Args:
            items: source -> items; all their captions, mirrored ones too, are in ``bank``.
            batch: pairs of a batch, even.
            weights: source -> share of a batch; sources without items do not count.
            rank, world: which of how many processes: each draws its own batches.
            views: the video side of the pairs, None where no video is trained.

        Raises:
            MotionLensError: an odd batch, an unknown source, or nothing to draw from.
        """
        if batch < 2 or batch % 2:
            raise MotionLensError(f"A batch of {batch} cannot hold mirrored twins: give an even number.")
        if not 0 <= rank < world:
            raise MotionLensError(f"Rank {rank} is not one of {world} processes.")
        if strange := [s for s, w in weights.items() if w < 0]:
            raise MotionLensError(f"The share of {strange[0]} is negative: give 0 to leave it out.")
        self._weights = {s: w for s, w in weights.items() if w > 0 and items.get(s)}
        if not self._weights:
            raise MotionLensError("No source of training motions has both motions and a share of the batch.")
        self._twins, self._key = batch // 2, (seed, rank)
        self._bank, self._images, self._views = bank, images, views
        listed = [i for s in self._weights for i in items[s]]
        ends = np.cumsum([0, *(len(items[s]) for s in self._weights)])
        self._of = {s: np.arange(a, b) for s, a, b in zip(self._weights, ends, ends[1:], strict=False)}
        self._relations = Relations(listed, bank)
        self._image = np.array([images.number(i.key) for i in listed])
        self._length = images.lengths[self._image, 0]
        place = {i.key: k for k, i in enumerate(listed)}
        self._partner = np.array([place.get(i.partner, -1) for i in listed], dtype=np.int64)
        self._items = listed
        self._grounded = any(i.groundings for i in listed)
        self._captions = [[bank.number(c) for c in i.captions] for i in listed]
        self._mirrored = [[bank.number(mirror_caption(c)) for c in i.captions] for i in listed]

    def _pool(self, number: int) -> list[np.ndarray]:
        """Items of the steps of a pool, without their twins."""
        rng = np.random.default_rng([*self._key, 0, number])
        slices: list[list[np.ndarray]] = [[] for _ in range(_POOL)]
        for source, n in shares(self._weights, self._twins, rng.uniform()).items():
            of = self._of[source]
            drawn = rng.choice(of, n * _POOL, replace=len(of) < n * _POOL)
            drawn = drawn[np.argsort(self._length[drawn], kind="stable")]
            for k in range(_POOL):
                slices[k].append(self._with_partners(drawn[k * n : (k + 1) * n], rng))
        return [np.concatenate(slices[i]) for i in rng.permutation(_POOL)]

    def _with_partners(self, drawn: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """As many items, in which partners have taken the places of some that were drawn."""
        if not (self._partner[drawn] >= 0).any():
            return drawn
        chosen: list[int] = []
        for i in rng.permutation(drawn).tolist():
            if i in chosen:
                continue
            chosen.append(i)
            partner = int(self._partner[i])
            if partner >= 0 and partner not in chosen and rng.uniform() < _WITH_PARTNER:
                chosen.append(partner)
        short = len(drawn) - len(chosen)  # an item that was drawn twice, as a partner and by itself
        return np.array((chosen + drawn[: max(short, 0)].tolist())[: len(drawn)])

    def draw(self, step: int) -> Batch:
        """The batch of a step, shortest motions first, in chunks of like length."""
        rng = np.random.default_rng([*self._key, 1, step])
        chosen = self._pool(step // _POOL)[step % _POOL]
        rows: list[tuple[int, bool, int, int]] = []
        together = set(chosen.tolist())
        for i in chosen:
            which = int(rng.integers(len(self._captions[i])))
            if int(self._partner[i]) in together:
                which = -1
            which %= len(self._captions[i])
            variants = rng.integers(self._images.variants(int(self._image[i])), size=2)
            rows += [(int(i), bool(k), int(variants[k]), which) for k in (0, 1)]
        rows.sort(key=lambda r: self._images.lengths[self._image[r[0]], r[2]])
        drawn = [self._images.image(int(self._image[i]), m, v) for i, m, v, _ in rows]
        size = -(-len(rows) // _CHUNKS)
        motions = [padded(drawn[start : start + size]) for start in range(0, len(rows), size)]
        items, mirrored = (np.array([r[c] for r in rows]) for c in (0, 1))
        numbers = np.array([(self._mirrored if m else self._captions)[i][w] for i, m, _, w in rows])
        ignore = self._relations.ignore(items, mirrored, numbers)
        apart = self._relations.apart(items, mirrored, numbers)
        text = self._bank.batch(numbers.tolist())
        grounded = self._refers(rows, text, max(images.shape[1] for images, _ in motions))
        video = self._filmed(rows, size, step) if self._views else None
        return Batch(motions, text, torch.from_numpy(ignore), torch.from_numpy(apart), grounded, video)

    def _filmed(self, rows: Sequence[tuple[int, bool, int, int]], size: int, step: int) -> list[VideoChunk]:
        """A view of each row; draws of their own, so that the rest of a batch is the same without views."""
        assert self._views is not None
        rng = np.random.default_rng([*self._key, 3, step])
        seen = [self._views.drawn(self._items[i].key, m, rng) for i, m, _, _ in rows]
        # An augmented motion is another one in its details: no patch of the view is quite its own.
        seen = [
            (image, known, whole and not v)
            for (image, known, whole), (_, _, v, _) in zip(seen, rows, strict=True)
        ]
        return [video_chunk(seen[start : start + size]) for start in range(0, len(rows), size)]

    def _refers(
        self, rows: Sequence[tuple[int, bool, int, int]], text: TextBatch, frames: int
    ) -> torch.Tensor | None:
        if not self._grounded:
            return None
        found = []
        for i, mirrored, _, which in rows:
            item = self._items[i]
            own = item.groundings[which] if which < len(item.groundings) else ()
            found.append(mirror_groundings(item.captions[which], own) if mirrored else own)
        return grounded_cells(text.texts, found, text.exists.shape[1], frames // PATCH_FRAMES)


def video_chunk(views: Sequence[tuple[np.ndarray, np.ndarray, bool]]) -> VideoChunk:
    """Views (image, known patches, whether aligned) as one padded chunk."""
    images, lengths = padded([image for image, _, _ in views])
    present = np.zeros((len(views), images.shape[1] // PATCH_FRAMES, N_PARTS), dtype=bool)
    for row, (_, known, _) in zip(present, views, strict=True):
        row[: len(known)] = known
    aligned = torch.tensor([whole for _, _, whole in views])
    return VideoChunk(images, lengths, torch.from_numpy(present.reshape(len(views), -1)), aligned)


def pair_batch(
    items: Sequence[TrainItem], bank: TextBank, images: ImageBank, views: ViewBank | None = None
) -> Batch:
    """Items as they are, each with its first caption and first view, shortest first: for validation."""
    items = sorted(items, key=lambda i: len(i.positions))
    plain = [images.image(images.number(i.key)) for i in items]
    motions = [padded(plain[start : start + 32]) for start in range(0, len(plain), 32)]
    video = None
    if views is not None:
        seen = [(*views.view(i.key, 0), True) for i in items]
        video = [video_chunk(seen[start : start + 32]) for start in range(0, len(seen), 32)]
    texts = [bank.number(i.captions[0]) for i in items]
    n = np.arange(len(items))
    ignore = Relations(items, bank).ignore(n, np.zeros(len(n), dtype=bool), np.array(texts))
    return Batch(motions, bank.batch(texts), torch.from_numpy(ignore), video=video)


class CaptionPairs:
    """Captions of the same motion, for teaching the text tower paraphrases (text alone, no motion)."""

    def __init__(
        self, groups: Sequence[Sequence[str]], bank: TextBank, batch: int, seed: int, rank: int = 0
    ) -> None:
        numbers = [sorted({bank.number(t) for t in g if t in bank}) for g in groups]
        self._groups = [g for g in numbers if len(g) > 1]
        self._bank, self._batch, self._key = bank, batch, (seed, rank)

    def __bool__(self) -> bool:
        return bool(self._groups)

    def draw(self, step: int) -> tuple[TextBatch, TextBatch]:
        """Two captions of each of ``batch`` motions (fewer where there are fewer groups)."""
        rng = np.random.default_rng([*self._key, 2, step])
        pairs = [
            rng.choice(self._groups[i], 2, replace=False)
            for i in rng.choice(len(self._groups), min(self._batch, len(self._groups)), replace=False)
        ]
        return self._bank.batch(int(a) for a, _ in pairs), self._bank.batch(int(b) for _, b in pairs)
