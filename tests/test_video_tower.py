"""The video tower: losses that reach it, towers that stay frozen, views that fit their motions."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from motionlens.errors import MotionLensError
from motionlens.model.build import load_model, load_weights, save_model
from motionlens.model.contract import Batch, VideoChunk
from motionlens.model.motion_tower import PatchStates
from motionlens.model.pyramid import Pyramid
from motionlens.model.stages import StageTokens
from motionlens.model.video_losses import patch_loss
from motionlens.motion import mirror_positions
from motionlens.skeleton import JOINT_INDEX, MIRROR, N_PARTS
from motionlens.synthesis.compose import synthesise
from motionlens.synthesis.vocabulary import Action, Recipe, Step
from motionlens.training.images import build_image_bank
from motionlens.training.items import TrainItem
from motionlens.training.loop import train
from motionlens.training.sampler import Sampler, pair_batch
from motionlens.training.settings import TrainSettings
from motionlens.training.text_bank import build_text_bank
from motionlens.training.validation import validate
from motionlens.training.views import View, build_view_bank, film, on_frames

from .test_pyramid import SMALL, batch

VIDEO = replace(SMALL, segment_score=0.0, segment_loss=0.0, video=True)
FROZEN = ("motion.", "motion_heads.", "text.", "text_heads.")


def filmed(plain: Batch, seed: int = 0) -> Batch:
    """The batch with its own images, a little disturbed and two thirds known, as its videos."""
    g = torch.Generator().manual_seed(seed)
    chunks = []
    for images, lengths in plain.motions:
        noise = 0.1 * torch.randn(images.shape, generator=g)
        present = torch.rand(len(images), images.shape[1] // 16 * N_PARTS, generator=g) < 0.67
        present[:, 0] = True
        chunks.append(VideoChunk(images + noise, lengths, present, torch.ones(len(images), dtype=torch.bool)))
    return replace(plain, video=chunks)


@pytest.mark.parametrize("fusion", [False, True])
@pytest.mark.parametrize("keep", [0.6, 1.0])
def test_every_loss_reaches_its_parameters(fusion: bool, keep: float) -> None:
    torch.manual_seed(0)
    model = Pyramid(replace(VIDEO, rebuild=0.5, fusion=fusion, patch_keep=keep)).train()
    losses = model(filmed(batch()))
    stages = {f"{kind}_{stage}" for kind in ("video_motion", "video_text") for stage in ("joint", "whole")}
    assert set(losses) == {"joint", "whole", "video_patch", "rebuild"} | stages
    assert all(torch.isfinite(v) for v in losses.values())
    torch.stack(list(losses.values())).sum().backward()
    idle = {n for n, p in model.named_parameters() if p.grad is None or not torch.isfinite(p.grad).all()}
    assert {n for n in idle if "weigh" not in n} == set()


def test_losses_of_video_can_be_switched_off() -> None:
    plain = batch()
    off = replace(VIDEO, video_motion=0.0, video_text=0.0, video_patch=0.0)
    assert set(Pyramid(off)(filmed(plain))) == {"joint", "whole"}
    assert set(Pyramid(VIDEO)(plain)) == {"joint", "whole"}  # nothing was filmed


def test_patches_meet_their_own_patches_alone() -> None:
    """Of a motion's patches 0, 1, 2 the video shows 2 and 1; 2 is met, 1 is the opposite."""
    axes = torch.eye(3)[None]
    there = torch.ones(1, 3, dtype=torch.bool)
    motion = StageTokens(axes, there.float() / 3, there)
    seen = StageTokens(torch.stack([axes[0, 2], -axes[0, 1]])[None], torch.ones(1, 2) / 2, there[:, :2])
    places = PatchStates(axes, there, torch.arange(3)[None], 3)
    shown = PatchStates(seen.vectors, seen.exists, torch.tensor([[2, 1]]), 3)
    aligned = torch.ones(1, dtype=torch.bool)
    assert float(patch_loss(seen, motion, [shown], [places], [aligned])) == pytest.approx(1.0)
    assert float(patch_loss(seen, motion, [shown], [places], [~aligned])) == 0.0


def test_unknown_patches_change_nothing() -> None:
    torch.manual_seed(0)
    model = Pyramid(VIDEO).eval()
    images, lengths = torch.randn(1, 32, 14, 12), torch.tensor([32])
    present = torch.ones(1, 28, dtype=torch.bool)
    present[0, 3] = present[0, 17] = False
    found = model.encode_video(images, lengths, present)
    other = images.clone()
    other[:, :, 3] = 7.0
    torch.testing.assert_close(
        model.encode_video(other, lengths, present)["joint"].vectors, found["joint"].vectors
    )
    assert int(found["joint"].exists.sum()) == 26


class _Same:
    """The same batch every step."""

    def draw(self, step: int) -> Batch:
        return filmed(batch(8), seed=step)


def test_the_video_tower_starts_from_the_motions_and_learns_alone(tmp_path: Path) -> None:
    torch.manual_seed(0)
    finished = Pyramid(replace(VIDEO, video=False))
    finished.motion.mean.fill_(0.01)  # a model that was trained is normalised
    save_model(finished, tmp_path / "finished")
    model = Pyramid(VIDEO)
    load_weights(model, tmp_path / "finished" / "model.safetensors", "")
    assert model.video is not None
    torch.testing.assert_close(model.video.embed.w1, model.motion.embed.w1)
    before = {k: v.clone() for k, v in model.state_dict().items()}
    held = filmed(batch(8), seed=99)
    settings = TrainSettings(steps=12, warmup=2, learning_rate=3e-3, ema=0.0, evaluate_every=0, freeze=FROZEN,
                             init=str(tmp_path / "finished"))  # fmt: skip
    trained = train(model, _Same(), settings, tmp_path / "run", quiet=True)
    changed = {k for k, v in trained.state_dict().items() if not torch.equal(v, before[k].to(v.dtype))}
    assert changed
    assert all(name.startswith(("video.", "video_heads.")) for name in changed)
    again = load_model(tmp_path / "run")
    figures = validate(again, held)
    assert figures["v2m_R@1"] == 100
    assert set(figures) >= {"v2m_R@5", "m2v_R@1", "t2m_R@1", "recall"}


def test_only_our_image_takes_videos() -> None:
    with pytest.raises(MotionLensError, match="wants the image motionlens"):
        Pyramid(replace(VIDEO, image="chains"))
    images = torch.zeros(1, 16, 5, 48)
    other = Pyramid(replace(SMALL, image="chains"))
    with pytest.raises(MotionLensError, match="cannot take videos"):
        other.encode_video(images, torch.tensor([16]), torch.ones(1, 5, dtype=torch.bool))


@pytest.fixture(scope="module")
def wave() -> np.ndarray:
    recipe = Recipe(steps=(Step(Action("wave", side="left")),), seed=1)
    return synthesise(recipe).positions[:64]


def test_a_view_is_the_motion_seen(wave: np.ndarray) -> None:
    seen = [film(wave, np.random.default_rng(k)) for k in range(6)]
    wrist, shoulder = JOINT_INDEX["left_wrist"], JOINT_INDEX["left_shoulder"]
    truth = (wave[:, wrist, 1] - wave[:, shoulder, 1]).max()
    found = np.median([(v.positions[:, wrist, 1] - v.positions[:, shoulder, 1]).max() for v in seen])
    assert abs(found - truth) < 0.15
    assert all(len(v.positions) == len(wave) == len(v.known) for v in seen)
    assert np.mean([v.known.mean() for v in seen]) > 0.5


def test_a_view_lies_on_its_motions_frames() -> None:
    lifted = np.arange(6 * 66, dtype=np.float32).reshape(6, 22, 3)
    view = on_frames(lifted, np.ones((6, 22), dtype=bool), -2, 3)
    np.testing.assert_array_equal(view.positions, lifted[2:5])
    assert view.known.all()


def items_of(wave: np.ndarray) -> list[TrainItem]:
    return [
        TrainItem(wave, ("a person waves with the left hand",), key="made 00000"),
        TrainItem(wave[::2].copy(), ("somebody waves fast",), key="000001", real=True, source="humanml3d"),
    ]


def test_views_are_made_once_and_mirrored(tmp_path: Path, wave: np.ndarray) -> None:
    items = items_of(wave)
    told: list[tuple[int, int]] = []
    extra = {"000001": [View(np.asarray(items[1].positions), np.ones((32, 22), dtype=bool))]}
    bank = build_view_bank(items, "motionlens", tmp_path, 1, 2, extra, 1, lambda *n: told.append(n))
    assert told[-1] == (3, 3)
    assert [bank.count(i.key) for i in items] == [1, 3]
    told.clear()
    again = build_view_bank(items, "motionlens", tmp_path, 1, 2, extra, 1, lambda *n: told.append(n))
    assert not told
    image, known = bank.view("made 00000", 0)
    np.testing.assert_array_equal(again.view("made 00000", 0)[0], image)
    assert image.shape == (64, 14, 12) and known.shape == (4, 14) and known.any()
    # the filmed view is the motion itself: its mirrored twin is the mirrored motion's image
    from motionlens.representation.image import motion_image

    _, flat = bank.view("000001", 2, mirrored=True)
    twin = motion_image(mirror_positions(items[1].positions)).astype(np.float16)
    np.testing.assert_array_equal(bank.view("000001", 2, mirrored=True)[0], twin)
    assert flat.all()
    assert tuple(MIRROR)[JOINT_INDEX["left_wrist"]] == JOINT_INDEX["right_wrist"]


def test_batches_hold_a_view_of_each_motion(tmp_path: Path, wave: np.ndarray) -> None:
    items = items_of(wave)
    texts = [c for i in items for c in (*i.captions, *i.mirrored().captions)]
    bank = build_text_bank(texts, tmp_path / "text")
    images = build_image_bank(items, "motionlens", tmp_path / "images", 1, workers=1)
    views = build_view_bank(items, "motionlens", tmp_path, 2, 2, None, 1)
    sources = {"synthesised": items[:1], "humanml3d": items[1:]}
    weights = {"synthesised": 0.5, "humanml3d": 0.5}
    with_views = Sampler(sources, bank, images, 4, weights, 0, views=views)
    plain = Sampler(sources, bank, images, 4, weights, 0)
    cropped = aligned = 0
    for step in range(12):
        drawn, same = with_views.draw(step), plain.draw(step)
        assert same.video is None and drawn.video is not None
        for (a, n), (b, m) in zip(drawn.motions, same.motions, strict=True):
            assert torch.equal(a, b) and torch.equal(n, m)
        lengths = torch.cat([n for _, n in drawn.motions])
        seen = torch.cat([c.lengths for c in drawn.video])
        whole = torch.cat([c.aligned for c in drawn.video])
        assert (seen[whole] == lengths[whole]).all()
        assert all(c.present.any(1).all() for c in drawn.video)
        cropped += int((seen < lengths).sum())
        aligned += int(whole.sum())
    assert cropped and aligned
    held = pair_batch(items, bank, images, views)
    assert held.video is not None and sum(len(c.lengths) for c in held.video) == 2
