"""What the user keeps about the motion at hand: star, tags, note, captions."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import (
    QCompleter,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from ..state.curation import CurationController
from ..state.items import Item
from ..state.viewer import Shown
from ..theme import ThemeManager, icon
from .flow import FlowLayout
from .rows import set_visible
from .widgets import IconButton, button, label

NOTE_MS = 1200
"""A note that is typed is kept after so long a pause."""


class LineEdit(QLineEdit):
    """Enter is ``entered``; Esc empties, and gives the focus back when there is nothing."""

    entered = Signal(str)

    def __init__(self, placeholder: str) -> None:
        super().__init__()
        self.setObjectName("keep")
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(placeholder)
        self.returnPressed.connect(self._enter)

    def _enter(self) -> None:
        if self.text().strip():
            self.entered.emit(self.text())
            self.clear()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc."""
        if event.key() == Qt.Key.Key_Escape:
            self.clear()
            self.clearFocus()
        else:
            super().keyPressEvent(event)


class NoteEdit(QPlainTextEdit):
    """``written``: a pause, or the focus has gone."""

    written = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("keep")
        self.setPlaceholderText("Write a note")
        self.setAccessibleName("Note on this motion")
        self.setTabChangesFocus(True)
        self.setFixedHeight(58)
        self._soon = QTimer(self, singleShot=True, interval=NOTE_MS)
        self._soon.timeout.connect(self.tell)
        self._told = ""
        self.textChanged.connect(self._typed)

    def show_note(self, text: str) -> None:
        """What is kept; what is being typed stays."""
        if not self._soon.isActive() and text != self.toPlainText():
            self._told = text
            self.setPlainText(text)
            self._soon.stop()

    def _typed(self) -> None:
        if self.toPlainText() != self._told:
            self._soon.start()

    def tell(self) -> None:
        """Keep it now."""
        self._soon.stop()
        if self.toPlainText().strip() != self._told.strip():
            self._told = self.toPlainText()
            self.written.emit(self._told)

    def hideEvent(self, event) -> None:
        """Another motion is shown: what was typed is kept."""
        super().hideEvent(event)
        self.tell()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Nothing typed is lost."""
        super().focusOutEvent(event)
        self.tell()


class CaptionRow(QWidget):
    """A caption; a click on the pencil edits it, an empty text removes it."""

    edited = Signal(str, str)

    def __init__(self, text: str, own: bool, first: bool, themes: ThemeManager) -> None:
        super().__init__()
        self._text = text
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        self.words = label(text, "" if first else "muted", wrap=True)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.words.setToolTip("Written by you" if own else "From the file")
        self.edit = LineEdit("Empty: the caption is taken away")
        self.edit.hide()
        self.edit.returnPressed.disconnect()
        self.edit.returnPressed.connect(self._done)
        self.edit.editingFinished.connect(self._leave)
        self.pencil = IconButton("pencil-simple", "Edit this caption", themes, self.begin)
        self.pencil.setFixedSize(24, 24)
        self.pencil.setIconSize(QSize(14, 14))
        self.pencil.setStyleSheet("padding: 0px;")
        row.addWidget(self.words, 1)
        row.addWidget(self.edit, 1)
        row.addWidget(self.pencil, 0, Qt.AlignmentFlag.AlignTop)

    def begin(self) -> None:
        """Edit."""
        self.edit.setText(self._text)
        self.words.hide()
        self.pencil.hide()
        self.edit.show()
        self.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def _done(self) -> None:
        text = self.edit.text().strip()
        self._leave()
        if text != self._text:
            self.edited.emit(self._text, text)

    def _leave(self) -> None:
        if not self.edit.isHidden():
            self.edit.hide()
            self.words.show()
            self.pencil.show()


class KeepForm(QWidget):
    """Edits what is kept about a motion; tags go to all selected cards."""

    def __init__(
        self, shown: Shown, selected: list[Item], curation: CurationController, themes: ThemeManager
    ) -> None:
        super().__init__()
        self._curation, self._themes = curation, themes
        self._item, self._id = shown.item, shown.record.id
        self._selected = selected if any(item.key == self._item.key for item in selected) else [self._item]
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(6)
        self._captions = QVBoxLayout()
        self._captions.setSpacing(2)
        self.captions: list[CaptionRow] = []
        box.addLayout(self._captions)
        self.caption = LineEdit("Add a caption; the search finds it at once")
        self.caption.entered.connect(partial(curation.add_caption, self._id))
        box.addWidget(self.caption)
        box.addSpacing(2)
        box.addLayout(self._tag_row())
        self.note = NoteEdit()
        self.note.written.connect(partial(curation.note, self._id))
        box.addWidget(self.note)
        self._shown_captions: tuple[tuple[str, bool], ...] | None = None
        self._show_captions(tuple((text, False) for text in shown.record.captions))
        themes.changed.connect(self._tint)
        curation.changed.connect(self.refresh)
        curation.about_changed.connect(self.refresh)
        self.refresh()

    def _tag_row(self) -> QVBoxLayout:
        inner = QWidget()
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        inner.setSizePolicy(policy)
        self._tags = FlowLayout(inner)
        self._names: tuple[str, ...] | None = None
        self._chips: list[QPushButton] = []
        self.star = IconButton("star", "Favourite (F)", self._themes, self._toggle_star, checkable=True)
        n = len(self._selected)
        self.tag = LineEdit("Add a tag" if n == 1 else f"Add a tag to the {n} selected")
        self.tag.entered.connect(lambda name: self._curation.tag(self._selected, name))
        completer = QCompleter(list(self._curation.kept.tags), self.tag)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.tag.setCompleter(completer)
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self.star)
        row.addWidget(self.tag, 1)
        out = QVBoxLayout()
        out.setSpacing(6)
        out.addLayout(row)
        out.addWidget(inner)
        self._tag_area = inner
        return out

    def refresh(self) -> None:
        """Follow what is kept; what is being edited stays."""
        starred = self._curation.is_favourite(self._item)
        self.star.setChecked(starred)
        self.star.set_icon("star-fill" if starred else "star")
        about = self._curation.about
        if about is None or about.motion_id != self._id:
            return
        self._show_captions(about.captions)
        self.note.show_note(about.note)
        if about.tags != self._names:
            self._names = about.tags
            self._tags.clear()
            self._chips.clear()
            for name in about.tags:
                self._tags.addWidget(self._tag_chip(name))
            set_visible(self._tag_area, bool(about.tags))
            self._tag_area.updateGeometry()

    def _show_captions(self, captions: tuple[tuple[str, bool], ...]) -> None:
        if captions == self._shown_captions:
            return
        same_words = self._shown_captions is not None and [c for c, _ in captions] == [
            c for c, _ in self._shown_captions
        ]
        self._shown_captions = captions
        if same_words:
            for row, (_, own) in zip(self.captions, captions, strict=False):
                row.words.setToolTip("Written by you" if own else "From the file")
            return
        for row in self.captions:
            self._captions.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.captions = [
            CaptionRow(text, own, k == 0, self._themes) for k, (text, own) in enumerate(captions[:8])
        ]
        for row in self.captions:
            row.edited.connect(partial(self._curation.edit_caption, self._id))
            self._captions.addWidget(row)

    def _tag_chip(self, name: str) -> QPushButton:
        chip = button(name.replace("&", "&&"), "filter", lambda: self._curation.untag(self._selected, name))
        chip.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        chip.setIconSize(QSize(12, 12))
        chip.setToolTip("Click to take this tag away")
        chip.setAccessibleName(f"Tag {name}. Press to take it away")
        self._chips.append(chip)
        self._tint()
        return chip

    def _tint(self) -> None:
        for chip in self._chips:
            chip.setIcon(icon("x", self._themes.theme))

    def _toggle_star(self) -> None:
        self._curation.toggle_favourite(self._selected)
