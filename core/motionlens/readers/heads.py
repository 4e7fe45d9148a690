"""What kind of motion file a file is, from its first bytes: the format and the names of its joints.

Files with the same signature come from the same rig, so that what the user says about one holds for all.
Nothing here decides how a file is read: a head that cannot be understood only makes a kind of its own.
"""

from __future__ import annotations

import hashlib
import json
import re
import struct
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

_HEAD_BYTES = 512 * 1024
_JSON_BYTES = 32 * 2**20
_ARRAYS = {(22, 3): "HumanML3D joints", (263,): "HumanML3D features", (21, 3): "KIT-ML joints",
           (251,): "KIT-ML features"}  # fmt: skip


@dataclass(frozen=True)
class Head:
    """What the first bytes of a file say.

    Attributes:
        signature: equal for files of one kind, "bvh:0a1b2c3d4e5f".
        label: the kind in words, "BVH, Mixamo rig, 65 joints".
        joint_names: as the file spells them (end joints as "<parent>_end"); empty where the format has none.
    """

    signature: str
    label: str
    joint_names: tuple[str, ...] = ()


def signature(kind: str, names: Iterable[str]) -> str:
    """Format and a hash of the set of names, whatever their order.

    >>> signature("bvh", ["Hips", "Spine"]) == signature("bvh", ["Spine", "Hips"])
    True
    >>> signature("bvh", ["Hips"]) == signature("amc", ["Hips"])
    False
    """
    text = "\n".join(sorted(set(names)))
    return f"{kind}:{hashlib.blake2b(text.encode(errors='replace'), digest_size=6).hexdigest()}"


def read_head(path: Path) -> Head:
    """The head of a motion file. Never raises: what cannot be understood is "<suffix>:unknown"."""
    suffix = path.suffix.lower()
    reader = {".bvh": _bvh, ".amc": _amc, ".glb": _gltf, ".gltf": _gltf, ".npz": _npz, ".npy": _npy}.get(
        suffix
    )
    try:
        if reader is not None:
            return reader(path)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError, struct.error, EOFError,
            RecursionError, NotImplementedError, zipfile.BadZipFile):  # fmt: skip
        pass
    return Head(f"{suffix[1:]}:unknown", f"{suffix[1:].upper()}, damaged or unusual")


def joint_names(path: Path, head: Head) -> tuple[str, ...]:
    """The names that a joint map may use: those of the head, for an ``.amc`` with its skeleton's still bones."""
    if path.suffix.lower() != ".amc":
        return head.joint_names
    from ..errors import MotionLensError
    from .asfamc import asf_joint_names

    try:
        return asf_joint_names(path)
    except (MotionLensError, OSError):
        return head.joint_names


def _start(path: Path, size: int = _HEAD_BYTES) -> bytes:
    with path.open("rb") as stream:
        return stream.read(size)


def _named(kind: str, title: str, names: list[str], noun: str = "joint") -> Head:
    rig = rig_of(names)
    words = [title, *([f"{rig} rig"] if rig else []), f"{len(names)} {noun}" + "s" * (len(names) != 1)]
    return Head(signature(kind, names), ", ".join(words), tuple(names))


def rig_of(names: Iterable[str]) -> str:
    """The rig's maker, where the names tell it beyond doubt.

    >>> rig_of(["mixamorig:Hips"]), rig_of(["Bip01_Pelvis"]), rig_of(["Hips"])
    ('Mixamo', 'Biped', '')
    """
    text = " ".join(names).lower()
    for mark, rig in (
        ("mixamorig", "Mixamo"), ("bip01", "Biped"), ("bip001", "Biped"), ("upperarm_twist", "Unreal"),
        ("upper_arm.", "Rigify"), ("j_bip", "VRoid"), ("lfemur", "CMU"),
    ):  # fmt: skip
        if mark in text:
            return rig
    return ""


def _text(data: bytes) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _bvh(path: Path) -> Head:
    head = re.split(r"(?im)^\s*MOTION\b", _text(_start(path)), maxsplit=1)[0]
    names: list[str] = []
    stack: list[str] = []
    words = iter(head.split())
    for word in words:
        key = word.upper()
        if key in ("ROOT", "JOINT"):
            names.append(next(words, ""))
        elif key == "END":
            next(words, "")
            names.append(f"{stack[-1]}_end")
        elif key == "{":
            stack.append(names[-1])
        elif key == "}":
            stack.pop()
    if not names:
        raise ValueError("no joints")
    return _named("bvh", "BVH", names)


def _amc(path: Path) -> Head:
    data = _start(path, 64 * 1024)
    first = re.search(rb"(?m)^[ \t]*\d+[ \t]*\r?$", data)
    if first is None:
        raise ValueError("no frames")
    names = []
    for line in data[first.end() :].splitlines():
        words = line.split()
        if len(words) == 1 and words[0].isdigit():
            break
        if words:
            names.append(words[0].decode("latin-1"))
    return _named("amc", "ASF/AMC", names, "moving bone")


def _gltf(path: Path) -> Head:
    if path.stat().st_size > 20 and _start(path, 4) == b"glTF":
        with path.open("rb") as stream:
            length, kind = struct.unpack("<12xI4s", stream.read(20))
            if kind != b"JSON" or length > _JSON_BYTES:
                raise ValueError("no description")
            text = stream.read(length)
    else:
        text = _start(path, _JSON_BYTES)
    document = json.loads(text.decode("utf-8-sig"))
    nodes = document["nodes"]
    joints = sorted({j for skin in document.get("skins", []) for j in skin.get("joints", [])})
    names = [str(nodes[j].get("name") or f"node{j}") for j in joints or range(len(nodes))]
    return _named("gltf", "glTF", names, "joint" if joints else "node")


def _npz(path: Path) -> Head:
    with zipfile.ZipFile(path) as archive:
        keys = sorted(i.filename[:-4] for i in archive.infolist()[:64] if i.filename.endswith(".npy"))
    if "meta" in keys:
        return Head("npz:motionlens", "MotionLens motions")
    if any(k in keys for k in ("poses", "root_orient", "global_orient")):
        return Head(signature("npz", keys), "SMPL poses, as AMASS has them")
    return Head(signature("npz", keys), f"NumPy archives of {', '.join(keys[:4])}")


def _npy(path: Path) -> Head:
    with path.open("rb") as stream:
        version = np.lib.format.read_magic(stream)
        read = (
            np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        )
        shape = tuple(read(stream)[0][1:])
    label = _ARRAYS.get(shape, "arrays of shape (T, " + ", ".join(map(str, shape)) + ")")
    return Head(signature("npy", map(str, shape)), label)
