"""Motions for other programs: BVH, GLB with a skin, NumPy arrays, tables, films.

Everything heavy is imported when a file is written, so that the app and ``--help`` start without it.
"""

from __future__ import annotations

from .engine import (
    KINDS,
    PROPORTIONS,
    Exported,
    ExportFailure,
    ExportItem,
    ExportOptions,
    ExportReport,
    export_many,
    export_motion,
)

__all__ = [
    "KINDS",
    "PROPORTIONS",
    "ExportFailure",
    "ExportItem",
    "ExportOptions",
    "ExportReport",
    "Exported",
    "export_many",
    "export_motion",
]
