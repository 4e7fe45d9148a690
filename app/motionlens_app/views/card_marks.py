"""What lies on a card's picture: the star, and how many are behind the card."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPolygonF

from .. import theme as look
from ..state.items import Item

_STAR = 22.0
_UNIT = [
    (0.0, -1.0), (0.257, -0.354), (0.951, -0.309), (0.416, 0.135), (0.588, 0.809), (0.0, 0.437), (-0.588, 0.809),
    (-0.416, 0.135), (-0.951, -0.309), (-0.257, -0.354),
]  # fmt: skip


def star_rect(picture: QRectF) -> QRectF:
    """Where the star of a card is clicked."""
    return QRectF(picture.right() - _STAR - 6, picture.top() + 6, _STAR, _STAR)


def behind_text(item: Item) -> str:
    """How many cards are behind this one.

    >>> behind_text(Item(1, "", "", 0, 1, more=2)), behind_text(Item(1, "", "", 0, 1, copies=1))
    ('+2 moments', '1 copy')
    """
    parts = []
    if item.more:
        parts.append(f"+{item.more:,} moment" + "s" * (item.more != 1))
    if item.copies:
        parts.append("1 copy" if item.copies == 1 else f"{item.copies:,} copies")
    return " · ".join(parts)


def behind_rect(picture: QRectF, item: Item) -> QRectF:
    """The pill that says how many are behind; empty where there are none."""
    text = behind_text(item)
    if not text:
        return QRectF()
    wide = QFontMetricsF(look.font(small=True)).horizontalAdvance(text) + 16
    return QRectF(picture.left() + 8, picture.bottom() - 26, wide, 20)


def paint_marks(
    painter: QPainter, theme: look.Theme, picture: QRectF, item: Item, starred: bool, hovered: bool
) -> None:
    """Star (full where it is a favourite, an outline under the pointer) and pill."""
    if starred or hovered:
        box = star_rect(picture)
        radius = 7.5
        star = QPolygonF(
            [QPointF(box.center().x() + radius * x, box.center().y() + radius * y) for x, y in _UNIT]
        )
        ground = QColor(theme.card)
        ground.setAlphaF(0.85)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawEllipse(box)
        painter.setPen(QColor(theme.accent if starred else theme.muted))
        painter.setBrush(QColor(theme.accent) if starred else Qt.BrushStyle.NoBrush)
        painter.drawPolygon(star)
    pill = behind_rect(picture, item)
    if not pill.isEmpty():
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.accent_soft))
        painter.drawRoundedRect(pill, 10, 10)
        painter.setFont(look.font(small=True))
        painter.setPen(QColor(theme.text))
        painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, behind_text(item))
