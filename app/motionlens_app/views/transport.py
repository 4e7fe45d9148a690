"""Under the timeline: step, play, loop, speed, what is looped, and the time."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QWidget

from motionlens.motion import FPS

from .. import theme as look
from ..state.linked import WhyLink
from ..state.playback import SPEEDS, Playback
from .widgets import IconButton, MenuButton


class Transport(QWidget):
    """Follows a ``Playback``."""

    def __init__(self, playback: Playback, link: WhyLink, themes: look.ThemeManager) -> None:
        super().__init__()
        self.playback, self._link, self._themes = playback, link, themes
        self.back = IconButton("caret-left", "Previous frame ( , )", themes, lambda: playback.step(-1))
        self.play = IconButton("play", "Play or pause (Space)", themes, playback.toggle)
        self.play.setIconSize(QSize(22, 22))
        self.next = IconButton("caret-right", "Next frame ( . )", themes, lambda: playback.step(1))
        self.loop = IconButton("repeat", "Loop", themes, checkable=True)
        self.loop.toggled.connect(playback.set_looping)
        self.speed = self._choices("Speed", "1×", [(f"{s:g}×", self._speed(s)) for s in SPEEDS])
        self.looped = self._choices(
            "What is looped",
            "Moment",
            [
                ("Loop the moment", playback.loop_moment),
                ("Loop the whole take", playback.loop_whole),
                ("Loop the marked range", self.loop_marked),
            ],
        )
        marked = self.looped.menu().actions()[-1]
        self.looped.menu().aboutToShow.connect(lambda: marked.setEnabled(link.pinned_span is not None))
        self.time = QLabel("")
        self.time.setObjectName("muted")
        self.time.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._widest = ""
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 0, 16, 4)
        row.setSpacing(2)
        for widget in (self.back, self.play, self.next, self.loop, self.speed, self.looped):
            row.addWidget(widget)
        row.addStretch(1)
        row.addWidget(self.time)
        playback.state_changed.connect(self.refresh)
        self.refresh()

    def _choices(self, tip: str, text: str, rows: list[tuple[str, Callable[[], None]]]) -> MenuButton:
        made = MenuButton(text, tip, self._themes)
        menu = QMenu(made)
        for words, run in rows:
            action = QAction(words, menu)
            action.triggered.connect(lambda _checked=False, r=run: r())
            menu.addAction(action)
        made.setMenu(menu)
        return made

    def _speed(self, speed: float) -> Callable[[], None]:
        return lambda: self.playback.set_speed(speed)

    def loop_marked(self) -> None:
        """Loop over the time that is marked on the timeline."""
        span = self._link.pinned_span
        if span is not None:
            self.playback.set_range(round(span[0] * FPS), round(span[1] * FPS))

    def show_frame(self, frame: float) -> None:
        """The read-out of time and frame."""
        playback, whole = self.playback, int(frame)
        text = self._read_out(whole) if playback.n_frames else ""
        if text == self.time.text():
            return
        widest = self._read_out(playback.last)
        if (
            widest != self._widest
        ):  # room for the last frame: a longer text would be cut until the next layout
            self._widest = widest
            self.time.ensurePolished()
            self.time.setFixedWidth(self.time.fontMetrics().horizontalAdvance(widest) + 2)
        self.time.setText(text)

    def _read_out(self, frame: int) -> str:
        return f"{frame / FPS:.2f} / {self.playback.last / FPS:.2f} s   frame {frame}"

    def refresh(self) -> None:
        """Follow the state."""
        playback = self.playback
        self.play.set_icon("pause" if playback.playing else "play")
        self.loop.setChecked(playback.looping)
        self.speed.setText(f"{playback.speed:g}×")
        whole = playback.range == (0, playback.last)
        moment = playback.range == (playback.span[0], playback.span[1] - 1)
        self.looped.setText("Whole take" if whole else "Moment" if moment else "Range")
        for widget in (self.back, self.play, self.next, self.loop, self.speed, self.looped):
            widget.setEnabled(playback.n_frames > 1)
