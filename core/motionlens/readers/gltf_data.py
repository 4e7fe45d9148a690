"""glTF containers and accessors: the file's structure and its numbers, checked before they are used.

After the glTF 2.0 specification (Khronos), sections 3.6 (buffers, accessors, sparse) and 4 (GLB).
pygltflib gives the structure; bytes are read here, so that every size is checked against the file.
"""

from __future__ import annotations

import base64
import binascii
import struct
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import numpy as np
import pygltflib

from ..errors import UnreadableFileError
from .arrays import MAX_BYTES

_COMPONENTS: dict[int, np.dtype[Any]] = {
    5120: np.dtype("i1"),
    5121: np.dtype("u1"),
    5122: np.dtype("<i2"),
    5123: np.dtype("<u2"),
    5125: np.dtype("<u4"),
    5126: np.dtype("<f4"),
}
_WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT4": 16}
_MAX_VALUES = 50_000_000


class GltfDocument:
    """A parsed file whose accessors can be read as arrays.

    Attributes:
        path: the file.
        gltf: pygltflib's structure.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._views: dict[int, bytes] = {}
        self._buffers: dict[int, bytes] = {}
        text, self._binary = _split_container(path)
        try:
            self.gltf = pygltflib.GLTF2.gltf_from_json(text)
        except Exception as error:  # json, dataclasses_json and type errors: all mean a bad document
            raise UnreadableFileError(f"{path} holds no valid glTF description: export it again.") from error

    def fail(self, what: str, remedy: str = "export it again") -> UnreadableFileError:
        """One sentence about this file."""
        return UnreadableFileError(f"{self.path} {what}: {remedy}.")

    def buffer(self, index: int) -> bytes:
        """Bytes of a buffer: the GLB chunk, a data URI, or a file inside the document's folder."""
        if index not in self._buffers:
            stated = self.gltf.buffers[index].byteLength
            uri = self.gltf.buffers[index].uri
            if not isinstance(stated, int) or not 0 <= stated <= MAX_BYTES:
                raise self.fail(f"declares a buffer of {stated} bytes, which no motion has")
            if uri is None:
                data = self._binary
            elif uri.startswith("data:"):
                try:
                    data = base64.b64decode(uri.partition(",")[2], validate=False)
                except (binascii.Error, ValueError) as error:
                    raise self.fail("holds a damaged embedded buffer") from error
            else:
                data = self._external(uri)
            if len(data) < stated:
                raise self.fail(
                    f"is cut short ({len(data):,} of {stated:,} bytes of animation data)",
                    "copy or export it again",
                )
            self._buffers[index] = data
        return self._buffers[index]

    def _external(self, uri: str) -> bytes:
        name = unquote(uri)
        folder = self.path.parent.resolve()
        # Only plain relative names: a motion file must not make us read elsewhere on the disk or a network.
        if ":" in name or "\\" in name or name.startswith("/") or ".." in Path(name).parts or "\0" in name:
            raise self.fail(
                "refers to data outside its own folder, which is not followed", "export it as one .glb file"
            )
        target = (folder / name).resolve()
        if not target.is_relative_to(folder):
            raise self.fail(
                "refers to data outside its own folder, which is not followed", "export it as one .glb file"
            )
        try:
            if target.stat().st_size > MAX_BYTES:
                raise self.fail(f"refers to {name}, which is too large for a motion")
            return target.read_bytes()
        except OSError as error:
            raise self.fail(
                f"needs {name}, which could not be opened", "put it back beside the file"
            ) from error

    def _view(self, index: int) -> tuple[bytes, int]:
        """Bytes of a buffer view, and its stride (0: packed)."""
        view = self.gltf.bufferViews[index]
        if view.extensions and any("compression" in name for name in view.extensions):
            raise self.fail(f"is compressed ({', '.join(view.extensions)})", "export it without compression")
        start, length = view.byteOffset or 0, view.byteLength
        data = self.buffer(view.buffer)
        if start < 0 or length < 0 or start + length > len(data):
            raise self.fail("has animation data beyond the end of its buffer")
        if index not in self._views:
            self._views[index] = data[start : start + length]
        return self._views[index], view.byteStride or 0

    def _block(self, view: int, offset: int, count: int, dtype: np.dtype, width: int) -> np.ndarray:
        data, stride = self._view(view)
        item = dtype.itemsize * width
        stride = stride or item
        if offset < 0 or stride < item or (count and offset + (count - 1) * stride + item > len(data)):
            raise self.fail("has animation data beyond the end of its buffer")
        return np.ndarray((count, width), dtype, buffer=data, offset=offset, strides=(stride, dtype.itemsize))

    def accessor(self, index: int) -> np.ndarray:
        """(count, width) float64 values of an accessor, normalised integers in [-1, 1] or [0, 1].

        Raises:
            UnreadableFileError: sizes that do not fit the buffers, unknown types, values not finite.
        """
        accessor = self.gltf.accessors[index]
        dtype, width, count = (
            _COMPONENTS.get(accessor.componentType),
            _WIDTHS.get(accessor.type),
            accessor.count,
        )
        if (
            dtype is None
            or width is None
            or not isinstance(count, int)
            or not 0 <= count * width <= _MAX_VALUES
        ):
            raise self.fail("has an animation track of an unknown kind or impossible length")
        raw = np.zeros((count, width), dtype)
        if accessor.bufferView is not None:
            raw = self._block(accessor.bufferView, accessor.byteOffset or 0, count, dtype, width)
        sparse = accessor.sparse
        if sparse is not None:
            kind = _COMPONENTS[sparse.indices.componentType]
            offset = sparse.indices.byteOffset or 0
            at = self._block(sparse.indices.bufferView, offset, sparse.count, kind, 1)[:, 0].astype(np.int64)
            offset = sparse.values.byteOffset or 0
            values = self._block(sparse.values.bufferView, offset, sparse.count, dtype, width)
            if at.size and (at.min() < 0 or at.max() >= count):
                raise self.fail("has sparse animation data beyond the end of its track")
            raw = raw.copy()
            raw[at] = values
        with np.errstate(all="ignore"):  # damaged bytes make odd floats; they are refused below
            out = raw.astype(np.float64)
        if accessor.normalized and dtype.kind in "iu":
            out = np.maximum(out / np.iinfo(dtype.name).max, -1.0)
        if not np.isfinite(out).all():
            raise self.fail("has animation values that are not finite")
        return out


def _split_container(path: Path) -> tuple[str, bytes]:
    """JSON text and binary chunk of a ``.glb``, or the text of a ``.gltf`` and no bytes."""
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise UnreadableFileError(
                f"{path} has {size / 2**20:,.0f} MB, too much for a motion: export the skeleton without meshes."
            )
        data = path.read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise UnreadableFileError(
            f"{path} could not be opened ({reason}): check the file and its rights."
        ) from error
    if not data:
        raise UnreadableFileError(f"{path} is empty: copy or export it again.")
    binary = b""
    if data[:4] == b"glTF":
        data, binary = _glb_chunks(path, data)
    try:
        return data.decode("utf-8-sig"), binary
    except UnicodeDecodeError as error:
        raise UnreadableFileError(f"{path} is not a glTF file: export it again as .glb or .gltf.") from error


def _glb_chunks(path: Path, data: bytes) -> tuple[bytes, bytes]:
    """The JSON and binary chunks of a GLB of version 2."""
    short = UnreadableFileError(f"{path} is cut short: copy or export it again.")
    if len(data) < 20:
        raise short
    version, total = struct.unpack_from("<II", data, 4)
    if version != 2:
        raise UnreadableFileError(f"{path} is glTF version {version}, not 2: export it as glTF 2.0.")
    if total > len(data):
        raise short
    chunks: dict[bytes, bytes] = {}
    at = 12
    while at + 8 <= total:
        length, kind = struct.unpack_from("<I4s", data, at)
        if at + 8 + length > total:
            raise short
        chunks.setdefault(kind, data[at + 8 : at + 8 + length])
        at += 8 + length
    if b"JSON" not in chunks:
        raise UnreadableFileError(f"{path} has no glTF description: export it again.")
    return chunks[b"JSON"], chunks.get(b"BIN\0", b"")
