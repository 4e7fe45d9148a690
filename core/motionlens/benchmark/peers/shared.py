"""What models with one vector a text and one a motion have in common."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import normalize

from ...model.contract import RetrievalModel
from ...model.stages import StageTokens, Tokens
from ...representation.kinds import IMAGE_KINDS

_CLAMP = 6.0


class GlobalModel(RetrievalModel):
    """A model whose only stage is "whole": the score is the cosine of two vectors."""

    def __init__(self, image: str) -> None:
        super().__init__()
        kind = IMAGE_KINDS[image]
        self.parts, self.channels = kind.parts, kind.channels
        self.register_buffer("mean", torch.zeros(kind.parts, kind.channels))
        self.register_buffer("std", torch.ones(kind.parts, kind.channels))
        self.stage_weights = {"whole": 1.0}

    def normalised(self, images: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """(B, T, parts, channels) z-scores, 0 on padding, and (B, T) bool, which frames are real."""
        real = torch.arange(images.shape[1], device=images.device) < lengths[:, None]
        z = ((images - self.mean) / self.std).clamp(-_CLAMP, _CLAMP)
        return z.masked_fill(~real[..., None, None], 0.0), real


def whole(vectors: Tensor) -> Tokens:
    """(B, d) vectors of any length as the stage "whole": one unit vector of weight 1 each."""
    one = torch.ones(len(vectors), 1, device=vectors.device, dtype=vectors.dtype)
    return {"whole": StageTokens(normalize(vectors, dim=-1)[:, None], one, one > 0)}


def cosines(text: Tensor, motion: Tensor) -> Tensor:
    """(A, d) and (B, d) -> (A, B), in single precision also where the vectors are shorter.

    >>> cosines(torch.tensor([[2.0, 0.0]]), torch.tensor([[0.0, 1.0], [3.0, 4.0]])).round(decimals=4)
    tensor([[0.0000, 0.6000]])
    """
    return normalize(text.float(), dim=-1) @ normalize(motion.float(), dim=-1).T


def masked_mean(x: Tensor, exists: Tensor) -> Tensor:
    """(B, N, c) and (B, N) bool -> (B, c), the mean over what exists; 0 where nothing does.

    >>> x = torch.tensor([[[1.0], [3.0], [100.0]]])
    >>> masked_mean(x, torch.tensor([[True, True, False]])).tolist()
    [[2.0]]
    """
    return x.masked_fill(~exists[..., None], 0.0).sum(1) / exists.sum(1, keepdim=True).clamp(min=1)
