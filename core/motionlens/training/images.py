"""Motion images of all items, their mirrored twins and augmented variants: made once, memory-mapped.

The store is a folder of shards, each written whole or not at all and never changed. An item is found by the
content of its motion, so that runs with other items (the folds of leave-subject-out) share what they have in
common, and a killed build goes on after its last shard.
"""

from __future__ import annotations

import inspect
import json
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from hashlib import blake2b
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import torch

from ..errors import MotionLensError
from ..files import write_atomic
from ..motion import mirror_positions
from ..representation.kinds import IMAGE_KINDS, ImageKind
from ..windows import MAX_CLIP_FRAMES, PATCH_FRAMES
from . import augment as augment_module
from .augment import augment
from .items import TrainItem

_CHUNK_FRAMES = 20_000
"""Frames of images that one task of a worker makes."""
_SHARD_FRAMES = 400_000
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

Task = list[tuple[np.ndarray, int, int]]
"""Motions with the number of augmented variants and the seed of each."""


def content_key(positions: np.ndarray) -> str:
    """Name of a motion by its content."""
    return blake2b(np.ascontiguousarray(positions, dtype=np.float32).tobytes(), digest_size=12).hexdigest()


def variant_positions(positions: np.ndarray, variant: int, seed: int) -> np.ndarray:
    """The motion itself (variant 0) or one of its augmented forms, a function of seed and variant."""
    if not variant:
        return np.asarray(positions)
    return augment(np.asarray(positions), np.random.default_rng([seed, variant]))


def _make(kind: str, task: Task) -> list[tuple[list[int], np.ndarray]]:
    """Of each motion the lengths of its variants, and all its images one after another: plain, mirrored."""
    make = IMAGE_KINDS[kind].make
    out = []
    for positions, variants, seed in task:
        images, lengths = [], []
        for variant in range(variants + 1):
            clip = variant_positions(positions, variant, seed)
            lengths.append(len(clip))
            images += [make(clip).astype(np.float16), make(mirror_positions(clip)).astype(np.float16)]
        out.append((lengths, np.concatenate(images)))
    return out


@contextmanager
def one_thread_each() -> Iterator[None]:
    """Worker processes that start meanwhile use one thread each: together they fill the machine."""
    before = {name: os.environ.get(name) for name in _THREADS}
    os.environ.update(dict.fromkeys(_THREADS, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _made(kind: str, tasks: list[Task], workers: int) -> Iterator[list[tuple[list[int], np.ndarray]]]:
    if workers < 2 or len(tasks) < 2:
        yield from (_make(kind, task) for task in tasks)
        return
    with one_thread_each(), ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(partial(_make, kind), tasks)


def _source_key(kind: ImageKind) -> str:
    """Changes with the code that makes the images, so that no stale image is ever read."""
    code = [Path(inspect.getfile(inspect.unwrap(kind.make))).read_bytes()]
    code.append(Path(inspect.getfile(augment_module)).read_bytes())
    return blake2b(b"".join(code), digest_size=6).hexdigest()


class ImageBank:
    """Motion images by item number.

    Attributes:
        kind: key of ``IMAGE_KINDS``.
        lengths: (n, 1 + V) frames of each item's variants; 0 where an item has no such variant.
    """

    def __init__(
        self, kind: str, keys: Sequence[str], places: list[tuple[np.ndarray, int, list[int]]]
    ) -> None:
        self.kind = kind
        self._number = {key: i for i, key in enumerate(keys)}
        self._shards = [shard for shard, _, _ in places]
        widest = max((len(lengths) for _, _, lengths in places), default=1)
        self.lengths = np.zeros((len(places), widest), dtype=np.int64)
        self._starts = np.zeros((len(places), widest), dtype=np.int64)
        self._variants = np.array([len(lengths) for _, _, lengths in places], dtype=np.int64)
        for i, (_, start, lengths) in enumerate(places):
            self.lengths[i, : len(lengths)] = lengths
            self._starts[i, : len(lengths)] = start + 2 * np.concatenate([[0], np.cumsum(lengths)[:-1]])

    def __len__(self) -> int:
        return len(self._shards)

    def __contains__(self, key: str) -> bool:
        return key in self._number

    def number(self, key: str) -> int:
        """Number of an item by its key."""
        return self._number[key]

    def variants(self, number: int) -> int:
        """How many variants an item has: 1 (itself) or more."""
        return int(self._variants[number])

    def image(self, number: int, mirrored: bool = False, variant: int = 0) -> np.ndarray:
        """(T, P, C) float16 view, not normalised; variant 0 is the motion as it is."""
        length = int(self.lengths[number, variant])
        start = int(self._starts[number, variant]) + (length if mirrored else 0)
        return self._shards[number][start : start + length]


def padded(images: Sequence[np.ndarray]) -> tuple[torch.Tensor, torch.Tensor]:
    """Stack images of different lengths: (B, W * 16, P, C) float32 zeros-padded, and (B,) frames."""
    lengths = [len(i) for i in images]
    frames = -(-max(lengths) // PATCH_FRAMES) * PATCH_FRAMES
    out = np.zeros((len(images), frames, *images[0].shape[1:]), dtype=np.float32)
    for row, image in zip(out, images, strict=True):
        row[: len(image)] = image
    return torch.from_numpy(out), torch.tensor(lengths)


class _Store:
    """Shards ``<name>.f16`` (frames, P, C) with ``<name>.json``: content key -> lengths of the variants."""

    def __init__(self, folder: Path, kind: ImageKind) -> None:
        self.folder, self._kind = folder, kind
        self.places: dict[str, tuple[np.ndarray, int, list[int]]] = {}
        folder.mkdir(parents=True, exist_ok=True)
        for index in sorted(folder.glob("*.json")):
            self._open(index)

    def _open(self, index: Path) -> None:
        try:
            listed = json.loads(index.read_text())
            flat = np.memmap(index.with_suffix(".f16"), np.float16, "r")
            shard = flat.reshape(-1, self._kind.parts, self._kind.channels)
            if len(shard) != 2 * sum(sum(lengths) for _, lengths in listed):
                raise ValueError("sizes differ")
        except (OSError, ValueError) as error:
            raise MotionLensError(f"{index} is damaged ({error}): delete {self.folder}.") from error
        start = 0
        for key, lengths in listed:
            self.places[key] = (shard, start, lengths)
            start += 2 * sum(lengths)

    def add(self, rows: list[tuple[str, list[int], np.ndarray]]) -> None:
        """Write one shard."""
        listed = [(key, lengths) for key, lengths, _ in rows]
        name = "images-" + blake2b(json.dumps(listed).encode(), digest_size=8).hexdigest()
        write_atomic(self.folder / f"{name}.f16", np.concatenate([r[2] for r in rows]).tobytes())
        write_atomic(self.folder / f"{name}.json", json.dumps(listed).encode())  # last: the shard now counts
        self._open(self.folder / f"{name}.json")


def _tasks(wanted: list[tuple[str, np.ndarray, int]], seed: int) -> Iterator[tuple[list[str], Task]]:
    keys: list[str] = []
    task: Task = []
    frames = 0
    for key, positions, variants in wanted:
        keys.append(key)
        task.append((np.asarray(positions), variants, seed + int(key[:8], 16)))
        frames += 2 * (1 + variants) * len(positions)
        if frames >= _CHUNK_FRAMES:
            yield keys, task
            keys, task, frames = [], [], 0
    if keys:
        yield keys, task


def build_image_bank(
    items: Sequence[TrainItem],
    kind: str,
    cache: Path,
    variants: int = 8,
    seed: int = 0,
    workers: int = 2,
    progress: Callable[[int, int], None] | None = None,
) -> ImageBank:
    """Images of the items, their mirrored twins and, for recorded ones, augmented variants of both.

    Args:
        kind: key of ``IMAGE_KINDS``.
        cache: folder of stores; what is there is not made again.
        variants: augmented variants of a recorded item, beside itself.
        workers: processes.
        progress: called with (motions made, motions to make).

    Raises:
        MotionLensError: a motion of more than 224 frames, two items with one key, or a damaged store.
    """
    image = IMAGE_KINDS[kind]
    if too_long := [i.key for i in items if len(i.positions) > MAX_CLIP_FRAMES]:
        raise MotionLensError(f"{too_long[0]} is longer than {MAX_CLIP_FRAMES} frames: cut it first.")
    if len({i.key for i in items}) < len(items):
        raise MotionLensError("Two training motions have the same name: give each its own.")
    store = _Store(cache / f"{kind}-{variants}-{seed}-{_source_key(image)}", image)
    keys = [content_key(i.positions) + (f"-{variants}" if i.real else "") for i in items]
    wanted: dict[str, tuple[np.ndarray, int]] = {}
    for key, item in zip(keys, items, strict=True):
        if key not in store.places:
            wanted[key] = (item.positions, variants if item.real else 0)
    split = list(_tasks([(k, p, v) for k, (p, v) in wanted.items()], seed))
    rows: list[tuple[str, list[int], np.ndarray]] = []
    done = frames = 0
    for (named, _), made in zip(split, _made(kind, [t for _, t in split], workers), strict=True):
        rows += [(key, lengths, images) for key, (lengths, images) in zip(named, made, strict=True)]
        frames += sum(len(images) for _, images in made)
        done += len(named)
        if frames >= _SHARD_FRAMES:
            store.add(rows)
            rows, frames = [], 0
        if progress:
            progress(done, len(wanted))
    if rows:
        store.add(rows)
    return ImageBank(kind, [i.key for i in items], [store.places[k] for k in keys])
