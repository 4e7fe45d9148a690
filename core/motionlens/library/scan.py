"""Which files of a folder are motion files."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

# What datasets put beside their motions under a suffix of motions: statistics and body shapes.
_EXTRAS = frozenset({"mean.npy", "std.npy", "cur_mean.npy", "cur_std.npy", "shape.npz"})
_EXTRA_ENDS = ("_stagei.npz", "_shape.npz")
# HumanML3D and KIT-ML give the same motions twice: as joints, and as features derived from them.
_DERIVED = {"new_joint_vecs": "new_joints"}


@dataclass(frozen=True)
class Scan:
    """Result of ``scan``.

    Attributes:
        files: motion files in a stable order, each once.
        missing: paths that were asked for and are not there.
        unsupported: files that were asked for by name and are of no supported kind.
        others: files of the kinds that were to be noted but not read, each once.
    """

    files: tuple[Path, ...]
    missing: tuple[Path, ...]
    unsupported: tuple[Path, ...]
    others: tuple[Path, ...] = ()


def scan(
    paths: Iterable[str | Path],
    suffixes: Iterable[str],
    skip: Path | None = None,
    cancelled: Callable[[], bool] = lambda: False,
    noted: Iterable[str] = (),
) -> Scan:
    """Find motion files.

    Args:
        paths: files and folders; folders are walked, links followed.
        suffixes: lower-case suffixes with the dot.
        skip: folder that is not walked (the library itself).
        cancelled: asked before each folder.
        noted: suffixes of files that are found but go into ``others``.
    """
    wanted = frozenset(suffixes)
    aside = frozenset(noted) - wanted
    others: dict[str, Path] = {}
    files: dict[str, Path] = {}
    missing: list[Path] = []
    unsupported: list[Path] = []
    for given in paths:
        path = Path(os.path.abspath(Path(given).expanduser()))  # noqa: PTH100 (links stay as given)
        if path.is_dir():
            for found in _walk(path, wanted | aside, skip, cancelled):
                into = others if found.suffix.lower() in aside else files
                into.setdefault(os.path.realpath(found), found)
        elif not path.exists():
            missing.append(path)
        elif path.suffix.lower() in wanted:
            files.setdefault(os.path.realpath(path), path)
        else:
            unsupported.append(path)
    return Scan(tuple(files.values()), tuple(missing), tuple(unsupported), tuple(others.values()))


def _walk(
    root: Path, wanted: frozenset[str], skip: Path | None, cancelled: Callable[[], bool]
) -> Iterable[Path]:
    seen: set[str] = set()
    for folder, folders, names in os.walk(root, followlinks=True):
        real = os.path.realpath(folder)
        if real in seen or cancelled() or (skip is not None and Path(real) == skip.resolve()):
            folders.clear()
            continue
        seen.add(real)
        folders[:] = sorted(_without_derived(f for f in folders if not f.startswith(".")))
        for name in sorted(names):
            if is_motion_name(name, wanted):
                yield Path(folder, name)


def _without_derived(folders: Iterable[str]) -> Sequence[str]:
    given = list(folders)
    return [name for name in given if _DERIVED.get(name) not in given]


def is_motion_name(name: str, wanted: Iterable[str]) -> bool:
    """Whether a file inside a folder counts as a motion file by its name.

    >>> [is_motion_name(n, {".npy", ".bvh"}) for n in ("walk.BVH", "Mean.npy", ".walk.bvh", "a.txt")]
    [True, False, False, False]
    """
    low = name.lower()
    if low.startswith(".") or low in _EXTRAS or low.endswith(_EXTRA_ENDS):
        return False
    return os.path.splitext(low)[1] in wanted  # noqa: PTH122 (a name, not a path)
