"""Right: the large viewer with its controls; under it why the motion is there, and the details."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QHBoxLayout,
    QSizePolicy,
    QSplitter,
    QStackedWidget,
    QTabBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from motionlens.skeleton import N_JOINTS

from .. import theme as look
from ..render.factory import make_viewport
from ..render.viewport import OrbitHandler, ViewportColours, ViewportModel
from ..state.compare import MOST
from ..state.explain import WhyController
from ..state.items import Item
from ..state.linked import WhyLink
from ..state.playback import PlaybackClock
from ..state.selection import Pick
from ..state.viewer import ViewerController
from .compare_view import CompareView
from .details import Details
from .timeline import Timeline
from .transport import Transport
from .viewer_options import PickingHint, ViewOptionsPanel
from .why_panel import WhyPanel
from .widgets import ElidedLabel, IconButton, Splitter

LEAST = 220
"""Height that the picture always has, pixels: what lies under it gives way."""
VIEWS = (("3/4", "three-quarter"), ("Front", "front"), ("Side", "side"), ("Top", "top"))


def viewport_colours(theme: look.Theme) -> ViewportColours:
    """A theme's colours as the renderers want them."""
    return ViewportColours(
        theme.viewport_top, theme.viewport_bottom, theme.grid_line, theme.path, theme.accent, theme.trunk,
        theme.text, theme.dark,
    )  # fmt: skip


class ViewerPanel(QWidget):
    """Viewport, transport, timeline; tabs "Why" and "Details"."""

    def __init__(
        self, viewer: ViewerController, themes: look.ThemeManager, why: WhyController, link: WhyLink
    ) -> None:
        super().__init__()
        self._why, self._link = why, link
        self.setAutoFillBackground(True)
        self.setBackgroundRole(QPalette.ColorRole.AlternateBase)  # as "panel" in the sheet
        self.viewer, self.playback, self._themes = viewer, viewer.playback, themes
        self.scene = ViewportModel(viewport_colours(themes.theme), self)
        self.viewport = make_viewport(self.scene)
        self.clock = PlaybackClock(viewer.playback, parent=self, cost_s=self._picture_cost)
        self.viewport.setMinimumSize(280, LEAST)
        self._orbit = OrbitHandler(
            self.viewport, self.scene, self.playback.toggle, self._joint_hovered, self._joint_clicked
        )
        self.options = ViewOptionsPanel(viewer, themes, self)
        self.picking = False
        self.hint = PickingHint(self.viewport, self.stop_picking)
        self.name = ElidedLabel("title")
        self.details = Details(themes)
        self.why = WhyPanel(why, themes)
        self.timeline = Timeline(self.playback, themes)
        self.timeline.follow(link)
        self.transport = Transport(self.playback, link, themes)
        top = QWidget()
        box = QVBoxLayout(top)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        single = QWidget()
        inner = QVBoxLayout(single)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(0)
        inner.addLayout(self._header())
        inner.addWidget(self.viewport, 1)
        self.compare_view = CompareView(viewer, themes, viewport_colours(themes.theme))
        self.stage = QStackedWidget()
        self.stage.addWidget(single)
        self.stage.addWidget(self.compare_view)
        box.addWidget(self.stage, 1)
        box.addWidget(self.timeline)
        box.addWidget(self.transport)
        self.splitter = Splitter(Qt.Orientation.Vertical, themes)
        self.splitter.addWidget(top)
        self.splitter.addWidget(self._tabs())
        self.splitter.setSizes([361, 420])
        self.splitter.setStretchFactor(0, 1)
        self.splitter.setStretchFactor(1, 0)
        self.splitter.setChildrenCollapsible(True)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.splitter)
        for part in (single, self.compare_view, self.timeline, self.transport):
            themes.dress(part)
        for part in (self.tabs, self.why.tools, self.why, self.details):
            themes.dress(part)
        self._connect()
        self._state_changed()

    def _connect(self) -> None:
        self.viewer.changed.connect(self._motion_changed)
        self.playback.frame_changed.connect(self._frame_changed)
        self.playback.state_changed.connect(self._state_changed)
        self._link.changed.connect(lambda: self.scene.set_glow(self._link.glow))
        self.timeline.hovered.connect(lambda span: self._why.selection.hover(self._at(span)))
        self.timeline.clicked.connect(lambda span: self._why.selection.toggle(self._at(span)))
        self.timeline.selected.connect(lambda span: self._why.selection.pin(self._at(span)))
        self.why.room_wanted.connect(self._make_room)
        self.viewer.options_changed.connect(self._options_changed)
        self.options.picking.connect(self.start_picking)
        self.viewer.compare.changed.connect(self._compare_changed)
        self.compare_view.left.connect(self.viewer.compare.leave)
        self._themes.changed.connect(self._theme_changed)

    def _theme_changed(self) -> None:
        colours = viewport_colours(self._themes.theme)
        self.scene.set_colours(colours)
        self.compare_view.set_colours(colours)

    def _tabs(self) -> QWidget:
        self.tabs = QTabBar()
        self.tabs.setExpanding(False)
        self.tabs.setDrawBase(False)
        self.tabs.setAccessibleName("What is shown under the viewer")
        self.pages = QStackedWidget()
        for text, page in (("Why", self.why), ("Details", self.details)):
            self.tabs.addTab(text)
            self.pages.addWidget(page)
        self.tabs.currentChanged.connect(self.pages.setCurrentIndex)
        self.tabs.currentChanged.connect(lambda at: self.why.tools.setVisible(at == 0))
        keep = self.why.tools.sizePolicy()
        keep.setRetainSizeWhenHidden(True)  # the tabs stay where they are without the tools
        self.why.tools.setSizePolicy(keep)
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addWidget(self.tabs)
        row.addStretch(1)
        row.addWidget(self.why.tools)
        out = QWidget()
        out.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Ignored)
        out.setMinimumHeight(80)
        box = QVBoxLayout(out)
        box.setContentsMargins(4, 0, 0, 0)
        box.setSpacing(0)
        box.addLayout(row)
        box.addWidget(self.pages, 1)
        return out

    def show_why(self) -> None:
        """Bring "Why" to the front, and the keyboard to its maps."""
        self.tabs.setCurrentIndex(0)
        self.why.focus_map()

    def show_details(self) -> None:
        """Bring "Details" to the front."""
        self.tabs.setCurrentIndex(1)
        if self.splitter.sizes()[1] == 0:
            self.splitter.setSizes([361, 420])

    def _at(self, span: tuple[float, float] | None) -> Pick:
        shown = self.viewer.shown
        return Pick() if span is None or shown is None else Pick(span=span, motion=shown.item.key)

    def _picture_cost(self) -> float:
        """Seconds that a picture takes of the processor."""
        compared = self.compare_view.viewports() if self.viewer.compare.active else [self.viewport]
        return sum(getattr(one, "cost_s", 0.0) for one in compared)

    # -- comparing -------------------------------------------------------------------------------

    def let_go(self) -> None:
        """Esc: the innermost thing that is going on ends."""
        if self.picking:
            self.stop_picking()
        elif self.viewer.compare.wanted:
            self.viewer.compare.leave()
        else:
            self._why.selection.clear()

    def toggle_compare(self, items: Sequence[Item]) -> None:
        """Put these side by side, or stop comparing."""
        if self.viewer.compare.wanted:
            self.viewer.compare.leave()
        else:
            self.compare_items(items)

    def follow_selection(self, items: Sequence[Item]) -> None:
        """While motions are compared, what is selected is compared; a single card ends it."""
        if self.viewer.compare.wanted and tuple(items[:MOST]) != self.viewer.compare.wanted:
            if len(items) > 1:
                self.compare_items(items)
            elif items:
                self.viewer.compare.leave()

    def compare_items(self, items: Sequence[Item]) -> None:
        """Put these side by side."""
        if self.viewer.library is not None and len(items) > 1:
            self.viewer.compare.show(self.viewer.library, items, self._why.explainer())

    def _compare_changed(self) -> None:
        comparing = self.viewer.compare.active
        if comparing != (self.stage.currentIndex() == 1):
            self._widen(comparing)
            self.stage.setCurrentIndex(int(comparing))
        if not comparing:
            self._motion_changed()
        entries = self.viewer.compare.entries
        meeting = (
            entries[0].shift + entries[0].anchor if self.viewer.compare.align == "best" and entries else None
        )
        self.timeline.show_common(comparing, meeting)
        self._frame_changed(self.playback.frame)

    def _widen(self, on: bool) -> None:
        """Several pictures take the room of the panes beside and below, and give it back."""
        around = self.parentWidget()
        if not isinstance(around, QSplitter):
            return
        if on:
            self._narrow = around.sizes(), self.splitter.sizes()
            width = sum(around.sizes())
            around.setSizes([0, round(width * 0.36), round(width * 0.64)])
            self.splitter.setSizes([sum(self.splitter.sizes()), 0])
        else:
            around.setSizes(self._narrow[0])
            self.splitter.setSizes(self._narrow[1])

    def _joint_hovered(self, joint: int | None) -> None:
        if self.picking:
            self._show_picked(joint)
            return
        self._why.selection.hover(Pick(joint=joint) if self._why.current else Pick())

    def _joint_clicked(self, joint: int) -> bool:
        if self.picking:
            self.viewer.set_options(self.viewer.options.with_joint(joint))
            self._show_picked(joint)
            return True
        if self._why.current is None or not self._why.active:
            return False
        self._why.selection.toggle(Pick(joint=joint))
        return True

    def _make_room(self, on: bool) -> None:
        """The maps may take most of the window, and give it back."""
        around = self.parentWidget()
        if not isinstance(around, QSplitter):
            return
        if on:
            self._before = around.sizes(), self.splitter.sizes()
            width, height = sum(around.sizes()), sum(self.splitter.sizes())
            around.setSizes([0, round(width * 0.3), round(width * 0.7)])
            self.splitter.setSizes([round(height * 0.36), round(height * 0.64)])
        else:
            around.setSizes(self._before[0])
            self.splitter.setSizes(self._before[1])

    def _header(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(16, 6, 8, 6)
        row.setSpacing(2)
        row.addWidget(self.name, 1)
        self.view_buttons: dict[str, QToolButton] = {}
        for text, name in VIEWS:
            made = IconButton("", f"View: {name}", self._themes, partial(self.preset, name), text=text)
            self.view_buttons[name] = made
            row.addWidget(made)
        self.fit_button = IconButton(
            "corners-out", "Fit the motion in the picture", self._themes, self.scene.fit
        )
        self.follow_button = IconButton("crosshair", "Follow the person", self._themes, checkable=True)
        self.follow_button.setChecked(True)
        self.follow_button.toggled.connect(
            lambda on: self.viewer.set_options(self.viewer.options.having(follow=on))
        )
        self.options_button = IconButton(
            "sliders-horizontal", "View options (L)", self._themes, self.show_options
        )
        row.addWidget(self.follow_button)
        row.addWidget(self.fit_button)
        row.addWidget(self.options_button)
        return row

    def preset(self, name: str) -> None:
        """Look from one of the preset directions."""
        if self.viewer.compare.active:
            self.compare_view.preset(name)
        self.scene.preset(name)

    def fit(self) -> None:
        """Frame what is shown."""
        if self.viewer.compare.active:
            self.compare_view.fit()
        self.scene.fit()

    def show_options(self) -> None:
        """Open the choices of how things are drawn."""
        self.options.open_under(self.options_button)

    def start_picking(self) -> None:
        """The next clicks on joints switch their trails."""
        self.picking = True
        self.hint.present()
        self._show_picked(None)

    def stop_picking(self) -> None:
        """Clicks on joints mean what they did before."""
        self.picking = False
        self.hint.hide()
        self.scene.set_glow(self._link.glow)

    def _show_picked(self, hovered: int | None) -> None:
        glow = np.zeros(N_JOINTS, np.float32)
        glow[list(self.viewer.options.trails)] = 0.45
        if hovered is not None:
            glow[hovered] = 1.0
        self.scene.set_glow(glow)

    def _options_changed(self) -> None:
        self.scene.set_options(self.viewer.options)
        self.follow_button.setChecked(self.viewer.options.follow)

    def _motion_changed(self) -> None:
        shown = self.viewer.shown
        self.name.set_whole(shown.record.name if shown else "")
        self.details.show_motion(shown)
        if shown is None:
            self.scene.set_motion(None, 1.0, (0, 0))
        else:
            self.scene.set_motion(shown.positions, shown.scale, shown.span, shown.layers)
            if not self.viewer.compare.active:
                self._frame_changed(self.playback.frame)
        self._state_changed()

    def _frame_changed(self, frame: float) -> None:
        if self.viewer.compare.active:
            self.compare_view.set_frame(frame)
        elif self.viewer.shown is not None and frame < len(self.viewer.shown.positions):
            self.scene.set_frame(frame)
        self.transport.show_frame(frame)

    def _state_changed(self) -> None:
        there = self.playback.n_frames > 1
        for widget in (self.fit_button, self.follow_button, *self.view_buttons.values()):
            widget.setEnabled(there)
