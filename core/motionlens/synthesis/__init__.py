"""Make motions from recipes, with captions and ground truth for every word.

``synthesise(recipe)`` makes a motion, ``sample_recipe(rng)`` a random recipe for training and
``starter_recipes()`` the recipes of the starter library. They are loaded on first use, so that the
vocabulary alone costs no scipy.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .compose import Synthesised, synthesise
    from .sampling import sample_recipe
    from .starter import starter_recipes

__all__ = ["Synthesised", "sample_recipe", "starter_recipes", "synthesise"]

_HOME = {
    "Synthesised": "compose",
    "synthesise": "compose",
    "sample_recipe": "sampling",
    "starter_recipes": "starter",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOME[name]}", __name__), name)
