"""The caption writer: every action renders, nothing said is false, every word is grounded rightly."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

import numpy as np
import pytest

from motionlens.skeleton import JOINT_INDEX, JOINT_NAMES, MIRROR
from motionlens.synthesis.captions import PHRASES, mirror_caption, write_captions
from motionlens.synthesis.grammar import parse
from motionlens.synthesis.vocabulary import (
    ACTIONS,
    Action,
    ActionSpan,
    ActionSpec,
    GroundedCaption,
    Recipe,
    Step,
)

LEFT_ARM = tuple(JOINT_INDEX[f"left_{j}"] for j in ("collar", "shoulder", "elbow", "wrist"))
RIGHT_LEG = tuple(JOINT_INDEX[f"right_{j}"] for j in ("hip", "knee", "ankle", "foot"))
BODY = tuple(range(len(JOINT_NAMES)))
_MIRRORED = {
    "left": "right",
    "right": "left",
    "clockwise": "counterclockwise",
    "counterclockwise": "clockwise",
}
# actions whose phrases name both sides whatever the action's own side is
_BOTH_SIDES = {
    "knee_to_elbow",
    "hop",
    "balance",
    "zigzag",
    "sway",
    "dance_side",
    "twist_torso",
    "box",
    "shake_head",
}


def every_action(spec: ActionSpec) -> Iterator[Action]:
    counts = range(1, spec.max_count + 1) if spec.max_count else (0,)
    for side, way, style, count in itertools.product(spec.sides, spec.directions, spec.styles, counts):
        yield Action(spec.name, side, way, style, count)


def some_joints(action: Action) -> tuple[int, ...]:
    if ACTIONS[action.name].kind == "arms" and action.side in ("left", "right"):
        return LEFT_ARM if action.side == "left" else tuple(MIRROR[j] for j in LEFT_ARM)
    return BODY


def spans_of(recipe: Recipe) -> list[ActionSpan]:
    """One span an action, two seconds a step, the overlay in its middle."""
    out = []
    for i, step in enumerate(recipe.steps):
        out.append(ActionSpan(i, False, step.base, 2.0 * i, 2.0 * i + 2.0, some_joints(step.base)))
        if step.overlay:
            over = step.overlay
            out.append(ActionSpan(i, True, over, 2.0 * i + 0.5, 2.0 * i + 1.5, some_joints(over)))
    return out


def one(action: Action) -> Recipe:
    return Recipe((Step(action),), 0)


def write(recipe: Recipe, seed: int = 0, count: int = 4) -> tuple[GroundedCaption, ...]:
    return write_captions(recipe, spans_of(recipe), np.random.default_rng(seed), count)


def flip(action: Action | None) -> Action | None:
    if action is None:
        return None
    side, way = (_MIRRORED.get(v, v) for v in (action.side, action.direction))
    return Action(action.name, side, way, action.style, action.count, action.speed, action.amplitude)


def random_recipe(rng: np.random.Generator) -> Recipe:
    def draw(*kinds: str) -> Action:
        specs = [s for s in ACTIONS.values() if s.kind in kinds]
        spec = specs[rng.integers(len(specs))]
        actions = list(every_action(spec))
        a = actions[rng.integers(len(actions))]
        speed, extent = rng.choice([0.6, 1.0, 1.5], 2)
        return Action(a.name, a.side, a.direction, a.style, a.count, float(speed), float(extent))

    steps = []
    for _ in range(rng.integers(1, 4)):
        base = draw("locomotion", "body", "arms", "head")
        steps.append(Step(base, draw("arms", "head") if rng.random() < 0.4 else None))
    return Recipe(tuple(steps), 0)


def test_every_action_has_enough_phrasings() -> None:
    assert set(PHRASES) == set(ACTIONS)
    for name, spec in ACTIONS.items():
        for template in itertools.chain.from_iterable(PHRASES[name].values()):
            parse(template)
        action = next(every_action(spec))
        texts = {c.text for seed in range(200) for c in write(one(action), seed, 1 + seed % 2)[-1:]}
        assert len(texts) >= 60, name


@pytest.mark.parametrize("name", sorted(ACTIONS))
def test_every_value_renders_cleanly(name: str) -> None:
    for k, action in enumerate(every_action(ACTIONS[name])):
        for speed, extent in ((1.0, 1.0), (0.5, 1.5), (1.6, 0.5)):
            said = Action(name, action.side, action.direction, action.style, action.count, speed, extent)
            for caption in write(one(said), k):
                assert not re.search(r"[{}\[\]()|*^~#]|\s\s|\s[.,]|^\s|\s$|POSS", caption.text), caption.text
                assert not re.search(r"\b(\w+) \1\b", caption.text), caption.text
                assert not re.search(r"\b(a [aeio]|an [^aeiou])", caption.text.replace("a one", "")), (
                    caption.text
                )


def test_captions_differ_and_follow_the_generator() -> None:
    rng = np.random.default_rng(5)
    for seed in range(60):
        recipe = random_recipe(rng)
        captions = write(recipe, seed, 6)
        assert len({c.text for c in captions}) == 6
        assert captions == write(recipe, seed, 6)
    assert write(recipe, 1) != write(recipe, 2)


def test_plainest_caption() -> None:
    wave = Action("wave", "left", count=1)
    walk = Action("walk", direction="forward", speed=0.5)
    assert write(one(wave))[0].text == "a person waves with the left hand"
    assert write(one(walk))[0].text == "a person walks forward slowly"
    assert write(Recipe((Step(walk, wave),), 0))[0].text == (
        "a person walks forward slowly while waving with the left hand"
    )
    assert write(Recipe((Step(Action("stand"), wave),), 0))[0].text == "a person waves with the left hand"
    kicks = Recipe((Step(Action("kick", "right", "forward", count=2)), Step(Action("sit_down"))), 0)
    assert write(kicks)[0].text == "a person kicks forward with the right leg twice, then sits down"


@pytest.mark.parametrize("name", sorted(set(ACTIONS) - _BOTH_SIDES))
def test_no_caption_names_the_wrong_side(name: str) -> None:
    for action in every_action(ACTIONS[name]):
        named = {action.side, action.direction} & {"left", "right"}
        turns = {"clockwise": "right", "counterclockwise": "left"}.get(action.direction)
        named |= {turns} if turns else set()
        if name == "look" and action.direction == "around":
            continue  # "looks left and right"
        for caption in itertools.chain.from_iterable(write(one(action), seed) for seed in range(4)):
            assert set(re.findall(r"\b(left|right)\b", caption.text)) <= named, caption.text
            spins = re.findall(r"\b(?:counter-?|anti-?)?clockwise\b", caption.text)
            assert all((s == "clockwise") == (action.direction == "clockwise") for s in spins), caption.text


def test_counts_and_speeds_are_true() -> None:
    numbers = {"once": 1, "twice": 2, "two": 2, "2": 2, "three": 3, "3": 3, "four": 4, "4": 4, "five": 5, "5": 5,
               "couple": 2, "six": 6, "6": 6, "seven": 7, "7": 7, "eight": 8, "8": 8}  # fmt: skip
    for name, spec in ACTIONS.items():
        if not spec.max_count or name in ("zigzag",):
            continue
        for count, speed in ((1, 0.5), (2, 1.0), (spec.max_count, 1.6)):
            action = Action(
                name, spec.sides[0], spec.directions[0], spec.styles[0], min(count, spec.max_count), speed
            )
            for caption in itertools.chain.from_iterable(write(one(action), seed) for seed in range(4)):
                text = re.sub(r"two-(?:step|handed)|two (?:hands|arms)", "", caption.text)
                for word in re.findall(r"\w+", text):
                    assert numbers.get(word, action.count) == action.count, caption.text
                if re.search(r"\b(several|multiple|repeatedly|over and over|a few)\b", text):
                    assert action.count >= 3, caption.text
                assert not (speed != 0.5 and re.search(r"\bslow(ly)?\b", text)), caption.text
                assert not (speed != 1.6 and re.search(r"\b(quickly|fast|rapid(ly)?|swiftly)\b", text)), (
                    caption.text
                )


def test_groundings_point_at_the_words_they_ground() -> None:
    rng = np.random.default_rng(11)
    for seed in range(150):
        recipe = random_recipe(rng)
        spans = spans_of(recipe)
        for caption in write(recipe, seed):
            ends = 0
            assert caption.groundings
            for g in caption.groundings:
                word = caption.text[g.text_start : g.text_end]
                assert g.text_start >= ends and word == word.strip() and word, caption.text
                assert g.text_start == 0 or caption.text[g.text_start - 1] == " ", caption.text
                assert word.split()[0].lower() not in ("a", "the", "with", "while", "his", "their"), (
                    caption.text
                )
                assert (g.start_s, g.end_s) in {(s.start_s, s.end_s) for s in spans}
                assert g.joints
                ends = g.text_end
            for m in re.finditer(r"\b(left|right|twice|slowly|clockwise|times)\b", caption.text):
                held = [g for g in caption.groundings if g.text_start <= m.start() and m.end() <= g.text_end]
                assert len(held) == 1, (caption.text, m[0])
            for m in re.finditer(
                r"\b(?<!invisible )(?<!old )(person(?! on the phone)|followed|before|man|finally)\b",
                caption.text,
            ):
                assert not any(g.text_start <= m.start() < g.text_end for g in caption.groundings), (
                    caption.text
                )


def test_limb_words_get_that_limbs_joints() -> None:
    recipe = Recipe(
        (Step(Action("kick", "right", "forward", count=1)), Step(Action("wave", "left", count=2))), 0
    )
    found = 0
    for caption in itertools.chain.from_iterable(write(recipe, seed) for seed in range(40)):
        for g in caption.groundings:
            words = caption.text[g.text_start : g.text_end]
            if words in ("right leg", "right foot"):
                assert g.joints == RIGHT_LEG and (g.start_s, g.end_s) == (0.0, 2.0)
                found += 1
            if words in ("left hand", "left arm"):
                assert set(g.joints) <= set(LEFT_ARM) and (g.start_s, g.end_s) == (2.0, 4.0)
                found += 1
    assert found > 60


def test_order_is_told_rightly() -> None:
    """Whatever the sentence, the earlier step is the one before "then" and after "after"."""
    recipe = Recipe((Step(Action("squat", count=1)), Step(Action("clap", count=2))), 0)
    orders = set()
    for caption in itertools.chain.from_iterable(write(recipe, seed) for seed in range(150)):
        first, last = caption.groundings[0], caption.groundings[-1]
        backwards = first.start_s > last.start_s
        told = re.search(r"\bafter\b(?! that)", caption.text)
        assert backwards == bool(told and told.start() > first.text_start), caption.text
        orders.add("after first" if told and told.start() < first.text_start else backwards)
    assert orders == {True, False, "after first"}


def test_mirrored_recipes_have_mirrored_captions() -> None:
    rng = np.random.default_rng(2)
    for seed in range(120):
        recipe = random_recipe(rng)
        ways = {a.direction for s in recipe.steps for a in (s.base, s.overlay) if a}
        if "clockwise" in ways:
            continue  # "anti-clockwise" has no mirror of its own spelling: only the other way round
        steps = tuple(Step(flip(s.base), flip(s.overlay)) for s in recipe.steps)  # type: ignore[arg-type]
        mirrored = Recipe(steps, 0)
        # "left and right" stays in its order
        wanted = [
            mirror_caption(c.text).replace("right and left", "left and right") for c in write(recipe, seed)
        ]
        assert [c.text for c in write(mirrored, seed)] == wanted


@pytest.mark.parametrize(
    ("text", "mirrored"),
    [
        ("Waves his LEFT hand", "Waves his RIGHT hand"),
        ("left-handed, moving rightwards", "right-handed, moving leftwards"),
        ("Counterclockwise spin, then clockwise", "Clockwise spin, then counterclockwise"),
        ("in an anti-clockwise arc", "in a clockwise arc"),
        ("stands upright right away", "stands upright right away"),
        ("from left to right", "from right to left"),
    ],
)
def test_mirror_caption(text: str, mirrored: str) -> None:
    assert mirror_caption(text) == mirrored


def test_a_missing_span_is_an_error() -> None:
    with pytest.raises(KeyError):
        write_captions(one(Action("squat", count=1)), [], np.random.default_rng(0))
