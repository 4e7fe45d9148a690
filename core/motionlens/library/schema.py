"""The catalogue's tables, their versions, and what to say when the catalogue cannot be opened."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from ..errors import MotionLensError
from .curation_schema import CURATION

CATALOGUE = "catalogue.sqlite"
WRITER_LOCK = "import.lock"
CATALOGUE_LOCK = CATALOGUE + ".lock"
_WAIT_S = 30.0


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


def prepare_folder(folder: Path, create: bool) -> None:
    """See that ``folder`` holds a library, or make it where one may begin.

    Raises:
        LibraryError: no library there and ``create`` false, other files there, or no permission.
    """
    try:
        if (folder / CATALOGUE).exists():
            return
        if not create:
            raise LibraryError(
                f"There is no library in {folder}: make one with "
                f"`motionlens import FOLDER --library {folder}`."
            )
        folder.mkdir(parents=True, exist_ok=True)
        foreign = [
            entry.name
            for entry in folder.iterdir()
            if entry.name != WRITER_LOCK and not entry.name.startswith(CATALOGUE)
        ]
        # The catalogue is looked for once more: another thread or process may be making this
        # very library now, as an import and the window do that open it in the same moment.
        if foreign and not (folder / CATALOGUE).exists():
            raise LibraryError(f"{folder} holds other files and no library: choose a new or empty folder.")
    except OSError as error:
        raise LibraryError(
            f"The library folder {folder} cannot be made or read ({error.strerror}): choose another folder."
        ) from error


def connect(folder: Path) -> sqlite3.Connection:
    """Open the catalogue in ``folder``; transactions are explicit (``BEGIN IMMEDIATE``)."""
    connection = sqlite3.connect(
        folder / CATALOGUE, timeout=_WAIT_S, isolation_level=None, check_same_thread=False
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
    if _version(connection, folder) == SCHEMA_VERSION:
        connection.execute("SELECT value FROM meta WHERE key = 'generation'").fetchone()
        return
    try:
        # One at a time: SQLite does not wait for others where the journal's mode is changed.
        with FileLock(folder / CATALOGUE_LOCK, timeout=_WAIT_S):
            _migrate_alone(connection, folder)
    except (OSError, Timeout) as error:
        raise LibraryError(
            f"The library {folder} cannot be opened for writing ({error}): check the folder's permissions."
        ) from error


def _migrate_alone(connection: sqlite3.Connection, folder: Path) -> None:
    version = _version(connection, folder)  # again: another may have migrated meanwhile
    if version == 0:
        connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("BEGIN IMMEDIATE")
    try:
        for step in range(version, SCHEMA_VERSION):
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
