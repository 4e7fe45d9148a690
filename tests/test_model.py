"""Towers, MaxSim, encoder: padding never counts, what is saved is what is loaded."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from motionlens.errors import MotionLensError
from motionlens.model import load_encoder
from motionlens.model.build import build_model, load_model
from motionlens.model.encoder import ModelEncoder, load_folder, padded_images, save_model
from motionlens.model.pyramid import Pyramid
from motionlens.model.pyramid_config import PyramidConfig
from motionlens.model.stages import TextBatch
from motionlens.model.text import minilm
from motionlens.representation.image import motion_image
from tests.motions import wobbling


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> ModelEncoder:
    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("model")
    save_model(Pyramid(PyramidConfig()), folder)
    return load_folder(folder, "cpu")


def test_tokens_do_not_depend_on_the_batch(encoder: ModelEncoder) -> None:
    clips = [wobbling(n, n) for n in (5, 16, 33, 160, 224)]
    together = encoder.encode_motions(clips)
    for clip, tokens in zip(clips, together, strict=True):
        alone = encoder.encode_motions([clip])[0]
        assert tokens.shape == (-(-len(clip) // 16) * 14 + 1, encoder.dim)
        assert tokens.dtype == np.float16
        np.testing.assert_allclose(tokens.astype(float), alone.astype(float), atol=3e-3)
        np.testing.assert_allclose(np.linalg.norm(tokens.astype(float), axis=1), 1, atol=2e-3)


def test_clips_of_impossible_length_are_refused(encoder: ModelEncoder) -> None:
    with pytest.raises(ValueError, match="224"):
        encoder.encode_motions([wobbling(225)])


def test_query_tokens_are_words_of_the_text(encoder: ModelEncoder) -> None:
    query = encoder.encode_text("A person waves, left hand!")
    assert [query.text[a:b] for a, b in query.spans] == list(query.pieces)
    assert "," not in query.pieces and "!" not in query.pieces
    np.testing.assert_allclose(np.linalg.norm(query.vectors, axis=1), 1, atol=1e-5)
    assert query.weights.sum() == pytest.approx(2, abs=1e-5)  # joint and whole stage


@pytest.fixture(scope="module")
def pyramid(tmp_path_factory: pytest.TempPathFactory) -> ModelEncoder:
    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("pyramid")
    config = PyramidConfig(
        width=32,
        layers=1,
        heads=2,
        dim=16,
        whole_dim=16,
        joint_score=0.5,
        segment_score=0.25,
        whole_score=2.0,
    )
    save_model(build_model(config), folder)
    found = load_encoder(folder, "cpu")
    assert isinstance(found, ModelEncoder)
    return found


def test_a_pyramids_query_tokens_say_their_stage(pyramid: ModelEncoder) -> None:
    text = "A man slowly walks forward, then waves his left hand"
    query = pyramid.encode_text(text)
    for stage, weight in enumerate((0.5, 0.25, 2.0)):
        assert query.weights[query.stages == stage].sum() == pytest.approx(weight, abs=1e-3)
    words = [p for p, s in zip(query.pieces, query.stages, strict=True) if s == 0]
    phrases = [
        (p, span) for p, span, s in zip(query.pieces, query.spans, query.stages, strict=True) if s == 1
    ]
    assert words[:2] == ["A", "man"] and query.pieces[-1] == text and query.spans[-1] == (0, len(text))
    assert 1 < len(phrases) < len(words)
    # Every word went into exactly one phrase, and a phrase reaches from its first to its last word.
    assert sorted(w for p, _ in phrases for w in p.split()) == sorted(words)
    for phrase, (start, end) in phrases:
        assert text[start:end].startswith(phrase.split()[0]) and text[start:end].endswith(phrase.split()[-1])


def test_a_pyramids_clip_is_the_tokens_of_all_stages_in_order(pyramid: ModelEncoder) -> None:
    clips = [wobbling(n, n) for n in (5, 100, 224)]
    for clip, tokens in zip(clips, pyramid.encode_motions(clips), strict=True):
        joint, segment, whole = pyramid.stage_counts(len(tokens))
        assert joint == -(-len(clip) // 16) * 14 and whole == 1
        assert joint / 8 < segment < joint / 2 and joint + segment + whole == len(tokens)
        np.testing.assert_allclose(np.linalg.norm(tokens.astype(float), axis=1), 1, atol=2e-3)
        alone = pyramid.encode_motions([clip])[0]
        np.testing.assert_allclose(tokens[:joint].astype(float), alone[:joint].astype(float), atol=3e-3)
        np.testing.assert_allclose(tokens[-1].astype(float), alone[-1].astype(float), atol=3e-3)
    with pytest.raises(ValueError, match="no clip has 3 tokens"):
        pyramid.stage_counts(3)


def test_the_encoders_tokens_score_as_the_model_does(pyramid: ModelEncoder) -> None:
    clip, text = wobbling(64), "a person waves"
    query, tokens = pyramid.encode_text(text), pyramid.encode_motions([clip])[0].astype(np.float32)
    ends = np.cumsum(pyramid.stage_counts(len(tokens)))
    by_hand = 0.0
    for stage, (start, end) in enumerate(zip([0, *ends], ends, strict=False)):
        mine = query.stages == stage
        by_hand += float(query.weights[mine] @ (query.vectors[mine] @ tokens[start:end].T).max(1))
    states = torch.from_numpy(minilm().tokens([text])[0].states)[None]
    sentence = torch.nn.functional.normalize(states.mean(1), dim=-1)
    batch = TextBatch([text], states, torch.ones(states.shape[:2], dtype=torch.bool), sentence)
    model = pyramid._model
    with torch.inference_mode():
        images, lengths = padded_images([motion_image(clip)])
        score = model.scores(model.encode_text(batch), model.encode_motion(images, lengths))
    assert by_hand == pytest.approx(float(score), abs=5e-3)


def test_a_model_folder_with_an_unknown_setting_names_the_nearest(tmp_path: Path) -> None:
    save_model(build_model(PyramidConfig(width=32, layers=1)), tmp_path)
    config = json.loads((tmp_path / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps(config | {"two_ways": True}))
    with pytest.raises(MotionLensError, match=r'config\.json: .*"two_ways", did you mean "two_way"'):
        load_encoder(tmp_path)
    (tmp_path / "config.json").write_text(json.dumps(config | {"width": 64}))
    with pytest.raises(MotionLensError, match=r"model\.safetensors could not be loaded"):
        load_model(tmp_path)


@pytest.mark.parametrize("text", ["", "   ", "?!"])
def test_a_query_without_words_is_refused(encoder: ModelEncoder, text: str) -> None:
    with pytest.raises(MotionLensError, match="no words"):
        encoder.encode_text(text)


def test_saving_twice_gives_the_same_fingerprint_and_other_weights_another(tmp_path: Path) -> None:
    torch.manual_seed(1)
    model = Pyramid(PyramidConfig())
    save_model(model, tmp_path / "a")
    save_model(model, tmp_path / "b")
    with torch.no_grad():
        model.motion.norm.bias += 1
    save_model(model, tmp_path / "c")
    a, b, c = (load_folder(tmp_path / n, "cpu").fingerprint for n in "abc")
    assert a == b != c


def test_a_missing_or_damaged_model_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(MotionLensError, match="holds no model"):
        load_encoder(tmp_path)
    save_model(Pyramid(PyramidConfig()), tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"junk")
    with pytest.raises(MotionLensError, match=r"model\.safetensors"):
        load_encoder(tmp_path)


def test_sentence_embeddings_know_paraphrases() -> None:
    a, b, c = minilm().sentences(
        ["a man walks ahead", "a person is walking forward", "someone plays the violin"]
    )
    assert a @ b > a @ c + 0.2


def test_cuda_gives_the_same_tokens(encoder: ModelEncoder, tmp_path: Path) -> None:
    if not torch.cuda.is_available():
        pytest.skip("no CUDA device")
    model = Pyramid(PyramidConfig())
    save_model(model, tmp_path)
    clip = wobbling(100)
    a = load_folder(tmp_path, "cpu").encode_motions([clip])[0]
    b = load_folder(tmp_path, "cuda").encode_motions([clip])[0]
    np.testing.assert_allclose(a.astype(float), b.astype(float), atol=5e-3)
