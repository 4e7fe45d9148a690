"""What video adds to the pyramid's losses: alignment with text and motion, and LAVIMO's fusion and rebuilding.

After "Tri-Modal Motion Retrieval by Learning a Joint Embedding Space" (CVPR 2024), with late interaction in
the place of its global cosine.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from ..training.losses import masked_reconstruction
from .contract import Batch
from .motion_tower import PatchStates
from .pyramid_losses import contrast, ignored
from .stages import StageTokens, Tokens, stage_scores

if TYPE_CHECKING:
    from .pyramid import Pyramid


def alike(tokens: StageTokens) -> StageTokens:
    """The same tokens, all counting alike, as a motion's do when it is the query.

    >>> t = StageTokens(torch.eye(2)[None], torch.tensor([[0.9, 0.1]]), torch.ones(1, 2, dtype=torch.bool))
    >>> alike(t).weights
    tensor([[0.5000, 0.5000]])
    """
    there = tokens.exists.to(tokens.vectors.dtype)
    return tokens._replace(weights=there / there.sum(1, keepdim=True).clamp(min=1))


def patch_loss(
    video: StageTokens,
    motion: StageTokens,
    video_states: Sequence[PatchStates],
    states: Sequence[PatchStates],
    aligned: Sequence[Tensor],
) -> Tensor:
    """1 - cosine of each known patch of a video and the same patch of its motion, the mean over patches.

    Args:
        video, motion: the joint stage's tokens of B pairs. video_states, states: their chunks, for places.
        aligned: of each chunk (B_i,) bool, items whose patches have the same places as their motion's.
    """
    first, total, count = 0, video.vectors.new_zeros(()), 0
    for seen, chunk, usable in zip(video_states, states, aligned, strict=True):
        n, m = chunk.place.shape
        own = slice(first, first + n)
        first += n
        grid = motion.vectors.new_zeros(n, max(chunk.cells, seen.cells), motion.vectors.shape[-1])
        held = chunk.exists.new_zeros(grid.shape[:2])
        vectors = motion.vectors[own, :m].detach()
        grid.scatter_(1, chunk.place[..., None].expand_as(vectors), vectors * chunk.exists[..., None])
        held.scatter_(1, chunk.place, chunk.exists)
        same = grid.gather(1, seen.place[..., None].expand(-1, -1, grid.shape[-1]))
        both = seen.exists & held.gather(1, seen.place) & usable[:, None]
        cosine = (video.vectors[own, : seen.place.shape[1]] * same).sum(-1)
        total = total + ((1 - cosine) * both).sum()
        count += int(both.sum())
    return total / max(count, 1)


class Rebuild(nn.Module):
    """The motion rebuilt from Att(m, m) + Att(m, t) + Att(m, v), or from Att(m, m) alone."""

    def __init__(self, width: int, text_width: int, size: int, heads: int, fusion: bool) -> None:
        super().__init__()
        widths = [width, text_width, width] if fusion else [width]
        self.ask = nn.ModuleList(
            nn.MultiheadAttention(width, heads, batch_first=True, kdim=w, vdim=w) for w in widths
        )
        self.decode = nn.Sequential(
            nn.LayerNorm(width), nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, size)
        )

    def forward(self, motion: PatchStates, others: Sequence[tuple[Tensor, Tensor]]) -> Tensor:
        """(B, M, size) predicted patches; ``others``: (states, exists) of text and of video."""
        told = [(motion.states, motion.exists), *others][: len(self.ask)]
        fused = torch.stack(
            [
                ask(motion.states, x, x, key_padding_mask=~there, need_weights=False)[0]
                for ask, (x, there) in zip(self.ask, told, strict=True)
            ]
        ).sum(0)
        out: Tensor = self.decode(fused)
        return out


def _rebuild_loss(
    model: Pyramid, words: tuple[Tensor, Tensor], states: Sequence[PatchStates], seen: Sequence[PatchStates]
) -> Tensor:
    assert model.rebuild is not None
    first, losses = 0, []
    for motion, video in zip(states, seen, strict=True):
        own = slice(first, first + len(motion.states))
        first += len(motion.states)
        assert motion.target is not None
        made = model.rebuild(motion, [(words[0][own], words[1][own]), (video.states, video.exists)])
        losses.append(masked_reconstruction(made, motion.target, motion.exists))
    return torch.stack(losses).mean()


def video_losses(
    model: Pyramid,
    text: Tokens,
    motion: Tokens,
    video: Tokens,
    batch: Batch,
    words: tuple[Tensor, Tensor],
    states: Sequence[PatchStates],
    seen: Sequence[PatchStates],
) -> dict[str, Tensor]:
    """Losses by name, each times its weight.

    Args:
        text, motion, video: tokens of B triples. words: text states (B, N, width) and which exist.
        states, seen: patch states of motions and videos in chunks.
    """
    assert batch.video is not None
    c, out = model.config, {}
    ignore = ignored(batch, c)
    for stage in model.stage_weights:
        tau = c.whole_tau if stage == "whole" else c.tau
        if c.video_motion:
            forward = stage_scores(video[stage], motion[stage])
            backward = stage_scores(alike(motion[stage]), video[stage]).T
            loss = (contrast(forward, tau, batch, ignore, c) + contrast(backward, tau, batch, ignore, c)) / 2
            out[f"video_motion_{stage}"] = c.video_motion * loss
        if c.video_text:
            scores = stage_scores(text[stage], video[stage])
            out[f"video_text_{stage}"] = c.video_text * contrast(scores, tau, batch, ignore, c)
    if c.video_patch and "joint" in model.stage_weights:
        aligned = [chunk.aligned for chunk in batch.video]
        out["video_patch"] = c.video_patch * patch_loss(
            video["joint"], motion["joint"], seen, states, aligned
        )
    if c.rebuild:
        out["rebuild"] = c.rebuild * _rebuild_loss(model, words, states, seen)
    return out
