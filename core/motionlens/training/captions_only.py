"""Captions without motions: what different people wrote of the same recording, for the text side alone."""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path

from ..datasets.kitml_captions import load_kit_captions
from ..errors import MotionLensError
from .text_bank import has_words


def _recordings(pack: Path) -> dict[str, str]:
    """HumanML3D id -> recording, e.g. "CMU/60/60_01"."""
    with (pack / "humanml3d" / "index.csv").open(encoding="utf-8", newline="") as stream:
        return {
            row["new_name"].removesuffix(".npy"): row["source_path"]
            .removeprefix("./pose_data/")
            .removesuffix(".npy")
            .removesuffix("_poses")
            for row in csv.DictReader(stream)
        }


def _subject(recording: str) -> str | None:
    """CMU's subject of a recording, None where it is another's."""
    parts = recording.split("/")
    return parts[1] if parts[0] == "CMU" and len(parts) > 2 else None


def load_caption_groups(
    pack: Path,
    leave_out_subjects: frozenset[str] = frozenset(),
    leave_out_ids: frozenset[str] = frozenset(),
) -> list[list[str]]:
    """Captions of HumanML3D's training ids and of KIT-ML, a list for each motion, two or more in each.

    Never among them: captions of val and test ids of either set, of recordings that a val or test id of
    HumanML3D was cut from (KIT-ML describes whole recordings), of CMU subjects in ``leave_out_subjects``
    (all their recordings, in the pack or not), of ``leave_out_ids``.

    Raises:
        MotionLensError: the pack's caption files are missing or damaged.
    """
    where = pack / "humanml3d"
    try:
        allowed = set((where / "splits" / "train.txt").read_text().split()) - leave_out_ids
        held = {n for s in ("val", "test") for n in (where / "splits" / f"{s}.txt").read_text().split()}
        recordings = _recordings(pack)
        with gzip.open(where / "captions.jsonl.gz", "rt", encoding="utf-8") as lines:
            rows = [json.loads(line) for line in lines]
        groups = [
            [c["text"].strip() for c in row["captions"]]
            for row in rows
            if row["id"] in allowed and _subject(recordings.get(row["id"], "")) not in leave_out_subjects
        ]
    except (OSError, ValueError, KeyError) as error:
        raise MotionLensError(f"{where} could not be read as captions ({error}): unpack it again.") from error
    barred = {recordings.get(i.lstrip("M")) for i in held | leave_out_ids}
    groups += [
        [c.text for c in entry.captions]
        for entry in load_kit_captions(pack)
        if entry.split not in ("val", "test")
        and entry.path not in barred
        and _subject(entry.path) not in leave_out_subjects
    ]
    groups = [list(dict.fromkeys(t for t in g if has_words(t))) for g in groups]
    return [g for g in groups if len(g) > 1]
