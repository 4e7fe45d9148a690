"""What library, search and app need of a model: nothing here imports torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
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
        weights: (N,) float32, how much each token counts in the score. Those of a stage sum to the stage's
            weight; with the joint stage alone the sum is 1.
        stages: (N,) int8, the stage of each token as an index into ``STAGES`` (0, joint, where not given).
            A token meets motion tokens of its own stage alone.
    """

    text: str
    pieces: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]
    vectors: np.ndarray
    weights: np.ndarray
    stages: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int8))

    def __post_init__(self) -> None:
        if len(self.stages) != len(self.weights):
            if len(self.stages):
                raise ValueError("stages and weights must be alike in length")
            object.__setattr__(self, "stages", np.zeros(len(self.weights), np.int8))


@dataclass(frozen=True, eq=False)
class Composition:
    """How the F finest tokens of a text (word pieces) or motion (patches) make up its coarser tokens.

    Attributes:
        shares: (K, F) float32, share of each in each of the K tokens of the segment stage: rows sum to 1.
            (0, F) for a model without that stage.
        parts: (F, d) float32, what each adds to the vector of the whole stage: they sum to that vector.
            (F, 0) for a model without that stage.
    """

    shares: np.ndarray
    parts: np.ndarray


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
            For each clip (N, d) float16 unit vectors: the tokens of the joint stage, then those of the
            segment stage, then that of the whole motion, as far as the model has these stages. At the joint
            stage window-major: token w * 14 + p is body part p during window w, of ceil(T / 16) windows.
        """
        ...

    def stage_counts(self, n_tokens: int) -> tuple[int, int, int]:
        """How many of a clip's tokens belong to the stages joint, segment, whole.

        Args:
            n_tokens: length of an array that ``encode_motions`` gave.

        Raises:
            ValueError: no clip has so many tokens.
        """
        ...


class ExampleEncoder(Encoder, Protocol):
    """An encoder that takes motions and filmed people as queries, and filmed people as items."""

    def encode_example(self, clip: np.ndarray, known: np.ndarray | None = None) -> QueryTokens:
        """Tokens of a motion (``known`` None) or of a person lifted from a video as a query.

        Args:
            clip: (T, 22, 3) float32 on the reference skeleton, 1 <= T <= 224.
            known: (T, 22) bool, joints that were seen. Patches of which less than half is known have no token.

        Returns:
            The tokens of all stages; ``text`` is "", ``pieces`` are "left elbow 0.8-1.6 s" and the like,
            ``spans`` (0, 0). The weights of a stage sum to the stage's weight.

        Raises:
            MotionLensError: nothing is known, or a model whose tokens are no body parts during windows.
        """
        ...

    def encode_videos(self, clips: Sequence[np.ndarray], known: Sequence[np.ndarray]) -> list[np.ndarray]:
        """``encode_motions`` for people lifted from videos: as many tokens, zero vectors where nothing is known."""
        ...


class ExplainingEncoder(Encoder, Protocol):
    """An encoder that can tell what its tokens are made of."""

    @property
    def stage_weights(self) -> tuple[float, float, float]:
        """Weights of the stages joint, segment, whole in the score; 0 = the model has no such stage."""
        ...

    def compose_text(self, text: str) -> tuple[QueryTokens, Composition]:
        """Tokens of a query as ``encode_text`` gives them, and what they are made of.

        Raises:
            MotionLensError: an empty query, or a model whose tokens are no words.
        """
        ...

    def compose_example(
        self, clip: np.ndarray, known: np.ndarray | None = None
    ) -> tuple[QueryTokens, Composition]:
        """Tokens of an example as ``ExampleEncoder.encode_example`` gives them, and what they are made of.

        Raises:
            MotionLensError: nothing is known, or a model whose tokens are no body parts during windows.
        """
        ...

    def compose_motion(self, clip: np.ndarray) -> tuple[np.ndarray, Composition]:
        """Tokens of one clip as ``encode_motions`` gives them, but float32, and what they are made of.

        Raises:
            MotionLensError: a model whose tokens are no body parts during windows.
        """
        ...
