"""Three steps at the very first start: where one asks, what one sees, how one's own motions come in.

A card beside what it speaks of, and a ring round that. It blocks nothing: the window works under it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QGraphicsDropShadowEffect, QHBoxLayout, QVBoxLayout, QWidget

from .. import theme as look
from .widgets import button, label

_WIDTH = 392
_GAP = 12
_INDENT = 212
"""A card below a wide target stands over the results, not over the side panel."""


@dataclass(frozen=True)
class Step:
    """One card.

    Attributes:
        targets: what gets a ring; the card stands at the first of them that can be seen.
        side: of the target: "below", "right", or "inside", in its lower half.
        examples: buttons with words that the query is set to.
    """

    title: str
    text: str
    targets: Callable[[], Sequence[QWidget]]
    side: str
    examples: tuple[str, ...] = field(default=())


class Rings(QWidget):
    """Outlines over the window; the mouse goes through."""

    def __init__(self, themes: look.ThemeManager, window: QWidget) -> None:
        super().__init__(window)
        self._themes = themes
        self.places: list[QRect] = []
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Everything else is dimmed a little."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        dimmed = QPainterPath()
        dimmed.addRect(QRectF(self.rect()))
        rings = QPainterPath()
        for place in self.places:
            rings.addRoundedRect(QRectF(place).adjusted(1, 1, -1, -1), look.RADIUS + 2, look.RADIUS + 2)
        painter.fillPath(dimmed.subtracted(rings), QColor(0, 0, 0, 90 if self._themes.theme.dark else 48))
        painter.setPen(QPen(QColor(self._themes.theme.accent), 2))
        painter.drawPath(rings)
        painter.end()


class Tour(QFrame):
    """The card. Enter goes on, Esc ends it; ``ended`` however it ends, ``asked`` with an example's words."""

    ended = Signal()
    asked = Signal(str)

    def __init__(self, steps: Sequence[Step], themes: look.ThemeManager, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("tour")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.steps, self.at, self._window = tuple(steps), -1, window
        self.rings = Rings(themes, window)
        self._before: QWidget | None = None
        self.number = label("", "section")
        self.title = label("", "tourTitle")
        self.text = label("", wrap=True)
        self.examples = QVBoxLayout()
        self.examples.setSpacing(8)
        self.skip = button("Skip the tour", "flat", self.end)
        self.next = button("Next", "primary", self.go_on)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.setContentsMargins(-6, 0, 0, 0)  # the flat button's words, not its edge, stand under the text
        self.skip_key = label("Esc", "cap")
        foot.addWidget(self.skip)
        foot.addWidget(self.skip_key, 0, Qt.AlignmentFlag.AlignVCenter)
        foot.addStretch(1)
        foot.addWidget(label("Enter", "cap"), 0, Qt.AlignmentFlag.AlignVCenter)
        foot.addWidget(self.next)
        box = QVBoxLayout(self)
        box.setContentsMargins(20, 16, 20, 16)
        box.setSpacing(8)
        for widget in (self.number, self.title, self.text):
            box.addWidget(widget)
        box.addLayout(self.examples)
        box.addSpacing(6)
        box.addLayout(foot)
        shadow = QGraphicsDropShadowEffect(self)
        shadow.setBlurRadius(36)
        shadow.setOffset(0, 10)
        shadow.setColor(QColor(0, 0, 0, 110))
        self.setGraphicsEffect(shadow)
        self.setFixedWidth(_WIDTH)
        self.hide()
        themes.changed.connect(self.rings.update)
        window.installEventFilter(self)

    @property
    def running(self) -> bool:
        """True while a step is shown."""
        return self.at >= 0

    def start(self) -> None:
        """From the first step."""
        if not self.running:
            self._before = self._window.focusWidget()
        self._show(0)

    def go_on(self) -> None:
        """The next step; after the last one it is over."""
        if self.at + 1 < len(self.steps):
            self._show(self.at + 1)
        else:
            self.end()

    def end(self) -> None:
        """Over, or skipped; the keyboard goes back to where it was."""
        if not self.running:
            return
        self.at = -1
        had = self.isAncestorOf(self._window.focusWidget() or self._window)
        self.hide()
        self.rings.hide()
        if had and self._before is not None and self._before.isVisible():
            self._before.setFocus(Qt.FocusReason.OtherFocusReason)
        self.ended.emit()

    def _show(self, at: int) -> None:
        self.at = at
        step = self.steps[at]
        self.number.setText(f"STEP {at + 1} OF {len(self.steps)}")
        self.title.setText(step.title)
        self.text.setText(step.text)
        self.text.setMinimumHeight(self.text.heightForWidth(_WIDTH - 40) + 4)
        self.setAccessibleName(f"Tour, step {at + 1} of {len(self.steps)}: {step.title}")
        self.setAccessibleDescription(step.text)
        while (old := self.examples.takeAt(0)) is not None:
            if (widget := old.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for words in step.examples:
            self.examples.addWidget(
                button(f"“{words}”", "chip", partial(self._take, words)), 0, Qt.AlignmentFlag.AlignLeft
            )
        self.next.setText("Next" if at + 1 < len(self.steps) else "Done")
        for widget in (self.skip, self.skip_key):
            widget.setVisible(at + 1 < len(self.steps))
        self.rings.show()
        self.show()
        self._place()
        self.rings.raise_()
        self.raise_()
        self.next.setFocus(Qt.FocusReason.PopupFocusReason)

    def _take(self, words: str) -> None:
        self.asked.emit(words)
        self.go_on()

    # -- place -----------------------------------------------------------------------------------

    def _place(self) -> None:
        window, step = self._window, self.steps[self.at]
        rects = [
            QRect(w.mapTo(window, QPoint(0, 0)), w.size()) for w in step.targets() if w.isVisibleTo(window)
        ]
        self.rings.setGeometry(window.rect())
        self.rings.places = rects
        self.rings.update()
        layout = self.layout()
        if layout is not None:
            layout.activate()
            self.setFixedHeight(layout.heightForWidth(_WIDTH))
        wide, high = self.width(), self.height()
        target = rects[0] if rects else window.rect()
        if step.side == "below":
            corner = QPoint(target.left() + _INDENT, target.bottom() + _GAP)
        elif step.side == "right":
            corner = QPoint(target.right() + _GAP, target.top() - 24)
        else:
            corner = QPoint(target.center().x() - wide // 2, target.bottom() - high - 4 * _GAP)
        corner.setX(min(max(corner.x(), _GAP), max(window.width() - wide - _GAP, 0)))
        corner.setY(min(max(corner.y(), _GAP), max(window.height() - high - _GAP, 0)))
        self.move(corner)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The window has another size."""
        if event.type() == QEvent.Type.Resize and self.running:
            self._place()
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter goes on, except on another button; Esc ends."""
        if event.key() == Qt.Key.Key_Escape:
            self.end()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            focused = self._window.focusWidget()
            if focused in (None, self, self.next):
                self.go_on()
            elif hasattr(focused, "click"):
                focused.click()
        else:
            super().keyPressEvent(event)
