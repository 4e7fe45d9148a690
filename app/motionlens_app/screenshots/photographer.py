"""Waits for states of the window and saves what it shows."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QPoint
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QApplication, QWidget

from ..main import App

THEMES = ("dark", "light")
SIZES = ((1440, 900), (1280, 720))


class Photographer:
    """Waits for states and saves what the window shows."""

    def __init__(self, application: QApplication, app: App, out: Path) -> None:
        self._application, self.app, self._out = application, app, out
        self.taken: list[Path] = []

    def wait(self, seconds: float) -> None:
        """Let the app run."""
        self.until(lambda: False, seconds)

    def until(self, reached: Callable[[], bool], seconds: float = 60.0) -> bool:
        """Let the app run until a state is reached; False when it was not."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._application.processEvents()
            if reached():
                return True
            time.sleep(0.004)
        return False

    def take(self, name: str, of: QWidget | None = None) -> None:
        """Save the window, or the dialog in front of it (one that lets the window work is named)."""
        dialog = of or QApplication.activeModalWidget()
        picture = (dialog or self.app.window).grab()
        popup = QApplication.activePopupWidget()
        if popup is not None:
            _lay_over(picture, popup, dialog or self.app.window)
        path = self._out / f"{name}.png"
        picture.save(str(path))
        self.taken.append(path)

    def close_dialog(self) -> None:
        """Close the dialog in front of the window, where there is one."""
        dialog = QApplication.activeModalWidget()
        if dialog is not None:
            dialog.close()

    def both(self, name: str, *sizes: tuple[int, int], of: QWidget | None = None) -> None:
        """The same state in both themes, in each of some window sizes (default: as it is)."""
        window = self.app.window
        for theme in THEMES:
            window.choose_theme(theme)
            for size in sizes or ((window.width(), window.height()),):
                window.resize(*size)
                self.wait(0.5)
                self.take(f"{name}-{theme}" + (f"-{size[0]}x{size[1]}" if len(sizes) > 1 else ""), of)


def _lay_over(picture: QPixmap, popup: QWidget, window: QWidget) -> None:
    """A menu is a window of its own: drawn where it stands over the other."""
    painter = QPainter(picture)
    painter.drawPixmap(popup.mapToGlobal(QPoint(0, 0)) - window.mapToGlobal(QPoint(0, 0)), popup.grab())
    painter.end()
