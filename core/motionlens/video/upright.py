"""Decoded frames to upright pictures: display matrix, pixel shape and size.

Phones store portrait clips lying down with a display matrix that stands them up.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
from av.video.reformatter import Interpolation, VideoReformatter

_MATRIX_ONE = 65536  # 1.0 in the display matrix's 16.16 fixed point


@dataclass(frozen=True)
class Upright:
    """How stored pictures become displayed ones: transposed first, then flipped."""

    transpose: bool = False
    flip_x: bool = False
    flip_y: bool = False

    @property
    def mirrored(self) -> bool:
        return self.transpose ^ self.flip_x ^ self.flip_y

    @property
    def rotation(self) -> int:
        """Degrees counterclockwise; a mirror image is mirrored left-right after it."""
        flip_x = self.flip_x ^ self.mirrored
        if self.transpose:
            return 270 if flip_x else 90
        return 180 if flip_x else 0

    def apply(self, picture: np.ndarray) -> np.ndarray:
        """(H, W, 3) as displayed, contiguous."""
        if self.transpose:
            picture = picture.swapaxes(0, 1)
        if self.flip_x:
            picture = picture[:, ::-1]
        if self.flip_y:
            picture = picture[::-1]
        return np.ascontiguousarray(picture)


def upright_by(matrix: tuple[int, ...]) -> Upright:
    """From the 3x3 display matrix (a b u c d v x y w): x' = a x + c y, y' = b x + d y, y down.

    Rotations by other angles than quarter turns are rounded to the nearest one.

    >>> one = 65536
    >>> upright_by((one, 0, 0, 0, one, 0, 0, 0, 1)).rotation
    0
    >>> turned = upright_by((0, one, 0, -one, 0, 0, 0, 0, 1))  # x' = -y, y' = x: the left edge goes to the top
    >>> turned.rotation, turned.mirrored
    (270, False)
    >>> turned.apply(np.arange(2).reshape(2, 1, 1)).ravel().tolist()  # top to the right
    [1, 0]
    """
    a, b, _, c, d = matrix[:5]
    if abs(a) + abs(d) >= abs(b) + abs(c):
        return Upright(False, a < 0, d < 0)
    return Upright(True, c < 0, b < 0)


class Scaler:
    """Frames to upright RGB of one size."""

    def __init__(self, first: Any, stream: Any, longest_side: int | None) -> None:
        self.upright = upright_by(display_matrix(first))
        self.stored = displayed_size(first, stream)
        width, height = self.stored
        scale = min(1.0, longest_side / max(width, height)) if longest_side else 1.0
        self._size = max(2, round(width * scale)), max(2, round(height * scale))
        # The mean of the pixels that fall together: no flicker on fine texture.
        self._method = Interpolation.AREA if scale < 0.75 else Interpolation.BILINEAR
        self._reformatter = VideoReformatter()

    def __call__(self, frame: Any) -> np.ndarray:
        width, height = self._size
        rgb = self._reformatter.reformat(frame, width, height, "rgb24", interpolation=self._method)
        return self.upright.apply(rgb.to_ndarray())


def display_matrix(frame: Any) -> tuple[int, ...]:
    """Nine numbers in row order, see ``upright_by``; the identity where the frame carries none."""
    for data in frame.side_data:
        if data.type.name == "DISPLAYMATRIX":
            raw = bytes(data)
            if len(raw) >= 36:
                return struct.unpack("=9i", raw[:36])
    return (_MATRIX_ONE, 0, 0, 0, _MATRIX_ONE, 0, 0, 0, 1 << 30)


def displayed_size(frame: Any, stream: Any) -> tuple[int, int]:
    """Width and height with square pixels, before rotation."""
    shape = stream.sample_aspect_ratio
    ratio = float(shape) if shape else 1.0
    if not 0.1 <= ratio <= 10.0:
        ratio = 1.0
    return max(1, round(frame.width * ratio)), frame.height
