"""A query as the scorer takes it: each part's tokens."""

from __future__ import annotations

from collections.abc import MutableMapping
from dataclasses import dataclass

import numpy as np

from ..errors import MotionLensError
from ..model.interface import Encoder, QueryTokens
from ..windows import MAX_CLIP_FRAMES, moment_spans
from .query import Example, Query
from .result import AVOID, TEXT


@dataclass(frozen=True, eq=False)
class EncodedPart:
    """One part of a query.

    Attributes:
        name: "text", the example's name, or "avoid"; no two parts have one name.
        tokens: of a text one query; of an example one for each of its pieces, of which the best counts.
        example: what it was made from, None for texts.
    """

    name: str
    tokens: tuple[QueryTokens, ...]
    example: Example | None = None


@dataclass(frozen=True, eq=False)
class EncodedQuery:
    """What ``SearchEngine.encode_query`` gives; good for every state of the library.

    Attributes:
        query: as asked.
        text, avoid: their parts, None where there is none.
        examples: in the query's order.
        encode_ms: what encoding took.
    """

    query: Query
    text: EncodedPart | None
    examples: tuple[EncodedPart, ...]
    avoid: EncodedPart | None
    encode_ms: float = 0.0

    @property
    def wanted(self) -> tuple[EncodedPart, ...]:
        """The parts that are wanted: the text first."""
        return (*((self.text,) if self.text else ()), *self.examples)

    @property
    def parts(self) -> tuple[EncodedPart, ...]:
        """All parts, in the order in which they are shown."""
        return (*self.wanted, *((self.avoid,) if self.avoid else ()))


def check(query: Query) -> None:
    """Raises MotionLensError where a query cannot be answered."""
    if not query.text.strip() and not query.examples:
        if query.avoid.strip():
            raise MotionLensError(
                "The query says only what to avoid: describe what is wanted too, or give a motion or a video."
            )
        raise MotionLensError("The query is empty: describe a motion, such as “a person waves”.")
    if not 0.0 <= query.text_weight <= 1.0:
        raise MotionLensError(f"The text cannot weigh {query.text_weight:g}: give a number from 0 to 1.")


def encode(
    query: Query, encoder: Encoder, done: MutableMapping[Example, tuple[QueryTokens, ...]]
) -> EncodedQuery:
    """Tokens of every part.

    Args:
        done: tokens of examples encoded before, which are added to: while a text is typed beside a video, the
            video stays the same.

    Raises:
        MotionLensError: nothing is asked for, an example of which too little is seen, or a model that takes
            no examples.
    """
    check(query)
    text = EncodedPart(TEXT, (encoder.encode_text(query.text),)) if query.text.strip() else None
    avoid = EncodedPart(AVOID, (encoder.encode_text(query.avoid),)) if query.avoid.strip() else None
    names = distinct([e.name for e in query.examples])
    examples = []
    for name, example in zip(names, query.examples, strict=True):
        if example not in done:
            done[example] = encode_example(example, encoder)
        examples.append(EncodedPart(name, done[example], example))
    return EncodedQuery(query, text, tuple(examples), avoid)


def distinct(names: list[str]) -> list[str]:
    """Names of examples, made different from each other and from those of the other parts.

    >>> distinct(["walk", "text", "walk"])
    ['walk', 'text (2)', 'walk (2)']
    """
    out: list[str] = []
    taken = {TEXT, AVOID}
    for name in names:
        found, number = name, 1
        while found in taken:
            number += 1
            found = f"{name} ({number})"
        taken.add(found)
        out.append(found)
    return out


def encode_example(example: Example, encoder: Encoder) -> tuple[QueryTokens, ...]:
    """Tokens of each piece of an example; pieces of which too little is seen are left out.

    Raises:
        MotionLensError: too little is seen of all of it, or a model that takes no examples.
    """
    encode_one = getattr(encoder, "encode_example", None)
    if encode_one is None:
        raise MotionLensError("This model takes no motions or videos as queries: choose another model.")
    known = example.known
    if known is None and example.kind == "video":
        known = np.ones(example.positions.shape[:2], dtype=bool)
    n = len(example.positions)
    spans = [(0, n)] if n <= MAX_CLIP_FRAMES else moment_spans(n)
    out: list[QueryTokens] = []
    unseen: MotionLensError | None = None
    for a, b in spans:
        clip = np.ascontiguousarray(example.positions[a:b], np.float32)
        try:
            out.append(encode_one(clip, None if known is None else known[a:b]))
        except MotionLensError as error:
            if known is None:
                raise
            unseen = error
    if not out and unseen is not None:
        raise MotionLensError(f"{example.name}: {unseen}") from unseen
    return tuple(out)
