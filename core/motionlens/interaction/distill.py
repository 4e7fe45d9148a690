"""Losses by which a map of interactions teaches another: KL of its rows and of its columns.

Direction everywhere: KL(teacher || student), so the student is drawn to cover all that the teacher
points at. The teacher's side is detached here: no gradient ever reaches it. A row is a word's
distribution over the motion tokens, a column a motion token's over the words.
"""

from __future__ import annotations

import torch
from torch import Tensor


def row_column_kl(
    teacher: Tensor,
    estimate: Tensor,
    text_exists: Tensor,
    motion_exists: Tensor,
    temperature: float | Tensor,
    estimate_temperature: float | Tensor = 1.0,
) -> Tensor:
    """Mean KL(teacher || estimate) of the rows plus that of the columns.

    Args:
        teacher: (B, N, M) interactions; detached.
        estimate: (B, N, M) a head's output, read as logits.
        text_exists: (B, N) bool. motion_exists: (B, M) bool. What is not there is in no distribution,
            and gets no gradient.
        temperature: divides the teacher; a number, or (B, 1, 1). Interactions are small, and the smaller
            the more tokens there are (their standard deviation is about 0.002 at 16 words x 98 patches,
            0.02 at 4 x 24): well above that the distributions are all but uniform. ``spread`` gives it.
        estimate_temperature: divides the estimate; 1 leaves logits as they are. Give ``temperature``
            where the estimate has the teacher's units.

    Returns:
        Scalar, nats: mean over all rows of the batch plus mean over all its columns; 0 if there is none.

    Teacher row (1/4, 3/4) against (1/2, 1/2) is log 2 - 0.5623 = 0.1308; columns of one word are certain:

    >>> teacher = torch.tensor([[[1.0, 3.0]]]).log()
    >>> one, two = torch.ones(1, 1).bool(), torch.ones(1, 2).bool()
    >>> round(float(row_column_kl(teacher, torch.zeros(1, 1, 2), one, two, 1.0)), 4)
    0.1308
    """
    teacher = teacher.detach() / temperature
    estimate = estimate / estimate_temperature
    rows = _mean_kl(teacher, estimate, text_exists, motion_exists)
    columns = _mean_kl(teacher.transpose(1, 2), estimate.transpose(1, 2), motion_exists, text_exists)
    return rows + columns


def spread(phi: Tensor, text_exists: Tensor, motion_exists: Tensor) -> Tensor:
    """Standard deviation of each item's map over the cells that exist: a temperature that suits any stage.

    Args:
        phi: (B, N, M). text_exists: (B, N) bool. motion_exists: (B, M) bool.

    Returns:
        (B, 1, 1), detached, at least 1e-6.

    >>> spread(torch.tensor([[[1.0, 3.0, 9.0]]]), torch.ones(1, 1).bool(), torch.tensor([[True, True, False]]))
    tensor([[[1.]]])
    """
    there = text_exists[:, :, None] & motion_exists[:, None, :]
    count = there.sum((1, 2), keepdim=True).clamp(min=1)
    mean = phi.detach().masked_fill(~there, 0.0).sum((1, 2), keepdim=True) / count
    squares = (phi.detach() - mean).square().masked_fill(~there, 0.0)
    return (squares.sum((1, 2), keepdim=True) / count).sqrt().clamp(min=1e-6)


def _mean_kl(teacher: Tensor, student: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """Mean over the rows that exist of KL over the columns that exist; maps (B, R, C)."""
    out = ~columns[:, None, :]
    least = torch.finfo(student.dtype).min / 4  # finite, so that a row without columns gives no NaN
    p = teacher.to(student.dtype).masked_fill(out, least).log_softmax(-1)
    q = student.masked_fill(out, least).log_softmax(-1)
    divergence = (p.exp() * (p - q)).masked_fill(out, 0.0).sum(-1)
    counted = rows & columns.any(-1, keepdim=True)
    return divergence.masked_fill(~counted, 0.0).sum() / counted.sum().clamp(min=1)


def pool_cells(
    phi: Tensor,
    word_members: Tensor,
    patch_members: Tensor,
    words: int,
    tokens: int,
    pool: str = "mean",
) -> tuple[Tensor, Tensor, Tensor]:
    """A map of the joint stage gathered into the cells phrase x segment.

    Args:
        phi: (B, N1, M1).
        word_members: (B, N1) int64, the phrase of each word. patch_members: (B, M1) the segment of each
            patch (``StageTokens.members``); -1 on padding.
        words: N2. tokens: M2.
        pool: "mean" over a cell's members, or "sum".

    Returns:
        (B, N2, M2) the pooled map, 0 in cells without members; (B, N2) and (B, M2) bool: which phrases
        and segments have members.

    Raises:
        ValueError: ``pool`` is something else.

    >>> phi = torch.tensor([[[1.0, 3.0, 5.0]]])
    >>> pool_cells(phi, torch.tensor([[0]]), torch.tensor([[0, 0, 1]]), 1, 2)[0]
    tensor([[[2., 5.]]])
    """
    if pool not in ("mean", "sum"):
        raise ValueError(f'pool must be "mean" or "sum", not "{pool}".')
    rows = _membership(word_members, words, phi.dtype)
    columns = _membership(patch_members, tokens, phi.dtype)
    there = (word_members >= 0)[:, :, None] & (patch_members >= 0)[:, None, :]
    pooled = rows.transpose(1, 2) @ phi.masked_fill(~there, 0.0) @ columns
    row_sizes, column_sizes = rows.sum(1), columns.sum(1)
    if pool == "mean":
        pooled = pooled / (row_sizes[:, :, None] * column_sizes[:, None, :]).clamp(min=1)
    return pooled, row_sizes > 0, column_sizes > 0


def _membership(members: Tensor, groups: int, dtype: torch.dtype) -> Tensor:
    """(B, n) group indices, -1 = none -> (B, n, groups) of 0 and 1."""
    return (members[:, :, None] == torch.arange(groups, device=members.device)).to(dtype)


def segment_to_joint_kl(
    segment_phi: Tensor,
    joint_phi: Tensor,
    word_members: Tensor,
    patch_members: Tensor,
    temperature: float | Tensor = 0.01,
    pool: str = "mean",
) -> Tensor:
    """What the segment stage sees, taught to the joint stage: row and column KL over phrase x segment cells.

    Args:
        segment_phi: (B, N2, M2), the teacher; detached.
        joint_phi: (B, N1, M1), the student, pooled into the same cells; gradients reach it alone.
        word_members: (B, N1) int64 phrase of each word. patch_members: (B, M1) segment of each patch;
            -1 on padding. A phrase or segment without members is left out.
        temperature: divides both maps, as both are in units of the score; a number, or (B, 1, 1).
        pool: how a cell gathers its members. "mean" times the item's mean number of members a cell,
            which keeps the units (a phrase weighs as much as its words) but favours no cell for its
            size; "sum" does favour large cells.

    Returns:
        Scalar, nats.

    Two segments of two patches each: patches of half the interaction are the same in all.

    >>> segments, patches = torch.tensor([[[0.3, 0.1]]]), torch.tensor([[[0.15, 0.05, 0.15, 0.05]]])
    >>> words, members = torch.tensor([[0]]), torch.tensor([[0, 1, 0, 1]])
    >>> loss = segment_to_joint_kl(segments, patches, words, members)
    >>> bool(loss.abs() < 1e-6)
    True
    """
    _, words, tokens = segment_phi.shape
    pooled, text_exists, motion_exists = pool_cells(
        joint_phi, word_members, patch_members, words, tokens, pool
    )
    if pool == "mean":
        members = (word_members >= 0).sum(-1) * (patch_members >= 0).sum(-1)
        cells = (text_exists.sum(-1) * motion_exists.sum(-1)).clamp(min=1)
        pooled = pooled * (members / cells)[:, None, None].to(pooled.dtype)
    return row_column_kl(segment_phi, pooled, text_exists, motion_exists, temperature, temperature)
