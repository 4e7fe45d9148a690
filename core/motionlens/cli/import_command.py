"""``motionlens import``: files and folders into a library."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from ..errors import MotionLensError
from ..library import LocalLibrary
from ..library.progress import ImportProgress, ImportReport
from ..resources import default_library_dir
from .common import (
    STARTER,
    LazyEncoder,
    ProgressLine,
    add_json_argument,
    add_library_argument,
    add_model_arguments,
    print_json,
)

_EXAMPLE = """example:
  motionlens import ~/mocap ~/downloads/dance.bvh --library ~/motions
  motionlens import ~/clips --library ~/motions --videos

The files are only read, never moved or changed. Run it again at any time: unchanged files are skipped,
and an import that was stopped goes on. Exit code 1 when a file could not be imported; each is listed.
"""


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Register the command."""
    parser = subparsers.add_parser(
        "import",
        help="read motion files and folders into a library",
        description="Read BVH, ASF/AMC, glTF/GLB, AMASS/SMPL .npz, HumanML3D/KIT-ML .npy and MotionLens .npz.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("paths", nargs="+", metavar="PATH", help="motion files and folders of them")
    add_library_argument(parser, starter=False)
    parser.add_argument(
        "--mapping", metavar="FILE", help="JSON file that overrides joints, unit, up axis, facing or fps"
    )
    add_model_arguments(parser)
    parser.add_argument(
        "--videos",
        action="store_true",
        help="import videos too, one person each; tracking takes longer than the clip",
    )
    parser.add_argument(
        "--no-index", action="store_true", help="store only; the next import or search indexes for search"
    )
    add_json_argument(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Import and say how it went."""
    from ..library.importer import import_paths

    if args.library == STARTER:
        raise MotionLensError("The starter library is MotionLens's own: give --library another folder.")
    encoder = None if args.no_index else LazyEncoder(args.model, args.device)
    with LocalLibrary(args.library or default_library_dir()) as library, ProgressLine() as line:
        report = import_paths(library, args.paths, encoder, args.mapping, _shown(line), videos=args.videos)
    if args.json:
        print_json({"library": str(library.path), **report.to_dict()})
    else:
        print(summary(report))
    for text in report.warnings:
        print(f"note: {text}", file=sys.stderr)
    for failure in report.failures:
        print(f"failed: {failure.message}", file=sys.stderr)
    return 1 if report.failures or report.cancelled else 0


def _shown(line: ProgressLine) -> Callable[[ImportProgress], None]:
    """What the line says: of a video at work also how far it is tracked."""

    def show(progress: ImportProgress) -> None:
        if progress.part:
            name = Path(progress.current).name
            line.show(lambda: f"{progress.done}/{progress.total} files, tracking {name}: {progress.part:.0%}")
        else:
            line(progress)

    return show


def summary(report: ImportReport) -> str:
    """The last words of an import."""
    lines = [
        f"{report.files} files: {report.imported} imported, {report.unchanged} unchanged, "
        f"{report.failed} failed; {report.encoded} moments indexed; "
        f"{report.seconds:.1f} s, {report.files_per_s:.1f} files/s"
    ]
    if report.moved:
        lines.append(f"{report.moved} of them were known under another path and keep their place.")
    if report.duplicates:
        path, other = report.duplicates[0]
        lines.append(f"{len(report.duplicates)} have the same content as another file: {path} = {other}")
    if report.videos_left_out:
        lines.append(
            f"{report.videos_left_out} videos were left out: add --videos to import them "
            "(tracking takes longer than the clips)."
        )
    return "\n".join(lines)
