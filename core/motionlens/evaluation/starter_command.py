"""``motionlens evaluate-starter``: the written queries on the starter library."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from ..errors import MotionLensError
from ..model.interface import Encoder
from ..resources import resource_dir
from ..search.scoring import split_stages
from ..windows import moment_spans
from .maxsim import best_by_owner, stack_tokens
from .starter_queries import StarterReport, load_queries, score_starter_queries

_IN_CHECKOUT = Path(__file__).resolve().parents[3] / "tests" / "data" / "starter_queries.json"


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Register the command."""
    parser = subparsers.add_parser(
        "evaluate-starter",
        help="written queries with known answers on the starter library",
        epilog="example:\n  motionlens evaluate-starter --queries tests/data/starter_queries.json",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--queries", type=Path, default=_IN_CHECKOUT, help="file of queries (default: the tests')"
    )
    parser.add_argument("--model", default=None, help="model folder (default: the shipped model)")
    parser.add_argument("--device", help="cpu or cuda (default: cuda where there is one)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Ask all queries and print; the target is reported, not enforced."""
    if not args.queries.is_file():
        raise MotionLensError(f"{args.queries} is not there: give the file of queries with --queries FILE.")
    report = evaluate_starter(args.queries, args.model, args.device)
    print(json.dumps(report.to_dict(), indent=2, ensure_ascii=False) if args.json else report.to_text())
    return 0


def evaluate_starter(
    queries: Path, model: str | Path | None = None, device: str | None = None, pack: Path | None = None
) -> StarterReport:
    """Rank the starter motions for every query, each motion by its best moment, as a search does.

    Args:
        queries: file of queries.
        model: model folder; None for the shipped one.
        device: of the model.
        pack: folder of the starter pack; None for the shipped one.
    """
    from ..model import load_encoder
    from ..synthesis.pack import load_pack

    items = load_pack(pack or resource_dir("assets") / "starter")
    search = motion_search(load_encoder(model, device), [i.positions for i in items])
    return score_starter_queries(
        search, [i.recipe for i in items], load_queries(queries), [i.name for i in items]
    )


def motion_search(encoder: Encoder, motions: Sequence[np.ndarray]) -> Callable[[str, int], list[int]]:
    """A search over motions held in memory: (text, k) -> indices of the k best, best first.

    Args:
        encoder: the model.
        motions: (T, 22, 3) float32 each; cut into moments as a library does.
    """
    clips, owners = [], []
    for i, positions in enumerate(motions):
        for a, b in moment_spans(len(positions)):
            clips.append(np.ascontiguousarray(positions[a:b], dtype=np.float32))
            owners.append(i)
    groups = split_stages(*stack_tokens(encoder.encode_motions(clips)), encoder.stage_counts)

    def search(text: str, k: int) -> list[int]:
        scores = best_by_owner(encoder.encode_text(text), groups, owners, len(motions))
        return np.argsort(-scores, kind="stable")[:k].tolist()

    return search
