"""Tables of what the user adds to a library (decision 0012). Released statements are never changed."""

from __future__ import annotations

_SPAN = """
            subject_id INTEGER NOT NULL REFERENCES subjects (id) ON DELETE CASCADE,
            start_frame INTEGER NOT NULL,
            end_frame INTEGER NOT NULL CHECK (end_frame > start_frame OR (start_frame = 0 AND end_frame = 0)),"""

CURATION: tuple[str, ...] = (
    # What curation hangs on: a motion by its source, so that it outlives the motion's own row.
    """CREATE TABLE subjects (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            motion_id INTEGER UNIQUE REFERENCES motions (id) ON DELETE SET NULL,
            path TEXT NOT NULL,
            slot INTEGER NOT NULL,
            name TEXT NOT NULL)""",
    "CREATE INDEX subjects_source ON subjects (path, slot)",
    """CREATE TRIGGER motions_taken_up AFTER INSERT ON motions BEGIN
            UPDATE OR IGNORE subjects SET motion_id = NEW.id WHERE motion_id IS NULL AND slot = NEW.slot
            AND path = coalesce((SELECT path FROM files WHERE id = NEW.file_id), '')
            AND (NEW.file_id IS NOT NULL OR name = NEW.name);
        END""",
    """CREATE TRIGGER files_moved AFTER UPDATE OF path ON files WHEN NEW.path <> OLD.path BEGIN
            UPDATE subjects SET path = NEW.path WHERE path = OLD.path;
        END""",
    f"""CREATE TABLE favourites ({_SPAN}
            added_at TEXT NOT NULL,
            PRIMARY KEY (subject_id, start_frame, end_frame)) WITHOUT ROWID""",
    f"""CREATE TABLE tags ({_SPAN}
            tag TEXT NOT NULL,
            added_at TEXT NOT NULL,
            PRIMARY KEY (subject_id, start_frame, end_frame, tag)) WITHOUT ROWID""",
    "CREATE INDEX tags_tag ON tags (tag)",
    f"""CREATE TABLE notes ({_SPAN}
            text TEXT NOT NULL,
            changed_at TEXT NOT NULL,
            PRIMARY KEY (subject_id, start_frame, end_frame)) WITHOUT ROWID""",
    # replaces: the file's caption that is shown no more; text '' = nothing is shown in its place.
    f"""CREATE TABLE own_captions (
            id INTEGER PRIMARY KEY AUTOINCREMENT,{_SPAN}
            text TEXT NOT NULL,
            replaces TEXT,
            added_at TEXT NOT NULL)""",
    "CREATE INDEX own_captions_subject ON own_captions (subject_id)",
    """CREATE TABLE caption_tokens (
            fingerprint TEXT NOT NULL,
            text TEXT NOT NULL,
            dim INTEGER NOT NULL,
            stages BLOB NOT NULL,
            vectors BLOB NOT NULL,
            PRIMARY KEY (fingerprint, text)) WITHOUT ROWID""",
    """CREATE TABLE collections (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            name TEXT NOT NULL UNIQUE,
            made_at TEXT NOT NULL)""",
    f"""CREATE TABLE collection_items (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            collection_id INTEGER NOT NULL REFERENCES collections (id),{_SPAN}
            place INTEGER NOT NULL,
            added_at TEXT NOT NULL)""",
    "CREATE INDEX collection_items_order ON collection_items (collection_id, place)",
    "CREATE INDEX collection_items_subject ON collection_items (subject_id)",
    """CREATE TABLE saved_searches (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            name TEXT NOT NULL UNIQUE,
            query TEXT NOT NULL,
            made_at TEXT NOT NULL)""",
    """CREATE TABLE query_history (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            query TEXT NOT NULL UNIQUE,
            times INTEGER NOT NULL)""",
    # What is computed of a motion once; position_row says of which version of it.
    """CREATE TABLE motion_facts (
            motion_id INTEGER PRIMARY KEY REFERENCES motions (id) ON DELETE CASCADE,
            position_row INTEGER NOT NULL,
            travel_m REAL NOT NULL,
            signature BLOB NOT NULL)""",
    "INSERT INTO meta VALUES ('curation', '0')",
)
