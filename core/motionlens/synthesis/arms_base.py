"""Building blocks of arm movements: the arm's coordinates, its elbow, the track types.

Everything here is written for the LEFT arm; the right arm is its mirror image in x. Coordinates of
a hand are relative to the shoulder joint in the chest frame (x to the person's left, y up along the
trunk, z forward) in units of the full arm length ``ARM_M``.

Hands travel on arcs about the shoulder, so blending happens in a chart of the arm (two coordinates
of the direction, the length, the swivel): the azimuthal equidistant chart about ``_HOME``, a
direction before the shoulder. Its only singular direction points back and up through the head,
where no hand goes; a straight line in the chart therefore never leads through the shoulder.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..skeleton import JOINT_INDEX, MIRROR, REFERENCE_OFFSETS, rest_positions

ARM_M = float(
    np.linalg.norm(REFERENCE_OFFSETS[JOINT_INDEX["left_elbow"]])
    + np.linalg.norm(REFERENCE_OFFSETS[JOINT_INDEX["left_wrist"]])
)
"""Length of the straight arm of the reference skeleton, shoulder to wrist, metres (0.515)."""

UPPER = float(np.linalg.norm(REFERENCE_OFFSETS[JOINT_INDEX["left_elbow"]])) / ARM_M
"""Share of the upper arm in the arm's length."""

MAX_REACH = 0.992
"""Arms are never quite straight: a locked elbow looks like a doll's."""

_REST = rest_positions().astype(float)
SHOULDER_HALF_WIDTH_M = float(_REST[JOINT_INDEX["left_shoulder"], 0])
HEAD_M: np.ndarray = _REST[JOINT_INDEX["head"]] - _REST[JOINT_INDEX["left_shoulder"]] * (0.0, 1.0, 1.0)
"""The head joint from the point midway between the shoulders, metres."""

_HOME = np.array([0.5, -0.35, 0.8]) / np.linalg.norm([0.5, -0.35, 0.8])
_DOWN = np.array([0.30, -1.0, -0.10])
_POLE_HOME = _DOWN - (_DOWN @ _HOME) * _HOME
_POLE_HOME /= np.linalg.norm(_POLE_HOME)
_SIDE_HOME = np.cross(_HOME, _POLE_HOME)
_HANGING_OUT = 0.6
_MIRROR_X = np.array([-1.0, 1.0, 1.0])


@dataclass(frozen=True)
class ArmTrack:
    """One arm during n frames (20 a second).

    Attributes:
        wrist: (n, 3) wrist relative to the shoulder joint, chest frame, units of ``ARM_M``.
        swivel: (n,) rad, turn of the elbow about the line from shoulder to wrist away from the
            default pole (see ``arm_pole``); positive lifts the elbow outward.
        collar: (n,) rad ADDED elevation of the collar bone (a shrug lifts the shoulder), or None.
    """

    wrist: np.ndarray
    swivel: np.ndarray
    collar: np.ndarray | None = None


@dataclass(frozen=True)
class UpperTrack:
    """Arms, trunk and neck of one action during n frames.

    Attributes:
        left, right: the arms; None = the action does not use this arm.
        spine: (n, 3) rad ADDED: bend forward, side bend to the left, twist to the left.
        neck: (n, 3) rad ADDED: pitch down, tilt to the left, yaw to the left.
        start, end: frames [start, end) of the action proper, without lead-in and settling.
        joints: canonical joints that carry the action.
    """

    left: ArmTrack | None
    right: ArmTrack | None
    spine: np.ndarray
    neck: np.ndarray
    start: int
    end: int
    joints: tuple[int, ...]

    @property
    def n_frames(self) -> int:
        """n, frames."""
        return len(self.spine)


def rest_wrist(side: str) -> np.ndarray:
    """(3,) wrist of the arm that hangs at ease, a little bent, the hand before the thigh's seam.

    >>> bool(rest_wrist("left")[0] == -rest_wrist("right")[0] > 0)
    True
    """
    wrist = np.array([0.13, -0.945, 0.13])
    return wrist if side == "left" else wrist * _MIRROR_X


def arm_pole(side: str, wrist: np.ndarray, swivel: np.ndarray | float = 0.0) -> np.ndarray:
    """Direction from the line shoulder-wrist to the elbow.

    The default pole is carried along the shortest arc (parallel transport) from the direction
    ``_HOME``, where the elbow hangs down. So it points back and a little out when the arm hangs,
    down when the hand is before the chest or at the side, forward and out when it is overhead, and
    is continuous for every direction but the one back through the head.

    Args:
        side: "left" or "right".
        wrist: (n, 3) or (3,), any unit, chest frame, relative to the shoulder.
        swivel: (n,) rad; positive lifts the elbow outward.

    Returns:
        Unit vectors of wrist's shape, perpendicular to wrist.

    >>> forward, hanging = np.array([0.0, 0.0, 1.0]), np.array([0.0, -1.0, 0.0])
    >>> bool(arm_pole("left", forward)[1] < -0.8), bool(arm_pole("left", hanging)[2] < -0.8)
    (True, True)
    >>> bool(arm_pole("right", forward, np.pi / 2)[0] < -0.8)
    True
    """
    flip = np.ones(3) if side == "left" else _MIRROR_X
    wrist = np.asarray(wrist, dtype=float) * flip
    along = wrist / np.maximum(np.linalg.norm(wrist, axis=-1, keepdims=True), 1e-9)
    pole = transport(np.broadcast_to(_POLE_HOME, along.shape), along)
    across = np.cross(along, pole)
    # Carried down from before the chest, the pole would point inward: a hanging elbow points outward.
    hanging = _HANGING_OUT * np.clip(-along[..., 1:2], 0.0, 1.0) ** 2
    angle = np.asarray(swivel, dtype=float)[..., None] + hanging
    return (np.cos(angle) * pole + np.sin(angle) * across) * flip


def transport(vector: np.ndarray, along: np.ndarray) -> np.ndarray:
    """Turn ``vector`` (perpendicular to ``_HOME``) by the smallest turn that takes ``_HOME`` to ``along``."""
    cosine = along @ _HOME
    scale = (vector * along).sum(-1) / np.maximum(1.0 + cosine, 1e-6)
    return vector - scale[..., None] * (_HOME + along)


def to_chart(wrist: np.ndarray, swivel: np.ndarray | float = 0.0) -> np.ndarray:
    """(…, 4) chart coordinates (two of the direction in rad, length, swivel) of a left arm's pose.

    >>> pose = np.array([0.1, 0.5, 0.4])
    >>> bool(np.allclose(from_chart(to_chart(pose, 0.3))[0], pose))
    True
    """
    wrist = np.asarray(wrist, dtype=float)
    length = np.linalg.norm(wrist, axis=-1)
    along = wrist / np.maximum(length, 1e-9)[..., None]
    angle = np.arccos(np.clip(along @ _HOME, -1.0, 1.0))
    tangent = along - (along @ _HOME)[..., None] * _HOME
    tangent = tangent / np.maximum(np.linalg.norm(tangent, axis=-1), 1e-9)[..., None]
    turn = np.broadcast_to(np.asarray(swivel, dtype=float), length.shape)
    return np.stack([angle * (tangent @ _POLE_HOME), angle * (tangent @ _SIDE_HOME), length, turn], axis=-1)


def from_chart(chart: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(…, 3) wrist and (…,) swivel of chart coordinates; the reach is limited to ``MAX_REACH``."""
    angle = np.hypot(chart[..., 0], chart[..., 1])
    safe = np.maximum(angle, 1e-9)
    tangent = (chart[..., :1] * _POLE_HOME + chart[..., 1:2] * _SIDE_HOME) / safe[..., None]
    along = np.cos(angle)[..., None] * _HOME + np.sin(angle)[..., None] * tangent
    length = np.clip(chart[..., 2], 0.06, MAX_REACH)
    return along * length[..., None], chart[..., 3]


def limbs_to_chart(upper: np.ndarray, fore: np.ndarray) -> np.ndarray:
    """Chart of a left arm given the directions (…, 3) of the upper arm and of the forearm.

    >>> down, forward = np.array([0.0, -1.0, 0.0]), np.array([0.0, 0.0, 1.0])
    >>> wrist, swivel = from_chart(limbs_to_chart(down, forward))
    >>> (wrist.round(2) + 0.0).tolist()
    [0.0, -0.51, 0.49]
    """
    upper = upper / np.linalg.norm(upper, axis=-1, keepdims=True)
    fore = fore / np.linalg.norm(fore, axis=-1, keepdims=True)
    wrist = upper * UPPER + fore * (1.0 - UPPER)
    return to_chart(wrist, swivel_of(upper * UPPER, wrist))


def swivel_of(elbow: np.ndarray, wrist: np.ndarray) -> np.ndarray:
    """Swivel that puts a left arm's elbow on the side of ``elbow`` (…, 3), rad in (-pi, pi]."""
    along = wrist / np.linalg.norm(wrist, axis=-1, keepdims=True)
    pole = arm_pole("left", wrist)
    return np.arctan2((np.cross(along, pole) * elbow).sum(-1), (pole * elbow).sum(-1))


def at_body(x: np.ndarray | float, y: np.ndarray | float, z: np.ndarray | float) -> np.ndarray:
    """(…, 3) left wrist at points given in metres from midway between the shoulders (x to the left).

    >>> (at_body(0.175, 0.515, 0.0).round(3) + 0.0).tolist()
    [0.0, 1.0, 0.0]
    """
    return np.stack(np.broadcast_arrays(np.asarray(x) - SHOULDER_HALF_WIDTH_M, y, z), axis=-1) / ARM_M


def at_head(x: np.ndarray | float, y: np.ndarray | float, z: np.ndarray | float) -> np.ndarray:
    """(…, 3) left wrist at points given in metres from the head joint (x to the left)."""
    return at_body(HEAD_M[0] + x, HEAD_M[1] + y, HEAD_M[2] + z)


def left_arm(chart: np.ndarray, collar: np.ndarray | None = None) -> ArmTrack:
    """Track of the left arm from (n, 4) chart coordinates."""
    wrist, swivel = from_chart(chart)
    return ArmTrack(wrist, swivel, collar)


def right_arm(chart: np.ndarray, collar: np.ndarray | None = None) -> ArmTrack:
    """Track of the right arm from (n, 4) chart coordinates of its mirror image."""
    return mirror_arm(left_arm(chart, collar))


def assemble(
    left: np.ndarray | None,
    right: np.ndarray | None,
    spine: np.ndarray,
    neck: np.ndarray,
    proper: tuple[int, int],
    *,
    collar: np.ndarray | None = None,
    joints: tuple[str, ...] = (),
) -> UpperTrack:
    """Track from the charts (n, 4) of the arms (each as a left arm, None = not used).

    Args:
        spine, neck: (n, 3) rad, see ``UpperTrack``.
        proper: first frame of the action proper and the frame after its last.
        collar: (n,) rad lift of the shoulders of the arms used.
        joints: names of joints that carry the action besides those of the arms used.
    """
    used = [s for s, chart in (("left", left), ("right", right)) if chart is not None]
    names = [f"{s}_{part}" for s in used for part in ("shoulder", "elbow", "wrist")] + list(joints)
    return UpperTrack(
        left=None if left is None else left_arm(left, collar),
        right=None if right is None else right_arm(right, collar),
        spine=spine,
        neck=neck,
        start=proper[0],
        end=proper[1],
        joints=tuple(sorted({JOINT_INDEX[name] for name in names})),
    )


def angles(weight: np.ndarray, forward: float = 0.0, side: float = 0.0, twist: float = 0.0) -> np.ndarray:
    """(n, 3) trunk or neck angles that follow a weight (n,).

    >>> angles(np.array([0.0, 1.0]), forward=0.2).tolist()
    [[0.0, 0.0, 0.0], [0.2, 0.0, 0.0]]
    """
    return weight[:, None] * np.array([forward, side, twist])


def mirror_arm(arm: ArmTrack) -> ArmTrack:
    """The same movement by the other arm."""
    return ArmTrack(arm.wrist * _MIRROR_X, arm.swivel, arm.collar)


def mirror_track(track: UpperTrack) -> UpperTrack:
    """Left and right exchanged; side bend, twist, tilt and yaw change sign."""
    swap = np.array([1.0, -1.0, -1.0])
    return UpperTrack(
        left=None if track.right is None else mirror_arm(track.right),
        right=None if track.left is None else mirror_arm(track.left),
        spine=track.spine * swap,
        neck=track.neck * swap,
        start=track.start,
        end=track.end,
        joints=tuple(sorted(MIRROR[j] for j in track.joints)),
    )


REST_CHART = to_chart(rest_wrist("left"))
"""(4,) chart of the hanging arm."""
