"""What library, search and app need of a model: nothing here imports torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np


@dataclass(frozen=True)
class QueryTokens:
    """A query as the scorer sees it.

    Attributes:
        text: the query as given.
        pieces: N strings, the text of each token.
        spans: N (start, end) character ranges in ``text``.
        vectors: (N, d) float32, unit length.
        weights: (N,) float32, sum 1: how much each token counts in the score.
    """

    text: str
    pieces: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]
    vectors: np.ndarray
    weights: np.ndarray


class Encoder(Protocol):
    """A retrieval model. ``fingerprint`` changes whenever its token vectors would."""

    @property
    def fingerprint(self) -> str: ...
    @property
    def dim(self) -> int: ...
    @property
    def device(self) -> str: ...

    def encode_text(self, text: str) -> QueryTokens:
        """Tokens of one query. Raises MotionLensError for an empty query."""
        ...

    def encode_motions(self, clips: Sequence[np.ndarray]) -> list[np.ndarray]:
        """Tokens of clips.

        Args:
            clips: each (T, 22, 3) float32 on the reference skeleton, 1 <= T <= 224.

        Returns:
            For each clip (ceil(T / 16) * 14, d) float16 unit vectors, window-major: token
            w * 14 + p is body part p during window w.
        """
        ...
