"""What the centre shows when there are no cards: what it is, and what to do next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QVBoxLayout, QWidget

from ..theme import ThemeManager, icon
from .widgets import button, label

SUGGESTIONS = (
    "a person waves with the left hand",
    "someone walks in a circle",
    "jumping jacks",
    "a slow bow",
    "kicks with the right leg",
    "sits down on a chair",
)


_WIDTH = 400


class EmptyState(QWidget):
    """Icon, one line, one sentence, buttons, clickable queries, or a progress bar."""

    query_chosen = Signal(str)

    def __init__(self, themes: ThemeManager) -> None:
        super().__init__()
        self._themes = themes
        self._icon_name = "person-simple-run"
        self.picture = QLabel(alignment=Qt.AlignmentFlag.AlignHCenter)
        self.title = label("", "title")
        self.title.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.sentence = label("", "", wrap=True)
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.title.setFixedWidth(_WIDTH)
        self.progress = QProgressBar(textVisible=False)
        self.progress.setFixedWidth(320)
        self.buttons = QHBoxLayout()
        self.chips = QVBoxLayout()
        self.chips.setSpacing(8)
        box = QVBoxLayout(self)
        box.setSpacing(8)
        box.addStretch(2)
        for widget in (self.picture, self.title, self.sentence):
            box.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)
        box.addSpacing(8)
        box.addWidget(self.progress, 0, Qt.AlignmentFlag.AlignHCenter)
        box.addLayout(self.buttons)
        box.addSpacing(16)
        box.addLayout(self.chips)
        box.addStretch(3)
        themes.changed.connect(self._tint)

    def present(
        self, picture: str, title: str, sentence: str, buttons: Sequence[tuple[str, Callable[[], None]]] = (),
        queries: Sequence[str] = (), progress: tuple[int, int] | None = None,
    ) -> None:  # fmt: skip
        """Show a state; the first button is the recommended one."""
        self._icon_name = picture
        self._tint()
        self.title.setText(title)
        self.sentence.setText(sentence.replace("/", "/\u2060"))  # no line ends within "ASF/AMC"
        self._balance()
        self.progress.setVisible(progress is not None)
        if progress is not None:
            self.progress.setRange(0, progress[1])
            self.progress.setValue(progress[0])
        _empty(self.buttons)
        self.buttons.addStretch(1)
        for number, (text, run) in enumerate(buttons):
            self.buttons.addWidget(button(text, "primary" if number == 0 else "", run))
        self.buttons.addStretch(1)
        _empty(self.chips)
        for first in range(0, len(queries), 2):
            row = QHBoxLayout()
            row.setSpacing(8)
            row.addStretch(1)
            for text in queries[first : first + 2]:
                row.addWidget(button(text, "chip", partial(self.query_chosen.emit, text)))
            row.addStretch(1)
            self.chips.addLayout(row)

    def _balance(self) -> None:
        """As narrow as its lines allow, so that no word is left alone in the last one."""
        words = self.sentence
        words.ensurePolished()
        # The last sentence's size would be the least of this one's; and a box layout does not ask centred labels
        # how high they are once wrapped.
        words.setMinimumSize(0, 0)
        height, width = words.heightForWidth(_WIDTH), _WIDTH
        while width > _WIDTH // 2 and words.heightForWidth(width - 8) == height:
            width -= 8
        words.setFixedSize(width, height)

    def _tint(self) -> None:
        self.picture.setPixmap(icon(self._icon_name, self._themes.theme, accent=True).pixmap(48, 48))


def _empty(layout) -> None:
    while layout.count():
        part = layout.takeAt(0)
        if part.widget():
            part.widget().hide()
            part.widget().deleteLater()
        elif part.layout():
            _empty(part.layout())
