"""Towers, MaxSim, encoder: padding never counts, what is saved is what is loaded."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from motionlens.errors import MotionLensError
from motionlens.model import load_encoder
from motionlens.model.config import ModelConfig
from motionlens.model.encoder import TowersEncoder, load_towers, save_model
from motionlens.model.network import TwoTowers, max_sim_matrix
from motionlens.model.text import minilm
from tests.motions import wobbling


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> TowersEncoder:
    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("model")
    save_model(TwoTowers(ModelConfig()), folder)
    return load_towers(folder, "cpu")


def test_max_sim_matrix_is_the_sum_of_weighted_best_matches() -> None:
    rng = np.random.default_rng(0)
    text, motion = rng.normal(size=(3, 4, 8)), rng.normal(size=(5, 6, 8))
    text /= np.linalg.norm(text, axis=-1, keepdims=True)
    motion /= np.linalg.norm(motion, axis=-1, keepdims=True)
    weights = rng.random((3, 4))
    weights[1, 2:] = 0  # padding
    exists = rng.random((5, 6)) > 0.3
    exists[:, 0] = True
    expected = np.array(
        [
            [
                sum(
                    w * max(float(t @ m) for m, e in zip(ms, es, strict=True) if e)
                    for t, w in zip(ts, ws, strict=True)
                )
                for ms, es in zip(motion, exists, strict=True)
            ]
            for ts, ws in zip(text, weights, strict=True)
        ]
    )
    got = max_sim_matrix(*(torch.from_numpy(a) for a in (text, weights, motion, exists)))
    np.testing.assert_allclose(got.numpy(), expected, atol=1e-9)


def test_tokens_do_not_depend_on_the_batch(encoder: TowersEncoder) -> None:
    clips = [wobbling(n, n) for n in (5, 16, 33, 160, 224)]
    together = encoder.encode_motions(clips)
    for clip, tokens in zip(clips, together, strict=True):
        alone = encoder.encode_motions([clip])[0]
        assert tokens.shape == (-(-len(clip) // 16) * 14, encoder.dim)
        assert tokens.dtype == np.float16
        np.testing.assert_allclose(tokens.astype(float), alone.astype(float), atol=3e-3)
        np.testing.assert_allclose(np.linalg.norm(tokens.astype(float), axis=1), 1, atol=2e-3)


def test_clips_of_impossible_length_are_refused(encoder: TowersEncoder) -> None:
    with pytest.raises(ValueError, match="224"):
        encoder.encode_motions([wobbling(225)])


def test_query_tokens_are_words_of_the_text(encoder: TowersEncoder) -> None:
    query = encoder.encode_text("A person waves, left hand!")
    assert [query.text[a:b] for a, b in query.spans] == list(query.pieces)
    assert "," not in query.pieces and "!" not in query.pieces
    np.testing.assert_allclose(np.linalg.norm(query.vectors, axis=1), 1, atol=1e-5)
    assert query.weights.sum() == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("text", ["", "   ", "?!"])
def test_a_query_without_words_is_refused(encoder: TowersEncoder, text: str) -> None:
    with pytest.raises(MotionLensError, match="no words"):
        encoder.encode_text(text)


def test_saving_twice_gives_the_same_fingerprint_and_other_weights_another(tmp_path: Path) -> None:
    torch.manual_seed(1)
    towers = TwoTowers(ModelConfig())
    save_model(towers, tmp_path / "a")
    save_model(towers, tmp_path / "b")
    with torch.no_grad():
        towers.motion.head.bias += 1
    save_model(towers, tmp_path / "c")
    a, b, c = (load_towers(tmp_path / n, "cpu").fingerprint for n in "abc")
    assert a == b != c


def test_a_missing_or_damaged_model_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(MotionLensError, match="holds no model"):
        load_encoder(tmp_path)
    save_model(TwoTowers(ModelConfig()), tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"junk")
    with pytest.raises(MotionLensError, match=r"model\.safetensors"):
        load_encoder(tmp_path)


def test_sentence_embeddings_know_paraphrases() -> None:
    a, b, c = minilm().sentences(
        ["a man walks ahead", "a person is walking forward", "someone plays the violin"]
    )
    assert a @ b > a @ c + 0.2


def test_cuda_gives_the_same_tokens(encoder: TowersEncoder, tmp_path: Path) -> None:
    if not torch.cuda.is_available():
        pytest.skip("no CUDA device")
    towers = TwoTowers(ModelConfig())
    save_model(towers, tmp_path)
    clip = wobbling(100)
    a = load_towers(tmp_path, "cpu").encode_motions([clip])[0]
    b = load_towers(tmp_path, "cuda").encode_motions([clip])[0]
    np.testing.assert_allclose(a.astype(float), b.astype(float), atol=5e-3)
