"""``.npz``: our own motions, AMASS / SMPL-H / SMPL-X poses, and position arrays in an archive.

AMASS (Mahmood et al., ICCV 2019) stores, a frame, axis-angle rotations of the SMPL joints (root
first, each relative to its parent, the first 22 the same in SMPL, SMPL-H and SMPL-X), the root's
translation in metres and the frame rate; z is up. The body shape needs the licensed SMPL model, so
positions come from the reference skeleton's bones instead: directions are the recording's, lengths
are an average person's. The motion says so in ``inferred``.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from scipy.spatial.transform import Rotation

from ..errors import MotionLensError, UnreadableFileError
from ..motion import Motion, load_motion
from ..skeleton import N_JOINTS, PARENTS, REFERENCE_OFFSETS
from .animation import SkeletonAnimation
from .arrays import (
    MAX_BYTES,
    animation_from_array,
    canonical_animation,
    check_numbers,
    override_fps,
    read_npy_stream,
)

MAX_RATIO = 200.0
"""Highest believable compression of a large archive; a zip bomb reaches 1000 and more."""
_RATIO_COUNTS_FROM = 32 * 2**20

_ROOT_KEYS = ("root_orient", "global_orient")
_BODY_KEYS = ("pose_body", "body_pose")
_TRANS_KEYS = ("trans", "transl", "translation")
_FPS_KEYS = ("mocap_framerate", "mocap_frame_rate", "fps", "frame_rate", "framerate")
_POSITION_KEYS = (
    "positions", "joints", "new_joints", "motion", "joints3d", "keypoints3d", "new_joint_vecs", "arr_0",
)  # fmt: skip

APPROXIMATE = (
    "positions through an average skeleton: the file holds rotations, and its body shape is not applied"
)


def forward_kinematics(rotations: np.ndarray, root: np.ndarray) -> np.ndarray:
    """Joint positions of the reference skeleton under SMPL rotations.

    Args:
        rotations: (T, 22, 3) axis-angle radians, each joint relative to its parent, in a body frame
            that in the rest pose is y up and faces +z.
        root: (T, 3) metres, the pelvis in the world.

    Returns:
        (T, 22, 3) metres, in the world of ``root``.

    >>> forward_kinematics(np.zeros((1, 22, 3)), np.zeros((1, 3)))[0, 1].round(3).tolist()
    [0.085, -0.075, -0.005]
    """
    frames = len(rotations)
    local = Rotation.from_rotvec(rotations.reshape(-1, 3)).as_matrix().reshape(frames, N_JOINTS, 3, 3)
    world = np.empty_like(local)
    positions = np.empty((frames, N_JOINTS, 3))
    for joint, parent in enumerate(PARENTS):
        if parent < 0:
            world[:, joint], positions[:, joint] = local[:, joint], root
            continue
        world[:, joint] = world[:, parent] @ local[:, joint]
        positions[:, joint] = positions[:, parent] + world[:, parent] @ REFERENCE_OFFSETS[joint].astype(float)
    return positions


def open_archive(path: Path) -> zipfile.ZipFile:
    """Open an ``.npz`` after checking what its directory declares.

    Raises:
        UnreadableFileError: not a zip, cut short, or a declared size or compression that no motion has.
    """
    try:
        archive = zipfile.ZipFile(path)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise UnreadableFileError(
            f"{path} could not be opened ({reason}): check the file and its rights."
        ) from error
    except Exception as error:  # BadZipFile, and struct or value errors from a damaged directory
        raise UnreadableFileError(
            f"{path} is not a whole .npz archive: copy it again, or export it again."
        ) from error
    infos = archive.infolist()
    total = sum(info.file_size for info in infos)
    packed = max(sum(info.compress_size for info in infos), 1)
    packed = min(packed, max(path.stat().st_size, 1))
    if (
        total > MAX_BYTES
        or len(infos) > 10_000
        or (total > _RATIO_COUNTS_FROM and total / packed > MAX_RATIO)
    ):
        archive.close()
        raise UnreadableFileError(
            f"{path} would unpack {packed / 2**20:.1f} MB to {total / 2**20:,.0f} MB, which no motion file does: "
            "it was not opened; export it again."
        )
    return archive


class _Archive:
    """Arrays of an ``.npz`` by name, read one at a time."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._zip = open_archive(path)
        self.names = [i.filename[:-4] for i in self._zip.infolist() if i.filename.endswith(".npy")]

    def __enter__(self) -> _Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def find(self, keys: Iterable[str]) -> str | None:
        return next((key for key in keys if key in self.names), None)

    def read(self, key: str) -> np.ndarray:
        """The array as stored."""
        info = self._zip.getinfo(f"{key}.npy")
        label = f"{self.path} ('{key}')"
        try:
            with self._zip.open(info) as stream:
                array = read_npy_stream(stream, info.file_size, label)
                stream.read(1)  # at the end of the member: zipfile checks the sum now
                return array
        except MotionLensError:
            raise
        except Exception as error:  # zlib, BadZipFile, EOF, an encrypted member, …: all mean a bad archive
            raise UnreadableFileError(f"{label} is damaged ({error}): copy or export it again.") from error

    def numbers(self, key: str) -> np.ndarray:
        """The array as finite float64.

        Raises:
            UnreadableFileError: damaged, empty, or not all finite numbers.
        """
        array = check_numbers(self.read(key), f"{self.path} ('{key}')")
        if not array.size:
            raise UnreadableFileError(f"{self.path} has an empty '{key}': export it again.")
        return array

    def fps(self, overrides: Any) -> float | None:
        """The user's frame rate, else the file's, else None."""
        given = override_fps(overrides, None)
        if given:
            return given
        key = self.find(_FPS_KEYS)
        if key is None:
            return None
        value = self.numbers(key)
        if value.size != 1 or not 1 <= float(value.reshape(())) <= 1000:
            raise UnreadableFileError(
                f"{self.path} states an impossible frame rate in '{key}': give the right one in a mapping file."
            )
        return float(value.reshape(()))


def read_npz(path: str | Path, overrides: Any = None) -> list[Motion]:
    """Read any supported ``.npz``.

    Args:
        path: our own format (a ``meta`` array), AMASS-like poses, or positions / feature vectors
            (the layouts of ``arrays``) under a usual name.
        overrides: the user's mapping file; its frame rate and axes win.

    Raises:
        UnreadableFileError: damaged, too large to be true, pickled, or without a motion.
    """
    from .canonical import to_motion

    path = Path(path)
    with _Archive(path) as archive:
        if "meta" in archive.names:
            return [_own(archive, path)]
        animation = read_npz_animation(archive, overrides)
    return [to_motion(animation, overrides)]


def _own(archive: _Archive, path: Path) -> Motion:
    # Sizes and types are checked member by member first: load_motion trusts the headers.
    for key in ("meta", "positions", "original_positions"):
        if key in archive.names:
            archive.read(key)
    return load_motion(path)


def read_npz_animation(archive: _Archive, overrides: Any = None) -> SkeletonAnimation:
    """Poses or positions of an opened archive, before they are put on the reference skeleton."""
    path = archive.path
    if archive.find(("poses", *_ROOT_KEYS)):
        return _read_poses(archive, overrides)
    key = archive.find(_POSITION_KEYS)
    if key is None and len(archive.names) == 1:
        key = archive.names[0]
    if key is None:
        found = ", ".join(archive.names[:6]) or "nothing"
        raise UnreadableFileError(
            f"{path} holds no motion (found: {found}): it needs 'poses' and 'trans' as AMASS has them, or joint "
            "'positions' of shape (T, 22, 3)."
        )
    label = f"{path} ('{key}')"
    return animation_from_array(archive.numbers(key), path, archive.fps(overrides), label)


def _read_poses(archive: _Archive, overrides: Any) -> SkeletonAnimation:
    path = archive.path
    rotations = _rotations(archive)
    frames = len(rotations)
    if frames < 2:
        raise UnreadableFileError(
            f"{path} holds {frames} frames, too few for a motion: export the whole take."
        )
    fps = archive.fps(overrides)
    if fps is None:
        raise UnreadableFileError(
            f"{path} states no frame rate ('mocap_framerate'): give one in a mapping file."
        )
    notes: dict[str, Any] = {"layout": "SMPL poses", "approximate": APPROXIMATE}
    key = archive.find(_TRANS_KEYS)
    if key is None:
        root = np.zeros((frames, 3))
        notes["root"] = "the file has no translation: the pelvis stays in place"
    else:
        root = archive.numbers(key)
        if root.shape != (frames, 3):
            raise UnreadableFileError(
                f"{path} has {frames} poses but '{key}' of shape {root.shape}: export it again."
            )
    return canonical_animation(forward_kinematics(rotations, root), path, fps, "smpl", notes, up_axis="z")


def _rotations(archive: _Archive) -> np.ndarray:
    """(T, 22, 3) axis-angle of the body joints."""
    path = archive.path
    if "poses" in archive.names:
        poses = archive.numbers("poses")
        if poses.ndim == 3 and poses.shape[2] == 3:
            poses = poses.reshape(len(poses), -1)
        if poses.ndim != 2 or poses.shape[1] < 66 or poses.shape[1] % 3:
            raise UnreadableFileError(
                f"{path} has 'poses' of shape {poses.shape}, not (T, 66) or more axis-angle values a frame: "
                "export SMPL, SMPL-H or SMPL-X poses."
            )
        return poses[:, :66].reshape(-1, N_JOINTS, 3)
    root_key, body_key = archive.find(_ROOT_KEYS), archive.find(_BODY_KEYS)
    if root_key is None or body_key is None:
        raise UnreadableFileError(
            f"{path} has a root orientation but no body pose ('pose_body'): export the body pose too."
        )
    root, body = archive.numbers(root_key), archive.numbers(body_key)
    root, body = (
        root.reshape(len(root), -1) if root.ndim else root,
        body.reshape(len(body), -1) if body.ndim else body,
    )
    if (
        root.ndim != 2
        or body.ndim != 2
        or root.shape[1] != 3
        or body.shape[1] not in (63, 69)
        or len(root) != len(body)
    ):
        raise UnreadableFileError(
            f"{path} has '{root_key}' of shape {root.shape} and '{body_key}' of shape {body.shape}, not (T, 3) and "
            "(T, 63): export SMPL, SMPL-H or SMPL-X poses."
        )
    return np.concatenate([root, body[:, :63]], axis=1).reshape(-1, N_JOINTS, 3)
