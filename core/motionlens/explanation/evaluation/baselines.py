"""Other ways to say which patches matter, which Shapley-Taylor interactions are compared with.

All give maps (N words, 14 body parts, W windows) and one (14, W) of the whole query.

- *Shapley-Taylor*: the explanation itself; the whole query is the sum over words.
- *similarity*: cosines of word and patch at the joint stage, of a word's pieces the largest; the whole
  query is the sum over word pieces, each times its weight in the score.
- *attention rollout* (Abnar and Zuidema, ACL 2020) through the motion transformer: knows no text, so the
  same for every word.
- *gradient x input*: the derivative of what a word adds to the score by a patch's embedding, times the
  embedding, summed with its sign; the whole query is the sum over words, which is that of the score.
- *random*: numbers between 0 and 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from .. import Explanation, explain
from .measures import rollout
from .probe import Probe, Query, flat, grid

METHODS: tuple[str, ...] = (
    "Shapley-Taylor",
    "similarity",
    "attention rollout",
    "gradient x input",
    "random",
)
"""Names of the methods, ours first."""


@dataclass(frozen=True, eq=False)
class Attribution:
    """One method's answer for one query and motion.

    Attributes:
        words: (N, 14, W). query: (14, W). additive: whether parts of a map are put together by summing
            (else by their maximum, as cosines are).
    """

    words: np.ndarray
    query: np.ndarray
    additive: bool = True


def attributions(
    probe: Probe, text: str, clip: np.ndarray, rng: np.random.Generator, methods: Sequence[str] = METHODS
) -> tuple[Explanation, dict[str, Attribution]]:
    """The explanation, and what some of the methods say.

    Args:
        clip: (T, 22, 3). rng: of the random one. methods: some of ``METHODS``.
    """
    explanation = explain(probe.encoder, text, clip)
    query, image = probe.query(text), probe.image(clip)
    shape = explanation.interaction.shape
    out: dict[str, Attribution] = {}
    for method in methods:
        if method == "Shapley-Taylor":
            found = Attribution(explanation.interaction, explanation.interaction.sum(axis=0))
        elif method == "similarity":
            found = Attribution(explanation.similarity, weighted_similarity(probe, query, image), False)
        elif method == "attention rollout":
            flow = attention_rollout(probe, image)
            found = Attribution(np.broadcast_to(flow, shape), flow)
        elif method == "gradient x input":
            words = gradient_input(probe, query, image)
            found = Attribution(words, words.sum(axis=0))
        else:
            found = Attribution(rng.random(shape), rng.random(shape[1:]))
        out[method] = found
    return explanation, out


@torch.inference_mode()
def weighted_similarity(probe: Probe, query: Query, image: tuple[Tensor, Tensor]) -> np.ndarray:
    """(14, W) sum over word pieces of weight times cosine, at the joint stage."""
    similarity, weights = probe.similarities(query, probe.encode(*image))["joint"]
    return grid((weights @ similarity[0]).double().cpu().numpy())


@torch.no_grad()
def attention_rollout(probe: Probe, image: tuple[Tensor, Tensor]) -> np.ndarray:
    """(14, W) shares of the motion transformer's outputs, averaged over heads and outputs."""
    layers = probe.model.motion.trunk.layers
    inputs: list[Tensor] = []
    handles = [
        layer.register_forward_pre_hook(lambda _, args: inputs.append(args[0].detach())) for layer in layers
    ]
    try:
        probe.model.motion(*image)
    finally:
        for handle in handles:
            handle.remove()
    attention = [_attention(layer, x) for layer, x in zip(layers, inputs, strict=True)]
    return grid(rollout(attention))


def _attention(layer: nn.Module, x: Tensor) -> np.ndarray:
    """(n, n) of one pre-norm layer and one item, averaged over heads."""
    seen: Any = layer.norm1(x)  # type: ignore[operator]
    weights = layer.self_attn(seen, seen, seen, need_weights=True)[1]  # type: ignore[operator]
    out: np.ndarray = weights[0].double().cpu().numpy()
    return out


def gradient_input(probe: Probe, query: Query, image: tuple[Tensor, Tensor]) -> np.ndarray:
    """(N, 14, W) gradient x input of what each word adds to the score, one copy of the motion a word."""
    seen: list[Tensor] = []

    def catch(_module: nn.Module, _args: Any, output: Tensor) -> Tensor:
        seen.append(output.detach().requires_grad_())
        return seen[0]

    with torch.enable_grad():
        handle = probe.model.motion.embed.register_forward_hook(catch)
        try:
            images, lengths = (v.expand(query.n, *v.shape[1:]) for v in image)
            tokens = probe.encode(images, lengths)
        finally:
            handle.remove()
        torch.diagonal(_contributions(probe, query, tokens)).sum().backward()
    gradient = seen[0].grad
    if gradient is None:
        raise RuntimeError("no gradient reached the patches")
    found = (gradient * seen[0].detach()).sum(-1).double().cpu().numpy()  # (N, W, 14)
    probe.model.zero_grad(set_to_none=True)
    return np.swapaxes(found, 1, 2)


def _contributions(probe: Probe, query: Query, tokens: Any) -> Tensor:
    """(B, N) what each word adds to the score with each motion (``Explanation.word_contribution``)."""
    belongs = torch.nn.functional.one_hot(torch.from_numpy(query.words), query.n).float().to(probe.device)
    pieces = torch.zeros(1, len(query.words), device=probe.device)
    for stage, (similarity, weights) in probe.similarities(query, tokens).items():
        if stage == "joint":
            pieces = pieces + similarity.amax(-1) * weights
        elif stage == "segment":
            shares = torch.from_numpy(query.composition.shares).to(probe.device)
            pieces = pieces + (similarity.amax(-1) * weights) @ shares
        else:
            parts = torch.from_numpy(query.composition.parts).to(probe.device)
            pieces = pieces + weights[0] * tokens[stage].vectors[:, 0] @ parts.T
    return pieces @ belongs


def ranking(attribution: Attribution) -> np.ndarray:
    """(W * 14,) of the whole query, window-major: what patches are taken away by."""
    return flat(attribution.query)
