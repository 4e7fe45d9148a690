"""Start, response and memory of the app: ``python -m motionlens_app.measure --moments 5000``.

Opens the real window on a library of synthesised motions in a temporary folder, types queries, scrolls,
switches themes, and prints what a user would feel. A gap is a time during which the window could not
react: the longest of each phase by the clock, and in processor time of the window's thread (which other
programs on the machine do not lengthen). Works without a screen (QT_QPA_PLATFORM=offscreen) and on Xvfb.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Collection, Sequence
from contextlib import nullcontext
from pathlib import Path

from PySide6.QtWidgets import QApplication

from motionlens.benchmark.filling import fill_with_shipped_model

from ..state.libraries import LibraryState, choice_for, own_choice
from .look import measure_look
from .meter import GapMeter, resident_mb
from .response import QUERIES, PaintedResults, entered, measure_response
from .why import measure_why

_SCROLL_S = 4.0
PARTS = ("response", "why", "look", "browse", "theme", "import")


def measure(folder: Path, parts: Collection[str] = PARTS, where: bool = False) -> dict[str, float]:
    """Drive the window on the library in ``folder``; seconds, milliseconds and MB by name.

    Args:
        parts: what is measured, of ``PARTS``.
        where: print the stack of the longest stall of each phase.
    """
    started = time.perf_counter()
    from ..main import prepare

    existing = QApplication.instance()
    application = existing if isinstance(existing, QApplication) else QApplication(["motionlens"])
    prepare(application)
    meter = GapMeter(application)
    with meter if where else nullcontext():  # looking where stalls are costs a little time itself
        figures = _driven(folder, parts, meter, application, started)
    if where:
        meter.print_stalls()
    return figures


def _driven(
    folder: Path, parts: Collection[str], meter: GapMeter, application: QApplication, started: float
) -> dict[str, float]:
    from ..main import build
    from ..services import LocalServices
    from ..state.model import ModelState

    services = LocalServices()
    app = build(application, services)
    session = app.session
    app.window.show()
    figures = {"window_s": time.perf_counter() - started}
    with meter.timed():
        session.start(choice_for(folder))
    meter.until(lambda: session.items.rowCount() > 0, 60)
    figures["window_with_motions_s"] = time.perf_counter() - started
    meter.until(lambda: session.model.state in (ModelState.READY, ModelState.FAILED), 120)
    figures["model_ready_s"] = time.perf_counter() - started
    meter.until(lambda: session.search.has_searcher, 300)
    figures["searchable_s"] = time.perf_counter() - started
    meter.wait(0.5)

    if "response" in parts:
        figures |= measure_response(meter, app)
    if "why" in parts:
        with tempfile.TemporaryDirectory() as folder_of_exports:
            figures |= measure_why(meter, app, Path(folder_of_exports))
    if "look" in parts:
        figures |= measure_look(meter, app)
    if "browse" in parts:
        meter.phase = "browse"
        with meter.timed():
            app.window.query.set_text("")
        _scroll(meter, app)
    if "theme" in parts:
        meter.phase = "theme"
        for name in ("light", "dark"):
            with meter.timed():
                app.window.choose_theme(name)
            meter.wait(0.5)
    if "import" in parts:
        figures["import_s"], figures["query_during_import_ms"] = _import(meter, app)
    figures |= meter.figures()
    figures["memory_window_mb"] = resident_mb()
    figures["memory_model_mb"] = resident_mb(services.model_pid) if services.model_pid else 0.0
    begin = time.perf_counter()
    app.window.close()
    figures["close_s"] = time.perf_counter() - begin
    return figures


def _import(meter: GapMeter, app) -> tuple[float, float]:
    """Import files into a library of their own and ask meanwhile: seconds, and the slowest answer in ms."""
    from ..screenshots.takes import write_takes
    from ..state.imports import ImportState

    session, seen = app.session, PaintedResults(app)
    with tempfile.TemporaryDirectory() as work:
        write_takes(Path(work) / "takes", session.libraries.library)
        meter.phase = "import"
        with meter.timed():
            app.window.open_library(own_choice())
        meter.until(lambda: session.libraries.state is LibraryState.READY, 20)
        begin = time.perf_counter()
        with meter.timed():
            app.window.import_paths([Path(work) / "takes"])
        slowest, number = 0.0, 0
        while session.imports.state is not ImportState.IDLE and time.perf_counter() - begin < 300:
            if session.search.has_searcher:
                slowest = max(slowest, entered(meter, app, seen, QUERIES[number % len(QUERIES)], "import"))
                number += 1
            meter.wait(0.3)
        taken = time.perf_counter() - begin
        dialog = QApplication.activeModalWidget()
        if dialog is not None:
            dialog.close()
        meter.wait(0.3)
    return taken, 1e3 * slowest


def _scroll(meter: GapMeter, app) -> None:
    """Wheel through the cards, faster and faster."""
    grid = app.window.results.grid
    begin = time.perf_counter()
    step = 20.0
    while time.perf_counter() - begin < _SCROLL_S:
        bar = grid.verticalScrollBar()
        with meter.timed():
            bar.setValue(int(bar.value() + step) if bar.value() < bar.maximum() else 0)
        meter.wait(0.016)
        step *= 1.02


def main(argv: Sequence[str] | None = None) -> int:
    """Fill, drive, print."""
    parser = argparse.ArgumentParser(
        prog="python -m motionlens_app.measure",
        description="Measure start, response, gaps and memory of the app.",
        epilog="example: python -m motionlens_app.measure --moments 5000",
    )
    parser.add_argument("--moments", type=int, default=5000, help="size of the library that is made")
    parser.add_argument(
        "--encoded", type=int, metavar="N", help="encode N moments only, and repeat those with a little noise"
    )
    parser.add_argument(
        "--parts", nargs="+", choices=PARTS, default=PARTS, help="what is measured (default: all)"
    )
    parser.add_argument("--where", action="store_true", help="print where the longest stalls were")
    parser.add_argument("--library", type=Path, metavar="DIR", help="use this library instead")
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as work:
        os.environ["MOTIONLENS_HOME"] = os.environ["XDG_CONFIG_HOME"] = work
        folder = options.library or Path(work) / "library"
        if options.library is None:
            # Its memory is not to be counted; a function of this module would not be found there.
            filler = multiprocessing.get_context("spawn").Process(
                target=fill_with_shipped_model, args=(str(folder), options.moments, options.encoded)
            )
            filler.start()
            filler.join()
            if filler.exitcode:
                return 1
        for name, value in measure(folder, options.parts, options.where).items():
            print(f"{name:24} {value:10.1f}" if value >= 10 else f"{name:24} {value:10.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
