"""Read motion files of any kind into :class:`motionlens.motion.Motion` s.

A reader is named by module and function, and imported when the first file of its kind comes.
"""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from pathlib import Path

from ..errors import MotionLensError, UnreadableFileError
from ..motion import Motion
from .manifests import stated_rate
from .mapping import MappingOverrides

READERS: dict[str, tuple[str, str]] = {
    ".bvh": ("bvh", "read_bvh"),
    ".amc": ("asfamc", "read_amc"),
    ".glb": ("gltf", "read_gltf"),
    ".gltf": ("gltf", "read_gltf"),
    ".npy": ("arrays", "read_npy"),
    ".npz": ("smpl", "read_npz"),
}
"""Suffix -> (module, function): path and overrides -> a list of SkeletonAnimation or of Motion."""

SUPPORTED_SUFFIXES: frozenset[str] = frozenset(READERS)

__all__ = ["READERS", "SUPPORTED_SUFFIXES", "MappingOverrides", "read_motions"]


def read_motions(path: str | Path, mapping: MappingOverrides | None = None) -> list[Motion]:
    """All motions in a file (one, except where a file holds several people or clips).

    Args:
        path: a file with one of ``SUPPORTED_SUFFIXES``.
        mapping: what the user states about the file; None: infer everything. Its frame rate comes
            before that of a manifest beside the file, and this before the file's own.

    Raises:
        UnreadableFileError: missing, damaged, or of no supported kind.
        UnmappableSkeletonError: a skeleton without recognisable joints.
    """
    from .canonical import to_motion

    path = Path(path)
    if path.suffix.lower() not in READERS:
        raise UnreadableFileError(
            f"{path} is of no kind that can be read: use one of {', '.join(sorted(SUPPORTED_SUFFIXES))}."
        )
    if not path.is_file():
        raise UnreadableFileError(f"{path} cannot be opened (no such file): check that it exists.")
    module, function = READERS[path.suffix.lower()]
    mapping = _with_stated_rate(path, mapping)
    try:
        read = getattr(import_module(f".{module}", __name__), function)
        found = read(path, mapping)
        return [item if isinstance(item, Motion) else to_motion(item, mapping) for item in found]
    except MotionLensError:
        raise
    except (MemoryError, RecursionError, OSError) as error:
        raise UnreadableFileError(
            f"{path} could not be read ({error}): check the file and its drive."
        ) from error


def _with_stated_rate(path: Path, mapping: MappingOverrides | None) -> MappingOverrides | None:
    """Give the manifest's frame rate to the readers, where the user states none."""
    if mapping is not None and mapping.fps is not None:
        return mapping
    rate = stated_rate(path)
    if rate is None:
        return mapping
    return replace(mapping or MappingOverrides(), fps=rate.fps, fps_from=rate.manifest)
