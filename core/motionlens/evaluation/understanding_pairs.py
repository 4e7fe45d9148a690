"""Synthesised pairs of motions and captions that differ in one thing alone.

A pair is two recipes that are the same but for that thing (same seed, so same person, same pace, same
small choices), their motions, and two captions worded alike. What "one thing" means, kind by kind:

- ``side``: left or right of one action. All else keeps its side, as a mirror image would not.
- ``order``: the same two actions, one first or the other.
- ``count``: the same repetition more or less often (at least half as often again); the one with more
  lasts longer, as it must.
- ``direction``: opposite directions of one action (forward/backward, left/right, up/down, clockwise/
  counterclockwise).
- ``part``: which part of the body does it. No two actions are the same movement by another limb, so
  three narrow readings are used: *limb*, two actions that one verb describes, with another body part
  ("raises the left arm" / "raises the left knee"); *target*, a hand that goes to another place of the
  body ("brings the left hand to the ear" / "to the mouth"); *one or both* limbs of the same action.

Seeds of these recipes start at 2**31, above every seed of training corpora and starter library, so
that none of the motions was trained on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..errors import MotionLensError
from ..synthesis.captions import mirror_caption
from ..synthesis.compose import Synthesised, synthesise
from ..synthesis.contrasts import OPPOSITES
from ..synthesis.grammar import assemble
from ..synthesis.grammar_sentences import SentenceWriter
from ..synthesis.grammar_words import plural
from ..synthesis.sampling import natural_seconds, sample_action
from ..synthesis.vocabulary import ACTIONS, Action, Recipe, Step
from ..windows import MAX_CLIP_FRAMES
from .understanding_words import LIMB_TWINS, TARGETS, ActionPhrases, Templates, Twin

KINDS: tuple[str, ...] = ("side", "order", "count", "direction", "part")
"""The kinds of pairs, in the order of tables."""

FIRST_SEED = 2**31
"""Lowest seed of a pair's recipes; training draws below it (``synthesis.sampling``)."""

_KEY = 0x70616972  # so that no other use of the same user seed draws the same numbers
_NEUTRAL = ("walk", "jump", "bow", "squat", "clap", "toe_touch", "shrug", "stretch_up", "crouch", "march")
_WALKS = ("walk", "march", "stand")
_TRIES = 25


@dataclass(frozen=True, eq=False)
class ContrastPair:
    """Two captions and two motions; caption i describes motion i and not the other.

    Attributes:
        kind: one of ``KINDS``.
        group: finer than the kind ("left/right", "limb", …).
        captions: the two texts.
        positions: the two motions, each (T, 22, 3) float32.
        recipes: what they were made from.
    """

    kind: str
    group: str
    captions: tuple[str, str]
    positions: tuple[np.ndarray, np.ndarray]
    recipes: tuple[Recipe, Recipe]


@dataclass(frozen=True)
class _Draft:
    """Two recipes with the check that their captions must pass; ``twin`` brings its own wording."""

    group: str
    recipes: tuple[Recipe, Recipe]
    alike: Callable[[str, str], bool]
    twin: tuple[Twin, Twin] | None = None


def make_pairs(kind: str, n: int, seed: int = 0) -> list[ContrastPair]:
    """Pairs of a kind; the first k of n pairs are the k pairs of the same seed.

    Args:
        kind: one of ``KINDS``.
        n: how many.
        seed: another seed gives other pairs.

    Raises:
        MotionLensError: no such kind.
    """
    if kind not in KINDS:
        raise MotionLensError(f"{kind} is no kind of contrast: choose among {', '.join(KINDS)}.")
    return [
        _pair(kind, np.random.SeedSequence(seed, spawn_key=(_KEY, KINDS.index(kind), i))) for i in range(n)
    ]


def _pair(kind: str, source: np.random.SeedSequence) -> ContrastPair:
    rng = np.random.default_rng(source)
    while True:
        draft = _DRAFTS[kind](rng)
        if draft is None:
            continue
        made = (synthesise(draft.recipes[0]), synthesise(draft.recipes[1]))
        if max(len(m.positions) for m in made) > MAX_CLIP_FRAMES:
            continue
        for captions in _captions(draft, made, rng):
            if captions[0] != captions[1] and draft.alike(*captions):
                positions = (made[0].positions, made[1].positions)
                return ContrastPair(kind, draft.group, captions, positions, draft.recipes)


def _captions(
    draft: _Draft, made: tuple[Synthesised, Synthesised], rng: np.random.Generator
) -> Iterator[tuple[str, str]]:
    """Captions of both motions, written with the same choices; several tries."""
    for _ in range(_TRIES):
        seed = int(rng.integers(2**31))
        yield (_write(draft, made, 0, seed), _write(draft, made, 1, seed))


def _write(draft: _Draft, made: tuple[Synthesised, Synthesised], which: int, seed: int) -> str:
    spans = {(s.step, s.overlay): s for s in made[which].spans}
    phrases = Templates(draft.twin[which], seed) if draft.twin else ActionPhrases(seed)
    writer = SentenceWriter(made[which].recipe, spans, phrases, np.random.default_rng(seed), plain=False)
    return assemble(writer.sentence()).text


# -- what the captions must share -----------------------------------------------------------------


def mirrored_alike(a: str, b: str) -> bool:
    """Whether one caption is the other with left and right exchanged.

    >>> mirrored_alike("a person waves the left hand", "a person waves the right hand")
    True
    """
    return mirror_caption(a) == b


_DIRECTION = re.compile(
    r"\b(forwards?|ahead|backwards?|upwards?|downwards?|up|down|upstairs|downstairs|left|right|"
    r"(?:counter|anti)?-?clockwise)\b"
)


def directions_alike(a: str, b: str) -> bool:
    """Whether the captions agree but for words of direction.

    >>> directions_alike("a person walks forwards", "a person walks backward")
    True
    >>> directions_alike("a person walks ahead", "a person backs up")
    False
    """
    same = [re.sub(r"\ban\b", "a", _DIRECTION.sub("_", text)) for text in (a, b)]
    return same[0] == same[1] and len(_DIRECTION.findall(a)) == len(_DIRECTION.findall(b)) > 0


_NUMBER = r"one|two|three|four|five|six|seven|eight|\d+"
_TIMES = re.compile(rf"\b(once|twice|(?:{_NUMBER}) times?|a couple of times)\b")
_AMOUNT = re.compile(rf"^(?:an?|{_NUMBER})$")
_VAGUE = re.compile(r"\b(several|multiple|a few|repeatedly|over and over)\b")


def counts_alike(a: str, b: str) -> bool:
    """Whether the captions agree but for an exact number (and the plural that it asks for).

    >>> counts_alike("a person takes one step", "a person takes 3 steps")
    True
    >>> counts_alike("a person claps twice", "a person claps several times")
    False
    """
    if _VAGUE.search(a) or _VAGUE.search(b):
        return False
    left, right = (_TIMES.sub("_", t.replace("a couple of ", "two ")).split() for t in (a, b))
    if len(left) != len(right):
        return False
    numbers = (_AMOUNT.match(x) and _AMOUNT.match(y) for x, y in zip(left, right, strict=True))
    return all(
        n or x == y or plural(x) == y or plural(x.rstrip(".")) + "." == y
        for n, x, y in zip(numbers, left, right, strict=True)
    )


_ORDER = re.compile(r"\b(then|before|after|afterwards|followed by|finally|first)\b")


def ordered(a: str, b: str) -> bool:
    """Whether both captions say what comes first; their wording is alike by the way they are made.

    >>> ordered("a person walks, then waves", "a person waves, then walks")
    True
    >>> ordered("a person walks and waves", "a person waves and walks")
    False
    """
    return bool(_ORDER.search(a) and _ORDER.search(b))


def _any_wording(a: str, b: str) -> bool:
    """For captions made from templates, which are alike already."""
    return True


# -- recipes ---------------------------------------------------------------------------------------


def _names(wanted: Callable[[str], bool]) -> list[str]:
    return [name for name in ACTIONS if wanted(name)]


def _choice(rng: np.random.Generator, options: Sequence[str]) -> str:
    return options[int(rng.integers(len(options)))]


def _seed(rng: np.random.Generator) -> int:
    return FIRST_SEED + int(rng.integers(2**31))


def _in_context(rng: np.random.Generator, a: Action, b: Action) -> tuple[Recipe, Recipe]:
    """Recipes of the two actions: alone, before or after something else, or while walking."""
    spec, draw = ACTIONS[a.name], rng.random()
    seed = _seed(rng)
    neutral = sample_action(rng, _choice(rng, [n for n in _NEUTRAL if n != a.name]), plain=True, short=True)
    neutral = replace(neutral, side="", style="")
    if ACTIONS[neutral.name].styles != ("",):
        neutral = replace(neutral, style=ACTIONS[neutral.name].styles[0])
    if neutral.name in ("walk", "jump"):
        neutral = replace(neutral, direction="forward" if neutral.name == "walk" else "up")
    steps: Callable[[Action], tuple[Step, ...]] = lambda action: (Step(action),)  # noqa: E731
    if spec.kind in ("arms", "head") and draw < 0.25:
        walk = Action(_choice(rng, ("walk", "stand")))
        walk = replace(walk, direction="forward") if walk.name == "walk" else walk
        steps = lambda action: (Step(walk, action),)  # noqa: E731
    elif spec.start == spec.end == "stand" and draw > 0.75:
        if draw > 0.875:
            steps = lambda action: (Step(action), Step(neutral))  # noqa: E731
        else:
            steps = lambda action: (Step(neutral), Step(action))  # noqa: E731
    return Recipe(steps(a), seed), Recipe(steps(b), seed)


def _shuffled(rng: np.random.Generator, pair: tuple[Recipe, Recipe]) -> tuple[Recipe, Recipe]:
    return pair if rng.random() < 0.5 else (pair[1], pair[0])


def _side(rng: np.random.Generator) -> _Draft | None:
    name = _choice(rng, _names(lambda n: "left" in ACTIONS[n].sides))
    action = sample_action(rng, name, short=True)
    pair = _in_context(rng, replace(action, side="left"), replace(action, side="right"))
    return _Draft("left/right", _shuffled(rng, pair), mirrored_alike)


def _direction(rng: np.random.Generator) -> _Draft | None:
    first, second = OPPOSITES[int(rng.integers(len(OPPOSITES)))]
    name = _choice(rng, _names(lambda n: {first, second} <= set(ACTIONS[n].directions)))
    action = sample_action(rng, name, short=True)
    if name == "walk":  # some styles are not walked backward
        action = replace(action, style="")
    pair = _in_context(rng, replace(action, direction=first), replace(action, direction=second))
    return _Draft(f"{first}/{second}", _shuffled(rng, pair), directions_alike)


def _count(rng: np.random.Generator) -> _Draft | None:
    name = _choice(rng, _names(lambda n: ACTIONS[n].max_count >= 2))
    most = ACTIONS[name].max_count
    low = int(rng.integers(1, min(most, 5)))
    high = low + int(rng.integers(1, min(most - low, 3) + 1))
    if high < 1.5 * low:
        return None
    action = replace(sample_action(rng, name), count=high)
    if natural_seconds(action) > 9.0:
        return None
    pair = _in_context(rng, replace(action, count=low), action)
    alike: Callable[[str, str], bool] = counts_alike
    order = _shuffled(rng, pair)
    if order is not pair:
        alike = lambda a, b: counts_alike(b, a)  # noqa: E731
    return _Draft("once/more" if low == 1 else "twice/more", order, alike)


def _order(rng: np.random.Generator) -> _Draft | None:
    standing = _names(lambda n: ACTIONS[n].start == ACTIONS[n].end == "stand" and n not in _WALKS[1:])
    one, two = _choice(rng, standing), _choice(rng, standing)
    # two ways of going are too alike to call their order a matter of understanding
    if one == two or ACTIONS[one].kind == ACTIONS[two].kind == "locomotion":
        return None
    steps = tuple(Step(sample_action(rng, name, plain=True, short=True)) for name in (one, two))
    if sum(natural_seconds(s.base) for s in steps) > 9.5:
        return None
    seed = _seed(rng)
    return _Draft("then", (Recipe(steps, seed), Recipe(steps[::-1], seed)), ordered)


def _part(rng: np.random.Generator) -> _Draft | None:
    group = _choice(rng, ("limb", "limb", "target", "one or both"))
    side = _choice(rng, ("left", "right"))
    if group == "limb":
        twins = LIMB_TWINS[int(rng.integers(len(LIMB_TWINS)))]
    elif group == "target":
        one, two = rng.choice(len(TARGETS), 2, replace=False)
        twins = (TARGETS[one], TARGETS[two])
    else:
        name, phrase = (
            ("wave", "*wave {hand}"),
            ("raise_arm", "*raise {arm} {d}"),
            ("arm_circle", "*circle {arm} {d}"),
            ("pick_up", "*pick something up from the floor with {hand}"),
            ("put_down", "*put something down on the floor with {hand}"),
        )[int(rng.integers(5))]
        direction = _choice(rng, ACTIONS[name].directions)
        twins = (Twin(Action(name, "S", direction), phrase), Twin(Action(name, "both", direction), phrase))
    most = min(ACTIONS[t.action.name].max_count for t in twins)
    count = int(rng.integers(1, min(most, 3) + 1)) if most else 0
    direction = _choice(rng, ("left", "right"))
    actions = [_filled(t.action, side, direction, count) for t in twins]
    seed = _seed(rng)
    order = (0, 1) if rng.random() < 0.5 else (1, 0)
    recipes = tuple(Recipe((Step(actions[i]),), seed) for i in order)
    twin = (twins[order[0]], twins[order[1]])
    return _Draft(group, (recipes[0], recipes[1]), _any_wording, twin)


def _filled(action: Action, side: str, direction: str, count: int) -> Action:
    """The action with "S" and "D" replaced by side and direction, and repeated where it can be."""
    spec = ACTIONS[action.name]
    return replace(
        action,
        side=side if action.side == "S" else action.side,
        direction=direction if action.direction == "D" else action.direction,
        count=(count or 1) if spec.max_count else 0,
    )


_DRAFTS: dict[str, Callable[[np.random.Generator], _Draft | None]] = {
    "side": _side,
    "order": _order,
    "count": _count,
    "direction": _direction,
    "part": _part,
}
