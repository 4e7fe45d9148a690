"""Localisation: does a word's map point at the joints and seconds that the word means?

Truth comes from the synthesiser (``cases``). Joints: AUC over the 22 joints of the map summed over time, and
whether its peak is among the true joints, for words that name limbs ("left", "hand") and for words that
name an action of some joints ("waves"). Time: AUC over the windows of the map summed over body parts, whether its
peak is inside, and the intersection over union of the run of windows that stands out most
(``measures.best_span``), for words of motions of several steps that mean less than 80 % of the motion.
Cosines are put together by their maximum instead of a sum, as the explanation shows them. A last row has the
truth itself, rounded to body parts and windows: what a perfect map would reach.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ...evaluation.metrics import Interval, bootstrap_mean
from ...training.grounding import parts_of, windows_of
from ..parts import at_joints
from ..result import Explanation
from .baselines import METHODS, Attribution, attributions
from .cases import KINDS, Case, Grounded, grounded_words, windows_in
from .measures import auc, best_span, pointing, span_iou
from .probe import Probe
from .report import Cell, Table

BODY_KINDS = KINDS[:2]
MOST_OF_MOTION = 0.8
"""A word that means a larger share of the motion's windows says nothing of time."""

PERFECT = "the truth as patches"
"""Name of the row of a perfect map."""

JOINT_FIGURES = ("auc", "pointing")
TIME_FIGURES = ("auc", "pointing", "iou")


@dataclass(frozen=True)
class WordFigures:
    """Figures of one word, method by method.

    Attributes:
        case: index of its motion. kind: see ``cases.KINDS``.
        joints: method -> ``JOINT_FIGURES``. time: method -> ``TIME_FIGURES``; empty where time is not asked.
    """

    case: int
    kind: str
    joints: Mapping[str, tuple[float, ...]]
    time: Mapping[str, tuple[float, ...]]


def over_joints(attribution: Attribution, word: int) -> np.ndarray:
    """(22,) of one word: as ``Explanation.word_joint``."""
    at = at_joints(attribution.words[word])
    out: np.ndarray = at.sum(axis=-1) if attribution.additive else at.max(axis=-1)
    return out


def over_time(attribution: Attribution, word: int) -> np.ndarray:
    """(W,) of one word: as ``Explanation.word_segment``."""
    values = attribution.words[word]
    out: np.ndarray = values.sum(axis=0) if attribution.additive else values.max(axis=0)
    return out


def joint_figures(values: np.ndarray, truth: np.ndarray) -> tuple[float, float]:
    """AUC and pointing game over joints."""
    return auc(values, truth), pointing(values, truth)


def time_figures(values: np.ndarray, truth: np.ndarray) -> tuple[float, float, float]:
    """AUC, pointing game and IoU of the best span; the true windows are one run.

    >>> time_figures(np.array([0.0, 2.0, 3.0, 0.0]), np.array([False, True, True, False]))
    (1.0, 1.0, 1.0)
    """
    inside = np.flatnonzero(truth)
    span = (int(inside[0]), int(inside[-1]) + 1)
    return auc(values, truth), pointing(values, truth), span_iou(best_span(values), span)


def asks_time(case: Case, truth: np.ndarray) -> bool:
    """Whether true windows of a word say something of time."""
    return len(case.recipe.steps) > 1 and 0 < truth.mean() < MOST_OF_MOTION


def perfect(case: Case, explanation: Explanation) -> Attribution:
    """The patches that the words mean: body parts most of whose joints are meant, windows mostly inside."""
    maps = np.zeros(explanation.interaction.shape)
    for g in grounded_words(case.caption, explanation.words):
        parts = parts_of(np.flatnonzero(g.joints).tolist())
        maps[g.word] = parts[:, None] & windows_of(g.start_s, g.end_s, len(explanation.segments))
    return Attribution(maps, maps.sum(axis=0))


def word_figures(
    index: int, case: Case, explanation: Explanation, said: Mapping[str, Attribution]
) -> list[WordFigures]:
    """Figures of all words of one case that refer to something."""
    out = []
    for g in grounded_words(case.caption, explanation.words):
        if g.joints.all():
            continue
        joints = {m: joint_figures(over_joints(a, g.word), g.joints) for m, a in said.items()}
        out.append(WordFigures(index, g.kind, joints, _time(case, explanation, g, said)))
    return out


def _time(
    case: Case, explanation: Explanation, g: Grounded, said: Mapping[str, Attribution]
) -> dict[str, tuple[float, ...]]:
    truth = windows_in(explanation.segments, g.start_s, g.end_s)
    if not asks_time(case, truth):
        return {}
    return {m: time_figures(over_time(a, g.word), truth) for m, a in said.items()}


def evaluate_localisation(
    probe: Probe,
    cases: Sequence[Case],
    seed: int = 0,
    progress: Callable[[str], None] | None = None,
    methods: Sequence[str] = METHODS,
) -> list[WordFigures]:
    """Figures of all words of all cases."""
    rng = np.random.default_rng(seed)
    out: list[WordFigures] = []
    for index, case in enumerate(cases):
        if progress:
            progress(f"localisation: motion {index + 1} of {len(cases)}")
        explanation, said = attributions(probe, case.caption.text, case.positions, rng, methods)
        said[PERFECT] = perfect(case, explanation)
        out += word_figures(index, case, explanation, said)
    return out


def mean_figure(
    words: Sequence[WordFigures],
    method: str,
    which: str,
    column: int,
    kinds: Sequence[str] = BODY_KINDS,
    minus: str = "",
) -> Interval | None:
    """Mean over words, intervals by drawing motions; None where there are no such words.

    Args:
        which: "joints" or "time". column: of ``JOINT_FIGURES`` or ``TIME_FIGURES``.
        minus: another method, for the mean of the differences.
    """
    own = [w for w in words if w.kind in kinds and getattr(w, which)]
    if not own:
        return None
    found = np.array([getattr(w, which)[method][column] for w in own])
    if minus:
        found = found - np.array([getattr(w, which)[minus][column] for w in own])
    return bootstrap_mean(found, [w.case for w in own])


def localisation_table(words: Sequence[WordFigures]) -> Table:
    """All methods, body words."""
    body = [w for w in words if w.kind in BODY_KINDS]
    methods = list(body[0].joints) if body else []
    rows: dict[str, list[Cell]] = {}
    for m in methods:
        rows[m] = [mean_figure(words, m, "joints", i) for i in range(len(JOINT_FIGURES))]
        rows[m] += [mean_figure(words, m, "joints", 0, (kind,)) for kind in KINDS]
        rows[m] += [mean_figure(words, m, "time", i) for i in range(len(TIME_FIGURES))]
    notes = []
    for which, name in (("joints", "joints"), ("time", "time")):
        ahead = mean_figure(words, METHODS[0], which, 0, minus="similarity")
        if ahead is not None:
            notes.append(
                f"AUC over {name}, Shapley-Taylor less similarity: "
                f"{ahead.value:+.3f} [{ahead.low:+.3f}, {ahead.high:+.3f}]"
            )
    timed = sum(bool(w.time) for w in body)
    return Table(
        "localisation",
        f"words against the joints and seconds that they mean; {len(body)} body words, {timed} of them with "
        "a time of their own; chance AUC 0.5, higher is better",
        (
            "AUC over joints", "peak among the joints", "AUC over joints, limb words",
            "AUC over joints, action words", "AUC over joints, words of manner and count (no body words)",
            "AUC over time", "peak inside the time", "IoU of the best span",
        ),
        rows,
        notes,
    )  # fmt: skip
