"""Folders that are to be imported: looked at first, and asked about where something is in doubt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

from motionlens.library.findings import AXIS_WORDS, unit_name
from motionlens.library.preview import Preview

from ..state.import_preview import PreviewState
from ..state.session import Session
from ..theme import ThemeManager
from .import_preview import ImportDialog
from .message_bar import MessageBar
from .widgets import counted

OPEN_MS = 4


class ImportActions(QObject):
    """Opens the dialog, or imports straight away what is plain."""

    def __init__(
        self,
        session: Session,
        themes: ThemeManager,
        messages: MessageBar,
        say: Callable[[str], None],
        start: Callable[[Sequence[Path]], None],
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self.preview = session.preview
        self._themes, self._messages, self._say, self._start = themes, messages, say, start
        self._window = window
        self._quietly = False
        self.dialog: ImportDialog | None = None
        self.preview.changed.connect(self._changed)

    def review(self, paths: Sequence[Path]) -> None:
        """Show what the files are before they are imported."""
        self._quietly = False
        self._messages.hide()
        self.preview.look(paths)
        self._open()

    def dropped(self, paths: Sequence[Path]) -> None:
        """Files are imported; folders are looked at first, and the dialog opens where there is a doubt."""
        if not any(path.is_dir() for path in paths):
            self._start(paths)
            return
        self._close()
        self._quietly = True
        self._say("Looking at the files…")
        self.preview.look(paths)

    def close(self) -> None:
        """The window closes: the session cancels what is read."""
        self._close()

    def _changed(self) -> None:
        if not self._quietly or self.preview.state not in (PreviewState.READY, PreviewState.FAILED):
            return
        self._quietly = False
        found, paths = self.preview.found, self.preview.paths
        if found is not None and (found.certain or (not found.kinds and not found.foreign)):
            self.preview.forget()
            self._start(paths)
            if found.kinds:
                self._messages.show_note(
                    f"Importing {counted(found.n_files, 'file')}", plain_words(found),
                    ("Review…", lambda: self.review(paths)),
                )  # fmt: skip
        else:
            self._say("")
            self._open()

    def _open(self) -> None:
        self._close()
        self.dialog = dialog = ImportDialog(self.preview, self._themes, self._window)
        dialog.confirmed.connect(self._confirmed)
        QTimer.singleShot(OPEN_MS, dialog, dialog.open)  # made in one event, laid out and painted in the next

    def _close(self) -> None:
        if self.dialog is not None:
            self.dialog.hide()
            self.dialog.deleteLater()
            self.dialog = None

    def _confirmed(self) -> None:
        paths = self.preview.paths
        self.preview.forget()
        self._start(paths)


def plain_words(found: Preview) -> str:
    """What was inferred about the only kind, in one sentence."""
    kind = found.kinds[0]
    inferred = kind.inferred
    if "unit_m" not in inferred:
        return f"{kind.label}."
    up = AXIS_WORDS.get(inferred["up_axis"], inferred["up_axis"])
    return (
        f"{kind.label}: {unit_name(inferred['unit_m'])}, {up}, {inferred['fps']:g} fps, "
        f"height {inferred['stature_m']:.2f} m."
    )
