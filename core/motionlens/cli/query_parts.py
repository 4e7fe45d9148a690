"""The parts of a query on the command line: TEXT, --video, --motion, --avoid."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ..errors import MotionLensError
from ..motion import FPS
from ..search.query import Example, Query, Span
from ..video.remote import VideoProcess
from .common import ProgressLine, open_library
from .subjects import Subject, find_subject, subjects_of_file


def add_query_arguments(parser: argparse.ArgumentParser) -> None:
    """TEXT and what may stand beside it or in its place."""
    parser.set_defaults(wrong_use=parser.error)
    parser.add_argument("text", metavar="TEXT", nargs="?", help="what the person does, in English")
    parser.add_argument("--video", metavar="FILE", help="find motions like that of the person in this video")
    parser.add_argument(
        "--motion",
        metavar="FILE_OR_ID",
        help="find motions like this one: a motion file, or id (or name) of a motion of the library",
    )
    parser.add_argument(
        "--from",
        dest="start_s",
        type=float,
        metavar="S",
        help="start of the part of the video or motion, seconds",
    )
    parser.add_argument(
        "--to", dest="end_s", type=float, metavar="S", help="end of the part of the video or motion, seconds"
    )
    parser.add_argument("--avoid", metavar="TEXT", default="", help="what the person shall not do")
    parser.add_argument(
        "--weight-text",
        type=float,
        metavar="W",
        help="share of TEXT in the score beside a video or motion, 0 to 1 (default: 0.5)",
    )


def query_of(args: argparse.Namespace) -> Query:
    """The query that the arguments ask for; a video is tracked and lifted here.

    Raises:
        MotionLensError: nothing to search for, arguments that contradict each other, a file that cannot be
            read, a part outside of it, an id that the library does not have.
    """
    _check(args)
    examples = []
    if args.video:
        examples.append(video_example(args.video, args.start_s, args.end_s))
    if args.motion:
        examples.append(motion_example(args.motion, args.library, args.start_s, args.end_s))
    weight = Query.text_weight if args.weight_text is None else args.weight_text
    return Query(args.text or "", tuple(examples), args.avoid, weight)


def _check(args: argparse.Namespace) -> None:
    examples = [name for name in ("video", "motion") if getattr(args, name) is not None]
    for name in examples:
        if not getattr(args, name).strip():
            raise MotionLensError(f"--{name} names nothing: give a file.")
    text = (args.text or "").strip()
    if not text and not examples:
        asked = "The query is empty" if not args.avoid.strip() else "The query says only what to avoid"
        sentence = f"{asked}: describe a motion, or give --video FILE or --motion FILE_OR_ID."
        if args.text is None:
            args.wrong_use(sentence)
        raise MotionLensError(sentence)
    part = args.start_s is not None or args.end_s is not None
    if part and len(examples) != 1:
        raise MotionLensError(
            "--from and --to could mean the video or the motion: cut one of them before, or give only one."
            if examples
            else "--from and --to choose a part of a video or motion: give --video FILE or --motion FILE_OR_ID."
        )
    if args.weight_text is not None:
        if not 0.0 <= args.weight_text <= 1.0:
            raise MotionLensError(f"--weight-text cannot be {args.weight_text:g}: give a number from 0 to 1.")
        if not examples or not text:
            raise MotionLensError(
                "--weight-text shares the score between TEXT and a video or motion: give both of them."
            )


def motion_example(wanted: str, library: str | None, start_s: float | None, end_s: float | None) -> Example:
    """A motion of a file or of the library, or a part of it, as an example.

    Args:
        wanted: FILE_OR_ID. library: as ``--library`` has it.
        start_s, end_s: the part, seconds; None: from its start, to its end.
    """
    subject = _one_subject(wanted, library)
    first, last = span_frames(subject.name, len(subject.positions), start_s, end_s)
    return Example(
        subject.positions[first:last],
        _name(subject.name, start_s, end_s, len(subject.positions) / FPS),
        "motion" if subject.known is None else "video",
        None if subject.known is None else subject.known[first:last],
        None if subject.id is None else Span(subject.id, first, last),
    )


def _one_subject(wanted: str, library: str | None) -> Subject:
    found = subjects_of_file(wanted)
    if len(found) > 1:
        raise MotionLensError(
            f"{wanted} holds {len(found)} motions: import it with `motionlens import` and give the id of one."
        )
    if found:
        return found[0]
    with open_library(library, None) as opened:
        return find_subject(opened, wanted)


def video_example(
    path: str, start_s: float | None = None, end_s: float | None = None, shown: bool = True
) -> Example:
    """The person in a video, or in a part of it, as an example; a video that was tracked before costs nothing.

    Args:
        path: the file. start_s, end_s: the part, seconds; None: from its start, to its end.
        shown: progress and what was assumed go to stderr.
    """
    with VideoProcess() as videos, ProgressLine() as line:
        info = videos.probe(path)
        first, last = span_seconds(path, info.duration_s, start_s, end_s)

        def progress(done: int, total: int) -> None:
            line.show(
                lambda: f"following the person: {done}/{max(done, total)} pictures of {Path(path).name}"
            )

        track = videos.track(path, first, last, progress=progress if shown else None)
    from ..video.lifting import lift

    lifted = lift(track)
    if shown:
        for note in lifted.notes:
            print(f"note: {note}", file=sys.stderr)
    name = _name(Path(path).name, start_s, end_s, info.duration_s)
    return Example(lifted.positions, name, "video", lifted.known)


def _name(name: str, start_s: float | None, end_s: float | None, duration_s: float) -> str:
    """What a list shows.

    >>> _name("walk.mp4", None, None, 9.0), _name("walk.mp4", 2.0, None, 4.5)
    ('walk.mp4', 'walk.mp4 2.0-4.5 s')
    """
    if start_s is None and end_s is None:
        return name
    end = duration_s if end_s is None else min(end_s, duration_s or end_s)
    return f"{name} {start_s or 0.0:.1f}-{end:.1f} s"


def span_seconds(
    name: str, duration_s: float, start_s: float | None, end_s: float | None
) -> tuple[float, float | None]:
    """A part that lies in a file of ``duration_s`` seconds (0: not known); an end beyond it is its end.

    Raises:
        MotionLensError: it starts outside, or ends before it starts.

    >>> span_seconds("walk.mp4", 4.0, 1.0, 9.0), span_seconds("walk.mp4", 4.0, None, None)
    ((1.0, 9.0), (0.0, None))
    """
    first = 0.0 if start_s is None else start_s
    if not 0.0 <= first < (duration_s or float("inf")):
        raise MotionLensError(
            f"{name} lasts {duration_s:.1f} s and shows nothing at {first:g} s: choose a start in it."
        )
    if end_s is not None and not end_s > first:  # not a number, too
        raise MotionLensError(
            f"{name} cannot be searched by from {first:g} to {end_s:g} s: choose an end after the start."
        )
    return first, end_s


def span_frames(name: str, n_frames: int, start_s: float | None, end_s: float | None) -> tuple[int, int]:
    """The same in frames of a motion, at least one.

    >>> span_frames("walk", 80, 1.0, 9.0), span_frames("walk", 80, 3.99, None)
    ((20, 80), (79, 80))
    """
    first_s, last_s = span_seconds(name, n_frames / FPS, start_s, end_s)
    first = min(round(first_s * FPS), n_frames - 1)
    last = n_frames if last_s is None else min(round(min(last_s, n_frames / FPS) * FPS), n_frames)
    return first, max(last, first + 1)
