"""BVH reader: ``pybvh`` for the common shape of the format, our own for what it does not model.

pybvh takes one root with six channels and three rotations for every joint. Exporters also write
positions for every joint, joints without channels, or a second root; and a damaged file deserves a
sentence that says what to do. Both are this module's part: it reads what pybvh declines, or says why not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pybvh

from ..errors import UnreadableFileError
from .animation import SkeletonAnimation
from .files import read_text
from .mapping import MappingOverrides
from .rotations import euler_matrices

_MAX_JOINTS = 2000


def read_bvh(path: Path, overrides: MappingOverrides | None = None) -> list[SkeletonAnimation]:
    """Read a BVH file; one animation for each root.

    Raises:
        UnreadableFileError: empty, binary, cut short, wrong counts, NaN.
    """
    text = read_text(path)
    if re.match(r"\s*HIERARCHY", text, re.IGNORECASE) is None:
        raise UnreadableFileError(f"{path} is not a BVH file (no HIERARCHY at its start): export it again.")
    try:
        return [_with_pybvh(path)]
    except (ValueError, IndexError, KeyError, TypeError, AttributeError):
        return _general(path, text)


def _with_pybvh(path: Path) -> SkeletonAnimation:
    take = pybvh.read_bvh_file(path, world_up="+y")
    index = {id(node): i for i, node in enumerate(take.nodes)}
    parents = tuple(-1 if node.parent is None else index[id(node.parent)] for node in take.nodes)
    if not (np.isfinite(take.root_pos).all() and np.isfinite(take.joint_angles).all()):
        raise ValueError("NaN")
    offsets = np.array([node.offset for node in take.nodes], dtype=float)
    names = tuple(
        f"{node.parent.name}_end" if node.is_end_site() and node.parent is not None else node.name
        for node in take.nodes
    )
    return _animation(path, names, parents, take.node_positions(), _rest(offsets, parents), take.frame_time)


def _rest(offsets: np.ndarray, parents: tuple[int, ...]) -> np.ndarray:
    rest = np.zeros_like(offsets)
    for joint, parent in enumerate(parents):
        if parent >= 0:
            rest[joint] = rest[parent] + offsets[joint]
    return rest


def _animation(
    path: Path,
    names: tuple[str, ...],
    parents: tuple[int, ...],
    positions: np.ndarray,
    rest: np.ndarray,
    frame_time: float,
    suffix: str = "",
) -> SkeletonAnimation:
    fps = 1.0 / frame_time
    # a header's .0083333 means 120
    fps = float(round(fps)) if abs(fps - round(fps)) < 2e-3 * fps and round(fps) else fps
    return SkeletonAnimation(names, parents, positions, fps, rest, path.stem + suffix, str(path), "bvh")


@dataclass
class _Node:
    name: str
    parent: int
    offset: np.ndarray = field(default_factory=lambda: np.zeros(3))
    channels: tuple[str, ...] = ()


def _hierarchy(path: Path, text: str) -> list[_Node]:
    """Nodes in file order; channels as "xp" (X position) or "zr" (Z rotation)."""
    nodes: list[_Node] = []
    stack: list[int] = []
    words = iter(text.split())
    try:
        for word in words:
            key = word.upper()
            if key in ("ROOT", "JOINT"):
                nodes.append(_Node(next(words), stack[-1] if key == "JOINT" else -1))
            elif key == "END":
                next(words)
                nodes.append(_Node(f"{nodes[stack[-1]].name}_end", stack[-1]))
            elif key == "{":
                stack.append(len(nodes) - 1)
            elif key == "}":
                stack.pop()
            elif key == "OFFSET":
                nodes[stack[-1]].offset = np.array([float(next(words)) for _ in range(3)])
            elif key == "CHANNELS":
                count = int(next(words))
                listed = [next(words).lower() for _ in range(count)]
                if not all(re.fullmatch("[xyz](position|rotation)", c) for c in listed):
                    raise ValueError("unknown channel")
                nodes[stack[-1]].channels = tuple(c[:2] for c in listed)
            if len(nodes) > _MAX_JOINTS:
                raise ValueError("too many joints")
    except (StopIteration, IndexError, ValueError) as error:
        raise UnreadableFileError(f"{path} has a damaged HIERARCHY part: export it again.") from error
    if stack or not nodes:
        raise UnreadableFileError(
            f"{path} is cut short inside its HIERARCHY part: copy it again from its source."
        )
    if not all(np.isfinite(n.offset).all() for n in nodes):
        raise UnreadableFileError(f"{path} holds bone offsets that are not numbers (NaN): export it again.")
    return nodes


def _values(path: Path, text: str, width: int) -> tuple[float, np.ndarray]:
    head = re.match(r"\s*Frames:?\s*(\d+)\s*Frame\s+Time:?\s*([-+.\deE]+)", text, re.IGNORECASE)
    if head is None:
        raise UnreadableFileError(
            f"{path} lacks the frame count or frame time after MOTION: export it again."
        )
    try:
        frames, frame_time = int(head[1]), float(head[2])
        values = np.array(text[head.end() :].split(), dtype=float)
    except ValueError as error:
        raise UnreadableFileError(
            f"{path} holds something other than numbers among its frames: copy it again from its source."
        ) from error
    if not frame_time > 0:
        raise UnreadableFileError(f"{path} states a frame time of {frame_time}: export it again.")
    if not np.isfinite(values).all():
        raise UnreadableFileError(f"{path} holds values that are not numbers (NaN): export it again.")
    if frames < 1 or len(values) == 0:
        raise UnreadableFileError(f"{path} holds no frames: export it again.")
    if len(values) != frames * width:
        raise UnreadableFileError(
            f"{path} is cut short or damaged: {frames} frames of {width} values are announced, "
            f"but {len(values)} values follow; copy it again from its source."
        )
    return frame_time, values.reshape(frames, width)


def _general(path: Path, text: str) -> list[SkeletonAnimation]:
    """Any channels on any joint, several roots."""
    parts = re.split(r"(?im)^\s*MOTION\s*$", text, maxsplit=1)
    if len(parts) < 2:
        raise UnreadableFileError(
            f"{path} is cut short: it has no MOTION part; copy it again from its source."
        )
    nodes = _hierarchy(path, parts[0])
    width = sum(len(n.channels) for n in nodes)
    frame_time, values = _values(path, parts[1], width)
    positions = np.zeros((len(values), len(nodes), 3))
    rotations: list[np.ndarray] = []
    column = 0
    for i, node in enumerate(nodes):
        channels = {c: values[:, column + k] for k, c in enumerate(node.channels)}
        column += len(node.channels)
        local = np.tile(node.offset, (len(values), 1))
        for k, axis in enumerate("xyz"):
            # position channels replace the offset, as every exporter writes them
            if f"{axis}p" in channels:
                local[:, k] = channels[f"{axis}p"]
        turns = [c for c in node.channels if c[1] == "r"]
        angles = np.stack([channels[c] for c in turns], axis=-1) if turns else np.zeros((len(values), 0))
        turn = euler_matrices(np.deg2rad(angles), "".join(c[0] for c in turns))
        if node.parent < 0:
            positions[:, i], turned = local, turn
        else:
            above = rotations[node.parent]
            positions[:, i] = positions[:, node.parent] + np.einsum("fij,fj->fi", above, local)
            turned = above @ turn
        rotations.append(turned)
    return _split_roots(path, nodes, positions, frame_time)


def _split_roots(
    path: Path, nodes: list[_Node], positions: np.ndarray, frame_time: float
) -> list[SkeletonAnimation]:
    roots = [i for i, n in enumerate(nodes) if n.parent < 0]
    rest = _rest(np.array([n.offset for n in nodes]), tuple(n.parent for n in nodes))
    out = []
    for k, (first, last) in enumerate(zip(roots, [*roots[1:], len(nodes)], strict=True)):
        out.append(
            _animation(
                path,
                tuple(n.name for n in nodes[first:last]),
                tuple(n.parent - first if n.parent >= 0 else -1 for n in nodes[first:last]),
                positions[:, first:last],
                rest[first:last],
                frame_time,
                f" ({k + 1})" if len(roots) > 1 else "",
            )
        )
    return out
