"""Favourites, tags and notes: on a motion, or on a range of its frames."""

from __future__ import annotations

import sqlite3
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from .rows import Rows, now
from .schema import LibraryError
from .undo import Changes

MOST_TAG_CHARACTERS = 60


class Item(NamedTuple):
    """A motion, or frames [start_frame, end_frame) of it; 0, 0 = all of it."""

    motion_id: int
    start_frame: int = 0
    end_frame: int = 0

    @property
    def span(self) -> tuple[int, int]:
        """(start_frame, end_frame)."""
        return self.start_frame, self.end_frame

    @property
    def whole(self) -> bool:
        """All of the motion is meant."""
        return not self.end_frame


class Note(NamedTuple):
    """A note of the user's."""

    item: Item
    text: str
    changed_at: str


def subject_id(database: sqlite3.Connection, motion_id: int) -> int:
    """The row that curation of this motion hangs on, made where there is none yet.

    Raises:
        LibraryError: there is no such motion.
    """
    found = database.execute("SELECT id FROM subjects WHERE motion_id = ?", (motion_id,)).fetchone()
    if found is None:
        found = database.execute(
            "INSERT INTO subjects (motion_id, path, slot, name) SELECT m.id, coalesce(f.path, ''), m.slot, "
            "m.name FROM motions m LEFT JOIN files f ON f.id = m.file_id WHERE m.id = ? RETURNING id",
            (motion_id,),
        ).fetchone()
    if found is None:
        raise LibraryError(f"The library has no motion {motion_id}: search again.")
    return int(found[0])


def tidy(name: str, what: str = "tag") -> str:
    """A name without odd spaces.

    Raises:
        LibraryError: nothing is left, or it is too long.

    >>> tidy("  hit   reaction ")
    'hit reaction'
    """
    name = " ".join(unicodedata.normalize("NFC", name).split())
    if not name:
        raise LibraryError(f"The {what} has no name: give it one.")
    if len(name) > MOST_TAG_CHARACTERS:
        raise LibraryError(f"The {what}'s name is longer than {MOST_TAG_CHARACTERS} characters: shorten it.")
    return name


def counted(items: Sequence[Item]) -> str:
    """How many motions, in words.

    >>> counted([Item(1)]), counted([Item(1), Item(2)])
    ('1 motion', '2 motions')
    """
    n = len({item.motion_id for item in items})
    return f"{n} motion" + "s" * (n != 1)


class Marks:
    """Reads and sets marks; each call is one step of undo, whatever number of items it takes."""

    def __init__(self, library: Rows, changes: Changes) -> None:
        self._library = library
        self._changes = changes

    # -- favourites ----------------------------------------------------------------------------

    def favourite(self, items: Iterable[Item], on: bool = True) -> int:
        """Make items favourites, or no more; returns how many changed."""
        given = list(items)
        title = f"{'add' if on else 'remove'} {counted(given)} {'to' if on else 'from'} favourites"
        with self._changes.change(title) as rows:
            changed = 0
            for item in given:
                key = (subject_id(rows.database, item.motion_id), *item.span)
                if (rows.get("favourites", *key) is not None) != on:
                    changed += rows.put("favourites", key, (now(),) if on else None)
            return changed

    def favourites(self) -> list[Item]:
        """All favourites, newest first."""
        return _items(self._library, "favourites", "ORDER BY t.added_at DESC, s.motion_id")

    # -- tags ----------------------------------------------------------------------------------

    def tag(self, items: Iterable[Item], name: str) -> int:
        """Give items a tag; an existing one that differs in capitals alone is used. Returns how many changed."""
        given, name = list(items), self._spelling(tidy(name))
        with self._changes.change(f"tag {counted(given)} “{name}”") as rows:
            changed = 0
            for item in given:
                key = (subject_id(rows.database, item.motion_id), *item.span, name)
                if rows.get("tags", *key) is None:
                    changed += rows.put("tags", key, (now(),))
            return changed

    def untag(self, items: Iterable[Item], name: str) -> int:
        """Take a tag from items; returns how many changed."""
        given, name = list(items), self._spelling(tidy(name))
        with self._changes.change(f"remove tag “{name}” from {counted(given)}") as rows:
            return sum(
                rows.put("tags", (subject_id(rows.database, item.motion_id), *item.span, name), None)
                for item in given
            )

    def rename_tag(self, name: str, other: str) -> int:
        """Rename a tag everywhere, or join it to another; returns on how many items."""
        other = tidy(other)
        if other.casefold() != name.casefold():
            other = self._spelling(other)
        if other == name:
            return 0
        with self._changes.change(f"rename tag “{name}” to “{other}”") as rows:
            found = self._tag_rows(rows.database, name)
            for *key, added_at in found:
                rows.put("tags", (*key, name), None)
                if rows.get("tags", *key, other) is None:
                    rows.put("tags", (*key, other), (added_at,))
            return len(found)

    def delete_tag(self, name: str) -> int:
        """Take a tag from everything; returns from how many items."""
        with self._changes.change(f"delete tag “{name}”") as rows:
            found = self._tag_rows(rows.database, name)
            return sum(rows.put("tags", (*key, name), None) for *key, _ in found)

    @staticmethod
    def _tag_rows(database: sqlite3.Connection, name: str) -> list[tuple[int, int, int, str]]:
        return database.execute(
            "SELECT subject_id, start_frame, end_frame, added_at FROM tags WHERE tag = ?", (name,)
        ).fetchall()

    def _spelling(self, name: str) -> str:
        """The tag that differs in capitals alone, else the name itself."""
        known = (tag for (tag,) in self._library.rows("SELECT DISTINCT tag FROM tags ORDER BY tag"))
        return next((tag for tag in known if tag.casefold() == name.casefold()), name)

    def tags(self) -> dict[str, int]:
        """All tags by name, with the number of motions that are here."""
        return dict(
            self._library.rows(
                "SELECT tag, count(DISTINCT motion_id) FROM tags JOIN subjects s ON s.id = subject_id "
                "WHERE motion_id IS NOT NULL GROUP BY tag ORDER BY tag COLLATE NOCASE"
            )
        )

    def tagged(self, name: str) -> list[Item]:
        """Items with a tag."""
        return _items(self._library, "tags", "AND t.tag = ? ORDER BY s.motion_id, t.start_frame", name)

    def tags_of(self, motion_id: int) -> dict[str, list[Item]]:
        """Tags of a motion by name, and what of it they are on."""
        out: dict[str, list[Item]] = defaultdict(list)
        for tag, start, end in self._library.rows(
            "SELECT tag, start_frame, end_frame FROM tags JOIN subjects s ON s.id = subject_id "
            "WHERE motion_id = ? ORDER BY tag COLLATE NOCASE, start_frame",
            motion_id,
        ):
            out[tag].append(Item(motion_id, start, end))
        return dict(out)

    # -- notes ---------------------------------------------------------------------------------

    def note(self, item: Item, text: str) -> None:
        """Write the note of an item; "" removes it."""
        text = text.strip()
        with self._changes.change("write note" if text else "remove note") as rows:
            key = (subject_id(rows.database, item.motion_id), *item.span)
            before = rows.get("notes", *key)
            if (before[0] if before else "") != text:
                rows.put("notes", key, (text, now()) if text else None)

    def notes(self, motion_id: int | None = None) -> list[Note]:
        """Notes of a motion, or all; newest first."""
        where, values = ("", ()) if motion_id is None else ("AND s.motion_id = ?", (motion_id,))
        rows = self._library.rows(
            "SELECT s.motion_id, t.start_frame, t.end_frame, t.text, t.changed_at FROM notes t "
            f"JOIN subjects s ON s.id = t.subject_id WHERE s.motion_id IS NOT NULL {where} "
            "ORDER BY t.changed_at DESC",
            *values,
        )
        return [Note(Item(*row[:3]), row[3], row[4]) for row in rows]


def _items(library: Rows, table: str, rest: str, *values: object) -> list[Item]:
    rows = library.rows(
        f"SELECT s.motion_id, t.start_frame, t.end_frame FROM {table} t JOIN subjects s ON s.id = t.subject_id "
        f"WHERE s.motion_id IS NOT NULL {rest}",
        *values,
    )
    return [Item(*row) for row in rows]
