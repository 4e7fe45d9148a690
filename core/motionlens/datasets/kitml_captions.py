"""KIT-ML's sentences, as the data pack carries them: annotations with the recording that each describes.

Source: Plappert, Mandery and Asfour, "The KIT Motion-Language Dataset", Big Data 4(4), 2016.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from ..errors import MotionLensError, UnreadableFileError
from .humanml3d import Caption


@dataclass(frozen=True)
class KitEntry:
    """One recording with its sentences.

    Attributes:
        id: KIT-ML's number.
        path: the recording, e.g. "CMU/49/49_07" or "KIT/4/WalkingStraightForward01".
        duration_s: length of the recording.
        captions: ``start_s`` = ``end_s`` = 0 where a sentence describes the whole recording.
        split: "train", "val", "test" (its own or its mirrored copy's, test before val before train), or ""
            where no list names it.
    """

    id: str
    path: str
    duration_s: float
    captions: tuple[Caption, ...]
    split: str

    @property
    def cmu_trial(self) -> str | None:
        """The CMU trial that it describes, None where the recording is another's.

        >>> KitEntry("02678", "CMU/49/49_07", 3.9, (), "train").cmu_trial
        '49_07'
        """
        return self.path.split("/")[-1] if self.path.startswith("CMU/") else None


def _caption(annotation: dict, duration: float) -> Caption:
    start, end = float(annotation["start"]), float(annotation["end"])
    whole = start <= 0.05 and end >= duration - 0.05
    text = " ".join(annotation["text"].split())
    return Caption(text) if whole else Caption(text, start, end)


def load_kit_captions(folder: str | Path) -> list[KitEntry]:
    """All recordings but the mirrored copies.

    Args:
        folder: ``kitml/`` of the data pack, or the pack itself.

    Raises:
        MotionLensError: no annotations there.
        UnreadableFileError: damaged annotations.
    """
    folder = Path(folder)
    kit = folder if (folder / "annotations.json").exists() else folder / "kitml"
    path = kit / "annotations.json"
    try:
        listed = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise MotionLensError(f"{path} is missing: give the folder of the unpacked data pack.") from error
    except ValueError as error:
        raise UnreadableFileError(f"{path} is damaged ({error}): unpack the data pack again.") from error
    split = {}
    for name in ("train", "val", "test"):
        names = kit / f"{name}.txt"
        if names.exists():
            # lists go train, val, test: an entry is held out if it or its mirrored copy is
            held = (n.removeprefix("M") for n in names.read_text(encoding="utf-8").split())
            split.update(dict.fromkeys(held, name))
    out = []
    try:
        for number, entry in listed.items():
            if entry["path"].startswith("M/"):
                continue
            duration = float(entry["duration"])
            captions = tuple(_caption(a, duration) for a in entry["annotations"] if a["text"].strip())
            recording = entry["path"].removesuffix("_poses")
            out.append(KitEntry(number, recording, duration, captions, split.get(number, "")))
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise UnreadableFileError(f"{path} is damaged ({error!r}): unpack the data pack again.") from error
    return out
