"""``motionlens evaluate-lifting``: film known motions, track them, lift them, measure the errors."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..errors import MotionLensError

if TYPE_CHECKING:
    from .camera import Camera
    from .lifting_errors import LiftingErrors
    from .types import Track

_EXAMPLE = """example:
  motionlens evaluate-lifting --motions 4 --azimuths 0,45,90,180
  motionlens evaluate-lifting --data humanml3d-cmu --split test --motions 10 --keep clips
"""


@dataclass(frozen=True)
class Condition:
    """How a motion is filmed.

    Attributes:
        name: what the table calls it.
        azimuth: of the camera, degrees; 90 at the person's left.
        height: of the camera, metres.
        aimed: tilted at the person.
        fps: pictures a second.
        mirrored: the video is flipped, and lifted as such.
        turned: stored sideways with rotation metadata, as phones do.
        panning: the camera follows the person.
        dropped: share of landmarks lost after tracking.
    """

    name: str
    azimuth: float
    height: float = 1.2
    aimed: bool = False
    fps: float = 20.0
    mirrored: bool = False
    turned: bool = False
    panning: bool = False
    dropped: float = 0.0


_LEAST_TALL = 150
"""Pixels that a standing person should measure at least; the picture grows up to one and a half times for it."""
_HARD = Condition("", 45.0)
ROBUSTNESS: tuple[Condition, ...] = (
    replace(_HARD, name="45, 30 % of landmarks dropped", dropped=0.3),
    replace(_HARD, name="45, 15 fps", fps=15.0),
    replace(_HARD, name="45, mirrored", mirrored=True),
    replace(_HARD, name="45, rotated by metadata", turned=True),
    replace(_HARD, name="45, from 2.5 m, tilted", height=2.5, aimed=True),
    replace(_HARD, name="45, camera follows", panning=True),
)


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Register the command."""
    parser = subparsers.add_parser(
        "evaluate-lifting",
        help="how well a filmed person is put on the skeleton, in cm and degrees",
        description="Renders known motions as a clothed body from several directions, tracks the videos, lifts "
        "the landmarks, and compares with the motion: joint errors in cm (pelvis on pelvis, one turn about the "
        "vertical a clip) and angle errors in degrees.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--motions", type=int, default=4, help="how many (default: 4)")
    parser.add_argument("--data", type=Path, help="real motions: a folder in HumanML3D's layout")
    parser.add_argument("--split", default="test", help="of that folder (default: test)")
    parser.add_argument("--azimuths", default="0,45,90,180", help="camera directions, degrees, 0 in front")
    parser.add_argument("--seconds", type=float, default=4.0, help="longest stretch of a motion (default: 4)")
    parser.add_argument("--no-robustness", action="store_true", help="camera directions alone")
    parser.add_argument("--simulated", action="store_true", help="the simulated tracker: nothing is rendered")
    parser.add_argument("--keep", type=Path, help="folder for the videos")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Evaluate and print."""
    try:
        azimuths = [float(x) for x in args.azimuths.split(",")]
    except ValueError:
        raise MotionLensError(f"--azimuths takes degrees with commas, not {args.azimuths}.") from None
    if args.motions < 1 or args.seconds < 0.5:
        raise MotionLensError("--motions has to be 1 or more and --seconds 0.5 or more.")
    conditions = [Condition(f"{a:g}", a) for a in azimuths]
    if not args.no_robustness:
        conditions += ROBUSTNESS
    motions = list(_motions(args.data, args.split, args.motions, args.seconds, args.seed))
    with tempfile.TemporaryDirectory() as scratch:
        folder = args.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        table = evaluate(motions, conditions, folder, args.simulated, args.seed, None if args.json else _say)
    if args.json:
        print(json.dumps({name: asdict(row) for name, row in table.items()}, indent=2))
    else:
        print(f"{len(motions)} motions, {sum(len(m) for m in motions) / 20:.0f} s")
        print(as_text(table))
    return 0 if table else 1


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _motions(data: Path | None, split: str, count: int, seconds: float, seed: int) -> Iterator[np.ndarray]:
    """(T, 22, 3) placed motions of at most ``seconds``, evenly chosen or synthesised."""
    longest = int(seconds * 20)
    if data is None:
        from ..synthesis.compose import synthesise
        from ..synthesis.sampling import sample_recipe

        rng = np.random.default_rng(seed)
        for _ in range(count):
            yield synthesise(sample_recipe(rng, max_steps=1)).positions[:longest]
        return
    from ..datasets.humanml3d import load_humanml3d
    from ..readers.retarget import place

    items = [i for i in load_humanml3d(data, split, twins=False) if len(i.positions) >= 20]
    if not items:
        raise MotionLensError(f"{data} has no motions in its split {split}: build the folder again.")
    for k in np.unique(np.linspace(0, len(items) - 1, count).round().astype(int)):
        x = items[k].positions
        start = max((len(x) - longest) // 2, 0)
        yield place(x[start : start + longest])


def evaluate(
    motions: list[np.ndarray],
    conditions: list[Condition],
    folder: Path,
    simulated: bool = False,
    seed: int = 0,
    say: Callable[[str], None] | None = None,
) -> dict[str, LiftingErrors]:
    """Mean errors by condition's name.

    Args:
        motions: (T, 22, 3) each, 20 fps.
        conditions: how to film them.
        folder: where the videos go.
        simulated: with the simulated tracker.
        seed: of clothes, noise and dropout.
        say: called with a line a clip.

    A clip in which the tracker finds nobody counts as not seen and is left out of the means.
    """
    from .lifting import lift
    from .lifting_errors import lifting_errors, mean_errors

    table: dict[str, LiftingErrors] = {}
    for number, condition in enumerate(conditions):
        rows = []
        for k, motion in enumerate(motions):
            rng = np.random.default_rng((seed, k))
            path = folder / f"{k:03d}_{number:02d}.mp4"
            try:
                track = filmed(motion, condition, path, simulated, rng)
                lifted = lift(track, mirror=condition.mirrored)
            except MotionLensError as error:
                if say:
                    say(str(error))
                continue
            rows.append(lifting_errors(lifted, motion))
            if say:
                say(f"{condition.name}, motion {k}: {rows[-1].joint_cm['all']:.1f} cm")
        if rows:
            mean = mean_errors(rows)
            table[condition.name] = replace(mean, seen=mean.seen * len(rows) / len(motions))
    return table


def filmed(
    motion: np.ndarray, condition: Condition, path: Path, simulated: bool, rng: np.random.Generator
) -> Track:
    """Film a motion and track it."""
    from . import simulate
    from .figure import random_look
    from .render import Scene, render, write_video

    times = np.arange(int((len(motion) - 1) / 20.0 * condition.fps + 1e-6) + 1) / condition.fps
    camera = _camera(motion, condition, times)
    if simulated:
        track = simulate.project(motion, camera, None, rng, condition.fps)
        if condition.mirrored:
            track = simulate.mirrored(track)
    else:
        from .tracking import track as follow

        wall = tuple(float(x) for x in rng.uniform(0.55, 0.85) * rng.uniform(0.9, 1.0, 3))
        scene = Scene(wall=(wall[0], wall[1], wall[2]))
        pictures = render(simulate.at_frames(motion, times * 20.0), camera, random_look(rng), scene)
        if condition.mirrored:
            pictures = (p[:, ::-1] for p in pictures)
        if condition.turned:
            pictures = (np.rot90(p, -1) for p in pictures)
        write_video(path, pictures, condition.fps, rotation=90 if condition.turned else 0)
        track = follow(path)
    return simulate.drop(track, condition.dropped, rng) if condition.dropped else track


def _camera(motion: np.ndarray, condition: Condition, times: np.ndarray) -> Camera:
    from .camera import enlarged, framing
    from .simulate import at_frames, following

    if not condition.panning:
        camera = framing(motion, condition.azimuth, condition.height, aimed=condition.aimed)
        farthest = camera.into(motion)[..., 2].max()
        # whoever runs far away is small: a larger picture, as phones have it
        return enlarged(camera, float(np.clip(_LEAST_TALL * farthest / (1.7 * camera.focal), 1.0, 1.5)))
    around_start = motion - motion[:, :1] * np.array([1.0, 0.0, 1.0])
    camera = framing(around_start, condition.azimuth, condition.height, margin=0.12)
    return following(camera, at_frames(motion, times * 20.0)[:, 0])


def as_text(table: dict[str, LiftingErrors]) -> str:
    """The table as aligned text."""
    from .lifting_errors import ANGLES, GROUPS

    groups = ("all", *GROUPS)
    head = ["camera", *(f"{g} cm" for g in groups), *(f"{a} deg" for a in ANGLES)]
    head += ["travel cm", "of cm", "swapped", "known", "lifted"]
    lines = [head]
    for name, row in table.items():
        cells = [name, *(f"{row.joint_cm[g]:.1f}" for g in groups)]
        cells += [*(f"{row.angle_deg[a]:.1f}" for a in ANGLES)]
        travel = "-" if np.isnan(row.travel_cm) else f"{row.travel_cm:.0f}"
        cells += [travel, f"{row.way_cm:.0f}"]
        cells += [f"{100 * v:.0f} %" for v in (row.swapped, row.known, row.seen)]
        lines.append(cells)
    if not table:
        return "In none of the videos a person was found."
    widths = [max(len(line[k]) for line in lines) for k in range(len(head))]
    return "\n".join(
        "  ".join(
            c.ljust(w) if k == 0 else c.rjust(w) for k, (c, w) in enumerate(zip(line, widths, strict=True))
        )
        for line in lines
    )
