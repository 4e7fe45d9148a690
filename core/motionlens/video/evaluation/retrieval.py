"""Video to motion and motion to video on filmed motions: ours and what it has to beat."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...errors import MotionLensError
from ...evaluation.metrics import (
    DRAWS,
    KS,
    Interval,
    Summary,
    best_ranks,
    bootstrap_mean,
    group_draws,
    summarise,
)
from ...model.interface import ExampleEncoder
from ...readers.retarget import place
from ...representation.known import known_patches
from .dtw import FEATURES, pose_distances
from .filmed import Filmed

OURS = "ours"
LIFTED = "motion encoder on lifted joints"
WARPED = {name: f"DTW on lifted {name}" for name in FEATURES}


@dataclass(frozen=True, eq=False)
class FilmedTask:
    """One film of each of N motions, and the N motions cut to what was filmed, in the same order."""

    films: tuple[Filmed, ...]
    motions: tuple[np.ndarray, ...]

    @property
    def ids(self) -> list[str]:
        """Of the motions."""
        return [film.id for film in self.films]


def tasks_of(films: Sequence[Filmed], motions: Mapping[str, np.ndarray]) -> list[FilmedTask]:
    """A task for each view: a motion is in no gallery twice.

    Args:
        films: of one split.
        motions: (T, 22, 3) by id, whole, as in their dataset.

    Raises:
        MotionLensError: a film's motion is not there, or another one.
    """
    by_view: dict[tuple[int, int], list[Filmed]] = {}
    for film in films:
        if film.id not in motions or len(motions[film.id]) < film.last:
            raise MotionLensError(
                f"{film.name} was filmed of other data: give the folder that it was made from."
            )
        by_view.setdefault((film.seed, film.view), []).append(film)
    return [
        FilmedTask(tuple(group), tuple(place(motions[f.id][f.first : f.last], floor=0.0) for f in group))
        for _, group in sorted(by_view.items())
    ]


def warped_scores(task: FilmedTask, features: str) -> tuple[np.ndarray, np.ndarray]:
    """(N, N) videos x motions and motions x videos: nearest neighbours by ``FEATURES``, nothing learned."""
    make: Callable[..., tuple[np.ndarray, np.ndarray]] = FEATURES[features]
    motions = [make(motion) for motion in task.motions]
    scores = -np.stack([pose_distances(make(f.positions, f.known), motions) for f in task.films])
    return scores, scores.T


def encoded_scores(task: FilmedTask, encoder: ExampleEncoder) -> tuple[np.ndarray, np.ndarray]:
    """(N, N) videos x motions and motions x videos, scored as the search does.

    Raises:
        MotionLensError: the model takes no examples.
    """
    motions = encoder.encode_motions(task.motions)
    videos = encoder.encode_videos([f.positions for f in task.films], [f.known for f in task.films])
    forward = [_query(encoder, f.positions, f.known) for f in task.films]
    backward = [_query(encoder, motion, None) for motion in task.motions]
    return _score(encoder, forward, motions), _score(encoder, backward, videos)


def _query(encoder: ExampleEncoder, clip: np.ndarray, known: np.ndarray | None) -> Any:
    """The example's tokens; None where too little of it is seen to ask with."""
    try:
        return encoder.encode_example(np.ascontiguousarray(clip, np.float32), known)
    except MotionLensError:
        if known is None or known_patches(known).any():
            raise
        return None  # ranked as by chance


def _score(encoder: ExampleEncoder, queries: Sequence[Any], items: Sequence[np.ndarray]) -> np.ndarray:
    from ...evaluation.maxsim import stack_tokens
    from ...search.scoring import score_stages, split_stages

    tokens, offsets = stack_tokens(items)
    groups = split_stages(tokens, offsets, encoder.stage_counts)
    rows = [np.zeros(len(items)) if q is None else score_stages(q, groups) for q in queries]
    return np.stack(rows)


@dataclass(frozen=True)
class Row:
    """A system's figures; ranks are kept for ratios.

    Attributes:
        v2m, m2v: video to motion, motion to video.
        ranks: (2, Q) of both.
    """

    v2m: Summary
    m2v: Summary
    ranks: np.ndarray

    def to_dict(self) -> dict[str, Any]:
        """JSON-able."""
        return {"video_to_motion": self.v2m.to_dict(), "motion_to_video": self.m2v.to_dict()}


def row_of(scores: Sequence[tuple[np.ndarray, np.ndarray]], groups: Sequence[str]) -> Row:
    """Figures over all tasks, only a query's own motion counting as right.

    Args:
        scores: of each task, see ``encoded_scores``.
        groups: id of each query, task after task: the bootstrap draws ids, not films.
    """
    ranks = np.stack(
        [
            np.concatenate([best_ranks(pair[way], np.eye(len(pair[way]), dtype=bool)) for pair in scores])
            for way in (0, 1)
        ]
    )
    gallery = max(len(pair[0]) for pair in scores)
    v2m, m2v = (summarise(r, gallery, groups, queries=len(r)) for r in ranks)
    return Row(v2m, m2v, ranks)


def recall_ratio(
    ours: np.ndarray, other: np.ndarray, k: int, groups: Sequence[str], seed: int = 0
) -> Interval:
    """R@k of ours over another's, with the interval of a bootstrap that draws the same queries for both.

    A drawn sample in which the other finds nothing counts as infinitely better, unless ours finds nothing either.

    Args:
        ours, other: (Q,) ranks of the same queries. k: of R@k. groups: (Q,) what is drawn.

    >>> recall_ratio(np.array([1.0, 1.0, 1.0, 9.0]), np.array([1.0, 9.0, 1.0, 9.0]), 1, list("abcd")).value
    1.5
    """
    names, index = np.unique(np.asarray(groups), return_inverse=True)
    drawn = group_draws(len(names), DRAWS, seed)
    sums = [drawn @ np.bincount(index, r <= k, minlength=len(names)) for r in (ours, other)]
    samples = [_ratio(a, b) for a, b in zip(*sums, strict=True)]
    low, high = np.percentile(samples, [2.5, 97.5], method="nearest")
    return Interval(_ratio(float((ours <= k).sum()), float((other <= k).sum())), float(low), float(high))


def _ratio(a: float, b: float) -> float:
    return float(a / b) if b else (1.0 if not a else float("inf"))


def difference(ours: np.ndarray, other: np.ndarray, k: int, groups: Sequence[str]) -> Interval:
    """R@k of ours less another's over the same queries."""
    return bootstrap_mean((ours <= k).astype(float) - (other <= k), groups)


@dataclass(frozen=True)
class VideoReport:
    """What ``motionlens evaluate-video`` prints.

    Attributes:
        rows: by system.
        ratios: by baseline, then "video_to_motion" or "motion_to_video", then k: ours over it.
        notes: sentences to read with the figures.
    """

    queries: int
    gallery: int
    rows: Mapping[str, Row]
    ratios: Mapping[str, Mapping[str, Mapping[int, Interval]]]
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """JSON-able; an infinite ratio is null."""
        return {
            "queries": self.queries,
            "gallery": self.gallery,
            "notes": list(self.notes),
            "systems": {name: row.to_dict() for name, row in self.rows.items()},
            "ours_over": {
                name: {
                    way: {str(k): _finite(v.to_dict()) for k, v in by_k.items()} for way, by_k in ways.items()
                }
                for name, ways in self.ratios.items()
            },
        }

    def to_text(self) -> str:
        """A table for the terminal."""
        chance = 100 / self.gallery
        lines = [f"{self.queries} films, gallery of {self.gallery} motions; chance is R@1 {chance:.1f}."]
        lines += self.notes
        lines += ["R@k in per cent with 95 % bootstrap intervals; MedR lower is better.", ""]
        width = max(len(name) for name in self.rows)
        lines.append(
            f"{'system':<{width}}  way  " + "  ".join(f"{f'R@{k}':>16}" for k in KS) + f"  {'MedR':>17}"
        )
        for name, row in self.rows.items():
            for way, summary in (("V2M", row.v2m), ("M2V", row.m2v)):
                cells = [_percent(v) for v in summary.recall.values()]
                m = summary.medr
                medr = f"{m.value:5.1f} [{m.low:4.1f},{m.high:4.1f}]"
                lines.append(f"{name:<{width}}  {way}  {'  '.join(cells)}  {medr:>17}")
        for name, ways in self.ratios.items():
            for way, by_k in ways.items():
                cells = [f"R@{k} {v.value:.2f} [{v.low:.2f}, {v.high:.2f}]" for k, v in by_k.items()]
                lines.append(f"ours / {name}, {way.replace('_', ' ')}: {', '.join(cells)}")
        return "\n".join(lines)


def _percent(v: Interval) -> str:
    return f"{100 * v.value:5.1f} [{100 * v.low:3.0f}, {100 * v.high:3.0f}]"


def _finite(values: Mapping[str, float]) -> dict[str, float | None]:
    return {k: v if np.isfinite(v) else None for k, v in values.items()}


def evaluate_films(
    tasks: Sequence[FilmedTask],
    ours: ExampleEncoder | None,
    baseline: ExampleEncoder | None,
    notes: Sequence[str] = (),
) -> VideoReport:
    """All systems on the same films.

    Args:
        tasks: see ``tasks_of``.
        ours: an encoder with a video tower, None where there is none.
        baseline: the one whose motion tower takes the lifted joints; None leaves the row out.
        notes: for the report.
    """
    groups = [name for task in tasks for name in task.ids]
    scores: dict[str, list[tuple[np.ndarray, np.ndarray]]] = {}
    if ours is not None:
        scores[OURS] = [encoded_scores(task, ours) for task in tasks]
    if baseline is not None:
        scores[LIFTED] = [encoded_scores(task, baseline) for task in tasks]
    for features, name in WARPED.items():
        scores[name] = [warped_scores(task, features) for task in tasks]
    rows = {name: row_of(found, groups) for name, found in scores.items()}
    ratios: dict[str, dict[str, dict[int, Interval]]] = {}
    if OURS in rows:
        for name in (LIFTED, *WARPED.values()):
            if name in rows:
                ratios[name] = {
                    way: {
                        k: recall_ratio(rows[OURS].ranks[i], rows[name].ranks[i], k, groups)
                        for k in (1, 5, 10)
                    }
                    for i, way in enumerate(("video_to_motion", "motion_to_video"))
                }
    return VideoReport(len(groups), max(len(t.films) for t in tasks), rows, ratios, tuple(notes))
