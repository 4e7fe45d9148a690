"""Under the query bar: the video that is searched by, with its skeleton, its range, and what is being done with it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from motionlens.motion import FPS
from motionlens.windows import PATCH_FRAMES

from .. import theme as look
from ..state.playback import Playback, PlaybackClock
from ..state.session import Session
from ..state.video import VideoState
from .trim_bar import TrimBar
from .video_picture import NARROW, WIDEST, VideoPicture
from .widgets import ElidedLabel, IconButton, button, label


class VideoStrip(QWidget):
    """Shown while there is a video and it is not folded away. ``folded_changed``: by its own button too."""

    folded_changed = Signal(bool)

    def __init__(self, session: Session, themes: look.ThemeManager) -> None:
        super().__init__()
        self.setObjectName("queryBar")  # of one piece with it
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName("Video that is searched by")
        self._session, self.video, self._themes = session, session.video, themes
        self.folded = False
        self.narrow = False
        self._looking: float | None = None
        self.picture = VideoPicture(session.video, themes)
        self.trim = TrimBar(session.video, themes)
        self.clock = PlaybackClock(session.video.playback, 33, parent=self)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 4, 12, 6)
        row.setSpacing(12)
        row.addWidget(self.picture)
        column = QVBoxLayout()
        column.setSpacing(1)
        column.addLayout(self._head())
        column.addWidget(self.trim)
        column.addLayout(self._foot())
        row.addLayout(column, 1)
        self._connect()
        self.refresh()

    # -- building --------------------------------------------------------------------------------

    def _head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(4)
        self.name = ElidedLabel("title")
        self.length = label("", "muted")
        themes = self._themes
        self.others = IconButton(
            "users",
            "Choose the person to follow, of those at the start of the range",
            themes,
            self.video.ask_people,
        )
        self.more_people = label("", "muted")
        self.mirror = IconButton(
            "arrows-left-right", "The video is mirrored, as a selfie is: exchange left and right", themes,
            checkable=True,
        )  # fmt: skip
        self.mirror.clicked.connect(self.video.set_mirror)
        self.link = IconButton("link", "Play in step with the selected motion", themes, checkable=True)
        self.link.setChecked(True)
        self.link.toggled.connect(self._playback_changed)
        self.fold_button = IconButton(
            "caret-up", "Fold the video away (Shift+V)", themes, lambda: self.fold(True)
        )
        row.addWidget(self.name, 1)
        row.addWidget(self.length)
        row.addSpacing(8)
        for widget in (self.more_people, self.others, self.mirror, self.link, self.fold_button):
            row.addWidget(widget)
        return row

    def _foot(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        self.play = IconButton("play", "Play or pause (Space)", self._themes, lambda: self.driver.toggle())
        self.play.setIconSize(QSize(18, 18))
        self.time = label("", "muted")
        self.time.setMinimumWidth(64)
        self.note = ElidedLabel("muted")
        self.progress = QProgressBar(textVisible=False)
        self.progress.setRange(0, 1000)
        self.progress.setFixedWidth(160)
        self.progress.setAccessibleName("How far the person was followed")
        self.cancel = button("Cancel", "flat", self.video.cancel)
        row.addWidget(self.play)
        row.addWidget(self.time)
        row.addWidget(self.note, 1)
        row.addWidget(self.progress)
        row.addWidget(self.cancel)
        return row

    def _connect(self) -> None:
        self.video.changed.connect(self.refresh)
        self.video.made.connect(self.refresh)
        self.video.frames_changed.connect(self._pictures_came)
        self._session.why.selection.changed.connect(self._follow)
        self._session.search.changed.connect(self._playback_changed)
        self.trim.trimmed.connect(self.video.set_span)
        self.trim.looked_at.connect(self._look)
        self.picture.clicked.connect(lambda: self.driver.toggle())
        self.picture.chosen.connect(self.video.choose)
        for playback in (self._session.viewer.playback, self.video.playback):
            playback.frame_changed.connect(self._follow)
            playback.state_changed.connect(self._playback_changed)

    # -- time --------------------------------------------------------------------------------------

    @property
    def linked(self) -> bool:
        """True while the video follows the viewer: it shows a motion that was found by the video."""
        session, example = self._session, self.video.example
        found = session.search.answered
        by_it = found is not None and example is not None and example in found.examples
        return self.link.isChecked() and by_it and session.viewer.playback.n_frames > 1

    @property
    def driver(self) -> Playback:
        """Whose play, pause and place count."""
        return self._session.viewer.playback if self.linked else self.video.playback

    @property
    def seconds(self) -> float:
        """The moment of the video that is shown: as far into its range as the viewer is into its moment."""
        pointed = self._pointed() if self._looking is None else self._looking
        if pointed is not None:
            return pointed
        start, end = self.video.span
        playback = self.driver
        first = playback.span[0] if self.linked else 0
        return min(max(start + (playback.frame - first) / FPS, start), end)

    def _pointed(self) -> float | None:
        """The window of the video under the pointer in the "Why" pane."""
        why = self._session.why
        side, row = why.side, why.selection.hovered.word
        if row is None or side.example is not self.video.example or side.rows != "segment":
            return None
        return min(self.video.span[0] + (row + 0.5) * PATCH_FRAMES / FPS, self.video.span[1])

    def _follow(self, _frame: float = 0.0) -> None:
        if self.isVisible():
            seconds = self.seconds
            self.picture.show_time(seconds)
            self.trim.show_time(seconds)
            text = f"{seconds:.1f} s"
            if text != self.time.text():
                self.time.setText(text)

    def _look(self, seconds: float | None) -> None:
        """Under the pointer; the viewer goes along."""
        self._looking = seconds
        if seconds is not None:
            playback, start = self.driver, self.video.span[0]
            playback.pause()
            playback.seek((playback.span[0] if self.linked else 0) + (seconds - start) * FPS)
            self.video.peek(seconds)
        self._follow()

    def _playback_changed(self) -> None:
        if self.linked:
            self.video.playback.pause()
        self.play.set_icon("pause" if self.driver.playing else "play")
        self._follow()

    # -- following -------------------------------------------------------------------------------

    def fold(self, on: bool) -> None:
        """Away with it, or back."""
        self.folded = on
        if on:
            self.video.playback.pause()
        self.refresh()
        self.folded_changed.emit(on)

    def set_narrow(self, on: bool) -> None:
        """In a column of the window: a smaller picture, and no numbers that the note tells too."""
        self.narrow = on
        self.picture.set_widest(NARROW if on else WIDEST)
        self.refresh()

    def _pictures_came(self) -> None:
        if self.isVisible():
            self.picture.update()
            self.trim.update()

    def refresh(self) -> None:
        """Follow the controller."""
        video = self.video
        there = video.path is not None and not self.folded
        self.setVisible(there)
        if not there:
            return
        tracking = video.state is VideoState.TRACKING
        start, end = video.span
        self.name.set_whole(video.name)
        self.length.setVisible(not self.narrow)
        self.length.setText(f"{start:.1f}–{end:.1f} of {video.duration_s:.1f} s" if video.info else "")
        self.more_people.setVisible(video.others > 0 and not self.narrow)
        self.more_people.setText("Others are there:" if video.others else "")
        self.others.setEnabled(video.state is VideoState.READY and not video.finding and video.people is None)
        self.mirror.setEnabled(video.state is VideoState.READY)
        self.mirror.setChecked(video.followed is not None and video.followed.mirror)
        self.progress.setVisible(tracking)
        self.cancel.setVisible(tracking)
        if video.progress is None:
            self.progress.setRange(0, 0)
        else:
            self.progress.setRange(0, 1000)
            self.progress.setValue(round(1000 * video.progress))
        self.note.set_whole(self._sentence(tracking))
        self.picture.refresh()
        self.trim.refresh()
        self._playback_changed()

    def _sentence(self, tracking: bool) -> str:
        video = self.video
        if tracking:
            return "Following the person…" if video.info else "Opening the video…"
        if video.finding:
            return "Looking who is there…"
        if video.people is not None:
            return "Click on the person to follow, or press the number; Esc leaves it as it is."
        return video.note
