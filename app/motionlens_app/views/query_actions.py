"""What the user does to the query beyond typing: files chosen or dropped, "more like this", a marked range."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QLabel

from motionlens.library.videos import VIDEO_SUFFIXES
from motionlens.motion import FPS
from motionlens.readers import SUPPORTED_SUFFIXES

from ..state.session import Session
from .dropping import Dropped
from .grid import ResultGrid
from .message_bar import MessageBar
from .query_bar import QueryBar
from .video_strip import VideoStrip


class QueryActions(QObject):
    """Puts examples into the query. ``hint``: where the window says what a drop would do."""

    def __init__(
        self, session: Session, query: QueryBar, strip: VideoStrip, grid: ResultGrid, messages: MessageBar,
        hint: QLabel,
    ) -> None:  # fmt: skip
        super().__init__(query)
        self._session, self._query, self._strip, self._grid = session, query, strip, grid
        self._messages, self._note = messages, hint
        self.choose_file: Callable[[str, str], str] = lambda title, kinds: QFileDialog.getOpenFileName(
            query.window(), title, "", kinds
        )[0]
        query.video_dropped.connect(self.search_by_video)
        query.motion_dropped.connect(self.search_by_motion_file)
        query.chip_opened.connect(self._chip_opened)
        query.drag_seen.connect(
            lambda kind: self.hint(kind, "Drop to search by this motion; it is not imported")
        )

    def ask_video(self) -> None:
        """Choose a video to search by."""
        name = self.choose_file("Search by a video", f"Videos ({_patterns(VIDEO_SUFFIXES)})")
        if name:
            self.search_by_video(Path(name))

    def ask_motion_file(self) -> None:
        """Choose a motion file to search by; it is not imported."""
        name = self.choose_file("Search by a motion file", f"Motions ({_patterns(SUPPORTED_SUFFIXES)})")
        if name:
            self.search_by_motion_file(Path(name))

    def search_by_video(self, path: Path) -> None:
        """Follow the person in a video and search by it; words stay."""
        self._messages.hide()
        self._grid.choice.begin_anew()
        self._strip.folded = False
        self._session.search_by_video(path)

    def search_by_motion_file(self, path: Path) -> None:
        """Search by a motion file; words stay."""
        self._messages.hide()
        self._grid.choice.begin_anew()
        self._session.search_by_file(path)

    def more_like(self, alone: bool = True) -> None:
        """Search by the selected card; ``alone``: and by nothing else."""
        item = self._grid.current_item()
        if item is not None:
            self._grid.choice.begin_anew()
            if alone:
                self._query.clear_words()
            self._session.more_like(item, alone=alone)

    def search_by_range(self) -> None:
        """Search by the time that is selected for "Why", else by the loop range."""
        shown, playback = self._session.viewer.shown, self._session.viewer.playback
        if shown is None:
            return
        start, last = playback.range
        picked = self._session.why.selection.pinned.seen_on(shown.item.key).span
        span = (start, last + 1) if picked is None else (round(picked[0] * FPS), round(picked[1] * FPS))
        self._grid.choice.begin_anew()
        self._query.clear_words()
        self._session.more_like(shown.item, span)

    def toggle_strip(self) -> None:
        """Fold the video away, or show it again."""
        self._strip.fold(not self._strip.folded)

    def hint(self, kind: Dropped, motion: str) -> None:
        """Say what dropping here would do (``motion``: with motion files). A video's tracker is loaded meanwhile."""
        if kind is Dropped.VIDEO:
            self._session.video.warm()
        texts = {
            Dropped.NOTHING: "",
            Dropped.VIDEO: "Drop to search by this video",
            Dropped.TEXT: "Drop to search for these words",
        }
        self._note.setText(texts.get(kind, motion))

    def _chip_opened(self, number: int) -> None:
        chip = self._session.query.chip(number)
        if chip is not None and chip.kind == "video":
            self.toggle_strip()


def _patterns(suffixes: frozenset[str]) -> str:
    return " ".join(f"*{suffix}" for suffix in sorted(suffixes))
