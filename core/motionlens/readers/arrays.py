"""HumanML3D and KIT-ML arrays (``.npy``).

Layouts, by the published definition of the features (Guo et al., "Generating Diverse and Natural 3D
Human Motions from Text", CVPR 2022, section 4.1), J joints:

    root turn per frame (1, half the angle in radians), root step in its own facing frame x, z (2),
    root height (1), joints relative to the root in its facing frame (3 (J-1)), 6-D rotations
    (6 (J-1)), joint velocities (3 J), foot contacts (4): together 12 J - 1, so 263 for 22 joints
    and 251 for KIT-ML's 21.

KIT-ML's joints are those of the Master Motor Map, in the order of the KIT-ML text-to-motion
literature (Ahuja & Morency, 3DV 2019): see ``KIT_JOINTS``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

import numpy as np

from ..errors import UnreadableFileError
from ..motion import Motion
from ..skeleton import JOINT_INDEX, JOINT_NAMES, PARENTS, REFERENCE_LEG_M
from .animation import SkeletonAnimation

MAX_BYTES = 512 * 2**20
"""A motion file that declares more than this is taken for damaged or hostile."""

HUMANML3D_FPS = 20.0
KIT_FPS = 12.5

KIT_JOINTS: tuple[str, ...] = (
    "root", "BP", "BT", "BLN", "BUN", "LS", "LE", "LW", "RS", "RE", "RW",
    "LH", "LK", "LA", "LMrot", "LF", "RH", "RK", "RA", "RMrot", "RF",
)  # fmt: skip
"""root, belly, thorax, lower and upper neck, then shoulder-elbow-wrist and hip-knee-ankle-heel-toe."""

_KIT_TO_CANONICAL: dict[str, str] = {
    "pelvis": "root", "neck": "BLN", "head": "BUN",
    "left_shoulder": "LS", "left_elbow": "LE", "left_wrist": "LW",
    "right_shoulder": "RS", "right_elbow": "RE", "right_wrist": "RW",
    "left_hip": "LH", "left_knee": "LK", "left_ankle": "LA", "left_foot": "LF",
    "right_hip": "RH", "right_knee": "RK", "right_ankle": "RA", "right_foot": "RF",
}  # fmt: skip

# Where spine1, spine2 and spine3 lie on the way from the pelvis to the neck of the reference skeleton.
_SPINE_FRACTIONS = {"spine1": 0.215, "spine2": 0.474, "spine3": 0.593}


def override(overrides: Any, key: str) -> Any:
    """The user's value for ``key`` in a mapping file (mapping or object), None where there is none.

    >>> override({"fps": 30}, "fps"), override(None, "fps")
    (30, None)
    """
    if overrides is None:
        return None
    if isinstance(overrides, Mapping):
        return overrides.get(key)
    return getattr(overrides, key, None)


def override_fps(overrides: Any, fps: float | None) -> float | None:
    """The user's frame rate, or else ``fps``."""
    given = override(overrides, "fps")
    return float(given) if given else fps


def read_npy_stream(stream: IO[bytes], size: int, label: str) -> np.ndarray:
    """Read one ``.npy`` after checking its header against the bytes that are really there.

    Args:
        stream: at the array's first byte.
        size: bytes of the whole array file, header included.
        label: what the message calls the file.

    Raises:
        UnreadableFileError: cut short, not numeric (pickled objects above all), or too large.
    """
    if size > MAX_BYTES:
        raise UnreadableFileError(
            f"{label} declares {size / 2**20:,.0f} MB, more than the {MAX_BYTES / 2**20:.0f} MB that a motion "
            "may have: split it, or export it again."
        )
    try:
        version = np.lib.format.read_magic(stream)
        reader = (
            np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        )
        shape, fortran, dtype = reader(stream)
    except Exception as error:  # numpy raises many kinds on junk: all mean a bad header
        raise UnreadableFileError(f"{label} is not a whole NumPy array: export it again.") from error
    if dtype.hasobject:
        raise UnreadableFileError(
            f"{label} holds pickled Python objects, which are never opened because they can run code: "
            "save it again as a plain float array."
        )
    if dtype.kind not in "fiuUSb":
        raise UnreadableFileError(f"{label} holds values of type {dtype}: save it again as float32.")
    wanted = math.prod(shape) * dtype.itemsize
    header = stream.tell()
    if wanted > size - header:
        raise UnreadableFileError(
            f"{label} is cut short ({size - header:,} of {wanted:,} bytes): copy or export it again."
        )
    data = stream.read(wanted)
    if len(data) != wanted:
        raise UnreadableFileError(
            f"{label} is cut short ({len(data):,} of {wanted:,} bytes): copy or export it again."
        )
    return np.frombuffer(data, dtype=dtype).reshape(shape, order="F" if fortran else "C")


def check_numbers(array: np.ndarray, label: str) -> np.ndarray:
    """float64 copy of a numeric array.

    Raises:
        UnreadableFileError: text, or values that are not finite (the first bad frame is named).
    """
    if array.dtype.kind not in "fiu":
        raise UnreadableFileError(f"{label} holds values of type {array.dtype}: save it again as float32.")
    with np.errstate(all="ignore"):  # damaged bytes make odd floats; they are refused just below
        out = np.array(array, dtype=np.float64)  # a copy: what was read is read-only
    bad = ~np.isfinite(out) | (np.abs(out) > 1e7)
    if bad.any():
        frame = int(np.argwhere(bad)[0][0]) if out.ndim else 0
        raise UnreadableFileError(
            f"{label} has values that are not finite or impossibly large, first in frame {frame}: "
            "repair or export it again."
        )
    return out


def recover_positions(features: np.ndarray) -> np.ndarray:
    """Joint positions from HumanML3D or KIT-ML feature vectors.

    The root's heading is the running sum of the turns of the frames before; its place is the running
    sum of the steps, each turned from the facing frame of the frame it leads to into the world.

    Args:
        features: (T, 12 J - 1), the layout of the module's docstring.

    Returns:
        (T, J, 3) in the features' unit, y up; the first root over the origin.

    >>> recover_positions(np.zeros((3, 263))).shape
    (3, 22, 3)
    """
    frames = len(features)
    joints = (features.shape[1] + 1) // 12
    half = np.concatenate([[0.0], np.cumsum(features[:-1, 0])])
    # The stored frame is world -> facing by the quaternion (cos, 0, sin, 0); going back turns by -2 half.
    cos, sin = np.cos(-2 * half), np.sin(-2 * half)

    def to_world(x: np.ndarray, z: np.ndarray, c: np.ndarray, s: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return c * x + s * z, -s * x + c * z

    step_x, step_z = to_world(
        np.concatenate([[0.0], features[:-1, 1]]), np.concatenate([[0.0], features[:-1, 2]]), cos, sin
    )
    root = np.stack([np.cumsum(step_x), features[:, 3], np.cumsum(step_z)], axis=1)
    local = features[:, 4 : 4 + 3 * (joints - 1)].reshape(frames, joints - 1, 3)
    x, z = to_world(local[..., 0], local[..., 2], cos[:, None], sin[:, None])
    out = np.empty((frames, joints, 3))
    out[:, 0] = root
    out[:, 1:, 0] = x + root[:, None, 0]
    out[:, 1:, 1] = local[..., 1]
    out[:, 1:, 2] = z + root[:, None, 2]
    return out


def leg_length(positions: np.ndarray, hip: int, knee: int, ankle: int) -> float:
    """Median thigh + shank over the frames, in the positions' unit."""
    thigh = np.linalg.norm(positions[:, knee] - positions[:, hip], axis=1)
    shank = np.linalg.norm(positions[:, ankle] - positions[:, knee], axis=1)
    return float(np.median(thigh + shank))


def left_is_left(
    positions: np.ndarray, ankles: tuple[int, int], toes: tuple[int, int], hips: tuple[int, int]
) -> bool:
    """Whether the joints called left are on the left of where the toes point (y up, right-handed).

    Pairs are (left, right). Toes point forward in every human posture, so up x forward is the left.
    """
    forward = sum(positions[:, t] - positions[:, a] for t, a in zip(toes, ankles, strict=True))
    forward = np.asarray(forward)[:, [0, 2]]
    across = (positions[:, hips[0]] - positions[:, hips[1]])[:, [0, 2]]
    # up x (fx, 0, fz) = (fz, 0, -fx)
    return float(np.sum(forward[:, 1] * across[:, 0] - forward[:, 0] * across[:, 1])) >= 0


def kit_to_canonical(kit: np.ndarray) -> tuple[np.ndarray, dict[str, Any]]:
    """KIT-ML joints to the canonical 22, in metres.

    The files store the Master Motor Map's normalised model in millimetres (about 1.1 m tall), not the
    person's size, so they are scaled to a leg of ``REFERENCE_LEG_M``. spine1-3 are laid along
    root-BP-BT-BLN; the collars between neck and shoulder, as on the reference skeleton.

    Joint names and the common text-to-motion code disagree on which half is left (names: 5-7 and 11-15;
    code: right), the sign of an axis swap. The names are the recording's, and the captions speak of
    those limbs, so where the toes show the left limbs on the right the array is a mirror image and x
    is negated.

    Args:
        kit: (T, 21, 3), y up.

    Returns:
        (T, 22, 3) metres, and notes for ``Motion.inferred``.
    """
    at = {name: i for i, name in enumerate(KIT_JOINTS)}
    leg = leg_length(kit, at["LH"], at["LK"], at["LA"])
    if not leg > 1e-6:
        raise ValueError("its legs have no length")
    scale = REFERENCE_LEG_M / leg
    mirrored = not left_is_left(kit, (at["LA"], at["RA"]), (at["LF"], at["RF"]), (at["LH"], at["RH"]))
    kit = kit * scale * (np.array([-1.0, 1.0, 1.0]) if mirrored else 1.0)
    out = np.empty((len(kit), len(JOINT_NAMES), 3))
    for canonical, name in _KIT_TO_CANONICAL.items():
        out[:, JOINT_INDEX[canonical]] = kit[:, at[name]]
    trunk = kit[:, [at["root"], at["BP"], at["BT"], at["BLN"]]]
    for name, fraction in _SPINE_FRACTIONS.items():
        out[:, JOINT_INDEX[name]] = _along(trunk, fraction)
    neck, chest = out[:, JOINT_INDEX["neck"]], out[:, JOINT_INDEX["spine3"]]
    for side in ("left", "right"):
        shoulder = out[:, JOINT_INDEX[f"{side}_shoulder"]]
        out[:, JOINT_INDEX[f"{side}_collar"]] = neck + 0.4 * (shoulder - neck) + 0.3 * (chest - neck)
    notes = {
        "layout": "KIT-ML, 21 joints",
        "approximate": "spine and collar joints are interpolated; size set by the reference leg",
        "kit_scale": scale,
        "mirrored_source": mirrored,
    }
    return out, notes


def _along(line: np.ndarray, fraction: float) -> np.ndarray:
    """(T, 3): the point at ``fraction`` of the mean arc length of a (T, P, 3) polyline."""
    lengths = np.linalg.norm(np.diff(line, axis=1), axis=2).mean(axis=0)
    marks = np.concatenate([[0.0], np.cumsum(lengths)])
    at = fraction * marks[-1]
    i = int(np.clip(np.searchsorted(marks, at, side="right") - 1, 0, len(lengths) - 1))
    t = 0.0 if lengths[i] < 1e-9 else (at - marks[i]) / lengths[i]
    return line[:, i] + t * (line[:, i + 1] - line[:, i])


def canonical_animation(
    positions: np.ndarray,
    path: Path,
    fps: float,
    file_format: str,
    notes: dict[str, Any] | None = None,
    unit_m: float | None = 1.0,
    up_axis: str | None = "y",
    name: str | None = None,
) -> SkeletonAnimation:
    """(T, 22, 3) positions in SMPL-22 order as the readers' common form."""
    return SkeletonAnimation(
        JOINT_NAMES, PARENTS, positions, fps, None, name or path.stem, str(path), file_format, unit_m, up_axis,
        dict(notes or {}),
    )  # fmt: skip


def animation_from_array(array: np.ndarray, path: Path, fps: float | None, label: str) -> SkeletonAnimation:
    """Recognise one of the four layouts by its shape.

    Args:
        array: numeric, checked finite.
        path: the file.
        fps: the caller's frame rate, None for the data set's own.
        label: what a message calls the array.

    Raises:
        UnreadableFileError: another shape, fewer than two frames, or values that are no body.
    """
    shape = array.shape
    kind = {(22, 3): "hml", (263,): "hml-vec", (21, 3): "kit", (251,): "kit-vec"}.get(
        shape[1:] if shape else ()
    )
    if kind is None:
        raise UnreadableFileError(
            f"{label} has shape {shape}, not HumanML3D's (T, 22, 3) or (T, 263) nor KIT-ML's (T, 21, 3) or "
            "(T, 251): export its joints in one of these layouts."
        )
    if shape[0] < 2:
        raise UnreadableFileError(
            f"{label} holds {shape[0]} frames, too few for a motion: export the whole take."
        )
    joints = recover_positions(array) if kind.endswith("vec") else array
    if kind.startswith("kit"):
        try:
            joints, notes = kit_to_canonical(joints)
        except ValueError as error:
            raise UnreadableFileError(f"{label} is no KIT-ML body ({error}): export it again.") from error
        return canonical_animation(joints, path, fps or KIT_FPS, "kit-ml", notes)
    leg = leg_length(joints, JOINT_INDEX["left_hip"], JOINT_INDEX["left_knee"], JOINT_INDEX["left_ankle"])
    metres = 0.3 < leg < 1.6
    if kind == "hml-vec" and not metres:
        raise UnreadableFileError(
            f"{label} gives legs of {leg:.2f} m, so its features are probably normalised: multiply by the data "
            "set's Std.npy and add Mean.npy first."
        )
    if not leg > 1e-6:
        raise UnreadableFileError(f"{label} holds a body of no size: export it again.")
    notes = {"layout": "HumanML3D, 22 joints" + (" from 263 features" if kind == "hml-vec" else "")}
    return canonical_animation(
        joints, path, fps or HUMANML3D_FPS, "humanml3d", notes, 1.0 if metres else None
    )


def read_npy_animation(path: str | Path, overrides: Any = None) -> SkeletonAnimation:
    """``read_npy`` before it is put on the reference skeleton."""
    path = Path(path)
    try:
        size = path.stat().st_size
        with path.open("rb") as stream:
            array = read_npy_stream(stream, size, str(path))
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise UnreadableFileError(
            f"{path} could not be opened ({reason}): check the file and its rights."
        ) from error
    array = check_numbers(array, str(path))
    return animation_from_array(array, path, override_fps(overrides, None), str(path))


def read_npy(path: str | Path, overrides: Any = None) -> list[Motion]:
    """Read a HumanML3D or KIT-ML array.

    Args:
        path: ``.npy`` of shape (T, 22, 3) or (T, 263) at 20 fps, (T, 21, 3) or (T, 251) at 12.5 fps.
        overrides: the user's mapping file; its frame rate and axes win.

    Raises:
        UnreadableFileError: damaged, of another shape or type, or with values that are not finite.
    """
    from .canonical import to_motion

    return [to_motion(read_npy_animation(path, overrides), overrides)]
