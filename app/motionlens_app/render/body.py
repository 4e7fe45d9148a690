"""The body: from 22 joint positions to the capsules that both renderers and the thumbnails draw."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from motionlens.skeleton import BONES, N_JOINTS, REFERENCE_LEG_M, SIDES
from motionlens.skeleton import JOINT_INDEX as J

LEFT, RIGHT, TRUNK = 0, 1, 2
"""Colour groups: left limbs cool, right limbs warm, trunk neutral."""

LEFT_COLOUR = "#4a9be6"
RIGHT_COLOUR = "#ee8a45"
GLOW_COLOUR = "#ff2fb9"
"""Joints that answer a word glow in this, in every theme: neither side's colour, nor in the maps."""
TRUNK_DARK = "#b9bdc6"
TRUNK_LIGHT = "#8d929d"

_EXTRA = (
    "head_top", "chin", "nose", "nose_tip", "left_hand", "right_hand", "left_palm", "right_palm",
    "left_toe", "right_toe", "left_heel", "right_heel",
    "left_chest", "right_chest", "left_rib", "right_rib", "left_waist", "right_waist",
    "left_pelvis", "right_pelvis", "breastbone",
)  # fmt: skip
ANCHORS: dict[str, int] = {**J, **{name: 22 + i for i, name in enumerate(_EXTRA)}}
"""Names of the points that capsules join: the joints, then points derived from them."""


@dataclass(frozen=True)
class Capsule:
    """A round cone between two anchors; radii in metres on the reference skeleton."""

    a: int
    b: int
    radius_a: float
    radius_b: float
    group: int


def _sided(a: str, b: str, radius_a: float, radius_b: float, limb: bool = True) -> list[Capsule]:
    out = []
    for side, group in (("left_", LEFT), ("right_", RIGHT)):
        out.append(
            Capsule(ANCHORS[side + a], ANCHORS[side + b], radius_a, radius_b, group if limb else TRUNK)
        )
    return out


def _mid(a: str, b: str, radius_a: float, radius_b: float) -> Capsule:
    return Capsule(ANCHORS[a], ANCHORS[b], radius_a, radius_b, TRUNK)


CAPSULES: tuple[Capsule, ...] = (
    *_sided("pelvis", "waist", 0.100, 0.094, limb=False),
    *_sided("waist", "rib", 0.094, 0.102, limb=False),
    *_sided("rib", "chest", 0.102, 0.074, limb=False),
    # Middle pieces fill the furrow between the two sides.
    _mid("pelvis", "spine1", 0.101, 0.095),
    _mid("spine1", "spine2", 0.095, 0.103),
    _mid("spine2", "breastbone", 0.103, 0.076),
    _mid("left_chest", "right_chest", 0.070, 0.070),
    *_sided("chest", "shoulder", 0.066, 0.052, limb=False),
    _mid("neck", "head", 0.054, 0.048),
    _mid("chin", "head_top", 0.074, 0.088),
    _mid("nose", "nose_tip", 0.020, 0.013),
    *_sided("shoulder", "elbow", 0.054, 0.041),
    *_sided("elbow", "wrist", 0.042, 0.028),
    *_sided("wrist", "palm", 0.028, 0.038),
    *_sided("palm", "hand", 0.038, 0.018),
    *_sided("hip", "knee", 0.086, 0.058),
    *_sided("knee", "ankle", 0.058, 0.038),
    *_sided("ankle", "heel", 0.038, 0.036),
    *_sided("heel", "foot", 0.036, 0.034),
    *_sided("foot", "toe", 0.034, 0.026),
)

A = np.array([c.a for c in CAPSULES])
B = np.array([c.b for c in CAPSULES])
RADII = np.array([[c.radius_a, c.radius_b] for c in CAPSULES], dtype=np.float32)
GROUPS = np.array([c.group for c in CAPSULES])

JOINT_GROUP = np.array([{"left": LEFT, "right": RIGHT, "centre": TRUNK}[side] for side in SIDES])
"""Colour group of each of the 22 joints."""


@dataclass(frozen=True, eq=False)
class BodyStyle:
    """What a body is drawn with: S capsules between anchors.

    Attributes:
        a: (S,) anchor at one end. b: (S,) at the other.
        radii: (S, 2) metres on the reference skeleton.
        groups: (S,) ``LEFT``, ``RIGHT`` or ``TRUNK``.
        least_px: no capsule is painted thinner than this radius, so that bones show from afar.
    """

    a: np.ndarray
    b: np.ndarray
    radii: np.ndarray
    groups: np.ndarray
    least_px: float = 0.0


def _card() -> BodyStyle:
    """The body without what a card is too small to show: two thirds of the strokes."""
    hidden = {"nose_tip", "spine1", "spine2", "breastbone", "palm", "heel", "foot"}
    kept = [
        c for c in CAPSULES
        if not {_ANCHOR_NAMES[c.b].removeprefix("left_").removeprefix("right_"), _ANCHOR_NAMES[c.b]} & hidden
        and _ANCHOR_NAMES[c.a].split("_")[-1] not in ("palm", "foot")
    ]  # fmt: skip
    kept += [*_sided("wrist", "hand", 0.034, 0.024), *_sided("heel", "toe", 0.037, 0.027)]
    return BodyStyle(
        np.array([c.a for c in kept]), np.array([c.b for c in kept]),
        np.array([[c.radius_a, c.radius_b] for c in kept], dtype=np.float32), np.array([c.group for c in kept]),
    )  # fmt: skip


def _skeleton() -> BodyStyle:
    """Every bone a rod, every joint a ball: what the data say, and nothing besides."""
    parents, children = np.array(BONES).T
    joints = np.arange(N_JOINTS)
    return BodyStyle(
        np.concatenate([parents, joints]),
        np.concatenate([children, joints]),
        np.concatenate([np.full((len(BONES), 2), 0.010), np.full((N_JOINTS, 2), 0.021)]).astype(np.float32),
        np.concatenate([JOINT_GROUP[children], JOINT_GROUP]),
        least_px=1.1,
    )


_ANCHOR_NAMES = {index: name for name, index in ANCHORS.items()}
CARD = _card()
"""What cards are drawn with."""
STYLES: dict[str, BodyStyle] = {"body": BodyStyle(A, B, RADII, GROUPS), "skeleton": _skeleton()}
"""By the name that the view options use."""

_HANGS_ON = {
    "head_top": "head", "chin": "head", "nose": "head", "nose_tip": "head", "breastbone": "spine3",
} | {
    f"{side}_{name}": on if on in J else f"{side}_{on}"
    for side in ("left", "right")
    for name, on in (("hand", "wrist"), ("palm", "wrist"), ("toe", "foot"), ("heel", "ankle"),
                     ("chest", "collar"), ("rib", "spine2"), ("waist", "spine1"), ("pelvis", "pelvis"))
}  # fmt: skip
ANCHOR_JOINT = np.array([J[_HANGS_ON.get(name, name)] for name in ANCHORS])
"""The joint that each anchor goes with."""
HALO_RADIUS = 0.17
"""Of a glowing joint's halo, metres on the reference skeleton."""


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-6)


def body_scale(positions: np.ndarray) -> float:
    """Thickness factor of (T, 22, 3) positions: leg length over the reference's.

    >>> from motionlens.skeleton import rest_positions
    >>> round(body_scale(rest_positions()[None]), 3)
    1.0
    """
    p = positions[: min(len(positions), 20)]
    thigh = np.linalg.norm(p[:, J["left_knee"]] - p[:, J["left_hip"]], axis=-1)
    shank = np.linalg.norm(p[:, J["left_ankle"]] - p[:, J["left_knee"]], axis=-1)
    return float(np.clip(np.median(thigh + shank) / REFERENCE_LEG_M, 0.3, 3.0))


def anchors(positions: np.ndarray, scale: float = 1.0) -> np.ndarray:
    """Joints and derived points, (..., 22, 3) to (..., len(ANCHORS), 3), metres.

    Hands go on from the forearm; the head faces where the shoulders do and tilts with the neck, since
    joint positions alone do not hold its turn.
    """
    p = np.asarray(positions, dtype=np.float32)
    out = np.empty((*p.shape[:-2], len(ANCHORS), 3), dtype=np.float32)
    out[..., :22, :] = p

    def put(name: str, value: np.ndarray) -> None:
        out[..., ANCHORS[name], :] = value

    across = _unit(p[..., J["left_shoulder"], :] - p[..., J["right_shoulder"], :])
    hips = _unit(p[..., J["left_hip"], :] - p[..., J["right_hip"], :])
    _put_head(p, put, across, scale)
    put("breastbone", (p[..., J["left_collar"], :] + p[..., J["right_collar"], :]) / 2)
    for side, sign in (("left", 1.0), ("right", -1.0)):
        wrist, ankle, foot = (p[..., J[f"{side}_{n}"], :] for n in ("wrist", "ankle", "foot"))
        arm = _unit(wrist - p[..., J[f"{side}_elbow"], :])
        put(f"{side}_palm", wrist + arm * 0.075 * scale)
        put(f"{side}_hand", wrist + arm * 0.155 * scale)
        toe = _unit(foot - ankle)
        # The sole: the foot joint lies below the ankle, so the heel is behind and below the ankle.
        shank = _unit(ankle - p[..., J[f"{side}_knee"], :])
        forward = _unit(toe - (toe * shank).sum(-1, keepdims=True) * shank)
        put(f"{side}_toe", foot + forward * 0.065 * scale)
        put(f"{side}_heel", ankle + (shank * 0.040 - forward * 0.035) * scale)
        put(f"{side}_chest", p[..., J[f"{side}_collar"], :] + across * (sign * 0.022 * scale))
        put(f"{side}_rib", p[..., J["spine2"], :] + across * (sign * 0.054 * scale))
        put(f"{side}_waist", p[..., J["spine1"], :] + _unit(across + hips) * (sign * 0.044 * scale))
        put(
            f"{side}_pelvis", p[..., J["pelvis"], :] + hips * (sign * 0.056 * scale) - _down(p) * 0.02 * scale
        )
    return out


def _down(p: np.ndarray) -> np.ndarray:
    return _unit(p[..., J["spine1"], :] - p[..., J["pelvis"], :])


def _put_head(p: np.ndarray, put, across: np.ndarray, scale: float) -> None:
    neck, head = p[..., J["neck"], :], p[..., J["head"], :]
    lean = _unit(head - neck)
    ahead = _unit(np.cross(across, lean))
    # On the reference skeleton the head joint lies 22 degrees in front of straight up from the neck.
    cos, sin = np.cos(np.arctan2(0.04, 0.10)), np.sin(np.arctan2(0.04, 0.10))
    up, forward = cos * lean - sin * ahead, cos * ahead + sin * lean
    put("chin", head + (-0.005 * up + 0.004 * forward) * scale)
    put("head_top", head + (0.062 * up - 0.008 * forward) * scale)
    put("nose", head + (0.012 * up + 0.070 * forward) * scale)
    put("nose_tip", head + (0.000 * up + 0.096 * forward) * scale)


def telling_frame(positions: np.ndarray) -> int:
    """The frame whose pose differs most from the motion's mean pose, hips taken out: the still of a card.

    Args:
        positions: (T, 22, 3) metres.
    """
    pose = positions - positions[:, :1]
    away = np.linalg.norm(pose - pose.mean(axis=0), axis=-1).sum(axis=-1)
    return int(away.argmax())
