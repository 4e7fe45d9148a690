"""The file a motion was read from: copied, or cut between its own frames at its own rate.

Nothing is read as a body and written anew: the frames that stay are the file's own, digit for digit.
"""

from __future__ import annotations

import io
import json
import math
import re
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import numpy as np

from ..errors import MotionLensError
from ..motion import FPS, Motion
from .files import whole_file

CUTTABLE = (".bvh", ".amc", ".npz", ".npy")
"""Formats that are cut; every other is copied whole."""

_TOLERANCE_S = 0.25
"""A file that lasts so much more or less than the library's motion was changed since."""
_NOT_FRAMES = ("betas", "offsets", "rest", "weights", "latent")
_LARGEST = 1 << 30


@dataclass(frozen=True)
class Part:
    """A part of a motion, on the clock of its file.

    Attributes:
        start_s, end_s: seconds of the motion; ``end_s`` None: to the file's end.
        fps: frames a second of the file.
        dropped: frames of a T-pose at the file's start that are not in the motion.
        duration_s: of the motion.
    """

    start_s: float
    end_s: float | None
    fps: float
    dropped: int = 0
    duration_s: float = 0.0

    def frames(self, total: int) -> tuple[int, int]:
        """[first, last) of a file of ``total`` frames: those that begin in the part.

        Raises:
            _OtherFileError: the file's length is not the motion's.

        >>> Part(0.5, 1.0, 120.0, 0, 2.0).frames(240), Part(0.5, None, 120.0, 12, 2.0).frames(252)
        ((60, 120), (72, 252))
        >>> Part(0.05, 0.15, 30.0, 0, 1.0).frames(30)  # frames 2, 3 and 4 are at 0.067, 0.1 and 0.133 s
        (2, 5)
        """
        if abs((total - self.dropped) / self.fps - self.duration_s) > _TOLERANCE_S:
            raise _OtherFileError
        first = self.dropped + math.ceil(self.start_s * self.fps - 1e-6)
        last = total if self.end_s is None else self.dropped + math.ceil(self.end_s * self.fps - 1e-6)
        first, last = max(min(first, total - 1), 0), min(last, total)
        return first, max(last, first + 1)


class _OtherFileError(Exception):
    """The file is not what the library knows, or not laid out as its cutter knows it: it is copied whole."""


def write_original(
    motion: Motion, source: Path, path: Path, start_s: float | None, end_s: float | None, overwrite: bool
) -> tuple[int, float, str]:
    """Copy ``source`` to ``path``, or the part of it; what its reading depends on goes beside it.

    Returns:
        Frames that are in the file (0: copied whole), its rate, and what the user should know ("" = nothing).

    Raises:
        MotionLensError: the source is not there, or the target cannot be written.
    """
    if not source.is_file():
        raise MotionLensError(
            f"The file of {motion.name}, {source}, is not there: connect its drive, or export another format."
        )
    if path.exists() and path.samefile(source):
        raise MotionLensError(f"{path} is the original file itself: choose another folder.")
    ending = source.suffix.lower()
    with whole_file(path, overwrite) as temporary:
        frames, fps, note = _write_part(motion, source, temporary, start_s, end_s)
        _write_companions(ending, source, path, overwrite)
    return frames, fps, note


def _write_part(
    motion: Motion, source: Path, temporary: Path, start_s: float | None, end_s: float | None
) -> tuple[int, float, str]:
    """See ``write_original``."""
    ending, note = source.suffix.lower(), ""
    whole = not start_s and (end_s is None or round(end_s * FPS) >= motion.n_frames)
    if not whole and ending not in CUTTABLE:
        note = f"copied whole: a {ending or 'file of this kind'} file is not cut"
    elif not whole and source.stat().st_size > _LARGEST:
        note = "copied whole: it is too large to be cut"
    elif not whole:
        to_end = end_s is None or round(end_s * FPS) >= motion.n_frames
        part = Part(
            start_s or 0.0, None if to_end else end_s, motion.source_fps or FPS,
            int(motion.inferred.get("dropped_t_pose_frames", 0)), motion.duration_s,
        )  # fmt: skip
        try:
            data, frames, fps = _CUTTERS[ending](source.read_bytes(), part)
            temporary.write_bytes(data)
            return frames, fps, ""
        except (_OtherFileError, ValueError, KeyError, IndexError, zipfile.BadZipFile):
            note = "copied whole: its frames are not those that the library knows, import it again"
    shutil.copyfile(source, temporary)
    return 0, motion.source_fps, note


# -- cutting -----------------------------------------------------------------------------------------


def cut_bvh(data: bytes, part: Part) -> tuple[bytes, int, float]:
    """The hierarchy as it is, and the lines of the part.

    >>> text = b"HIERARCHY ...\\nMOTION\\nFrames: 4\\nFrame Time: 0.05\\n1 1\\n2 2\\n3 3\\n4 4\\n"
    >>> print(cut_bvh(text, Part(0.05, 0.15, 20.0, 0, 0.2))[0].decode().split("MOTION")[1].strip())
    Frames: 2
    Frame Time: 0.05
    2 2
    3 3
    """
    head = re.search(rb"(?im)^\s*MOTION\s*Frames:?\s*(\d+)\s*Frame\s+Time:?\s*[-+.\deE]+", data)
    if head is None:
        raise _OtherFileError
    total = int(head[1])
    first, last = part.frames(total)
    body = data[head.end() :]
    lines = [line for line in body.splitlines() if line.strip()]
    if len(lines) != total:  # frames that go over several lines
        words = body.split()
        width, rest = divmod(len(words), max(total, 1))
        if rest:
            raise _OtherFileError
        lines = [b" ".join(words[k * width : (k + 1) * width]) for k in range(total)]
    newline = b"\r\n" if b"\r\n" in data[: head.end()] else b"\n"
    start = data[: head.start(1)] + str(last - first).encode() + data[head.end(1) : head.end()]
    return start + newline + newline.join(lines[first:last]) + newline, last - first, part.fps


def cut_amc(data: bytes, part: Part) -> tuple[bytes, int, float]:
    """The head as it is, and the frames of the part, counted from 1 as programs expect.

    >>> cut_amc(b":DEGREES\\n1\\nroot 1\\n2\\nroot 2\\n3\\nroot 3\\n", Part(0.05, 0.1, 20.0, 0, 0.15))[0]
    b':DEGREES\\n1\\nroot 2\\n'
    """
    starts = list(re.finditer(rb"(?m)^[ \t]*\d+[ \t]*\r?\n", data))
    if not starts:
        raise _OtherFileError
    first, last = part.frames(len(starts))
    edges = [match.end() for match in starts], [match.start() for match in starts[1:]] + [len(data)]
    newline = b"\r\n" if starts[0][0].endswith(b"\r\n") else b"\n"
    pieces = [data[: starts[0].start()]]
    for number, k in enumerate(range(first, last), 1):
        pieces += [str(number).encode() + newline, data[edges[0][k] : edges[1][k]]]
    out = b"".join(pieces)
    return out if out.endswith(b"\n") else out + newline, last - first, part.fps


def cut_npy(data: bytes, part: Part) -> tuple[bytes, int, float]:
    """The array's rows of the part."""
    array = np.load(io.BytesIO(data), allow_pickle=False)
    if array.ndim < 2:
        raise _OtherFileError
    # HumanML3D's features are differences: one fewer than its joints
    first, last = part.frames(len(array))
    return _npy(array[first:last]), last - first, part.fps


def cut_npz(data: bytes, part: Part) -> tuple[bytes, int, float]:
    """Every array with one row a frame is cut; all others are copied as they are, unopened."""
    kept: dict[str, bytes] = {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if sum(info.file_size for info in archive.infolist()) > _LARGEST:
            raise _OtherFileError
        members = {info.filename: archive.read(info) for info in archive.infolist()}
    shapes = {name: _shape(member) for name, member in members.items() if name.endswith(".npy")}
    if "meta.npy" in members and "positions.npy" in members:  # ours: always at 20, whatever its source had
        part = Part(part.start_s, part.end_s, FPS, 0, part.duration_s)
    total = max((s for s in shapes.values() if len(s) > 1), key=math.prod, default=(0,))[0]
    first, last = part.frames(total)
    for name, member in members.items():
        shape, plain = shapes.get(name, ()), not any(word in name.lower() for word in _NOT_FRAMES)
        a_frame = len(shape) > 1 or "time" in name.lower() or "frame" in name.lower()
        if shape and shape[0] == total and plain and a_frame:
            member = _npy(np.load(io.BytesIO(member), allow_pickle=False)[first:last])
        kept[name] = member
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, member in kept.items():
            archive.writestr(name, member)
    return out.getvalue(), last - first, part.fps


def _npy(array: np.ndarray) -> bytes:
    out = io.BytesIO()
    np.save(out, np.ascontiguousarray(array), allow_pickle=False)
    return out.getvalue()


def _shape(member: bytes) -> tuple[int, ...]:
    """Of a ``.npy``, from its head alone; () for what is none or holds objects."""
    stream = io.BytesIO(member)
    try:
        version = np.lib.format.read_magic(stream)
        read = (
            np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        )
        shape, _, dtype = read(stream)
    except ValueError:
        return ()
    return () if dtype.hasobject else tuple(shape)


_CUTTERS: dict[str, Callable[[bytes, Part], tuple[bytes, int, float]]] = {
    ".bvh": cut_bvh, ".amc": cut_amc, ".npy": cut_npy, ".npz": cut_npz,
}  # fmt: skip


# -- what a file needs beside it ---------------------------------------------------------------------


def _write_companions(ending: str, source: Path, path: Path, overwrite: bool) -> None:
    if ending == ".amc":
        from ..readers.asfamc import find_asf

        asf = find_asf(source)
        stem, parts = asf.stem.lower(), path.stem.lower().split("_")
        named_like = any("_".join(parts[:n]) == stem for n in range(1, len(parts) + 1))
        target = path.with_name(asf.name if named_like else f"{path.stem}{asf.suffix}")
        if target.exists() and not _same(asf, target):
            target = path.with_name(f"{path.stem}{asf.suffix}")
        _copy_beside(asf, target, overwrite)
    elif ending == ".gltf":
        for uri in _gltf_uris(source):
            target = path.parent / uri
            target.parent.mkdir(parents=True, exist_ok=True)
            _copy_beside(source.parent / uri, target, overwrite)


def _gltf_uris(source: Path) -> list[Path]:
    """Files that a glTF names, inside its folder."""
    try:
        scene = json.loads(source.read_bytes())
        named = [entry.get("uri", "") for key in ("buffers", "images") for entry in scene.get(key, [])]
    except (ValueError, AttributeError, TypeError):
        return []
    paths = [Path(unquote(uri)) for uri in named if isinstance(uri, str) and uri and ":" not in uri]
    return [p for p in paths if not p.is_absolute() and ".." not in p.parts and (source.parent / p).is_file()]


def _copy_beside(source: Path, target: Path, overwrite: bool) -> None:
    if target.exists() and _same(source, target):
        return
    with whole_file(target, overwrite) as temporary:
        shutil.copyfile(source, temporary)


def _same(a: Path, b: Path) -> bool:
    return a.stat().st_size == b.stat().st_size and a.read_bytes() == b.read_bytes()
