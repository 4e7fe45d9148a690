"""Films: a motion drawn as a shaded body and written as mp4 or animated gif at a fixed rate."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from ..errors import MotionLensError
from ..video.camera import Camera, framing, look_at
from ..video.render import Scene, render, write_video
from .files import umask

FILM_SUFFIXES = (".mp4", ".gif")
_WIDTH, _HEIGHT = 640, 480
_AZIMUTH_DEG = 35.0  # three quarters from the front, from the person's left
_ROOM_M = 4.0  # who travels further is followed
_SMOOTH_S = 1.0


def film(positions: np.ndarray, fps: float) -> Iterator[np.ndarray]:
    """(H, W, 3) uint8 pictures of a motion.

    Args:
        positions: (T, 22, 3) metres, y up, floor at 0.
        fps: of the positions.
    """
    points = np.asarray(positions, dtype=float)
    travel = np.ptp(points[:, 0, [0, 2]], axis=0).max()
    if travel <= _ROOM_M:
        camera = framing(points, _AZIMUTH_DEG, width=_WIDTH, image_height=_HEIGHT, aimed=True)
        return render(points, camera, scene=Scene(grain=0.0))
    return render(points, _following(points, fps), scene=Scene(wall_behind=40.0, grain=0.0))


def _following(points: np.ndarray, fps: float) -> Camera:
    """A camera that travels beside the person and sees every pose whole."""
    from scipy.ndimage import gaussian_filter1d

    path = gaussian_filter1d(points[:, 0] * [1.0, 0.0, 1.0], _SMOOTH_S * fps, axis=0, mode="nearest")
    still = framing(points - path[:, None], _AZIMUTH_DEG, width=_WIDTH, image_height=_HEIGHT, aimed=True)
    target = still.eye + still.axes[2]
    return Camera(_WIDTH, _HEIGHT, still.focal, still.eye + path, look_at(still.eye + path, target + path))


def write_film(path: Path, frames: Iterable[np.ndarray], fps: float) -> int:
    """Write pictures as mp4 (H.264) or gif, by the path's ending.

    A gif counts time in hundredths of a second, so its rate is the nearest of 100/2, 100/3, 100/4, ….

    Args:
        frames: (H, W, 3) uint8 RGB of one size with even sides.

    Returns:
        How many were written.
    """
    if path.suffix.lower() == ".mp4":
        return write_video(path, frames, fps)
    if path.suffix.lower() == ".gif":
        return _write_gif(path, frames, fps)
    raise MotionLensError(f"{path} has no ending of a film: name it {' or '.join(FILM_SUFFIXES)}.")


def write_sequence(folder: Path, stem: str, frames: Iterable[np.ndarray], overwrite: bool = False) -> int:
    """Write pictures as ``stem-0001.png``, … into a new folder, which is there whole or not at all.

    Args:
        overwrite: a folder that holds nothing but such pictures is replaced.

    Returns:
        How many were written.

    Raises:
        MotionLensError: the folder exists and holds anything else, or cannot be written to.
    """
    from PIL import Image

    if folder.exists() and not _replaceable(folder, stem, overwrite):
        raise MotionLensError(f"{folder} exists already: choose another name, or empty it.")
    count = 0
    temporary: Path | None = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".motionlens-"))
        for count, frame in enumerate(frames, 1):
            Image.fromarray(frame).save(temporary / f"{stem}-{count:04d}.png")
        temporary.chmod(0o777 & ~umask())
        if folder.exists():
            shutil.rmtree(folder)
        temporary.rename(folder)
    except OSError as error:
        raise MotionLensError(
            f"{folder} could not be written ({error.strerror or error}): choose another folder, or free some space."
        ) from error
    finally:
        if temporary is not None and temporary.exists():
            shutil.rmtree(temporary, ignore_errors=True)
    return count


def _replaceable(folder: Path, stem: str, overwrite: bool) -> bool:
    """Empty, or (``overwrite``) a sequence of this name and nothing else."""
    if not folder.is_dir() or folder.is_symlink():
        return False
    return all(
        overwrite and re.fullmatch(re.escape(stem) + r"-\d{4,}\.png", entry.name)
        for entry in folder.iterdir()
    )


def gif_delay_ms(fps: float) -> int:
    """Milliseconds a frame; browsers slow down what is faster than 50 frames a second.

    >>> gif_delay_ms(20), gif_delay_ms(30), gif_delay_ms(120)
    (50, 30, 20)
    """
    return 10 * max(2, round(100 / fps))


def _write_gif(path: Path, frames: Iterable[np.ndarray], fps: float) -> int:
    from PIL import Image

    count = 0
    palette: Image.Image | None = None

    def pictures() -> Iterator[Image.Image]:
        nonlocal count, palette
        for frame in frames:
            picture = Image.fromarray(frame)
            if palette is None:
                palette = picture.quantize(256)
            count += 1
            yield picture.quantize(palette=palette, dither=Image.Dither.NONE)

    moving = pictures()
    first = next(moving, None)
    if first is not None:
        first.save(path, "GIF", save_all=True, append_images=moving, duration=gif_delay_ms(fps), loop=0)
    return count
