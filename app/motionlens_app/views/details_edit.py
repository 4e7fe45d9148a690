"""What the user keeps about the motion at hand: star, tags, note, captions."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, QStringListModel, Qt, QTimer, Signal
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
from .details import Editor
from .flow import FlowLayout
from .rows import set_visible
from .widgets import IconButton, button, label

_MOST_CAPTIONS = 8
NOTE_MS = 1200
"""A note that is typed is kept after so long a pause."""


class LineEdit(QLineEdit):
    """Enter is ``entered``; Esc empties, and gives the focus back when there is nothing."""

    entered = Signal(str)

    def __init__(self, placeholder: str) -> None:
        super().__init__()
        self.setObjectName("keep")
        self.name_it(placeholder)
        self.returnPressed.connect(self._enter)

    def name_it(self, placeholder: str) -> None:
        """What it is for, to be read and to be heard."""
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(placeholder)

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

    def __init__(self, first: bool, themes: ThemeManager) -> None:
        super().__init__()
        self._text = ""
        self.box = QHBoxLayout(self)
        self.box.setContentsMargins(0, 0, 0, 0)
        self.box.setSpacing(4)
        self.words = label("", "" if first else "muted", wrap=True)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._edit: LineEdit | None = None
        self.pencil = IconButton("pencil-simple", "Edit this caption", themes, self.begin)
        self.pencil.setFixedSize(24, 24)
        self.pencil.setIconSize(QSize(14, 14))
        self.pencil.setStyleSheet("padding: 0px;")
        self.box.addWidget(self.words, 1)
        self.box.addWidget(self.pencil, 0, Qt.AlignmentFlag.AlignTop)

    @property
    def edit(self) -> LineEdit:
        """The field; made when it is first needed."""
        if self._edit is None:
            self._edit = LineEdit("Empty: the caption is taken away")
            self._edit.hide()
            self._edit.returnPressed.disconnect()
            self._edit.returnPressed.connect(self._done)
            self._edit.editingFinished.connect(self._leave)
            self.box.insertWidget(1, self._edit, 1)
        return self._edit

    def show_caption(self, text: str, own: bool) -> None:
        """Another caption; what was being edited is left as it was."""
        if text != self._text:
            self._leave()
            self._text = text
            self.words.setText(text)
        self.words.setToolTip("Written by you" if own else "From the file")

    def begin(self) -> None:
        """Edit."""
        self.edit.setText(self._text)
        self.words.hide()
        self.pencil.hide()
        self.edit.show()
        self.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def _done(self) -> None:
        before, text = self._text, self.edit.text().strip()
        self._leave()
        if text != before:
            self.edited.emit(before, text)

    def _leave(self) -> None:
        if self._edit is not None and not self._edit.isHidden():
            self._edit.hide()
            self.words.show()
            self.pencil.show()


class KeepForm(Editor):
    """Edits what is kept about a motion; tags go to all selected cards."""

    def __init__(
        self, selection: Callable[[], list[Item]], curation: CurationController, themes: ThemeManager
    ) -> None:
        super().__init__()
        self._curation, self._themes, self._selection = curation, themes, selection
        self._item: Item | None = None
        self._id = 0
        self._selected: list[Item] = []
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 4)
        box.setSpacing(6)
        self._captions = QVBoxLayout()
        self._captions.setSpacing(2)
        self._rows: list[CaptionRow] = []
        box.addLayout(self._captions)
        self.caption = LineEdit("Add a caption; the search finds it at once")
        self.caption.entered.connect(lambda text: self._curation.add_caption(self._id, text))
        box.addWidget(self.caption)
        box.addSpacing(2)
        box.addLayout(self._tag_row())
        self.note = NoteEdit()
        self.note.written.connect(lambda text: self._curation.note(self._id, text))
        box.addWidget(self.note)
        themes.changed.connect(self._tint)
        curation.changed.connect(self.refresh)
        curation.about_changed.connect(self.refresh)

    @property
    def captions(self) -> list[CaptionRow]:
        """The rows of the motion's captions."""
        return [row for row in self._rows if not row.isHidden()]

    def show_motion(self, shown: Shown) -> bool:
        """Follow another motion; what was typed of a note is kept with its own. False: nothing can be kept."""
        if not self._curation.available:
            return False
        self.note.tell()
        chosen, self._item = self._selection(), shown.item
        self._selected = chosen if any(item.key == self._item.key for item in chosen) else [self._item]
        n = len(self._selected)
        self.tag.name_it("Add a tag" if n == 1 else f"Add a tag to the {n} selected")
        if shown.record.id != self._id:
            self._id = shown.record.id
            for field in (self.caption, self.tag):
                field.clear()
            self.note.show_note("")
            self._show_tags(())
            self._show_captions(tuple((text, False) for text in shown.record.captions))
        self._known.setStringList(list(self._curation.kept.tags))
        self.refresh()
        return True

    def _tag_row(self) -> QVBoxLayout:
        inner = QWidget()
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        inner.setSizePolicy(policy)
        self._tags = FlowLayout(inner)
        self._names: tuple[str, ...] = ()
        self._chips: list[QPushButton] = []
        self.star = IconButton("star", "Favourite (F)", self._themes, self._toggle_star, checkable=True)
        self.tag = LineEdit("Add a tag")
        self.tag.entered.connect(lambda name: self._curation.tag(self._selected, name))
        self._known = QStringListModel(self)
        completer = QCompleter(self._known, self.tag)
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
        inner.hide()
        return out

    def refresh(self) -> None:
        """Follow what is kept; what is being edited stays."""
        if self._item is None:
            return
        starred = self._curation.is_favourite(self._item)
        self.star.setChecked(starred)
        self.star.set_icon("star-fill" if starred else "star")
        about = self._curation.about
        if about is None or about.motion_id != self._id:
            return
        self._show_captions(about.captions)
        self.note.show_note(about.note)
        self._show_tags(about.tags)

    def _show_tags(self, names: tuple[str, ...]) -> None:
        if names == self._names:
            return
        self._names = names
        self._tags.clear()
        self._chips.clear()
        for name in names:
            self._tags.addWidget(self._tag_chip(name))
        set_visible(self._tag_area, bool(names))
        self._tag_area.updateGeometry()

    def _show_captions(self, captions: tuple[tuple[str, bool], ...]) -> None:
        shown = captions[:_MOST_CAPTIONS]
        for number, (text, own) in enumerate(shown):
            if number == len(self._rows):
                row = CaptionRow(number == 0, self._themes)
                row.edited.connect(lambda before, after: self._curation.edit_caption(self._id, before, after))
                self._rows.append(row)
                self._captions.addWidget(row)
            self._rows[number].show_caption(text, own)
            set_visible(self._rows[number], True)
        for row in self._rows[len(shown) :]:
            set_visible(row, False)

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
