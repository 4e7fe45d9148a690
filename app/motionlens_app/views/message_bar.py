"""The one place for errors: a bar under the query, dismissable, with details."""

from __future__ import annotations

import traceback
from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from motionlens.errors import MotionLensError

from ..theme import ThemeManager
from .widgets import IconButton, button, label


class MessageBar(QWidget):
    """Shows one failure at a time; a newer one replaces it."""

    def __init__(self, themes: ThemeManager) -> None:
        super().__init__()
        self.setObjectName("messageBar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName("Message")
        self.title = label("", "title")
        self.sentence = label("", wrap=True)
        self.sentence.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.details = QPlainTextEdit(readOnly=True)
        self.details.setMaximumHeight(140)
        self.details.setVisible(False)
        self.action = button("", "primary")
        self.action.clicked.connect(self._act)
        self._run: Callable[[], None] | None = None
        self.more = button("Details", "", self._toggle)
        self.close_button = IconButton("x", "Dismiss", themes, self.hide)
        row = QHBoxLayout()
        row.setSpacing(12)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self.title)
        words.addWidget(self.sentence)
        row.addLayout(words, 1)
        row.addWidget(self.action, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.more, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignVCenter)
        box = QVBoxLayout(self)
        box.setContentsMargins(16, 8, 12, 8)
        box.addLayout(row)
        box.addWidget(self.details)
        self.hide()

    def show_failure(
        self, what: str, error: Exception, action: tuple[str, Callable[[], None]] | None = None
    ) -> None:
        """What happened, the sentence that says why and what to do, and a button that does it."""
        self._set_tone("failure")
        self._run = action[1] if action else None
        self.action.setText(action[0] if action else "")
        self.action.setVisible(action is not None)
        self.title.setText(what)
        if isinstance(error, MotionLensError):
            self.sentence.setText(str(error))
        else:
            self.sentence.setText("This is a fault in MotionLens; the details help to report it.")
        self.details.setPlainText("".join(traceback.format_exception(error)))
        self.details.hide()
        self.more.setVisible(not isinstance(error, MotionLensError))
        self.show()

    def show_note(
        self, what: str, sentence: str, action: tuple[str, Callable[[], None]] | None = None
    ) -> None:
        """What is happening, with a button that does something about it: no failure."""
        self._set_tone("note")
        self._run = action[1] if action else None
        self.action.setText(action[0] if action else "")
        self.action.setVisible(action is not None)
        self.title.setText(what)
        self.sentence.setText(sentence)
        self.details.hide()
        self.more.hide()
        self.show()

    def _set_tone(self, tone: str) -> None:
        if self.property("tone") != tone:
            self.setProperty("tone", tone)
            self.style().unpolish(self)
            self.style().polish(self)

    def _act(self) -> None:
        run = self._run
        self.hide()
        if run is not None:
            run()

    def _toggle(self) -> None:
        self.details.setVisible(not self.details.isVisible())
