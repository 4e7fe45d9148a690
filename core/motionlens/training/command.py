"""``motionlens train`` and ``motionlens synthesise``."""

from __future__ import annotations

import argparse
import gzip
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
    train.add_argument("--caption-ids", type=Path, help="list of the training ids in that file (train.txt)")
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


def load_caption_groups(captions: Path, ids: Path) -> list[list[str]]:
    """Captions of the listed ids, a list for each motion; the file is HumanML3D's texts as JSON lines.

    Raises:
        MotionLensError: a file is missing or of another format.
    """
    try:
        allowed = set(ids.read_text().split())
        with gzip.open(captions, "rt", encoding="utf-8") as lines:
            rows = [json.loads(line) for line in lines]
        return [[c["text"] for c in r["captions"]] for r in rows if r["id"] in allowed]
    except (OSError, ValueError, KeyError) as error:
        raise MotionLensError(f"{captions} could not be read as captions ({error}).") from error


def run_train(args: argparse.Namespace) -> int:
    """Gather the items, encode the captions once, train, save."""
    import torch

    from ..datasets.humanml3d import load_humanml3d
    from ..model.config import ModelConfig
    from .corpus import build_corpus, load_corpus
    from .items import TrainItem, synthesised_item
    from .loop import Training, TrainSettings
    from .sampler import CaptionPairs, Sampler
    from .text_bank import build_text_bank

    known = {f.name for f in fields(TrainSettings)} | {f.name for f in fields(ModelConfig)}
    for pair in args.set:
        if pair.partition("=")[0] not in known:
            raise MotionLensError(f"--set {pair}: no such setting; known: {', '.join(sorted(known))}.")
    given = {
        k: v for k, v in (("steps", args.steps), ("batch", args.batch), ("seed", args.seed)) if v is not None
    }
    settings = TrainSettings(**(_overrides(args.set, TrainSettings) | given))
    config = ModelConfig(**_overrides(args.set, ModelConfig))

    made: list[TrainItem] = []
    if args.synthesised or args.corpus:
        corpus = args.corpus or args.out / "corpus"
        if not (corpus / "corpus.json").exists():
            build_corpus(corpus, args.synthesised)
        positions, listed = load_corpus(corpus)
        made = [
            synthesised_item(positions[i.start : i.start + i.frames], i.captions, i.recipe) for i in listed
        ]
    real = (
        {"train": [], "val": []}
        if not args.data
        else {
            split: [
                TrainItem(
                    i.positions,
                    tuple(c.text for c in i.captions if not c.end_s) or (i.captions[0].text,),
                    real=True,
                )
                for i in load_humanml3d(args.data, split)
                if not i.mirrored
            ]
            for split in ("train", "val")
        }
    )
    if not made and not real["train"]:
        raise MotionLensError("Nothing to train on: give --data DIR or --synthesised N.")
    held_out, made = made[:200], made[200:]
    groups = load_caption_groups(args.captions, args.caption_ids) if args.captions else []
    everything = [c for i in (*made, *held_out, *real["train"], *real["val"]) for c in i.captions]
    from ..synthesis.captions import mirror_caption

    texts = [*everything, *(mirror_caption(c) for c in everything), *(c for g in groups for c in g)]
    device = args.device or ("cuda" if torch.cuda.is_available() else "cpu")
    bank = build_text_bank(
        texts, args.out / "text", lambda n, of: print(f"captions {n}/{of}", end="\r"), device
    )
    training = Training(args.out, config, settings, device)
    sampler = Sampler(made, real["train"], bank, settings.batch, settings.real_share, settings.seed)
    groups = [[t for t in g if t in bank] for g in groups]
    pairs = CaptionPairs(groups, bank, settings.batch, settings.seed)
    validation = {n: v for n, v in (("made", held_out), ("real", real["val"])) if v}
    print(
        f"{len(made)} synthesised and {len(real['train'])} recorded motions, {len(bank.texts)} captions, {device}"
    )
    training.run(sampler, pairs, [*made[:600], *real["train"]], validation, bank)
    (args.out / "training.json").write_text(json.dumps(training.describe(), indent=2) + "\n")
    return 0
