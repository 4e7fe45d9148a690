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
        shares: (B, N1), at the segment stage the share of each joint token in its segment or phrase.
    """

    vectors: Tensor
    weights: Tensor
    exists: Tensor
    members: Tensor | None = None
    shares: Tensor | None = None


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


_ABSENT = -2.0
"""Below every cosine."""


def best_of_each(text: StageTokens, motion: StageTokens) -> Tensor:
    """(A, N, B) the largest similarity of every text token to a token of every motion; 0 on text padding.

    Padding is left out before the product: on text it is half of a batch. On motions a coordinate more, 0 or
    -2 where text has 1, puts it last without another pass over the large tensor.
    """
    real = text.vectors[text.exists]
    queries = torch.cat([real, real.new_ones(len(real), 1)], dim=-1)
    absent = _ABSENT * (~motion.exists)[..., None].to(real.dtype)
    keys = torch.cat([motion.vectors * motion.exists[..., None], absent], dim=-1)
    similarity = (queries @ keys.flatten(0, 1).T).view(len(real), *motion.exists.shape)
    best = similarity.max(-1).values  # amax would share out its gradient over all tokens: several passes
    out = best.new_zeros(*text.exists.shape, len(motion.vectors))
    return out.masked_scatter(text.exists[..., None], best)


def stage_scores(text: StageTokens, motion: StageTokens, two_way: bool = False) -> Tensor:
    """MaxSim of every text with every motion at one stage.

    One way: sum over text tokens i of w_i max_j <t_i, m_j> (Khattab and Zaharia, SIGIR 2020, with
    weights). Two ways: the mean of that and of sum over motion tokens j of v_j max_i <t_i, m_j>.

    Args:
        text: A texts. motion: B motions.

    Returns:
        (A, B).
    """
    forward = torch.einsum("an,anb->ab", text.weights, best_of_each(text, motion))
    if not two_way:
        return forward
    backward = torch.einsum("bm,bma->ab", motion.weights, best_of_each(motion, text))
    return (forward + backward) / 2


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
