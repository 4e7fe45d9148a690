"""Under the viewer: name, file, rate, length, what the reader inferred, captions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QColor, QHideEvent, QLinearGradient, QPainter, QPaintEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QLabel, QScrollArea, QVBoxLayout, QWidget

from motionlens.motion import FPS

from ..state.viewer import Shown
from ..theme import ThemeManager, icon
from .facts import Facts
from .rows import set_visible
from .widgets import clock, label

LATER_MS = 30
REST_MS = 4
_CAPTIONS = 6
_FADE_PX = 24


def inferred_lines(inferred: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The reader's findings as label and value; nested values are flattened, long ones shortened.

    >>> inferred_lines({"up_axis": "z", "unit": {"m": 0.01}})
    [('up axis', 'z'), ('unit m', '0.01')]
    """
    out: list[tuple[str, str]] = []
    for key, value in inferred.items():
        name = str(key).replace("_", " ")
        if isinstance(value, Mapping):
            out += [(f"{name} {inner}", text) for inner, text in inferred_lines(value)]
        elif isinstance(value, bool):
            out.append((name, "yes" if value else "no"))
        elif isinstance(value, float):
            out.append((name, f"{value:.4g}"))
        elif isinstance(value, (list, tuple)):
            text = ", ".join(str(v) for v in value[:6]) + (
                f" and {len(value) - 6} more" if len(value) > 6 else ""
            )
            out.append((name, text or "none"))
        elif value not in (None, ""):
            out.append((name, str(value)))
    return out


class Editor(QWidget):
    """What the user keeps about a motion; stands above what was read."""

    def show_motion(self, shown: Shown) -> bool:
        """Follow another motion; False where nothing can be kept about it."""
        raise NotImplementedError


class Details(QScrollArea):
    """A scrolled form; empty when nothing is shown. Where it goes on below, it fades out.

    Its widgets are made once and filled anew for each motion: making them takes longer than a picture lasts.
    """

    def __init__(self, themes: ThemeManager) -> None:
        super().__init__()
        self._fade = _Fade(self, themes)
        self._themes = themes
        self._wanted: Shown | None = None
        self._built: tuple[int, int, int] | None = None
        self._editor: Editor | None = None
        self._soon = QTimer(self, singleShot=True, interval=LATER_MS)
        self._soon.timeout.connect(self._build)
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self._build_rest)
        self.setViewportMargins(0, 6, 0, 8)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Details of the motion")
        self._lay_out()
        themes.changed.connect(self._tint)
        self.verticalScrollBar().valueChanged.connect(self._fade.place)
        self.verticalScrollBar().rangeChanged.connect(self._fade.place)

    def _lay_out(self) -> None:
        self._inner = QWidget()
        self._inner.setObjectName("panel")
        self._box = QVBoxLayout(self._inner)
        self._box.setContentsMargins(12, 4, 16, 16)
        self._box.setSpacing(8)
        self._captions = [_selectable("", "" if number == 0 else "muted") for number in range(_CAPTIONS)]
        self._facts = Facts(self._themes)
        for widget in (*self._captions, self._facts):
            self._box.addWidget(widget)
            widget.hide()
        self._nothing = self._nothing_page()
        self._box.addWidget(self._nothing, 1)
        self._box.addStretch(1)
        self.setWidget(self._inner)
        self._tint()

    def _nothing_page(self) -> QWidget:
        """What would stand here, and how it comes here."""
        page = QWidget()
        box = QVBoxLayout(page)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(6)
        box.addStretch(1)
        self._picture = label("")
        for widget in (
            self._picture,
            label("No motion is chosen", "title"),
            label("Choose a card to see its captions, tags, notes and file.", "muted", wrap=True),
        ):
            widget.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            box.addWidget(widget)
        return page

    def set_editor(self, editor: Editor) -> None:
        """Put what the user keeps above the rest."""
        self._editor = editor
        self._box.insertWidget(0, editor)
        editor.hide()

    def show_motion(self, shown: Shown | None) -> None:
        """Fill the form, a moment later: the body is shown first."""
        self._wanted = shown
        if self.isVisible():
            self._soon.start()

    def build_now(self) -> None:
        """What was asked for and is not there yet: a command goes to one of its fields."""
        if self._soon.isActive():
            self._soon.stop()
            self._build()
            self._build_rest()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nothing is built unseen."""
        super().hideEvent(event)
        self._soon.stop()
        self._rest.stop()

    def showEvent(self, event: QShowEvent) -> None:
        """Build what was asked for meanwhile."""
        super().showEvent(event)
        self._soon.start()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The fade stays at the bottom."""
        super().resizeEvent(event)
        self._fade.place()

    def _build(self) -> None:
        shown = self._wanted
        key = None if shown is None else shown.item.key
        focused = QApplication.focusWidget()
        if focused is not None and key == self._built and self._inner.isAncestorOf(focused):
            return  # somebody writes there
        if key != self._built:
            self.verticalScrollBar().setValue(0)
        self._built = key
        set_visible(self._nothing, shown is None)
        kept = shown is not None and self._editor is not None and self._editor.show_motion(shown)
        if self._editor is not None:
            set_visible(self._editor, kept)
        words = () if shown is None or kept else shown.record.captions[:_CAPTIONS]
        for number, line in enumerate(self._captions):
            if number < len(words):
                line.setText(words[number])
            set_visible(line, number < len(words))
        self._rest.start()

    def _build_rest(self) -> None:
        """The lines of facts, in an event of their own."""
        self._rest.stop()
        shown = self._wanted
        rows, found = _facts(shown) if shown is not None else ([], [])
        self._facts.show_blocks((("", rows), ("WHAT THE READER FOUND", found)))
        set_visible(self._facts, bool(rows))
        self._fade.place()

    def _tint(self) -> None:
        self._picture.setPixmap(icon("info", self._themes.theme, accent=True).pixmap(32, 32))


def _facts(shown: Shown) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Name and value of what is known of a motion, and of what its reader found."""
    record, item = shown.record, shown.item
    rows = [
        ("Name", record.name),
        ("Length", f"{clock(record.n_frames / FPS)}, {record.n_frames:,} frames at {FPS:.0f} fps"),
    ]
    if item.score is not None:
        rows.insert(1, ("Moment", f"{item.start_s:.2f} to {item.end_s:.2f} s, score {item.score:.3f}"))
    if record.path:
        rows.append(("Recorded", f"{record.source_fps:g} fps"))
        rows.append(("File", record.path if record.available else f"{record.path} (missing)"))
    if not record.path or record.inferred.get("made") == "synthesised":  # nothing was read
        return rows, []
    return rows, [(name[:1].upper() + name[1:], value) for name, value in inferred_lines(record.inferred)]


class _Fade(QWidget):
    """A veil over the last lines of a scroll area that goes on below."""

    def __init__(self, area: QScrollArea, themes: ThemeManager) -> None:
        super().__init__(area)
        self._area, self._themes = area, themes
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        themes.changed.connect(self.update)

    def place(self) -> None:
        """Follow the area's size and place."""
        bar, view = self._area.verticalScrollBar(), self._area.viewport().geometry()
        self.setVisible(bar.value() < bar.maximum())
        self.setGeometry(view.x(), view.bottom() + 1 - _FADE_PX, view.width(), _FADE_PX)
        self.raise_()

    def paintEvent(self, event: QPaintEvent) -> None:
        """From clear to the panel's colour."""
        colour = QColor(self._themes.theme.panel)
        veil = QLinearGradient(0, 0, 0, self.height())
        veil.setColorAt(1.0, colour)
        colour.setAlpha(0)
        veil.setColorAt(0.0, colour)
        QPainter(self).fillRect(self.rect(), veil)


def _selectable(text: str, name: str = "") -> QLabel:
    out = label(text, name, wrap=True)
    out.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return out
