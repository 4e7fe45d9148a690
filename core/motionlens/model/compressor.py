"""The token compressor: words to phrases, patches to segments.

Convolution, self-attention, density-peak clustering, after "Beyond Global Alignment: Fine-Grained
Motion-Language Retrieval via Pyramidal Shapley-Taylor Learning" (2026); sizes are ours.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from .clustering import density_peaks, pool_members, segment_count


class Compressor(nn.Module):
    """Tokens on a grid (rows x columns; words: columns = 1) to about ``ratio`` as many.

    Args:
        width: of the tokens.
        heads: of the self-attention.
        ratio: clusters a token.
        columns: of the grid, so that the convolution sees neighbours in time and body.
    """

    def __init__(self, width: int, heads: int, ratio: float, columns: int) -> None:
        super().__init__()
        self.ratio, self.columns = ratio, columns
        across = 3 if columns > 1 else 1
        self.local = nn.Conv2d(width, width, (3, across), padding=(1, across // 2), groups=width)
        self.attend = nn.TransformerEncoderLayer(
            width, heads, 2 * width, 0.0, activation="gelu", batch_first=True, norm_first=True
        )
        self.norm = nn.LayerNorm(width)
        self.weigh = nn.Linear(width, 1)
        nn.init.zeros_(self.weigh.weight)

    def forward(
        self, x: Tensor, exists: Tensor, place: Tensor, cells: int
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Compress.

        Args:
            x: (B, N, width). exists: (B, N) bool.
            place: (B, N) int64 cell of each token on the grid (row * columns + column).
            cells: of the grid.

        Returns:
            (B, K, width) pooled tokens, (B, K) bool which exist, (B, N) cluster of each token (-1 on padding),
            (B, N) share of each token in its cluster.
        """
        b, _, c = x.shape
        where = place[..., None].expand(-1, -1, c)
        # Padding tokens share cells with nothing: they add zeros.
        grid = x.new_zeros(b, cells, c).scatter_add(1, where, x * exists[..., None])
        grid = self.local(grid.transpose(1, 2).view(b, c, -1, self.columns)).flatten(2).transpose(1, 2)
        x = x + grid.gather(1, where)
        x = self.norm(self.attend(x, src_key_padding_mask=~exists))
        clusters = segment_count(exists.sum(1), self.ratio)
        members = density_peaks(x.detach(), exists, clusters)
        weights = torch.exp(self.weigh(x).squeeze(-1).clamp(-8, 8)) * exists
        pooled, total = pool_members(x, weights, members, int(clusters.max()))
        shares = weights / total.clamp(min=1e-9).gather(1, members.clamp(min=0))
        return pooled, total > 0, members, shares
