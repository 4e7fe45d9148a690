"""Which source files are there."""

from __future__ import annotations

import os


class Presence:
    """Whether source files are there, with one listing a folder instead of one stat a file."""

    def __init__(self) -> None:
        self._names: dict[str, set[str]] = {}

    def has(self, path: str) -> bool:
        if not path:
            return True
        folder, name = os.path.split(path)
        if folder not in self._names:
            try:
                self._names[folder] = set(os.listdir(folder))  # noqa: PTH208 (names, not paths)
            except OSError:
                self._names[folder] = set()
        return name in self._names[folder]
