"""How captions that the user wrote take part in the score of a text (decision 0012)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .scoring import StageGroup, score_stages

if TYPE_CHECKING:
    from ..library.interface import Moment
    from ..library.own_captions import OwnCaption
    from ..model.interface import QueryTokens

ALIKE = 0.6
"""Two texts less alike than this say different things: of 150 pairs of human captions of one motion 71 % lie
above, of captions of different motions 12 %."""
SAME = 0.9
"""Two texts more alike than this say the same: "boss taunt" and "the boss taunts the player"."""
NO_CAPTION = np.float32(-1.0)
_ABOVE_TOP = 0.5  # standard deviations above the best, for a caption that says exactly what is asked


@dataclass(frozen=True, eq=False)
class CaptionIndex:
    """Tokens of own captions, and which moments each is about.

    Attributes:
        groups: by stage, the tokens of the c captions; as motions have them in ``score_stages``.
        moments: for each caption the ids of its moments, (n,) int64.
    """

    groups: tuple[StageGroup, ...]
    moments: tuple[np.ndarray, ...]

    @staticmethod
    def build(
        captions: Mapping[int, Sequence[OwnCaption]],
        tokens: Mapping[str, tuple[np.ndarray, np.ndarray]],
        moments: Sequence[Moment],
    ) -> CaptionIndex | None:
        """The index of the captions that have tokens, None where there are none.

        Args:
            captions: by motion, as ``library.own_captions.own_captions`` gives them.
            tokens: stages (N,) and vectors (N, d) by text, as ``library.own_captions.caption_tokens``.
            moments: of the library.
        """
        by_motion: dict[int, list[Moment]] = {}
        for moment in moments:
            if moment.motion_id in captions:
                by_motion.setdefault(moment.motion_id, []).append(moment)
        stages: list[np.ndarray] = []
        vectors: list[np.ndarray] = []
        about: list[np.ndarray] = []
        for motion_id, own in captions.items():
            for caption in own:
                if not caption.text or caption.text not in tokens:
                    continue
                start, end = caption.item.span
                ids = [
                    m.id
                    for m in by_motion.get(motion_id, ())
                    if not end or shares_half(start, end, m.start_frame, m.end_frame)
                ]
                stages.append(tokens[caption.text][0])
                vectors.append(tokens[caption.text][1])
                about.append(np.array(ids, np.int64))
        if not about:
            return None
        return CaptionIndex(_groups(stages, vectors), tuple(about))

    def similarity(self, query: QueryTokens, moment_ids: np.ndarray) -> np.ndarray:
        """How alike a text is to the captions of each moment.

        MaxSim of the text's tokens with the caption's, over the sum of the text's weights: 1 for the same words.

        Args:
            query: tokens of a text.
            moment_ids: (m,) int64, increasing.

        Returns:
            (m,) float32, of the captions of a moment the best; -1 for moments without one.
        """
        alike = score_stages(query, self.groups) / max(float(query.weights.sum()), 1e-9)
        out = np.full(len(moment_ids), NO_CAPTION, np.float32)
        for value, ids in zip(alike, self.moments, strict=True):
            at = np.flatnonzero(np.isin(moment_ids, ids, assume_unique=True))
            out[at] = np.maximum(out[at], value)
        return out


def _groups(stages: Sequence[np.ndarray], vectors: Sequence[np.ndarray]) -> tuple[StageGroup, ...]:
    common = set.intersection(*({int(s) for s in own} for own in stages))
    groups = []
    for stage in sorted(common):
        parts = [v[s == stage].astype(np.float32) for s, v in zip(stages, vectors, strict=True)]
        offsets = np.concatenate([[0], np.cumsum([len(part) for part in parts])])
        groups.append(StageGroup(stage, np.concatenate(parts), offsets))
    return tuple(groups)


def shares_half(a: int, b: int, c: int, d: int) -> bool:
    """Whether frames [a, b) and [c, d) share half of the shorter.

    >>> shares_half(0, 20, 10, 200), shares_half(0, 20, 11, 200)
    (True, False)
    """
    return 2 * (min(b, d) - max(a, c)) >= min(b - a, d - c)


def lift(
    scores: np.ndarray,
    similarity: np.ndarray,
    alike: float = ALIKE,
    same: float = SAME,
    of: np.ndarray | None = None,
    top: float | None = None,
) -> np.ndarray:
    """Scores of a text after the user's captions had their say.

    With g = (t - alike) / (same - alike), cut to 0..1, a score s becomes s + g * (top - s), top half a standard
    deviation above the best score: a caption that says the same gets there, one that says something else
    changes nothing, and nothing is ever lowered.

    Args:
        scores: (m,) of the text.
        similarity: (m,) t of ``CaptionIndex.similarity``.
        alike: t from which on a caption counts.
        same: t from which on it counts wholly.
        of: scores whose deviation is taken, where ``scores`` are some of the best only; they themselves else.
        top: the best score, where it is not among ``scores``.

    Returns:
        (m,) float32.

    >>> lift(np.array([1.0, 0.0, 0.0, -1.0]), np.array([-1.0, 1.0, 0.75, 0.5])).round(3).tolist()
    [1.0, 1.3539999723434448, 0.6769999861717224, -1.0]
    """
    scores = np.asarray(scores, np.float64)
    share = np.clip((np.asarray(similarity, np.float64) - alike) / (same - alike), 0.0, 1.0)
    if not len(scores) or not share.any():
        return scores.astype(np.float32)
    best = scores.max() if top is None else top
    top = best + _ABOVE_TOP * np.asarray(scores if of is None or not len(of) else of, np.float64).std()
    return np.asarray(scores + share * (top - scores), np.float32)
