"""``motionlens train``: configurations that are read, sentences for those that are not, a run of each kind."""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path

import pytest

from motionlens.cli.main import main
from motionlens.errors import MotionLensError
from motionlens.model import load_encoder
from motionlens.model.build import build_model
from motionlens.training.configuration import config_names, read_config
from motionlens.training.corpus import build_corpus
from motionlens.training.logging_csv import CurveLog
from tests.motions import wobbling

SMALL = ["data.synthesised=40", "data.workers=1", "train.batch=8", "train.evaluate_every=0"]
TINY = ["model.width=32", "model.layers=1", "model.patch_hidden=16", "model.text_width=32"]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Arguments for a corpus of a few motions and a cache, made once."""
    folder = tmp_path_factory.mktemp("made")
    build_corpus(folder / "corpus", 40, workers=1)
    return ["--corpus", str(folder / "corpus"), "--cache", str(folder / "cache"), "--quiet"]


def test_every_named_configuration_is_a_model() -> None:
    assert {"small", "paper-base", "paper-large", "tmr", "patch-image"} <= set(config_names())
    for name in config_names():
        config = read_config(name)
        assert config.train.steps > 0
        if not name.startswith("paper"):  # those are large, and may want weights that only a user has
            model = build_model(config.model)
            assert any(model.stage_weights.values())


def test_settings_come_from_file_then_set_then_options(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(
        "model: {architecture: pyramid, width: 64}\n"
        "data: {synthesised: 7, weights: {kit: 0.5}}\n"
        "train: {learning_rate: 1e-4, steps: 10, seed: 3}\n"
    )
    config = read_config(str(path), ["train.steps=20", "train.seed=4"], {"train": {"seed": 5}})
    assert (config.train.learning_rate, config.train.steps, config.train.seed) == (1e-4, 20, 5)
    assert config.model.width == 64 and config.data.synthesised == 7
    assert config.data.weights["kit"] == 0.5 and config.data.weights["synthesised"] > 0
    as_json = tmp_path / "mine.json"
    as_json.write_text(json.dumps({"model": {"architecture": "tmr"}, "train": {"steps": 3}}))
    assert read_config(str(as_json)).model.name == "tmr"
    preset = read_config("tmr-cpu", ["model.heads=2"]).model
    assert (preset.architecture, preset.dim, preset.heads) == ("tmr", 192, 2)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("model: {architecture: pyramid, widht: 3}", 'no setting "model.widht", did you mean "model.width"'),
        ("model: {architecture: pyramide}", 'model.architecture: .*"pyramide", did you mean "pyramid"'),
        ("model: {preset: tmr-gpu}", 'model.preset: .*"tmr-gpu", did you mean "tmr-cpu"'),
        ("model: {width: 3}", "model.architecture is missing"),
        ("modell: {}", 'no setting "modell", did you mean "model"'),
        ("model: {architecture: tmr}\ntrain: {step: 3}", 'did you mean "train.steps"'),
        ("model: {architecture: tmr}\ntrain: {steps: many}", "train.steps must be int, not 'many'"),
        ("model: {architecture: tmr}\ntrain: {ema: 1}", "train.ema must be at least 0 and below 1"),
        ("model: {architecture: tmr}\ndata: {source: 3}", 'did you mean "data.sources"'),
        ("model: [", "is no YAML"),
        ("- model", "must have the sections model, data, train"),
    ],
)
def test_a_wrong_configuration_is_one_sentence(tmp_path: Path, content: str, sentence: str) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text(content)
    with pytest.raises(MotionLensError, match=sentence) as caught:
        read_config(str(path))
    assert "wrong.yaml" in str(caught.value) and "\n" not in str(caught.value)


def test_wrong_names_and_overrides_are_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(MotionLensError, match='no configuration "smal", did you mean "small"'):
        read_config("smal")
    with pytest.raises(MotionLensError, match=r"none\.yaml could not be read"):
        read_config(str(tmp_path / "none.yaml"))
    for pair in ("steps=3", "train.steps"):
        with pytest.raises(MotionLensError, match=r"section\.name=value"):
            read_config("small", [pair])
    with pytest.raises(MotionLensError, match='did you mean "train"'):
        read_config("small", ["trane.steps=3"])


def test_a_run_from_the_command_line_gives_a_model_that_encodes(
    tmp_path: Path, made: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    first = ["train", "--config", "small", "--out", str(tmp_path / "run"), "--steps", "3", *made]
    assert main([*first, "--set", *SMALL, *TINY]) == 0, capsys.readouterr().err
    with (tmp_path / "run" / "log.csv").open(newline="") as stream:
        assert [int(r["step"]) for r in csv.DictReader(stream)] == [0, 1, 2]
    encoder = load_encoder(tmp_path / "run", "cpu")
    query, tokens = encoder.encode_text("a person waves"), encoder.encode_motions([wobbling(40)])[0]
    assert query.vectors.shape[1] == tokens.shape[1] == encoder.dim
    assert sum(encoder.stage_counts(len(tokens))) == len(tokens)

    second = ["train", "--out", str(tmp_path / "tuned"), "--init", str(tmp_path / "run"), "--steps", "2"]
    assert main([*second, *made, "--set", *SMALL, *TINY]) == 0, capsys.readouterr().err
    told = json.loads((tmp_path / "tuned" / "training.json").read_text())
    assert told["train"]["init"] == str(tmp_path / "run") and told["result"]["step"] == 2
    assert told["data"]["synthesised"] == 40 and told["items"] == {"synthesised": 40}


def test_tensorboard_that_is_wanted_and_not_there_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    with pytest.raises(MotionLensError, match=r"train\.tensorboard.*motionlens\[train\]"):
        CurveLog(tmp_path / "log.csv", tensorboard=tmp_path / "board")
    CurveLog(tmp_path / "log.csv").write(0, {"loss": 1.0})


@pytest.mark.parametrize(
    ("name", "sizes"),
    [
        ("tmr", ["model.dim=16", "model.layers=1", "model.heads=2", "model.feed_forward=16"]),
        ("patch-image", ["model.width=16", "model.layers=1", "model.heads=2", "model.text_width=16"]),
    ],
)
def test_the_same_command_trains_a_peer(
    tmp_path: Path, made: list[str], capsys: pytest.CaptureFixture[str], name: str, sizes: list[str]
) -> None:
    command = ["train", "--config", name, "--out", str(tmp_path / "run"), "--steps", "2", *made, "--set"]
    assert main([*command, *SMALL, *sizes]) == 0, capsys.readouterr().err
    encoder = load_encoder(tmp_path / "run", "cpu")
    tokens = encoder.encode_motions([wobbling(40)])[0]
    assert len(tokens) == 1 and encoder.stage_counts(1) == (0, 0, 1)
    assert encoder.encode_text("a person waves").stages.tolist() == [2]
