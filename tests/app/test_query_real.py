"""Examples on the real engine: a hit, a file and a filmed person through model, search and explanation."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest
from test_query_bar import drop
from test_why_real import QUERY, moving
from test_why_real import app as app  # the fixture: a small model in its own process, three takes

from motionlens.explanation.parts import PART_NAMES
from motionlens.motion import Motion, save_motion
from motionlens_app.state.explain import WhyState
from motionlens_app.state.search import SearchPhase
from motionlens_app.state.video import VideoState


def searchable(app, qtbot):
    session = app.session
    qtbot.waitUntil(
        lambda: session.search.has_searcher and len(session.libraries.records) == 3, timeout=60_000
    )


def answered(app, qtbot, n_examples: int, text: str = ""):
    search = app.session.search
    qtbot.waitUntil(
        lambda: search.phase is SearchPhase.RESULTS and search.answered is not None
        and len(search.answered.examples) == n_examples and search.answered.text == text,
        timeout=60_000,
    )  # fmt: skip
    return search.result


def test_a_file_finds_its_own_take_and_a_hit_never_itself(app, qtbot, tmp_path):
    searchable(app, qtbot)
    save_motion(Motion(moving(100, 1), "again"), tmp_path / "again.npz")
    drop(app.window.query, tmp_path / "again.npz")
    result = answered(app, qtbot, 1)
    assert result.hits[0].name == "take_1" or result.hits[0].name == "take 1"
    assert result.hits[0].score == max(hit.score for hit in result.hits)
    why = app.session.why
    qtbot.waitUntil(lambda: why.state is WhyState.READY and why.current is not None, timeout=20_000)
    assert why.current.words == PART_NAMES
    assert why.current.whole.word_contribution.sum() == pytest.approx(why.current.whole.score, abs=1e-4)
    app.window.queries.more_like()
    source = app.session.items.items[0].motion_id
    result = answered(app, qtbot, 1)
    qtbot.waitUntil(lambda: app.session.search.result.hits[0].id != source, timeout=20_000)
    app.window.query.set_text(QUERY)
    result = answered(app, qtbot, 1, QUERY)
    assert len(result.hits[0].parts) == 2


def test_a_filmed_person_is_followed_searched_by_and_explained(app, qtbot, data_dir: Path):
    clip = data_dir / "video" / "beam_balance_cam01.mp4"
    if find_spec("mediapipe") is None or find_spec("av") is None or not clip.is_file():
        pytest.skip("needs the tracker and the data pack's clips")
    searchable(app, qtbot)
    drop(app.window, clip)
    video, why = app.session.video, app.session.why
    qtbot.waitUntil(lambda: video.state is VideoState.READY and video.frames.complete, timeout=120_000)
    result = answered(app, qtbot, 1)
    assert {hit.id for hit in result.hits} == {record.id for record in app.session.libraries.records}
    assert video.example.known.any() and len(video.example.positions) == len(video.example.known)
    assert video.info.width == 1080 and video.frames.pictures[0].shape[0] == 320
    qtbot.waitUntil(lambda: why.state is WhyState.READY and why.current is not None, timeout=20_000)
    why.set_rows("segment")
    qtbot.waitUntil(
        lambda: why.current is not None and why.current.words[0].startswith("0.0–"), timeout=20_000
    )
    app.window.query.clear.click()
    assert video.state is VideoState.NONE and app.window.strip.isHidden()
