"""The panel behind "View options": how the body is drawn, and what is drawn with it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from .. import theme as look
from ..render.looks import TRAIL_SETS, ViewOptions
from ..state.viewer import ViewerController
from .widgets import button, label

_BODIES = (("Body", "body"), ("Skeleton", "skeleton"))
_TRAILS = (("Off", "off"), ("Hands", "hands"), ("Feet", "feet"), ("Joints…", "joints"))
_GHOSTS = (("Off", "off"), ("4 poses", "4"), ("8 poses", "8"), ("Moment", "moment"))
_SWITCHES = (
    ("contacts", "Foot contacts"),
    ("path", "Path on the ground"),
    ("follow", "Camera follows"),
    ("grid", "Grid, 1 m"),
)


def _rules(t: look.Theme) -> str:
    """Rules of this panel alone."""
    return f"""
    #options {{ background: {t.card}; border: 1px solid {t.border}; }}
    #options QLabel {{ background: transparent; }}
    #options QPushButton#choice {{ background: transparent; padding: 4px 10px; border: 1px solid {t.border}; }}
    #options QPushButton#choice:hover {{ background: {t.card_hover}; }}
    #options QPushButton#choice:checked {{ background: {t.accent_soft}; border-color: {t.accent}; }}
    #options QPushButton#choice:focus {{ border: 2px solid {t.accent}; padding: 3px 9px; }}
    """


class ViewOptionsPanel(QFrame):
    """Rows of choices; every click applies at once. ``picking`` asks to choose joints on the body."""

    picking = Signal()

    def __init__(self, viewer: ViewerController, themes: look.ThemeManager, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._viewer, self._themes = viewer, themes
        self.setObjectName("options")
        self.setAccessibleName("View options")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.buttons: dict[tuple[str, str], QPushButton] = {}
        rows = QGridLayout()
        rows.setHorizontalSpacing(16)
        rows.setVerticalSpacing(8)
        for at, (text, field, choices) in enumerate(
            (("Drawn as", "body", _BODIES), ("Trails", "trails", _TRAILS), ("Onion skin", "ghosts", _GHOSTS))
        ):
            rows.addWidget(label(text, "section"), at, 0)
            rows.addLayout(self._row(field, choices), at, 1)
        switches = QGridLayout()
        switches.setHorizontalSpacing(4)
        switches.setVerticalSpacing(4)
        for at, (field, text) in enumerate(_SWITCHES):
            made = self._choice(field, "on", text, partial(self._switch, field))
            switches.addWidget(made, at // 2, at % 2)
        rows.addWidget(label("Shown", "section"), 3, 0)
        rows.addLayout(switches, 3, 1)
        box = QVBoxLayout(self)
        box.setContentsMargins(16, 16, 16, 16)
        box.addLayout(rows)
        viewer.options_changed.connect(self.refresh)
        themes.dress(self, _rules)
        self.refresh()

    def _row(self, field: str, choices: tuple[tuple[str, str], ...]) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(4)
        for text, value in choices:
            row.addWidget(self._choice(field, value, text, partial(self._choose, field, value)))
        row.addStretch(1)
        return row

    def _choice(self, field: str, value: str, text: str, run: Callable[[], None]) -> QPushButton:
        made = button(text, "choice", run)
        made.setCheckable(True)
        self.buttons[field, value] = made
        return made

    def _choose(self, field: str, value: str) -> None:
        options = self._viewer.options
        if field == "trails" and value == "joints":
            self.hide()
            self.picking.emit()
        elif field == "trails":
            self._viewer.set_options(options.having(trails=TRAIL_SETS[value]))
        else:
            self._viewer.set_options(options.having(**{field: value}))
        self.refresh()

    def _switch(self, field: str) -> None:
        options = self._viewer.options
        self._viewer.set_options(options.having(**{field: not getattr(options, field)}))

    def refresh(self) -> None:
        """Follow the options."""
        options: ViewOptions = self._viewer.options
        chosen = {("body", options.body), ("trails", options.trail_set), ("ghosts", options.ghosts)}
        chosen |= {(field, "on") for field, _ in _SWITCHES if getattr(options, field)}
        for key, made in self.buttons.items():
            made.setChecked(key in chosen)

    def open_under(self, anchor: QWidget) -> None:
        """Show it under a button, kept on the screen."""
        self.adjustSize()
        corner = anchor.mapToGlobal(QPoint(anchor.width() - self.width(), anchor.height() + 4))
        screen = anchor.screen().availableGeometry()
        corner.setX(max(min(corner.x(), screen.right() - self.width()), screen.left()))
        self.move(corner)
        self.show()
        self.buttons["body", self._viewer.options.body].setFocus(Qt.FocusReason.PopupFocusReason)


class PickingHint(QFrame):
    """A line over the viewport while joints are being chosen."""

    def __init__(self, viewport: QWidget, done: Callable[[], None]) -> None:
        super().__init__(viewport)
        self._viewport = viewport
        self.setObjectName("hint")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 4, 4, 4)
        row.addWidget(label("Click joints to switch their trails"))
        self.done = button("Done", "flat", done)
        row.addWidget(self.done)
        viewport.installEventFilter(self)
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay at the bottom, in the middle."""
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return False

    def present(self) -> None:
        """Show it."""
        self.adjustSize()
        self._place()
        self.show()
        self.raise_()
        self.done.setFocus(Qt.FocusReason.OtherFocusReason)

    def _place(self) -> None:
        room = self._viewport
        self.move(max((room.width() - self.width()) // 2, 0), room.height() - self.height() - 12)
