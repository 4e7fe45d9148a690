"""Our retrieval model: joint, segment and whole stage over one motion and one text tower.

Late interaction after "Fine-grained Motion Retrieval via Joint-Angle Motion Images and Token-Patch Late
Interaction" (2026), the pyramid and its Shapley-Taylor distillation after "Beyond Global Alignment:
Fine-Grained Motion-Language Retrieval via Pyramidal Shapley-Taylor Learning" (2026).
"""

from __future__ import annotations

import copy
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize, pad

from ..errors import MotionLensError
from ..representation.kinds import IMAGE_KINDS
from ..skeleton import N_PARTS
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
from .video_losses import Rebuild, video_losses


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
        self.video: MotionTower | None = None
        self.rebuild: Rebuild | None = None
        if config.video:
            self._add_video(config, saved is None)

    def _add_video(self, config: PyramidConfig, pretrained: bool) -> None:
        """A tower and heads of their own; a segment stage's compressor is shared with the motions."""
        if IMAGE_KINDS[config.image].parts != N_PARTS:
            raise MotionLensError(
                f"model.video wants the image motionlens, not {config.image}: known patches are body parts."
            )
        self.video = MotionTower(config, pretrained)
        self.video_heads = copy.deepcopy(self.motion_heads)
        if config.rebuild:
            self.motion.tells_target = True
            text = self.config.text_width
            self.rebuild = Rebuild(config.width, text, self.motion.size, config.heads, config.fusion)

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
        return self.text_stages(text, *self._words(text))

    def _words(self, text: TextBatch) -> tuple[Tensor, Tensor]:
        """Word states (B, N, text width) and which of them exist."""
        states, exists = self.text_encoder(text.texts) if self.text_encoder else (text.states, text.exists)
        return self.text(states, exists), exists

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

    def encode_video(self, images: Tensor, lengths: Tensor, present: Tensor) -> Tokens:
        """See ``RetrievalModel.encode_video``; by the motion tower in a model without a video tower."""
        if IMAGE_KINDS[self.config.image].parts != N_PARTS:
            return super().encode_video(images, lengths, present)
        if self.video is None:
            return self.motion_stages(self.motion(images, lengths, present))
        return self.motion_stages(self.video(images, lengths, present), self.video_heads)

    def motion_stages(self, patches: PatchStates, heads: nn.ModuleDict | None = None) -> Tokens:
        """Tokens of every stage from patch states; ``heads``: the videos' in the place of the motions'."""
        heads = self.motion_heads if heads is None else heads
        out: dict[str, StageTokens] = {}
        x, exists = patches.states, patches.exists
        if "joint" in self.stage_weights:
            out["joint"] = heads["joint"](*self._pooled(x, exists))
        if "segment" in self.stage_weights:
            found = self.motion_compressor(x, exists, patches.place, patches.cells)
            out["segment"] = heads["segment"](*found)
        if "whole" in self.stage_weights:
            one = exists.new_ones(len(x), 1)
            out["whole"] = heads["whole"](_mean(x, exists), one, _all_members(exists))
        return out

    def forward(self, batch: Batch) -> dict[str, Tensor]:
        """See ``RetrievalModel.forward``."""
        locked = self.locked
        with torch.set_grad_enabled(torch.is_grad_enabled() and not locked):
            states = [self.motion(images, lengths) for images, lengths in batch.motions]
            motion = join([self.motion_stages(s) for s in states])
            words, exists = self._words(batch.text)
            text = self.text_stages(batch.text, words, exists)
        out = {} if locked else pyramid_losses(self, text, motion, batch, states)
        if self.video is not None and batch.video is not None:
            seen = [self.video(c.images, c.lengths, c.present) for c in batch.video]
            video = join([self.motion_stages(s, self.video_heads) for s in seen])
            out |= video_losses(self, text, motion, video, batch, (words, exists), states, seen)
        return out

    @property
    def locked(self) -> bool:
        """Whether the video tower alone learns, the others being frozen."""
        return self.video is not None and not next(self.motion.parameters()).requires_grad

    def train(self, mode: bool = True) -> Pyramid:
        """Frozen towers see all patches and drop nothing out, whatever the mode."""
        super().train(mode)
        if self.locked:
            self.motion.eval()
            self.text.eval()
        return self

    @torch.no_grad()
    def begin_video(self) -> None:
        """Start the video tower from the motion tower, which sees the same body parts."""
        if self.video is not None:
            self.video.load_state_dict(self.motion.state_dict())
            self.video_heads.load_state_dict(self.motion_heads.state_dict())

    def text_losses(self, pairs: tuple[TextBatch, TextBatch]) -> dict[str, Tensor]:
        """Losses of two captions each of some motions, without the motions; each times its weight."""
        return text_losses(self, pairs)
