"""The losses of the pyramid model, each times its weight in the configuration."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from ..interaction.distill import row_column_kl, segment_to_joint_kl, spread
from ..interaction.torch_form import (
    sampled_rows,
    sampled_two_way,
    shapley_taylor_rows,
    shapley_taylor_two_way,
)
from ..skeleton import N_PARTS
from ..training.losses import info_nce, masked_reconstruction, negative_filter, soft_alignment, soft_targets
from .contract import Batch
from .motion_tower import PatchStates
from .pyramid_config import PyramidConfig
from .stages import StageTokens, Tokens, stage_scores

if TYPE_CHECKING:
    from .pyramid import Pyramid


class Estimation(nn.Module):
    """The estimation head: guesses an interaction from the two tokens alone."""

    def __init__(self, dim: int, hidden: int = 32) -> None:
        super().__init__()
        self.text, self.motion = nn.Linear(dim, hidden), nn.Linear(dim, hidden)
        self.scale = nn.Parameter(torch.tensor(5.0))

    def forward(self, text: Tensor, motion: Tensor) -> Tensor:
        """(B, N, d) and (B, M, d) -> (B, N, M) logits."""
        return self.scale * torch.einsum("bnh,bmh->bnm", self.text(text).tanh(), self.motion(motion).tanh())


def interactions(text: StageTokens, motion: StageTokens, config: PyramidConfig, exact: bool = True) -> Tensor:
    """Shapley-Taylor interactions of each right pair at one stage: (B, N, M), from the closed form or sampled."""
    similarity = torch.einsum("bnd,bmd->bnm", text.vectors, motion.vectors)
    masks: dict[str, Any] = {"text_exists": text.exists, "motion_exists": motion.exists}
    if exact and config.two_way:
        return shapley_taylor_two_way(similarity, text.weights, motion.weights, **masks)
    if exact:
        return shapley_taylor_rows(similarity, text.weights, **masks)
    n = config.shapley_samples
    if config.two_way:
        return sampled_two_way(similarity, text.weights, motion.weights, n, **masks)
    return sampled_rows(similarity, text.weights, n, **masks)


def contrast(scores: Tensor, tau: float, batch: Batch, ignore: Tensor, config: PyramidConfig) -> Tensor:
    """InfoNCE, or LAVIMO's soft targets where they are on."""
    if config.soft_targets == "off":
        return info_nce(scores, tau, ignore)
    # A caption with other contrast words or recipe is a true negative though its sentence is near:
    # ``batch.apart`` names such pairs, mirrored twins among them.
    targets = soft_targets(batch.text.sentence, config.soft_epsilon, batch.apart)
    return soft_alignment(scores, targets, tau)


def ignored(batch: Batch, config: PyramidConfig) -> Tensor:
    """(B, B) pairs that are no negatives: known ones, and TMR's filter where it is on."""
    if not config.negative_filter:
        return batch.ignore
    near = negative_filter(batch.text.sentence, config.negative_filter)
    return batch.ignore | (near if batch.apart is None else near & ~batch.apart)


def contrastive_losses(model: Pyramid, text: Tokens, motion: Tokens, batch: Batch) -> dict[str, Tensor]:
    """One contrastive loss a stage, and one on the sum of all stages."""
    c = model.config
    ignore = ignored(batch, c)
    out: dict[str, Tensor] = {}
    scores = {s: stage_scores(text[s], motion[s], c.two_way) for s in model.stage_weights}
    weights = {"joint": c.joint_loss, "segment": c.segment_loss, "whole": c.whole_loss}
    for stage, values in scores.items():
        if weights[stage]:
            tau = c.whole_tau if stage == "whole" else c.tau
            out[stage] = weights[stage] * contrast(values, tau, batch, ignore, c)
    if c.total_loss:
        total = torch.stack([w * scores[s] for s, w in model.stage_weights.items()]).sum(0)
        total = total / sum(model.stage_weights.values())
        out["total"] = c.total_loss * contrast(total, c.tau, batch, ignore, c)
    return out


def distillation_losses(model: Pyramid, text: Tokens, motion: Tokens) -> dict[str, Tensor]:
    """The estimation heads taught by the interactions, and the joint stage's interactions by the segment stage's."""
    c, out = model.config, {}
    exact = c.shapley_teacher == "exact"
    if c.shapley:
        for stage, head in model.estimation.items():
            t, m = text[stage], motion[stage]
            teacher = interactions(t, m, c, exact).detach()
            guess = head(t.vectors, m.vectors)
            # Interactions shrink as tokens grow in number: a fixed temperature would leave them uniform.
            temperature = spread(teacher, t.exists, m.exists)
            loss = row_column_kl(teacher, guess, t.exists, m.exists, temperature)
            out[f"shapley_{stage}"] = c.shapley * loss
    if c.segment_to_joint and {"joint", "segment"} <= set(model.stage_weights):
        words, patches = text["segment"].members, motion["segment"].members
        assert words is not None and patches is not None
        teacher = interactions(text["segment"], motion["segment"], c, exact).detach()
        student = interactions(text["joint"], motion["joint"], c)  # the closed form: gradients go through it
        temperature = spread(teacher, text["segment"].exists, motion["segment"].exists)
        out["segment_to_joint"] = c.segment_to_joint * segment_to_joint_kl(
            teacher, student, words, patches, temperature
        )
    return out


def grounding_loss(
    text: StageTokens, motion: StageTokens, grounded: Tensor, states: Sequence[PatchStates], tau: float
) -> Tensor:
    """Of each word whose patches are known, minus the log of the share that these have of its similarities.

    For word i of a pair with the patches G_i: -log sum over j in G_i of softmax_j(s_ij / tau). Own addition:
    synthesised captions tell which joints and seconds a word means, so the best patch of a word can be taught
    to be one of its own. Words none of whose patches a training step sees do not count.

    Args:
        text, motion: the joint stage's tokens of B pairs.
        grounded: (B, N, cells) bool. states: the motions in chunks, for the cell of each token.
    """
    first, total, words = 0, text.vectors.new_zeros(()), 0
    for chunk in states:
        n, m = chunk.place.shape
        own = slice(first, first + n)
        first += n
        similarity = text.vectors[own] @ motion.vectors[own, :m].transpose(1, 2) / tau
        logits = similarity.masked_fill(~chunk.exists[:, None], -torch.inf)
        place = chunk.place[:, None].expand(-1, similarity.shape[1], -1)
        inside = grounded[own].gather(2, place) & chunk.exists[:, None]
        counts = inside.any(-1) & ~(inside == chunk.exists[:, None]).all(-1)
        if counts.any():
            right = logits.masked_fill(~inside, -torch.inf)[counts].logsumexp(-1)
            total = total + (logits[counts].logsumexp(-1) - right).sum()
            words += int(counts.sum())
    return total / max(words, 1)


def reconstruction_loss(states: Sequence[PatchStates]) -> Tensor:
    """Mean error of the masked patches of all chunks."""
    losses = [
        masked_reconstruction(s.rebuilt, s.target, s.masked & s.exists)
        for s in states
        if s.rebuilt is not None and s.target is not None and s.masked is not None
    ]
    return torch.stack(losses).mean()


def pyramid_losses(
    model: Pyramid, text: Tokens, motion: Tokens, batch: Batch, states: Sequence[PatchStates]
) -> dict[str, Tensor]:
    """All losses of a batch of pairs by name."""
    out = contrastive_losses(model, text, motion, batch)
    out |= distillation_losses(model, text, motion)
    if model.config.grounding and batch.grounded is not None and _grounds(model):
        tau = model.config.tau
        loss = grounding_loss(text["joint"], motion["joint"], batch.grounded, states, tau)
        out["grounding"] = model.config.grounding * loss
    if model.config.reconstruction:
        out["reconstruction"] = model.config.reconstruction * reconstruction_loss(states)
    return out


def _grounds(model: Pyramid) -> bool:
    """Whether its joint tokens are the frozen encoder's word pieces and our body parts."""
    own_words = model.text_encoder is None
    return "joint" in model.stage_weights and own_words and model.motion.parts == N_PARTS
