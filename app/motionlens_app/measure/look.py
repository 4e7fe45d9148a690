"""What a frame of the viewer and of the cards costs: ``python -m motionlens_app.measure.look [--library DIR]``.

Processor time of the window's thread a frame (which other programs on the machine do not lengthen, or hardly),
and pictures a second by the clock while viewer and cards play together. Frames within 16.7 ms of processor time
are 60 a second, within 33.3 ms are 30.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QRegion
from PySide6.QtWidgets import QApplication, QWidget

from ..render.looks import TRAIL_SETS, ViewOptions

if TYPE_CHECKING:
    from ..main import App
    from .meter import GapMeter

CARDS = 9
_FRAMES = 80
_PLAY_S = 4.0

LOOKS = {
    "body": ViewOptions(),
    "skeleton": ViewOptions("skeleton"),
    "trails_contacts": ViewOptions(trails=TRAIL_SETS["hands"] + TRAIL_SETS["feet"], contacts=True),
    "onion_4": ViewOptions(ghosts="4"),
    "onion_8": ViewOptions(ghosts="8"),
}


class PaintCounter(QObject):
    """Counts the paint events of a widget."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.count = 0
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Count and let pass."""
        self.count += event.type() == QEvent.Type.Paint
        return False


def cpu_ms(draw: Callable[[int], None], frames: int) -> tuple[float, float]:
    """Median and first decile of the processor time of ``draw(frame)``, milliseconds.

    The decile is what it costs while other programs leave the caches alone.
    """
    taken = []
    for frame in range(frames):
        begin = time.thread_time()
        draw(frame)
        taken.append(1e3 * (time.thread_time() - begin))
    taken.sort()
    return taken[frames // 2], taken[frames // 10]


def measure_look(meter: GapMeter, app: App, frames: int = _FRAMES) -> dict[str, float]:
    """Figures by name; the window must show a motion and at least ``CARDS`` cards."""
    viewer, grid = app.session.viewer, app.window.results.grid
    application = QApplication.instance()
    assert application is not None
    before, playing = viewer.options, viewer.playback.playing
    meter.phase = "look"
    viewer.playback.pause()
    grid.set_animate_all(False)
    meter.wait(0.3)
    figures: dict[str, float] = {}
    last = max(viewer.playback.last, 1)

    def viewer_frame(frame: int) -> None:
        viewer.playback.seek(frame * 0.37 % last)  # the timeline and the read-out follow
        application.processEvents()

    for name, options in LOOKS.items():
        viewer.set_options(options)
        application.processEvents()
        figures[f"frame_{name}_cpu_ms"], figures[f"frame_{name}_cpu_p10_ms"] = cpu_ms(viewer_frame, frames)
    viewer.set_options(before)

    cards = QRegion()
    for row in list(grid.visible_rows())[:CARDS]:
        cards += grid.picture_of(row)
    grid.set_animate_all(True)

    def cards_frame(frame: int) -> None:
        grid.viewport().repaint(cards)

    figures["frame_9_cards_cpu_ms"], figures["frame_9_cards_cpu_p10_ms"] = cpu_ms(cards_frame, frames)
    big, small = PaintCounter(app.window.viewer.viewport), PaintCounter(grid.viewport())
    viewer.playback.play()
    both = _rates(meter, big, small)
    figures |= {"both_viewer_fps": both[0], "both_cards_fps": both[1], "both_cpu_share": both[2]}
    grid.set_animate_all(False)
    figures["viewer_alone_fps"] = _rates(meter, big, small)[0]
    viewer.playback.pause()
    grid.set_animate_all(True)
    figures["cards_alone_fps"] = _rates(meter, big, small)[1]
    bar = grid.verticalScrollBar()
    figures["scrolling_fps"] = _rates(
        meter, big, small, lambda: bar.setValue((bar.value() + 9) % max(bar.maximum(), 1))
    )[1]
    if playing:
        viewer.playback.play()
    return figures


def _rates(
    meter: GapMeter, big: PaintCounter, cards: PaintCounter, act: Callable[[], None] = lambda: None
) -> tuple[float, float, float]:
    """Pictures a second of viewer and cards by the clock, and the share of a processor that they take.

    Args:
        act: done every 16 ms meanwhile.
    """
    meter.wait(0.3)  # the clock has settled on a rate
    big.count = cards.count = 0
    wall, cpu = time.perf_counter(), time.thread_time()
    end = wall + _PLAY_S
    while time.perf_counter() < end:
        act()
        meter.wait(0.015)
    wall, cpu = time.perf_counter() - wall, time.thread_time() - cpu
    return big.count / wall, cards.count / wall, cpu / wall


def main(argv: Sequence[str] | None = None) -> int:
    """Open the window at 1280 x 800, measure, print."""
    parser = argparse.ArgumentParser(
        prog="python -m motionlens_app.measure.look",
        description="Measure what a frame of the viewer and of the cards costs.",
        epilog="example: MOTIONLENS_RENDERER=gl python -m motionlens_app.measure.look",
    )
    parser.add_argument("--frames", type=int, default=_FRAMES, help=f"a figure (default: {_FRAMES})")
    parser.add_argument("--library", type=Path, metavar="DIR", help="default: the starter library")
    options = parser.parse_args(argv)
    from ..main import build, prepare
    from ..services import LocalServices
    from ..state.libraries import choice_for, starter_choice
    from .meter import GapMeter

    with tempfile.TemporaryDirectory() as work:
        os.environ["MOTIONLENS_HOME"] = os.environ["XDG_CONFIG_HOME"] = work
        existing = QApplication.instance()
        application = existing if isinstance(existing, QApplication) else QApplication(["motionlens"])
        prepare(application)
        meter = GapMeter(application)
        app = build(application, LocalServices())
        app.window.resize(1280, 800)
        app.window.show()
        app.session.start(choice_for(options.library) if options.library else starter_choice())
        meter.until(lambda: app.session.search.has_searcher, 300)
        meter.until(lambda: app.session.viewer.shown is not None, 30)
        app.window.viewer.splitter.setSizes([1000, 0])  # the big viewer: nothing under it
        app.window.splitter.setSizes([0, 700, 576])  # three cards side by side
        meter.wait(1.0)
        size = app.window.viewer.viewport.size()
        kind = getattr(app.window.viewer.viewport, "kind", "")
        print(
            f"{kind}, picture {size.width()} x {size.height()}, {len(app.window.results.grid.visible_rows())} cards"
        )
        for name, value in measure_look(meter, app, options.frames).items():
            print(f"{name:32} {value:8.2f}")
        app.window.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
