"""Mirror check: in the mirrored motion, with left and right exchanged in the caption, does the peak change sides?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ...evaluation.metrics import bootstrap_mean
from ...motion import mirror_positions
from ...skeleton import JOINT_NAMES, MIRROR
from ...synthesis.grammar import mirror_caption
from ..parts import parts_together
from ..result import QueryPart
from .baselines import METHODS, Attribution, attributions
from .cases import LIMB_JOINTS, Case, limb_joints, named_limb
from .localisation import over_joints
from .probe import Probe
from .report import Table

FIGURES = ("moved", "side", "limb")


@dataclass(frozen=True)
class MirrorResult:
    """method -> (cases, 3) bool: the peak moved to the mirrored joint; it is on the named side; it is at the
    named limb (the last two of the motion that was not mirrored)."""

    figures: Mapping[str, np.ndarray]

    def table(self) -> Table:
        """For the terminal and as JSON."""
        n = len(next(iter(self.figures.values())))
        return Table(
            "mirror",
            f"peak joint, among the joints of arms and legs, of the words for a limb; {n} captions that name "
            "the left or right hand, foot, arm or leg",
            ("peak moves to the mirrored joint", "peak on the named side", "peak at the named limb"),
            {m: [bootstrap_mean(v[:, i]) for i in range(len(FIGURES))] for m, v in self.figures.items()},
            extra={"target": {"method": METHODS[0], "peak moves to the mirrored joint": 0.9}},
        )


def limb_peak(attribution: Attribution, words: Sequence[QueryPart], text: str) -> int:
    """Joint at which the words for the named limb ("left hand") have their peak, of the joints of all limbs.

    The values of the words are taken together as those of windows are.
    """
    _, _, start, end = named_limb(text)
    rows_of = [i for i, w in enumerate(words) if start <= w.start < end]
    rows = [over_joints(attribution, i) for i in rows_of]
    values = np.sum(rows, axis=0) if attribution.additive else np.max(rows, axis=0)
    limbs = list(LIMB_JOINTS)
    best = np.isclose(values[limbs], values[limbs].max(), rtol=1e-6, atol=1e-12)
    # collar, shoulder and elbow share a part and often have its value: of equal ones the one that most parts mean
    together = np.sum([parts_together(attribution.words[i]).sum(axis=-1) for i in rows_of], axis=0)[limbs]
    return LIMB_JOINTS[int(np.argmax(np.where(best, together, -np.inf)))]


def judge(peak: int, mirrored: int, text: str) -> tuple[bool, bool, bool]:
    """``FIGURES`` of one case.

    >>> from motionlens.skeleton import JOINT_INDEX as at
    >>> judge(at["left_wrist"], at["right_wrist"], "a person waves the left hand")
    (True, True, True)
    >>> judge(at["left_knee"], at["left_knee"], "a person waves the left hand")
    (False, True, False)
    """
    side, limb, _, _ = named_limb(text)
    return MIRROR[peak] == mirrored, JOINT_NAMES[peak].startswith(side), peak in limb_joints(side, limb)


def evaluate_mirror(
    probe: Probe, cases: Sequence[Case], seed: int = 0, progress: Callable[[str], None] | None = None
) -> MirrorResult:
    """The check for all methods on cases of ``cases.make_sided_cases``."""
    rng = np.random.default_rng(seed)
    found: dict[str, list[tuple[bool, bool, bool]]] = {m: [] for m in METHODS}
    for index, case in enumerate(cases):
        if progress:
            progress(f"mirror: motion {index + 1} of {len(cases)}")
        text = case.caption.text
        other = mirror_caption(text)
        one, said = attributions(probe, text, case.positions, rng)
        two, swapped = attributions(probe, other, mirror_positions(case.positions), rng)
        for m in METHODS:
            peaks = limb_peak(said[m], one.words, text), limb_peak(swapped[m], two.words, other)
            found[m].append(judge(*peaks, text))
    return MirrorResult({m: np.array(v) for m, v in found.items()})
