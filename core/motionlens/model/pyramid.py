"""Our retrieval model: joint, segment and whole stage over one motion and one text tower.

Late interaction after "Fine-grained Motion Retrieval via Joint-Angle Motion Images and Token-Patch Late
Interaction" (2026), the pyramid and its Shapley-Taylor distillation after "Beyond Global Alignment:
Fine-Grained Motion-Language Retrieval via Pyramidal Shapley-Taylor Learning" (2026).
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize, pad

from ..representation.kinds import IMAGE_KINDS
from .compressor import Compressor
from .contract import Batch, RetrievalModel
from .motion_tower import MotionTower, PatchStates
from .pyramid_config import PyramidConfig
from .pyramid_losses import Estimation, pyramid_losses
from .stages import StageTokens, TextBatch, Tokens
from .text import WIDTH
from .text_losses import WordGuess, text_losses
from .text_online import OnlineText, Words
from .text_tower import TextTower, learned_weights


class _Head(nn.Module):
    """Unit vectors and learned weights of one stage and side."""

    def __init__(self, width: int, dim: int) -> None:
        super().__init__()
        self.out = nn.Linear(width, dim)
        self.weigh = nn.Linear(width, 1)
        nn.init.zeros_(self.weigh.weight)

    def forward(
        self, x: Tensor, exists: Tensor, members: Tensor | None = None, shares: Tensor | None = None
    ) -> StageTokens:
        weights = learned_weights(self.weigh(x).squeeze(-1), exists)
        return StageTokens(normalize(self.out(x), dim=-1), weights, exists, members, shares)


def _mean(x: Tensor, exists: Tensor) -> Tensor:
    """(B, N, c) -> (B, 1, c), the mean of the tokens that exist."""
    mask = exists[..., None].to(x.dtype)
    return ((x * mask).sum(1) / mask.sum(1).clamp(min=1))[:, None]


def _all_members(exists: Tensor) -> Tensor:
    """Every token that exists went into token 0."""
    return torch.where(exists, 0, -1)


def join(chunks: list[Tokens]) -> Tokens:
    """Tokens of several chunks as one batch, padded to the most."""
    out: dict[str, StageTokens] = {}
    for stage in chunks[0]:
        parts = [c[stage] for c in chunks]
        most = max(p.exists.shape[1] for p in parts)
        lack = [most - p.exists.shape[1] for p in parts]
        vectors = torch.cat([pad(p.vectors, (0, 0, 0, k)) for p, k in zip(parts, lack, strict=True)])
        weights = torch.cat([pad(p.weights, (0, k)) for p, k in zip(parts, lack, strict=True)])
        exists = torch.cat([pad(p.exists, (0, k)) for p, k in zip(parts, lack, strict=True)])
        members = None
        if parts[0].members is not None:
            found = [p.members for p in parts if p.members is not None]
            widest = max(m.shape[1] for m in found)
            members = torch.cat([pad(m, (0, widest - m.shape[1]), value=-1) for m in found])
        out[stage] = StageTokens(vectors, weights, exists, members)
    return out


class Pyramid(RetrievalModel):
    """See ``PyramidConfig`` for what each part can be switched to."""

    config: PyramidConfig

    def __init__(self, config: PyramidConfig, saved: Path | None = None) -> None:
        """``saved``: the folder whose weights will follow, so that pretrained ones are not looked for."""
        super().__init__()
        self.config = config
        self.two_way = config.two_way
        weights = {
            "joint": config.joint_score,
            "segment": config.segment_score,
            "whole": config.whole_score,
        }
        self.stage_weights = {stage: weight for stage, weight in weights.items() if weight}
        self.motion = MotionTower(config, pretrained=saved is None)
        self.text_encoder: OnlineText | None = None
        if config.text_encoder != "minilm":
            self.text_encoder = OnlineText(config.text_encoder, config.masked_language > 0, saved)
        self.text = TextTower(config, self.text_encoder.width if self.text_encoder else WIDTH)
        w, t = config.width, config.text_width
        self.motion_heads = nn.ModuleDict()
        self.text_heads = nn.ModuleDict()
        if "joint" in self.stage_weights:
            self.motion_heads["joint"], self.text_heads["joint"] = _Head(w, config.dim), _Head(t, config.dim)
        if "segment" in self.stage_weights:
            self.motion_heads["segment"], self.text_heads["segment"] = (
                _Head(w, config.dim),
                _Head(t, config.dim),
            )
            ratio, parts = config.segment_ratio, IMAGE_KINDS[config.image].parts
            self.motion_compressor = Compressor(w, config.heads, ratio, parts)
            self.text_compressor = Compressor(t, config.text_heads, ratio, 1)
        self.estimation = nn.ModuleDict()
        if config.shapley:
            for stage in self.stage_weights.keys() & {"joint", "segment"}:
                self.estimation[stage] = Estimation(config.dim)
        frozen_guess = config.masked_language and not self.text_encoder
        self.word_guess = WordGuess(t, WIDTH) if frozen_guess else None
        if "whole" in self.stage_weights:
            self.motion_heads["whole"] = _Head(w, config.whole_dim or WIDTH)
            if config.whole_dim:
                self.text_heads["whole"] = _Head(t + WIDTH, config.whole_dim)

    @property
    def mean(self) -> Tensor:  # type: ignore[override]
        """(parts, channels) mean of training images."""
        return self.motion.mean

    @property
    def std(self) -> Tensor:  # type: ignore[override]
        """(parts, channels) standard deviation of training images."""
        return self.motion.std

    def encode_text(self, text: TextBatch) -> Tokens:
        """See ``RetrievalModel.encode_text``."""
        states, exists = self.text_encoder(text.texts) if self.text_encoder else (text.states, text.exists)
        return self.text_stages(text, self.text(states, exists), exists)

    def words(self, text: str) -> Words | None:
        """What the joint stage's text tokens stand for; None where they are the frozen encoder's."""
        return self.text_encoder.words(text) if self.text_encoder else None

    def save_beside(self, folder: Path) -> None:
        """Write what the model needs beside weights and configuration."""
        if self.text_encoder:
            self.text_encoder.save(folder)

    def text_stages(self, text: TextBatch, x: Tensor, exists: Tensor) -> Tokens:
        """Tokens of every stage from word states (B, N, text width)."""
        out: dict[str, StageTokens] = {}
        if "joint" in self.stage_weights:
            out["joint"] = self.text_heads["joint"](*self._pooled(x, exists))
        if "segment" in self.stage_weights:
            place = torch.arange(x.shape[1], device=x.device).expand(len(x), -1)
            out["segment"] = self.text_heads["segment"](*self.text_compressor(x, exists, place, x.shape[1]))
        if "whole" in self.stage_weights:
            one = exists.new_ones(len(x), 1)
            if self.config.whole_dim:
                both = torch.cat([_mean(x, exists), WIDTH**0.5 * text.sentence[:, None]], dim=-1)
                out["whole"] = self.text_heads["whole"](both, one, _all_members(exists))
            else:
                vectors = text.sentence[:, None]
                out["whole"] = StageTokens(vectors, one.to(x.dtype), one, _all_members(exists))
        return out

    def _pooled(self, x: Tensor, exists: Tensor) -> tuple[Tensor, Tensor]:
        """The joint stage's tokens: as they are, or their mean for the global-pooling ablation."""
        if self.config.pooling == "mean":
            return _mean(x, exists), exists[:, :1]
        return x, exists

    def encode_motion(self, images: Tensor, lengths: Tensor) -> Tokens:
        """See ``RetrievalModel.encode_motion``."""
        return self.motion_stages(self.motion(images, lengths))

    def motion_stages(self, patches: PatchStates) -> Tokens:
        """Tokens of every stage from patch states."""
        out: dict[str, StageTokens] = {}
        x, exists = patches.states, patches.exists
        if "joint" in self.stage_weights:
            out["joint"] = self.motion_heads["joint"](*self._pooled(x, exists))
        if "segment" in self.stage_weights:
            found = self.motion_compressor(x, exists, patches.place, patches.cells)
            out["segment"] = self.motion_heads["segment"](*found)
        if "whole" in self.stage_weights:
            one = exists.new_ones(len(x), 1)
            out["whole"] = self.motion_heads["whole"](_mean(x, exists), one, _all_members(exists))
        return out

    def forward(self, batch: Batch) -> dict[str, Tensor]:
        """See ``RetrievalModel.forward``."""
        states = [self.motion(images, lengths) for images, lengths in batch.motions]
        motion = join([self.motion_stages(s) for s in states])
        return pyramid_losses(self, self.encode_text(batch.text), motion, batch, states)

    def text_losses(self, pairs: tuple[TextBatch, TextBatch]) -> dict[str, Tensor]:
        """Losses of two captions each of some motions, without the motions; each times its weight."""
        return text_losses(self, pairs)
