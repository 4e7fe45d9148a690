"""Files dragged over a widget and let go."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QWidget


def mime_of(*paths: Path) -> QMimeData:
    """What a file manager hands over."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return mime


def drop(widget: QWidget, *paths: Path, text: str = "") -> None:
    """Drag over a widget and let go."""
    mime = mime_of(*paths)
    if text:
        mime.setText(text)
    rest = (mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    widget.dragEnterEvent(QDragEnterEvent(QPoint(20, 20), Qt.DropAction.CopyAction, *rest))
    widget.dropEvent(QDropEvent(QPointF(20, 20), Qt.DropAction.CopyAction, *rest))
