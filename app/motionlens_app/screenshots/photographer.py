"""Waits for states of the window and saves what it shows."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QApplication, QMenu, QWidget

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
        self._application.sendPostedEvents()  # what changed is laid out before it is painted
        dialog = of or QApplication.activeModalWidget()
        picture = (dialog or self.app.window).grab()
        popup = QApplication.activePopupWidget()
        tips = [w for w in QApplication.topLevelWidgets() if w.windowType() == Qt.WindowType.ToolTip]
        for over in (popup, *tips):
            if over is not None and over.isVisible():
                _lay_over(picture, over, dialog or self.app.window)
        path = self._out / f"{name}.png"
        picture.save(str(path))
        self.taken.append(path)

    def over_modal(self, open_it: Callable[[], None], name: str) -> None:
        """A dialog that keeps its caller until it is closed, in both themes; ``open_it`` opens it."""

        def shoot() -> None:
            self.both(name)
            self.close_dialog()

        QTimer.singleShot(300, shoot)
        open_it()

    def menu(self, name: str, title: str) -> None:
        """A menu of the menu bar, open under its title."""
        bar = self.app.window.menuBar()
        action = next(one for one in bar.actions() if one.text().replace("&", "") == title)
        menu, place = action.menu(), bar.actionGeometry(action)
        assert isinstance(menu, QMenu)
        for theme in THEMES:
            self.app.window.choose_theme(theme)
            self.wait(0.3)
            menu.popup(bar.mapToGlobal(place.bottomLeft()))
            self.wait(0.3)
            self.take(f"{name}-{theme}")
            menu.close()

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
                self.until(lambda: self.app.themes.settled, 10)
                self.take(f"{name}-{theme}" + (f"-{size[0]}x{size[1]}" if len(sizes) > 1 else ""), of)


def _lay_over(picture: QPixmap, popup: QWidget, window: QWidget) -> None:
    """A menu is a window of its own: drawn where it stands over the other."""
    painter = QPainter(picture)
    painter.drawPixmap(popup.mapToGlobal(QPoint(0, 0)) - window.mapToGlobal(QPoint(0, 0)), popup.grab())
    painter.end()
