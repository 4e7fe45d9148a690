"""What the scripted session works with: a folder of synthesised trials and a filmed clip, made once and kept."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from motionlens.motion import Motion, save_motion
from motionlens.readers import SUPPORTED_SUFFIXES

_VERSION = 1
_BVH_EVERY = 4
"""Every so many trials one is a BVH: a folder of two kinds, about which the window asks."""
CLIP_S = 2.0


def trials(cache: Path, count: int) -> Path:
    """A folder of ``count`` motions of the training's kind, as npz and BVH, made where it is not there yet."""
    folder = cache / f"trials-{_VERSION}-{count}"
    if folder.is_dir():
        return folder
    from motionlens.export import ExportOptions, export_motion
    from motionlens.synthesis import sample_recipe, synthesise

    rng = np.random.default_rng(count)
    making = cache / f".making-{os.getpid()}"
    making.mkdir(parents=True)
    for number in range(count):
        made = synthesise(sample_recipe(rng, max_steps=2)).positions
        motion = Motion(made, f"trial_{number:03d}")
        if number % _BVH_EVERY:
            save_motion(motion, making / f"{motion.name}.npz")
        else:
            export_motion(motion, making / f"{motion.name}.bvh", ExportOptions())
    making.rename(folder)
    return folder


def clip(cache: Path) -> Path:
    """A short video of a synthesised person who waves the left hand, rendered where it is not there yet."""
    path = cache / f"wave-{_VERSION}.mp4"
    if path.is_file():
        return path
    from motionlens.motion import FPS
    from motionlens.synthesis import synthesise
    from motionlens.synthesis.vocabulary import Action, Recipe, Step
    from motionlens.video.camera import framing
    from motionlens.video.render import render, write_video

    recipe = Recipe(steps=(Step(Action("stand"), Action("wave", side="left")),), seed=3)
    positions = synthesise(recipe).positions[: round(CLIP_S * FPS)]
    cache.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{os.getpid()}.mp4")
    write_video(part, render(positions, framing(positions, 20.0)), FPS)
    part.replace(path)
    return path


def count_files(folder: Path) -> int:
    """Motion files in a folder."""
    return sum(1 for path in folder.rglob("*") if path.suffix.lower() in SUPPORTED_SUFFIXES)
