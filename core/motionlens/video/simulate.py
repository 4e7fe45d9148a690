"""What the tracker would give for a known motion: random cameras, landmark errors, gaps.

For training and for tests. The errors' shape follows what the tracker's look like on rendered bodies: a
slow wandering and a quick jitter of each landmark, much larger in depth than in the picture, depth flattened,
legs that lean out of the picture plane, hidden limbs guessed badly. Their sizes are fields of
``TrackerErrors``, so that measured ones can replace the defaults.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.ndimage import gaussian_filter1d
from scipy.spatial.transform import Rotation

from ..motion import FPS
from ..readers.rotations import turn_between
from .camera import Camera, look_at
from .landmarks import LANDMARK_INDEX, LANDMARK_MIRROR, N_LANDMARKS, landmarks_of
from .types import Track

L = LANDMARK_INDEX
_GROUPS = {
    "trunk": ("shoulder", "hip"),
    "near": ("elbow", "knee"),
    "far": ("wrist", "pinky", "index", "thumb", "ankle", "heel", "foot"),
}
_LEGS = [L[f"{s}_{n}"] for n in ("knee", "ankle", "heel", "foot_index") for s in ("left", "right")]


def _by_group(trunk: float, near: float, far: float, head: float) -> np.ndarray:
    out = np.full(N_LANDMARKS, head)
    for name, index in L.items():
        for group, value in (("trunk", trunk), ("near", near), ("far", far)):
            if any(part in name for part in _GROUPS[group]) and "foot" not in name.split("_")[:1]:
                out[index] = value
    return out


@dataclass(frozen=True)
class TrackerErrors:
    """Sizes of the tracker's errors; all standard deviations unless said otherwise.

    Defaults: rounded from mediapipe's errors on a jog and a run rendered from five directions (9 clips, 2.5 s each;
    root mean squares in the picture plane 2 to 3 cm for the trunk, 4 to 5 for elbows and knees, 7 to 8 for hands
    and feet, about twice that in depth, depth flattened to 0.68). Most of the error stays for the whole clip: on
    filmed training motions arms and legs moved 1.05 and 0.91 times as fast as in truth (here 1.18 and 1.06; with
    quick errors of the same size 2.0 and 1.6). Gaps, swaps and ``hidden`` are guesses: those clips had hardly any,
    and hidden landmarks no larger errors.

    Attributes:
        trunk_m, near_m, far_m, head_m: slow error in the picture plane of hips and shoulders, of elbows and
            knees, of hands and feet, and of the head, metres.
        depth: how many times larger errors are in depth.
        flatten: depth times a factor drawn once a clip from 1 - flatten to 1.
        legs_lean_deg: legs turned out of the picture plane about the hips, once a clip, degrees.
        size: relative error of the body's size, once a clip.
        constant: share of the variance of the slow error that stays for the whole clip.
        slow_s: over how long the rest of the slow error stays alike, seconds.
        jitter: quick error of each picture over the slow one.
        hidden: how many times larger errors are where the body hides the landmark.
        pixel: error in the picture, fraction of the body's height there.
        gaps_per_s: how often the person is lost, a second.
        gap_s: mean length of a gap, seconds.
        swaps_per_s: how often left and right legs are mixed up for a moment, a second.
        dropped: share of landmarks, in runs of about 0.4 s, that are called invisible and guessed badly.
    """

    trunk_m: float = 0.022
    near_m: float = 0.040
    far_m: float = 0.065
    head_m: float = 0.022
    depth: float = 2.0
    flatten: float = 0.5
    legs_lean_deg: float = 6.0
    size: float = 0.05
    constant: float = 0.85
    slow_s: float = 0.3
    jitter: float = 0.05
    hidden: float = 1.5
    pixel: float = 0.015
    gaps_per_s: float = 0.03
    gap_s: float = 0.3
    swaps_per_s: float = 0.02
    dropped: float = 0.0


NO_ERRORS = TrackerErrors(
    0, 0, 0, 0, 1, 0, 0, 0, 0, 0.3, 0, 1, 0, gaps_per_s=0, gap_s=0, swaps_per_s=0, dropped=0
)
"""A perfect tracker."""


def random_camera(
    positions: np.ndarray, rng: np.random.Generator, moving: bool | None = None, frames: int | None = None
) -> Camera:
    """A camera that somebody could have filmed this motion with.

    All of the motion's way is roughly in the picture; any direction, 0.6 to 2.2 m high, tilted at the person,
    upright or sideways picture, 0.72 to 0.95 of focal length over the longer side.

    Args:
        positions: (T, 22, 3) world metres.
        rng: draws.
        moving: drift and sway of a hand-held camera, and partly following the person; None: in 3 of 10.
        frames: poses of a moving camera (default: T).
    """
    portrait = bool(rng.random() < 0.5)
    width, height = (540, 960) if portrait else (960, 540)
    focal = float(rng.uniform(0.72, 0.95)) * 960
    middle = 0.5 * (positions.min(axis=(0, 1)) + positions.max(axis=(0, 1)))
    extent = 0.5 * (positions.max(axis=(0, 1)) - positions.min(axis=(0, 1)))
    azimuth = rng.uniform(0, 2 * np.pi)
    toward = np.array([np.sin(azimuth), 0.0, np.cos(azimuth)])
    across = np.array([toward[2], 0.0, -toward[0]])
    room = 1.25 * rng.uniform(1.0, 1.8)
    distance = (
        max(
            room * (abs(across) @ extent) * focal / (0.5 * width),
            room * extent[1] * focal / (0.5 * height),
            1.5,
        )
        + abs(toward) @ extent
    )
    eye = middle + distance * toward
    eye[1] = rng.uniform(0.6, 2.2)
    target = middle + rng.normal(0, 0.12, 3)
    target[1] += rng.uniform(0, 1) * (eye[1] - target[1])  # between level and aimed at the person
    roll = float(np.deg2rad(rng.normal(0, 1.5)))
    if not (rng.random() < 0.3 if moving is None else moving):
        return Camera(width, height, focal, eye, look_at(eye, target, roll))
    n = frames or len(positions)
    sway = _slow(rng, (n, 3), 0.8 * FPS) * 0.03 + np.linspace(0, 1, n)[:, None] * rng.normal(0, 0.15, 3)
    at = np.linspace(0, len(positions) - 1, n).round().astype(int)
    follow = gaussian_filter1d(positions[at, 0] - positions[0, 0], 0.5 * FPS, axis=0, mode="nearest")
    follow[:, 1] = 0.0
    share = rng.uniform(0, 1)
    eyes = eye + sway + share * rng.uniform(0, 0.7) * follow
    return Camera(width, height, focal, eyes, look_at(eyes, target + 0.5 * sway + share * follow, roll))


def _slow(rng: np.random.Generator, shape: tuple[int, ...], sigma: float) -> np.ndarray:
    """Smooth noise along the first axis, standard deviation 1 over many draws."""
    if sigma < 0.3:
        return rng.standard_normal(shape)
    pad = int(4 * sigma)
    raw = rng.standard_normal((shape[0] + 2 * pad, *shape[1:]))
    # a Gaussian filter leaves 1 / (2 sqrt(pi) sigma) of white noise's variance
    smooth = gaussian_filter1d(raw, sigma, axis=0, mode="constant")[pad : pad + shape[0]]
    return smooth * np.sqrt(2 * np.sqrt(np.pi) * sigma)


def _runs(rng: np.random.Generator, shape: tuple[int, int], share: float, length: float) -> np.ndarray:
    """(T, n) bool with about ``share`` True, in runs of about ``length`` frames (a two-state chain)."""
    if share <= 0:
        return np.zeros(shape, dtype=bool)
    leave, enter = 1.0 / length, share / (1.0 - min(share, 0.99)) / length
    draws = rng.random(shape)
    out = np.empty(shape, dtype=bool)
    state = rng.random(shape[1]) < share
    for t in range(shape[0]):
        state = np.where(state, draws[t] >= leave, draws[t] < enter)
        out[t] = state
    return out


def hidden_by_body(seen: np.ndarray) -> np.ndarray:
    """(T, 33) bool: landmarks behind the trunk, and the farther of two legs that cover each other.

    Args:
        seen: (T, 33, 3) metres in camera axes.
    """
    hips = 0.5 * (seen[:, L["left_hip"]] + seen[:, L["right_hip"]])
    chest = 0.5 * (seen[:, L["left_shoulder"]] + seen[:, L["right_shoulder"]])
    flat = np.array([1.0, 1.0, 0.0])
    line = (chest - hips)[:, None] * flat
    share = np.sum((seen - hips[:, None]) * line, -1) / np.maximum(np.sum(line**2, -1), 1e-6)
    nearest = hips[:, None] + np.clip(share, 0, 1.15)[..., None] * (chest - hips)[:, None]
    off = np.linalg.norm((seen - nearest) * flat, axis=-1)
    hidden = (off < 0.11) & (seen[..., 2] > nearest[..., 2] + 0.09)
    for name in ("knee", "ankle", "heel", "foot_index", "elbow", "wrist"):
        a, b = L[f"left_{name}"], L[f"right_{name}"]
        close = np.linalg.norm((seen[:, a] - seen[:, b]) * flat, axis=-1) < 0.07
        hidden[:, a] |= close & (seen[:, a, 2] > seen[:, b, 2] + 0.05)
        hidden[:, b] |= close & (seen[:, b, 2] > seen[:, a, 2] + 0.05)
    return hidden


def _with_errors(
    body: np.ndarray, hidden: np.ndarray, e: TrackerErrors, rng: np.random.Generator, fps: float
) -> np.ndarray:
    """World landmarks around the hips as a tracker would give them."""
    out = body.copy()
    lean = Rotation.from_euler("x", rng.normal(0, e.legs_lean_deg), degrees=True).as_matrix()
    out[:, _LEGS] = out[:, _LEGS] @ lean.T
    out[..., 2] *= rng.uniform(1 - e.flatten, 1)
    out *= np.exp(rng.normal(0, e.size))
    size = _by_group(e.trunk_m, e.near_m, e.far_m, e.head_m)[:, None] * np.array([1.0, 1.0, e.depth])
    noise = (
        np.sqrt(e.constant) * rng.standard_normal(out.shape[1:])
        + np.sqrt(1 - e.constant) * _slow(rng, out.shape, e.slow_s * fps)
        + e.jitter * rng.standard_normal(out.shape)
    )
    out += noise * size * np.where(hidden, e.hidden, 1.0)[..., None]
    swapped = _runs(rng, (len(out), 1), e.swaps_per_s * 0.2, max(0.2 * fps, 1.0))[:, 0]
    order = np.arange(N_LANDMARKS)
    order[_LEGS] = np.array(LANDMARK_MIRROR)[_LEGS]
    out[swapped] = out[swapped][:, order]
    hips = 0.5 * (out[:, L["left_hip"]] + out[:, L["right_hip"]])
    return out - hips[:, None]


def project(
    positions: np.ndarray,
    camera: Camera,
    errors: TrackerErrors | None = None,
    rng: np.random.Generator | None = None,
    fps: float = FPS,
) -> Track:
    """What the tracker would give for this motion filmed by this camera.

    Args:
        positions: (T, 22, 3) world metres at 20 fps.
        camera: still, or with a pose for each picture of the result.
        errors: default ``TrackerErrors()``; ``NO_ERRORS`` for a perfect tracker.
        rng: draws (default: seed 0).
        fps: pictures a second of the video.
    """
    e, rng = errors or TrackerErrors(), rng or np.random.default_rng(0)
    times = np.arange(int((len(positions) - 1) / FPS * fps + 1e-6) + 1) / fps
    seen = camera.into(landmarks_of(at_frames(positions, times * FPS)))
    hips = 0.5 * (seen[:, L["left_hip"]] + seen[:, L["right_hip"]])
    hidden = hidden_by_body(seen)
    lost = _runs(rng, (len(times), N_LANDMARKS), e.dropped, max(0.4 * fps, 1.0))
    # the tracker looks at a crop around the person as if the camera were aimed at them
    body = turn_between(hips[:, None], np.array([0.0, 0.0, 1.0]), seen - hips[:, None])
    world = _with_errors(body, hidden | lost, e, rng, fps)
    size = np.array([camera.width, camera.height])
    depth = np.maximum(hips[:, None, 2:], 0.1)
    tall = 1.7 * camera.focal / depth
    image = camera.pixels(seen)
    image = (
        image
        + _slow(rng, image.shape, e.slow_s * fps)
        * e.pixel
        * tall
        * np.where(hidden | lost, e.hidden, 1.0)[..., None]
    )
    image = np.concatenate([image / size, world[..., 2:] * camera.focal / depth / camera.width], axis=-1)
    outside = ((image[..., :2] < 0) | (image[..., :2] > 1)).any(axis=-1) | (seen[..., 2] < 0.1)
    bad = hidden | lost | outside
    visibility = np.where(bad, rng.uniform(0.05, 0.45, bad.shape), rng.uniform(0.8, 1.0, bad.shape))
    if errors is NO_ERRORS:
        visibility = np.where(outside, 0.0, 1.0)
    gone = _runs(rng, (len(times), 1), e.gaps_per_s * e.gap_s, max(e.gap_s * fps, 1.0))[:, 0]
    gone |= outside.mean(axis=1) > 0.8
    if gone.all():
        gone[:] = False
    visibility[gone], world[gone], image[gone] = 0.0, np.nan, np.nan
    info = {"width": camera.width, "height": camera.height, "fps": fps, "tracker": "simulated"}
    return Track(
        times,
        world.astype(np.float32),
        image.astype(np.float32),
        visibility.astype(np.float32),
        ~gone,
        np.zeros(len(times), dtype=bool),
        info,
    )


def at_frames(positions: np.ndarray, frames: np.ndarray) -> np.ndarray:
    """Positions at fractional frame numbers, linearly between."""
    low = np.clip(np.floor(frames + 1e-9).astype(int), 0, len(positions) - 1)
    high = np.minimum(low + 1, len(positions) - 1)
    weight = np.clip(frames - low, 0, 1)[:, None, None]
    return positions[low] * (1 - weight) + positions[high] * weight


def following(camera: Camera, pelvis: np.ndarray) -> Camera:
    """A still camera set on a dolly that follows (T, 3) pelvis positions across the floor, smoothly."""
    way = gaussian_filter1d(pelvis * np.array([1.0, 0.0, 1.0]), 0.3 * FPS, axis=0, mode="nearest")
    return replace(camera, eye=camera.eye + way)


def mirrored(track: Track) -> Track:
    """The track of the same video flipped left to right: the tracker then takes left for right."""
    return replace(
        track,
        world=track.world[:, LANDMARK_MIRROR] * np.array([-1, 1, 1], np.float32),
        image=track.image[:, LANDMARK_MIRROR] * np.array([-1, 1, 1], np.float32)
        + np.array([1, 0, 0], np.float32),
        visibility=track.visibility[:, LANDMARK_MIRROR],
    )


def drop(track: Track, share: float, rng: np.random.Generator, length: float = 8.0) -> Track:
    """The track with a share of the landmarks called invisible, in runs of ``length`` pictures, guessed 15 cm off."""
    lost = _runs(rng, track.visibility.shape, share, length)
    off = 0.15 * rng.standard_normal(track.world.shape).astype(np.float32) * lost[..., None]
    y = np.where(track.present[:, None], track.image[..., 1], 0.0)
    tall = y.max(axis=1) - y.min(axis=1)
    return replace(
        track,
        world=track.world + off,
        image=track.image + off * (tall / 1.7)[:, None, None].astype(np.float32),
        visibility=np.where(lost, np.float32(0.1), track.visibility),
    )
