"""Recipes, spans and grounded captions as JSON, for the starter pack and the training corpus."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from .vocabulary import Action, GroundedCaption, Recipe, Step, WordGrounding


def recipe_to_dict(recipe: Recipe) -> dict[str, Any]:
    """JSON-able form; ``recipe_from_dict`` gives the recipe back."""

    def action(a: Action) -> dict[str, Any]:
        default = Action("")
        return {k: v for k, v in asdict(a).items() if v != getattr(default, k)}

    steps = [
        {"base": action(s.base)} | ({"overlay": action(s.overlay)} if s.overlay else {}) for s in recipe.steps
    ]
    return {"seed": recipe.seed, "steps": steps}


def recipe_from_dict(data: Mapping[str, Any]) -> Recipe:
    """Inverse of ``recipe_to_dict``."""
    steps = tuple(
        Step(Action(**s["base"]), Action(**s["overlay"]) if "overlay" in s else None) for s in data["steps"]
    )
    return Recipe(steps, data["seed"])


def caption_to_dict(caption: GroundedCaption) -> dict[str, Any]:
    """JSON-able form; groundings as [text_start, text_end, [joints], start_s, end_s]."""
    rows = [
        [g.text_start, g.text_end, list(g.joints), round(g.start_s, 3), round(g.end_s, 3)]
        for g in caption.groundings
    ]
    return {"text": caption.text, "groundings": rows}


def caption_from_dict(data: Mapping[str, Any]) -> GroundedCaption:
    """Inverse of ``caption_to_dict``."""
    rows = tuple(WordGrounding(a, b, tuple(joints), s, e) for a, b, joints, s, e in data["groundings"])
    return GroundedCaption(data["text"], rows)
