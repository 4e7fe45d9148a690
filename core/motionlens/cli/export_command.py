"""``motionlens export``: a motion as a file for another program."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ..errors import MotionLensError
from ..export import KINDS, PROPORTIONS, Exported, ExportOptions, export_motion, export_original
from ..motion import Motion
from .common import add_json_argument, add_library_argument, open_library, print_json
from .subjects import add_subject_argument, find_subject, subjects_of_file

_EXAMPLE = """examples:
  motionlens export 17 --to wave.bvh --library starter
  motionlens export jump.amc --to jump.glb --from 1.5 --to-time 3 --at-origin --fps 30
  motionlens export 17 --original --from 1.5 --to-time 3 --to cut.amc

kinds:
""" + "\n".join(f"  {ending}  {text}" for ending, text in KINDS.items())
_OFF_M = 1e-3


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Register the command."""
    parser = subparsers.add_parser(
        "export",
        help="write a motion as BVH, GLB, NumPy, CSV, film or pictures",
        description="Write a motion of the library or of a file for another program; y is up, a person who "
        "faces +z has the left hand at +x.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_subject_argument(parser)
    parser.add_argument(
        "--to", type=Path, metavar="FILE", required=True, help="the file; its ending says the kind"
    )
    parser.add_argument("--from", dest="start_s", type=float, metavar="S", help="start of the part, seconds")
    parser.add_argument("--to-time", dest="end_s", type=float, metavar="S", help="end of the part, seconds")
    parser.add_argument(
        "--proportions",
        choices=PROPORTIONS,
        default=PROPORTIONS[0],
        help="the source's own body, or the body on which motions are compared (default: original)",
    )
    parser.add_argument(
        "--original",
        action="store_true",
        help="the original file: copied, or cut at its own rate (.bvh, .amc, .npz, .npy)",
    )
    parser.add_argument("--fps", type=float, metavar="N", help="frames a second (default: 20)")
    parser.add_argument(
        "--at-origin",
        action="store_true",
        help="start over the origin, facing +z, instead of where the part lies",
    )
    parser.add_argument(
        "--rigid-bones",
        action="store_true",
        help="BVH and GLB with rotations only; where the source's bones are not rigid, joints are a little off",
    )
    parser.add_argument(
        "--bvh-metres",
        action="store_true",
        help="BVH in metres (right in Blender at scale 1), not centimetres",
    )
    parser.add_argument("--overwrite", action="store_true", help="replace the file where it exists")
    add_library_argument(parser)
    add_json_argument(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Export and say what was written; several motions of one file go to numbered files."""
    if not args.original and args.to.suffix.lower() not in KINDS:
        raise MotionLensError(f"{args.to} has no ending that is known: name it {', '.join(KINDS)}.")
    options = ExportOptions(
        start_s=args.start_s,
        end_s=args.end_s,
        proportions=args.proportions,
        fps=args.fps,
        at_origin=args.at_origin,
        rigid=args.rigid_bones,
        bvh_metres=args.bvh_metres,
        overwrite=args.overwrite,
    )
    subjects = subjects_of_file(args.motion)
    if not subjects:
        with open_library(args.library, None) as library:
            subjects = [find_subject(library, args.motion)]
    motions = [s.motion or Motion(s.positions, s.name, s.path) for s in subjects]
    if args.original:  # one file, whatever number of people it holds
        source = motions[0].source if subjects[0].id is not None else args.motion
        written = [export_original(motions[0], args.to, options, source)]
    else:
        written = [
            export_motion(m, path, options)
            for m, path in zip(motions, _paths(args.to, len(motions)), strict=True)
        ]
    if args.json:
        print_json({"written": [as_dict(w) for w in written]})
    else:
        print("\n".join(map(sentence, written)))
    return 0


def _paths(path: Path, count: int) -> list[Path]:
    """``walk.bvh``, or ``walk-1.bvh`` and ``walk-2.bvh`` for two."""
    if count == 1:
        return [path]
    return [path.with_name(f"{path.stem}-{n}{path.suffix}") for n in range(1, count + 1)]


def as_dict(written: Exported) -> dict[str, Any]:
    """As the command's JSON has it."""
    return {
        "path": str(written.path),
        "name": written.name,
        "frames": written.frames,
        "fps": written.fps,
        "duration_s": round(written.seconds, 3),
        "largest_error_m": round(written.off_m, 6),
        **({"note": written.note} if written.note else {}),
    }


def sentence(written: Exported) -> str:
    """One line for people.

    >>> sentence(Exported(Path("walk.bvh"), "walk", 40, 20.0, 0.0123))
    'walk.bvh: walk, 40 frames at 20 fps (2.0 s); joints are up to 12 mm off, since its bones are not rigid'
    """
    if not written.frames:
        return f"{written.path}: {written.name}, {written.note or 'copied as it is'}"
    text = f"{written.path}: {written.name}, {written.frames} frames at {written.fps:g} fps ({written.seconds:.1f} s)"
    if written.off_m > _OFF_M:
        text += f"; joints are up to {written.off_m * 1000:.0f} mm off, since its bones are not rigid"
    return text
