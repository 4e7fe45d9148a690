"""Paints what stands round the word maps: words, bars, column labels, and the marks of the selection."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from motionlens.skeleton import SIDES

from .. import theme as look
from ..render.body import LEFT_COLOUR, RIGHT_COLOUR
from ..state.answers import Answer
from ..state.scales import Scale
from ..state.selection import Pick, Selection
from .data_colours import colour_at
from .why_layout import COLUMN_OF, HEAD, JOINT_COLUMNS, STRIKE, Layout, column_groups, joint_label

_SIDE_COLOUR = {"left": LEFT_COLOUR, "right": RIGHT_COLOUR}
_STRIP = 4.0
_LETTERS = 13.0
_NUMBERS_FROM = 84.0
"""Bars this wide have room for numbers."""
_FLAT_FROM = 27.0
"""Columns this wide have labels that need not be turned."""
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class MapPainter:
    """Of one answer on one scale. ``answers``: (N,) how words meet the picked joint or time, None for the score."""

    def __init__(self, answer: Answer, scale: Scale, time_scale: Scale) -> None:
        self.answer, self.scale, self.time_scale = answer, scale, time_scale
        self.answers: np.ndarray | None = None

    def paint(
        self, painter: QPainter, places: Layout, theme: look.Theme, pick: Pick, selection: Selection
    ) -> None:
        """Everything, in widget pixels."""
        painter.setFont(look.font(small=True))
        whole = painter.viewport()
        painter.save()
        painter.setClipRect(QRectF(0, HEAD, whole.width(), whole.height()))
        self._rows(painter, places, theme, pick, selection)
        self._bars(painter, places, theme, self.scale if pick.joint is not None else self.time_scale)
        self._struck(painter, places, theme)
        painter.restore()
        # Rows that are scrolled up go under the labels.
        painter.fillRect(QRectF(0, 0, whole.width(), HEAD), QColor(theme.panel))
        self._bars_head(painter, places, theme, pick)
        self._joint_labels(painter, places, theme, pick)
        self._time_labels(painter, places, theme, pick)
        painter.setClipRect(QRectF(0, HEAD - 2, whole.width(), whole.height()))
        self._marks(painter, places, pick, selection)
        self._scroll_mark(painter, places, theme, whole.width(), whole.height())

    # -- words and bars --------------------------------------------------------------------------

    def _rows(self, painter, places: Layout, theme, pick: Pick, selection: Selection) -> None:
        metrics = QFontMetricsF(painter.font())
        pinned = selection.pinned.word
        best = None if self.answers is None else _best(self.answers)
        for row, word in enumerate(self.answer.words):
            rect = places.row_rect(places.labels, row)
            struck = self.answer.rows[row] < 0
            if row in (pick.word, pinned):
                wide = QRectF(
                    rect.left() - 2, rect.top(), places.bars.right() - rect.left() + 4, rect.height()
                )
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(theme.accent_soft))
                painter.drawRoundedRect(wide, 3, 3)
                if row == pinned:
                    painter.fillRect(
                        QRectF(wide.left(), wide.top() + 2, 2.5, wide.height() - 4), QColor(theme.accent)
                    )
            if self.answer.has_words and (struck or row == pick.word):
                self._toggle(painter, rect, struck, QColor(theme.muted))
            font = look.font(small=True, strong=row in (pick.word, pinned, best))
            font.setStrikeOut(struck)
            painter.setFont(font)
            painter.setPen(QColor(theme.muted if struck else theme.text))
            room = rect.adjusted(STRIKE, 0, 0, 0)
            painter.drawText(room, _LEFT, metrics.elidedText(word, Qt.TextElideMode.ElideRight, room.width()))

    @staticmethod
    def _toggle(painter: QPainter, rect: QRectF, struck: bool, colour: QColor) -> None:
        """A cross strikes out, a bent arrow puts back."""
        painter.setPen(QPen(colour, 1.4))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        c, r = QPointF(rect.left() + STRIKE / 2, rect.center().y()), 3.2
        if not struck:
            painter.drawLine(c + QPointF(-r, -r), c + QPointF(r, r))
            painter.drawLine(c + QPointF(-r, r), c + QPointF(r, -r))
            return
        painter.drawArc(QRectF(c.x() - r, c.y() - r, 2 * r, 2 * r), 16 * -120, 16 * 270)
        tip = QPointF(c.x() - r, c.y() - 0.5)
        painter.drawLine(tip, tip + QPointF(-2, -2.5))
        painter.drawLine(tip, tip + QPointF(2.5, -2))

    def _struck(self, painter, places: Layout, theme) -> None:
        """A line through the empty rows: nothing was measured there, which is not zero."""
        painter.setPen(QPen(QColor(theme.muted), 1, Qt.PenStyle.DotLine))
        for row in np.flatnonzero(np.array(self.answer.rows) < 0).tolist():
            for area in (places.joints, places.time):
                rect = places.row_rect(area, row)
                painter.drawLine(
                    QPointF(rect.left(), rect.center().y()), QPointF(rect.right(), rect.center().y())
                )

    def _bars(self, painter, places: Layout, theme, scale: Scale) -> None:
        values = self.answer.contribution if self.answers is None else self.answers
        area = places.bars
        finite = values[np.isfinite(values)]
        low, high = min(float(finite.min(initial=0)), 0.0), max(float(finite.max(initial=0)), 1e-9)
        numbers = area.width() >= _NUMBERS_FROM
        room = area.width() - (40 if numbers else 0)
        zero = area.left() + room * -low / (high - low)
        painter.setFont(look.font(small=True))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)  # round corners
        for row, value in enumerate(values.tolist()):
            if not np.isfinite(value):
                continue
            rect = places.row_rect(area, row).adjusted(0, 2, 0, -2)
            end = zero + room * value / (high - low)
            if self.answers is None:
                colour = QColor(theme.accent if value >= 0 else theme.muted)
            else:
                colour = colour_at(scale.quantity, float(scale.share(np.array(value), row)))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            painter.drawRoundedRect(
                QRectF(min(zero, end), rect.top(), max(abs(end - zero), 1.5), rect.height()), 2, 2
            )
            if numbers:
                painter.setPen(QColor(theme.muted))
                painter.drawText(rect.adjusted(0, -4, 0, 4), _RIGHT, f"{value:.3f}")
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QPen(QColor(theme.border), 1))
        painter.drawLine(QPointF(zero, area.top()), QPointF(zero, area.bottom()))

    def _bars_head(self, painter, places: Layout, theme, pick: Pick) -> None:
        title, strong = "score", f"{self.answer.shown.score:.3f}"
        if self.answers is not None:
            title, strong = "with", joint_label(pick.joint) if pick.joint is not None else "this time"
        area = QRectF(places.bars.left() - 6, 0, places.bars.width() + 14, HEAD)
        self._head(painter, area, theme, title, strong)

    @staticmethod
    def _scroll_mark(painter, places: Layout, theme, width: float, height: float) -> None:
        """Where in the rows one is, when not all of them fit."""
        room, rows = height - HEAD, places.labels.height()
        if rows <= room:
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.muted))
        top = HEAD + (HEAD - places.labels.top()) / rows * room
        painter.drawRoundedRect(QRectF(width - 4, top, 3, room * room / rows), 1.5, 1.5)

    @staticmethod
    def _head(painter, rect: QRectF, theme, title: str, strong: str) -> None:
        painter.setFont(look.font(small=True))
        painter.setPen(QColor(theme.muted))
        painter.drawText(QRectF(rect.left() + 6, rect.bottom() - 36, rect.width(), 14), _LEFT, title)
        painter.setFont(look.font(small=True, strong=True))
        painter.setPen(QColor(theme.text))
        room = QRectF(rect.left() + 6, rect.bottom() - 21, rect.width(), 15)
        text = QFontMetricsF(painter.font()).elidedText(strong, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, _LEFT, text)

    # -- columns ---------------------------------------------------------------------------------

    def _joint_labels(self, painter, places: Layout, theme, pick: Pick) -> None:
        chosen = COLUMN_OF[pick.joint] if pick.joint is not None else -1
        wide = places.joint_rect(0).width()
        for text, first, count in column_groups():
            left = places.joint_rect(first).left()
            on = first <= chosen < first + count
            painter.setFont(look.font(small=True, strong=on))
            painter.setPen(QColor(theme.text if on else theme.muted))
            bottom = HEAD - _STRIP - (_LETTERS if count == 2 else 2)
            if wide >= _FLAT_FROM:
                middle = left + wide * count / 2
                painter.drawText(QRectF(middle - 40, bottom - 14, 80, 14), Qt.AlignmentFlag.AlignCenter, text)
                continue
            painter.save()
            painter.translate(left + wide * count / 2, bottom)
            painter.rotate(-90)
            painter.drawText(QRectF(2, -8, HEAD, 16), _LEFT, text)
            painter.restore()
        letter_font = look.font(small=True)
        letter_font.setPixelSize(9)
        for column, joint in enumerate(JOINT_COLUMNS):
            side, rect = SIDES[joint], places.joint_rect(column)
            strip = QRectF(rect.left() + 0.5, HEAD - _STRIP, rect.width() - 1, _STRIP - 1)
            painter.fillRect(strip, QColor(_SIDE_COLOUR.get(side, theme.trunk)))
            if side != "centre" and wide >= 7:
                letter_font.setBold(column == chosen)
                painter.setFont(letter_font)
                painter.setPen(QColor(theme.text))
                area = QRectF(rect.left() - 3, HEAD - _STRIP - _LETTERS, rect.width() + 6, _LETTERS)
                painter.drawText(area, Qt.AlignmentFlag.AlignCenter, side[0].upper())

    def _time_labels(self, painter, places: Layout, theme, pick: Pick) -> None:
        segments = self.answer.shown.segments
        if not segments:
            return
        painter.setFont(look.font(small=True))
        painter.setPen(QColor(theme.muted))
        area = places.time
        painter.drawText(QRectF(area.left(), HEAD - 36, area.width() + 20, 14), _LEFT, "seconds")
        wide = places.time_rect(0).width()
        step = max(int(np.ceil(34 / max(wide, 1))), 1)
        metrics, free = QFontMetricsF(painter.font()), area.left()
        for number in range(0, len(segments), step):
            start, end = segments[number]
            text = f"{start:.1f}"
            width = metrics.horizontalAdvance(text)
            left = min(places.time_rect(number).left(), area.right() - width)  # whole at the right end too
            if left < free:
                continue
            free = left + width + 4
            on = pick.span is not None and start < pick.span[1] and end > pick.span[0]
            painter.setPen(QColor(theme.text if on else theme.muted))
            painter.drawText(QRectF(left, HEAD - 21, width + 2, 15), _LEFT, text)
        for number in range(len(segments)):
            rect = places.time_rect(number)
            painter.fillRect(
                QRectF(rect.left() + 0.5, HEAD - _STRIP, rect.width() - 1, _STRIP - 1), QColor(theme.border)
            )

    # -- selection -------------------------------------------------------------------------------

    def _marks(self, painter, places: Layout, pick: Pick, selection: Selection) -> None:
        pinned = selection.pinned.seen_on(self.answer.item.key)
        for one, strength in ((pinned, 1.0), (pick, 1.0)):
            if one.word is not None and one.word < places.rows and self.answer.rows[one.word] >= 0:
                for area in (places.joints, places.time):
                    _outline(painter, places.row_rect(area, one.word), strength)
            if one.joint is not None:
                _outline(painter, places.joint_rect(COLUMN_OF[one.joint]), strength)
            windows = self.answer.windows(one.span)
            if windows is not None:
                at = np.flatnonzero(windows)
                first, last = places.time_rect(int(at[0])), places.time_rect(int(at[-1]))
                _outline(painter, first.united(last), strength)


def _outline(painter: QPainter, rect: QRectF, strength: float) -> None:
    """Light within dark: seen on every colour of either map."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for colour, width in ((QColor(0, 0, 0, round(210 * strength)), 3.0), (QColor(255, 255, 255), 1.3)):
        painter.setPen(
            QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.SquareCap, Qt.PenJoinStyle.MiterJoin)
        )
        painter.drawRect(rect)


def _best(values: np.ndarray) -> int | None:
    """The row with the largest value."""
    return int(np.nanargmax(values)) if np.isfinite(values).any() else None
