"""Changes that can be taken back: a change is the rows that it touched, before and after.

One mechanism for all of curation, so that no command needs an inverse of its own.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

from .schema import LibraryError

MOST_STEPS = 200
"""Changes that can be undone."""

# Tables that may be edited: key columns, other columns.
TABLES: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "favourites": (("subject_id", "start_frame", "end_frame"), ("added_at",)),
    "tags": (("subject_id", "start_frame", "end_frame", "tag"), ("added_at",)),
    "notes": (("subject_id", "start_frame", "end_frame"), ("text", "changed_at")),
    "own_captions": (
        ("id",),
        ("subject_id", "start_frame", "end_frame", "text", "replaces", "added_at"),
    ),
    "collections": (("id",), ("name", "made_at")),
    "collection_items": (
        ("id",),
        ("collection_id", "subject_id", "start_frame", "end_frame", "place", "added_at"),
    ),
    "saved_searches": (("id",), ("name", "query", "made_at")),
}

Row = tuple[Any, ...]
Transaction = Callable[[bool], AbstractContextManager[sqlite3.Connection]]
"""Opens a short write transaction; the argument says whether search must notice."""


@dataclass(frozen=True)
class RowEdit:
    """One row of one table; None = the row is not there."""

    table: str
    key: Row
    before: Row | None
    after: Row | None


@dataclass(frozen=True)
class Change:
    """What one user action did.

    Attributes:
        title: what a menu shows, as "tag 3 motions “run”".
        edits: in the order in which they were made.
        searched: search reads these rows (captions).
    """

    title: str
    edits: tuple[RowEdit, ...]
    searched: bool = False


class Recorder:
    """Makes edits inside a transaction and notes them."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self.database = database
        self.edits: list[RowEdit] = []

    def get(self, table: str, *key: Any) -> Row | None:
        """The row's other columns, None where there is no such row."""
        return _read(self.database, table, key)

    def put(self, table: str, key: Row, after: Row | None) -> bool:
        """Write or remove (None) a row; False where it was so before."""
        before = _read(self.database, table, key)
        if before == after:
            return False
        _write(self.database, table, key, after)
        self.edits.append(RowEdit(table, key, before, after))
        return True

    def add(self, table: str, after: Row) -> int:
        """A new row of a table with a number as its key; returns the number.

        Numbers are never given twice, so that an undone row can come back under its own.
        """
        _, columns = TABLES[table]
        marks = ", ".join("?" * len(columns))
        sql = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"
        number = int(self.database.execute(sql, after).lastrowid or 0)
        self.edits.append(RowEdit(table, (number,), None, after))
        return number


def _read(database: sqlite3.Connection, table: str, key: Row) -> Row | None:
    keys, columns = TABLES[table]
    where = " AND ".join(f"{name} = ?" for name in keys)
    found = database.execute(f"SELECT {', '.join(columns)} FROM {table} WHERE {where}", key).fetchone()
    return None if found is None else tuple(found)


def _write(database: sqlite3.Connection, table: str, key: Row, row: Row | None) -> None:
    keys, columns = TABLES[table]
    where = " AND ".join(f"{name} = ?" for name in keys)
    if row is None:
        database.execute(f"DELETE FROM {table} WHERE {where}", key)
        return
    values = ", ".join(f"{name} = ?" for name in columns)
    if not database.execute(f"UPDATE {table} SET {values} WHERE {where}", (*row, *key)).rowcount:
        marks = ", ".join("?" * (len(keys) + len(columns)))
        names = ", ".join((*keys, *columns))
        database.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", (*key, *row))


class Changes:
    """The undo and redo stacks of one open library; safe to use from several threads."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._guard = threading.RLock()  # one change at a time, so that the stacks have their order
        self._done: list[Change] = []
        self._undone: list[Change] = []

    @contextmanager
    def change(self, title: str, searched: bool = False) -> Iterator[Recorder]:
        """One transaction and one step of undo; nothing is kept where nothing was edited."""
        with self._guard:
            with self._transaction(searched) as database:
                recorder = Recorder(database)
                yield recorder
            if recorder.edits:
                self._done = [*self._done, Change(title, tuple(recorder.edits), searched)][-MOST_STEPS:]
                self._undone.clear()

    def undo(self) -> str | None:
        """Take the last change back; returns its title, None where there is none.

        Raises:
            LibraryError: somebody else changed the same rows since; that step is then dropped.
        """
        return self._step(self._done, self._undone, back=True)

    def redo(self) -> str | None:
        """Make the change that was undone last again; see ``undo``."""
        return self._step(self._undone, self._done, back=False)

    @property
    def undo_title(self) -> str | None:
        """Title of what ``undo`` would take back."""
        done = self._done
        return done[-1].title if done else None

    @property
    def redo_title(self) -> str | None:
        """Title of what ``redo`` would make again."""
        undone = self._undone
        return undone[-1].title if undone else None

    def _step(self, source: list[Change], target: list[Change], back: bool) -> str | None:
        with self._guard:
            if not source:
                return None
            change = source.pop()
            with self._transaction(change.searched) as database:
                for edit in reversed(change.edits) if back else change.edits:
                    wanted, there = (edit.before, edit.after) if back else (edit.after, edit.before)
                    if _read(database, edit.table, edit.key) != there:
                        raise _overtaken(change, back)
                    _write(database, edit.table, edit.key, wanted)
            target.append(change)
            return change.title


def _overtaken(change: Change, back: bool) -> LibraryError:
    word = "undone" if back else "made again"
    return LibraryError(
        f"“{change.title}” cannot be {word}: it was changed elsewhere meanwhile; change it by hand."
    )
