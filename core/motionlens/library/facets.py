"""Facets with counts, filters and sorting over the moments of a library: NumPy alone, no SQL.

``FindTable`` is one state of the library, made by ``finder.Finder``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

TRAVELS_M = 1.0
"""A motion that gets farther than this from where it starts is travelling, else in place."""
LENGTHS: tuple[tuple[str, float, float], ...] = (
    ("under 2 s", 0.0, 2.0),
    ("2-5 s", 2.0, 5.0),
    ("5-10 s", 5.0, 10.0),
    ("10-30 s", 10.0, 30.0),
    ("over 30 s", 30.0, np.inf),
)
"""Bins of a motion's length: name, from, to (not included), seconds."""
TRAVELLING, IN_PLACE = "travelling", "in place"
SortKey = Literal["name", "length", "added"]
Facet = Literal["folder", "dataset", "length", "travel", "kind", "captions", "favourite", "tag", "collection"]


@dataclass(frozen=True)
class Filter:
    """What is to be shown; a field left as it is lets everything through.

    Attributes:
        folders: source folders, each with those below it; any of them.
        datasets: kinds of source ("amc", "bvh", "video" …); any of them.
        lengths: names of ``LENGTHS``; any of them.
        travel: ``TRAVELLING`` or ``IN_PLACE``.
        kinds: "motion", "video"; any of them.
        captioned: with captions, or without.
        favourite: favourites, or the others.
        tags: all of them.
        collections: ids; any of them.
        name: part of the name, capitals apart.
        first_of_twins: of copies and mirror images of a motion the first only.
    """

    folders: frozenset[str] = frozenset()
    datasets: frozenset[str] = frozenset()
    lengths: frozenset[str] = frozenset()
    travel: str | None = None
    kinds: frozenset[str] = frozenset()
    captioned: bool | None = None
    favourite: bool | None = None
    tags: frozenset[str] = frozenset()
    collections: frozenset[int] = frozenset()
    name: str = ""
    first_of_twins: bool = False


@dataclass(frozen=True)
class FacetCount:
    """A value of a facet, and what would be shown if it alone were chosen there (tags: chosen as well)."""

    value: str | int | bool
    motions: int
    moments: int


@dataclass(frozen=True, eq=False)
class MomentColumns:
    """One entry a moment, by id."""

    ids: np.ndarray
    motion: np.ndarray  # row of the motion in MotionColumns
    start: np.ndarray
    end: np.ndarray


@dataclass(frozen=True, eq=False)
class MotionColumns:
    """One entry a motion, by id. Codes number the names beside them."""

    ids: np.ndarray
    folder: np.ndarray
    folders: tuple[str, ...]
    dataset: np.ndarray
    datasets: tuple[str, ...]
    kind: np.ndarray
    kinds: tuple[str, ...]
    seconds: np.ndarray
    travel_m: np.ndarray  # NaN where it is not computed yet
    captioned: np.ndarray
    names: tuple[str, ...]
    name_rank: np.ndarray


@dataclass(frozen=True, eq=False)
class FindTable:
    """One state of a library, for filtering and counting.

    Attributes:
        favourite: (m,) bool over moments.
        tags: rows of moments by tag.
        collections: rows of moments by collection id.
        repeated: (n,) bool over motions: a copy or mirror image of an earlier one.
    """

    moments: MomentColumns
    motions: MotionColumns
    favourite: np.ndarray
    tags: Mapping[str, np.ndarray]
    collections: Mapping[int, np.ndarray]
    repeated: np.ndarray
    length_bin: np.ndarray = field(init=False)
    place: np.ndarray = field(init=False)  # 0 in place, 1 travelling, 2 not known
    codes: dict[str, np.ndarray] = field(init=False)  # single-valued facets, over moments

    def __post_init__(self) -> None:
        motions = self.motions
        edges = [upper for _, _, upper in LENGTHS[:-1]]
        object.__setattr__(self, "length_bin", np.searchsorted(edges, motions.seconds, side="right"))
        far = np.where(np.isnan(motions.travel_m), 2, (motions.travel_m > TRAVELS_M).astype(int))
        object.__setattr__(self, "place", far)
        of = self.moments.motion
        columns = {
            "folder": motions.folder,
            "dataset": motions.dataset,
            "length": self.length_bin,
            "travel": far,
            "kind": motions.kind,
            "captions": motions.captioned.astype(int),
        }
        codes = {name: column[of] for name, column in columns.items()}
        codes["favourite"] = self.favourite.astype(int)
        object.__setattr__(self, "codes", codes)

    # -- filtering -----------------------------------------------------------------------------

    def mask(self, chosen: Filter) -> np.ndarray:
        """(m,) bool: moments that pass."""
        out = np.ones(len(self.moments.ids), bool)
        for one in self._masks(chosen).values():
            out &= one
        return out

    def moment_ids(self, chosen: Filter) -> np.ndarray:
        """Ids of the moments that pass, increasing, int64."""
        return self.moments.ids[self.mask(chosen)]

    def _masks(self, chosen: Filter) -> dict[str, np.ndarray]:
        """(m,) bool for each facet that the filter restricts."""
        motions, codes = self.motions, self.codes
        out: dict[str, np.ndarray] = {}
        if chosen.folders:
            allowed = [_below(folder, chosen.folders) for folder in motions.folders]
            out["folder"] = np.array(allowed, bool)[codes["folder"]]
        if chosen.datasets:
            out["dataset"] = _any_of(motions.datasets, chosen.datasets)[codes["dataset"]]
        if chosen.lengths:
            out["length"] = _any_of([name for name, _, _ in LENGTHS], chosen.lengths)[codes["length"]]
        if chosen.travel is not None:
            out["travel"] = codes["travel"] == (chosen.travel == TRAVELLING)
        if chosen.kinds:
            out["kind"] = _any_of(motions.kinds, chosen.kinds)[codes["kind"]]
        if chosen.captioned is not None:
            out["captions"] = codes["captions"] == chosen.captioned
        if chosen.favourite is not None:
            out["favourite"] = self.favourite == chosen.favourite
        if chosen.tags:
            out["tag"] = np.logical_and.reduce([self._rows(self.tags.get(tag)) for tag in chosen.tags])
        if chosen.collections:
            rows = [self._rows(self.collections.get(number)) for number in chosen.collections]
            out["collection"] = np.logical_or.reduce(rows)
        if chosen.name.strip():
            part = chosen.name.strip().casefold()
            hit = np.array([part in name.casefold() for name in motions.names], bool)
            out["name"] = hit[self.moments.motion]
        if chosen.first_of_twins:
            out["twins"] = ~self.repeated[self.moments.motion]
        return out

    def _rows(self, rows: np.ndarray | None) -> np.ndarray:
        out = np.zeros(len(self.moments.ids), bool)
        if rows is not None:
            out[rows] = True
        return out

    # -- counting ------------------------------------------------------------------------------

    def counts(self, chosen: Filter) -> tuple[int, int]:
        """How many motions and moments pass."""
        return self._count(self.mask(chosen))

    def _count(self, mask: np.ndarray) -> tuple[int, int]:
        return int(np.count_nonzero(self._shown(mask))), int(np.count_nonzero(mask))

    def _shown(self, mask: np.ndarray) -> np.ndarray:
        """(n,) bool: motions of which a moment is in the mask."""
        out = np.zeros(len(self.motions.ids), bool)
        out[self.moments.motion[mask]] = True
        return out

    def facets(self, chosen: Filter) -> dict[Facet, list[FacetCount]]:
        """Values and counts of every facet, as if its own restriction were lifted (tags: kept)."""
        masks = self._masks(chosen)
        fails = np.zeros(len(self.moments.ids), np.int8)
        for one in masks.values():
            fails += ~one
        passing = fails == 0
        shown = self._shown(passing)

        def state(facet: str) -> tuple[np.ndarray, np.ndarray]:
            if facet not in masks:
                return passing, shown
            mask = (fails - ~masks[facet]) == 0
            return mask, self._shown(mask)

        motions = self.motions
        names: dict[Facet, Sequence[str | bool]] = {
            "folder": motions.folders,
            "dataset": motions.datasets,
            "length": [name for name, _, _ in LENGTHS],
            "travel": [IN_PLACE, TRAVELLING],
            "kind": motions.kinds,
            "captions": [False, True],
        }
        columns = {
            "folder": motions.folder,
            "dataset": motions.dataset,
            "length": self.length_bin,
            "travel": self.place,
            "kind": motions.kind,
            "captions": motions.captioned.astype(int),
        }
        out: dict[Facet, list[FacetCount]] = {}
        for facet, values in names.items():
            mask, seen = state(facet)
            n = len(values)
            moments = np.bincount(self.codes[facet][mask], minlength=n)
            per_motion = np.bincount(columns[facet][seen], minlength=n)
            out[facet] = [
                FacetCount(value, int(per_motion[k]), int(moments[k])) for k, value in enumerate(values)
            ]
        mask, _ = state("favourite")
        out["favourite"] = [
            FacetCount(on, *self._count(mask & (self.favourite == on))) for on in (False, True)
        ]
        out["tag"] = [self._row_count(tag, rows, passing) for tag, rows in self.tags.items()]
        mask, _ = state("collection")
        out["collection"] = [self._row_count(key, rows, mask) for key, rows in self.collections.items()]
        return out

    def _row_count(self, value: str | int, rows: np.ndarray, mask: np.ndarray) -> FacetCount:
        kept = rows[mask[rows]]
        return FacetCount(value, len(np.unique(self.moments.motion[kept])), len(kept))

    # -- sorting -------------------------------------------------------------------------------

    def order(self, moment_ids: np.ndarray, key: SortKey, descending: bool = False) -> np.ndarray:
        """Places of the given moments in sorted order; alike ones stay as they are.

        Args:
            moment_ids: (k,) ids, in any order; unknown ones go to the end.
            key: "name" (numbers in names by value), "length" of the motion, "added" (when it first came in).
            descending: the other way round.
        """
        at = np.searchsorted(self.moments.ids, moment_ids)
        at = np.minimum(at, max(len(self.moments.ids) - 1, 0))
        if not len(self.moments.ids):
            return np.arange(len(moment_ids))
        motion = self.moments.motion[at]
        columns = {"name": self.motions.name_rank, "length": self.motions.seconds, "added": self.motions.ids}
        values = columns[key][motion].astype(np.float64)
        values = -values if descending else values
        values[self.moments.ids[at] != moment_ids] = np.inf
        return np.argsort(values, kind="stable")


def _any_of(names: Sequence[str], wanted: frozenset[str]) -> np.ndarray:
    return np.array([name in wanted for name in names], bool)


def _below(folder: str, wanted: frozenset[str]) -> bool:
    """Whether a folder is one of the wanted, or below one.

    >>> [_below(f, frozenset({"/a/b"})) for f in ("/a/b", "/a/b/c", "/a/bc", "")]
    [True, True, False, False]
    """
    return any(
        folder == one or (one and folder.startswith((one.rstrip("/\\") + "/", one.rstrip("/\\") + "\\")))
        for one in wanted
    )
