"""Little videos for the tests, written with PyAV: every picture tells its number and which way is up."""

from __future__ import annotations

import random
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

SIZE = (96, 64)
KINDS = {
    "mp4": "libx264",
    "mov": "libx264",
    "mkv": "libx264",
    "webm": "libvpx-vp9",
    "avi": "mpeg4",
    "gif": "gif",
}
"""Containers that people have, and a codec of each."""


def picture(number: int, size: tuple[int, int] = SIZE) -> np.ndarray:
    """(H, W, 3) uint8: grey of level 4 * (number % 55) + 20, red at the left top, blue at the right top."""
    width, height = size
    out = np.full((height, width, 3), 20 + 4 * (number % 55), np.uint8)
    out[: height // 4, : width // 4] = (255, 0, 0)
    out[: height // 4, -(width // 4) :] = (0, 0, 255)
    return out


def number_of(shown: np.ndarray) -> int:
    """The number of a picture, from its middle."""
    height, width = shown.shape[:2]
    return round(
        (float(shown[height // 2 - 3 : height // 2 + 3, width // 2 - 3 : width // 2 + 3].mean()) - 20) / 4
    )


def corners(shown: np.ndarray) -> str:
    """Where red and blue are: "rb.." is upright (left top, right top, left bottom, right bottom)."""
    h, w = shown.shape[0] // 8, shown.shape[1] // 8
    out = ""
    for part in (shown[:h, :w], shown[:h, -w:], shown[-h:, :w], shown[-h:, -w:]):
        red, _, blue = part.reshape(-1, 3).mean(0)
        out += "r" if red > blue + 80 else "b" if blue > red + 80 else "."
    return out


def write_video(
    path: Path,
    codec: str = "libx264",
    times: Sequence[float] | None = None,
    n: int = 30,
    fps: int = 30,
    size: tuple[int, int] = SIZE,
    rotation: int = 0,
    mirrored: bool = False,
    sound: bool = False,
    shape: Fraction | None = None,
) -> Path:
    """A video of ``n`` pictures, or of one at each of ``times``; ``shape``: width of a pixel over its height."""
    moments = [i / fps for i in range(n)] if times is None else list(times)
    clock = Fraction(1, 100 if codec == "gif" else 1000 if times is not None else fps)
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=fps)
        stream.width, stream.height = size
        stream.pix_fmt = "rgb8" if codec == "gif" else "yuv420p"
        stream.codec_context.time_base = clock
        stream.codec_context.gop_size = 10
        stream.bit_rate = 4_000_000  # or else greys would be rounded
        if shape is not None:
            stream.codec_context.sample_aspect_ratio = shape
        if codec == "libvpx-vp9":
            stream.options = {"cpu-used": "8", "deadline": "realtime"}
        if rotation or mirrored:
            stream.set_display_rotation(rotation, hflip=mirrored)
        noise = _add_sound(container, len(moments) / fps) if sound else None
        for number, moment in enumerate(moments):
            frame = av.VideoFrame.from_ndarray(picture(number, size), "rgb24").reformat(format=stream.pix_fmt)
            frame.pts, frame.time_base = round(moment / clock), clock
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
        if noise is not None:
            container.mux(noise)
    return path


def write_sound(path: Path, codec: str = "aac") -> Path:
    """A file with sound alone."""
    with av.open(str(path), "w") as container:
        container.mux(_add_sound(container, 0.5, codec))
    return path


def _add_sound(
    container: av.container.OutputContainer, seconds: float, codec: str = "aac"
) -> list[av.Packet]:
    stream = container.add_stream(codec, rate=16000)
    stream.layout = "mono"
    packets = []
    kind = "s16" if codec == "pcm_s16le" else "fltp"
    for i in range(int(seconds * 16000 / 1024) + 1):
        samples = (np.random.default_rng(i).normal(size=(1, 1024)) * 0.1).astype(np.float32)
        if kind == "s16":
            samples = (samples * 3e4).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(samples, kind, "mono")
        frame.sample_rate, frame.pts = 16000, i * 1024
        packets += stream.encode(frame)
    return packets + stream.encode(None)


def damaged(whole: bytes, dice: random.Random) -> bytes:
    """A file as it comes from a broken card, download or program."""
    data = bytearray(whole)
    how = dice.randrange(5)
    if how == 0:  # cut off
        return bytes(data[: dice.randrange(1, len(data))])
    if how == 1:  # single bits
        for _ in range(dice.choice([1, 10, 200])):
            data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
    elif how == 2:  # a stretch of noise
        at = dice.randrange(len(data))
        data[at : at + 300] = dice.randbytes(len(data[at : at + 300]))
    elif how == 3:  # the head
        for _ in range(8):
            data[dice.randrange(min(len(data), 600))] = dice.randrange(256)
    else:  # a stretch lost
        at = dice.randrange(len(data))
        del data[at : at + dice.randrange(1, 500)]
    return bytes(data)
