"""Pretrained parts trained along: the text encoder and the ViT, from tiny random ones made here."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from motionlens.errors import MotionLensError
from motionlens.model.build import build_model, load_model, save_model
from motionlens.model.contract import Batch
from motionlens.model.encoder import ModelEncoder
from motionlens.model.motion_tower import MotionTower
from motionlens.model.pyramid import Pyramid
from motionlens.model.pyramid_config import PyramidConfig
from motionlens.model.stages import TextBatch
from motionlens.model.text_online import FOLDER, OnlineText
from motionlens.training.configuration import config_names, read_config
from motionlens.training.loop import train
from motionlens.training.settings import TrainSettings

WORDS = "a person walks runs jumps left right hand with the then turn ##s ##ing ##ed , . ! ? ' -"
TEXTS = [
    "a person walks.",
    "the person turns left, then jumps",
    "a person runs",
    "jumping with the right hand!",
]


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``text`` and ``vit``: what a user's folders of pretrained models hold."""
    from transformers import BertTokenizerFast, DistilBertConfig, DistilBertForMaskedLM, ViTConfig, ViTModel

    torch.manual_seed(0)
    top = tmp_path_factory.mktemp("pretrained")
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS.split()]
    (top / "text").mkdir()
    (top / "text" / "vocab.txt").write_text("\n".join(vocabulary))
    BertTokenizerFast.from_pretrained(top / "text").save_pretrained(top / "text")
    text = DistilBertConfig(
        vocab_size=len(vocabulary), dim=24, n_layers=1, n_heads=2, hidden_dim=48, max_position_embeddings=64
    )
    DistilBertForMaskedLM(text).save_pretrained(top / "text")
    vit = ViTConfig(
        hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=128,
        image_size=32, patch_size=16, initializer_range=0.2,
    )  # fmt: skip
    ViTModel(vit).save_pretrained(top / "vit")
    return top


def settings(folders: Path) -> PyramidConfig:
    return PyramidConfig(
        dim=16, whole_dim=16, width=32, layers=2, heads=2, patch_hidden=24, text_width=32, text_heads=2,
        dropout=0.0, patch_keep=1.0, segment_score=1.0, segment_loss=1.0, shapley=0.1, segment_to_joint=0.1,
        paraphrase=0.3, masked_language=0.2, text_encoder=str(folders / "text"), trunk=str(folders / "vit"),
    )  # fmt: skip


def texts(seed: int = 0) -> TextBatch:
    g = torch.Generator().manual_seed(seed)
    states = torch.randn(len(TEXTS), 3, 384, generator=g)
    sentence = torch.nn.functional.normalize(states.mean(1), dim=-1)
    return TextBatch(TEXTS, states, torch.ones(len(TEXTS), 3, dtype=torch.bool), sentence)


class Pairs:
    """One batch of four pairs in two chunks, the same at every step."""

    def draw(self, step: int) -> Batch:
        g = torch.Generator().manual_seed(1)
        motions = [
            (torch.randn(2, frames, 14, 12, generator=g), torch.tensor([frames - 9, frames]))
            for frames in (32, 48)
        ]
        return Batch(motions, texts(), torch.zeros(4, 4, dtype=torch.bool))


class Captions:
    """The same captions as each other's paraphrases."""

    def draw(self, step: int) -> tuple[TextBatch, TextBatch]:
        return texts(), texts(1)


def test_tokens_are_those_of_the_words(folders: Path) -> None:
    encoder = OnlineText(str(folders / "text"), masked=True).eval()
    words = encoder.words("A person, walking - turns!")
    assert words.pieces == ("A", "person", "walking", "turn", "s")  # "walking": not in this vocabulary, whole
    assert words.spans == ((0, 1), (2, 8), (10, 17), (20, 24), (24, 25))
    states, exists = encoder(["A person, walking - turns!", "jumps", "..."])
    assert exists.sum(1).tolist() == [5, 1, 1] and states.shape == (3, 5, 24)
    alone, _ = encoder(["jumps"])
    torch.testing.assert_close(states[1, :1], alone[0], atol=1e-5, rtol=1e-4)
    # the states are those of the tokens at these places, not of their neighbours
    ids = encoder.tokenizer(["A person, walking - turns!"], return_tensors="pt")["input_ids"]
    hidden = encoder.model.base_model(input_ids=ids).last_hidden_state[0]
    kept = [
        i for i, t in enumerate(encoder.tokenizer.convert_ids_to_tokens(ids[0])) if t not in "[CLS],-![SEP]"
    ]
    torch.testing.assert_close(states[0], hidden[kept], atol=1e-5, rtol=1e-4)


def test_trunk_gives_the_numbers_of_the_vit(folders: Path) -> None:
    from transformers import ViTModel

    tower = MotionTower(settings(folders)).eval()
    vit = ViTModel.from_pretrained(folders / "vit", add_pooling_layer=False).eval()
    # a picture of 2 x 2 patches: five tokens with the class token's
    seen: list[torch.Tensor] = []
    vit.embeddings.register_forward_hook(lambda m, given, out: seen.append(out))
    with torch.no_grad():
        wanted = vit(torch.randn(2, 3, 32, 32)).last_hidden_state
        found = tower.norm(tower.trunk(seen[0]))
    torch.testing.assert_close(found, wanted, atol=1e-5, rtol=1e-4)


def test_padding_changes_nothing(folders: Path) -> None:
    tower = MotionTower(settings(folders)).eval()
    images = torch.randn(1, 64, 14, 12)
    with torch.no_grad():
        alone = tower(images[:, :32], torch.tensor([20]))
        junk = torch.cat([images[:, :20], torch.full((1, 44, 14, 12), 9.0)], dim=1)
        padded = tower(torch.cat([junk, images]), torch.tensor([20, 64]))
    n = int(alone.exists.sum())
    assert n == 28 and int(padded.exists[0].sum()) == n
    torch.testing.assert_close(padded.states[0, :n], alone.states[0, :n], atol=1e-5, rtol=1e-4)


def test_every_loss_reaches_the_pretrained_parts(folders: Path) -> None:
    torch.manual_seed(0)
    model = Pyramid(settings(folders)).train()
    text = model.text_encoder
    assert text is not None and model.word_guess is None

    def reached(loss: torch.Tensor) -> tuple[bool, bool, bool]:
        model.zero_grad()
        loss.backward()
        queries = text.model.distilbert.transformer.layer[0].attention.q_lin.weight.grad
        head = text.model.vocab_transform.weight.grad
        block = model.motion.trunk.layers[0].self_attn.in_proj_weight.grad
        return tuple(g is not None and bool(g.abs().max() > 0) for g in (queries, head, block))

    losses = model(Pairs().draw(0))
    assert {"joint", "segment", "whole", "shapley_joint", "segment_to_joint"} <= set(losses)
    assert reached(torch.stack(list(losses.values())).sum()) == (True, False, True)
    more = model.text_losses(Captions().draw(0))
    assert set(more) == {"paraphrase", "masked_language"}
    assert reached(more["masked_language"]) == (True, True, False)


def test_masked_words_are_learned(folders: Path) -> None:
    torch.manual_seed(0)
    encoder = OnlineText(str(folders / "text"), masked=True).train()
    optimiser = torch.optim.Adam(encoder.parameters(), 1e-2)
    losses = []
    for _ in range(40):
        optimiser.zero_grad()
        loss = encoder.masked_loss(TEXTS, 0.3)
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    assert np.mean(losses[-8:]) < 0.6 * np.mean(losses[:8])


def test_trained_saved_and_loaded_without_the_originals(folders: Path, tmp_path: Path) -> None:
    shutil.copytree(folders, tmp_path / "own")
    torch.manual_seed(0)
    model = build_model(settings(tmp_path / "own"))
    before = model.text_encoder.model.get_input_embeddings().weight.detach().clone()
    run = TrainSettings(
        steps=3, warmup=0, learning_rate=1e-2, ema=0.5, evaluate_every=0,
        rate_factors={"motion.trunk": 0.1, "text_encoder": 0.1},
    )  # fmt: skip
    trained = train(model, Pairs(), run, tmp_path / "run", caption_pairs=Captions(), quiet=True)
    moved = (trained.text_encoder.model.get_input_embeddings().weight - before).abs().max()
    assert 1e-4 < float(moved) < 1e-2  # at a tenth of the rate
    shutil.rmtree(tmp_path / "own")
    again = load_model(tmp_path / "run")
    with torch.inference_mode():
        wanted, found = trained.encode_text(texts()), again.encode_text(texts())
        for stage in wanted:
            torch.testing.assert_close(found[stage].vectors, wanted[stage].vectors, atol=0.02, rtol=0.02)
        motion = Pairs().draw(0).motions[0]
        a, b = trained.encode_motion(*motion)["joint"], again.encode_motion(*motion)["joint"]
        torch.testing.assert_close(b.vectors, a.vectors, atol=0.02, rtol=0.02)
    encoder = ModelEncoder(again)
    clip = np.random.default_rng(0).normal(size=(40, 22, 3)).astype(np.float32)
    assert encoder.encode_motions([clip])[0].shape[1] == encoder.dim == 16
    query = encoder.encode_text("a person turns left!")
    joint = [p for p, stage in zip(query.pieces, query.stages, strict=True) if stage == 0]
    assert joint == ["a", "person", "turn", "s", "left"]
    segments = [p for p, stage in zip(query.pieces, query.stages, strict=True) if stage == 1]
    assert "".join("".join(segments).split()).count("turn") == 1
    save_model(again, tmp_path / "run")  # over what is there
    assert not list((tmp_path / "run").glob(".*"))
    shutil.rmtree(tmp_path / "run" / FOLDER)
    with pytest.raises(MotionLensError, match=r"text_encoder lacks .* copy the whole folder"):
        load_model(tmp_path / "run")


def test_missing_or_unfit_models_are_named(folders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MOTIONLENS_DOWNLOAD", raising=False)
    good = settings(folders)
    with pytest.raises(
        MotionLensError, match=r'^model\.text_encoder: .*"no/such-text" .*MOTIONLENS_DOWNLOAD=1'
    ):
        Pyramid(replace(good, text_encoder="no/such-text"))
    with pytest.raises(MotionLensError, match=r'^model\.trunk: no usable transformers model "no/such-vit"'):
        Pyramid(replace(good, trunk="no/such-vit"))
    with pytest.raises(
        MotionLensError, match=r"wants model\.width = 32, not 48 and model\.layers = 2, not 3"
    ):
        Pyramid(replace(good, width=48, layers=3))
    with pytest.raises(MotionLensError, match="is a distilbert, not a ViT"):
        Pyramid(replace(good, trunk=good.text_encoder))


@pytest.mark.parametrize(("name", "sizes"), [("paper-base", (768, 12, 12)), ("paper-large", (1024, 24, 16))])
def test_configurations_of_the_papers(
    name: str, sizes: tuple[int, int, int], folders: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Their settings are read, their sizes are those of the published ViT, and a smaller copy trains."""
    monkeypatch.delenv("MOTIONLENS_DOWNLOAD", raising=False)
    assert name in config_names()
    config = read_config(name)
    model = config.model
    assert (model.width, model.layers, model.heads, model.dim) == (*sizes, 256)
    assert model.trunk.startswith("google/vit-") and model.text_encoder == "distilbert-base-uncased"
    assert (model.masked_language, model.tau, config.train.rate_factors["text_encoder"]) == (0.2, 0.07, 0.1)
    assert config.train.batch * config.train.accumulate == 64
    small = replace(
        model, width=32, layers=2, heads=2, patch_hidden=24, text_width=32, text_heads=2, dim=16, whole_dim=16,
        text_encoder=str(folders / "text"), trunk=str(folders / "vit"),
    )  # fmt: skip
    run = replace(config.train, steps=2, accumulate=1)
    trained = train(build_model(small), Pairs(), run, tmp_path, caption_pairs=Captions(), quiet=True)
    assert all(torch.isfinite(p).all() for p in trained.parameters())
    prefixes = config.train.rate_factors
    assert all(any(n.startswith(p) for n, _ in trained.named_parameters()) for p in prefixes)
