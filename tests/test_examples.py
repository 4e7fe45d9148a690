"""Motions and lifted people as queries of a real (tiny) model; what was not seen has no token."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from motionlens.errors import MotionLensError
from motionlens.model.build import build_model
from motionlens.model.encoder import ModelEncoder
from motionlens.model.examples import example_tokens
from motionlens.model.pyramid_config import PyramidConfig
from motionlens.model.remote import ProcessEncoder
from motionlens.representation.image import motion_image
from motionlens.representation.known import known_patches
from motionlens.skeleton import JOINT_INDEX
from tests.motions import wobbling

ROOT = Path(__file__).parents[1]
TINY = {"width": 32, "layers": 1, "heads": 2, "dim": 16, "whole_dim": 16, "patch_hidden": 16}


def make(**changes: object) -> ModelEncoder:
    torch.manual_seed(0)
    settings = {**TINY, "joint_score": 0.5, "segment_score": 0.25, "whole_score": 2.0, **changes}
    return ModelEncoder(build_model(PyramidConfig(**settings)))  # type: ignore[arg-type]


def load(path: Path | None) -> ModelEncoder:
    """The loader of the model's process."""
    return make()


@pytest.fixture(scope="module")
def encoder() -> ModelEncoder:
    return make()


def without_left_arm(n_frames: int, until: int | None = None) -> np.ndarray:
    known = np.ones((n_frames, 22), dtype=bool)
    known[:until, JOINT_INDEX["left_elbow"]] = False
    return known


def test_a_motions_tokens_are_those_that_it_has_as_an_item(encoder: ModelEncoder) -> None:
    clip = wobbling(100, 1)
    query, tokens = encoder.encode_example(clip), encoder.encode_motions([clip])[0]
    np.testing.assert_allclose(query.vectors, tokens.astype(np.float32), atol=2e-3)
    assert query.vectors.dtype == query.weights.dtype == np.float32
    counts = encoder.stage_counts(len(tokens))
    for stage, (weight, n) in enumerate(zip((0.5, 0.25, 2.0), counts, strict=True)):
        own = query.weights[query.stages == stage]
        np.testing.assert_allclose(own, weight / n, rtol=1e-5)
    assert query.text == "" and set(query.spans) == {(0, 0)} and len(query.pieces) == len(tokens)
    assert query.pieces[13] == "left elbow 0.0-0.8 s" and query.pieces[6 * 14] == "translation 4.8-5.0 s"
    assert query.pieces[98] == "segment 1" and query.pieces[-1] == "the whole"


def test_what_was_not_seen_has_no_token_and_the_others_stay(encoder: ModelEncoder) -> None:
    clip, known = wobbling(80, 2), without_left_arm(80, until=40)
    everything = encoder.encode_example(clip, np.ones_like(known))
    np.testing.assert_allclose(everything.vectors, encoder.encode_example(clip).vectors, atol=1e-5)
    query = encoder.encode_example(clip, known)
    joint = [p for p, s in zip(query.pieces, query.stages, strict=True) if s == 0]
    gone = [p for p in everything.pieces if p not in query.pieces and not p.startswith("segment")]
    # of the third window half is seen, which is enough
    spans = [f"left {part} {span} s" for part in ("elbow", "shoulder") for span in ("0.0-0.8", "0.8-1.6")]
    assert sorted(gone) == spans
    assert len(gone) == int((~known_patches(known)).sum()) and len(joint) == 5 * 14 - len(gone)
    for stage, weight in enumerate((0.5, 0.25, 2.0)):
        assert query.weights[query.stages == stage].sum() == pytest.approx(weight, abs=1e-5)


def test_what_an_unseen_patch_holds_reaches_no_token(encoder: ModelEncoder) -> None:
    image, known = motion_image(wobbling(64, 3)), without_left_arm(64)
    other = image.copy()
    hidden = ~known_patches(known)
    other[np.repeat(hidden, 16, axis=0)] += 5
    with torch.inference_mode():
        found, expected = (example_tokens(encoder._model, x, known) for x in (other, image))
        seen = example_tokens(encoder._model, other, None)
    np.testing.assert_array_equal(found.vectors, expected.vectors)
    assert found.pieces == expected.pieces
    assert not np.allclose(seen.vectors, encoder.encode_example(wobbling(64, 3)).vectors, atol=1e-2)


def test_people_of_videos_as_items_have_zeros_where_nothing_is_known(encoder: ModelEncoder) -> None:
    clips = [wobbling(n, n) for n in (100, 40, 100, 33)]
    known = [np.ones((len(c), 22), dtype=bool) for c in clips]
    known[1] = without_left_arm(40)
    known[2][:] = False
    videos = encoder.encode_videos(clips, known)
    motions = encoder.encode_motions(clips)
    assert [v.shape for v in videos] == [m.shape for m in motions]
    for i in (0, 3):
        np.testing.assert_allclose(videos[i].astype(float), motions[i].astype(float), atol=3e-3)
    assert not videos[2].any() and videos[2].dtype == np.float16
    empty = ~videos[1].any(axis=1)
    joint, segment, _ = encoder.stage_counts(len(videos[1]))
    assert np.array_equal(empty[:joint], ~known_patches(known[1]).reshape(-1))
    assert empty[joint : joint + segment].sum() in (1, 2) and not empty[-1]
    np.testing.assert_allclose(np.linalg.norm(videos[1][~empty].astype(float), axis=1), 1, atol=2e-3)
    query = encoder.encode_example(clips[1], known[1])
    np.testing.assert_allclose(videos[1][~empty].astype(np.float32), query.vectors, atol=3e-3)


def test_a_video_tower_encodes_lifted_people_alone() -> None:
    encoder = make(video=True)
    model, clip = encoder._model, wobbling(48, 6)
    known = without_left_arm(48)
    before = [encoder.encode_example(clip), encoder.encode_example(clip, known)]
    torch.manual_seed(1)
    with torch.no_grad():
        for values in [*model.video.parameters(), *model.video_heads.parameters()]:
            values.add_(0.1 * torch.randn_like(values))
    after = [encoder.encode_example(clip), encoder.encode_example(clip, known)]
    np.testing.assert_array_equal(after[0].vectors, before[0].vectors)
    assert not np.allclose(after[1].vectors, before[1].vectors, atol=1e-2)
    assert after[1].pieces == before[1].pieces
    joint = after[1].weights[after[1].stages == 0]
    assert joint.sum() == pytest.approx(0.5, abs=1e-5) and joint.std() > 1e-4 * joint.mean()  # learned
    items = encoder.encode_videos([clip], [known])[0]
    shown = items[items.any(axis=1)].astype(np.float32)
    np.testing.assert_allclose(shown, after[1].vectors, atol=3e-3)


def test_what_cannot_be_an_example(encoder: ModelEncoder) -> None:
    clip = wobbling(40)
    with pytest.raises(MotionLensError, match="Too little of the person"):
        encoder.encode_example(clip, np.zeros((40, 22), dtype=bool))
    with pytest.raises(ValueError, match="known must be"):
        encoder.encode_example(clip, np.ones((41, 22), dtype=bool))
    with pytest.raises(ValueError, match="known must be"):
        encoder.encode_videos([clip], [np.ones((40, 21), dtype=bool)])
    for call in (encoder.encode_example, lambda c: encoder.encode_videos([c], [np.ones(c.shape[:2], bool)])):
        with pytest.raises(ValueError, match="224"):
            call(wobbling(225))
    whole = make(joint_score=0.0, segment_score=0.0)
    with pytest.raises(MotionLensError, match="joint stage"):
        whole.encode_example(clip)
    with pytest.raises(MotionLensError, match="joint stage"):
        make(image="chains").encode_example(clip)


def test_the_same_through_the_models_process(encoder: ModelEncoder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT))
    clip, known = wobbling(50, 4), without_left_arm(50)
    with ProcessEncoder(loader="tests.test_examples:load") as remote:
        for mask in (None, known):
            found, expected = remote.encode_example(clip, mask), encoder.encode_example(clip, mask)
            assert (found.text, found.pieces, found.spans) == (expected.text, expected.pieces, expected.spans)
            np.testing.assert_allclose(found.vectors, expected.vectors, atol=1e-5)
            np.testing.assert_allclose(found.weights, expected.weights, rtol=1e-6)
            np.testing.assert_array_equal(found.stages, expected.stages)
        clips = [wobbling(20 + i, i) for i in range(11)]
        masks = [without_left_arm(len(c)) for c in clips]
        pairs = zip(remote.encode_videos(clips, masks), encoder.encode_videos(clips, masks), strict=True)
        for found_tokens, expected_tokens in pairs:
            np.testing.assert_allclose(found_tokens.astype(float), expected_tokens.astype(float), atol=3e-3)
        with pytest.raises(MotionLensError, match="Too little"):
            remote.encode_example(clip, known & False)
        with pytest.raises(ValueError, match="22, 3"):
            remote.encode_example(clip[:, :21])
