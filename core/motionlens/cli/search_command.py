"""``motionlens search``: a description, a video, a motion in, ranked moments out."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ..export import rows_of, write_results
from ..library import LibraryBusyError, LocalLibrary
from ..model.interface import Encoder
from ..search.result import SearchResult
from .common import (
    ProgressLine,
    add_json_argument,
    add_library_argument,
    add_model_arguments,
    open_library,
    positive,
    print_json,
)
from .query_parts import add_query_arguments, query_of

_EXAMPLE = """example:
  motionlens search "a person waves with the left hand" --library starter -k 5
  motionlens search --video dance.mp4 --from 2 --to 6.5
  motionlens search --motion 17 --from 1 --to 4
  motionlens search "with both arms raised" --motion walk.bvh --weight-text 0.3
  motionlens search "a person runs" --avoid "a person jumps" --json

Of a library's own motion, the part that is searched by is not found again. The score of a query of several
parts is that of the parts together, each put on the scale of its own scores over the library.
"""


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Register the command."""
    parser = subparsers.add_parser(
        "search",
        help="find motions by description, video or example",
        description="Rank the moments of a library by how well they meet a description, how much they are like "
        "the motion in a video or like another motion, or several of these together.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_query_arguments(parser)
    add_library_argument(parser)
    parser.add_argument("-k", type=positive, default=10, metavar="N", help="results at most (default: 10)")
    add_model_arguments(parser)
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write the results as a table too")
    add_json_argument(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Search and print."""
    from ..model import load_encoder
    from ..search import SearchEngine

    if args.library not in (None, "starter"):
        LocalLibrary(args.library, create=False).close()  # a wrong folder is said before a model is loaded
    query = query_of(args)
    encoder = load_encoder(args.model, args.device)
    with open_library(args.library, encoder) as library:
        index_missing(library, encoder)
        engine = SearchEngine(library, encoder)
        engine.warm_up()  # the timing that is printed is of the query, not of loading the model
        result = engine.search_query(query, args.k)
    if args.csv:
        write_results(rows_of(result), args.csv, overwrite=True)
    if args.json:
        print_json(result.to_dict())
    else:
        print(table(result) + (f"\nwritten to {args.csv}" if args.csv else ""))
    return 0


def index_missing(library: LocalLibrary, encoder: Encoder) -> None:
    """Index what a stopped import or an older model left, so that no result is silently missing."""
    from ..library.encoding import encode_missing

    missing = len(library.moments_without_tokens(encoder.fingerprint))
    if not missing:
        return
    try:
        with ProgressLine() as line:
            encode_missing(library, encoder, line)
    except LibraryBusyError as error:
        print(f"note: {missing} moments are not searched yet. {error}", file=sys.stderr)


def table(result: SearchResult) -> str:
    """Hits for people.

    >>> from ..search.result import Hit
    >>> hit = Hit(1, 7, 9, "wave left", "/d/wave.bvh", 4.0, 12.0, 0.8125, "a person waves")
    >>> print(table(SearchResult("wave", 12, {"total": 9.0}, (hit,))))
     1  0.812    4.0-12.0 s  wave left  a person waves
                             /d/wave.bvh
    12 moments searched in 9 ms
    """
    lines = []
    for hit in result.hits:
        span = f"{hit.start_s:.1f}-{hit.end_s:.1f} s"
        lines.append(f"{hit.rank:2d}  {hit.score:.3f}  {span:>12}  {hit.name}  {hit.caption}".rstrip())
        if len(result.parts) > 1:
            lines.append(" " * 25 + "  ".join(f"{name} {hit.parts[name]:.3f}" for name in result.parts))
        if hit.path:
            lines.append(" " * 25 + hit.path)
    lines.append(f"{result.searched} moments searched in {result.timing_ms['total']:.0f} ms")
    return "\n".join(lines)
