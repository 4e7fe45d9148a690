"""What is being dragged over the window and what would become of it; dragging out of it."""

from __future__ import annotations

from enum import Enum
from pathlib import Path

from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QDrag, QPixmap
from PySide6.QtWidgets import QWidget

from motionlens.library.videos import is_video
from motionlens.readers import SUPPORTED_SUFFIXES


class Dropped(Enum):
    """What a drop is."""

    NOTHING = "nothing"
    TEXT = "text"
    VIDEO = "video"
    MOTION = "motion"
    FILES = "files"


def drag_out(source: QWidget, mime: QMimeData, picture: QPixmap) -> None:
    """Let the user carry something out of the window, with a small picture of it; returns when it is dropped."""
    drag = QDrag(source)
    drag.setMimeData(mime)
    drag.setPixmap(picture.scaledToWidth(120, Qt.TransformationMode.SmoothTransformation))
    drag.exec(Qt.DropAction.CopyAction)


def dropped_paths(mime: QMimeData) -> list[Path]:
    """Local files and folders of a drop."""
    return [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]


def dropped_on_query(mime: QMimeData) -> tuple[Dropped, Path | None]:
    """On the query bar: the first video or motion file is searched by; text is asked."""
    paths = dropped_paths(mime)
    for path in paths:
        if is_video(path):
            return Dropped.VIDEO, path
        if path.suffix.lower() in SUPPORTED_SUFFIXES:
            return Dropped.MOTION, path
    if not paths and mime.hasText() and mime.text().strip():
        return Dropped.TEXT, None
    return Dropped.NOTHING, None


def dropped_on_window(mime: QMimeData) -> tuple[Dropped, list[Path]]:
    """Elsewhere: a video alone is searched by; everything else is imported."""
    paths = dropped_paths(mime)
    if len(paths) == 1 and is_video(paths[0]):
        return Dropped.VIDEO, paths
    return (Dropped.FILES, paths) if paths else (Dropped.NOTHING, [])
