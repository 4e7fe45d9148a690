"""What the painter renderer draws, as numbers."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from motionlens_app.render.painter_view import paint_scene
from motionlens_app.render.viewport import ViewportModel


def pixels(image: QImage) -> np.ndarray:
    """(H, W, 3) red, green, blue."""
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : image.width() * 3].reshape(image.height(), image.width(), 3).astype(int)


def painted(model: ViewportModel, size: int = 360) -> np.ndarray:
    """(size, size, 3): the scene."""
    image = QImage(size, size, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    paint_scene(painter, QRectF(0, 0, size, size), model)
    painter.end()
    return pixels(image)
