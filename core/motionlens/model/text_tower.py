"""Token states of the text encoder -> contextual word states, before any stage's head."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from .motion_tower import transformer
from .pyramid_config import PyramidConfig
from .text import WIDTH
from .when import When, places

_PARTS = 4


class TextTower(nn.Module):
    """An adapter: dropout, linear, transformer. The text encoder below it stays as it is."""

    def __init__(self, config: PyramidConfig, states_width: int = WIDTH) -> None:
        super().__init__()
        self.drop = nn.Dropout(config.dropout)
        self.inward = nn.Linear(states_width, config.text_width)
        self.trunk = transformer(config.text_width, config.text_heads, config.text_layers, config.dropout)
        self.norm = nn.LayerNorm(config.text_width)
        self.when = When(config.text_width) if config.time_features else None

    def forward(self, states: Tensor, exists: Tensor) -> Tensor:
        """(B, N, states width) and (B, N) bool -> (B, N, text width), 0 on padding after the last token."""
        ends = (exists * torch.arange(1, exists.shape[1] + 1, device=exists.device)).amax(1)
        order, when = ends.argsort(), places(exists)
        out = states.new_zeros(*exists.shape, self.norm.normalized_shape[0])
        # Half of a batch of captions is padding; in parts of like length it is a tenth.
        for part in order.chunk(_PARTS if len(order) >= 2 * _PARTS else 1):
            n = int(ends[part].max())
            x = self.inward(self.drop(states[part, :n]))
            if self.when:
                x = self.when.before(x, when[part, :n])
            x = self.norm(self.trunk(x, src_key_padding_mask=~exists[part, :n]))
            if self.when:
                x = self.when.after(x, when[part, :n])
            out = out.index_put((part[:, None], torch.arange(n, device=part.device)), x)
        return out


def learned_weights(logits: Tensor, exists: Tensor) -> Tensor:
    """(B, N) softmax over the tokens that exist, 0 elsewhere.

    >>> learned_weights(torch.zeros(1, 3), torch.tensor([[True, True, False]])).tolist()
    [[0.5, 0.5, 0.0]]
    """
    return logits.masked_fill(~exists, -1e4).softmax(-1) * exists
