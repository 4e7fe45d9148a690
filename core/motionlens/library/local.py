"""A library in a local folder: SQLite catalogue, memory-mapped arrays beside it."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock, Timeout

from ..motion import FPS, Motion
from ..skeleton import N_JOINTS
from . import schema
from .arrays import KNOWN_BYTES, FlatArray, gather, token_path, unpack_known
from .connections import Connection
from .curation import Curation
from .interface import Failure, LibraryCounts, Moment, MotionRecord, TokenBatch
from .own_captions import merged, own_captions
from .presence import Presence
from .schema import LibraryBusyError, LibraryError
from .writer import LibraryWriter

_MOTION_COLUMNS = (
    "m.id, m.name, coalesce(f.path, ''), m.n_frames, m.source_fps, m.inferred, m.kind "
    "FROM motions m LEFT JOIN files f ON f.id = m.file_id"
)


class LocalLibrary:
    """Implements ``library.interface.Library`` in a folder (decision 0004).

    Args:
        path: the library's folder.
        create: make it where it does not exist.

    Raises:
        LibraryError: no library there, damaged, made by a newer version, or not writable.
    """

    def __init__(self, path: str | Path, create: bool = True) -> None:
        self.path = Path(path).expanduser().absolute()
        self._connections: dict[int, Connection] = {}
        self._guard = threading.Lock()
        self._closed = False
        self._curation: Curation | None = None
        schema.prepare_folder(self.path, create)
        self._positions = FlatArray(self.path / "positions.f32", (N_JOINTS, 3), "<f4")
        self._original = FlatArray(self.path / "original.f32", (N_JOINTS, 3), "<f4")
        self._known = FlatArray(self.path / "known.u8", (KNOWN_BYTES,), "u1")
        self._tokens: dict[tuple[str, int], FlatArray] = {}
        try:
            with self._connection() as database, schema.sentences(self.path):
                schema.migrate(database, self.path)
        except BaseException:
            self.close()
            raise

    # -- connections ---------------------------------------------------------------------------

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        """This thread's connection, which ``close`` leaves open as long as it is in use.

        By the system's number of the thread: Python forgets a thread that is not its own (those of Qt's pools)
        after each job, and with it whatever a ``threading.local`` holds.
        """
        thread = threading.get_ident()
        own = self._connections.get(thread)
        if own is None and not self._closed:
            with schema.sentences(self.path):
                own = Connection(schema.connect(self.path))
            with self._guard:
                self._connections[thread] = own
        if own is None or self._closed:
            raise LibraryError(f"The library {self.path} was closed: open it again.")
        try:
            with own.lock:
                own.uses += 1
                try:
                    yield own.database
                finally:
                    own.uses -= 1
        finally:
            if self._closed:
                own.close_if_idle()

    def _rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        with self._connection() as database, schema.sentences(self.path):
            return database.execute(sql, values).fetchall()

    def close(self) -> None:
        """Close connections and maps, from any thread; reading afterwards raises LibraryError.

        What another thread is at is finished there, and its connection closed then.
        """
        self._closed = True
        with self._guard:
            for connection in self._connections.values():
                connection.close_if_idle()
        for array in (self._positions, self._original, self._known, *self._tokens.values()):
            array.close()

    def __enter__(self) -> LocalLibrary:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- writing -------------------------------------------------------------------------------

    @contextmanager
    def writing(self) -> Iterator[LibraryWriter]:
        """Be the one writer; others go on reading.

        Raises:
            LibraryBusyError: another thread or program is importing into this library.
        """
        lock = FileLock(self.path / schema.WRITER_LOCK)
        try:
            lock.acquire(timeout=0)
        except Timeout as error:
            raise LibraryBusyError(
                f"Another import is writing to the library {self.path}: wait until it has finished."
            ) from error
        except OSError as error:
            raise LibraryError(
                f"The library {self.path} cannot be written ({error.strerror}): check its permissions."
            ) from error
        try:
            with self._connection() as database:
                yield LibraryWriter(self.path, database, self._array, self._forget_tokens)
        finally:
            lock.release()

    @contextmanager
    def changing(self, searched: bool = False) -> Iterator[sqlite3.Connection]:
        """A short transaction on what the user adds; works while an import writes, between its files.

        Args:
            searched: search reads what changes here, so that ``generation`` must grow too.

        Raises:
            LibraryError: the library is closed, its disk full, or the change was overtaken by another.
        """
        with self._connection() as database, schema.sentences(self.path):
            database.execute("BEGIN IMMEDIATE")
            try:
                yield database
                counters = ("curation", "generation") if searched else ("curation",)
                for key in counters:
                    database.execute(
                        "UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE key = ?", (key,)
                    )
                database.execute("COMMIT")
            except sqlite3.IntegrityError as error:
                database.execute("ROLLBACK")
                raise LibraryError(
                    f"Something in the library {self.path} was changed elsewhere meanwhile: try again."
                ) from error
            except BaseException:
                database.execute("ROLLBACK")
                raise

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of the catalogue, for the other modules of this package."""
        return self._rows(sql, *values)

    def curation(self) -> Curation:
        """What the user adds: favourites, tags, notes, collections, captions, searches; with undo."""
        with self._guard:
            if self._curation is None:
                self._curation = Curation(self)
            return self._curation

    def add_motions(self, motions: Iterable[tuple[Motion, Sequence[str]]]) -> int:
        """Add synthesised motions with their captions under their names; returns the moments added."""
        with self.writing() as writer:
            return sum(
                len(writer.store_motion(motion, [(text, None) for text in captions]))
                for motion, captions in motions
            )

    def _array(self, name: str, dim: int = 0, set_id: int = 0) -> FlatArray:
        if name == "positions":
            return self._positions
        if name == "original":
            return self._original
        if name == "known":
            return self._known
        with self._guard:
            # By set, not by fingerprint alone: a set that was dropped and made again is another file.
            key = (name, set_id)
            if key not in self._tokens:
                self._tokens[key] = FlatArray(token_path(self.path, name), (dim,), "<f2")
            return self._tokens[key]

    def _forget_tokens(self, fingerprint: str) -> None:
        with self._guard:
            for key in [key for key in self._tokens if key[0] == fingerprint]:
                self._tokens.pop(key).close()

    # -- catalogue -----------------------------------------------------------------------------

    def counts(self) -> LibraryCounts:
        """Numbers for ``motionlens info`` and the status bar."""
        row = self._rows(
            "SELECT (SELECT count(*) FROM files), count(*), (SELECT count(*) FROM moments), "
            "(SELECT count(*) FROM failures), (SELECT count(*) FROM captions), "
            "coalesce(sum(n_frames), 0) FROM motions"
        )[0]
        files, motions, moments, failures, captions, frames = (int(value) for value in row)
        return LibraryCounts(files, motions, moments, failures, captions, frames / FPS)

    def generation(self) -> int:
        """A number that grows with every change of motions, captions or tokens."""
        return int(self._rows("SELECT value FROM meta WHERE key = 'generation'")[0][0])

    def meta(self, key: str) -> str | None:
        """A value stored by ``LibraryWriter.set_meta``, or None."""
        rows = self._rows("SELECT value FROM meta WHERE key = ?", key)
        return str(rows[0][0]) if rows else None

    def find(self, motion_id: int) -> MotionRecord | None:
        """The motion, or None where there is none with this id."""
        rows = self._rows(f"SELECT {_MOTION_COLUMNS} WHERE m.id = ?", motion_id)
        return self._record(rows[0], self.captions_of(motion_id), Presence()) if rows else None

    def motion(self, motion_id: int) -> MotionRecord:
        """Raises LibraryError where there is no motion with this id."""
        record = self.find(motion_id)
        if record is None:
            raise LibraryError(f"The library {self.path} has no motion {motion_id}: search again.")
        return record

    def motions(self) -> Sequence[MotionRecord]:
        """All motions by id."""
        captions: dict[int, list[str]] = defaultdict(list)
        for motion_id, text in self._rows("SELECT motion_id, text FROM captions ORDER BY motion_id, place"):
            captions[motion_id].append(text)
        for motion_id, own in own_captions(self).items():
            captions[motion_id] = [text for text, _ in merged(captions[motion_id], own)]
        presence = Presence()
        rows = self._rows(f"SELECT {_MOTION_COLUMNS} ORDER BY m.id")
        return [self._record(row, tuple(captions[row[0]]), presence) for row in rows]

    @staticmethod
    def _record(row: tuple[Any, ...], captions: tuple[str, ...], presence: Presence) -> MotionRecord:
        motion_id, name, path, n_frames, source_fps, inferred, kind = row
        there = presence.has(path)
        return MotionRecord(
            motion_id, name, path, n_frames, source_fps, captions, json.loads(inferred), there, kind
        )

    def captions_of(self, motion_id: int) -> tuple[str, ...]:
        """Captions of a motion, the user's own among them; the first is the one shown."""
        return tuple(text for text, _ in self._captions(motion_id))

    def groundings_of(self, motion_id: int) -> tuple[Any, ...]:
        """For each caption the JSON value of its word groundings, None where there are none."""
        return tuple(
            None if stated is None else json.loads(stated) for _, stated in self._captions(motion_id)
        )

    def _captions(self, motion_id: int) -> list[tuple[str, str | None]]:
        """Text and stored groundings of each caption that is shown."""
        rows = self._rows(
            "SELECT text, grounding FROM captions WHERE motion_id = ? ORDER BY place", motion_id
        )
        shown = merged([text for text, _ in rows], own_captions(self, motion_id).get(motion_id, ()))
        return [(text, None if place is None else rows[place][1]) for text, place in shown]

    def moment(self, moment_id: int) -> Moment:
        """Raises LibraryError where there is no moment with this id."""
        rows = self._rows("SELECT id, motion_id, start_frame, end_frame FROM moments WHERE id = ?", moment_id)
        if not rows:
            raise LibraryError(f"The library {self.path} has no moment {moment_id}: search again.")
        return Moment(*rows[0])

    def moments(self) -> Sequence[Moment]:
        """All moments by id."""
        rows = self._rows("SELECT id, motion_id, start_frame, end_frame FROM moments ORDER BY id")
        return [Moment(*row) for row in rows]

    def failures(self) -> Sequence[Failure]:
        """Files that could not be imported, by path."""
        rows = self._rows("SELECT path, message FROM failures JOIN files ON id = file_id ORDER BY path")
        return [Failure(*row) for row in rows]

    def duplicates(self) -> Sequence[tuple[str, ...]]:
        """Groups of source paths with the same content."""
        groups: dict[str, list[str]] = defaultdict(list)
        for content, path in self._rows(
            "SELECT hash, path FROM files WHERE hash <> '' AND status = 'ok' AND hash IN "
            "(SELECT hash FROM files GROUP BY hash HAVING count(*) > 1) ORDER BY path"
        ):
            groups[content].append(path)
        return [tuple(paths) for paths in groups.values() if len(paths) > 1]

    def roots(self) -> tuple[str, ...]:
        """Folders and files that the user imported."""
        return tuple(path for (path,) in self._rows("SELECT path FROM roots ORDER BY path"))

    # -- arrays --------------------------------------------------------------------------------

    def positions(self, motion_id: int, original: bool = False) -> np.ndarray:
        """(T, 22, 3) float32 metres, read-only view: reference proportions, or the source's own."""
        rows = self._rows("SELECT n_frames, position_row, original_row FROM motions WHERE id = ?", motion_id)
        if not rows:
            raise LibraryError(f"The library {self.path} has no motion {motion_id}: search again.")
        n_frames, row, original_row = rows[0]
        if original and original_row is not None:
            return self._original.rows(original_row, n_frames)
        return self._positions.rows(row, n_frames)

    def known(self, motion_id: int) -> np.ndarray | None:
        """(T, 22) bool, joints that the video showed; None for a recorded motion: all are known.

        Raises:
            LibraryError: there is no motion with this id.
        """
        rows = self._rows("SELECT n_frames, known_row FROM motions WHERE id = ?", motion_id)
        if not rows:
            raise LibraryError(f"The library {self.path} has no motion {motion_id}: search again.")
        n_frames, row = rows[0]
        return None if row is None else unpack_known(self._known.rows(row, n_frames))

    def load(self, motion_id: int) -> Motion:
        """The whole motion; arrays are read-only views."""
        record = self.motion(motion_id)
        positions = self.positions(motion_id)
        original = self.positions(motion_id, original=True)
        has_original = bool(
            self._rows("SELECT 1 FROM motions WHERE id = ? AND original_row IS NOT NULL", motion_id)
        )
        return Motion(
            positions,
            record.name,
            record.path,
            record.source_fps,
            original if has_original else None,
            record.inferred,
        )

    # -- tokens --------------------------------------------------------------------------------

    def fingerprints(self) -> tuple[str, ...]:
        """Models that this library has tokens of."""
        return tuple(name for (name,) in self._rows("SELECT fingerprint FROM token_sets ORDER BY id"))

    def moments_without_tokens(self, fingerprint: str) -> Sequence[Moment]:
        """Moments that the model with this fingerprint has not encoded yet, by id."""
        rows = self._rows(
            "SELECT id, motion_id, start_frame, end_frame FROM moments WHERE id NOT IN "
            "(SELECT moment_id FROM tokens JOIN token_sets s ON s.id = set_id WHERE fingerprint = ?) "
            "ORDER BY id",
            fingerprint,
        )
        return [Moment(*row) for row in rows]

    def token_batches(self, fingerprint: str, moments_per_batch: int) -> Iterator[TokenBatch]:
        """Token vectors of this model in moment order (views where the file has that order)."""
        sets = self._rows("SELECT id, dim FROM token_sets WHERE fingerprint = ?", fingerprint)
        if not sets:
            return
        set_id, dim = sets[0]
        rows = self._rows("SELECT moment_id, row, n FROM tokens WHERE set_id = ? ORDER BY moment_id", set_id)
        index = np.array(rows, dtype=np.int64).reshape(-1, 3)
        array = self._array(fingerprint, dim, set_id)
        for first in range(0, len(index), moments_per_batch):
            part = index[first : first + moments_per_batch]
            offsets = np.concatenate([[0], np.cumsum(part[:, 2])])
            tokens = gather(array, part[:, 1], part[:, 2])
            # Rows of a set are written once, so where they lie says what they are.
            key = hashlib.blake2b(part.tobytes(), digest_size=16).hexdigest()
            yield TokenBatch(part[:, 0].copy(), tokens, offsets, f"{set_id} {key}")
