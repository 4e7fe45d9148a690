"""A source folder that was moved or renamed: its motions keep everything, nothing is read again."""

from __future__ import annotations

import os
from pathlib import Path

from .rows import Rows
from .schema import LibraryError


def missing_roots(library: Rows) -> list[str]:
    """Imported folders and files that are not there now."""
    roots = library.rows("SELECT path FROM roots ORDER BY path")
    return [path for (path,) in roots if not Path(path).exists()]


def relocate(library: Rows, old: str | Path, new: str | Path) -> int:
    """Tell the library that what lay in ``old`` lies in ``new`` now; both folders, or both files.

    Files are known by their place below the folder. An import afterwards finds them unchanged.

    Args:
        library: a ``LocalLibrary``.
        old: the path that the library knows.
        new: where it is now.

    Returns:
        How many files have another path now.

    Raises:
        LibraryError: ``new`` is not there, none of the files is in it, or the library knows files in both.
    """
    before, after = (os.path.abspath(Path(path).expanduser()) for path in (old, new))  # noqa: PTH100
    if not Path(after).exists():
        raise LibraryError(f"{after} is not there: choose where {before} is now.")
    inside = before.rstrip(os.sep) + os.sep
    files = [
        path
        for (path,) in library.rows("SELECT path FROM files")
        if path == before or path.startswith(inside)
    ]
    moved = {path: after + path[len(before.rstrip(os.sep)) :] for path in files}
    if not any(Path(path).exists() for path in moved.values()):
        raise LibraryError(f"{after} holds none of the files that were in {before}: choose another folder.")
    taken = {path for (path,) in library.rows("SELECT path FROM files")} - set(moved)
    if taken & set(moved.values()):
        raise LibraryError(f"The library knows files in {after} already: import that folder instead.")
    with library.changing(searched=True) as database:
        database.executemany(
            "UPDATE files SET path = ? WHERE path = ?", [(path, was) for was, path in moved.items()]
        )
        for (root,) in database.execute("SELECT path FROM roots").fetchall():
            if root == before or root.startswith(inside):
                database.execute(
                    "UPDATE OR REPLACE roots SET path = ? WHERE path = ?",
                    (after + root[len(before.rstrip(os.sep)) :], root),
                )
    return len(moved)
