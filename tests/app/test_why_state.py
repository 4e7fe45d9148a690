"""Why this motion, without a window: one selection, words struck out, scales, the newest question wins."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from fakes import FakeLibrary, FakeSearcher, FakeServices, made_up_explanation

from motionlens.errors import MotionLensError
from motionlens.explanation.parts import PART_NAMES
from motionlens.skeleton import JOINT_INDEX as J
from motionlens_app.state.answers import (
    Answer,
    joint_values,
    rows_in,
    segment_values,
    without_words,
    word_values,
)
from motionlens_app.state.explain import Question, WhyController, WhyState
from motionlens_app.state.items import Item
from motionlens_app.state.linked import WhyLink
from motionlens_app.state.scales import glow_of, scale_of
from motionlens_app.state.selection import Pick, Selection
from motionlens_app.views.why_words import outcome, readout

TEXT = "a person waves with the left hand"
LEFT = 5


def item(motion_id: int = 2, start: float = 0.5, end: float = 3.5, rank: int = 4) -> Item:
    return Item(motion_id, f"walk_{motion_id}", "", start, end, "someone waves", 0.5, rank)


def answer(text: str = TEXT, start: float = 0.5) -> Answer:
    whole = made_up_explanation(text, 60, start)
    return Answer(item(), whole, whole, tuple(range(len(whole.words))))


@pytest.fixture
def services():
    return FakeServices()


@pytest.fixture
def why(qtbot, services):
    made = WhyController(services)
    made.set_active(True)
    yield made
    services.gate.set()
    services.why_gate.set()
    made.close()


@pytest.fixture
def ask(why, services):
    library, encoder = FakeLibrary(6), object()

    def follow(text: str = TEXT, which: Item | None = None) -> None:
        why.follow(Question(library, encoder, FakeSearcher(library, services), text, which or item()))

    return follow


def ready(why, qtbot, text: str = TEXT):
    qtbot.waitUntil(lambda: why.state is WhyState.READY and why.current is not None and why.text == text)
    return why.current


def test_a_new_question_does_not_call_off_the_preparing_and_waits_for_it(qtbot, services):
    late, hold, order = WhyController(services), threading.Event(), []
    late.prepare = lambda: hold.wait(5)
    late.prepared.connect(lambda: order.append("prepared"))
    late.changed.connect(lambda: order.append(late.state))
    late.set_active(True)
    for start in (0.5, 1.0):
        late.follow(
            Question(
                FakeLibrary(6), object(), FakeSearcher(FakeLibrary(6), services), TEXT, item(start=start)
            )
        )
        qtbot.wait(60)
    assert late.state is WhyState.COMPUTING and late.current is None
    hold.set()
    ready(late, qtbot)
    assert order.index("prepared") < order.index(WhyState.READY)
    late.close()


# -- selection --------------------------------------------------------------------------------------


def test_hover_completes_what_is_pinned_and_the_second_click_unpins(qtbot):
    selection = Selection()
    changes = []
    selection.changed.connect(lambda: changes.append(selection.current))
    selection.toggle(Pick(word=3))
    selection.hover(Pick(joint=7))
    assert selection.current == Pick(word=3, joint=7)
    selection.hover(Pick(joint=7))
    assert len(changes) == 2  # no news, no signal
    selection.hover(Pick(word=1))
    assert selection.current == Pick(word=1)
    selection.hover(Pick())
    selection.toggle(Pick(word=3))
    assert not selection.current


def test_seconds_of_another_motion_mean_nothing():
    pick = Pick(word=1, span=(0.5, 1.3), motion=(2, 0, 60))
    assert pick.seen_on((2, 0, 60)) == pick
    assert pick.seen_on((3, 0, 60)) == Pick(word=1)


# -- words struck out ---------------------------------------------------------------------------------


def test_a_struck_word_leaves_one_space_and_every_other_word_its_row():
    whole = made_up_explanation(TEXT, 60)
    text, places = without_words(TEXT, whole.words, {0, LEFT})
    assert text == "person waves with the hand"
    shown = made_up_explanation(text, 60)
    assert rows_in(whole, shown, places) == (-1, 0, 1, 2, 3, -1, 4)
    struck = Answer(item(), whole, shown, rows_in(whole, shown, places))
    values = struck.word_joint("similarity")
    assert np.isnan(values[[0, LEFT]]).all() and np.array_equal(values[1], shown.word_joint("similarity")[0])


def test_repeated_words_are_told_apart_by_their_place():
    text = "left hand, then left foot"
    whole = made_up_explanation(text, 60)
    left, places = without_words(text, whole.words, {3})
    assert left == "left hand, then foot"
    assert rows_in(whole, made_up_explanation(left, 60), places) == (0, 1, 2, -1, 3)


# -- views of the selection ---------------------------------------------------------------------------


def test_word_joint_and_time_agree_with_the_maps():
    one = answer()
    for quantity in ("similarity", "interaction"):
        by_joint, by_time = one.word_joint(quantity), one.word_segment(quantity)
        assert np.allclose(joint_values(one, quantity, Pick(word=LEFT)), by_joint[LEFT])
        assert np.allclose(segment_values(one, quantity, Pick(word=LEFT)), by_time[LEFT])
        assert np.allclose(word_values(one, quantity, Pick(joint=20)), by_joint[:, 20])
        span = one.whole.segments[1]
        assert np.allclose(word_values(one, quantity, Pick(span=span)), by_time[:, 1])
    value = one.whole.similarity[LEFT, PART_NAMES.index("left elbow")].max()
    assert f"{value:.3f} cosine" in readout(one, "similarity", Pick(word=LEFT, joint=J["left_wrist"]))


def test_a_range_takes_the_windows_that_it_touches():
    one = answer(start=0.0)
    assert one.windows((0.0, 0.8)).tolist() == [True, False, False, False]
    assert one.windows((0.7, 1.7)).tolist() == [True, True, True, False]
    assert one.windows((50.0, 60.0)) is None


def test_scales_per_query_per_word_and_shared():
    one, other = answer(), answer()
    other.whole.similarity[2, 3, 1] = 0.99
    low, high = scale_of([one, other], "similarity", "query", 0).ends()
    assert high == pytest.approx(one.whole.similarity.max()) and low >= one.whole.similarity.min()
    assert scale_of([one, other], "similarity", "shared", 0).ends()[1] == pytest.approx(0.99)
    by_word = scale_of([one], "similarity", "word")
    assert np.allclose(by_word.share(one.word_joint("similarity")).max(axis=1).min(), 1.0)
    assert by_word.ends(LEFT)[1] == pytest.approx(0.9)


def test_zero_lies_in_the_middle_of_an_interactions_scale():
    scale = scale_of([answer()], "interaction", "query")
    low, high = scale.ends()
    assert low == -high and scale.share(np.array(0.0)) == pytest.approx(0.5)
    assert glow_of(np.array([low, 0.0, 0.0, high]), scale).tolist() == [0.0, 0.0, 0.0, 1.0]
    assert not glow_of(np.array([low, 0.0, 0.0]), scale).any()  # what lowers the score does not glow


# -- controller ---------------------------------------------------------------------------------------


def test_contributions_of_the_answer_add_up_to_the_score(why, ask, qtbot):
    ask()
    shown = ready(why, qtbot)
    assert float(shown.contribution.sum()) == pytest.approx(shown.shown.score, abs=1e-5)
    assert why._services.explained == [(TEXT, 60, 0.5)]  # the moment's own frames and seconds


def test_a_stale_answer_never_overwrites_a_newer_one(why, ask, services, qtbot):
    services.why_gate.clear()
    ask("a person waves")
    qtbot.waitUntil(lambda: len(services.explained) == 1)
    ask("a person jumps")
    services.why_gate.set()
    assert ready(why, qtbot, "a person jumps").whole.query == "a person jumps"
    qtbot.wait(50)
    assert why.current.whole.query == "a person jumps"


def test_nothing_is_computed_unseen(why, ask, services, qtbot):
    why.set_active(False)
    ask()
    qtbot.wait(60)
    assert services.explained == []
    why.set_active(True)
    ready(why, qtbot)


def test_striking_a_word_out_changes_score_and_rank(why, ask, services, qtbot):
    ask()
    before = ready(why, qtbot).shown.score
    assert why.strike(LEFT)
    qtbot.waitUntil(lambda: why.rank is not None)
    changed = why.current
    assert changed.shown.query == "a person waves with the hand" == services.searched[-1]
    assert changed.shown.score != before and changed.rows[LEFT] == -1
    assert why.rank.before == 4 and why.rank.after and "→" in outcome(changed, why.rank)
    assert f"rank 4 → {why.rank.after}" in outcome(changed, why.rank)
    why.restore()
    qtbot.waitUntil(lambda: why.current.shown.score == before)
    assert why.rank is None


def test_the_last_word_cannot_be_struck_out(why, ask, qtbot):
    ask("waves")
    ready(why, qtbot, "waves")
    assert not why.strike(0) and why.struck == frozenset()


def test_struck_words_stay_struck_at_the_next_hit_and_return_with_another_query(why, ask, qtbot):
    ask()
    ready(why, qtbot)
    why.strike(LEFT)
    qtbot.waitUntil(lambda: why.current.rows[LEFT] == -1)
    ask(which=item(3))
    qtbot.waitUntil(lambda: why.current is not None and why.current.item.motion_id == 3)
    assert why.current.rows[LEFT] == -1
    ask("a person jumps")
    assert ready(why, qtbot, "a person jumps").shown is why.current.whole


def test_two_pins_share_a_scale_and_the_older_gives_way(why, ask, qtbot):
    ask()
    ready(why, qtbot)
    why.toggle_pin()
    assert why.mode == "shared"
    ask(which=item(3))
    qtbot.waitUntil(lambda: len(why.panels) == 2)
    first, second = why.panels
    assert [first.item.motion_id, second.item.motion_id] == [2, 3]
    assert why.scale(first).ends() == why.scale(second).ends()
    why.toggle_pin()
    ask(which=item(4))
    qtbot.waitUntil(lambda: why.current is not None)
    assert [one.item.motion_id for one in why.panels] == [2, 3]
    why.toggle_pin()
    qtbot.waitUntil(lambda: [one.item.motion_id for one in why.panels] == [3, 4])


def test_a_failure_says_so_and_can_be_tried_again(why, ask, services, qtbot):
    services.why_error = MotionLensError("This model has no words: choose another one.")
    ask()
    qtbot.waitUntil(lambda: why.state is WhyState.FAILED)
    assert "no words" in str(why.error) and why.current is None
    services.why_error = None
    why.retry()
    ready(why, qtbot)


def test_reasons_for_an_empty_pane(why, ask, qtbot):
    ask()
    ready(why, qtbot)
    for reason in (WhyState.NO_QUERY, WhyState.WAITING, WhyState.NO_HIT):
        why.follow(None, reason)
        assert why.state is reason and why.current is None and why.panels == []
    ask()
    ready(why, qtbot)


def test_glow_and_heat_follow_the_selection(why, ask, qtbot):
    link = WhyLink(why)
    ask()
    shown = ready(why, qtbot)
    assert not link.glow.any() and len(link.heat) == len(shown.shown.segments)
    why.selection.hover(Pick(word=LEFT))
    assert link.glow[J["left_wrist"]] > 0.9 and link.glow[J["right_wrist"]] < 0.2
    best = max(link.heat, key=lambda span: span.share)
    assert best.start == pytest.approx(
        shown.shown.segments[int(shown.word_segment("similarity")[LEFT].argmax())][0]
    )
    why.selection.hover(Pick(joint=J["right_foot"]))
    assert link.glow.argmax() == J["right_foot"] and link.glow.sum() == 1.0
    why.selection.hover(Pick(span=(best.start, best.end), motion=shown.item.key))
    assert link.glow.max() > 0.9
    why.selection.clear()
    assert not link.glow.any()
