"""Zero-shot evaluation on labelled motions: average precision, R-precision, labels as sentences.

Every label is a query against all motions; the motions that carry it are right. Tied scores count at
the value expected when the tied are put into random order, so that a figure never depends on the
order of files, and a system that scores everything alike gets exactly what chance gets.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .metrics import Interval, bootstrap_mean


def _tie_groups(scores: np.ndarray, relevant: np.ndarray) -> list[tuple[int, int]]:
    """(size, relevant ones) of each group of equal scores, best first."""
    scores, relevant = np.asarray(scores, dtype=np.float64), np.asarray(relevant, dtype=bool)
    if scores.ndim != 1 or scores.shape != relevant.shape:
        raise ValueError(f"scores {scores.shape} and relevance {relevant.shape} must be vectors alike")
    if not np.isfinite(scores).all() or not relevant.any():
        raise ValueError("finite scores and at least one relevant item are needed")
    _, place, sizes = np.unique(-scores, return_inverse=True, return_counts=True)
    return list(zip(sizes.tolist(), np.bincount(place, relevant).astype(int).tolist(), strict=True))


def average_precision(scores: np.ndarray, relevant: np.ndarray) -> float:
    """Mean over the relevant items of the precision at their rank; expected value over ties.

    In a group of t tied items, r of them relevant, after a items of which s relevant, the item at place
    i of the group is relevant with probability r / t, and s + (i - 1)(r - 1) / (t - 1) relevant ones are
    then expected before it (McSherry and Najork, ECIR 2008).

    Args:
        scores: (N,) higher is better.
        relevant: (N,) boolean.

    Raises:
        ValueError: shapes differ, a score is not finite, or nothing is relevant.

    Relevant at ranks 1 and 3: (1/1 + 2/3) / 2.

    >>> round(average_precision(np.array([3.0, 2.0, 1.0]), np.array([True, False, True])), 4)
    0.8333

    One of two tied is relevant: rank 1 or 2, each with probability one half.

    >>> average_precision(np.array([1.0, 1.0]), np.array([True, False]))
    0.75
    """
    total, before, right = 0.0, 0, 0
    for size, hits in _tie_groups(scores, relevant):
        place = np.arange(1, size + 1)
        earlier = (place - 1) * (hits - 1) / (size - 1) if size > 1 else np.zeros(1)
        if hits:
            total += float((hits / size * (right + earlier + 1) / (before + place)).sum())
        before, right = before + size, right + hits
    return total / right


def r_precision(scores: np.ndarray, relevant: np.ndarray) -> float:
    """Share of relevant items among the first R, where R is the number of relevant items.

    Items tied across place R count by the share of them that fits.

    >>> r_precision(np.array([4.0, 3.0, 2.0, 1.0]), np.array([True, False, True, False]))
    0.5
    >>> r_precision(np.zeros(4), np.array([True, False, True, False]))
    0.5
    """
    groups = _tie_groups(scores, relevant)
    wanted = room = sum(hits for _, hits in groups)
    found = 0.0
    for size, hits in groups:
        taken = min(size, room)
        found += hits * taken / size
        room -= taken
    return found / wanted


def chance_average_precision(n: int, relevant: int) -> float:
    """Expected average precision of a random order of n items.

    >>> chance_average_precision(2, 1)
    0.75
    """
    return average_precision(np.zeros(n), np.arange(n) < relevant)


def top_share(scores: np.ndarray, relevant: np.ndarray) -> np.ndarray:
    """(M,) for each column, the share of its best rows that are right: 1 or 0 unless rows are tied.

    >>> top_share(np.array([[0.9, 0.5], [0.1, 0.5]]), np.array([[True, True], [False, False]])).tolist()
    [1.0, 0.5]
    """
    scores, relevant = np.asarray(scores), np.asarray(relevant, dtype=bool)
    best = scores == scores.max(axis=0, keepdims=True)
    return (best & relevant).sum(axis=0) / best.sum(axis=0)


# -- labels as sentences ---------------------------------------------------------------------------

_SENTENCE = re.compile(r"^(an?|the|this|some(one|body)|person|people|he|she|they|it)\b", re.IGNORECASE)
_PIECES = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_SIDES = {"l": "left", "r": "right"}
_TIMES = {"1": "once", "2": "twice"}
_REPETITIONS = ("rep", "reps", "repetition", "repetitions", "time", "times")
_MORE_VERBS = (
    "deposit",
    "cartwheel",
    "exercise",
    "type",
    "read",
    "write",
    "check",
    "brush",
    "wear",
    "open",
    "close",
)


def label_words(label: str) -> list[str]:
    """A label's words: cut at camel case, underscores and digits; L and R become sides.

    >>> label_words("kickLFront1Reps"), label_words("sit_down")
    (['kick', 'left', 'front', 'once'], ['sit', 'down'])
    >>> label_words("hopBothLegs3hops"), label_words("jogLeftCircle4StepsRstart")
    (['hop', 'both', 'legs', 'three', 'times'], ['jog', 'left', 'circle', 'four', 'steps'])
    """
    from ..synthesis.grammar_words import NUMBERS

    # "RStart", "LelbowStart" (HDM05): which limb begins is not what the motion is
    label = re.sub(r"(?<=[a-z0-9_ ])[LR]([a-z]*)[_ ]?[Ss]tart(ed)?$", "", label)
    pieces = [p.lower() for p in _PIECES.findall(label)]
    out: list[str] = []
    for at, piece in enumerate(pieces):
        number = at > 0 and pieces[at - 1].isdigit()
        if number and (piece in _REPETITIONS or piece in (pieces[0] + "s", pieces[0] + pieces[0][-1] + "s")):
            count = pieces[at - 1]
            out[-1:] = [_TIMES[count]] if count in _TIMES else [out[-1], "times"]
        elif piece.isdigit():
            out.append(NUMBERS[int(piece)] if int(piece) < len(NUMBERS) else piece)
        else:
            out.append(_SIDES.get(piece, piece))
    return out


def label_sentence(label: str) -> str:
    """A plain sentence for a label; a label that is a sentence already stays as it is.

    >>> label_sentence("kickLFront1Reps"), label_sentence("lieDownFloor")
    ('a person kicks left front once', 'a person lies down floor')
    >>> label_sentence("brushing_teeth"), label_sentence("cartwheel"), label_sentence("golf swing")
    ('a person is brushing teeth', 'a person cartwheels', 'a person does a golf swing')
    >>> label_sentence("A man jumps.")
    'A man jumps.'
    """
    from ..synthesis.grammar_words import indefinite, inflect

    tidy = " ".join(label.split())
    if _SENTENCE.match(tidy) and " " in tidy:
        return tidy
    words = label_words(tidy)
    if not words:
        return f"a person does {tidy}"
    compound = len(words) > 1 and words[-1] in _verbs()  # "golf swing", "high kick"
    if words[0] in _verbs() and not compound:
        return " ".join(["a person", inflect(words[0], "third"), *words[1:]])
    if not compound and words[0].endswith("ing") and len(words[0]) > 5:
        return " ".join(["a person is", *words])
    return f"a person does {indefinite(' '.join(words))}"


def _verbs() -> frozenset[str]:
    """Verbs in their base form, as far as the synthesiser's phrases know them."""
    from ..synthesis.captions import PHRASES

    phrases = (p for table in PHRASES.values() for pool in table.values() for p in pool)
    return frozenset(v for p in phrases for v in re.findall(r"\*([a-z]+)", p)) | frozenset(_MORE_VERBS)


# -- the report ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class LabelResult:
    """One label as a query: figures beside what a random order would give."""

    label: str
    sentences: tuple[str, ...]
    n: int
    ap: float
    chance_ap: float
    r_precision: float
    chance_r_precision: float

    def to_dict(self) -> dict[str, Any]:
        """JSON-able, six digits."""
        figures = ("ap", "chance_ap", "r_precision", "chance_r_precision")
        return {
            "label": self.label,
            "sentences": list(self.sentences),
            "n": self.n,
            **{name: round(getattr(self, name), 6) for name in figures},
        }


@dataclass(frozen=True)
class LabelReport:
    """All labels on a set of motions.

    Attributes:
        motions: how many were ranked.
        results: one a label.
        accuracy: share of motions whose best label is right, interval over motions.
        chance_accuracy: of a label drawn at random.
        notes: what was left out and why.
        failures: (file, sentence) of files that could not be read.
    """

    motions: int
    results: tuple[LabelResult, ...]
    accuracy: Interval
    chance_accuracy: float
    notes: tuple[str, ...] = ()
    failures: tuple[tuple[str, str], ...] = ()

    def mean(self, figure: str) -> Interval:
        """Mean of a figure over labels, each label alike, with its 95 % interval over labels."""
        return bootstrap_mean(np.array([getattr(r, figure) for r in self.results]))

    def to_dict(self) -> dict[str, Any]:
        """The JSON of ``motionlens evaluate-labels --json``."""
        return {
            "motions": self.motions,
            "labels": [r.to_dict() for r in self.results],
            "map": self.mean("ap").to_dict(),
            "chance_map": round(self.mean("chance_ap").value, 6),
            "r_precision": self.mean("r_precision").to_dict(),
            "chance_r_precision": round(self.mean("chance_r_precision").value, 6),
            "top_label_accuracy": self.accuracy.to_dict(),
            "chance_top_label": round(self.chance_accuracy, 6),
            "notes": list(self.notes),
            "failures": [{"file": f, "message": m} for f, m in self.failures],
        }

    def to_text(self) -> str:
        """A table for the terminal: per cent, chance behind the slash, intervals in brackets."""
        width = min(max([len(r.label) for r in self.results] + [5]), 36)
        lines = [
            f"{len(self.results)} labels, each ranked against all {self.motions} motions (%; / chance)",
            f"{'label':<{width}}  {'n':>4}  {'AP':>13}  {'R-precision':>13}  sentence",
        ]
        for r in self.results:
            lines.append(
                f"{r.label[:width]:<{width}}  {r.n:>4}  {100 * r.ap:5.1f} / {100 * r.chance_ap:5.1f}  "
                f"{100 * r.r_precision:5.1f} / {100 * r.chance_r_precision:5.1f}  {'; '.join(r.sentences)}"
            )
        for name, figure in (("mAP", "ap"), ("mean R-precision", "r_precision")):
            m, c = self.mean(figure), self.mean(f"chance_{figure}")
            lines.append(
                f"{name} {100 * m.value:.1f} [{100 * m.low:.1f}, {100 * m.high:.1f}] over labels, "
                f"chance {100 * c.value:.1f}"
            )
        a = self.accuracy
        lines.append(
            f"motion's best label right {100 * a.value:.1f} [{100 * a.low:.1f}, {100 * a.high:.1f}] over motions, "
            f"chance {100 * self.chance_accuracy:.1f}"
        )
        lines += [f"note: {note}" for note in self.notes]
        lines += [f"not read: {message}" for _, message in self.failures]
        return "\n".join(lines)


def label_report(
    scores: np.ndarray,
    labels: Sequence[str],
    sentences: Sequence[Sequence[str]],
    relevant: np.ndarray,
    notes: Sequence[str] = (),
    failures: Sequence[tuple[str, str]] = (),
) -> LabelReport:
    """Figures from scores.

    Args:
        scores: (labels x motions), higher is better.
        labels: the rows.
        sentences: how each was asked.
        relevant: (labels x motions) boolean; every label has a motion.
        notes, failures: see ``LabelReport``.
    """
    n = scores.shape[1]
    results = []
    for row, label, asked, right in zip(scores, labels, sentences, relevant, strict=True):
        count = int(right.sum())
        results.append(
            LabelResult(
                label,
                tuple(asked),
                count,
                average_precision(row, right),
                chance_average_precision(n, count),
                r_precision(row, right),
                count / n,
            )
        )
    accuracy = bootstrap_mean(top_share(scores, relevant))
    chance = float(relevant.mean(axis=0).mean())
    return LabelReport(n, tuple(results), accuracy, chance, tuple(notes), tuple(failures))
