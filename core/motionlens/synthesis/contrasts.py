"""Recipes that differ from another in one thing alone: the hard negatives of training.

A motion's mirrored twin teaches left and right. What it does not teach (which of two actions comes first,
how often, which way, which of two limbs) is taught by a partner with the same seed, so the same person,
pace and small choices, and one thing changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from .sampling import MAX_SECONDS, natural_seconds
from .vocabulary import ACTIONS, Action, Recipe, Step

OPPOSITES = (("forward", "backward"), ("left", "right"), ("up", "down"), ("clockwise", "counterclockwise"))
_OTHER = {a: b for pair in OPPOSITES for a, b in (pair, pair[::-1])}


def contrast_partner(recipe: Recipe, rng: np.random.Generator) -> tuple[str, Recipe] | None:
    """A recipe that differs in order, count, direction or the side of one of several actions.

    Args:
        rng: chooses among what can be changed, each kind of change alike.

    Returns:
        ("order" | "count" | "direction" | "side", recipe), None where nothing can be changed.

    >>> there = Recipe((Step(Action("bow", count=1)), Step(Action("clap", count=1))), 7)
    >>> kind, back = contrast_partner(there, np.random.default_rng(0))
    >>> kind, [s.base.name for s in back.steps], back.seed
    ('order', ['clap', 'bow'], 7)
    """
    found: dict[str, list[Recipe]] = {}
    for kind, other in _changes(recipe, rng):
        found.setdefault(kind, []).append(other)
    if not found:
        return None
    # order can be changed in few recipes and is the hardest to learn: it goes first half of the time
    first = "order" in found and rng.random() < 0.5
    kind = "order" if first else str(rng.choice(sorted(found)))
    return kind, found[kind][int(rng.integers(len(found[kind])))]


def _changes(recipe: Recipe, rng: np.random.Generator) -> Iterator[tuple[str, Recipe]]:
    bases = [s.base for s in recipe.steps]
    standing = all(ACTIONS[a.name].start == ACTIONS[a.name].end == "stand" for a in bases)
    if standing and len(bases) > 1 and bases[0].name != bases[-1].name:
        yield "order", replace(recipe, steps=recipe.steps[::-1])
    actions = [(k, over) for k, s in enumerate(recipe.steps) for over in (False, True)[: 1 + bool(s.overlay)]]
    sided = sum(_action(recipe, *at).side in ("left", "right") for at in actions)
    for at in actions:
        action = _action(recipe, *at)
        if (count := _other_count(action, rng)) is not None:
            yield "count", _changed(recipe, at, count=count)
        opposite = _OTHER.get(action.direction, "")
        if opposite and opposite in ACTIONS[action.name].directions:
            yield "direction", _changed(recipe, at, direction=opposite)
        if sided > 1 and action.side in ("left", "right"):  # a single side is the mirrored twin's
            yield "side", _changed(recipe, at, side=_OTHER[action.side])


def _action(recipe: Recipe, step: int, overlay: bool) -> Action:
    chosen = recipe.steps[step].overlay if overlay else recipe.steps[step].base
    assert chosen is not None
    return chosen


def _changed(recipe: Recipe, at: tuple[int, bool], **to: Any) -> Recipe:
    """The recipe with other fields in one action; ``at``: number of the step, whether its overlay."""
    number, overlay = at
    action = replace(_action(recipe, number, overlay), **to)
    step = recipe.steps[number]
    step = Step(step.base, action) if overlay else Step(action, step.overlay)
    return replace(recipe, steps=(*recipe.steps[:number], step, *recipe.steps[number + 1 :]))


def _other_count(action: Action, rng: np.random.Generator) -> int | None:
    """Another number of repetitions, at least half as many again or two thirds at most."""
    lowest = 2 if action.name == "box" else 1
    options = [
        c
        for c in range(lowest, ACTIONS[action.name].max_count + 1)
        if max(c, action.count) >= 1.5 * min(c, action.count)
        and natural_seconds(replace(action, count=c)) <= MAX_SECONDS - 1.0
    ]
    return int(rng.choice(options)) if action.count and options else None
