"""What a simulated camera and tracker leave of each motion: the video side of a training pair, made once.

A view is lifted by the code that lifts a user's clip (``video.lifting``) and laid on its motion's frames, so
that a patch of one is the same body part at the same time as the patch of the other. Views are kept in shards,
each written whole or not at all, and found by the content of their motion.
"""

from __future__ import annotations

import inspect
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from hashlib import blake2b
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from ..errors import MotionLensError
from ..files import write_atomic
from ..motion import FPS
from ..representation.known import known_patches
from ..skeleton import MIRROR, N_JOINTS
from ..video import camera, landmarks, lifting, limbs, simulate
from ..windows import PATCH_FRAMES
from .images import ImageBank, build_image_bank, content_key, one_thread_each
from .items import TrainItem

_TASK = 50
"""Motions that one task of a worker films."""
_SHARD = 1000
_FPS = (24.0, 25.0, 30.0)
_CROPPED = 0.3
"""How often a training step sees a part of a view alone: people trim clips."""


@dataclass(frozen=True, eq=False)
class View:
    """One filmed and lifted motion.

    Attributes:
        positions: (T, 22, 3) float32 on the motion's frames; where nothing is known, the nearest known pose.
        known: (T, 22) bool.
    """

    positions: np.ndarray
    known: np.ndarray


def on_frames(lifted: np.ndarray, known: np.ndarray, start: int, frames: int) -> View:
    """A lifted person laid on the frames of the motion that was filmed.

    Args:
        lifted: (L, 22, 3). known: (L, 22) bool. start: frame of the motion at which it begins.
        frames: of the motion.

    >>> view = on_frames(np.ones((2, 22, 3)), np.ones((2, 22), bool), 1, 4)
    >>> view.known[:, 0].tolist(), view.positions.shape
    ([False, True, True, False], (4, 22, 3))
    """
    at = np.arange(frames) - start
    inside = (at >= 0) & (at < len(lifted))
    nearest = np.clip(at, 0, len(lifted) - 1)
    return View(np.asarray(lifted[nearest], np.float32), known[nearest] & inside[:, None])


def film(positions: np.ndarray, rng: np.random.Generator) -> View:
    """A random camera films a motion, a tracker with the measured errors follows, the lifting does the rest."""
    fps = float(rng.choice(_FPS))
    pictures = int((len(positions) - 1) / FPS * fps + 1e-6) + 1
    seen = simulate.random_camera(positions, rng, frames=pictures)
    lifted = lifting.lift(simulate.project(positions, seen, rng=rng, fps=fps))
    return on_frames(lifted.positions, lifted.known, round(lifted.start_s * FPS), len(positions))


def _film_all(task: Sequence[tuple[str, np.ndarray, int]]) -> list[tuple[str, View]]:
    """Views by key; the key and its number alone decide the camera."""
    out = []
    for key, positions, number in task:
        rng = np.random.default_rng([int(key[:12], 16), number])
        out.append((f"{key}-{number}", film(np.asarray(positions, np.float32), rng)))
    return out


class _Store:
    """Shards ``views-*.npz``: keys, lengths, positions and packed known joints of some views."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.views: dict[str, View] = {}
        folder.mkdir(parents=True, exist_ok=True)
        for shard in sorted(folder.glob("views-*.npz")):
            self._open(shard)

    def _open(self, shard: Path) -> None:
        try:
            with np.load(shard, allow_pickle=False) as found:
                keys, lengths = found["keys"].tolist(), found["lengths"].tolist()
                positions = found["positions"].reshape(-1, N_JOINTS, 3)
                known = np.unpackbits(found["known"], axis=1, count=N_JOINTS).astype(bool)
        except (OSError, ValueError, KeyError) as error:
            raise MotionLensError(f"{shard} is damaged ({error}): delete it.") from error
        start = 0
        for key, length in zip(keys, lengths, strict=True):
            self.views[key] = View(positions[start : start + length], known[start : start + length])
            start += length

    def add(self, rows: Sequence[tuple[str, View]]) -> None:
        """Write one shard."""
        buffer = io.BytesIO()
        np.savez(
            buffer,
            keys=np.array([key for key, _ in rows]),
            lengths=np.array([len(v.known) for _, v in rows]),
            positions=np.concatenate([v.positions for _, v in rows]),
            known=np.packbits(np.concatenate([v.known for _, v in rows]), axis=1),
        )
        name = blake2b("".join(key for key, _ in rows).encode(), digest_size=8).hexdigest()
        write_atomic(self.folder / f"views-{name}.npz", buffer.getbuffer())
        self.views |= dict(rows)


def _code_key() -> str:
    """Changes with the code that makes views, so that no stale view is ever read."""
    code = [Path(inspect.getfile(m)).read_bytes() for m in (camera, landmarks, lifting, limbs, simulate)]
    return blake2b(b"".join(code), digest_size=6).hexdigest()


def _made(tasks: list[list[tuple[str, np.ndarray, int]]], workers: int) -> Iterator[list[tuple[str, View]]]:
    if workers < 2 or len(tasks) < 2:
        yield from map(_film_all, tasks)
        return
    with one_thread_each(), ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(_film_all, tasks)


class ViewBank:
    """Images and known patches of the views of items, plain and mirrored."""

    def __init__(self, views: Mapping[str, Sequence[View]], images: ImageBank) -> None:
        self._images = images
        self._known = {key: [_patches(v.known) for v in many] for key, many in views.items()}

    def __contains__(self, key: str) -> bool:
        return key in self._known

    def count(self, key: str) -> int:
        """How many views an item has."""
        return len(self._known[key])

    def view(self, key: str, number: int, mirrored: bool = False) -> tuple[np.ndarray, np.ndarray]:
        """(T, P, C) float16 image and (W, P) bool, which patches are known; at least one is."""
        image = self._images.image(self._images.number(_name(key, number)), mirrored)
        known: np.ndarray = self._known[key][number][int(mirrored)]
        return image, known

    def drawn(
        self, key: str, mirrored: bool, rng: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray, bool]:
        """A random view or whole windows of one, its known patches, and whether it is all of the motion."""
        image, known = self.view(key, int(rng.integers(self.count(key))), mirrored)
        windows = len(known)
        if windows < 3 or rng.random() >= _CROPPED:
            return image, known, True
        length = int(rng.integers(2, windows))
        first = int(rng.integers(windows - length + 1))
        part = known[first : first + length]
        if not part.any():
            return image, known, True
        return image[first * PATCH_FRAMES : (first + length) * PATCH_FRAMES], part, False


def _patches(known: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Known patches of a view and of its mirrored twin; where none is, all of the guess is given."""
    both = known_patches(known), known_patches(known[:, MIRROR])
    return both if both[0].any() else (np.ones_like(both[0]), np.ones_like(both[1]))


def _name(key: str, number: int) -> str:
    return f"{key} view {number}"


def build_view_bank(
    items: Sequence[TrainItem],
    kind: str,
    cache: Path,
    views: int = 1,
    recorded_views: int = 4,
    filmed: Mapping[str, Sequence[View]] | None = None,
    workers: int = 2,
    progress: Callable[[int, int], None] | None = None,
) -> ViewBank:
    """Views of all items and their images.

    Args:
        kind: key of ``IMAGE_KINDS``, ours: known patches are body parts during windows.
        cache: folder of stores; what is there is not made again.
        views: simulated ones of a synthesised item. recorded_views: of a recorded one.
        filmed: item key -> views that the real tracker left of it, beside the simulated ones.
        workers: processes. progress: called with (views made, views to make).

    Raises:
        MotionLensError: a damaged store.
    """
    store = _Store(cache / f"views-{_code_key()}")
    wanted = {
        item.key: [(content_key(item.positions), n) for n in range(recorded_views if item.real else views)]
        for item in items
    }
    motions = {content_key(i.positions): i.positions for i in items}
    lacking = [
        (key, motions[key], n)
        for key, n in dict.fromkeys(pair for many in wanted.values() for pair in many)
        if f"{key}-{n}" not in store.views
    ]
    tasks = [lacking[a : a + _TASK] for a in range(0, len(lacking), _TASK)]
    rows: list[tuple[str, View]] = []
    done = 0
    for found in _made(tasks, workers):
        rows += found
        done += len(found)
        if len(rows) >= _SHARD:
            store.add(rows)
            rows = []
        if progress:
            progress(done, len(lacking))
    if rows:
        store.add(rows)
    seen = {
        key: [*(store.views[f"{c}-{n}"] for c, n in many), *((filmed or {}).get(key, ()))]
        for key, many in wanted.items()
    }
    as_items = [
        TrainItem(v.positions, ("",), key=_name(k, n)) for k, many in seen.items() for n, v in enumerate(many)
    ]
    return ViewBank(seen, build_image_bank(as_items, kind, cache / "images", 0, 0, workers))
