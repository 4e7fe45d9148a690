"""The scripted session, once and short: two starts of the real window, with a small model that was never trained."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path

import pytest
from tiny_model import make_model

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


def test_mixed_actions_are_done_and_their_stalls_told(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = run_round(folder, None, 10.0, ("long",))
    report = made.parts["long"]
    assert report["finished"] and not (report["odd"] or report["failed"] or report["left"])
    done, fixed = report["facts"]["done"], report["facts"]["fixed_ms"]
    assert len(fixed) == sum(done.values()) >= 3 and 0 < fixed[0] <= fixed[-1]
    assert set(done) <= {name.partition(",")[0] for name in report["stalls"]}
    made.wrong.clear()  # memory is level after minutes only
    tell_long(made, Namespace(where=False, stall_ms=made.longest("cpu") - 0.1, json=None))
    assert "the window stood still" in capsys.readouterr().out and len(made.wrong) == 1


def test_a_round_that_goes_wrong_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "nothing").mkdir()
    assert main(["--folder", str(tmp_path / "no folder"), "--no-video", "--cache", str(tmp_path)]) == 2
    assert "no folder" in capsys.readouterr().err
