"""``motionlens dataset``: data sets in HumanML3D's folder layout."""

from __future__ import annotations

import argparse
from pathlib import Path

from .common import ProgressLine, add_json_argument, print_json

_EXAMPLE = """example:
  motionlens dataset cmu-humanml3d ~/.cache/motionlens/data humanml3d-cmu
"""


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Register the command and its own subcommands."""
    parser = subparsers.add_parser(
        "dataset",
        help="build a data set for training and evaluation",
        description="Build a data set in HumanML3D's folder layout (new_joints/, texts/, train.txt …).",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    kinds = parser.add_subparsers(title="data sets", metavar="NAME", required=True)
    cmu = kinds.add_parser(
        "cmu-humanml3d",
        help="the CMU subset of HumanML3D",
        description="Cut the CMU trials of the unpacked data pack SRC into the ids of HumanML3D.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    cmu.add_argument("source", metavar="SRC", type=Path, help="the unpacked data pack")
    cmu.add_argument("out", metavar="OUT", type=Path, help="folder to write")
    add_json_argument(cmu)
    cmu.set_defaults(run=run_cmu)


def run_cmu(args: argparse.Namespace) -> int:
    """Build it and say what came out."""
    from ..datasets import cmu_humanml3d

    with ProgressLine() as line:
        count = cmu_humanml3d.build(
            args.source, args.out, lambda done, total: line.show(lambda: f"{done}/{total} trials")
        )
    if args.json:
        print_json({"out": str(args.out), "ids": count})
    else:
        print(f"{count} ids, each with its mirrored copy, in {args.out}")
    return 0
