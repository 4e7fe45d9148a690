"""``motionlens import``: files and folders into a library."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import MotionLensError
from ..library import LocalLibrary
from ..library.progress import ImportProgress, ImportReport
from ..readers.foreign import left_out
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

if TYPE_CHECKING:
    from ..library.presets import Presets
    from ..library.preview import Preview

_EXAMPLE = """example:
  motionlens import ~/mocap ~/downloads/dance.bvh --library ~/motions
  motionlens import ~/clips --library ~/motions --videos
  motionlens import ~/mocap --preview
  motionlens import ~/mocap --preset corrections.json

--preview imports nothing: it says which kinds of files there are, and what would be made of each (joints,
unit, up axis, frame rate). What is wrong there is put right once for all files of the kind by a preset
file, {"motionlens_import_presets": 1, "kinds": {SIGNATURE: {"mapping": {"up_axis": "z", "fps": 60}}}},
whose mappings are those of --mapping. Corrections saved in the app apply here too.

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
    parser.add_argument(
        "--preview", action="store_true", help="only show the kinds of files and what was inferred for each"
    )
    parser.add_argument("--preset", metavar="FILE", help="JSON file of corrections by kind of file")
    parser.add_argument(
        "--no-presets", action="store_true", help="leave aside the corrections that were saved in the app"
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
    presets = _presets(args)
    if args.preview:
        return _preview(args, presets)
    encoder = None if args.no_index else LazyEncoder(args.model, args.device)
    with LocalLibrary(args.library or default_library_dir()) as library, ProgressLine() as line:
        report = import_paths(
            library, args.paths, encoder, args.mapping, _shown(line), videos=args.videos, presets=presets
        )
    if args.json:
        print_json({"library": str(library.path), **report.to_dict()})
    else:
        print(summary(report))
    for text in report.warnings:
        print(f"note: {text}", file=sys.stderr)
    for failure in report.failures:
        print(f"failed: {failure.message}", file=sys.stderr)
    return 1 if report.failures or report.cancelled else 0


def _presets(args: argparse.Namespace) -> Presets:
    """The user's saved corrections and those of ``--preset``, which win."""
    from ..library.presets import Presets, load_user_presets

    saved = Presets() if args.no_presets else load_user_presets()
    return saved.merged(Presets.load(args.preset)) if args.preset else saved


def _preview(args: argparse.Namespace, presets: Presets) -> int:
    """Say what an import would meet; exit code 1 when something of it could not be read."""
    from ..library.preview import preview

    with ProgressLine() as line:
        found = preview(
            args.paths,
            presets,
            lambda done, total, name: line.show(lambda: f"{done}/{total or '?'} {name}"),
            skip=Path(args.library) if args.library else default_library_dir(),
        )
    if args.json:
        print_json(found.to_dict())
    else:
        print(preview_text(found))
    unread = any(sample.message for kind in found.kinds for sample in kind.samples)
    return 1 if unread or found.missing or not found.kinds else 0


def preview_text(found: Preview) -> str:
    """A preview for people."""
    from ..library.findings import findings

    lines = [f"{found.n_files} files of {len(found.kinds)} kind{'' if len(found.kinds) == 1 else 's'}"]
    for kind in found.kinds:
        lines += ["", f"{kind.label}: {len(kind.files)} files, {kind.files[0].name} …  [{kind.signature}]"]
        lines += [f"  {text}" for text in findings(kind)]
        lines += [f"  ! {text}" for text in kind.warnings]
    lines += [f"\n{left_out(suffix, n)}" for suffix, n, _ in found.foreign]
    if found.videos:
        lines.append(f"\n{found.videos} videos would be left out: add --videos to import them.")
    lines += [f"\n{path} is not there: check its spelling or connect its drive." for path in found.missing]
    return "\n".join(lines)


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
