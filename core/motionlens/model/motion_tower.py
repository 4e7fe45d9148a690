"""Motion image -> contextual patch states, before any stage's head."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from ..representation.kinds import IMAGE_KINDS
from ..windows import MAX_CLIP_FRAMES, PATCH_FRAMES
from .pyramid_config import PyramidConfig
from .vit_trunk import take_vit, vit_shaped
from .when import When, places

MAX_WINDOWS = MAX_CLIP_FRAMES // PATCH_FRAMES


def transformer(width: int, heads: int, layers: int, dropout: float) -> nn.TransformerEncoder:
    """Pre-norm transformer encoder, feed-forward four times the width."""
    layer = nn.TransformerEncoderLayer(
        width, heads, 4 * width, dropout, activation="gelu", batch_first=True, norm_first=True
    )
    return nn.TransformerEncoder(layer, layers, enable_nested_tensor=False)


class PatchStates(NamedTuple):
    """States of a padded batch of motions.

    Attributes:
        states: (B, M, width).
        exists: (B, M) bool.
        place: (B, M) int64, window * parts + part.
        cells: windows * parts of the padded batch.
        rebuilt, target, masked: of masked patches, None unless they were asked for:
            (B, M, 16 * channels) predictions, normalised patches, and (B, M) bool which were masked.
    """

    states: Tensor
    exists: Tensor
    place: Tensor
    cells: int
    rebuilt: Tensor | None = None
    target: Tensor | None = None
    masked: Tensor | None = None


class PatchEmbedding(nn.Module):
    """A small network of its own for each body part: 16 frames x channels -> width."""

    def __init__(self, parts: int, channels: int, hidden: int, width: int) -> None:
        super().__init__()
        size = PATCH_FRAMES * channels
        self.w1 = nn.Parameter(torch.randn(parts, size, hidden) * size**-0.5)
        self.b1 = nn.Parameter(torch.zeros(parts, hidden))
        self.w2 = nn.Parameter(torch.randn(parts, hidden, width) * hidden**-0.5)
        self.part = nn.Parameter(torch.randn(parts, width) * 0.5)

    def forward(self, patches: Tensor) -> Tensor:
        """(B, W, parts, 16 * channels) -> (B, W, parts, width)."""
        b, w, parts, size = patches.shape
        flat = patches.permute(2, 0, 1, 3).reshape(parts, b * w, size)
        hidden = nn.functional.gelu(torch.baddbmm(self.b1[:, None], flat, self.w1))
        out = torch.baddbmm(self.part[:, None], hidden, self.w2)
        return out.view(parts, b, w, -1).permute(1, 2, 0, 3)


class MotionTower(nn.Module):
    """Patch embedding and transformer. Padding is zeroed after normalisation and has no token."""

    mean: Tensor
    std: Tensor

    def __init__(self, config: PyramidConfig, pretrained: bool = True) -> None:
        """``pretrained`` False: the weights of ``config.trunk`` are not looked for, saved ones follow."""
        super().__init__()
        kind = IMAGE_KINDS[config.image]
        self.parts, self.size = kind.parts, PATCH_FRAMES * kind.channels
        self.register_buffer("mean", torch.zeros(kind.parts, kind.channels))
        self.register_buffer("std", torch.ones(kind.parts, kind.channels))
        self.embed = PatchEmbedding(kind.parts, kind.channels, config.patch_hidden, config.width)
        self.window = nn.Parameter(torch.randn(MAX_WINDOWS, config.width) * 0.1)
        self.partial = nn.Parameter(torch.zeros(config.width))
        self.trunk = transformer(config.width, config.heads, config.layers, dropout=0.0)
        self.norm = nn.LayerNorm(config.width)
        if config.trunk:
            vit_shaped(self.trunk, self.norm)
            if pretrained:
                take_vit(config.trunk, self.trunk, self.norm, config)
        self.when = When(config.width) if config.time_features else None
        self.keep, self.mask_share = config.patch_keep, config.mask_share
        self.tells_target = False
        """Whether states come with the patches that they stand for (``video_losses.Rebuild``)."""
        if config.reconstruction:
            self.mask = nn.Parameter(torch.zeros(config.width))
            self.rebuild = nn.Linear(config.width, self.size)

    def _patches(self, images: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """(B, W, parts, 16 * channels) normalised patches and (B, W) share of real frames."""
        frames = torch.arange(images.shape[1], device=images.device)
        real = frames < lengths[:, None]
        x = ((images - self.mean) / self.std).clamp(-6, 6) * real[..., None, None]
        b, t, parts, channels = x.shape
        x = x.view(b, t // PATCH_FRAMES, PATCH_FRAMES, parts, channels).transpose(2, 3)
        share = real.view(b, -1, PATCH_FRAMES).float().mean(-1)
        return x.reshape(b, t // PATCH_FRAMES, parts, PATCH_FRAMES * channels), share

    def forward(self, images: Tensor, lengths: Tensor, present: Tensor | None = None) -> PatchStates:
        """States of a batch (B, W * 16, parts, channels) with (B,) frames; thinned and masked in training.

        Args:
            present: (B, W * parts) bool, the patches that are given to the transformer, at least one an
                item; None = all. The others are not masked but absent, at every stage, as those are that
                training leaves out. What the image's velocity channels say of a frame's neighbours stays.
        """
        patches, share = self._patches(images, lengths)
        b, w, parts, size = patches.shape
        x = self.embed(patches)
        rebuilding = self.training and hasattr(self, "rebuild")
        masked = target = None
        if rebuilding:
            masked = torch.rand(b, w, parts, device=x.device) < self.mask_share
            x = torch.where(masked[..., None], self.mask + self.embed.part, x)
            masked = masked.view(b, -1)
        if rebuilding or self.tells_target:
            target = patches.view(b, -1, size)
        x = x + self.window[:w, None] + (1 - share)[..., None, None] * self.partial
        when = places(share > 0)
        if self.when:
            x = self.when.before(x, when[:, :, None])
        exists = (share > 0)[..., None].expand(b, w, parts).reshape(b, -1)
        x = x.reshape(b, w * parts, -1)
        place = torch.arange(w * parts, device=x.device).expand(b, -1)
        if present is not None:
            exists = exists & present
        thinning = self.training and self.keep < 1
        if thinning or present is not None:
            place, exists = _thinned(exists, self.keep) if thinning else _given(exists)
            x = x.gather(1, place[..., None].expand(-1, -1, x.shape[-1]))
            masked = masked if masked is None else masked.gather(1, place)
            if target is not None:
                target = target.gather(1, place[..., None].expand(-1, -1, size))
        x = self.norm(self.trunk(x, src_key_padding_mask=~exists))
        if self.when:
            window = (place // parts)[..., None].expand(-1, -1, when.shape[-1])
            x = self.when.after(x, when.gather(1, window))
        rebuilt = self.rebuild(x) if rebuilding else None
        return PatchStates(x, exists, place, w * parts, rebuilt, target, masked)


def _given(exists: Tensor) -> tuple[Tensor, Tensor]:
    """Places of the tokens that exist, in their order and before padding, and which of them exist."""
    most = int(exists.sum(1).max())
    place = (~exists).to(torch.uint8).argsort(dim=1, stable=True)[:, :most]
    return place, exists.gather(1, place)


def _thinned(exists: Tensor, keep: float) -> tuple[Tensor, Tensor]:
    """Places of a random share of each item's tokens, and which of them exist.

    Padding goes last, so every item keeps some of its own.
    """
    order = torch.rand(exists.shape, device=exists.device) + (~exists).float()
    chosen = order.argsort(dim=1)[:, : max(1, round(keep * exists.shape[1]))]
    return chosen, exists.gather(1, chosen)
