"""The window: puts the panels together and turns commands into what the session does."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from PySide6.QtCore import QChildEvent, QPoint, Qt, QTimer
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QKeyEvent,
    QKeySequence,
    QResizeEvent,
)
from PySide6.QtWidgets import QFileDialog, QLabel, QLineEdit, QMainWindow, QMenu, QVBoxLayout, QWidget

from ..command_list import commands_of
from ..commands import CommandTable
from ..services import ImportOutcome
from ..settings import Settings
from ..state.items import Item
from ..state.libraries import LibraryChoice, choice_for, starter_choice
from ..state.model import ModelState
from ..state.session import Session
from ..theme import ThemeManager
from . import window_state
from .dropping import Dropped, dropped_on_window
from .export_actions import ExportActions
from .focus_ring import FocusRing
from .help_actions import HelpActions
from .import_actions import ImportActions
from .import_view import FailureDialog, ImportStrip, outcome_sentence
from .keep_actions import KeepActions
from .message_bar import MessageBar
from .paint_turns import PaintTurns
from .query_actions import QueryActions
from .query_bar import QueryBar
from .result_panel import ResultPanel
from .side_panel import SidePanel
from .video_strip import VideoStrip
from .viewer_panel import ViewerPanel
from .widgets import NoteLabel, Splitter, counted

_ON_HIT = (
    "edit.favourite", "edit.tag", "edit.collect", "edit.uncollect", "find.moments", "",
    "query.like", "query.like_too", "", "view.compare", "why.show", "why.pin", "", "file.export", "file.copy_path", "file.reveal",
)  # fmt: skip
_ON_TIMELINE = (
    "query.range",
    "file.export",
    "",
    "play.range_start",
    "play.range_end",
    "play.moment",
    "play.whole",
)
"""Commands of the context menus; "" is a line."""
_LOW = 800
"""A window lower than this has no room for a strip across it, pixels."""


class MainWindow(QMainWindow):
    """Three zones under the query bar, status at the bottom."""

    def __init__(self, session: Session, themes: ThemeManager, settings: Settings) -> None:
        super().__init__()
        self.session, self.themes, self.settings = session, themes, settings
        self._closing = False
        self._turns = PaintTurns(self, lambda: session.search.comes_first)
        self._turns.share(self)
        self.setWindowTitle("MotionLens")
        self.setMinimumSize(960, 600)
        self.setAcceptDrops(True)
        self.query = QueryBar(session.query, themes)
        self.strip = VideoStrip(session, themes)
        self.messages = MessageBar(themes)
        self.side = SidePanel(session, themes)
        self.results = ResultPanel(session, themes)
        self.viewer = ViewerPanel(session.viewer, themes, session.why, session.link)
        self.note = NoteLabel()
        self.queries = QueryActions(
            session, self.query, self.strip, self.results.grid, self.messages, self.note
        )
        self.exports = ExportActions(session, self.results.grid, self.viewer, themes, settings, self.say)
        self.imports = ImportActions(session, themes, self.messages, self.say, self.import_paths, self)
        self.keep = KeepActions(self)
        self.help = HelpActions(self)
        self.table = CommandTable(self, commands_of(self))
        self.table.fill(self.menuBar())
        self._rings = [FocusRing(w, themes) for w in (self.results.grid, self.viewer.viewport)]
        self._choose: Callable[[str], str] = lambda title: QFileDialog.getExistingDirectory(self, title)
        self._lay_out()
        self._status()
        for part in (self.query, self.strip, self.messages, self.side, self.results):
            themes.dress(part)
        self.keep.follow()
        self._connect()
        self.help.follow()
        window_state.restore(self)

    # -- building ------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self.splitter = Splitter(Qt.Orientation.Horizontal, self.themes)
        self.column = QWidget()  # the results, in a low window under the video
        column = QVBoxLayout(self.column)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.results)
        for panel in (self.side, self.column, self.viewer):
            self.splitter.addWidget(panel)
        self.side.setMinimumWidth(176)
        self.results.setMinimumWidth(240)
        self.splitter.setSizes([208, 712, 480])
        self.splitter.setStretchFactor(1, 3)
        self.splitter.setStretchFactor(2, 2)
        self.splitter.setHandleWidth(4)
        self.splitter.setCollapsible(1, False)
        self.central = QWidget()
        box = QVBoxLayout(self.central)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        for widget in (self.query, self.strip, self.messages):
            box.addWidget(widget)
        box.addWidget(self.splitter, 1)
        self.setCentralWidget(self.central)

    def _place_strip(self) -> None:
        """Across the window, or in a low one over the results alone: the viewer keeps its height."""
        low = self.height() < _LOW
        wanted: QWidget = self.column if low else self.central
        if self.strip.parentWidget() is not wanted:
            box = wanted.layout()
            assert isinstance(box, QVBoxLayout)
            box.insertWidget(0 if low else 1, self.strip)
            self.strip.set_narrow(low)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """What lies where follows the height."""
        super().resizeEvent(event)
        self._place_strip()

    def _status(self) -> None:
        bar = self.statusBar()
        bar.setSizeGripEnabled(False)
        self.import_strip = ImportStrip(self.session.imports)
        self.model_label = QLabel()
        self.model_label.setObjectName("muted")
        self.model_label.setContentsMargins(8, 4, 16, 4)
        self.note.setContentsMargins(16, 4, 8, 4)
        bar.addWidget(self.note)
        self.note.clear()  # the bar has shown it
        bar.addWidget(self.import_strip, 1)
        bar.addPermanentWidget(self.model_label)
        self._note_timer = QTimer(self, singleShot=True, interval=12_000)
        self._note_timer.timeout.connect(self.note.clear)

    def _connect(self) -> None:
        session = self.session
        self.query.entered.connect(self._enter_pressed)
        self.query.edit.leave_down.connect(self._to_cards)
        self.side.library_chosen.connect(self.open_library)
        self.side.open_other.connect(self.ask_library)
        self.side.import_folder.connect(self.ask_import_folder)
        self.side.collections.said.connect(self.say)
        self.side.failures.clicked.connect(lambda: self.show_failures())
        self.results.import_folder.connect(self.ask_import_folder)
        self.results.open_starter.connect(lambda: self.open_library(starter_choice()))
        self.results.query_chosen.connect(self.query.set_text)
        self.results.grid.chosen.connect(self._chosen)
        self.results.grid.selected.connect(self.viewer.follow_selection)
        self.results.grid.menu_wanted.connect(lambda at: self._show_menu(_ON_HIT, at))
        self.viewer.timeline.menu_wanted.connect(lambda at: self._show_menu(_ON_TIMELINE, at))
        self.results.grid.play_pressed.connect(session.viewer.playback.toggle)
        self.results.animate.toggled.connect(self.table.actions["view.animate"].setChecked)
        self.results.density.toggled.connect(self.table.actions["view.list"].setChecked)
        self.viewer.why.search_wanted.connect(self.query.set_text)
        session.why.exported.connect(lambda path: self.say(f"Saved {path}"))
        session.items_changed.connect(self._select_first)
        self.viewer.clock.calm = lambda: session.search.comes_first
        self.viewer.clock.crowded = self.results.grid.crowded = self._turns.crowded
        session.query.changed.connect(self.results.grid.choice.question_changed)
        session.failed.connect(self._failed)
        session.viewer.compare.failed.connect(
            lambda error: self._failed("The motions could not be compared", error)
        )
        session.imports.changed.connect(self._remember_imports)
        session.import_finished.connect(self._import_finished)
        for signal in (session.model.changed, session.indexing_changed):
            signal.connect(self._model_changed)
        self._model_changed()

    # -- session to widgets --------------------------------------------------------------------

    def _select_first(self) -> None:
        """A new list begins at its best hit, unless a card that was chosen is still in it."""
        grid = self.results.grid
        if self.session.items.rowCount() and not grid.currentIndex().isValid():
            grid.choice.choose_first()
        elif not self.session.items.rowCount() and self.session.viewer.shown is not None:
            self.session.show(None)

    def _chosen(self, item: Item) -> None:
        self.session.show(item)

    def _model_changed(self) -> None:
        model, indexing = self.session.model, self.session.indexing
        if model.state is ModelState.READY and model.encoder is not None:
            device = "CUDA" if model.encoder.device.startswith("cuda") else "CPU"
            text = f"{device} · model ready"
            if indexing is not None and indexing.total:
                text = f"{device} · indexing {indexing.done:,} of {counted(indexing.total, 'moment')}"
        elif model.state is ModelState.FAILED:
            text = "Model not available"
        else:
            text = "Loading the model…"
        self.model_label.setText(text)
        self.model_label.setToolTip(str(model.error or ""))

    def _failed(self, what: str, error: Exception) -> None:
        """Errors go to the message bar; a model that did not load can be tried again there."""
        model = self.session.model
        retry = ("Try again", model.start) if error is model.error else None
        self.messages.show_failure(what, error, retry)

    def _remember_imports(self) -> None:
        """Keep on disk what is still to be imported, so that the next start goes on with it."""
        if self._closing:
            return
        pending = [[str(folder), *map(str, paths)] for folder, paths in self.session.imports.pending]
        text = json.dumps(pending) if pending else ""
        if text != self.settings.text("import/pending"):
            self.settings.put("import/pending", text)
            self.settings.save()

    def resume_imports(self) -> None:
        """Go on with what the last run did not finish; files that are in are skipped."""
        try:
            pending = json.loads(self.settings.text("import/pending") or "[]")
            for folder, *paths in pending:
                there = [Path(path) for path in paths if Path(path).exists()]
                if there:
                    self.session.resume_import(choice_for(Path(folder)), there)
        except (ValueError, TypeError):  # a damaged setting is no reason not to start
            self.settings.put("import/pending", "")

    def _import_finished(self, outcome: ImportOutcome | None) -> None:
        if outcome is None:
            return
        self.say(outcome_sentence(outcome))
        if outcome.failures:
            self.show_failures(outcome)

    def say(self, text: str) -> None:
        """A short note in the status bar."""
        self.note.setText(text)
        self._note_timer.start()

    # -- what commands do ----------------------------------------------------------------------

    def open_library(self, choice: LibraryChoice) -> None:
        """Switch, and remember."""
        self.settings.put("library", str(choice.folder))
        self.messages.hide()
        self.session.open_library(choice)

    def ask_library(self) -> None:
        """Choose a library's folder."""
        folder = self._choose("Open a library")
        if folder:
            self.open_library(choice_for(Path(folder)))

    def ask_import_folder(self) -> None:
        """Choose a folder to import."""
        folder = self._choose("Import a folder of motion files")
        if folder:
            self.imports.review([Path(folder)])

    def ask_import_files(self) -> None:
        """Choose files to import."""
        files, _ = QFileDialog.getOpenFileNames(self, "Import motion files")
        if files:
            self.import_paths([Path(name) for name in files])

    def _show_menu(self, commands: Iterable[str], at: QPoint) -> None:
        """A context menu of commands of the table."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for name in commands:
            if name:
                menu.addAction(self.table.actions[name])
            else:
                menu.addSeparator()
        self.context_menu = menu
        menu.popup(at)

    def import_paths(self, paths: Sequence[Path]) -> None:
        """Import into the open library (the user's own while the starter library is open)."""
        self.messages.hide()
        self.note.clear()
        choice = self.session.import_paths(paths)
        self.settings.put("library", str(choice.folder))

    def show_failures(self, outcome: ImportOutcome | None = None) -> None:
        """The list of files that are not in: of one import, or of the library."""
        if outcome is None:
            self.session.libraries.ask_failures(self._present_failures)
        else:
            self._present_failures(outcome.failures, outcome_sentence(outcome))

    def _present_failures(self, failures, headline: str = "") -> None:
        text = headline or f"{counted(len(failures), 'file')} of this library could not be read."
        self.failure_dialog = FailureDialog(text + " Each file’s reason:", failures, self)
        self.failure_dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.failure_dialog.open()

    def choose_theme(self, name: str) -> None:
        """ "system", "dark" or "light"."""
        self.settings.put("theme", name)
        if name != self.themes.choice:
            self.themes.choose(name)
        self.table.actions[f"view.theme_{name}"].setChecked(True)

    def quit(self) -> None:
        """Close the window, and with it the app."""
        self.close()

    def _enter_pressed(self) -> None:
        self.session.search.submit()
        self._to_cards()

    def _to_cards(self) -> None:
        if self.session.items.rowCount():
            self.results.grid.setFocus(Qt.FocusReason.ShortcutFocusReason)

    # -- events --------------------------------------------------------------------------------

    def childEvent(self, event: QChildEvent) -> None:
        """What stands on the window beside its panels is dressed before it is shown: bars, dialogs, menus."""
        super().childEvent(event)
        child = event.child()
        if event.polished() and isinstance(child, QWidget) and child is not self.centralWidget():
            self.themes.dress(child)
            if child.isWindow():
                self._turns.share(child)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Plain keys of the command table, when no text field has the focus."""
        if isinstance(self.focusWidget(), QLineEdit):
            super().keyPressEvent(event)
            return
        sequence = QKeySequence(event.key()).toString()
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and sequence.isalpha():
            sequence = f"Shift+{sequence}"
        plain = event.text() in ("/", ",", ".", "[", "]", "?", "-")
        command = self.table.by_key(event.text() if plain else sequence)
        if command is None:
            super().keyPressEvent(event)
        else:
            command.handler()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files and folders may be dropped anywhere."""
        kind, _ = dropped_on_window(event.mimeData())
        if kind is not Dropped.NOTHING and event.source() is None:  # cards of this window are in it already
            event.acceptProposedAction()
            self.queries.hint(kind, "Drop to import; drop on the query bar to search by it")

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Nothing to say any more."""
        self.note.clear()

    def dropEvent(self, event: QDropEvent) -> None:
        """Search by a video; import anything else."""
        self.note.clear()
        kind, paths = dropped_on_window(event.mimeData())
        if kind is not Dropped.NOTHING:
            event.acceptProposedAction()
        if kind is Dropped.VIDEO:
            self.queries.search_by_video(paths[0])
        elif kind is Dropped.FILES:
            self.imports.dropped(paths)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Remember the window; cancel what runs. An import goes on at the next start."""
        self._closing = True
        self.viewer.why.room_button.setChecked(False)  # what is remembered is the usual layout
        self.session.viewer.compare.leave()
        window_state.remember(self)
        self.viewer.clock.stop()
        self.strip.clock.stop()
        self.keep.close()
        self._note_timer.stop()
        self.exports.close()
        self.imports.close()
        self.session.close()
        super().closeEvent(event)
