"""``motionlens film-motions``: videos of known motions, tracked and lifted, for training and for measuring."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import MotionLensError
from ...files import write_atomic
from ...motion import FPS

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

    def path(self, ending: str) -> Path:
        return self.folder / f"{self.name}{ending}"

    def done(self) -> bool:
        from .filmed import up_to_date

        return self.path(".failed.json").exists() or up_to_date(self.path(".npz"))


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
    step = parser.add_mutually_exclusive_group()
    step.add_argument("--render-only", action="store_true", help="only the videos; a later run tracks them")
    step.add_argument("--lift-again", action="store_true", help="lift again what is there, by its tracks")
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
    step = "render" if args.render_only else "lift" if args.lift_again else "all"
    left = [task for task in tasks if _wanted(task, step)]
    if len(left) < len(tasks):
        _say(f"{len(tasks) - len(left)} of {len(tasks)} clips are left as they are.")
    for number, line in enumerate(_made(left, args.workers, step), 1):
        _say(f"{number} of {len(left)}: {line}")
    if step == "render":
        print(f"{len(tasks)} videos are in {args.out}.")
        return 0
    made = sum(task.path(".npz").exists() for task in tasks)
    lost = failures(args.out).keys() & {task.name for task in tasks}
    print(f"{made} of {len(tasks)} clips are filmed in {args.out}, {len(lost)} show nobody to follow.")
    return 0 if made else 1


def _wanted(task: _Task, step: str) -> bool:
    if step == "render":
        return not (task.path(".mp4").exists() or task.done())
    return task.path(".npz").exists() if step == "lift" else not task.done()


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


def _made(tasks: list[_Task], workers: int, step: str) -> Iterator[str]:
    """Make the clips; yields a line for each."""
    if workers == 1:
        yield from (make(task, step) for task in tasks)
        return
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor, as_completed

    # the tracker's threads do not survive a fork
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        jobs = [pool.submit(make, task, step) for task in tasks]
        try:
            for job in as_completed(jobs):
                yield job.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def make(task: _Task, step: str) -> str:
    """Do one step for a clip, or record why it cannot be done; returns a line about it.

    Args:
        task: which clip.
        step: "all", "render" for the video alone, "lift" for lifting what is tracked anew.
    """
    from .filmed import film, lifted_again, read_filmed, save_filmed, shoot, shot_of

    if step == "render":
        took = shoot(shot_of(task.motion, task.id, task.seed, task.view), task.path(".mp4"))
        return f"{task.name}: rendered in {took:.1f} s"
    try:
        if step == "lift":
            filmed = lifted_again(read_filmed(task.path(".npz")))
        else:
            filmed = film(task.motion, task.id, task.split, task.folder, task.seed, task.view)
        save_filmed(filmed, task.folder)
    except MotionLensError as error:
        note = json.dumps({"id": task.id, "split": task.split, "sentence": str(error)})
        write_atomic(task.path(".failed.json"), note.encode())
        return str(error)
    costs = ", ".join(f"{name} {filmed.seconds[name]:.1f} s" for name in ("render", "track"))
    seconds = (filmed.last - filmed.first) / FPS
    return f"{task.name}, {seconds:.1f} s of motion: {costs}, {100 * filmed.known.mean():.0f} % known"
