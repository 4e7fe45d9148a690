"""Tracks of videos seen before: dropping the same clip again costs nothing."""

from __future__ import annotations

import hashlib
import json
import os
import uuid
import zipfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import UnreadableFileError
from ..resources import user_data_dir
from .types import TRACK_ARRAYS, Track

VERSION = 2
"""Raised whenever tracking, filling or smoothing gives other figures than before."""
MAX_BYTES = 256 * 1024**2
"""Of all entries together: some 80 hours of tracks would be ten times that, a day's work a tenth."""


def cache_dir() -> Path:
    """Where tracks are kept."""
    return user_data_dir() / "video-cache"


def cache_key(
    path: str | Path,
    start_s: float,
    end_s: float | None,
    person: tuple[float, float] | None,
    fps: float,
    tracker: str,
) -> str:
    """What a track depends on, as hexadecimal digits: bytes of the file, range, person, tracker.

    Raises:
        UnreadableFileError: the file cannot be read.
    """
    digest = hashlib.blake2b(digest_size=16)
    try:
        with Path(path).open("rb") as stream:
            digest.update(hashlib.file_digest(stream, "blake2b").digest())
    except OSError as error:
        raise UnreadableFileError(
            f"{path} could not be opened ({error.strerror}): check its name and permissions."
        ) from error
    what = [
        VERSION,
        tracker,
        round(start_s, 3),
        None if end_s is None else round(end_s, 3),
        None if person is None else [round(v, 4) for v in person],
        round(fps, 3),
    ]
    digest.update(json.dumps(what).encode())
    return digest.hexdigest()


def load(key: str, directory: Path | None = None) -> Track | None:
    """A kept track, None where there is none; an entry that is damaged is removed."""
    file = (directory or cache_dir()) / f"{key}.npz"
    try:
        with np.load(file, allow_pickle=False) as stored:
            info = json.loads(stored["info"].tobytes().decode())
            track = Track(**{name: stored[name] for name in TRACK_ARRAYS}, info=info)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile):
        with suppress(OSError):
            file.unlink()
        return None
    with suppress(OSError):
        os.utime(file)  # used now: among the last to go
    return replace(track, info={**info, "cached": True})


def save(key: str, track: Track, directory: Path | None = None, max_bytes: int = MAX_BYTES) -> None:
    """Keep a track; the entries that were not used for longest make room. A full disk is no failure."""
    directory = directory or cache_dir()
    part = directory / f"{key}.{uuid.uuid4().hex}.part"
    info = np.frombuffer(json.dumps(dict(track.info)).encode(), np.uint8)
    arrays: dict[str, Any] = {n: np.asarray(getattr(track, n), kind) for n, kind in TRACK_ARRAYS.items()}
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as stream:
            np.savez_compressed(stream, info=info, **arrays)
        part.replace(directory / f"{key}.npz")
    except OSError:
        with suppress(OSError):
            part.unlink()
        return
    _trim(directory, max_bytes)


def _trim(directory: Path, max_bytes: int) -> None:
    """Remove the entries used longest ago until the rest fits."""
    entries = []
    for file in directory.glob("*.npz"):
        with suppress(OSError):
            status = file.stat()
            entries.append((status.st_mtime_ns, status.st_size, file))
    total = 0
    for _, size, file in sorted(entries, key=lambda entry: -entry[0]):
        total += size
        if total > max_bytes:
            with suppress(OSError):
                file.unlink()
