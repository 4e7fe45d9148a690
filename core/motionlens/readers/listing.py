"""Which files a folder holds, asked once a folder instead of once a possible file."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_LIMIT = 64
_SETTLED_S = 3.0  # FAT and some network drives date a folder to two seconds only
_LARGE = 1000
_LARGE_FOR_S = 0.5


@dataclass(frozen=True)
class _Listing:
    mtime_ns: int
    settled: bool
    read_at: float
    spelled: dict[str, str]


_cache: dict[str, _Listing] = {}
_lock = threading.Lock()


def find_files(folder: Path, names: Sequence[str]) -> list[Path]:
    """Those of ``names`` that are files in ``folder``, in whatever capitals, in the order of ``names``.

    A listing is kept while the folder's time stays as it was. A folder that changed a moment ago may
    change again without a new time, so it is listed anew (a large one at most twice a second).
    """
    listing = _listing(str(folder))
    if listing is None:  # a folder may refuse to be listed and still open its files
        return [folder / name for name in names if _is_file(folder / name)]
    spelled = listing.spelled
    found = [spelled.get(name) or spelled.get(name.casefold()) for name in names]
    return [folder / name for name in found if name is not None]


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _listing(folder: str) -> _Listing | None:
    try:
        mtime_ns = os.stat(folder).st_mtime_ns  # noqa: PTH116 (thousands of calls: no Path)
    except FileNotFoundError:
        return _Listing(0, False, 0.0, {})
    except (OSError, ValueError):
        return None
    kept = _cache.get(folder)
    now = time.monotonic()
    if kept is not None and kept.mtime_ns == mtime_ns:
        busy = len(kept.spelled) > _LARGE and now - kept.read_at < _LARGE_FOR_S
        if kept.settled or busy:
            return kept
    settled = time.time() - mtime_ns / 1e9 > _SETTLED_S
    try:
        with os.scandir(folder) as entries:
            names = [e.name for e in entries if e.is_file()]
    except (OSError, ValueError):
        return None
    made = _Listing(mtime_ns, settled, now, {n.casefold(): n for n in names} | {n: n for n in names})
    with _lock:
        while len(_cache) >= _LIMIT:
            _cache.pop(next(iter(_cache)))
        _cache[folder] = made
    return made
