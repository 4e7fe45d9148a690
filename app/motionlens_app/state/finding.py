"""Facets, filters and the order of the list: what of the library is shown, and how."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from motionlens.library.facets import Facet, FacetCount, Filter

from ..worker import Worker
from .arranging import Arranged, Arrangement, above, behind, file_of, fold_twins, shuffled
from .items import Item

if TYPE_CHECKING:
    from motionlens.library.finder import Finder

log = logging.getLogger(__name__)
ASK_MS = 1000
"""While an import goes on the library is asked at most this often."""

FIELDS: dict[str, str] = {
    "folder": "folders", "dataset": "datasets", "length": "lengths", "kind": "kinds", "tag": "tags",
    "collection": "collections", "travel": "travel", "captions": "captioned", "favourite": "favourite",
    "name": "name",
}  # fmt: skip
"""Where a facet's choice stands in a ``Filter``."""
Value = str | int | bool


@dataclass(frozen=True, eq=False)
class Found:
    """What the finder says of one filter.

    Attributes:
        facets: counts by facet.
        passing: motions and moments that pass.
        total: motions and moments there are.
        moment_ids: those that pass, None where nothing restricts.
        motion_ids: of them.
    """

    chosen: Filter
    facets: dict[Facet, list[FacetCount]]
    passing: tuple[int, int]
    total: tuple[int, int]
    moment_ids: np.ndarray | None = None
    motion_ids: frozenset[int] | None = None


def value_name(facet: str, value: Value) -> str:
    """What a facet's value is called.

    >>> value_name("captions", True), value_name("travel", "in place"), value_name("folder", "/a/takes")
    ('With captions', 'In place', 'takes')
    >>> value_name("name", "walk_0")
    'Name: walk_0'
    """
    if facet == "captions":
        return "With captions" if value else "Without captions"
    if facet == "favourite":
        return "Favourites" if value else "Not favourites"
    if facet == "folder":
        return PurePath(str(value)).name or str(value) or "Made here"
    if facet == "dataset":
        known = {"synthesised": "Made by MotionLens", "canonical": "MotionLens npz", "video": "Video"}
        return known.get(str(value), str(value).upper())
    text = str(value)
    if facet == "name":
        return f"Name: {text}"
    return text if facet == "tag" else text[:1].upper() + text[1:]


class LazyFinder:
    """The library's finder, made by the first thread that asks: its modules take a while to load."""

    def __init__(self, library: Any) -> None:
        self._library, self._lock = library, threading.Lock()
        self._made: Finder | None = None

    def __call__(self) -> Finder:
        """The finder."""
        with self._lock:
            if self._made is None:
                from motionlens.library.finder import Finder

                self._made = Finder(self._library)
            return self._made


class FindingController(QObject):
    """``changed``: facets, filter or arrangement; ``filtered``: other moments pass; ``arranged``: a list is ready."""

    changed = Signal()
    filtered = Signal()
    arranged = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._worker = Worker("finding", parent=self)
        self._sorter = Worker("arranging", parent=self, prompt=True)
        self._facts = Worker("facts", parent=self)
        self._again = QTimer(self, singleShot=True)
        self._again.timeout.connect(self._ask)
        self._asked_at = 0.0
        self._library: object = None
        self._finder: LazyFinder | None = None
        self._source: tuple[list[Item], bool] = ([], False)
        self.filter = Filter()
        self.found: Found | None = None
        self.arrangement = Arrangement()
        self.cut = 0.0
        """Lowest score that is shown."""
        self.opened: frozenset[Hashable] = frozenset()
        """Files whose moments are all shown though they are grouped."""
        self.last = Arranged([])
        self.order: tuple[Item, ...] | None = None
        """The open collection's items in their order, None where no collection is open."""

    # -- the library ---------------------------------------------------------------------------------

    @property
    def available(self) -> bool:
        """False for a library that cannot be filtered."""
        return self._library is not None

    def set_library(self, library: Any) -> None:
        """Another library, or another state of it."""
        library = library if hasattr(library, "curation") else None
        if library is not self._library:
            self._worker.cancel()
            self._facts.cancel()
            self._library, self.found = library, None
            self._finder = None if library is None else LazyFinder(library)
            self.filter, self.order, self.opened = Filter(), None, frozenset()
            self.changed.emit()
            if library is not None:
                self._complete_facts()
        self.ask()

    def ask(self) -> None:
        """Count again, soon: during an import once a second."""
        if self._library is None:
            return
        since = 1e3 * (time.monotonic() - self._asked_at)
        if since >= ASK_MS:
            self._ask()
        elif not self._again.isActive():
            self._again.start(round(ASK_MS - since))

    def ask_now(self) -> None:
        """The user changed what is counted."""
        self._ask()

    def _ask(self) -> None:
        finder, chosen = self._finder, self.filter
        if finder is None:
            return
        self._again.stop()
        self._asked_at = time.monotonic()
        self._worker.submit(lambda task: _look(finder(), chosen), self._found, self._not_found)

    def _complete_facts(self) -> None:
        """What an older MotionLens left out: travel, for the filter, and what finds copies."""
        finder = self._finder
        assert finder is not None
        self._facts.submit(
            lambda task: finder().update_facts(None, task.cancelled),
            self._facts_complete,
        )

    def _facts_complete(self, made: int) -> None:
        if made:
            self.ask()
            if self.arrangement.fold:
                self.rearrange()

    def _found(self, found: Found) -> None:
        before, self.found = self.found, found
        self.changed.emit()
        restricted = found.moment_ids is not None or (before is not None and before.moment_ids is not None)
        if restricted and not (before is not None and _alike(before.moment_ids, found.moment_ids)):
            self.filtered.emit()
            self.rearrange()

    def _not_found(self, error: Exception) -> None:
        log.warning("the library was not counted: %s", error)

    # -- filters -------------------------------------------------------------------------------------

    def set_filter(self, chosen: Filter) -> None:
        """Show what passes."""
        if chosen != self.filter:
            self.filter = chosen
            self.changed.emit()
            self._ask()

    def toggle(self, facet: str, value: Value) -> None:
        """A click on a facet's value."""
        name = FIELDS[facet]
        before = getattr(self.filter, name)
        after: Any
        if facet == "collection":  # one is open at a time
            after = frozenset() if value in before else frozenset({value})
        elif isinstance(before, frozenset):
            after = before ^ {value}
        elif isinstance(before, str):
            after = "" if before == value else value
        else:
            after = None if before == value else value
        self.set_filter(replace(self.filter, **{name: after}))

    def chosen(self, facet: str, value: Value) -> bool:
        """Whether the filter names this value."""
        now = getattr(self.filter, FIELDS[facet])
        return value in now if isinstance(now, frozenset) else now is not None and now == value

    def active(self) -> list[tuple[str, Value]]:
        """What restricts, for the chips above the results."""
        out: list[tuple[str, Value]] = []
        for facet, name in FIELDS.items():
            now = getattr(self.filter, name)
            if isinstance(now, frozenset):
                out += [(facet, value) for value in sorted(now)]
            elif now is not None and now != "":
                out.append((facet, now))
        return out

    def clear(self) -> None:
        """No filter."""
        self.set_filter(Filter())

    @property
    def moment_ids(self) -> np.ndarray | None:
        """Moments that a search is kept to; None: all."""
        return None if self.found is None else self.found.moment_ids

    @property
    def collection(self) -> int | None:
        """The open collection."""
        return next(iter(self.filter.collections), None)

    def set_order(self, items: Sequence[Item] | None) -> None:
        """What the open collection holds, in its order."""
        new = None if items is None else tuple(items)
        if new != self.order:
            self.order = new
            self.changed.emit()  # the name of the plain order depends on it
            self.rearrange()

    # -- the list ------------------------------------------------------------------------------------

    def set_arrangement(self, **changes: Any) -> None:
        """Sort, fold or group otherwise."""
        after = replace(self.arrangement, **changes)
        if after != self.arrangement:
            self.arrangement = after
            self.opened = frozenset()
            self.changed.emit()
            self.rearrange()

    def shuffle(self) -> None:
        """Another random order."""
        self.set_arrangement(sort="random", seed=random.randrange(1, 2**31))

    def set_cut(self, score: float) -> None:
        """Hide what scores lower."""
        if score != self.cut:
            self.cut = score
            self.rearrange()

    def open_group(self, item: Item) -> None:
        """Show all moments of a file, or fold them again."""
        self.opened ^= {file_of(item)}
        self.rearrange()

    def scores(self) -> tuple[float, float] | None:
        """Lowest and highest score of the list before the cut; None where there are none."""
        scores = [item.score for item in self._source[0] if item.score is not None]
        return (min(scores), max(scores)) if scores else None

    def arrange(self, items: list[Item], searched: bool) -> None:
        """Another list: of hits (which pass the filter already), or of the library's motions."""
        self._source = (items, searched)
        self.rearrange()

    def rearrange(self) -> None:
        """Put the list in order; at once where there is little to do."""
        items, searched = self._source
        found = None if searched else self.found
        if not searched and self.order is not None and self.collection is not None:
            job = _Job(list(self.order), None, self.cut, self.arrangement, self.opened, whole=len(items))
        else:
            passing = None if found is None else found.motion_ids
            job = _Job(items, passing, self.cut if searched else 0.0, self.arrangement, self.opened)
        finder = self._finder
        if job.light or finder is None:
            self._sorter.cancel()
            self._arranged(job.run(None))
        else:
            self._sorter.submit(lambda task: job.run(finder()), self._arranged, self._not_found)

    def _arranged(self, made: Arranged) -> None:
        self.last = made
        self.arranged.emit(made)

    def close(self) -> None:
        """No more answers; wait for the threads."""
        self._again.stop()
        for worker in (self._worker, self._sorter, self._facts):
            worker.close()


@dataclass(frozen=True)
class _Job:
    """One list to put in order; ``whole``: how many there would be without the filter, where that is not ``items``."""

    items: list[Item]
    passing: frozenset[int] | None
    cut: float
    arrangement: Arrangement
    opened: frozenset[Hashable]
    whole: int = field(default=0)

    @property
    def light(self) -> bool:
        """True where it takes no time worth a thread."""
        plain = self.arrangement.sort == "score" and not self.arrangement.fold
        return plain and (self.passing is None or len(self.items) < 4000)

    def run(self, finder: Finder | None) -> Arranged:
        """The list in order."""
        items, how, passing = self.items, self.arrangement, self.passing
        kept = items if passing is None else [item for item in items if item.motion_id in passing]
        filtered = max(len(items), self.whole) - len(kept)
        shown = kept if self.cut <= 0.0 else above(kept, self.cut)
        cut = len(kept) - len(shown)
        shown = self._sorted(shown, finder)
        folded = grouped = 0
        if how.fold and finder is not None:
            from motionlens.library.twins import folded as fold

            before = len(shown)
            shown = fold_twins(shown, fold([item.motion_id for item in shown], finder.twins()))
            folded = before - len(shown)
        if how.group:
            before = len(shown)
            shown = behind(shown, file_of, self.opened)
            grouped = before - len(shown)
        return Arranged(shown, filtered, cut, folded, grouped)

    def _sorted(self, items: list[Item], finder: Finder | None) -> list[Item]:
        how = self.arrangement
        if how.sort == "random":
            return shuffled(items, how.seed)
        if how.sort == "score" or finder is None:
            return items[::-1] if how.descending else items
        table = finder.table()
        columns = {
            "name": table.motions.name_rank,
            "length": table.motions.seconds,
            "added": table.motions.ids,
        }
        place = dict(zip(table.motions.ids.tolist(), columns[how.sort].tolist(), strict=True))
        return sorted(items, key=lambda item: place.get(item.motion_id, 1 << 40), reverse=how.descending)


def _look(finder: Finder, chosen: Filter) -> Found:
    table = finder.table()
    total = (len(table.motions.ids), len(table.moments.ids))
    if chosen == Filter():
        return Found(chosen, table.facets(chosen), total, total)
    mask = table.mask(chosen)
    motions = np.unique(table.moments.motion[mask])
    ids = table.moments.ids[mask]
    passing = (len(motions), len(ids))
    return Found(
        chosen, table.facets(chosen), passing, total, ids, frozenset(table.motions.ids[motions].tolist())
    )


def _alike(a: np.ndarray | None, b: np.ndarray | None) -> bool:
    if a is None or b is None:
        return a is b
    return np.array_equal(a, b)
