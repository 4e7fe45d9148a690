"""Files of motion that are not read here, and how to turn them into files that are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

_BLENDER = (
    "open Blender, choose File > Import > {menu}, then File > Export > Motion Capture (.bvh) or glTF 2.0 (.glb), "
    "and import what that wrote"
)
_OWN = (
    "open it in {program}, export the skeleton with its animation baked as .bvh or .glb, "
    "and import what that wrote"
)
CONVERT: dict[str, tuple[str, str]] = {
    ".fbx": ("FBX", _BLENDER.format(menu="FBX (.fbx)")),
    ".dae": ("Collada", _BLENDER.format(menu="Collada (.dae)")),
    ".usd": ("USD", _BLENDER.format(menu="Universal Scene Description (.usd)")),
    ".usdc": ("USD", _BLENDER.format(menu="Universal Scene Description (.usd)")),
    ".usda": ("USD", _BLENDER.format(menu="Universal Scene Description (.usd)")),
    ".blend": ("Blender", _OWN.format(program="Blender")),
    ".ma": ("Maya", _OWN.format(program="Maya")),
    ".mb": ("Maya", _OWN.format(program="Maya")),
    ".c3d": ("C3D", "it holds markers, not a skeleton: solve it in your capture software and export .bvh"),
    ".trc": ("TRC", "it holds markers, not a skeleton: solve it in your capture software and export .bvh"),
}
"""Suffix -> what the format is called, and what to do."""

FOREIGN_SUFFIXES: frozenset[str] = frozenset(CONVERT)


def how_to_convert(suffix: str) -> str | None:
    """One sentence on files of this kind; None for suffixes that hold no motion that we know of.

    >>> how_to_convert(".FBX")[:75]
    'MotionLens does not read FBX files: open Blender, choose File > Import > FB'
    >>> how_to_convert(".txt") is None
    True
    """
    found = CONVERT.get(suffix.lower())
    return None if found is None else f"MotionLens does not read {found[0]} files: {found[1]}."


def refusal(path: Path, supported: str) -> str:
    """Why a file cannot be read: with the way to convert it where there is one."""
    remedy = how_to_convert(path.suffix)
    if remedy is not None:
        return f"{path} was not read. {remedy}"
    return f"{path} is no motion file that MotionLens reads: it reads {supported}."


def count_foreign(paths: Iterable[Path]) -> list[tuple[str, int]]:
    """(suffix, number of files) of the kinds that can only be converted, the most frequent first.

    >>> count_foreign([Path("a.fbx"), Path("b.FBX"), Path("c.mp4")])
    [('.fbx', 2)]
    """
    return Counter(p.suffix.lower() for p in paths if p.suffix.lower() in CONVERT).most_common()


def left_out(suffix: str, n: int) -> str:
    """What an import says about them.

    >>> left_out(".fbx", 2)[:50]
    '2 .fbx files were left out. MotionLens does not re'
    """
    return f"{n} {suffix} file{' was' if n == 1 else 's were'} left out. {how_to_convert(suffix)}"
