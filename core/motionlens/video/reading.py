"""Pictures of a video file by their time stamps, upright, in one pass (PyAV).

Phones take pictures at uneven intervals and store portrait clips lying down (``upright``); both are honoured
here, so that nobody else has to know. Damaged pictures are left out; a file of which nothing can be shown
raises one sentence.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import av
import numpy as np

from ..errors import CancelledError, MotionLensError, UnreadableFileError
from .types import VideoInfo
from .upright import Scaler, display_matrix, displayed_size, upright_by

# Containers of video and sound. No playlists and picture sequences, which would open other files, and no
# text formats: FFmpeg plays a renamed text file as a terminal recording.
_FORMATS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,gif,mpegts,mpeg,mpegvideo,m4v,h264,hevc,ivf,flv,asf,ogg,apng,"
    "mp3,wav,flac,aac,aiff"
)
_OPTIONS = {"format_whitelist": _FORMATS, "protocol_whitelist": "file"}
_TIMEOUT_S = (5.0, 5.0)  # to open, to read on
_MAX_PIXELS = 8192 * 4608
_MAX_JUMP_S = 30.0  # between two pictures; more is a damaged time stamp
_MAX_ERRORS = 2000  # damaged packets in a row before the rest is given up

logging.getLogger("libav").setLevel(logging.CRITICAL)  # what a damaged file provokes is told in a sentence


# -- opening ----------------------------------------------------------------------------------------


def _open(path: Path) -> tuple[Any, Any]:
    """Container and video stream. Raises UnreadableFileError."""
    try:
        size = path.stat().st_size
        if path.is_dir():
            raise UnreadableFileError(f"{path} is a folder: choose a video file in it.")
    except FileNotFoundError as error:
        raise UnreadableFileError(f"{path} was not found: check its name.") from error
    except OSError as error:
        raise UnreadableFileError(
            f"{path} could not be opened ({error.strerror}): check the file."
        ) from error
    if size == 0:
        raise UnreadableFileError(f"{path} is empty (0 bytes): copy it again from where it was made.")
    try:
        container: Any = av.open(str(path), "r", container_options=_OPTIONS, timeout=_TIMEOUT_S)
    except PermissionError as error:
        raise UnreadableFileError(f"{path} may not be read: check its permissions.") from error
    except (av.FFmpegError, OSError, ValueError, OverflowError, RuntimeError) as error:
        raise UnreadableFileError(
            f"{path} is damaged or no video: export it again, as MP4 for instance."
        ) from error
    try:
        return container, _video_stream(path, container)
    except BaseException:
        container.close()
        raise


def _video_stream(path: Path, container: Any) -> Any:
    # A picture on the sleeve of a sound file is a video stream too.
    pictures = [s for s in container.streams.video if not s.disposition & av.stream.Disposition.attached_pic]
    if not pictures:
        if container.streams.audio:
            raise UnreadableFileError(f"{path} holds sound but no picture: choose a video file.")
        raise UnreadableFileError(f"{path} holds no video: choose another file or export it again.")
    stream = pictures[0]
    context = stream.codec_context
    if context is None:
        raise UnreadableFileError(
            f"{path} uses a video codec that is not known here: export it again as MP4 (H.264)."
        )
    if context.width * context.height > _MAX_PIXELS:
        raise UnreadableFileError(
            f"{path} claims pictures of {context.width} x {context.height} pixels: export it at 1080p."
        )
    context.thread_type = "AUTO"
    context.thread_count = 2  # two cores are what we count on
    return stream


def _no_picture(path: Path) -> UnreadableFileError:
    return UnreadableFileError(
        f"{path} holds no picture that can be decoded: it is damaged; export it again."
    )


# -- pictures in the order of time --------------------------------------------------------------------


def _decoded(path: Path, container: Any, stream: Any, cancelled: Callable[[], bool] | None) -> Iterator[Any]:
    """Sound frames; damaged packets are stepped over."""
    errors = 0
    packets = container.demux(stream)
    while True:
        if cancelled is not None and cancelled():
            raise CancelledError(f"Reading {path} was cancelled.")
        try:
            packet = next(packets)
            frames = packet.decode()
        except StopIteration:
            return
        except (av.FFmpegError, OSError, ValueError, OverflowError, RuntimeError):
            # After an error in the container the generator has ended, and next() stops above.
            errors += 1
            if errors > _MAX_ERRORS:
                return
            continue
        for frame in frames:
            if not frame.is_corrupt and 0 < frame.width * frame.height <= _MAX_PIXELS:
                errors = 0
                yield frame


def _timed(frames: Iterator[Any], stream: Any) -> Iterator[tuple[float, Any]]:
    """Frames with their seconds from the start of the stream, increasing.

    A stamp that is missing or leaps by more than ``_MAX_JUMP_S`` is damaged: the picture follows the one
    before it by a mean interval. Pictures that go back in time are left out.
    """
    rate = _rate(stream)
    step = 1.0 / rate if rate else 1.0 / 30.0
    begin = float((stream.start_time or 0) * stream.time_base)
    last: float | None = None
    shift = 0.0
    for frame in frames:
        if frame.pts is None:
            time = 0.0 if last is None else last + step
        else:
            base = frame.time_base or stream.time_base
            time = float(frame.pts * base) - begin + shift
            if last is not None and abs(time - last) > _MAX_JUMP_S:
                shift += last + step - time
                time = last + step
        if last is None or time > last + 1e-6:
            last = time
            yield time, frame


def _rate(stream: Any) -> float:
    for rate in (stream.average_rate, stream.guessed_rate, stream.base_rate):
        if rate and 0.1 <= float(rate) <= 1000.0:
            return float(rate)
    return 0.0


def _seek(container: Any, stream: Any, start_s: float) -> None:
    """Go to the last key picture before a time, where the file allows it; else stay at the start."""
    with suppress(av.FFmpegError, OSError, ValueError, OverflowError):
        offset = int(start_s / float(stream.time_base)) + (stream.start_time or 0)
        container.seek(offset, stream=stream, backward=True)


# -- what others call -----------------------------------------------------------------------------


def probe(path: str | Path) -> VideoInfo:
    """What a video is; reads its head and one picture.

    Raises:
        UnreadableFileError: missing, empty, damaged, without a picture, or no video.
    """
    path = Path(path)
    container, stream = _open(path)
    with closing(container):
        frame = next(_decoded(path, container, stream, None), None)
        if frame is None:
            raise _no_picture(path)
        duration = _duration(container, stream)
        rate = _rate(stream)
        if stream.frames and duration and 0.1 <= stream.frames / duration <= 1000.0:
            rate = stream.frames / duration
        upright = upright_by(display_matrix(frame))
        width, height = displayed_size(frame, stream)
        if upright.transpose:
            width, height = height, width
        codec = stream.codec_context.codec.canonical_name
        return VideoInfo(str(path), width, height, rate, duration, upright.rotation, upright.mirrored, codec)


def _duration(container: Any, stream: Any) -> float:
    """Seconds; from the last packets where the head does not say."""
    if stream.duration and stream.time_base:
        seconds = float(stream.duration * stream.time_base)
    elif container.duration:
        seconds = container.duration / 1e6
    else:
        last = 0.0
        with suppress(av.FFmpegError, OSError, ValueError):
            for packet in container.demux(stream):
                if packet.pts is not None:
                    last = max(last, float((packet.pts + (packet.duration or 0)) * packet.time_base))
        seconds = last - float((stream.start_time or 0) * stream.time_base)
    return seconds if math.isfinite(seconds) and 0.0 < seconds < 1e6 else 0.0


def read_frames(
    path: str | Path,
    start_s: float = 0.0,
    end_s: float | None = None,
    fps: float | None = None,
    longest_side: int | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Generator[tuple[float, np.ndarray], None, None]:
    """Pictures of a range, in one pass; memory does not grow with its length.

    Args:
        path: the file.
        start_s, end_s: seconds from the start of the video, end excluded; None = to the end.
        fps: at most so many pictures a second, chosen by their time stamps; None = all. Never invents
            pictures: a video of fewer keeps its own.
        longest_side: scaled down to this many pixels; None = as it is. Never scaled up.
        cancelled: asked for each packet that is decoded.

    Yields:
        (time_s, (H, W, 3) uint8 RGB), upright, square pixels, times increasing.

    Raises:
        UnreadableFileError: see ``probe``; also where no picture of the file can be decoded.
        MotionLensError: the range holds no picture.
        CancelledError: ``cancelled`` said so.
    """
    path = Path(path)
    any_seen = found = False
    for attempt in ("seek", "from the start") if start_s > 0.5 else ("from the start",):
        container, stream = _open(path)
        with closing(container):
            if attempt == "seek":
                _seek(container, stream, start_s)
            timed = _timed(_decoded(path, container, stream, cancelled), stream)
            first = next(timed, None)
            # An index that leads past the place it should lead to is damaged: do without.
            if attempt == "seek" and (first is None or first[0] > start_s + 1.0):
                continue
            any_seen = first is not None
            if first is not None:
                for item in _chosen(first, timed, stream, start_s, end_s, fps, longest_side):
                    found = True
                    yield item
            break
    if not any_seen:
        raise _no_picture(path)
    if not found:
        until = "the end" if end_s is None else f"{end_s:g} s"
        raise MotionLensError(
            f"{path} shows nothing between {start_s:g} s and {until}: choose another range of it."
        )


def _chosen(
    first: tuple[float, Any],
    rest: Iterator[tuple[float, Any]],
    stream: Any,
    start_s: float,
    end_s: float | None,
    fps: float | None,
    longest_side: int | None,
) -> Iterator[tuple[float, np.ndarray]]:
    scaler = Scaler(first[1], stream, longest_side)
    due = -math.inf
    origin = 0.0

    def timed() -> Iterator[tuple[float, Any]]:
        yield first
        yield from rest

    for time, frame in timed():
        if time < start_s - 1e-3:
            continue
        if end_s is not None and time >= end_s:
            return
        if fps is not None:
            # A quarter of an interval early is near enough: stamps tremble.
            place = 0.0 if due == -math.inf else (time - origin) * fps + 0.25
            if due == -math.inf:
                origin = time
            elif place < due:
                continue
            due = math.floor(place) + 1.0
        yield time, scaler(frame)


def thumbnail(path: str | Path, time_s: float | None = None, longest_side: int = 320) -> np.ndarray:
    """One picture, (H, W, 3) uint8 RGB, upright.

    Args:
        path: the file.
        time_s: the first picture from there on, else the first of all; None = a third into the video,
            where there is more to see than at the start.
        longest_side: pixels.

    Raises:
        UnreadableFileError: see ``probe``.
    """
    if time_s is None:
        time_s = probe(path).duration_s / 3.0
    for start in (time_s, 0.0):
        with suppress(StopIteration), closing(read_frames(path, start, None, None, longest_side)) as frames:
            try:
                return next(frames)[1]
            except UnreadableFileError:
                raise
            except MotionLensError:  # nothing after that time
                continue
    raise _no_picture(Path(path))
