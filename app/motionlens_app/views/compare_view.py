"""Motions side by side in step, or over one another, with a legend."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from motionlens.motion import FPS

from .. import theme as look
from ..render.colours import TINTS
from ..render.factory import make_viewport
from ..render.viewport import Actor, OrbitHandler, ViewportColours, ViewportModel
from ..state.compare import MOST, CompareController, Compared
from ..state.viewer import ViewerController
from .widgets import ElidedLabel, IconButton, clock, label

_WIDE_LEGEND = 190
PICTURES_S = 0.02
"""Processor time for pictures in one paint event."""
LATER_MS = 3


def columns_for(n: int, width: float, height: float) -> int:
    """Columns that let n upright people stand largest: a picture is of use as wide as 0.8 of its height.

    >>> columns_for(4, 900, 260), columns_for(4, 480, 480), columns_for(2, 480, 300)
    (4, 2, 2)
    """
    rows = {c: -(-n // c) for c in range(1, n + 1)}
    return max(rows, key=lambda c: (min(width / c / 0.8, height / rows[c]), -c))


class Dot(QWidget):
    """A spot in a motion's tint."""

    def __init__(self, colour: str) -> None:
        super().__init__()
        self._colour = colour
        self.setFixedSize(12, 12)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A filled circle."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._colour))
        painter.drawEllipse(QRectF(1, 1, 10, 10))
        painter.end()


class LegendRow(QWidget):
    """Tint, what the motion is, and its own time."""

    def __init__(self, number: int) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 4, 8, 4)
        row.setSpacing(6)
        self.name = ElidedLabel("")
        self.time = label("", "small")
        self.time.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(Dot(TINTS[number]))
        row.addWidget(self.name, 1)
        row.addWidget(self.time)

    def present(self, entry: Compared) -> None:
        """Another motion."""
        self.name.set_whole(entry.item.title)

    def set_frame(self, entry: Compared, common: float) -> None:
        """Its own time, and how long it is where there is room to say so."""
        seconds, wide = entry.frame_at(common) / FPS, self.width() >= _WIDE_LEGEND
        text = f"{seconds:.1f} / {clock((entry.layers.n_frames - 1) / FPS)}" if wide else f"{seconds:.1f} s"
        if text != self.time.text():
            self.time.setText(text)


class Tile(QWidget):
    """One motion's picture over its legend."""

    def __init__(self, number: int, colours: ViewportColours) -> None:
        super().__init__()
        self.scene = ViewportModel(colours, self)
        self.viewport = make_viewport(self.scene)
        self.viewport.setMinimumSize(96, 96)
        self.legend = LegendRow(number)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addWidget(self.viewport, 1)
        box.addWidget(self.legend)


class CompareView(QWidget):
    """Follows a ``CompareController``; ``left`` when the user is done."""

    left = Signal()

    def __init__(self, viewer: ViewerController, themes: look.ThemeManager, colours: ViewportColours) -> None:
        super().__init__()
        self.setAccessibleName("Comparison of motions")
        self._viewer, self._themes, self._colours = viewer, themes, colours
        self.compare: CompareController = viewer.compare
        self.tiles: list[Tile] = []
        self.overlay = Tile(0, colours)
        self.overlay.legend.hide()
        self.legends: list[LegendRow] = []
        self._linking = False
        self._columns = 0
        self._entries: list[Compared] = []
        self._late: list[QWidget] = []  # pictures that are held back for the next paint event
        self._later = QTimer(self, singleShot=True, interval=LATER_MS)
        self._later.timeout.connect(lambda: self._paint_some(self._late))
        self._handlers = [OrbitHandler(self.overlay.viewport, self.overlay.scene, viewer.playback.toggle)]
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addLayout(self._header())
        self._area = QWidget()
        self._area.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._grid = QGridLayout(self._area)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(2)
        box.addWidget(self._area, 1)
        self._legend_box = QGridLayout()
        self._legend_box.setContentsMargins(4, 0, 4, 0)
        self._legend_box.setSpacing(0)
        box.addLayout(self._legend_box)
        self.overlay.hide()
        self.compare.changed.connect(self.refresh)
        viewer.options_changed.connect(self._options_changed)

    def sizeHint(self) -> QSize:
        """As the viewer's own."""
        return QSize(480, 360)

    def _header(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(16, 6, 8, 6)
        row.setSpacing(2)
        self.title = ElidedLabel("title")
        row.addWidget(self.title, 1)
        themes, compare = self._themes, self.compare
        self.align_label = QLabel("Aligned at")
        self.align_label.setObjectName("small")
        self.start_button = IconButton("", "Let all begin together", themes, checkable=True, text="Start")
        self.best_button = IconButton("", "Let all reach their best moment together", themes, checkable=True,
                                      text="Best moment")  # fmt: skip
        self.start_button.clicked.connect(lambda: self._align("start"))
        self.best_button.clicked.connect(lambda: self._align("best"))
        self.overlay_button = IconButton(
            "stack", "All in one picture", themes, checkable=True, text="Overlay"
        )
        self.overlay_button.toggled.connect(compare.set_overlay)
        self.fit_button = IconButton("corners-out", "Fit the motions in their pictures", themes, self.fit)
        self.leave_button = IconButton("x", "Stop comparing (Esc)", themes, self.left.emit)
        for widget in (self.align_label, self.start_button, self.best_button, self.overlay_button,
                       self.fit_button, self.leave_button):  # fmt: skip
            row.addWidget(widget)
        return row

    def _align(self, how: str) -> None:
        self.compare.set_align("best" if how == "best" else "start")
        self._show_switches()

    def _show_switches(self) -> None:
        compare = self.compare
        self.start_button.setChecked(compare.align == "start")
        self.best_button.setChecked(compare.align == "best")
        self.best_button.setToolTip(
            "Let all reach together the moment that matches the query best"
            if compare.by_query or compare.align == "start"
            else "Without a query: the pose that tells most of each motion"
        )
        self.overlay_button.setChecked(compare.overlay)

    # -- what is shown ---------------------------------------------------------------------------

    def refresh(self) -> None:
        """Other motions, another alignment, overlay or not."""
        entries = self.compare.entries
        self._entries = entries
        for viewport in self._late:
            viewport.setUpdatesEnabled(True)
        self._late = []
        self._show_switches()
        if not entries:
            return
        self.title.set_whole(f"Comparing {len(entries)} motions")
        while len(self.tiles) < len(entries):
            self._add_tile()
        while len(self.legends) < len(entries):
            row = LegendRow(len(self.legends))
            self._legend_box.addWidget(row, len(self.legends) // 2, len(self.legends) % 2)
            self.legends.append(row)
        self._put_actors()
        for number, row in enumerate(self.legends):
            row.setVisible(self.compare.overlay and number < len(entries))
            if number < len(entries):
                row.present(entries[number])
                self.tiles[number].legend.present(entries[number])
        self._lay_out(force=True)
        self.set_frame(self._viewer.playback.frame)
        self.fit()

    def _add_tile(self) -> None:
        tile = Tile(len(self.tiles), self._colours)
        tile.scene.set_options(self._viewer.options)
        tile.scene.camera_changed.connect(partial(self._link_cameras, tile))
        self._handlers.append(OrbitHandler(tile.viewport, tile.scene, self._viewer.playback.toggle))
        self.tiles.append(tile)

    def _put_actors(self) -> None:
        self._linking = True
        for tile, entry in zip(self.tiles, self._entries, strict=False):
            tile.scene.set_actors([Actor(entry.layers, entry.layers.at(0.0))])
        for tile in self.tiles[len(self._entries) :]:
            tile.scene.set_actors([])
        shown = self._entries if self.compare.overlay else []
        self.overlay.scene.set_actors(
            [Actor(e.layers, e.layers.at(0.0), tint=TINTS[i]) for i, e in enumerate(shown)]
        )
        self._linking = False

    def _lay_out(self, force: bool = False) -> None:
        n = len(self._entries)
        columns = columns_for(n, self._area.width(), self._area.height()) if n else 1
        if columns == self._columns and not force:
            return
        self._columns = columns
        for widget in (*self.tiles, self.overlay):
            self._grid.removeWidget(widget)
            widget.hide()
        for at in range(MOST):
            self._grid.setColumnStretch(at, 0)
            self._grid.setRowStretch(at, 0)
        shown = [self.overlay] if self.compare.overlay else self.tiles[:n]
        columns = 1 if self.compare.overlay else columns
        for at, widget in enumerate(shown):
            self._grid.addWidget(widget, at // columns, at % columns)
            self._grid.setColumnStretch(at % columns, 1)
            self._grid.setRowStretch(at // columns, 1)
            widget.show()

    def hideEvent(self, event) -> None:
        """No timer runs unseen."""
        super().hideEvent(event)
        self._later.stop()

    def resizeEvent(self, event) -> None:
        """Four in a row, or two by two."""
        super().resizeEvent(event)
        self._lay_out()

    def set_frame(self, common: float) -> None:
        """All motions at one moment of the common time."""
        for number, entry in enumerate(self._entries):
            resting = 1.0 if entry.resting(common) else 0.0
            if self.compare.overlay:
                actor = self.overlay.scene.actors[number]
                actor.faded = resting
                actor.move(entry.frame_at(common))
                self.legends[number].set_frame(entry, common)
            else:
                tile = self.tiles[number]
                tile.scene.actors[0].faded = resting
                tile.scene.set_frame(entry.frame_at(common))
                tile.legend.set_frame(entry, common)
        if self.compare.overlay and self._entries:
            self.overlay.scene.moved()
        late = [one for one in self._late if one in self.viewports()]
        self._paint_some(late + [one for one in self.viewports() if one not in late])

    def _paint_some(self, viewports: list[QWidget]) -> None:
        """Let as many be painted in one event as it has time for; the others follow in the next."""
        spent = 0.0
        self._late = []
        for viewport in viewports:
            cost = float(getattr(viewport, "cost_s", 0.0))
            now = not spent or spent + cost <= PICTURES_S
            viewport.setUpdatesEnabled(now)  # what is to be painted and was held back is painted then
            if now:
                spent += cost
            else:
                self._late.append(viewport)
        if self._late:
            self._later.start()

    # -- cameras ---------------------------------------------------------------------------------

    def preset(self, name: str) -> None:
        """All from one of the preset directions."""
        for scene in self.scenes():
            scene.camera = scene.camera.preset(name)
        self.fit()

    def scenes(self) -> list[ViewportModel]:
        """Of the pictures that are shown."""
        if self.compare.overlay:
            return [self.overlay.scene]
        return [tile.scene for tile in self.tiles[: len(self._entries)]]

    def viewports(self) -> list[QWidget]:
        """The pictures that are shown."""
        shown = [self.overlay] if self.compare.overlay else self.tiles[: len(self._entries)]
        return [tile.viewport for tile in shown]

    def fit(self) -> None:
        """Every motion in its picture, all in one scale, so that differences are the motions'."""
        scenes = self.scenes()
        self._linking = True
        for scene in scenes:
            scene.fit()
        farthest = max((scene.camera.distance for scene in scenes), default=1.0)
        for scene in scenes:
            scene.set_camera(replace(scene.camera, distance=farthest))
        self._linking = False

    def _link_cameras(self, source: Tile) -> None:
        """Turn, zoom and pan one picture: the others follow."""
        if self._linking:
            return
        self._linking = True
        camera = source.scene.camera
        offset = np.asarray(camera.target) - source.scene.middle
        for scene in self.scenes():
            if scene is not source.scene:
                scene.set_camera(camera.looking_at(scene.middle + offset))
        self._linking = False

    def set_colours(self, colours: ViewportColours) -> None:
        """Another theme."""
        self._colours = colours
        for tile in (*self.tiles, self.overlay):
            tile.scene.set_colours(colours)

    def _options_changed(self) -> None:
        self._linking = True
        for tile in (*self.tiles, self.overlay):
            tile.scene.set_options(self._viewer.options)
        self._linking = False
