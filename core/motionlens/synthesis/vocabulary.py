"""What the synthesiser can do: the table of actions, and the recipe that combines them.

The table is the contract between the kinematic generator (``actions_*``) and the caption writer
(``captions``): every action named here has a generator and a set of phrasings.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ActionSpec:
    """One row of the table.

    Attributes:
        name: key of the action.
        kind: "locomotion" (moves or steps, arms free), "body" (whole body), "arms" (upper body only;
            may overlay a locomotion, a pose or standing), "head" (overlay too).
        sides: allowed values of ``Action.side`` ("" = the action has no side).
        directions: allowed values of ``Action.direction`` ("" = none).
        styles: allowed values of ``Action.style`` ("" = plain).
        max_count: repetitions go from 1 to this; 0 = not countable.
        start, end: posture before and after: "stand", "sit", "lie", "kneel".
    """

    name: str
    kind: str
    sides: tuple[str, ...] = ("",)
    directions: tuple[str, ...] = ("",)
    styles: tuple[str, ...] = ("",)
    max_count: int = 0
    start: str = "stand"
    end: str = "stand"


_LR = ("left", "right")
_LRB = ("left", "right", "both")
_CW = ("clockwise", "counterclockwise")

_ROWS: tuple[ActionSpec, ...] = (
    # locomotion
    ActionSpec("walk", "locomotion", directions=("forward", "backward"),
               styles=("", "proud", "tired", "sneaking", "happy", "drunk", "elderly")),
    ActionSpec("walk_curve", "locomotion", directions=("left", "right")),
    ActionSpec("walk_circle", "locomotion", directions=_CW),
    ActionSpec("walk_turn_back", "locomotion", directions=("left", "right")),
    ActionSpec("zigzag", "locomotion"),
    ActionSpec("run", "locomotion", directions=("forward",), styles=("", "sprint", "jog")),
    ActionSpec("run_circle", "locomotion", directions=_CW),
    ActionSpec("sidestep", "locomotion", directions=("left", "right"), max_count=4),
    ActionSpec("step", "locomotion", directions=("forward", "backward"), max_count=3),
    ActionSpec("march", "locomotion", styles=("in_place", "forward")),
    ActionSpec("run_in_place", "locomotion"),
    ActionSpec("limp", "locomotion", sides=_LR),
    ActionSpec("stumble", "locomotion", directions=("forward", "left", "right")),
    ActionSpec("skip", "locomotion"),
    ActionSpec("hop", "locomotion", sides=_LR, directions=("in_place", "forward"), max_count=5),
    ActionSpec("climb_stairs", "locomotion", directions=("up", "down")),
    ActionSpec("turn", "locomotion", directions=("left", "right", "around")),
    ActionSpec("stand", "locomotion"),
    # whole body
    ActionSpec("jump", "body", directions=("up", "forward", "backward", "left", "right"), max_count=4),
    ActionSpec("jump_spin", "body", directions=_CW),
    ActionSpec("jumping_jack", "body", max_count=6),
    ActionSpec("squat", "body", max_count=4),
    ActionSpec("crouch", "body"),
    ActionSpec("lunge", "body", sides=_LR, directions=("forward", "side"), max_count=3),
    ActionSpec("kick", "body", sides=_LR, directions=("forward", "side", "backward"), max_count=3),
    ActionSpec("knee_raise", "body", sides=_LR, max_count=4),
    ActionSpec("knee_to_elbow", "body", sides=_LR, max_count=4),
    ActionSpec("balance", "body", sides=_LR),
    ActionSpec("bow", "body", max_count=3),
    ActionSpec("toe_touch", "body", max_count=3),
    ActionSpec("pick_up", "body", sides=_LRB),
    ActionSpec("put_down", "body", sides=_LRB),
    ActionSpec("lift_overhead", "body"),
    ActionSpec("side_bend", "body", sides=_LR, max_count=3),
    ActionSpec("twist_torso", "body", max_count=4),
    ActionSpec("hip_circle", "body", max_count=4),
    ActionSpec("throw", "body", sides=_LR, styles=("overhand", "underhand")),
    ActionSpec("throw_both", "body", styles=("overhead", "chest")),
    ActionSpec("catch", "body"),
    ActionSpec("punch", "body", sides=_LR, styles=("straight", "uppercut"), max_count=4),
    ActionSpec("box", "body", max_count=6),
    ActionSpec("push", "body"),
    ActionSpec("pull", "body"),
    ActionSpec("golf_swing", "body", sides=_LR),
    ActionSpec("bat_swing", "body", sides=_LR),
    ActionSpec("dribble", "body", sides=_LR, max_count=6),
    ActionSpec("dodge", "body", directions=("left", "right", "down")),
    ActionSpec("sway", "body", max_count=5),
    ActionSpec("dance_side", "body", max_count=4),
    ActionSpec("dance_twist", "body", max_count=5),
    ActionSpec("waltz", "body", max_count=3),
    ActionSpec("spin", "body", directions=_CW, max_count=2),
    ActionSpec("sit_down", "body", end="sit"),
    ActionSpec("stand_up", "body", start="sit"),
    ActionSpec("sit", "body", start="sit", end="sit"),
    ActionSpec("kneel_down", "body", sides=("left", "right", "both"), end="kneel"),
    ActionSpec("rise_from_kneel", "body", start="kneel"),
    ActionSpec("lie_down", "body", end="lie"),
    ActionSpec("get_up", "body", start="lie"),
    ActionSpec("fall", "body", directions=("forward", "backward"), end="lie"),
    ActionSpec("crawl", "body", start="kneel", end="kneel"),
    ActionSpec("push_up", "body", max_count=4, start="lie", end="lie"),
    # arms
    ActionSpec("wave", "arms", sides=_LRB, max_count=6),
    ActionSpec("clap", "arms", styles=("", "overhead"), max_count=8),
    ActionSpec("raise_arm", "arms", sides=_LRB, directions=("up", "forward", "side")),
    ActionSpec("swing_arms", "arms", max_count=5),
    ActionSpec("arm_circle", "arms", sides=_LRB, directions=("forward", "backward"), max_count=5),
    ActionSpec("point", "arms", sides=_LR, directions=("forward", "up", "side", "down")),
    ActionSpec("beckon", "arms", sides=_LR, max_count=4),
    ActionSpec("salute", "arms", sides=_LR),
    ActionSpec("drink", "arms", sides=_LR),
    ActionSpec("eat", "arms", sides=_LR, max_count=3),
    ActionSpec("phone", "arms", sides=_LR),
    ActionSpec("scratch_head", "arms", sides=_LR),
    ActionSpec("wipe", "arms", sides=_LR, max_count=5),
    ActionSpec("knock", "arms", sides=_LR, max_count=5),
    ActionSpec("stir", "arms", sides=_LR, max_count=6),
    ActionSpec("hammer", "arms", sides=_LR, max_count=5),
    ActionSpec("grab_high", "arms", sides=_LR),
    ActionSpec("shrug", "arms", max_count=3),
    ActionSpec("cross_arms", "arms"),
    ActionSpec("hands_on_hips", "arms"),
    ActionSpec("flap_arms", "arms", max_count=6),
    ActionSpec("stretch_up", "arms"),
    ActionSpec("swim", "arms", styles=("crawl", "breaststroke"), max_count=4),
    ActionSpec("play_guitar", "arms", sides=_LR),
    ActionSpec("play_violin", "arms"),
    ActionSpec("play_piano", "arms"),
    ActionSpec("cover_face", "arms"),
    ActionSpec("hug", "arms"),
    ActionSpec("pray", "arms"),
    ActionSpec("conduct", "arms"),
    # head
    ActionSpec("nod", "head", max_count=5),
    ActionSpec("shake_head", "head", max_count=5),
    ActionSpec("look", "head", directions=("left", "right", "up", "down", "around")),
)

ACTIONS: dict[str, ActionSpec] = {row.name: row for row in _ROWS}


@dataclass(frozen=True)
class Action:
    """One action with its parameters; every value lies in what its ``ActionSpec`` allows.

    Attributes:
        name: key of ``ACTIONS``.
        side, direction, style: see ``ActionSpec``.
        count: repetitions (0 where not countable).
        speed: 1 = natural; below 0.75 is described as slow, above 1.3 as fast.
        amplitude: 1 = natural; below 0.7 small, above 1.3 large.
    """

    name: str
    side: str = ""
    direction: str = ""
    style: str = ""
    count: int = 0
    speed: float = 1.0
    amplitude: float = 1.0


@dataclass(frozen=True)
class Step:
    """A base action, with an overlay done at the same time ("while") or None."""

    base: Action
    overlay: Action | None = None


@dataclass(frozen=True)
class Recipe:
    """Steps done one after another ("then"); postures of neighbours agree. The seed fixes the rest."""

    steps: tuple[Step, ...]
    seed: int


@dataclass(frozen=True)
class ActionSpan:
    """Ground truth: when an action of the recipe happens and which joints it moves.

    Attributes:
        step: index of the step in the recipe.
        overlay: True for the step's overlay.
        action: the action.
        start_s, end_s: when the action proper happens (without the lead-in and the settling).
        joints: canonical joints that carry the action, for a wave the arm of its side.
    """

    step: int
    overlay: bool
    action: Action
    start_s: float
    end_s: float
    joints: tuple[int, ...]


@dataclass(frozen=True)
class WordGrounding:
    """Characters [text_start, text_end) of a caption belong to these joints and seconds."""

    text_start: int
    text_end: int
    joints: tuple[int, ...]
    start_s: float
    end_s: float


@dataclass(frozen=True)
class GroundedCaption:
    """A caption and what its words refer to; words that refer to nothing have no grounding."""

    text: str
    groundings: tuple[WordGrounding, ...]
