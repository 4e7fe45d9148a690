"""Captions that leave nothing out: exact counts and speed are always said, a side where the phrase has a place for it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .captions import PhraseWriter
from .grammar import assemble
from .grammar_sentences import SentenceWriter
from .grammar_words import NUMBERS
from .vocabulary import Action, ActionSpan, GroundedCaption, Recipe


def exact_count(count: int, form: int) -> str:
    """An adverb for a number of repetitions, "" for what is not counted.

    >>> exact_count(1, 0), exact_count(2, 0), exact_count(2, 1), exact_count(3, 2)
    ('once', 'twice', 'two times', '3 times')
    """
    if count < 1:
        return ""
    if form == 0 and count <= 2:
        return ("once", "twice")[count - 1]
    if count == 1:
        return "once" if form == 2 else "one time"
    return f"{count if form == 2 else NUMBERS[count]} times"


class OutspokenPhrases(PhraseWriter):
    """A phrase writer that leaves out nothing that its phrases have a place for, and gives exact numbers."""

    def available(self, span: ActionSpan, role: str) -> bool:
        """Whether the action has phrases of the role; tags leave too much out."""
        return role != "tag" and super().available(span, role)

    def _said(self, chance: float) -> bool:
        super()._said(chance)  # the draw is spent as usual
        return True

    def _count(self, action: Action, said: bool) -> str:
        return exact_count(action.count, int(self.rng.integers(3)))


def write_outspoken(recipe: Recipe, spans: Sequence[ActionSpan], rng: np.random.Generator) -> GroundedCaption:
    """One caption that says all that the caption writer can say of the recipe.

    Args:
        recipe, spans, rng: as for ``captions.write_captions``.
    """
    by_place = {(s.step, s.overlay): s for s in spans}
    writer = SentenceWriter(recipe, by_place, OutspokenPhrases(rng, plain=False), rng, plain=False)
    return assemble(writer.sentence())
