"""A real little library behind the fake engine, for tests of finding and keeping."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from fakes import FakeServices, gait

from motionlens.library import LocalLibrary
from motionlens.library.writer import FileState
from motionlens.motion import FPS, Motion
from motionlens.search.query import Query
from motionlens.search.result import Hit, SearchResult

CAPTIONS = ("a person walks forward", "someone waves with the left hand", "a slow bow")


def fill(library: LocalLibrary, folder: Path, n: int = 9, first: int = 0) -> None:
    """Takes of 2 to 18 s in two folders; the third of each three walks far."""
    with library.writing() as writer:
        for i in range(first, first + n):
            path = folder / ("fights" if i % 2 else "walks") / f"take_{i}.bvh"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("HIERARCHY")
            positions = gait(40 + 40 * i, 0.0 if i % 3 else 1.2, i)
            motion = Motion(positions, f"take {i}", inferred={"format": "bvh" if i % 2 else "amc"})
            writer.store_file(FileState(str(path), 1, 1, f"h{i}", "reader=1"), [motion], [CAPTIONS[i % 3]])
    with library.changing() as database:
        database.execute("INSERT OR IGNORE INTO roots VALUES (?, '')", (str(folder),))


class TinySearcher:
    """Ranks a library's moments by shared words, captions of the user's included."""

    def __init__(self, library: LocalLibrary) -> None:
        self.library = library

    def search(self, text: str, k: int) -> SearchResult:
        return self.search_query(Query(text), k)

    def search_query(self, query: Query, k: int, fold_overlaps=True, within: np.ndarray | None = None):
        words = set(query.text.lower().split())
        found = []
        moments = list(self.library.moments())
        for moment in moments:
            record = self.library.motion(moment.motion_id)
            best = max((len(words & set(c.split())) for c in record.captions), default=0)
            if within is None or moment.id in within:
                found.append((best / max(len(words), 1), moment, record))
        found.sort(key=lambda one: (-one[0], one[1].id))
        hits = tuple(
            Hit(
                rank, r.id, m.id, r.name, r.path, m.start_frame / FPS, m.end_frame / FPS, score, r.captions[0]
            )
            for rank, (score, m, r) in enumerate(found[:k], 1)
        )
        return SearchResult(query.text, len(moments), {"total": 3.0}, hits)


class TinyServices(FakeServices):
    """The fake engine on a real library in ``folder``."""

    def __init__(self, folder: Path, takes: Path) -> None:
        super().__init__(0)
        self.folder = folder
        with LocalLibrary(folder) as library:
            fill(library, takes)

    def open_library(self, folder: Path) -> LocalLibrary:
        return LocalLibrary(self.folder)

    def searcher(self, library, encoder, progress, cancelled) -> TinySearcher:
        return TinySearcher(library)
