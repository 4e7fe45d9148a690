"""The losses of the pyramid model, each times its weight in the configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from ..training.losses import info_nce
from .contract import Batch
from .motion_tower import PatchStates
from .stages import Tokens, stage_scores

if TYPE_CHECKING:
    from .pyramid import Pyramid


def pyramid_losses(
    model: Pyramid, text: Tokens, motion: Tokens, batch: Batch, states: list[PatchStates]
) -> dict[str, Tensor]:
    """All losses of a batch by name."""
    c = model.config
    out: dict[str, Tensor] = {}
    scores = {s: stage_scores(text[s], motion[s], c.two_way) for s in model.stage_weights}
    weights = {"joint": c.joint_loss, "segment": c.segment_loss, "whole": c.whole_loss}
    for stage, values in scores.items():
        if weights[stage]:
            tau = c.whole_tau if stage == "whole" else c.tau
            out[stage] = weights[stage] * info_nce(values, tau, batch.ignore)
    if c.total_loss:
        total = torch.stack([w * scores[s] for s, w in model.stage_weights.items()]).sum(0)
        out["total"] = c.total_loss * info_nce(total / sum(model.stage_weights.values()), c.tau, batch.ignore)
    return out
