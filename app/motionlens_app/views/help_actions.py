"""What is at hand everywhere: the command palette, the page of keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QUrl
from PySide6.QtGui import QDesktopServices

from ..logs import log_path
from ..render.factory import drawn_by, graphics
from ..render.graphics import CRASHED, FAILED
from ..report import without_home
from .command_palette import CommandPalette
from .key_page import KeyPage
from .tour import Step, Tour

if TYPE_CHECKING:
    from .main_window import MainWindow

_TOUR_SEEN = "tour/seen"


def _steps(window: MainWindow) -> tuple[Step, ...]:
    return (
        Step(
            "Say what you look for",
            "Describe a movement in your own words, or drop a video of it up here. Try one of these:",
            lambda: [window.query.field],
            "below",
            ("a person waves with the left hand", "a person jumps forward"),
        ),
        Step(
            "See what was found",
            "Point at a card to run through its motion, and click it to see it large on the right. "
            "Space plays, C compares the cards you selected, Ctrl+K finds every command.",
            lambda: [window.results, window.viewer.stage],
            "inside",
        ),
        Step(
            "Bring your own motions, and ask why",
            "Import a folder of motion files here, or drop it on the window. “Why” shows for every hit "
            "which of your words met which joints, and when.",
            lambda: [window.side.import_button, window.viewer.tabs],
            "right",
        ),
    )


class HelpActions(QObject):
    """Commands of the Help menu."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._palette: CommandPalette | None = None
        self._tour: Tour | None = None
        self.open_url: Callable[[QUrl], bool] = QDesktopServices.openUrl
        window.messages.facts = self.facts

    @property
    def palette(self) -> CommandPalette:
        """Made when it is first wanted."""
        if self._palette is None:
            window = self._window
            self._palette = CommandPalette(window.table, window.themes, window.settings, window)
        return self._palette

    def open_palette(self) -> None:
        """Ctrl+K."""
        self.palette.open_palette()

    def show_shortcuts(self) -> None:
        """The list of keys, made from the command table."""
        page = KeyPage(self._window.table.commands.values(), self._window)
        page.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        page.show()

    # -- the tour --------------------------------------------------------------------------------

    @property
    def tour(self) -> Tour:
        """Made when it is first wanted."""
        if self._tour is None:
            window = self._window
            self._tour = Tour(_steps(window), window.themes, window)
            self._tour.asked.connect(window.query.set_text)
        return self._tour

    def first_run(self) -> None:
        """Show the tour, at the very first start and never again by itself."""
        settings = self._window.settings
        known = settings.flag(_TOUR_SEEN, False) or bool(settings.text("library"))
        if not known:
            settings.put(_TOUR_SEEN, True)
            settings.save()
            self.tour.start()

    def let_go(self) -> None:
        """Esc: the tour ends, or the innermost thing that is going on."""
        if self._tour is not None and self._tour.running:
            self._tour.end()
        else:
            self._window.viewer.let_go()

    # -- when something went wrong ---------------------------------------------------------------

    def facts(self) -> dict[str, str]:
        """What a report tells of this window: no name of a motion, no text that was asked."""
        window = self._window
        session = window.session
        model = session.model
        libraries = session.libraries
        return {
            "Renderer": drawn_by(window.viewer.viewport),
            "Model": f"{getattr(model.encoder, 'name', '')}, {model.encoder.device}"
            if model.encoder
            else model.state.value,
            "Library": f"{len(libraries.records):,} motions, {len(libraries.items):,} moments",
            "Window": f"{window.width()} x {window.height()}, scale {window.devicePixelRatio():g}",
            "Log": without_home(str(log_path())),
        }

    def copy_report(self) -> None:
        """Details for a report: the last failure, versions, renderer, size of the library."""
        self._window.messages.copy_details()
        self._window.say("The details are on the clipboard: paste them into your report.")

    def show_log(self) -> None:
        """Open the log file, or say where it would be."""
        path = log_path()
        if not path.is_file():
            self._window.say(f"Nothing has been written to {path} yet.")
        elif not self.open_url(QUrl.fromLocalFile(str(path))):
            self._window.say(f"The log file is {path}: open it with a text editor.")

    def fault(self, error: Exception) -> None:
        """Something that nobody caught: one sentence, once; it is in the log already."""
        self._window.messages.show_failure("Something did not work", error, logged=True)

    # -- the graphics card -----------------------------------------------------------------------

    def follow(self) -> None:
        """Say what the graphics card did, and at the start what it did before."""
        graphics().stopped.connect(self._graphics_stopped)
        if graphics().crashed:
            self._graphics_note(CRASHED)
        elif graphics().error is not None:  # while the window was being built
            self._graphics_stopped(FAILED, graphics().error)

    @property
    def can_retry(self) -> bool:
        """True while the card is not asked because it failed."""
        return not graphics().allowed

    def retry_graphics(self) -> None:
        """Draw with the graphics card again."""
        graphics().retry()

    def _graphics_stopped(self, sentence: str, error: Exception | None) -> None:
        if error is not None:
            self._window.messages.last = sentence, error  # logged where it failed
        self._graphics_note(sentence)

    def _graphics_note(self, sentence: str) -> None:
        self._window.messages.show_note(
            "Drawing without the graphics card",
            sentence,
            ("Try the graphics card again", self.retry_graphics),
        )
