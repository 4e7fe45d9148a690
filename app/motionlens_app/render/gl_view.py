"""The OpenGL renderer: 3.3 core, the whole body in one instanced draw call."""

from __future__ import annotations

import ctypes
from collections.abc import Callable

import numpy as np
from OpenGL import GL
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtOpenGLWidgets import QOpenGLWidget
from PySide6.QtWidgets import QWidget

from . import gl_layers, shaders
from .body import GLOW_COLOUR, HALO_RADIUS
from .painter_ground import SHADOW_ANCHORS, SHADOW_RADII
from .viewport import ViewportModel


def capsule_mesh(rings: int = 8, sides: int = 20) -> np.ndarray:
    """Triangles of a unit capsule.

    Returns:
        (N, 4) float32: unit normal in the capsule's own frame (z along it), and 0 at its first end,
        1 at the other.
    """
    stack = []
    for end, angles in ((0.0, np.linspace(-np.pi / 2, 0, rings)), (1.0, np.linspace(0, np.pi / 2, rings))):
        for angle in angles:
            turn = np.linspace(0, 2 * np.pi, sides + 1)
            ring = np.stack(
                [np.cos(angle) * np.cos(turn), np.cos(angle) * np.sin(turn), np.full_like(turn, np.sin(angle)),
                 np.full_like(turn, end)], axis=-1)  # fmt: skip
            stack.append(ring)
    grid = np.stack(stack)
    a, b, c, d = grid[:-1, :-1], grid[:-1, 1:], grid[1:, :-1], grid[1:, 1:]
    return np.stack([a, b, c, b, d, c], axis=2).reshape(-1, 4).astype(np.float32)


def _rgb(name: str) -> tuple[float, float, float]:
    colour = QColor(name)
    return colour.redF(), colour.greenF(), colour.blueF()


class GLViewport(QOpenGLWidget):
    """Draws a ``ViewportModel`` with OpenGL.

    ``drawn`` once, when the first picture is on the screen; ``failed`` once, with the error that ended it:
    it draws nothing more then.
    """

    drawn = Signal()
    failed = Signal(object)
    kind = "gl"
    cost_s = 0.0
    """The graphics card's time is not the window's."""

    def __init__(self, model: ViewportModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        from .factory import gl_format

        self.setFormat(gl_format())
        self.model = model
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Viewer: the motion as a body on a metric grid")
        self._programs: dict[str, int] = {}
        self._mesh_size = 0
        self._broken = False
        self._swapped = False
        self.frameSwapped.connect(self._on_screen)
        model.changed.connect(self.update)

    def _on_screen(self) -> None:
        if not self._swapped and not self._broken:
            self._swapped = True
            self.drawn.emit()

    def _guarded(self, work: Callable[[], None]) -> None:
        """Errors of the driver, a lost context among them, end this view and not the program."""
        if self._broken:
            return
        try:
            for _ in range(8):  # what others left behind is not ours; a lost context never ends saying so
                if GL.glGetError() == GL.GL_NO_ERROR:
                    break
            work()
            code = GL.glGetError()
            if code != GL.GL_NO_ERROR:
                raise RuntimeError(f"OpenGL error 0x{int(code):04x}")
        except Exception as error:  # PyOpenGL's errors, a missing function, a program that does not link
            self._broken = True
            self.failed.emit(error)

    def initializeGL(self) -> None:
        """Compile, upload the mesh."""
        self._guarded(self._prepare)

    def _prepare(self) -> None:
        self._programs = {name: shaders.build(*pair) for name, pair in shaders.SOURCES.items()}
        self._quad = GL.glGenVertexArrays(1)
        self._vao = GL.glGenVertexArrays(1)
        self._mesh, self._instances, self._lines = (int(b) for b in GL.glGenBuffers(3))
        mesh = capsule_mesh()
        self._mesh_size = len(mesh)
        GL.glBindVertexArray(self._vao)
        GL.glBindBuffer(GL.GL_ARRAY_BUFFER, self._mesh)
        GL.glBufferData(GL.GL_ARRAY_BUFFER, mesh.nbytes, mesh, GL.GL_STATIC_DRAW)
        GL.glEnableVertexAttribArray(0)
        GL.glVertexAttribPointer(0, 4, GL.GL_FLOAT, False, 16, None)
        GL.glBindBuffer(GL.GL_ARRAY_BUFFER, self._instances)
        for slot, (size, offset) in enumerate(((4, 0), (4, 16), (3, 32), (2, 44), (1, 52)), start=1):
            GL.glEnableVertexAttribArray(slot)
            GL.glVertexAttribPointer(slot, size, GL.GL_FLOAT, False, 56, ctypes.c_void_p(offset))
            GL.glVertexAttribDivisor(slot, 1)
        self._line_vao = GL.glGenVertexArrays(1)
        GL.glBindVertexArray(self._line_vao)
        GL.glBindBuffer(GL.GL_ARRAY_BUFFER, self._lines)
        for slot, size, offset in ((0, 3, 0), (1, 4, 12)):
            GL.glEnableVertexAttribArray(slot)
            GL.glVertexAttribPointer(slot, size, GL.GL_FLOAT, False, 28, ctypes.c_void_p(offset))
        GL.glBindVertexArray(0)

    def resizeGL(self, width: int, height: int) -> None:
        """The framing follows the shape of the widget."""
        self.model.aspect = max(width, 1) / max(height, 1)

    def paintGL(self) -> None:
        """The whole picture."""
        self._guarded(self._paint)

    def _paint(self) -> None:
        """Background, ground with shadow, paths, footprints, ghosts, bodies, trails."""
        model, camera = self.model, self.model.camera
        matrix = camera.projection(max(self.width(), 1) / max(self.height(), 1)) @ camera.view()
        GL.glDisable(GL.GL_CULL_FACE)
        GL.glDepthMask(True)
        GL.glClear(GL.GL_DEPTH_BUFFER_BIT)
        GL.glDisable(GL.GL_DEPTH_TEST)
        self._background()
        GL.glEnable(GL.GL_BLEND)
        GL.glBlendFuncSeparate(GL.GL_SRC_ALPHA, GL.GL_ONE_MINUS_SRC_ALPHA, GL.GL_ONE, GL.GL_ONE)
        self._ground(matrix)
        self._flat(matrix, gl_layers.on_the_ground(model))
        self._ghosts(matrix)
        GL.glDisable(GL.GL_BLEND)
        if model.actors:
            GL.glEnable(GL.GL_DEPTH_TEST)
            self._draw(matrix, gl_layers.body_instances(model))
            GL.glEnable(GL.GL_BLEND)
            GL.glDepthMask(False)
            self._flat(matrix, gl_layers.trails(model))
            GL.glDepthMask(True)
            GL.glDisable(GL.GL_BLEND)
            GL.glDisable(GL.GL_DEPTH_TEST)
            self._halos(matrix)
        GL.glUseProgram(0)
        GL.glBindVertexArray(0)

    def _use(self, name: str) -> int:
        GL.glUseProgram(self._programs[name])
        return self._programs[name]

    def _set(self, program: int, **values) -> None:
        for name, value in values.items():
            where = GL.glGetUniformLocation(program, name)
            array = np.asarray(value, dtype=np.float32)
            if array.shape == (4, 4):
                GL.glUniformMatrix4fv(where, 1, True, array)
            elif array.ndim == 2:
                GL.glUniform4fv(where, len(array), array)
            elif array.size == 3:
                GL.glUniform3f(where, *array.tolist())
            else:
                GL.glUniform1f(where, float(array))

    def _background(self) -> None:
        program = self._use("background")
        self._set(program, top=_rgb(self.model.colours.top), bottom=_rgb(self.model.colours.bottom))
        GL.glBindVertexArray(self._quad)
        GL.glDrawArrays(GL.GL_TRIANGLES, 0, 3)

    def _ground(self, matrix: np.ndarray) -> None:
        """Grid and shadows; each further body has a pass of its own for its shadow."""
        model = self.model
        none = _rgb("#000000" if model.colours.dark else "#20242c")
        program = self._use("ground")
        GL.glBindVertexArray(self._quad)
        for number, actor in enumerate(model.actors or [None]):
            blobs = np.zeros((len(SHADOW_ANCHORS), 4), dtype=np.float32)
            if actor is not None:
                at = actor.points[list(SHADOW_ANCHORS)]
                high = np.maximum(at[:, 1], 0)
                blobs[:, 0], blobs[:, 1] = at[:, 0], at[:, 2]
                blobs[:, 2] = np.array(SHADOW_RADII) * (1 + 0.45 * high) * actor.layers.scale
                blobs[:, 3] = (0.55 if model.colours.dark else 0.30) / (1 + 2.2 * high)
                blobs[:, 3] *= 1 - 0.6 * actor.faded
            self._set(
                program, matrix=matrix, centre=model.camera.target, line=_rgb(model.colours.grid), shade=none,
                blobs=blobs, lines=float(model.options.grid and number == 0),
            )  # fmt: skip
            GL.glDrawArrays(GL.GL_TRIANGLES, 0, 6)

    def _flat(self, matrix: np.ndarray, triangles: np.ndarray) -> None:
        """Triangles with a colour of their own at each corner, (N, 7)."""
        if not len(triangles):
            return
        self._set(self._use("flat"), matrix=matrix)
        GL.glBindVertexArray(self._line_vao)
        GL.glBindBuffer(GL.GL_ARRAY_BUFFER, self._lines)
        GL.glBufferData(GL.GL_ARRAY_BUFFER, triangles.nbytes, triangles, GL.GL_STREAM_DRAW)
        GL.glDrawArrays(GL.GL_TRIANGLES, 0, len(triangles))

    def _ghosts(self, matrix: np.ndarray) -> None:
        """See-through poses: first their depth alone, so that within a body nothing shines through."""
        for instances in gl_layers.ghost_instances(self.model):
            GL.glEnable(GL.GL_DEPTH_TEST)
            GL.glClear(GL.GL_DEPTH_BUFFER_BIT)
            GL.glColorMask(False, False, False, False)
            self._draw(matrix, instances)
            GL.glColorMask(True, True, True, True)
            GL.glDepthFunc(GL.GL_LEQUAL)
            self._draw(matrix, instances)
            GL.glDepthFunc(GL.GL_LESS)
        GL.glClear(GL.GL_DEPTH_BUFFER_BIT)
        GL.glDisable(GL.GL_DEPTH_TEST)

    def _draw(self, matrix: np.ndarray, instances: np.ndarray) -> None:
        """Capsules, (S, 14): two ends with radii, colour, two glows, opacity."""
        model = self.model
        program = self._use("body")
        self._set(
            program, matrix=matrix, eye=model.camera.eye(), ambient=0.44 if model.colours.dark else 0.52,
            hot=_rgb(GLOW_COLOUR),
        )  # fmt: skip
        GL.glBindVertexArray(self._vao)
        GL.glBindBuffer(GL.GL_ARRAY_BUFFER, self._instances)
        GL.glBufferData(GL.GL_ARRAY_BUFFER, instances.nbytes, instances, GL.GL_STREAM_DRAW)
        GL.glDrawArraysInstanced(GL.GL_TRIANGLES, 0, self._mesh_size, len(instances))

    def _halos(self, matrix: np.ndarray) -> None:
        """Light round glowing joints, over the body: a hidden joint shows too."""
        model = self.model
        if model.pose is None or not (model.glow > 0.02).any():
            return
        right, up, _ = model.camera.axes()
        radius = HALO_RADIUS * (0.6 + 0.4 * model.glow) * model.scale
        joints = np.concatenate([model.pose, radius[:, None]], axis=1)
        program = self._use("halo")
        self._set(
            program, matrix=matrix, joints=joints, right=right, up=up, colour=_rgb(GLOW_COLOUR),
            glow=np.pad(model.glow[:, None], ((0, 0), (0, 3))),
        )  # fmt: skip
        GL.glEnable(GL.GL_BLEND)
        GL.glBindVertexArray(self._quad)
        GL.glDrawArraysInstanced(GL.GL_TRIANGLES, 0, 6, len(joints))
        GL.glDisable(GL.GL_BLEND)
