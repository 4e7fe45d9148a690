"""``motionlens benchmark`` as the results name it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from motionlens.cli.main import main


def test_queries_are_timed_and_the_shortlist_is_compared(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["benchmark", "--moments", "12", "--encoded", "6", "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    queries = figures["queries"]
    assert queries["moments"] >= 12
    assert queries["recall_at_20"] == 100
    assert 0 < queries["query_total_ms_p50"] <= queries["query_total_ms_p95"]
    assert "tracking" not in figures


def test_the_tracker_is_timed_in_a_real_film(data_dir: Path, capfd: pytest.CaptureFixture[str]) -> None:
    film = data_dir / "video" / "walk_and_jump_down.mp4"
    assert main(["benchmark", "--moments", "0", "--video", str(film), "--json"]) == 0
    out = capfd.readouterr().out
    figures = json.loads(out[out.index("{") :])
    tracking = figures["tracking"]
    assert "queries" not in figures
    assert tracking["whole_film_s"] == pytest.approx(7.67, abs=0.1)
    assert tracking["whole_follow_s"] > tracking["first_follow_s"] > 0


def test_what_cannot_be_measured_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["benchmark", "--moments", "-1"]) == 1
    assert "--moments must be 0 or more" in capsys.readouterr().err
    assert main(["benchmark", "--moments", "0", "--video", str(tmp_path / "none.mp4")]) == 1
    assert "none.mp4" in capsys.readouterr().err
