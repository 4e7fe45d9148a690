"""A body of round cones, for skins: enough to see who faces where, and which side is which."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ..readers.rotations import unit
from ..skeleton import JOINT_INDEX, PARENTS, REFERENCE_LEG_M, SIDES
from .rig import rest_joints

J = JOINT_INDEX
_AROUND, _RINGS = 16, 4  # vertices around a bone; rings of each cap
# Radii in metres on the reference body, where the bone that ends in this joint begins and ends.
_RADII = {
    "spine1": (0.102, 0.098), "spine2": (0.098, 0.106), "spine3": (0.106, 0.1), "neck": (0.1, 0.056),
    "head": (0.054, 0.05), "shoulder": (0.07, 0.049), "elbow": (0.055, 0.041),
    "wrist": (0.042, 0.029), "knee": (0.086, 0.058), "ankle": (0.058, 0.038),
}  # fmt: skip
_WIDE = 1.35  # a trunk is wider than deep
_TRUNK = ("spine1", "spine2", "spine3")
_MIDDLE = (*_TRUNK, "neck", "head", "shoulder")  # bones to these have no side's colour
_RIB, _CHEST = 0.098, 0.078
_HIPS, _PALM, _FINGERS, _SOLE, _BALL, _TOE = 0.094, 0.036, 0.018, 0.036, 0.033, 0.025
_HEEL_BACK = 0.03
# Skull and nose: from and to, metres from the head joint, and radii there. Not as long as the bone's end says,
# which lies high where the source's neck is long.
_HEAD = (
    ((0.0, 0.0, 0.012), (0.0, 0.08, 0.012), 0.076, 0.092),
    ((0.0, 0.032, 0.085), (0.0, 0.02, 0.108), 0.018, 0.014),
)
Bone = tuple[int, np.ndarray, np.ndarray, float, float, str, float]
"""Joint that moves it, from, to, radii there, side of its colour, how much wider than deep."""


@dataclass(frozen=True, eq=False)
class BodyMesh:
    """Triangles at rest, each vertex moved by one joint.

    Attributes:
        vertices, normals: (V, 3) metres and unit vectors, in the rest pose.
        triangles: (F, 3) indices, counter-clockwise from outside.
        joints: (V,) the joint that moves the vertex.
        sides: (F,) "left", "right" or "centre".
    """

    vertices: np.ndarray
    normals: np.ndarray
    triangles: np.ndarray
    joints: np.ndarray
    sides: np.ndarray


def body_mesh(offsets: np.ndarray, ends: dict[int, np.ndarray]) -> BodyMesh:
    """Round cones along every bone of a skeleton at rest, and to its ends.

    Args:
        offsets: (22, 3) metres at rest.
        ends: joint -> offset of its bone's end, for joints without a child.
    """
    leg = sum(np.linalg.norm(offsets[J[f"left_{n}"]]) for n in ("knee", "ankle"))
    size = float(leg) / REFERENCE_LEG_M
    parts, first = [], 0
    for joint, start, end, thick, thin, side, wide in _bones(rest_joints(offsets), ends, size):
        vertices, normals, triangles = round_cone(start, end, thick * size, thin * size)
        if wide != 1.0:
            middle = 0.5 * (start[0] + end[0])
            vertices[:, 0] = middle + (vertices[:, 0] - middle) * wide
            normals = unit(normals / np.array([wide, 1.0, 1.0]))
        moved_by = np.full(len(vertices), joint)
        parts.append((vertices, normals, triangles + first, moved_by, [side] * len(triangles)))
        first += len(vertices)
    return BodyMesh(*(np.concatenate([p[k] for p in parts]) for k in range(5)))


def _bones(rest: np.ndarray, ends: dict[int, np.ndarray], size: float) -> Iterator[Bone]:
    """What the body consists of; ``size`` over the reference body's."""
    for joint, parent in enumerate(PARENTS):
        name = next(n for n, j in J.items() if j == joint).split("_")[-1]
        if name in _RADII:
            side, wide = "centre" if name in _MIDDLE else SIDES[joint], _WIDE if name in _TRUNK else 1.0
            yield parent, rest[parent], rest[joint], *_RADII[name], side, wide
    hips = rest[J["left_hip"]], rest[J["right_hip"]]
    middle = 0.5 * (hips[0] + hips[1])
    yield J["pelvis"], *(middle + 0.8 * (hip - middle) for hip in hips), _HIPS, _HIPS, "centre", 1.0
    for low, high, thick, thin in _HEAD:
        at = rest[J["head"]]
        yield J["head"], at + size * np.array(low), at + size * np.array(high), thick, thin, "centre", 1.0
    for side in ("left", "right"):
        wrist, ankle, ball = (J[f"{side}_{name}"] for name in ("wrist", "ankle", "foot"))
        low, shoulder = rest[J["spine3"]], rest[J[f"{side}_shoulder"]]
        out = np.array([shoulder[0] - low[0], 0.0, 0.0])
        chest = np.array([low[0], shoulder[1] - 0.3 * _CHEST * size, shoulder[2]]) + 0.5 * out
        yield J["spine3"], rest[J["spine2"]] + 0.35 * out, chest, _RIB, _CHEST, "centre", 1.0
        palm, tip = rest[wrist] + 0.45 * ends[wrist], rest[wrist] + ends[wrist]
        yield wrist, rest[wrist], palm, _RADII["wrist"][1], _PALM, side, 1.0
        yield wrist, palm, tip, _PALM, _FINGERS, side, 1.0
        heel = np.array([rest[ankle][0], rest[ball][1], rest[ankle][2] - _HEEL_BACK * size])
        yield ankle, rest[ankle], heel, _RADII["ankle"][1], _SOLE, side, 1.0
        yield ankle, heel, rest[ball], _SOLE, _BALL, side, 1.0
        yield ball, rest[ball], rest[ball] + ends[ball], _BALL, _TOE, side, 1.0


def round_cone(
    start: np.ndarray, end: np.ndarray, thick: float, thin: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Vertices (V, 3), normals (V, 3) and triangles (F, 3) of two spheres and the cone that touches both.

    >>> vertices, normals, triangles = round_cone(np.zeros(3), np.array([0.0, 1.0, 0.0]), 0.2, 0.1)
    >>> vertices.min(0).round(2).tolist(), vertices.max(0).round(2).tolist()
    ([-0.2, -0.2, -0.2], [0.2, 1.1, 0.2])
    >>> a, b, c = (vertices[triangles[:, k]] for k in range(3))
    >>> bool((np.sum(np.cross(b - a, c - a) * normals[triangles].sum(1), -1) > 0).all())  # all face outwards
    True
    """
    length = float(np.linalg.norm(end - start))
    along = unit(end - start) if length > 1e-9 else np.array([0.0, 1.0, 0.0])
    x = unit(np.cross(along, np.eye(3)[np.argmin(np.abs(along))]))
    y = np.cross(along, x)
    turn = np.arange(_AROUND) * 2 * np.pi / _AROUND
    circle = np.cos(turn)[:, None] * x + np.sin(turn)[:, None] * y
    # where the cone touches the spheres: at this slope of the normal, on both
    touch = float(np.arcsin(np.clip((thick - thin) / max(length, 1e-9), -0.9, 0.9)))
    low = np.linspace(-np.pi / 2, touch, _RINGS + 1)[1:]
    high = np.linspace(touch, np.pi / 2, _RINGS + 1)[:-1]
    rings = [(start, thick, s) for s in low] + [(end, thin, s) for s in high]
    normals = [-along[None]] + [np.cos(s) * circle + np.sin(s) * along for *_, s in rings] + [along[None]]
    radii = np.concatenate([[thick], np.repeat([r for _, r, _ in rings], _AROUND), [thin]])[:, None]
    centres = [start[None]] + [np.repeat(c[None], _AROUND, 0) for c, *_ in rings] + [end[None]]
    normal = np.concatenate(normals)
    return np.concatenate(centres) + radii * normal, normal, _faces(len(rings))


def _faces(rings: int) -> np.ndarray:
    here = np.arange(_AROUND)
    after = (here + 1) % _AROUND
    last = 1 + rings * _AROUND
    faces = [np.stack([np.zeros_like(here), 1 + after, 1 + here], -1)]
    for ring in range(rings - 1):
        low, high = 1 + ring * _AROUND, 1 + (ring + 1) * _AROUND
        faces.append(np.stack([low + here, low + after, high + after], -1))
        faces.append(np.stack([low + here, high + after, high + here], -1))
    top = last - _AROUND
    faces.append(np.stack([np.full_like(here, last), top + here, top + after], -1))
    return np.concatenate(faces)
