"""The understanding test: does the one thing decide in which two motions and captions differ?

For every pair a system scores two captions against two motions. Chance is one half: whatever a system
knows of themes, people and pace is the same on both sides.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .metrics import Interval, bootstrap_mean
from .understanding_pairs import KINDS, ContrastPair, make_pairs

Score = Callable[[Sequence[str], Sequence[np.ndarray]], np.ndarray]
"""(texts, motions) -> (texts x motions) scores, higher is better."""

TARGET = 0.85
"""Share of decisions that must be right, kind by kind."""


def decisions(scores: np.ndarray) -> np.ndarray:
    """(2,) whether each row of a 2 x 2 score matrix prefers its own column; a tie counts half.

    >>> decisions(np.array([[0.9, 0.1], [0.4, 0.4]])).tolist()
    [1.0, 0.5]
    """
    own, other = np.diag(scores), np.diag(scores[:, ::-1])
    return np.where(own > other, 1.0, np.where(own == other, 0.5, 0.0))


@dataclass(frozen=True, eq=False)
class KindResult:
    """Decisions on the pairs of one kind.

    Attributes:
        kind: one of ``understanding_pairs.KINDS``.
        groups: (n,) the finer kind of each pair.
        t2m, m2t: (n, 2) decisions: given text i, is motion i preferred; given motion i, text i.
    """

    kind: str
    groups: tuple[str, ...]
    t2m: np.ndarray
    m2t: np.ndarray

    def figure(self, direction: str = "t2m") -> Interval:
        """Share of right decisions, with its 95 % interval over pairs."""
        return bootstrap_mean(getattr(self, direction).mean(axis=1))

    def both(self, direction: str = "t2m") -> Interval:
        """Share of pairs with both decisions right (chance 25 %; a tie is half a right one)."""
        return bootstrap_mean(getattr(self, direction).prod(axis=1))

    def by_group(self) -> dict[str, tuple[int, float]]:
        """Finer kind -> pairs, share of right text-to-motion decisions."""
        names = np.array(self.groups)
        return {
            str(g): (int((names == g).sum()), float(self.t2m[names == g].mean())) for g in np.unique(names)
        }

    def to_dict(self) -> dict[str, Any]:
        """JSON-able."""
        return {
            "kind": self.kind,
            "pairs": len(self.groups),
            "t2m": self.figure("t2m").to_dict(),
            "t2m_both": self.both("t2m").to_dict(),
            "m2t": self.figure("m2t").to_dict(),
            "m2t_both": self.both("m2t").to_dict(),
            "groups": {g: {"pairs": n, "t2m": round(v, 6)} for g, (n, v) in self.by_group().items()},
        }


@dataclass(frozen=True)
class UnderstandingReport:
    """Results kind by kind for one system."""

    results: tuple[KindResult, ...]
    seed: int
    name: str = "model"

    def to_dict(self) -> dict[str, Any]:
        """The JSON of ``motionlens evaluate-understanding --json``."""
        return {
            "system": self.name,
            "seed": self.seed,
            "chance": 0.5,
            "chance_both": 0.25,
            "target": TARGET,
            "kinds": [r.to_dict() for r in self.results],
        }

    def to_text(self) -> str:
        """A table for the terminal: per cent, 95 % intervals in brackets."""
        lines = [
            f"{self.name}: of two motions or captions that differ in one thing, the right one preferred (%)",
            f"chance 50, both decisions of a pair 25; target text to motion {100 * TARGET:.0f}",
            f"{'differ in':<10} {'pairs':>5}  {'text to motion':>16}  {'both':>14}  {'motion to text':>16}  "
            f"{'both':>14}",
        ]
        for r in self.results:
            cells = (r.figure("t2m"), r.both("t2m"), r.figure("m2t"), r.both("m2t"))
            texts = [f"{100 * c.value:.1f} [{100 * c.low:.0f}, {100 * c.high:.0f}]" for c in cells]
            lines.append(
                f"{r.kind:<10} {len(r.groups):>5}  {texts[0]:>16}  {texts[1]:>14}  {texts[2]:>16}  {texts[3]:>14}"
            )
            if len(r.by_group()) > 1:
                finer = (f"{g} {100 * v:.0f} (n={n})" for g, (n, v) in r.by_group().items())
                lines.append("           " + ", ".join(finer))
        return "\n".join(lines)


def evaluate_pairs(score: Score, pairs: Sequence[ContrastPair]) -> KindResult:
    """Decisions of a system on pairs of one kind.

    Args:
        score: see ``Score``; called once with all captions and motions.
        pairs: at least one.

    Raises:
        ValueError: no pairs, or scores of another shape or not finite.
    """
    if not pairs:
        raise ValueError("there are no pairs to score")
    texts = [caption for pair in pairs for caption in pair.captions]
    motions = [positions for pair in pairs for positions in pair.positions]
    matrix = np.asarray(score(texts, motions), dtype=np.float64)
    if matrix.shape != (len(texts), len(motions)) or not np.isfinite(matrix).all():
        raise ValueError(
            f"finite scores of shape {(len(texts), len(motions))} are needed, not {matrix.shape}"
        )
    blocks = [matrix[i : i + 2, i : i + 2] for i in range(0, len(texts), 2)]
    return KindResult(
        pairs[0].kind,
        tuple(pair.group for pair in pairs),
        np.stack([decisions(b) for b in blocks]),
        np.stack([decisions(b.T) for b in blocks]),
    )


def evaluate_understanding(
    score: Score,
    kinds: Sequence[str] = KINDS,
    n: int = 200,
    seed: int = 0,
    name: str = "model",
    progress: Callable[[str], None] | None = None,
) -> UnderstandingReport:
    """The understanding test of one system.

    Args:
        score: see ``Score``.
        kinds: some of ``understanding_pairs.KINDS``.
        n: pairs a kind.
        seed: of the pairs; the same for all systems that are compared.
        name: of the system, for the table.
        progress: told the kind that is being made and scored.

    Raises:
        MotionLensError: an unknown kind.
    """
    results = []
    for kind in kinds:
        if progress:
            progress(kind)
        results.append(evaluate_pairs(score, make_pairs(kind, n, seed)))
    return UnderstandingReport(tuple(results), seed, name)
