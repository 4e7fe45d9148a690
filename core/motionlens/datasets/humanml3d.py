"""Folders in HumanML3D's layout: ``new_joints/<id>.npy``, ``texts/<id>.txt``, ``train.txt`` ….

Works on the user's own full HumanML3D, on KIT-ML as the text-to-motion literature hands it on (21 joints,
12.5 fps), and on the CMU subset that ``cmu_humanml3d`` builds; each file is known by its shape, and motions may
be joints or feature vectors (``new_joint_vecs``). "M" before an id: a mirrored copy. Source: Guo et al.,
"Generating Diverse and Natural 3D Human Motions from Text", CVPR 2022.
"""

from __future__ import annotations

import csv
import logging
import math
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import MotionLensError, UnreadableFileError
from ..motion import FPS
from ..readers.arrays import animation_from_array, check_numbers, read_npy_stream
from ..readers.resample import resample_positions
from ..readers.retarget import facing, place, to_reference
from ..skeleton import PARENTS, REFERENCE_OFFSETS

_BONE_TOLERANCE_M = 2e-3
_log = logging.getLogger(__name__)


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
    """Captions of a text file, those without a word left out: ``caption#tokens#start#end`` a line.

    >>> parse_captions("a man walks.#a/DET man/NOUN walk/VERB#0.0#2.5", "x")[0].end_s
    2.5
    """
    out = []
    for number, line in enumerate(text.splitlines(), 1):
        parts = line.strip().rsplit("#", 3)
        if not any(c.isalnum() for c in parts[0]):
            continue
        try:
            start, end = (float(p) for p in parts[2:]) if len(parts) == 4 else (0.0, 0.0)
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


def _placed(positions: np.ndarray) -> bool:
    """Whether (T, 22, 3) positions begin over the origin and face +z, to a hand's breadth and 20 degrees."""
    return bool(np.abs(positions[0, 0, [0, 2]]).max() < 0.1 and facing(positions[0])[2] > 0.94)


def _file(folder: Path, name: str) -> Path | None:
    paths = (folder / sub / f"{name}.npy" for sub in ("new_joints", "new_joint_vecs"))
    return next((p for p in paths if p.exists()), None)


@dataclass(frozen=True, eq=False)
class _Points:
    """(T, 22, 3) points of a file, y up, 20 fps, and KIT's question whether they were a mirror image."""

    positions: np.ndarray
    mirror_image: bool | None

    def canonical(self, mirror_images: bool) -> np.ndarray:
        """On the reference skeleton; ``mirror_images``: what holds of the folder's KIT arrays."""
        points = self.positions
        if self.mirror_image is None and on_reference(points):
            return points.astype(np.float32) if _placed(points) else place(points)
        if self.mirror_image is not None and self.mirror_image != mirror_images:
            points = points * np.array([-1.0, 1.0, 1.0])
        return place(to_reference(points))


def _read(path: Path) -> _Points | None:
    """A file's motion, None where it holds less than two frames or values that are no numbers."""
    try:
        with path.open("rb") as stream:
            array = read_npy_stream(stream, path.stat().st_size, str(path))
    except OSError as error:
        raise UnreadableFileError(
            f"{path} could not be opened ({error.strerror or error}): check the file and its rights."
        ) from error
    if array.ndim and (len(array) < 2 or (array.dtype.kind == "f" and not np.isfinite(array).all())):
        return None
    found = animation_from_array(check_numbers(array, str(path)), path, None, str(path))
    points = found.positions if found.fps == FPS else resample_positions(found.positions, found.fps)
    return _Points(points, found.notes.get("mirrored_source"))


def _is_mirrored(name: str, listed: Collection[str]) -> bool:
    """Whether it is another's copy: M000021 is 000021's, Mwalk is walk's, Mike alone is nobody's."""
    return name.startswith("M") and (name[1:].isdigit() or name[1:] in listed)


def _text(path: Path) -> str:
    if not path.exists():
        return ""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise UnreadableFileError(f"{path} is no UTF-8 text: save it as UTF-8.") from error


def _subjects(folder: Path) -> dict[str, str]:
    path = folder / "index.csv"
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", newline="") as stream:
        return {
            row["id"]: row["subject"] for row in csv.DictReader(stream) if "id" in row and "subject" in row
        }


def load_humanml3d(folder: str | Path, split: str, twins: bool = True) -> list[DatasetItem]:
    """Motions and captions of a split, of HumanML3D (20 fps) or KIT-ML (12.5 fps, read as 20 fps).

    A KIT array is turned over where its toes show it to be a mirror image (``readers.arrays``). One program
    wrote them all, so what most files of the split show holds for all: one clip alone may show it badly.

    Args:
        folder: HumanML3D's layout.
        split: name of a list, "train", "val", "test" or "all".
        twins: False leaves the mirrored copies unread.

    Returns:
        Items in the list's order. Ids without a motion file are left out (the full lists name some), and with
        a warning those whose file holds less than two frames or NaN (the full set has one).

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
    names = dict.fromkeys(_text(listing).split())
    mirrored = {name: _is_mirrored(name, names) for name in names}
    read: dict[str, _Points] = {}
    unusable: list[str] = []
    for name in names:
        path = _file(folder, name) if twins or not mirrored[name] else None
        if path is None:
            continue
        points = _read(path)
        if points is None:
            unusable.append(name)
        else:
            read[name] = points
    if unusable:
        _log.warning(
            "%s: %d motions of %s have less than two frames or values that are no numbers and were left out (%s).",
            folder, len(unusable), listing.name, ", ".join(unusable[:3]),
        )  # fmt: skip
    if not read:
        raise MotionLensError(
            f"None of the motions in {listing} is in {folder / 'new_joints'}: check the folder."
        )
    votes = [p.mirror_image for p in read.values() if p.mirror_image is not None]
    mirror_images = 2 * sum(votes) > len(votes)
    subjects = _subjects(folder)
    out = []
    for name in list(read):
        text = folder / "texts" / f"{name}.txt"
        captions = parse_captions(_text(text), str(text))
        positions = read.pop(name).canonical(mirror_images)
        out.append(DatasetItem(name, positions, captions, mirrored[name], subjects.get(name)))
    return out
