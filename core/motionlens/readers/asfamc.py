"""Acclaim ASF/AMC reader: the skeleton (.asf) is looked for beside the motion (.amc).

Kinematics after Lander, "Working with Motion Capture File Formats" (1998): with C the bone's axis
rotation and M its degrees of freedom, a bone turns by C M C^-1 in its parent's frame, and its end lies
at start + rotation * direction * length.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np

from ..errors import UnreadableFileError
from .animation import SkeletonAnimation
from .files import read_bytes, read_text
from .mapping import MappingOverrides
from .rotations import euler_matrices

DEFAULT_FPS = 120.0
"""AMC states no rate; CMU and HDM05 were captured at 120."""

_INCH_M = 0.0254


@dataclass
class _Bone:
    name: str
    direction: np.ndarray
    length: float = 0.0
    axis: np.ndarray = field(default_factory=lambda: np.zeros(3))
    axis_order: str = "xyz"
    dof: tuple[str, ...] = ()
    parent: str = "root"


@dataclass
class _Skeleton:
    bones: dict[str, _Bone]
    root_order: tuple[str, ...]
    root_axis_order: str
    root_orientation: np.ndarray
    length_unit: float | None
    degrees: bool


def _sections(text: str) -> dict[str, list[list[str]]]:
    sections: dict[str, list[list[str]]] = {}
    current: list[list[str]] = []
    for line in text.splitlines():
        words = line.split("#", 1)[0].split()
        if not words:
            continue
        if words[0].startswith(":"):
            current = sections.setdefault(words[0][1:].lower(), [])
            if words[1:]:
                current.append(words[1:])
        else:
            current.append(words)
    return sections


def _bones(rows: list[list[str]], angle: float) -> dict[str, _Bone]:
    bones: dict[str, _Bone] = {}
    bone = _Bone("", np.zeros(3))
    for words in rows:
        key = words[0].lower()
        if key == "begin":
            bone = _Bone("", np.zeros(3))
        elif key == "end":
            bones[bone.name] = bone
        elif key == "name":
            bone.name = words[1]
        elif key == "direction":
            bone.direction = np.array([float(w) for w in words[1:4]])
        elif key == "length":
            bone.length = float(words[1])
        elif key == "axis":
            bone.axis = np.array([float(w) for w in words[1:4]]) * angle
            bone.axis_order = words[4].lower() if len(words) > 4 else "xyz"
        elif key == "dof":
            bone.dof = tuple(w.lower() for w in words[1:])
    return bones


def _parse_asf(text: str) -> _Skeleton:
    sections = _sections(text)
    units = {row[0].lower(): row[1] for row in sections.get("units", []) if len(row) > 1}
    degrees = not units.get("angle", "deg").lower().startswith("rad")
    angle = np.pi / 180 if degrees else 1.0
    bones = _bones(sections["bonedata"], angle)
    for row in sections["hierarchy"]:
        if row[0].lower() in ("begin", "end"):
            continue
        for child in row[1:]:
            bones[child].parent = row[0]
    root = {row[0].lower(): row[1:] for row in sections.get("root", [])}
    length = float(units["length"]) if "length" in units else None
    return _Skeleton(
        bones,
        tuple(w.lower() for w in root.get("order", ["tx", "ty", "tz", "rx", "ry", "rz"])),
        (root.get("axis") or ["xyz"])[0].lower(),
        np.array([float(w) for w in root.get("orientation", ["0", "0", "0"])]) * angle,
        length if length and length > 0 else None,
        degrees,
    )


@lru_cache(maxsize=32)
def _load_asf(path: Path, modified_ns: int) -> _Skeleton:
    try:
        skeleton = _parse_asf(read_text(path))
    except (KeyError, IndexError, ValueError) as error:
        raise UnreadableFileError(
            f"{path} is a damaged ASF skeleton (near {error}): copy it again from its source."
        ) from error
    if not skeleton.bones:
        raise UnreadableFileError(f"{path} is an ASF skeleton without bones: copy it again from its source.")
    return skeleton


def find_asf(amc: Path) -> Path:
    """The skeleton beside a motion: same stem, ``<subject>.asf``, ``HDM_<actor>.asf``, or the only one.

    Raises:
        UnreadableFileError: there is none, or several and none fits by name.
    """
    found = {p.stem.lower(): p for p in sorted(amc.parent.iterdir()) if p.suffix.lower() == ".asf"}
    stem = amc.stem.lower()
    parts = stem.split("_")
    for n in range(len(parts), 0, -1):
        candidate = "_".join(parts[:n])
        if candidate in found:
            return found[candidate]
    if len(found) == 1:
        return next(iter(found.values()))
    if found:
        raise UnreadableFileError(
            f"{amc} has several .asf skeletons beside it and none is named like it: "
            f"name the right one {parts[0]}.asf."
        )
    raise UnreadableFileError(f"{amc} has no .asf skeleton beside it: put its .asf file into {amc.parent}.")


def _frames(path: Path, data: bytes) -> tuple[list[str], list[int], dict[str, np.ndarray]]:
    """Bone names of a frame, how many values each has, and name -> (F, values)."""
    start = re.search(rb"(?m)^[ \t]*\d+[ \t]*\r?$", data)
    if start is None:
        raise UnreadableFileError(f"{path} holds no frames: export it again.")
    names: list[str] = []
    widths: list[int] = []
    for match in re.finditer(rb"[^\r\n]+", data[start.end() :]):
        words = match[0].split()
        if len(words) == 1 and words[0].isdigit():
            break
        if words:
            names.append(words[0].decode("latin-1"))
            widths.append(len(words) - 1)
    if not names or len(set(names)) != len(names):
        raise UnreadableFileError(f"{path} holds no joint values in its first frame: export it again.")
    tokens = data[start.start() :].split()
    frame = 1 + sum(widths) + len(names)
    frames, rest = divmod(len(tokens), frame)
    if rest:
        raise UnreadableFileError(
            f"{path} is cut short or damaged: its {len(tokens)} entries are not whole frames of {frame}; "
            "copy it again from its source."
        )
    columns: dict[str, np.ndarray] = {}
    at = 1
    try:
        numbers = np.array(list(map(int, tokens[::frame])))
        for name, width in zip(names, widths, strict=True):
            if set(tokens[at::frame]) != {name.encode("latin-1")}:
                raise UnreadableFileError(
                    f"{path} is damaged: not every frame has the joints of the first; copy it again from its source."
                )
            values = [list(map(float, tokens[k::frame])) for k in range(at + 1, at + 1 + width)]
            columns[name] = np.array(values).T.reshape(frames, width)
            at += 1 + width
    except ValueError as error:
        raise UnreadableFileError(
            f"{path} holds something other than numbers among its values: copy it again from its source."
        ) from error
    if not np.array_equal(numbers, numbers[0] + np.arange(frames)):
        raise UnreadableFileError(f"{path} is damaged: its frame numbers do not count up; copy it again.")
    if not all(np.isfinite(column).all() for column in columns.values()):
        raise UnreadableFileError(f"{path} holds values that are not numbers (NaN): export it again.")
    return names, widths, columns


def _order(skeleton: _Skeleton) -> list[_Bone]:
    """Bones, parents before children."""
    out: list[_Bone] = []
    level = ["root"]
    while level:
        below = [b for b in skeleton.bones.values() if b.parent in level]
        out += below
        level = [b.name for b in below]
    return out


def _times(matrices: np.ndarray, constant: np.ndarray) -> np.ndarray:
    """(F, 3, 3) times one matrix or vector, as one large product: much faster than F small ones."""
    return (matrices.reshape(-1, 3) @ constant).reshape(len(matrices), 3, *constant.shape[1:])


def _kinematics(
    skeleton: _Skeleton, columns: dict[str, np.ndarray], angle: float, frames: int
) -> tuple[list[str], list[int], np.ndarray]:
    """Names, parents and (F, J, 3) positions: a joint at each bone's start, an end joint at each leaf's end."""
    root = columns.get("root", np.zeros((frames, len(skeleton.root_order))))
    channel = {key: root[:, k] for k, key in enumerate(skeleton.root_order)}
    nothing = np.zeros(frames)
    position = np.stack([channel.get(f"t{a}", nothing) for a in "xyz"], axis=-1)
    turns = [key for key in skeleton.root_order if key[0] == "r"]
    turn = euler_matrices(
        np.stack([channel[k] for k in reversed(turns)], axis=-1) * angle if turns else np.zeros((frames, 0)),
        "".join(k[1] for k in reversed(turns)),
    )
    c = euler_matrices(skeleton.root_orientation[::-1], skeleton.root_axis_order[::-1])
    turned = {"root": c @ turn @ c.T}
    ends = {"root": position}
    names, parents, positions = ["root"], [-1], [position]
    index = {"root": 0}
    leaves = {b.name for b in skeleton.bones.values()} - {b.parent for b in skeleton.bones.values()}
    for bone in _order(skeleton):
        local = euler_matrices(bone.axis[::-1], bone.axis_order[::-1])
        turns = [d for d in bone.dof if d in ("rx", "ry", "rz")]
        rotation = turned[bone.parent]
        if turns and bone.name in columns:
            picked = [k for k, d in enumerate(bone.dof) if d in turns][::-1]
            moved = euler_matrices(
                columns[bone.name][:, picked] * angle, "".join(bone.dof[k][1] for k in picked)
            )
            rotation = _times(_times(rotation, local) @ moved, local.T)
        turned[bone.name] = rotation
        ends[bone.name] = ends[bone.parent] + _times(rotation, bone.direction * bone.length)
        index[bone.name] = len(names)
        names.append(bone.name)
        parents.append(index[bone.parent])
        positions.append(ends[bone.parent])
        if bone.name in leaves:
            names.append(f"{bone.name}_end")
            parents.append(index[bone.name])
            positions.append(ends[bone.name])
    return names, parents, np.stack(positions, axis=1)


def asf_joint_names(path: Path) -> tuple[str, ...]:
    """Joints that reading this motion gives, from the skeleton beside it.

    Raises:
        UnreadableFileError: there is no such skeleton, or it is damaged.
    """
    asf = find_asf(path)
    skeleton = _load_asf(asf, asf.stat().st_mtime_ns)
    return tuple(_kinematics(skeleton, {}, 1.0, 1)[0])


def read_amc(path: Path, overrides: MappingOverrides | None = None) -> list[SkeletonAnimation]:
    """Read a motion and the skeleton beside it.

    Raises:
        UnreadableFileError: damaged, cut short, or without its skeleton.
    """
    data = read_bytes(path)
    names, widths, columns = _frames(path, data)
    asf = find_asf(path)
    skeleton = _load_asf(asf, asf.stat().st_mtime_ns)
    for name, width in zip(names, widths, strict=True):
        if name != "root" and name not in skeleton.bones:
            raise UnreadableFileError(
                f"{path} moves the bone {name!r}, which {asf.name} does not have: put its own .asf beside it."
            )
        expected = len(skeleton.root_order if name == "root" else skeleton.bones[name].dof)
        if width != expected:
            raise UnreadableFileError(
                f"{path} gives {width} values for {name!r} where {asf.name} has {expected}: "
                "put its own .asf beside it."
            )
    radians = re.search(rb"(?im)^:radians", data[:2000]) is not None
    angle = 1.0 if radians else np.pi / 180
    frames = len(next(iter(columns.values())))
    joints, parents, positions = _kinematics(skeleton, columns, angle, frames)
    _, _, rest = _kinematics(skeleton, {}, angle, 1)
    unit = _INCH_M / skeleton.length_unit if skeleton.length_unit else None
    return [
        SkeletonAnimation(
            tuple(joints),
            tuple(parents), positions, DEFAULT_FPS, rest[0], path.stem, str(path), "amc", unit, None,
            {"skeleton_file": asf.name, "fps_from": "usual rate of AMC files: the format states none"},
        )
    ]  # fmt: skip
