"""What the coarse tokens of our model are made of: for explanations, one text or motion at a time."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ..errors import MotionLensError
from .contract import RetrievalModel
from .examples import states_of
from .pyramid import Pyramid
from .stages import StageTokens, TextBatch, Tokens
from .text import WIDTH

Composed = tuple[Tokens, Tensor, Tensor]
"""Tokens, (K, F) shares and (F, d) parts as in ``interface.Composition``."""


def explainable(model: RetrievalModel) -> Pyramid:
    """The model, if its tokens are words and patches.

    Raises:
        MotionLensError: they are not.
    """
    if isinstance(model, Pyramid) and "joint" in model.stage_weights and model.config.pooling == "max_sim":
        return model
    raise MotionLensError(
        f"{model.config.name} has no tokens of words and body parts, so that its scores cannot be explained: "
        "choose a model with a joint stage."
    )


def _shares(tokens: Tokens, n: int) -> Tensor:
    """(K, F) of the one item; (0, F) without a segment stage."""
    found = tokens.get("segment")
    if found is None or found.members is None or found.shares is None:
        return torch.zeros(0, n)
    members, shares = found.members[0, :n], found.shares[0, :n]
    out = shares.new_zeros(int(found.exists[0].sum()), n)
    out[members, torch.arange(n, device=out.device)] = shares
    return out


def _parts(rows: Tensor, whole: StageTokens) -> Tensor:
    """(F, d) rows that sum to the whole stage's vector before it is made a unit vector -> after."""
    return rows / rows.sum(0).norm().clamp(min=1e-12) * whole.vectors[0, 0].norm()


def _linear(head: nn.Module) -> nn.Linear:
    found = head.out
    assert isinstance(found, nn.Linear)
    return found


def compose_text(model: Pyramid, text: TextBatch) -> Composed:
    """One text. The whole stage's head is linear, in the mean of the word states and in the sentence
    embedding, which is the mean of the frozen encoder's states: each piece adds its own part to both."""
    states, exists = model.text_encoder(text.texts) if model.text_encoder else (text.states, text.exists)
    x = model.text(states, exists)
    tokens = model.text_stages(text, x, exists)
    n = int(exists[0].sum())
    if "whole" not in model.stage_weights:
        return tokens, _shares(tokens, n), x.new_zeros(n, 0)
    if model.text_encoder:  # its pieces are not the frozen encoder's
        sentence = text.sentence[0].expand(n, -1) / n
    else:
        sentence = states[0, :n] / states[0, :n].sum(0).norm()
    if model.config.whole_dim:
        head = _linear(model.text_heads["whole"])
        both = torch.cat([x[0, :n] / n, WIDTH**0.5 * sentence], dim=-1)
        sentence = both @ head.weight.T + head.bias / n
    return tokens, _shares(tokens, n), _parts(sentence, tokens["whole"])


def compose_motion(
    model: Pyramid, images: Tensor, lengths: Tensor, present: Tensor | None = None
) -> Composed:
    """One motion image (1, W * 16, parts, channels); patches are in the order of its joint tokens.

    ``present``: (1, W * parts) bool, the patches that were seen of a person lifted from a video, whose tower it
    then is; None for a motion.
    """
    patches, heads, _ = states_of(model, images, lengths, present)
    tokens = model.motion_stages(patches, heads)
    n = int(patches.exists[0].sum())
    if "whole" not in model.stage_weights:
        return tokens, _shares(tokens, n), images.new_zeros(n, 0)
    head = _linear(heads["whole"])
    rows = (patches.states[0, patches.exists[0]] @ head.weight.T + head.bias) / n
    return tokens, _shares(tokens, n), _parts(rows, tokens["whole"])
