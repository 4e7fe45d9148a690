"""What the modules of curation need of the library."""

from __future__ import annotations

import sqlite3
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any, Protocol


class Rows(Protocol):
    """Reads rows and opens short write transactions; ``LocalLibrary`` is one."""

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]: ...
    def changing(self, searched: bool = False) -> AbstractContextManager[sqlite3.Connection]: ...


def now() -> str:
    """The time in UTC, to the millisecond, as stored."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def marks(n: int) -> str:
    """Question marks for an SQL list of n values.

    >>> marks(3)
    '?, ?, ?'
    """
    return ", ".join("?" * n)
