"""Filters, facets, sorting and twins of a library, kept ready in memory and brought up to date when asked."""

from __future__ import annotations

import json
import os
import re
import threading
from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np

from .facets import Facet, FacetCount, Filter, FindTable, MomentColumns, MotionColumns, SortKey
from .facts import MotionRows, read_signature, update_facts
from .rows import Rows
from .twins import TwinGroup, find_twins


class FindableLibrary(MotionRows, Protocol):
    """What a ``Finder`` needs of ``LocalLibrary``."""

    def generation(self) -> int: ...


class Finder:
    """Answers what the sidebar of a library shows; safe to use from several threads.

    Each call looks whether the library changed (two short reads) and rebuilds only what did: after a tag the
    marks, after an import the motions. Written are facts (by ``update_facts``) and the twins that were found.

    Args:
        library: a ``LocalLibrary``.
    """

    def __init__(self, library: FindableLibrary) -> None:
        self._library = library
        self._lock = threading.Lock()
        self._twins_lock = threading.Lock()  # finding them takes seconds, in which facets must answer
        self._base: tuple[Hashable, MomentColumns, MotionColumns] | None = None
        self._table: tuple[Hashable, FindTable] | None = None
        self._twins: tuple[Hashable, list[TwinGroup]] | None = None

    # -- what is asked -------------------------------------------------------------------------

    def facets(self, chosen: Filter | None = None) -> dict[Facet, list[FacetCount]]:
        """Values and counts of every facet under a filter; see ``FindTable.facets``."""
        chosen = chosen or Filter()
        return self.table(chosen.first_of_twins).facets(chosen)

    def moment_ids(self, chosen: Filter) -> np.ndarray:
        """Ids of the moments that pass a filter, increasing, int64: what a search is restricted to."""
        return self.table(chosen.first_of_twins).moment_ids(chosen)

    def counts(self, chosen: Filter) -> tuple[int, int]:
        """How many motions and moments pass a filter."""
        return self.table(chosen.first_of_twins).counts(chosen)

    def order(self, moment_ids: np.ndarray, key: SortKey, descending: bool = False) -> np.ndarray:
        """Places of moments in sorted order; see ``FindTable.order``."""
        return self.table().order(moment_ids, key, descending)

    def twins(self) -> list[TwinGroup]:
        """Copies and mirror images among the motions whose signature is computed.

        Found once for each state of the library, in 5 s for 12,000 motions, and kept in it.
        """
        with self._twins_lock:
            key = self._base_key()
            if self._twins is None or self._twins[0] != key:
                self._twins = (key, _kept_twins(self._library, f"{key}"))
            return self._twins[1]

    def update_facts(
        self,
        progress: Callable[[int, int], None] | None = None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> int:
        """Compute travel and signatures that an older MotionLens left out; returns of how many motions.

        Until then these motions are in neither value of the facet "travel", and no twins.
        """
        return update_facts(self._library, progress, cancelled)

    def table(self, with_twins: bool = False) -> FindTable:
        """The current state, for several questions about one and the same."""
        groups = self.twins() if with_twins else []
        with self._lock:
            base_key = self._base_key()
            key = (base_key, with_twins, self._revision())
            if self._table is None or self._table[0] != key:
                if self._base is None or self._base[0] != base_key:
                    self._base = (base_key, *_read_base(self._library))
                _, moments, motions = self._base
                table = _read_marks(self._library, moments, motions)
                if with_twins:
                    table = replace(table, repeated=_repeated(motions, groups))
                self._table = (key, table)
            return self._table[1]

    # -- states --------------------------------------------------------------------------------

    def _revision(self) -> int:
        return int(self._library.rows("SELECT value FROM meta WHERE key = 'curation'")[0][0])

    def _base_key(self) -> Hashable:
        n_facts = self._library.rows("SELECT count(*) FROM motion_facts")[0][0]
        return self._library.generation(), n_facts


def _kept_twins(library: Rows, key: str) -> list[TwinGroup]:
    """The groups of this state, from the library where they were found before."""
    kept = library.rows("SELECT value FROM meta WHERE key = 'twins'")
    if kept:
        known, groups = json.loads(kept[0][0])
        if known == key:
            return [TwinGroup(kind, tuple(ids), tuple(sides)) for kind, ids, sides in groups]
    found = _find_twins(library)
    value = json.dumps([key, [[g.kind, g.motion_ids, g.sides] for g in found]])
    with library.changing() as database:
        database.execute("INSERT OR REPLACE INTO meta VALUES ('twins', ?)", (value,))
    return found


def _find_twins(library: Rows) -> list[TwinGroup]:
    rows = library.rows(
        "SELECT m.id, m.n_frames, f.signature FROM motions m JOIN motion_facts f ON f.motion_id = m.id "
        "AND f.position_row = m.position_row ORDER BY m.id"
    )
    if not rows:
        return []
    signatures = np.stack([read_signature(blob) for _, _, blob in rows])
    return find_twins([row[0] for row in rows], signatures, np.array([row[1] for row in rows]))


def _repeated(motions: MotionColumns, groups: Sequence[TwinGroup]) -> np.ndarray:
    later = [motion_id for group in groups for motion_id in group.motion_ids[1:]]
    return np.isin(motions.ids, later)


def _read_base(library: Rows) -> tuple[MomentColumns, MotionColumns]:
    rows = library.rows(
        "SELECT m.id, coalesce(f.path, ''), m.name, m.kind, m.n_frames, x.travel_m, "
        "coalesce(json_extract(inferred, '$.dataset'), json_extract(inferred, '$.format'), "
        "json_extract(inferred, '$.made'), 'other'), "
        "EXISTS (SELECT 1 FROM captions c WHERE c.motion_id = m.id) "
        "FROM motions m LEFT JOIN files f ON f.id = m.file_id LEFT JOIN motion_facts x "
        "ON x.motion_id = m.id AND x.position_row = m.position_row ORDER BY m.id"
    )
    ids, paths, titles, kinds, n_frames, travels, datasets, captioned = (
        zip(*rows, strict=True) if rows else [()] * 8
    )
    own = {
        motion_id
        for (motion_id,) in library.rows(
            "SELECT DISTINCT s.motion_id FROM own_captions c JOIN subjects s ON s.id = c.subject_id "
            "WHERE c.text <> '' AND s.motion_id IS NOT NULL"
        )
    }
    folder, folders = _coded([os.path.dirname(path) for path in paths])  # noqa: PTH120 (12,000 strings)
    dataset, dataset_names = _coded(datasets)
    kind, kind_names = _coded(kinds)
    motion_ids = np.array(ids, np.int64)
    motions = MotionColumns(
        ids=motion_ids,
        folder=folder,
        folders=folders,
        dataset=dataset,
        datasets=dataset_names,
        kind=kind,
        kinds=kind_names,
        seconds=np.array(n_frames, np.float64) / 20.0,
        travel_m=np.array([np.nan if value is None else value for value in travels], np.float64),
        captioned=np.array(captioned, bool) | np.isin(motion_ids, list(own)),
        names=tuple(titles),
        name_rank=_ranks(titles),
    )
    # The two reads are two states while an import goes on: moments of motions not read are left out.
    found = np.array(
        library.rows("SELECT id, motion_id, start_frame, end_frame FROM moments ORDER BY id"), np.int64
    ).reshape(-1, 4)
    found = found[np.isin(found[:, 1], motion_ids)]
    of = np.searchsorted(motion_ids, found[:, 1])
    return MomentColumns(found[:, 0].copy(), of, found[:, 2].copy(), found[:, 3].copy()), motions


def _read_marks(library: Rows, moments: MomentColumns, motions: MotionColumns) -> FindTable:
    order = np.argsort(moments.motion, kind="stable")
    firsts = np.searchsorted(moments.motion[order], np.arange(len(motions.ids) + 1))
    at = {int(motion_id): row for row, motion_id in enumerate(motions.ids)}

    def rows_of(motion_id: int, start: int, end: int) -> np.ndarray:
        row = at.get(motion_id)
        if row is None:
            return np.zeros(0, np.int64)
        own = order[firsts[row] : firsts[row + 1]]
        if not end:
            return own
        shared = np.minimum(moments.end[own], end) - np.maximum(moments.start[own], start)
        return own[2 * shared >= np.minimum(moments.end[own] - moments.start[own], end - start)]

    def grouped(table: str, key: str) -> dict[str, np.ndarray]:
        found: dict[str, list[np.ndarray]] = defaultdict(list)
        for value, *mark in library.rows(
            f"SELECT {key}, s.motion_id, t.start_frame, t.end_frame FROM {table} t "
            "JOIN subjects s ON s.id = t.subject_id WHERE s.motion_id IS NOT NULL"
        ):
            found[value].append(rows_of(*mark))
        return {value: np.unique(np.concatenate(parts)) for value, parts in found.items()}

    favourite = np.zeros(len(moments.ids), bool)
    for rows in grouped("favourites", "''").values():
        favourite[rows] = True
    tags = grouped("tags", "t.tag")
    held = {int(number): rows for number, rows in grouped("collection_items", "t.collection_id").items()}
    collections = {
        number: held.get(number, np.zeros(0, np.int64))
        for (number,) in library.rows("SELECT id FROM collections ORDER BY name COLLATE NOCASE")
    }
    return FindTable(
        moments,
        motions,
        favourite,
        {tag: tags[tag] for tag in sorted(tags, key=str.casefold)},
        collections,
        np.zeros(len(motions.ids), bool),
    )


def _coded(values: Sequence[str]) -> tuple[np.ndarray, tuple[str, ...]]:
    """Numbers, and the names that they stand for, in alphabetical order.

    >>> codes, found = _coded(["b", "a", "b"])
    >>> codes.tolist(), found
    ([1, 0, 1], ('a', 'b'))
    """
    found = sorted(set(values))
    number = {value: k for k, value in enumerate(found)}
    return np.array([number[value] for value in values], np.int64), tuple(found)


def _ranks(titles: Sequence[str]) -> np.ndarray:
    """Place of each name among the sorted ones; numbers in names count by value.

    >>> _ranks(["walk 10", "Walk 2", "run"]).tolist()
    [2, 1, 0]
    """
    keys = [natural(title) for title in titles]
    place = {key: k for k, key in enumerate(sorted(set(keys)))}
    return np.array([place[key] for key in keys], np.int64)


def natural(title: str) -> tuple[tuple[int, int, str], ...]:
    """Sorting key of a name.

    >>> natural("walk 10") > natural("Walk 2")
    True
    """
    parts = re.split(r"(\d+)", title.casefold())
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts if part)
