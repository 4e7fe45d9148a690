"""How well a few typed letters fit the name of a command."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Fit:
    """A name that fits.

    Attributes:
        rank: higher is better.
        letters: places in the name that were meant.
    """

    rank: float
    letters: tuple[int, ...]


def fit(typed: str, name: str, menu: str = "") -> Fit | None:
    """Every typed word must be found: at the beginning of a word, inside one, in the menu's title, or as letters in order.

    >>> fit("exp", "Export…").letters
    (0, 1, 2)
    >>> fit("view front", "Front view").rank > fit("frv", "Front view").rank
    True
    >>> fit("zz", "Front view") is None
    True
    """
    rank = 0.0
    letters: set[int] = set()
    for word in typed.lower().split():
        found = _word(word, name.lower(), menu.lower())
        if found is None:
            return None
        rank += found.rank
        letters.update(found.letters)
    return Fit(rank - 0.001 * len(name) * bool(letters), tuple(sorted(letters)))


def _word(word: str, name: str, menu: str) -> Fit | None:
    at = name.find(word)
    while at > 0 and name[at - 1].isalnum() and name.find(word, at + 1) > 0:
        at = name.find(word, at + 1)
    if at >= 0:
        begins = at == 0 or not name[at - 1].isalnum()
        return Fit(4.0 - 0.02 * at if begins else 2.5, tuple(range(at, at + len(word))))
    if word in menu:
        return Fit(1.5, ())
    return _letters(word, name)


def _letters(word: str, name: str) -> Fit | None:
    """The letters in order, the first of them at the beginning of a word: "fv" is the front view."""
    for first, letter in enumerate(name):
        if letter != word[0] or (first and name[first - 1].isalnum()):
            continue
        places = [first]
        for wanted in word[1:]:
            at = name.find(wanted, places[-1] + 1)
            if at < 0:
                break
            places.append(at)
        else:
            return Fit(1.0 - 0.02 * (places[-1] - first), tuple(places))
    return None
