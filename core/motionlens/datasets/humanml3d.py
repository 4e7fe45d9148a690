"""Folders in HumanML3D's layout: ``new_joints/<id>.npy``, ``texts/<id>.txt``, ``train.txt`` ….

Works on the user's own full HumanML3D and on the CMU subset that ``cmu_humanml3d`` builds. Ids that start
with "M" are mirrored copies. Source: Guo et al., "Generating Diverse and Natural 3D Human Motions from
Text", CVPR 2022.
"""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import MotionLensError, UnreadableFileError
from ..readers.retarget import place, to_reference
from ..skeleton import N_JOINTS, PARENTS, REFERENCE_OFFSETS

_BONE_TOLERANCE_M = 2e-3


@dataclass(frozen=True)
class Caption:
    """A description; ``start_s`` = ``end_s`` = 0 when it describes the whole motion, else its span."""

    text: str
    start_s: float = 0.0
    end_s: float = 0.0
    tokens: str = ""


@dataclass(frozen=True, eq=False)
class DatasetItem:
    """A motion of a dataset.

    Attributes:
        id: the dataset's id ("M" in front: mirrored).
        positions: (T, 22, 3) float32, canonical, on the reference skeleton, 20 fps.
        captions: may be empty.
        mirrored: True for a mirrored copy.
        subject: who moves, None where unknown.
    """

    id: str
    positions: np.ndarray
    captions: tuple[Caption, ...]
    mirrored: bool = False
    subject: str | None = None


def parse_captions(text: str, where: str) -> tuple[Caption, ...]:
    """Captions of a text file: ``caption#tokens#start#end`` a line.

    >>> parse_captions("a man walks.#a/DET man/NOUN walk/VERB#0.0#2.5", "x")[0].end_s
    2.5
    """
    out = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        parts = line.strip().split("#")
        try:
            start, end = (float(p) for p in parts[2:4]) if len(parts) >= 4 else (0.0, 0.0)
        except ValueError as error:
            raise UnreadableFileError(
                f"{where}, line {number}: write caption#tokens#start#end with numbers at the end."
            ) from error
        # the dataset itself holds a few nan times: such a caption counts for the whole motion
        span = (start, end) if math.isfinite(start) and math.isfinite(end) and end > start else (0.0, 0.0)
        out.append(Caption(parts[0].strip(), *span, parts[1] if len(parts) > 1 else ""))
    return tuple(out)


def format_captions(captions: tuple[Caption, ...]) -> str:
    """The lines of a text file."""
    return "".join(f"{c.text}#{c.tokens}#{c.start_s}#{c.end_s}\n" for c in captions)


def on_reference(positions: np.ndarray) -> bool:
    """True when (T, 22, 3) positions already have the reference skeleton's bone lengths."""
    bones = [j for j, p in enumerate(PARENTS) if p >= 0]
    parents = [PARENTS[j] for j in bones]
    lengths = np.linalg.norm(positions[0, bones] - positions[0, parents], axis=-1)
    return bool(np.abs(lengths - np.linalg.norm(REFERENCE_OFFSETS[bones], axis=-1)).max() < _BONE_TOLERANCE_M)


def _positions(folder: Path, name: str) -> np.ndarray | None:
    for sub in ("new_joints", "new_joint_vecs"):
        path = folder / sub / f"{name}.npy"
        if not path.exists():
            continue
        if sub == "new_joint_vecs":
            from ..readers import read_motions

            return read_motions(path)[0].positions
        try:
            array = np.load(path, allow_pickle=False)
        except (OSError, ValueError, EOFError) as error:
            raise UnreadableFileError(
                f"{path} could not be read ({error}): make the dataset again."
            ) from error
        if (
            array.ndim != 3
            or array.shape[1:] != (N_JOINTS, 3)
            or not len(array)
            or not np.isfinite(array).all()
        ):
            raise UnreadableFileError(
                f"{path} is not (frames, 22, 3) joint positions: make the dataset again."
            )
        return array.astype(np.float32) if on_reference(array) else place(to_reference(array.astype(float)))
    return None


def _subjects(folder: Path) -> dict[str, str]:
    path = folder / "index.csv"
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", newline="") as stream:
        return {
            row["id"]: row["subject"] for row in csv.DictReader(stream) if "id" in row and "subject" in row
        }


def load_humanml3d(folder: str | Path, split: str) -> list[DatasetItem]:
    """Motions and captions of a split.

    Args:
        folder: HumanML3D's layout.
        split: name of a list, "train", "val", "test" or "all".

    Returns:
        Items in the list's order. Ids without a motion file are left out (the full lists name some).

    Raises:
        MotionLensError: no such list, or none of its motions is there.
        UnreadableFileError: a damaged file.
    """
    folder = Path(folder)
    listing = folder / f"{split}.txt"
    if not listing.is_file():
        raise MotionLensError(
            f"{folder} has no {split}.txt: give a folder in HumanML3D's layout, "
            "or build one with `motionlens dataset cmu-humanml3d`."
        )
    subjects = _subjects(folder)
    out = []
    for name in listing.read_text(encoding="utf-8").split():
        positions = _positions(folder, name)
        if positions is None:
            continue
        text = folder / "texts" / f"{name}.txt"
        captions = parse_captions(text.read_text(encoding="utf-8"), str(text)) if text.exists() else ()
        out.append(DatasetItem(name, positions, captions, name.startswith("M"), subjects.get(name)))
    if not out:
        raise MotionLensError(
            f"None of the motions in {listing} is in {folder / 'new_joints'}: check the folder."
        )
    return out
