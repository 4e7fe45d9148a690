"""A body of capsules, one a bone, for skins: enough to see who faces where."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..readers.rotations import unit
from ..skeleton import JOINT_INDEX, PARENTS, REFERENCE_LEG_M, SIDES
from .rig import rest_joints

J = JOINT_INDEX
_AROUND, _RINGS = 12, 3  # vertices around a bone; rings of each cap
# Radius in metres on the reference body, by the joint at the bone's end.
_RADIUS = {
    "spine1": 0.105, "spine2": 0.105, "spine3": 0.11, "neck": 0.085, "head": 0.06, "hip": 0.085, "knee": 0.07,
    "ankle": 0.05, "foot": 0.038, "collar": 0.065, "shoulder": 0.06, "elbow": 0.045, "wrist": 0.036,
}  # fmt: skip
_WIDE = 1.4  # a trunk is wider than deep
# Skull and nose on the reference body: from and to, metres from the head joint, and radius. Not as long as the
# bone's end says: that one lies where the source's neck is long.
_HEAD = (((0.0, 0.02, 0.015), (0.0, 0.085, 0.02), 0.095), ((0.0, 0.035, 0.1), (0.0, 0.05, 0.108), 0.02))
_TRUNK = tuple(J[n] for n in ("spine1", "spine2", "spine3", "neck"))


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
    """Capsules along every bone of a skeleton at rest, and to its ends.

    Args:
        offsets: (22, 3) metres at rest.
        ends: joint -> offset of its bone's end, for joints without a child.
    """
    rest = rest_joints(offsets)
    leg = sum(np.linalg.norm(offsets[J[f"left_{n}"]]) for n in ("knee", "ankle"))
    size = float(leg) / REFERENCE_LEG_M
    bones = [
        (p, rest[p], rest[j], _radius(j), SIDES[j], j in _TRUNK) for j, p in enumerate(PARENTS) if p >= 0
    ]
    head = J["head"]
    bones += [
        (j, rest[j], rest[j] + offset, 0.03, SIDES[j], False) for j, offset in ends.items() if j != head
    ]
    for low, high, radius in _HEAD:
        bones.append(
            (
                head,
                rest[head] + size * np.array(low),
                rest[head] + size * np.array(high),
                radius,
                SIDES[head],
                False,
            )
        )
    parts, first = [], 0
    for joint, start, end, radius, side, trunk in bones:
        vertices, normals, triangles = capsule(start, end, radius * size)
        if trunk:
            middle = 0.5 * (start[0] + end[0])
            vertices[:, 0] = middle + (vertices[:, 0] - middle) * _WIDE
            normals = unit(normals / np.array([_WIDE, 1.0, 1.0]))
        moved_by = np.full(len(vertices), joint)
        parts.append((vertices, normals, triangles + first, moved_by, [side] * len(triangles)))
        first += len(vertices)
    return BodyMesh(*(np.concatenate([p[k] for p in parts]) for k in range(5)))


def _radius(joint: int) -> float:
    name = next(n for n, j in J.items() if j == joint)
    return _RADIUS[name.split("_")[-1]]


def capsule(start: np.ndarray, end: np.ndarray, radius: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Vertices (V, 3), normals (V, 3) and triangles (F, 3) of a cylinder with round ends.

    >>> vertices, normals, triangles = capsule(np.zeros(3), np.array([0.0, 1.0, 0.0]), 0.1)
    >>> vertices.min(0).round(3).tolist(), vertices.max(0).round(3).tolist()
    ([-0.1, -0.1, -0.1], [0.1, 1.1, 0.1])
    >>> a, b, c = (vertices[triangles[:, k]] for k in range(3))
    >>> bool((np.sum(np.cross(b - a, c - a) * normals[triangles].sum(1), -1) > 0).all())  # all face outwards
    True
    """
    along = unit(end - start) if np.linalg.norm(end - start) > 1e-9 else np.array([0.0, 1.0, 0.0])
    x = unit(np.cross(along, np.eye(3)[np.argmin(np.abs(along))]))
    y = np.cross(along, x)
    turn = np.arange(_AROUND) * 2 * np.pi / _AROUND
    circle = np.cos(turn)[:, None] * x + np.sin(turn)[:, None] * y
    slopes = np.linspace(0, np.pi / 2, _RINGS + 1)[:-1]
    rings = [(start, -s) for s in slopes[::-1]] + [(end, s) for s in slopes]
    normals = [-along[None]] + [np.cos(s) * circle + np.sin(s) * along for _, s in rings] + [along[None]]
    centres = [start[None]] + [np.repeat(c[None], _AROUND, 0) for c, _ in rings] + [end[None]]
    normal = np.concatenate(normals)
    return np.concatenate(centres) + radius * normal, normal, _faces(len(rings))


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
