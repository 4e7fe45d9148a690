"""``motionlens evaluate-understanding``: pairs that differ in one thing alone."""

from __future__ import annotations

import argparse
import sys

from ..cli.common import add_json_argument, add_model_arguments, positive, print_json, seed

_KINDS = ("side", "order", "count", "direction", "part")
_EXAMPLE = """example:
  motionlens evaluate-understanding --pairs 100 --kinds side,order
"""


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Register the command."""
    parser = subparsers.add_parser(
        "evaluate-understanding",
        help="does the model tell left from right, order, count, direction, body part?",
        description="Score synthesised pairs of motions and captions that differ in one thing alone: "
        "left or right, which comes first, how often, which way, which part of the body.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--pairs", type=positive, default=200, metavar="N", help="pairs a kind (default: 200)"
    )
    parser.add_argument(
        "--kinds",
        type=kind_list,
        default=_KINDS,
        help=f"comma-separated, some of {','.join(_KINDS)} (default: all)",
    )
    parser.add_argument("--seed", type=seed, default=0, help="another seed gives other pairs (default: 0)")
    add_model_arguments(parser)
    add_json_argument(parser)
    parser.set_defaults(run=run)


def kind_list(text: str) -> tuple[str, ...]:
    """The kinds of a comma-separated list.

    >>> kind_list("order, side")
    ('order', 'side')
    """
    kinds = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    wrong = [k for k in kinds if k not in _KINDS]
    if wrong or not kinds:
        raise argparse.ArgumentTypeError(
            f"choose among {', '.join(_KINDS)}, not {', '.join(wrong) or 'nothing'}"
        )
    return kinds


def run(args: argparse.Namespace) -> int:
    """Make the pairs, score them and print; the target is reported, not enforced."""
    from ..model import load_encoder
    from .maxsim import score_matrix
    from .understanding import evaluate_understanding

    encoder = load_encoder(args.model, args.device)
    report = evaluate_understanding(
        lambda texts, motions: score_matrix(encoder, texts, motions),
        args.kinds,
        args.pairs,
        args.seed,
        name=str(getattr(encoder, "name", "model")),
        progress=_tell if sys.stderr.isatty() else None,
    )
    if args.json:
        print_json(report.to_dict())
    else:
        print(report.to_text())
    return 0


def _tell(kind: str) -> None:
    print(f"pairs that differ in {kind} …", file=sys.stderr)
