"""Training: what counts as a negative, resuming, and a run from the command line that learns."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import torch

from motionlens.model.config import ModelConfig
from motionlens.skeleton import rest_positions
from motionlens.training.items import TrainItem, augment, not_negative, synthesised_item
from motionlens.training.loop import Training, TrainSettings
from motionlens.training.sampler import Sampler
from motionlens.training.text_bank import TextBank, build_text_bank


def waving(n: int = 16) -> list[TrainItem]:
    """Left and right hands that go up and down, slow or fast."""
    rng = np.random.default_rng(0)
    items = []
    for i in range(n):
        side, joint = (("left", 20), ("right", 21))[i % 2]
        positions = np.repeat(rest_positions()[None], int(rng.integers(20, 50)), axis=0)
        positions[:, joint, 1] += 0.3 * np.sin(np.arange(len(positions)) * 0.6)
        recipe = {"steps": [{"base": {"name": "wave", "side": side}}]}
        items.append(synthesised_item(positions, [f"a person waves the {side} hand"], recipe))
    return items


def bank_of(items: list[TrainItem], folder: Path) -> TextBank:
    return build_text_bank([c for i in items for t in (i, i.mirrored()) for c in t.captions], folder)


def test_mirrored_twins_are_negatives_and_repeats_are_not(tmp_path: Path) -> None:
    left, right = waving(2)
    items = [left, left.mirrored(), left, right]
    bank = bank_of(items, tmp_path)
    mask = not_negative(items, [bank.number(i.captions[0]) for i in items], bank)
    assert not mask[0, 1] and not mask[1, 0]  # other side, and the caption says so
    assert mask[0, 2] and mask[1, 3]  # same action, same side
    assert not mask.diagonal().any()


def test_a_caption_that_tells_no_side_has_no_negative_in_the_other_side(tmp_path: Path) -> None:
    a = TrainItem(rest_positions()[None], ("someone waves",), ("wave",), ("left||",))
    bank = bank_of([a], tmp_path)
    assert not_negative([a, a.mirrored()], [0, 0], bank)[0, 1]


def test_augmented_motions_stay_whole(tmp_path: Path) -> None:
    positions = waving(1)[0].positions
    for seed in range(20):
        out = augment(positions, np.random.default_rng(seed))
        assert 0.6 * len(positions) < len(out) < 1.3 * len(positions)
        assert out.min() >= positions.min() - 1e-4 and out.max() <= positions.max() + 1e-4


def test_a_resumed_run_ends_where_an_unbroken_one_does(tmp_path: Path) -> None:
    items = waving()
    bank = bank_of(items, tmp_path / "text")
    config = ModelConfig(width=32, layers=1, patch_hidden=16, text_width=32, heads=2, text_heads=2)

    def run(folder: Path, *stops: int) -> dict[str, torch.Tensor]:
        for steps in stops:
            # The schedule must be the whole run's, so a shorter first leg is cut by hand.
            training = Training(
                folder, config, TrainSettings(steps=6, batch=8, evaluate_every=100, checkpoint_s=0), "cpu"
            )
            if steps < 6:
                update = training._update
                training._update = lambda s, p, step, u=update, end=steps: (
                    u(s, p, step) if step < end else _stop()
                )  # type: ignore[method-assign]
            try:
                training.run(Sampler(items, [], bank, 8, 0.0, 0), None, items, {}, bank)
            except KeyboardInterrupt:
                continue
        return training.average.state_dict()

    def _stop() -> tuple[float, float]:
        raise KeyboardInterrupt

    whole, resumed = run(tmp_path / "a", 6), run(tmp_path / "b", 3, 6)
    for key, value in whole.items():
        torch.testing.assert_close(resumed[key], value, msg=key)


def test_a_short_run_learns_left_from_right(tmp_path: Path) -> None:
    items = waving()
    bank = bank_of(items, tmp_path / "text")
    settings = TrainSettings(steps=30, batch=16, evaluate_every=100, warmup=5, learning_rate=2e-3)
    config = ModelConfig(width=32, layers=1, patch_hidden=32, text_width=64, heads=2)
    Training(tmp_path / "run", config, settings, "cpu").run(
        Sampler(items, [], bank, 16, 0.0, 0), None, items, {}, bank
    )
    with (tmp_path / "run" / "log.csv").open() as stream:
        losses = [float(r["loss"]) for r in csv.DictReader(stream)]
    assert np.mean(losses[-5:]) < 0.5 * np.mean(losses[:3])
