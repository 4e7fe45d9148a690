"""What joint names mean: side, kind of joint, and joints that are never part of the body's chains.

A name is cut into words (namespace and rig prefixes dropped; camel case, separators and digits are
borders), the side word is taken out, and what remains is looked up in tables that hold the words of
anatomy and of the common rigs. A word may mean several joints ("shoulder" is the collar in one rig and
the upper arm in the next): each meaning has a score, and ``mapping`` decides by the hierarchy.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

LEG_CLASSES = ("hip", "knee", "ankle", "foot")
ARM_CLASSES = ("collar", "shoulder", "elbow", "wrist")

SCORES: dict[str, dict[str, float]] = {
    "hip": {"thigh": 1, "upleg": 1, "upperleg": 1, "legupper": 1, "femur": 1, "hip": 0.8, "hips": 0.6,
            "hipjoint": 0.45, "leg": 0.35, "buttock": 0.1},
    "knee": {"knee": 1, "shin": 1, "calf": 1, "tibia": 1, "lowerleg": 1, "lowleg": 1, "leglower": 1,
             "crus": 1, "shank": 1, "leg": 0.8},
    "ankle": {"ankle": 1, "foot": 0.9, "feet": 0.9, "talus": 0.9, "heel": 0.3},
    "foot": {"toe": 1, "toes": 1, "toebase": 1, "ball": 1, "forefoot": 1, "metatarsal": 0.8, "foot": 0.5},
    "collar": {"clavicle": 1, "collar": 1, "collarbone": 1, "scapula": 0.6, "shoulder": 0.7},
    "shoulder": {"upperarm": 1, "uparm": 1, "armupper": 1, "humerus": 1, "shldr": 1, "uarm": 1, "arm": 0.8,
                 "shoulder": 0.75},
    "elbow": {"elbow": 1, "forearm": 1, "lowerarm": 1, "lowarm": 1, "armlower": 1, "radius": 1, "ulna": 0.9,
              "farm": 1,
              "arm": 0.2},
    "wrist": {"wrist": 1, "hand": 0.9, "palm": 0.5},
    "neck": {"neck": 1, "cervical": 1, "lowerneck": 1, "upperneck": 0.9},
    "head": {"head": 1, "skull": 1, "cranium": 1},
    "pelvis": {"pelvis": 1, "hips": 1, "hip": 0.8, "root": 0.3, "cog": 0.4, "centerofmass": 0.3},
}  # fmt: skip
"""Joint class -> word -> how surely the word means it (1 = always)."""

_IGNORED_WORDS = (
    "twist roll finger fingers thumb index middle mid ring pinky pinkie little eye eyes jaw tongue teeth lip brow "
    "ear hair breast pectoral pec ik pole target ctrl control helper prop weapon cloth skirt tail wing metacarpal "
    "corrective muscle socket attach camera light nostril cheek eyelid lash nose forehead carpal tip handle end nub "
    "site effector"
)
_IGNORED = frozenset(_IGNORED_WORDS.split())
"""Words that take a joint out of the body's chains (end joints are found by the hierarchy instead)."""

_NOISE_WORDS = (
    "mixamorig bip bip01 bip001 biped def org mch jnt joint bone skel skeleton character character1 rig armature b j "
    "bind sk fk drv jt bn avg bend ccbase cc base rl m"
)
_NOISE = frozenset(_NOISE_WORDS.split())
"""Words of rigs and exporters that say nothing about the joint."""

_SIDES = {"left": "left", "l": "left", "lft": "left", "lt": "left", "lf": "left", "links": "left",
          "right": "right", "r": "right", "rgt": "right", "rt": "right", "rechts": "right"}  # fmt: skip

_KNOWN = frozenset(word for table in SCORES.values() for word in table)
_BORDER = re.compile(r"^[LR](?=[A-Z]+[a-z])|[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_CJK = {"左": " left ", "右": " right ", "足首": " ankle ", "つま先": " toe ", "ひざ": " knee ", "足": " thigh ",
        "手首": " wrist ", "ひじ": " elbow ", "肩": " collar ", "腕": " upperarm ", "首": " neck ",
        "頭": " head ", "下半身": " pelvis ", "上半身": " spine ", "センター": " cog ", "捩": " twist ",
        "親指": " finger ", "指": " finger ", "目": " eye "}  # fmt: skip


@dataclass(frozen=True)
class JointWord:
    """What a joint's name says: its side ("left", "right", ""), its word, and whether to leave it out."""

    side: str
    word: str
    ignored: bool


def _split(name: str) -> list[str]:
    for sign, word in sorted(_CJK.items(), key=lambda item: -len(item[0])):
        name = name.replace(sign, word)
    name = re.split(r"[:|]", name)[-1]
    return [token.lower() for token in _BORDER.findall(name)]


def _known(rest: str) -> bool:
    return (
        rest in _KNOWN
        or rest in _IGNORED
        or rest.rstrip("s") in _KNOWN
        or rest.startswith(("finger", "thumb"))
    )


def _glued_side(token: str) -> tuple[str, str]:
    """Side and rest of a word like ``lfemur`` or ``lefthand``; side "" when there is none."""
    for prefix in ("left", "right", "l", "r"):
        rest = token[len(prefix) :]
        if token.startswith(prefix) and rest and _known(rest):
            return _SIDES[prefix], rest
    for suffix in ("left", "right"):
        rest = token[: -len(suffix)]
        if token.endswith(suffix) and rest and _known(rest):
            return suffix, rest
    return "", token


@lru_cache(maxsize=4096)
def parse_name(name: str) -> JointWord:
    """Side and word of a joint name in any common convention.

    >>> parse_name("mixamorig:LeftUpLeg")
    JointWord(side='left', word='upleg', ignored=False)
    >>> parse_name("lfemur").side, parse_name("upper_arm.R").word, parse_name("LHipJoint").word
    ('left', 'upperarm', 'hipjoint')
    >>> parse_name("upperarm_twist_01_l").ignored, parse_name("Bip01 R Calf").side
    (True, 'right')
    """
    tokens = [t for t in _split(name) if not t.isdigit()]
    side = ""
    words: list[str] = []
    for token in tokens:
        if token in _SIDES and not side:
            side = _SIDES[token]
            continue
        words.append(token)
    if not side:
        for i, token in enumerate(words):
            glued, rest = _glued_side(token)
            if glued:
                side, words[i] = glued, rest
                break
    ignored = any(w in _IGNORED or w.startswith(("twist", "finger", "thumb")) for w in words)
    # "hip joint" is a word of its own (a helper above the thigh), so "joint" goes only from other names
    hip_joint = "hip" in words and "joint" in words and bool(side)
    kept = [w for w in words if w not in _NOISE and not (w == "f" and "avg" in words)] or words
    word = "".join(kept)
    return JointWord(side, "hipjoint" if hip_joint else word, ignored)


def score(word: str, joint_class: str) -> float:
    """How surely ``word`` means ``joint_class``: 0 to 1.

    >>> score("upleg", "hip"), score("shoulder", "collar") > 0, score("spine", "hip")
    (1, True, 0.0)
    """
    table = SCORES[joint_class]
    if word in table:
        return table[word]
    best = 0.0
    for known, value in table.items():
        # a longer unknown word that holds a known one ("legthigh"), less sure the more is left over
        if len(known) >= 3 and known in word:
            best = max(best, 0.6 * value * len(known) / len(word))
    return best
