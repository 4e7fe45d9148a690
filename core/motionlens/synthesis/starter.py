"""The recipes of the starter library: every action with its main variants, sequences and overlays."""

from __future__ import annotations

import itertools
import zlib
from dataclasses import replace

from .vocabulary import ACTIONS, Action, ActionSpec, Recipe, Step

_COUNTS = (2, 3, 1, 4, 2, 3)


def _seed(*steps: Step) -> int:
    return zlib.crc32(repr(steps).encode()) & 0x7FFFFFFF


def _recipe(*steps: Step | Action) -> Recipe:
    made = tuple(s if isinstance(s, Step) else Step(s) for s in steps)
    return Recipe(made, _seed(*made))


def _variants(spec: ActionSpec) -> list[Action]:
    out = []
    for i, (side, direction, style) in enumerate(itertools.product(spec.sides, spec.directions, spec.styles)):
        if spec.name == "walk" and direction == "backward" and style not in ("", "sneaking", "elderly"):
            continue
        count = min(_COUNTS[i % len(_COUNTS)], spec.max_count) if spec.max_count else 0
        if spec.name == "box":
            count = 4
        out.append(Action(spec.name, side, direction, style, count))
    return out


def _others() -> list[Action]:
    """Other speeds, sizes and numbers of actions that people search for by them."""
    out = []
    for name, speeds in (
        ("walk", (0.65, 1.5)),
        ("run", (1.4,)),
        ("squat", (0.65, 1.4)),
        ("sit_down", (0.65, 1.4)),
    ):
        spec = ACTIONS[name]
        for speed in speeds:
            out.append(Action(name, direction=spec.directions[0], count=min(2, spec.max_count), speed=speed))
    for name, sizes in (("jump", (0.65, 1.45)), ("kick", (1.4,)), ("bow", (0.6, 1.4)), ("wave", (0.6, 1.4)),
                        ("squat", (0.6, 1.3)), ("side_bend", (1.4,)), ("lunge", (1.35,))):  # fmt: skip
        spec = ACTIONS[name]
        for size in sizes:
            side = "" if spec.sides == ("",) else "right"
            out.append(Action(name, side, spec.directions[0], count=1, amplitude=size))
    for name, count in (("jump", 4), ("clap", 6), ("jumping_jack", 5), ("push_up", 3), ("wave", 5), ("nod", 4),
                        ("knock", 4), ("twist_torso", 4), ("dribble", 6), ("punch", 3)):  # fmt: skip
        spec = ACTIONS[name]
        side = "" if spec.sides == ("",) else "left"
        out.append(Action(name, side, spec.directions[0], spec.styles[0], count))
    return out


def _sequences() -> list[Recipe]:
    walk, back = Action("walk", direction="forward"), Action("walk", direction="backward")
    run = Action("run", direction="forward")
    sit, up, stay = Action("sit_down"), Action("stand_up"), Action("sit")
    lie, rise = Action("lie_down"), Action("get_up")
    turn = {d: Action("turn", direction=d) for d in ("left", "right", "around")}
    wave = {s: Action("wave", s, count=3) for s in ("left", "right")}
    kick = {s: Action("kick", s, "forward", count=1) for s in ("left", "right")}
    jump = {d: Action("jump", direction=d, count=1) for d in ("up", "forward")}
    throw = {s: Action("throw", s, style="overhand") for s in ("left", "right")}
    stumble, fall = Action("stumble", direction="forward"), Action("fall", direction="forward")
    pick, put = Action("pick_up", "right"), Action("put_down", "both")
    bow, point = Action("bow", count=1), Action("point", "right", "forward")
    kneel, rise_knee = Action("kneel_down", "left"), Action("rise_from_kneel")
    crawl, push_up = Action("crawl"), Action("push_up", count=2)
    clap = Action("clap", count=4)
    chains: list[tuple[Action, ...]] = [
        (walk, sit), (walk, wave["right"]), (walk, wave["left"]), (stumble, wave["left"]), (walk, turn["left"]),
        (walk, turn["right"]), (walk, turn["around"], walk), (run, jump["forward"]), (run, walk), (walk, run),
        (walk, pick), (pick, walk), (walk, put), (walk, kick["right"]), (run, kick["left"]), (turn["left"], walk),
        (turn["right"], walk), (turn["around"], run), (sit, up), (up, walk), (stay, up), (sit, stay), (walk, bow),
        (bow, back), (kneel, rise_knee), (walk, kneel), (lie, rise), (fall, rise), (lie, push_up), (push_up, rise),
        (rise, walk), (crawl, rise_knee), (Action("kneel_down", "both"), crawl), (run, stumble), (run, fall),
        (jump["up"], clap), (throw["right"], clap), (throw["left"], walk), (walk, throw["right"]), (walk, point),
        (point, walk), (Action("catch"), throw["right"]), (kick["left"], kick["right"]), (jump["up"], turn["left"]),
        (Action("squat", count=2), jump["up"]), (wave["right"], bow), (clap, bow), (back, turn["around"]),
        (walk, Action("climb_stairs", direction="up")), (Action("climb_stairs", direction="down"), walk),
        (Action("look", direction="around"), walk), (Action("knock", "right", count=3), Action("step", direction="backward", count=1)),
        (walk, Action("shrug", count=1)), (Action("crouch"), jump["up"]), (Action("dodge", direction="left"), Action("punch", "right", style="straight", count=1)),
        (Action("spin", direction="clockwise", count=1), bow), (up, Action("stretch_up")), (sit, Action("nod", count=2)),
    ]  # fmt: skip
    return [_recipe(*_from_posture(chain)) for chain in chains]


def _from_posture(chain: tuple[Action, ...]) -> list[Step]:
    """Arms after sitting down stay on the chair: they are laid over ``sit``."""
    steps: list[Step] = []
    for action in chain:
        if (
            steps
            and ACTIONS[steps[-1].base.name].end == "sit"
            and ACTIONS[action.name].kind in ("arms", "head")
        ):
            steps.append(Step(Action("sit"), action))
        else:
            steps.append(Step(action))
    return steps


def _overlays() -> list[Recipe]:
    walk = Action("walk", direction="forward")
    pairs: list[tuple[Action, Action]] = [
        (walk, Action("wave", "left", count=3)), (walk, Action("wave", "right", count=3)), (walk, Action("clap", count=4)),
        (walk, Action("phone", "right")), (walk, Action("phone", "left")), (walk, Action("drink", "right")),
        (walk, Action("look", direction="around")), (walk, Action("look", direction="left")), (walk, Action("nod", count=3)),
        (walk, Action("cross_arms")), (walk, Action("hands_on_hips")), (walk, Action("point", "left", "forward")),
        (walk, Action("scratch_head", "left")), (walk, Action("raise_arm", "right", "up")), (walk, Action("eat", "right", count=1)),
        (walk, Action("raise_arm", "both", "up")), (walk, Action("shake_head", count=3)),
        (Action("walk", direction="backward"), Action("wave", "right", count=3)),
        (Action("walk_circle", direction="clockwise"), Action("wave", "left", count=4)),
        (Action("walk_circle", direction="counterclockwise"), Action("clap", count=5)),
        (Action("walk", direction="forward", style="happy"), Action("wave", "both", count=3)),
        (Action("run", direction="forward"), Action("wave", "right", count=3)),
        (Action("sidestep", direction="left", count=3), Action("clap", count=3)),
        (Action("march", style="forward"), Action("salute", "right")), (Action("march", style="in_place"), Action("clap", count=4)),
        (Action("sit"), Action("clap", count=5)), (Action("sit"), Action("drink", "left")), (Action("sit"), Action("eat", "right", count=2)),
        (Action("sit"), Action("phone", "right")), (Action("sit"), Action("play_piano")), (Action("sit"), Action("wave", "left", count=3)),
        (Action("sit"), Action("nod", count=3)), (Action("sit"), Action("cross_arms")), (Action("sit"), Action("look", direction="right")),
        (Action("sit"), Action("play_guitar", "right")), (Action("turn", direction="left"), Action("wave", "right", count=2)),
        (Action("stand"), Action("look", direction="up")), (Action("limp", "left"), Action("wave", "right", count=2)),
    ]  # fmt: skip
    return [_recipe(Step(base, over)) for base, over in pairs]


def starter_recipes() -> tuple[Recipe, ...]:
    """The recipes of the starter library, always the same, no two alike.

    >>> len(starter_recipes()) >= 320
    True
    """
    singles = [_recipe(a) for spec in ACTIONS.values() for a in _variants(spec)]
    recipes = singles + [_recipe(a) for a in _others()] + _sequences() + _overlays()
    seen: dict[int, Recipe] = {}
    for recipe in recipes:
        seen.setdefault(recipe.seed, replace(recipe))
    return tuple(seen.values())
