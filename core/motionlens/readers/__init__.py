"""Read motion files of any kind into :class:`motionlens.motion.Motion` s.

A reader is named by module and function, and imported when the first file of its kind comes.
"""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from pathlib import Path

from ..errors import MotionLensError, UnreadableFileError
from ..motion import Motion
from .animation import SkeletonAnimation
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

READER_VERSION = 1
"""Raise it when files that were read before would now read differently: libraries then read them again."""

SUPPORTED_SUFFIXES: frozenset[str] = frozenset(READERS)

__all__ = ["READERS", "READER_VERSION", "SUPPORTED_SUFFIXES", "MappingOverrides", "read_motions"]


def read_motions(path: str | Path, mapping: MappingOverrides | None = None) -> list[Motion]:
    """All motions in a file (one, except where a file holds several people or clips).

    Args:
        path: a file with one of ``SUPPORTED_SUFFIXES``.
        mapping: what the user states about the file; None: infer everything. Its frame rate comes
            before that of a manifest beside the file, and this before the file's own.

    Raises:
        UnreadableFileError: missing, damaged, or of no supported kind; whatever else a reader ran into.
        UnmappableSkeletonError: no skeleton with recognisable joints (of several bodies, those that have
            them are kept, and ``inferred["notes"]`` names the others).
        MemoryError: passed on.
    """
    path = Path(path)
    if path.suffix.lower() not in READERS:
        from .foreign import refusal

        raise UnreadableFileError(refusal(path, ", ".join(sorted(SUPPORTED_SUFFIXES))))
    if not path.is_file():
        raise UnreadableFileError(f"{path} cannot be opened (no such file): check that it exists.")
    module, function = READERS[path.suffix.lower()]
    mapping = _with_stated_rate(path, mapping)
    try:
        read = getattr(import_module(f".{module}", __name__), function)
        return _bodies(read(path, mapping), mapping)
    except (MotionLensError, MemoryError):
        raise
    except OSError as error:
        raise UnreadableFileError(
            f"{path} could not be read ({error.strerror or error}): check the file and its drive."
        ) from error
    except Exception as error:  # one file that no reader foresaw must not stop the rest
        raise UnreadableFileError(
            f"{path} could not be read ({type(error).__name__}: {' '.join(str(error).split())[:200]}): "
            "it may be damaged; export it again."
        ) from error


def _bodies(found: list[SkeletonAnimation | Motion], mapping: MappingOverrides | None) -> list[Motion]:
    """Every body that is a person's; what the others lack is noted on these.

    Raises:
        MotionLensError: the first body's, where no body is a person's.
    """
    from .canonical import to_motion

    motions: list[Motion] = []
    errors: list[MotionLensError] = []
    notes: list[str] = []
    for item in found:
        try:
            motions.append(item if isinstance(item, Motion) else to_motion(item, mapping))
        except MotionLensError as error:
            errors.append(error)
            notes.append(f"{item.name} was left out: {error}")
    if errors and not motions:
        raise errors[0]
    if not notes:
        return motions
    return [
        replace(m, inferred={**m.inferred, "notes": [*m.inferred.get("notes", []), *notes]}) for m in motions
    ]


def _with_stated_rate(path: Path, mapping: MappingOverrides | None) -> MappingOverrides | None:
    """Give the manifest's frame rate to the readers, where the user states none."""
    if mapping is not None and mapping.fps is not None:
        return mapping
    rate = stated_rate(path)
    if rate is None:
        return mapping
    return replace(mapping or MappingOverrides(), fps=rate.fps, fps_from=rate.manifest)
