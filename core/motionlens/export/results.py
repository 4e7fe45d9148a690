"""Results of a search, or a list of motions, as a table."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..search.result import TEXT, SearchResult
from .files import whole_file

COLUMNS = ("rank", "name", "path", "start_s", "end_s", "score", "caption", "parts")


@dataclass(frozen=True)
class ResultRow:
    """One line; ``score`` None where nothing was searched for; ``parts`` the score of each part of the query."""

    rank: int
    name: str
    path: str
    start_s: float
    end_s: float
    score: float | None = None
    caption: str = ""
    parts: Mapping[str, float] = field(default_factory=dict)


def rows_of(result: SearchResult) -> list[ResultRow]:
    """The hits of a search; a text alone is its own only part, which is not repeated."""
    several = result.parts not in ((), (TEXT,))
    return [
        ResultRow(
            h.rank, h.name, h.path, h.start_s, h.end_s, h.score, h.caption, dict(h.parts) if several else {}
        )
        for h in result.hits
    ]


def results_csv(rows: Iterable[ResultRow]) -> str:
    """CSV with ``COLUMNS``; seconds to the hundredth (a frame is 0.05), ``parts`` as JSON or empty.

    >>> print(results_csv([ResultRow(1, "wave", "/d/a,b.bvh", 4.0, 12.0, 0.8125, "a wave")]).splitlines()[1])
    1,wave,"/d/a,b.bvh",4.00,12.00,0.8125,a wave,
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        parts = {name: round(float(score), 6) for name, score in row.parts.items()}
        writer.writerow((
            row.rank, row.name, row.path, f"{row.start_s:.2f}", f"{row.end_s:.2f}",
            "" if row.score is None else f"{row.score:.6g}", row.caption,
            json.dumps(parts, ensure_ascii=False) if parts else "",
        ))  # fmt: skip
    return out.getvalue()


def write_results(rows: Iterable[ResultRow], path: str | Path, overwrite: bool = False) -> None:
    """Write the table (UTF-8), whole or not at all.

    Raises:
        MotionLensError: a file in the way, a folder or disk that cannot be written to.
    """
    with whole_file(Path(path), overwrite) as temporary:
        temporary.write_text(results_csv(rows), encoding="utf-8", newline="")
