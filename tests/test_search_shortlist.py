"""Large libraries: the shortlist gives what scoring everything gives, from a few moments; titles in a few questions."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

import numpy as np
import pytest

from motionlens.library import LocalLibrary
from motionlens.library.encoding import encode_missing
from motionlens.library.marks import Item
from motionlens.model.interface import QueryTokens
from motionlens.motion import Motion
from motionlens.search import Example, Query, SearchEngine
from motionlens.search.index import Index
from motionlens.search.scoring import WHOLE
from tests.fakes import FakeEncoder, walk

DIM = 8


class Staged(FakeEncoder):
    """Body parts' tokens lie round the whole's, as a trained model's do."""

    def __init__(self) -> None:
        super().__init__("staged", DIM)

    def _tokens(self, seed: bytes, n: int) -> np.ndarray:
        rng = np.random.default_rng(int.from_bytes(hashlib.blake2b(seed, digest_size=8).digest()))
        whole = rng.normal(size=DIM)
        vectors = np.concatenate([whole + 0.5 * rng.normal(size=(n - 1, DIM)), whole[None]])
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    def _query(self, text: str, vectors: np.ndarray) -> QueryTokens:
        n = len(vectors)
        stages = np.array([0] * (n - 1) + [WHOLE])
        weights = np.array([1 / (n - 1)] * (n - 1) + [1.0], np.float32)
        return QueryTokens(text, ("x",) * n, ((0, 0),) * n, vectors.astype(np.float32), weights, stages)

    def encode_text(self, text: str) -> QueryTokens:
        return self._query(text, self._tokens(text.encode(), 6))

    def encode_motions(self, clips: Sequence[np.ndarray]) -> list[np.ndarray]:
        return [
            self._tokens(np.ascontiguousarray(c).tobytes(), 1 + 14 * -(-len(c) // 16)).astype(np.float16)
            for c in clips
        ]

    def encode_example(self, clip: np.ndarray, known: np.ndarray | None = None) -> QueryTokens:
        return self._query("", self.encode_motions([clip])[0].astype(np.float64))

    def stage_counts(self, n_tokens: int) -> tuple[int, int, int]:
        return n_tokens - 1, 0, 1


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalLibrary]:
    with LocalLibrary(tmp_path_factory.mktemp("large") / "library") as made:
        made.add_motions((Motion(walk(24_000, i), f"take {i}"), (f"caption {i}",)) for i in range(8))
        encode_missing(made, Staged())
        yield made


def asked(engine: SearchEngine, query: Query, **how: object) -> list[tuple[int, str, str]]:
    found = engine.search_query(query, **how)  # type: ignore[arg-type]
    return [(hit.moment_id, hit.name, hit.caption) for hit in found.hits]


@pytest.fixture(params=[0, 2**30], ids=["from the files", "in memory"])
def engines(library: LocalLibrary, request: pytest.FixtureRequest) -> tuple[SearchEngine, SearchEngine]:
    made = [SearchEngine(library, Staged(), cache_bytes=request.param, exact_up_to=n) for n in (0, 1_000_000)]
    return made[0], made[1]


def test_the_best_of_a_shortlist_are_the_best_of_all(
    engines: tuple[SearchEngine, SearchEngine], monkeypatch: pytest.MonkeyPatch
) -> None:
    few, every = engines
    scored: list[int] = []
    real = Index.scores

    def counted(index: Index, pieces: Sequence[QueryTokens], rows: np.ndarray | None = None) -> np.ndarray:
        scored.append(index.n_moments if rows is None else len(rows))
        return real(index, pieces, rows)

    monkeypatch.setattr(Index, "scores", counted)
    for number in range(12):
        query = Query(f"query {number}")
        wanted = asked(every, query, k=20)
        assert scored == [2392]
        scored.clear()
        assert asked(few, query, k=20) == wanted
        assert sum(scored) < 1_600
        scored.clear()
    a, b = (engine.search("query 1", 20).hits for engine in engines)
    assert [h.score for h in a] == pytest.approx([h.score for h in b], abs=1e-6)


def test_what_may_not_be_shown_takes_no_place(engines: tuple[SearchEngine, SearchEngine]) -> None:
    few, every = engines
    within = np.arange(1, 2300, 7)
    wanted = asked(every, Query("query"), k=20, within=within)
    assert len(wanted) == 20 and {number % 7 for number, _, _ in wanted} == {1}
    assert asked(few, Query("query"), k=20, within=within) == wanted
    assert len(asked(few, Query("query"), k=20, within=within[:5])) == 5


def test_parts_are_put_on_the_library_s_scale(engines: tuple[SearchEngine, SearchEngine]) -> None:
    few, every = engines
    example = Example(walk(200, 99), "mine", "motion")
    query = Query("query", (example,), "avoided", 0.6)
    wanted = [number for number, _, _ in asked(every, query, k=20)]
    found = [number for number, _, _ in asked(few, query, k=20)]
    assert found[0] == wanted[0] and len(set(found) & set(wanted)) >= 19
    assert [number for number, _, _ in asked(few, query, k=20)] == found  # the example's scores were kept


def test_own_captions_lift_and_are_shown(library: LocalLibrary) -> None:
    few, every = (SearchEngine(library, Staged(), exact_up_to=n) for n in (0, 1_000_000))
    before = few.search("a hero arrives", 5).hits
    library.curation().captions.add(Item(3, 0, 160), "a hero arrives")
    try:
        for engine in (few, every):
            hits = engine.search("a hero arrives", 5).hits
            assert (hits[0].id, hits[0].start_s) == (3, 0.0)
            assert hits[0].score > before[0].score
            assert hits[0].caption == "caption 2"
        library.curation().captions.edit(3, "caption 2", "the hero")
        assert few.search("a hero arrives", 5).hits[0].caption == "the hero"
        a, b = (engine.search("a hero arrives", 20).hits for engine in (few, every))
        assert [h.moment_id for h in a] == [h.moment_id for h in b]
    finally:
        library.curation().undo()
        library.curation().undo()


def test_everything_can_be_shown(engines: tuple[SearchEngine, SearchEngine]) -> None:
    few, every = engines
    one, other = (e.search("query", 10**6, fold_overlaps=False).hits for e in (few, every))
    assert len(one) == 2392 and [h.moment_id for h in one] == [h.moment_id for h in other]
