"""The evaluate commands on a small folder, with a stand-in sentence encoder and model."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import pytest

from motionlens.errors import MotionLensError
from motionlens.evaluation import command, starter_command
from motionlens.model.interface import QueryTokens
from motionlens.skeleton import JOINT_INDEX, rest_positions

WORDS = ("waves", "walks", "squats", "jumps", "turns", "kicks")


def embed(texts) -> np.ndarray:  # type: ignore[no-untyped-def]
    rows = np.array([[float(w in t) for w in WORDS] + [0.1] for t in texts])
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def clip(kind: int, seed: int) -> np.ndarray:
    """A motion whose root height is the number of its word: enough for the stand-in model."""
    rng = np.random.default_rng(seed)
    out = np.repeat(rest_positions()[None], 40 + 4 * kind, axis=0)
    out[:, JOINT_INDEX["left_wrist"], 1] += 0.1 * kind * np.sin(np.arange(len(out)) / 3 + rng.random())
    return out.astype(np.float32)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "new_joints").mkdir()
    (tmp_path / "texts").mkdir()
    lists: dict[str, list[str]] = {"train": [], "val": [], "test": []}
    rows = ["id,subject"]
    for i in range(36):
        split = ("train", "train", "train", "train", "val", "test")[i // 6]
        kind = i % 6
        for name, text in (
            (f"{i:06d}", f"person {i} {WORDS[kind]}"),
            (f"M{i:06d}", f"person {i} {WORDS[kind]} too"),
        ):
            np.save(tmp_path / "new_joints" / f"{name}.npy", clip(kind, i))
            (tmp_path / "texts" / f"{name}.txt").write_text(
                f"{text}#x/NOUN#0.0#0.0\nsomebody {WORDS[kind]}#x/NOUN#0.0#0.0\n"
            )
            lists[split].append(name)
            rows.append(f"{name},{i // 3}")
    for split, ids in lists.items():
        (tmp_path / f"{split}.txt").write_text("\n".join(ids) + "\n")
    (tmp_path / "index.csv").write_text("\n".join(rows) + "\n")
    return tmp_path


class LengthEncoder:
    """Knows a motion's word from its length: right for every motion of the folder."""

    fingerprint, dim, device, name = "test", 6, "cpu", "stand-in"

    def encode_text(self, text: str) -> QueryTokens:
        kind = next(i for i, w in enumerate(WORDS) if w in text)
        return QueryTokens(text, (text,), ((0, len(text)),), np.eye(6, dtype=np.float32)[[kind]], np.ones(1))

    def encode_motions(self, clips) -> list[np.ndarray]:  # type: ignore[no-untyped-def]
        return [np.eye(6, dtype=np.float16)[[(len(c) - 40) // 4] * 14] for c in clips]

    def stage_counts(self, n_tokens: int) -> tuple[int, int, int]:
        return n_tokens, 0, 0


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("motionlens.model.load_encoder", lambda path=None, device=None: LengthEncoder())


@pytest.mark.usefixtures("model")
def test_model_beside_references(folder: Path) -> None:
    report = command.evaluate_folder(folder, "test", embed, references=True)
    assert report.queries == 6
    assert set(report.systems) == {"stand-in", "chance", "subject oracle", "clip length", "ridge"}
    strict = {name: results[0] for name, results in report.systems.items()}
    assert strict["stand-in"].t2m.recall[1].value == 1.0
    assert strict["ridge"].t2m.recall[1].value > 0.6
    assert strict["chance"].t2m.recall[3].value == pytest.approx(0.5, abs=0.1)
    assert report.paired["stand-in - chance"][1].low > 0
    assert "batch of 6" in next(r.note for r in report.systems["ridge"] if r.protocol == "e")
    json.dumps(report.to_dict())


@pytest.mark.usefixtures("model")
def test_mirrored_twins_are_in_only_when_asked_and_said(folder: Path) -> None:
    without = command.evaluate_folder(folder, "test", embed, protocols="a")
    twins = command.evaluate_folder(folder, "test", embed, protocols="a", mirrored=True)
    assert (without.queries, twins.queries) == (6, 12)
    assert "without mirrored twins" in without.to_text()
    assert "with mirrored twins" in twins.to_text()
    assert twins.to_dict()["mirrored_twins_in_gallery"] is True
    ranks_share = twins.systems["stand-in"][0].t2m.recall
    assert ranks_share[1].value == 0.0  # a motion and its twin look alike to this model: rank 1.5
    assert ranks_share[2].value == 1.0


def parse(*arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    subparsers = parser.add_subparsers()
    command.add_parser(subparsers)
    starter_command.add_parser(subparsers)
    return parser.parse_args(arguments)


@pytest.mark.usefixtures("model")
def test_command_prints_json(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    class Sentences:
        sentences = staticmethod(embed)

    monkeypatch.setattr("motionlens.model.text.minilm", lambda device="cpu": Sentences())
    arguments = parse("evaluate", "--data", str(folder), "--split", "test", "--protocols", "a,b,e", "--json")
    assert arguments.run(arguments) == 0
    data = json.loads(capsys.readouterr().out)
    assert [r["protocol"] for r in data["systems"]["stand-in"]] == ["a", "b", "e"]


def test_wrong_use_is_said(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(SystemExit):
        parse("evaluate", "--data", str(folder), "--protocols", "a,q")
    nothing = parse("evaluate", "--data", str(folder), "--model", "none")
    with pytest.raises(MotionLensError, match="--reference"):
        nothing.run(nothing)
    with pytest.raises(MotionLensError):
        command.evaluate_folder(tmp_path / "absent", "test", embed, model="none", references=True)
    with pytest.raises(MotionLensError, match="every fold"):
        command.evaluate_folder(folder, "test", embed, model="none", protocols="f")
    absent = parse("evaluate-starter", "--queries", str(tmp_path / "no.json"))
    with pytest.raises(MotionLensError, match="--queries"):
        absent.run(absent)


def test_leave_subject_out_rows_of_the_references(folder: Path) -> None:
    report = command.evaluate_folder(folder, "test", embed, model="none", references=True, protocols="f")
    result = report.systems["ridge"][0]
    assert (result.protocol, result.t2m.queries, result.t2m.gallery) == ("f", 36, 36)
    assert result.t2m.recall[10].value > report.systems["clip length"][0].t2m.recall[1].value
    assert "a trained model is not in it" in report.to_text()


def test_unknown_subjects_give_no_subject_rows(folder: Path) -> None:
    """Without the subjects an oracle over them would know every single motion."""
    (folder / "index.csv").unlink()
    report = command.evaluate_folder(folder, "test", embed, model="none", references=True, protocols="a")
    assert "subject oracle" not in report.systems
    assert report.systems["ridge"][0].pair_accuracy is None
    with pytest.raises(MotionLensError, match=r"index\.csv"):
        command.evaluate_folder(folder, "test", embed, model="none", references=True, protocols="f")
