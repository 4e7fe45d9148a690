"""The one writer of a local library: a file is one transaction (decision 0001, point 5)."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from ..motion import Motion
from ..windows import moment_spans
from . import schema
from .arrays import FlatArray, pack_known, token_path
from .facts import facts_of, put_facts


@dataclass(frozen=True)
class FileState:
    """A source file as the catalogue knows it.

    Attributes:
        path: absolute path.
        size, mtime_ns: as ``os.stat`` gave them.
        content_hash: blake2b of the bytes, hexadecimal ("" where it could not be read).
        context: what else the result depends on: reader version, mapping file, skeleton files beside it.
    """

    path: str
    size: int
    mtime_ns: int
    content_hash: str
    context: str


@dataclass(frozen=True)
class KnownFile:
    """A row of the catalogue: the state at import, and how that ended ("ok" or "failed")."""

    id: int
    state: FileState
    status: str
    message: str


class LibraryWriter:
    """Writes to a ``LocalLibrary``; got from ``LocalLibrary.writing()`` and used in that thread."""

    def __init__(
        self,
        folder: Path,
        connection: sqlite3.Connection,
        array: Callable[..., FlatArray],
        forget_tokens: Callable[[str], None],
    ) -> None:
        self._folder = folder
        self._db = connection
        self._array = array
        self._forget_tokens = forget_tokens

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with schema.sentences(self._folder):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute(
                    "UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE key = 'generation'"
                )
                self._db.execute("COMMIT")
            except BaseException:
                self._db.execute("ROLLBACK")
                raise

    def _append(self, name: str, rows: np.ndarray, dim: int = 0, set_id: int = 0) -> int:
        """Append to an array file; the rows count once the transaction is committed."""
        key = f"tokens {name}" if dim else name
        found = self._db.execute("SELECT rows FROM arrays WHERE name = ?", (key,)).fetchone()
        start = int(found[0]) if found else 0
        self._array(name, dim, set_id).append(rows, start)
        self._db.execute(
            "INSERT INTO arrays VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET rows = excluded.rows",
            (key, start + len(rows)),
        )
        return start

    # -- files ---------------------------------------------------------------------------------

    def known_files(self) -> dict[str, KnownFile]:
        """Every file of the catalogue by path."""
        with schema.sentences(self._folder):
            rows = self._db.execute(
                "SELECT path, size, mtime_ns, hash, context, id, status, coalesce(message, '') "
                "FROM files LEFT JOIN failures ON file_id = id"
            ).fetchall()
        return {row[0]: KnownFile(row[5], FileState(*row[:5]), row[6], row[7]) for row in rows}

    def add_root(self, path: str) -> None:
        """Remember what the user imported, for a later refresh."""
        with self._transaction():
            self._db.execute("INSERT OR IGNORE INTO roots VALUES (?, ?)", (path, _now()))

    def store_file(
        self,
        state: FileState,
        motions: Sequence[Motion],
        captions: Sequence[str],
        moved_from: str = "",
        known: Sequence[np.ndarray] = (),
    ) -> list[int]:
        """Store a file with its motions in one transaction; a known file keeps its ids.

        Args:
            state: the file that was read.
            motions: what it holds.
            captions: of the file, given to each of its motions.
            moved_from: path under which the catalogue knew this content and that is gone.
            known: of a video: for each motion the (T, 22) bool joints that were seen.

        Returns:
            Ids of the moments that need tokens.
        """
        with self._transaction():
            if moved_from:
                self._db.execute("UPDATE files SET path = ? WHERE path = ?", (state.path, moved_from))
            file_id = self._put_file(state, "ok")
            self._db.execute("DELETE FROM failures WHERE file_id = ?", (file_id,))
            before = dict(
                self._db.execute("SELECT slot, id FROM motions WHERE file_id = ?", (file_id,)).fetchall()
            )
            moment_ids: list[int] = []
            for slot, motion in enumerate(motions):
                seen = known[slot] if known else None
                motion_id, new = self._put_motion(before.get(slot), file_id, slot, motion, seen)
                moment_ids += new
                self._put_captions(motion_id, [(text, None) for text in captions])
            for slot, motion_id in before.items():
                if slot >= len(motions):
                    self._db.execute("DELETE FROM motions WHERE id = ?", (motion_id,))
        return moment_ids

    def store_failure(self, state: FileState, message: str, moved_from: str = "") -> None:
        """Record why a file could not be imported; what an earlier version of it gave stays."""
        with self._transaction():
            if moved_from:
                self._db.execute("UPDATE files SET path = ? WHERE path = ?", (state.path, moved_from))
            file_id = self._put_file(state, "failed")
            self._db.execute(
                "INSERT INTO failures VALUES (?, ?) "
                "ON CONFLICT (file_id) DO UPDATE SET message = excluded.message",
                (file_id, message),
            )

    def forget_failure(self, file_id: int) -> None:
        """A failed file that is gone: drop the complaint, keep what an earlier version of it gave."""
        with self._transaction():
            self._db.execute("DELETE FROM failures WHERE file_id = ?", (file_id,))
            self._db.execute("UPDATE files SET status = 'ok' WHERE id = ?", (file_id,))
            self._db.execute(
                "DELETE FROM files WHERE id = ? AND NOT EXISTS "
                "(SELECT 1 FROM motions WHERE file_id = files.id)",
                (file_id,),
            )

    def touch_file(self, state: FileState) -> None:
        """Same content, new time stamp: remember it, so that the next import need not hash again."""
        with self._transaction():
            self._db.execute(
                "UPDATE files SET size = ?, mtime_ns = ?, context = ? WHERE path = ?",
                (state.size, state.mtime_ns, state.context, state.path),
            )

    def update_captions(self, path: str, captions: Sequence[str]) -> bool:
        """Captions of a file whose motions did not change; True where they differ from before."""
        with schema.sentences(self._folder):
            rows = self._db.execute(
                "SELECT m.id, c.text FROM files f JOIN motions m ON m.file_id = f.id "
                "LEFT JOIN captions c ON c.motion_id = m.id WHERE f.path = ? ORDER BY m.id, c.place",
                (path,),
            ).fetchall()
        known: dict[int, list[str]] = {}
        for motion_id, text in rows:
            known.setdefault(motion_id, []).extend([] if text is None else [text])
        if all(texts == list(captions) for texts in known.values()):
            return False
        with self._transaction():
            for motion_id in known:
                self._put_captions(motion_id, [(text, None) for text in captions])
        return True

    def _put_file(self, state: FileState, status: str) -> int:
        row = self._db.execute(
            "INSERT INTO files (path, size, mtime_ns, hash, context, status, imported_at) "
            "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (path) DO UPDATE SET size = excluded.size, "
            "mtime_ns = excluded.mtime_ns, hash = excluded.hash, context = excluded.context, "
            "status = excluded.status, imported_at = excluded.imported_at RETURNING id",
            (state.path, state.size, state.mtime_ns, state.content_hash, state.context, status, _now()),
        ).fetchone()
        return int(row[0])

    # -- motions -------------------------------------------------------------------------------

    def store_motion(self, motion: Motion, captions: Sequence[tuple[str, Any]]) -> list[int]:
        """Store a synthesised motion (no source file) under its name, replacing one of that name.

        Args:
            motion: the motion.
            captions: (text, JSON-able groundings or None) of each caption.

        Returns:
            Ids of the moments that need tokens.
        """
        with self._transaction():
            found = self._db.execute(
                "SELECT id FROM motions WHERE file_id IS NULL AND name = ?", (motion.name,)
            ).fetchone()
            motion_id, moment_ids = self._put_motion(found[0] if found else None, None, 0, motion)
            self._put_captions(motion_id, captions)
        return moment_ids

    def delete_motion(self, motion_id: int) -> None:
        """Remove a motion with its captions, moments and tokens (array rows stay behind unused)."""
        with self._transaction():
            self._db.execute("DELETE FROM motions WHERE id = ?", (motion_id,))

    def _put_motion(
        self,
        motion_id: int | None,
        file_id: int | None,
        slot: int,
        motion: Motion,
        known: np.ndarray | None = None,
    ) -> tuple[int, list[int]]:
        row = self._append("positions", motion.positions)
        original = motion.original_positions
        original_row = None if original is None else self._append("original", original)
        known_row = None if known is None else self._append("known", pack_known(known))
        inferred = json.dumps(dict(motion.inferred), ensure_ascii=False)
        kind = "motion" if known is None else "video"
        values = (
            *(motion.name, motion.n_frames, motion.source_fps, row, original_row, inferred),
            *(kind, known_row),
        )
        if motion_id is None:
            cursor = self._db.execute(
                "INSERT INTO motions (name, n_frames, source_fps, position_row, original_row, inferred, "
                "kind, known_row, file_id, slot) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (*values, file_id, slot),
            )
            motion_id = int(cursor.lastrowid or 0)
        else:
            self._db.execute(
                "UPDATE motions SET name = ?, n_frames = ?, source_fps = ?, position_row = ?, "
                "original_row = ?, inferred = ?, kind = ?, known_row = ? WHERE id = ?",
                (*values, motion_id),
            )
        put_facts(self._db, motion_id, row, facts_of(motion.positions))
        return motion_id, self._put_moments(motion_id, motion.n_frames)

    def _put_moments(self, motion_id: int, n_frames: int) -> list[int]:
        """Moments of a motion; those of an earlier version keep their ids and lose their tokens."""
        rows = self._db.execute("SELECT id FROM moments WHERE motion_id = ? ORDER BY id", (motion_id,))
        known = [int(row[0]) for row in rows.fetchall()]
        out: list[int] = []
        for place, (start, end) in enumerate(moment_spans(n_frames)):
            if place < len(known):
                self._db.execute("DELETE FROM tokens WHERE moment_id = ?", (known[place],))
                self._db.execute(
                    "UPDATE moments SET start_frame = ?, end_frame = ? WHERE id = ?",
                    (start, end, known[place]),
                )
                out.append(known[place])
            else:
                cursor = self._db.execute(
                    "INSERT INTO moments (motion_id, start_frame, end_frame) VALUES (?, ?, ?)",
                    (motion_id, start, end),
                )
                out.append(int(cursor.lastrowid or 0))
        for moment_id in known[len(out) :]:
            self._db.execute("DELETE FROM moments WHERE id = ?", (moment_id,))
        return out

    def _put_captions(self, motion_id: int, captions: Sequence[tuple[str, Any]]) -> None:
        self._db.execute("DELETE FROM captions WHERE motion_id = ?", (motion_id,))
        self._db.executemany(
            "INSERT INTO captions VALUES (?, ?, ?, ?)",
            [
                (motion_id, place, text, None if grounding is None else json.dumps(grounding))
                for place, (text, grounding) in enumerate(captions)
            ],
        )

    # -- tokens and the rest -------------------------------------------------------------------

    def store_tokens(
        self, fingerprint: str, dim: int, moment_ids: Sequence[int], tokens: Sequence[np.ndarray]
    ) -> None:
        """Store token vectors, each (n, dim) float16, of moments in one transaction."""
        with self._transaction():
            self._db.execute(
                "INSERT OR IGNORE INTO token_sets (fingerprint, dim) VALUES (?, ?)", (fingerprint, dim)
            )
            set_id = self._db.execute(
                "SELECT id FROM token_sets WHERE fingerprint = ?", (fingerprint,)
            ).fetchone()[0]
            row = self._append(fingerprint, np.concatenate(list(tokens)), dim, set_id)
            for moment_id, part in zip(moment_ids, tokens, strict=True):
                self._db.execute(
                    "INSERT OR REPLACE INTO tokens VALUES (?, ?, ?, ?)", (set_id, moment_id, row, len(part))
                )
                row += len(part)

    def drop_tokens_except(self, fingerprint: str) -> None:
        """Remove the token sets of every other model; called when this model's set is whole."""
        with self._transaction():
            others = self._db.execute(
                "SELECT fingerprint FROM token_sets WHERE fingerprint <> ?", (fingerprint,)
            ).fetchall()
            self._db.execute("DELETE FROM token_sets WHERE fingerprint <> ?", (fingerprint,))
            for (other,) in others:
                self._db.execute("DELETE FROM arrays WHERE name = ?", (f"tokens {other}",))
        for (other,) in others:
            self._forget_tokens(other)
            with suppress(OSError):  # Windows keeps a mapped file: its rows are gone, it is overwritten later
                token_path(self._folder, other).unlink(missing_ok=True)

    def set_meta(self, key: str, value: str) -> None:
        """Store a value for ``LocalLibrary.meta``."""
        with self._transaction():
            self._db.execute(
                "INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                (key, value),
            )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
