"""A session as a person would do it, again and again: ``python -m motionlens_app.session_check --times 20``.

Every round has a home of its own and two processes: a first start (starter library, search, filter, compare,
tag, favourite, collection, themes, export, a video, a folder imported while searching), which is quit in the
middle of the import, and a second start that goes on with it. A round is good without a warning from Qt or the
log, an exception, a thread, timer, process or file left behind, memory that grows from search to search, or an
answer that is not right. ``--minutes`` does mixed things in one window instead, and says how long it stood still.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from .rounds import HEAD, print_stalls, run_part, run_round, table_line, tell_long


def main(argv: Sequence[str] | None = None) -> int:
    """Command line; 1 when a round was not good."""
    parser = argparse.ArgumentParser(
        prog="python -m motionlens_app.session_check",
        description="Do what a person does in the app, several times, and say what went wrong.",
        epilog="example: python -m motionlens_app.session_check --times 20 --folder ~/mocap/cmu",
    )
    parser.add_argument("--times", type=int, default=1, help="rounds")
    parser.add_argument(
        "--seconds", type=float, default=8.0, help="how long searches are repeated at a round's end"
    )
    parser.add_argument("--trials", type=int, default=360, help="synthesised motions that are imported")
    parser.add_argument("--folder", type=Path, help="import this folder instead")
    parser.add_argument("--no-video", action="store_true", help="drop no video")
    parser.add_argument("--minutes", type=float, help="one session of mixed actions instead, this long")
    parser.add_argument(
        "--cache", type=Path, help="where the made motions are kept (default: the user's cache)"
    )
    parser.add_argument(
        "--stall-ms", type=float, default=50.0, help="with --minutes: longest stall that is allowed"
    )
    parser.add_argument("--where", action="store_true", help="print where the longest stalls were")
    parser.add_argument("--json", type=Path, help="write everything that was measured")
    parser.add_argument("--part", help=argparse.SUPPRESS)
    options = parser.parse_args(argv)
    if options.part:
        return run_part(json.loads(options.part))
    return _run_rounds(options)


def _run_rounds(options: argparse.Namespace) -> int:
    import platformdirs

    from .material import clip, count_files, trials

    cache = options.cache or Path(platformdirs.user_cache_dir("MotionLens", False)) / "session-check"
    folder = options.folder or trials(cache, options.trials)
    if not folder.is_dir() or not count_files(folder):
        print(f"{folder} holds no motion files: give another --folder.", file=sys.stderr)
        return 2
    video = None if options.no_video else clip(cache)
    if options.minutes:
        made = run_round(folder, None, 60 * options.minutes, ("long",))
        return tell_long(made, options)
    print(HEAD, flush=True)
    rounds = []
    for number in range(1, options.times + 1):
        made = run_round(folder, video, options.seconds)
        rounds.append(made)
        print(table_line(number, made), flush=True)
        for line in made.wrong:
            print(f"      {line}", flush=True)
        if options.where:
            print_stalls(made, True)
        if options.json:
            options.json.write_text(json.dumps([asdict(one) for one in rounds]))
    bad = sum(bool(made.wrong) for made in rounds)
    print(f"{len(rounds) - bad} of {len(rounds)} rounds were good")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
