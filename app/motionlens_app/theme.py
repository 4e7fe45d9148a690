"""Colours, spacing and type of both themes; icons tinted by them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFont, QIcon, QPalette
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from .render.body import TRUNK_DARK, TRUNK_LIGHT
from .render.thumbnail import ThumbnailColours

BODY_PX = 13
SMALL_PX = 11
RADIUS = 6
_TURN_MS = 4
"""Between two parts of the window that are dressed; input and painting come between."""


@dataclass(frozen=True)
class Theme:
    """One theme: neutral greys and one accent."""

    name: str
    window: str
    panel: str
    card: str
    card_hover: str
    border: str
    text: str
    muted: str
    accent: str
    on_accent: str
    accent_soft: str
    error: str
    error_soft: str
    ground: str
    path: str
    trunk: str
    viewport_top: str
    viewport_bottom: str
    grid_line: str

    @property
    def dark(self) -> bool:
        """True for the dark one."""
        return self.name == "dark"

    @property
    def thumbnail(self) -> ThumbnailColours:
        """Colours of the cards' pictures."""
        return ThumbnailColours(self.card, self.ground, self.trunk, self.path)


DARK = Theme(
    name="dark", window="#17181b", panel="#1d1f23", card="#24262b", card_hover="#2b2e34", border="#383b43",
    text="#eceef1", muted="#a4a9b3", accent="#9d8cff", on_accent="#15131f", accent_soft="#332f4d",
    error="#ff9a8f", error_soft="#43282a", ground="#3a3e46", path="#6b6f7a", trunk=TRUNK_DARK,
    viewport_top="#2b2e34", viewport_bottom="#1a1c20", grid_line="#4b505a",
)  # fmt: skip

LIGHT = Theme(
    name="light", window="#eceef0", panel="#f5f6f7", card="#ffffff", card_hover="#f7f7fb", border="#d0d3d9",
    text="#1b1d21", muted="#5b616c", accent="#5a48d6", on_accent="#ffffff", accent_soft="#e4e0fb",
    error="#b3261e", error_soft="#fbe4e2", ground="#dcdfe4", path="#b0b4bd", trunk=TRUNK_LIGHT,
    viewport_top="#fbfbfc", viewport_bottom="#dfe2e7", grid_line="#b4b9c2",
)  # fmt: skip


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2) of an sRGB colour.

    >>> round(luminance("#ffffff"), 3), luminance("#000000")
    (1.0, 0.0)
    """
    seen = QColor(colour)
    channels = (seen.redF(), seen.greenF(), seen.blueF())
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    """Contrast ratio of two colours (WCAG 2.2), 1 to 21.

    >>> round(contrast("#000000", "#ffffff"))
    21
    """
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def palette(theme: Theme) -> QPalette:
    """Qt's palette for a theme, so that every stock widget follows."""
    out = QPalette()
    role = QPalette.ColorRole
    for which, colour in (
        (role.Window, theme.window), (role.Base, theme.card), (role.AlternateBase, theme.panel),
        (role.WindowText, theme.text), (role.Text, theme.text), (role.ButtonText, theme.text),
        (role.Button, theme.card), (role.ToolTipBase, theme.card), (role.ToolTipText, theme.text),
        (role.Highlight, theme.accent), (role.HighlightedText, theme.on_accent), (role.Link, theme.accent),
        (role.PlaceholderText, theme.muted), (role.Mid, theme.border), (role.Midlight, theme.card_hover),
        (role.Dark, theme.border), (role.Light, theme.card_hover), (role.Accent, theme.accent),
    ):  # fmt: skip
        out.setColor(which, QColor(colour))
    for which in (role.Text, role.ButtonText, role.WindowText):
        muted = QColor(theme.muted)
        muted.setAlphaF(0.6)
        out.setColor(QPalette.ColorGroup.Disabled, which, muted)
    return out


def _faint(colour: str) -> str:
    """For what is switched off: as in the palette."""
    seen = QColor(colour)
    return f"rgba({seen.red()}, {seen.green()}, {seen.blue()}, 60%)"


def stylesheet(t: Theme) -> str:
    """The few rules that the palette cannot express."""
    return f"""
    QMenuBar {{ background: {t.panel}; color: {t.text}; padding: 2px 4px; }}
    QMenuBar::item {{ padding: 4px 8px; border-radius: 4px; background: transparent; }}
    QMenuBar::item:selected {{ background: {t.card_hover}; }}
    QMenu {{ background: {t.card}; color: {t.text}; border: 1px solid {t.border}; padding: 4px; }}
    QMenu::item {{ padding: 6px 24px 6px 12px; border-radius: 4px; }}
    QMenu::item:selected {{ background: {t.accent_soft}; }}
    QMenu::item:disabled {{ color: {_faint(t.muted)}; background: transparent; }}
    QMenu::separator {{ height: 1px; background: {t.border}; margin: 4px 8px; }}
    QMenu::indicator {{ left: 4px; }}
    QToolTip {{ background: {t.card}; color: {t.text}; border: 1px solid {t.border}; padding: 4px; }}
    QDialogButtonBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
    QStatusBar {{ background: {t.panel}; border-top: 1px solid {t.border}; }}
    QStatusBar::item {{ border: none; }}
    #panel {{ background: {t.panel}; }}
    QTabBar {{ background: transparent; }}
    QTabBar::tab {{ background: transparent; color: {t.muted}; border: none; padding: 7px 12px 5px 12px;
        border-bottom: 2px solid transparent; }}
    QTabBar::tab:hover {{ color: {t.text}; }}
    QTabBar::tab:selected {{ color: {t.text}; font-weight: 600; border-bottom: 2px solid {t.accent}; }}
    QTabBar::tab:focus {{ background: {t.accent_soft}; }}
    #queryBar {{ background: {t.panel}; border-bottom: 1px solid {t.border}; }}
    QLabel#small, QLabel#muted {{ color: {t.muted}; font-size: {SMALL_PX}px; }}
    QLabel#section {{ color: {t.muted}; font-size: {SMALL_PX}px; font-weight: 600; }}
    QLabel#title {{ font-weight: 600; }}
    #queryField {{ background: {t.card}; border: 2px solid {t.border}; border-radius: {RADIUS}px; }}
    #queryField[focused="true"] {{ border-color: {t.accent}; }}
    #queryField[dropping="true"] {{ border-color: {t.accent}; background: {t.accent_soft}; }}
    #queryLine {{ background: {t.border}; }}
    QLineEdit, QPlainTextEdit {{ placeholder-text-color: {t.muted}; }}
    QLineEdit#query {{ background: transparent; color: {t.text}; border: none; padding: 6px 2px;
        selection-background-color: {t.accent}; selection-color: {t.on_accent}; }}
    QSlider::groove:horizontal {{ height: 4px; background: {t.border}; border-radius: 2px; }}
    QSlider::sub-page:horizontal {{ background: {t.border}; border-radius: 2px; }}
    QSlider::handle:horizontal {{ background: {t.accent}; width: 14px; height: 14px; margin: -5px 0;
        border-radius: 7px; }}
    QSlider:focus {{ border: 1px solid {t.accent}; border-radius: 4px; }}
    QPushButton, QToolButton {{ background: {t.card}; color: {t.text}; border: 1px solid {t.border};
        border-radius: {RADIUS}px; padding: 6px 12px; }}
    QPushButton:hover, QToolButton:hover {{ background: {t.card_hover}; border-color: {t.muted}; }}
    QPushButton:focus, QToolButton:focus {{ border: 2px solid {t.accent}; padding: 5px 11px; }}
    QPushButton:disabled, QToolButton:disabled {{ color: {t.muted}; }}
    QPushButton#primary {{ background: {t.accent}; color: {t.on_accent}; border-color: {t.accent};
        font-weight: 600; }}
    QPushButton#primary:disabled {{ background: {t.card_hover}; color: {t.muted}; border-color: {t.border}; }}
    QPushButton#primary:focus {{ border: 2px solid {t.text}; }}
    QPushButton#chip {{ border-radius: 14px; padding: 5px 12px; }}
    QPushButton#chip:focus {{ border: 2px solid {t.accent}; padding: 4px 11px; }}
    QPushButton#flat, QToolButton#flat {{ background: transparent; border: 1px solid transparent; padding: 5px; }}
    QPushButton#flat:hover, QToolButton#flat:hover {{ background: {t.card_hover}; }}
    QPushButton#flat:focus, QToolButton#flat:focus {{ border: 2px solid {t.accent}; padding: 4px; }}
    QToolButton#flat:checked, QPushButton#flat:checked {{ background: {t.accent_soft}; }}
    QToolButton#flat::menu-indicator {{ image: none; }}
    QPushButton#row {{ text-align: left; background: transparent; border: 1px solid transparent; padding: 7px 8px; }}
    QPushButton#row:hover {{ background: {t.card_hover}; }}
    QPushButton#row:checked {{ background: {t.accent_soft}; font-weight: 600; }}
    QPushButton#row:focus {{ border: 2px solid {t.accent}; padding: 6px 7px; }}
    QComboBox {{ background: {t.card}; border: 1px solid {t.border}; border-radius: {RADIUS}px; padding: 5px 8px; }}
    QComboBox:focus {{ border: 2px solid {t.accent}; padding: 4px 7px; }}
    QComboBox::drop-down {{ border: none; width: 24px; }}
    QLineEdit#number {{ background: {t.card}; border: 1px solid {t.border}; border-radius: {RADIUS}px; padding: 6px; }}
    QLineEdit#number:focus {{ border: 2px solid {t.accent}; padding: 5px; }}
    QComboBox QAbstractItemView {{ background: {t.card}; border: 1px solid {t.border}; }}
    QTextEdit#facts {{ background: transparent; border: 1px solid transparent; border-radius: {RADIUS}px; }}
    QTextEdit#facts:focus {{ border-color: {t.accent}; }}
    QListView#grid {{ background: {t.window}; border: none; outline: 0; }}
    QScrollArea {{ background: transparent; border: none; }}
    QProgressBar {{ background: {t.card}; border: none; border-radius: 3px; max-height: 6px; min-height: 6px; }}
    QProgressBar::chunk {{ background: {t.accent}; border-radius: 3px; }}
    QPushButton#link {{ background: transparent; border: 1px solid transparent; color: {t.accent};
        padding: 4px 8px; text-align: left; font-size: {SMALL_PX}px; }}
    QPushButton#link:hover {{ background: {t.card_hover}; }}
    QPushButton#link:focus {{ border: 2px solid {t.accent}; padding: 3px 7px; }}
    QPushButton#filter {{ background: {t.accent_soft}; border: 1px solid transparent; border-radius: 12px;
        padding: 3px 10px; min-height: 18px; font-size: {SMALL_PX}px; }}
    QPushButton#filter:hover {{ border-color: {t.accent}; }}
    QPushButton#filter:focus {{ border: 2px solid {t.accent}; padding: 2px 9px; }}
    QLineEdit#keep, QPlainTextEdit#keep {{ background: {t.card}; color: {t.text}; border: 1px solid {t.border};
        border-radius: {RADIUS}px; padding: 4px 8px; }}
    QLineEdit#keep:focus, QPlainTextEdit#keep:focus {{ border: 2px solid {t.accent}; padding: 3px 7px; }}
    #suggestions {{ background: {t.card}; border: 1px solid {t.border}; border-radius: {RADIUS}px; }}
    QListWidget#suggestionRows {{ background: transparent; border: none; outline: 0; }}
    QListWidget#suggestionRows::item {{ padding: 4px 8px 4px 10px; border-radius: 4px; color: {t.text}; }}
    QListWidget#suggestionRows::item:selected {{ background: {t.accent_soft}; color: {t.text}; }}
    #palette {{ background: {t.card}; border: 1px solid {t.border}; border-radius: 10px; }}
    QLineEdit#paletteField {{ background: {t.panel}; color: {t.text}; border: 2px solid {t.accent};
        border-radius: {RADIUS}px; padding: 8px 10px; }}
    QLabel#cap {{ background: {t.panel}; color: {t.muted}; border: 1px solid {t.border}; border-radius: 4px;
        padding: 2px 6px; font-size: {SMALL_PX}px; }}
    #tour {{ background: {t.card}; border: 1px solid {t.border}; border-radius: 10px; }}
    #tour QPushButton#chip {{ border-radius: 12px; }}
    #tour QLabel {{ background: transparent; }}
    QLabel#tourTitle {{ font-weight: 600; }}
    QListWidget#paletteRows {{ background: transparent; border: none; outline: 0; }}
    #dropLine {{ background: {t.accent}; border: none; }}
    #hint {{ background: {t.card}; border: 1px solid {t.border}; border-radius: {RADIUS}px; }}
    #messageBar {{ background: {t.error_soft}; border-bottom: 1px solid {t.border}; }}
    #messageBar[tone="note"] {{ background: {t.accent_soft}; }}
    #messageBar QLabel {{ color: {t.text}; }}
    #doubt {{ background: {t.error_soft}; border-radius: {RADIUS}px; padding: 8px 10px; }}
    QListWidget#kinds {{ background: {t.panel}; border: 1px solid {t.border}; border-radius: {RADIUS}px;
        outline: 0; padding: 4px; }}
    QListWidget#kinds::item {{ padding: 8px; border-radius: 4px; color: {t.text}; }}
    QListWidget#kinds::item:hover {{ background: {t.card_hover}; }}
    QListWidget#kinds::item:selected {{ background: {t.accent_soft}; color: {t.text}; }}
    QListWidget#kinds:focus {{ border: 2px solid {t.accent}; padding: 3px; }}
    QScrollBar:vertical {{ background: transparent; width: 12px; margin: 0; }}
    QScrollBar::handle:vertical {{ background: {t.border}; border-radius: 4px; min-height: 32px; margin: 2px; }}
    QScrollBar::handle:vertical:hover {{ background: {t.muted}; }}
    QScrollBar:horizontal {{ background: transparent; height: 12px; margin: 0; }}
    QScrollBar::handle:horizontal {{ background: {t.border}; border-radius: 4px; min-width: 32px; margin: 2px; }}
    QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
    QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
    QPlainTextEdit, QTableView {{ background: {t.card}; border: 1px solid {t.border}; border-radius: {RADIUS}px; }}
    QTableView::item {{ padding: 6px 5px; }}
    QTableView::item:selected {{ background: {t.accent_soft}; color: {t.text}; }}
    QHeaderView::section {{ background: {t.panel}; color: {t.muted}; border: none; padding: 6px 8px;
        border-bottom: 1px solid {t.border}; }}
    QHeaderView {{ background: transparent; border: none; }}
    QHeaderView::section:first {{ border-top-left-radius: 5px; }}
    QHeaderView::section:last {{ border-top-right-radius: 5px; }}
    """


def font(small: bool = False, strong: bool = False) -> QFont:
    """One of the two sizes, for what is painted by hand."""
    out = QFont(QApplication.font())
    out.setPixelSize(SMALL_PX if small else BODY_PX)
    if strong:
        out.setWeight(QFont.Weight.DemiBold)
    return out


class ThemeManager(QObject):
    """Applies a theme to the application; follows the system unless told otherwise."""

    changed = Signal()

    def __init__(self, app: QApplication, choice: str = "system", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._app = app
        self.choice = choice if choice in ("system", "dark", "light") else "system"
        self.theme = DARK
        self._parts: list[_Part] = []
        self._waiting: list[_Part] = []
        self._turns = QTimer(self, interval=_TURN_MS)
        self._turns.timeout.connect(self._dress_next)
        body = app.font()
        body.setPixelSize(BODY_PX)
        app.setFont(body)
        app.styleHints().colorSchemeChanged.connect(self._system_changed)
        self.apply()

    def choose(self, choice: str) -> None:
        """ "system", "dark" or "light"."""
        self.choice = choice
        self.apply()

    def _system_changed(self) -> None:
        if self.choice == "system":
            self.apply()

    def _wanted(self) -> Theme:
        if self.choice == "system":
            light = self._app.styleHints().colorScheme() == Qt.ColorScheme.Light
            return LIGHT if light else DARK
        return DARK if self.choice == "dark" else LIGHT

    def dress(self, widget: QWidget, extra: Callable[[Theme], str] | None = None) -> None:
        """Give a part of the window the theme's sheet, now and in every theme to come.

        A part lies in no other: Qt polishes all that is below a widget whose sheet changes, in one call, so that a
        sheet on the window itself would hold it still for a tenth of a second.

        Args:
            widget: the part; may be destroyed at any time.
            extra: rules of this part alone.
        """
        if not any(part.widget is widget for part in self._parts):
            self._parts = [part for part in self._parts if isValid(part.widget)]
            part = _Part(widget, extra)
            self._parts.append(part)
            widget.setStyleSheet(part.sheet(self))

    @property
    def settled(self) -> bool:
        """True when every part wears the theme."""
        return not self._waiting

    def apply(self) -> None:
        """Put the palette on the application at once and the sheets on the parts one by one, what is seen first.

        A part is not painted between the one and the other.
        """
        self.theme = self._wanted()
        if self._app.style().objectName() != "fusion":
            self._app.setStyle("Fusion")
        self.sheet = stylesheet(self.theme)
        self._waiting = [part for part in self._parts if isValid(part.widget)]
        self._waiting.sort(key=lambda part: part.widget.isVisible())  # taken from the end
        for part in self._waiting:
            part.widget.setUpdatesEnabled(False)
        self._app.setPalette(palette(self.theme))
        self.changed.emit()
        self._turns.start()

    def _dress_next(self) -> None:
        while self._waiting:
            part = self._waiting.pop()
            if isValid(part.widget):
                part.widget.setStyleSheet(part.sheet(self))
                part.widget.setUpdatesEnabled(True)
                return
        self._turns.stop()


@dataclass(frozen=True)
class _Part:
    """A part of the window with a sheet of its own."""

    widget: QWidget
    extra: Callable[[Theme], str] | None

    def sheet(self, themes: ThemeManager) -> str:
        return themes.sheet + (self.extra(themes.theme) if self.extra else "")


def icon(name: str, theme: Theme, accent: bool = False) -> QIcon:
    """A Phosphor icon (the one family used) in the theme's text or accent colour."""
    import qtawesome  # loads its fonts: not before there is an application

    colour = theme.accent if accent else theme.text
    return qtawesome.icon(f"ph.{name}", color=colour, color_disabled=theme.muted)
