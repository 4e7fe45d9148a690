"""Above the cards: order, score cut, and what filters them as chips."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSignalBlocker, QSize, Qt
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMenu,
    QPushButton,
    QSizePolicy,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ..state.arranging import SORTS
from ..state.finding import Value, value_name
from ..state.session import Session
from ..theme import ThemeManager, icon
from .flow import FlowLayout
from .rows import set_visible
from .widgets import IconButton, button, counted, label

_STEPS = 100


class SortButton(IconButton):
    """Order, direction, folding and grouping in one menu."""

    def __init__(self, session: Session, themes: ThemeManager) -> None:
        super().__init__("sort-ascending", "How the cards are ordered", themes, text="Best first")
        self._finding = session.finding
        self._session = session
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self)
        group = QActionGroup(menu)
        self.sorts: dict[str, QAction] = {}
        for sort, text in SORTS:
            action = QAction(text, menu, checkable=True)
            run = (
                self._finding.shuffle
                if sort == "random"
                else partial(self._finding.set_arrangement, sort=sort)
            )
            action.triggered.connect(lambda _on=False, r=run: r())
            group.addAction(action)
            menu.addAction(action)
            self.sorts[sort] = action
        menu.addSeparator()
        self.descending = self._switch(menu, "The other way round", "descending")
        menu.addSeparator()
        self.fold = self._switch(menu, "Fold copies and mirrored twins", "fold")
        self.grouped = self._switch(menu, "One card a file, its moments behind", "group")
        self.setMenu(menu)
        self._finding.changed.connect(self.refresh)
        session.search.changed.connect(self.refresh)
        self.refresh()

    def _switch(self, menu: QMenu, text: str, name: str) -> QAction:
        action = QAction(text, menu, checkable=True)
        action.toggled.connect(lambda on: self._finding.set_arrangement(**{name: on}))
        menu.addAction(action)
        return action

    def set_narrow(self, on: bool) -> None:
        """The icon alone."""
        style = Qt.ToolButtonStyle.ToolButtonIconOnly if on else Qt.ToolButtonStyle.ToolButtonTextBesideIcon
        if self.toolButtonStyle() != style:
            self.setToolButtonStyle(style)

    def refresh(self) -> None:
        """Follow what is chosen."""
        how = self._finding.arrangement
        plain = "Best first" if self._session.search.asks else "As imported"
        if self._finding.order is not None:
            plain = "Best first" if self._session.search.asks else "My order"
        self.sorts["score"].setText(plain)
        self.sorts[how.sort].setChecked(True)
        for action, on in (
            (self.descending, how.descending),
            (self.fold, how.fold),
            (self.grouped, how.group),
        ):
            if action.isChecked() != on:
                action.setChecked(on)
        text = plain if how.sort == "score" else dict(SORTS)[how.sort]
        if text != self.text():
            self.setText(text)
        self.set_icon("sort-descending" if how.descending else "sort-ascending")
        set_visible(self, self._finding.available)


class CutSlider(QWidget):
    """Hides what scores lower; the line above the cards says how many."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session, self._finding = session, session.finding
        self._room = True
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 0, 4, 0)
        row.setSpacing(6)
        self.figure = label("", "muted")
        self.figure.setMinimumWidth(38)
        self.figure.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, _STEPS)
        self.slider.setPageStep(10)
        self.slider.setFixedWidth(72)
        self.slider.setAccessibleName("Lowest score that is shown")
        self.slider.setToolTip("Hide what scores lower than this")
        self.slider.valueChanged.connect(self._slid)
        row.addWidget(self.figure)
        row.addWidget(self.slider)
        self._finding.arranged.connect(lambda _made: self.refresh())
        session.search.changed.connect(self.refresh)
        self.refresh()

    def set_room(self, on: bool) -> None:
        """Whether there is room for it."""
        if on != self._room:
            self._room = on
            self.refresh()

    def refresh(self) -> None:
        """There is something to cut only where cards have scores."""
        scores = self._finding.scores() if self._session.search.asks else None
        wide = scores is not None and scores[1] > scores[0]
        set_visible(self, wide and (self._room or self._finding.cut != 0.0))
        cut = self._finding.cut
        if scores is not None and wide and not self.slider.isSliderDown():
            share = (cut - scores[0]) / (scores[1] - scores[0]) if cut else 0.0
            with QSignalBlocker(self.slider):  # the knob stands where the cut is among these scores
                self.slider.setValue(round(_STEPS * min(max(share, 0.0), 1.0)))
        self.figure.setText(f"≥ {cut:.2f}" if cut else "all")

    def _slid(self, value: int) -> None:
        scores = self._finding.scores()
        if scores is not None:
            low, high = scores
            self._finding.set_cut(low + (high - low) * value / _STEPS if value else 0.0)


class ActiveFilters(QWidget):
    """A chip for each filter, with a cross; gone when nothing filters."""

    def __init__(self, session: Session, themes: ThemeManager) -> None:
        super().__init__()
        self._session, self._themes = session, themes
        self._finding, self._curation = session.finding, session.curation
        self.chips: dict[tuple[str, Value], QPushButton] = {}
        box = QVBoxLayout(self)
        box.setContentsMargins(16, 0, 16, 6)
        inner = QWidget()
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        inner.setSizePolicy(policy)
        self._flow = FlowLayout(inner)
        box.addWidget(inner)
        self.hidden = label("", "muted")
        self.clear = button("Clear all", "link", self._finding.clear)
        self.hidden.setParent(self)
        self.clear.setParent(self)
        self._finding.changed.connect(self.refresh)
        self._curation.changed.connect(self.refresh)
        session.search.changed.connect(self.refresh)
        themes.changed.connect(self._tint)
        self.refresh()

    def refresh(self) -> None:
        """Follow the filter."""
        active = self._finding.active()
        names = {c.id: c.name for c in self._curation.kept.collections}
        if list(self.chips) != active:
            for kept in (self.clear, self.hidden):
                self._flow.removeWidget(kept)
                kept.setParent(self)
                kept.hide()
            self._flow.clear()
            self.chips.clear()
            for facet, value in active:
                self._flow.addWidget(self._chip(facet, value))
            self._flow.addWidget(self.hidden)
            self.hidden.show()
            if len(active) > 1:
                self._flow.addWidget(self.clear)
                self.clear.show()
            self._tint()
        for (facet, value), chip in self.chips.items():
            text = names.get(int(value), "Collection") if facet == "collection" else value_name(facet, value)
            chip.setText(text.replace("&", "&&"))
            chip.setAccessibleName(f"Filter: {text}. Press to remove it")
        found, asks = self._finding.found, self._session.search.asks
        if found is not None:
            passing, total = (f[1] if asks else f[0] for f in (found.passing, found.total))
            text = f"{total - passing:,} of {counted(total, 'moment' if asks else 'motion')} hidden"
            if text != self.hidden.text():
                self.hidden.setText(text)
                self._flow.invalidate()
        set_visible(self, bool(active))

    def _chip(self, facet: str, value: Value) -> QPushButton:
        chip = button("", "filter", lambda: self._finding.toggle(facet, value))
        chip.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # the cross stands behind the name
        chip.setIconSize(QSize(12, 12))
        chip.setToolTip(
            f"{value}\nClick to remove this filter" if facet == "folder" else "Click to remove this filter"
        )
        self.chips[facet, value] = chip
        return chip

    def _tint(self) -> None:
        for chip in self.chips.values():
            chip.setIcon(icon("x", self._themes.theme))
