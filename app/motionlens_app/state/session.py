"""All controllers together: the app without its widgets."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from ..services import ImportOutcome, NotIndexedYet, Searcher, Services, WorkProgress
from ..worker import Worker
from .arranging import Arranged
from .curation import CurationController
from .examples import ExampleController
from .explain import Question, WhyController, WhyState
from .finding import FindingController
from .finding_link import FindingLink
from .import_preview import PreviewController
from .imports import ImportController, ImportState
from .items import Item, ItemModel, item_of_hit
from .libraries import LibraryChoice, LibraryController, LibraryState, own_choice
from .linked import WhyLink
from .model import ModelController, ModelState
from .query import QueryModel
from .search import SearchController, SearchPhase
from .suggesting import SuggestionController
from .thumbnails import ThumbnailStore
from .video import VideoController, VideoState
from .viewer import ViewerController
from .watching import WatchController

SETTLE_MS = 150
"""After a new list its first card is shown and explained: the list is painted first, and while one types no motion is
loaded and explained at all."""


class Session(QObject):
    """Wires model, library, search, import, cards and viewer. ``failed`` carries (what, exception), once each."""

    failed = Signal(str, object)
    items_changed = Signal()
    import_finished = Signal(object)
    indexing_changed = Signal()

    def __init__(self, services: Services, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self.model = ModelController(services, self)
        self.libraries = LibraryController(services, self)
        self.search = SearchController(self)
        self.query = QueryModel(self)
        self.video = VideoController(services, self)
        self.examples = ExampleController(services, self.query, self)
        self._video_chip = 0
        self.imports = ImportController(services, self)
        self.preview = PreviewController(services, self)
        self.items = ItemModel(self)
        self.viewer = ViewerController(self)
        self.why = WhyController(services, self)
        self.link = WhyLink(self.why, self)
        self.thumbnails = ThumbnailStore(self._positions, self)
        self.thumbnails.waits = lambda: self.search.answer_due
        self._builder = Worker("searcher", parent=self)
        self._why_soon = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._why_soon.timeout.connect(self._settled)
        self.indexing: WorkProgress | None = None
        self._library_seen: object = None
        self._refreshed = 0.0
        self._chosen: Item | None = None
        self._to_resume: list[tuple[LibraryChoice, tuple[Path, ...]]] = []
        self._importing_into: LibraryChoice | None = None
        self.model.changed.connect(self._model_changed)
        self.libraries.changed.connect(self._library_changed)
        self.libraries.opened.connect(self._library_opened)
        self.search.changed.connect(self._search_changed)
        self.imports.finished.connect(self._import_finished)
        self.imports.stored.connect(self._some_stored)
        self.viewer.changed.connect(self._viewer_changed)
        self._connect_query()
        self.finding = FindingController(self)
        self.curation = CurationController(self)
        self.finding_link = FindingLink(self, self.finding, self.curation)
        self.suggestions = SuggestionController(self)
        self.watch = WatchController(self.libraries, self.imports, self)
        self.libraries.changed.connect(lambda: self.suggestions.set_library(self.libraries.library))
        self.libraries.opened.connect(lambda: self.suggestions.set_library(self.libraries.library))
        self.finding.arranged.connect(self._arranged)
        self.why.export_failed.connect(lambda error: self.failed.emit("The explanation was not saved", error))

    def _connect_query(self) -> None:
        self.query.changed.connect(self._query_changed)
        self.query.removed.connect(self._chip_removed)
        self.video.changed.connect(self._video_changed)
        self.video.made.connect(self._video_changed)
        self.video.failed.connect(lambda error: self.failed.emit("The video cannot be used", error))
        self.examples.failed.connect(lambda error: self.failed.emit("The motion cannot be used", error))

    def start(self, choice: LibraryChoice) -> None:
        """Begin: the model loads while the library opens."""
        self.model.start()
        self.open_library(choice)

    def open_library(self, choice: LibraryChoice) -> None:
        """Switch to a library; the query stays and is asked again there."""
        self.viewer.clear()
        self.search.set_searcher(None)
        self._builder.cancel()  # what it reads is closed now
        if self.indexing is not None:
            self.indexing = None
            self.indexing_changed.emit()
        if choice != self.libraries.choice:
            self.query.forget_sources()
        self.libraries.open(choice)

    # -- the query ---------------------------------------------------------------------------------

    def search_by_video(self, path: Path) -> None:
        """Follow the person in a video, and search by it when that is done; words stay."""
        before, self._video_chip = self._video_chip, 0
        self.query.remove(before)
        self.video.open(path)
        self._video_chip = self.query.add("video", path.name)

    def search_by_file(self, path: Path) -> None:
        """Search by a motion file, which is not imported; words stay."""
        self.examples.from_file(path)

    def more_like(self, item: Item, span: tuple[int, int] | None = None, alone: bool = True) -> None:
        """Search by a card, or by frames [start, end) of its motion; ``alone``: by nothing else any more."""
        library = self.libraries.library
        record = self.libraries.by_id.get(item.motion_id)
        if library is None:
            return
        _, start, end = item.key
        start, end = span or (start, end)
        whole = record is not None and (start, end) == (0, record.n_frames)
        self.examples.from_library(library, item.motion_id, item.name, start, end, whole, alone)

    def _query_changed(self, soon: bool) -> None:
        waiting = any(chip.kind == "motion" and not chip.ready for chip in self.query.chips)
        if not waiting:  # a motion is there in a moment: no list in between
            self.search.ask(self.query.query(), soon)

    def _chip_removed(self, number: int) -> None:
        if number == self._video_chip:
            self._video_chip = 0
            self.video.clear()

    def _video_changed(self) -> None:
        video, number = self.video, self._video_chip
        if not number:
            return
        if video.state is VideoState.NONE:
            self._video_chip = 0
            self.query.remove(number)
            return
        trimmed = video.followed is not None and video.span != (0.0, video.duration_s)
        self.query.update(
            number, example=video.example, progress=video.progress, picture=video.thumbnail,
            span=video.span if trimmed else None,
        )  # fmt: skip

    # -- importing ---------------------------------------------------------------------------------

    def import_paths(self, paths: Sequence[Path]) -> LibraryChoice:
        """Import into the open library, or into the user's own while the starter library is open."""
        choice = self.libraries.choice
        if choice is None or choice.kind == "starter":
            choice = own_choice()
        self._importing_into = choice
        if self.libraries.choice != choice:
            self.open_library(choice)
        self.imports.start(choice.folder, paths)
        return choice

    def resume_import(self, choice: LibraryChoice, paths: Sequence[Path]) -> None:
        """Go on with an import once the model is there (or cannot be), so that its motions are indexed."""
        self._to_resume.append((choice, tuple(paths)))
        self._resume()

    def _resume(self) -> None:
        if self.model.state in (ModelState.READY, ModelState.FAILED):
            for choice, paths in self._to_resume:
                self._importing_into = choice
                self.imports.start(choice.folder, paths)
            self._to_resume.clear()

    def show(self, item: Item | None) -> None:
        """Show a card in the viewer, and why it is there."""
        self._chosen = item
        if item is None or self.libraries.library is None:
            self.viewer.clear()
        else:
            self.viewer.show(self.libraries.library, item)
        self._ask_why()

    def _settled(self) -> None:
        if self.search.comes_first:
            self._why_soon.start()
        else:
            self._ask_why()

    def _ask_why(self) -> None:
        """Explain the chosen card by the query that the list answers."""
        self._why_soon.stop()
        library, encoder, result = self.libraries.library, self.model.encoder, self.search.result
        item = self._chosen
        query = self.search.answered
        if not self.search.asks:
            self.why.follow(None, WhyState.NO_QUERY)
        elif library is None or encoder is None or result is None or query is None:
            self.why.follow(None, WhyState.WAITING)
        elif item is None or item.score is None:
            self.why.follow(None, WhyState.NO_HIT)
        else:
            row = self.items.row_of(item.key)
            item = self.items.items[row] if row >= 0 else item  # its rank in the present list
            starts = tuple(self.query.start_of(example) for example in query.examples)
            self.why.follow(Question(library, encoder, self.search.searcher, query.text, item, query, starts))

    def close(self) -> None:
        """Cancel everything and wait for the threads; an import stops after the file at work."""
        self._why_soon.stop()
        self.imports.cancel()
        self._services.close()  # whoever waits for the model waits no longer
        self.imports.close()
        self.preview.close()
        self.video.close()
        self.examples.close()
        self.finding_link.close()
        self.suggestions.close()
        self.watch.close()
        self.finding.close()
        self.curation.close()
        self.search.close()
        self._builder.close()
        self.why.close()
        self.viewer.close()
        self.thumbnails.close()
        self.libraries.close()
        self.model.close()

    def _positions(self, motion_id: int) -> np.ndarray:
        library = self.libraries.library
        if library is None:
            raise LookupError("no library is open")
        return library.positions(motion_id, original=True)

    def _model_changed(self) -> None:
        if self.model.state is ModelState.READY and self.model.encoder is not None:
            self.imports.set_encoder(self.model.encoder)
            self._build_searcher()
        elif self.model.state is ModelState.FAILED and self.model.error is not None:
            self.failed.emit("The model could not be loaded", self.model.error)
        self._resume()
        self._ask_why()

    def _library_changed(self) -> None:
        if self.libraries.state is LibraryState.FAILED and self.libraries.error is not None:
            self._refresh_items()
            self.failed.emit("The library could not be opened", self.libraries.error)
        elif self.libraries.library is None:
            self._refresh_items()

    def _library_opened(self) -> None:
        if self._library_seen is not self.libraries.library:
            self._library_seen = self.libraries.library
            self.thumbnails.clear()
        if self.imports.state is ImportState.IDLE or not self.search.has_searcher:
            self._build_searcher()
        if self.search.result is None:  # nothing asked, or the query still waits: browse meanwhile
            self._refresh_items()

    def _build_searcher(self) -> None:
        library, encoder = self.libraries.library, self.model.encoder
        if library is None or encoder is None or self.libraries.state is not LibraryState.READY:
            return
        if not self.libraries.records:
            self.search.set_searcher(None)  # nothing to ask yet: an import builds it
            return
        self._builder.submit(
            lambda task: self._services.searcher(library, encoder, task.report, task.cancelled),
            self._searcher_built,
            self._searcher_failed,
            self._indexed_some,
        )

    def _searcher_built(self, searcher: Searcher) -> None:
        self.indexing = None
        self.search.set_searcher(searcher)
        self.indexing_changed.emit()

    def _searcher_failed(self, error: Exception) -> None:
        self.indexing = None
        self.indexing_changed.emit()
        if isinstance(error, NotIndexedYet):  # the query waits; as more is stored it is tried again
            return
        self.failed.emit("The library cannot be searched", error)

    def _indexed_some(self, progress: WorkProgress) -> None:
        self.indexing = progress
        self.indexing_changed.emit()

    def _search_changed(self) -> None:
        if self.search.phase is SearchPhase.FAILED and self.search.error is not None:
            self.failed.emit("The search did not work", self.search.error)
        if self.search.phase in (SearchPhase.BROWSE, SearchPhase.RESULTS, SearchPhase.NOTHING):
            self._refresh_items()

    def _refresh_items(self) -> None:
        if self.search.asks and self.search.result is not None:
            items = [item_of_hit(hit) for hit in self.search.result.hits]
        elif self.search.asks and self.search.phase is SearchPhase.NOTHING:
            items = []
        else:
            items = self.libraries.items
        self.finding.arrange(items, searched=items is not self.libraries.items)

    def _arranged(self, made: Arranged) -> None:
        self.items.set_items(made.items)
        self.items_changed.emit()
        self._why_soon.start()

    def _some_stored(self) -> None:
        # A large catalogue is read again less often, so that reading it is no load of its own.
        if time.monotonic() - self._refreshed < 10 * self.libraries.read_s:
            return
        self._refreshed = time.monotonic()
        if self._importing_into and self.libraries.choice == self._importing_into:
            self.libraries.refresh()

    def _import_finished(self, outcome: ImportOutcome | None) -> None:
        if outcome is None and self.imports.error is not None:
            self.failed.emit("The import stopped", self.imports.error)
        if self._importing_into and self.libraries.choice == self._importing_into:
            self.libraries.refresh()
        elif not self.search.has_searcher:
            self._build_searcher()  # another library waited for its turn to be indexed
        self.import_finished.emit(outcome)

    def _viewer_changed(self) -> None:
        if self.viewer.error is not None:
            self.failed.emit("The motion could not be shown", self.viewer.error)
