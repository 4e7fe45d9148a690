"""The app on the real engine, with a small untrained model: from the first start to a resumed import."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from dropping import drop
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from tiny_model import make_model, run_python

from motionlens.library import LocalLibrary
from motionlens.motion import Motion, save_motion
from motionlens.resources import default_library_dir, starter_library_dir
from motionlens.skeleton import JOINT_NAMES, PARENTS, REFERENCE_OFFSETS, rest_positions
from motionlens_app.main import App, build, first_library
from motionlens_app.services import LocalServices
from motionlens_app.settings import Settings
from motionlens_app.state.imports import ImportState
from motionlens_app.state.libraries import LibraryState
from motionlens_app.state.model import ModelState
from motionlens_app.state.search import SearchPhase

_SEARCH_IN_A_PROCESS = """
import sys, time
from PySide6.QtWidgets import QApplication
from motionlens_app.main import build, prepare
from motionlens_app.services import LocalServices
from motionlens_app.state.libraries import choice_for
from pathlib import Path
application = QApplication([])
prepare(application)
app = build(application, LocalServices())
app.window.show()
app.session.start(choice_for(Path(sys.argv[1])))
app.window.query.set_text("walks")
deadline = time.monotonic() + 60
while not (app.session.search.result and app.session.search.result.hits) and time.monotonic() < deadline:
    application.processEvents()
    time.sleep(0.005)
print(len(app.session.search.result.hits))
app.window.close()
print(*sorted({"torch", "transformers", "safetensors"} & set(sys.modules)))
"""


def children() -> set[int]:
    """Child processes of this one (Linux; elsewhere none are seen)."""
    found: set[int] = set()
    for task in Path("/proc/self/task").glob("*/children"):
        found |= {int(pid) for pid in task.read_text().split()}
    return found


@pytest.fixture(scope="module")
def model_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model folder."""
    return make_model(tmp_path_factory.mktemp("model"))


@pytest.fixture
def start(
    qtbot, qapp: QApplication, model_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[], App]]:
    """Starts the app as ``main`` does, in a home of its own."""
    monkeypatch.setenv("MOTIONLENS_MODEL", str(model_dir))
    monkeypatch.setenv("MOTIONLENS_HOME", str(tmp_path / "home"))
    before = children()
    made: list[App] = []

    def run() -> App:
        app = build(qapp, LocalServices(), Settings(tmp_path / "app.ini"))
        made.append(app)
        app.window.show()
        app.session.start(first_library(None, app.settings))
        app.window.resume_imports()
        return app

    yield run
    for app in made:
        app.window.close()
        app.window.deleteLater()
        app.session.deleteLater()
        app.themes.deleteLater()
    qapp.processEvents()
    qtbot.waitUntil(lambda: children() <= before, timeout=3000)


def moving(frames: int, seed: int) -> np.ndarray:
    """A body that shakes its arms while it drifts forward; every seed another one."""
    rng = np.random.default_rng(seed)
    t = np.arange(frames) / 20
    out = np.repeat(rest_positions()[None], frames, axis=0)
    out[:, 16:, 1] += 0.1 * np.sin(t[:, None] * 6 + rng.uniform(0, 6, 6))
    out[:, :, 2] += (rng.uniform(0.3, 1.2) * t)[:, None]
    return out.astype(np.float32)


def bvh_text(frames: int = 40) -> str:
    """The reference body in centimetres, raising its left arm."""
    lines, order = ["HIERARCHY"], []

    def joint(at: int) -> None:
        order.append(at)
        x, y, z = REFERENCE_OFFSETS[at] * 100
        lines.append(
            f"{'ROOT' if at == 0 else 'JOINT'} {JOINT_NAMES[at]}\n{{\nOFFSET {x:.4f} {y:.4f} {z:.4f}"
        )
        where = "6 Xposition Yposition Zposition" if at == 0 else "3"
        lines.append(f"CHANNELS {where} Zrotation Xrotation Yrotation")
        below = [child for child, parent in enumerate(PARENTS) if parent == at]
        for child in below:
            joint(child)
        lines.append("}" if below else "End Site\n{\nOFFSET 0 1 3\n}\n}")

    joint(0)
    lines.append(f"MOTION\nFrames: {frames}\nFrame Time: 0.05")
    for frame in range(frames):
        row = [0.0, 96.0, 4.0 * frame]
        for at in order:
            turn = {"left_shoulder": (2.0 * frame, 0, 0), "right_shoulder": (70, 0, 0)}
            row += turn.get(JOINT_NAMES[at], (0, 0, 0))
        lines.append(" ".join(f"{value:.3f}" for value in row))
    return "\n".join(lines) + "\n"


def write_takes(folder: Path, n: int) -> Path:
    """A folder of n motions in our own format."""
    folder.mkdir()
    for number in range(n):
        save_motion(Motion(moving(60, number), f"take {number:03d}"), folder / f"take_{number:03d}.npz")
    return folder


def ask(app: App, text: str, qtbot) -> set[str]:
    """Type a query; names of the hits."""
    app.window.query.set_text(text)
    qtbot.waitUntil(
        lambda: (
            app.session.search.phase is SearchPhase.RESULTS
            and app.session.search.result.query == text
            and app.session.search.has_searcher
        ),
        timeout=30_000,
    )
    return {hit.name for hit in app.session.search.result.hits}


def test_first_start_early_query_and_import(start, qtbot, tmp_path):
    app = start()
    session = app.session
    told = []
    session.failed.connect(lambda what, error: told.append(f"{what}: {error}"))
    app.window.query.set_text("a person waves")  # long before there is anything to ask
    qtbot.waitUntil(lambda: session.libraries.state is LibraryState.READY, timeout=30_000)
    assert len(session.libraries.records) >= 300
    qtbot.waitUntil(lambda: session.search.phase is SearchPhase.RESULTS, timeout=60_000)
    assert session.search.result.query == "a person waves"
    assert session.search.result.searched >= 300 and session.items.rowCount() >= 100
    app.window.query.set_text("")

    takes = write_takes(tmp_path / "takes", 6)
    (takes / "raise.bvh").write_text(bvh_text())
    (takes / "cut_short.bvh").write_text(bvh_text()[:700])
    drop(app.window, takes)  # two kinds of files: the window shows what it takes them for, and asks
    imports = app.window.imports
    qtbot.waitUntil(lambda: imports.dialog is not None and imports.dialog.isVisible(), timeout=30_000)
    with qtbot.waitSignal(session.import_finished, timeout=60_000) as finished:
        qtbot.mouseClick(app.window.imports.dialog.go, Qt.MouseButton.LeftButton)
    (outcome,) = finished.args
    assert outcome.imported == 7
    assert [Path(failure.path).name for failure in outcome.failures] == ["cut_short.bvh"]
    app.window.failure_dialog.close()
    qtbot.waitUntil(lambda: session.items.rowCount() == 7 and session.search.has_searcher, timeout=30_000)
    names = ask(app, "raises an arm", qtbot)
    assert {"raise", *(f"take {number:03d}" for number in range(6))} <= names
    assert told == []
    assert app.settings.text("import/pending") == ""

    output = run_python(_SEARCH_IN_A_PROCESS, str(default_library_dir())).split("\n")
    assert output[:2] == ["7", ""], "hits, and modules that must not be in the window's process"


def test_quit_in_the_middle_of_an_import_and_start_again(start, qtbot, tmp_path, monkeypatch):
    takes = write_takes(tmp_path / "takes", 80)
    with LocalLibrary(default_library_dir()):
        pass
    settings = Settings(tmp_path / "app.ini")
    settings.put("library", str(default_library_dir()))
    settings.save()
    app = start()
    qtbot.waitUntil(lambda: app.session.model.state is ModelState.READY, timeout=60_000)
    drop(app.window, takes)
    qtbot.waitUntil(
        lambda: app.session.imports.progress is not None and app.session.imports.progress.done >= 5,
        timeout=30_000,
    )
    app.window.close()
    with LocalLibrary(default_library_dir()) as library:
        stored = library.counts().motions
    assert 0 < stored < 80, "the import was not cut: the test shows nothing"

    again = start()
    qtbot.waitUntil(lambda: again.session.imports.state is ImportState.RUNNING, timeout=60_000)
    qtbot.waitUntil(lambda: again.session.imports.state is ImportState.IDLE, timeout=60_000)
    assert again.settings.text("import/pending") == ""
    names = ask(again, "walks", qtbot)
    assert names == {f"take {number:03d}" for number in range(80)}
    with LocalLibrary(default_library_dir()) as library:
        assert library.counts().motions == 80 and library.counts().failures == 0
        assert not library.moments_without_tokens(again.session.model.encoder.fingerprint)


def test_a_model_that_is_missing_is_named_and_can_be_tried_again(
    start, qtbot, model_dir, tmp_path, monkeypatch
):
    with LocalLibrary(starter_library_dir()):
        pass
    monkeypatch.setenv("MOTIONLENS_MODEL", str(tmp_path / "nothing here"))
    app = start()
    qtbot.waitUntil(lambda: app.session.model.state is ModelState.FAILED, timeout=30_000)
    bar = app.window.messages
    assert bar.isVisible() and "holds no model" in bar.sentence.text()
    assert bar.action.isVisible() and bar.action.text() == "Try again"
    monkeypatch.setenv("MOTIONLENS_MODEL", str(model_dir))
    bar.action.click()
    assert not bar.isVisible() and app.session.model.state is ModelState.LOADING
    app.window.query.set_text("walks")
    qtbot.wait(50)
    assert app.session.search.phase is SearchPhase.WAITING  # kept; closing now must not hang
