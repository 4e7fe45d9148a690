"""Centre: one line on what is shown, then the cards or an empty state."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from ..state.finding_link import summary
from ..state.imports import ImportState
from ..state.libraries import LibraryState
from ..state.model import ModelState
from ..state.search import SearchPhase
from ..state.session import Session
from ..state.video import VideoState
from ..theme import ThemeManager
from .arrange_bar import ActiveFilters, CutSlider, SortButton
from .empty_state import SUGGESTIONS, EmptyState
from .grid import ResultGrid
from .widgets import ElidedLabel, IconButton, button, counted

CARDS_LATER_MS = 80
_NARROW, _NARROWER = 520, 400
"""Widths below which the line above the cards leaves things out, pixels."""


def headline(session: Session) -> str:
    """The line above the cards."""
    search, counts = session.search, session.libraries.counts
    last = session.finding.last
    hidden = f" · {told}" if (told := summary(last)) else ""
    if search.phase is SearchPhase.WAITING and not is_empty(session):
        return waiting_sentence(session)
    if search.asks and search.result is not None:
        result, only = search.result, session.finding.moment_ids
        within = result.searched if only is None else len(only)
        n = len(result.hits)
        shown = counted(within, "moment")
        if n >= search.limit:
            shown = f"Best {n:,} of {shown}"
        elif only is not None and n < within:  # overlapping moments of a motion are one hit
            shown = f"{shown} in {counted(n, 'hit')}"
        out = f" · {result.searched - within:,} hidden by filters" if within < result.searched else ""
        busy = " · searching…" if search.phase is SearchPhase.SEARCHING else ""
        return f"{shown}{out}{hidden} · {result.timing_ms.get('total', 0):.0f} ms{busy}"
    if search.phase is SearchPhase.SEARCHING:
        return "Searching…"
    if search.phase is SearchPhase.FAILED:
        return "The search did not work"
    if session.video.state is VideoState.TRACKING:
        return following_sentence(session)
    if counts is None:
        return ""
    if last.filtered:
        return f"{counts.motions - last.filtered:,} of {counted(counts.motions, 'motion')}{hidden}"
    return counted(counts.motions, "motion") + hidden


def line_forms(whole: str) -> list[str]:
    """The headline as it is shown, then ever shorter for narrow panels; the chips tell what filters hide.

    >>> line_forms("Best 120 of 334 moments · 9 hidden by filters · 32 ms")
    ['Best 120 of 334 moments · 32 ms', 'Best 120 of 334 moments', 'Best 120 of 334', '120 of 334']
    """
    parts = [part for part in whole.split(" · ") if not part.endswith("hidden by filters")]
    out = [" · ".join(parts[:n]) for n in range(len(parts), 0, -1)]
    if whole.startswith("Best "):
        bare = out[-1].rsplit(" ", 1)[0]
        out += [bare, bare.removeprefix("Best ")]
    return out


def is_empty(session: Session) -> bool:
    """True when the open library has no motion."""
    return session.libraries.state is LibraryState.READY and not session.libraries.records


def following_sentence(session: Session) -> str:
    """How far a video is."""
    video = session.video
    share = "" if video.progress is None else f": {100 * video.progress:.0f} %"
    return f"Following the person in {video.name}{share}"


def waiting_sentence(session: Session) -> str:
    """Why a query is not answered yet."""
    if session.model.state is ModelState.FAILED:
        return "The model is not available"
    if session.model.state is not ModelState.READY:
        return "Loading the model; your query is kept"
    if session.indexing is not None and session.indexing.total:
        return f"Indexing {session.indexing.done:,} of {counted(session.indexing.total, 'moment')}; your query is kept"
    return "Getting the library ready; your query is kept"


class ResultPanel(QWidget):
    """Shows cards when there are some, else what to do next."""

    import_folder = Signal()
    open_starter = Signal()
    query_chosen = Signal(str)

    def __init__(self, session: Session, themes: ThemeManager) -> None:
        super().__init__()
        self._session = session
        self.grid = ResultGrid(session.items, session.thumbnails, themes)
        self.grid.calm = lambda: session.search.comes_first
        self.grid.resting = lambda: session.viewer.compare.active
        self._comparing = False
        session.viewer.compare.changed.connect(self._compared)
        self.empty = EmptyState(themes)
        self.empty.query_chosen.connect(self.query_chosen)
        self.line = ElidedLabel("")
        self.all_button = button("Show all", "flat", session.search.show_all)
        self.animate = IconButton(
            "film-strip", "Play all cards, or only the one under the pointer", themes, checkable=True
        )
        self.animate.setChecked(True)
        self.animate.toggled.connect(self.grid.set_animate_all)
        self.density = IconButton("rows", "Show a list, or cards", themes, checkable=True)
        self.density.toggled.connect(lambda on: self.grid.set_density("list" if on else "grid"))
        self.sort, self.cut = SortButton(session, themes), CutSlider(session)
        self.filters = ActiveFilters(session, themes)
        row = QHBoxLayout()
        row.setContentsMargins(16, 6, 12, 6)
        row.setSpacing(4)
        row.addWidget(self.line, 1)
        row.addWidget(self.all_button)
        row.addWidget(self.cut)
        row.addWidget(self.sort)
        row.addWidget(self.density)
        row.addWidget(self.animate)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.grid)
        self.stack.addWidget(self.empty)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addLayout(row)
        box.addWidget(self.filters)
        box.addWidget(self.stack, 1)
        self._presented: tuple[str, ...] = ()
        for signal in (session.items_changed, session.search.changed, session.libraries.changed,
                       session.model.changed, session.indexing_changed, session.imports.changed, session.video.changed, session.finding.changed):  # fmt: skip
            signal.connect(self.refresh)
        session.items.modelReset.connect(self.refresh)
        self.refresh()

    def _compared(self) -> None:
        """The window is laid out anew for several pictures: the cards are painted after them, not with them."""
        cards, active = self.grid.viewport(), self._session.viewer.compare.active
        if active != self._comparing:
            self._comparing = active
            cards.setUpdatesEnabled(False)
            QTimer.singleShot(CARDS_LATER_MS, self, lambda: cards.setUpdatesEnabled(True))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A narrow panel keeps the count: the order shows its icon alone, then the score cut goes."""
        super().resizeEvent(event)
        self.sort.set_narrow(self.width() < _NARROW)
        self.cut.set_room(self.width() >= _NARROWER)

    def refresh(self) -> None:
        """Follow the session."""
        session = self._session
        whole = headline(session)
        self.line.set_whole(whole, line_forms(whole))
        result = session.search.result
        partial = bool(session.search.asks and result and len(result.hits) >= session.search.limit)
        self.all_button.setVisible(partial)
        if session.items.rowCount():
            self.stack.setCurrentWidget(self.grid)
            self._presented = ()
        else:
            self._present_empty()
            self.stack.setCurrentWidget(self.empty)

    def _present(self, picture: str, title: str, sentence: str, **more) -> None:
        state = (picture, title, sentence, str(more.get("progress")))
        if state != self._presented:  # rebuilding the buttons would take the focus away
            self._presented = state
            self.empty.present(picture, title, sentence, **more)

    def _collection_is_empty(self) -> bool:
        """The open collection holds nothing, whatever else filters."""
        number, kept = self._session.finding.collection, self._session.curation.kept
        return any(one.id == number and not one.n_items for one in kept.collections)

    def _present_empty(self) -> None:
        session, libraries = self._session, self._session.libraries
        importing = session.imports.state is not ImportState.IDLE
        starter = ("Open the starter library", self.open_starter.emit)
        folder = ("Import a folder…", self.import_folder.emit)
        if libraries.state is LibraryState.MAKING and libraries.progress is not None:
            done, total = libraries.progress.done, libraries.progress.total
            self._present(
                "sparkle", "Making the starter library",
                f"{done:,} of {counted(total, 'motion')}. This happens once and takes a few seconds.", progress=(done, total),
            )  # fmt: skip
        elif libraries.state in (LibraryState.OPENING, LibraryState.CLOSED):
            self._present("folder-open", "Opening the library", "One moment.", progress=(0, 0))
        elif libraries.state is LibraryState.FAILED:
            self._present(
                "folder-notch",
                "No library is open",
                "Choose another one on the left, or begin with the motions that come with MotionLens.",
                buttons=[starter, folder],
            )
        elif self._collection_is_empty():
            self._present(
                "stack", "This collection is empty",
                "Drag cards onto its name on the left, or press Ctrl+D on the cards you want in it.",
                buttons=[("Show the whole library", session.finding.clear)],
            )  # fmt: skip
        elif session.finding.active() and (
            session.finding.last.filtered or session.search.phase is SearchPhase.NOTHING
        ):
            self._present(
                "funnel", "The filters hide everything",
                "Take one of them out above, or begin without any.",
                buttons=[("Clear all filters", session.finding.clear)],
            )  # fmt: skip
        elif session.finding.last.cut:
            self._present(
                "funnel", "Everything scores lower", "Move the score cut to the left.",
                buttons=[("Show all", lambda: session.finding.set_cut(0.0))],
            )  # fmt: skip
        elif session.search.phase is SearchPhase.NOTHING:
            self._present(
                "magnifying-glass",
                "Nothing found",
                "Say it in other words, or try one of these.",
                queries=SUGGESTIONS,
            )
        elif importing:
            self._present("download-simple", "Importing", "Motions appear here as soon as they are in.")
        elif session.search.phase is SearchPhase.WAITING and not is_empty(session):
            self._present("clock", "One moment", waiting_sentence(session) + ".", progress=(0, 0))
        else:
            self._present(
                "person-simple-run", "This library is empty",
                "Import a folder of motion files (BVH, ASF/AMC, GLB, npz, npy): choose it here or drop it on the "
                "window. Your files are only read.",
                buttons=[folder, starter],
            )  # fmt: skip
