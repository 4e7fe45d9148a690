"""What a run trains on, gathered from a corpus, a dataset folder and the data pack."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from tqdm import tqdm

from ..errors import MotionLensError
from ..model.contract import Batch
from ..motion import FPS
from ..synthesis.grammar import mirror_caption
from .captions_only import load_caption_groups
from .corpus import build_corpus, load_corpus
from .images import ImageBank, build_image_bank
from .items import REAL_SOURCES, TrainItem, overlap, synthesised_item
from .joined import joined_items
from .real import description_items, hdm05_items, kit_items, load_folder, load_trials
from .sampler import CaptionPairs, Sampler, pair_batch
from .text_bank import TextBank, build_text_bank
from .views import View, ViewBank, build_view_bank, on_frames

_HELD_OUT = 200
"""Synthesised motions kept for validation."""
_WEIGHTS: Mapping[str, float] = {
    "synthesised": 0.6,
    "humanml3d": 0.2,
    "span": 0.01,
    "cmu-description": 0.06,
    "kit": 0.02,
    "hdm05": 0.03,
    "joined": 0.08,
}


@dataclass(frozen=True)
class DataSettings:
    """What to train on; plain values, as a configuration file has them.

    Attributes:
        synthesised: motions to synthesise, or to take of ``corpus``; 0: none.
        corpus: folder of a finished corpus; "": made in the run's folder.
        corpus_captions: captions of a motion where the corpus is made. corpus_contrasts: share of its
            recipes that get a partner which differs in one thing.
        folder: dataset in HumanML3D's layout; "": none.
        split: its list to train on ("train"; "all" only together with subjects left out).
        pack: the unpacked data pack, for the sources "cmu-description", "kit", "hdm05" and for captions
            without motions; "": none.
        sources: recorded sources to use, of ``items.REAL_SOURCES``.
        joined: concatenations of recorded motions.
        variants: augmented variants of each recorded motion.
        weights: source -> share of a batch; sources that are not there do not count.
        captions: also captions without motions (needs ``pack``).
        views: simulated views of each synthesised motion, for models with a video tower (recorded_views: of a
            recorded one); filmed: folder of rendered and really tracked motions (``motionlens film-motions``)
            that join them; "": none.
        validation_share: share of the folder's motions, by whole subjects, kept for early stopping.
        seed: of subjects kept, concatenations and variants.
        workers: processes that make images and the corpus.
    """

    synthesised: int = 12000
    corpus: str = ""
    corpus_captions: int = 4
    corpus_contrasts: float = 1.0
    folder: str = ""
    split: str = "train"
    pack: str = ""
    sources: tuple[str, ...] = REAL_SOURCES
    joined: int = 600
    variants: int = 8
    weights: Mapping[str, float] = field(default_factory=lambda: dict(_WEIGHTS))
    captions: bool = True
    views: int = 1
    recorded_views: int = 4
    filmed: str = ""
    validation_share: float = 0.1
    seed: int = 0
    workers: int = 2

    def __post_init__(self) -> None:
        if unknown := [s for s in self.sources if s not in REAL_SOURCES]:
            raise MotionLensError(f"There is no source {unknown[0]!r}: use {', '.join(REAL_SOURCES)}.")
        if unknown := [s for s in self.weights if s not in ("synthesised", *REAL_SOURCES)]:
            raise MotionLensError(f"There is no source {unknown[0]!r} to weigh.")
        if not 0 <= self.validation_share < 1:
            raise MotionLensError("validation_share must be at least 0 and less than 1.")


@dataclass
class TrainData:
    """Everything a run needs.

    Attributes:
        items: source -> training items.
        validation: "synthesised" and "real" -> items never trained on.
        bank: token states of all captions and of their mirrored forms.
        images: motion images of all items.
        groups: captions of the same motion, for the text tower alone.
        weights: source -> share of a batch.
        views: the video side of all items, None where the model has no video tower.
    """

    items: dict[str, list[TrainItem]]
    validation: dict[str, list[TrainItem]]
    bank: TextBank
    images: ImageBank
    groups: list[list[str]]
    weights: Mapping[str, float]
    views: ViewBank | None = None

    def sampler(self, batch: int, seed: int, rank: int = 0, world: int = 1) -> Sampler:
        """Batches of motions with captions."""
        return Sampler(self.items, self.bank, self.images, batch, self.weights, seed, rank, world, self.views)

    def caption_pairs(self, batch: int, seed: int, rank: int = 0) -> CaptionPairs | None:
        """Batches of paraphrases, None where there are no captions without motions."""
        return CaptionPairs(self.groups, self.bank, batch, seed, rank) if self.groups else None

    def validation_batches(self) -> dict[str, Batch]:
        """Each validation set as one batch, first captions."""
        return {
            name: pair_batch(items, self.bank, self.images, self.views)
            for name, items in self.validation.items()
            if items
        }


def held_out_subjects(subjects: Sequence[str], share: float, seed: int) -> frozenset[str]:
    """Whole subjects that together have about ``share`` of the motions, at least one of two or more.

    Args:
        subjects: the subject of each motion.

    >>> len(held_out_subjects(["a"] * 5 + ["b"] * 5 + ["c"] * 90, 0.1, 0))
    2
    """
    names, counts = np.unique(np.asarray(subjects, dtype=str), return_counts=True)
    if share <= 0 or len(names) < 2:
        return frozenset()
    room = share * len(subjects)
    kept: list[str] = []
    for k in np.random.default_rng([seed, 11]).permutation(len(names)):
        if counts[k] <= room + 0.5:
            kept.append(str(names[k]))
            room -= counts[k]
    return frozenset(kept or [str(names[counts.argmin()])])


def _with_progress(name: str, unit: str, work: Callable[[Callable[[int, int], None]], object]) -> object:
    with tqdm(desc=name, unit=unit, disable=None) as bar:

        def progress(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        return work(progress)


def _synthesised(settings: DataSettings, out: Path) -> list[TrainItem]:
    if not settings.synthesised:
        return []
    place = Path(settings.corpus) if settings.corpus else out / "corpus"
    if not settings.corpus:
        _with_progress(
            "corpus",
            "motion",
            lambda progress: build_corpus(
                place,
                settings.synthesised,
                0,
                settings.corpus_captions,
                settings.workers,
                progress,
                settings.corpus_contrasts,
            ),
        )
    positions, listed = load_corpus(place)
    return [
        synthesised_item(
            positions[i.start : i.start + i.frames], i.captions, i.recipe, number, i.partner, i.groundings
        )
        for number, i in enumerate(listed[: settings.synthesised])
    ]


def real_items(settings: DataSettings, cache: Path) -> dict[str, list[TrainItem]]:
    """All recorded items of the settings, nobody left out yet; concatenations last.

    Raises:
        MotionLensError: a folder that cannot be read.
    """
    found: dict[str, list[TrainItem]] = {}
    if settings.folder:
        found["humanml3d"], found["span"] = load_folder(Path(settings.folder), settings.split)
    if settings.pack:
        pack = Path(settings.pack)
        if {"cmu-description", "kit"} & set(settings.sources):
            trials = load_trials(pack, cache / "recordings")
            found["cmu-description"] = description_items(trials)
            found["kit"] = kit_items(trials, pack)
        if "hdm05" in settings.sources:
            found["hdm05"] = hdm05_items(pack, cache / "recordings")
    found = {s: many for s, many in found.items() if s in settings.sources and many}
    if settings.joined and "joined" in settings.sources:
        found["joined"] = joined_items(found, settings.joined, settings.seed)
    return found


def leave_out(
    items: Mapping[str, Sequence[TrainItem]],
    subjects: frozenset[str] = frozenset(),
    unseen: Iterable[TrainItem] = (),
) -> dict[str, list[TrainItem]]:
    """The items without everything of these subjects, and without whatever shares time with ``unseen``."""
    extents = [e for i in unseen for e in i.extents]
    barred = {e.recording for e in extents}
    return {
        source: [
            i
            for i in many
            if not i.subjects & subjects
            and not (barred & {e.recording for e in i.extents} and overlap(i.extents, extents))
        ]
        for source, many in items.items()
    }


def _keep_for_validation(
    items: dict[str, list[TrainItem]], settings: DataSettings
) -> tuple[dict[str, list[TrainItem]], list[TrainItem]]:
    """Training items, and whole clips of subjects (of ids, where nobody is named) that they hold nothing of."""
    clips = items.get("humanml3d", [])
    named = [i.subject for i in clips if i.subject]
    if not settings.validation_share or not clips:
        return items, []
    people = held_out_subjects(named, settings.validation_share, settings.seed)
    if not people:
        rng = np.random.default_rng([settings.seed, 12])
        chosen = rng.permutation(len(clips))[: round(settings.validation_share * len(clips))]
        kept = [clips[k] for k in sorted(chosen)]
        return leave_out(items, unseen=kept), kept
    return leave_out(items, people), [i for i in clips if i.subjects & people]


def gather(
    settings: DataSettings,
    out: Path,
    image: str = "motionlens",
    leave_out_subjects: frozenset[str] = frozenset(),
    leave_out_ids: frozenset[str] = frozenset(),
    device: str = "cpu",
    cache: Path | None = None,
    video: bool = False,
) -> TrainData:
    """Load, synthesise where asked, encode every caption and make every image once.

    Args:
        out: the run's folder.
        image: key of ``IMAGE_KINDS``.
        leave_out_subjects: nothing of them is trained on or validated with: clips, sub-clips, trials,
            concatenations, captions.
        leave_out_ids: HumanML3D ids of which the same holds, and of what shares time with them.
        device: where captions are encoded.
        video: also make views of everything.
        cache: where recordings, token states and images are kept; may be shared by runs; None: in ``out``.

    Raises:
        MotionLensError: nothing to train on, or a file that cannot be read.
    """
    cache = cache or out / "cache"
    made = _synthesised(settings, out)
    validation: dict[str, list[TrainItem]] = {}
    if len(made) > 2 * _HELD_OUT:
        validation["synthesised"], made = made[:_HELD_OUT], made[_HELD_OUT:]
    recorded = real_items(settings, cache)
    unseen = [i for i in recorded.get("humanml3d", []) + recorded.get("span", []) if _id(i) in leave_out_ids]
    recorded = leave_out(recorded, leave_out_subjects, unseen)
    recorded, kept = _keep_for_validation(recorded, settings)
    if kept:
        validation["real"] = kept
    items = {s: many for s, many in {"synthesised": made, **recorded}.items() if many}
    if not items:
        raise MotionLensError(
            "Nothing to train on: give a dataset folder, a data pack or motions to synthesise."
        )
    groups: list[list[str]] = []
    if settings.pack and settings.captions:
        people = leave_out_subjects | frozenset(p for i in kept for p in i.subjects)
        groups = load_caption_groups(
            Path(settings.pack), people, leave_out_ids | frozenset(i.key for i in kept)
        )
    used = [i for many in (*items.values(), *validation.values()) for i in many]
    texts = [c for i in used for c in i.captions]
    texts += [mirror_caption(t) for t in texts] + [t for g in groups for t in g]
    bank = _with_progress(
        "captions", "caption", lambda progress: build_text_bank(texts, cache / "text", progress, device)
    )
    images = _with_progress(
        "images",
        "motion",
        lambda progress: build_image_bank(
            used, image, cache / "images", settings.variants, settings.seed, settings.workers, progress
        ),
    )
    assert isinstance(bank, TextBank) and isinstance(images, ImageBank)
    views = _views(settings, used, image, cache) if video else None
    return TrainData(items, validation, bank, images, groups, settings.weights, views)


def _filmed(folder: Path, items: Sequence[TrainItem]) -> dict[str, list[View]]:
    """Of each item that was rendered and really tracked, what the lifting gave back."""
    from ..video.evaluation.filmed import load_filmed

    lengths = {i.key: len(i.positions) for i in items if i.source == "humanml3d"}
    out: dict[str, list[View]] = {}
    for film in load_filmed(folder):
        if film.id in lengths:
            start = film.first + round(film.start_s * FPS)
            view = on_frames(film.positions, film.known, start, lengths[film.id])
            out.setdefault(film.id, []).append(view)
    return out


def _views(settings: DataSettings, items: Sequence[TrainItem], image: str, cache: Path) -> ViewBank:
    filmed = _filmed(Path(settings.filmed), items) if settings.filmed else {}
    found = _with_progress(
        "views",
        "view",
        lambda progress: build_view_bank(
            items, image, cache, settings.views, settings.recorded_views, filmed, settings.workers, progress
        ),
    )
    assert isinstance(found, ViewBank)
    return found


def _id(item: TrainItem) -> str:
    """HumanML3D's id of a clip or sub-clip."""
    return item.key.split(" ")[1] if item.source == "span" else item.key
