"""Collections: ordered items under a name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from .marks import Item, counted, subject_id, tidy
from .rows import Rows, now
from .schema import LibraryError
from .undo import Changes, Recorder


class Collection(NamedTuple):
    """A collection and how many of its items are in the library now."""

    id: int
    name: str
    n_items: int


class CollectionItem(NamedTuple):
    """An item of a collection; ``id`` is its own, for moving and removing."""

    id: int
    item: Item


class Collections:
    """Reads and changes collections; each call is one step of undo."""

    def __init__(self, library: Rows, changes: Changes) -> None:
        self._library = library
        self._changes = changes

    def all(self) -> list[Collection]:
        """All collections by name."""
        rows = self._library.rows(
            "SELECT c.id, c.name, count(s.motion_id) FROM collections c LEFT JOIN collection_items i "
            "ON i.collection_id = c.id LEFT JOIN subjects s ON s.id = i.subject_id "
            "GROUP BY c.id ORDER BY c.name COLLATE NOCASE"
        )
        return [Collection(*row) for row in rows]

    def items(self, collection_id: int) -> list[CollectionItem]:
        """Items in their order; those whose motion is not in the library now are left out."""
        rows = self._library.rows(
            "SELECT i.id, s.motion_id, i.start_frame, i.end_frame FROM collection_items i "
            "JOIN subjects s ON s.id = i.subject_id WHERE i.collection_id = ? AND s.motion_id IS NOT NULL "
            "ORDER BY i.place, i.id",
            collection_id,
        )
        return [CollectionItem(row[0], Item(*row[1:])) for row in rows]

    def create(self, name: str, items: Iterable[Item] = ()) -> int:
        """A new collection; returns its id.

        Raises:
            LibraryError: the name is empty or taken.
        """
        name = tidy(name, "collection")
        self._check_free(name)
        with self._changes.change(f"make collection “{name}”") as rows:
            number = rows.add("collections", (name, now()))
            self._append(rows, number, list(items))
            return number

    def rename(self, collection_id: int, name: str) -> None:
        """Give a collection another name."""
        name = tidy(name, "collection")
        self._check_free(name, collection_id)
        with self._changes.change(f"rename collection to “{name}”") as rows:
            _, made_at = self._row(rows, collection_id)
            rows.put("collections", (collection_id,), (name, made_at))

    def delete(self, collection_id: int) -> None:
        """Delete a collection; its motions stay."""
        with self._changes.change("delete collection") as rows:
            self._row(rows, collection_id)
            for (item_id,) in rows.database.execute(
                "SELECT id FROM collection_items WHERE collection_id = ?", (collection_id,)
            ).fetchall():
                rows.put("collection_items", (item_id,), None)
            rows.put("collections", (collection_id,), None)

    def add(self, collection_id: int, items: Iterable[Item], at: int | None = None) -> list[int]:
        """Put items in, before the one at place ``at`` (None = at the end); returns their ids."""
        given = list(items)
        with self._changes.change(f"add {counted(given)} to collection") as rows:
            self._row(rows, collection_id)
            added = self._append(rows, collection_id, given)
            if at is not None:
                order = [i for i in self._order(rows, collection_id) if i not in added]
                self._write_order(rows, [*order[:at], *added, *order[at:]])
            return added

    def remove(self, item_ids: Iterable[int]) -> int:
        """Take items out; returns how many."""
        given = list(item_ids)
        with self._changes.change(f"remove {len(given)} from collection") as rows:
            return sum(rows.put("collection_items", (item_id,), None) for item_id in given)

    def move(self, collection_id: int, item_ids: Sequence[int], at: int) -> None:
        """Put items, in the order given, before the one that is at place ``at`` now."""
        with self._changes.change("order collection") as rows:
            order = self._order(rows, collection_id)
            moved = [i for i in item_ids if i in order]
            before = [i for i in order[: max(at, 0)] if i not in moved]
            after = [i for i in order[max(at, 0) :] if i not in moved]
            self._write_order(rows, [*before, *moved, *after])

    # -- parts ---------------------------------------------------------------------------------

    def _check_free(self, name: str, but: int = 0) -> None:
        for collection in self.all():
            if collection.id != but and collection.name.casefold() == name.casefold():
                raise LibraryError(f"There is a collection “{collection.name}” already: choose another name.")

    @staticmethod
    def _row(rows: Recorder, collection_id: int) -> tuple[str, str]:
        found = rows.get("collections", collection_id)
        if found is None:
            raise LibraryError(f"There is no collection {collection_id} any more: choose another.")
        return found[0], found[1]

    @staticmethod
    def _append(rows: Recorder, collection_id: int, items: Sequence[Item]) -> list[int]:
        last = rows.database.execute(
            "SELECT coalesce(max(place), -1) FROM collection_items WHERE collection_id = ?", (collection_id,)
        ).fetchone()[0]
        return [
            rows.add(
                "collection_items",
                (collection_id, subject_id(rows.database, item.motion_id), *item.span, last + place, now()),
            )
            for place, item in enumerate(items, 1)
        ]

    @staticmethod
    def _order(rows: Recorder, collection_id: int) -> list[int]:
        found = rows.database.execute(
            "SELECT i.id, s.motion_id FROM collection_items i JOIN subjects s ON s.id = i.subject_id "
            "WHERE collection_id = ? ORDER BY place, i.id",
            (collection_id,),
        ).fetchall()
        # What waits for its motion is not shown and counts as no place: it goes to the end.
        return [i for i, motion in found if motion is not None] + [i for i, motion in found if motion is None]

    @staticmethod
    def _write_order(rows: Recorder, order: Sequence[int]) -> None:
        for place, item_id in enumerate(order):
            row = rows.get("collection_items", item_id)
            if row is not None:
                rows.put("collection_items", (item_id,), (*row[:4], place, row[5]))
