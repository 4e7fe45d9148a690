"""The pyramid model: stages, masks, losses, each switchable."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from motionlens.model.clustering import density_peaks, pool_members, segment_count
from motionlens.model.contract import Batch
from motionlens.model.pyramid import Pyramid
from motionlens.model.pyramid_config import PyramidConfig
from motionlens.model.stages import TextBatch, stage_scores
from motionlens.representation.kinds import IMAGE_KINDS

SMALL = PyramidConfig(
    dim=16, whole_dim=16, width=32, layers=1, heads=2, patch_hidden=24, text_width=32, text_heads=2,
    dropout=0.0, patch_keep=1.0, segment_score=1.0, segment_loss=1.0, paraphrase=0.0,
)  # fmt: skip


def texts(n: int, seed: int = 0, words: int = 6) -> TextBatch:
    rng = np.random.default_rng(seed)
    exists = torch.from_numpy(np.arange(words) < rng.integers(2, words + 1, n)[:, None])
    states = torch.from_numpy(rng.normal(size=(n, words, 384)).astype(np.float32)) * exists[..., None]
    sentence = torch.nn.functional.normalize(states.sum(1), dim=-1)
    return TextBatch([f"a person does thing {i} again" for i in range(n)], states, exists, sentence)


def motions(n: int, seed: int = 0, kind: str = "motionlens") -> tuple[torch.Tensor, torch.Tensor]:
    image = IMAGE_KINDS[kind]
    g = torch.Generator().manual_seed(seed)
    lengths = torch.randint(20, 65, (n,), generator=g)
    return torch.randn(n, 64, image.parts, image.channels, generator=g), lengths


def batch(n: int = 6, kind: str = "motionlens") -> Batch:
    images, lengths = motions(n, kind=kind)
    chunks = [(images[: n // 2, :48], lengths[: n // 2].clamp(max=48)), (images[n // 2 :], lengths[n // 2 :])]
    return Batch(chunks, texts(n), torch.zeros(n, n, dtype=torch.bool))


def test_stages_have_the_promised_tokens() -> None:
    model = Pyramid(SMALL).eval()
    images, lengths = motions(3)
    found = model.encode_motion(images, lengths)
    patches = torch.ceil(lengths / 16).long() * 14
    assert found["joint"].exists.sum(1).tolist() == patches.tolist()
    assert found["segment"].exists.sum(1).tolist() == segment_count(patches, 0.25).tolist()
    assert found["whole"].vectors.shape == (3, 1, 16)
    for tokens in found.values():
        norms = tokens.vectors.norm(dim=-1)[tokens.exists]
        torch.testing.assert_close(norms, torch.ones_like(norms))
        torch.testing.assert_close(tokens.weights.sum(1), torch.ones(3))
        assert not tokens.weights[~tokens.exists].any()
    members = found["segment"].members
    assert members is not None
    for i in range(3):  # every patch went into one of the segments, and no segment is empty
        own = members[i][found["joint"].exists[i]]
        assert set(own.tolist()) == set(range(int(found["segment"].exists[i].sum())))


@pytest.mark.parametrize("stage", ["joint", "segment", "whole"])
def test_padding_changes_nothing(stage: str) -> None:
    torch.manual_seed(0)
    model = Pyramid(SMALL).eval()
    images, _ = motions(1)
    alone = model.encode_motion(images[:, :32], torch.tensor([20]))[stage]
    noise = torch.cat([images[:, :20], torch.full_like(images[:, 20:], 9.0)], dim=1)
    padded = model.encode_motion(noise, torch.tensor([20]))[stage]
    n = int(alone.exists.sum())
    assert int(padded.exists.sum()) == n
    torch.testing.assert_close(padded.vectors[:, :n], alone.vectors[:, :n], atol=1e-5, rtol=1e-4)
    text = texts(2)
    longer = TextBatch(
        text.texts,
        torch.nn.functional.pad(text.states, (0, 0, 0, 4)),
        torch.nn.functional.pad(text.exists, (0, 4)),
        text.sentence,
    )
    short, long = model.encode_text(text)[stage], model.encode_text(longer)[stage]
    torch.testing.assert_close(stage_scores(short, alone), stage_scores(long, padded), atol=1e-5, rtol=1e-4)


ALL_ON = {
    "shapley": 0.5,
    "segment_to_joint": 0.5,
    "reconstruction": 0.5,
    "total_loss": 1.0,
}


@pytest.mark.parametrize("two_way", [False, True])
@pytest.mark.parametrize("teacher", ["exact", "sampled"])
@pytest.mark.parametrize("soft", ["off", "on"])
def test_all_losses_reach_all_parameters(two_way: bool, teacher: str, soft: str) -> None:
    torch.manual_seed(0)
    config = replace(
        SMALL, two_way=two_way, shapley_teacher=teacher, soft_targets=soft, negative_filter=0.6,
        patch_keep=0.6, shapley_samples=2, **ALL_ON,
    )  # fmt: skip
    model = Pyramid(config).train()
    losses = model(batch())
    wanted = {"joint", "segment", "whole", "total", "shapley_joint", "shapley_segment", "segment_to_joint"}
    assert set(losses) == wanted | {"reconstruction"}
    assert all(torch.isfinite(v) and v >= 0 for v in losses.values())
    torch.stack(list(losses.values())).sum().backward()
    idle = [n for n, p in model.named_parameters() if p.grad is None or not torch.isfinite(p.grad).all()]
    # one word a text at the whole stage: its weight is 1 whatever the logit
    unused = {n for n in idle if "weigh" not in n}
    assert not unused


def test_what_is_off_costs_nothing() -> None:
    model = Pyramid(replace(SMALL, segment_score=0.0, segment_loss=0.0))
    assert set(model(batch())) == {"joint", "whole"}
    assert set(model.encode_text(texts(2))) == {"joint", "whole"}
    assert not hasattr(model, "motion_compressor")
    assert set(Pyramid(replace(SMALL, segment_score=0.0, whole_score=0.0))(batch())) == {"joint"}


@pytest.mark.parametrize("kind", sorted(IMAGE_KINDS))
def test_takes_every_image(kind: str) -> None:
    losses = Pyramid(replace(SMALL, image=kind))(batch(kind=kind))
    assert all(torch.isfinite(v) for v in losses.values())


def test_mean_pooling_is_one_token() -> None:
    model = Pyramid(replace(SMALL, pooling="mean")).eval()
    assert model.encode_motion(*motions(2))["joint"].vectors.shape[1] == 1
    assert model.encode_text(texts(2))["joint"].vectors.shape[1] == 1


def test_sentence_space_of_the_frozen_encoder() -> None:
    model = Pyramid(replace(SMALL, whole_dim=0)).eval()
    text = texts(2)
    torch.testing.assert_close(model.encode_text(text)["whole"].vectors[:, 0], text.sentence)


def test_text_alone_teaches_the_text_side() -> None:
    torch.manual_seed(0)
    model = Pyramid(replace(SMALL, paraphrase=1.0, masked_language=0.2))
    losses = model.text_losses((texts(4), texts(4, seed=1)))
    assert set(losses) == {"paraphrase", "masked_language"}
    assert all(torch.isfinite(v) for v in losses.values())
    torch.stack(list(losses.values())).sum().backward()
    assert all(p.grad is None for p in model.motion.parameters())
    assert model.text.inward.weight.grad is not None


def test_learns_a_few_pairs() -> None:
    torch.manual_seed(0)
    model = Pyramid(SMALL)
    few = batch(8)
    optimiser = torch.optim.Adam(model.parameters(), 3e-3)
    for _ in range(40):
        optimiser.zero_grad()
        torch.stack(list(model(few).values())).sum().backward()
        optimiser.step()
    model.eval()
    text = model.encode_text(few.text)
    scores = torch.cat([model.scores(text, model.encode_motion(*chunk)) for chunk in few.motions], dim=1)
    assert scores.argmax(1).tolist() == list(range(8))


def test_clusters_of_blobs() -> None:
    """Four tight groups far apart are found as four clusters, whatever the order."""
    rng = np.random.default_rng(3)
    which = rng.permutation(np.repeat(np.arange(4), 6))
    x = torch.from_numpy(10.0 * np.eye(4)[which] + 0.1 * rng.normal(size=(24, 4))).float()[None]
    members = density_peaks(x, torch.ones(1, 24, dtype=torch.bool), torch.tensor([4]))[0].numpy()
    assert len({(a, b) for a, b in zip(which, members, strict=True)}) == 4
    pooled, total = pool_members(x, torch.ones(1, 24), torch.from_numpy(members)[None], 4)
    assert total.tolist() == [[6.0] * 4]
    assert pooled.amax(-1).min() > 9
