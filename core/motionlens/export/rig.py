"""Positions of 22 joints -> a skeleton with constant bones and one rotation a joint and frame.

Positions say where bones point; how a bone turns about itself they say only through its neighbours. Pelvis
and chest are rigid frames (hips and spine; collars and spine), the spine bends evenly between them, a thigh
or an upper arm turns with the plane in which its knee or elbow bends, everything else takes the smallest
turn from its parent. At rest the body stands in a T-pose and faces +z, every rotation the identity.

Not every source is a chain of rigid bones: a spine joint that a reader derived from others, a clip from a
video. Such a joint (and no other) also carries where it lies in its parent, so that nothing is lost.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.linalg import solveh_banded
from scipy.spatial.transform import Rotation, Slerp

from ..motion import FPS
from ..readers.points import along, middle
from ..readers.resample import resample_positions
from ..readers.rotations import frame, unit
from ..skeleton import JOINT_INDEX, N_JOINTS, PARENTS, REFERENCE_OFFSETS

J = JOINT_INDEX
_REST = REFERENCE_OFFSETS.astype(float)
CHILDREN: tuple[tuple[int, ...], ...] = tuple(
    tuple(j for j, p in enumerate(PARENTS) if p == joint) for joint in range(N_JOINTS)
)
_RIGID = {
    J["pelvis"]: ("left_hip", "right_hip", "spine1"),
    J["spine3"]: ("neck", "left_collar", "right_collar"),
}
# At rest: the axis about which the joint below bends (thighs: the shank goes back; arms: the forearm forward).
_HINGES = {
    J["left_hip"]: (1.0, 0.0, 0.0),
    J["right_hip"]: (1.0, 0.0, 0.0),
    J["left_shoulder"]: (0.0, -1.0, 0.0),
    J["right_shoulder"]: (0.0, 1.0, 0.0),
}
_SHIFT_M = 5e-4
_BEND_WEIGHT, _REST_WEIGHT = 20.0, 0.02  # against 1 for staying as in the frame before
_BEND_FROM, _BEND_TO = np.sin(np.deg2rad([5.0, 15.0]))  # a plane of less is noise, of more is certain


@dataclass(frozen=True, eq=False)
class RiggedMotion:
    """A motion as animation programs hold it.

    Attributes:
        offsets: (22, 3) metres, each joint from its parent at rest; the pelvis' are 0.
        root: (T, 3) metres, where the pelvis is.
        rotations: (T, 22, 4) unit quaternions x, y, z, w, each joint's turn in its parent; neighbouring
            frames have the same sign.
        fps: frames a second.
        shifts: joint -> (T, 3) metres, its place in its parent where ``offsets`` cannot give it.
    """

    offsets: np.ndarray
    root: np.ndarray
    rotations: np.ndarray
    fps: float = FPS
    shifts: dict[int, np.ndarray] = field(default_factory=dict)

    @property
    def n_frames(self) -> int:
        """T, frames."""
        return len(self.root)


def rig_motion(positions: np.ndarray, fps: float = FPS, rigid: bool = False) -> RiggedMotion:
    """The rotations that carry constant bones through these positions.

    Bones have their median length. Each is aimed from where its parent really comes to lie, so that a
    length that is not constant puts one joint off, not the whole limb.

    Args:
        positions: (T, 22, 3) metres, y up.
        rigid: rotations only. Otherwise joints that would be over 0.5 mm off get ``shifts``.

    >>> from motionlens.skeleton import rest_positions
    >>> rigged = rig_motion(np.repeat(rest_positions()[None], 3, 0))
    >>> bool(np.abs(rigged.rotations[..., :3]).max() < 1e-3)  # the rest pose: nothing is turned
    True
    >>> bool(np.abs(joint_positions(rigged)[0] - rest_positions()).max() < 1e-5)
    True
    """
    points = np.asarray(positions, dtype=float)
    world = np.zeros((len(points), N_JOINTS, 3, 3))
    built = np.zeros_like(points)
    built[:, 0] = points[:, 0]
    world[:, J["pelvis"]], chest = _pelvis(points), _chest(points)
    offsets = _offsets(points, world[:, J["pelvis"]], chest)
    bend = Rotation.from_matrix(np.swapaxes(world[:, J["pelvis"]], -1, -2) @ chest).as_rotvec()
    shifts: dict[int, np.ndarray] = {}
    share = {J["spine1"]: 1 / 3, J["spine2"]: 2 / 3}
    for joint in range(N_JOINTS):
        if joint:
            above = PARENTS[joint]
            built[:, joint] = built[:, above] + world[:, above] @ offsets[joint]
            if not rigid and np.abs(built[:, joint] - points[:, joint]).max() > _SHIFT_M:
                bone = points[:, joint] - built[:, above]
                shifts[joint] = np.einsum("tji,tj->ti", world[:, above], bone)
                built[:, joint] = points[:, joint]
            guess = world[:, above]
        if joint in share:
            guess = world[:, J["pelvis"]] @ Rotation.from_rotvec(bend * share[joint]).as_matrix()
        if joint == J["spine3"]:
            world[:, joint] = chest
        elif joint in _HINGES:
            world[:, joint] = _limb(joint, points, built, guess)
        elif len(CHILDREN[joint]) == 1:
            child = CHILDREN[joint][0]
            world[:, joint] = _aimed(guess, offsets[child], points[:, child] - built[:, joint])
        elif joint:
            world[:, joint] = guess
    return RiggedMotion(offsets, points[:, 0].copy(), _local(world), fps, shifts)


def joint_positions(rigged: RiggedMotion) -> np.ndarray:
    """(T, 22, 3) float64 metres: forward kinematics.

    >>> still = np.tile([0.0, 0, 0, 1], (1, 22, 1))
    >>> joint_positions(RiggedMotion(_REST, np.zeros((1, 3)), still))[0, J["left_wrist"]].round(3).tolist()
    [0.69, 0.455, -0.03]
    """
    out = np.zeros((rigged.n_frames, N_JOINTS, 3))
    world: list[Rotation] = []
    for joint, parent in enumerate(PARENTS):
        own = Rotation.from_quat(rigged.rotations[:, joint])
        world.append(own if parent < 0 else world[parent] * own)
        if parent < 0:
            out[:, joint] = rigged.root
        else:
            bone = rigged.shifts.get(joint, rigged.offsets[joint])
            out[:, joint] = out[:, parent] + world[parent].apply(bone)
    return out


def rest_joints(offsets: np.ndarray) -> np.ndarray:
    """(22, 3): the pose with nothing turned, the pelvis at the origin."""
    out = np.zeros((N_JOINTS, 3))
    for joint, parent in enumerate(PARENTS):
        if parent >= 0:
            out[joint] = out[parent] + offsets[joint]
    return out


def resample(rigged: RiggedMotion, fps: float) -> RiggedMotion:
    """At another rate, from the first frame on: rotations spherically, the root linearly between frames.

    >>> turn = Rotation.from_rotvec([[0, 0, 0], [0, 0, 0.2]]).as_quat()
    >>> two = RiggedMotion(_REST, np.array([[0, 1.0, 0], [0, 1.2, 0]]), np.repeat(turn[:, None], 22, 1), 20)
    >>> more = resample(two, 40)
    >>> more.root[:, 1].round(3).tolist()
    [1.0, 1.1, 1.2]
    >>> Rotation.from_quat(more.rotations[1, 0]).as_rotvec().round(3).tolist()
    [0.0, 0.0, 0.1]
    """
    if fps == rigged.fps:
        return rigged
    root = resample_positions(rigged.root, rigged.fps, fps)
    shifts = {joint: resample_positions(v, rigged.fps, fps) for joint, v in rigged.shifts.items()}
    if rigged.n_frames == 1:
        return RiggedMotion(rigged.offsets, root, rigged.rotations, fps, shifts)
    own = np.arange(rigged.n_frames) / rigged.fps
    at = np.clip(np.arange(len(root)) / fps, 0.0, own[-1])
    turns = [Slerp(own, Rotation.from_quat(rigged.rotations[:, j]))(at).as_quat() for j in range(N_JOINTS)]
    return RiggedMotion(rigged.offsets, root, unrolled(np.stack(turns, axis=1)), fps, shifts)


def unrolled(quaternions: np.ndarray) -> np.ndarray:
    """(T, ..., 4) with the signs that make neighbouring frames near; the first has w >= 0.

    >>> unrolled(np.array([[0, 0, 0, -1.0], [0, 0, 0.1, 0.9], [0, 0, -0.2, -0.9]]))[:, 3].tolist()
    [1.0, 0.9, 0.9]
    """
    first = np.where(quaternions[:1, ..., 3:] < 0, -1.0, 1.0)
    steps = np.where(np.sum(quaternions[1:] * quaternions[:-1], axis=-1, keepdims=True) < 0, -1.0, 1.0)
    return quaternions * np.cumprod(np.concatenate([first, steps]), axis=0)


# -- trunk -----------------------------------------------------------------------------------------


def _pelvis(points: np.ndarray) -> np.ndarray:
    return (
        _body_frame(points, *_pelvis_axes(points)) @ _body_frame(_REST_POSE, *_pelvis_axes(_REST_POSE))[0].T
    )


def _chest(points: np.ndarray) -> np.ndarray:
    return _body_frame(points, *_chest_axes(points)) @ _body_frame(_REST_POSE, *_chest_axes(_REST_POSE))[0].T


def _trunk(points: np.ndarray) -> np.ndarray:
    return np.stack([points[:, J[n]] for n in ("pelvis", "spine1", "spine2", "spine3", "neck")], axis=1)


def _pelvis_axes(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    across = points[:, J["left_hip"]] - points[:, J["right_hip"]]
    up = points[:, J["spine1"]] - middle(points, "hip")
    return across, up


def _chest_axes(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return points[:, J["left_collar"]] - points[:, J["right_collar"]], points[:, J["neck"]] - points[
        :, J["spine3"]
    ]


def _body_frame(points: np.ndarray, across: np.ndarray, up: np.ndarray) -> np.ndarray:
    """(T, 3, 3) left, up, forward; rigs whose hips, collars or vertebrae coincide get the trunk's own."""
    shoulders = points[:, J["left_shoulder"]] - points[:, J["right_shoulder"]]
    trunk = _trunk(points)
    size = float(np.median(np.linalg.norm(trunk[:, -1] - trunk[:, 0], axis=-1)))
    if np.median(np.linalg.norm(across, axis=-1)) < 0.05 * size:
        across = shoulders
    square = np.linalg.norm(np.cross(unit(across), up), axis=-1)
    if np.median(square) < 0.08 * size:
        up = along(trunk, 0.45) - middle(points, "hip")
    return _without_gaps(frame(across, up))


def _without_gaps(rotations: np.ndarray) -> np.ndarray:
    """(T, 3, 3) with frames in which the body has no direction as in the frame before (the first: unturned).

    >>> _without_gaps(np.stack([np.zeros((3, 3)), 2 * np.eye(3), np.zeros((3, 3))]))[:, 0, 0].tolist()
    [1.0, 2.0, 2.0]
    """
    good = np.abs(np.linalg.det(rotations)) > 0.5
    if good.all():
        return rotations
    last = np.maximum.accumulate(np.where(good, np.arange(1, len(good) + 1), 0))
    return np.concatenate([np.eye(3)[None], rotations])[last]


_REST_POSE = rest_joints(_REST)[None]


def _offsets(points: np.ndarray, pelvis: np.ndarray, chest: np.ndarray) -> np.ndarray:
    """(22, 3): median lengths, in the reference's directions; in pelvis and chest in the body's own."""
    out = np.zeros((N_JOINTS, 3))
    for joint, parent in enumerate(PARENTS):
        if parent < 0:
            continue
        bone = points[:, joint] - points[:, parent]
        direction = _REST[joint]
        if parent in _RIGID:
            turn = pelvis if parent == J["pelvis"] else chest
            own = np.median(np.einsum("tji,tj->ti", turn, bone), axis=0)
            direction = own if np.linalg.norm(own) > 1e-6 else direction
        out[joint] = unit(direction) * np.median(np.linalg.norm(bone, axis=-1))
    return out


# -- limbs -----------------------------------------------------------------------------------------


def _aimed(guess: np.ndarray, offset: np.ndarray, direction: np.ndarray) -> np.ndarray:
    """The (T, 3, 3) rotations nearest to ``guess`` that lay ``offset`` along ``direction``."""
    return _smallest_turn(guess @ unit(offset), unit(direction)) @ guess


def _smallest_turn(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """(T, 3, 3) rotations of the unit vectors ``start`` to ``end``; half a turn about any square axis.

    >>> _smallest_turn(np.array([[1.0, 0, 0]]), np.array([[0, 1.0, 0]]))[0].round(6).tolist()
    [[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
    """
    cosine = np.sum(start * end, axis=-1, keepdims=True)
    quaternion = np.concatenate([np.cross(start, end), 1.0 + cosine], axis=-1)
    least = np.eye(3)[np.argmin(np.abs(start), axis=-1)]
    half = np.concatenate([unit(np.cross(start, least)), np.zeros_like(cosine)], axis=-1)
    nothing = np.linalg.norm(end, axis=-1, keepdims=True) < 0.5  # a bone of no length points nowhere
    quaternion = np.where(nothing, [0.0, 0, 0, 1], np.where(1.0 + cosine < 1e-9, half, quaternion))
    return Rotation.from_quat(quaternion).as_matrix()


def _limb(joint: int, points: np.ndarray, built: np.ndarray, parent: np.ndarray) -> np.ndarray:
    """(T, 3, 3) thigh or upper arm: along its bone, turned with the plane in which the limb bends."""
    middle_joint = CHILDREN[joint][0]
    end_joint = CHILDREN[middle_joint][0]
    rest, hinge = unit(_REST[middle_joint]), np.array(_HINGES[joint])
    bone = unit(np.einsum("tji,tj->ti", parent, points[:, middle_joint] - built[:, joint]))
    lower = unit(np.einsum("tji,tj->ti", parent, points[:, end_joint] - points[:, middle_joint]))
    bone = np.where(np.linalg.norm(bone, axis=-1, keepdims=True) < 0.5, rest, bone)
    swung = _smallest_turn(np.broadcast_to(rest, bone.shape), bone) @ hinge
    axis = stable_axes(bone, np.cross(bone, lower), swung, 1.0 + bone @ rest)
    at_rest = np.stack([rest, hinge, np.cross(rest, hinge)], axis=-1)
    return parent @ np.stack([bone, axis, np.cross(bone, axis)], axis=-1) @ at_rest.T


def stable_axes(bone: np.ndarray, bends: np.ndarray, usual: np.ndarray, trust: np.ndarray) -> np.ndarray:
    """Hinge axes that follow a limb's bend where it is bent, and keep still where it is straight.

    With complex numbers z for directions square to the bone, in a frame carried along without twist (Bishop
    1975, "There is more than one way to frame a curve"), the z that minimise
    sum w |z - bend|^2 + e |z - usual|^2 + |z - z before|^2: a tridiagonal system.

    Args:
        bone: (T, 3) unit vectors in the parent.
        bends: (T, 3) bone x the bone below: square to the plane of the limb, as long as its sine.
        usual: (T, 3) unit vectors, the axis without twist, square to the bone.
        trust: (T,) 0 to 2, how well ``usual`` is defined.

    Returns:
        (T, 3) unit vectors square to ``bone``.

    >>> down = np.tile([0.0, -1.0, 0.0], (3, 1))
    >>> bends = np.array([[0.9, 0, 0], [0, 0, -0.001], [0.9, 0, 0]])  # straight, and nearly backwards, at once
    >>> stable_axes(down, bends, np.tile([1.0, 0, 0], (3, 1)), np.ones(3)).round(3).tolist()
    [[1.0, 0.0, 0.0], [1.0, 0.0, 0.0], [1.0, 0.0, 0.0]]
    """
    first, second = _carried_frame(bone)

    def flat(vectors: np.ndarray) -> np.ndarray:
        return np.sum(vectors * first, axis=-1) + 1j * np.sum(vectors * second, axis=-1)

    sine = np.linalg.norm(bends, axis=-1)
    ramp = np.clip((sine - _BEND_FROM) / (_BEND_TO - _BEND_FROM), 0.0, 1.0)
    bent = _BEND_WEIGHT * sine**2 * ramp * ramp * (3 - 2 * ramp)
    still = _REST_WEIGHT * np.clip(trust, 1e-3, 1.0)
    links = np.full(len(bone), 2.0)
    links[[0, -1]] = 1.0
    if len(bone) == 1:
        links[0] = 0.0
    banded = np.stack([np.full(len(bone), -1.0), bent + still + links])
    wanted = bent * flat(unit(bends)) + still * flat(usual)
    found = solveh_banded(banded, np.stack([wanted.real, wanted.imag], axis=-1)) if len(bone) > 1 else None
    z = wanted if found is None else found[:, 0] + 1j * found[:, 1]
    z = np.where(np.abs(z) > 1e-6, z, flat(usual))
    return unit(z.real[:, None] * first + z.imag[:, None] * second)


def _carried_frame(bone: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Two unit vectors (T, 3) square to each bone and to each other, carried from frame to frame."""
    first = np.empty_like(bone)
    first[0] = unit(np.cross(bone[0], np.eye(3)[np.argmin(np.abs(bone[0]))]))
    if len(bone) > 1:
        turns = _smallest_turn(bone[:-1], bone[1:])
        for t, turn in enumerate(turns, 1):
            carried = turn @ first[t - 1]
            carried -= bone[t] * (bone[t] @ carried)  # rounding adds up over hours
            first[t] = carried / np.sqrt(carried @ carried)
    return first, np.cross(bone, first)


def _local(world: np.ndarray) -> np.ndarray:
    out = np.empty((*world.shape[:2], 4))
    for joint, parent in enumerate(PARENTS):
        own = world[:, joint] if parent < 0 else np.swapaxes(world[:, parent], -1, -2) @ world[:, joint]
        out[:, joint] = Rotation.from_matrix(own).as_quat()
    return unrolled(out)
