"""``motionlens film-motions``: videos of known motions, tracked and lifted, for training and for measuring."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import MotionLensError
from ...files import write_atomic

if TYPE_CHECKING:
    import numpy as np

_EXAMPLE = """example:
  motionlens film-motions --data humanml3d-cmu --split test --out filmed
  motionlens film-motions --data humanml3d-cmu --split train --views 2 --workers 2 --out filmed-train
"""


@dataclass(frozen=True, eq=False)
class _Task:
    """One clip to make."""

    motion: np.ndarray
    id: str
    split: str
    seed: int
    view: int
    folder: Path

    @property
    def name(self) -> str:
        from .filmed import clip_name

        return clip_name(self.id, self.seed, self.view)

    def done(self) -> bool:
        return any((self.folder / f"{self.name}{end}").exists() for end in (".npz", ".failed.json"))


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Register the command."""
    parser = subparsers.add_parser(
        "film-motions",
        help="film known motions: render, track and lift them",
        description="Renders motions as a clothed body before random cameras, still and slowly moving, writes the "
        "videos, runs the real tracker over them and lifts what it finds. At most 8 s of each motion. What is "
        "there is not made again; a video in which nobody is found is recorded and left out.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", type=Path, required=True, help="folder in HumanML3D's layout")
    parser.add_argument("--split", choices=("train", "val", "test"), default="test")
    parser.add_argument("--count", type=int, help="so many motions, drawn by the seed (default: all)")
    parser.add_argument("--views", type=int, default=1, help="films of each motion (default: 1)")
    parser.add_argument("--seed", type=int, default=0, help="of cameras, clothes, rooms (default: 0)")
    parser.add_argument("--out", type=Path, required=True, help="folder for videos and lifted motions")
    parser.add_argument("--workers", type=int, default=1, help="processes (default: 1)")
    parser.add_argument("--no-videos", action="store_true", help="delete each video once it is tracked")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Film and say what was made."""
    from .filmed import failures

    if args.views < 1 or args.workers < 1 or (args.count is not None and args.count < 1):
        raise MotionLensError("--count, --views and --workers have to be 1 or more.")
    tasks = _tasks(args.data, args.split, args.count, args.views, args.seed, args.out)
    try:
        args.out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise MotionLensError(
            f"{args.out} cannot be made ({error.strerror}): choose another folder."
        ) from error
    left = [task for task in tasks if not task.done()]
    if len(left) < len(tasks):
        _say(f"{len(tasks) - len(left)} of {len(tasks)} clips are there already.")
    for number, line in enumerate(_made(left, args.workers, not args.no_videos), 1):
        _say(f"{number} of {len(left)}: {line}")
    lost = [name for name in failures(args.out) if name in {task.name for task in tasks}]
    print(
        f"{len(tasks) - len(lost)} of {len(tasks)} clips filmed in {args.out}, {len(lost)} without a person."
    )
    return 0 if len(lost) < len(tasks) else 1


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _tasks(data: Path, split: str, count: int | None, views: int, seed: int, out: Path) -> list[_Task]:
    """Clips in an order drawn by the seed, every motion's first view first: a run cut short is a fair sample."""
    import numpy as np

    from ...datasets.humanml3d import load_humanml3d

    items = [i for i in load_humanml3d(data, split, twins=False) if len(i.positions) >= 20]
    if not items:
        raise MotionLensError(f"{data} has no motions of a second or more in its split {split}.")
    order = np.random.default_rng(seed).permutation(len(items))[:count]
    return [
        _Task(items[k].positions, items[k].id, split, seed, view, out) for view in range(views) for k in order
    ]


def _made(tasks: list[_Task], workers: int, keep: bool) -> Iterator[str]:
    """Make the clips; yields a line for each."""
    if workers == 1:
        yield from (make(task, keep) for task in tasks)
        return
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor, as_completed

    # the tracker's threads do not survive a fork
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        jobs = [pool.submit(make, task, keep) for task in tasks]
        try:
            for job in as_completed(jobs):
                yield job.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def make(task: _Task, keep: bool) -> str:
    """Make one clip, or record why it cannot be; returns a line about it."""
    from .filmed import film, save_filmed

    video = task.folder / f"{task.name}.mp4"
    part = task.folder / f".{task.name}.part.mp4"
    try:
        filmed = film(task.motion, task.id, task.split, part, task.seed, task.view)
        part.replace(video)
        save_filmed(filmed, task.folder)
    except MotionLensError as error:
        sentence = str(error).replace(str(part), str(video))
        note = json.dumps({"id": task.id, "split": task.split, "sentence": sentence})
        write_atomic(task.folder / f"{task.name}.failed.json", note.encode())
        return sentence
    finally:
        with suppress(OSError):
            part.unlink()
        if not keep:
            with suppress(OSError):
                video.unlink()
    return (
        f"{task.name}, {(filmed.last - filmed.first) / 20:.1f} s: rendered in {filmed.seconds['render']:.1f} s, "
        f"tracked in {filmed.seconds['track']:.1f} s, {100 * filmed.known.mean():.0f} % known"
    )
