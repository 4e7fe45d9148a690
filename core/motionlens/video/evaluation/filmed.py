"""Known motions filmed: rendered from random cameras, run through the real tracker, lifted, and kept.

A folder holds, for each clip, ``<name>.npz`` (arrays and facts, no pickle) and the video ``<name>.mp4``; where nobody
was found ``<name>.failed.json`` says so. ``load_filmed`` reads what is there.
"""

from __future__ import annotations

import io
import json
import time
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ...errors import MotionLensError, UnreadableFileError
from ...files import write_atomic
from ...motion import FPS
from ..cache import VERSION
from ..camera import Camera, enlarged
from ..types import TRACK_ARRAYS, Track

if TYPE_CHECKING:
    from ..figure import Look
    from ..render import Scene

LONGEST_S = 8.0
"""Of each motion so much is filmed at most, seconds."""
_RATES = (24.0, 25.0, 30.0)
_RATE_SHARES = (0.6, 0.3, 0.1)
_TALL_PX = 120.0
"""A standing person measures so many pixels where they are farthest, if 960 pixels allow; more costs time only."""
_LEAST_SIZE = 0.6
_BEHIND_M = 1.5


@dataclass(frozen=True, eq=False)
class Filmed:
    """A motion that was filmed, as the lifting gave it back.

    Attributes:
        id: of the motion in its dataset. split: "train", "val" or "test". seed, view: which film of it.
        positions: (T, 22, 3) float32 metres, 20 fps, see ``lifting.Lifted``.
        known: (T, 22) bool. travel_known: (T,) bool.
        start_s: time of the first lifted frame, seconds after the first filmed frame of the motion.
        first, last: frames of the motion that were filmed, 20 fps, the last exclusive.
        camera: that filmed; of a moving one with a pose for each picture.
        fps: pictures a second of the video.
        track: what the tracker gave.
        notes: the lifting's sentences.
        seconds: what "render" and "track" took.
        video: the file, where it still lies beside.
    """

    id: str
    split: str
    seed: int
    view: int
    positions: np.ndarray
    known: np.ndarray
    travel_known: np.ndarray
    start_s: float
    first: int
    last: int
    camera: Camera
    fps: float
    track: Track
    notes: tuple[str, ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)
    video: Path | None = None

    @property
    def name(self) -> str:
        """File name without its ending."""
        return clip_name(self.id, self.seed, self.view)

    def true_positions(self, motion: np.ndarray) -> np.ndarray:
        """(T, 22, 3) of the filmed motion (all of it, as in its dataset) at the moments of the lifted frames."""
        from ..simulate import at_frames

        return at_frames(motion, self.first + self.start_s * FPS + np.arange(len(self.positions)))


def clip_name(motion_id: str, seed: int, view: int) -> str:
    """File name of a clip without its ending.

    >>> clip_name("000021", 0, 1)
    '000021_0-1'
    """
    return f"{motion_id}_{seed}-{view}"


def _generator(motion_id: str, seed: int, view: int) -> np.random.Generator:
    """Draws that do not depend on which clips were made before."""
    return np.random.default_rng([seed, view, zlib.crc32(motion_id.encode())])


def filming_camera(motion: np.ndarray, rng: np.random.Generator, frames: int) -> Camera:
    """A random camera with no more pixels than the tracker needs to see the person.

    Args:
        motion: (T, 22, 3) metres, floor at 0.
        rng: draws.
        frames: pictures of the video.
    """
    from ..simulate import random_camera

    camera = random_camera(motion, rng, frames=frames)
    first = camera if camera.eye.ndim == 1 else Camera(
        camera.width, camera.height, camera.focal, camera.eye[0], camera.axes[0]
    )  # fmt: skip
    farthest = float(first.into(motion)[..., 2].max())
    size = _TALL_PX * farthest / (1.7 * camera.focal)
    return enlarged(camera, float(np.clip(size, _LEAST_SIZE, 1.0)))


@dataclass(frozen=True, eq=False)
class Shot:
    """Everything drawn about a film before it is made.

    Attributes:
        first: frame of the motion that is filmed first. cut: (T, 22, 3) what is filmed, 20 fps.
        camera: with a pose for each picture where it moves. fps: pictures a second.
        look, scene: the person and the room. noise: seed of the sensor's noise.
    """

    first: int
    cut: np.ndarray
    camera: Camera
    fps: float
    look: Look
    scene: Scene
    noise: int

    @property
    def times(self) -> np.ndarray:
        """Seconds of the pictures."""
        return _times(self.cut, self.fps)


def _times(cut: np.ndarray, fps: float) -> np.ndarray:
    times: np.ndarray = np.arange(int((len(cut) - 1) / FPS * fps + 1e-6) + 1) / fps
    return times


def shot_of(motion: np.ndarray, motion_id: str, seed: int, view: int) -> Shot:
    """What film number ``view`` of a motion is, drawn from the id and the seed alone.

    Args:
        motion: (T, 22, 3) metres, 20 fps, on the reference skeleton, floor at 0.
    """
    from ..figure import random_look
    from ..render import Scene

    rng = _generator(motion_id, seed, view)
    longest = round(LONGEST_S * FPS)
    first = int(rng.integers(max(len(motion) - longest, 0) + 1))
    cut = np.asarray(motion[first : first + longest], dtype=float)
    fps = float(rng.choice(_RATES, p=_RATE_SHARES))
    camera = filming_camera(cut, rng, len(_times(cut, fps)))
    wall, floor = rng.uniform(0.55, 0.85) * rng.uniform(0.9, 1.0, 3), rng.uniform(0.35, 0.6, 3)
    reach = float(np.linalg.norm((cut - cut[:, 0].mean(axis=0))[..., [0, 2]], axis=-1).max())
    scene = Scene(wall=_colour(wall), floor=_colour(floor), wall_behind=reach + _BEHIND_M)
    return Shot(first, cut, camera, fps, random_look(rng), scene, int(rng.integers(2**31)))


def shoot(shot: Shot, video: Path) -> float:
    """Render the video, there whole or not at all; returns the seconds that it took."""
    from ..render import render, write_video
    from ..simulate import at_frames

    started = time.monotonic()
    part = video.with_name(f".{video.stem}.part.mp4")
    pictures = render(at_frames(shot.cut, shot.times * FPS), shot.camera, shot.look, shot.scene, shot.noise)
    try:
        write_video(part, pictures, shot.fps, crf=23)
        part.replace(video)
    finally:
        part.unlink(missing_ok=True)
    return time.monotonic() - started


def film(
    motion: np.ndarray, motion_id: str, split: str, folder: Path, seed: int = 0, view: int = 0
) -> Filmed:
    """Render a motion's video where it is not there yet, track it and lift it.

    Args:
        motion: (T, 22, 3) metres, 20 fps, on the reference skeleton, floor at 0.
        motion_id, split: of the dataset.
        folder: where ``<name>.mp4`` goes.
        seed, view: of everything drawn: stretch, camera, clothes, room, noise.

    Raises:
        MotionLensError: nobody was found in the pictures.
    """
    from ..lifting import lift
    from ..tracking import track

    shot = shot_of(motion, motion_id, seed, view)
    video = folder / f"{clip_name(motion_id, seed, view)}.mp4"
    rendered = 0.0 if video.exists() else shoot(shot, video)
    started = time.monotonic()
    seen = track(video)
    tracked = time.monotonic() - started
    lifted = lift(seen)
    return Filmed(
        motion_id,
        split,
        seed,
        view,
        lifted.positions,
        lifted.known,
        lifted.travel_known,
        lifted.start_s,
        shot.first,
        shot.first + len(shot.cut),
        shot.camera,
        shot.fps,
        seen,
        lifted.notes,
        {"render": round(rendered, 3), "track": round(tracked, 3)},
        video,
    )


def lifted_again(filmed: Filmed) -> Filmed:
    """The clip with its track lifted anew, for a lifting that has changed."""
    from ..lifting import lift

    lifted = lift(filmed.track)
    return replace(
        filmed,
        positions=lifted.positions,
        known=lifted.known,
        travel_known=lifted.travel_known,
        start_s=lifted.start_s,
        notes=lifted.notes,
    )


def _colour(values: np.ndarray) -> tuple[float, float, float]:
    return float(values[0]), float(values[1]), float(values[2])


_FACTS = ("id", "split", "seed", "view", "start_s", "first", "last", "fps")


def save_filmed(filmed: Filmed, folder: Path) -> Path:
    """Write ``<name>.npz`` whole or not at all; returns its path."""
    camera = filmed.camera
    facts = {name: getattr(filmed, name) for name in _FACTS} | {
        "notes": list(filmed.notes),
        "seconds": dict(filmed.seconds),
        "tracking": VERSION,
        "camera": {"width": camera.width, "height": camera.height, "focal": camera.focal},
        "track": {k: v for k, v in filmed.track.info.items() if k != "path"},
    }
    arrays: dict[str, Any] = {
        f"track_{name}": np.asarray(getattr(filmed.track, name), kind) for name, kind in TRACK_ARRAYS.items()
    }
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer,
        positions=filmed.positions.astype(np.float32),
        known=filmed.known.astype(bool),
        travel_known=filmed.travel_known.astype(bool),
        eye=camera.eye,
        axes=camera.axes,
        facts=np.frombuffer(json.dumps(facts).encode(), np.uint8),
        **arrays,
    )
    path = folder / f"{filmed.name}.npz"
    write_atomic(path, buffer.getbuffer())
    return path


def read_filmed(path: Path) -> Filmed:
    """Read one clip.

    Raises:
        UnreadableFileError: no such file, or it is damaged.
    """
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as kept:
            facts = json.loads(kept["facts"].tobytes().decode())
            video = path.with_suffix(".mp4")
            track = Track(
                **{name: kept[f"track_{name}"] for name in TRACK_ARRAYS},
                info={**facts["track"], "path": str(video)},
            )
            return Filmed(
                **{name: facts[name] for name in _FACTS},
                positions=kept["positions"],
                known=kept["known"],
                travel_known=kept["travel_known"],
                camera=Camera(**facts["camera"], eye=kept["eye"], axes=kept["axes"]),
                track=track,
                notes=tuple(facts["notes"]),
                seconds=facts["seconds"],
                video=video if video.exists() else None,
            )
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
        raise UnreadableFileError(
            f"{path} is no filmed motion ({error}): delete it and film again."
        ) from error


def up_to_date(path: Path) -> bool:
    """Whether a clip is there and was tracked by this version of the tracking."""
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as kept:
            return bool(json.loads(kept["facts"].tobytes().decode())["tracking"] == VERSION)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return False


def load_filmed(folder: str | Path, split: str | None = None) -> list[Filmed]:
    """All clips of a folder that ``motionlens film-motions`` made, by name.

    Args:
        folder: where they are.
        split: of this split alone.

    Raises:
        MotionLensError: there are none.
        UnreadableFileError: one is damaged.
    """
    found = [read_filmed(path) for path in sorted(Path(folder).glob("*.npz"))]
    found = [clip for clip in found if split is None or clip.split == split]
    if not found:
        of = f" of the split {split}" if split else ""
        raise MotionLensError(
            f"{folder} holds no filmed motions{of}: make them with `motionlens film-motions`."
        )
    return found


def failures(folder: str | Path) -> dict[str, str]:
    """Sentence by name of the clips in which nobody was found."""
    out = {}
    for path in sorted(Path(folder).glob("*.failed.json")):
        out[path.name.removesuffix(".failed.json")] = json.loads(path.read_text(encoding="utf-8"))["sentence"]
    return out
