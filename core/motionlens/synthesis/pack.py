"""The starter pack: the starter library's motions as shipped in ``assets/starter``.

Made by ``python -m motionlens.synthesis.pack assets/starter``. Positions are stored as 0.5 mm steps
from frame to frame, which zips to about a tenth of the plain floats.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import UnreadableFileError
from .captions import write_captions
from .compose import synthesise
from .records import caption_from_dict, caption_to_dict, recipe_from_dict, recipe_to_dict
from .starter import starter_recipes
from .vocabulary import GroundedCaption, Recipe

PACK_VERSION = 1
"""Raised whenever the pack's content changes, so that libraries made from an older one are made anew."""
_STEP_M = 0.0005


@dataclass(frozen=True, eq=False)
class PackItem:
    """One starter motion.

    Attributes:
        name: unique and readable ("wave left", "walk then sit down 2").
        positions: (T, 22, 3) float32.
        captions: plainest first.
        grounded: the same captions with the joints and seconds of their words.
        recipe: what it was made from.
    """

    name: str
    positions: np.ndarray
    captions: tuple[str, ...]
    grounded: tuple[GroundedCaption, ...]
    recipe: Recipe


def recipe_name(recipe: Recipe) -> str:
    """Short name of a recipe.

    >>> from .vocabulary import Action, Step
    >>> recipe_name(Recipe((Step(Action("walk", direction="forward"), Action("wave", side="left")),), 0))
    'walk forward + wave left'
    """
    steps = []
    for step in recipe.steps:
        actions = [step.base] + ([step.overlay] if step.overlay else [])
        if step.overlay and step.base.name == "stand":
            actions = [step.overlay]
        words = [" ".join(filter(None, (a.name, a.style, a.direction, a.side))) for a in actions]
        steps.append(" + ".join(words))
    return ", ".join(steps).replace("_", " ")


def build_pack(folder: Path) -> int:
    """Synthesise all starter recipes and write the pack; returns the number of motions."""
    folder.mkdir(parents=True, exist_ok=True)
    items, arrays, used = [], [], dict[str, int]()
    for recipe in starter_recipes():
        made = synthesise(recipe)
        captions = write_captions(recipe, made.spans, np.random.default_rng(recipe.seed), 5)
        name = recipe_name(recipe)
        used[name] = used.get(name, 0) + 1
        items.append(
            {
                "name": name if used[name] == 1 else f"{name} {used[name]}",
                "frames": len(made.positions),
                "recipe": recipe_to_dict(recipe),
                "captions": [caption_to_dict(c) for c in captions],
            }
        )
        steps = np.rint(made.positions / _STEP_M).astype(np.int32)
        arrays.append(np.diff(steps, axis=0, prepend=0).astype(np.int16))
    np.savez_compressed(folder / "motions.npz", steps=np.concatenate(arrays))
    lines = ",\n".join(json.dumps(i) for i in items)
    text = f'{{"version": {PACK_VERSION}, "items": [\n{lines}\n]}}\n'
    (folder / "starter.json").write_text(text)
    return len(items)


def load_pack(folder: Path) -> list[PackItem]:
    """Read the pack.

    Raises:
        UnreadableFileError: missing or damaged.
    """
    try:
        listed = json.loads((folder / "starter.json").read_text())["items"]
        with np.load(folder / "motions.npz", allow_pickle=False) as data:
            steps = data["steps"]
        out, start = [], 0
        for item in listed:
            part = steps[start : start + item["frames"]]
            start += item["frames"]
            grounded = tuple(caption_from_dict(c) for c in item["captions"])
            positions = np.cumsum(part, axis=0, dtype=np.int32).astype(np.float32) * np.float32(_STEP_M)
            texts = tuple(c.text for c in grounded)
            out.append(PackItem(item["name"], positions, texts, grounded, recipe_from_dict(item["recipe"])))
        return out
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UnreadableFileError(
            f"The starter pack in {folder} could not be read ({error}): install MotionLens again."
        ) from error


if __name__ == "__main__":
    print(f"{build_pack(Path(sys.argv[1]))} motions")
