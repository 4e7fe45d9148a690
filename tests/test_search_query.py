"""Queries of several parts: one scale for all, the source left out, long examples, what is avoided."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from motionlens.errors import MotionLensError
from motionlens.library import LocalLibrary
from motionlens.library.encoding import encode_missing
from motionlens.model.interface import QueryTokens
from motionlens.motion import Motion
from motionlens.search import Example, Query, SearchEngine, Span
from motionlens.search.combining import combine, part_weights, standardised
from motionlens.search.scoring import CHOSEN_PIECES, StageGroup, score_pieces, score_stages
from tests.fakes import FakeEncoder, walk


class ExampleFake(FakeEncoder):
    """Takes motions as queries: their tokens are those that they have as items."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[int, bool]] = []

    def encode_example(self, clip: np.ndarray, known: np.ndarray | None = None) -> QueryTokens:
        self.asked.append((len(clip), known is not None))
        if known is not None and not known.any():
            raise MotionLensError("Too little of the person is seen.")
        vectors = super().encode_motions([clip])[0].astype(np.float32)
        n = len(vectors)
        return QueryTokens("", ("x",) * n, ((0, 0),) * n, vectors, np.full(n, 1 / n, np.float32))


@pytest.fixture
def library(tmp_path: Path) -> Iterator[LocalLibrary]:
    lengths = [400, *[int(n) for n in np.random.default_rng(3).integers(20, 300, 30)]]
    with LocalLibrary(tmp_path / "library") as made:
        made.add_motions((Motion(walk(n, i), f"m{i}"), (f"caption {i}",)) for i, n in enumerate(lengths))
        encode_missing(made, FakeEncoder())
        yield made


@pytest.fixture
def encoder() -> ExampleFake:
    return ExampleFake()


@pytest.fixture
def engine(library: LocalLibrary, encoder: ExampleFake) -> SearchEngine:
    return SearchEngine(library, encoder)


# -- one score from several ----------------------------------------------------------------------

numbers = st.lists(st.floats(-2, 2, width=16), min_size=5, max_size=5).map(np.array)


@given(numbers, numbers, st.floats(0.1, 10), st.floats(-5, 5))
def test_a_parts_range_does_not_matter(a: np.ndarray, b: np.ndarray, scale: float, shift: float) -> None:
    if min(a.std(), b.std()) < 1e-2:
        return
    found = combine([a, b], [0.3, 0.7])
    np.testing.assert_allclose(combine([a, scale * b + shift], [3, 7]), found, atol=1e-4)
    assert abs(found.mean()) < 1e-5


@given(numbers, numbers)
def test_avoiding_only_lowers_and_only_what_is_above_the_mean(
    wanted: np.ndarray, avoided: np.ndarray
) -> None:
    lost = standardised(wanted) - combine([wanted], [1.0], avoided)
    assert (lost >= -1e-6).all()
    np.testing.assert_allclose(lost[avoided <= avoided.mean()], 0, atol=1e-5)
    np.testing.assert_allclose(lost, np.maximum(standardised(avoided), 0), atol=1e-5)


def test_one_part_alone_keeps_its_scores_and_ties_divide_by_nothing() -> None:
    scores = np.array([1.5, 0.25], np.float32)
    assert combine([scores], [0.2]).tolist() == [1.5, 0.25]
    assert combine([np.full(3, 0.7), np.arange(3.0)], [1, 1]).tolist()[1] == 0
    assert combine([np.full(1, 0.7)], [1], np.ones(1)).tolist() == [0]
    for wrong in ([-1.0, 2.0], [0.0, 0.0], [1.0]):
        with pytest.raises(ValueError, match="weight"):
            combine([scores, scores], wrong)


def test_examples_share_what_the_text_leaves() -> None:
    assert part_weights(True, 3, 0.4) == pytest.approx([0.4, 0.2, 0.2, 0.2])
    assert part_weights(False, 1, 0.4) == [1.0]


# -- the engine ----------------------------------------------------------------------------------


def test_a_text_alone_is_what_search_gives(engine: SearchEngine) -> None:
    plain, asked = engine.search("waves left", 7), engine.search_query(Query("waves left"), 7)
    assert asked.hits == plain.hits and asked.parts == ("text",)
    assert [h.parts for h in asked.hits] == [{"text": h.score} for h in asked.hits]
    assert list(asked.to_dict()) == ["query", "searched", "timing_ms", "hits"]


def test_an_example_finds_itself_unless_it_is_from_the_library(
    engine: SearchEngine, library: LocalLibrary
) -> None:
    clip = np.array(library.positions(1)[80:240])
    found = engine.search_query(Query(examples=(Example(clip, "mine"),)), 100, fold_overlaps=False)
    assert (found.hits[0].id, found.hits[0].start_s, found.hits[0].end_s) == (1, 4.0, 12.0)
    assert found.hits[0].score == pytest.approx(1, abs=1e-3)
    asked = Query(examples=(Example(clip, "mine", source=Span(1, 80, 160)),))
    left = engine.search_query(asked, 1000, fold_overlaps=False)
    gone = {h.moment_id for h in found.hits} - {h.moment_id for h in left.hits}
    spans = {(library.moment(i).motion_id, library.moment(i).start_frame) for i in gone}
    assert spans == {(1, 0), (1, 80)}  # of 400 frames, 160 to 320 and 240 to 400 share no frame with it
    assert left.searched == found.searched
    assert [h.rank for h in left.hits] == list(range(1, len(left.hits) + 1))


def test_weights_lead_from_the_example_to_the_text(engine: SearchEngine, library: LocalLibrary) -> None:
    example = Example(np.array(library.positions(5)[:100]), "text")

    def ranking(query: Query) -> list[int]:
        return [h.moment_id for h in engine.search_query(query, 20).hits]

    asked = [Query("waves", (example,), text_weight=w) for w in (0.0, 0.5, 1.0)]
    assert ranking(asked[0]) == ranking(Query(examples=(example,)))
    assert ranking(asked[2]) == ranking(Query("waves"))
    assert ranking(asked[1]) not in (ranking(asked[0]), ranking(asked[2]))
    both = engine.search_query(asked[1])
    assert both.parts == ("text", "text (2)")
    alone = [{h.moment_id: h.score for h in engine.search_query(q, 1000, False).hits} for q in asked[::2]]
    for hit in both.hits:
        raw = engine.search_query(Query("waves"), 1000, False).hits
        assert hit.parts["text"] == pytest.approx({h.moment_id: h.score for h in raw}[hit.moment_id])
        assert hit.score == pytest.approx(sum(a[hit.moment_id] for a in alone) / 2, abs=1e-4)
    shown = both.to_dict()
    assert shown["parts"] == ["text", "text (2)"] and list(shown["hits"][0])[-1] == "parts"
    assert shown["hits"][0]["parts"] == both.hits[0].parts


def test_what_is_avoided_sinks(engine: SearchEngine) -> None:
    disliked = [h.moment_id for h in engine.search("jumps", 5, fold_overlaps=False).hits]

    def ranks(query: Query) -> list[int]:
        order = [h.moment_id for h in engine.search_query(query, 1000, fold_overlaps=False).hits]
        return [order.index(i) for i in disliked]

    before, after = ranks(Query("waves")), ranks(Query("waves", avoid="jumps"))
    assert all(a >= b for a, b in zip(after, before, strict=True)) and sum(after) > sum(before)
    assert engine.search_query(Query("waves", avoid="jumps")).parts == ("text", "avoid")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        (Query(), "query is empty"),
        (Query("  "), "query is empty"),
        (Query(avoid="runs"), "only what to avoid"),
        (Query("waves", text_weight=1.5), "0 to 1"),
        (Query("waves", text_weight=float("nan")), "0 to 1"),
    ],
)
def test_what_cannot_be_asked(engine: SearchEngine, query: Query, said: str) -> None:
    with pytest.raises(MotionLensError, match=said):
        engine.search_query(query)


def test_a_model_without_examples_says_so(library: LocalLibrary) -> None:
    with pytest.raises(MotionLensError, match="takes no motions or videos"):
        SearchEngine(library, FakeEncoder()).search_query(Query(examples=(Example(walk(20), "w"),)))


def test_videos_say_what_is_known_and_pieces_without_anything_are_left_out(
    engine: SearchEngine, encoder: ExampleFake
) -> None:
    engine.search_query(Query(examples=(Example(walk(224), "w"), Example(walk(30), "v", "video"))))
    assert encoder.asked == [(224, False), (30, True)]
    known = np.ones((400, 22), dtype=bool)
    known[:100] = False
    (part,) = engine.encode_query(Query(examples=(Example(walk(400), "v", "video", known),))).examples
    assert len(part.tokens) == 4  # 0-160 shows something from frame 100 on
    known[:200] = False
    (part,) = engine.encode_query(Query(examples=(Example(walk(400), "v", "video", known),))).examples
    assert len(part.tokens) == 3
    with pytest.raises(MotionLensError, match=r"dark\.mp4: Too little"):
        engine.search_query(Query(examples=(Example(walk(400), "dark.mp4", "video", known & False),)))


def test_an_example_is_encoded_once_and_scored_once_a_library(
    engine: SearchEngine, encoder: ExampleFake, library: LocalLibrary
) -> None:
    example = Example(walk(400, 77), "mine")
    first = engine.search_query(Query("w", (example,)), 5)
    again = engine.search_query(Query("wa", (example,)), 1000, fold_overlaps=False)
    assert len(encoder.asked) == 4
    score = first.hits[0].parts["mine"]
    assert {h.moment_id: h.parts["mine"] for h in again.hits}[first.hits[0].moment_id] == score
    library.add_motions([(Motion(walk(160, 78), "new"), ())])
    library.add_motions([(Motion(example.positions[80:240].copy(), "twin"), ())])
    encode_missing(library, FakeEncoder())
    assert engine.search_query(Query(examples=(example,)), 1).hits[0].name == "twin"
    assert len(encoder.asked) == 4


def test_encoding_and_scoring_apart_are_the_same(engine: SearchEngine) -> None:
    query = Query("waves", (Example(walk(50, 4), "a"), Example(walk(50, 5), "b")), "runs", 0.2)
    encoded = engine.encode_query(query)
    assert [p.name for p in encoded.parts] == ["text", "a", "b", "avoid"]
    result = engine.search_encoded(encoded, 4)
    assert result.hits == engine.search_query(query, 4).hits
    assert result.timing_ms["encode"] == pytest.approx(encoded.encode_ms, abs=1e-3)
    assert result.timing_ms["total"] == pytest.approx(
        result.timing_ms["encode"] + result.timing_ms["score"], abs=2e-3
    )


# -- long examples -------------------------------------------------------------------------------


def _tokens(rng: np.random.Generator, n: int) -> np.ndarray:
    out = rng.normal(size=(n, 6)).astype(np.float32)
    return out / np.linalg.norm(out, axis=1, keepdims=True)


def _piece(rng: np.random.Generator, n: int, whole: bool) -> QueryTokens:
    stages = np.array([0] * n + [2] * whole, np.int8)
    weights = rng.random(n + whole).astype(np.float32)
    return QueryTokens(
        "", ("x",) * len(stages), ((0, 0),) * len(stages), _tokens(rng, n + whole), weights, stages
    )


def _groups(rng: np.random.Generator, sizes: Sequence[int], whole: bool) -> tuple[StageGroup, ...]:
    joint = StageGroup(0, _tokens(rng, sum(sizes)), np.cumsum([0, *sizes]))
    return (joint, StageGroup(2, _tokens(rng, len(sizes)), np.arange(len(sizes) + 1))) if whole else (joint,)


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("n", [1, CHOSEN_PIECES, 7])
def test_the_best_piece_counts(n: int, whole: bool) -> None:
    rng = np.random.default_rng(n)
    sizes = rng.integers(1, 9, 40)
    pieces = [_piece(rng, int(k), whole) for k in rng.integers(1, 5, n)]
    groups = _groups(rng, sizes, whole)
    every = np.array([score_stages(p, groups) for p in pieces])
    if n > CHOSEN_PIECES and whole:  # of the two that the whole stage likes best
        coarse = np.array([score_stages(p, groups[1:]) for p in pieces])
        chosen = np.argsort(-coarse, axis=0)[:CHOSEN_PIECES]
        expected = np.take_along_axis(every, chosen, 0).max(0)
        assert (expected < every.max(0)).any() and (expected == every.max(0)).mean() > 0.5
    else:
        expected = every.max(0)
    np.testing.assert_allclose(score_pieces(pieces, groups), expected, atol=1e-6)
