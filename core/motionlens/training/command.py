"""``motionlens train`` and ``motionlens synthesise``."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import Any

from .configuration import RunConfig, config_names, read_config

_EXAMPLE = """examples:
  motionlens dataset cmu-humanml3d DATA humanml3d-cmu
  motionlens train --config small --data humanml3d-cmu --out runs/first
  motionlens train --config tmr --data humanml3d-cmu --out runs/tmr --set train.minutes=30 model.dropout=0.2
  torchrun --nproc_per_node 4 -m motionlens.cli.main train --config paper-base --out runs/base
  motionlens train --config video --init models/motionlens-2 --data humanml3d-cmu --filmed films --out runs/video
  motionlens evaluate --data humanml3d-cmu --split test --model runs/first

An unfinished run goes on where it was: give the same command again."""


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Register both commands."""
    train = subparsers.add_parser(
        "train",
        help="train a retrieval model, ours or a peer",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    train.add_argument("--config", default="small", help=f"a file, or {', '.join(config_names())}")
    train.add_argument("--out", type=Path, required=True, help="folder of the run; an unfinished run goes on")
    train.add_argument(
        "--set", nargs="+", action="extend", default=[], metavar="SECTION.NAME=VALUE", help="change a setting"
    )
    train.add_argument("--data", type=Path, help="folder in HumanML3D's layout (data.folder)")
    train.add_argument("--pack", type=Path, help="unpacked data pack (data.pack)")
    train.add_argument("--filmed", type=Path, help="folder of filmed motions (data.filmed)")
    train.add_argument("--corpus", type=Path, help="folder of a synthesised corpus (data.corpus)")
    train.add_argument("--init", type=Path, help="run or model to start from (train.init)")
    train.add_argument("--cache", type=Path, help="folder that runs share for images and token states")
    train.add_argument("--steps", type=int, help="train.steps")
    train.add_argument("--seed", type=int, help="train.seed")
    train.add_argument("--device", help="cpu or cuda (default: cuda where there is one)")
    train.add_argument("--quiet", action="store_true", help="no progress bar")
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
    make.add_argument(
        "--contrasts",
        type=float,
        default=1.0,
        help="share of motions that get a partner which differs in one thing alone (default: 1)",
    )
    make.add_argument("--workers", type=int, default=2)
    make.set_defaults(run=run_synthesise)


def run_synthesise(args: argparse.Namespace) -> int:
    """Build a corpus with a progress bar."""
    from tqdm import tqdm

    from .corpus import build_corpus

    with tqdm(total=args.count, unit="motion") as bar:
        build_corpus(
            args.out,
            args.count,
            args.seed,
            args.captions,
            args.workers,
            lambda n, _: bar.update(n - bar.n),
            args.contrasts,
        )
    return 0


def _given(args: argparse.Namespace) -> dict[str, dict[str, Any]]:
    """Settings that have an option of their own."""
    data = {"folder": args.data, "pack": args.pack, "corpus": args.corpus, "filmed": args.filmed}
    train = {"init": args.init, "steps": args.steps, "seed": args.seed}
    return {
        "data": {k: str(v) for k, v in data.items() if v is not None},
        "train": {k: str(v) if isinstance(v, Path) else v for k, v in train.items() if v is not None},
    }


def run_train(args: argparse.Namespace) -> int:
    """Read the configuration, gather the data once, train, save."""
    config = read_config(args.config, args.set, _given(args))

    import torch

    from .ranks import joined

    device = args.device or ("cuda" if torch.cuda.is_available() else "cpu")
    args.out.mkdir(parents=True, exist_ok=True)
    with joined(device) as (ranks, own):
        if not ranks.first:
            ranks.wait()  # the first process fills the cache, the others read it
        data = _gathered(config, args.out, args.cache, own)
        if ranks.first:
            ranks.wait()
        if ranks.first and not args.quiet:
            counts = ", ".join(f"{len(many)} {source}" for source, many in data.items.items())
            print(f"{config.model.name}: {counts} on {own}, {ranks.world} process(es)")
        _train(config, data, args.out, own, ranks.rank, ranks.world, args.quiet)
        if ranks.first and not args.quiet:
            print(f"The model is in {args.out}.")
    return 0


def _gathered(config: RunConfig, out: Path, cache: Path | None, device: str) -> Any:
    from .data import gather

    video = bool(getattr(config.model, "video", False))
    return gather(config.data, out, config.model.image, device=device, cache=cache, video=video)


def _train(config: RunConfig, data: Any, out: Path, device: str, rank: int, world: int, quiet: bool) -> None:
    import torch

    from ..model.build import build_model
    from .loop import train

    settings = config.train
    torch.manual_seed(settings.seed)
    train(
        build_model(config.model),
        data.sampler(settings.batch, settings.seed, rank, world),
        settings,
        out,
        caption_pairs=data.caption_pairs(settings.batch, settings.seed, rank),
        validation=data.validation_batches(),
        device=device,
        quiet=quiet,
        notes={
            "data": asdict(config.data),
            "items": {source: len(many) for source, many in data.items.items()},
            "held_out": {name: len(many) for name, many in data.validation.items()},
        },
    )
