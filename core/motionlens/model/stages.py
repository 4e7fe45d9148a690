"""What every retrieval model gives: tokens at one or more stages, and how stages score.

Stage names follow the pyramid: "joint" (word x body part and window), "segment" (phrase x segment),
"whole" (sentence x motion). A model with one global vector has the stage "whole" alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

STAGES = ("joint", "segment", "whole")


class StageTokens(NamedTuple):
    """Tokens of a padded batch at one stage.

    Attributes:
        vectors: (B, N, d) unit vectors.
        weights: (B, N) float, sum 1 an item, 0 on padding: how much a token counts in the score.
        exists: (B, N) bool, False on padding.
        members: (B, N1) int64, for each token of the joint stage the token of this stage that it went
            into (-1 on padding); None at the joint stage.
    """

    vectors: Tensor
    weights: Tensor
    exists: Tensor
    members: Tensor | None = None


Tokens = Mapping[str, StageTokens]
"""Stage name -> tokens."""


@dataclass(frozen=True)
class TextBatch:
    """Texts as models take them.

    Attributes:
        texts: B strings, for text encoders that are trained themselves.
        states: (B, N, 384) frozen MiniLM token states, zeros on padding.
        exists: (B, N) bool.
        sentence: (B, 384) unit sentence embeddings of the frozen encoder, for soft targets and negative filters.
    """

    texts: Sequence[str]
    states: Tensor
    exists: Tensor
    sentence: Tensor

    def to(self, device: torch.device | str) -> TextBatch:
        """The same on a device."""
        return TextBatch(self.texts, self.states.to(device), self.exists.to(device), self.sentence.to(device))


def similarity_tensor(text: Tensor, motion: Tensor) -> Tensor:
    """(A, N, d) and (B, M, d) -> (A, N, B, M) inner products."""
    a, n, d = text.shape
    return (text.reshape(a * n, d) @ motion.reshape(-1, d).T).view(a, n, *motion.shape[:2])


def stage_scores(text: StageTokens, motion: StageTokens, two_way: bool = False) -> Tensor:
    """MaxSim of every text with every motion at one stage.

    One way: sum over text tokens i of w_i max_j <t_i, m_j> (Khattab and Zaharia, SIGIR 2020, with
    weights). Two ways: the mean of that and of sum over motion tokens j of v_j max_i <t_i, m_j>.

    Args:
        text: A texts. motion: B motions.

    Returns:
        (A, B).
    """
    similarity = similarity_tensor(text.vectors, motion.vectors)
    rows = similarity.masked_fill(~motion.exists[None, None], -2.0).amax(-1)
    forward = torch.einsum("an,anb->ab", text.weights, rows)
    if not two_way:
        return forward
    columns = similarity.masked_fill(~text.exists[:, :, None, None], -2.0).amax(1)
    return (forward + torch.einsum("bm,abm->ab", motion.weights, columns)) / 2


def total_score(
    text: Tokens, motion: Tokens, stage_weights: Mapping[str, float], two_way: bool = False
) -> Tensor:
    """One score from all stages: sum over stages of stage weight times the stage's MaxSim; (A, B)."""
    parts = [
        weight * stage_scores(text[stage], motion[stage], two_way)
        for stage, weight in stage_weights.items()
        if weight
    ]
    return torch.stack(parts).sum(0)
