"""The two towers: motion image -> patch tokens, MiniLM token states -> word tokens.

Late interaction after "Fine-grained Motion Retrieval via Joint-Angle Motion Images and Token-Patch
Late Interaction" (2026); the towers are ours and small, so that they train and run on two CPU cores.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ..representation.image import N_CHANNELS
from ..skeleton import N_PARTS
from ..windows import MAX_CLIP_FRAMES, PATCH_FRAMES
from .config import ModelConfig
from .text import WIDTH

MAX_WINDOWS = MAX_CLIP_FRAMES // PATCH_FRAMES


def _transformer(width: int, heads: int, layers: int, dropout: float) -> nn.TransformerEncoder:
    layer = nn.TransformerEncoderLayer(
        width, heads, 4 * width, dropout, activation="gelu", batch_first=True, norm_first=True
    )
    return nn.TransformerEncoder(layer, layers, enable_nested_tensor=False)


class PatchEmbedding(nn.Module):
    """A small network of its own for each body part: 16 frames x 12 channels -> width."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        size = PATCH_FRAMES * N_CHANNELS
        self.w1 = nn.Parameter(torch.randn(N_PARTS, size, config.patch_hidden) * size**-0.5)
        self.b1 = nn.Parameter(torch.zeros(N_PARTS, config.patch_hidden))
        self.w2 = nn.Parameter(
            torch.randn(N_PARTS, config.patch_hidden, config.width) * config.patch_hidden**-0.5
        )
        self.part = nn.Parameter(torch.randn(N_PARTS, config.width) * 0.5)

    def forward(self, image: Tensor) -> Tensor:
        """(B, W * 16, 14, 12) -> (B, W, 14, width)."""
        b, t, parts, channels = image.shape
        patches = image.view(b, t // PATCH_FRAMES, PATCH_FRAMES, parts, channels)
        patches = patches.permute(3, 0, 1, 2, 4).reshape(parts, -1, PATCH_FRAMES * channels)
        hidden = nn.functional.gelu(torch.baddbmm(self.b1[:, None], patches, self.w1))
        out = torch.baddbmm(self.part[:, None], hidden, self.w2)
        return out.view(parts, b, -1, out.shape[-1]).permute(1, 2, 0, 3)


class MotionTower(nn.Module):
    """Motion image -> unit token vectors, window-major."""

    mean: Tensor
    std: Tensor

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(N_PARTS, N_CHANNELS))
        self.register_buffer("std", torch.ones(N_PARTS, N_CHANNELS))
        self.embed = PatchEmbedding(config)
        self.window = nn.Parameter(torch.randn(MAX_WINDOWS, config.width) * 0.1)
        self.partial = nn.Parameter(torch.zeros(config.width))
        self.trunk = _transformer(config.width, config.heads, config.layers, dropout=0.0)
        self.norm = nn.LayerNorm(config.width)
        self.head = nn.Linear(config.width, config.dim)
        self.keep = config.patch_keep

    def forward(self, image: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Tokens of a padded batch.

        Args:
            image: (B, W * 16, 14, 12) raw motion images; frames past the length are ignored.
            lengths: (B,) frames of each clip.

        Returns:
            (B, W * 14, d) unit vectors and (B, W * 14) bool, True where a token exists. In training
            mode a random share of the tokens, in random order.
        """
        frames = torch.arange(image.shape[1], device=image.device)
        real = frames < lengths[:, None]
        image = ((image - self.mean) / self.std).clamp(-6, 6) * real[..., None, None]
        x = self.embed(image)
        b, w = x.shape[:2]
        share = real.view(b, w, PATCH_FRAMES).float().mean(-1)
        x = x + self.window[:w, None] + (1 - share)[..., None, None] * self.partial
        exists = (share > 0)[..., None].expand(b, w, N_PARTS).reshape(b, -1)
        x = x.reshape(b, w * N_PARTS, -1)
        if self.training and self.keep < 1:
            x, exists = self._thinned(x, exists)
        x = self.trunk(x, src_key_padding_mask=~exists)
        return nn.functional.normalize(self.head(self.norm(x)), dim=-1), exists

    def _thinned(self, x: Tensor, exists: Tensor) -> tuple[Tensor, Tensor]:
        """A random share of each clip's tokens; padding goes last, so every clip keeps some of its own."""
        order = torch.rand(exists.shape, device=x.device) + (~exists).float()
        chosen = order.argsort(dim=1)[:, : max(1, round(self.keep * exists.shape[1]))]
        return x.gather(1, chosen[..., None].expand(-1, -1, x.shape[-1])), exists.gather(1, chosen)


class TextTower(nn.Module):
    """Frozen MiniLM token states -> unit token vectors and the weight of each in the score."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.inward = nn.Linear(WIDTH, config.text_width)
        self.drop = nn.Dropout(config.dropout)
        self.trunk = _transformer(config.text_width, config.text_heads, config.text_layers, config.dropout)
        self.norm = nn.LayerNorm(config.text_width)
        self.head = nn.Linear(config.text_width, config.dim)
        self.weigh = nn.Linear(config.text_width, 1)
        nn.init.zeros_(self.weigh.weight)

    def forward(self, states: Tensor, exists: Tensor) -> tuple[Tensor, Tensor]:
        """Tokens of a padded batch.

        Args:
            states: (B, N, 384) MiniLM token states.
            exists: (B, N) bool, False on padding.

        Returns:
            (B, N, d) unit vectors and (B, N) weights that sum to 1 a text, 0 on padding.
        """
        x = self.inward(self.drop(states))
        x = self.norm(self.trunk(x, src_key_padding_mask=~exists))
        weights = self.weigh(x).squeeze(-1).masked_fill(~exists, -1e4).softmax(-1)
        return nn.functional.normalize(self.head(x), dim=-1), weights * exists


class TwoTowers(nn.Module):
    """Both towers and nothing else: what is trained, saved and loaded."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        self.motion = MotionTower(config)
        self.text = TextTower(config)


def max_sim_matrix(text: Tensor, weights: Tensor, motion: Tensor, motion_exists: Tensor) -> Tensor:
    """MaxSim of every text with every motion: sum over words i of w_i max_j <t_i, m_j>.

    Args:
        text: (A, N, d). weights: (A, N), 0 on padding.
        motion: (B, M, d). motion_exists: (B, M) bool.

    Returns:
        (A, B) scores.
    """
    a, n, d = text.shape
    similarity = text.reshape(a * n, d) @ motion.reshape(-1, d).T
    similarity = similarity.view(a, n, *motion.shape[:2])
    best = similarity.masked_fill(~motion_exists[None, None], -2.0).amax(-1)
    return torch.einsum("an,anb->ab", weights, best)
