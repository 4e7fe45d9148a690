"""Chooses the renderer: OpenGL where it works, else QPainter."""

from __future__ import annotations

import os

from PySide6.QtGui import QGuiApplication, QOffscreenSurface, QOpenGLContext, QSurfaceFormat
from PySide6.QtWidgets import QWidget

from .painter_view import PainterViewport
from .viewport import ViewportModel


def gl_format() -> QSurfaceFormat:
    """OpenGL 3.3 core with four samples."""
    wanted = QSurfaceFormat()
    wanted.setVersion(3, 3)
    wanted.setProfile(QSurfaceFormat.OpenGLContextProfile.CoreProfile)
    wanted.setDepthBufferSize(24)
    wanted.setSamples(4)
    return wanted


def gl_works() -> bool:
    """True when an OpenGL 3.3 context can be made here (never under the offscreen platform)."""
    if QGuiApplication.platformName() in ("offscreen", "minimal"):
        return False
    context = QOpenGLContext()
    context.setFormat(gl_format())
    if not context.create() or context.format().version() < (3, 3):
        return False
    surface = QOffscreenSurface()
    surface.setFormat(context.format())
    surface.create()
    works = context.makeCurrent(surface)
    context.doneCurrent()
    return works


def make_viewport(model: ViewportModel, parent: QWidget | None = None) -> QWidget:
    """A widget that draws the model. ``MOTIONLENS_RENDERER`` = "painter" or "gl" decides by hand."""
    wanted = os.environ.get("MOTIONLENS_RENDERER", "")
    if wanted != "painter" and (wanted == "gl" or gl_works()):
        from .gl_view import GLViewport  # imports PyOpenGL

        return GLViewport(model, parent)
    return PainterViewport(model, parent)
