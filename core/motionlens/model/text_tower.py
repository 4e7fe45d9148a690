"""Token states of the text encoder -> contextual word states, before any stage's head."""

from __future__ import annotations

from torch import Tensor, nn

from .motion_tower import transformer
from .pyramid_config import PyramidConfig
from .text import WIDTH

MAX_WORDS = 96


class TextTower(nn.Module):
    """An adapter: dropout, linear, transformer. The text encoder below it stays as it is."""

    def __init__(self, config: PyramidConfig, states_width: int = WIDTH) -> None:
        super().__init__()
        self.drop = nn.Dropout(config.dropout)
        self.inward = nn.Linear(states_width, config.text_width)
        self.trunk = transformer(config.text_width, config.text_heads, config.text_layers, config.dropout)
        self.norm = nn.LayerNorm(config.text_width)

    def forward(self, states: Tensor, exists: Tensor) -> Tensor:
        """(B, N, states width) and (B, N) bool -> (B, N, text width)."""
        x = self.inward(self.drop(states))
        return self.norm(self.trunk(x, src_key_padding_mask=~exists))


def learned_weights(logits: Tensor, exists: Tensor) -> Tensor:
    """(B, N) softmax over the tokens that exist, 0 elsewhere.

    >>> learned_weights(torch.zeros(1, 3), torch.tensor([[True, True, False]])).tolist()
    [[0.5, 0.5, 0.0]]
    """
    return logits.masked_fill(~exists, -1e4).softmax(-1) * exists
