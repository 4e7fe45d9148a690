"""Which generator makes which action, and which joints carry it."""

from __future__ import annotations

from ..skeleton import JOINT_INDEX, N_JOINTS
from . import body_dance as dance
from . import body_floor as floor
from . import body_legs as legs
from . import body_sport as sport
from . import body_trunk as trunk
from . import locomotion as loco
from . import locomotion_more as more
from .locomotion import Generator
from .vocabulary import Action

GENERATORS: dict[str, Generator] = {
    "walk": loco.walk, "walk_curve": loco.walk_curve, "walk_circle": loco.walk_circle,
    "walk_turn_back": loco.walk_turn_back, "zigzag": loco.zigzag, "run": loco.run,
    "run_circle": loco.run_circle, "march": loco.march, "run_in_place": loco.run_in_place,
    "turn": loco.turn, "stand": loco.stand,
    "sidestep": more.sidestep, "step": more.step, "limp": more.limp, "stumble": more.stumble,
    "skip": more.skip, "hop": more.hop, "climb_stairs": more.climb_stairs,
    "jump": legs.jump, "jump_spin": legs.jump_spin, "jumping_jack": legs.jumping_jack,
    "squat": legs.squat, "crouch": legs.crouch, "lunge": legs.lunge, "kick": legs.kick,
    "knee_raise": legs.knee_raise, "knee_to_elbow": legs.knee_to_elbow, "balance": legs.balance,
    "bow": trunk.bow, "toe_touch": trunk.toe_touch, "pick_up": trunk.pick_up, "put_down": trunk.put_down,
    "lift_overhead": trunk.lift_overhead, "side_bend": trunk.side_bend, "twist_torso": trunk.twist_torso,
    "hip_circle": trunk.hip_circle, "dodge": trunk.dodge, "sway": trunk.sway,
    "throw": sport.throw, "throw_both": sport.throw_both, "catch": sport.catch, "punch": sport.punch,
    "box": sport.box, "push": sport.push, "pull": sport.pull, "golf_swing": sport.golf_swing,
    "bat_swing": sport.bat_swing, "dribble": sport.dribble,
    "dance_side": dance.dance_side, "dance_twist": dance.dance_twist, "waltz": dance.waltz,
    "spin": dance.spin,
    "sit_down": floor.sit_down, "stand_up": floor.stand_up, "sit": floor.sit,
    "kneel_down": floor.kneel_down, "rise_from_kneel": floor.rise_from_kneel, "lie_down": floor.lie_down,
    "get_up": floor.get_up, "fall": floor.fall, "crawl": floor.crawl, "push_up": floor.push_up,
}  # fmt: skip
"""Every action of kind locomotion or body."""

_WHOLE = tuple(range(N_JOINTS))
_LEGS = ("hip", "knee", "ankle", "foot")
_ARM = ("shoulder", "elbow", "wrist")
_TRUNK = ("pelvis", "spine1", "spine2", "spine3", "neck", "head")


def _named(*names: str) -> tuple[int, ...]:
    return tuple(sorted(JOINT_INDEX[n] for n in names))


def _limb(sides: tuple[str, ...], parts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{side}_{part}" for side in sides for part in parts)


_BOTH = ("left", "right")
_ON_LEGS = frozenset(
    [
        "walk",
        "walk_curve",
        "walk_circle",
        "walk_turn_back",
        "zigzag",
        "run",
        "run_circle",
        "sidestep",
        "step",
        "march",
        "run_in_place",
        "stumble",
        "skip",
        "climb_stairs",
        "turn",
        "stand",
        "squat",
        "crouch",
        "jump",
        "dance_side",
        "waltz",
        "spin",
        "sit_down",
        "stand_up",
        "kneel_down",
        "rise_from_kneel",
        "jump_spin",
    ]
)
_ONE_LEG = frozenset(("hop", "kick", "knee_raise", "lunge", "balance", "limp"))
_OF_TRUNK = frozenset(("bow", "side_bend", "twist_torso", "dodge", "sway"))
_ONE_ARM = frozenset(("throw", "punch", "dribble", "pick_up", "put_down"))
_TWO_ARMS = frozenset(
    ("throw_both", "catch", "box", "push", "pull", "golf_swing", "bat_swing", "lift_overhead")
)


def joints_of(action: Action) -> tuple[int, ...]:
    """Canonical joints that carry an action of kind locomotion or body.

    >>> from ..skeleton import JOINT_NAMES
    >>> [JOINT_NAMES[j] for j in joints_of(Action("kick", side="left", direction="forward"))]
    ['left_hip', 'left_knee', 'left_ankle', 'left_foot']
    """
    name = action.name
    sides = (action.side,) if action.side in _BOTH else _BOTH
    opposite = ("left",) if action.side == "right" else ("right",)
    spine = ("spine1", "spine2", "spine3")
    if name in _ONE_LEG:
        return _named(*_limb(sides, _LEGS))
    if name in _ON_LEGS:
        return _named("pelvis", *_limb(_BOTH, _LEGS))
    if name == "knee_to_elbow":
        return _named(*_limb(sides, _LEGS), *_limb(opposite, _ARM), *spine)
    if name in _OF_TRUNK:
        legs = _limb(_BOTH, ("hip", "knee")) if name == "dodge" and action.direction == "down" else ()
        return _named(*_TRUNK, *legs)
    if name == "hip_circle":
        return _named("pelvis", "left_hip", "right_hip", "spine1", "spine2")
    if name == "dance_twist":
        return _named("pelvis", *spine, *_limb(_BOTH, _LEGS))
    if name in ("pick_up", "put_down", "toe_touch"):
        return _named(*spine, "pelvis", *_limb(sides, _ARM))
    if name in _ONE_ARM:
        return _named(*_limb(sides, _ARM), *spine)
    if name in _TWO_ARMS:
        return _named(*_limb(_BOTH, _ARM), *spine)
    if name == "sit":
        return _named("pelvis", *_limb(_BOTH, ("hip", "knee")))
    return _WHOLE
