"""One motion in the "Why" pane: its maps, and its title when motions are compared."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from .. import theme as look
from ..state.answers import Answer
from ..state.explain import WhyController
from .widgets import ElidedLabel, IconButton


class AnswerPanel(QWidget):
    """Title and maps."""

    def __init__(self, why: WhyController, themes: look.ThemeManager) -> None:
        super().__init__()
        from .why_map import WhyMap  # imports pyqtgraph, which a worker has done by now

        self._why = why
        self.answer: Answer | None = None
        self.head = QWidget()
        self.title = ElidedLabel("title")
        self.score = ElidedLabel("muted")
        self.pin = IconButton("push-pin", "Pin or unpin this motion", themes, checkable=True)
        self.pin.clicked.connect(lambda _checked=False: self.answer and why.toggle_pin(self.answer.item))
        self.pin.setFixedSize(26, 22)
        self.pin.setStyleSheet("padding: 0px;")
        row = QHBoxLayout(self.head)
        row.setContentsMargins(0, 2, 0, 0)
        row.setSpacing(6)
        row.addWidget(self.title, 3)
        row.addWidget(self.score, 1)
        row.addWidget(self.pin)
        self.map = WhyMap(why, themes)
        self.map.strike_wanted.connect(why.strike)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(2)
        box.addWidget(self.head)
        box.addWidget(self.map, 1)

    def show_answer(self, answer: Answer, alone: bool) -> None:
        """Fill in; a title is needed only where there is another motion."""
        self.answer = answer
        self.head.setVisible(not alone)
        self.title.set_whole(answer.item.title)
        self.score.set_whole(f"score {answer.shown.score:.3f}")
        self.pin.setChecked(self._why.is_pinned(answer.item.key))
        self.map.show_answer(answer)
        self.map.setAccessibleName(f"Why: words by joints and by time, {answer.item.title}")

    def say(self, text: str) -> None:
        """What a screen reader says of the cell at hand."""
        self.map.setAccessibleDescription(text)
