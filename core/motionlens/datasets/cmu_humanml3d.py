"""The CMU subset of HumanML3D: cuts of CMU trials with HumanML3D's captions and official split.

Also the two other real sources of the data pack: whole CMU trials with CMU's own one-line descriptions,
and HDM05's single actions with a sentence a label.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from ..errors import MotionLensError, UnreadableFileError
from ..files import write_atomic
from ..motion import Motion, mirror_positions
from ..readers import MappingOverrides, read_motions
from ..readers.retarget import place
from ..synthesis.grammar import mirror_caption
from .humanml3d import Caption, DatasetItem, format_captions

Progress = Callable[[int, int], None]
"""Called with (trials done, trials in all)."""

SPLITS = ("train", "val", "test")


def _rows(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream))
    except OSError as error:
        raise MotionLensError(f"{path} is missing: give the folder of the unpacked data pack.") from error


def _captions(path: Path, wanted: set[str]) -> dict[str, tuple[Caption, ...]]:
    out: dict[str, tuple[Caption, ...]] = {}
    try:
        with gzip.open(path, "rt", encoding="utf-8") as stream:
            for line in stream:
                entry = json.loads(line)
                if entry["id"] in wanted:
                    out[entry["id"]] = tuple(
                        Caption(c["text"].strip(), float(c["start_s"]), float(c["end_s"]), c["tokens"])
                        for c in entry["captions"]
                    )
    except OSError as error:
        raise MotionLensError(f"{path} is missing or damaged: unpack the data pack again.") from error
    except (ValueError, KeyError) as error:
        raise UnreadableFileError(f"{path} is damaged ({error}): unpack the data pack again.") from error
    return out


def _array_bytes(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    return buffer.getvalue()


def read_trial(cmu: Path, row: dict[str, str]) -> Motion:
    """A CMU trial by its row of ``trials.csv``, at the row's rate: the headers of subjects 60 and 61 are wrong."""
    return read_motions(cmu / row["file"], MappingOverrides(fps=float(row["source_fps"])))[0]


def _mirrored(captions: Iterable[Caption]) -> tuple[Caption, ...]:
    return tuple(
        Caption(mirror_caption(c.text), c.start_s, c.end_s, mirror_caption(c.tokens)) for c in captions
    )


def _lists(src: Path, ids: dict[str, str]) -> dict[str, list[str]]:
    """The official lists, in their order, without what is not CMU's."""
    lists: dict[str, list[str]] = {}
    for split in SPLITS:
        path = src / "humanml3d" / "splits" / f"{split}.txt"
        try:
            official = path.read_text(encoding="utf-8").split()
        except OSError as error:
            raise MotionLensError(f"{path} is missing: unpack the data pack again.") from error
        lists[split] = [name for name in official if ids.get(name.lstrip("M")) == split]
    lists["all"] = [name for split in SPLITS for name in lists[split]]
    return lists


def build(src: str | Path, out: str | Path, progress: Progress | None = None) -> int:
    """Build the CMU subset of HumanML3D in HumanML3D's folder layout.

    Writes ``new_joints/<id>.npy`` ((T, 22, 3) float32, canonical, reference skeleton, 20 fps) and
    ``texts/<id>.txt`` for every id and its mirrored copy ``M<id>``, ``index.csv``, then the lists
    ``train.txt``, ``val.txt``, ``test.txt``, ``all.txt`` (last: without them the build is not whole).

    Args:
        src: the unpacked data pack (with ``cmu/`` and ``humanml3d/``).
        out: folder to write into; made where it is missing.
        progress: called after each trial.

    Returns:
        Number of ids, mirrored ones not counted.

    Raises:
        MotionLensError: ``src`` is not the data pack, or a trial cannot be read.
    """
    src, out = Path(src), Path(out)
    cmu = src / "cmu"
    rows = _rows(cmu / "humanml3d_ids.csv")
    trials = {row["trial"]: row for row in _rows(cmu / "trials.csv")}
    captions = _captions(src / "humanml3d" / "captions.jsonl.gz", {r["humanml3d_id"] for r in rows})
    lists = _lists(src, {r["humanml3d_id"]: r["split"] for r in rows})
    for folder in ("new_joints", "texts"):
        (out / folder).mkdir(parents=True, exist_ok=True)
    by_trial: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        by_trial.setdefault(row["trial"], []).append(row)
    for done, (trial, cuts) in enumerate(by_trial.items(), 1):
        motion = read_trial(cmu, trials[trial])
        for row in cuts:
            _write_id(out, row, motion, captions.get(row["humanml3d_id"], ()))
        if progress:
            progress(done, len(by_trial))
    write_atomic(out / "index.csv", _index(rows))
    for name, ids in lists.items():
        write_atomic(out / f"{name}.txt", "".join(f"{i}\n" for i in ids).encode())
    return len(rows)


def _write_id(out: Path, row: dict[str, str], motion: Motion, captions: tuple[Caption, ...]) -> None:
    name = row["humanml3d_id"]
    start, end = int(row["start_frame_20fps"]), int(row["end_frame_20fps"])
    cut = motion.positions[start:end]
    if not len(cut):
        raise MotionLensError(
            f"{name} is cut from frame {start} of {motion.source}, which has {motion.n_frames}."
        )
    positions = place(cut)
    for identity, array, texts in (
        (name, positions, captions),
        (f"M{name}", mirror_positions(positions), _mirrored(captions)),
    ):
        write_atomic(out / "new_joints" / f"{identity}.npy", _array_bytes(array))
        write_atomic(out / "texts" / f"{identity}.txt", format_captions(texts).encode())


def _index(rows: list[dict[str, str]]) -> bytes:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(["id", "split", "trial", "subject", "start", "end"])
    for row in rows:
        rest = [row["trial"], row["trial"].split("_")[0], row["start_frame_20fps"], row["end_frame_20fps"]]
        for prefix in ("", "M"):
            writer.writerow([prefix + row["humanml3d_id"], row["split"], *rest])
    return buffer.getvalue().encode()


def held_out_trials(cmu: str | Path) -> frozenset[str]:
    """CMU trials that a val or test id is cut from: never train on these."""
    rows = _rows(Path(cmu) / "humanml3d_ids.csv")
    return frozenset(row["trial"] for row in rows if row["split"] != "train")


def load_cmu_trials(folder: str | Path, progress: Progress | None = None) -> list[DatasetItem]:
    """Whole CMU trials with CMU's own description as caption (none where CMU gives none).

    Args:
        folder: ``cmu/`` of the data pack, or the pack itself. See ``held_out_trials`` before training.
    """
    folder = Path(folder)
    cmu = folder if (folder / "trials.csv").exists() else folder / "cmu"
    rows = _rows(cmu / "trials.csv")
    out = []
    for done, row in enumerate(rows, 1):
        captions = (Caption(row["description"].strip()),) if row["description"].strip() else ()
        positions = read_trial(cmu, row).positions
        out.append(DatasetItem(row["trial"], positions, captions, False, row["trial"].split("_")[0]))
        if progress:
            progress(done, len(rows))
    return out


def load_hdm05(folder: str | Path, progress: Progress | None = None) -> list[DatasetItem]:
    """HDM05's single actions; the label's sentence is the caption, the actor the subject.

    Args:
        folder: ``hdm05/`` of the data pack, or the pack itself.
    """
    folder = Path(folder)
    hdm = folder if (folder / "labels.csv").exists() else folder / "hdm05"
    rows = _rows(hdm / "labels.csv")
    out = []
    for done, row in enumerate(rows, 1):
        motion = read_motions(hdm / row["file"])[0]
        name = row["file"].rsplit(".", 1)[0]
        out.append(
            DatasetItem(name, motion.positions, (Caption(row["sentence"]),), False, f"HDM05 {row['actor']}")
        )
        if progress:
            progress(done, len(rows))
    return out
