"""The switch that has a library's folders watched, and what it does."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from ..state.session import Session
from ..theme import ThemeManager
from .rows import Row, set_visible
from .widgets import counted, label


class WatchRow(QWidget):
    """Shown where a library has folders; off until the user switches it on."""

    def __init__(self, session: Session, themes: ThemeManager) -> None:
        super().__init__()
        self._watch = session.watch
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 4, 0, 0)
        box.setSpacing(0)
        self.row = Row("Watch its folders", "check", themes)
        self.row.clicked.connect(self._watch.set_on)
        self.state = label("", "muted", wrap=True)
        self.state.setContentsMargins(30, 0, 4, 2)
        box.addWidget(self.row)
        box.addWidget(self.state)
        self._watch.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Follow the watching."""
        watch = self._watch
        set_visible(self, watch.available)
        self.row.setChecked(watch.on)
        self.row.setToolTip("Import what is new or changed in\n" + "\n".join(watch.roots[:12]))
        set_visible(self.state, watch.on)
        if watch.limited:
            self.state.setText(f"Watching {counted(watch.folders, 'folder')}; the system allows no more")
        else:
            self.state.setText(
                f"Watching {counted(watch.folders, 'folder')}" if watch.folders else "Looking…"
            )
