"""``motionlens info``: versions, device, model, counts. Loads neither torch nor the model."""

from __future__ import annotations

import argparse
import ctypes
import importlib.util
import platform
import re
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

from .. import __version__
from ..errors import MotionLensError
from ..library import LocalLibrary
from ..library.schema import CATALOGUE
from ..resources import default_library_dir
from .common import (
    STARTER,
    add_json_argument,
    add_library_argument,
    default_model_dir,
    open_library,
    print_json,
)

_PACKAGES = ("numpy", "scipy", "torch", "transformers", "pybvh", "PySide6_Essentials")
_EXAMPLE = """example:
  motionlens info --library ~/motions --json
  motionlens info --library ~/motions --facets
"""


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Register the command."""
    parser = subparsers.add_parser(
        "info",
        help="versions, device, model, and what a library holds",
        description="Print versions, the device, the model, and what a library holds.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_library_argument(parser)
    parser.add_argument(
        "--facets",
        action="store_true",
        help="also how many motions are in which folder, length, tag and so on",
    )
    add_json_argument(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Gather and print."""
    model = model_info()
    info = {
        "version": __version__,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "packages": {name: _version(name) for name in _PACKAGES},
        "device": "cuda" if cuda_usable() else "cpu",
        "model": model,
        "library": library_info(args.library, model.get("fingerprint"), args.facets),
    }
    if args.json:
        print_json(info)
    else:
        print(text(info))
    return 0


def model_info() -> dict[str, Any]:
    """Name, folder and fingerprint of the shipped model, or why there is none."""
    from ..model.fingerprint import model_fingerprint

    try:
        folder = default_model_dir()
        return {"name": folder.name, "path": str(folder), "fingerprint": model_fingerprint(folder)}
    except MotionLensError as error:
        return {"name": None, "error": str(error)}


def library_info(name: str | None, fingerprint: str | None, facets: bool = False) -> dict[str, Any]:
    """Counts of a library; the default one may not exist yet."""
    if name is None and not (default_library_dir() / CATALOGUE).exists():
        return {"path": str(default_library_dir()), "exists": False}
    library: LocalLibrary
    with open_library(name, None) as library:
        counts = library.counts()
        waiting = len(library.moments_without_tokens(fingerprint)) if fingerprint else counts.moments
        return {
            "path": str(library.path),
            "exists": True,
            "starter": name == STARTER,
            "files": counts.files,
            "motions": counts.motions,
            "moments": counts.moments,
            "indexed_moments": counts.moments - waiting,
            "failures": counts.failures,
            "captions": counts.captions,
            "duration_s": round(counts.duration_s, 3),
            "roots": list(library.roots()),
            **({"facets": facet_counts(library)} if facets else {}),
        }


def facet_counts(library: LocalLibrary) -> dict[str, list[dict[str, Any]]]:
    """Motions and moments by facet and value; values that nothing has are left out."""
    from ..library.finder import Finder

    finder = Finder(library)
    finder.update_facts()
    titles = {c.id: c.name for c in library.curation().collections.all()}
    return {
        facet: [
            {
                "value": titles.get(int(one.value), "") if facet == "collection" else one.value,
                "motions": one.motions,
                "moments": one.moments,
            }
            for one in counts
            if one.motions
        ]
        for facet, counts in finder.facets().items()
    }


def cuda_usable() -> bool:
    """Whether torch, once loaded, would find a CUDA device; asked without the seconds of its import."""
    spec = importlib.util.find_spec("torch")
    if spec is None or spec.origin is None:
        return False
    try:
        built = (Path(spec.origin).parent / "version.py").read_text(encoding="utf-8")
        if not re.search(r"^cuda\b[^=]*=\s*['\"]", built, re.MULTILINE):
            return False
        driver = ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
        count = ctypes.c_int(0)
        return driver.cuInit(0) == 0 and driver.cuDeviceGetCount(ctypes.byref(count)) == 0 and count.value > 0
    except OSError:
        return False


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def text(info: dict[str, Any]) -> str:
    """The same for people."""
    packages = ", ".join(f"{name} {version or 'missing'}" for name, version in info["packages"].items())
    model, library = info["model"], info["library"]
    lines = [
        f"MotionLens {info['version']}, Python {info['python']}, {info['platform']}",
        f"packages  {packages}",
        f"device    {info['device']}",
        f"model     {model['name']} ({model['fingerprint']})"
        if model["name"]
        else f"model     {model['error']}",
        f"library   {library['path']}",
    ]
    if not library["exists"]:
        return "\n".join([*lines, "          not made yet: `motionlens import PATH` makes it"])
    lines += [
        f"          {library['files']} files, {library['motions']} motions, "
        f"{library['duration_s'] / 60:.1f} minutes, {library['captions']} captions",
        f"          {library['moments']} moments, {library['indexed_moments']} of them indexed for search",
    ]
    if library["failures"]:
        lines.append(f"          {library['failures']} files could not be imported")
    for facet, counts in library.get("facets", {}).items():
        for place, one in enumerate(counts):
            value = {True: "yes", False: "no", "": "(no file)"}.get(one["value"], one["value"])
            lines.append(f"{facet if not place else '':<10}{one['motions']:>7}  {value}")
    return "\n".join(lines)
