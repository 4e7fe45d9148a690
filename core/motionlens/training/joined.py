"""Concatenations "A, then B" of recorded motions, with their captions joined."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from ..readers.retarget import facing
from ..windows import MAX_CLIP_FRAMES
from .augment import bones, from_bones
from .items import TrainItem

_BLEND_FRAMES = 6
"""Frames put between the two motions: 0.3 s."""
_MAX_CAPTIONS = 3
_SUBJECT = re.compile(
    r"^(?:(?:a|an|the|this|one)\s+)?(?:(?:stick|young|standing|male|female)\s+)?"
    r"(?:person|man|woman|human|figure|guy|individual|character|sim|toon|someone|somebody|he|she|dancer)\s+"
    r"(?=(?:(?:slowly|quickly|suddenly|carefully|swiftly|briefly|repeatedly)\s+)?[a-z]+s\b)",
    re.IGNORECASE,
)
"""A subject before a verb in the third person: what can be left out after "then"."""
_NO_VERB = frozenset(("is", "was", "has", "does", "legs", "arms", "hands", "s", "his", "facing"))
_STRIPPED = ("{a}, then {b}", "{a} and then {b}", "{a}, and after that {b}")
_FULL = ("{a}, then {b}", "first {a}, then {b}", "{a}. after that, {b}")


def _sentence(text: str) -> str:
    text = " ".join(text.split()).rstrip(" .!;,")
    known = _SUBJECT.match(text) or re.match(r"(A|An|The|Someone|Person|Human|One) ", text)
    return text[0].lower() + text[1:] if known else text


def join_captions(a: str, b: str, rng: np.random.Generator) -> str:
    """One sentence for A and then B.

    >>> rng = np.random.default_rng(3)
    >>> join_captions("A person walks.", "a man waves his left hand.", rng)
    'a person walks, and after that waves his left hand'
    >>> join_captions("A person walks.", "person is jumping", rng)
    'a person walks, then person is jumping'
    """
    a, b = _sentence(a), _sentence(b)
    found = _SUBJECT.match(b)
    rest = b[found.end() :] if found else ""
    if rest and rest.split()[0].lower() not in _NO_VERB:
        pattern = _STRIPPED[int(rng.integers(len(_STRIPPED)))]
        return pattern.format(a=a, b=rest)
    return _FULL[int(rng.integers(len(_FULL)))].format(a=a, b=b)


def _turn(forward: np.ndarray, onto: np.ndarray) -> np.ndarray:
    """(3, 3) rotation about y that takes one horizontal unit vector to the other."""
    c = forward[0] * onto[0] + forward[2] * onto[2]
    s = forward[2] * onto[0] - forward[0] * onto[2]
    return np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])


def join_positions(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """B after A: B is turned to A's last heading and starts where A's root drifts to within 0.3 s.

    Between them 6 frames lead from pose to pose (bone directions and the root's height by a smooth step),
    on the reference skeleton.

    Args:
        a: (Ta, 22, 3). b: (Tb, 22, 3).

    Returns:
        (Ta + 6 + Tb, 22, 3) float32.
    """
    level = np.array([1.0, 0.0, 1.0])
    drift = (a[-1, 0] - a[max(len(a) - 4, 0), 0]) * level / 3 if len(a) > 3 else np.zeros(3)
    turned = b.astype(float) @ _turn(facing(b[0]), facing(a[-1])).T
    ahead = (turned[min(3, len(b) - 1), 0] - turned[0, 0]) * level / 3
    travel = (drift + ahead) / 2 * (_BLEND_FRAMES + 1)
    turned += (a[-1, 0] + travel - turned[0, 0]) * level
    turned = turned.astype(np.float32)
    share = np.arange(1, _BLEND_FRAMES + 1) / (_BLEND_FRAMES + 1)
    ease = share * share * (3 - 2 * share)
    ends = np.stack([a[-1], turned[0]])
    first, last = bones(ends)
    directions = first + (last - first) * ease[:, None, None].astype(np.float32)
    root = ends[0, 0] + (ends[1, 0] - ends[0, 0]) * np.stack([share, ease, share], axis=1)
    between = from_bones(root.astype(np.float32), directions.astype(np.float32))
    return np.concatenate([a, between, turned]).astype(np.float32)


def _join(a: TrainItem, b: TrainItem, rng: np.random.Generator) -> TrainItem:
    pairs = [(x, y) for x in a.captions for y in b.captions]
    order = rng.permutation(len(pairs))[:_MAX_CAPTIONS]
    captions = dict.fromkeys(join_captions(pairs[k][0], pairs[k][1], rng) for k in order)
    people = dict.fromkeys(p for p in (a.subject, b.subject) if p)
    return TrainItem(
        join_positions(np.asarray(a.positions), np.asarray(b.positions)),
        tuple(captions),
        real=True,
        key=f"joined {a.key} + {b.key}",
        subject="+".join(people) or None,
        source="joined",
        extents=(*a.extents[:1], *b.extents[:1]),
    )


def joined_items(items: Mapping[str, Sequence[TrainItem]], count: int, seed: int) -> list[TrainItem]:
    """Concatenations within a source, each pair in both orders ("A then B" and "B then A").

    The pairs are drawn from items that fit together into 224 frames; a source gives as many as its share
    of such items. Captions of CMU's descriptions are the plain sentences, not the telegrams.

    Args:
        items: source -> recorded items.
        count: concatenations to make; fewer where there are not so many pairs.
    """
    rng = np.random.default_rng([seed, 7])
    room = MAX_CLIP_FRAMES - _BLEND_FRAMES
    short = {s: [i for i in many if len(i.positions) <= room * 2 // 3] for s, many in items.items()}
    total = sum(len(many) for many in short.values())
    out: dict[str, TrainItem] = {}
    for source, many in short.items():
        wanted = len(out) + round(count * len(many) / max(total, 1))
        for _ in range(20 * count):
            if len(out) + 2 > wanted or len(many) < 2:
                break
            a, b = (many[k] for k in rng.choice(len(many), 2, replace=False))
            if len(a.positions) + len(b.positions) > room or set(a.captions) & set(b.captions):
                continue
            if f"joined {a.key} + {b.key}" in out:
                continue
            for first, second in ((a, b), (b, a)):
                made = _join(_plain(first, source), _plain(second, source), rng)
                out[made.key] = made
    return list(out.values())


def _plain(item: TrainItem, source: str) -> TrainItem:
    return replace(item, captions=item.captions[-1:]) if source == "cmu-description" else item
