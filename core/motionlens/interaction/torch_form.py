"""The closed form and the sampled estimate in torch: batched, masked, differentiable almost everywhere."""

from __future__ import annotations

import torch
from torch import Tensor

from .shapley_taylor import FLOOR


def shapley_taylor_rows(
    similarity: Tensor,
    weights: Tensor,
    *,
    floor: float = FLOOR,
    text_exists: Tensor | None = None,
    motion_exists: Tensor | None = None,
) -> Tensor:
    """``shapley_taylor.shapley_taylor_rows`` with gradients to similarity and weights.

    At ties the gradient is that of one of the orders (a subgradient). Padding gets none.

    Args:
        similarity: (..., N, M). weights: (..., N).
        floor: value of a word without motion tokens.
        text_exists: (..., N) bool. motion_exists: (..., M) bool; None = all exist.

    Returns:
        (..., N, M), 0 on padding, of the dtype of ``similarity``.

    >>> shapley_taylor_rows(torch.tensor([[0.2, 0.8]]), torch.ones(1), floor=-0.1)
    tensor([[0.2000, 0.8000]])
    """
    absent = torch.zeros_like(similarity, dtype=torch.bool)
    if motion_exists is not None:
        absent = absent | ~motion_exists.unsqueeze(-2)
    ranked, order = similarity.masked_fill(absent, -torch.inf).sort(dim=-1, descending=True, stable=True)
    ranked = ranked.masked_fill(absent.gather(-1, order), floor)
    below = torch.cat([ranked[..., 1:], torch.full_like(ranked[..., :1], floor)], -1)
    ranks = torch.arange(2, similarity.shape[-1] + 2, device=similarity.device, dtype=similarity.dtype)
    steps = (ranked - below) * (2 / ranks)
    phi = torch.zeros_like(steps).scatter(-1, order, steps.flip(-1).cumsum(-1).flip(-1))
    if text_exists is not None:
        absent = absent | ~text_exists.unsqueeze(-1)
    return (phi * weights.unsqueeze(-1)).masked_fill(absent, 0.0)


def shapley_taylor_two_way(
    similarity: Tensor,
    text_weights: Tensor,
    motion_weights: Tensor,
    *,
    floor: float = FLOOR,
    text_exists: Tensor | None = None,
    motion_exists: Tensor | None = None,
) -> Tensor:
    """``shapley_taylor.shapley_taylor_two_way`` with gradients.

    Args:
        similarity: (..., N, M). text_weights: (..., N). motion_weights: (..., M).
        floor, text_exists, motion_exists: as for one way.

    Returns:
        (..., N, M), 0 on padding.

    >>> shapley_taylor_two_way(torch.tensor([[0.4]]), torch.tensor([0.5]), torch.tensor([1.0]))
    tensor([[1.0500]])
    """
    rows = shapley_taylor_rows(
        similarity, text_weights, floor=floor, text_exists=text_exists, motion_exists=motion_exists
    )
    columns = shapley_taylor_rows(
        similarity.transpose(-1, -2),
        motion_weights,
        floor=floor,
        text_exists=motion_exists,
        motion_exists=text_exists,
    )
    return (rows + columns.transpose(-1, -2)) / 2


def sampled_rows(
    similarity: Tensor,
    weights: Tensor,
    samples: int,
    *,
    generator: torch.Generator | None = None,
    floor: float = FLOOR,
    text_exists: Tensor | None = None,
    motion_exists: Tensor | None = None,
) -> Tensor:
    """Unbiased estimate of ``shapley_taylor_rows`` from random orders of the players.

    Args:
        similarity: (B, N, M). weights: (B, N).
        samples: number of random orders an item, at least 1.
        generator: on the device of ``similarity``; None = torch's own.
        floor, text_exists, motion_exists: as for the closed form.

    Returns:
        (B, N, M), 0 on padding, without gradient: it is a teacher.

    >>> sampled_rows(torch.tensor([[[0.4]]]), torch.tensor([[0.5]]), 1)
    tensor([[[0.7000]]])
    """
    return _sampled(similarity, weights, None, samples, generator, floor, text_exists, motion_exists)


def sampled_two_way(
    similarity: Tensor,
    text_weights: Tensor,
    motion_weights: Tensor,
    samples: int,
    *,
    generator: torch.Generator | None = None,
    floor: float = FLOOR,
    text_exists: Tensor | None = None,
    motion_exists: Tensor | None = None,
) -> Tensor:
    """Unbiased estimate of ``shapley_taylor_two_way``; each order serves both ways. (B, N, M)."""
    return _sampled(
        similarity, text_weights, motion_weights, samples, generator, floor, text_exists, motion_exists
    )


@torch.no_grad()
def _sampled(
    similarity: Tensor,
    text_weights: Tensor,
    motion_weights: Tensor | None,
    samples: int,
    generator: torch.Generator | None,
    floor: float,
    text_exists: Tensor | None,
    motion_exists: Tensor | None,
) -> Tensor:
    if samples < 1:
        raise ValueError("samples must be 1 or more.")
    batch, words, tokens = similarity.shape
    device = similarity.device
    text_exists = torch.ones(batch, words, device=device).bool() if text_exists is None else text_exists
    motion_exists = (
        torch.ones(batch, tokens, device=device).bool() if motion_exists is None else motion_exists
    )
    present = text_exists[:, :, None] & motion_exists[:, None, :]
    similarity = similarity.masked_fill(~present, 0.0)
    flipped = similarity.transpose(1, 2)
    rows, columns = torch.zeros_like(similarity), torch.zeros_like(flipped)
    for _ in range(samples):  # a loop: a batch of maps is large enough for one order at a time
        # Independent uniform arrival times are a random order; padding never arrives. Doubles: ties
        # of single precision would put a player before itself.
        times = torch.rand(batch, words + tokens, generator=generator, device=device, dtype=torch.float64)
        text = times[:, :words].masked_fill(~text_exists, 2.0)
        motion = times[:, words:].masked_fill(~motion_exists, 2.0)
        rows += _gains(similarity, text, motion, floor)
        if motion_weights is not None:
            columns += _gains(flipped, motion, text, floor)
    phi = text_weights[:, :, None] * rows
    if motion_weights is not None:
        phi = (phi + (motion_weights[:, :, None] * columns).transpose(1, 2)) / 2
    return (phi / samples).masked_fill(~present, 0.0)


def _gains(similarity: Tensor, own: Tensor, other: Tensor, floor: float) -> Tensor:
    """What j adds to row i's maximum over the tokens before both, for one order an item; (B, N, M)."""
    arrived, order = other.sort(-1)
    order = order[:, None, :].expand_as(similarity)
    values = similarity.gather(-1, order)
    first = torch.full_like(values[..., :1], floor)
    before = torch.cat([first, values.cummax(-1).values[..., :-1]], -1)
    # Tokens before both: those before j where j comes before i, else those before i.
    count = torch.searchsorted(arrived, own.contiguous())[..., None]
    reach = torch.arange(values.shape[-1], device=values.device).minimum(count)
    gain = values - before.gather(-1, reach)
    gain = torch.where(reach == 0, gain, gain.clamp(min=0))
    return torch.empty_like(gain).scatter(-1, order, gain)
