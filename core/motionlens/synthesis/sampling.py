"""Random recipes for training: every action and parameter about equally often, combined sensibly."""

from __future__ import annotations

import numpy as np

from .vocabulary import ACTIONS, Action, ActionSpec, Recipe, Step

MAX_SECONDS = 10.0

_BASES_OF_ARMS = (
    "walk", "walk_curve", "walk_circle", "walk_turn_back", "run", "sidestep", "march", "stand", "turn", "sit", "limp",
    "climb_stairs", "zigzag", "step",
)  # fmt: skip
_STANDING_ONLY = frozenset(("stretch_up", "swim", "arm_circle", "swing_arms", "flap_arms", "hammer"))
_SECONDS: dict[str, float] = {
    "walk": 3.4, "walk_turn_back": 5.2, "walk_circle": 4.8, "run_circle": 5.0, "zigzag": 6.0, "get_up": 4.0,
    "lie_down": 4.2, "crawl": 5.5, "climb_stairs": 4.6, "lift_overhead": 6.5, "golf_swing": 4.8, "bat_swing": 4.2,
    "stumble": 4.2, "balance": 4.2, "rise_from_kneel": 2.8, "limp": 4.3, "sit": 3.2, "stand": 2.8, "fall": 2.6,
    "spin": 2.6, "waltz": 3.0, "jumping_jack": 1.6, "squat": 2.6, "push_up": 2.6, "sidestep": 1.6, "dance_side": 2.4,
}  # fmt: skip
_PER_COUNT: dict[str, float] = {
    "jump": 1.2, "jumping_jack": 0.85, "squat": 1.9, "lunge": 1.9, "kick": 0.85, "knee_raise": 0.9, "knee_to_elbow": 1.0,
    "bow": 1.9, "toe_touch": 2.5, "side_bend": 1.75, "twist_torso": 1.15, "hip_circle": 1.3, "punch": 0.55, "box": 0.45,
    "dribble": 0.55, "sway": 1.25, "dance_side": 1.8, "dance_twist": 0.7, "waltz": 3.1, "spin": 2.6, "push_up": 1.5,
    "sidestep": 1.0, "step": 0.8, "hop": 0.75,
}  # fmt: skip
_LOCOMOTION = tuple(n for n, s in ACTIONS.items() if s.kind == "locomotion")
_LAID = tuple(n for n, s in ACTIONS.items() if s.kind in ("arms", "head"))


def natural_seconds(action: Action) -> float:
    """About how long an action lasts (seconds); used to keep recipes short."""
    once = _SECONDS.get(action.name, 2.6)
    more = _PER_COUNT.get(action.name, 0.7) * max(action.count - 1, 0)
    return (once + more) / action.speed**0.8


def sample_action(rng: np.random.Generator, name: str, plain: bool = False, short: bool = False) -> Action:
    """An action with parameters drawn evenly from what it allows.

    Args:
        plain: natural speed and amplitude.
        short: at most two repetitions.
    """
    spec = ACTIONS[name]
    speed = amplitude = 1.0
    if not plain and rng.random() < 0.5:
        speed = float(np.exp(rng.uniform(np.log(0.6), np.log(1.6))))
    if not plain and rng.random() < 0.5:
        amplitude = float(np.exp(rng.uniform(np.log(0.6), np.log(1.5))))
    most = min(spec.max_count, 2) if short else spec.max_count
    count = int(rng.integers(1, most + 1)) if most else 0
    if name == "box":
        count = max(count, 2)
    style = str(rng.choice(spec.styles))
    if name == "walk" and rng.random() < 0.3:
        style = ""
    action = Action(
        name=name,
        side=str(rng.choice(spec.sides)),
        direction=str(rng.choice(spec.directions)),
        style=style,
        count=count,
        speed=round(speed, 2),
        amplitude=round(amplitude, 2),
    )
    while action.count > 1 and natural_seconds(action) > MAX_SECONDS - 1.5:
        action = Action(
            name, action.side, action.direction, style, action.count - 1, action.speed, action.amplitude
        )
    return action


def _pick(rng: np.random.Generator, start: str | None = None) -> str:
    names = [n for n, s in ACTIONS.items() if start is None or s.start == start]
    weights = np.array([_weight(ACTIONS[n]) for n in names])
    return str(rng.choice(names, p=weights / weights.sum()))


def _weight(spec: ActionSpec) -> float:
    """Actions with more variants come a little more often."""
    return float(len(spec.sides) * len(spec.directions) * len(spec.styles)) ** 0.3


def _lies(action: Action) -> str:
    if action.name == "fall":
        return "prone" if action.direction == "forward" else "supine"
    return ""


def _follows(rng: np.random.Generator, before: Action) -> str:
    """An action that can come after another: it starts in the posture in which that one ends."""
    posture = ACTIONS[before.name].end
    while True:
        name = _pick(rng, posture)
        if posture == "stand" and rng.random() < 0.35:
            name = str(rng.choice(_LOCOMOTION))
        if name in ("stand", before.name) and rng.random() < 0.9:
            continue
        if name == "push_up" and _lies(before) == "supine":
            name = "get_up"
        return name


def _overlaid(rng: np.random.Generator) -> Step:
    base = sample_action(rng, str(rng.choice(_BASES_OF_ARMS)), short=True)
    while True:
        over = sample_action(rng, str(rng.choice(_LAID)))
        if over.name in _STANDING_ONLY and base.name in ("run", "sit"):
            continue
        if base.style == "sneaking" and ACTIONS[over.name].kind == "arms":
            base = Action(base.name, base.side, base.direction, "", base.count, base.speed, base.amplitude)
        return Step(base, over)


def sample_recipe(rng: np.random.Generator, max_steps: int = 3) -> Recipe:
    """A random recipe: about 55 % one action, 25 % two, 15 % one with an overlay, the rest three.

    Args:
        rng: the source of all choices; the recipe's own seed is drawn from it too.
        max_steps: the most steps one after another.
    """
    kind = rng.random()
    steps: list[Step]
    if kind < 0.55 or max_steps < 2:
        steps = [Step(sample_action(rng, _pick(rng)))]
    elif kind < 0.70:
        steps = [_overlaid(rng)]
    else:
        wanted = 2 if kind < 0.95 or max_steps < 3 else 3
        steps = _sequence(rng, wanted)
    return Recipe(tuple(steps), int(rng.integers(2**31)))


def _sequence(rng: np.random.Generator, wanted: int) -> list[Step]:
    while True:
        first = sample_action(rng, _pick(rng), short=True)
        steps, seconds = [Step(first)], natural_seconds(first)
        for _ in range(wanted - 1):
            action = sample_action(rng, _follows(rng, steps[-1].base), plain=rng.random() < 0.5, short=True)
            step = Step(action)
            if action.name in _BASES_OF_ARMS and rng.random() < 0.1:
                step = Step(
                    action, sample_action(rng, str(rng.choice(("wave", "nod", "look", "clap"))), short=True)
                )
            steps.append(step)
            seconds += natural_seconds(action)
        if seconds <= MAX_SECONDS + 0.5:
            return steps
