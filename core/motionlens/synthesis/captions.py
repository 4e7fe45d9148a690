"""Write differently worded captions of a recipe, with what every word refers to.

The phrases are data (``phrases_*``), rendered by ``grammar``; here actions are dressed with adverbs,
overlays joined ("while"), steps joined ("then", "after …") and the whole put into a kind of sentence
(present, progressive, past, fragment, tag). Everything said is true of the recipe; not everything
true is said.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from motionlens.synthesis.grammar import (
    FORCES_SIDE,
    Node,
    Renderer,
    Voice,
    Word,
    assemble,
    has_slot,
    mark_adverbs,
    mirror_caption,
    parse,
)
from motionlens.synthesis.grammar_sentences import SentenceWriter
from motionlens.synthesis.grammar_words import (
    CLOCKWISE_PATTERN,
    FAST,
    FAST_ADJECTIVES,
    NUMBERS,
    REPEATEDLY,
    SLOW,
    SLOW_ADJECTIVES,
    TWICE,
    takes_adjective,
)
from motionlens.synthesis.phrases_arms import ARMS
from motionlens.synthesis.phrases_body import BODY
from motionlens.synthesis.phrases_locomotion import LOCOMOTION
from motionlens.synthesis.phrases_sport import SPORT
from motionlens.synthesis.vocabulary import Action, ActionSpan, GroundedCaption, Recipe

__all__ = ["mirror_caption", "write_captions"]

SLOW_BELOW = 0.75
FAST_ABOVE = 1.3
SMALL_BELOW = 0.7
LARGE_ABOVE = 1.3

PHRASES: dict[str, dict[str, tuple[str, ...]]] = {**LOCOMOTION, **BODY, **SPORT, **ARMS}
"""Action -> condition -> phrases; see ``phrases_locomotion`` for the conditions."""


def _tempo(action: Action) -> str:
    return "slow" if action.speed < SLOW_BELOW else "fast" if action.speed > FAST_ABOVE else ""


def _extent(action: Action) -> str:
    return "small" if action.amplitude < SMALL_BELOW else "large" if action.amplitude > LARGE_ABOVE else ""


def _matches(condition: str, action: Action) -> bool:
    """Whether all words of a condition ("dir=left,right many") hold for the action."""
    for word in condition.split():
        key, _, values = word.partition("=")
        allowed = values.split(",")
        facts = {
            "dir": action.direction in allowed,
            "style": action.style in allowed,
            "single": action.side in ("left", "right"),
            "both": action.side == "both",
            "one": action.count <= 1,
            "many": action.count >= 2,
            "slow": _tempo(action) == "slow",
            "fast": _tempo(action) == "fast",
            "small": _extent(action) == "small",
            "large": _extent(action) == "large",
        }
        if not facts[key]:
            return False
    return True


_ROLES = ("tag", "with", "hyper", "+slow", "+fast", "+small", "+large")


def _split(condition: str) -> tuple[str, str]:
    first, _, rest = condition.partition(" ")
    return (first, rest) if first in _ROLES else ("", condition)


@lru_cache(maxsize=4096)
def _pool(action: Action, role: str, kind: str) -> tuple[str, ...]:
    """Phrases that hold for the action; kind "own" prefers those written for its style."""
    table = PHRASES[action.name]
    held = [c for c in table if _split(c)[0] == role and _matches(_split(c)[1], action)]
    if role.startswith("+") and any(_split(c)[1] for c in held):
        # adverbs given for the very direction or style replace the general ones
        held = [c for c in held if _split(c)[1]]
    found = [(c, p) for c in held for p in table[c]]
    if kind == "own" and action.style:
        styled = tuple(p for c, p in found if "style=" in c)
        return styled or tuple(p for _, p in found)
    return tuple(p for _, p in found)


@lru_cache(maxsize=4096)
def _key(action: Action) -> Action:
    """The action with tempo and extent reduced to what phrases depend on, to share cached pools."""
    tempo = {"slow": 0.5, "fast": 1.5, "": 1.0}[_tempo(action)]
    extent = {"small": 0.5, "large": 1.5, "": 1.0}[_extent(action)]
    return Action(action.name, action.side, action.direction, action.style, action.count, tempo, extent)


class PhraseWriter:
    """Renders single actions as verb phrases and tags."""

    def __init__(self, rng: np.random.Generator, plain: bool) -> None:
        self.rng, self.plain = rng, plain
        self._group = 0

    def _choose(self, options: Sequence[str]) -> str:
        at = int(self.rng.random() * len(options))
        return options[0 if self.plain else at]

    def _said(self, chance: float) -> bool:
        return bool(self.rng.random() < chance) or self.plain

    def available(self, span: ActionSpan, role: str) -> bool:
        """Whether the action has phrases of the role ("tag", "with")."""
        return bool(_pool(_key(span.action), role, "own"))

    def phrase(self, span: ActionSpan, form: str, voice: Voice, role: str = "") -> list[Word]:
        """Words that say the action; form is "base", "third", "gerund" or "past"."""
        action = _key(span.action)
        own = "own" if self._said(0.88) else "any"
        pool = _pool(action, role, own)
        hyper = _pool(action, "hyper", "own")
        if role == "" and hyper and not self._said(0.95):
            pool = hyper
        nodes = parse(mark_adverbs(self._choose(pool)))
        say_side = self._said(0.8) or has_slot(nodes, FORCES_SIDE, mandatory_only=True)
        say_count = self._said(0.75)
        renderer = Renderer(
            span, voice, self.rng, self._group, plain=self.plain, say_side=say_side, say_count=say_count
        )
        before, after = self._adverbs(action, nodes, role, renderer)
        body = renderer.render(nodes, form, after)
        out = before + body
        if role == "tag" and before and not takes_adjective([w.text for w in body]):
            adverb = "slowly" if _tempo(action) == "slow" else "quickly"
            out = body + renderer.words(adverb)
        self._group = renderer.group + 1
        return out

    def _adverbs(
        self, action: Action, nodes: tuple[Node, ...], role: str, renderer: Renderer
    ) -> tuple[list[Word], list[Word]]:
        """Words before and after the verb that say speed, extent and count."""
        tempo, extent = _tempo(action), _extent(action)
        speed = self._speed(action, tempo, role) if tempo else ""
        state = nodes[0].kind == "verb" and nodes[0].value == "be"
        if role == "tag":
            return (renderer.words(speed) if speed else []), []
        if role == "with":
            return [], []
        wide = _pool(action, f"+{extent}", "own") if extent else ()
        amplitude = self._choose(wide) if wide else ""
        if not self._said(0.6) or (speed and self.plain):
            amplitude = ""
        front = self.rng.random() < 0.4 and not self.plain and speed.endswith("ly") and " " not in speed
        count = self._count(action, renderer.say_count)
        if state:
            speed = ""
        if has_slot(nodes, "#.*") or any(n.value == "~" for n in nodes) or state:
            count = ""
        if amplitude and speed and not front:
            # two adverbs in a row read badly
            amplitude, speed = ("", speed) if self.rng.random() < 0.7 else (amplitude, "")
        before = renderer.words(speed) if front and speed else []
        after: list[Word] = []
        for text in (amplitude, "" if front else speed, count):
            if text:
                after += renderer.words(text)
        return before, after

    def _speed(self, action: Action, tempo: str, role: str) -> str:
        general = {"slow": SLOW, "fast": FAST}[tempo]
        if role == "tag":
            general = {"slow": SLOW_ADJECTIVES, "fast": FAST_ADJECTIVES}[tempo]
        options: Sequence[str] = general
        if any(_split(c)[0] == f"+{tempo}" and _matches(_split(c)[1], action) for c in PHRASES[action.name]):
            own = _pool(action, f"+{tempo}", "own")
            options = general if own and role == "tag" else own
        text = self._choose(options) if options else ""
        return text if self._said(0.8) else ""

    def _count(self, action: Action, said: bool) -> str:
        draw = self.rng.random()
        if action.count <= 1:
            return "once" if action.count == 1 and draw < 0.12 and not self.plain else ""
        number = f"{NUMBERS[action.count]} times"
        if action.count == 2:
            text = self._choose(TWICE)
        else:
            text = self._choose(
                (number, number, f"{action.count} times", f"{action.count} times", *REPEATEDLY)
            )
        return text if said else ""


def _wording(caption: GroundedCaption) -> str:
    """What makes captions different: the words about the motion, whatever the subject and tense."""
    said = " ".join(caption.text[g.text_start : g.text_end] for g in caption.groundings)
    return " ".join(word[:4] for word in CLOCKWISE_PATTERN.sub("clockwise", said).lower().split())


def _same(text: str) -> str:
    """Captions that differ only in the spelling of "counterclockwise" or by a full stop are the same."""
    return CLOCKWISE_PATTERN.sub("clockwise", text).rstrip(".").lower()


def write_captions(
    recipe: Recipe, spans: Sequence[ActionSpan], rng: np.random.Generator, count: int = 4
) -> tuple[GroundedCaption, ...]:
    """Differently worded captions of one motion.

    Args:
        recipe: what is done.
        spans: one span for every action of the recipe (bases and overlays).
        rng: source of every choice; the same state gives the same captions.
        count: how many captions, at least 1.

    Returns:
        ``count`` captions with distinct texts, the first the plainest ("a person waves with the left
        hand"). Groundings index ``text`` in characters; words of speed, count and direction belong to
        their action's joints and seconds, words for a limb to that limb's joints, and subjects and
        function words to nothing.

    Raises:
        KeyError: when ``spans`` lacks an action of the recipe.
    """
    by_place = {(s.step, s.overlay): s for s in spans}
    captions: list[GroundedCaption] = []
    seen: set[str] = set()
    attempt = 0
    while len(captions) < count:
        plain = attempt == 0
        phrases = PhraseWriter(rng, plain)
        writer = SentenceWriter(recipe, by_place, phrases, rng, plain)
        caption = assemble(writer.sentence())
        attempt += 1
        # rather other words than another subject or tense; that only when the words run out
        if (_wording(caption) in seen and attempt < 12 * count) or _same(caption.text) in seen:
            continue
        seen.update((_wording(caption), _same(caption.text)))
        captions.append(caption)
    return tuple(captions)
