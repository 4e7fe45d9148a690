"""Time of an explanation beyond encoding, for a query of 20 words and a motion of 196 patches."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ...interaction.sampled import sampled_rows
from ...interaction.shapley_taylor import shapley_taylor_rows
from ...model.stages import STAGES
from ...windows import MAX_CLIP_FRAMES
from .. import explain_tokens
from .cases import make_cases
from .probe import Probe
from .report import Table

QUERY = "a person walks forward slowly and then raises the left arm and waves twice before turning around to sit down"
"""Twenty words."""

TARGET_MS = 5.0
_ORDERS = 1000


@dataclass(frozen=True)
class TimingResult:
    """Milliseconds, medians of many runs.

    Attributes:
        words, patches: sizes of query and motion.
        text, motion: of encoding. explanation: of all maps from the encoded, the interactions of all
            stages included.
        closed_form: of the joint stage's interactions alone. sampled: of estimating these from 1,000 random
            orders. sampled_error: its root mean square error over the interactions' standard deviation.
    """

    words: int
    patches: int
    text: float
    motion: float
    explanation: float
    closed_form: float
    sampled: float
    sampled_error: float

    def table(self) -> Table:
        """For the terminal and as JSON."""
        beyond = self.text + self.motion
        return Table(
            "timing",
            f"milliseconds for {self.words} words and {self.patches} patches, medians",
            ("milliseconds",),
            {
                "encoding the text": [self.text],
                "encoding the motion": [self.motion],
                "explanation beyond encoding": [self.explanation],
                "interactions of the joint stage, closed form": [self.closed_form],
                f"the same sampled, {_ORDERS} orders": [self.sampled],
            },
            [
                f"The explanation takes {self.explanation / beyond:.2f} of the time of encoding "
                f"(target: under {TARGET_MS:.0f} ms); sampling takes {self.sampled / self.closed_form:.0f} "
                f"times the closed form and is off by {self.sampled_error:.0%} of the interactions' deviation."
            ],
            extra={"sampled_over_closed_form": round(self.sampled / self.closed_form, 1),
                   "sampled_relative_error": round(self.sampled_error, 4), "target_ms": TARGET_MS},
        )  # fmt: skip


def median_ms(work: Callable[[], object], runs: int) -> float:
    """Median time of a call, after one that warms up."""
    work()
    found = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        found.append(time.perf_counter() - start)
    return 1000 * float(np.median(found))


def evaluate_timing(probe: Probe, seed: int = 0, runs: int = 100) -> TimingResult:
    """Times on this machine."""
    frames = np.concatenate([c.positions for c in make_cases(16, seed)])
    clip = np.ascontiguousarray(frames[:MAX_CLIP_FRAMES])
    encoder = probe.encoder
    query, composition = encoder.compose_text(QUERY)
    tokens, parts = encoder.compose_motion(clip)
    given = (query, composition, tokens, parts, encoder.stage_counts, len(clip))
    explanation = explain_tokens(*given)
    own = query.stages == STAGES.index("joint")
    similarity = (query.vectors[own] @ tokens[: encoder.stage_counts(len(tokens))[0]].T).astype(np.float64)
    weights = query.weights[own]
    exact = shapley_taylor_rows(similarity, weights)
    rng = np.random.default_rng(seed)
    estimate = sampled_rows(similarity, weights, _ORDERS, rng)
    return TimingResult(
        words=len(explanation.words),
        patches=similarity.shape[1],
        text=median_ms(lambda: encoder.compose_text(QUERY), runs // 2),
        motion=median_ms(lambda: encoder.compose_motion(clip), runs // 2),
        explanation=median_ms(lambda: explain_tokens(*given), runs),
        closed_form=median_ms(lambda: shapley_taylor_rows(similarity, weights), runs),
        sampled=median_ms(lambda: sampled_rows(similarity, weights, _ORDERS, rng), max(3, runs // 20)),
        sampled_error=float(np.sqrt(((estimate - exact) ** 2).mean()) / exact.std()),
    )
