"""``motionlens evaluate-explanations``: are the explanations true to the model, and do they point at the right place?"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ...cli.common import ProgressLine, add_json_argument, add_model_arguments, positive, print_json, seed

if TYPE_CHECKING:
    from .probe import Probe
    from .report import Table

PARTS: tuple[str, ...] = ("faithfulness", "localisation", "mirror", "sanity", "timing")
"""Parts of the evaluation, in the order of the tables."""

_EXAMPLE = """example:
  motionlens evaluate-explanations --pairs 40 --parts faithfulness,localisation
"""


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Register the command."""
    parser = subparsers.add_parser(
        "evaluate-explanations",
        help="are explanations true to the model, and do they point at the right joints and seconds?",
        description="Measure explanations on synthesised motions that no training has seen: does the score fall "
        "when the patches said to matter are taken away, do words point at the joints and seconds that they mean, "
        "does the peak change sides in the mirrored motion, what is left of a map when words are shuffled or "
        "weights randomised, and how long it takes. Shapley-Taylor interactions stand beside plain similarity, "
        "attention rollout, gradient x input and random maps.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--pairs", type=positive, default=100, metavar="N",
        help="pairs of caption and motion for faithfulness (default: 100)",
    )  # fmt: skip
    parser.add_argument(
        "--cases", type=positive, default=100, metavar="N",
        help="motions for the mirror check and for sanity; localisation takes twice as many (default: 100)",
    )  # fmt: skip
    parser.add_argument("--seed", type=seed, default=0, help="another seed gives other motions (default: 0)")
    parser.add_argument(
        "--parts",
        type=part_list,
        default=PARTS,
        help=f"comma-separated, some of {','.join(PARTS)} (default: all)",
    )
    add_model_arguments(parser)
    add_json_argument(parser)
    parser.set_defaults(run=run)


def part_list(text: str) -> tuple[str, ...]:
    """The parts of a comma-separated list, in the order of the tables.

    >>> part_list("mirror, faithfulness")
    ('faithfulness', 'mirror')
    """
    wanted = [part.strip() for part in text.split(",") if part.strip()]
    wrong = [p for p in wanted if p not in PARTS]
    if wrong or not wanted:
        raise argparse.ArgumentTypeError(
            f"choose among {', '.join(PARTS)}, not {', '.join(wrong) or 'nothing'}"
        )
    return tuple(p for p in PARTS if p in wanted)


def run(args: argparse.Namespace) -> int:
    """Measure and print; targets are reported, not enforced."""
    from .probe import Probe

    probe = Probe.load(args.model, args.device)
    tables: list[Table] = []
    with ProgressLine() as line:
        for part in args.parts:
            found = measure(part, probe, args.pairs, args.cases, args.seed, lambda s: line.show(lambda: s))
            tables += found
            if not args.json:
                line.clear()
                print("\n\n".join(t.to_text() for t in found), end="\n\n", flush=True)
    if args.json:
        head = {"system": probe.encoder.name, "seed": args.seed, "fingerprint": probe.encoder.fingerprint}
        print_json(head | {t.name: t.to_dict() for t in tables})
    return 0


def measure(
    part: str, probe: Probe, pairs: int, cases: int, seed: int, progress: Callable[[str], None] | None = None
) -> Sequence[Table]:
    """The tables of one of ``PARTS``; see the command's options."""
    from .cases import make_cases, make_sided_cases
    from .faithfulness import evaluate_faithfulness
    from .localisation import evaluate_localisation, localisation_table
    from .mirror import evaluate_mirror
    from .sanity import evaluate_sanity
    from .timing import evaluate_timing

    if part == "faithfulness":
        return [r.table() for r in evaluate_faithfulness(probe, make_cases(pairs, seed), seed, progress)]
    if part == "localisation":
        words = evaluate_localisation(probe, make_cases(2 * cases, seed), seed, progress)
        return [localisation_table(words)]
    if part == "mirror":
        return [evaluate_mirror(probe, make_sided_cases(cases, seed), seed, progress).table()]
    if part == "sanity":
        return [evaluate_sanity(probe, make_cases(cases, seed), seed, progress).table()]
    return [evaluate_timing(probe, seed).table()]
