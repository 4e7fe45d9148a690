"""Start, response and memory of the app: ``python -m motionlens_app.measure --moments 5000``.

Opens the real window on a library of synthesised motions in a temporary folder, types queries, and
prints what a user would feel. Works without a screen (QT_QPA_PLATFORM=offscreen) and on Xvfb.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

_QUERIES = (
    "a person waves with the left hand",
    "someone walks in a circle",
    "jumps up twice",
    "kicks with the right leg",
    "a tired old man walks slowly",
)
_REPEATS = 6


def _fill(folder: str, moments: int) -> None:
    """Make and encode the library, in a process of its own so that its memory is not counted."""
    from motionlens.benchmark.command import fill_library
    from motionlens.library import LocalLibrary
    from motionlens.library.encoding import encode_missing
    from motionlens.model import load_encoder

    fill_library(Path(folder), moments)
    with LocalLibrary(folder) as library:
        encode_missing(library, load_encoder())


def _resident_mb() -> float:
    """Memory that this process holds now, MB (Linux), else its peak."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
    except OSError:
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def measure(folder: Path) -> dict[str, float]:
    """Drive the window on the library in ``folder``; seconds, milliseconds and MB by name."""
    started = time.perf_counter()
    from PySide6.QtWidgets import QApplication

    from .main import build
    from .services import LocalServices
    from .state.libraries import choice_for
    from .state.model import ModelState

    application = QApplication.instance() or QApplication(["motionlens"])
    longest = 0.0

    def until(reached: Callable[[], bool], seconds: float) -> float:
        nonlocal longest
        begin = time.perf_counter()
        while not reached() and time.perf_counter() - begin < seconds:
            before = time.perf_counter()
            application.processEvents()
            longest = max(longest, time.perf_counter() - before)
            time.sleep(0.001)
        return time.perf_counter() - begin

    app = build(application, LocalServices())  # type: ignore[arg-type]
    app.window.show()
    session = app.session
    session.start(choice_for(folder))
    until(lambda: session.items.rowCount() > 0, 60)
    usable = time.perf_counter() - started
    until(lambda: session.model.state is ModelState.READY, 120)
    ready = time.perf_counter() - started
    figures = {"window_with_motions_s": usable, "model_ready_s": ready}

    responses = []
    for number in range(_REPEATS * len(_QUERIES)):
        text = _QUERIES[number % len(_QUERIES)]
        if number == len(_QUERIES):  # the first round warms up
            longest = 0.0
        app.window.query.set_text(text)
        session.search.submit()  # Enter

        def answered(text: str = text) -> bool:
            result = session.search.result
            return result is not None and result.query == text

        seconds = until(answered, 20)
        application.processEvents()
        if number >= len(_QUERIES):
            responses.append(1e3 * seconds)
    responses.sort()
    figures["response_p50_ms"] = responses[len(responses) // 2]
    figures["response_p95_ms"] = responses[int(0.95 * (len(responses) - 1))]
    figures["longest_gui_stall_ms"] = 1e3 * longest
    figures["memory_mb"] = _resident_mb()
    app.window.close()
    return figures


def main(argv: Sequence[str] | None = None) -> int:
    """Fill, drive, print."""
    parser = argparse.ArgumentParser(prog="python -m motionlens_app.measure", description=__doc__)
    parser.add_argument("--moments", type=int, default=5000)
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as work:
        os.environ["MOTIONLENS_HOME"] = os.environ["XDG_CONFIG_HOME"] = work
        filler = multiprocessing.get_context("spawn").Process(
            target=_fill, args=(f"{work}/library", options.moments)
        )
        filler.start()
        filler.join()
        if filler.exitcode:
            return 1
        for name, value in measure(Path(work) / "library").items():
            print(f"{name:24} {value:10.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
