"""What a motion file does not say: its unit, which way is up, whether its axes are left-handed, and
which frames at its start are a T-pose. Everything here looks at the 22 canonical points."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..skeleton import JOINT_INDEX
from .points import lateral, middle, stature
from .rotations import axis_name, axis_vector, unit

J = JOINT_INDEX

UNITS_M: dict[str, float] = {
    "metre": 1.0,
    "decimetre": 0.1,
    "centimetre": 0.01,
    "millimetre": 0.001,
    "inch": 0.0254,
    "foot": 0.3048,
    "Acclaim unit (1/0.45 inch)": 0.0254 / 0.45,
}
# Steps in one frame as shares of stature: joints about the pelvis on average; pelvis; no movement.
_JUMP, _LEAP, _STILL = 0.02, 0.3, 2e-3
_LOW_M, _HIGH_M, _TYPICAL_M = 1.3, 2.2, 1.7


def infer_unit(height: float, stated: float | None) -> tuple[float, str]:
    """Metres per unit, and where that is from.

    Args:
        height: body height in the file's unit.
        stated: what the format states, or None.

    >>> infer_unit(172.0, None)
    (0.01, 'stature: 1.72 m if the unit is the centimetre')
    >>> infer_unit(172.0, 1.0)[0]
    0.01
    >>> infer_unit(1.8, 1.0)
    (1.0, 'file')
    """
    if stated is not None and 0.5 <= height * stated <= 3.0:
        return stated, "file"
    name, unit_m = min(UNITS_M.items(), key=lambda item: abs(np.log(height * item[1] / _TYPICAL_M)))
    metres = height * unit_m
    text = f"stature: {metres:.2f} m if the unit is the {name}"
    if not _LOW_M <= metres <= _HIGH_M:
        text += " (an unusual stature: check it)"
    if stated is not None:
        text += f"; the file states {stated:g} m, which gives {height * stated:.3g} m"
    return unit_m, text


def upright_axis(rest: np.ndarray) -> str | None:
    """The axis along which a rest pose stands, None when it does not stand (22 points)."""
    hips, ankles = middle(rest, "hip"), middle(rest, "ankle")
    legs, trunk = unit(hips - ankles), unit(rest[J["neck"]] - hips)
    name = axis_name(legs + trunk)
    up = axis_vector(name)
    level = abs(float(unit(lateral(rest)) @ up))
    knees = float(unit(hips - middle(rest, "knee")) @ up)
    return name if legs @ up > 0.9 and trunk @ up > 0.8 and knees > 0.85 and level < 0.3 else None


def infer_up(points: np.ndarray, rest: np.ndarray | None, stated: str | None) -> tuple[str, str]:
    """The file's up axis ("y", "-z", …), and where that is from.

    Order: the file's word; the rest pose; the direction from the feet to the neck over time. A rest pose
    that the motion contradicts (a root that turns everything upright) loses, unless the person moves like
    one who lies on the ground: its pelvis then keeps its height along the rest pose's axis.
    """
    if stated is not None:
        return stated.lstrip("+"), "file"
    body = unit(points[:, J["neck"]] - middle(points, "ankle"))
    mean = body.mean(axis=0)
    moving = axis_name(mean)
    standing = upright_axis(rest) if rest is not None else None
    if standing is None:
        return moving, "direction from feet to neck over time"
    if standing == moving or mean @ axis_vector(standing) > 0.3 or np.abs(mean).max() < 0.85:
        return standing, "rest pose"
    pelvis = points[:, J["pelvis"]]
    spread = np.ptp(pelvis, axis=0)
    along_rest = float(abs(axis_vector(standing)) @ spread)
    along_body = float(abs(axis_vector(moving)) @ spread)
    if along_rest > 1.5 * along_body and along_rest > 0.15 * stature(points):
        return moving, "direction from feet to neck over time (the rest pose lies)"
    return standing, "rest pose (the motion lies throughout)"


def toes_against_sides(points: np.ndarray) -> bool:
    """True when the toes point backwards given where left and right are: left-handed axes.

    Left, up and forward are a right-handed triple; each leg gives a forward direction by its foot and, when
    bent, by its knee. Both must disagree with the sides in most frames.
    """
    left = unit(lateral(points))
    up = unit(middle(points, "hip") - middle(points, "ankle"))
    forward = unit(np.cross(left, up))
    agree: list[np.ndarray] = []
    for side in ("left", "right"):
        hip, knee, ankle, foot = (points[:, J[f"{side}_{n}"]] for n in ("hip", "knee", "ankle", "foot"))
        toes = np.sum(unit(foot - ankle) * forward, axis=-1)
        bend = np.sum((knee - 0.5 * (hip + ankle)) * forward, axis=-1) / np.linalg.norm(hip - ankle, axis=-1)
        agree.append(np.stack([toes, bend], axis=-1))
    both = np.median(np.concatenate(agree), axis=0)
    return bool(both[0] < -0.5 and both[1] < 0.005)


@dataclass(frozen=True)
class _Arms:
    straight: np.ndarray
    sideways: np.ndarray


def _arms(points: np.ndarray) -> _Arms:
    across = unit(lateral(points))
    straight, sideways = np.full(len(points), 1.0), np.full(len(points), 1.0)
    for side, sign in (("left", 1.0), ("right", -1.0)):
        shoulder, elbow, wrist = (points[:, J[f"{side}_{n}"]] for n in ("shoulder", "elbow", "wrist"))
        bones = np.linalg.norm(elbow - shoulder, axis=-1) + np.linalg.norm(wrist - elbow, axis=-1)
        straight = np.minimum(straight, np.linalg.norm(wrist - shoulder, axis=-1) / np.maximum(bones, 1e-9))
        sideways = np.minimum(sideways, sign * np.sum(unit(wrist - shoulder) * across, axis=-1))
    return _Arms(straight, sideways)


def leading_t_pose(points: np.ndarray, root: np.ndarray, height: float) -> int:
    """How many frames at the start are a T-pose that was put before the motion.

    The test: frames that do not move, in a T-pose (straight arms to the sides) or with the root at the
    origin, and then a jump that no body makes: many times the usual step between frames. A person who
    really stands in a T-pose and moves out of it makes no jump and is kept.

    Args:
        points: (F, 22, 3) at the file's own rate.
        root: (F, 3) the file's root joint, same unit.
        height: stature, same unit.
    """
    if len(points) < 3:
        return 0
    pelvis = points[:, J["pelvis"]]
    pose = np.linalg.norm(np.diff(points - pelvis[:, None], axis=0), axis=-1).mean(axis=1) / height
    travel = np.linalg.norm(np.diff(pelvis, axis=0), axis=-1) / height
    steps = pose + travel
    arms = _arms(points)
    t_pose = (arms.straight > 0.96) & (arms.sideways > 0.85)
    at_origin = np.linalg.norm(root, axis=-1) < 1e-3 * height
    cut = 0
    for k in np.flatnonzero(steps > _JUMP):
        if not (t_pose | at_origin)[: k + 1].all():
            break
        before = steps[cut:k]
        held = not len(before) or float(before.max()) < _STILL
        leaves = travel[k] > max(_LEAP, 3 * _usual(travel[k + 1 :]))
        jumps = leaves or pose[k] > max(_JUMP, 3 * _usual(pose[k + 1 :]))
        if cut and steps[k] < steps[cut - 1]:
            break  # settling into the motion after the jump, not another jump
        if held and jumps and (t_pose[: k + 1].all() or leaves):
            cut = int(k) + 1
    return cut


def _usual(steps: np.ndarray) -> float:
    return float(np.quantile(steps[:40], 0.9)) if len(steps) else 0.0
