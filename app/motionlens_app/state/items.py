"""The list that the grid shows: moments of a result, or motions of a library."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from motionlens.library.interface import MotionRecord
from motionlens.motion import FPS
from motionlens.search.result import Hit

ITEM_ROLE = Qt.ItemDataRole.UserRole + 1


@dataclass(frozen=True)
class Item:
    """One card: a moment that was found (with a score) or a whole motion (without).

    ``more``: moments of the same file behind it; ``copies``: copies and mirrored twins behind it.
    """

    motion_id: int
    name: str
    path: str
    start_s: float
    end_s: float
    caption: str = ""
    score: float | None = None
    rank: int = 0
    available: bool = True
    more: int = 0
    copies: int = 0

    @property
    def key(self) -> tuple[int, int, int]:
        """What its picture depends on: motion, first and last frame."""
        return self.motion_id, round(self.start_s * FPS), round(self.end_s * FPS)

    @property
    def duration_s(self) -> float:
        """Seconds."""
        return self.end_s - self.start_s

    @property
    def file_name(self) -> str:
        """The source's file name, or the motion's name when it has no file."""
        return PurePath(self.path).name or self.name

    @property
    def title(self) -> str:
        """What the card says first."""
        return self.caption or self.name


def item_of_hit(hit: Hit) -> Item:
    """A card for a search hit."""
    return Item(hit.id, hit.name, hit.path, hit.start_s, hit.end_s, hit.caption, hit.score, hit.rank)


def item_of_record(record: MotionRecord) -> Item:
    """A card for a whole motion."""
    caption = record.captions[0] if record.captions else ""
    return Item(
        record.id, record.name, record.path, 0.0, record.n_frames / FPS, caption, available=record.available
    )


class ItemModel(QAbstractListModel):
    """The cards. Replacing them keeps nothing: the view keeps its selection by key."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._shown: list[Item] = []

    def set_items(self, items: Iterable[Item]) -> None:
        """Show these; what only grows (during an import) keeps its rows."""
        shown = items if isinstance(items, list) else list(items)
        old = len(self._shown)
        if shown is self._shown or shown == self._shown:
            self._shown = shown
            return
        if 0 < old < len(shown) and shown[:old] == self._shown:
            self.beginInsertRows(QModelIndex(), old, len(shown) - 1)
            self._shown = shown
            self.endInsertRows()
            return
        self.beginResetModel()
        self._shown = shown
        self.endResetModel()

    @property
    def items(self) -> Sequence[Item]:
        """The cards shown."""
        return self._shown

    def row_of(self, key: tuple[int, int, int]) -> int:
        """The row of a card, -1 when it is not shown."""
        motion_id = key[0]  # most cards are told apart by it, without making their keys
        return next(
            (row for row, item in enumerate(self._shown) if item.motion_id == motion_id and item.key == key),
            -1,
        )

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008
        """Qt's name."""
        return 0 if parent.isValid() else len(self._shown)

    def flags(self, index: QModelIndex | QPersistentModelIndex) -> Qt.ItemFlag:
        """Cards can be dragged out of the window."""
        return super().flags(index) | Qt.ItemFlag.ItemIsDragEnabled

    def data(
        self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """The card itself (``ITEM_ROLE``), and words for screen readers and tooltips."""
        if not 0 <= index.row() < len(self._shown):
            return None
        item = self._shown[index.row()]
        if role == ITEM_ROLE:
            return item
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            score = "" if item.score is None else f", score {item.score:.2f}"
            return f"{item.title}, {item.duration_s:.1f} seconds{score}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return item.title if item.title == item.file_name else f"{item.title}\n{item.path or item.name}"
        return None
