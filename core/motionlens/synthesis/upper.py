"""Upper-body actions: arms and head, from an ``Action`` to tracks that the composer lays over a body."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from . import arms_gesture, arms_music, arms_rhythm, head
from .arms_base import ARM_M, ArmTrack, UpperTrack, arm_pole, mirror_track, rest_wrist
from .vocabulary import ACTIONS, Action

__all__ = ["ARM_M", "ArmTrack", "UpperTrack", "arm_pole", "generate", "mirror_track", "rest_wrist"]

Maker = Callable[[Action, np.random.Generator, int | None], UpperTrack]
"""Makes an action as if its side were "left" (or "both", or none)."""


_MAKERS: dict[str, Maker] = {
    name: getattr(module, name)
    for name, module in {
        **dict.fromkeys(
            ("wave", "clap", "swing_arms", "arm_circle", "beckon", "wipe", "knock", "stir", "hammer",
             "flap_arms", "shrug", "swim"),
            arms_rhythm,
        ),
        **dict.fromkeys(
            ("raise_arm", "point", "salute", "drink", "eat", "phone", "scratch_head", "grab_high",
             "cross_arms", "hands_on_hips", "stretch_up", "cover_face", "hug", "pray"),
            arms_gesture,
        ),
        **dict.fromkeys(("play_guitar", "play_violin", "play_piano", "conduct"), arms_music),
        **dict.fromkeys(("nod", "shake_head", "look"), head),
    }.items()
}  # fmt: skip


def generate(action: Action, rng: np.random.Generator, n_frames: int | None = None) -> UpperTrack:
    """Tracks of an action of kind "arms" or "head"; they start and end with the arms at rest.

    Args:
        action: an action of ``vocabulary.ACTIONS``; its count is kept exactly (0 = as many as fit).
        rng: draws timing, height, frequency; the right side is the mirror image of the left for
            the same state of the generator.
        n_frames: None = the natural length; else this many frames, filled by holding or repeating;
            a counted action that is shorter is put somewhere within, a longer one is hurried.

    Raises:
        KeyError: the action is not of kind "arms" or "head".
    """
    if ACTIONS[action.name].kind not in ("arms", "head"):
        raise KeyError(f"{action.name} is not an action of the arms or the head")
    track = _MAKERS[action.name](action, rng, n_frames)
    return mirror_track(track) if action.side == "right" else track
