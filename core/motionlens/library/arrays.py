"""Append-only flat array files, read through a memory map."""

from __future__ import annotations

import hashlib
import math
import os
import threading
from pathlib import Path

import numpy as np

from ..skeleton import N_JOINTS
from .schema import LibraryError

KNOWN_BYTES = -(-N_JOINTS // 8)
"""Bytes that hold which of a frame's joints are known."""


class FlatArray:
    """Rows of one shape and type in one file without a header.

    The catalogue knows how many rows count; bytes behind them come from a killed import and are
    overwritten by the next append. Rows that count are never written again, so that views stay
    valid while an import goes on.
    """

    def __init__(self, path: Path, row_shape: tuple[int, ...], dtype: str) -> None:
        self.path = path
        self.row_shape = row_shape
        self.dtype = np.dtype(dtype)
        self._row_bytes = math.prod(row_shape) * self.dtype.itemsize
        self._lock = threading.Lock()
        self._map: np.ndarray | None = None

    def append(self, rows: np.ndarray, at: int) -> None:
        """Write ``rows`` (n, *row_shape) behind row ``at`` and wait until they are on the disk.

        Raises:
            LibraryError: the file is shorter than ``at`` rows, or the disk refuses.
        """
        data = np.ascontiguousarray(rows, dtype=self.dtype)
        if data.shape[1:] != self.row_shape:
            raise ValueError(f"rows of {self.path.name} are {self.row_shape}, not {data.shape[1:]}")
        try:
            self.path.touch()
            with self.path.open("r+b") as stream:
                if stream.seek(0, os.SEEK_END) < at * self._row_bytes:
                    raise self._short()
                stream.seek(at * self._row_bytes)
                stream.write(data.tobytes())
                stream.flush()
                os.fsync(stream.fileno())
        except OSError as error:
            raise LibraryError(
                f"{self.path} could not be written ({error.strerror}): free some space or check the drive."
            ) from error

    def rows(self, start: int, n: int) -> np.ndarray:
        """Read-only view of rows [start, start + n).

        Raises:
            LibraryError: the file is gone or shorter than the catalogue says.
        """
        with self._lock:
            if self._map is None or len(self._map) < start + n:
                self._map = self._open(start + n)
            return self._map[start : start + n]

    def _open(self, needed: int) -> np.ndarray:
        if needed == 0:
            return np.zeros((0, *self.row_shape), self.dtype)
        try:
            n = self.path.stat().st_size // self._row_bytes
            if n < needed:
                raise self._short()
            mapped = np.memmap(self.path, dtype=self.dtype, mode="r", shape=(n, *self.row_shape))
        except OSError as error:
            raise LibraryError(
                f"{self.path} could not be read ({error.strerror}): connect its drive or restore the library."
            ) from error
        return np.asarray(mapped)

    def _short(self) -> LibraryError:
        return LibraryError(
            f"{self.path} is shorter than the catalogue says: restore the library folder from a copy, "
            "or choose a new folder and import again."
        )

    def close(self) -> None:
        """Forget the memory map; views that are still held stay valid."""
        with self._lock:
            self._map = None


def token_path(folder: Path, fingerprint: str) -> Path:
    """File of a model's token vectors; fingerprints with odd characters are hashed for the name.

    >>> token_path(Path("lib"), "a1b2").name
    'tokens-a1b2.f16'
    """
    plain = fingerprint.isascii() and all(c.isalnum() or c in "-_" for c in fingerprint)
    if not plain or len(fingerprint) > 80:
        fingerprint = hashlib.blake2b(fingerprint.encode(), digest_size=16).hexdigest()
    return folder / f"tokens-{fingerprint}.f16"


def gather(array: FlatArray, starts: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Rows of consecutive moments: one view where they are neighbours, else joined runs."""
    breaks = np.flatnonzero(starts[1:] != starts[:-1] + counts[:-1]) + 1
    firsts = np.concatenate([[0], breaks])
    lasts = np.concatenate([breaks, [len(starts)]]) - 1
    runs = [
        array.rows(int(starts[a]), int(starts[b] + counts[b] - starts[a]))
        for a, b in zip(firsts, lasts, strict=True)
    ]
    return runs[0] if len(runs) == 1 else np.concatenate(runs)


def pack_known(known: np.ndarray) -> np.ndarray:
    """(T, 22) bool as (T, 3) uint8.

    >>> pack_known(np.arange(22)[None] == 8).tolist()
    [[0, 128, 0]]
    """
    return np.packbits(np.asarray(known, bool), axis=1)


def unpack_known(packed: np.ndarray) -> np.ndarray:
    """The opposite of ``pack_known``.

    >>> int(unpack_known(np.array([[0, 128, 0]], np.uint8)).argmax())
    8
    """
    return np.unpackbits(packed, axis=1, count=N_JOINTS).astype(bool)
