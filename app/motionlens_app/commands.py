"""The one table of commands: it feeds the menus and the shortcuts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget


@dataclass(frozen=True)
class Command:
    """One thing the user can do.

    Attributes:
        id: stable name, ``menu.verb``.
        text: the menu's wording.
        shortcuts: key sequences in Qt's portable spelling; "" for none.
        handler: called without argument, or with the checked state when ``checkable``.
        menu: title of the menu it stands in; "" for shortcut only.
        typing: True if the shortcut must keep working while a text field has the focus.
        possible: says whether it can do anything now; None: always, or the action itself is switched.
        group: commands of one group are alternatives (radio items).
    """

    id: str
    text: str
    handler: Callable[..., None]
    menu: str
    shortcuts: tuple[str, ...] = ()
    checkable: bool = False
    checked: bool = False
    typing: bool = True
    group: str = ""
    separator_before: bool = False
    possible: Callable[[], bool] | None = None


class CommandTable:
    """QActions made from commands, looked up by id."""

    def __init__(self, window: QWidget, commands: Iterable[Command]) -> None:
        self.commands = {command.id: command for command in commands}
        self.actions: dict[str, QAction] = {}
        self._groups: dict[str, QActionGroup] = {}
        for command in self.commands.values():
            self.actions[command.id] = self._action(window, command)

    def _action(self, window: QWidget, command: Command) -> QAction:
        action = QAction(command.text, window)
        action.setObjectName(command.id)
        action.setCheckable(command.checkable)
        action.setChecked(command.checked)
        # Plain-letter keys belong to the text field while one types: views handle those themselves.
        if command.typing:
            action.setShortcuts([QKeySequence(s) for s in command.shortcuts])
        elif command.shortcuts:
            action.setText(f"{command.text}\t{command.shortcuts[0]}")
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        if command.checkable:
            action.toggled.connect(command.handler)
        else:
            action.triggered.connect(lambda _checked=False, run=command.handler: run())
        if command.group:
            group = self._groups.setdefault(command.group, QActionGroup(window))
            group.addAction(action)
        window.addAction(action)
        return action

    def fill(self, bar: QMenuBar) -> dict[str, QMenu]:
        """Make the menus in the order in which the table names them."""
        menus: dict[str, QMenu] = {}
        for command in self.commands.values():
            if not command.menu:
                continue
            if command.menu not in menus:
                menu = menus[command.menu] = bar.addMenu(command.menu)
                menu.aboutToShow.connect(partial(self._grey, command.menu))
                menu.aboutToHide.connect(partial(self._ungrey, command.menu))
            if command.separator_before:
                menus[command.menu].addSeparator()
            menus[command.menu].addAction(self.actions[command.id])
        return menus

    def available(self, name: str) -> bool:
        """True where the command would do something now."""
        possible = self.commands[name].possible
        return self.actions[name].isEnabled() and (possible is None or possible())

    def _grey(self, menu: str) -> None:
        for command in self.commands.values():
            if command.menu == menu and command.possible is not None:
                self.actions[command.id].setEnabled(command.possible())

    def _ungrey(self, menu: str) -> None:
        """Shortcuts ask for themselves: what is impossible now may be possible when the key is pressed."""
        for command in self.commands.values():
            if command.menu == menu and command.possible is not None:
                self.actions[command.id].setEnabled(True)

    def by_key(self, sequence: str) -> Command | None:
        """The command of a plain key (those with ``typing`` False)."""
        for command in self.commands.values():
            if not command.typing and sequence in command.shortcuts:
                return command
        return None
