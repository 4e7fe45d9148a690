"""Small shared widgets."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QIcon, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QLabel,
    QPushButton,
    QScrollBar,
    QSizePolicy,
    QSplitter,
    QSplitterHandle,
    QToolButton,
)

from ..theme import ThemeManager, icon


class IconButton(QToolButton):
    """A flat tool button whose icon follows the theme; its tip is also its accessible name."""

    def __init__(
        self, name: str, tip: str, themes: ThemeManager, on_click: Callable[[], None] | None = None,
        checkable: bool = False, text: str = "",
    ) -> None:  # fmt: skip
        super().__init__()
        self.setObjectName("flat")
        self.setToolTip(tip)
        self.setAccessibleName(tip)
        self.setCheckable(checkable)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setIconSize(QSize(18, 18))
        self._name, self._themes = name, themes
        if text:
            self.setText(text)
            self.setToolButtonStyle(
                Qt.ToolButtonStyle.ToolButtonTextBesideIcon if name else Qt.ToolButtonStyle.ToolButtonTextOnly
            )
        if on_click:
            self.clicked.connect(on_click)
        themes.changed.connect(self._tint)
        self._tint()

    def set_icon(self, name: str) -> None:
        """Another icon."""
        if name != self._name:
            self._name = name
            self._tint()

    def _tint(self) -> None:
        if self._name:
            self.setIcon(icon(self._name, self._themes.theme))


class MenuButton(IconButton):
    """Words that open a menu, with an arrow that says so."""

    def __init__(self, text: str, tip: str, themes: ThemeManager) -> None:
        super().__init__("", tip, themes, text=text)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setStyleSheet("padding-right: 20px;")

    def paintEvent(self, event: QPaintEvent) -> None:
        """The words, then the arrow."""
        super().paintEvent(event)
        painter = QPainter(self)
        place = QRect(self.width() - 18, (self.height() - 10) // 2 + 1, 10, 10)
        mode = QIcon.Mode.Normal if self.isEnabled() else QIcon.Mode.Disabled
        icon("caret-down", self._themes.theme).paint(painter, place, mode=mode)
        painter.end()


class QuietScrollBar(QScrollBar):
    """Keeps its place, and shows nothing where there is nothing to scroll."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """A sheet draws a handle of full length then: a grey beam beside the panel."""
        if self.maximum() > self.minimum():
            super().paintEvent(event)


class ElidedLabel(QLabel):
    """One line that gives way with an ellipsis; the whole text is the tool tip."""

    def __init__(self, name: str = "", mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight) -> None:
        super().__init__()
        self.setObjectName(name)
        self._mode, self._whole = mode, ""
        self._forms: tuple[str, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def set_whole(self, text: str, forms: Sequence[str] = ()) -> None:
        """The text before eliding; ``forms``: what to show of it, long before short, the first that fits."""
        self._whole, self._forms = text, tuple(forms) or (text,)
        self.setToolTip(text)
        self._elide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Elide anew."""
        super().resizeEvent(event)
        self._elide()

    def _elide(self) -> None:
        metrics, room = QFontMetrics(self.font()), max(self.contentsRect().width(), 40)
        fitting = (form for form in self._forms if metrics.horizontalAdvance(form) <= room)
        shortest = self._forms[-1] if self._forms else ""
        self.setText(metrics.elidedText(next(fitting, shortest), self._mode, room))


class NoteLabel(QLabel):
    """A label that takes no room while it says nothing."""

    def setText(self, text: str) -> None:
        """Say this."""
        super().setText(text)
        self.setVisible(bool(text))

    def clear(self) -> None:
        """Say nothing."""
        self.setText("")


def label(text: str, name: str = "", wrap: bool = False) -> QLabel:
    """A label with one of the style sheet's names."""
    out = QLabel(text)
    out.setObjectName(name)
    out.setWordWrap(wrap)
    return out


class Splitter(QSplitter):
    """Its handles are quiet and take the accent under the mouse; painted here, as a sheet would reach all panels."""

    def __init__(self, orientation: Qt.Orientation, themes: ThemeManager) -> None:
        super().__init__(orientation)
        self.themes = themes

    def createHandle(self) -> QSplitterHandle:
        """Qt's hook."""
        return _Handle(self)


class _Handle(QSplitterHandle):
    def __init__(self, splitter: Splitter) -> None:
        super().__init__(splitter.orientation(), splitter)
        self._themes = splitter.themes
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._themes.theme
        QPainter(self).fillRect(self.rect(), QColor(theme.accent_soft if self.underMouse() else theme.window))


def button(text: str, name: str = "", on_click: Callable[[], None] | None = None) -> QPushButton:
    """A push button that the keyboard reaches."""
    out = QPushButton(text)
    out.setObjectName(name)
    out.setAutoDefault(False)
    out.setCursor(Qt.CursorShape.PointingHandCursor)
    if on_click:
        out.clicked.connect(lambda _checked=False: on_click())
    return out


def counted(n: int, noun: str) -> str:
    """A number with its noun.

    >>> counted(1, "motion"), counted(1284, "moment")
    ('1 motion', '1,284 moments')
    """
    return f"{n:,} {noun}" + ("" if n == 1 else "s")


def duration(seconds: float) -> str:
    """A total length as people say it.

    >>> duration(6.4), duration(150), duration(7500)
    ('6 s', '2.5 min', '2.1 h')
    """
    if seconds < 60:
        return f"{seconds:.0f} s"
    if seconds < 600:
        return f"{seconds / 60:.1f} min"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def clock(seconds: float) -> str:
    """Seconds as people read them.

    >>> clock(3.24), clock(75.0)
    ('3.2 s', '1:15')
    """
    return f"{seconds:.1f} s" if seconds < 60 else f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
