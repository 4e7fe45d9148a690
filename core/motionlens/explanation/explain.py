"""Explain why a motion answers a query."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np

from ..model.interface import Composition, ExplainingEncoder, QueryTokens
from ..motion import FPS
from ..representation.known import known_patches
from ..skeleton import N_PARTS
from ..windows import PATCH_FRAMES
from .maps import JOINT, SEGMENT, WHOLE, Maps, Side, make_maps, merge_rows, words_of
from .parts import PART_NAMES
from .result import Explanation, QueryPart, SegmentMap

STAGE_NAMES = ("joint", "segment", "whole")
StageCounts = Callable[[int], Sequence[int]]
"""``Encoder.stage_counts``."""
_NONE = np.zeros(0, np.float32)


def explain(encoder: ExplainingEncoder, text: str, clip: np.ndarray, start_s: float = 0.0) -> Explanation:
    """Which words met which body parts of a clip at which moments.

    Args:
        encoder: the model, with a joint stage.
        text: the query.
        clip: (T, 22, 3) positions on the reference skeleton, 1 <= T <= 224, as a library stores them.
        start_s: where the clip begins in its motion, for the seconds of the result.

    Raises:
        MotionLensError: empty query, or a model without words and body parts.
        ValueError: a clip of another length.
    """
    query = encoder.compose_text(text)
    return explain_tokens(*query, *encoder.compose_motion(clip), encoder.stage_counts, len(clip), start_s)


def explain_tokens(
    query: QueryTokens,
    composition: Composition,
    tokens: np.ndarray,
    motion_composition: Composition,
    stage_counts: StageCounts,
    n_frames: int,
    start_s: float = 0.0,
) -> Explanation:
    """``explain`` for what is encoded already; without torch, some milliseconds."""
    fine = query.stages == JOINT
    spans = [span for span, own in zip(query.spans, fine, strict=True) if own]
    words, groups = words_of(query.text, spans)
    rows = tuple(QueryPart(query.text[a:b], a, b) for a, b in words)
    phrases = tuple(p for p, stage in zip(query.pieces, query.stages, strict=True) if stage == SEGMENT)
    return _explanation(
        query.text, rows, groups, phrases, query_side(query, composition),
        motion_side(tokens, motion_composition, stage_counts), n_frames, start_s,
    )  # fmt: skip


def explain_by_motion(
    encoder: ExplainingEncoder,
    example: np.ndarray,
    clip: np.ndarray,
    start_s: float = 0.0,
    rows: Literal["body part", "segment"] = "body part",
    known: np.ndarray | None = None,
) -> Explanation:
    """The same for a motion, or a person lifted from a video, as the query: its tokens look for the clip's.

    Args:
        example: (T, 22, 3), the query. rows: what its tokens are taken together to; one of which nothing was
            seen has no row. known: (T, 22) bool, joints that a video showed; None for a motion.
    """
    query, composition = encoder.compose_example(example, known)
    asking = query_side(query, composition)
    place = np.arange(len(asking.vectors[JOINT]))
    if known is not None:
        place = np.flatnonzero(known_patches(known))
    if rows == "body part":
        every, groups = PART_NAMES, place % N_PARTS
    else:
        groups = place // N_PARTS
        every = tuple(f"{a:.1f}–{b:.1f} s" for a, b in _segments(len(example), 0.0))
    used, groups = np.unique(groups, return_inverse=True)
    phrases = tuple(f"segment {k + 1}" for k in range(len(asking.vectors[SEGMENT])))
    found = motion_side(*encoder.compose_motion(clip), encoder.stage_counts)
    parts = tuple(QueryPart(every[k]) for k in used)
    return _explanation("", parts, groups, phrases, asking, found, len(clip), start_s)


def query_side(query: QueryTokens, composition: Composition) -> Side:
    """A text's tokens by stage."""
    vectors, weights = (
        tuple(values[query.stages == stage] for stage in (JOINT, SEGMENT, WHOLE))
        for values in (query.vectors, query.weights)
    )
    return Side(vectors, weights, composition.shares, composition.parts)


def motion_side(tokens: np.ndarray, composition: Composition, stage_counts: StageCounts) -> Side:
    """A motion's tokens by stage."""
    joint, segment, whole = np.split(tokens, np.cumsum(stage_counts(len(tokens)))[:-1])
    return Side((joint, segment, whole), (_NONE, _NONE, _NONE), composition.shares, composition.parts)


def _segments(n_frames: int, start_s: float) -> tuple[tuple[float, float], ...]:
    edges = [*range(0, n_frames, PATCH_FRAMES), n_frames]
    return tuple((start_s + a / FPS, start_s + b / FPS) for a, b in itertools.pairwise(edges))


def _grid(values: np.ndarray) -> np.ndarray:
    """(..., W * 14) patches, window-major -> (..., 14, W)."""
    return np.swapaxes(values.reshape(*values.shape[:-1], -1, N_PARTS), -1, -2).astype(np.float32)


def _explanation(
    text: str,
    rows: tuple[QueryPart, ...],
    groups: np.ndarray,
    phrases: tuple[str, ...],
    query: Side,
    motion: Side,
    n_frames: int,
    start_s: float,
) -> Explanation:
    maps = make_maps(query, motion)
    n = len(rows)
    by_stage = {
        STAGE_NAMES[stage]: _grid(merge_rows(values, groups, n, largest=False))
        for stage, values in maps.interaction.items()
    }
    contribution = np.sum([merge_rows(c, groups, n, False) for c in maps.contribution.values()], axis=0)
    stage_scores = {STAGE_NAMES[stage]: float(c.sum()) for stage, c in maps.contribution.items()}
    return Explanation(
        query=text,
        words=rows,
        segments=_segments(n_frames, start_s),
        similarity=_grid(merge_rows(maps.similarity, groups, n, largest=True)),
        interaction=np.sum(list(by_stage.values()), axis=0),
        stage_interaction=by_stage,
        segment_map=_segment_map(maps, phrases, query, motion, groups, n),
        word_contribution=contribution,
        stage_scores=stage_scores,
        score=sum(stage_scores.values()),
    )


def _segment_map(
    maps: Maps, phrases: tuple[str, ...], query: Side, motion: Side, groups: np.ndarray, n: int
) -> SegmentMap | None:
    if maps.phrases is None:
        return None
    words = merge_rows(query.shares.T, groups, n, largest=False).T
    return SegmentMap(phrases, words.astype(np.float32), _grid(motion.shares), *maps.phrases)
