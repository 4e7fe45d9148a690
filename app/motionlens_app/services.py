"""The one place that knows the engine: libraries, importer, model and search behind one small interface."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

import numpy as np

from motionlens.explanation.result import Explanation
from motionlens.library.interface import Failure, Library
from motionlens.model.interface import Composition, Encoder, QueryTokens
from motionlens.search.result import SearchResult

from .imports_quietly import import_quietly

if TYPE_CHECKING:
    from motionlens.model.remote import ProcessEncoder


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


ProgressCallback = Callable[[WorkProgress], None]
Cancelled = Callable[[], bool]


class Services(Protocol):
    """What the app asks of the engine. Every call may be slow: none is made on the GUI thread."""

    def open_library(self, folder: Path) -> Library: ...
    def open_starter(self, progress: ProgressCallback, cancelled: Cancelled) -> Library:
        """The starter library, made first where it is missing or out of date; its moments may lack tokens."""
        ...

    def load_encoder(self) -> Encoder: ...
    def searcher(
        self, library: Library, encoder: Encoder, progress: ProgressCallback, cancelled: Cancelled
    ) -> Searcher:
        """Index the moments that this model has not seen, then be ready to search."""
        ...

    def explain(self, encoder: Encoder, text: str, clip: np.ndarray, start_s: float) -> Explanation:
        """Why a clip, (T, 22, 3) on the reference skeleton, matches a text; it begins at ``start_s`` of its motion."""
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
        """Import into the library in ``folder``; without an encoder the indexing is left to ``searcher``."""
        ...

    def close(self) -> None:
        """End the model's process, from any thread; what waits for it fails with CancelledError."""
        ...


class LocalServices:
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
        from motionlens.search import SearchEngine

        unfinished = isinstance(library, LocalLibrary) and library.moments_without_tokens(encoder.fingerprint)
        if unfinished and self._writing.acquire(blocking=False):
            try:
                # An import does not wait for this: it indexes what is left over itself.
                encode_missing(
                    cast("LocalLibrary", library), encoder, _translated(progress),
                    lambda: cancelled() or self._import_waits.is_set(),
                )  # fmt: skip
            except LibraryBusyError:  # another program imports
                pass
            finally:
                self._writing.release()
        engine = SearchEngine(library, encoder, device="cpu")  # the GPU is the model's process's
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

        self._import_waits.set()
        while not self._writing.acquire(timeout=0.1):
            if cancelled():
                return ImportOutcome(0, 0, (), cancelled=True)
        self._import_waits.clear()
        try:
            with LocalLibrary(folder) as library:
                report = import_paths(library, paths, encoder, None, _translated(progress), cancelled)
        finally:
            self._writing.release()
        return ImportOutcome(
            report.imported,
            report.unchanged,
            tuple(report.failures),
            report.cancelled,
            report.seconds,
            tuple(report.warnings),
        )

    def close(self) -> None:
        """See ``Services``."""
        if self._encoder is not None:
            self._encoder.close()


def _translated(progress: ProgressCallback):
    from motionlens.library.progress import ImportProgress

    def tell(step: ImportProgress) -> None:
        progress(WorkProgress(step.stage, step.done, step.total, step.failed, step.current))

    return tell
