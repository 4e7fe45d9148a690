"""BVH: y up, centimetres unless told otherwise, the body at rest in a T-pose that faces +z.

Our own writer, since ``pybvh`` writes three rotations for every joint and no positions, and a joint with
``shifts`` needs them. A file without such joints is one that ``pybvh`` reads.
"""

from __future__ import annotations

import warnings

import numpy as np
from scipy.spatial.transform import Rotation

from ..skeleton import JOINT_INDEX, PARENTS
from .names import RIG_NAMES
from .rig import CHILDREN, RiggedMotion

_POSITIONS = "Xposition Yposition Zposition"
_ROTATIONS = "Zrotation Xrotation Yrotation"


def bvh_text(rigged: RiggedMotion, units_per_m: float = 100.0) -> str:
    """The file's text. Rotations are Z, X, Y (intrinsic), degrees, continuous over time.

    Args:
        rigged: what moves.
        units_per_m: 100 for centimetres; the format itself states no unit.
    """
    lines = ["HIERARCHY"]
    order: list[int] = []
    ends = end_sites(rigged.offsets)

    def vector(metres: np.ndarray) -> str:
        return " ".join(f"{v:.6f}" for v in metres * units_per_m + 0.0)  # + 0.0: no "-0.000000"

    def add(joint: int, depth: int) -> None:
        order.append(joint)
        pad = "\t" * depth
        offset = np.zeros(3) if PARENTS[joint] < 0 else rigged.offsets[joint]
        moves = joint in rigged.shifts or PARENTS[joint] < 0
        channels = f"6 {_POSITIONS} {_ROTATIONS}" if moves else f"3 {_ROTATIONS}"
        lines.extend([f"{pad}{'JOINT' if depth else 'ROOT'} {RIG_NAMES[joint]}", pad + "{"])
        lines.extend([f"{pad}\tOFFSET {vector(offset)}", f"{pad}\tCHANNELS {channels}"])
        for child in CHILDREN[joint]:
            add(child, depth + 1)
        if joint in ends:
            lines.extend(
                [f"{pad}\tEnd Site", f"{pad}\t{{", f"{pad}\t\tOFFSET {vector(ends[joint])}", f"{pad}\t}}"]
            )
        lines.append(pad + "}")

    add(0, 0)
    lines.extend(["MOTION", f"Frames: {rigged.n_frames}", f"Frame Time: {1 / rigged.fps:.10g}"])
    angles = euler_zxy(rigged.rotations)
    columns = []
    for joint in order:
        if PARENTS[joint] < 0:
            columns.append(rigged.root * units_per_m)
        elif joint in rigged.shifts:
            columns.append(rigged.shifts[joint] * units_per_m)
        columns.append(angles[:, joint])
    values = np.concatenate(columns, axis=1)
    lines.extend(" ".join(f"{v:.6f}" for v in row) for row in values + 0.0)
    return "\n".join(lines) + "\n"


def end_sites(offsets: np.ndarray) -> dict[int, np.ndarray]:
    """Metres, where the last bones end: top of the head, tip of the toes, fingertips; for display alone.

    >>> end_sites(np.ones((22, 3)))[JOINT_INDEX["head"]].round(2).tolist()
    [0.0, 1.73, 0.0]
    """
    out = {JOINT_INDEX["head"]: np.array([0.0, 1.0, 0.0]) * np.linalg.norm(offsets[JOINT_INDEX["head"]])}
    for name in ("left_foot", "right_foot"):
        size = 0.5 * np.linalg.norm(offsets[JOINT_INDEX[name]])
        out[JOINT_INDEX[name]] = np.array([0.0, 0.0, size])
    for name in ("left_wrist", "right_wrist"):
        out[JOINT_INDEX[name]] = 0.6 * offsets[JOINT_INDEX[name]]
    return {joint: v for joint, v in out.items() if not CHILDREN[joint]}


def euler_zxy(quaternions: np.ndarray) -> np.ndarray:
    """(T, ..., 3) degrees about z, x, y in turn, of (T, ..., 4) quaternions; no jump from frame to frame.

    Every turn has two triples (z, x, y) and (z + 180, 180 - x, y + 180), each up to whole turns: the one
    nearest to the frame before is taken.

    >>> turns = Rotation.from_euler("ZXY", [[170, 0, 0], [190, 0, 0], [190, 80, 0], [190, 100, 0]], degrees=True)
    >>> (euler_zxy(turns.as_quat()) + 0.0).round(6).tolist()
    [[170.0, 0.0, 0.0], [190.0, 0.0, 0.0], [190.0, 80.0, 0.0], [190.0, 100.0, 0.0]]
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # at gimbal lock any of the triples is right
        angles = Rotation.from_quat(quaternions.reshape(-1, 4)).as_euler("ZXY", degrees=True)
    angles = angles.reshape(*quaternions.shape[:-1], 3)
    pairs = np.stack([angles, angles * np.array([1.0, -1.0, 1.0]) + 180.0])
    for t in range(1, len(angles)):
        pair = pairs[:, t] - 360.0 * np.round((pairs[:, t] - angles[t - 1]) / 360.0)
        far = np.abs(pair - angles[t - 1]).sum(axis=-1, keepdims=True)
        angles[t] = np.where(far[0] <= far[1], pair[0], pair[1])
    return angles
