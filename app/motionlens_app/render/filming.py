"""Pictures of a motion as the viewer shows it now, made without a widget and off the GUI thread."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from motionlens.motion import FPS

from .body import body_scale
from .camera import Camera
from .layers import make_layers
from .looks import ViewOptions
from .painter_view import paint_scene
from .viewport import ViewportColours, ViewportModel


@dataclass(frozen=True, eq=False)
class ViewLook:
    """How the viewer draws at this moment.

    Attributes:
        camera: as it stands now. options: what is drawn. colours: of the theme.
        following: the camera goes along.
        motion_id: the motion that it was set up for; others are framed from the same direction.
        frame: where the playhead stood: a following camera is where it is for this frame.
        span: the moment that is marked there on the ground; of other motions it is the part that is shown.
        size: (width, height) pixels of a picture, both even.
    """

    camera: Camera
    options: ViewOptions
    colours: ViewportColours
    following: bool
    motion_id: int | None = None
    frame: float = 0.0
    span: tuple[int, int] | None = None
    size: tuple[int, int] = (1280, 720)


def look_of(
    model: ViewportModel, motion_id: int | None, frame: float, size: tuple[int, int] = (1280, 720)
) -> ViewLook:
    """The look of a viewport; its size is made even, as films need it."""
    width, height = (max(2, round(side / 2) * 2) for side in size)
    span = model.actors[0].layers.span if motion_id is not None and model.actors else None
    return ViewLook(
        model.camera, model.options, model.colours, model.following, motion_id, frame, span, (width, height)
    )


def pictures(
    look: ViewLook,
    motion_id: int,
    positions: np.ndarray,
    span: tuple[int, int],
    fps: float,
    told: Callable[[float], None] = lambda share: None,
) -> Iterator[np.ndarray]:
    """Pictures of frames [first, last) of a whole motion, for ``motionlens.export``'s ``Painter``.

    Args:
        positions: (T, 22, 3) metres at 20 fps.
        fps: pictures a second: picture i shows frame first + 20 i / fps, as the viewer does between frames.
        told: hears after each picture which share is done.

    Yields:
        (H, W, 3) uint8.
    """
    from motionlens.export import n_pictures

    positions = np.array(positions, np.float32)
    model = ViewportModel(look.colours)
    model.options, model.following, model.camera = look.options, look.following, look.camera
    width, height = look.size
    model.aspect = width / height
    scale = body_scale(positions)
    marked = span if look.span is None or motion_id != look.motion_id else look.span
    model.set_motion(positions, scale, marked, make_layers(positions, scale, marked))
    if motion_id == look.motion_id:
        model.set_frame(min(look.frame, len(positions) - 1))
        model.set_camera(look.camera)
    count = n_pictures(span, fps)
    for number in range(count):
        model.set_frame(span[0] + number * FPS / fps)
        yield picture(model, look.size)
        told((number + 1) / count)


def picture(model: ViewportModel, size: tuple[int, int]) -> np.ndarray:
    """(H, W, 3) uint8 of what a viewport shows."""
    width, height = size
    image = QImage(width, height, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    paint_scene(painter, QRectF(0, 0, width, height), model)
    painter.end()
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(height, image.bytesPerLine() // 4, 4)
    return np.ascontiguousarray(rows[:, :width, 2::-1])  # stored as blue, green, red, nothing
