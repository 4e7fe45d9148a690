"""The catalogue's tables, their versions, and what to say when the catalogue cannot be opened."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import MotionLensError
from .curation_schema import CURATION

CATALOGUE = "catalogue.sqlite"


class LibraryError(MotionLensError):
    """The library's folder cannot be opened, read or written."""


class LibraryBusyError(LibraryError):
    """Another importer is writing to the library; reading goes on."""


# One entry a version: statements that lead from version i to i + 1. Entries that were released are
# never changed, only followed by new ones: PRAGMA user_version says how many a library has seen.
MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
        "CREATE TABLE roots (path TEXT PRIMARY KEY, added_at TEXT NOT NULL) WITHOUT ROWID",
        """CREATE TABLE files (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            path TEXT NOT NULL UNIQUE,
            size INTEGER NOT NULL,
            mtime_ns INTEGER NOT NULL,
            hash TEXT NOT NULL,
            context TEXT NOT NULL,
            status TEXT NOT NULL CHECK (status IN ('ok', 'failed')),
            imported_at TEXT NOT NULL)""",
        "CREATE INDEX files_hash ON files (hash)",
        """CREATE TABLE failures (
            file_id INTEGER PRIMARY KEY REFERENCES files (id) ON DELETE CASCADE,
            message TEXT NOT NULL)""",
        """CREATE TABLE motions (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            file_id INTEGER REFERENCES files (id) ON DELETE CASCADE,
            slot INTEGER NOT NULL,
            name TEXT NOT NULL,
            n_frames INTEGER NOT NULL CHECK (n_frames > 0),
            source_fps REAL NOT NULL,
            position_row INTEGER NOT NULL,
            original_row INTEGER,
            inferred TEXT NOT NULL,
            UNIQUE (file_id, slot))""",
        "CREATE UNIQUE INDEX motions_without_file ON motions (name) WHERE file_id IS NULL",
        """CREATE TABLE captions (
            motion_id INTEGER NOT NULL REFERENCES motions (id) ON DELETE CASCADE,
            place INTEGER NOT NULL,
            text TEXT NOT NULL,
            grounding TEXT,
            PRIMARY KEY (motion_id, place)) WITHOUT ROWID""",
        """CREATE TABLE moments (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            motion_id INTEGER NOT NULL REFERENCES motions (id) ON DELETE CASCADE,
            start_frame INTEGER NOT NULL,
            end_frame INTEGER NOT NULL CHECK (end_frame > start_frame))""",
        "CREATE INDEX moments_motion ON moments (motion_id)",
        """CREATE TABLE token_sets (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            fingerprint TEXT NOT NULL UNIQUE,
            dim INTEGER NOT NULL)""",
        """CREATE TABLE tokens (
            set_id INTEGER NOT NULL REFERENCES token_sets (id) ON DELETE CASCADE,
            moment_id INTEGER NOT NULL REFERENCES moments (id) ON DELETE CASCADE,
            row INTEGER NOT NULL,
            n INTEGER NOT NULL,
            PRIMARY KEY (set_id, moment_id)) WITHOUT ROWID""",
        "CREATE INDEX tokens_moment ON tokens (moment_id)",
        # Where the committed rows of each array file end: what lies behind was never committed.
        "CREATE TABLE arrays (name TEXT PRIMARY KEY, rows INTEGER NOT NULL) WITHOUT ROWID",
        "INSERT INTO meta VALUES ('generation', '0')",
    ),
    (  # people lifted from videos
        "ALTER TABLE motions ADD COLUMN kind TEXT NOT NULL DEFAULT 'motion' "
        "CHECK (kind IN ('motion', 'video'))",
        "ALTER TABLE motions ADD COLUMN known_row INTEGER",
    ),
    CURATION,
)
SCHEMA_VERSION = len(MIGRATIONS)


@contextmanager
def sentences(folder: Path) -> Iterator[None]:
    """Turn SQLite's exceptions into one sentence that names the library and the remedy."""
    try:
        yield
    except sqlite3.OperationalError as error:
        text = str(error)
        if "locked" in text or "busy" in text:
            raise LibraryError(
                f"The library {folder} is in use by another program: try again when it has finished."
            ) from error
        if "full" in text:
            raise LibraryError(f"The disk of the library {folder} is full: free some space.") from error
        if "readonly" in text or "unable to open" in text:
            raise LibraryError(
                f"The library {folder} cannot be opened for writing: check the folder's permissions."
            ) from error
        raise LibraryError(
            f"The catalogue of the library {folder} could not be read ({text}): {_REMEDY}"
        ) from error
    except sqlite3.DatabaseError as error:
        raise LibraryError(
            f"The catalogue of the library {folder} is damaged ({error}): {_REMEDY}"
        ) from error


_REMEDY = "restore the folder from a copy, or choose a new folder and import again (nothing was changed)."


def connect(folder: Path) -> sqlite3.Connection:
    """Open the catalogue in ``folder``; transactions are explicit (``BEGIN IMMEDIATE``)."""
    connection = sqlite3.connect(
        folder / CATALOGUE, timeout=30.0, isolation_level=None, check_same_thread=False
    )
    try:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = NORMAL")
    except BaseException:
        connection.close()
        raise
    return connection


def migrate(connection: sqlite3.Connection, folder: Path) -> None:
    """Bring the catalogue to this version's tables.

    Raises:
        LibraryError: it was made by a newer version, or is damaged; it is left as it is.
    """
    version = _version(connection, folder)
    if version == SCHEMA_VERSION:
        connection.execute("SELECT value FROM meta WHERE key = 'generation'").fetchone()
        return
    if version == 0:
        connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Read again under the lock: another program may have migrated meanwhile.
        for step in range(_version(connection, folder), SCHEMA_VERSION):
            for statement in MIGRATIONS[step]:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {step + 1}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _version(connection: sqlite3.Connection, folder: Path) -> int:
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version > SCHEMA_VERSION:
        raise LibraryError(
            f"The library {folder} was made by a newer MotionLens: update MotionLens to open it."
        )
    return version
