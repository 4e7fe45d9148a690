"""The training loop: what it learns, keeps, logs and refuses, and that a killed run loses nothing."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from motionlens.errors import MotionLensError
from motionlens.training.ahead import DrawnAhead
from motionlens.training.loop import StepReport, train
from motionlens.training.settings import TrainSettings
from motionlens.training.validation import fit_normalisation, score_matrix, validate
from tests.tiny_training import SETTINGS, TinyModel, TinyPairs, TinySampler, pairs_of

ROOT = Path(__file__).parents[1]


def settings(**changes: Any) -> TrainSettings:
    return TrainSettings(**{"steps": 12, **SETTINGS, **changes})


def tiny(seed: int = 0) -> TinyModel:
    torch.manual_seed(seed)
    return TinyModel()


def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "log.csv").open(newline="") as stream:
        return list(csv.DictReader(stream))


def test_a_killed_run_goes_on_and_ends_bit_for_bit_as_an_undisturbed_one(tmp_path: Path) -> None:
    def run(folder: Path) -> None:
        train(
            tiny(),
            TinySampler(),
            settings(),
            folder,
            caption_pairs=TinyPairs(),
            validation=pairs_of(10_001, 32),
            quiet=True,
        )

    run(tmp_path / "whole")
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, sys.path)])}
    command = [sys.executable, "-m", "tests.tiny_training", str(tmp_path / "cut"), "12", "9"]
    killed = subprocess.run(command, env=env, cwd=ROOT)
    assert killed.returncode == -signal.SIGKILL
    assert [int(r["step"]) for r in rows(tmp_path / "cut")] == list(range(10))  # two past the checkpoint
    run(tmp_path / "cut")
    for name in ("best.safetensors", "checkpoint.safetensors", "model.safetensors"):
        whole, cut = (load_file(tmp_path / run / name) for run in ("whole", "cut"))
        assert whole.keys() == cut.keys()
        for key, value in whole.items():
            assert torch.equal(value, cut[key]), f"{name}: {key}"
    assert rows(tmp_path / "whole") == rows(tmp_path / "cut")


def test_it_learns_and_keeps_the_best_weights(tmp_path: Path) -> None:
    seen: list[float] = []

    def look(report: StepReport) -> None:
        if "val_recall" in report.figures:
            seen.append(report.figures["val_recall"])

    held_out = pairs_of(10_001, 32)
    before = validate(tiny(), held_out)["recall"]
    out = train(
        tiny(),
        TinySampler(),
        settings(steps=160),
        tmp_path,
        validation=held_out,
        callbacks=[look],
        quiet=True,
    )
    assert len(seen) == 40
    assert max(seen) > before + 25
    assert validate(out, held_out)["recall"] == pytest.approx(max(seen))
    result = json.loads((tmp_path / "training.json").read_text())["result"]
    assert result["best"] == pytest.approx(max(seen)) and result["step"] == 160
    half = load_file(tmp_path / "model.safetensors")
    torch.testing.assert_close(half["motion.weight"].float(), out.motion.weight, atol=1e-3, rtol=1e-3)


def test_patience_ends_a_run_that_no_longer_gets_better(tmp_path: Path) -> None:
    train(
        tiny(),
        TinySampler(),
        settings(steps=1000, learning_rate=0.0, patience=2),
        tmp_path,
        validation={"held out": pairs_of(10_001, 32)},
        quiet=True,
    )
    assert len(rows(tmp_path)) == 3 * 4  # the first look is the best, two more are not better


def test_a_run_ends_with_its_time_and_looks_once_more(tmp_path: Path) -> None:
    train(
        tiny(),
        TinySampler(),
        settings(steps=1_000_000, minutes=0.5 / 60, evaluate_every=1_000_000),
        tmp_path,
        validation=pairs_of(10_001, 32),
        quiet=True,
    )
    log = rows(tmp_path)
    assert 1 < len(log) < 1_000_000
    assert log[-1]["val_recall"] and not log[-2]["val_recall"]
    # The schedule ran out with the time, far before the steps.
    assert float(log[-1]["rate"]) < 0.1 * max(float(r["rate"]) for r in log)


def test_without_an_average_the_last_weights_are_kept(tmp_path: Path) -> None:
    model = tiny()
    out = train(model, TinySampler(), settings(ema=0.0), tmp_path / "a", quiet=True)
    assert out is model
    averaged = train(tiny(), TinySampler(), settings(ema=0.9), tmp_path / "b", quiet=True)
    assert not torch.equal(averaged.motion.weight, model.motion.weight)


def test_a_run_starts_from_another_with_its_normalisation(tmp_path: Path) -> None:
    first = train(tiny(), TinySampler(), settings(), tmp_path / "first", quiet=True)
    again = train(
        tiny(1),
        TinySampler(),
        settings(steps=1, learning_rate=0.0, ema=0.0, init=str(tmp_path / "first")),
        tmp_path / "second",
        quiet=True,
    )
    torch.testing.assert_close(again.motion.weight, first.motion.weight, atol=1e-3, rtol=1e-3)
    torch.testing.assert_close(again.mean, first.mean, atol=2e-3, rtol=1e-3)
    with pytest.raises(MotionLensError, match=r"nothing.model\.safetensors.*init"):
        train(tiny(), TinySampler(), settings(init=str(tmp_path / "nothing")), tmp_path / "third", quiet=True)


def test_normalisation_is_that_of_real_frames(tmp_path: Path) -> None:
    model = tiny()
    fit_normalisation(model, TinySampler(), batches=2)
    frames = np.concatenate(
        [
            image[: int(n)].numpy()
            for step in (0, 1)
            for images, lengths in TinySampler().draw(step).motions
            for image, n in zip(images, lengths, strict=True)
        ]
    )
    np.testing.assert_allclose(model.mean, frames.mean(0), atol=1e-5)
    np.testing.assert_allclose(model.std, frames.std(0), atol=1e-5)


def test_accumulated_batches_count_as_one_step(tmp_path: Path) -> None:
    model = tiny()
    model.drop.p = 0.0
    fit_normalisation(model, TinySampler())
    with torch.no_grad():
        expected = [float(model(TinySampler().draw(k))["contrast"]) for k in (0, 1, 2)]
    train(model, TinySampler(), settings(steps=2, accumulate=3), tmp_path, quiet=True)
    assert float(rows(tmp_path)[0]["loss"]) == pytest.approx(np.mean(expected), rel=1e-4)
    assert len(rows(tmp_path)) == 2


def test_text_alone_has_its_losses_in_the_log(tmp_path: Path) -> None:
    train(tiny(), TinySampler(), settings(), tmp_path, caption_pairs=TinyPairs(), quiet=True)
    for row in rows(tmp_path):
        parts = float(row["contrast"]) + float(row["paraphrase"])
        assert float(row["loss"]) == pytest.approx(parts, rel=1e-4) and float(row["paraphrase"]) > 0


def test_named_parts_learn_at_their_own_rate(tmp_path: Path) -> None:
    model = tiny()
    before = {k: v.clone() for k, v in model.state_dict().items()}
    train(
        model,
        TinySampler(),
        settings(rate_factors={"text.": 0.0}, weight_decay=0.0),
        tmp_path,
        quiet=True,
    )
    assert torch.equal(model.text.weight, before["text.weight"])
    assert not torch.equal(model.motion.weight, before["motion.weight"])


def test_ignored_pairs_are_neither_right_nor_wrong() -> None:
    batch, model = pairs_of(3), tiny().eval()
    scores = score_matrix(model, batch)
    wrong = scores > scores.diagonal()[:, None]
    assert wrong.any()
    batch.ignore[:] = torch.from_numpy(wrong)
    figures = validate(model, batch)
    assert figures["t2m_R@1"] == 100.0


def test_a_folder_with_another_run_is_refused(tmp_path: Path) -> None:
    train(tiny(), TinySampler(), settings(), tmp_path, quiet=True)
    with pytest.raises(MotionLensError, match=r"train\.learning_rate = 0\.01, not 0\.5"):
        train(tiny(), TinySampler(), settings(learning_rate=0.5), tmp_path, quiet=True)
    train(tiny(), TinySampler(), settings(steps=14), tmp_path, quiet=True)  # longer is no other run
    assert len(rows(tmp_path)) == 14


def test_a_loss_that_explodes_is_one_sentence(tmp_path: Path) -> None:
    class Exploding(TinyModel):
        def forward(self, batch: Any) -> dict[str, torch.Tensor]:
            return {"contrast": super().forward(batch)["contrast"] * torch.inf}

    with pytest.raises(MotionLensError, match=r"not finite at step 0.*learning_rate"):
        train(Exploding(), TinySampler(), settings(), tmp_path, quiet=True)


def test_a_damaged_checkpoint_names_its_file(tmp_path: Path) -> None:
    train(tiny(), TinySampler(), settings(), tmp_path, quiet=True)
    (tmp_path / "checkpoint.safetensors").write_bytes(b"junk")
    with pytest.raises(MotionLensError, match=r"checkpoint\.safetensors could not be read"):
        train(tiny(), TinySampler(), settings(), tmp_path, quiet=True)


def test_batches_drawn_ahead_are_those_of_their_steps() -> None:
    class Numbers:
        drawn: ClassVar[list[int]] = []

        def draw(self, step: int) -> int:
            self.drawn.append(step)
            if step == 20:
                raise MotionLensError("the twentieth is damaged")
            return step

    ahead = DrawnAhead(Numbers())
    assert [ahead.draw(step) for step in (0, 1, 2, 3, 9, 10, 4, 17)] == [0, 1, 2, 3, 9, 10, 4, 17]
    assert len(Numbers.drawn) > 8
    with pytest.raises(MotionLensError, match="twentieth"):
        ahead.draw(20)
    ahead.close()
