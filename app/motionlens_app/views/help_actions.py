"""What is at hand everywhere: the command palette, the page of keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QMessageBox

from .command_palette import CommandPalette

if TYPE_CHECKING:
    from .main_window import MainWindow


class HelpActions(QObject):
    """Commands of the Help menu."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._palette: CommandPalette | None = None

    @property
    def palette(self) -> CommandPalette:
        """Made when it is first wanted."""
        if self._palette is None:
            window = self._window
            self._palette = CommandPalette(window.table, window.themes, window.settings, window)
        return self._palette

    def open_palette(self) -> None:
        """Ctrl+K."""
        self.palette.open_palette()

    def show_shortcuts(self) -> None:
        """The list of keys, made from the command table."""
        rows = "".join(
            f"<tr><td style='padding:2px 24px 2px 0'>{c.text.replace('&', '')}</td><td><b>{'  or  '.join(c.shortcuts)}</b></td></tr>"
            for c in self._window.table.commands.values()
            if c.shortcuts
        )
        box = QMessageBox(QMessageBox.Icon.NoIcon, "Keyboard", f"<table>{rows}</table>", parent=self._window)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.open()
