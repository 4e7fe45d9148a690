"""The scripted session, once and short: two starts of the real window, with a small model that was never trained."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path

import pytest
from tiny_model import make_model

from motionlens_app.measure.meter import fixed_work_ms
from motionlens_app.session_check.__main__ import main
from motionlens_app.session_check.material import trials
from motionlens_app.session_check.rounds import Round, run_round, tell_long

TRIALS = 40


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Motions to import; the model is small meanwhile."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MOTIONLENS_MODEL", str(make_model(tmp_path_factory.mktemp("model"))))
        yield trials(tmp_path_factory.mktemp("trials"), TRIALS)


@pytest.fixture(scope="module")
def made(folder: Path) -> Round:
    """One round without a video, whose tracker alone takes ten seconds."""
    return run_round(folder, None, 1.0)


def test_nothing_odd_is_said_and_nothing_is_left_behind(made: Round) -> None:
    # warnings of Qt and the log, exceptions, threads, timers, processes, files; answers that are not right
    assert made.wrong == []


def test_all_was_done_and_the_import_went_on(made: Round) -> None:
    assert set(made.parts) == {"first", "second"} and all(part["finished"] for part in made.parts.values())
    first, second = (made.parts[name]["facts"] for name in ("first", "second"))
    assert [Path(name).suffix for name in first["exported"]] == [".bvh", ".mp4"]
    assert 0 < first["cut_at"]["done"] < TRIALS == first["cut_at"]["of"]
    assert second["searches"] >= 16


def test_a_long_session_tells_its_stalls_and_how_the_processor_wavers(
    capsys: pytest.CaptureFixture[str],
) -> None:
    stalls = {"theme": {"cpu": 52.0, "wall": 60.0, "where": "  File a\n  File b\n"}}
    facts = {"done": {"theme": 2, "walk": 1}, "growth_mb": 1.5, "fixed_ms": [5.0, 6.0, 11.0]}
    marks = [{"window_mb": 400.0}]
    made = Round(318.0, {"long": {"stalls": stalls, "facts": facts, "marks": marks}})
    assert tell_long(made, Namespace(where=True, stall_ms=50.0, json=None)) == 1
    told = capsys.readouterr().out
    assert "2 x theme, 1 x walk" in told and "File b" in told and "stood still for 52 ms" in told
    assert "took 5.0 to 11.0 ms, half of the times up to 6.0" in told
    made.wrong.clear()
    assert tell_long(made, Namespace(where=False, stall_ms=53.0, json=None)) == 0


def test_the_same_work_takes_time() -> None:
    assert 0 < fixed_work_ms() < 1000


def test_a_round_that_goes_wrong_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "nothing").mkdir()
    assert main(["--folder", str(tmp_path / "no folder"), "--no-video", "--cache", str(tmp_path)]) == 2
    assert "no folder" in capsys.readouterr().err
