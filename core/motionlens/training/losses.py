"""Symmetric InfoNCE over MaxSim scores, with false negatives left out."""

from __future__ import annotations

import torch
from torch import Tensor


def info_nce(scores: Tensor, tau: float, ignore: Tensor | None = None) -> Tensor:
    """Symmetric InfoNCE (van den Oord et al. 2018) of a square score matrix whose diagonal is right.

    Args:
        scores: (B, B); row = text, column = motion.
        tau: temperature.
        ignore: (B, B) bool, pairs that are no negatives.

    >>> round(float(info_nce(torch.eye(2), 1.0)), 4)  # log(1 + 1/e)
    0.3133
    """
    logits = scores / tau
    if ignore is not None:
        logits = logits.masked_fill(ignore, -1e4)
    target = torch.arange(len(scores), device=scores.device)
    rows = torch.nn.functional.cross_entropy(logits, target)
    columns = torch.nn.functional.cross_entropy(logits.T, target)
    return (rows + columns) / 2
