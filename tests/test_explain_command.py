"""``motionlens explain`` and the files that it writes."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
import torch

from motionlens.cli.main import main
from motionlens.model.encoder import save_model
from motionlens.model.pyramid import Pyramid

from .motions import wobbling
from .test_explanation import TINY

TEXT = "a person waves with the left hand"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("model")
    save_model(Pyramid(TINY), folder)
    return folder


@pytest.fixture
def motion(tmp_path: Path) -> Path:
    np.save(tmp_path / "wobble.npy", wobbling(300))
    return tmp_path / "wobble.npy"


def test_json_has_the_arrays_and_they_add_up(
    model: Path, motion: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explain", TEXT, str(motion), "--model", str(model), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    words, joints, segments = found["words"], found["joints"], found["segments"]
    assert words == TEXT.split() and len(joints) == 22
    assert segments[-1][1] - segments[0][0] == pytest.approx(8.0)  # the best window of a long motion
    for quantity in ("similarity", "interaction"):
        assert np.shape(found[f"{quantity}_word_joint"]) == (7, 22)
        assert np.shape(found[f"{quantity}_word_segment"]) == (7, len(segments))
    assert sum(found["word_contribution"]) == pytest.approx(found["score"], abs=1e-5)
    assert sum(found["score_by_stage"].values()) == pytest.approx(found["score"], abs=1e-6)
    assert np.shape(found["segment_map"]["interaction"])[0] == len(found["segment_map"]["phrases"])
    assert found["motion"]["name"] == "wobble"


@pytest.mark.parametrize("kind", ["png", "svg", "csv", "npz"])
def test_writes_each_kind_of_file(
    model: Path, motion: Path, tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / f"why.{kind}"
    assert main(["explain", TEXT, str(motion), "--model", str(model), "--to", str(path)]) == 0
    assert "adds" in capsys.readouterr().out
    assert [p.name for p in tmp_path.glob("*why*")] == [path.name]
    if kind == "png":
        assert path.read_bytes().startswith(b"\x89PNG")
    elif kind == "svg":
        text = path.read_text()
        assert "left wrist" in text and ">waves<" in text  # words stay text
    elif kind == "csv":
        rows = list(csv.DictReader(path.open()))
        assert len(rows) == 7 * 14 * 10
        assert {r["word"] for r in rows} == set(TEXT.split())
    else:
        with np.load(path, allow_pickle=False) as found:
            assert found["interaction"].shape == (7, 14, 10)
            total = sum(found[f"interaction_{stage}"] for stage in ("joint", "segment", "whole"))
            assert np.allclose(total, found["interaction"], atol=1e-6)
            assert found["words"].tolist() == TEXT.split()


def test_wrong_use_is_one_sentence(
    model: Path, motion: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explain", TEXT, str(motion), "--to", str(tmp_path / "x.pdf")]) == 1
    assert "name it .png, .svg, .csv or .npz" in capsys.readouterr().err
    assert main(["explain", " ", str(motion), "--model", str(model)]) == 1
    assert "no words" in capsys.readouterr().err
    missing = str(tmp_path / "no" / "x.csv")
    assert main(["explain", TEXT, str(motion), "--model", str(model), "--to", missing]) == 1
    assert "choose another folder" in capsys.readouterr().err
