"""Finding and keeping without a window, on a real little library."""

from __future__ import annotations

from pathlib import Path

import pytest
from tiny_library import TinyServices

from motionlens.library.facets import Filter
from motionlens_app.state.arranging import filter_from_json, filter_to_json
from motionlens_app.state.libraries import choice_for
from motionlens_app.state.session import Session


@pytest.fixture
def session(qapp, qtbot, tmp_path: Path):
    made = Session(TinyServices(tmp_path / "library", tmp_path / "takes"))
    made.start(choice_for(tmp_path / "library"))
    qtbot.waitUntil(lambda: made.finding.found is not None and made.search.has_searcher, timeout=20_000)
    yield made
    made.close()
    made.deleteLater()


def names(session: Session) -> list[str]:
    return [item.name for item in session.items.items]


def test_a_filter_hides_and_says_how_many(session, qtbot):
    before = session.finding.found.facets["length"]
    session.finding.toggle("length", "2-5 s")
    qtbot.waitUntil(lambda: session.finding.last.filtered > 0)
    wanted = next(c.motions for c in before if c.value == "2-5 s")
    assert session.items.rowCount() == wanted and session.finding.last.filtered == 9 - wanted
    session.query.set_text("walks forward")
    qtbot.waitUntil(lambda: session.search.result is not None)
    assert {hit.id for hit in session.search.result.hits} == {item.motion_id for item in session.items.items}
    assert len(session.search.result.hits) == len(session.finding.moment_ids)
    session.finding.clear()
    qtbot.waitUntil(lambda: {i.motion_id for i in session.items.items} == set(range(1, 10)))
    assert session.finding.moment_ids is None


def test_order_cut_and_grouping(session, qtbot):
    session.finding.set_arrangement(sort="length", descending=True)
    qtbot.waitUntil(lambda: names(session) == [f"take {i}" for i in range(8, -1, -1)])
    session.finding.shuffle()
    qtbot.waitUntil(
        lambda: (
            session.finding.last.items[0].key is not None and names(session) != sorted(names(session))[::-1]
        )
    )
    assert sorted(names(session)) == [f"take {i}" for i in range(9)]
    session.finding.set_arrangement(sort="score", descending=False)
    session.query.set_text("person walks")
    qtbot.waitUntil(lambda: bool(session.items.items) and session.items.items[0].score == 1.0)
    low, high = session.finding.scores()
    total = session.items.rowCount()
    session.finding.set_cut((low + high) / 2)
    assert 0 < session.items.rowCount() < total
    assert session.finding.last.cut == total - session.items.rowCount()
    session.finding.set_cut(0.0)
    session.finding.set_arrangement(group=True)
    several = next(item for item in session.items.items if item.more)
    assert len({item.path for item in session.items.items}) == session.items.rowCount() == 9
    session.finding.open_group(several)
    assert session.items.rowCount() == 9 + several.more


def test_stars_tags_and_undo(session, qtbot):
    keep, cards = session.curation, session.items.items
    keep.toggle_favourite(cards[:2])
    keep.tag(cards[1:4], "hero")
    qtbot.waitUntil(lambda: keep.kept.tags == {"hero": 3})
    assert [keep.is_favourite(card) for card in cards[:3]] == [True, True, False]
    session.finding.toggle("tag", "hero")
    session.finding.toggle("favourite", True)
    qtbot.waitUntil(lambda: session.items.rowCount() == 1)
    assert keep.kept.undo_title == "tag 3 motions “hero”"
    keep.undo()
    qtbot.waitUntil(lambda: keep.kept.tags == {} and session.items.rowCount() == 0)
    keep.redo()
    qtbot.waitUntil(lambda: session.items.rowCount() == 1)
    keep.untag(cards[1:2], "hero")
    qtbot.waitUntil(lambda: keep.kept.tags == {"hero": 2} and session.items.rowCount() == 0)


def test_a_moment_wears_the_star_of_its_motion_only_where_it_is(session, qtbot):
    session.query.set_text("walks")
    qtbot.waitUntil(lambda: any(i.motion_id == 9 and i.start_s > 0 for i in session.items.items))
    moments = [item for item in session.items.items if item.motion_id == 9]
    late = max(moments, key=lambda item: item.start_s)
    session.curation.toggle_favourite([late])
    qtbot.waitUntil(lambda: session.curation.is_favourite(late))
    early = min(moments, key=lambda item: item.start_s)
    assert late.start_s >= early.end_s - 1.0 and not session.curation.is_favourite(early)
    session.curation.toggle_favourite([late])
    qtbot.waitUntil(lambda: not session.curation.kept.favourites)


def test_captions_are_searched_at_once(session, qtbot):
    session.query.set_text("cartwheel")
    qtbot.waitUntil(lambda: session.search.result is not None)
    assert session.search.result.hits[0].score == 0.0
    session.curation.look_at(5)
    session.curation.add_caption(5, "a cartwheel")
    qtbot.waitUntil(
        lambda: session.search.result.hits[0].id == 5 and session.search.result.hits[0].score == 1.0
    )
    qtbot.waitUntil(lambda: session.curation.about is not None and len(session.curation.about.captions) == 2)
    session.curation.edit_caption(5, "a cartwheel", "")
    qtbot.waitUntil(lambda: len(session.curation.about.captions) == 1)
    qtbot.waitUntil(lambda: session.libraries.by_id[5].captions == ("someone waves with the left hand",))


def test_a_collection_keeps_its_own_order(session, qtbot):
    keep, cards = session.curation, list(session.items.items)
    keep.create_collection("pack", [cards[4], cards[0], cards[2]])
    qtbot.waitUntil(lambda: len(keep.kept.collections) == 1)
    number = keep.kept.collections[0].id
    session.finding.toggle("collection", number)
    qtbot.waitUntil(lambda: names(session) == ["take 4", "take 0", "take 2"])
    assert session.finding.last.filtered == 6
    keep.move_in_collection(number, [session.items.items[2]], 0)
    qtbot.waitUntil(lambda: names(session) == ["take 2", "take 4", "take 0"])
    keep.remove_from_collection(number, [session.items.items[1]])
    qtbot.waitUntil(lambda: names(session) == ["take 2", "take 0"])
    keep.undo()
    qtbot.waitUntil(lambda: names(session) == ["take 2", "take 4", "take 0"])
    keep.add_to_collection(number, [cards[4], cards[7]])
    qtbot.waitUntil(lambda: names(session) == ["take 2", "take 4", "take 0", "take 7"])
    session.finding.clear()
    qtbot.waitUntil(lambda: session.items.rowCount() == 9)


def test_a_search_is_saved_and_brought_back(session, qtbot):
    session.query.set_text("person walks")
    session.finding.set_filter(Filter(lengths=frozenset({"2-5 s"})))
    session.curation.save_search("walks", session.finding_link.present())
    qtbot.waitUntil(lambda: len(session.curation.kept.saved) == 1)
    session.finding.clear()
    words, avoided = session.finding_link.bring_back(session.curation.kept.saved[0].query)
    assert (words, avoided) == ("person walks", "") and session.finding.filter.lengths == {"2-5 s"}


def test_filters_survive_json():
    chosen = Filter(folders=frozenset({"/a"}), travel="in place", captioned=False, collections=frozenset({3}))
    assert filter_from_json(filter_to_json(chosen)) == chosen


def test_changes_that_are_under_way_are_written_when_the_window_closes(qapp, qtbot, tmp_path):
    made = Session(TinyServices(tmp_path / "library", tmp_path / "takes"))
    made.start(choice_for(tmp_path / "library"))
    qtbot.waitUntil(lambda: made.items.rowCount() == 9, timeout=20_000)
    made.curation.note(3, "the good one")
    made.close()
    made.deleteLater()
    with TinyServices(tmp_path / "library", tmp_path / "other").open_library(tmp_path) as library:
        assert [note.text for note in library.curation().marks.notes(3)] == ["the good one"]
