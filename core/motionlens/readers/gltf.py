"""glTF 2.0 animations (``.glb``, ``.gltf``): node tracks sampled at a uniform rate, then world positions.

World positions, so that an armature scaled by 0.01 or turned by an exporter comes out right. Axes
are glTF's: y up, metres, right-handed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import MotionLensError, UnreadableFileError
from .animation import SkeletonAnimation
from .arrays import override_fps
from .gltf_data import GltfDocument
from .gltf_sample import rotation_matrices, sample_track, sampling_rate

_PATHS = {"translation": 3, "rotation": 4, "scale": 3}
_DEFAULTS = {"translation": (0.0, 0.0, 0.0), "rotation": (0.0, 0.0, 0.0, 1.0), "scale": (1.0, 1.0, 1.0)}
_MAX_JOINT_FRAMES = 20_000_000
_MAX_NODES = 20_000
_MAX_DEPTH = 500
_CHUNK = 4096  # frames sampled at a time, to bound memory on long takes
_MIN_BODY_JOINTS = 12  # a second skin with fewer is a prop or a face, not another person


@dataclass(frozen=True)
class _Track:
    """One channel: what it moves, its keys and its interpolation."""

    node: int
    path: str
    times: np.ndarray
    values: np.ndarray
    mode: str


@dataclass(frozen=True)
class _Clip:
    name: str
    tracks: tuple[_Track, ...]


class _Nodes:
    """The node hierarchy: parents, an order with parents first, and local transforms at rest."""

    def __init__(self, document: GltfDocument) -> None:
        self.document = document
        nodes = document.gltf.nodes
        if len(nodes) > _MAX_NODES:
            raise document.fail(f"has {len(nodes)} nodes, too many for a motion", "export the skeleton alone")
        self.names = [
            n.name if isinstance(n.name, str) and n.name else f"node{i}" for i, n in enumerate(nodes)
        ]
        self.children = [list(n.children or []) for n in nodes]
        self.parents = [-1] * len(nodes)
        for parent, children in enumerate(self.children):
            for child in children:
                if not 0 <= child < len(nodes) or self.parents[child] >= 0:
                    raise document.fail("has a node tree that is no tree")
                self.parents[child] = parent
        self.order = [i for i, p in enumerate(self.parents) if p < 0]
        for node in self.order:  # grows while it is walked
            self.order.extend(self.children[node])
        if len(self.order) != len(nodes):
            raise document.fail("has a node tree that runs in a circle")
        depth = [0] * len(nodes)
        for node in self.order:
            depth[node] = depth[self.parents[node]] + 1 if self.parents[node] >= 0 else 1
        if max(depth, default=0) > _MAX_DEPTH:
            raise document.fail(f"has a chain of over {_MAX_DEPTH} nodes, which no body has")

    def ancestors(self, node: int) -> list[int]:
        """From the parent up to the root."""
        out = []
        while (node := self.parents[node]) >= 0:
            out.append(node)
        return out

    def bone_descendants(self, node: int) -> list[int]:
        """Nodes below that carry no mesh or camera (end joints that no vertex follows)."""
        out, stack = [], list(self.children[node])
        while stack:
            child = stack.pop()
            raw = self.document.gltf.nodes[child]
            if raw.mesh is None and raw.camera is None:
                out.append(child)
                stack.extend(self.children[child])
        return out

    def local(self, node: int, tracks: dict[str, _Track], at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(F, 3, 3) and (F, 3): the node's transform in its parent at these times (F 1 where it is still)."""
        raw = self.document.gltf.nodes[node]
        if raw.matrix is not None and not tracks:
            matrix = np.asarray(raw.matrix, float).reshape(4, 4).T  # column-major
            return matrix[None, :3, :3], matrix[None, :3, 3]
        values = {}
        for path, width in _PATHS.items():
            if path in tracks:
                track = tracks[path]
                values[path] = sample_track(track.times, track.values, track.mode, at, path == "rotation")
            else:
                stated = getattr(raw, path)
                rest = np.asarray(_DEFAULTS[path] if stated is None else stated, float).reshape(1, width)
                length = np.linalg.norm(rest)
                values[path] = rest / length if path == "rotation" and length > 1e-9 else rest
        return rotation_matrices(values["rotation"]) * values["scale"][:, None, :], values["translation"]

    def world_positions(
        self, wanted: list[int], tracks: dict[int, dict[str, _Track]], at: np.ndarray
    ) -> np.ndarray:
        """(F, len(wanted), 3) world positions of nodes at these times."""
        needed = set(wanted)
        for node in wanted:
            needed.update(self.ancestors(node))
        basis: dict[int, np.ndarray] = {}
        origin: dict[int, np.ndarray] = {}
        for node in self.order:
            if node not in needed:
                continue
            turn, move = self.local(node, tracks.get(node, {}), at)
            parent = self.parents[node]
            if parent >= 0:
                move = (basis[parent] @ move[..., None])[..., 0] + origin[parent]
                turn = basis[parent] @ turn
            basis[node], origin[node] = turn, move
        out = np.empty((len(at), len(wanted), 3))
        for column, node in enumerate(wanted):
            out[:, column] = origin[node]
        return out


def read_gltf(path: str | Path, overrides: Any = None) -> list[SkeletonAnimation]:
    """Read every animation of a glTF file.

    Args:
        path: ``.glb``, or ``.gltf`` with embedded buffers or buffers beside it.
        overrides: the user's mapping file; its ``fps`` sets the sampling rate.

    Returns:
        One animation a clip (and a person, where several bodies are animated), world positions in metres.

    Raises:
        UnreadableFileError: damaged, without animation or without skeleton, or with data elsewhere.
    """
    path = Path(path)
    try:
        document = GltfDocument(path)
        return _animations(document, override_fps(overrides, None))
    except MotionLensError:
        raise
    except Exception as error:  # indices and types of a damaged document fail in as many ways as there are
        raise UnreadableFileError(
            f"{path} is a damaged glTF file ({type(error).__name__}): export it again."
        ) from error


def _animations(document: GltfDocument, fps: float | None) -> list[SkeletonAnimation]:
    if not document.gltf.animations:
        raise document.fail("holds no animation", "export it with its animation")
    nodes = _Nodes(document)
    clips = [_read_clip(document, i) for i in range(len(document.gltf.animations))]
    bodies = _bodies(document, nodes, clips)
    found = []
    budget = _MAX_JOINT_FRAMES
    for clip in clips:
        for label, joints in bodies:
            animation = _sample(document, nodes, clip, joints, fps, budget)
            if animation is not None:
                found.append((clip.name, label, animation))
                budget -= animation.positions.shape[0] * animation.positions.shape[1]
    if not found:
        raise document.fail(
            "holds no animation of its skeleton", "export it with the animation baked to its joints"
        )
    several_clips = len({name for name, _, _ in found}) > 1
    several_bodies = len({label for _, label, _ in found}) > 1
    named = []
    for clip_name, label, animation in found:
        words = [clip_name] * several_clips + [label] * several_bodies
        named.append(replace(animation, name=": ".join([document.path.stem, *words])))
    return named


def _read_clip(document: GltfDocument, index: int) -> _Clip:
    animation = document.gltf.animations[index]
    tracks = []
    for channel in animation.channels:
        path, node = channel.target.path, channel.target.node
        if path not in _PATHS or node is None:
            continue  # morph weights, pointers: no joint moves
        if not 0 <= node < len(document.gltf.nodes):
            raise document.fail("animates a node that is not there")
        sampler = animation.samplers[channel.sampler]
        mode = sampler.interpolation or "LINEAR"
        times = document.accessor(sampler.input)[:, 0]
        values = document.accessor(sampler.output)
        per_key = 3 if mode == "CUBICSPLINE" else 1
        if mode not in ("LINEAR", "STEP", "CUBICSPLINE"):
            raise document.fail(f"interpolates by '{mode}', which glTF does not know")
        if values.shape != (len(times) * per_key, _PATHS[path]):
            raise document.fail(f"has {len(times)} times but {len(values)} values in an animation track")
        if not len(times):
            continue
        if (np.diff(times) < 0).any() or times[0] < -1e4 or times[-1] > 1e6:
            raise document.fail("has animation times that run backwards or are impossibly long")
        tracks.append(_Track(node, path, times, values, mode))
    name = animation.name if isinstance(animation.name, str) and animation.name else f"animation {index + 1}"
    return _Clip(name, tuple(tracks))


def _bodies(document: GltfDocument, nodes: _Nodes, clips: list[_Clip]) -> list[tuple[str, list[int]]]:
    """The skeletons of a file: a label and the joints, parents first.

    Skins that share joints, or of which one hangs below another, are one body. Without skins the
    animated nodes are the skeleton. Animated nodes above a skin are added: root motion lives there.
    """
    animated = {t.node for c in clips for t in c.tracks}
    groups: list[set[int]] = []
    for skin in document.gltf.skins or []:
        joints = set(skin.joints or [])
        if any(not 0 <= j < len(nodes.names) for j in joints):
            raise document.fail("has a skin whose joints are not there")
        line = joints.union(*(nodes.ancestors(j) for j in joints)) if joints else set()
        touching = [g for g in groups if g & line or any(joints & set(nodes.ancestors(j)) for j in g)]
        groups = [g for g in groups if g not in touching]
        groups.append(joints.union(*touching))
    groups = [g for g in groups if g]
    if not groups:
        if not animated:
            raise document.fail(
                "holds no animation of a skeleton", "export it with the animation baked to its joints"
            )
        groups = [animated]
    large = [g for g in groups if len(g) >= _MIN_BODY_JOINTS]
    bodies = []
    for group in large or [max(groups, key=len)]:
        full = set(group)
        for joint in group:
            full.update(nodes.bone_descendants(joint))
            above = nodes.ancestors(joint)
            full.update(a for a in above if a in animated)
            marks = [i for i, a in enumerate(above) if a in group]
            full.update(above[: marks[-1]] if marks else ())
        joints_in_order = [n for n in nodes.order if n in full]
        bodies.append((_label(nodes, joints_in_order[0]), joints_in_order))
    return bodies


def _label(nodes: _Nodes, top: int) -> str:
    """The name of a body: its armature's, else its first joint's."""
    parent = nodes.parents[top]
    return nodes.names[parent] if parent >= 0 else nodes.names[top]


def _sample(
    document: GltfDocument, nodes: _Nodes, clip: _Clip, joints: list[int], fps: float | None, budget: int
) -> SkeletonAnimation | None:
    """One clip of one body; None where the clip does not move it."""
    relevant = set(joints)
    for joint in joints:
        relevant.update(nodes.ancestors(joint))
    tracks = [t for t in clip.tracks if t.node in relevant]
    if not tracks or not any(t.node in joints for t in tracks):
        return None
    start = min(t.times[0] for t in tracks)
    end = max(t.times[-1] for t in tracks)
    rate = min(max(fps, 1.0), 240.0) if fps else sampling_rate([t.times for t in tracks])
    frames = int(np.floor((end - start) * rate + 1e-3)) + 1
    if frames < 2:
        return None  # a pose, not a motion
    if frames * len(joints) > budget:
        raise document.fail(
            f"has {(end - start) / 3600:.1f} hours of animation, too much for one file", "split it"
        )
    at = start + np.arange(frames) / rate
    by_node: dict[int, dict[str, _Track]] = {}
    for track in tracks:
        by_node.setdefault(track.node, {})[track.path] = track
    with np.errstate(all="ignore"):  # impossible scales overflow; they are refused just below
        positions = np.concatenate(
            [nodes.world_positions(joints, by_node, at[i : i + _CHUNK]) for i in range(0, frames, _CHUNK)]
        )
        rest = nodes.world_positions(joints, {}, np.zeros(1))[0]
    if not np.isfinite(positions).all() or np.abs(positions).max() > 1e7:
        raise document.fail("has animation values that are not finite or impossibly large")
    column = {node: i for i, node in enumerate(joints)}
    parents = tuple(next((column[a] for a in nodes.ancestors(j) if a in column), -1) for j in joints)
    return SkeletonAnimation(
        tuple(nodes.names[j] for j in joints),
        parents,
        positions,
        rate,
        rest,
        document.path.stem,
        str(document.path),
        "gltf",
        unit_m=1.0,
        up_axis="y",
        notes={"clip": clip.name, "sampled_fps": rate},
    )
