"""The grid of moving cards: a virtual list view, one timer for all, painting what is visible."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QMimeData,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import (
    QContextMenuEvent,
    QKeyEvent,
    QMouseEvent,
    QPaintEvent,
    QRegion,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QAbstractScrollArea, QListView

from ..render.thumbnail import ThumbnailClip
from ..state.items import ITEM_ROLE, Item, ItemModel
from ..state.thumbnails import Key, ThumbnailStore
from ..theme import ThemeManager
from .card_choice import CardChoice
from .card_delegate import GAP, CardDelegate, Density
from .coming_up import ComingUp
from .dropping import drag_out
from .kept_place import KeptPlace

ANIMATION_MS = 33
TICK_BUDGET_S = 0.012
"""Where more cards are on screen than can be painted in this time, they take turns."""
BATCH = 16_000
"""Cards laid out in one go, 40 ms; the others of a larger list follow, between events."""
RESUME_S = 0.5
"""After scrubbing with the pointer a card plays on after this long."""


class ResultGrid(QListView):
    """Cards of an ``ItemModel``. ``chosen``: the current card; ``activated_card``: Enter or double click."""

    chosen = Signal(object)
    selected = Signal(list)
    play_pressed = Signal()
    menu_wanted = Signal(QPoint)
    drag_began = Signal()
    """A card is held: what a drag of it would carry is wanted soon."""

    def __init__(self, model: ItemModel, store: ThumbnailStore, themes: ThemeManager) -> None:
        super().__init__()
        self.setObjectName("grid")
        self.setAccessibleName("Motions")
        self.store = store
        self.items = model
        self.mime_of: Callable[[list[Item]], QMimeData | None] = lambda items: None
        self.hovered_row = -1
        self.animate_all = True
        self._ticked, self._played_s = time.monotonic(), 0.0
        self.coming_up = ComingUp(self)
        self._next_line = 0
        self._card_s = 0.001
        self._scrub: tuple[float, float] | None = None
        self.can_star = False
        self.starred: Callable[[Item], bool] = lambda item: False
        self.calm: Callable[[], bool] = lambda: False
        self.resting: Callable[[], bool] = lambda: False
        """True while only the card under the pointer plays: motions are compared, and their pictures come first."""
        self.crowded: Callable[[], bool] = lambda: False
        """True where a picture of what plays should be left out."""
        self.choice = CardChoice(self)
        self.choice.told.connect(self.chosen)
        self._themes = themes
        self._configure()
        self._place = KeptPlace(self)
        self.setModel(model)
        self._delegate = CardDelegate(self, themes.theme)
        self.setItemDelegate(self._delegate)
        self._timer = QTimer(self, interval=ANIMATION_MS)
        self._timer.timeout.connect(self._tick)
        model.modelReset.connect(self._replaced)
        store.ready.connect(self._pictures_ready)
        themes.changed.connect(self._theme_changed)

    def _configure(self) -> None:
        # Lines of cells, not "icons": those are put into a tree one by one, 0.2 s for 40,000 of them.
        self.setViewMode(QListView.ViewMode.ListMode)
        self.setFlow(QListView.Flow.LeftToRight)
        self.setLayoutMode(QListView.LayoutMode.Batched)
        self.setBatchSize(BATCH)
        self.setMovement(QListView.Movement.Static)
        self.setDragEnabled(True)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setWrapping(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setMouseTracking(True)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setViewportMargins(GAP // 2, 0, 0, 0)
        self.verticalScrollBar().setSingleStep(48)

    @property
    def animating(self) -> bool:
        """True while the timer runs."""
        return self._timer.isActive()

    def set_animate_all(self, on: bool) -> None:
        """All visible cards play, or only the one under the pointer."""
        self.animate_all = on
        self._follow_timer()
        self.viewport().update()

    def set_density(self, density: Density) -> None:
        """Cards in a grid, or a row each."""
        if density == self._delegate.density:
            return
        self._delegate.set_density(density)
        self._fit_cells()
        if self.currentIndex().isValid():
            self.scrollTo(self.currentIndex(), QAbstractItemView.ScrollHint.PositionAtCenter)
        self.viewport().update()

    @property
    def written(self) -> bool:
        """True when all cards on the screen have their words."""
        return self._delegate.words.all_there

    @property
    def density(self) -> Density:
        """How densely cards stand."""
        return self._delegate.density

    def current_item(self) -> Item | None:
        """The selected card."""
        return self.currentIndex().data(ITEM_ROLE)

    def frame_of(self, row: int, item: Item, clip: ThumbnailClip) -> float:
        """Which frame a card shows now; playing cards go on between frames too."""
        now = time.monotonic()
        if row == self.hovered_row and self._scrub is not None:
            share, at = self._scrub
            if now - at < RESUME_S:
                return share * (clip.n_frames - 1)
            return (share * (clip.n_frames - 1) + (now - at - RESUME_S) * 20) % clip.n_frames
        if self.animate_all or row == self.hovered_row:
            # Every card starts at its telling frame, so that a list of new cards reads at once.
            return (clip.still + self._played_s * 20) % clip.n_frames
        return clip.still

    def selected_items(self) -> list[Item]:
        """The selected cards in the order of the list."""
        rows = sorted(index.row() for index in self.selectionModel().selectedIndexes())
        return [self.items.items[row] for row in rows]

    def items_to_compare(self) -> list[Item]:
        """The selected cards; a single one is joined by the next in the list, which is selected too."""
        after = self.items.index(self.currentIndex().row() + 1, 0)
        if len(self.selectionModel().selectedIndexes()) == 1 and after.isValid():
            self.selectionModel().select(after, QItemSelectionModel.SelectionFlag.Select)
        return self.selected_items()

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        """Tell which cards are selected."""
        super().selectionChanged(selected, deselected)
        cards = QRegion()
        for index in (*selected.indexes(), *deselected.indexes()):
            cards += self.visualRect(index)
        self.coming_up.cards_changed(cards)
        self.selected.emit(self.selected_items())

    def select_row(self, row: int) -> None:
        """Make a card current and bring it into view."""
        index = self.items.index(row, 0)
        if index.isValid():
            self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
            self.scrollTo(index)

    def currentChanged(
        self, current: QModelIndex | QPersistentModelIndex, previous: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Tell who shows the card."""
        super().currentChanged(current, previous)
        self._place.forget()
        item = current.data(ITEM_ROLE) if current.isValid() else None
        if item is not None:
            self.choice.became_current(item)

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Scroll."""
        self.coming_up.end()
        super().scrollContentsBy(dx, dy)

    def _replaced(self) -> None:
        self._place.forget()
        self.coming_up.begin()
        self._played_s = 0.0
        self.hovered_row, self._scrub = -1, None
        self.choice.list_replaced()
        self._follow_timer()

    def _pictures_ready(self, keys: list[Key]) -> None:
        seen, made = self.visible_rows(), set(keys)
        cards = QRegion()
        for row in seen:
            if self.items.items[row].key in made:
                cards += self.visualRect(self.items.index(row, 0))
        self.coming_up.cards_changed(cards)
        self.viewport().update(cards)
        # What the next turn of the wheel or page key shows is made while nothing else is.
        ahead = range(seen.stop, min(seen.stop + len(seen), self.items.rowCount()))
        self.store.prefetch(self.items.items[row].key for row in ahead)

    def _theme_changed(self) -> None:
        self._delegate.set_theme(self._themes.theme)
        self.coming_up.end()
        self.viewport().update()

    def _follow_timer(self) -> None:
        wanted = self.isVisible() and (self.animate_all or self.hovered_row >= 0 or self.coming_up.going_on)
        if wanted and not self._timer.isActive():
            self._timer.start()
        elif not wanted:
            self._timer.stop()

    def _tick(self) -> None:
        self._follow_timer()
        if self.crowded():
            return
        now = time.monotonic()
        passed, self._ticked = min(now - self._ticked, 0.1), now
        if self.coming_up.going_on:
            self.viewport().update()
            return
        if self.calm():
            return
        self._played_s += passed
        region = QRegion()
        for row in self._rows_of_turn() if self.animate_all and not self.resting() else [self.hovered_row]:
            region += self.picture_of(row)
        self.viewport().update(region)

    def _rows_of_turn(self) -> range:
        """Whole lines of cards, as many as the budget allows; neighbours, as Qt paints what lies between."""
        rows, columns = self.visible_rows(), self.columns()
        lines = -(-len(rows) // columns)
        if self._next_line >= lines:
            self._next_line = 0
        n = max(int(TICK_BUDGET_S / (self._card_s * columns)), 1)
        first = self._next_line
        self._next_line += n
        return rows[first * columns : self._next_line * columns]

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint, and learn what a card costs here."""
        before, started = self._delegate.painted, time.thread_time()
        self._delegate.words.begin()
        if not self.coming_up.paint():
            super().paintEvent(event)
        self._delegate.words.end()
        painted = self._delegate.painted - before
        if painted:
            cost = max((time.thread_time() - started) / painted, 1e-5)
            self._card_s += 0.1 * (cost - self._card_s)

    def columns(self) -> int:
        """Cards side by side."""
        return max(self.viewport().width() // max(self.gridSize().width(), 1), 1)

    def visible_rows(self) -> range:
        """Rows on screen; the grid is regular, so this is arithmetic."""
        count = self.items.rowCount()
        if not count:
            return range(0)
        columns = self.columns()
        height = max(self.gridSize().height(), 1)
        top = self.verticalScrollBar().value()
        first = top // height * columns
        last = ((top + self.viewport().height()) // height + 1) * columns
        return range(max(first, 0), min(last, count))

    def picture_of(self, row: int) -> QRect:
        """Where a card's picture is in the viewport."""
        index = self.items.index(row, 0)
        if not index.isValid():
            return QRect()
        card = self._delegate.card_rect(QRectF(self.visualRect(index)))
        return self._delegate.picture_rect(card).toAlignedRect()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """As many columns as fit, stretched to the width."""
        self._place.remember(event.oldSize().width())
        self._fit_cells()
        super().resizeEvent(event)
        self._place.restore()

    def _fit_cells(self) -> None:
        width = self.viewport().width() - 2
        self.setGridSize(self._delegate.cell_size(width))

    def showEvent(self, event) -> None:
        """Play again, and tell what was not told yet."""
        super().showEvent(event)
        self.choice.set_seen(True)
        self._follow_timer()

    def hideEvent(self, event) -> None:
        """No timer runs unseen."""
        super().hideEvent(event)
        self._timer.stop()
        self._delegate.words.stop()
        self._place.forget()
        self.choice.set_seen(False)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A card that is held may be dragged away next."""
        super().mousePressEvent(event)
        if event.button() == Qt.MouseButton.LeftButton and self.indexAt(event.position().toPoint()).isValid():
            self.drag_began.emit()

    def startDrag(self, actions: Qt.DropAction) -> None:
        """Drag the selected cards out as files."""
        mime = self.mime_of(self.selected_items())
        if mime is not None:
            drag_out(self, mime, self.viewport().grab(self.picture_of(self.currentIndex().row())))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Hovering plays; moving over the picture scrubs."""
        super().mouseMoveEvent(event)
        self._hover(event.position().toPoint())

    def event(self, event: QEvent) -> bool:
        """Another style sheet leaves the cells where they are: Qt would lay all of them out anew."""
        if event.type() == QEvent.Type.StyleChange:
            return QAbstractScrollArea.event(self, event)
        return super().event(event)

    def viewportEvent(self, event: QEvent) -> bool:
        """The pointer leaves."""
        if event.type() == QEvent.Type.Leave:
            self._hover(QPoint(-1, -1))
        return super().viewportEvent(event)

    def _hover(self, point: QPoint) -> None:
        index = self.indexAt(point)
        row = index.row() if index.isValid() else -1
        picture = self.picture_of(row)
        if row >= 0 and picture.contains(point):
            self._scrub = ((point.x() - picture.x()) / max(picture.width() - 1, 1), time.monotonic())
        elif row != self.hovered_row:
            self._scrub = None
        if row != self.hovered_row:
            self.hovered_row = row
            self.coming_up.end()
            self.viewport().update()
        self._follow_timer()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """What can be done with the card under the pointer, or with the current one (menu key)."""
        index = self.indexAt(event.pos())
        if event.reason() == QContextMenuEvent.Reason.Mouse and not index.isValid():
            return
        if event.reason() == QContextMenuEvent.Reason.Mouse:
            if not self.selectionModel().isSelected(index):  # of several selected cards: the menu is for all
                self.select_row(index.row())
            self.menu_wanted.emit(event.globalPos())
        elif self.currentIndex().isValid():
            self.menu_wanted.emit(self.viewport().mapToGlobal(self.visualRect(self.currentIndex()).center()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter and Space play; arrows walk through the cards in reading order."""
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.play_pressed.emit()
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right) and self.items.rowCount():
            step = 1 if key == Qt.Key.Key_Right else -1
            row = self.currentIndex().row() + step if self.currentIndex().isValid() else 0
            row = min(max(row, 0), self.items.rowCount() - 1)
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                self.selectionModel().setCurrentIndex(
                    self.items.index(row, 0), QItemSelectionModel.SelectionFlag.Select
                )
                self.scrollTo(self.items.index(row, 0))
            else:
                self.select_row(row)
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            super().keyPressEvent(event)
        else:
            event.ignore()
