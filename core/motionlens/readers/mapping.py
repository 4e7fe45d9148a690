"""Skeletons with any naming -> the canonical 22 joints; and the small mapping file that overrides guesses.

Mapping file (JSON or TOML, every key optional)::

    {"joints": {"left_knee": "TheirKneeName"},   canonical name -> the file's joint name
     "unit_m": 0.01,                             metres per unit of the file
     "up_axis": "z",                             "x", "y" or "z", with "-" in front when it points down
     "facing": "-y",                             where the person faces in the first frame, file's axes
     "fps": 60,                                  true frames a second, when the file's header is wrong
     "drop_t_pose": true}                        false keeps leading T-pose frames
"""

from __future__ import annotations

import json
import math
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import MotionLensError, UnmappableSkeletonError
from ..skeleton import JOINT_INDEX, JOINT_NAMES
from .synonyms import ARM_CLASSES, LEG_CLASSES, JointWord, parse_name, score

_KEYS = ("joints", "unit_m", "up_axis", "facing", "fps", "drop_t_pose")
AXES = tuple(sign + axis for sign in ("", "+", "-") for axis in "xyz")


@dataclass(frozen=True)
class MappingOverrides:
    """What the user states about a file; None or empty means: infer.

    Attributes:
        joints: canonical joint name -> the file's joint name.
        unit_m: metres per unit.
        up_axis, facing: "x", "y", "z", optionally with a sign, in the file's axes.
        fps: true frames a second.
        drop_t_pose: False keeps leading T-pose frames; True or None drops them by test.
        fps_from: who states ``fps``, for ``Motion.inferred``; no key of the mapping file.
    """

    joints: Mapping[str, str] = field(default_factory=dict)
    unit_m: float | None = None
    up_axis: str | None = None
    facing: str | None = None
    fps: float | None = None
    drop_t_pose: bool | None = None
    fps_from: str = "mapping file"

    @classmethod
    def load(cls, path: str | Path) -> MappingOverrides:
        """Read a mapping file (``.toml``, otherwise JSON).

        Raises:
            MotionLensError: unreadable, or with a key or value that means nothing.
        """
        path = Path(path)
        try:
            text = path.read_text(encoding="utf-8")
            data = tomllib.loads(text) if path.suffix.lower() == ".toml" else json.loads(text)
        except OSError as error:
            raise MotionLensError(f"The mapping file {path} cannot be opened ({error.strerror}).") from error
        except ValueError as error:  # json, toml and unicode errors alike
            raise MotionLensError(
                f"The mapping file {path} is not valid JSON or TOML ({error}): correct it and try again."
            ) from error
        return cls.from_dict(data, str(path))

    @classmethod
    def from_dict(cls, data: Any, where: str = "the mapping") -> MappingOverrides:
        """Check a decoded mapping; ``where`` names it in messages."""
        if not isinstance(data, dict):
            raise MotionLensError(
                f"The mapping file {where} must hold one object with keys {', '.join(_KEYS)}."
            )
        unknown = sorted(set(data) - set(_KEYS))
        if unknown:
            raise MotionLensError(
                f"The mapping file {where} has the unknown key {unknown[0]!r}: use {', '.join(_KEYS)}."
            )
        joints = data.get("joints", {})
        if not isinstance(joints, dict) or not all(isinstance(v, str) for v in joints.values()):
            raise MotionLensError(
                f'The mapping file {where}: "joints" must map canonical names to joint names.'
            )
        wrong = sorted(set(joints) - set(JOINT_NAMES))
        if wrong:
            raise MotionLensError(
                f"The mapping file {where} names the unknown joint {wrong[0]!r}: use {', '.join(JOINT_NAMES)}."
            )
        for key in ("unit_m", "fps"):
            value = data.get(key)
            good = isinstance(value, int | float) and not isinstance(value, bool)
            if value is not None and not (good and math.isfinite(value) and value > 0):
                raise MotionLensError(f'The mapping file {where}: "{key}" must be a number above 0.')
        for key in ("up_axis", "facing"):
            if data.get(key) is not None and data[key] not in AXES:
                raise MotionLensError(
                    f'The mapping file {where}: "{key}" must be one of x, y, z, -x, -y, -z.'
                )
        if data.get("drop_t_pose") is not None and not isinstance(data["drop_t_pose"], bool):
            raise MotionLensError(f'The mapping file {where}: "drop_t_pose" must be true or false.')
        return cls(
            dict(joints), data.get("unit_m"), data.get("up_axis"), data.get("facing"),
            data.get("fps"), data.get("drop_t_pose"),
        )  # fmt: skip


@dataclass(frozen=True)
class JointMap:
    """Which source joint is which.

    Attributes:
        index: canonical name -> source index, for the joints that the source has.
        trunk: source indices from the pelvis (inclusive) up to the neck or head (exclusive): the spine.
        ends: canonical joints that were taken from an end joint ("left_foot", "head", …).
        missing: canonical joints to derive (collars, toes, neck, head, spine).
    """

    index: dict[str, int]
    trunk: tuple[int, ...]
    ends: tuple[str, ...]
    missing: tuple[str, ...]


class _Tree:
    """Names and hierarchy with the few walks that the mapping needs."""

    def __init__(self, names: Iterable[str], parents: Iterable[int]) -> None:
        self.names = tuple(names)
        self.parents = tuple(int(p) for p in parents)
        self.words: tuple[JointWord, ...] = tuple(parse_name(n) for n in self.names)
        self.children: list[list[int]] = [[] for _ in self.names]
        for joint, parent in enumerate(self.parents):
            if parent >= 0:
                self.children[parent].append(joint)

    def path(self, joint: int) -> list[int]:
        """From the root to ``joint``, both included."""
        out = [joint]
        while self.parents[out[-1]] >= 0:
            out.append(self.parents[out[-1]])
        return out[::-1]

    def common(self, joints: Iterable[int]) -> int:
        """Deepest joint above (or at) all of ``joints``; -1 when they share none."""
        paths = [self.path(j) for j in joints]
        shared = -1
        for level in zip(*paths, strict=False):
            if len(set(level)) > 1:
                break
            shared = level[0]
        return shared


def _best_chain(tree: _Tree, side: str, classes: tuple[str, ...], fixed: dict[str, int]) -> dict[str, int]:
    """The joints of one limb: classes in order down one path, with the highest sum of name scores.

    Dynamic programming over the tree: ``best[joint]`` holds, for each class, the best chain that ends
    there. Ties go to the joint nearer the root (parents come first), so a hand after a wrist loses.
    """
    best: list[list[tuple[float, tuple[tuple[int, int], ...]]]] = []
    winner: tuple[float, tuple[tuple[int, int], ...]] = (0.0, ())
    fixed_joints = {j: c for c, j in fixed.items()}
    for joint, word in enumerate(tree.words):
        above = best[tree.parents[joint]] if tree.parents[joint] >= 0 else [(0.0, ())] * (len(classes) + 1)
        here = list(above)
        for rank, name in enumerate(classes):
            if name in fixed:
                value = 10.0 if fixed[name] == joint else 0.0
            elif joint in fixed_joints or word.side != side or word.ignored:
                value = 0.0
            else:
                value = score(word.word, name)
            if value <= 0:
                continue
            before = above[rank]
            total = (before[0] + value, (*before[1], (rank, joint)))
            for later in range(rank + 1, len(classes) + 1):
                if total[0] > here[later][0] + 1e-9:
                    here[later] = total
        best.append(here)
        if here[-1][0] > winner[0] + 1e-9:
            winner = here[-1]
    return {classes[rank]: joint for rank, joint in winner[1]}


def _end_child(tree: _Tree, joint: int, used: set[int]) -> int | None:
    """The end of a bone: the only child, or the child named as an end; None where there is none."""
    free = [c for c in tree.children[joint] if c not in used]
    if len(free) == 1:
        return free[0]
    named = [c for c in free if any(w in tree.names[c].lower() for w in ("end", "nub", "tip"))]
    return named[0] if len(named) == 1 else None


def _limbs(tree: _Tree, fixed: dict[str, int]) -> tuple[dict[str, int], list[str]]:
    found: dict[str, int] = {}
    ends: list[str] = []
    for side in ("left", "right"):
        for classes, last, before in ((LEG_CLASSES, "foot", "ankle"), (ARM_CLASSES, "wrist", "elbow")):
            own = {c: fixed[f"{side}_{c}"] for c in classes if f"{side}_{c}" in fixed}
            chain = _best_chain(tree, side, classes, own)
            if last not in chain and before in chain:
                end = _end_child(tree, chain[before], set(chain.values()))
                if end is not None:
                    chain[last] = end
                    ends.append(f"{side}_{last}")
            found.update({f"{side}_{c}": j for c, j in chain.items()})
    return found, ends


def _first(tree: _Tree, joint_class: str, among: Iterable[int]) -> int | None:
    best, best_score = None, 0.35
    for joint in among:
        word = tree.words[joint]
        value = 0.0 if word.side or word.ignored else score(word.word, joint_class)
        if value > best_score:
            best, best_score = joint, value
    return best


def _find_pelvis(tree: _Tree, found: dict[str, int]) -> int:
    """Where legs and arms meet, or the joint named pelvis above it; -1 when there is none."""
    pelvis = tree.common([found[f"{s}_{c}"] for s in ("left", "right") for c in ("hip", "shoulder")])
    if pelvis < 0:
        return -1
    named = [
        j for j in tree.path(pelvis) if score(tree.words[j].word, "pelvis") >= 0.8 and not tree.words[j].side
    ]
    if named:
        return named[-1]
    if tree.parents[pelvis] < 0:
        # the limbs only meet at a scene root: a joint that is called pelvis or hips is meant
        limbs = set(found.values())
        below = _first(tree, "pelvis", (j for j in range(len(tree.names)) if j not in limbs))
        return pelvis if below is None else below
    return pelvis


def _find_head(tree: _Tree, found: dict[str, int], chest: int, ends: list[str]) -> None:
    """Neck and head by name, else by place: the longest chain that goes up from the chest without a side."""
    limbs = set(found.values())
    every = [j for j in range(len(tree.names)) if j not in limbs]
    if "head" not in found:
        head = _first(tree, "head", every)
        if head is not None:
            found["head"] = head
    if "head" not in found and "neck" not in found and _first(tree, "neck", every) is None:
        above = [j for j in every if not tree.words[j].side and not tree.words[j].ignored]
        chains = [
            tree.path(j)[tree.path(j).index(chest) + 1 :]
            for j in above
            if j != chest and chest in tree.path(j)
        ]
        chain = max(chains, key=len, default=[])
        if chain:
            found["head"] = chain[-1]
            if len(chain) > 1:
                found["neck"] = chain[0]
    above = tree.path(found["head"])[:-1] if "head" in found else every
    if "neck" not in found:
        neck = _first(tree, "neck", (j for j in above if j in every and j != found["pelvis"]))
        if neck is None and "head" in found and chest in above:
            # unnamed joints between the chest and the head can only be the neck
            between = above[above.index(chest) + 1 :]
            neck = between[0] if between else None
        if neck is not None:
            found["neck"] = neck
    if "head" not in found and "neck" in found:
        end = _end_child(tree, found["neck"], set(found.values()))
        if end is not None:
            found["head"] = end
            ends.append("head")


def _trunk(tree: _Tree, found: dict[str, int], ends: list[str]) -> tuple[int, ...]:
    """Find pelvis, neck and head; returns the spine's joints, pelvis first."""
    if "pelvis" not in found:
        pelvis = _find_pelvis(tree, found)
        if pelvis < 0:
            return ()
        found["pelvis"] = pelvis
    chest = tree.common([found["left_shoulder"], found["right_shoulder"]])
    _find_head(tree, found, chest, ends)
    top = found.get("neck", found.get("head"))
    if top is None:
        return ()
    path = tree.path(top)[:-1]
    if found["pelvis"] in path:
        path = path[path.index(found["pelvis"]) :]
    else:  # pelvis beside the spine: a scene root carries both
        path = [j for j in path if tree.parents[j] >= 0]
    return tuple(j for j in path if j == found["pelvis"] or not tree.words[j].side)


def map_skeleton(
    names: Iterable[str],
    parents: Iterable[int],
    overrides: Mapping[str, str] | None = None,
    where: str = "the file",
) -> JointMap:
    """Find the canonical joints in a skeleton with any naming.

    Args:
        names: J joint names as the file spells them.
        parents: J indices, -1 for a root; parents before children.
        overrides: canonical name -> source name, from a mapping file.
        where: the file, for messages.

    Raises:
        UnmappableSkeletonError: limbs or pelvis were not found; the message names the joints.
        MotionLensError: an override names a joint that the file does not have.
    """
    tree = _Tree(names, parents)
    fixed: dict[str, int] = {}
    for canonical, source in (overrides or {}).items():
        if source not in tree.names:
            raise MotionLensError(
                f"The mapping gives {source!r} for {canonical}, but {where} has no such joint: "
                f"its joints are {', '.join(tree.names[:60])}."
            )
        fixed[canonical] = tree.names.index(source)
    found, ends = _limbs(tree, fixed)
    found.update(fixed)
    needed = [
        f"{s}_{c}" for c in ("hip", "knee", "ankle", "shoulder", "elbow", "wrist") for s in ("left", "right")
    ]
    missing = [n for n in needed if n not in found]
    trunk: tuple[int, ...] = ()
    if not missing:
        trunk = _trunk(tree, found, ends)
        missing = [n for n in ("pelvis",) if n not in found]
        if "neck" not in found and "head" not in found:
            missing.append("neck or head")
        # an absurd hierarchy can make one joint serve as two; only the user may say that it does
        twice = [n for n, j in found.items() if n not in fixed and list(found.values()).count(j) > 1]
        missing.extend(sorted(set(twice) - set(missing), key=JOINT_INDEX.__getitem__))
    if missing:
        raise UnmappableSkeletonError(
            f"{where}: no joint was recognised as {', '.join(missing)}; "
            'name them in a mapping file, {"joints": {"'
            + missing[0].split(" ")[0]
            + '": "name in the file"}}.',
            tuple(missing),
        )
    absent = tuple(n for n in JOINT_NAMES if n not in found and not n.startswith("spine"))
    ordered = {n: found[n] for n in sorted(found, key=JOINT_INDEX.__getitem__)}
    return JointMap(ordered, trunk, tuple(ends), absent)
