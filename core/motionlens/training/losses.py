"""Losses of the retrieval models, as pure functions; each with an example that one can check by hand."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

_NEVER = -1e4


def info_nce(scores: Tensor, tau: float | Tensor, ignore: Tensor | None = None) -> Tensor:
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
        logits = logits.masked_fill(ignore, _NEVER)
    target = torch.arange(len(scores), device=scores.device)
    rows = F.cross_entropy(logits, target)
    columns = F.cross_entropy(logits.T, target)
    return (rows + columns) / 2


def soft_targets(sentence: Tensor, epsilon: float, apart: Tensor | None = None) -> Tensor:
    """LAVIMO's targets (CVPR 2024): the frozen sentence cosine where it is at least epsilon, else 0.

    The frozen cosine takes "left" and "right" for nearly the same word; ``apart`` names the pairs that
    such words tell apart, and their target is 0 whatever the cosine.

    Args:
        sentence: (B, d) unit sentence embeddings of the frozen encoder.
        epsilon: threshold of the cosine; above 1 only the diagonal stays.
        apart: (B, B) bool, pairs that stay negatives.

    Returns:
        (B, B) in [0, 1], 1 on the diagonal; not normalised.

    >>> soft_targets(torch.tensor([[1.0, 0.0], [0.8, 0.6], [0.0, 1.0]]), 0.7)
    tensor([[1.0000, 0.8000, 0.0000],
            [0.8000, 1.0000, 0.0000],
            [0.0000, 0.0000, 1.0000]])
    """
    cosine = sentence.float() @ sentence.float().T
    out = torch.where(cosine >= epsilon, cosine.clamp(0, 1), torch.zeros_like(cosine))
    if apart is not None:
        out = out.masked_fill(apart, 0.0)
    return out.fill_diagonal_(1.0)


def soft_alignment(scores: Tensor, targets: Tensor, tau: float | Tensor) -> Tensor:
    """KL(target || softmax(scores / tau)), the mean over texts (rows) and over motions (columns).

    LAVIMO writes the two the other way round, KL(softmax || target), which is infinite wherever a
    target is 0; this direction is finite, has the same minimum, and is InfoNCE where the targets are
    the diagonal alone.

    Args:
        scores: (B, B); row = text, column = motion.
        targets: (B, B) not negative, positive on the diagonal; normalised here along rows and columns.
        tau: temperature.

    >>> round(float(soft_alignment(torch.eye(2), torch.eye(2), 1.0)), 4)  # = InfoNCE
    0.3133
    >>> both = torch.tensor([[1.0, 1.0], [1.0, 1.0]])
    >>> abs(round(float(soft_alignment(both, both, 1.0)), 4))  # scores alike for targets alike
    0.0
    """

    def one_way(logits: Tensor, target: Tensor) -> Tensor:
        share = target / target.sum(1, keepdim=True)
        return F.kl_div(logits.log_softmax(1), share, reduction="batchmean")

    logits = scores / tau
    return (one_way(logits, targets) + one_way(logits.T, targets.T)) / 2


def negative_filter(sentence: Tensor, threshold: float) -> Tensor:
    """Pairs that TMR (Petrovich et al., ICCV 2023) drops from the negatives: sentence cosine > threshold.

    Args:
        sentence: (B, d) unit sentence embeddings of the frozen encoder.
        threshold: TMR's is 0.6 on its own embeddings scaled as here; 1 drops none.

    Returns:
        (B, B) bool, False on the diagonal; for ``info_nce``'s ``ignore``.

    >>> negative_filter(torch.tensor([[1.0, 0.0], [0.8, 0.6], [0.0, 1.0]]), 0.6).int().tolist()
    [[0, 1, 0], [1, 0, 0], [0, 0, 0]]
    """
    return (sentence.float() @ sentence.float().T > threshold + 1e-6).fill_diagonal_(False)


def masked_reconstruction(prediction: Tensor, target: Tensor, masked: Tensor, robust: bool = True) -> Tensor:
    """Mean error of the values of masked patches; 0 where none is masked.

    Args:
        prediction, target: (B, N, d) values of N patches.
        masked: (B, N) bool, the patches that the model did not see. Never a padding patch.
        robust: smooth L1 (quadratic below 1, linear above) in place of the squared error.

    >>> seen = torch.tensor([[True, False]])
    >>> float(masked_reconstruction(torch.zeros(1, 2, 1), torch.tensor([[[3.0], [9.0]]]), seen))
    2.5
    >>> float(masked_reconstruction(torch.zeros(1, 2, 1), torch.tensor([[[3.0], [9.0]]]), seen, False))
    9.0
    """
    if robust:
        error = F.smooth_l1_loss(prediction, target, reduction="none").mean(-1)
    else:
        error = F.mse_loss(prediction, target, reduction="none").mean(-1)
    return (error * masked).sum() / masked.sum().clamp(min=1)


def masked_language_model(logits: Tensor, tokens: Tensor, masked: Tensor) -> Tensor:
    """Cross-entropy of the words at the masked positions (Devlin et al. 2019); 0 where none is masked.

    Args:
        logits: (B, N, V). tokens: (B, N) int64, the true words. masked: (B, N) bool.

    >>> logits = torch.tensor([[[0.0, 0.0], [9.0, 0.0]]])
    >>> round(float(masked_language_model(logits, torch.zeros(1, 2).long(), torch.tensor([[True, False]]))), 4)
    0.6931
    """
    error = F.cross_entropy(logits.flatten(0, 1), tokens.flatten(), reduction="none")
    chosen = masked.flatten()
    return (error * chosen).sum() / chosen.sum().clamp(min=1)
