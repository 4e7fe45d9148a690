"""Landmarks of one tracked person -> the 22 joints at 20 fps, as far as one camera tells.

1. Landmarks on a 20 fps clock by their time stamps; gaps up to 0.3 s filled, longer ones marked unknown.
2. Where the body is: the tracker sees a crop as if the camera were aimed at the person, so the landmarks are
   turned to the direction in which the person is seen; then, for every picture, the translation with which they
   fall on those in the picture (linear least squares, pinhole camera of a typical focal length), depth smoothed.
   Across the picture the landmarks in the picture are the better ones and replace the metric ones; the depth of
   limbs goes half-way to what their lengths ask for, that of the legs to where they balance (``limbs``).
3. Which way is up: the camera is taken to be level; a roll or pitch that the standing person shows is undone.
4. Joints, limb lengths of the reference skeleton (``readers.retarget``), floor, heading.
5. Travel is kept where a foot that carries the body stays where it is; else it is dropped and said so.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d, minimum_filter1d

from ..errors import UnreadableFileError
from ..motion import FPS
from ..readers.retarget import place, to_reference
from ..readers.rotations import turn_between, unit
from ..representation.image import heading_frames
from ..skeleton import (
    JOINT_INDEX,
    JOINT_NAMES,
    REFERENCE_FOOT_HEIGHT_M,
    rest_positions,
)
from .camera import TYPICAL_FOCAL
from .landmarks import LANDMARK_INDEX, LANDMARK_MIRROR, joints_of, sources
from .limbs import bone_lengths, legs_balanced, limbs_lengthened, middle
from .types import Track

J, L = JOINT_INDEX, LANDMARK_INDEX
FILLED_S = 0.3
"""Gaps up to this long are filled, seconds."""
_DEPTH_SIGMA_S, _PLANE_SIGMA_S, _GUESS_SIGMA_S = 0.30, 0.06, 0.15
_LEAST_ROLL, _LEAST_ROLL_SIDE, _LEAST_PITCH, _MOST_TILT = np.deg2rad([4.0, 10.0, 8.0, 45.0])
_STRIDES_M_S = 0.3
"""Half the feet's speed against each other, fore and aft, from which on legs are said to stride, metres a second."""
# Landmarks that fix the body's place in the picture: not hands and faces, which are small and quick.
_ANCHORS = [
    L[f"{s}_{n}"] for n in ("shoulder", "hip", "knee", "ankle", "elbow", "ear") for s in ("left", "right")
]


@dataclass(frozen=True, eq=False)
class Lifted:
    """A person of a video on the reference skeleton.

    Attributes:
        positions: (T, 22, 3) float32 metres, 20 fps, y up, floor at 0, first pelvis over the origin and
            facing +z; unknown joints hold the best guess.
        known: (T, 22) bool: joints that were seen, or in a gap short enough to be filled.
        travel_known: (T,) bool: the way across the floor is that of the person; where not, the body stays
            in place.
        start_s: time in the video of the first frame, seconds.
        notes: sentences on what was assumed or could not be known.
    """

    positions: np.ndarray
    known: np.ndarray
    travel_known: np.ndarray
    start_s: float
    notes: tuple[str, ...]


def lift(
    track: Track,
    *,
    mirror: bool = False,
    focal: float = TYPICAL_FOCAL,
    still: bool | None = None,
    smooth: bool | None = None,
) -> Lifted:
    """Put a tracked person on the reference skeleton.

    Args:
        track: with "width" and "height" in its ``info`` (pixels of the displayed picture).
        mirror: the video is mirrored, as selfies are; nothing in the picture tells.
        focal: focal length over the picture's longer side; wrong by a tenth, walks towards the camera are
            wrong by a tenth.
        still: the camera stood still; False drops the travel, None asks the feet.
        smooth: take jitter away; None: where the track jitters.

    Raises:
        UnreadableFileError: nobody is known in two pictures or more.
    """
    if int(track.present.sum()) < 2:
        name = track.info.get("path") or "The video"
        raise UnreadableFileError(f"{name} shows no person for long enough: choose a part that does.")
    notes: list[str] = []
    world, image, seen, start = _on_clock(track)
    if mirror:
        world = world[:, LANDMARK_MIRROR] * np.array([-1.0, 1.0, 1.0])
        image = image[:, LANDMARK_MIRROR] * np.array([-1.0, 1.0]) + np.array([1.0, 0.0])
        seen = seen[:, LANDMARK_MIRROR]
        notes.append("The video was taken as mirrored.")
    if smooth or (smooth is None and _jitters(world, seen)):
        world = gaussian_filter1d(world, 1.0, axis=0, mode="nearest")
        notes.append("Jitter was smoothed.")
    width, height = float(track.info.get("width", 1)), float(track.info.get("height", 1))
    body = world * np.array([1.0, -1.0, -1.0])  # y up, z towards the camera
    rays = (image - 0.5) * np.array([width, -height]) / (focal * max(width, height))
    body = aimed(body, rays)
    where = body_place(body, rays, seen)
    body = balanced(across_from_picture(body, rays, where, seen), seen)
    body = balanced(limbs_lengthened(body), seen)
    tilt, said = camera_tilt(body, seen)
    notes += said
    joints = joints_of(body + where[:, None]) @ tilt.T
    on_reference = to_reference(joints, rest_positions())
    known = np.stack([seen[:, list(sources(n))].all(axis=1) for n in JOINT_NAMES], axis=1)
    travel = seen[:, _ANCHORS].mean(axis=1) >= 0.4
    if still is False or (still is None and slides(on_reference, known)):
        notes.append(
            "The way across the floor is not shown: "
            + ("the camera moved." if still is False else "the feet slide, so the camera seems to move.")
        )
        travel[:] = False
        on_reference = in_place(on_reference)
    return Lifted(place(on_reference), known, travel, start, tuple(notes))


def _on_clock(track: Track) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """World (T', 33, 3), image (T', 33, 2) and known (T', 33) at 20 fps, and the first time."""
    inside = np.flatnonzero(track.present)
    times = track.times[inside]
    start, end = float(times[0]), float(times[-1])
    clock = start + np.arange(int((end - start) * FPS + 1e-6) + 1) / FPS
    n = track.world.shape[1]
    world, image = np.empty((len(clock), n, 3)), np.empty((len(clock), n, 2))
    known = np.zeros((len(clock), n), dtype=bool)
    visible = track.visible[inside]
    values = np.concatenate([track.world[inside], track.image[inside, :, :2]], axis=-1).astype(float)
    step = float(np.median(np.diff(times))) if len(times) > 1 else 1.0
    reach = FILLED_S + step
    for k in range(n):
        sure = times[visible[:, k]]
        gap = _gap_at(clock, sure)
        known[:, k] = gap <= reach
        # in a short gap the seen neighbours say more than the tracker's guess, in a long one less
        use = visible[:, k] | (_gap_at(times, sure) > reach)
        for c in range(5):
            column = np.interp(clock, times[use], values[use, k, c])
            (world if c < 3 else image)[:, k, c if c < 3 else c - 3] = column
    lost = _gap_at(clock, times) > reach
    known[lost] = False
    for values in (world, image):  # guesses tremble: what was not seen is no place for quick movement
        calm = gaussian_filter1d(values, _GUESS_SIGMA_S * FPS, axis=0, mode="nearest")
        values[~known] = calm[~known]
    return world, image, known, start


def _gap_at(at: np.ndarray, sure: np.ndarray) -> np.ndarray:
    """Length of the gap between sure times around each time, 0 on them, inf before the first and after the last.

    >>> _gap_at(np.array([0.0, 1.0, 1.5, 4.0]), np.array([1.0, 2.0])).tolist()
    [inf, 0.0, 1.0, inf]
    """
    if len(sure) == 0:
        return np.full(len(at), np.inf)
    after = np.searchsorted(sure, at - 1e-9)
    before = np.searchsorted(sure, at + 1e-9, side="right") - 1
    inside = (before >= 0) & (after < len(sure))
    gap = sure[np.minimum(after, len(sure) - 1)] - sure[np.maximum(before, 0)]
    return np.where(inside, np.maximum(gap, 0.0), np.inf)


def _jitters(world: np.ndarray, seen: np.ndarray) -> bool:
    """Hips and shoulders tremble by more than 6 mm from frame to frame (white noise in second differences)."""
    if len(world) < 5:
        return False
    points = world[:, [L[f"{s}_{n}"] for n in ("shoulder", "knee") for s in ("left", "right")]]
    second = points[2:] - 2 * points[1:-1] + points[:-2]
    # white noise of deviation s gives second differences of deviation sqrt(6) s; the median is robust to steps
    return bool(np.median(np.abs(second[..., :2])) * 1.4826 / np.sqrt(6.0) > 0.006)


def aimed(body: np.ndarray, rays: np.ndarray) -> np.ndarray:
    """Landmarks from the axes of a camera aimed at the hips into those of the camera that filmed.

    On rendered bodies whose camera is known this takes away most of the lean that the tracker shows for people
    who are not in the middle of the picture.

    Args:
        body: (T, 33, 3) metres around the hips, y up, z towards the camera.
        rays: (T, 33, 2) tangents of the viewing angles, right and up.
    """
    hips = 0.5 * (rays[:, L["left_hip"]] + rays[:, L["right_hip"]])
    hips = gaussian_filter1d(hips, 2.0, axis=0, mode="nearest")
    toward = np.concatenate([-hips, np.ones((len(hips), 1))], axis=1)
    return turn_between(np.array([0.0, 0.0, 1.0]), toward[:, None], body)


def across_from_picture(
    body: np.ndarray, rays: np.ndarray, where: np.ndarray, seen: np.ndarray
) -> np.ndarray:
    """Seen landmarks moved to where the picture has them, at the depth that they have.

    Args:
        body, rays, seen: as in ``body_place``.
        where: (T, 3) the hips from the camera.
    """
    depth = -(body[..., 2] + where[:, None, 2])
    out = body.copy()
    out[..., :2] = np.where(seen[..., None], rays * depth[..., None] - where[:, None, :2], body[..., :2])
    return out


def balanced(body: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """``legs_balanced`` before a camera that may be tilted."""
    return legs_balanced(body, camera_tilt(body, seen)[0].T @ np.array([0.0, 1.0, 0.0]))


def body_place(body: np.ndarray, rays: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """Where the hips are: the translation t with rays_i = (body_i + t)_xy / -(body_i + t)_z in least squares.

    Multiplied by the depth, the equations are linear in t; with the means taken out, depth stands alone:
    t_z = -sum((u - mean u)(a - mean a)) / sum((u - mean u)^2), a = -u z - x.

    Args:
        body: (T, 33, 3) metres around the hips, y up, z towards the camera.
        rays: (T, 33, 2) tangents of the viewing angles, right and up.
        seen: (T, 33) bool; unseen landmarks count little.

    Returns:
        (T, 3) metres, the camera at the origin; depth smoothed over 0.3 s.
    """
    b, u = body[:, _ANCHORS], rays[:, _ANCHORS]
    w = np.where(seen[:, _ANCHORS], 1.0, 0.05)
    w = (w / w.sum(axis=1, keepdims=True))[..., None]
    depth = -b[..., 2:]  # away from the camera
    a = u * depth - b[..., :2]
    u_mean, a_mean = (w * u).sum(axis=1), (w * a).sum(axis=1)
    spread = (w * (u - u_mean[:, None]) ** 2).sum(axis=(1, 2))
    away = -(w * (u - u_mean[:, None]) * (a - a_mean[:, None])).sum(axis=(1, 2)) / np.maximum(spread, 1e-9)
    away = np.clip(away, 0.3, 60.0)
    sure = seen[:, _ANCHORS].mean(axis=1) >= 0.4
    away = _smooth_where(np.log(away), sure, _DEPTH_SIGMA_S * FPS)
    plane = a_mean + u_mean * np.exp(away)[:, None]
    plane = np.stack([_smooth_where(plane[:, k], sure, _PLANE_SIGMA_S * FPS) for k in range(2)], axis=1)
    return np.concatenate([plane, -np.exp(away)[:, None]], axis=1)


def _smooth_where(values: np.ndarray, sure: np.ndarray, sigma: float) -> np.ndarray:
    """Gaussian smoothing that sure values alone contribute to; elsewhere linearly between."""
    if sure.sum() < 2:
        return np.full_like(values, np.median(values))
    at = np.arange(len(values))
    filled = np.interp(at, at[sure], values[sure])
    # slopes go on beyond the ends, else the first and last steps of a walk would shrink
    pad = int(3 * sigma) + 1
    front = 2 * filled[0] - filled[1 : pad + 1][::-1]
    back = 2 * filled[-1] - filled[-pad - 1 : -1][::-1]
    return gaussian_filter1d(np.concatenate([front, filled, back]), sigma, mode="nearest")[
        len(front) : len(front) + len(filled)
    ]


def camera_tilt(body: np.ndarray, seen: np.ndarray) -> tuple[np.ndarray, list[str]]:
    """(3, 3) rotation from camera to world axes, and what to say about it.

    People who stand at full height have the shoulders above the ankles and above the hips on average. What
    both lines lean by, to the same side, is the camera's: sideways (roll) the picture shows it well, but of a person
    seen from the side it may be their own lean forward; in depth (pitch) the tracker errs by several degrees. So
    small angles are believed only for the roll of somebody who is seen from the front or from behind.
    """
    hips, shoulders, ankles = (middle(body, name) for name in ("hip", "shoulder", "ankle"))
    trunk, whole = shoulders - hips, shoulders - ankles
    legs = [
        bone_lengths(body, s, *b) for s in ("left", "right") for b in (("hip", "knee"), ("knee", "ankle"))
    ]
    full = np.median(np.linalg.norm(trunk, axis=-1)) + 0.5 * sum(float(np.median(x)) for x in legs)
    marks = [L[f"{s}_{n}"] for s in ("left", "right") for n in ("shoulder", "ankle")]
    standing = (np.linalg.norm(whole, axis=-1) > 0.85 * full) & (seen[:, marks].sum(axis=1) >= 3)
    if standing.sum() < 0.5 * FPS:
        return np.eye(3), []
    rolls, pitches = [], []
    for line in (trunk, whole):
        up = np.median(unit(line[standing]), axis=0)
        rolls.append(float(np.arctan2(up[0], up[1])))
        pitches.append(float(np.arctan2(up[2], np.hypot(up[0], up[1]))))
    across = body[standing, L["left_hip"]] - body[standing, L["right_hip"]]
    frontal = float(np.median(np.abs(across[:, 0]) / np.linalg.norm(across, axis=-1))) > 0.8
    roll = _agreed(rolls, float(_LEAST_ROLL if frontal else _LEAST_ROLL_SIDE))
    pitch = _agreed(pitches, float(_LEAST_PITCH))
    if roll == 0.0 and pitch == 0.0:
        return np.eye(3), []
    shown = np.array([np.sin(roll) * np.cos(pitch), np.cos(roll) * np.cos(pitch), np.sin(pitch)])
    turn = np.stack([turn_between(shown, np.array([0.0, 1.0, 0.0]), e) for e in np.eye(3)], axis=1)
    degrees = np.rad2deg([roll, pitch])
    return turn, [
        f"The camera was taken to be tilted (roll {degrees[0]:.0f}, pitch {degrees[1]:.0f} degrees), "
        "as the standing person shows."
    ]


def _agreed(angles: list[float], least: float) -> float:
    """The smaller of two angles of one sign, 0 where they differ in sign or are too small or too large.

    >>> _agreed([0.2, 0.3], 0.1), _agreed([-0.2, 0.3], 0.1), _agreed([0.05, 0.3], 0.1)
    (0.2, 0.0, 0.0)
    """
    smaller = float(min(angles, key=abs))
    agree = min(angles) * max(angles) > 0
    return smaller if agree and least < abs(smaller) < _MOST_TILT else 0.0


def slides(positions: np.ndarray, known: np.ndarray) -> bool:
    """Whether the camera follows the person: the legs stride, the body stays, and no foot stands still.

    Striding on the spot before a still camera, the slower foot stands most of the time; before a camera that
    follows, it goes backwards. The shares were set on walks, runs and dances seen by simulated cameras.

    Args:
        positions: (T, 22, 3) metres, y up.
        known: (T, 22) bool.
    """
    feet = [J["left_foot"], J["right_foot"]]
    sure = known[:, feet].all(axis=1)
    if sure.sum() < FPS:
        return False
    level = positions[:, [*feet, J["pelvis"]]][..., [0, 2]]
    velocity = np.gradient(gaussian_filter1d(level, 1.5, axis=0, mode="nearest"), axis=0)[sure] * FPS
    speed = np.linalg.norm(velocity, axis=-1)
    # legs that go apart and together sideways, as jumping jacks do, do not stride
    ahead = heading_frames(positions)[sure][:, 2][:, [0, 2]]
    strides = 0.5 * np.median(np.abs(np.sum((velocity[:, 0] - velocity[:, 1]) * ahead, axis=-1)))
    slower = np.quantile(speed[:, :2].min(axis=1), 0.25)
    return bool(strides > _STRIDES_M_S and np.median(speed[:, 2]) < 0.7 * strides and slower > 0.2 * strides)


def in_place(positions: np.ndarray) -> np.ndarray:
    """The same poses with the pelvis over the origin and the feet's slow rise and fall taken out; jumps stay."""
    out = positions - positions[:, :1] * np.array([1.0, 0.0, 1.0])
    low = out[:, [J["left_foot"], J["right_foot"]], 1].min(axis=1) - REFERENCE_FOOT_HEIGHT_M
    ground = gaussian_filter1d(minimum_filter1d(low, int(1.5 * FPS) | 1), 0.5 * FPS, mode="nearest")
    return out - ground[:, None, None] * np.array([0.0, 1.0, 0.0])
