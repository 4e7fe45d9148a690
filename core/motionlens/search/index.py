"""Everything that a search needs of one state of the library."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

import numpy as np

from ..library import LocalLibrary
from ..library.interface import Library, Moment, TokenBatch
from ..library.own_captions import merged, own_captions
from ..model.interface import QueryTokens
from .captions import CaptionIndex
from .scoring import WHOLE, StageGroup, score_pieces, split_stages

StageCounts = Callable[[int], tuple[int, int, int]]
_IDS_A_SENTENCE = 500
_GATHERED = 128
"""Moments whose tokens are copied side by side at a time: more would be new memory for each copy, which costs as much
as the scoring."""


@dataclass(frozen=True, eq=False)
class Batch:
    """Tokens of some moments.

    Attributes:
        groups: by stage, float32 in memory or tensors on the GPU; None where they do not fit there.
        stored: the float16 memory map, for those that do not.
        whole: (m, d) float32, the moments' tokens of the whole stage; None for models without one, and on the GPU.
    """

    moment_ids: np.ndarray
    groups: tuple[StageGroup, ...] | None
    stored: TokenBatch | None
    whole: np.ndarray | None
    key: str

    @staticmethod
    def load(batch: TokenBatch, counts: StageCounts, device: str, keep: bool) -> Batch:
        """From the library's files.

        Args:
            keep: hold the tokens as the scorer takes them; else they are read when they are wanted.
        """
        whole = _whole(batch, counts) if device == "cpu" else None
        if not keep:
            return Batch(batch.moment_ids, None, batch, whole, batch.key)
        groups = []
        for group in split_stages(batch.tokens, batch.offsets, counts):
            if device == "cpu":
                groups.append(StageGroup(group.stage, group.tokens.astype(np.float32), group.offsets))
                continue
            import torch

            half = torch.from_numpy(np.array(group.tokens)).to(device)
            offsets = torch.from_numpy(np.asarray(group.offsets)).to(device)
            groups.append(StageGroup(group.stage, half, offsets))
        return Batch(batch.moment_ids, tuple(groups), None, whole, batch.key)

    def all_groups(self, counts: StageCounts) -> Sequence[StageGroup]:
        """Tokens of all moments by stage."""
        if self.groups is not None:
            return self.groups
        assert self.stored is not None
        return split_stages(self.stored.tokens, self.stored.offsets, counts)


def _gathered(chosen: Sequence[tuple[Batch, int]], counts: StageCounts) -> list[StageGroup]:
    """Tokens of some moments by stage, one moment behind the other.

    Args:
        chosen: batches, on the CPU, and rows in them.
    """
    parts: dict[int, list[np.ndarray]] = {}
    for batch, row in chosen:
        for group in batch.groups or ():
            own = group.tokens[int(group.offsets[row]) : int(group.offsets[row + 1])]
            parts.setdefault(group.stage, []).append(own)
        if batch.stored is not None:
            first, last = (int(place) for place in batch.stored.offsets[row : row + 2])
            for stage, count in enumerate(counts(last - first)):
                if count:
                    parts.setdefault(stage, []).append(batch.stored.tokens[first : first + count])
                    first += count
    return [
        StageGroup(stage, np.concatenate(of, dtype=np.float32), np.cumsum([0, *map(len, of)]))
        for stage, of in parts.items()
    ]


def _whole(batch: TokenBatch, counts: StageCounts) -> np.ndarray | None:
    """Each moment's last token, where that is its only one of the whole stage and not its only one at all."""
    for size in np.unique(np.diff(batch.offsets)).tolist():
        of_stages = counts(size)
        if len(of_stages) <= WHOLE or of_stages[WHOLE] != 1 or size < 2:
            return None
    return np.asarray(batch.tokens[batch.offsets[1:] - 1], np.float32)


@dataclass(frozen=True, eq=False)
class Index:
    """One state of the library; replaced whole, never changed but for ``titles``.

    Attributes:
        moments: by id.
        moment_ids: (m,) int64 of those with tokens, increasing.
        whole: (m, d) float32, see ``Batch``; None where any batch has none.
        titles: name, path and caption of motions that were shown already, by id.
    """

    generation: int
    moments: dict[int, Moment]
    batches: tuple[Batch, ...]
    moment_ids: np.ndarray
    whole: np.ndarray | None
    stage_counts: StageCounts
    captions: CaptionIndex | None = None
    titles: dict[int, tuple[str, str, str]] = field(default_factory=dict)

    @property
    def n_moments(self) -> int:
        """How many can be searched."""
        return len(self.moment_ids)

    def scores(self, pieces: Sequence[QueryTokens], rows: np.ndarray | None = None) -> np.ndarray:
        """Scores in full (``scoring.score_pieces``).

        Args:
            rows: (n,) increasing places in ``moment_ids``; None: all.

        Returns:
            (n,) float32.
        """
        if rows is None:
            every = [score_pieces(pieces, batch.all_groups(self.stage_counts)) for batch in self.batches]
            return np.concatenate([np.zeros(0, np.float32), *every])
        ends = np.cumsum([len(batch.moment_ids) for batch in self.batches])
        which = np.searchsorted(ends, rows, side="right")
        starts = np.concatenate([[0], ends])[which]
        places = list(zip(which.tolist(), (rows - starts).tolist(), strict=True))
        out = np.empty(len(rows), np.float32)
        for begin in range(0, len(rows), _GATHERED):
            some = [(self.batches[batch], row) for batch, row in places[begin : begin + _GATHERED]]
            out[begin : begin + _GATHERED] = score_pieces(pieces, _gathered(some, self.stage_counts))
        return out

    def title(self, library: Library, motion_ids: Collection[int]) -> None:
        """Put what ``titles`` lacks into it: a few questions to the catalogue for all, not some for each."""
        wanted = [number for number in motion_ids if number not in self.titles]
        if not isinstance(library, LocalLibrary):
            for number in wanted:
                record = library.motion(number)
                caption = record.captions[0] if record.captions else ""
                self.titles[number] = record.name, record.path, caption
            return
        own = own_captions(library) if wanted else {}
        for first in range(0, len(wanted), _IDS_A_SENTENCE):
            ids = wanted[first : first + _IDS_A_SENTENCE]
            marks = ",".join("?" * len(ids))
            stated: dict[int, list[str]] = {}
            for number, text in library.rows(
                f"SELECT motion_id, text FROM captions WHERE motion_id IN ({marks}) ORDER BY motion_id, place",
                *ids,
            ):
                stated.setdefault(number, []).append(text)
            for number, name, path in library.rows(
                "SELECT m.id, m.name, coalesce(f.path, '') FROM motions m LEFT JOIN files f ON f.id = m.file_id "
                f"WHERE m.id IN ({marks})", *ids
            ):  # fmt: skip
                shown = merged(stated.get(number, []), own.get(number, []))
                self.titles[number] = name, path, shown[0][0] if shown else ""
            for number in ids:
                if number not in self.titles:
                    library.motion(number)  # says that it has gone
