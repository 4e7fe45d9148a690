"""The page of keys: every command that has one, by menu, made from the command table."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from ..commands import Command
from .widgets import button, label

_OTHERS = "Elsewhere"
_ROW = 22


def groups_of(commands: Iterable[Command]) -> list[tuple[str, list[tuple[str, tuple[str, ...]]]]]:
    """Menus with their commands and keys; a command that stands twice in the table is one row."""
    names: dict[str, tuple[str, list[str]]] = {}
    for command in commands:
        if command.shortcuts:
            name = command.text.replace("&", "")
            menu, keys = names.setdefault(name, (command.menu.replace("&", "") or _OTHERS, []))
            keys.extend(command.shortcuts)
    out: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
    for name, (menu, keys) in names.items():
        out.setdefault(menu, []).append((name, tuple(keys)))
    return list(out.items())


def _halves(groups: list[tuple[str, list]]) -> tuple[list, list]:
    """Two columns, about equally long."""
    whole, left, used = sum(len(rows) + 2 for _, rows in groups), 0, 0
    for _, rows in groups:
        if used + (len(rows) + 2) / 2 > whole / 2:
            break
        used += len(rows) + 2
        left += 1
    return groups[:left], groups[left:]


class KeyPage(QDialog):
    """Two columns of names and keys."""

    def __init__(self, commands: Iterable[Command], window: QWidget) -> None:
        super().__init__(window)
        self.setWindowTitle("Keyboard")
        self.setObjectName("keyPage")
        inner = QWidget()
        columns = QHBoxLayout(inner)
        columns.setContentsMargins(24, 16, 24, 16)
        columns.setSpacing(48)
        for groups in _halves(groups_of(commands)):
            columns.addLayout(self._column(groups), 1)
        area = QScrollArea()
        area.setWidget(inner)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setAccessibleName("Commands and their keys")
        foot = QHBoxLayout()
        foot.setContentsMargins(24, 8, 24, 16)
        foot.addWidget(label("Ctrl+K finds every command, also those without a key.", "muted"))
        foot.addStretch(1)
        self.close_button = button("Close", "", self.reject)
        foot.addWidget(self.close_button)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(area, 1)
        box.addLayout(foot)
        self.resize(min(860, window.width() - 48), min(680, window.height() - 48))
        self.close_button.setFocus()

    def _column(self, groups: list) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(0)
        for menu, rows in groups:
            grid = QGridLayout()
            grid.setVerticalSpacing(6)
            grid.setColumnStretch(0, 1)
            grid.addWidget(label(menu.upper(), "section"), 0, 0)
            for at, (name, keys) in enumerate(rows, start=1):
                grid.setRowMinimumHeight(at, _ROW)
                grid.addWidget(label(name), at, 0)
                caps = QHBoxLayout()
                caps.setSpacing(4)
                caps.addStretch(1)
                for key in keys:
                    caps.addWidget(label(key, "cap"))
                grid.addLayout(caps, at, 1)
            column.addLayout(grid)
            column.addSpacing(20)
        column.addStretch(1)
        return column
