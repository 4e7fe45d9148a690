"""Word forms and word lists: verb inflection, plurals, numbers, directions, adverbs of speed."""

from __future__ import annotations

import re
from typing import NamedTuple

_FUNCTION_TEXT = (
    "a an the and or of with to in on at by from for as if it its is are be was were "
    "their his her they he she them themselves himself herself itself while then like into onto off "
    "something someone"
)
FUNCTION_WORDS = frozenset((*_FUNCTION_TEXT.split(), ",", "."))

CLOCKWISE_PATTERN = re.compile(
    r"(?P<article>\ban?\s+)?\b(?P<turn>(?P<counter>(?:counter|anti)[- ]?)?clock[- ]?wise)\b", re.IGNORECASE
)

NUMBERS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
MANY = ("several", "a few", "multiple")

_PAST = {
    "do": "did", "go": "went", "run": "ran", "take": "took", "give": "gave", "sit": "sat",
    "stand": "stood", "swing": "swung", "throw": "threw", "catch": "caught", "bend": "bent", "lie": "lay",
    "fall": "fell", "get": "got", "put": "put", "hold": "held", "make": "made", "say": "said",
    "rise": "rose", "hit": "hit", "come": "came", "keep": "kept", "lose": "lost", "drink": "drank",
    "eat": "ate", "shake": "shook", "spin": "spun", "swim": "swam", "creep": "crept", "kneel": "knelt",
    "leap": "leapt", "bring": "brought", "set": "set", "strike": "struck", "fling": "flung", "beat": "beat",
    "have": "had", "lead": "led", "let": "let", "lay": "laid", "speak": "spoke", "break": "broke",
    "sink": "sank", "pick": "picked", "shoot": "shot", "sneak": "snuck", "stride": "strode",
    "stick": "stuck", "tell": "told", "think": "thought", "hurt": "hurt", "fight": "fought",
    "cut": "cut", "thrust": "thrust", "tread": "trod", "drag": "dragged", "dive": "dove", "weave": "wove",
    "wind": "wound", "see": "saw", "show": "showed", "draw": "drew", "sling": "slung", "wring": "wrung",
    "hide": "hid", "freeze": "froze", "find": "found", "drive": "drove", "feed": "fed", "leave": "left",
    "send": "sent", "spread": "spread", "spring": "sprang", "hang": "hung", "pay": "paid", "wake": "woke", "uppercut": "uppercut", "feel": "felt", "sweep": "swept", "lean": "leaned",
}  # fmt: skip

_DOUBLED_TEXT = (
    "run sit jog hop skip step clap nod shrug hug wag drag flap sip dip slip trip grab pat rub scrub tap "
    "rap stop chop get put set cut hit let spin swim bat hum jab plod trot slap stir strut bob "
    "prop zigzag flop drop lug tug strum pop shut dab rip mop beg sidestep bop "
    "scan chat flag goose-step jam lob side-step spar squat tip trip wrap uppercut"
)
_DOUBLED = frozenset(_DOUBLED_TEXT.split())


def inflect(verb: str, form: str) -> str:
    """A verb in one of the forms "base", "third", "gerund", "past".

    The gerund of "be" is empty: "is on the phone" becomes "on the phone". The form "imperative" differs
    from "base" only there too; "were" is the form "past plural".

    >>> [inflect("clap", f) for f in ("base", "third", "gerund", "past")]
    ['clap', 'claps', 'clapping', 'clapped']
    >>> inflect("carry", "third"), inflect("lie", "gerund"), inflect("tiptoe", "gerund")
    ('carries', 'lying', 'tiptoeing')
    """
    if verb == "be":
        forms = {"base": "are", "third": "is", "past": "was", "past plural": "were"}
        return forms.get(form, "")
    if form in ("base", "imperative"):
        return verb
    if form == "third":
        return _third(verb)
    if form == "gerund":
        return _gerund(verb)
    if verb in _PAST:
        return _PAST[verb]
    if verb.endswith("e"):
        return verb + "d"
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return verb[:-1] + "ied"
    return _double(verb) + "ed"


def _double(verb: str) -> str:
    final = verb[-1]
    return verb + final if verb in _DOUBLED else verb


def _third(verb: str) -> str:
    if verb == "have":
        return "has"
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return verb[:-1] + "ies"
    if verb.endswith(("s", "sh", "ch", "x", "z", "o")):
        return verb + "es"
    return verb + "s"


def _gerund(verb: str) -> str:
    if verb.endswith("ie"):
        return verb[:-2] + "ying"
    if verb.endswith("e") and not verb.endswith(("ee", "oe", "ye")):
        return verb[:-1] + "ing"
    return _double(verb) + "ing"


_PLURALS = {"foot": "feet"}


def plural(noun: str) -> str:
    """The plural of the last word of a noun phrase.

    >>> plural("golf swing"), plural("left foot"), plural("punch"), plural("lunge forward")
    ('golf swings', 'left feet', 'punches', 'lunges forward')
    """
    head, _, tail = noun.rpartition(" ")
    if tail in ("forward", "backward", "up", "down", "sideways"):
        return f"{plural(head)} {tail}"
    if tail in _PLURALS:
        tail = _PLURALS[tail]
    elif tail.endswith("y") and tail[-2] not in "aeiou":
        tail = tail[:-1] + "ies"
    elif tail.endswith(("s", "sh", "ch", "x")):
        tail += "es"
    else:
        tail += "s"
    return f"{head} {tail}".strip()


def indefinite(noun: str) -> str:
    """The noun with a or an.

    >>> indefinite("uppercut"), indefinite("jump"), indefinite("one-legged hop")
    ('an uppercut', 'a jump', 'a one-legged hop')
    """
    vowel = noun[:1].lower() in "aeiou" and not noun.lower().startswith(("one", "u-", "uni", "use"))
    return f"{'an' if vowel else 'a'} {noun}"


_TAG_VERBS_TEXT = (
    "walk raise pick put get lie sit stand reach cover cross shake kneel take hit climb go drop grab play step "
    "throw drink hands arms both descend jump kick wave turn look point lift hug fold place idle"
)
_TAG_VERBS = frozenset(_TAG_VERBS_TEXT.split())


def takes_adjective(tag: list[str]) -> bool:
    """Whether "slow" fits before a tag ("slow golf swing"), or "slowly" after it ("lie down slowly").

    >>> takes_adjective(["golf", "swing"]), takes_adjective(["walk"]), takes_adjective(["lie", "down"])
    (True, True, False)
    """
    first = tag[0] if tag else ""
    noun_last = len(tag) > 1 and tag[-1] in ("walk", "run", "kick", "punch", "wave", "turn", "throw", "cycle")
    if len(tag) == 1 or noun_last:
        return True
    return not (first.endswith("ing") or first in _TAG_VERBS or first.isdigit() or first in _TAG_NUMBERS)


_TAG_NUMBERS = frozenset((*NUMBERS, *MANY, "a", "an"))


class Direction(NamedTuple):
    """How a direction is written: after a verb, and as a bare word."""

    adverbials: tuple[str, ...]
    bare: tuple[str, ...]


def _side(side: str) -> Direction:
    return Direction(
        (
            f"to the {side}",
            f"to POSS {side}",
            side,
            f"towards the {side}",
            f"to the {side} side",
            f"to POSS {side}",
        ),
        (side,),
    )


DIRECTIONS: dict[str, Direction] = {
    "forward": Direction(("forward", "forward", "forwards", "ahead"), ("forward", "forward", "forwards")),
    "backward": Direction(("backward", "backwards"), ("backward", "backwards")),
    "left": _side("left"),
    "right": _side("right"),
    "up": Direction(("up", "upwards", "upward"), ("up",)),
    "down": Direction(("down", "downwards", "downward"), ("down",)),
    "side": Direction(("to the side", "sideways", "out to the side"), ("sideways",)),
    "around": Direction(("around",), ("around",)),
    "in_place": Direction(
        ("in place", "on the spot", "in one spot", "without moving forward"), ("in place",)
    ),
    # both lists have the same length, so that mirrored recipes draw alike
    "clockwise": Direction(
        ("clockwise", "clockwise", "in a clockwise direction", "in a clockwise direction"), ("clockwise",) * 4
    ),
    "counterclockwise": Direction(
        (
            "counterclockwise",
            "counter-clockwise",
            "in a counterclockwise direction",
            "in an anti-clockwise direction",
        ),
        ("counterclockwise", "counterclockwise", "counter-clockwise", "anticlockwise"),
    ),
}

SLOW = (
    "slowly", "slowly", "slowly", "slowly", "unhurriedly", "at a slow pace", "in slow motion", "very slowly",
)  # fmt: skip
FAST = (
    "quickly", "quickly", "fast", "rapidly", "swiftly", "very quickly", "at a fast pace", "hurriedly",
    "very fast",
)  # fmt: skip
SLOW_ADJECTIVES = ("slow", "slow", "unhurried")
FAST_ADJECTIVES = ("fast", "quick", "rapid")
TWICE = ("twice", "twice", "two times", "2 times", "a couple of times")
REPEATEDLY = ("repeatedly", "several times", "multiple times", "a few times", "over and over")
