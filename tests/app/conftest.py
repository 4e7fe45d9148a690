"""App tests run without a screen by default; they leave no thread and no running timer behind."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OMP_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).parent))

pytest.importorskip("PySide6.QtWidgets", reason="PySide6 is not installed or lacks system libraries")

from fakes import FakeServices
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from motionlens_app.main import App, build
from motionlens_app.settings import Settings
from motionlens_app.state.libraries import starter_choice


@pytest.fixture
def services() -> FakeServices:
    """A fake engine; tests set its delays and failures."""
    return FakeServices()


@pytest.fixture(autouse=True)
def _nothing_leaks(qapp: QApplication) -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    deadline = time.monotonic() + 3
    while time.monotonic() < deadline:
        left = [t for t in set(threading.enumerate()) - before if not isinstance(t, threading._DummyThread)]
        if not left:
            break
        time.sleep(0.01)
    assert not left, f"threads left behind: {left}"


@pytest.fixture
def make_app(
    qtbot, qapp: QApplication, services: FakeServices, tmp_path: Path
) -> Iterator[Callable[[], App]]:
    """Builds and shows the window on the fake engine; closes it at the end and looks for running timers."""
    made: list[App] = []

    def make(start: bool = True, resize: bool = True) -> App:
        app = build(qapp, services, Settings(tmp_path / "app.ini"))
        made.append(app)
        if resize:
            app.window.resize(1280, 720)
        app.window.show()
        qtbot.waitExposed(app.window)
        if start:
            app.session.start(starter_choice())
        return app

    yield make
    services.gate.set()
    services.model_gate.set()
    services.why_gate.set()
    services.track_gate.set()
    for app in made:
        app.window.close()
        running = [
            t for t in app.window.findChildren(QTimer) + app.session.findChildren(QTimer) if t.isActive()
        ]
        assert not running, f"timers still run after closing: {running}"
        app.window.deleteLater()
        app.session.deleteLater()
        app.themes.deleteLater()
    qapp.processEvents()


@pytest.fixture
def app(make_app: Callable[[], App], qtbot) -> App:
    """A started app with the starter library shown and the model ready."""
    made = make_app()
    qtbot.waitUntil(lambda: made.session.items.rowCount() > 0 and made.session.search.has_searcher)
    return made
