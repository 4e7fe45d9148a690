"""Word x joint and word x time of one motion, with the words' bars: the picture that answers the pointer."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import QFrame, QGraphicsItem, QSizePolicy

from motionlens.explanation.result import Quantity

from .. import theme as look
from ..state.answers import Answer, word_values
from ..state.explain import WhyController
from ..state.selection import Pick
from .data_colours import colour_map
from .why_layout import HEAD, JOINT_COLUMNS, Layout, Place, hidden_height, lay_out
from .why_paint import MapPainter
from .why_words import readout


class WhyMap(pg.GraphicsView):
    """Shows one answer; every view of it shares the controller's selection."""

    strike_wanted = Signal(int)

    def __init__(self, why: WhyController, themes: look.ThemeManager) -> None:
        super().__init__(background=None)
        self._why, self._themes = why, themes
        self.answer: Answer | None = None
        self.quantity: Quantity = "similarity"
        self.enableMouse(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName("Why: words by joints and by time")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.joint_image = pg.ImageItem(axisOrder="row-major")
        self.time_image = pg.ImageItem(axisOrder="row-major")
        self.places: Layout = lay_out(480, 300, 1, 1, 60)
        self._scrolled = 0.0
        self.setMinimumHeight(HEAD + 50)
        self._over = _Over(self)
        for item in (self.joint_image, self.time_image, self._over):
            self.addItem(item)
        themes.changed.connect(self._tint)
        why.selection.changed.connect(self._selection_changed)
        self._tint()

    # -- what is shown ---------------------------------------------------------------------------

    def show_answer(self, answer: Answer) -> None:
        """Another explanation, or another scale of this one: images are filled in place."""
        self.answer, self.quantity = answer, self._why.quantity
        self.scale, self.time_scale = self._why.scale(answer), self._why.scale(answer, "time")
        self.painting = MapPainter(answer, self.scale, self.time_scale)
        table = colour_map(self.quantity)
        joint = self.scale.share(answer.word_joint(self.quantity))[:, JOINT_COLUMNS]
        time = self.time_scale.share(answer.word_segment(self.quantity))
        for image, values in ((self.joint_image, joint), (self.time_image, time)):
            image.setImage(np.ascontiguousarray(values, np.float32), levels=(0.0, 1.0), lut=table)
        self._place()
        self._selection_changed()

    @property
    def pick(self) -> Pick:
        """The shared selection, as far as it is about this motion."""
        key = self.answer.item.key if self.answer else None
        return self._why.selection.current.seen_on(key)

    def sizeHint(self) -> QSize:
        """Room for twenty words."""
        return QSize(460, 380)

    def _selection_changed(self) -> None:
        if self.answer is None:
            return
        pick = self.pick
        if pick.word is None and (pick.joint is not None or pick.span is not None):
            self.painting.answers = word_values(self.answer, self.quantity, pick)
        else:
            self.painting.answers = None
        if pick.word is not None and pick.word < self.places.rows and not self.underMouse():
            self._reveal(pick.word)
        self._over.update()

    def _place(self) -> None:
        if self.answer is None:
            return
        metrics = QFontMetricsF(look.font(small=True))
        widest = max((metrics.horizontalAdvance(word) for word in self.answer.words), default=40.0)
        segments = len(self.answer.shown.segments)
        size = self.width(), self.height(), len(self.answer.rows), segments, widest
        self._scrolled = min(self._scrolled, hidden_height(self.height(), lay_out(*size)))
        self.places = lay_out(*size, self._scrolled)
        self.joint_image.setRect(self.places.joints)
        self.time_image.setRect(self.places.time)
        self._over.resized(QRectF(0, 0, self.width(), self.height()))

    def scroll_to(self, scrolled: float) -> None:
        """Move the rows up by so many pixels, as far as there are more below."""
        scrolled = min(max(scrolled, 0.0), hidden_height(self.height(), self.places))
        if scrolled != self._scrolled:
            self._scrolled = scrolled
            self._place()

    def _reveal(self, word: int) -> None:
        row = self.places.row_rect(self.places.labels, word)
        above, below = HEAD - row.top(), row.bottom() - (self.height() - 6)
        if above > 0 or below > 0:
            self.scroll_to(self._scrolled + (-above if above > 0 else below))

    def _tint(self) -> None:
        self.setBackground(self._themes.theme.panel)
        self._over.update()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Lay out anew."""
        super().resizeEvent(event)
        if event is not None and hasattr(self, "places"):  # the base calls this while it is made
            self._place()

    def paint_over(self, painter: QPainter) -> None:
        """Everything but the images."""
        if self.answer is not None:
            self.painting.paint(painter, self.places, self._themes.theme, self.pick, self._why.selection)
        if self.hasFocus():
            painter.setClipping(False)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(self._themes.theme.accent), 1.5))
            painter.drawRoundedRect(QRectF(1, 1, self.width() - 2, self.height() - 2), 4, 4)

    # -- pointer and keys ------------------------------------------------------------------------

    def pick_of(self, place: Place) -> Pick:
        """What a place stands for in the selection."""
        if self.answer is None:
            return Pick()
        span = self.answer.shown.segments[place.segment] if place.segment is not None else None
        key = self.answer.item.key if span is not None else None
        return Pick(place.word, place.joint, span, key)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """What is under the pointer is hovered everywhere."""
        place = self.places.at(event.position().x(), event.position().y())
        self._why.selection.hover(self.pick_of(place))
        self.setCursor(Qt.CursorShape.PointingHandCursor if place.strike else Qt.CursorShape.ArrowCursor)
        self.setToolTip(self._tip(place))

    def _tip(self, place: Place) -> str:
        if self.answer is None:
            return ""
        if not place.strike or place.word is None or not self.answer.has_words:
            return readout(self.answer, self.quantity, self.pick)
        struck = self.answer.rows[place.word] < 0
        return "Put this word back (X)" if struck else "Strike this word out: what would the score be? (X)"

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Pin, unpin, strike out."""
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        place = self.places.at(event.position().x(), event.position().y())
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if place.strike and place.word is not None:
            self.strike_wanted.emit(place.word)
        elif pick := self.pick_of(place):
            self._why.selection.toggle(pick)
        else:
            self._why.selection.pin(Pick())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Nothing is dragged here."""

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Two clicks are two clicks."""
        self.mousePressEvent(event)

    def wheelEvent(self, event) -> None:
        """Scroll where not all words fit."""
        before = self._scrolled
        self.scroll_to(before - event.angleDelta().y() / 120 * 3 * self.places.row)
        event.setAccepted(self._scrolled != before)

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is hovered."""
        self._why.selection.hover(Pick())
        super().leaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows walk over words and columns; Enter pins."""
        key, answer, selection = event.key(), self.answer, self._why.selection
        arrows = {
            Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0), Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1),
        }  # fmt: skip
        if answer is not None and key in arrows:
            pick = self._stepped(*arrows[Qt.Key(key)])
            selection.hover(pick)
            self._reveal(pick.word or 0)  # also with the pointer over it
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and selection.current:
            selection.toggle(selection.hovered or selection.pinned)
        else:
            event.ignore()

    def _stepped(self, down: int, right: int) -> Pick:
        """The cell beside the hovered (else the pinned) one; columns: the word itself, joints, windows."""
        assert self.answer is not None
        pick = self._why.selection.hovered.seen_on(self.answer.item.key) or self.pick
        segments = self.answer.shown.segments
        column = 0
        if pick.joint is not None:
            column = 1 + JOINT_COLUMNS.index(pick.joint)
        elif pick.span in segments:
            column = 1 + len(JOINT_COLUMNS) + segments.index(pick.span)
        word = -1 if pick.word is None and down > 0 else pick.word or 0
        word = min(max(word + down, 0), len(self.answer.rows) - 1)
        column = min(max(column + right, 0), len(JOINT_COLUMNS) + len(segments))
        if column == 0:
            return Pick(word)
        if column <= len(JOINT_COLUMNS):
            return Pick(word, JOINT_COLUMNS[column - 1])
        return self.pick_of(Place(word, None, column - 1 - len(JOINT_COLUMNS)))


class _Over(QGraphicsItem):
    """Labels, bars and highlights, over the images."""

    def __init__(self, view: WhyMap) -> None:
        super().__init__()
        self._view = view
        self._rect = QRectF(0, 0, 1, HEAD)

    def resized(self, rect: QRectF) -> None:
        """Follow the view."""
        if rect != self._rect:
            self.prepareGeometryChange()
            self._rect = rect
        self.update()

    def boundingRect(self) -> QRectF:
        """Qt's name."""
        return self._rect

    def paint(self, painter: QPainter, option, widget=None) -> None:
        """Qt's name."""
        self._view.paint_over(painter)
