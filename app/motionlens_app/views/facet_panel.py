"""Filters of the side panel: values of each facet with how many motions they would show."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from PySide6.QtCore import QPoint, QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from motionlens.library.facets import Facet, FacetCount

from ..state.finding import FindingController, Value, value_name
from ..theme import ThemeManager
from .rows import Row, set_visible
from .widgets import button, counted, label

SECTIONS: tuple[tuple[str, tuple[Facet, ...]], ...] = (
    ("SHOW", ("favourite", "captions")),
    ("TAGS", ("tag",)),
    ("LENGTH", ("length",)),
    ("MOVES", ("travel",)),
    ("KIND", ("kind",)),
    ("FORMAT", ("dataset",)),
    ("FOLDER", ("folder",)),
)
MOST_ROWS = 7
"""A section shows so many values until it is asked for all."""
NAME_PAUSE_MS = 250


class Section(QWidget):
    """A title and rows; ``clicked`` carries facet and value, ``menu`` also where."""

    clicked = Signal(str, object)
    menu = Signal(str, object, QPoint)

    def __init__(self, title: str, themes: ThemeManager) -> None:
        super().__init__()
        self._themes = themes
        self.rows: dict[tuple[str, Value], Row] = {}
        self._all = False
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 12)
        self._box.setSpacing(0)
        self._box.addWidget(label(title, "section"))
        self._box.addSpacing(2)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(0)
        self._box.addLayout(self._rows)
        self.more = button("", "link", self._toggle_all)
        self._box.addWidget(self.more)
        self.more.hide()  # until there is more

    def show_values(self, values: Sequence[tuple[str, FacetCount]], chosen) -> None:
        """Rows for these; kept where they are there already, so that the focus stays."""
        shown = values if self._all else self._first(values, chosen)
        wanted = [(facet, count.value) for facet, count in shown]
        if wanted != list(self.rows):
            self._rebuild(wanted)
        for facet, count in shown:
            row = self.rows[facet, count.value]
            row.setChecked(chosen(facet, count.value))
            whole = f"{count.value}\n" if facet == "folder" else ""
            row.set_count(
                count.motions,
                f"{whole}{counted(count.motions, 'motion')}, {counted(count.moments, 'moment')}",
            )
        rest = len(values) - len(shown)
        set_visible(self.more, rest > 0 or self._all)
        self.more.setText("Show fewer" if self._all else f"{rest} more…")
        self._values, self._chosen = values, chosen

    @staticmethod
    def _first(values: Sequence[tuple[str, FacetCount]], chosen) -> list[tuple[str, FacetCount]]:
        if len(values) <= MOST_ROWS + 1:
            return list(values)
        return [v for k, v in enumerate(values) if k < MOST_ROWS or chosen(v[0], v[1].value)]

    def _rebuild(self, wanted: Iterable[tuple[str, Value]]) -> None:
        old, self.rows = self.rows, {}
        while self._rows.count():
            self._rows.takeAt(0)
        for facet, value in wanted:
            row = old.pop((facet, value), None) or self._made(facet, value)
            self.rows[facet, value] = row
            self._rows.addWidget(row)
        for row in old.values():
            row.hide()
            row.deleteLater()

    def _made(self, facet: str, value: Value) -> Row:
        row = Row(value_name(facet, value), "check", self._themes)
        row.clicked.connect(lambda _on=False: self.clicked.emit(facet, value))
        row.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        row.customContextMenuRequested.connect(lambda at: self.menu.emit(facet, value, row.mapToGlobal(at)))
        return row

    def _toggle_all(self) -> None:
        self._all = not self._all
        self.show_values(self._values, self._chosen)


class FacetPanel(QWidget):
    """All sections; what has one value only is no choice and is not shown."""

    tag_menu = Signal(str, QPoint)

    def __init__(self, finding: FindingController, themes: ThemeManager) -> None:
        super().__init__()
        self._finding = finding
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        self.name = QLineEdit(placeholderText="Name contains…")
        self.name.setObjectName("number")
        self.name.setAccessibleName("Part of the motion's name")
        self._typed = QTimer(self, singleShot=True, interval=NAME_PAUSE_MS)
        self._typed.timeout.connect(self._filter_names)
        self.name.textEdited.connect(lambda _text: self._typed.start())
        box.addWidget(self.name)
        box.addSpacing(12)
        self.sections: dict[str, Section] = {}
        for title, facets in SECTIONS:
            made = self.sections[facets[0]] = Section(title, themes)
            made.clicked.connect(finding.toggle)
            made.menu.connect(self._menu)
            box.addWidget(made)
        finding.changed.connect(self.refresh)
        self.refresh()

    def _menu(self, facet: str, value: Value, at: QPoint) -> None:
        if facet == "tag":
            self.tag_menu.emit(str(value), at)

    def _filter_names(self) -> None:
        self._finding.set_filter(replace(self._finding.filter, name=self.name.text().strip()))

    def refresh(self) -> None:
        """Follow the finder."""
        finding = self._finding
        if not self._typed.isActive() and self.name.text().strip() != finding.filter.name:
            with QSignalBlocker(self.name):
                self.name.setText(finding.filter.name)
        found = finding.found
        set_visible(self, found is not None)
        if found is None:
            return
        for _, facets in SECTIONS:
            values = [(f, count) for f in facets for count in self._values(f, found.facets[f])]
            choice = len(values) > 1 or facets[0] in ("favourite", "tag")
            active = any(finding.chosen(f, count.value) for f, count in values)
            section = self.sections[facets[0]]
            set_visible(section, bool(values) and (choice or active))
            section.show_values(values, finding.chosen)

    def _values(self, facet: str, counts: Sequence[FacetCount]) -> list[FacetCount]:
        if facet == "favourite":
            return [one for one in counts if one.value is True]
        if facet == "length":
            return list(counts)
        if (
            facet == "captions"
            and sum(1 for one in counts if one.motions) < 2
            and not any(self._finding.chosen("captions", one.value) for one in counts)
        ):
            return []
        if facet == "travel":
            return list(counts) if any(one.motions for one in counts) else []
        kept = [
            one for one in counts if one.motions or facet == "tag" or self._finding.chosen(facet, one.value)
        ]
        if facet == "folder":
            return sorted(kept, key=lambda one: str(one.value))
        return sorted(kept, key=lambda one: -one.motions) if facet != "captions" else kept[::-1]
