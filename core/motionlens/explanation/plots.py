"""An explanation as a picture; the mathematics is elsewhere."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np

from ..skeleton import JOINT_INDEX, SIDES
from .colours import INTERACTION, SIMILARITY
from .result import QUANTITIES, Explanation, Quantity

if TYPE_CHECKING:
    from matplotlib.axes import Axes

TITLES: dict[Quantity, str] = {
    "similarity": "similarity (cosine)",
    "interaction": "Shapley-Taylor interaction (score units)",
}
LEFT, RIGHT = "#2b7bba", "#c8611a"

JOINT_ORDER: tuple[int, ...] = tuple(
    JOINT_INDEX[name]
    for name in (
        "head", "neck", "left_collar", "right_collar", "left_shoulder", "right_shoulder", "left_elbow",
        "right_elbow", "left_wrist", "right_wrist", "spine3", "spine2", "spine1", "pelvis", "left_hip",
        "right_hip", "left_knee", "right_knee", "left_ankle", "right_ankle", "left_foot", "right_foot",
    )
)  # fmt: skip
"""Head to feet, left before right."""


def limits(values: np.ndarray, quantity: Quantity) -> tuple[float, float]:
    """Ends of the colour scale: of similarity its own, of interaction symmetric about zero.

    >>> limits(np.array([-0.1, 0.4]), "interaction"), limits(np.array([-0.1, 0.4]), "similarity")
    ((-0.4, 0.4), (-0.1, 0.4))
    """
    low, high = float(np.min(values)), float(np.max(values))
    if quantity == "interaction":
        largest = max(abs(low), abs(high), 1e-9)
        return -largest, largest
    return (low, high) if high > low else (low, low + 1e-9)


def draw(explanation: Explanation, kind: str, dark: bool = False) -> bytes:
    """Both quantities by word and joint and by word and time, with what each word adds to the score.

    Args:
        kind: "png" or "svg". dark: light lines on a dark ground.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure  # not pyplot: no display, and no state that threads would share

    ink, ground = ("#e6e6e6", "#1e1f22") if dark else ("#222222", "#ffffff")
    style: Any = {
        "text.color": ink, "axes.labelcolor": ink, "xtick.color": ink, "ytick.color": ink, "axes.edgecolor": ink,
        "font.size": 8, "svg.fonttype": "none", "svg.hashsalt": "motionlens",
    }  # fmt: skip
    n = len(explanation.words)
    with mpl.rc_context(style):
        figure = Figure(figsize=(13.5, 2.6 + 0.44 * n), facecolor=ground, layout="constrained")
        grid = figure.subplots(
            2, 3, sharey=True, gridspec_kw={"width_ratios": (1, 6, max(2, 0.3 * len(explanation.segments)))}
        )
        for row, quantity in zip(grid, QUANTITIES[::-1], strict=True):
            _row(figure, row, explanation, quantity)
        _bars(grid[0][0], explanation)
        _stages(grid[1][0], explanation)
        title = f"“{explanation.query}”" if explanation.query else "motion as query"
        figure.suptitle(f"{title}   score {explanation.score:.3f}", fontsize=11)
        out = io.BytesIO()
        figure.savefig(out, format=kind, dpi=130, metadata={"Date": None} if kind == "svg" else None)
    return out.getvalue()


def _colour_map(quantity: Quantity) -> Any:
    if quantity == "similarity":
        return SIMILARITY
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list(quantity, [tuple(c / 255 for c in stop) for stop in INTERACTION])


def _row(figure: Any, row: Any, explanation: Explanation, quantity: Quantity) -> None:
    by_joint = explanation.word_joint(quantity)[:, JOINT_ORDER]
    by_time = explanation.word_segment(quantity)
    words = [w.text for w in explanation.words]
    for axes, values in ((row[1], by_joint), (row[2], by_time)):
        low, high = limits(values, quantity)
        image = axes.imshow(
            values, cmap=_colour_map(quantity), vmin=low, vmax=high, aspect="auto", interpolation="nearest"
        )
        figure.colorbar(image, ax=axes, pad=0.01, fraction=0.05)
        axes.tick_params(length=0, labelleft=False)
    row[1].set_title(TITLES[quantity], fontsize=9, loc="left")
    joints = [explanation.joints[j].replace("_", " ") for j in JOINT_ORDER]
    row[1].set_xticks(range(len(joints)), joints, rotation=60, ha="right", rotation_mode="anchor")
    for label, joint in zip(row[1].get_xticklabels(), JOINT_ORDER, strict=True):
        side = SIDES[joint]
        if side != "centre":
            label.set_color(LEFT if side == "left" else RIGHT)
    times = [f"{a:.1f}" for a, _ in explanation.segments]
    row[2].set_xticks(range(len(times)), times, rotation=60)
    row[2].set_xlabel("from (s)")
    row[0].set_yticks(range(len(words)), words)
    row[0].tick_params(length=0, labelleft=True)


def _bars(axes: Axes, explanation: Explanation) -> None:
    values = explanation.word_contribution
    axes.barh(range(len(values)), values, color=["#7f8c8d" if v >= 0 else "#b2182b" for v in values])
    axes.set_title("adds to score", fontsize=9, loc="left")
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.set_facecolor("none")


def _stages(axes: Axes, explanation: Explanation) -> None:
    axes.set_facecolor("none")
    for side in ("top", "right", "bottom", "left"):
        axes.spines[side].set_visible(False)
    axes.set_xticks([])
    told = "\n".join(f"{stage} {value:.3f}" for stage, value in explanation.stage_scores.items())
    axes.set_title(f"score by stage\n{told}", fontsize=9, loc="left")
