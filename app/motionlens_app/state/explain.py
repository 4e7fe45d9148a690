"""Why the shown hit matched: explanations computed off the GUI thread, the newest question wins."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from motionlens.errors import MotionLensError
from motionlens.explanation.result import Explanation, Quantity
from motionlens.motion import FPS
from motionlens.windows import MAX_CLIP_FRAMES

from ..services import Rows, Services
from ..worker import Task, Worker
from .answers import Answer, rows_in, without_words
from .items import Item
from .scales import MapName, Scale, ScaleMode, scale_of
from .selection import Key, Selection
from .why_question import Question, RankChange, Side, WhyState

__all__ = ["PINS", "RANKED", "Question", "RankChange", "Side", "WhyController", "WhyState"]

log = logging.getLogger(__name__)

PINS = 2
"""Motions that can be compared."""
RANKED = 1000
"""Hits among which a motion is looked for when a word is struck out."""
_REMEMBERED = 32


class WhyController(QObject):
    """Question in, answers out. ``changed``: state, answers, quantity or scale; ``ranked``: the rank came."""

    changed = Signal()
    prepared = Signal()
    """What the maps are drawn with is there."""
    ranked = Signal()
    exported = Signal(str)
    export_failed = Signal(object)

    def __init__(self, services: Services, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._worker = Worker("why", parent=self)
        self._ranker = Worker("why rank", parent=self)
        self._exporter = Worker("why export", parent=self)
        self._preparer = Worker("why prepare", parent=self)  # its own: a new question must not call it off
        self._is_prepared = False
        self.selection = Selection(self)
        self.state = WhyState.NO_QUERY
        self.error: Exception | None = None
        self.quantity: Quantity = "similarity"
        self.mode: ScaleMode = "query"
        self.question: Question | None = None
        self._last: Question | None = None
        self.struck: frozenset[int] = frozenset()
        self.pins: tuple[Item, ...] = ()
        self.rank: RankChange | None = None
        self.active = False
        self.prepare: Callable[[], object] = lambda: None
        """Called off the GUI thread before the first explanation is shown: the plots' library takes half a second."""
        self._answers: dict[Key, Answer] = {}
        self.rows: Rows = "body part"
        self._side = 0  # which of ``sides`` the user wants
        self._of: tuple[Side, frozenset[int]] = (Side(), frozenset())  # what the answers answer
        self._known: dict[tuple[Side, Key], Explanation] = {}

    # -- what views read -------------------------------------------------------------------------

    @property
    def text(self) -> str:
        """The query that is explained."""
        return self.question.text if self.question else ""

    @property
    def sides(self) -> list[str]:
        """The parts of the query that can be explained, as a switch names them."""
        if self.question is None:
            return []
        kinds = [one.kind.capitalize() for one in self.question.examples]
        named = [k if kinds.count(k) == 1 else f"{k} {kinds[: i + 1].count(k)}" for i, k in enumerate(kinds)]
        return (["Words"] if self.question.text else []) + named

    @property
    def side_index(self) -> int:
        """Which of ``sides`` is explained."""
        return min(self._side, max(len(self.sides) - 1, 0))

    @property
    def side(self) -> Side:
        """What is explained."""
        question, at = self.question, self.side_index
        if question is None:
            return Side()
        if question.text:
            if at == 0:
                return Side(question.text)
            at -= 1
        if not question.examples:
            return Side()
        start = question.starts[at] if at < len(question.starts) else 0.0
        return Side("", question.examples[at], self.rows, start)

    @property
    def by_words(self) -> bool:
        """True where rows are words, which can be struck out."""
        return self.side.example is None

    @property
    def current(self) -> Answer | None:
        """Of the hit in the viewer; None while it is computed."""
        if self.question is None or self._of[0] != self.side:
            return None
        return self._answers.get(self.question.item.key)

    @property
    def panels(self) -> list[Answer]:
        """What is shown side by side: the pinned motions, and the present one while there is room."""
        if self.question is None or self._of[0] != self.side:
            return []
        wanted = [item.key for item in self.pins]
        if self.question.item.key not in wanted and len(wanted) < PINS:
            wanted.append(self.question.item.key)
        return [self._answers[key] for key in wanted if key in self._answers]

    def scale(self, answer: Answer, which: MapName = "joint") -> Scale:
        """The colour scale of a map of one of the panels."""
        panels = self.panels or [answer]
        at = next((i for i, one in enumerate(panels) if one is answer), -1)
        if at < 0:
            panels, at = [answer, *panels], 0
        return scale_of(panels, self.quantity, self.mode, at, which)

    def is_pinned(self, key: Key) -> bool:
        """True for a pinned motion."""
        return any(item.key == key for item in self.pins)

    @property
    def text_left(self) -> str:
        """The query without its struck words ("" while there is no answer)."""
        answer = self.current
        return answer.shown.query if answer else ""

    def explainer(self) -> Callable[[Item], Explanation] | None:
        """Explains any card by the words of the present query; slow, for other threads. None without words."""
        question, services = self.question, self._services
        if question is None or not question.text:
            return None

        def explain(item: Item) -> Explanation:
            _, start, end = item.key
            clip = question.library.positions(item.motion_id)[start : min(end, start + MAX_CLIP_FRAMES)]
            return services.explain(question.encoder, question.text, clip, start / FPS)

        return explain

    # -- what views and the session tell -----------------------------------------------------------

    def set_active(self, on: bool) -> None:
        """Nothing is computed while nobody looks."""
        if on == self.active:
            return
        self.active = on
        if on and self._is_prepared:
            self._ask()
        elif on:
            self._preparer.submit(lambda task: self.prepare(), self._prepared, self._prepared)

    def _prepared(self, _outcome: object) -> None:
        self._is_prepared = True  # also where it failed: what is missing is told when it is needed
        self.prepared.emit()
        self._ask()

    def follow(self, question: Question | None, why_not: WhyState = WhyState.NO_QUERY) -> None:
        """The present question; None with the reason why there is none."""
        if question is None:
            self._worker.cancel()
            self._ranker.cancel()
            self.question, self.rank = None, None
            self._enter(why_not)
            return
        before, self.question = self.question, question
        if not question.same_place(self._last):  # another library, another model
            self._known, self._answers, self.pins = {}, {}, ()
            self.selection.clear()
        elif before and before.same_query(question) and before.item == question.item:
            return
        self._last = question
        self._forget_rows()
        self._ask()

    def choose_side(self, number: int) -> None:
        """Explain another part of the query: a row of ``sides``."""
        if number != self.side_index:
            self._side = number
            self._forget_rows()
            self._ask()
            self.changed.emit()

    def set_rows(self, rows: Rows) -> None:
        """What an example's rows are."""
        if rows != self.rows:
            self.rows = rows
            self._forget_rows()
            self._ask()
            self.changed.emit()

    def _forget_rows(self) -> None:
        """Other rows: what was struck out or picked among the former ones means nothing."""
        if self.side != self._of[0]:
            self.struck, self.rank = frozenset(), None
            self.selection.forget_words()

    def set_quantity(self, quantity: Quantity) -> None:
        """Similarity or interaction."""
        if quantity != self.quantity:
            self.quantity = quantity
            self.changed.emit()

    def set_mode(self, mode: ScaleMode) -> None:
        """What one colour scale is for."""
        if mode != self.mode:
            self.mode = mode
            self.changed.emit()

    def strike(self, word: int) -> bool:
        """Take a word out of the query, or put it back; False when it is the last one left."""
        answer = self.current
        struck = self.struck ^ {word}
        if (
            answer is None
            or not self.by_words
            or not 0 <= word < len(answer.rows)
            or len(struck) >= len(answer.rows)
        ):
            return False
        self.struck = struck
        self._ask()
        return True

    def retry(self) -> None:
        """Compute again what failed."""
        self._ask()

    def restore(self) -> None:
        """All words again."""
        if self.struck:
            self.struck = frozenset()
            self._ask()

    def toggle_pin(self, item: Item | None = None) -> None:
        """Keep a motion (default: the present one) for comparison, or let it go; the older pin gives way."""
        item = item or (self.question.item if self.question else None)
        if item is None:
            return
        if self.is_pinned(item.key):
            self.pins = tuple(one for one in self.pins if one.key != item.key)
        else:
            self.pins = (*self.pins, item)[-PINS:]
        self.mode = "shared" if self.pins else "query"
        self._ask()
        self.changed.emit()

    def export(self, path: Path, answer: Answer | None = None) -> None:
        """Write an answer (default: the present one) to .png, .svg, .csv or .npz."""
        answer = answer or self.current
        if answer is None:
            return
        services, shown = self._services, answer.shown
        self._exporter.submit(
            lambda task: services.export_explanation(shown, path),
            lambda _done: self.exported.emit(str(path)),
            self.export_failed.emit,
            supersede=False,
        )

    def close(self) -> None:
        """Wait for the threads."""
        for worker in (self._worker, self._ranker, self._exporter, self._preparer):
            worker.close()

    # -- computing -----------------------------------------------------------------------------

    def _ask(self) -> None:
        question, struck, side = self.question, self.struck, self.side
        if question is None or not self.active:
            return
        if self._is_prepared:  # else it is asked again then
            items = [question.item, *(item for item in self.pins if item.key != question.item.key)]
            self._worker.submit(
                _job(self._services, question, side, items, struck, self._known),
                lambda answers: self._answered(side, struck, answers, last=True),
                self._failed,
                lambda answers: self._answered(side, struck, answers, last=False),
            )
        if not (self.current and self.state is WhyState.READY):
            self._enter(WhyState.COMPUTING)

    def _answered(
        self, side: Side, struck: frozenset[int], answers: dict[Key, Answer] | None, last: bool
    ) -> None:
        if answers is None:  # given up
            return
        # Pins that are still being computed stay as they were, as long as they answer the same.
        kept = self._answers if self._of == (side, struck) else {}
        self._answers = answers if last else {**kept, **answers}
        self._of = (side, struck)
        self._enter(WhyState.READY)
        if last:
            self._rank_without()

    def _failed(self, error: Exception) -> None:
        self._answers, self.struck = {}, frozenset()
        self.error = error
        if not isinstance(error, MotionLensError):
            log.error("why: %s", error, exc_info=error)
        self._enter(WhyState.FAILED)

    def _rank_without(self) -> None:
        question, answer = self.question, self.current
        if not self.struck or question is None or answer is None or question.searcher is None:
            self._ranker.cancel()
            if self.rank is not None:
                self.rank = None
                self.ranked.emit()
            return
        searcher, text, item = question.searcher, answer.shown.query, question.item
        query = question.query
        more = replace(query, text=text) if query and (query.examples or query.avoid) else None

        def job(task: Task) -> RankChange | None:
            if task.cancelled():
                return None
            result = searcher.search_query(more, RANKED) if more else searcher.search(text, RANKED)
            same = (
                hit.rank for hit in result.hits
                if hit.id == item.motion_id and hit.start_s < item.end_s and item.start_s < hit.end_s
            )  # fmt: skip
            return RankChange(item.rank, next(same, None), result.searched)

        self._ranker.submit(job, self._ranked)

    def _ranked(self, rank: RankChange | None) -> None:
        self.rank = rank
        self.ranked.emit()

    def _enter(self, state: WhyState) -> None:
        self.state = state
        if state is not WhyState.FAILED:
            self.error = None
        self.changed.emit()


def _job(
    services: Services, question: Question, side: Side, items: list[Item], struck: frozenset[int],
    known: dict[tuple[Side, Key], Explanation],
) -> Callable[[Task], dict[Key, Answer] | None]:  # fmt: skip
    """Explains ``items`` in turn; what is known already is not computed again. Runs in one thread at a time."""

    def explain(side: Side, item: Item) -> Explanation:
        place = (side, item.key)
        if place not in known:
            _, start, end = item.key
            end = min(end, start + MAX_CLIP_FRAMES)
            clip = question.library.positions(item.motion_id)[start:end]
            while len(known) >= _REMEMBERED:
                del known[next(iter(known))]
            if side.example is None:
                known[place] = services.explain(question.encoder, side.text, clip, start / FPS)
            else:
                known[place] = services.explain_example(
                    question.encoder, side.example, clip, start / FPS, side.rows, side.start_s
                )
        return known[place]

    def job(task: Task) -> dict[Key, Answer] | None:
        out: dict[Key, Answer] = {}
        for item in items:
            if task.cancelled():
                return None
            whole = explain(side, item)
            rows = tuple(range(len(whole.words)))
            shown = whole
            if struck:
                text, places = without_words(side.text, whole.words, struck)
                shown = explain(Side(text), item)
                rows = rows_in(whole, shown, places)
            out[item.key] = Answer(item, whole, shown, rows)
            if len(items) > 1:
                task.report(dict(out))
        return out

    return job
