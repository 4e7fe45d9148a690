"""``motionlens explain``: which words met which body parts at which moments."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..cli.common import (
    add_json_argument,
    add_library_argument,
    add_model_arguments,
    open_library,
    print_json,
)
from ..cli.subjects import Subject, add_subject_argument, find_subject, subjects_of_file
from ..errors import MotionLensError
from ..motion import FPS
from ..windows import moment_spans

if TYPE_CHECKING:
    from ..model.interface import ExplainingEncoder
    from .result import Explanation

_EXAMPLE = """examples:
  motionlens explain "a person waves with the left hand" 17 --library starter
  motionlens explain "a man jumps" jump.bvh --to jump.png

Of a long motion the moment that answers best is explained. Similarities are cosines, interactions are
Shapley-Taylor interactions in units of the score; neither is a probability.
"""


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Register the command."""
    parser = subparsers.add_parser(
        "explain",
        help="show which words met which joints at which moments",
        description="Similarities and Shapley-Taylor interactions of a description's words with a motion's "
        "body parts and moments, and what each word adds to the score.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("text", metavar="TEXT", help="what the person does, in English")
    add_subject_argument(parser)
    parser.add_argument("--to", type=Path, metavar="FILE", help="also write a .png, .svg, .csv or .npz")
    add_library_argument(parser)
    add_model_arguments(parser)
    add_json_argument(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Explain and print."""
    from .export import PICTURES, TABLES

    if args.to and args.to.suffix.lower() not in (*PICTURES, *TABLES):
        raise MotionLensError(f"{args.to} has no ending that is known: name it .png, .svg, .csv or .npz.")
    subjects = subjects_of_file(args.motion)
    if not subjects:
        with open_library(args.library, None) as library:
            subjects = [find_subject(library, args.motion)]

    from ..model import load_encoder

    encoder = load_encoder(args.model, args.device)
    subject, found = max(
        ((s, best_moment(encoder, args.text, s.positions)) for s in subjects), key=lambda pair: pair[1].score
    )
    if args.to:
        from .export import write

        write(found, args.to)
    if args.json:
        print_json({"motion": _motion(subject, found), **found.to_dict()})
    else:
        print(table(subject, found))
    return 0


def best_moment(encoder: ExplainingEncoder, text: str, positions: np.ndarray) -> Explanation:
    """The explanation of the moment of a motion that answers best.

    Args:
        positions: (T, 22, 3) of any length.
    """
    from .explain import explain_tokens

    query = encoder.compose_text(text)
    found = [
        explain_tokens(
            *query, *encoder.compose_motion(positions[a:b]), encoder.stage_counts, b - a, start_s=a / FPS
        )
        for a, b in moment_spans(len(positions))
    ]
    return max(found, key=lambda e: e.score)


def _motion(subject: Subject, found: Explanation) -> dict[str, Any]:
    span = [round(found.segments[0][0], 3), round(found.segments[-1][1], 3)]
    return {
        "id": subject.id,
        "name": subject.name,
        "path": subject.path,
        "start_s": span[0],
        "end_s": span[1],
    }


def table(subject: Subject, found: Explanation) -> str:
    """For people: what each word adds and where its interaction is largest."""
    motion = _motion(subject, found)
    stages = ", ".join(f"{k} {v:.3f}" for k, v in found.stage_scores.items())
    lines = [
        f"{subject.name}  {motion['start_s']:.1f}-{motion['end_s']:.1f} s  score {found.score:.3f} ({stages})",
        f"{'word':<16} {'adds':>7}  largest Shapley-Taylor interaction",
    ]
    for n, word in enumerate(found.words):
        part, window = np.unravel_index(int(found.interaction[n].argmax()), found.interaction[n].shape)
        start, end = found.segments[int(window)]
        lines.append(
            f"{word.text:<16} {found.word_contribution[n]:>7.4f}  {found.body_parts[int(part)]}, "
            f"{start:.1f}-{end:.1f} s ({found.interaction[n, part, window]:+.4f}, "
            f"similarity {found.similarity[n, part, window]:+.2f})"
        )
    lines.append("The words' contributions sum to the score; interactions do not: patches compete.")
    return "\n".join(lines)
