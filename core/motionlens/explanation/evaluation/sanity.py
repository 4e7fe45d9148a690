"""Sanity checks (Adebayo et al., NeurIPS 2018): what must destroy a map, and whether it does.

- *words in random order*: the same words to a sentence without sense; each word's map beside its own before.
- *words of another caption*: for each word the map, in the same motion, of a word that describes another motion;
  what is left of localisation is owed to the motion, and to what motions have in common, not to the word.
- *randomised weights*: the same model with nothing learned (``Probe.randomised``).

Given are the rank correlation with the true map (1 = nothing changed), the AUC over joints (0.5 = nothing
localised), and the relief of a map: its standard deviation over its mean, 0 for a flat one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ...evaluation.metrics import Interval, bootstrap_mean
from ..result import Explanation, QueryPart
from .baselines import METHODS, Attribution, attributions
from .cases import Case, grounded_words
from .localisation import BODY_KINDS, over_joints
from .measures import auc, rank_correlation, relief
from .probe import Probe
from .report import Table

CHANGES: tuple[str, ...] = ("words in random order", "words of another caption", "randomised weights")
_KEPT = tuple(m for m in METHODS if m != "random")


@dataclass(frozen=True)
class SanityResult:
    """Figures of words, an array (words,) each; ``case`` is the index of each word's motion.

    Attributes:
        auc: method -> "as it is" or one of ``CHANGES`` -> AUC over joints.
        relief: the same for the relief. correlation: the same for the rank correlation, without "as it is".
    """

    case: np.ndarray
    auc: Mapping[str, Mapping[str, np.ndarray]]
    relief: Mapping[str, Mapping[str, np.ndarray]]
    correlation: Mapping[str, Mapping[str, np.ndarray]]

    def table(self) -> Table:
        """For the terminal and as JSON."""

        def mean(values: np.ndarray) -> Interval:
            return bootstrap_mean(values, self.case)

        states = ("as it is", *CHANGES)
        flattened = ("as it is", CHANGES[0], CHANGES[2])
        return Table(
            "sanity",
            f"{len(self.case)} body words of {len(np.unique(self.case))} captions",
            [f"rank correlation with the true map: {c}" for c in CHANGES]
            + [f"AUC over joints: {s}" for s in states]
            + [f"relief: {s}" for s in flattened],
            {
                m: [mean(self.correlation[m][c]) for c in CHANGES]
                + [mean(self.auc[m][s]) for s in states]
                + [mean(self.relief[m][s]) for s in flattened]
                for m in _KEPT
            },
        )


def shuffled(words: Sequence[QueryPart], rng: np.random.Generator) -> tuple[str, np.ndarray]:
    """The words in random order, and where each of them went.

    >>> words = (QueryPart("jumps"), QueryPart("he"))
    >>> text, place = shuffled(words, np.random.default_rng(1))
    >>> [text.split()[p] for p in place]
    ['jumps', 'he']
    """
    order = rng.permutation(len(words))
    return " ".join(words[i].text for i in order), np.argsort(order)


def changed(
    probe: Probe, blank: Probe, case: Case, stranger: Case, rng: np.random.Generator
) -> tuple[Explanation, dict[str, dict[str, np.ndarray]]] | None:
    """Method -> state -> (N, 14, W) maps of the words; None where the shuffled text has other words.

    Args:
        blank: the model with nothing learned. stranger: whose caption describes another motion.
    """
    text, clip = case.caption.text, case.positions
    explanation, said = attributions(probe, text, clip, rng, _KEPT)
    mixed, place = shuffled(explanation.words, rng)
    other, mixed_said = attributions(probe, mixed, clip, rng, _KEPT)
    if len(other.words) != len(explanation.words):
        return None
    without = attributions(blank, text, clip, rng, _KEPT)[1]
    foreign, foreign_said = attributions(probe, stranger.caption.text, clip, rng, _KEPT)
    meant = [g.word for g in grounded_words(stranger.caption, foreign.words) if g.kind in BODY_KINDS]
    handed = rng.choice(meant or np.arange(len(foreign.words)), len(place))
    maps = {
        m: {
            "as it is": said[m].words,
            CHANGES[0]: mixed_said[m].words[place],
            CHANGES[1]: foreign_said[m].words[handed],
            CHANGES[2]: without[m].words,
        }
        for m in _KEPT
    }
    return explanation, maps


def evaluate_sanity(
    probe: Probe, cases: Sequence[Case], seed: int = 0, progress: Callable[[str], None] | None = None
) -> SanityResult:
    """The checks for all methods on captions with body words."""
    rng, blank = np.random.default_rng(seed), probe.randomised(seed)
    owner: list[int] = []
    rows: list[dict[str, dict[str, tuple[float, float, float]]]] = []
    for index, case in enumerate(cases):
        if progress:
            progress(f"sanity: motion {index + 1} of {len(cases)}")
        found = changed(probe, blank, case, cases[(index + 1) % len(cases)], rng)
        if found is None:
            continue
        explanation, maps = found
        for g in grounded_words(case.caption, explanation.words):
            if g.kind in BODY_KINDS and not g.joints.all():
                owner.append(index)
                rows.append({m: _figures(m, states, g.word, g.joints) for m, states in maps.items()})

    def column(which: int, states: Sequence[str]) -> dict[str, dict[str, np.ndarray]]:
        return {m: {s: np.array([r[m][s][which] for r in rows]) for s in states} for m in _KEPT}

    every = ("as it is", *CHANGES)
    return SanityResult(np.array(owner), column(0, every), column(1, every), column(2, CHANGES))


def _figures(
    method: str, states: Mapping[str, np.ndarray], word: int, truth: np.ndarray
) -> dict[str, tuple[float, float, float]]:
    """State -> AUC over joints, relief, rank correlation with the true map, of one word."""
    true = states["as it is"][word]
    out = {}
    for state, maps in states.items():
        attribution = Attribution(maps, maps[0], additive=method != "similarity")
        values = over_joints(attribution, word)
        out[state] = auc(values, truth), relief(maps[word]), rank_correlation(maps[word], true)
    return out
