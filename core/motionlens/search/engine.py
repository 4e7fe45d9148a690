"""Search: a query in, ranked moments out, over every moment that has tokens.

Up to ``shortlist.EXACT_UP_TO`` moments each is scored in full. In larger libraries the whole stage ranks all, and
those are scored in full that can be among the best (``shortlist.best``).
"""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from weakref import WeakKeyDictionary

import numpy as np

from ..errors import MotionLensError
from ..library import LibraryError, LocalLibrary
from ..library.interface import Library, Moment
from ..library.own_captions import caption_tokens, encode_captions, own_captions
from ..model.interface import Encoder, QueryTokens
from ..motion import FPS
from .captions import NO_CAPTION, CaptionIndex, lift
from .combining import combine, part_weights
from .encoded import EncodedPart, EncodedQuery, check, encode
from .index import Batch, Index
from .query import Example, Query
from .result import OWN_CAPTION, TEXT, Hit, SearchResult
from .scoring import WHOLE
from .shortlist import EXACT_UP_TO, SAMPLE, PartScores, best

_MOMENTS_PER_BATCH = 1024
_PEAK = 32
"""Moments among which the best for a text is, whatever may be shown."""
DEFAULT_CACHE_BYTES = 256 * 2**20
"""Float tokens kept in memory: some 7,000 moments of 8 s. What is beyond is read from the files, few at a time."""


class SearchEngine:
    """Answers queries over a library; safe to use from several threads.

    Args:
        library: what is searched. Moments that an import adds are found by the next search.
        encoder: the model; only moments encoded by this very model are searched.
        device: "cpu" or "cuda"; None = the encoder's.
        cache_bytes: bound of the memory for float tokens.
        own_captions: whether the user's own captions lift the score of a text (``search.captions``).
        exact_up_to: moments up to which every one is scored in full.
    """

    def __init__(
        self,
        library: Library,
        encoder: Encoder,
        device: str | None = None,
        cache_bytes: int = DEFAULT_CACHE_BYTES,
        own_captions: bool = True,
        exact_up_to: int = EXACT_UP_TO,
    ) -> None:
        self.library = library
        self.encoder = encoder
        self.device = device or encoder.device
        self._cache_bytes = cache_bytes
        self._own_captions = own_captions
        self._exact_up_to = exact_up_to
        self._lock = threading.Lock()
        self._encoding = threading.Lock()  # an encoder serves one thread at a time
        self._index: Index | None = None
        # of examples that somebody still holds: while a text is typed beside a video, the video stays the same
        self._example_tokens: WeakKeyDictionary[Example, tuple[QueryTokens, ...]] = WeakKeyDictionary()
        self._example_scores: WeakKeyDictionary[Example, tuple[int, PartScores]] = WeakKeyDictionary()

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
        """The second half of ``search_query``: score the moments and choose the best."""
        if k < 1:
            raise MotionLensError(f"{k} results cannot be shown: ask for 1 or more.")
        started = time.perf_counter()
        index = self._current()
        if not index.n_moments:
            raise self._nothing_to_search(index)
        rows, scores, by_part, places = self._find(index, encoded, k, fold_overlaps, within)
        chosen = [index.moments[int(index.moment_ids[rows[at]])] for at in places]
        index.title(self.library, {moment.motion_id for moment in chosen})
        hits = tuple(
            _hit(index, rank, moment, float(scores[at]), {n: float(v[at]) for n, v in by_part.items()})
            for rank, (at, moment) in enumerate(zip(places, chosen, strict=True), 1)
        )
        score_ms = 1e3 * (time.perf_counter() - started)
        timing = {"encode": encoded.encode_ms, "score": score_ms, "total": encoded.encode_ms + score_ms}
        rounded = {stage: round(value, 3) for stage, value in timing.items()}
        parts = tuple(part.name for part in encoded.parts)
        return SearchResult(encoded.query.text, index.n_moments, rounded, hits, parts)

    def _find(
        self, index: Index, encoded: EncodedQuery, k: int, fold: bool, within: np.ndarray | None
    ) -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray], list[int]]:
        """Rows that were scored (n,), their scores (n,) in all and by part, and the best places among them."""
        ids = index.moment_ids
        allowed = ~self._is_source(index, ids, encoded)
        if within is not None:
            allowed &= np.isin(ids, within)
        parts = {part.name: self._part_scores(index, part) for part in encoded.parts}
        alike = None
        if encoded.text is not None and index.captions is not None:
            alike = index.captions.similarity(encoded.text.tokens[0], ids)
        several = len(parts) > 1 or alike is not None
        sample = peak = np.zeros(0, np.int64)
        if several:  # mean, spread and top of a part are those of the library, whatever may be shown
            sample = np.arange(0, len(ids), max(len(ids) // SAMPLE, 1))
        if alike is not None:
            peak = np.argsort(-parts[TEXT].coarse)[:_PEAK]

        def exact(rows: np.ndarray) -> np.ndarray:
            for part in encoded.parts:
                scores = parts[part.name]
                missing = scores.missing(np.concatenate([rows, sample, peak]))
                if len(missing):
                    scores.exact[missing] = index.scores(part.tokens, missing)
            known = {name: scores.exact for name, scores in parts.items()}
            return _combined(encoded, known, alike, rows, sample)

        def choose(rows: np.ndarray, scores: np.ndarray) -> list[int]:
            order = np.lexsort((rows, -scores))
            return self._choose(index, ids[rows], order, k, fold)

        if self._exhaustive(index, encoded, k):
            everything = np.arange(len(ids))
            for part in encoded.parts:
                if np.isnan(parts[part.name].exact).any():
                    parts[part.name].exact[:] = index.scores(part.tokens)
            known = {name: scores.exact for name, scores in parts.items()}
            scores = _combined(encoded, known, alike, everything, everything)[allowed]
            rows = everything[allowed]
            places = choose(rows, scores)
        else:
            coarse = _combined(
                encoded, {n: p.coarse for n, p in parts.items()}, alike, np.arange(len(ids)), sample
            )
            rows, scores, places = best(coarse, exact, choose, allowed, k)
        by_part = {name: part.exact[rows] for name, part in parts.items()}
        if alike is not None:
            by_part[OWN_CAPTION] = alike[rows]
        return rows, scores, by_part, places

    def _exhaustive(self, index: Index, encoded: EncodedQuery, k: int) -> bool:
        """Whether every moment is scored in full."""
        pieces = [piece for part in encoded.parts for piece in part.tokens]
        coarse = index.whole is not None and all(WHOLE in piece.stages for piece in pieces)
        return not coarse or max(self._exact_up_to, 4 * k) >= index.n_moments

    def _part_scores(self, index: Index, part: EncodedPart) -> PartScores:
        """Scores of a part, nothing exact yet but for an example that was asked by before."""
        example = part.example
        generation, kept = (-1, None) if example is None else self._example_scores.get(example, (-1, None))
        if kept is None or generation != index.generation:
            kept = PartScores.begin(part.tokens, index.whole, index.n_moments)
            if example is not None:
                self._example_scores[example] = index.generation, kept
        return kept

    @staticmethod
    def _is_source(index: Index, ids: np.ndarray, encoded: EncodedQuery) -> np.ndarray:
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
        return index.moment_ids, index.scores((query,))

    def _nothing_to_search(self, index: Index) -> MotionLensError:
        if index.moments:
            return MotionLensError(
                "The library's motions are not indexed for this model yet: import its folder again."
            )
        return MotionLensError("The library is empty: import a folder of motion files first.")

    # -- the index -----------------------------------------------------------------------------

    def _current(self) -> Index:
        generation = self.library.generation()
        index = self._index
        if index is not None and index.generation == generation:
            return index
        with self._lock:
            index = self._index
            if index is None or index.generation != generation:
                index = self._index = self._build(generation, index)
            return index

    def _build(self, generation: int, before: Index | None) -> Index:
        # During an import only the last batch changes: the others are kept as they are.
        known = {batch.key: batch for batch in before.batches if batch.key} if before else {}
        captioned = isinstance(self.library, LocalLibrary) and self._own_captions
        if captioned:
            generation = self._encode_captions(generation)
        batches: list[Batch] = []
        room = self._cache_bytes
        for batch in self.library.token_batches(self.encoder.fingerprint, _MOMENTS_PER_BATCH):
            size = batch.tokens.size * 4
            keep = room >= size
            room -= size * keep
            same = known.get(batch.key)
            if same is None or (same.stored is None) != keep:
                same = Batch.load(batch, self.encoder.stage_counts, self.device, keep)
            batches.append(same)
        moments = {moment.id: moment for moment in self.library.moments()}
        ids = [batch.moment_ids for batch in batches] or [np.zeros(0, np.int64)]
        captions = self._captions(moments) if captioned else None
        wholes = [batch.whole for batch in batches if batch.whole is not None]
        whole = np.concatenate(wholes) if wholes and len(wholes) == len(batches) else None
        counts = self.encoder.stage_counts
        return Index(generation, moments, tuple(batches), np.concatenate(ids), whole, counts, captions)

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

    # -- the result ----------------------------------------------------------------------------

    @staticmethod
    def _choose(index: Index, ids: np.ndarray, order: np.ndarray, k: int, fold: bool) -> list[int]:
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


def _combined(
    encoded: EncodedQuery,
    known: dict[str, np.ndarray],
    alike: np.ndarray | None,
    rows: np.ndarray,
    sample: np.ndarray,
) -> np.ndarray:
    """Score (n,) of some moments from the scores of the parts.

    Args:
        known: (m,) by part.
        alike: (m,) likeness to the user's captions, None where there are none.
        rows: (n,) the moments; sample: of mean and spread.
    """
    wanted = [known[part.name][rows] for part in encoded.wanted]
    scales = [known[part.name][sample] for part in encoded.wanted]
    if alike is not None:
        top = float(np.nanmax(known[TEXT]))
        wanted[0] = lift(wanted[0], alike[rows], of=scales[0], top=top)
        scales[0] = lift(scales[0], alike[sample], top=top)
    query = encoded.query
    weights = part_weights(encoded.text is not None, len(encoded.examples), query.text_weight)
    if encoded.avoid is None:
        return combine(wanted, weights, scales=scales)
    avoided = known[encoded.avoid.name]
    return combine(wanted, weights, avoided[rows], [*scales, avoided[sample]])


def _hit(index: Index, rank: int, moment: Moment, score: float, parts: dict[str, float]) -> Hit:
    name, path, caption = index.titles[moment.motion_id]
    return Hit(
        rank=rank,
        id=moment.motion_id,
        moment_id=moment.id,
        name=name,
        path=path,
        start_s=moment.start_frame / FPS,
        end_s=moment.end_frame / FPS,
        score=score,
        caption=caption,
        parts={n: v for n, v in parts.items() if n != OWN_CAPTION or v > NO_CAPTION},
    )


def _overlap(a: Moment, b: Moment) -> bool:
    """Whether two moments of one motion share a frame.

    >>> _overlap(Moment(1, 1, 0, 160), Moment(2, 1, 80, 240))
    True
    >>> _overlap(Moment(1, 1, 0, 160), Moment(2, 1, 160, 320))
    False
    """
    return a.start_frame < b.end_frame and b.start_frame < a.end_frame
