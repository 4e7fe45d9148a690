"""Motions for other programs: BVH, GLB with a skin, NumPy arrays, tables, films.

Everything heavy is imported when a file is written, so that the app and ``--help`` start without it.
"""

from __future__ import annotations

from .engine import (
    KINDS,
    ORIGINAL,
    PICTURES,
    PROPORTIONS,
    Exported,
    ExportFailure,
    ExportItem,
    ExportOptions,
    ExportReport,
    Painter,
    export_many,
    export_motion,
    export_original,
    n_pictures,
)
from .names import file_stems
from .results import ResultRow, results_csv, rows_of, write_results

__all__ = [
    "KINDS",
    "ORIGINAL",
    "PICTURES",
    "PROPORTIONS",
    "ExportFailure",
    "ExportItem",
    "ExportOptions",
    "ExportReport",
    "Exported",
    "Painter",
    "ResultRow",
    "export_many",
    "export_motion",
    "export_original",
    "file_stems",
    "n_pictures",
    "results_csv",
    "rows_of",
    "write_results",
]
