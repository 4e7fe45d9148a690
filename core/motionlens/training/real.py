"""Recorded training items: folders in HumanML3D's layout, CMU's descriptions, KIT's sentences, HDM05."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping
from hashlib import blake2b
from itertools import pairwise
from pathlib import Path

import numpy as np

from ..datasets.cmu_humanml3d import held_out_trials, load_cmu_trials, load_hdm05
from ..datasets.cmu_sentences import ONCE, ONE_KIND
from ..datasets.humanml3d import Caption, DatasetItem, load_humanml3d
from ..datasets.kitml_captions import load_kit_captions
from ..errors import MotionLensError
from ..files import write_atomic
from ..motion import FPS
from ..readers.retarget import place
from ..windows import MAX_CLIP_FRAMES, PATCH_FRAMES
from .items import Extent, TrainItem
from .text_bank import has_words

_MIN_S = PATCH_FRAMES / FPS
_NEARLY_ALL = 0.85
"""A span that covers so much of a motion describes the whole of it."""


def usable_span(caption: Caption, duration_s: float) -> tuple[float, float] | None:
    """What a caption describes, seconds, clipped to the motion; None for a span that is too short or outside.

    Spans were typed in whole seconds, so that "0 to 2" of 2.9 s means all of it.

    >>> usable_span(Caption("x", 1.0, 3.0), 2.5), usable_span(Caption("x", 0.0, 2.0), 2.9)
    ((1.0, 2.5), (0.0, 2.9))
    >>> usable_span(Caption("x", 4.0, 5.0), 2.5) is None, usable_span(Caption("x"), 2.5)
    (True, (0.0, 2.5))
    """
    if not caption.end_s:
        return 0.0, duration_s
    start, end = max(0.0, caption.start_s), min(caption.end_s, duration_s)
    if (start == 0 and end >= math.floor(duration_s)) or end - start >= _NEARLY_ALL * duration_s:
        return 0.0, duration_s
    return (start, end) if end - start >= _MIN_S - 1e-6 else None


def _by_span(captions: tuple[Caption, ...], duration_s: float) -> dict[tuple[float, float], list[str]]:
    out: dict[tuple[float, float], list[str]] = {}
    for caption in captions:
        span = usable_span(caption, duration_s) if has_words(caption.text) else None
        if span:
            out.setdefault(span, []).append(caption.text)
    return out


def cut(
    positions: np.ndarray, span: tuple[float, float], source: Extent
) -> tuple[np.ndarray, tuple[Extent, ...]]:
    """A span (seconds) of a recording, placed anew, and where it is of ``source``, which ``positions`` are."""
    first, last = round(span[0] * FPS), min(round(span[1] * FPS), len(positions))
    where = Extent(source.recording, source.start_s + first / FPS, source.start_s + last / FPS)
    whole = first == 0 and last == len(positions)
    return np.asarray(positions) if whole else place(positions[first:last], floor=0.0), (where,)


def _index(folder: Path) -> Mapping[str, Extent]:
    """Where each id was cut from, as far as the folder's ``index.csv`` tells."""
    path = folder / "index.csv"
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", newline="") as stream:
        rows = [r for r in csv.DictReader(stream) if {"id", "trial", "start", "end"} <= r.keys()]
    try:
        return {r["id"]: Extent(r["trial"], int(r["start"]) / FPS, int(r["end"]) / FPS) for r in rows}
    except ValueError as error:
        raise MotionLensError(f"{path} has a cut that is no number ({error}): make it again.") from error


def load_folder(folder: Path, split: str) -> tuple[list[TrainItem], list[TrainItem]]:
    """A split's motions without their mirrored twins (the sampler mirrors): whole clips, then sub-clips.

    A caption with a start and an end becomes an item of that cut; whole clips have the other captions. Of
    what is longer than 11.2 s (KIT-ML has some) the item is the beginning.

    Raises:
        MotionLensError: the folder is not in HumanML3D's layout or damaged.
    """
    whole: list[TrainItem] = []
    spans: list[TrainItem] = []
    index = _index(folder)
    for item in load_humanml3d(folder, split, twins=False):
        duration = len(item.positions) / FPS
        source = index.get(item.id, Extent(item.id, 0.0, duration))
        for span, texts in _by_span(item.captions, duration).items():
            is_whole = span == (0.0, duration)
            last = (round(span[0] * FPS) + MAX_CLIP_FRAMES) / FPS
            clip, extents = cut(item.positions, (span[0], min(span[1], last)), source)
            made = TrainItem(
                clip,
                tuple(dict.fromkeys(texts)),
                real=True,
                key=item.id if is_whole else f"span {item.id} {span[0]:g}-{span[1]:g}",
                subject=item.subject,
                source="humanml3d" if is_whole else "span",
                extents=extents,
            )
            (whole if is_whole else spans).append(made)
    return whole, spans


def _pack_key(pack: Path) -> str:
    listed = [pack / "cmu" / "trials.csv", pack / "hdm05" / "labels.csv"]
    code = Path(place.__code__.co_filename)  # positions change with the retargeting
    data = b"".join(p.read_bytes() for p in (*listed, code) if p.exists())
    return blake2b(data, digest_size=6).hexdigest()


def _cached(path: Path, load: str, pack: Path) -> list[DatasetItem]:
    """Recordings of a data pack; reading CMU's takes 20 s, so that they are kept in one ``.npz``."""
    if not path.exists():
        items = {"cmu": load_cmu_trials, "hdm05": load_hdm05}[load](pack)
        buffer = io.BytesIO()
        np.savez(
            buffer,
            positions=np.concatenate([i.positions for i in items]),
            frames=np.array([len(i.positions) for i in items]),
            ids=np.array([i.id for i in items]),
            subjects=np.array([i.subject or "" for i in items]),
            texts=np.array([i.captions[0].text if i.captions else "" for i in items]),
        )
        write_atomic(path, buffer.getbuffer())
    try:
        with np.load(path, allow_pickle=False) as kept:
            ends = np.cumsum(kept["frames"])[:-1]
            columns = (kept["ids"], np.split(kept["positions"], ends), kept["texts"], kept["subjects"])
            return [
                DatasetItem(str(i), p, (Caption(str(t)),) if t else (), False, str(s) or None)
                for i, p, t, s in zip(*columns, strict=True)
            ]
    except (OSError, ValueError, KeyError) as error:
        raise MotionLensError(f"{path} is damaged ({error}): delete it.") from error


def load_trials(pack: Path, cache: Path) -> list[DatasetItem]:
    """All CMU trials of the data pack that hold no val or test id; read once, then from ``cache``."""
    held = held_out_trials(pack / "cmu")
    return [i for i in _cached(cache / f"cmu-{_pack_key(pack)}.npz", "cmu", pack) if i.id not in held]


def windows(n_frames: int) -> list[tuple[int, int]]:
    """The fewest equal windows [start, end) of at most 224 frames.

    >>> windows(300), windows(200)
    ([(0, 150), (150, 300)], [(0, 200)])
    """
    count = -(-n_frames // MAX_CLIP_FRAMES)
    edges = np.linspace(0, n_frames, count + 1).round().astype(int).tolist()
    return list(pairwise(edges))


def description_items(trials: list[DatasetItem]) -> list[TrainItem]:
    """CMU's own descriptions, as telegram and as sentence.

    Trials of more than 11.2 s are cut into windows where the description names one kind of movement
    throughout (``ONE_KIND``); a description of something done once belongs to the whole trial alone.
    """
    out = []
    for trial in trials:
        telegram = trial.captions[0].text if trial.captions else ""
        sentence = ONE_KIND.get(telegram) or ONCE.get(telegram)
        spans = windows(len(trial.positions))
        if not sentence or (len(spans) > 1 and telegram not in ONE_KIND):
            continue
        for number, (first, last) in enumerate(spans):
            if last - first < PATCH_FRAMES:
                continue
            span = first / FPS, last / FPS
            clip, extents = cut(trial.positions, span, Extent(trial.id, 0.0, 0.0))
            key = f"cmu {trial.id}" + (f" {number}" if len(spans) > 1 else "")
            texts = tuple(dict.fromkeys((telegram.lower(), sentence)))
            out.append(TrainItem(clip, texts, (), (), True, key, trial.subject, "cmu-description", extents))
    return out


def kit_items(trials: list[DatasetItem], pack: Path) -> list[TrainItem]:
    """KIT's sentences about CMU trials, KIT's own val and test left out; at most 11.2 s each."""
    by_name = {t.id: t for t in trials}
    out = []
    for entry in load_kit_captions(pack):
        trial = by_name.get(entry.cmu_trial or "")
        if trial is None or entry.split in ("val", "test"):
            continue
        duration = len(trial.positions) / FPS
        if abs(duration - entry.duration_s) > 0.3:  # another cut of the recording: times do not fit
            continue
        for span, texts in _by_span(entry.captions, duration).items():
            clip, extents = cut(trial.positions, span, Extent(trial.id, 0.0, 0.0))
            if not PATCH_FRAMES <= len(clip) <= MAX_CLIP_FRAMES:
                continue
            key = f"kit {entry.id}" + ("" if span == (0.0, duration) else f" {span[0]:g}-{span[1]:g}")
            captions = tuple(dict.fromkeys(texts))
            out.append(TrainItem(clip, captions, (), (), True, key, trial.subject, "kit", extents))
    return out


def hdm05_items(pack: Path, cache: Path) -> list[TrainItem]:
    """HDM05's single actions, a sentence a label."""
    out = []
    for item in _cached(cache / f"hdm05-{_pack_key(pack)}.npz", "hdm05", pack):
        if PATCH_FRAMES <= len(item.positions) <= MAX_CLIP_FRAMES:
            extents = (Extent(item.id, 0.0, len(item.positions) / FPS),)
            texts = tuple(c.text for c in item.captions)
            key = f"hdm05 {item.id}"
            out.append(TrainItem(item.positions, texts, (), (), True, key, item.subject, "hdm05", extents))
    return out
