"""The peers: the contract of retrieval models, padding without effect, losses that teach."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from motionlens.benchmark.peers import PEERS
from motionlens.benchmark.peers.configs import PRESETS, PatchImageConfig, TmrConfig
from motionlens.benchmark.peers.tmr import Tmr
from motionlens.model.build import build_model, load_model, save_model
from motionlens.model.contract import Batch, RetrievalModel
from motionlens.model.stages import TextBatch
from motionlens.representation.kinds import IMAGE_KINDS
from tests.motions import wobbling

SMALL = {
    "tmr": TmrConfig(dim=32, layers=1, decoder_layers=1, heads=2, feed_forward=64, dropout=0.0),
    "tmr-strided": TmrConfig(
        dim=32, layers=1, decoder_layers=1, heads=2, feed_forward=64, dropout=0.0, frame_stride=4
    ),
    "patch-image": PatchImageConfig(
        dim=32, width=32, layers=1, heads=2, text_width=32, text_heads=2, dropout=0.0
    ),
}
FRAMES = (40, 33, 47, 20, 60, 7, 48, 29)


def text_batch(n: int = 8, words: int = 6, seed: int = 0) -> TextBatch:
    rng = torch.Generator().manual_seed(seed)
    exists = torch.arange(words) < torch.randint(2, words + 1, (n, 1), generator=rng)
    states = torch.randn(n, words, 384, generator=rng) * exists[..., None]
    sentence = torch.nn.functional.normalize(torch.randn(n, 384, generator=rng), dim=-1)
    return TextBatch([f"caption {k}" for k in range(n)], states, exists, sentence)


def padded(clips: list[np.ndarray], kind: str) -> tuple[Tensor, Tensor]:
    """One chunk: images of clips, with rubbish where nothing is."""
    image = IMAGE_KINDS[kind]
    longest = -(-max(len(c) for c in clips) // 16) * 16
    out = torch.full((len(clips), longest, image.parts, image.channels), 1e3)
    for row, clip in zip(out, clips, strict=True):
        row[: len(clip)] = torch.from_numpy(image.make(clip))
    return out, torch.tensor([len(c) for c in clips])


def batch_for(model: RetrievalModel) -> Batch:
    clips = [wobbling(n, seed) for seed, n in enumerate(FRAMES)]
    chunks = [padded(clips[:4], model.config.image), padded(clips[4:], model.config.image)]
    frames = torch.cat(
        [images[torch.arange(images.shape[1]) < lengths[:, None]] for images, lengths in chunks]
    )
    model.mean.copy_(frames.mean(0))
    model.std.copy_(frames.std(0).clamp(min=0.02))
    return Batch(chunks, text_batch(), torch.zeros(8, 8, dtype=torch.bool))


def made(name: str) -> tuple[Any, Batch]:
    torch.manual_seed(0)
    model = build_model(SMALL[name])
    return model, batch_for(model)


@pytest.mark.parametrize("name", SMALL)
def test_tokens_are_one_unit_vector(name: str) -> None:
    model, batch = made(name)
    model.eval()
    text, motion = model.encode_text(batch.text), model.encode_motion(*batch.motions[0])
    assert set(text) == set(motion) == {"whole"}
    for tokens, n in ((text["whole"], 8), (motion["whole"], 4)):
        assert tokens.vectors.shape == (n, 1, 32)
        torch.testing.assert_close(tokens.vectors.norm(dim=-1), torch.ones(n, 1))
        assert tokens.exists.all()
        assert (tokens.weights == 1).all()
    assert model.scores(text, motion).shape == (8, 4)


@torch.no_grad()
@pytest.mark.parametrize("name", SMALL)
def test_padding_changes_no_vector(name: str) -> None:
    model, batch = made(name)
    model.eval()
    clips = [wobbling(n, n) for n in (5, 40, 90)]
    together = model.encode_motion(*padded(clips, model.config.image))["whole"].vectors
    for clip, vector in zip(clips, together, strict=True):
        alone = model.encode_motion(*padded([clip], model.config.image))["whole"].vectors[0]
        torch.testing.assert_close(alone, vector, atol=1e-5, rtol=0)
    assert (together[0] - together[1]).abs().max() > 1e-3
    text = batch.text
    n = int(text.exists[0].sum())
    alone = TextBatch(text.texts[:1], text.states[:1, :n], text.exists[:1, :n], text.sentence[:1])
    full = model.encode_text(text)["whole"].vectors[0]
    torch.testing.assert_close(model.encode_text(alone)["whole"].vectors[0], full, atol=1e-5, rtol=0)


@pytest.mark.parametrize("name", SMALL)
def test_losses_are_named_and_reach_every_parameter(name: str) -> None:
    model, batch = made(name)
    model.train()
    losses = model(batch)
    expected = {"contrastive"} if name == "patch-image" else {"reconstruction", "kl", "latent", "contrastive"}
    assert set(losses) == expected
    assert all(v.ndim == 0 and torch.isfinite(v) and v > 0 for v in losses.values())
    sum(losses.values()).backward()
    for key, parameter in model.named_parameters():
        assert parameter.grad is not None, key
        assert torch.isfinite(parameter.grad).all(), key
        assert parameter.grad.abs().max() > 0, key


@pytest.mark.parametrize("name", SMALL)
def test_eight_pairs_are_learned(name: str) -> None:
    model, batch = made(name)
    optimiser = torch.optim.AdamW(model.parameters(), 2e-3)
    course = []
    for _ in range(60 if name == "patch-image" else 120):
        optimiser.zero_grad()
        losses = model(batch)
        sum(losses.values()).backward()
        optimiser.step()
        course.append({k: v.item() for k, v in losses.items()})
    if "reconstruction" in course[0]:
        assert course[-1]["reconstruction"] < 0.75 * course[0]["reconstruction"]
    model.eval()
    with torch.no_grad():
        text = model.encode_text(batch.text)
        scores = torch.cat(
            [model.scores(text, model.encode_motion(*chunk)) for chunk in batch.motions], dim=1
        )
    assert (scores.argmax(1) == torch.arange(8)).all()
    assert (scores.argmax(0) == torch.arange(8)).all()


def test_tmr_drops_negatives_that_mean_the_same() -> None:
    model, batch = made("tmr")
    sentence = batch.text.sentence.clone()
    sentence[3] = sentence[5]
    same = replace(batch, text=replace(batch.text, sentence=sentence))
    dropped = model.no_negatives(same)
    assert {tuple(pair) for pair in dropped.nonzero().tolist()} == {(3, 5), (5, 3)}
    off = Tmr(replace(model.config, negative_filter=0.0))
    assert not off.no_negatives(same).any()
    ignored = batch.ignore.clone()
    ignored[0, 1] = True
    assert model.no_negatives(replace(same, ignore=ignored))[0, 1]
    model.eval()
    torch.manual_seed(1)
    strict = model(batch)["contrastive"]
    torch.manual_seed(1)
    assert model(same)["contrastive"] < strict


def test_a_pair_to_ignore_is_no_negative_of_the_patch_image() -> None:
    model, batch = made("patch-image")
    model.eval()
    ignored = ~torch.eye(8, dtype=torch.bool)
    assert model(replace(batch, ignore=ignored))["contrastive"].item() == pytest.approx(0, abs=1e-5)
    assert model(batch)["contrastive"].item() > 0.5


@pytest.mark.parametrize("name", SMALL)
def test_a_saved_model_is_read_back(name: str, tmp_path: Path) -> None:
    model, batch = made(name)
    save_model(model, tmp_path)
    again = load_model(tmp_path)
    assert again.config == model.config
    model.eval()
    with torch.no_grad():
        before = model.encode_motion(*batch.motions[0])["whole"].vectors
        after = again.encode_motion(*batch.motions[0])["whole"].vectors
    torch.testing.assert_close(after, before, atol=2e-2, rtol=0)


def test_presets_name_their_architecture() -> None:
    for name, config in PRESETS.items():
        assert config.name == name
        assert isinstance(config, PEERS[config.architecture][0])
    assert PRESETS["tmr"] == TmrConfig()


def test_peers_are_named_without_torch() -> None:
    code = "import sys, motionlens.benchmark.peers.configs; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
