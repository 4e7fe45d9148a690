"""``motionlens train`` and ``motionlens synthesise``."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path

from ..errors import MotionLensError

_EXAMPLE = """example:
  motionlens dataset cmu-humanml3d DATA humanml3d-cmu
  motionlens train --data humanml3d-cmu --out runs/first --steps 3000
  motionlens evaluate --data humanml3d-cmu --split test --model runs/first
"""


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Register both commands."""
    train = subparsers.add_parser(
        "train",
        help="train the retrieval model",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    train.add_argument("--data", type=Path, help="folder in HumanML3D's layout (its training ids are used)")
    train.add_argument("--out", type=Path, required=True, help="folder of the run; an unfinished run goes on")
    train.add_argument("--corpus", type=Path, help="folder of the synthesised corpus (default: OUT/corpus)")
    train.add_argument("--synthesised", type=int, default=12000, help="motions to synthesise (0: none)")
    train.add_argument(
        "--captions", type=Path, help="captions.jsonl.gz of HumanML3D, for the text tower alone"
    )
    train.add_argument(
        "--caption-ids", type=Path, help="its training ids (default: splits/train.txt beside it)"
    )
    train.add_argument(
        "--set", nargs="*", default=[], metavar="NAME=VALUE", help="a training setting or model size"
    )
    train.add_argument("--steps", type=int)
    train.add_argument("--batch", type=int)
    train.add_argument("--seed", type=int, default=0)
    train.add_argument("--device", help="cpu or cuda (default: cuda where there is one)")
    train.set_defaults(run=run_train)

    make = subparsers.add_parser(
        "synthesise",
        help="make a corpus of synthesised motions with captions",
        epilog="example:\n  motionlens synthesise corpus --count 12000 --seed 0",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    make.add_argument("out", type=Path)
    make.add_argument("--count", type=int, default=12000)
    make.add_argument("--seed", type=int, default=0)
    make.add_argument("--captions", type=int, default=4, help="captions a motion")
    make.add_argument("--workers", type=int, default=2)
    make.set_defaults(run=run_synthesise)


def run_synthesise(args: argparse.Namespace) -> int:
    """Build a corpus with a progress bar."""
    from tqdm import tqdm

    from .corpus import build_corpus

    with tqdm(total=args.count, unit="motion") as bar:
        build_corpus(
            args.out, args.count, args.seed, args.captions, args.workers, lambda n, _: bar.update(n - bar.n)
        )
    return 0


def _overrides(pairs: Iterable[str], kind: type) -> dict:
    known = {f.name: f.type for f in fields(kind)}
    out = {}
    for pair in pairs:
        name, _, value = pair.partition("=")
        if name in known:
            out[name] = value if known[name] == "str" else json.loads(value)
    return out


def run_train(args: argparse.Namespace) -> int:
    """Gather the items, encode the captions once, train, save."""
    import torch

    from ..model.config import ModelConfig
    from .data import gather
    from .loop import Training, TrainSettings
    from .sampler import CaptionPairs, Sampler

    known = {f.name for f in fields(TrainSettings)} | {f.name for f in fields(ModelConfig)}
    for pair in args.set:
        if pair.partition("=")[0] not in known:
            raise MotionLensError(f"--set {pair}: no such setting; known: {', '.join(sorted(known))}.")
    given = {k: getattr(args, k) for k in ("steps", "batch", "seed") if getattr(args, k) is not None}
    settings = TrainSettings(**(_overrides(args.set, TrainSettings) | given))
    config = ModelConfig(**_overrides(args.set, ModelConfig))
    device = args.device or ("cuda" if torch.cuda.is_available() else "cpu")
    data = gather(args.out, args.corpus, args.synthesised, args.data, args.captions, args.caption_ids, device)

    training = Training(args.out, config, settings, device)
    sampler = Sampler(data.made, data.real, data.bank, settings.batch, settings.real_share, settings.seed)
    pairs = None
    if data.groups and data.group_bank:
        pairs = CaptionPairs(data.groups, data.group_bank, settings.batch, settings.seed)
    print(f"{len(data.made)} synthesised and {len(data.real)} recorded motions on {device}")
    training.run(sampler, pairs, [*data.made[:600], *data.real], data.validation, data.bank)
    (args.out / "training.json").write_text(json.dumps(training.describe(), indent=2) + "\n")
    return 0
