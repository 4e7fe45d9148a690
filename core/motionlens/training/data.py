"""What a run trains on, gathered from a corpus, a dataset folder and a file of captions."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tqdm import tqdm

from ..datasets.humanml3d import load_humanml3d
from ..errors import MotionLensError
from ..synthesis.captions import mirror_caption
from .corpus import build_corpus, load_corpus
from .items import TrainItem, synthesised_item
from .text_bank import TextBank, build_text_bank

_HELD_OUT = 200
"""Synthesised motions kept for validation."""


@dataclass
class TrainData:
    """Everything a run needs.

    Attributes:
        made, real: training items.
        validation: name -> items never trained on.
        bank: token states of the items' captions and of their mirrored forms.
        groups, group_bank: captions of the same motion, for the text tower alone, and their states.
    """

    made: list[TrainItem]
    real: list[TrainItem]
    validation: dict[str, Sequence[TrainItem]]
    bank: TextBank
    groups: list[list[str]] = field(default_factory=list)
    group_bank: TextBank | None = None


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


def load_real(folder: Path, split: str) -> list[TrainItem]:
    """The split's motions without their mirrored twins (the sampler mirrors), whole-clip captions only."""
    out = []
    for item in load_humanml3d(folder, split):
        if not item.mirrored:
            whole = tuple(c.text for c in item.captions if not c.end_s)
            out.append(TrainItem(item.positions, whole or (item.captions[0].text,), real=True))
    return out


def _bank(texts: Sequence[str], cache: Path, device: str) -> TextBank:
    with tqdm(desc="captions", unit="caption") as bar:

        def progress(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        return build_text_bank(texts, cache, progress, device)


def gather(
    out: Path,
    corpus: Path | None,
    synthesised: int,
    folder: Path | None,
    captions: Path | None,
    caption_ids: Path | None,
    device: str,
) -> TrainData:
    """Load, synthesise where asked, and encode every caption once.

    Raises:
        MotionLensError: nothing to train on, or a file that cannot be read.
    """
    made: list[TrainItem] = []
    if corpus or synthesised:
        place = corpus or out / "corpus"
        if not corpus:
            build_corpus(place, synthesised)
        positions, listed = load_corpus(place)
        made = [
            synthesised_item(positions[i.start : i.start + i.frames], i.captions, i.recipe) for i in listed
        ]
    real = load_real(folder, "train") if folder else []
    if not made and not real:
        raise MotionLensError("Nothing to train on: give --data DIR or --synthesised N.")
    validation: dict[str, Sequence[TrainItem]] = {}
    if len(made) > 2 * _HELD_OUT:
        validation["made"], made = made[:_HELD_OUT], made[_HELD_OUT:]
    if folder and (held_out := load_real(folder, "val")):
        validation["real"] = held_out
    texts = [c for i in (*made, *real, *(i for v in validation.values() for i in v)) for c in i.captions]
    bank = _bank([*texts, *(mirror_caption(t) for t in texts)], out / "text", device)
    data = TrainData(made, real, validation, bank)
    if captions:
        ids = caption_ids or captions.parent / "splits" / "train.txt"
        groups = load_caption_groups(captions, ids)
        data.group_bank = _bank([t for g in groups for t in g], out / "text", device)
        data.groups = [[t for t in g if t in data.group_bank] for g in groups]
    return data
