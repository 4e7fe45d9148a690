"""Taking motions away: what to export and how, done in the background with progress, cancel and failures."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from enum import Enum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from motionlens.library.interface import Library
from motionlens.motion import FPS

from ..imports_quietly import import_quietly
from ..worker import Task, Worker
from .items import Item

if TYPE_CHECKING:
    from motionlens.export import ExportReport

    from ..render.filming import ViewLook

RESULTS = "results"
"""The one kind that is a list of motions, not motions."""
PARTS = ("moment", "whole", "range")
SIZES = ((1280, 720), (1920, 1080), (720, 720), (640, 480))
RATES = (20.0, 24.0, 25.0, 30.0, 50.0, 60.0, 120.0)
FIXED_RATE = (".npz", ".npy", "original", RESULTS)
FILMS = (".mp4", ".gif", ".png")


@dataclass(frozen=True)
class ExportChoice:
    """What the dialog asks, and remembers.

    Attributes:
        kind: ending, "original", or ``RESULTS``.
        part: one of ``PARTS``.
        folder: where to.
        fps: frames a second.
        proportions: "original" or "reference".
        at_origin: start over the origin, facing forward.
        size: (width, height) of pictures.
        overwrite: replace files that exist; asked for anew each time.
    """

    kind: str = ".bvh"
    part: str = "moment"
    folder: str = ""
    fps: float = FPS
    proportions: str = "original"
    at_origin: bool = False
    size: tuple[int, int] = SIZES[0]
    overwrite: bool = False

    def to_text(self) -> str:
        """As the settings keep it."""
        return json.dumps({**asdict(self), "overwrite": False})


def choice_from_text(text: str, kinds: Sequence[str]) -> ExportChoice:
    """What the settings kept; whatever is damaged or unknown there has its default.

    >>> choice_from_text('{"kind": ".glb", "fps": 1e9, "size": [2, 3]}', [".bvh", ".glb"]).kind
    '.glb'
    >>> choice_from_text("[1", []) == ExportChoice()
    True
    """
    try:
        kept = json.loads(text)
    except ValueError:
        return ExportChoice()
    if not isinstance(kept, dict):
        return ExportChoice()
    good: dict[str, Any] = {}
    size = kept.get("size")
    if isinstance(size, list) and tuple(size) in SIZES:
        good["size"] = tuple(size)
    for name, choices in (
        ("kind", kinds),
        ("part", PARTS[:2]),
        ("fps", RATES),
        ("proportions", ("original", "reference")),
    ):
        if kept.get(name) in choices:
            good[name] = kept[name]
    if isinstance(kept.get("folder"), str):
        good["folder"] = kept["folder"]
    if isinstance(kept.get("at_origin"), bool):
        good["at_origin"] = kept["at_origin"]
    return ExportChoice(**good)


@dataclass(frozen=True)
class Target:
    """One motion to export, and which frames [start, end) of it are its moment; ``end`` 0: all ``n_frames``."""

    motion_id: int
    name: str
    start: int = 0
    end: int = 0
    n_frames: int = 0
    path: str = ""
    caption: str = ""
    rank: int = 0
    score: float | None = None
    parts: tuple[tuple[str, float], ...] = ()

    def having(self, part: str, marked: tuple[int, int] | None = None) -> Target:
        """Its part: "whole", "moment" (as it is), or "range": the marked frames [start, end)."""
        if part == "whole":
            return replace(self, start=0, end=0)
        if part == "range" and marked is not None:
            return replace(self, start=marked[0], end=marked[1])
        return self

    @property
    def stem(self) -> str:
        """The file's name before it is made safe: a part says its seconds.

        >>> Target(1, "01_03").stem, Target(1, "01_03", 20, 70).stem
        ('01_03', '01_03_1.00-3.50s')
        """
        return f"{self.name}_{self.start / FPS:.2f}-{self.end / FPS:.2f}s" if self.end else self.name


def target_of(item: Item, n_frames: int | None = None, parts: Mapping[str, float] | None = None) -> Target:
    """A card; one that shows the whole of its motion (``n_frames`` long) has no part.

    >>> item = Item(3, "walk", "/d/walk.bvh", 0.0, 4.0)
    >>> target_of(item, 80).stem, target_of(item, 100).stem
    ('walk', 'walk_0.00-4.00s')
    """
    _, start, end = item.key
    n_frames = n_frames or end
    if start <= 0 and end >= n_frames:
        start, end = 0, 0
    return Target(
        item.motion_id, item.name, start, end, n_frames, item.path, item.caption, item.rank, item.score,
        tuple((parts or {}).items()),
    )  # fmt: skip


def parts_of(
    targets: Sequence[Target], choice: ExportChoice, marked: tuple[int, int] | None = None
) -> list[Target]:
    """The chosen part of each; a table of results says what was found."""
    part = "moment" if choice.kind == RESULTS else choice.part
    return [target.having(part, marked) for target in targets]


def file_names(targets: Sequence[Target], kind: str) -> list[str]:
    """What the files will be called, in order; a sequence of pictures is a folder."""
    from motionlens.export.names import file_stems, safe_name

    if kind == RESULTS:
        return [safe_name("results") + ".csv"]
    stems = file_stems(target.stem for target in targets)
    if kind == ".png":
        return stems
    if kind == "original":
        return [stem + Path(target.path).suffix for stem, target in zip(stems, targets, strict=True)]
    return [stem + kind for stem in stems]


@dataclass(frozen=True)
class ExportProgress:
    """``done`` of ``total`` motions are out; the share of a film at work counts."""

    done: float
    total: int
    name: str = ""


def run_export(
    library: Library,
    targets: Sequence[Target],
    choice: ExportChoice,
    look: ViewLook | None = None,
    told: Callable[[ExportProgress], None] = lambda progress: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> ExportReport:
    """Export; slow, for a background thread. The library may be closed elsewhere meanwhile."""
    import_quietly("motionlens.export", "motionlens.export.rig", "motionlens.library")
    from motionlens.export import ExportItem, ExportOptions, export_many

    if choice.kind == RESULTS:
        return _write_results(targets, choice)
    if choice.kind in FILMS:
        import_quietly("PIL.Image", "av", "motionlens.export.pictures")
    own = _opened_again(library)
    at: dict[str, int] = {"done": 0}
    total = len(targets)

    def progress(done: int, _total: int, name: str) -> None:
        at["done"] = done
        told(ExportProgress(done, total, name))

    def painter(target: Target, positions, span, fps):
        from ..render.filming import pictures

        assert look is not None
        return pictures(
            look, target.motion_id, positions, span, fps,
            lambda share: told(ExportProgress(at["done"] + min(share, 0.99), total, target.stem)),
        )  # fmt: skip

    items = [
        ExportItem(
            t.stem, partial(own.load, t.motion_id), t.start / FPS if t.end else None, t.end / FPS if t.end else None,
            partial(painter, t) if look is not None else None,
        )
        for t in targets
    ]  # fmt: skip
    options = ExportOptions(
        proportions=choice.proportions, fps=None if choice.kind in FIXED_RATE else choice.fps,
        at_origin=choice.at_origin, overwrite=choice.overwrite,
    )  # fmt: skip
    try:
        return export_many(items, choice.folder, choice.kind, options, progress, cancelled)
    finally:
        if own is not library:
            own.close()


def _opened_again(library: Library) -> Library:
    """The same library for this job alone: the window may open another one meanwhile."""
    from motionlens.library import LocalLibrary

    return LocalLibrary(library.path, create=False) if isinstance(library, LocalLibrary) else library


def _write_results(targets: Sequence[Target], choice: ExportChoice) -> ExportReport:
    from motionlens.export import Exported, ExportReport, ResultRow, write_results

    rows = [
        ResultRow(
            t.rank or n,
            t.name,
            t.path,
            t.start / FPS,
            (t.end or t.n_frames) / FPS,
            t.score,
            t.caption,
            dict(t.parts),
        )
        for n, t in enumerate(targets, 1)
    ]
    folder = Path(choice.folder)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / file_names(targets, RESULTS)[0]
    write_results(rows, path, choice.overwrite)
    return ExportReport((Exported(path, path.stem, 0, FPS),), ())


class ExportState(Enum):
    """What the dialog shows."""

    IDLE = "idle"
    RUNNING = "running"
    CANCELLING = "cancelling"


class ExportController(QObject):
    """One export at a time. ``changed``: state or progress; ``finished``: an ``ExportReport``, or an error."""

    changed = Signal()
    finished = Signal(object)
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._worker = Worker("export", parent=self)
        self._asking = Worker("export-names", parent=self)
        self._collecting = Worker("export-collections", parent=self)
        self.state = ExportState.IDLE
        self.progress: ExportProgress | None = None
        self.folder = ""

    def start(
        self, library: Library, targets: Sequence[Target], choice: ExportChoice, look: ViewLook | None,
        marked: tuple[int, int] | None = None,
    ) -> None:  # fmt: skip
        """Export, unless one is running; ``marked``: frames [start, end) of the part "range"."""
        if self.state is not ExportState.IDLE:
            return
        given = tuple(targets)
        self.state, self.folder = ExportState.RUNNING, choice.folder
        self.progress = ExportProgress(0, len(given))

        def job(task: Task) -> ExportReport:
            chosen = parts_of(given, choice, marked)
            return run_export(library, chosen, choice, look, task.report, task.cancelled)

        self._worker.submit(job, self._done, self._failed, self._told)
        self.changed.emit()

    def cancel(self) -> None:
        """Stop after the file at work; what is written stays."""
        if self.state is ExportState.RUNNING:
            self.state = ExportState.CANCELLING
            self._worker.request_stop()
            self.changed.emit()

    def ask_names(
        self, targets: Sequence[Target], choice: ExportChoice, marked: tuple[int, int] | None,
        answer: Callable[[list[str], int], None],
    ) -> None:  # fmt: skip
        """What the files will be called, and how many of them are there already; the newest question wins."""
        given = tuple(targets)

        def job(task: Task) -> tuple[list[str], int]:
            names = file_names(parts_of(given, choice, marked), choice.kind)
            there = 0
            for name in names:
                if task.cancelled() or not choice.folder:
                    break
                there += (Path(choice.folder) / name).exists()
            return names, there

        self._asking.submit(job, lambda found: answer(*found), lambda error: answer([], 0))

    def ask_targets(
        self, make: Callable[[], Sequence[Target]], answer: Callable[[Sequence[Target]], None]
    ) -> None:
        """Targets of a long list, made in the background."""
        self._collecting.submit(lambda task: make(), answer, lambda error: answer(()), supersede=False)

    def ask_collection(
        self, library: Library, number: int | None, answer: Callable[[list[Any]], None]
    ) -> None:
        """All collections (``number`` None) of a library as (id, name, how many), or one's targets."""
        self._collecting.submit(
            lambda task: _collected(library, number), answer, lambda error: answer([]), supersede=False
        )

    def close(self) -> None:
        """Cancel and wait for the threads."""
        for worker in (self._asking, self._collecting, self._worker):
            worker.close()

    def _told(self, progress: ExportProgress) -> None:
        self.progress = progress
        self.changed.emit()

    def _done(self, report: ExportReport) -> None:
        self._end()
        self.finished.emit(report)

    def _failed(self, error: Exception) -> None:
        self._end()
        self.failed.emit(error)

    def _end(self) -> None:
        self.state, self.progress = ExportState.IDLE, None
        self.changed.emit()


def _collected(library: Any, number: int | None) -> list[Any]:
    if not hasattr(library, "curation"):
        return []
    collections = library.curation().collections
    if number is None:
        return [(c.id, c.name, c.n_items) for c in collections.all() if c.n_items]
    targets: list[Target] = []
    for _, item in collections.items(number):
        record = library.motion(item.motion_id)
        caption = record.captions[0] if record.captions else ""
        end = 0 if item.end_frame >= record.n_frames and not item.start_frame else item.end_frame
        targets.append(
            Target(
                item.motion_id, record.name, item.start_frame, end, record.n_frames, record.path, caption,
                len(targets) + 1,
            )
        )  # fmt: skip
    return targets
