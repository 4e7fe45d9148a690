"""Messages between two processes: one JSON line, then arrays as raw bytes."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import IO, Any

import numpy as np

MAX_BYTES = 1 << 31  # of one array


def send(stream: IO[bytes] | None, header: dict[str, Any], arrays: Sequence[np.ndarray] = ()) -> None:
    """Write a message. ``header`` holds plain JSON values."""
    assert stream is not None
    shapes = [[array.dtype.str, *array.shape] for array in arrays]
    stream.write(json.dumps({**header, "arrays": shapes}).encode() + b"\n")
    for array in arrays:
        stream.write(np.ascontiguousarray(array).tobytes())
    stream.flush()


def receive(stream: IO[bytes] | None) -> tuple[dict[str, Any], list[np.ndarray]]:
    """Read a message: header and arrays.

    Raises:
        EOFError: the other side has ended.
        ValueError: what came is no message.
    """
    assert stream is not None
    line = stream.readline()
    if not line.endswith(b"\n"):
        raise EOFError
    header: dict[str, Any] = json.loads(line)
    arrays = []
    for kind, *shape in header["arrays"]:
        dtype = np.dtype(kind)
        size = math.prod(shape) * dtype.itemsize
        if size > MAX_BYTES:
            raise ValueError("too large")
        data = stream.read(size)
        if len(data) != size:
            raise EOFError
        arrays.append(np.frombuffer(data, dtype).reshape(shape))
    return header, arrays
