"""Motions and filmed people as queries, and filmed people as items of a library.

What was not seen of a person is absent: its patches are given to no layer and have no token.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

from ..errors import MotionLensError
from ..motion import FPS
from ..representation.known import known_patches
from ..skeleton import BODY_PARTS, N_JOINTS, N_PARTS
from ..windows import PATCH_FRAMES
from .contract import RetrievalModel
from .interface import QueryTokens
from .motion_tower import PatchStates
from .pyramid import Pyramid
from .stages import STAGES, Tokens

StageCounts = tuple[int, int, int]


def with_patches(model: RetrievalModel) -> Pyramid:
    """The model, if its tokens are body parts during windows.

    Raises:
        MotionLensError: they are not.
    """
    if (
        isinstance(model, Pyramid)
        and model.motion.parts == N_PARTS
        and "joint" in model.stage_weights
        and model.config.pooling == "max_sim"
    ):
        return model
    raise MotionLensError(
        f"{model.config.name} has no tokens of body parts, so that motions and videos cannot be its queries: "
        "choose a model with a joint stage."
    )


def states_of(
    model: Pyramid, images: Tensor, lengths: Tensor, present: Tensor | None
) -> tuple[PatchStates, nn.ModuleDict, bool]:
    """Patch states of a batch; here alone is decided which tower encodes a lifted person.

    Args:
        images, lengths: see ``RetrievalModel.encode_motion``.
        present: (B, W * 14) bool, patches that were seen, at least one an item; None for motions.

    Returns:
        The states, the tower's heads, and whether these learned what to look for: a motion tower's never did.
    """
    if present is None or model.video is None:
        return model.motion(images, lengths, present), model.motion_heads, False
    return model.video(images, lengths, present), model.video_heads, True


def _encode(
    model: Pyramid, images: Tensor, lengths: Tensor, present: Tensor | None
) -> tuple[Tokens, Tensor, bool]:
    """Tokens of a batch, (B, M) int64 the patch (window * 14 + part) of each joint token, and whether their
    weights were learned."""
    states, heads, learned = states_of(model, images, lengths, present)
    return model.motion_stages(states, heads), states.place, learned


def _seen(known: np.ndarray, n_frames: int) -> np.ndarray:
    """``known_patches`` of a clip. Raises ValueError where the lengths differ."""
    if known.shape != (n_frames, N_JOINTS):
        raise ValueError(f"known must be {(n_frames, N_JOINTS)}, not {known.shape}")
    return known_patches(known)


def example_tokens(
    model: RetrievalModel, image: np.ndarray, known: np.ndarray | None, device: str = "cpu"
) -> QueryTokens:
    """Tokens of one motion or lifted person as a query; see ``ExampleEncoder.encode_example``.

    Args:
        model: with a joint stage.
        image: (T, 14, C) motion image.
        known: (T, 22) bool, joints that were seen; None for a motion.
        device: where the model is.

    Raises:
        MotionLensError: no patch is known, or a model without patches.
    """
    own = with_patches(model)
    n_frames = len(image)
    present = None if known is None else _seen(known, n_frames)
    if present is not None and not present.any():
        raise MotionLensError(
            "Too little of the person is seen to search by: choose a part that shows more of the body."
        )
    windows = -(-n_frames // PATCH_FRAMES)
    padded = np.zeros((1, windows * PATCH_FRAMES, *image.shape[1:]), np.float32)
    padded[0, :n_frames] = image
    given = None if present is None else torch.from_numpy(present.reshape(1, -1)).to(device)
    lengths = torch.tensor([n_frames], device=device)
    tokens, place, learned = _encode(own, torch.from_numpy(padded).to(device), lengths, given)
    pieces: list[str] = []
    vectors, weights, stages = [], [], []
    for stage in (s for s in STAGES if s in own.stage_weights):
        found = tokens[stage]
        there = found.exists[0]
        n = int(there.sum())
        if stage == "joint":
            pieces += _pieces(place[0, there].tolist(), n_frames)
        else:
            pieces += [f"segment {k + 1}" for k in range(n)] if stage == "segment" else ["the whole"] * n
        vectors.append(found.vectors[0, there].float())
        share = found.weights[0, there].float() if learned else vectors[-1].new_full((n,), 1 / max(n, 1))
        weights.append(share * own.stage_weights[stage])
        stages += [STAGES.index(stage)] * n
    return QueryTokens(
        "",
        tuple(pieces),
        ((0, 0),) * len(pieces),
        torch.cat(vectors).cpu().numpy(),
        torch.cat(weights).cpu().numpy(),
        np.array(stages, np.int8),
    )


def _pieces(places: Sequence[int], n_frames: int) -> list[str]:
    """What patches show and when.

    >>> _pieces([13, 14], 24)
    ['left elbow 0.0-0.8 s', 'translation 0.8-1.2 s']
    """
    out = []
    for place in places:
        window, part = divmod(place, N_PARTS)
        start, end = window * PATCH_FRAMES, min((window + 1) * PATCH_FRAMES, n_frames)
        out.append(f"{BODY_PARTS[part].name} {start / FPS:.1f}-{end / FPS:.1f} s")
    return out


def seen_patches(known: np.ndarray, n_frames: int) -> Tensor:
    """(1, W * 14) bool, which patches of one lifted person were seen."""
    return torch.from_numpy(_seen(known, n_frames).reshape(1, -1))


def lifted_tokens(
    model: RetrievalModel,
    images: Tensor,
    lengths: Tensor,
    known: Sequence[np.ndarray],
    counts: Sequence[StageCounts],
) -> list[np.ndarray]:
    """Tokens of a batch of lifted people as items; see ``ExampleEncoder.encode_videos``.

    Args:
        model: with a joint stage.
        images, lengths: as for ``RetrievalModel.encode_motion``, on the model's device.
        known: (T, 22) bool each.
        counts: of each clip, how many tokens one of its length has at each stage.

    Returns:
        (N, d) float16 each, zeros where nothing is known.
    """
    own = with_patches(model)
    present = torch.zeros(len(images), images.shape[1] // PATCH_FRAMES * N_PARTS, dtype=torch.bool)
    for row, mask, n_frames in zip(present, known, lengths.tolist(), strict=True):
        seen = _seen(mask, n_frames).reshape(-1)
        row[: len(seen)] = torch.from_numpy(seen)
    some = present.any(1)
    present[~some] = True  # encoded with the others and thrown away
    tokens, place, _ = _encode(own, images, lengths, present.to(images.device))
    stages = [s for s in STAGES if s in own.stage_weights]
    found = {s: (tokens[s].vectors.half().cpu().numpy(), tokens[s].exists.cpu().numpy()) for s in stages}
    places = place.cpu().numpy()
    out = []
    for i, wanted in enumerate(counts):
        rows = []
        for stage in stages:
            vectors, exists = found[stage][0][i], found[stage][1][i]
            full = np.zeros((wanted[STAGES.index(stage)], vectors.shape[1]), np.float16)
            if some[i]:
                at = places[i][exists] if stage == "joint" else np.arange(int(exists.sum()))
                full[at] = vectors[exists]
            rows.append(full)
        out.append(np.concatenate(rows))
    return out
