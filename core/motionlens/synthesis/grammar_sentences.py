"""Kinds of sentences: who acts, in which tense, and how steps and overlays are joined."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Protocol

import numpy as np

from motionlens.synthesis.grammar import Voice, Word
from motionlens.synthesis.vocabulary import ActionSpan, Recipe

# subject, weight, which pronouns it takes
_SUBJECTS: tuple[tuple[str, float, str], ...] = (
    ("a person", 8.0, "any"), ("the person", 2.0, "any"), ("person", 0.8, "any"),
    ("this person", 0.6, "any"), ("someone", 1.6, "they"), ("somebody", 0.3, "they"),
    ("a man", 2.0, "he"), ("the man", 1.4, "he"), ("man", 0.2, "he"), ("a guy", 0.3, "he"),
    ("a woman", 0.8, "she"), ("the woman", 0.3, "she"), ("a figure", 0.8, "it"), ("the figure", 0.4, "it"),
    ("the character", 0.3, "any"), ("a character", 0.3, "any"), ("an individual", 0.2, "they"),
    ("he", 0.6, "he"), ("she", 0.5, "she"), ("they", 0.6, "they"), ("a human", 0.15, "they"),
)  # fmt: skip
_PRONOUNS = {
    "they": ("they", "their", "themselves"),
    "he": ("he", "his", "himself"),
    "she": ("she", "her", "herself"),
    "it": ("it", "its", "itself"),
}
_FRAMES = ("present", "progressive", "past", "gerund", "base", "tag", "seeming", "participle", "scene")
_FRAME_WEIGHTS = np.array([0.36, 0.15, 0.09, 0.12, 0.07, 0.08, 0.05, 0.05, 0.03])

_PLAIN_VOICE = Voice("a person", "they", "their", "themselves")


def plain_words(text: str) -> list[Word]:
    """Words that refer to nothing."""
    return [Word(w) for w in text.split()]


class Phrases(Protocol):
    """Renders one action (``captions.PhraseWriter``)."""

    def available(self, span: ActionSpan, role: str) -> bool:
        """Whether the action has phrases of the role."""

    def phrase(self, span: ActionSpan, form: str, voice: Voice, role: str = "") -> list[Word]:
        """Words that say the action."""


class SentenceWriter:
    """Writes one caption of a recipe."""

    def __init__(
        self,
        recipe: Recipe,
        spans: Mapping[tuple[int, bool], ActionSpan],
        phrases: Phrases,
        rng: np.random.Generator,
        plain: bool,
    ) -> None:
        self.recipe, self.spans, self.phrases, self.rng, self.plain = recipe, spans, phrases, rng, plain
        self.voice = _PLAIN_VOICE

    def _one_of(self, *options: str) -> str:
        at = int(self.rng.random() * len(options))
        return options[0 if self.plain else at]

    def _weighted(self, weights: np.ndarray) -> int:
        total = np.cumsum(weights)
        return int(np.searchsorted(total, self.rng.random() * total[-1], side="right"))

    def sentence(self) -> list[Word]:
        """The caption's words."""
        frame = "present" if self.plain else _FRAMES[self._weighted(_FRAME_WEIGHTS)]
        self.voice = _PLAIN_VOICE if self.plain else self._draw_voice(frame)
        steps = self._steps()
        if frame == "tag" and not all(self._taggable(i) for i in steps):
            frame = "gerund"
        words = getattr(self, f"_{frame}")(steps)
        return self._finish(words, frame)

    def _draw_voice(self, frame: str) -> Voice:
        subject, _, kind = _SUBJECTS[self._weighted(np.array([s[1] for s in _SUBJECTS]))]
        draw = self.rng.random()
        if kind == "any":
            kind = "they" if draw < 0.55 else "he" if draw < 0.85 else "she"
        pronoun, possessive, reflexive = _PRONOUNS[kind]
        bare = frame in ("gerund", "base", "tag") and draw < 0.55
        return Voice(subject, pronoun, possessive, reflexive, telegraphic=bare)

    def _steps(self) -> list[int]:
        """Indices of the steps that are told: standing between other steps may go without saying."""
        told = []
        for i, step in enumerate(self.recipe.steps):
            silent = step.base.name == "stand" and step.overlay is None and len(self.recipe.steps) > 1
            if not (silent and self.rng.random() < 0.4 and not self.plain):
                told.append(i)
        return told or [0]

    def _finish(self, words: list[Word], frame: str) -> list[Word]:
        draw = self.rng.random()
        if self.plain:
            return words
        if draw < (0.12 if frame in ("gerund", "base", "tag") else 0.45):
            words = [*words, Word(".")]
            if draw < 0.04:
                first = words[0]
                text = first.text[:1].upper() + first.text[1:]
                words[0] = Word(text, first.group, first.joints, first.start_s, first.end_s)
        return words

    # one step, with its overlay

    def _taggable(self, index: int) -> bool:
        base = self.spans[index, False]
        if not self.recipe.steps[index].overlay:
            return self.phrases.available(base, "tag")
        return self.phrases.available(base, "tag") or base.action.name == "stand"

    def _clause(self, index: int, form: str) -> list[Word]:
        base = self.spans[index, False]
        if self.recipe.steps[index].overlay is None:
            return self.phrases.phrase(base, form, self.voice)
        over = self.spans[index, True]
        if base.action.name in ("stand", "sit"):
            return self._posed(base, over, form)
        return self._together(base, over, form)

    def _posed(self, base: ActionSpan, over: ActionSpan, form: str) -> list[Word]:
        """Something done while standing or sitting; standing need not be said."""
        draw = self.rng.random()
        done = self.phrases.phrase(over, form, self.voice)
        if base.action.name == "stand" and (self.plain or draw < 0.55):
            return done
        if self.plain or draw < 0.8:
            standing = self._one_of("while standing", "while standing still", "standing in place")
            sitting = self._one_of(
                "while sitting", "while seated", "while sitting down", "sitting on a chair"
            )
            return done + self._pose_words(base, standing if base.action.name == "stand" else sitting)
        pose = self.phrases.phrase(base, form, self.voice)
        return [*pose, Word("and"), *done]

    @staticmethod
    def _pose_words(base: ActionSpan, text: str) -> list[Word]:
        # a group of its own, well away from those the phrases count up from zero
        return [Word(w, 10_000 + base.step, base.joints, base.start_s, base.end_s) for w in text.split()]

    def _together(self, base: ActionSpan, over: ActionSpan, form: str) -> list[Word]:
        say: Callable[..., list[Word]] = self.phrases.phrase
        voice = self.voice
        draw = 0.0 if self.plain else self.rng.random()
        finite = form in ("third", "past") or (form == "base" and voice.plural)
        if draw < 0.4:
            return [*say(base, form, voice), Word("while"), *say(over, "gerund", voice)]
        if draw < 0.58:
            return [*say(over, form, voice), Word("while"), *say(base, "gerund", voice)]
        if draw < 0.74:
            linked = [*say(base, form, voice), Word("and"), *say(over, form, voice)]
            return linked + plain_words(
                self._one_of("at the same time", "simultaneously", "at the same time")
            )
        if draw < 0.84 and finite:
            they = replace(voice, subject=voice.pronoun)
            verb = "past" if form == "past" else "base" if they.plural else "third"
            return [*say(base, form, voice), *plain_words(f"as {they.subject}"), *say(over, verb, they)]
        if draw < 0.94 and self.phrases.available(over, "with"):
            return [*say(base, form, voice), Word("with"), *say(over, "gerund", voice, "with")]
        return [*say(base, form, voice), Word("while"), *say(over, "gerund", voice)]

    # steps one after another

    def _join(self, steps: list[int], form: str) -> list[Word]:
        """Clauses in one verb form, in order."""
        clauses = [self._clause(i, form) for i in steps]
        if len(clauses) == 1:
            return clauses[0]
        out = clauses[0]
        for at, clause in enumerate(clauses[1:], start=1):
            last = at == len(clauses) - 1
            link = self._one_of(", then", "then", "and then", ", and then", "and", ", and afterwards")
            if last and at > 1:
                link = self._one_of("and then", "and finally", ", then", ", and finally", "and")
            elif not last:
                link = self._one_of(", then", ",", "then")
            out = [*out, *self._link(link), *clause]
        return out

    @staticmethod
    def _link(text: str) -> list[Word]:
        return plain_words(text.replace(",", " , "))

    def _finite(self, steps: list[int], form: str, subject: str) -> list[Word]:
        """Subject and finite verbs; two or more steps also with "before", "after", "first"."""
        who = plain_words(subject)
        head, tail = steps[:-1], steps[-1:]
        draw = 0.0 if self.plain or len(steps) == 1 else self.rng.random()
        if draw < 0.55:
            return [*who, *self._join(steps, form)]
        if draw < 0.65:
            return [*who, *self._join(head, form), Word("before"), *self._join(tail, "gerund")]
        if draw < 0.72:
            after = self._join(head, "gerund")
            return [Word("after"), *after, Word(","), *who, *self._join(tail, form)]
        if draw < 0.79:
            return [*who, *self._join(tail, form), Word("after"), *self._join(head, "gerund")]
        if draw < 0.86:
            end = self._one_of("and afterwards", ", then", "and then", "and after that")
            return [*who, Word("first"), *self._join(head, form), *self._link(end), *self._join(tail, form)]
        if draw < 0.92:
            return [*who, *self._join(head, form), *self._link(", followed by"), *self._join(tail, "gerund")]
        return self._two_sentences(who, head, tail, form)

    def _two_sentences(self, who: list[Word], head: list[int], tail: list[int], form: str) -> list[Word]:
        first = self._join(head, form)
        pronoun = self.voice.pronoun
        self.voice = replace(self.voice, subject=pronoun)
        if form == "third" and self.voice.plural:
            form = "base"
        link = self._one_of("then", "after that", "afterwards")
        return [*who, *first, Word("."), *plain_words(f"{link} {pronoun}"), *self._join(tail, form)]

    # kinds of sentences

    def _present(self, steps: list[int]) -> list[Word]:
        return self._finite(steps, "base" if self.voice.plural else "third", self.voice.subject)

    def _past(self, steps: list[int]) -> list[Word]:
        return self._finite(steps, "past", self.voice.subject)

    def _progressive(self, steps: list[int]) -> list[Word]:
        past = self.rng.random() < 0.15
        auxiliary = ("were" if past else "are") if self.voice.plural else ("was" if past else "is")
        return [*plain_words(f"{self.voice.subject} {auxiliary}"), *self._join(steps, "gerund")]

    def _seeming(self, steps: list[int]) -> list[Word]:
        seems = self._one_of("appears to be", "seems to be", "looks to be", "looks like they are")
        if self.voice.plural:
            seems = self._one_of("appear to be", "seem to be")
        elif "they" in seems and self.voice.pronoun != "they":
            seems = f"looks like {self.voice.pronoun} is"
        return [*plain_words(f"{self.voice.subject} {seems}"), *self._join(steps, "gerund")]

    def _participle(self, steps: list[int]) -> list[Word]:
        subject = self.voice.subject
        if subject in ("he", "she", "they"):
            subject = "someone"
        return [*plain_words(subject), *self._join(steps, "gerund")]

    def _scene(self, steps: list[int]) -> list[Word]:
        opening = self._one_of(
            "someone who is", "there is a person", "a person who is", "a motion of someone"
        )
        return [*plain_words(opening), *self._join(steps, "gerund")]

    def _gerund(self, steps: list[int]) -> list[Word]:
        if len(steps) > 1 and self.rng.random() < 0.2:
            head = self._join(steps[:-1], "gerund")
            link = self._link(self._one_of(", followed by", "before"))
            return [*head, *link, *self._join(steps[-1:], "gerund")]
        return self._join(steps, "gerund")

    def _base(self, steps: list[int]) -> list[Word]:
        return self._join(steps, "imperative")

    def _tag(self, steps: list[int]) -> list[Word]:
        tags = [self._tagged(i) for i in steps]
        out = tags[0]
        for tag in tags[1:]:
            out = [*out, *self._link(self._one_of("then", ",", "and then", "followed by", ", then")), *tag]
        return out

    def _tagged(self, index: int) -> list[Word]:
        base = self.spans[index, False]
        if self.recipe.steps[index].overlay is None:
            return self.phrases.phrase(base, "base", self.voice, "tag")
        over = self.spans[index, True]
        if base.action.name == "stand" and self.phrases.available(over, "tag"):
            return self.phrases.phrase(over, "base", self.voice, "tag")
        if self.phrases.available(base, "tag"):
            tag = self.phrases.phrase(base, "base", self.voice, "tag")
            return [*tag, Word("while"), *self.phrases.phrase(over, "gerund", self.voice)]
        return self.phrases.phrase(over, "gerund", self.voice)
