"""Under the viewer: name, file, rate, length, what the reader inferred, captions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QColor, QHideEvent, QLinearGradient, QPainter, QPaintEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QFormLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from motionlens.motion import FPS

from ..state.viewer import Shown
from ..theme import ThemeManager, icon
from .widgets import clock, label

LATER_MS = 30
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


class Details(QScrollArea):
    """A scrolled form; empty when nothing is shown. Where it goes on below, it fades out."""

    def __init__(self, themes: ThemeManager) -> None:
        super().__init__()
        self._fade = _Fade(self, themes)
        self._themes = themes
        self._wanted: Shown | None = None
        self._built: tuple[int, int, int] | None = None
        self._picture: QLabel | None = None
        self.editor: Callable[[Shown], QWidget | None] | None = None
        """Makes what the user keeps about the motion; stands above what was read."""
        self._soon = QTimer(self, singleShot=True, interval=LATER_MS)
        self._soon.timeout.connect(self._build)
        self.setViewportMargins(0, 6, 0, 8)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Details of the motion")
        themes.changed.connect(self._tint)
        self.verticalScrollBar().valueChanged.connect(self._fade.place)
        self.verticalScrollBar().rangeChanged.connect(self._fade.place)

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

    def hideEvent(self, event: QHideEvent) -> None:
        """Nothing is built unseen."""
        super().hideEvent(event)
        self._soon.stop()

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
        before, focused = self.widget(), QApplication.focusWidget()
        if before is not None and focused is not None and key == self._built and before.isAncestorOf(focused):
            return  # somebody writes there
        self._built = key
        inner = QWidget()
        inner.setObjectName("panel")
        box = QVBoxLayout(inner)
        box.setContentsMargins(12, 4, 16, 16)
        box.setSpacing(8)
        if shown is not None:
            self._fill(box, shown)
        else:
            self._say_nothing(box)
        box.addStretch(1)
        if shown is not None:
            self._picture = None
        self.setWidget(inner)
        self._fade.place()

    def _say_nothing(self, box: QVBoxLayout) -> None:
        """What would stand here, and how it comes here."""
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
        self._tint()

    def _tint(self) -> None:
        if self._picture is not None and self._wanted is None:
            self._picture.setPixmap(icon("info", self._themes.theme, accent=True).pixmap(32, 32))

    def _fill(self, box: QVBoxLayout, shown: Shown) -> None:
        record = shown.record
        form = self.editor(shown) if self.editor is not None else None
        if form is not None:
            box.addWidget(form)
            box.addSpacing(4)
        else:
            for number, caption in enumerate(record.captions[:6]):
                box.addWidget(_selectable(caption, "" if number == 0 else "muted"))
        self._facts(box, shown)

    def _facts(self, box: QVBoxLayout, shown: Shown) -> None:
        record, item = shown.record, shown.item
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(4)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        seconds = record.n_frames / FPS
        rows = [
            ("Name", record.name),
            ("Length", f"{clock(seconds)}, {record.n_frames:,} frames at {FPS:.0f} fps"),
        ]
        if item.score is not None:
            rows.insert(1, ("Moment", f"{item.start_s:.2f} to {item.end_s:.2f} s, score {item.score:.3f}"))
        if record.path:
            rows.append(("Recorded", f"{record.source_fps:g} fps"))
            rows.append(("File", record.path if record.available else f"{record.path} (missing)"))
        for name, value in rows:
            form.addRow(label(name, "muted"), _selectable(value))
        made = record.inferred.get("made") == "synthesised"  # nothing was read, so nothing was found
        found = [] if made else inferred_lines(record.inferred)
        box.addLayout(form)
        if found and record.path:
            box.addSpacing(4)
            box.addWidget(label("WHAT THE READER FOUND", "section"))
            facts = QFormLayout()
            facts.setHorizontalSpacing(16)
            facts.setVerticalSpacing(4)
            for name, value in found:
                facts.addRow(label(name[:1].upper() + name[1:], "muted"), _selectable(value))
            box.addLayout(facts)


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
    out = label(text.replace("/", "/\u200b"), name, wrap=True)
    out.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return out
