"""The TMR peer: two variational encoders, a shared motion decoder, a contrastive loss on the latents.

After "TMR: Text-to-Motion Retrieval Using Contrastive 3D Human Motion Synthesis" (Petrovich et al., ICCV
2023) and the architectures it builds on, ACTOR (ICCV 2021) and TEMOS (ECCV 2022), written from the
papers. Differences: frozen MiniLM token states in place of DistilBERT's, MiniLM's sentence cosine in the
negative filter, pose features without joint rotations (see ``representation.pose``).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ...model.contract import Batch
from ...model.stages import TextBatch, Tokens
from ...model.text import WIDTH
from ...training.losses import info_nce, negative_filter
from .configs import TmrConfig
from .shared import GlobalModel, cosines, whole


class Gaussian(NamedTuple):
    """Diagonal normal distributions: mean and log of the variance, (B, d) each."""

    mean: Tensor
    log_variance: Tensor

    def draw(self) -> Tensor:
        """One sample of each, differentiable."""
        return self.mean + torch.randn_like(self.mean) * (self.log_variance / 2).exp()


def kl_divergence(p: Gaussian, q: Gaussian) -> Tensor:
    """Mean over items and dimensions of KL(p || q) of diagonal normal distributions.

    >>> one = torch.ones(1, 1)
    >>> float(kl_divergence(Gaussian(one, 0 * one), Gaussian(0 * one, 0 * one)))  # half the squared distance
    0.5
    """
    ratio = (p.log_variance - q.log_variance).exp()
    distance = (p.mean - q.mean).square() * (-q.log_variance).exp()
    return ((ratio + distance - 1 + q.log_variance - p.log_variance) / 2).mean()


def standard_normal(like: Gaussian) -> Gaussian:
    """The prior, in the shape of a posterior."""
    return Gaussian(torch.zeros_like(like.mean), torch.zeros_like(like.mean))


def sinusoids(n: int, width: int, device: torch.device | None = None) -> Tensor:
    """(n, width) position code of Vaswani et al. 2017: sine and cosine at falling rates.

    >>> sinusoids(2, 2).round(decimals=4)
    tensor([[0.0000, 1.0000],
            [0.8415, 0.5403]])
    """
    rate = torch.exp(torch.arange(0, width, 2, device=device) * (-math.log(10000.0) / width))
    angle = torch.arange(n, device=device)[:, None] * rate
    return torch.stack([angle.sin(), angle.cos()], dim=-1).flatten(1)


def masked_smooth_l1(prediction: Tensor, target: Tensor, real: Tensor) -> Tensor:
    """Smooth L1 of (B, T, C), the mean over the frames that are real, (B, T) bool, of all items.

    >>> masked_smooth_l1(torch.zeros(1, 2, 1), torch.tensor([[[2.0], [9.0]]]), torch.tensor([[True, False]]))
    tensor(1.5000)
    """
    error = F.smooth_l1_loss(prediction.float(), target.float(), reduction="none").mean(-1)
    return (error * real).sum() / real.sum().clamp(min=1)


class DistributionEncoder(nn.Module):
    """ACTOR's encoder: a transformer over a sequence and two learned tokens that give the distribution."""

    def __init__(self, inward: int, config: TmrConfig) -> None:
        super().__init__()
        self.inward = nn.Linear(inward, config.dim)
        self.tokens = nn.Parameter(torch.randn(2, config.dim))
        self.drop = nn.Dropout(config.dropout)
        layer = nn.TransformerEncoderLayer(
            config.dim, config.heads, config.feed_forward, config.dropout, "gelu", batch_first=True
        )
        self.trunk = nn.TransformerEncoder(layer, config.layers, enable_nested_tensor=False)

    def forward(self, x: Tensor, exists: Tensor) -> Gaussian:
        """(B, N, inward) and (B, N) bool -> distributions over (B, dim)."""
        b = len(x)
        x = torch.cat([self.tokens.expand(b, -1, -1), self.inward(x)], dim=1)
        exists = torch.cat([exists.new_ones(b, 2), exists], dim=1)
        x = self.drop(x + sinusoids(x.shape[1], x.shape[2], x.device))
        x = self.trunk(x, src_key_padding_mask=~exists)
        return Gaussian(x[:, 0].float(), x[:, 1].float())


class MotionDecoder(nn.Module):
    """ACTOR's decoder: a query a frame, which is its position code alone, looks at the latent."""

    def __init__(self, outward: int, config: TmrConfig) -> None:
        super().__init__()
        layer = nn.TransformerDecoderLayer(
            config.dim, config.heads, config.feed_forward, config.dropout, "gelu", batch_first=True
        )
        self.trunk = nn.TransformerDecoder(layer, config.decoder_layers)
        self.drop = nn.Dropout(config.dropout)
        self.outward = nn.Linear(config.dim, outward)

    def forward(self, latent: Tensor, real: Tensor) -> Tensor:
        """(B, dim) and (B, T) bool -> (B, T, outward) pose features; what padding gets is of no use."""
        b, t = real.shape
        queries = self.drop(sinusoids(t, latent.shape[1], latent.device).expand(b, -1, -1))
        return self.outward(self.trunk(queries, latent[:, None], tgt_key_padding_mask=~real))


class Tmr(GlobalModel):
    """One vector a text and one a motion: the means of their distributions."""

    config: TmrConfig

    def __init__(self, config: TmrConfig) -> None:
        super().__init__(config.image)
        self.config = config
        features = self.parts * self.channels
        self.motion_encoder = DistributionEncoder(features, config)
        self.text_encoder = DistributionEncoder(WIDTH, config)
        self.decoder = MotionDecoder(features, config)

    def poses(self, images: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """(B, T / stride, features) normalised pose features and (B, T / stride) bool, which are real."""
        z, real = self.normalised(images, lengths)
        stride = self.config.frame_stride
        return z[:, ::stride].flatten(2), real[:, ::stride]

    def encode_text(self, text: TextBatch) -> Tokens:
        """See ``RetrievalModel.encode_text``."""
        return whole(self.text_encoder(text.states, text.exists).mean)

    def encode_motion(self, images: Tensor, lengths: Tensor) -> Tokens:
        """See ``RetrievalModel.encode_motion``."""
        return whole(self.motion_encoder(*self.poses(images, lengths)).mean)

    def forward(self, batch: Batch) -> dict[str, Tensor]:
        """Rebuilding from both latents, KL to the prior and between the two, latent L1, InfoNCE."""
        config = self.config
        chunks = [self.poses(*chunk) for chunk in batch.motions]
        text = self.text_encoder(batch.text.states, batch.text.exists)
        found = [self.motion_encoder(*chunk) for chunk in chunks]
        motion = Gaussian(torch.cat([g.mean for g in found]), torch.cat([g.log_variance for g in found]))
        drawn = text.draw(), motion.draw()
        kl = (
            kl_divergence(text, standard_normal(text))
            + kl_divergence(motion, standard_normal(motion))
            + kl_divergence(text, motion)
            + kl_divergence(motion, text)
        )
        compared = drawn if config.sampled_contrast else (text.mean, motion.mean)
        return {
            "reconstruction": config.reconstruction * self._rebuilding(chunks, *drawn),
            "kl": config.kl * kl,
            "latent": config.latent * F.smooth_l1_loss(text.mean, motion.mean),
            "contrastive": config.contrastive
            * info_nce(cosines(*compared), config.tau, self.no_negatives(batch)),
        }

    def no_negatives(self, batch: Batch) -> Tensor:
        """(B, B) bool: the batch's own, and pairs whose sentences mean nearly the same."""
        if not self.config.negative_filter:
            return batch.ignore
        return batch.ignore | negative_filter(batch.text.sentence, self.config.negative_filter)

    def _rebuilding(self, chunks: list[tuple[Tensor, Tensor]], text: Tensor, motion: Tensor) -> Tensor:
        """Smooth L1 of the poses rebuilt from text latents plus that from motion latents."""
        total = text.new_zeros(())
        frames, start = sum(int(real.sum()) for _, real in chunks), 0
        for poses, real in chunks:
            own = slice(start, start + len(poses))
            start = own.stop
            both, twice = torch.cat([text[own], motion[own]]), torch.cat([real, real])
            loss = masked_smooth_l1(self.decoder(both, twice), torch.cat([poses, poses]), twice)
            total = total + 2 * loss * real.sum() / max(frames, 1)
        return total
