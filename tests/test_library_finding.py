"""Facets that count right, filters that let the right moments through, copies and mirror images found."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motionlens.library import LocalLibrary
from motionlens.library.facets import IN_PLACE, LENGTHS, TRAVELLING, Filter, FindTable
from motionlens.library.facts import facts_of, mirrored_signatures, signature, update_facts
from motionlens.library.finder import Finder
from motionlens.library.marks import Item
from motionlens.library.twins import TwinGroup, find_twins
from motionlens.library.writer import FileState
from motionlens.motion import Motion, mirror_positions
from motionlens.synthesis.compose import synthesise
from motionlens.synthesis.vocabulary import Action, Recipe, Step
from tests.fakes import walk


def _made(base: str, side: str = "", seed: int = 3, n: int = 70) -> np.ndarray:
    over = Action("wave", side=side) if side else None
    return synthesise(Recipe(steps=(Step(Action(base), over),), seed=seed)).positions[:n]


def _turned(positions: np.ndarray, degrees: float, by: tuple[float, float] = (0.0, 0.0)) -> np.ndarray:
    c, s = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
    turn = np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])
    return (positions @ turn.T + [by[0], 0, by[1]]).astype(np.float32)


def _state(path: str, content: str = "h") -> FileState:
    return FileState(path, 10, 20, content, "reader=1")


@pytest.fixture
def library(tmp_path: Path) -> LocalLibrary:
    made = LocalLibrary(tmp_path / "library")
    stay, away = walk(50), walk(400, 1)
    away = away + np.linspace(0, 3, 400, dtype=np.float32)[:, None, None] * np.array([0, 0, 1], np.float32)
    bvh, amc = {"format": "bvh"}, {"format": "amc"}
    with made.writing() as writer:
        writer.store_file(_state("/m/a/1.bvh"), [Motion(stay, "Take 10", inferred=bvh)], ["a person stands"])
        writer.store_file(_state("/m/a/sub/2.bvh"), [Motion(away, "take 2", inferred=bvh)], [])
        writer.store_file(_state("/m/ab/3.amc"), [Motion(away[:100], "take 1", inferred=amc)], ["walking"])
        known = [np.ones((30, 22), bool)]
        writer.store_file(
            _state("/v/4.mp4"), [Motion(walk(30, 5), "clip", inferred={"format": "video"})], [], known=known
        )
        writer.store_motion(Motion(walk(60, 6), "made", inferred={"made": "synthesised"}), [("x", None)])
    marks = made.curation().marks
    marks.tag([Item(1), Item(2, 0, 60)], "one")
    marks.tag([Item(1), Item(3)], "two")
    marks.favourite([Item(2, 300, 400), Item(4)])
    made.curation().collections.create("best", [Item(3), Item(1)])
    made.curation().captions.add(Item(4), "from my phone")
    yield made
    made.close()


def names(finder: Finder, library: LocalLibrary, chosen: Filter) -> list[str]:
    moments = {m.id: m for m in library.moments()}
    found = [library.motion(moments[int(i)].motion_id).name for i in finder.moment_ids(chosen)]
    return list(dict.fromkeys(found))


def test_every_filter_lets_its_own_through(library: LocalLibrary) -> None:
    finder = Finder(library)
    everything = ["Take 10", "take 2", "take 1", "clip", "made"]
    for chosen, wanted in {
        Filter(): everything,
        Filter(folders=frozenset({"/m/a"})): ["Take 10", "take 2"],
        Filter(folders=frozenset({"/m/a/sub", "/v"})): ["take 2", "clip"],
        Filter(folders=frozenset({""})): ["made"],
        Filter(datasets=frozenset({"amc", "video"})): ["take 1", "clip"],
        Filter(datasets=frozenset({"synthesised"})): ["made"],
        Filter(lengths=frozenset({"2-5 s"})): ["Take 10", "made"],
        Filter(travel=TRAVELLING): ["take 2"],
        Filter(travel=IN_PLACE): ["Take 10", "take 1", "clip", "made"],
        Filter(kinds=frozenset({"video"})): ["clip"],
        Filter(captioned=True): ["Take 10", "take 1", "clip", "made"],
        Filter(captioned=False): ["take 2"],
        Filter(favourite=True): ["take 2", "clip"],
        Filter(tags=frozenset({"one"})): ["Take 10", "take 2"],
        Filter(tags=frozenset({"one", "two"})): ["Take 10"],
        Filter(tags=frozenset({"none such"})): [],
        Filter(collections=frozenset({1})): ["Take 10", "take 1"],
        Filter(name="TAKE"): ["Take 10", "take 2", "take 1"],
        Filter(name="take", kinds=frozenset({"video"})): [],
    }.items():
        assert names(finder, library, chosen) == wanted, chosen
    # A mark on a range is on the moments that share half of the shorter.
    spans = {m.id: (m.motion_id, m.start_frame) for m in library.moments()}
    assert [spans[int(i)] for i in finder.moment_ids(Filter(tags=frozenset({"one"})))] == [(1, 0), (2, 0)]
    starts = [spans[int(i)][1] for i in finder.moment_ids(Filter(favourite=True, name="take 2"))]
    assert starts == [240]


def _brute(table: FindTable, chosen: Filter, **changed: object) -> tuple[int, int]:
    return table.counts(replace(chosen, **changed))


def test_facets_count_what_choosing_them_would_show(library: LocalLibrary) -> None:
    """Every count equals filtering by that value with the other restrictions left as they are."""
    finder = Finder(library)
    table = finder.table()
    for tags, travel, kinds, favourite, folders in product(
        [frozenset(), frozenset({"one"})],
        [None, IN_PLACE],
        [frozenset(), frozenset({"motion"})],
        [None, False],
        [frozenset(), frozenset({"/m/a"})],
    ):
        chosen = Filter(tags=tags, travel=travel, kinds=kinds, favourite=favourite, folders=folders)
        for facet, counts in finder.facets(chosen).items():
            for one in counts:
                value = one.value
                if facet == "folder":
                    # A folder counts its own files; the filter takes what is below along.
                    inside = {f for f in table.motions.folders if str(f).startswith(f"{value}/")}
                    if inside:
                        continue
                changed = {
                    "folder": {"folders": frozenset({value})},
                    "dataset": {"datasets": frozenset({value})},
                    "length": {"lengths": frozenset({value})},
                    "travel": {"travel": value},
                    "kind": {"kinds": frozenset({value})},
                    "captions": {"captioned": value},
                    "favourite": {"favourite": value},
                    "tag": {"tags": tags | {value}},
                    "collection": {"collections": frozenset({value})},
                }[facet]
                assert (one.motions, one.moments) == _brute(table, chosen, **changed), (facet, value, chosen)
    assert [(c.value, c.motions) for c in finder.facets()["tag"]] == [("one", 2), ("two", 2)]
    assert sum(c.motions for c in finder.facets()["length"]) == 5
    assert [c.value for c in finder.facets()["length"]] == [name for name, _, _ in LENGTHS]


def test_sorting_by_name_length_and_time_of_coming_in(library: LocalLibrary) -> None:
    finder = Finder(library)
    ids = finder.moment_ids(Filter())
    owner = {m.id: library.motion(m.motion_id).name for m in library.moments()}

    def order(key: str, descending: bool = False) -> list[str]:
        return list(dict.fromkeys(owner[int(i)] for i in ids[finder.order(ids, key, descending)]))

    assert order("name") == ["clip", "made", "take 1", "take 2", "Take 10"]
    assert order("length") == ["clip", "Take 10", "made", "take 1", "take 2"]
    assert order("added", True) == ["made", "clip", "take 1", "take 2", "Take 10"]
    assert finder.order(np.array([10**9, int(ids[0])]), "name").tolist() == [1, 0]
    empty = np.zeros(0, np.int64)
    assert finder.order(empty, "name").tolist() == []


def test_an_empty_library_has_empty_facets(tmp_path: Path) -> None:
    with LocalLibrary(tmp_path / "empty") as library:
        finder = Finder(library)
        assert finder.counts(Filter()) == (0, 0)
        assert finder.facets()["tag"] == []
        assert finder.twins() == []
        assert finder.order(np.array([1]), "name").tolist() == [0]


def test_the_table_follows_tags_and_imports(library: LocalLibrary) -> None:
    finder = Finder(library)
    first = finder.table()
    assert finder.table() is first, "nothing changed"
    library.curation().marks.tag([Item(5)], "new")
    assert [c.value for c in finder.facets()["tag"]] == ["new", "one", "two"]
    assert finder.table().motions is first.motions, "a tag leaves the motions as they were read"
    library.curation().undo()
    assert [c.value for c in finder.facets()["tag"]] == ["one", "two"]
    with library.writing() as writer:
        writer.store_file(_state("/new/x.bvh"), [Motion(walk(20, 8), "x")], [])
    assert "/new" in finder.table().motions.folders
    with LocalLibrary(library.path) as other:
        other.curation().marks.tag([Item(1)], "from another window")
    assert "from another window" in [c.value for c in finder.facets()["tag"]]


def test_facts_that_an_older_version_left_out_come_later(library: LocalLibrary) -> None:
    with library.changing() as database:
        database.execute("DELETE FROM motion_facts WHERE motion_id < 4")
        database.execute("UPDATE motion_facts SET position_row = 1, travel_m = 9 WHERE motion_id = 4")
    finder = Finder(library)
    assert finder.counts(Filter(travel=TRAVELLING)) == (0, 0)
    assert finder.counts(Filter(travel=IN_PLACE)) == (1, 1)
    asked = iter([False, True, True, True])
    assert update_facts(library, cancelled=lambda: next(asked)) == 1
    seen: list[tuple[int, int]] = []
    assert finder.update_facts(lambda done, total: seen.append((done, total))) == 3
    assert seen == [(3, 3)]
    assert names(finder, library, Filter(travel=TRAVELLING)) == ["take 2"]
    assert finder.counts(Filter(travel=IN_PLACE))[0] == 4
    assert finder.update_facts() == 0


def test_a_signature_ignores_place_and_facing_and_knows_left() -> None:
    wave = _made("walk", "left")
    base = signature(wave)
    assert np.abs(signature(_turned(wave, 77, (3, -2))) - base).max() < 1e-4
    assert np.abs(mirrored_signatures(base) - signature(mirror_positions(wave))).max() < 1e-5
    assert np.abs(mirrored_signatures(mirrored_signatures(base)) - base).max() == 0
    assert facts_of(_turned(wave, 30)).travel_m == pytest.approx(facts_of(wave).travel_m, abs=1e-4)
    # By hand: a body that moves 2 m forward and back again travels 2 m.
    still = walk(41)
    still[:] = still[0]
    way = np.concatenate([np.linspace(0, 2, 21), np.linspace(2, 0, 21)[1:]]).astype(np.float32)
    still = still + way[:, None, None] * np.array([0, 0, 1], np.float32)
    assert facts_of(still).travel_m == pytest.approx(2.0, abs=1e-5)
    assert signature(still)[1, -1] == pytest.approx(way[3] + (way[4] - way[3]) * (40 / 11 - 3), abs=1e-3)


def test_copies_and_mirror_images_are_found_and_others_are_not(tmp_path: Path) -> None:
    wave, other, run = _made("walk", "left"), _made("walk", "left", seed=4), _made("run", seed=5)
    between = 0.7 * wave[:-1] + 0.3 * wave[1:]  # another reader's clock
    noisy = (between + np.random.default_rng(0).normal(scale=0.004, size=between.shape)).astype(np.float32)
    clips = {
        "wave": wave,
        "other take": other,
        "run": run,
        "copy": _turned(wave, 50, (1, 1)),
        "resampled": noisy,
        "mirror": mirror_positions(wave),
        "mirror of run": mirror_positions(run),
        "half": wave[:35],
    }
    with LocalLibrary(tmp_path / "library") as library:
        library.add_motions((Motion(positions, name), []) for name, positions in clips.items())
        number = {record.name: record.id for record in library.motions()}
        finder = Finder(library)
        groups = finder.twins()
        copies = tuple(number[n] for n in ("wave", "copy", "resampled"))
        assert groups == [
            TwinGroup("duplicate", copies, (0, 0, 0)),
            TwinGroup("mirrored", (*copies, number["mirror"]), (0, 0, 0, 1)),
            TwinGroup("mirrored", (number["run"], number["mirror of run"]), (0, 1)),
        ]
        left = names(finder, library, Filter(first_of_twins=True))
        assert left == ["wave", "other take", "run", "half"]
        # Kept in the library: another start needs not look again.
        started = []
        again = Finder(library)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("motionlens.library.finder.find_twins", lambda *_: started.append(1) or [])
            assert again.twins() == groups
            assert not started
            library.add_motions([(Motion(run, "run again"), [])])
            assert again.twins() == [] and started


def test_somebody_who_stands_still_is_no_mirror_of_a_copy() -> None:
    still = np.repeat(walk(1), 40, axis=0)
    still[:, :, 0] -= still[:, :1, 0]
    symmetric = (still + mirror_positions(still)) / 2
    signatures = np.stack([signature(symmetric), signature(symmetric)])
    assert [g.kind for g in find_twins([1, 2], signatures, np.array([40, 40]))] == ["duplicate"]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 40), st.floats(0.005, 0.06))
def test_twins_equal_brute_force(seed: int, n: int, within: float) -> None:
    rng = np.random.default_rng(seed)
    centres = rng.normal(scale=0.05, size=(4, 12, 68))
    picks = rng.integers(4, size=n)
    signatures = centres[picks] + rng.normal(scale=0.02, size=(n, 12, 68)) * rng.random((n, 1, 1))
    flip = rng.random(n) < 0.3
    signatures[flip] = mirrored_signatures(signatures[flip])
    signatures = signatures.astype(np.float32)
    frames = rng.integers(95, 105, size=n)

    def far(a: np.ndarray, b: np.ndarray) -> float:
        d = a - b
        return float(np.sqrt((d[:, :66] ** 2).sum() / (12 * 22) + (d[:, 66:] ** 2).sum() / 12))

    linked = [
        (i, j)
        for i in range(n)
        for j in range(i + 1, n)
        if far(signatures[i], signatures[j]) <= within
        and abs(frames[i] - frames[j]) <= max(2, 0.03 * max(frames[i], frames[j]))
    ]
    group = list(range(n))
    for _ in range(n):
        for i, j in linked:
            group[i] = group[j] = min(group[i], group[j])
    expected = {tuple(k for k in range(n) if group[k] == g) for g in set(group)}
    found = find_twins(list(range(n)), signatures, frames, within)
    assert {g.motion_ids for g in found if g.kind == "duplicate"} == {g for g in expected if len(g) > 1}


def test_facets_answer_while_an_import_writes(library: LocalLibrary) -> None:
    finder, errors = Finder(library), []
    stop = threading.Event()

    def ask() -> None:
        try:
            while not stop.is_set():
                motions, moments = finder.counts(Filter(captioned=True))
                assert motions >= 4 and moments >= motions
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    with library.writing() as writer:
        for i in range(30):
            writer.store_file(
                _state(f"/n/{i % 7}.bvh", str(i)), [Motion(walk(200 - 5 * i, i), str(i))], ["c"]
            )
    time.sleep(0.05)
    stop.set()
    for thread in threads:
        thread.join()
    assert not errors
