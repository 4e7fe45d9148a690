"""A small template language for phrases, which keeps track of what every word refers to.

A phrase is written once, in the base form, and rendered in any verb form:

- ``*wave``: a verb, inflected (waves, wave, waving, waved);
- ``{hand}``, ``{foot!}``, ``{arm+}``: a limb of the action's side, of the other side, of both sides;
- ``{S}``, ``{O}``, ``{S-handed}``: the bare side word, the other side's, a compound with the side;
- ``{dir}``, ``{d}``, ``{turn}``: the direction as an adverbial, as a bare word, as left/right of a rotation;
- ``{#step}``: the count with its noun ("two steps", "a step");
- ``{poss}``, ``{self}``: their/his/the…, themselves/himself…;
- ``[…]``: may be left out; ``(a|b|c)``: one of them, the first being the plainest;
- ``^``: where adverbs go when not at the end; ``~`` at the end: no count adverb fits.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from motionlens.skeleton import JOINT_INDEX
from motionlens.synthesis.grammar_words import (
    CLOCKWISE_PATTERN,
    DIRECTIONS,
    FUNCTION_WORDS,
    MANY,
    NUMBERS,
    indefinite,
    inflect,
    plural,
)
from motionlens.synthesis.vocabulary import ActionSpan, GroundedCaption, WordGrounding

_ARM = ("collar", "shoulder", "elbow", "wrist")
_LEG = ("hip", "knee", "ankle", "foot")
_HAND = ("shoulder", "elbow", "wrist")
LIMBS: dict[str, tuple[str, ...]] = {
    "hand": _HAND, "arm": _ARM, "fist": _HAND, "forearm": _HAND, "elbow": _HAND, "palm": _HAND,
    "shoulder": ("collar", "shoulder"), "leg": _LEG, "foot": _LEG, "knee": _LEG, "thigh": _LEG,
}  # fmt: skip
_OTHER = {"left": "right", "right": "left"}


@dataclass(frozen=True)
class Word:
    """One written word; words with the same ``group`` refer to the same thing (-1: to nothing)."""

    text: str
    group: int = -1
    joints: tuple[int, ...] = ()
    start_s: float = 0.0
    end_s: float = 0.0


@dataclass(frozen=True)
class Voice:
    """Who acts: the words for the subject, and whether articles are dropped (telegraphic)."""

    subject: str
    pronoun: str
    possessive: str
    reflexive: str
    telegraphic: bool = False

    @property
    def plural(self) -> bool:
        """Whether the subject takes the plural verb ("they wave")."""
        return self.subject == "they"


@dataclass(frozen=True)
class Node:
    """A piece of a parsed template: kind is word, verb, slot, mark, optional or choice."""

    kind: str
    value: str = ""
    options: tuple[tuple[Node, ...], ...] = ()


_TOKEN = re.compile(r"\{[^}]*\}|[\[\]()|^,]|[^\s\[\]()|{},^]+")


@lru_cache(maxsize=8192)
def parse(template: str) -> tuple[Node, ...]:
    """The template's nodes.

    >>> [n.kind for n in parse("*wave [with {hand}] (twice|again)")]
    ['verb', 'optional', 'choice']
    """
    tokens = _TOKEN.findall(template)
    nodes, rest = _parse_run(tokens, 0, "")
    if rest != len(tokens):
        raise ValueError(f"the brackets of the phrase {template!r} do not match")
    return nodes


def _parse_run(tokens: list[str], at: int, closing: str) -> tuple[tuple[Node, ...], int]:
    nodes: list[Node] = []
    while at < len(tokens):
        token = tokens[at]
        if token in ("]", ")", "|"):
            if token not in closing or not closing:
                raise ValueError(f"stray {token!r} in the phrase {' '.join(tokens)!r}")
            return tuple(nodes), at
        if token == "[":
            inner, at = _parse_run(tokens, at + 1, "]")
            nodes.append(Node("optional", options=(inner,)))
        elif token == "(":
            options = []
            while tokens[at] != ")":
                inner, at = _parse_run(tokens, at + 1, "|)")
                options.append(inner)
            nodes.append(Node("choice", options=tuple(options)))
        elif token == "^":
            nodes.append(Node("mark"))
        elif token.startswith("{"):
            nodes.append(Node("slot", token[1:-1]))
        elif token.startswith("*"):
            nodes.append(Node("verb", token[1:]))
        else:
            nodes.append(Node("word", token))
        at += 1
    if closing:
        raise ValueError(f"unclosed bracket in the phrase {' '.join(tokens)!r}")
    return tuple(nodes), at


_COMPARISON = re.compile(
    r" [\[(]*(?:as if|as though|like a|like an|looking|and \*(?:come|stand|rise|straighten up|press|return))\b"
)


@lru_cache(maxsize=8192)
def mark_adverbs(template: str) -> str:
    """The template with ``^`` before a comparison or a second half, where adverbs read best.

    >>> mark_adverbs("*walk {dir} as if drunk")
    '*walk {dir} ^ as if drunk'
    """
    if "^" in template:
        return template
    for match in _COMPARISON.finditer(template):
        before = template[: match.start()]
        if all(before.count(a) == before.count(b) for a, b in ("[]", "()")):
            return f"{before} ^{template[match.start() :]}"
    return template


def has_slot(nodes: tuple[Node, ...], wanted: str, mandatory_only: bool = False) -> bool:
    """Whether a slot whose text matches the regular expression ``wanted`` occurs."""
    for node in nodes:
        if node.kind == "slot" and re.fullmatch(wanted, node.value):
            return True
        if node.kind == "optional" and mandatory_only:
            continue
        if any(has_slot(option, wanted, mandatory_only) for option in node.options):
            return True
    return False


_CONCRETE = r"S|O|S-.*|dir|d|turn|(hand|arm|fist|forearm|elbow|palm|shoulder|leg|foot|knee|thigh)[!+]?"
FORCES_SIDE = r"S|O|S-.*|.*!"
"""Slots that make no sense when the side is left unsaid."""


class Renderer:
    """Renders the phrases of one action: holds what is said about it and how.

    Attributes:
        span: the action with its joints and seconds.
        voice: who acts.
        rng: source of every free choice.
        plain: take the plainest of all choices.
        say_side, say_count: whether the side and the count are mentioned.
    """

    def __init__(
        self,
        span: ActionSpan,
        voice: Voice,
        rng: np.random.Generator,
        first_group: int,
        *,
        plain: bool = False,
        say_side: bool = True,
        say_count: bool = True,
    ) -> None:
        self.span, self.voice, self.rng, self.plain = span, voice, rng, plain
        self.say_side, self.say_count = say_side, say_count
        self.group = first_group

    def pick(self, options: tuple) -> object:
        """One of the options, or the first when plain; always costs one draw, so that mirrored
        recipes stay in step."""
        at = int(self.rng.random() * len(options))
        return options[0 if self.plain else at]

    def words(self, text: str, *, same_group: bool = False) -> list[Word]:
        """Words that refer to the whole action."""
        if not same_group:
            self.group += 1
        span = self.span
        return [Word(w, self.group, span.joints, span.start_s, span.end_s) for w in text.split()]

    def render(self, nodes: tuple[Node, ...], form: str, adverbs: list[Word]) -> list[Word]:
        """Words of the phrase in a verb form, with the adverbs at the mark or at the end."""
        self._adverbs = adverbs
        self._placed = False
        self.group += 1
        out = self._run(nodes, form)
        return out if self._placed else out + adverbs

    def _run(self, nodes: tuple[Node, ...], form: str) -> list[Word]:
        out: list[Word] = []
        for node in nodes:
            if node.kind == "word" and node.value != "~":
                out += self.words(node.value, same_group=True)
            elif node.kind == "verb":
                number = " plural" if form == "past" and self.voice.plural else ""
                out += self.words(inflect(node.value, form + number), same_group=True)
            elif node.kind == "mark":
                out += self._adverbs
                self._placed = True
                self.group += 1
            elif node.kind == "choice":
                out += self._run(self.pick(node.options), form)  # type: ignore[arg-type]
            elif node.kind == "optional":
                out += self._optional(node.options[0], form)
            elif node.kind == "slot":
                out += self._slot(node.value)
                self.group += 1
        return out

    def _optional(self, inner: tuple[Node, ...], form: str) -> list[Word]:
        draw = self.rng.random()
        concrete = has_slot(inner, _CONCRETE)
        if self.plain:
            keep = concrete and (self.say_side or has_slot(inner, "dir|d|turn"))
        elif concrete and has_slot(inner, FORCES_SIDE) and not self.say_side:
            keep = False
        elif concrete and self.say_side:
            keep = draw < 0.8
        else:
            keep = draw < 0.4
        return self._run(inner, form) if keep else []

    def _slot(self, slot: str) -> list[Word]:
        action = self.span.action
        if slot == "poss":
            return [Word(w) for w in self._possessive().split()]
        if slot == "self":
            return [Word(self.voice.reflexive)]
        if slot.startswith("#"):
            return self.words(self._counted(slot[1:]))
        if slot in ("dir", "d", "turn"):
            return self.words(self._direction(slot))
        if slot[0] in "SO" and slot[1:2] in ("", "-"):
            side = action.side if slot[0] == "S" else _OTHER[action.side]
            return self.words(side + slot[1:])
        return self._limb(slot)

    def _possessive(self) -> str:
        return "" if self.voice.telegraphic else self.voice.possessive

    def _direction(self, slot: str) -> str:
        value = self.span.action.direction
        if slot == "turn":
            return {"clockwise": "right", "counterclockwise": "left"}[value]
        if slot == "d":
            return str(self.pick(DIRECTIONS[value].bare))
        phrase = str(self.pick(DIRECTIONS[value].adverbials))
        owner = self.voice.possessive
        return phrase.replace("POSS", owner if owner != "" else "the")

    def _counted(self, noun: str) -> str:
        count = self.span.action.count
        if count <= 1:
            number = "one" if count == 1 and self.say_count and self.rng.random() < 0.2 else "a"
            return indefinite(noun) if number == "a" or self.plain else f"one {noun}"
        if not self.say_count:
            return plural(noun)
        few = ("a couple of",) if count == 2 else MANY
        options = (NUMBERS[count], NUMBERS[count], str(count), str(self.pick(few)))
        return f"{self.pick(options)} {plural(noun)}"

    def _limb(self, slot: str) -> list[Word]:
        noun = slot.rstrip("!+")
        side = self.span.action.side
        if slot.endswith("!"):
            side = _OTHER[side]
        owner = "the" if self.plain else self._possessive()
        draw = self.rng.random()
        if owner and draw < 0.25:
            owner = "the"
        if slot.endswith("+") or side in ("both", ""):
            sides: tuple[str, ...] = ("left", "right")
            options = [f"both {plural(noun)}", f"{owner} {plural(noun)}", f"both {plural(noun)}"]
            options.append(f"both of {owner} {plural(noun)}" if owner else f"two {plural(noun)}")
        elif self.say_side:
            sides = (side,)
            options = [f"{owner} {side} {noun}"]
        else:
            sides = (side,)
            options = [f"one {noun}", f"{owner} {noun}", f"a {noun}", f"one {noun}"]
        text = str(self.pick(tuple(options)))
        joints = tuple(JOINT_INDEX[f"{s}_{part}"] for s in sides for part in LIMBS[noun])
        self.group += 1
        return [Word(w, self.group, joints, self.span.start_s, self.span.end_s) for w in text.split()]


def assemble(words: list[Word]) -> GroundedCaption:
    """Join words by single spaces, choose a/an, and collect the groundings.

    Function words at the edges of a run of words are left ungrounded.
    """
    text = ""
    places: list[tuple[int, int, Word]] = []
    for at, word in enumerate(words):
        written = word.text
        following = words[at + 1].text if at + 1 < len(words) else ""
        if written in ("a", "an") and following:
            written = indefinite(following).split()[0]
        if text and written not in (",", ".", ";"):
            text += " "
        places.append((len(text), len(text) + len(written), word))
        text += written
    return GroundedCaption(text, tuple(_groundings(places)))


def _groundings(places: list[tuple[int, int, Word]]) -> list[WordGrounding]:
    out: list[WordGrounding] = []
    at = 0
    while at < len(places):
        end = at
        while end < len(places) and places[end][2].group == places[at][2].group:
            end += 1
        run = places[at:end]
        at = end
        if run[0][2].group < 0:
            continue
        while run and run[0][2].text in FUNCTION_WORDS:
            run = run[1:]
        while run and run[-1][2].text in FUNCTION_WORDS:
            run = run[:-1]
        if run:
            word = run[0][2]
            out.append(WordGrounding(run[0][0], run[-1][1], word.joints, word.start_s, word.end_s))
    return out


_SIDE_PATTERN = re.compile(
    r"\b(left|right)(?=(wards?|hand(?:ed)?|foot(?:ed)?|ies|y|ie|most|er)?\b)(?!\s+(?:away|now|afterwards?|off|angles?|side up)\b)",
    re.IGNORECASE,
)


def _like(model: str, text: str) -> str:
    if model.isupper():
        return text.upper()
    return text.capitalize() if model[0].isupper() else text


def mirror_caption(text: str) -> str:
    """The caption of the mirrored motion: left and right, clockwise and counterclockwise swapped.

    >>> mirror_caption("Left hand up, turning an anti-clockwise circle to his right")
    'Right hand up, turning a clockwise circle to his left'
    """
    swapped = _SIDE_PATTERN.sub(lambda m: _like(m[1], _OTHER[m[1].lower()]), text)

    def turn(match: re.Match[str]) -> str:
        article, word = match["article"] or "", match["turn"]
        new = "counterclockwise" if match["counter"] is None else "clockwise"
        # "an anticlockwise" becomes "a clockwise"
        article = article[0] + article[2:] if article[:2].lower() == "an" else article
        return article + _like(word, new)

    return CLOCKWISE_PATTERN.sub(turn, swapped)
