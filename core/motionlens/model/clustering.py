"""Density-peak clustering of tokens (Rodriguez and Laio, Science 2014; k-nearest-neighbour form of Du et al. 2016)."""

from __future__ import annotations

import torch
from torch import Tensor

_NEIGHBOURS = 5


def segment_count(tokens: Tensor, ratio: float) -> Tensor:
    """(B,) clusters for (B,) tokens: ratio times the tokens, rounded up, at least one.

    >>> segment_count(torch.tensor([1, 4, 196]), 0.25).tolist()
    [1, 1, 49]
    """
    return torch.ceil(tokens * ratio).long().clamp(min=1)


@torch.no_grad()
def density_peaks(x: Tensor, exists: Tensor, clusters: Tensor) -> Tensor:
    """Which cluster each token goes to.

    A token's density is exp(-mean squared distance to its k nearest); its separation is the distance to
    the nearest denser token. The tokens with the largest product are the centres, every other token goes
    to the nearest centre.

    Args:
        x: (B, N, c) features. exists: (B, N) bool. clusters: (B,) how many clusters each item gets.

    Returns:
        (B, N) int64 cluster numbers, 0 to clusters - 1, -1 on padding.

    >>> x = torch.tensor([[[0.0], [0.1], [5.0], [5.1], [5.2], [9.0]]])
    >>> found = density_peaks(x, torch.tensor([[True] * 5 + [False]]), torch.tensor([2]))[0].tolist()
    >>> found[0] == found[1] != found[2] == found[3] == found[4], found[5]
    (True, -1)
    """
    b, n, c = x.shape
    squared = torch.cdist(x.float(), x.float()).square() / c
    both = exists[:, :, None] & exists[:, None, :]
    squared = squared.masked_fill(~both, torch.inf)
    # tokens with fewer neighbours than k average over those they have (itself, at distance 0, included)
    nearest = squared.topk(min(_NEIGHBOURS + 1, n), dim=-1, largest=False).values
    near = torch.isfinite(nearest)
    mean = nearest.masked_fill(~near, 0).sum(-1) / near.sum(-1).clamp(min=1)
    density = torch.exp(-mean)
    # equal densities are put in order by position, so that exactly one token of a tie is the denser
    density = density + torch.arange(n, 0, -1, device=x.device) * 1e-7
    density = density.masked_fill(~exists, -1.0)
    denser = density[:, None, :] > density[:, :, None]
    separation = squared.masked_fill(~denser, torch.inf).amin(-1)
    largest = squared.masked_fill(~both, 0).amax((-1, -2))
    separation = torch.where(torch.isfinite(separation), separation, (largest + 1)[:, None])
    peak = (density * separation).masked_fill(~exists, -torch.inf)
    most = int(clusters.max())
    centres = peak.topk(most, dim=-1).indices
    unused = torch.arange(most, device=x.device) >= clusters[:, None]
    to_centre = squared.gather(2, centres[:, None].expand(b, n, most))
    to_centre = to_centre.masked_fill(unused[:, None], torch.inf)
    members = to_centre.argmin(-1)
    # a centre belongs to itself even where another centre is at the same place
    own = torch.arange(most, device=x.device).expand(b, most)
    place = torch.where(unused, n, centres)
    members = torch.cat([members, members.new_zeros(b, 1)], dim=1).scatter(1, place, own)[:, :n]
    return members.masked_fill(~exists, -1)


def pool_members(x: Tensor, weights: Tensor, members: Tensor, clusters: int) -> tuple[Tensor, Tensor]:
    """Weighted mean of each cluster's tokens.

    Args:
        x: (B, N, c). weights: (B, N) positive. members: (B, N) from ``density_peaks``. clusters: K.

    Returns:
        (B, K, c) and (B, K) summed weights, 0 where an item has fewer clusters.

    >>> x, w = torch.tensor([[[1.0], [3.0], [7.0]]]), torch.tensor([[1.0, 3.0, 2.0]])
    >>> [v.tolist() for v in pool_members(x, w, torch.tensor([[0, 0, 1]]), 2)]
    [[[[2.5], [7.0]]], [[4.0, 2.0]]]
    """
    share = torch.nn.functional.one_hot(members.clamp(min=0), clusters).to(x.dtype)
    share = share * (weights * (members >= 0))[..., None]
    total = share.sum(1)
    pooled = torch.einsum("bnk,bnc->bkc", share, x) / total.clamp(min=1e-9)[..., None]
    return pooled, total
