"""How the captions of contrast pairs are worded: everything that is true is said, with equal choices.

The usual caption writer leaves things out now and then ("a person waves") and draws phrases as it
goes, so that a change of the recipe changes all that follows. Here every phrase is drawn from its
action's own random numbers, and side, count and speed are always said.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np

from ..synthesis.grammar import Renderer, Voice, Word, parse
from ..synthesis.outspoken import OutspokenPhrases, exact_count
from ..synthesis.vocabulary import Action, ActionSpan


class ActionPhrases:
    """``grammar_sentences.Phrases`` whose words depend on the action's name and the seed alone."""

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def _writer(self, span: ActionSpan) -> OutspokenPhrases:
        rng = np.random.default_rng([self._seed, zlib.crc32(span.action.name.encode())])
        return OutspokenPhrases(rng, plain=False)

    def available(self, span: ActionSpan, role: str) -> bool:
        """Whether the action has phrases of the role."""
        return self._writer(span).available(span, role)

    def phrase(self, span: ActionSpan, form: str, voice: Voice, role: str = "") -> list[Word]:
        """Words that say the action."""
        return self._writer(span).phrase(span, form, voice, role)


@dataclass(frozen=True)
class Twin:
    """An action ("S" and "D" stand for any side and left/right direction) and the phrase for it."""

    action: Action
    phrase: str


class Templates:
    """``grammar_sentences.Phrases`` that says a ``Twin``'s phrase, with its count."""

    def __init__(self, twin: Twin, seed: int) -> None:
        self._nodes, self._seed = parse(twin.phrase), seed

    def available(self, span: ActionSpan, role: str) -> bool:
        """Verb phrases only."""
        return role == ""

    def phrase(self, span: ActionSpan, form: str, voice: Voice, role: str = "") -> list[Word]:
        """Words that say the action."""
        rng = np.random.default_rng(self._seed)
        form_of_count, count = int(rng.integers(3)), span.action.count
        renderer = Renderer(span, voice, rng, 0)
        # once goes without saying: the twin may be an action that is not counted at all
        times = exact_count(count, form_of_count) if count > 1 else ""
        return renderer.render(self._nodes, form, renderer.words(times))


def _twins(a: Action, b: Action, phrase: str, parts: tuple[str, str]) -> tuple[Twin, Twin]:
    return Twin(a, phrase.format(parts[0])), Twin(b, phrase.format(parts[1]))


LIMB_TWINS: tuple[tuple[Twin, Twin], ...] = (
    _twins(Action("raise_arm", "S", "forward"), Action("knee_raise", "S"), "*raise {}", ("{arm}", "{knee}")),
    _twins(Action("raise_arm", "S", "forward"), Action("knee_raise", "S"), "*lift {}", ("{arm}", "{leg}")),
    _twins(
        Action("punch", "S", style="straight"),
        Action("kick", "S", "forward"),
        "*strike forward with {}",
        ("{fist}", "{foot}"),
    ),
    _twins(
        Action("arm_circle", "both", "forward"),
        Action("hip_circle"),
        "*make circles with {}",
        ("{arm}", "{poss} hips"),
    ),
    _twins(
        Action("shake_head"),
        Action("twist_torso"),
        "*turn {{poss}} {} from side to side",
        ("head", "upper body"),
    ),
    _twins(Action("nod"), Action("bow"), "*bend {{poss}} {} forward", ("head", "upper body")),
    _twins(
        Action("look", "", "D"), Action("turn", "", "D"), "*turn {{poss}} {} {{dir}}", ("head", "whole body")
    ),
    _twins(Action("shrug"), Action("raise_arm", "both", "up"), "*lift {{poss}} {} up", ("shoulders", "arms")),
    _twins(Action("swing_arms"), Action("sway"), "*swing {{poss}} {}", ("arms", "hips")),
    _twins(Action("dance_twist"), Action("shake_head"), "*turn {{poss}} {} left and right", ("hips", "head")),
)
"""Two actions that one verb describes, with the body part that does it."""

TARGETS: tuple[Twin, ...] = tuple(
    Twin(Action(name, "S"), f"*bring {{hand}} {place}")
    for name, place in (
        ("phone", "to {poss} ear"),
        ("drink", "to {poss} mouth"),
        ("salute", "to {poss} forehead"),
        ("scratch_head", "on top of {poss} head"),
        ("grab_high", "high above {poss} head"),
    )
)
"""A hand brought to different places of the body."""
