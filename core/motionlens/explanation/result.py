"""The one result object of an explanation, and its views."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from ..skeleton import JOINT_NAMES
from .parts import PART_NAMES, at_joints

Quantity = Literal["similarity", "interaction"]
QUANTITIES: tuple[Quantity, ...] = ("similarity", "interaction")


@dataclass(frozen=True)
class QueryPart:
    """One row of an explanation: a word, or what stands for it in a motion.

    Attributes:
        text: as shown.
        start, end: character range in the query; 0, 0 for a motion as query.
    """

    text: str
    start: int = 0
    end: int = 0


@dataclass(frozen=True, eq=False)
class SegmentMap:
    """The segment stage: phrases x segments.

    Attributes:
        phrases: K texts. words: (K, N) share of each word in each phrase; rows sum to 1.
        patches: (L, 14, W) share of each patch in each segment; each sums to 1.
        similarity: (K, L) cosines. interaction: (K, L) in units of the score.
    """

    phrases: tuple[str, ...]
    words: np.ndarray
    patches: np.ndarray
    similarity: np.ndarray
    interaction: np.ndarray


@dataclass(frozen=True, eq=False)
class Explanation:
    """Which words met which body parts at which moments. Nothing in it is a probability.

    Attributes:
        query: as given ("" for a motion).
        words: N rows.
        segments: W windows (start, end), seconds of the motion.
        similarity: (N, 14, W) float32, cosine at the joint stage; of a word's pieces the largest.
        interaction: (N, 14, W) float32, Shapley-Taylor interaction in units of the score, all stages.
        stage_interaction: the same by stage; they sum to ``interaction``.
        segment_map: the segment stage's own map, None for a model without it.
        word_contribution: (N,) what each word adds to the score: they sum to it.
        stage_scores: stage name -> its part of the score.
        score: of the query and the motion.
    """

    query: str
    words: tuple[QueryPart, ...]
    segments: tuple[tuple[float, float], ...]
    similarity: np.ndarray
    interaction: np.ndarray
    stage_interaction: Mapping[str, np.ndarray]
    segment_map: SegmentMap | None
    word_contribution: np.ndarray
    stage_scores: Mapping[str, float]
    score: float

    @property
    def body_parts(self) -> tuple[str, ...]:
        """Names of the 14 body parts."""
        return PART_NAMES

    @property
    def joints(self) -> tuple[str, ...]:
        """Names of the 22 joints."""
        return JOINT_NAMES

    def of(self, quantity: Quantity) -> np.ndarray:
        """(N, 14, W) of a quantity."""
        return self.similarity if quantity == "similarity" else self.interaction

    def word_joint(self, quantity: Quantity) -> np.ndarray:
        """(N, 22): over windows similarity by maximum, interaction by sum."""
        return _over(at_joints(self.of(quantity)), quantity, -1)

    def word_segment(self, quantity: Quantity) -> np.ndarray:
        """(N, W): over body parts similarity by maximum, interaction by sum."""
        return _over(self.of(quantity), quantity, 1)

    def joint_time(self, quantity: Quantity, word: int | None = None) -> np.ndarray:
        """(22, W) of one word, or of the whole query (None): words taken together as windows are."""
        values = self.of(quantity)
        one = values[word] if word is not None else _over(values, quantity, 0)
        return at_joints(one)

    def to_dict(self) -> dict[str, Any]:
        """The JSON of ``motionlens explain --json``."""

        def plain(values: np.ndarray) -> list:
            return np.round(np.asarray(values, np.float64), 6).tolist()

        out: dict[str, Any] = {
            "query": self.query,
            "words": [w.text for w in self.words],
            "joints": list(self.joints),
            "body_parts": list(self.body_parts),
            "segments": [[round(a, 3), round(b, 3)] for a, b in self.segments],
        }
        for quantity in QUANTITIES:
            out[f"{quantity}_word_joint"] = plain(self.word_joint(quantity))
            out[f"{quantity}_word_segment"] = plain(self.word_segment(quantity))
        # not rounded: they have to add up
        out["word_contribution"] = np.asarray(self.word_contribution, np.float64).tolist()
        out["score_by_stage"] = {k: float(v) for k, v in self.stage_scores.items()}
        out["score"] = float(self.score)
        if self.segment_map is not None:
            found = self.segment_map
            out["segment_map"] = {
                "phrases": list(found.phrases),
                "similarity": plain(found.similarity),
                "interaction": plain(found.interaction),
            }
        return out


def _over(values: np.ndarray, quantity: Quantity, axis: int) -> np.ndarray:
    out: np.ndarray = values.max(axis=axis) if quantity == "similarity" else values.sum(axis=axis)
    return out
