"""Chooses the renderer: OpenGL where it works, else QPainter."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import lru_cache

from PySide6.QtGui import QGuiApplication, QOffscreenSurface, QOpenGLContext, QSurfaceFormat
from PySide6.QtWidgets import QWidget

from .graphics import Graphics, GuardedViewport
from .painter_view import PainterViewport
from .viewport import ViewportModel

_GL_RENDERER = 0x1F01
_SOFTWARE = ("llvmpipe", "softpipe", "swrast", "swiftshader", "software", "gdi generic", "basic render")


def gl_format() -> QSurfaceFormat:
    """OpenGL 3.3 core with four samples."""
    wanted = QSurfaceFormat()
    wanted.setVersion(3, 3)
    wanted.setProfile(QSurfaceFormat.OpenGLContextProfile.CoreProfile)
    wanted.setDepthBufferSize(24)
    wanted.setSamples(4)
    return wanted


@lru_cache(maxsize=1)
def gl_renderer() -> str | None:
    """What draws OpenGL 3.3 here, None where there is none (never any under the offscreen platform)."""
    if QGuiApplication.platformName() in ("offscreen", "minimal"):
        return None
    context = QOpenGLContext()
    context.setFormat(gl_format())
    if not context.create() or context.format().version() < (3, 3):
        return None
    surface = QOffscreenSurface()
    surface.setFormat(context.format())
    surface.create()
    if not context.makeCurrent(surface):
        return None
    name = context.functions().glGetString(_GL_RENDERER)
    context.doneCurrent()
    return name or ""


@lru_cache(maxsize=1)
def usual_kind() -> str:
    """ "gl" or "painter", as this machine's OpenGL is; looked up once, as a context takes its time."""
    renderer = gl_renderer()
    return "painter" if renderer is None or in_software(renderer) else "gl"


def gl_works() -> bool:
    """True when an OpenGL 3.3 context can be made here."""
    return gl_renderer() is not None


def in_software(renderer: str) -> bool:
    """True for an OpenGL that has no graphics card under it.

    >>> in_software("llvmpipe (LLVM 15.0.7, 256 bits)"), in_software("NVIDIA GeForce RTX 3060/PCIe/SSE2")
    (True, False)
    """
    return any(word in renderer.lower() for word in _SOFTWARE)


_graphics: Graphics | None = None


def graphics() -> Graphics:
    """What decides here whether OpenGL is used; one that remembers nothing until ``use_graphics``."""
    global _graphics
    if _graphics is None:
        _graphics = Graphics()
    return _graphics


def use_graphics(made: Graphics | None) -> None:
    """Use this one from now on; None: a fresh one that remembers nothing."""
    global _graphics
    _graphics = made


def make_viewport(model: ViewportModel, parent: QWidget | None = None) -> QWidget:
    """A widget that draws the model. ``MOTIONLENS_RENDERER`` = "painter" or "gl" decides by hand.

    OpenGL in software composes the whole window by processor, up to a fifth of a second at a time: the
    painter is quicker there. Where OpenGL is used, or was until it failed, the widget can change over.
    """
    guard = graphics()
    wanted = os.environ.get("MOTIONLENS_RENDERER", "")
    if wanted not in ("gl", "painter"):
        if guard.allowed:
            with guard.asking():
                wanted = usual_kind()
        else:
            wanted = "gl"  # not allowed now: the widget begins with the painter
    if wanted == "painter":
        return PainterViewport(model, parent)
    return GuardedViewport(model, guard, gl_class(), parent)


def gl_class() -> Callable[[ViewportModel], QWidget]:
    """The OpenGL view."""
    from .gl_view import GLViewport  # imports PyOpenGL

    return GLViewport


def drawn_by(view: QWidget) -> str:
    """In words, what draws a viewport."""
    if getattr(view, "kind", "") == "gl":
        return f"OpenGL, {gl_renderer() or 'unknown'}"
    if graphics().crashed:
        return "QPainter, because the graphics driver crashed"
    return "QPainter" if graphics().allowed else "QPainter, because OpenGL failed"
