"""The motion in the viewer: loaded in the background, newest selection wins."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QObject, Signal

from motionlens.library.interface import Library, MotionRecord

from ..render.body import body_scale
from ..render.layers import Layers, make_layers
from ..render.looks import BODIES, GHOSTS, TRAIL_SETS, ViewOptions
from ..worker import Task, Worker
from .compare import CompareController
from .items import Item
from .playback import Playback


@dataclass(frozen=True, eq=False)
class Shown:
    """What the viewport draws: (T, 22, 3) metres in the source's own proportions, and where it came from.

    ``layers`` is what trails, ghosts and footprints are drawn from, made with it off the GUI thread.
    """

    item: Item
    record: MotionRecord
    positions: np.ndarray
    span: tuple[int, int]
    scale: float
    layers: Layers


def _after(choices: tuple[str, ...], now: str) -> str:
    """The next of the choices; the first after the last and after what is none of them."""
    return choices[(choices.index(now) + 1) % len(choices)] if now in choices else choices[0]


class ViewerController(QObject):
    """Loads the selected card's motion and starts playing its moment."""

    changed = Signal()
    options_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._worker = Worker("viewer", parent=self)
        self.options = ViewOptions()
        self.playback = Playback(self)
        self.compare = CompareController(self)
        self.compare.changed.connect(self._compared)
        self._comparing = False
        self.shown: Shown | None = None
        self.error: Exception | None = None
        self.autoplay = True
        self.library: Library | None = None

    def show(self, library: Library, item: Item) -> None:
        """Show a card."""
        self.library = library
        if self.shown is not None and self.shown.item == item:
            return

        def job(task: Task) -> Shown:
            record = library.motion(item.motion_id)
            positions = np.array(library.positions(item.motion_id, original=True))
            _, start, end = item.key
            span, scale = (start, max(end, start + 1)), body_scale(positions)
            return Shown(item, record, positions, span, scale, make_layers(positions, scale, span))

        self._worker.submit(job, self._loaded, self._failed)

    def set_options(self, options: ViewOptions) -> None:
        """Draw in another way."""
        if options != self.options:
            self.options = options
            self.options_changed.emit()

    def next_option(self, field: str) -> None:
        """The next choice of "body", "trails" or "ghosts", or a switch thrown."""
        options = self.options
        if field == "body":
            value: object = _after(BODIES, options.body)
        elif field == "ghosts":
            value = _after(GHOSTS, options.ghosts)
        elif field == "trails":
            value = TRAIL_SETS[_after(tuple(TRAIL_SETS), options.trail_set)]
        else:
            value = not getattr(options, field)
        self.set_options(options.having(**{field: value}))

    def clear(self) -> None:
        """Show nothing."""
        self._worker.cancel()
        self.library, self.shown, self.error = None, None, None
        self.compare.leave()
        self.playback.unload()
        self.changed.emit()

    def close(self) -> None:
        """Wait for the thread."""
        self.playback.pause()
        self._worker.close()
        self.compare.close()

    def pose(self, frame: float) -> np.ndarray:
        """(22, 3) at a fractional frame: joints go straight between frames, 50 ms apart."""
        assert self.shown is not None
        positions = self.shown.positions
        low = min(int(frame), len(positions) - 1)
        high = min(low + 1, len(positions) - 1)
        share = np.float32(frame - low)
        return positions[low] * (1 - share) + positions[high] * share

    def _loaded(self, shown: Shown) -> None:
        self.shown, self.error = shown, None
        if not self.compare.active:
            self.playback.load(len(shown.positions), shown.span, self.autoplay)
        self.changed.emit()

    def _compared(self) -> None:
        """One clock for all: the playhead is that of what is compared, and goes back to the motion after it."""
        compare, playing = self.compare, self.playback.playing
        if compare.active:
            if self.playback.n_frames != compare.frames or not self._comparing:
                self.playback.load(compare.frames, None, playing or not self._comparing)
        elif self._comparing and self.shown is not None:
            self.playback.load(len(self.shown.positions), self.shown.span, playing)
        self._comparing = compare.active

    def _failed(self, error: Exception) -> None:
        self.shown, self.error = None, error
        self.playback.unload()
        self.changed.emit()
