"""Synthesised motions whose captions say which joints and seconds their words mean.

Seeds of their recipes start at 2**31, above every seed of training corpora and starter library, so that
none of the motions was trained on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from ...evaluation.understanding_pairs import FIRST_SEED
from ...skeleton import JOINT_INDEX, N_JOINTS
from ...synthesis.captions import write_captions
from ...synthesis.compose import synthesise
from ...synthesis.grammar import LIMBS
from ...synthesis.grammar_words import (
    FAST,
    FAST_ADJECTIVES,
    FUNCTION_WORDS,
    MANY,
    NUMBERS,
    REPEATEDLY,
    SLOW,
    SLOW_ADJECTIVES,
    TWICE,
)
from ...synthesis.sampling import sample_action, sample_recipe
from ...synthesis.vocabulary import ACTIONS, GroundedCaption, Recipe, Step
from ...windows import MAX_CLIP_FRAMES
from ..result import QueryPart

_KEYS = {"any": 0x6578706C, "sided": 0x6D697272}  # no other use of the same user seed draws the same numbers
_CAPTIONS = 4
_LIMB = re.compile(r"\b(left|right) (hand|foot|arm|leg)\b")
_ARM, _LEG = ("collar", "shoulder", "elbow", "wrist"), ("hip", "knee", "ankle", "foot")
LIMB_JOINTS: tuple[int, ...] = tuple(
    JOINT_INDEX[f"{side}_{joint}"] for joint in (*_ARM, *_LEG) for side in ("left", "right")
)
"""Joints of both arms and both legs."""


@dataclass(frozen=True, eq=False)
class Case:
    """A motion and one caption.

    Attributes:
        caption: the text, and what its words refer to.
        positions: (T, 22, 3) float32, at most a clip long.
        recipe: what the motion was made from.
    """

    caption: GroundedCaption
    positions: np.ndarray
    recipe: Recipe


def make_cases(n: int, seed: int = 0) -> list[Case]:
    """Motions of all kinds, each with one caption; the first k of n are the k of the same seed."""
    return [_make("any", i, seed, sample_recipe, lambda _: True) for i in range(n)]


def make_sided_cases(n: int, seed: int = 0) -> list[Case]:
    """One action of one side; the caption names that side's hand, foot, arm or leg, and no other side."""
    names = [name for name, spec in ACTIONS.items() if "left" in spec.sides]

    def recipe(rng: np.random.Generator) -> Recipe:
        action = sample_action(rng, names[int(rng.integers(len(names)))], short=True)
        action = replace(action, side=("left", "right")[int(rng.integers(2))])
        return Recipe((Step(action),), 0)

    def fits(caption: GroundedCaption) -> bool:
        return len(re.findall(r"\b(?:left|right)", caption.text)) == 1 and bool(_LIMB.search(caption.text))

    return [_make("sided", i, seed, recipe, fits) for i in range(n)]


def named_limb(text: str) -> tuple[str, str, int, int]:
    """Side, limb and character range of the limb that a caption of ``make_sided_cases`` names.

    >>> named_limb("a person waves the left hand")
    ('left', 'hand', 19, 28)
    """
    found = _LIMB.search(text)
    if found is None:
        raise ValueError(f"no limb with its side in {text!r}")
    return found[1], found[2], found.start(), found.end()


def limb_joints(side: str, limb: str) -> tuple[int, ...]:
    """Joints of a hand or arm, foot or leg.

    >>> len(limb_joints("left", "hand")), len(limb_joints("right", "foot"))
    (4, 4)
    """
    return tuple(JOINT_INDEX[f"{side}_{joint}"] for joint in (_ARM if limb in ("hand", "arm") else _LEG))


def _make(
    kind: str,
    index: int,
    seed: int,
    draw: Callable[[np.random.Generator], Recipe],
    fits: Callable[[GroundedCaption], bool],
) -> Case:
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(_KEYS[kind], index)))
    while True:
        recipe = replace(draw(rng), seed=FIRST_SEED + int(rng.integers(2**31)))
        made = synthesise(recipe)
        if len(made.positions) > MAX_CLIP_FRAMES:
            continue
        captions = [c for c in write_captions(recipe, made.spans, rng, _CAPTIONS) if fits(c)]
        if captions:
            return Case(captions[int(rng.integers(len(captions)))], made.positions, recipe)


# -- what a word of a caption means -----------------------------------------------------------------

KINDS: tuple[str, ...] = ("limb", "action", "manner")
"""Kinds of words that refer to something. Body words are those of the first two kinds."""


@dataclass(frozen=True)
class Grounded:
    """A word of an explanation with its truth.

    Attributes:
        word: row of the explanation. kind: one of ``KINDS``.
        joints: (22,) bool. start_s, end_s: seconds of the motion.
    """

    word: int
    kind: str
    joints: np.ndarray
    start_s: float
    end_s: float


def grounded_words(caption: GroundedCaption, words: tuple[QueryPart, ...]) -> Iterator[Grounded]:
    """The words that refer to something, function words ("the", "with") left out.

    >>> from motionlens.synthesis.vocabulary import WordGrounding
    >>> caption = GroundedCaption("slowly waves the left hand", (
    ...     WordGrounding(0, 12, (16, 18, 20), 0.0, 1.0), WordGrounding(17, 26, (16, 18, 20), 0.0, 1.0)))
    >>> words = tuple(QueryPart(m[0], *m.span()) for m in re.finditer(r"\\w+", caption.text))
    >>> [(words[g.word].text, g.kind, int(g.joints.sum())) for g in grounded_words(caption, words)]
    [('slowly', 'manner', 3), ('waves', 'action', 3), ('left', 'limb', 3), ('hand', 'limb', 3)]
    """
    for row, word in enumerate(words):
        text = word.text.lower()
        for g in caption.groundings:
            if g.text_start <= word.start < g.text_end and text not in FUNCTION_WORDS:
                joints = np.isin(np.arange(N_JOINTS), g.joints)
                kind = _kind(text, caption.text[g.text_start : g.text_end].lower())
                yield Grounded(row, kind, joints, g.start_s, g.end_s)


_MANNER_WORDS = frozenset(
    word
    for phrase in (*SLOW, *FAST, *SLOW_ADJECTIVES, *FAST_ADJECTIVES, *TWICE, *REPEATEDLY, *NUMBERS, *MANY)
    for word in phrase.split()
) | {"once", "times", "time"}
_LIMB_WORDS = frozenset(
    word for noun in LIMBS for word in (noun, {"foot": "feet"}.get(noun, f"{noun}s"), f"{noun}es")
)
_SIDE_WORDS = frozenset(("left", "right", "both"))


def _kind(word: str, phrase: str) -> str:
    if word in _LIMB_WORDS or (word in _SIDE_WORDS and _LIMB_WORDS & set(phrase.split())):
        return "limb"
    if word in _MANNER_WORDS or word.isdecimal() or word.endswith("ly"):
        return "manner"
    return "action"


def windows_in(segments: tuple[tuple[float, float], ...], start_s: float, end_s: float) -> np.ndarray:
    """(W,) bool, the windows of which at least half is between two times.

    >>> windows_in(((0.0, 0.8), (0.8, 1.6), (1.6, 2.0)), 0.5, 1.7).tolist()
    [False, True, False]
    """
    shared = [min(b, end_s) - max(a, start_s) for a, b in segments]
    return np.array([s >= (b - a) / 2 for s, (a, b) in zip(shared, segments, strict=True)])
