"""The patch-image peer: chains of joints as a pseudo-image, a vision transformer, one vector.

After the idea of "Exploring Vision Transformers for 3D Human Motion-Language Models with Motion Patches"
(2024), written from its description. Differences, so that systems differ in method and not in data or text
encoder: random instead of ImageNet weights, frozen MiniLM and an adapter instead of a trained DistilBERT,
the temperature fixed, learned position as window plus chain, and mean instead of class-token pooling.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ...model.contract import Batch
from ...model.motion_tower import MAX_WINDOWS, transformer
from ...model.pyramid_config import PyramidConfig
from ...model.stages import TextBatch, Tokens
from ...model.text_tower import TextTower
from ...training.losses import info_nce
from ...windows import PATCH_FRAMES
from .configs import PatchImageConfig
from .shared import GlobalModel, cosines, masked_mean, whole


class PatchImage(GlobalModel):
    """One vector a motion from patches of 16 frames x one chain."""

    config: PatchImageConfig

    def __init__(self, config: PatchImageConfig) -> None:
        super().__init__(config.image)
        self.config = config
        self.embed = nn.Linear(PATCH_FRAMES * self.channels, config.width)
        self.window = nn.Parameter(torch.randn(MAX_WINDOWS, config.width) * 0.02)
        self.chain = nn.Parameter(torch.randn(self.parts, config.width) * 0.02)
        self.trunk = transformer(config.width, config.heads, config.layers, dropout=0.0)
        self.norm = nn.LayerNorm(config.width)
        self.head = nn.Linear(config.width, config.dim)
        adapter = PyramidConfig(
            text_width=config.text_width,
            text_layers=config.text_layers,
            text_heads=config.text_heads,
            dropout=config.dropout,
            time_features=False,
        )
        self.text = TextTower(adapter)
        self.text_head = nn.Linear(config.text_width, config.dim)

    def motion_vectors(self, images: Tensor, lengths: Tensor) -> Tensor:
        """(B, W * 16, chains, 48) and (B,) frames -> (B, dim), of any length."""
        z, real = self.normalised(images, lengths)
        b, t = real.shape
        w = t // PATCH_FRAMES
        patches = z.view(b, w, PATCH_FRAMES, self.parts, self.channels).transpose(2, 3)
        x = self.embed(patches.reshape(b, w, self.parts, -1)) + self.window[:w, None] + self.chain
        exists = real.view(b, w, PATCH_FRAMES).any(-1).repeat_interleave(self.parts, dim=1)
        x = self.norm(self.trunk(x.flatten(1, 2), src_key_padding_mask=~exists))
        return self.head(masked_mean(x, exists))

    def text_vectors(self, text: TextBatch) -> Tensor:
        """(B, dim), of any length."""
        return self.text_head(masked_mean(self.text(text.states, text.exists), text.exists))

    def encode_text(self, text: TextBatch) -> Tokens:
        """See ``RetrievalModel.encode_text``."""
        return whole(self.text_vectors(text))

    def encode_motion(self, images: Tensor, lengths: Tensor) -> Tokens:
        """See ``RetrievalModel.encode_motion``."""
        return whole(self.motion_vectors(images, lengths))

    def forward(self, batch: Batch) -> dict[str, Tensor]:
        """Symmetric InfoNCE alone."""
        motion = torch.cat([self.motion_vectors(*chunk) for chunk in batch.motions])
        scores = cosines(self.text_vectors(batch.text), motion)
        return {"contrastive": info_nce(scores, self.config.tau, batch.ignore)}
