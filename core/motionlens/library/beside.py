"""Files on which another file's reading depends, and two spellings of one file."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path


class Beside:
    """Files beside a motion file on which its reading depends: an AMC's skeleton, a glTF's buffers."""

    _KINDS = {".amc": ".asf", ".gltf": ".bin"}  # noqa: RUF012 (a constant)

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], str] = {}

    def of(self, path: Path) -> str:
        """A short text that changes when one of those files does; "" where there are none."""
        kind = self._KINDS.get(path.suffix.lower())
        if kind is None:
            return ""
        key = (str(path.parent), kind)
        if key not in self._found:
            states = []
            with os.scandir(path.parent) as entries:
                for entry in entries:
                    if entry.name.lower().endswith(kind):
                        stat = entry.stat()
                        states.append(f"{entry.name}:{stat.st_size}:{stat.st_mtime_ns}")
            text = "|".join(sorted(states)).encode(errors="replace")
            self._found[key] = hashlib.blake2b(text, digest_size=8).hexdigest() if states else ""
        return self._found[key]


def same_file(path: str, other: str) -> bool:
    """Two spellings of one file (a linked folder, other capitals), not two hard links to its content."""
    if os.path.realpath(path).casefold() != os.path.realpath(other).casefold():
        return False
    return os.path.samefile(path, other)  # noqa: PTH121 (strings)
