"""Captions that lie beside a motion file. They are never required, and never make a motion fail.

Looked for in this order; the first place with a caption wins:

1. ``<stem>.txt``: one caption a line; HumanML3D's ``caption#tokens#start#end`` lines are understood.
2. ``<stem>.json``: ``{"caption": …}``, ``{"captions": […]}`` or a list.
3. HumanML3D's layout: ``new_joints/ID.npy`` with ``texts/ID.txt`` beside the folder.
4. A manifest in the file's folder, then in the folder above: ``captions``, ``metadata``, ``index``,
   ``labels`` or ``trials`` as ``.csv`` (or ``.tsv``), ``.json`` or ``.jsonl``. Columns are recognised by their
   headers; a file is found by its path relative to the manifest, its name or its stem.
"""

from __future__ import annotations

import csv
import io
import json
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

_MAX_SIDECAR_BYTES = 2**20
_MAX_MANIFEST_BYTES = 64 * 2**20
_MAX_CAPTIONS = 200
_MAX_CHARACTERS = 1000

_MANIFEST_STEMS = ("captions", "metadata", "index", "labels", "trials")
_MANIFEST_SUFFIXES = (".csv", ".tsv", ".json", ".jsonl")

_PATH_COLUMNS = ("file", "filename", "filepath", "path", "sourcepath", "motionfile", "trial")
_NAME_COLUMNS = ("name", "newname", "id", "stem", "key", "motion", "motionid", "clip", "take")
_CAPTION_COLUMN = re.compile(r"^(captions?|texts?|descriptions?|sentences?|annotations?)\d*$")
_LABEL_COLUMN = re.compile(r"^(labels?|actions?)$")


@dataclass(frozen=True)
class Captions:
    """What was found beside a motion file.

    Attributes:
        texts: captions in file order, without repeats; empty where there are none.
        warning: one sentence about a sidecar that could not be read, else "".
    """

    texts: tuple[str, ...] = ()
    warning: str = ""


@dataclass(frozen=True)
class _Manifest:
    """Captions by lower-case key: paths are relative to the manifest, names have no folder."""

    by_path: Mapping[str, tuple[str, ...]]
    by_name: Mapping[str, tuple[str, ...]]


class _BadSidecarError(Exception):
    """A sidecar that is not what its name says; the text completes "could not be read (…)"."""


_cache: dict[Path, tuple[tuple[int, int], _Manifest | str]] = {}
_cache_lock = threading.Lock()
_CACHE_LIMIT = 64


def read_captions(path: str | Path) -> Captions:
    """Find the captions of a motion file. Never raises.

    Args:
        path: the motion file (it need not exist).
    """
    path = Path(path)
    warnings: list[str] = []
    for source in _sources(path):
        try:
            texts = source()
        except _BadSidecarError as error:
            warnings.append(str(error))
            continue
        if texts:
            return Captions(texts, warnings[0] if warnings else "")
    return Captions((), warnings[0] if warnings else "")


def _sources(path: Path) -> Iterator[Callable[[], tuple[str, ...]]]:
    folder = path.parent
    yield lambda: _read_sidecar(folder / f"{path.stem}.txt", caption_lines)
    yield lambda: _read_sidecar(folder / f"{path.stem}.json", _json_captions)
    yield lambda: _read_sidecar(folder.parent / "texts" / f"{path.stem}.txt", caption_lines)
    for level, place in enumerate((folder, folder.parent)):
        for stem in _MANIFEST_STEMS:
            for suffix in _MANIFEST_SUFFIXES:
                manifest = place / f"{stem}{suffix}"
                if level == 0 and path.stem == stem:
                    continue  # a motion called captions.npz has captions.json for a sidecar, read above
                yield lambda m=manifest, own=level == 0: _look_up(m, path, own)  # type: ignore[misc]


def caption_lines(text: str) -> tuple[str, ...]:
    """Captions of a text file, one a line.

    >>> caption_lines("a man waves.#a/DET man/NOUN wave/VERB#0.0#0.0\\n\\nhe sits\\n")
    ('a man waves.', 'he sits')
    """
    return _clean(line.split("#", 1)[0] for line in text.splitlines())


def _clean(texts: Iterable[Any]) -> tuple[str, ...]:
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


def _read_text(path: Path, limit: int) -> str | None:
    """The file's text; None where there is no such file."""
    try:
        if not path.is_file():
            return None
        if path.stat().st_size > limit:
            raise _BadSidecarError(f"{path} is too large for captions: its captions were left out.")
        data = path.read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise _BadSidecarError(f"{path} could not be read ({reason}): its captions were left out.") from error
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", errors="replace")
    if b"\0" in data:
        raise _BadSidecarError(f"{path} could not be read (it is not text): its captions were left out.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")  # what spreadsheets on Windows write


def _read_sidecar(path: Path, parse: Callable[[str], tuple[str, ...]]) -> tuple[str, ...]:
    text = _read_text(path, _MAX_SIDECAR_BYTES)
    if text is None:
        return ()
    try:
        return parse(text)
    except (ValueError, RecursionError) as error:
        raise _BadSidecarError(f"{path} could not be read ({error}): its captions were left out.") from error


def _json_captions(text: str) -> tuple[str, ...]:
    return _clean(_texts_of(json.loads(text)))


def _texts_of(value: Any) -> Iterator[str]:
    """Captions in a JSON value: a string, a list of these, or an object with a caption field."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _texts_of(item)
    elif isinstance(value, dict):
        fields = {_column(k): v for k, v in value.items()}
        names = [k for k in fields if _CAPTION_COLUMN.match(k)] or [
            k for k in fields if _LABEL_COLUMN.match(k)
        ]
        for name in names:
            yield from _texts_of(fields[name])


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
    return PurePosixPath(name.strip().replace("\\", "/")).as_posix().lower()


def _stem_key(key: str) -> str:
    """The key without a motion file's suffix ("v1.2_walk" keeps its dot).

    >>> _stem_key("01/01_01.amc"), _stem_key("v1.2_walk")
    ('01/01_01', 'v1.2_walk')
    """
    return re.sub(r"\.(amc|bvh|npy|npz|glb|gltf|fbx|c3d|txt|csv)$", "", key)


def _look_up(manifest: Path, path: Path, own_folder: bool) -> tuple[str, ...]:
    found = _load_manifest(manifest)
    if found is None:
        return ()
    try:
        relative = _key(path.relative_to(manifest.parent).as_posix())
    except ValueError:
        return ()
    for table, key in (
        (found.by_path, _key(path.as_posix())),
        (found.by_path, relative),
        (found.by_path, _stem_key(relative)),
        (found.by_path, _key(path.name)),
        (found.by_path, _key(path.stem)),
    ):
        if key in table:
            return table[key]
    # A bare "id" or "name" in the folder above may well mean something else.
    return found.by_name.get(_key(path.name), found.by_name.get(_key(path.stem), ())) if own_folder else ()


def _load_manifest(path: Path) -> _Manifest | None:
    """The parsed manifest, from the cache while the file stays as it was."""
    try:
        if not path.is_file():
            return None
        stat = path.stat()
    except (OSError, ValueError):
        return None
    stamp = (stat.st_mtime_ns, stat.st_size)
    with _cache_lock:
        kept = _cache.get(path)
    if kept is None or kept[0] != stamp:
        try:
            parsed: _Manifest | str = _parse_manifest(path)
        except _BadSidecarError as error:
            parsed = str(error)
        except (ValueError, RecursionError, csv.Error) as error:
            parsed = f"{path} could not be read ({error}): its captions were left out."
        kept = (stamp, parsed)
        with _cache_lock:
            while len(_cache) >= _CACHE_LIMIT:
                _cache.pop(next(iter(_cache)))
            _cache[path] = kept
    if isinstance(kept[1], str):
        raise _BadSidecarError(kept[1])
    return kept[1]


def _parse_manifest(path: Path) -> _Manifest:
    text = _read_text(path, _MAX_MANIFEST_BYTES) or ""
    by_path: dict[str, list[str]] = {}
    by_name: dict[str, list[str]] = {}
    for row in _rows(text, path.suffix.lower()):
        fields = {_column(k): v for k, v in row.items() if k is not None}
        texts = list(_texts_of(fields))
        if not texts:
            continue
        for table, columns in ((by_path, _PATH_COLUMNS), (by_name, _NAME_COLUMNS)):
            keys = {_key(str(fields[c])) for c in columns if fields.get(c) not in (None, "")}
            for key in keys | {_stem_key(k) for k in keys}:
                table.setdefault(key, []).extend(texts)
    return _Manifest(
        {key: _clean(texts) for key, texts in by_path.items()},
        {key: _clean(texts) for key, texts in by_name.items()},
    )


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
