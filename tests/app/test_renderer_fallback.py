"""A graphics driver that fails, in every way that a test can have: the same motion goes on in the painter."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from pictures import pixels
from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from motionlens_app.render import factory
from motionlens_app.render.graphics import CRASHED, FAILED, Graphics, GuardedViewport
from motionlens_app.render.painter_view import PainterViewport

HERE = Path(__file__).parent


class FakeGL(QWidget):
    """An OpenGL view whose driver does as it is told."""

    drawn = Signal()
    failed = Signal(object)
    kind = "gl"
    cost_s = 0.0
    fault = ""

    def __init__(self, model, parent=None):
        super().__init__(parent)
        if self.fault == "make":
            raise OSError("no driver")
        self.model, self._said = model, False
        model.changed.connect(self.update)

    def isValid(self):
        return self.fault != "context"

    def paintEvent(self, event):
        painter = QPainter(self)
        painter.fillRect(self.rect(), Qt.GlobalColor.magenta)
        painter.end()
        if self.fault == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if self.fault == "paint":
            self.failed.emit(RuntimeError("OpenGL error 0x0507"))
        elif self.fault != "context" and not self._said:
            self._said = True
            self.drawn.emit()


@pytest.fixture
def gl(monkeypatch):
    """The app chooses the fake OpenGL."""
    monkeypatch.setenv("MOTIONLENS_RENDERER", "gl")
    monkeypatch.setattr(factory, "gl_class", lambda: FakeGL)
    monkeypatch.setattr(FakeGL, "fault", "")
    yield FakeGL
    factory.use_graphics(None)


def viewport(app):
    return app.window.viewer.viewport


def ready(make_app, qtbot):
    app = make_app()
    qtbot.waitUntil(lambda: app.session.viewer.shown is not None and app.session.search.has_searcher)
    return app


def test_while_it_works_opengl_draws(make_app, gl, qtbot):
    app = ready(make_app, qtbot)
    assert viewport(app).kind == "gl" and not app.window.help.can_retry
    assert factory.graphics().allowed


@pytest.mark.parametrize("fault", ["make", "context", "paint"])
def test_a_driver_that_fails_at_the_start_ends_in_the_painter(make_app, gl, qtbot, fault):
    gl.fault = fault
    app = make_app()
    qtbot.waitUntil(lambda: viewport(app).kind == "painter")
    qtbot.waitUntil(lambda: app.session.viewer.shown is not None)
    assert isinstance(viewport(app), GuardedViewport)
    inner = viewport(app).findChild(PainterViewport)
    assert inner.isVisible() and inner.model is app.window.viewer.scene
    assert app.window.messages.isVisible() and app.window.messages.sentence.text() == FAILED
    assert app.window.help.can_retry


def test_a_context_lost_in_the_middle_keeps_the_session(make_app, gl, qtbot):
    app = ready(make_app, qtbot)
    window, session = app.window, app.session
    window.query.set_text("waves left")
    qtbot.waitUntil(lambda: session.search.result is not None)
    window.results.grid.select_row(2)
    qtbot.waitUntil(lambda: session.viewer.shown.item is session.items.items[2])
    shown, camera = session.viewer.shown, window.viewer.scene.camera
    playing = session.viewer.playback.playing
    gl.fault = "paint"
    viewport(app).update()
    window.viewer.scene.changed.emit()
    qtbot.waitUntil(lambda: viewport(app).kind == "painter")
    assert session.viewer.shown is shown and session.viewer.playback.playing == playing
    assert window.query.edit.text() == "waves left" and window.results.grid.currentIndex().row() == 2
    assert window.viewer.scene.camera.azimuth == camera.azimuth
    assert window.messages.isVisible() and window.messages.sentence.text() == FAILED
    picture = pixels(viewport(app).grab().toImage())
    magenta = (picture[..., 0] > 240) & (picture[..., 1] < 20) & (picture[..., 2] > 240)
    assert not magenta.any() and len({tuple(c) for c in picture.reshape(-1, 3)[::97]}) > 20


def test_the_mouse_still_turns_the_body_after_the_change(make_app, gl, qtbot):
    app = ready(make_app, qtbot)
    factory.graphics().fail(RuntimeError("gone"))
    before = app.window.viewer.scene.camera
    view = viewport(app)
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(100, 60))
    QTest.mouseMove(view, QPoint(160, 60))
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPoint(160, 60))
    assert app.window.viewer.scene.camera != before


def test_all_views_change_over_and_back(make_app, gl, qtbot):
    app = ready(make_app, qtbot)
    app.window.viewer.toggle_compare(app.session.items.items[:3])
    qtbot.waitUntil(lambda: app.session.viewer.compare.active)
    tiles = app.window.viewer.compare_view.viewports()
    assert [t.kind for t in tiles] == ["gl"] * 3
    factory.graphics().fail(RuntimeError("gone"))
    assert [t.kind for t in [*tiles, viewport(app)]] == ["painter"] * 4
    app.window.table.actions["help.graphics"].trigger()
    assert [t.kind for t in [*tiles, viewport(app)]] == ["gl"] * 4


def test_it_is_said_once(make_app, gl, qtbot):
    ready(make_app, qtbot)
    said = []
    factory.graphics().stopped.connect(lambda *what: said.append(what))
    for _ in range(3):
        factory.graphics().fail(RuntimeError("gone"))
    assert len(said) == 1


def test_the_marker_lies_there_only_until_the_first_picture(make_app, gl, qtbot, tmp_path):
    marker = tmp_path / "home" / "graphics-starting"
    factory.use_graphics(Graphics(marker))
    app = make_app(start=False)
    qtbot.waitUntil(lambda: not marker.exists() and viewport(app)._drawn)
    assert not marker.exists() and factory.graphics().allowed
    app.window.close()
    assert Graphics(marker).allowed  # the next start


def test_a_window_closed_before_its_first_picture_is_no_crash(make_app, gl, qtbot, tmp_path, monkeypatch):
    marker = tmp_path / "graphics-starting"
    factory.use_graphics(Graphics(marker))
    monkeypatch.setattr(FakeGL, "paintEvent", lambda self, event: None)  # it takes its time
    app = make_app(start=False)
    assert marker.exists()
    app.window.close()
    assert not marker.exists()


SCRIPT = """
import sys
sys.path.insert(0, {here!r})
from test_renderer_fallback import FakeGL
from motionlens_app.render import factory
from motionlens_app.render.graphics import Graphics
from motionlens_app.settings import settings_path
from motionlens_app.main import build
from fakes import FakeServices
from PySide6.QtWidgets import QApplication
qapp = QApplication(["x"])
factory.gl_class = lambda: FakeGL
FakeGL.fault = sys.argv[1]
factory.use_graphics(Graphics(settings_path().with_name("graphics-starting")))
app = build(qapp, FakeServices())
app.window.show()
for _ in range(50):
    qapp.processEvents()
print(app.window.viewer.viewport.kind, "|", app.window.messages.sentence.text())
if sys.argv[-1] == "retry":
    app.window.table.actions["help.graphics"].trigger()
    for _ in range(50):
        qapp.processEvents()
    print(app.window.viewer.viewport.kind, "|")
app.window.close()
"""


def start(home, *words):
    env = {
        **os.environ,
        "MOTIONLENS_HOME": str(home),
        "MOTIONLENS_RENDERER": "gl",
        "QT_QPA_PLATFORM": "offscreen",
    }
    env["PYTHONPATH"] = os.pathsep.join(p for p in sys.path if p)
    script = textwrap.dedent(SCRIPT).format(here=str(HERE))
    done = subprocess.run(
        [sys.executable, "-c", script, *words], env=env, capture_output=True, text=True, timeout=60
    )
    return done.returncode, done.stdout.strip().splitlines(), done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="kills itself by a signal")
def test_a_driver_that_took_the_program_down_is_not_asked_again_until_one_wants_it(tmp_path):
    code, lines, _ = start(tmp_path, "kill")
    assert code == -signal.SIGKILL and not lines
    code, lines, errors = start(tmp_path, "kill")
    assert code == 0 and lines == [f"painter | {CRASHED}"], errors
    code, lines, errors = start(tmp_path, "works", "retry")  # nor at the start after that one
    assert code == 0 and lines == [f"painter | {CRASHED}", "gl |"], errors
    assert start(tmp_path, "works")[1] == ["gl |"]


def test_the_real_view_hands_its_errors_over(qapp, qtbot, monkeypatch):
    if not factory.gl_works():
        pytest.skip("no OpenGL here: run under Xvfb with QT_QPA_PLATFORM=xcb")
    from motionlens_app.render import gl_view
    from motionlens_app.render.viewport import ViewportModel
    from motionlens_app.theme import DARK
    from motionlens_app.views.viewer_panel import viewport_colours

    guard = Graphics()
    view = GuardedViewport(ViewportModel(viewport_colours(DARK)), guard, gl_view.GLViewport)
    qtbot.addWidget(view)
    view.resize(200, 200)
    view.show()
    qtbot.waitUntil(lambda: view._drawn)
    assert view.kind == "gl" and guard.allowed
    # A wrong call leaves an error in the driver, as a lost context does.
    monkeypatch.setattr(gl_view.GLViewport, "_background", lambda self: gl_view.GL.glDrawArrays(99, 0, 3))
    view.model.changed.emit()
    qtbot.waitUntil(lambda: view.kind == "painter")
    assert not guard.allowed


def test_a_context_that_cannot_be_made_is_no_renderer(qapp, monkeypatch):
    monkeypatch.setattr(factory, "gl_renderer", lambda: None)
    factory.usual_kind.cache_clear()
    try:
        assert factory.usual_kind() == "painter" and not factory.gl_works()
    finally:
        factory.usual_kind.cache_clear()
