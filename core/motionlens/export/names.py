"""Names: of joints as animation programs know them, and of files on any file system."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from ..skeleton import JOINT_NAMES

_CENTRE = {
    "pelvis": "Hips", "spine1": "Spine", "spine2": "Spine1", "spine3": "Spine2", "neck": "Neck", "head": "Head",
}  # fmt: skip
_LIMBS = {
    "hip": "UpLeg", "knee": "Leg", "ankle": "Foot", "foot": "ToeBase",
    "collar": "Shoulder", "shoulder": "Arm", "elbow": "ForeArm", "wrist": "Hand",
}  # fmt: skip
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?$")
_LONGEST = 120


def rig_name(joint: str) -> str:
    """A canonical joint's name on an exported skeleton: that which retargeting tools know without a map.

    >>> rig_name("left_shoulder"), rig_name("spine3")
    ('LeftArm', 'Spine2')
    """
    side, _, limb = joint.partition("_")
    return side.capitalize() + _LIMBS[limb] if limb else _CENTRE[joint]


RIG_NAMES: tuple[str, ...] = tuple(rig_name(name) for name in JOINT_NAMES)


def safe_name(name: str) -> str:
    """A file name (without ending) that Windows, macOS and Linux take.

    >>> safe_name('take 1: "walk/run"?'), safe_name("con"), safe_name(" .. ")
    ('take 1_ _walk_run__', '_con', 'motion')
    """
    plain = unicodedata.normalize("NFC", name)
    plain = "".join("_" if c in '<>:"/\\|?*' or unicodedata.category(c)[0] == "C" else c for c in plain)
    plain = " ".join(plain.split())
    while len(plain.encode()) > _LONGEST:  # file systems count bytes
        plain = plain[:-1]
    plain = plain.strip(" .") or "motion"
    return f"_{plain}" if _RESERVED.match(plain) else plain


def numbered(stem: str, taken: set[str]) -> str:
    """``stem``, or with the first free number; ``taken`` holds names in lower case and grows.

    >>> taken: set[str] = set()
    >>> [numbered("Walk", taken), numbered("walk", taken), numbered("walk", taken)]
    ['Walk', 'walk (2)', 'walk (3)']
    """
    name, count = stem, 1
    while name.lower() in taken:
        count += 1
        name = f"{stem} ({count})"
    taken.add(name.lower())
    return name


def file_stems(names: Iterable[str]) -> list[str]:
    """What files are called, without endings: safe, and no two alike.

    >>> file_stems(["walk/1", "Walk_1", "run"])
    ['walk_1', 'Walk_1 (2)', 'run']
    """
    taken: set[str] = set()
    return [numbered(safe_name(name), taken) for name in names]
