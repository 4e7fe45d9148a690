"""How a list is put in order: sorted, cut, copies folded, moments grouped by file. Pure functions."""

from __future__ import annotations

import random
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from motionlens.library.facets import Filter

from .items import Item

Sort = Literal["score", "name", "length", "added", "random"]
SORTS: tuple[tuple[Sort, str], ...] = (
    ("score", "Best first"), ("name", "Name"), ("length", "Length"), ("added", "Added"), ("random", "Random"),
)  # fmt: skip


@dataclass(frozen=True)
class Arrangement:
    """What the user chose.

    Attributes:
        sort: "score" leaves the order as it comes: best first, or as the library has it.
        descending: the other way round.
        seed: of the random order.
        fold: copies and mirrored twins go behind the first of them.
        group: moments of one file go behind its first.
    """

    sort: Sort = "score"
    descending: bool = False
    seed: int = 0
    fold: bool = False
    group: bool = False


@dataclass(frozen=True)
class Arranged:
    """Cards in order, and how many are not among them for which reason."""

    items: list[Item]
    filtered: int = 0
    cut: int = 0
    folded: int = 0
    grouped: int = 0


def file_of(item: Item) -> Hashable:
    """What a card is grouped by: its file, or its motion where there is none."""
    return item.path or item.motion_id


def shuffled(items: Sequence[Item], seed: int) -> list[Item]:
    """A random order that stays the same while cards are added or taken away.

    >>> some = [Item(n, "", "", 0, 1) for n in range(5)]
    >>> [i.motion_id for i in shuffled(some, 1)] == [i.motion_id for i in shuffled(some[::-1], 1)]
    True
    """
    return sorted(items, key=lambda item: random.Random(f"{seed} {item.key}").random())


def above(items: Sequence[Item], score: float) -> list[Item]:
    """Cards whose score is no lower; those without a score stay.

    >>> [i.score for i in above([Item(1, "", "", 0, 1, score=s) for s in (0.5, 0.4, 0.3)], 0.4)]
    [0.5, 0.4]
    """
    return [item for item in items if item.score is None or item.score >= score]


def behind(
    items: Sequence[Item], key: Callable[[Item], Hashable], opened: frozenset[Hashable] = frozenset()
) -> list[Item]:
    """The first card of each key, which tells how many are behind it; of opened keys all, together.

    >>> cards = [Item(n, "", path, 0, 1) for n, path in ((1, "a"), (2, "b"), (3, "a"))]
    >>> [(i.motion_id, i.more) for i in behind(cards, file_of)]
    [(1, 1), (2, 0)]
    >>> [(i.motion_id, i.more) for i in behind(cards, file_of, frozenset({"a"}))]
    [(1, 1), (3, 0), (2, 0)]
    """
    groups: dict[Hashable, list[Item]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    out = []
    for name, members in groups.items():
        first = members[0] if len(members) == 1 else replace(members[0], more=len(members) - 1)
        out += [first, *members[1:]] if name in opened else [first]
    return out


def fold_twins(items: Sequence[Item], folded: Sequence[Sequence[int]]) -> list[Item]:
    """The first of each set of twins, which tells how many it stands for.

    Args:
        items: best first.
        folded: of ``motionlens.library.twins.folded``.
    """
    return [
        items[places[0]] if len(places) == 1 else replace(items[places[0]], copies=len(places) - 1)
        for places in folded
    ]


# -- filters as text and as JSON ------------------------------------------------------------------------


def filter_to_json(chosen: Filter) -> dict[str, Any]:
    """Only what restricts.

    >>> filter_to_json(Filter(tags=frozenset({"b", "a"}), favourite=True))
    {'favourite': True, 'tags': ['a', 'b']}
    """
    plain = Filter()
    return {
        name: sorted(value) if isinstance(value, frozenset) else value
        for name, value in asdict(chosen).items()
        if value != getattr(plain, name)
    }


def filter_from_json(values: Mapping[str, Any]) -> Filter:
    """What ``filter_to_json`` wrote; what is not known any more is left out.

    >>> filter_from_json({"tags": ["a"], "colour": 3}) == Filter(tags=frozenset({"a"}))
    True
    """
    plain = Filter()
    known: dict[str, Any] = {
        name: frozenset(value) if isinstance(value, list) else value
        for name, value in values.items()
        if hasattr(plain, name)
    }
    return Filter(**known)
