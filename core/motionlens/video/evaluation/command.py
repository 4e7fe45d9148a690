"""``motionlens evaluate-video``: video to motion and back on filmed motions, beside the baselines."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import MotionLensError

if TYPE_CHECKING:
    from ...model.interface import ExampleEncoder

_EXAMPLE = """example:
  motionlens film-motions --data humanml3d-cmu --split test --out filmed
  motionlens evaluate-video --filmed filmed --data humanml3d-cmu
"""
_NO_MODEL = "none"


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Register the command."""
    parser = subparsers.add_parser(
        "evaluate-video",
        help="video to motion and motion to video figures on filmed motions",
        description="R@1/2/3/5/10 and MedR, video to motion and motion to video, with 95 % bootstrap intervals: the "
        "model's video tower, its motion tower on lifted joints, and nearest neighbours by dynamic time warping of "
        "lifted joint angles. The gallery are the filmed motions, each cut to what was filmed; only a film's own "
        "motion counts as right.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--filmed", type=Path, required=True, help="folder that film-motions made")
    parser.add_argument("--data", type=Path, required=True, help="the folder that was filmed")
    parser.add_argument("--split", choices=("train", "val", "test"), default="test")
    parser.add_argument("--model", help="model folder (default: the shipped model; 'none': the rest alone)")
    parser.add_argument("--baseline-model", help="whose motion tower takes lifted joints (default: --model)")
    parser.add_argument("--device", help="cpu or cuda (default: cuda where there is one)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Evaluate and print."""
    from ...datasets.humanml3d import load_humanml3d
    from .filmed import failures, load_filmed
    from .retrieval import evaluate_films, tasks_of

    films = load_filmed(args.filmed, args.split)
    items = load_humanml3d(args.data, args.split, twins=False)
    tasks = tasks_of(films, {item.id: item.positions for item in items})
    if len(films) < 2:
        raise MotionLensError(f"{args.filmed} holds one film, which ranks nothing: film more motions.")
    notes = []
    lost = failures(args.filmed)
    if lost:
        notes.append(f"{len(lost)} more films show nobody that could be followed: {', '.join(lost)}.")
    ours: ExampleEncoder | None = None
    baseline: ExampleEncoder | None = None
    if args.model != _NO_MODEL:
        ours = video_encoder(args.model, args.device)
        if ours is None:
            notes.append("The model has no video tower: there is no row of ours.")
    other = args.baseline_model or args.model
    if other != _NO_MODEL:
        baseline = motion_encoder(other, args.device)
    report = evaluate_films(tasks, ours, baseline, notes)
    print(json.dumps(report.to_dict(), indent=2) if args.json else report.to_text())
    return 0


def video_encoder(folder: str | None, device: str | None = None) -> ExampleEncoder | None:
    """The model's encoder if it has a tower for videos, else None."""
    from ...model.build import load_model

    model = load_model(_folder(folder))
    return None if getattr(model, "video", None) is None else _encoder(model, folder, device)


def motion_encoder(folder: str | None, device: str | None = None) -> ExampleEncoder:
    """The model's encoder without its tower for videos: lifted people go through its motion tower."""
    from ...model.build import load_model

    model = load_model(_folder(folder))
    if getattr(model, "video", None) is not None:
        del model.video
        model.video = None  # type: ignore[assignment]
    return _encoder(model, folder, device)


def _folder(folder: str | None) -> Path:
    from ...model import default_model_dir

    return Path(folder) if folder else default_model_dir()


def _encoder(model: object, folder: str | None, device: str | None) -> ExampleEncoder:
    import torch

    from ...model.contract import RetrievalModel
    from ...model.encoder import ModelEncoder
    from ...model.fingerprint import model_fingerprint

    assert isinstance(model, RetrievalModel)
    chosen = device or ("cuda" if torch.cuda.is_available() else "cpu")
    return ModelEncoder(model, model_fingerprint(_folder(folder)), chosen)
