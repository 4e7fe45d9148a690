"""The one place for errors: a bar under the query, dismissable, with details."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from motionlens.errors import MotionLensError

from ..report import report_text
from ..theme import ThemeManager
from .widgets import IconButton, button, label

log = logging.getLogger(__name__)


class MessageBar(QWidget):
    """Shows one failure at a time; a newer one replaces it. Every failure is written to the log here."""

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
        self.details.document().setDocumentMargin(8)
        self.details.setAccessibleName("Details of the failure")
        self.details.setVisible(False)
        self.action = button("", "primary")
        self.action.clicked.connect(self._act)
        self._run: Callable[[], None] | None = None
        self.last: tuple[str, Exception] | None = None
        """What was said last and the error behind it."""
        self.facts: Callable[[], dict[str, str]] = dict
        """What else the copied details tell."""
        self.copy_button = button("Copy details", "", self.copy_details)
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
        row.addWidget(self.copy_button, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.more, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignVCenter)
        box = QVBoxLayout(self)
        box.setContentsMargins(16, 8, 12, 8)
        box.addLayout(row)
        box.addWidget(self.details)
        self.hide()

    def show_failure(
        self,
        what: str,
        error: Exception,
        action: tuple[str, Callable[[], None]] | None = None,
        logged: bool = False,
    ) -> None:
        """What happened, the sentence that says why and what to do, and a button that does it.

        Args:
            logged: it is in the log already.
        """
        known = isinstance(error, MotionLensError)
        if not logged:
            level = logging.WARNING if known else logging.ERROR
            log.log(level, "%s: %s", what, error, exc_info=None if known else error)
        self.last = what, error
        self._set_tone("failure")
        self.copy_button.setText("Copy details")
        self.copy_button.show()
        self._run = action[1] if action else None
        self.action.setText(action[0] if action else "")
        self.action.setVisible(action is not None)
        self.title.setText(what)
        if known:
            self.sentence.setText(str(error))
        else:
            self.sentence.setText("This is a fault in MotionLens; the details help to report it.")
        self.details.setPlainText("".join(traceback.format_exception(error)))
        self.details.hide()
        self.more.setText("Details")
        self.more.setVisible(not known)
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
        self.copy_button.hide()
        self.show()

    def copy_details(self) -> None:
        """Put a report of the last failure (or of the installation alone) on the clipboard."""
        QGuiApplication.clipboard().setText(report_text(self.facts(), self.last))
        self.copy_button.setText("Copied")

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
        shown = not self.details.isVisible()
        self.details.setVisible(shown)
        self.more.setText("Hide details" if shown else "Details")
