"""The query model, and what the search makes of queries with several parts."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module

import numpy as np
import pytest
from fakes import FakeLibrary, FakeSearcher, FakeServices, gait, made_up_explanation

from motionlens.errors import UnreadableFileError
from motionlens.explanation.result import QueryPart
from motionlens.motion import Motion, save_motion
from motionlens.search.query import Example, Query
from motionlens_app.services import LocalServices
from motionlens_app.state.query import MAX_CHIPS, QueryModel
from motionlens_app.state.search import SearchController, SearchPhase, same


def example(name: str = "walk") -> Example:
    return Example(np.zeros((20, 22, 3), np.float32), name)


@pytest.fixture
def query(qtbot):
    return QueryModel()


@pytest.fixture
def changes(query):
    seen: list[bool] = []
    query.changed.connect(seen.append)
    return seen


def test_words_are_searched_soon_and_the_same_words_not_again(query, changes):
    query.set_text(" waves ")
    query.set_text("waves")
    assert query.text == "waves" and changes == [True]
    query.set_text("")
    assert changes == [True, False]


def test_a_chip_counts_once_it_is_ready(query, changes):
    number = query.add("video", "clip.mp4")
    query.update(number, progress=0.5)
    assert changes == [] and query.examples == () and not query.chip(number).ready
    made = example()
    query.update(number, example=made, progress=None)
    assert changes == [False] and query.query().examples == (made,)


def test_the_chip_that_comes_alone_takes_the_place_of_the_others(query):
    gone: list[int] = []
    query.removed.connect(gone.append)
    first = query.add("video", "clip.mp4", example=example())
    second = query.add("motion", "walk", example=example())
    assert [c.id for c in query.chips] == [second] and gone == [first]


def test_chips_that_join_are_limited_and_hold_one_video(query):
    query.add("video", "a.mp4", example=example())
    query.add("video", "b.mp4", alone=False, example=example())
    assert [c.name for c in query.chips] == ["b.mp4"]
    for name in ("c", "d", "e"):
        query.add("motion", name, alone=False, example=example())
    assert len(query.chips) == MAX_CHIPS and query.chips[-1].name == "e"


def test_a_chip_that_has_gone_stays_away(query, changes):
    number = query.add("video", "clip.mp4")
    query.remove(number)
    before = len(changes)
    query.update(number, example=example())
    query.remove(number)
    assert query.chips == () and len(changes) == before


def test_the_weight_matters_with_words_and_an_example_only(query, changes):
    query.set_weight(0.8)
    assert changes == [] and not query.combined
    query.set_text("waves")
    query.add("motion", "walk", example=example())
    changes.clear()
    query.set_weight(2.0)
    assert query.text_weight == 1.0 and changes == [True]


def test_same_query():
    one, other = example(), example()
    assert same(Query("a", (one,)), Query("a", (one,)))
    assert not same(Query("a", (one,)), Query("a", (other,)))
    assert not same(Query("a"), Query("a", avoid="b"))
    assert same(Query("a", text_weight=0.1), Query("a", text_weight=0.9))
    assert not same(Query("a", (one,), "", 0.1), Query("a", (one,), "", 0.9))


@pytest.fixture
def search(qtbot):
    services = FakeServices()
    made = SearchController()
    made.services = services
    made.set_searcher(FakeSearcher(FakeLibrary(12), services))
    yield made
    services.gate.set()
    made.close()


def test_words_alone_go_the_plain_way_and_parts_go_together(search, qtbot):
    search.ask(Query("waves left"))
    qtbot.waitUntil(lambda: search.phase is SearchPhase.RESULTS)
    assert search.services.searched == ["waves left"] and search.services.asked == []
    parts = Query("waves left", (example(),), "right", 0.3)
    search.ask(parts)
    qtbot.waitUntil(lambda: search.answered is parts)
    assert search.services.asked == [parts]
    assert all("right" not in hit.caption for hit in search.result.hits)


def test_an_example_is_a_question_and_something_to_avoid_is_none(search, qtbot):
    search.ask(Query(avoid="walks"))
    assert search.phase is SearchPhase.BROWSE and not search.asks
    search.ask(Query(examples=(example(),)))
    qtbot.waitUntil(lambda: search.phase is SearchPhase.RESULTS)
    search.ask(Query())
    assert search.phase is SearchPhase.BROWSE and search.answered is None


def test_a_late_answer_to_words_does_not_replace_that_to_an_example(search, qtbot):
    search.services.gate.clear()
    search.ask(Query("slow walk"))
    qtbot.waitUntil(lambda: "slow walk" in search.services.searched)
    by_example = Query(examples=(example(),))
    search.ask(by_example)
    search.services.gate.set()
    qtbot.waitUntil(lambda: search.phase is SearchPhase.RESULTS)
    qtbot.wait(30)
    assert search.answered is by_example


def test_a_motion_file_is_read_in_a_process_of_its_own(tmp_path):
    clip = gait(40)
    save_motion(Motion(clip, "walk"), tmp_path / "walk.npz")
    assert np.allclose(LocalServices().read_motion(tmp_path / "walk.npz"), clip, atol=1e-4)
    (tmp_path / "cut.bvh").write_text("HIERARCHY\nROOT Hips\n{")
    with pytest.raises(UnreadableFileError, match=r"cut\.bvh"):
        LocalServices().read_motion(tmp_path / "cut.bvh")


def test_a_long_example_is_explained_by_the_piece_that_fits_best(monkeypatch):
    seen = []

    def by_motion(encoder, piece, clip, start_s, rows, known):
        assert known is None
        seen.append((len(piece), rows))
        made = made_up_explanation("0.0 0.8", len(clip), start_s)
        return replace(made, words=(QueryPart("0.0–0.8 s"),), score=float(len(seen) == 2))

    # By name the package gives the function that is called as the module is.
    monkeypatch.setattr(import_module("motionlens.explanation.explain"), "explain_by_motion", by_motion)
    long = Example(np.zeros((300, 22, 3), np.float32), "walk")
    made = LocalServices().explain_example(object(), long, np.zeros((40, 22, 3)), 0.0, "segment", 10.0)
    assert seen == [(224, "segment"), (224, "segment")] and made.words[0].text == "13.8–14.6 s"
