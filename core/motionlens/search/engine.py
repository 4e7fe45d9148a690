"""Search: a query in, ranked moments out. Exact, over every moment that has tokens."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from weakref import WeakKeyDictionary

import numpy as np

from ..errors import MotionLensError
from ..library import LibraryError, LocalLibrary
from ..library.interface import Library, Moment, TokenBatch
from ..library.own_captions import caption_tokens, encode_captions, own_captions
from ..model.interface import Encoder, QueryTokens
from ..motion import FPS
from .captions import NO_CAPTION, CaptionIndex, lift
from .combining import combine, part_weights
from .encoded import EncodedPart, EncodedQuery, check, encode
from .query import Example, Query
from .result import OWN_CAPTION, Hit, SearchResult
from .scoring import StageGroup, score_pieces, split_stages

_MOMENTS_PER_BATCH = 1024
DEFAULT_CACHE_BYTES = 768 * 2**20
"""Float tokens kept in memory: some 20,000 moments of 8 s. What is beyond is read from the files."""


@dataclass(frozen=True, eq=False)
class _Batch:
    """Tokens of some moments.

    Attributes:
        groups: by stage, float32 in memory or tensors on the GPU; None where they do not fit there.
        stored: the float16 memory map, for those that do not.
    """

    moment_ids: np.ndarray
    groups: tuple[StageGroup, ...] | None
    stored: TokenBatch | None
    key: str


@dataclass(frozen=True, eq=False)
class _Index:
    """Everything that a search needs of one state of the library; replaced whole, never changed."""

    generation: int
    moments: dict[int, Moment]
    batches: tuple[_Batch, ...]
    moment_ids: np.ndarray
    captions: CaptionIndex | None = None

    @property
    def n_moments(self) -> int:
        """How many can be searched."""
        return len(self.moment_ids)


class SearchEngine:
    """Answers queries over a library; safe to use from several threads.

    Args:
        library: what is searched. Moments that an import adds are found by the next search.
        encoder: the model; only moments encoded by this very model are searched.
        device: "cpu" or "cuda"; None = the encoder's.
        cache_bytes: bound of the memory for float tokens.
        own_captions: whether the user's own captions lift the score of a text (``search.captions``).
    """

    def __init__(
        self,
        library: Library,
        encoder: Encoder,
        device: str | None = None,
        cache_bytes: int = DEFAULT_CACHE_BYTES,
        own_captions: bool = True,
    ) -> None:
        self.library = library
        self.encoder = encoder
        self.device = device or encoder.device
        self._cache_bytes = cache_bytes
        self._own_captions = own_captions
        self._lock = threading.Lock()
        self._encoding = threading.Lock()  # an encoder serves one thread at a time
        self._index: _Index | None = None
        # of examples that somebody still holds: while a text is typed beside a video, the video stays the same
        self._example_tokens: WeakKeyDictionary[Example, tuple[QueryTokens, ...]] = WeakKeyDictionary()
        self._example_scores: WeakKeyDictionary[Example, tuple[int, np.ndarray]] = WeakKeyDictionary()

    def warm_up(self) -> int:
        """Load the text model and read the tokens now rather than at the first query.

        Returns:
            How many moments are searchable.
        """
        with self._encoding:
            self.encoder.encode_text("a person walks")
        return self._current().n_moments

    def search(self, text: str, k: int = 10, fold_overlaps: bool = True) -> SearchResult:
        """``search_query`` for a description alone."""
        return self.search_query(Query(text), k, fold_overlaps)

    def search_query(
        self, query: Query, k: int = 10, fold_overlaps: bool = True, within: np.ndarray | None = None
    ) -> SearchResult:
        """The k best moments for a query of one or several parts.

        Args:
            query: what is asked.
            k: how many hits at most, >= 1.
            fold_overlaps: of moments of one motion that overlap in time, show the best only.
            within: ids of the moments that may be shown, None: all. Scores do not depend on it.

        Raises:
            MotionLensError: nothing asked for, an example of which too little is seen, k < 1, or a library
                without searchable moments.
        """
        return self.search_encoded(self.encode_query(query), k, fold_overlaps, within)

    def encode_query(self, query: Query) -> EncodedQuery:
        """The first half of ``search_query``: what of it does not depend on the library."""
        check(query)
        with self._encoding:
            started = time.perf_counter()  # waiting for another query is not this one's work
            encoded = encode(query, self.encoder, self._example_tokens)
            return replace(encoded, encode_ms=1e3 * (time.perf_counter() - started))

    def search_encoded(
        self,
        encoded: EncodedQuery,
        k: int = 10,
        fold_overlaps: bool = True,
        within: np.ndarray | None = None,
    ) -> SearchResult:
        """The second half of ``search_query``: score every moment and choose the best."""
        if k < 1:
            raise MotionLensError(f"{k} results cannot be shown: ask for 1 or more.")
        started = time.perf_counter()
        index = self._current()
        if not index.n_moments:
            raise self._nothing_to_search(index)
        ids, by_part, scores = self._score_parts(index, encoded)
        order = np.lexsort((ids, -scores))
        order = order[~self._is_source(index, ids, encoded)[order]]
        if within is not None:
            order = order[np.isin(ids, within)[order]]
        chosen = self._choose(index, ids, order, k, fold_overlaps)
        hits = tuple(
            self._hit(
                rank,
                index.moments[int(ids[at])],
                float(scores[at]),
                {n: float(v[at]) for n, v in by_part.items() if n != OWN_CAPTION or v[at] > NO_CAPTION},
            )
            for rank, at in enumerate(chosen, 1)
        )
        score_ms = 1e3 * (time.perf_counter() - started)
        timing = {"encode": encoded.encode_ms, "score": score_ms, "total": encoded.encode_ms + score_ms}
        rounded = {stage: round(value, 3) for stage, value in timing.items()}
        parts = tuple(part.name for part in encoded.parts)
        return SearchResult(encoded.query.text, index.n_moments, rounded, hits, parts)

    def _score_parts(
        self, index: _Index, encoded: EncodedQuery
    ) -> tuple[np.ndarray, dict[str, np.ndarray], np.ndarray]:
        """Ids (m,), the parts' scores (m,) by name, and the combined scores (m,)."""
        by_part = {part.name: self._score_part(index, part) for part in encoded.parts}
        wanted = [by_part[part.name] for part in encoded.wanted]
        if encoded.text is not None and index.captions is not None:
            alike = index.captions.similarity(encoded.text.tokens[0], index.moment_ids)
            wanted[0] = lift(wanted[0], alike)
            by_part[OWN_CAPTION] = alike
        query = encoded.query
        weights = part_weights(encoded.text is not None, len(encoded.examples), query.text_weight)
        avoided = None if encoded.avoid is None else by_part[encoded.avoid.name]
        return index.moment_ids, by_part, combine(wanted, weights, avoided)

    def _score_part(self, index: _Index, part: EncodedPart) -> np.ndarray:
        """(m,) float32 in the order of ``index.moment_ids``."""
        example = part.example
        if example is None:
            return self._score(index, part.tokens)
        generation, scores = self._example_scores.get(example, (-1, None))
        if scores is None or generation != index.generation:
            scores = self._score(index, part.tokens)
            self._example_scores[example] = index.generation, scores
        return scores

    @staticmethod
    def _is_source(index: _Index, ids: np.ndarray, encoded: EncodedQuery) -> np.ndarray:
        """(m,) bool: moments that share a frame with where an example is from."""
        out = np.zeros(len(ids), dtype=bool)
        for part in encoded.examples:
            if part.example is None or part.example.source is None:
                continue
            motion_id, start, end = part.example.source
            own = [
                m.id
                for m in index.moments.values()
                if m.motion_id == motion_id and m.start_frame < end and start < m.end_frame
            ]
            out |= np.isin(ids, own)
        return out

    def scores(self, query: QueryTokens) -> tuple[np.ndarray, np.ndarray]:
        """Every searchable moment's id (m,) int64 and MaxSim score (m,) float32, by id."""
        index = self._current()
        return index.moment_ids, self._score(index, (query,))

    def _nothing_to_search(self, index: _Index) -> MotionLensError:
        if index.moments:
            return MotionLensError(
                "The library's motions are not indexed for this model yet: import its folder again."
            )
        return MotionLensError("The library is empty: import a folder of motion files first.")

    # -- the index -----------------------------------------------------------------------------

    def _current(self) -> _Index:
        generation = self.library.generation()
        index = self._index
        if index is not None and index.generation == generation:
            return index
        with self._lock:
            index = self._index
            if index is None or index.generation != generation:
                index = self._index = self._build(generation, index)
            return index

    def _build(self, generation: int, before: _Index | None) -> _Index:
        # During an import only the last batch changes: the others are kept as they are.
        known = {batch.key: batch for batch in before.batches if batch.key} if before else {}
        captioned = isinstance(self.library, LocalLibrary) and self._own_captions
        if captioned:
            generation = self._encode_captions(generation)
        batches: list[_Batch] = []
        room = self._cache_bytes
        for batch in self.library.token_batches(self.encoder.fingerprint, _MOMENTS_PER_BATCH):
            size = batch.tokens.size * 4
            if room >= size:
                room -= size
                batches.append(known.get(batch.key) or self._cached(batch))
            else:
                batches.append(_Batch(batch.moment_ids, None, batch, ""))
        moments = {moment.id: moment for moment in self.library.moments()}
        ids = [batch.moment_ids for batch in batches] or [np.zeros(0, np.int64)]
        captions = self._captions(moments) if captioned else None
        return _Index(generation, moments, tuple(batches), np.concatenate(ids), captions)

    def _encode_captions(self, generation: int) -> int:
        """Give the user's new captions tokens; the generation after that."""
        assert isinstance(self.library, LocalLibrary)
        try:
            with self._encoding:
                done = encode_captions(self.library, self.encoder)
        except LibraryError:  # read-only, or written to for long: the next change of the library tries again
            return generation
        return self.library.generation() if done else generation

    def _captions(self, moments: dict[int, Moment]) -> CaptionIndex | None:
        assert isinstance(self.library, LocalLibrary)
        tokens = caption_tokens(self.library, self.encoder.fingerprint)
        return (
            CaptionIndex.build(own_captions(self.library), tokens, list(moments.values())) if tokens else None
        )

    def _split(self, batch: TokenBatch) -> tuple[StageGroup, ...]:
        return split_stages(batch.tokens, batch.offsets, self.encoder.stage_counts)

    def _cached(self, batch: TokenBatch) -> _Batch:
        groups = []
        for group in self._split(batch):
            if self.device == "cpu":
                groups.append(StageGroup(group.stage, group.tokens.astype(np.float32), group.offsets))
                continue
            import torch

            half = torch.from_numpy(np.array(group.tokens)).to(self.device)
            offsets = torch.from_numpy(np.asarray(group.offsets)).to(self.device)
            groups.append(StageGroup(group.stage, half, offsets))
        return _Batch(batch.moment_ids, tuple(groups), None, batch.key)

    def _score(self, index: _Index, pieces: Sequence[QueryTokens]) -> np.ndarray:
        scores = [self._score_batch(batch, pieces) for batch in index.batches]
        return np.concatenate(scores) if scores else np.zeros(0, np.float32)

    def _score_batch(self, batch: _Batch, pieces: Sequence[QueryTokens]) -> np.ndarray:
        groups = batch.groups
        if groups is None:
            assert batch.stored is not None
            groups = self._split(batch.stored)
        return score_pieces(pieces, groups)

    # -- the result ----------------------------------------------------------------------------

    @staticmethod
    def _choose(index: _Index, ids: np.ndarray, order: np.ndarray, k: int, fold: bool) -> list[int]:
        if not fold:
            return [int(at) for at in order if int(ids[at]) in index.moments][:k]
        chosen: list[int] = []
        taken: dict[int, list[Moment]] = {}
        for at in order:
            moment = index.moments.get(int(ids[at]))
            if moment is None:  # an import replaced it while the index was read
                continue
            others = taken.setdefault(moment.motion_id, [])
            if any(_overlap(moment, other) for other in others):
                continue
            others.append(moment)
            chosen.append(int(at))
            if len(chosen) == k:
                break
        return chosen

    def _hit(self, rank: int, moment: Moment, score: float, parts: dict[str, float]) -> Hit:
        record = self.library.motion(moment.motion_id)
        return Hit(
            rank=rank,
            id=record.id,
            moment_id=moment.id,
            name=record.name,
            path=record.path,
            start_s=moment.start_frame / FPS,
            end_s=moment.end_frame / FPS,
            score=score,
            caption=record.captions[0] if record.captions else "",
            parts=parts,
        )


def _overlap(a: Moment, b: Moment) -> bool:
    """Whether two moments of one motion share a frame.

    >>> _overlap(Moment(1, 1, 0, 160), Moment(2, 1, 80, 240))
    True
    >>> _overlap(Moment(1, 1, 0, 160), Moment(2, 1, 160, 320))
    False
    """
    return a.start_frame < b.end_frame and b.start_frame < a.end_frame
