"""Ctrl+K: every command of the table by a few letters of its name. It is a card over the window, no dialog."""

from __future__ import annotations

import json
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QFrame,
    QGraphicsDropShadowEffect,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from .. import theme as look
from ..commands import Command, CommandTable
from ..matching import fit
from ..settings import Settings
from .widgets import label

_RECENT = "palette/recent"
_KEPT = 6
_ROW = 34
_SHOWN = 11
_WIDTH = 600
_TOP = 96
"""Under the query bar."""
_ENTRY = Qt.ItemDataRole.UserRole


@dataclass(frozen=True)
class Entry:
    """A row: a command as it is now.

    Attributes:
        letters: places of the name that were typed.
        recent: True where it stands first because it was used.
    """

    command: Command
    name: str
    menu: str
    keys: tuple[str, ...]
    enabled: bool
    checked: bool
    letters: tuple[int, ...] = ()
    recent: bool = False

    @property
    def spoken(self) -> str:
        """What a screen reader says of it."""
        parts = [self.name, self.menu, " or ".join(self.keys)]
        parts += ["on" if self.checked else "off"] if self.command.checkable else []
        parts += [] if self.enabled else ["not possible now"]
        return ", ".join(part for part in parts if part)


def entries(table: CommandTable, typed: str, recent: list[str]) -> list[Entry]:
    """The rows for what is typed, best first; all commands, those used last first, where nothing is.

    A command of two shortcuts that the table holds twice (one may be typed in a text field) is one row.
    """
    rows: dict[tuple[str, str], Entry] = {}
    by_name: dict[str, tuple[str, str]] = {}
    for command in table.commands.values():
        action = table.actions[command.id]
        name = action.text().split("\t")[0].replace("&", "")
        menu = command.menu.replace("&", "")
        if not menu and name in by_name:
            first = rows[by_name[name]]
            rows[by_name[name]] = Entry(**{**vars(first), "keys": (*first.keys, *command.shortcuts)})
            continue
        by_name[name] = name, menu
        rows[name, menu] = Entry(
            command, name, menu, command.shortcuts, table.available(command.id), action.isChecked()
        )
    place = {name: at for at, name in enumerate(recent)}
    if not typed.strip():
        first_rows = [e for e in rows.values() if e.command.id in place]
        first_rows.sort(key=lambda e: place[e.command.id])
        used = [Entry(**{**vars(e), "recent": True}) for e in first_rows]
        return used + [e for e in rows.values() if e.command.id not in place]
    fitting = []
    for at, entry in enumerate(rows.values()):
        found = fit(typed, entry.name, entry.menu)
        if found is not None:
            rank = found.rank + 0.2 * (entry.command.id in place) - 0.5 * (not entry.enabled)
            fitting.append((-rank, at, Entry(**{**vars(entry), "letters": found.letters})))
    return [entry for _, _, entry in sorted(fitting, key=lambda row: row[:2])]


class CommandPalette(QFrame):
    """A field and the commands that fit; arrows choose, Enter runs, Esc closes."""

    def __init__(
        self, table: CommandTable, themes: look.ThemeManager, settings: Settings, window: QWidget
    ) -> None:
        super().__init__(window)
        self.setObjectName("palette")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName("Commands")
        self._table, self._themes, self._settings, self._window = table, themes, settings, window
        self._before: QWidget | None = None
        self.field = QLineEdit()
        self.field.setObjectName("paletteField")
        self.field.setPlaceholderText("What would you like to do?")
        self.field.setAccessibleName("Find a command by its name")
        self.list = QListWidget()
        self.list.setObjectName("paletteRows")
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setMouseTracking(True)
        self.list.setAccessibleName("Commands that fit")
        self.list.setItemDelegate(_RowPainter(themes, self.list))
        self.nothing = label(
            "No command has these letters. Try another word, such as “view” or “import”.", "muted"
        )
        self.nothing.setContentsMargins(14, 12, 14, 12)
        box = QVBoxLayout(self)
        box.setContentsMargins(8, 8, 8, 6)
        box.setSpacing(6)
        box.addWidget(self.field)
        box.addWidget(self.nothing)
        box.addWidget(self.list, 1)
        box.addLayout(self._foot())
        shadow = QGraphicsDropShadowEffect(self)
        shadow.setBlurRadius(36)
        shadow.setOffset(0, 10)
        shadow.setColor(QColor(0, 0, 0, 110))
        self.setGraphicsEffect(shadow)
        self.hide()
        self.field.textChanged.connect(self.refresh)
        self.field.installEventFilter(self)
        self.list.itemClicked.connect(self._run_item)
        self.list.itemEntered.connect(self.list.setCurrentItem)
        window.installEventFilter(self)

    def _foot(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(8, 0, 8, 0)
        row.addWidget(label("↑ ↓ choose    Enter run    Esc close", "small"))
        row.addStretch(1)
        self.count: QLabel = label("", "small")
        row.addWidget(self.count)
        return row

    @property
    def recent(self) -> list[str]:
        """Ids of the commands used last, newest first."""
        try:
            kept = json.loads(self._settings.text(_RECENT) or "[]")
        except ValueError:
            return []
        return [name for name in kept if name in self._table.commands] if isinstance(kept, list) else []

    # -- opening and closing ---------------------------------------------------------------------

    def open_palette(self) -> None:
        """Show it with an empty field; a second Ctrl+K puts it away."""
        if self.isVisible():
            self.close_palette()
            return
        self._before = self._window.focusWidget()
        self.field.clear()
        self.refresh()
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def close_palette(self) -> None:
        """Away with it; the keyboard is where it was."""
        if not self.isVisible():
            return
        had = self.field.hasFocus()
        self.hide()
        if had and self._before is not None and self._before.isVisible():
            self._before.setFocus(Qt.FocusReason.OtherFocusReason)

    def refresh(self, _typed: str = "") -> None:
        """Fill the list for what is typed."""
        rows = entries(self._table, self.field.text(), self.recent)
        self.list.clear()
        for entry in rows:
            item = QListWidgetItem()
            item.setData(_ENTRY, entry)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, entry.spoken)
            item.setSizeHint(QSize(0, _ROW))
            if not entry.enabled:
                item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEnabled)
            self.list.addItem(item)
        self._choose(0, 1)
        self.list.setVisible(bool(rows))
        self.nothing.setVisible(not rows)
        self.count.setText(f"{len(rows)} of {len(entries(self._table, '', []))}" if rows else "")
        self._place(len(rows))

    def _place(self, rows: int) -> None:
        window = self._window
        wide = min(_WIDTH, window.width() - 64)
        top = _TOP
        shown = max(min(rows, _SHOWN, (window.height() - top - 150) // _ROW), 0)
        self.list.setFixedHeight(shown * _ROW + 4)
        self.setFixedWidth(wide)
        self.adjustSize()
        self.move((window.width() - wide) // 2, top)

    # -- choosing --------------------------------------------------------------------------------

    def _entry(self, row: int) -> Entry:
        entry: Entry = self.list.item(row).data(_ENTRY)
        return entry

    def _choose(self, row: int, step: int) -> None:
        """The next row from here on that can be run."""
        while 0 <= row < self.list.count():
            if self._entry(row).enabled:
                self.list.setCurrentRow(row)
                return
            row += step

    def _run_item(self, item: QListWidgetItem) -> None:
        self._run(item.data(_ENTRY))

    def _run(self, entry: Entry) -> None:
        if not entry.enabled:
            return
        name = entry.command.id
        self._settings.put(_RECENT, json.dumps([name, *(n for n in self.recent if n != name)][:_KEPT]))
        self.close_palette()
        self._table.actions[name].trigger()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys of the field; the palette goes when the field loses the keyboard or the window its size."""
        kind = event.type()
        if watched is self._window:
            if kind == QEvent.Type.Resize and self.isVisible():
                self._place(self.list.count())
        elif kind == QEvent.Type.FocusOut and self.isVisible():
            self.close_palette()
        elif kind == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._key(event)
        return False

    def _key(self, event: QKeyEvent) -> bool:
        key, row = event.key(), self.list.currentRow()
        steps = {
            Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: _SHOWN - 1, Qt.Key.Key_PageUp: 1 - _SHOWN,
        }  # fmt: skip
        if key in steps:
            step = steps[Qt.Key(key)]
            wanted = min(max(row + step, 0), self.list.count() - 1)
            self._choose(wanted, 1 if step > 0 else -1)
        elif key == Qt.Key.Key_Escape:
            self.close_palette()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if row >= 0:
                self._run(self._entry(row))
        else:
            return key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab)  # the keyboard stays here while it is open
        return True


class _RowPainter(QStyledItemDelegate):
    """A mark, the name with the typed letters standing out, the menu, the keys as caps."""

    def __init__(self, themes: look.ThemeManager, parent: QObject) -> None:
        super().__init__(parent)
        self._themes = themes

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """One row."""
        entry: Entry = index.data(_ENTRY)
        t = self._themes.theme
        state, whole = option.state, QRect(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(t.accent_soft))
            painter.drawRoundedRect(QRectF(whole).adjusted(0, 1, 0, -1), 5, 5)
        self._mark(painter, entry, QRect(whole.left() + 10, whole.top(), 16, whole.height()))
        right = self._keys(painter, entry, whole)
        self._words(
            painter, entry, QRect(whole.left() + 36, whole.top(), right - whole.left() - 44, whole.height())
        )
        painter.restore()

    def _mark(self, painter: QPainter, entry: Entry, at: QRect) -> None:
        name = "check" if entry.checked else "clock-counter-clockwise" if entry.recent else ""
        if name:
            picture = look.icon(name, self._themes.theme, accent=entry.checked).pixmap(16, 16)
            if not entry.enabled:
                painter.setOpacity(0.5)
            painter.drawPixmap(at.left(), at.center().y() - 7, picture)
            painter.setOpacity(1.0)

    def _words(self, painter: QPainter, entry: Entry, at: QRect) -> None:
        t = self._themes.theme
        usual, strong, small = look.font(), look.font(strong=True), look.font(small=True)
        colour = QColor(t.text if entry.enabled else t.muted)
        if not entry.enabled:
            colour.setAlphaF(0.6)
        x, middle = at.left(), Qt.AlignmentFlag.AlignVCenter
        for place, letter in enumerate(entry.name):
            meant = place in entry.letters
            face = strong if meant else usual
            painter.setFont(face)
            painter.setPen(QColor(t.accent) if meant and entry.enabled else colour)
            wide = QFontMetrics(face).horizontalAdvance(letter)
            if x + wide > at.right():
                return
            painter.drawText(QRect(x, at.top(), wide + 4, at.height()), middle, letter)
            x += wide
        painter.setFont(small)
        muted = QColor(t.muted)
        muted.setAlphaF(1.0 if entry.enabled else 0.6)
        painter.setPen(muted)
        said = entry.menu if entry.enabled else f"{entry.menu} · not possible now".strip(" ·")
        painter.drawText(QRect(x + 10, at.top() + 1, max(at.right() - x - 10, 0), at.height()), middle, said)

    def _keys(self, painter: QPainter, entry: Entry, whole: QRect) -> int:
        """Caps from the right; returns where they begin."""
        t = self._themes.theme
        small = look.font(small=True)
        measure = QFontMetrics(small)
        right = whole.right() - 10
        painter.setFont(small)
        for keys in reversed(entry.keys[:2]):
            wide = max(measure.horizontalAdvance(keys) + 12, 20)
            cap = QRectF(right - wide, whole.center().y() - 9, wide, 20)
            painter.setPen(QPen(QColor(t.border), 1))
            painter.setBrush(QColor(t.panel))
            painter.drawRoundedRect(cap, 4, 4)
            painter.setPen(QColor(t.muted))
            painter.drawText(cap, Qt.AlignmentFlag.AlignCenter, keys)
            right -= wide + 6
        return right
