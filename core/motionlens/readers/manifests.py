"""Manifests: one table beside (or a folder above) many motion files, with captions and frame rates.

``captions``, ``metadata``, ``index``, ``labels`` or ``trials`` as ``.csv`` (or ``.tsv``), ``.json`` or ``.jsonl``.
Columns are recognised by their headers; a file is found by its path relative to the manifest, its name or its
stem. A damaged manifest never makes a motion fail.
"""

from __future__ import annotations

import csv
import io
import json
import re
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from .listing import find_files

_MAX_MANIFEST_BYTES = 64 * 2**20
_MAX_CAPTIONS = 200
_MAX_CHARACTERS = 1000

_MANIFEST_NAMES = tuple(
    f"{stem}.{suffix}"
    for stem in ("captions", "metadata", "index", "labels", "trials")
    for suffix in ("csv", "tsv", "json", "jsonl")
)

_PATH_COLUMNS = ("file", "filename", "filepath", "path", "sourcepath", "motionfile", "trial")
_NAME_COLUMNS = ("name", "newname", "id", "stem", "key", "motion", "motionid", "clip", "take")
_CAPTION_COLUMN = re.compile(r"^(captions?|texts?|descriptions?|sentences?|annotations?)\d*$")
_LABEL_COLUMN = re.compile(r"^(labels?|actions?)$")
_SOURCE_RATE_COLUMNS = ("sourcefps", "sourceframerate")
_RATE_COLUMNS = ("fps", "framerate")


class BadSidecarError(Exception):
    """A sidecar that is not what its name says; the message is one sentence for the user."""


@dataclass
class _Entry:
    """What a manifest says about one file; rates that contradict each other count as none."""

    texts: list[str] = field(default_factory=list)
    rates: set[float] = field(default_factory=set)
    source_rates: set[float] = field(default_factory=set)


@dataclass(frozen=True)
class _Manifest:
    """Entries by lower-case key: paths are relative to the manifest, names have no folder."""

    by_path: Mapping[str, _Entry]
    by_name: Mapping[str, _Entry]


_cache: dict[Path, tuple[tuple[int, int], _Manifest | str]] = {}
_cache_lock = threading.Lock()
_CACHE_LIMIT = 64


def manifests_of(path: Path) -> Iterator[tuple[Path, bool]]:
    """Manifests that may speak of a motion file, nearest first, and whether each lies in its folder."""
    low = path.stem.lower()
    for found in find_files(path.parent, _MANIFEST_NAMES):
        if found.stem.lower() != low:  # a motion called captions.npz has captions.json for its own sidecar
            yield found, True
    for found in find_files(path.parent.parent, _MANIFEST_NAMES):
        yield found, False


def captions_in(manifest: Path, path: Path, own_folder: bool) -> tuple[str, ...]:
    """Captions that a manifest gives for a motion file.

    Raises:
        BadSidecarError: the manifest cannot be read.
    """
    return next((clean(e.texts) for e in _entries(manifest, path, own_folder) if e.texts), ())


@dataclass(frozen=True)
class StatedRate:
    """Frames a second that a manifest states for a file, and the manifest's name."""

    fps: float
    manifest: str


def stated_rate(path: str | Path) -> StatedRate | None:
    """The frame rate that a manifest states for a motion file; None where none does. Never raises.

    Args:
        path: the motion file. A glTF holds times, not frames, so that no rate applies to it; in a
            ``.npy`` the frames were resampled, so that the rate of its *source* does not apply.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix in (".gltf", ".glb"):
        return None
    for manifest, own in manifests_of(path):
        try:
            for entry in _entries(manifest, path, own):
                for rates in (entry.rates,) if suffix == ".npy" else (entry.source_rates, entry.rates):
                    if len(rates) == 1:
                        return StatedRate(next(iter(rates)), manifest.name)
        except BadSidecarError:
            continue  # read_captions tells about it
    return None


def clean(texts: Iterable[Any]) -> tuple[str, ...]:
    """Strings with letters in them, whitespace collapsed, without repeats."""
    out: dict[str, None] = {}
    for text in texts:
        if not isinstance(text, str):
            continue
        tidy = " ".join(text.split())[:_MAX_CHARACTERS]
        if any(c.isalpha() for c in tidy):
            out[tidy] = None
        if len(out) >= _MAX_CAPTIONS:
            break
    return tuple(out)


def read_text(path: Path, limit: int) -> str | None:
    """The file's text; None where there is no such file."""
    try:
        if not path.is_file():
            return None
        if path.stat().st_size > limit:
            raise BadSidecarError(f"{path} is too large for captions: its captions were left out.")
        data = path.read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise BadSidecarError(f"{path} could not be read ({reason}): its captions were left out.") from error
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", errors="replace")
    if b"\0" in data:
        raise BadSidecarError(f"{path} could not be read (it is not text): its captions were left out.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")  # what spreadsheets on Windows write


def texts_of(value: Any) -> Iterator[str]:
    """Captions in a JSON value: a string, a list of these, or an object with a caption field."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from texts_of(item)
    elif isinstance(value, dict):
        fields = {_column(k): v for k, v in value.items()}
        names = [k for k in fields if _CAPTION_COLUMN.match(k)] or [
            k for k in fields if _LABEL_COLUMN.match(k)
        ]
        for name in names:
            yield from texts_of(fields[name])


def _column(header: Any) -> str:
    """A header without case, spaces and punctuation.

    >>> _column(" File_Name ")
    'filename'
    """
    return re.sub(r"[^a-z0-9]", "", str(header).lower())


def _key(name: str) -> str:
    """A path in a manifest as a comparable key.

    >>> _key(".\\\\01\\\\01_01.AMC")
    '01/01_01.amc'
    """
    plain = name.strip().replace("\\", "/").lower()
    if plain and "//" not in plain and "./" not in plain and plain[-1] not in "/.":
        return plain  # tidy already; asked several times a file, and a Path is slow to make
    return PurePosixPath(plain).as_posix()


def _stem_key(key: str) -> str:
    """The key without a motion file's suffix ("v1.2_walk" keeps its dot).

    >>> _stem_key("01/01_01.amc"), _stem_key("v1.2_walk")
    ('01/01_01', 'v1.2_walk')
    """
    return re.sub(r"\.(amc|bvh|npy|npz|glb|gltf|fbx|c3d|txt|csv)$", "", key)


def _rate_of(value: Any) -> float | None:
    """A believable frame rate, else None.

    >>> [_rate_of(v) for v in ("120", 29.97, "0", -5, "fast", 4800, True, None, "nan")]
    [120.0, 29.97, None, None, None, None, None, None, None]
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        rate = float(value)
    except (ValueError, OverflowError):
        return None
    return rate if 1.0 <= rate <= 1000.0 else None


def _entries(manifest: Path, path: Path, own_folder: bool) -> Iterator[_Entry]:
    """What a manifest says about a file, the surest match first."""
    found = _load_manifest(manifest)
    if found is None:
        return
    parts = path.parts[len(manifest.parent.parts) :]
    relative = _key("/".join(parts))
    keys = [_key(str(path)), relative, _stem_key(relative), _key(path.name), _key(path.stem)]
    yield from (found.by_path[key] for key in keys if key in found.by_path)
    if own_folder:  # a bare "id" or "name" in the folder above may well mean something else
        yield from (found.by_name[key] for key in keys[3:] if key in found.by_name)


def _load_manifest(path: Path) -> _Manifest | None:
    """The parsed manifest, from the cache while the file stays as it was."""
    try:
        stat = path.stat()
    except (OSError, ValueError):
        return None
    stamp = (stat.st_mtime_ns, stat.st_size)
    with _cache_lock:
        kept = _cache.get(path)
    if kept is None or kept[0] != stamp:
        try:
            parsed: _Manifest | str = _parse_manifest(path)
        except BadSidecarError as error:
            parsed = str(error)
        except (ValueError, RecursionError, csv.Error) as error:
            parsed = f"{path} could not be read ({error}): its captions were left out."
        kept = (stamp, parsed)
        with _cache_lock:
            while len(_cache) >= _CACHE_LIMIT:
                _cache.pop(next(iter(_cache)))
            _cache[path] = kept
    if isinstance(kept[1], str):
        raise BadSidecarError(kept[1])
    return kept[1]


def _parse_manifest(path: Path) -> _Manifest:
    text = read_text(path, _MAX_MANIFEST_BYTES) or ""
    by_path: dict[str, _Entry] = {}
    by_name: dict[str, _Entry] = {}
    for row in _rows(text, path.suffix.lower()):
        fields = {_column(k): v for k, v in row.items() if k is not None}
        texts = list(texts_of(fields))
        rates = {r for c in _RATE_COLUMNS if (r := _rate_of(fields.get(c))) is not None}
        source_rates = {r for c in _SOURCE_RATE_COLUMNS if (r := _rate_of(fields.get(c))) is not None}
        if not (texts or rates or source_rates):
            continue
        for table, columns in ((by_path, _PATH_COLUMNS), (by_name, _NAME_COLUMNS)):
            keys = {_key(str(fields[c])) for c in columns if fields.get(c) not in (None, "")}
            for key in keys | {_stem_key(k) for k in keys}:
                entry = table.setdefault(key, _Entry())
                entry.texts.extend(texts)
                entry.rates |= rates
                entry.source_rates |= source_rates
    return _Manifest(by_path, by_name)


def _rows(text: str, suffix: str) -> Iterator[Mapping[Any, Any]]:
    """Rows of a manifest as field -> value."""
    if suffix == ".jsonl":
        for line in text.splitlines():
            if line.strip():
                row = json.loads(line)
                if isinstance(row, dict):
                    yield row
    elif suffix == ".json":
        value = json.loads(text) if text.strip() else []
        if isinstance(value, dict):
            # either one list inside ({"motions": […]}), or file -> captions
            lists = [v for v in value.values() if isinstance(v, list) and v and isinstance(v[0], dict)]
            keyed = [{"file": k, "captions": v} for k, v in value.items()]
            rows: list[Any] = lists[0] if len(value) == 1 and lists and _has_key(lists[0][0]) else keyed
        else:
            rows = value if isinstance(value, list) else []
        yield from (row for row in rows if isinstance(row, dict))
    else:
        first = text.split("\n", 1)[0]
        delimiter = "\t" if suffix == ".tsv" else max(",;\t", key=first.count)
        yield from csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)


def _has_key(row: Mapping[Any, Any]) -> bool:
    """Whether a row says which file it is about."""
    return any(_column(k) in (*_PATH_COLUMNS, *_NAME_COLUMNS) for k in row)
