"""Where in its text or motion a token is, as features: what order and duration are read from."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

FEATURES = 7


def time_features(at: Tensor, length: Tensor) -> Tensor:
    """Features of a place between beginning (0) and end (1).

    Args:
        at: (...) in [0, 1]. length: (...) tokens or windows of the whole, >= 1.

    Returns:
        (..., 7): ``at`` from -1 to 1, sine and cosine of half a turn, one and two turns, the length's logarithm.

    >>> time_features(torch.tensor(0.5), torch.tensor(1.0)).round().abs().tolist()  # in between
    [0.0, 1.0, 0.0, 0.0, 1.0, 1.0, 0.0]
    """
    turn = math.pi * at
    waves = [turn.sin(), turn.cos(), (2 * turn).sin(), (2 * turn).cos(), (4 * turn).cos()]
    return torch.stack([2 * at - 1, *waves, length.log() / 2], dim=-1)


class When(nn.Module):
    """Adds the features to states before and after a transformer.

    Before, so that attention can compare places; after, so that a token's vector holds them without a detour:
    "then" and the second half of a motion can meet in one step of training.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.inward, self.outward = nn.Linear(FEATURES, width), nn.Linear(FEATURES, width)

    def before(self, x: Tensor, features: Tensor) -> Tensor:
        """(..., width) and (..., 7) -> (..., width)."""
        return x + self.inward(features)

    def after(self, x: Tensor, features: Tensor) -> Tensor:
        """(..., width) and (..., 7) -> (..., width)."""
        return x + self.outward(features)


def places(exists: Tensor) -> Tensor:
    """(B, N) bool, the first n of each row True -> (B, N, 7) features of their places.

    >>> places(torch.tensor([[True, True, True, False]]))[0, :3, 0].tolist()
    [-1.0, 0.0, 1.0]
    """
    length = exists.sum(1, keepdim=True).clamp(min=1).to(torch.float32)
    at = torch.arange(exists.shape[1], device=exists.device) / (length - 1).clamp(min=1)
    return time_features(at.clamp(max=1), length.expand_as(at))
