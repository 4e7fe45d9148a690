"""The one place that knows the engine: libraries, importer, model and search behind one small interface."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol, cast

import numpy as np

from motionlens.errors import MotionLensError, UnreadableFileError
from motionlens.explanation.result import Explanation, QueryPart
from motionlens.library.interface import Failure, Library
from motionlens.model.interface import Composition, Encoder, QueryTokens
from motionlens.motion import FPS
from motionlens.search.query import Example, Query
from motionlens.search.result import SearchResult
from motionlens.video import Person, Track, VideoInfo
from motionlens.windows import MAX_CLIP_FRAMES

from .imports_quietly import import_quietly
from .previewing import LocalPreviews, PreviewServices, usable_presets

if TYPE_CHECKING:
    from motionlens.library import LocalLibrary
    from motionlens.model.remote import ProcessEncoder
    from motionlens.video.lifting import Lifted

Rows = Literal["body part", "segment"]
"""What an example's tokens are taken together to in an explanation."""
_PIECE_STEP = MAX_CLIP_FRAMES // 2


@dataclass(frozen=True)
class WorkProgress:
    """How far slow work is; ``total`` 0 = not known yet.

    Attributes:
        stage: "scan", "read" (files or starter motions) or "encode" (moments).
        failed: files that could not be read so far.
        name: the file or motion at work.
    """

    stage: str
    done: int
    total: int
    failed: int = 0
    name: str = ""


@dataclass(frozen=True)
class ImportOutcome:
    """What an import did. ``failures`` are those of this run; ``notes`` sentences on what went in oddly."""

    imported: int
    unchanged: int
    failures: tuple[Failure, ...]
    cancelled: bool = False
    seconds: float = 0.0
    notes: tuple[str, ...] = ()


class Searcher(Protocol):
    """A query answered over one library; sees what an import adds."""

    def search(self, text: str, k: int) -> SearchResult: ...
    def search_query(
        self, query: Query, k: int, fold_overlaps: bool = True, within: np.ndarray | None = None
    ) -> SearchResult:
        """For a query with examples or with something to avoid, or kept ``within`` some moments (ids)."""
        ...


class VideoReader(Protocol):
    """Reads and tracks videos elsewhere, one request at a time; see ``motionlens.video.remote.VideoProcess``."""

    def warm(self) -> None: ...
    def probe(self, path: str | Path, cancelled: Callable[[], bool] | None = None) -> VideoInfo: ...
    def thumbnail(
        self, path: str | Path, time_s: float | None = None, longest_side: int = 320,
        cancelled: Callable[[], bool] | None = None,
    ) -> np.ndarray: ...  # fmt: skip
    def read_frames(
        self, path: str | Path, start_s: float = 0.0, end_s: float | None = None, fps: float | None = None,
        longest_side: int | None = None, cancelled: Callable[[], bool] | None = None,
    ) -> Generator[tuple[float, np.ndarray], None, None]: ...  # fmt: skip
    def find_people(
        self, path: str | Path, time_s: float = 0.0, cancelled: Callable[[], bool] | None = None
    ) -> list[Person]: ...
    def track(
        self, path: str | Path, start_s: float = 0.0, end_s: float | None = None,
        person: tuple[float, float] | None = None, progress: Callable[[int, int], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> Track: ...  # fmt: skip
    def close(self) -> None: ...


class NotIndexedYet(MotionLensError):
    """An import has stored the first motions and not encoded them: there will be something to search soon."""


ProgressCallback = Callable[[WorkProgress], None]
Cancelled = Callable[[], bool]


class Services(PreviewServices, Protocol):
    """What the app asks of the engine. Every call may be slow: none is made on the GUI thread."""

    def open_library(self, folder: Path) -> Library: ...
    def open_starter(self, progress: ProgressCallback, cancelled: Cancelled) -> Library:
        """The starter library, made first where it is missing or out of date; its moments may lack tokens."""
        ...

    def load_encoder(self) -> Encoder: ...
    def searcher(
        self, library: Library, encoder: Encoder, progress: ProgressCallback, cancelled: Cancelled
    ) -> Searcher:
        """Index the moments that this model has not seen, then be ready to search.

        Raises:
            NotIndexedYet: an import of this window's will index the first ones.
        """
        ...

    def explain(self, encoder: Encoder, text: str, clip: np.ndarray, start_s: float) -> Explanation:
        """Why a clip, (T, 22, 3) on the reference skeleton, matches a text; it begins at ``start_s`` of its motion."""
        ...

    def explain_example(
        self, encoder: Encoder, example: Example, clip: np.ndarray, start_s: float, rows: Rows,
        example_start_s: float = 0.0,
    ) -> Explanation:  # fmt: skip
        """Why a clip matches an example; rows are the example's body parts, or its windows.

        Args:
            example_start_s: where it begins in its own video or motion, for the windows' names.
        """
        ...

    def video_reader(self) -> VideoReader:
        """A reader of videos with a process of its own; starts nothing."""
        ...

    def lift(self, track: Track, mirror: bool = False) -> Lifted:
        """A tracked person on the reference skeleton; ``mirror``: the picture is mirrored, as selfies are."""
        ...

    def read_motion(self, path: Path) -> np.ndarray:
        """(T, 22, 3) of the first motion in a file, on the reference skeleton at 20 fps."""
        ...

    def export_explanation(self, explanation: Explanation, path: Path) -> None:
        """Write it; the kind of file is the path's: .png, .svg, .csv or .npz."""
        ...

    def import_paths(
        self,
        folder: Path,
        paths: Sequence[Path],
        encoder: Encoder | None,
        progress: ProgressCallback,
        cancelled: Cancelled,
    ) -> ImportOutcome:
        """Import into the library in ``folder``; without an encoder the indexing is left to ``searcher``.

        Videos in folders are left out, as tracking takes longer than they do; those that are named are not.
        """
        ...

    def close(self) -> None:
        """End the model's process, from any thread; what waits for it fails with CancelledError."""
        ...


class LocalServices(LocalPreviews):
    """The real engine; its modules are imported by the first call that needs them.

    The model runs in a process of its own: torch in this one would stop the window for up to a second.
    """

    def __init__(self) -> None:
        self._encoder: ProcessEncoder | None = None
        self._query: tuple[str, str, tuple[QueryTokens, Composition]] | None = None
        self._writing = threading.Lock()
        self._import_waits = threading.Event()

    @property
    def model_pid(self) -> int | None:
        """The model's process, None where there is none."""
        return None if self._encoder is None else self._encoder.pid

    def open_library(self, folder: Path) -> Library:
        """Open, and make where it does not exist."""
        from motionlens.library import LocalLibrary

        return cast(Library, LocalLibrary(folder))

    def open_starter(self, progress: ProgressCallback, cancelled: Cancelled) -> Library:
        """See ``Services``."""
        from motionlens.library.starter import ensure_starter_library

        return cast(Library, ensure_starter_library(None, _translated(progress), cancelled))

    def load_encoder(self) -> Encoder:
        """The default model."""
        from motionlens.model.remote import ProcessEncoder

        self.close()
        self._encoder = ProcessEncoder()
        self._encoder.load()
        return self._encoder

    def searcher(
        self, library: Library, encoder: Encoder, progress: ProgressCallback, cancelled: Cancelled
    ) -> Searcher:
        """See ``Services``. While an import writes, what is indexed already is searched."""
        from motionlens.library import LocalLibrary
        from motionlens.library.encoding import encode_missing
        from motionlens.library.schema import LibraryBusyError
        from motionlens.model.remote import ProcessEncoder
        from motionlens.search import SearchEngine
        from motionlens.search.remote import RemoteSearch

        local = library if isinstance(library, LocalLibrary) else None
        unfinished = local is not None and local.moments_without_tokens(encoder.fingerprint)
        if local is not None and unfinished and self._writing.acquire(blocking=False):
            try:
                # An import does not wait for this: it indexes what is left over itself.
                encode_missing(
                    local, encoder, _translated(progress), lambda: cancelled() or self._import_waits.is_set()
                )
            except LibraryBusyError:  # another program imports
                pass
            finally:
                self._writing.release()
        importing = self._writing.locked() or self._import_waits.is_set()
        if local is not None and unfinished and importing and not _some_tokens(local, encoder):
            raise NotIndexedYet("The import that is running has not indexed anything of this library yet.")
        engine: SearchEngine | RemoteSearch
        if local is not None and isinstance(encoder, ProcessEncoder):
            engine = RemoteSearch(local.path, encoder)
        else:
            engine = SearchEngine(library, encoder, device="cpu")
        engine.warm_up()
        return engine

    def explain(self, encoder: Encoder, text: str, clip: np.ndarray, start_s: float) -> Explanation:
        """See ``Services``."""
        from motionlens.explanation import explain_tokens
        from motionlens.model.interface import ExplainingEncoder

        able = cast(ExplainingEncoder, encoder)
        if self._query is None or self._query[:2] != (encoder.fingerprint, text):
            self._query = (encoder.fingerprint, text, able.compose_text(text))  # kept from hit to hit
        query = self._query[2]
        return explain_tokens(*query, *able.compose_motion(clip), able.stage_counts, len(clip), start_s)

    def explain_example(
        self, encoder: Encoder, example: Example, clip: np.ndarray, start_s: float, rows: Rows,
        example_start_s: float = 0.0,
    ) -> Explanation:  # fmt: skip
        """See ``Services``. Of an example longer than a clip the piece that fits best, as in the search."""
        from motionlens.explanation.explain import explain_by_motion
        from motionlens.model.interface import ExplainingEncoder

        able = cast(ExplainingEncoder, encoder)
        best, first = None, 0
        for start in piece_starts(len(example.positions)):
            piece = example.positions[start : start + MAX_CLIP_FRAMES]
            known = example.known if example.known is None else example.known[start : start + MAX_CLIP_FRAMES]
            made = explain_by_motion(able, piece, clip, start_s, rows, known)
            if best is None or made.score > best.score:
                best, first = made, start
        assert best is not None
        return (
            replace(best, words=_later(best.words, first / FPS + example_start_s))
            if rows == "segment"
            else best
        )

    def video_reader(self) -> VideoReader:
        """See ``Services``."""
        from motionlens.video.remote import VideoProcess

        return VideoProcess()

    def lift(self, track: Track, mirror: bool = False) -> Lifted:
        """See ``Services``."""
        import_quietly("motionlens.video.lifting")
        from motionlens.video.lifting import lift

        return lift(track, mirror=mirror)

    def read_motion(self, path: Path) -> np.ndarray:
        """See ``Services``. In a process of its own, as for an import."""
        from motionlens.library.worker import ReaderProcess

        reader = ReaderProcess()
        try:
            result = reader.read(path)
        finally:
            reader.close()
        if not result.motions:
            raise UnreadableFileError(result.message)
        return result.motions[0].positions

    def export_explanation(self, explanation: Explanation, path: Path) -> None:
        """See ``Services``."""
        from motionlens.explanation import export

        if path.suffix.lower() in export.PICTURES:
            import_quietly(
                "matplotlib.figure", "matplotlib.backends.backend_agg", "matplotlib.backends.backend_svg"
            )
        export.write(explanation, path)

    def import_paths(
        self,
        folder: Path,
        paths: Sequence[Path],
        encoder: Encoder | None,
        progress: ProgressCallback,
        cancelled: Cancelled,
    ) -> ImportOutcome:
        """See ``Services``."""
        from motionlens.library import LocalLibrary
        from motionlens.library.importer import import_paths
        from motionlens.library.videos import is_video

        self._import_waits.set()
        while not self._writing.acquire(timeout=0.1):
            if cancelled():
                return ImportOutcome(0, 0, (), cancelled=True)
        self._import_waits.clear()
        presets, notes = usable_presets()
        try:
            with LocalLibrary(folder) as library:
                report = import_paths(
                    library, paths, encoder, None, _translated(progress), cancelled,
                    videos=any(is_video(path) for path in paths), presets=presets,
                )  # fmt: skip
        finally:
            self._writing.release()
        return ImportOutcome(
            report.imported,
            report.unchanged,
            tuple(report.failures),
            report.cancelled,
            report.seconds,
            (*notes, *report.warnings),
        )

    def close(self) -> None:
        """See ``Services``."""
        if self._encoder is not None:
            self._encoder.close()


def _some_tokens(library: LocalLibrary, encoder: Encoder) -> bool:
    moments = library.counts().moments  # first: what is stored between the two reads has no tokens
    return len(library.moments_without_tokens(encoder.fingerprint)) < moments


def piece_starts(n_frames: int) -> list[int]:
    """First frames of overlapping pieces that a motion is explained in.

    >>> piece_starts(100), piece_starts(300)
    ([0], [0, 76])
    """
    last = max(n_frames - MAX_CLIP_FRAMES, 0)
    return [*range(0, last, _PIECE_STEP), last]


def _later(words: tuple[QueryPart, ...], seconds: float) -> tuple[QueryPart, ...]:
    """Windows of an example named by the seconds at which they stand in the whole of it.

    >>> _later((QueryPart("0.0–0.8 s"),), 2.0)[0].text
    '2.0–2.8 s'
    """
    seconds = round(seconds, 1)  # names have one digit: windows of 0.8 s stay so
    if not seconds:
        return words
    edges = [part.text.removesuffix(" s").split("–") for part in words]
    return tuple(QueryPart(f"{float(a) + seconds:.1f}–{float(b) + seconds:.1f} s") for a, b in edges)


def _translated(progress: ProgressCallback):
    from motionlens.library.progress import ImportProgress

    def tell(step: ImportProgress) -> None:
        progress(WorkProgress(step.stage, step.done, step.total, step.failed, step.current))

    return tell
