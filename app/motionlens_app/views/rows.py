"""A row of the side panel: picture or tick, name, count."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QEnterEvent, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QSizePolicy, QWidget

from .. import theme as look

HEIGHT = 28


class Row(QAbstractButton):
    """Clickable, with a count at its right end; ``picture`` "check" draws a tick box, else an icon's name."""

    def __init__(self, text: str, picture: str, themes: look.ThemeManager, count: int | None = None) -> None:
        super().__init__()
        self._themes, self.picture, self.count = themes, picture, count
        self._hovered = False
        self.target = False
        """Something is held over it that can be dropped here."""
        self.setText(text)
        self.setCheckable(True)
        self.setFixedHeight(HEIGHT)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        themes.changed.connect(self.update)
        self.set_count(count)

    def set_count(self, count: int | None, tip: str = "") -> None:
        """Another figure."""
        self.count = count
        self.setAccessibleName(self.text() if count is None else f"{self.text()}, {count:,}")
        self.setToolTip(tip)
        self.update()

    def sizeHint(self) -> QSize:
        """One line."""
        return QSize(120, HEIGHT)

    def set_target(self, on: bool) -> None:
        """Show that a drop would go here."""
        if on != self.target:
            self.target = on
            self.update()

    def enterEvent(self, event: QEnterEvent) -> None:
        """The pointer is here."""
        self._hovered = True
        self.update()

    def leaveEvent(self, event) -> None:
        """The pointer has gone."""
        self._hovered = False
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground, tick or icon, name, count, focus."""
        theme = self._themes.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        ground = theme.accent_soft if self.isChecked() or self.target else theme.card_hover
        if self.isChecked() or self.target or self._hovered:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(ground))
            painter.drawRoundedRect(frame, look.RADIUS, look.RADIUS)
        empty = self.count == 0 and not self.isChecked()
        if self.picture == "check":
            paint_tick(painter, QRectF(8, (HEIGHT - 14) / 2, 14, 14), self.isChecked(), theme)
        else:
            look.icon(self.picture, theme, accent=self.isChecked()).paint(
                painter, 7, (HEIGHT - 16) // 2, 16, 16
            )
        right = self.width() - 8.0
        if self.count is not None:
            small = look.font(small=True)
            painter.setFont(small)
            painter.setPen(QColor(theme.muted))
            text = f"{self.count:,}"
            wide = QFontMetricsF(small).horizontalAdvance(text)
            middle = Qt.AlignmentFlag.AlignVCenter
            painter.drawText(
                QRectF(right - wide, 0, wide + 1, HEIGHT), middle | Qt.AlignmentFlag.AlignRight, text
            )
            right -= wide + 8
        font = look.font(strong=self.isChecked())
        painter.setFont(font)
        painter.setPen(QColor(theme.muted if empty else theme.text))
        text = QFontMetricsF(font).elidedText(self.text(), Qt.TextElideMode.ElideRight, right - 30)
        painter.drawText(QRectF(30, 0, right - 30, HEIGHT), Qt.AlignmentFlag.AlignVCenter, text)
        if self.hasFocus() or self.target:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(theme.accent), 2))
            painter.drawRoundedRect(frame, look.RADIUS, look.RADIUS)
        painter.end()


class TickBox(QCheckBox):
    """A check box with the side panel's tick: the style's own has another shape and edge."""

    def __init__(self, text: str, themes: look.ThemeManager) -> None:
        super().__init__(text)
        self._themes = themes
        themes.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """Tick, gap, words."""
        return QSize(28 + self.fontMetrics().horizontalAdvance(self.text()), 24)

    def hitButton(self, point: QPoint) -> bool:
        """All of it."""
        return self.rect().contains(point)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Tick, words, focus."""
        theme = self._themes.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_tick(painter, QRectF(2, (self.height() - 14) / 2, 14, 14), self.isChecked(), theme)
        painter.setPen(QColor(theme.text if self.isEnabled() else theme.muted))
        room = QRectF(24, 0, self.width() - 24, self.height())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, self.text())
        if self.hasFocus():
            painter.setPen(QPen(QColor(theme.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            wide = min(self.sizeHint().width() + 2, self.width()) - 2
            painter.drawRoundedRect(QRectF(1, 1, wide, self.height() - 2), 4, 4)
        painter.end()


def paint_tick(painter: QPainter, box: QRectF, on: bool, theme: look.Theme) -> None:
    """A tick box, 14 pixels wide."""
    painter.setPen(QPen(QColor(theme.accent if on else theme.muted), 1.25))
    painter.setBrush(QColor(theme.accent) if on else Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
    if on:
        painter.setPen(QPen(QColor(theme.on_accent), 1.75))
        x, y = box.x(), box.y()
        painter.drawPolyline(
            [QPointF(x + 3.5, y + 7.2), QPointF(x + 6.2, y + 10), QPointF(x + 10.6, y + 4.6)]
        )


def set_visible(widget: QWidget, on: bool) -> None:
    """Only where it changes: showing lays out."""
    if widget.isHidden() == on:
        widget.setVisible(on)
    elif not on and not widget.testAttribute(Qt.WidgetAttribute.WA_WState_ExplicitShowHide):
        widget.hide()  # it was never shown: without this it would appear along with its parent
