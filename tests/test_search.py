"""Search: the same as brute force, whatever the cache; overlaps folded; new moments found at once."""

from __future__ import annotations

import threading
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from motionlens.errors import MotionLensError
from motionlens.library import LocalLibrary
from motionlens.library.encoding import encode_missing
from motionlens.motion import Motion
from motionlens.search import SearchEngine
from motionlens.search.scoring import max_sim, max_sim_batch, max_sim_torch
from tests.fakes import FakeEncoder, unit_vectors, walk


def fill(library: LocalLibrary, lengths: list[int], first: int = 0) -> None:
    library.add_motions(
        (Motion(walk(n, i), f"m{i}"), (f"caption {i}", "another") if i % 2 else ())
        for i, n in enumerate(lengths, first)
    )


@pytest.fixture
def library(tmp_path: Path) -> LocalLibrary:
    made = LocalLibrary(tmp_path / "library")
    chance = np.random.default_rng(3)
    fill(made, [int(n) for n in chance.integers(1, 700, 60)])
    yield made
    made.close()


def brute_force(library: LocalLibrary, encoder: FakeEncoder, text: str) -> list[tuple[float, int]]:
    """(-score, moment id) of every moment, best first, one by one in float64."""
    query = encoder.encode_text(text)
    out = []
    for moment in library.moments():
        clip = library.positions(moment.motion_id)[moment.start_frame : moment.end_frame]
        tokens = encoder.encode_motions([clip])[0].astype(np.float64)
        score = 0.0
        for vector, weight in zip(query.vectors.astype(np.float64), query.weights, strict=True):
            score += weight * max(float(vector @ token) for token in tokens)
        out.append((-score, moment.id))
    return sorted(out)


def test_the_same_as_brute_force(library: LocalLibrary) -> None:
    encoder = FakeEncoder()
    encode_missing(library, encoder)
    expected = brute_force(library, encoder, "a person waves left")
    some = sum(b.tokens.size * 4 for b in library.token_batches(encoder.fingerprint, 1024))
    for cache in (0, some, 10 * some):
        engine = SearchEngine(library, encoder, cache_bytes=cache)
        result = engine.search("a person waves left", k=25, fold_overlaps=False)
        assert result.searched == len(library.moments())
        assert [hit.moment_id for hit in result.hits] == [moment_id for _, moment_id in expected[:25]]
        assert [hit.score for hit in result.hits] == pytest.approx([-s for s, _ in expected[:25]], abs=1e-5)
        assert [hit.rank for hit in result.hits] == list(range(1, 26))
    # The tensors of the CUDA path, on the one device that is always there.
    result = SearchEngine(library, encoder, device="cpu:0").search("a person waves left", 25, False)
    assert [hit.moment_id for hit in result.hits] == [moment_id for _, moment_id in expected[:25]]
    assert [hit.score for hit in result.hits] == pytest.approx([-s for s, _ in expected[:25]], abs=1e-5)


def test_a_hit_says_where_and_what(library: LocalLibrary) -> None:
    encoder = FakeEncoder()
    encode_missing(library, encoder)
    result = SearchEngine(library, encoder).search("waves", k=40)
    for hit in result.hits:
        record, moment = library.motion(hit.id), library.moment(hit.moment_id)
        assert (hit.name, hit.path, hit.id) == (record.name, record.path, moment.motion_id)
        assert (hit.start_s, hit.end_s) == (moment.start_frame / 20, moment.end_frame / 20)
        assert hit.caption == (record.captions[0] if record.captions else "")
    assert set(result.timing_ms) == {"encode", "score", "total"}
    assert all(value >= 0 for value in result.timing_ms.values())
    json_hit = result.to_dict()["hits"][0]
    assert list(json_hit) == ["rank", "id", "name", "path", "start_s", "end_s", "score", "caption"]


def test_overlapping_moments_are_folded_to_the_best(library: LocalLibrary) -> None:
    encoder = FakeEncoder()
    encode_missing(library, encoder)
    engine = SearchEngine(library, encoder)
    everything = engine.search("waves", k=10_000, fold_overlaps=False).hits
    folded = engine.search("waves", k=10_000)
    assert folded.searched == len(everything)
    kept: list = []
    for hit in everything:  # best first: a hit is kept where no better one of its motion overlaps it
        if not any(o.id == hit.id and o.start_s < hit.end_s and hit.start_s < o.end_s for o in kept):
            kept.append(hit)
    assert [h.moment_id for h in folded.hits] == [h.moment_id for h in kept]
    assert len(kept) < len(everything)
    assert {h.id for h in kept} == {m.id for m in library.motions()}


def test_ties_go_by_id(tmp_path: Path) -> None:
    class Same(FakeEncoder):
        def encode_motions(self, clips):  # type: ignore[no-untyped-def]
            return [np.repeat(unit_vectors(b"x", 1, 8), 14, 0).astype(np.float16) for _ in clips]

    with LocalLibrary(tmp_path / "l") as library:
        fill(library, [10] * 7)
        encode_missing(library, Same())
        hits = SearchEngine(library, Same()).search("walk", k=5).hits
        assert [hit.moment_id for hit in hits] == [1, 2, 3, 4, 5]


def test_new_and_replaced_moments_are_found_at_once(library: LocalLibrary) -> None:
    encoder = FakeEncoder()
    encode_missing(library, encoder)
    engine = SearchEngine(library, encoder)
    before = engine.warm_up()
    other = LocalLibrary(library.path)  # as another program would
    fill(other, [50, 60], first=100)
    assert engine.search("walk").searched == before
    encode_missing(other, encoder)
    result = engine.search("walk", k=1000, fold_overlaps=False)
    assert result.searched == before + 2
    with other.writing() as writer:
        writer.store_motion(Motion(walk(40, 999), "m0"), [])
        writer.delete_motion(2)
    encode_missing(other, encoder)
    other.close()
    result = engine.search("walk", k=1000, fold_overlaps=False)
    expected = brute_force(library, encoder, "walk")
    assert [hit.moment_id for hit in result.hits] == [moment_id for _, moment_id in expected]


def test_searching_while_importing(library: LocalLibrary) -> None:
    encoder = FakeEncoder()
    encode_missing(library, encoder)
    engine = SearchEngine(library, encoder)
    errors: list[BaseException] = []
    counts: list[int] = []
    stop = threading.Event()

    def search() -> None:
        try:
            while not stop.is_set():
                counts.append(engine.search("a person walks").searched)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=search) for _ in range(2)]
    for thread in threads:
        thread.start()
    for i in range(8):
        fill(library, [30, 200], first=200 + 2 * i)
        encode_missing(library, FakeEncoder())
    stop.set()
    for thread in threads:
        thread.join()
    assert not errors
    assert engine.search("x").searched == len(library.moments())
    assert min(counts) >= 60


def test_what_cannot_be_searched_says_what_to_do(library: LocalLibrary, tmp_path: Path) -> None:
    encoder = FakeEncoder()
    engine = SearchEngine(library, encoder)
    with pytest.raises(MotionLensError, match="not indexed"):
        engine.search("walk")
    encode_missing(library, encoder)
    for text in ("", "  \n"):
        with pytest.raises(MotionLensError, match="query is empty"):
            engine.search(text)
    with pytest.raises(MotionLensError, match="1 or more"):
        engine.search("walk", k=0)
    with LocalLibrary(tmp_path / "empty") as empty, pytest.raises(MotionLensError, match="import a folder"):
        SearchEngine(empty, encoder).search("walk")


@pytest.mark.parametrize("dtype", [np.float32, np.float16])
def test_batches_are_exact_over_block_borders(dtype: type) -> None:
    chance = np.random.default_rng(0)
    counts = [1, 40_000, 14, 28, 17_986, 3, 140, 18_000]
    offsets = np.concatenate([[0], np.cumsum(counts)])
    tokens = chance.normal(size=(offsets[-1], 4)).astype(dtype)
    query, weights = chance.normal(size=(3, 4)).astype(np.float32), np.array([0.5, 0.2, 0.3], np.float32)
    expected = [max_sim(query, weights, tokens[a:b]) for a, b in pairwise(offsets)]
    assert max_sim_batch(query, weights, tokens, offsets) == pytest.approx(expected, abs=1e-5)


def test_torch_scores_the_same() -> None:
    torch = pytest.importorskip("torch")
    chance = np.random.default_rng(0)
    offsets = np.array([0, 14, 15, 300])
    tokens = chance.normal(size=(300, 4)).astype(np.float16)
    query, weights = chance.normal(size=(3, 4)).astype(np.float32), np.array([0.5, 0.2, 0.3], np.float32)
    given = [torch.from_numpy(array) for array in (query, weights, tokens, offsets)]
    found = max_sim_torch(*given).numpy()
    assert found == pytest.approx(max_sim_batch(query, weights, tokens, offsets), abs=1e-5)


def test_stages_are_scored_each_for_itself() -> None:
    """A query token of one stage never meets a motion token of another, however near."""
    from motionlens.model.interface import QueryTokens
    from motionlens.search.scoring import score_stages, split_stages

    rng = np.random.default_rng(5)
    counts = {11: (8, 2, 1), 6: (4, 1, 1)}
    sizes = [11, 6, 11, 6]
    tokens = rng.normal(size=(sum(sizes), 4)).astype(np.float32)
    offsets = np.cumsum([0, *sizes])
    stages = np.array([0, 0, 0, 1, 1, 2], np.int8)
    query = QueryTokens("x", ("x",) * 6, ((0, 1),) * 6, rng.normal(size=(6, 4)), rng.random(6), stages)
    found = score_stages(query, split_stages(tokens, offsets, counts.__getitem__))
    expected = []
    for start, size in zip(offsets, sizes, strict=False):
        ends = np.cumsum([0, *counts[size]])
        total = 0.0
        for stage in range(3):
            own, there = stages == stage, tokens[start + ends[stage] : start + ends[stage + 1]]
            total += max_sim(query.vectors[own], query.weights[own], there)
        expected.append(total)
    assert found == pytest.approx(expected, abs=1e-5)
