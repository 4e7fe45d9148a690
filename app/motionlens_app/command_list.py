"""What the window can do: rows of the command table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .commands import Command
from .state.imports import ImportState
from .state.libraries import own_choice, starter_choice
from .state.model import ModelState

if TYPE_CHECKING:
    from .views.main_window import MainWindow


def commands_of(window: MainWindow) -> list[Command]:
    """The table, in menu order."""
    return [*_file(window), *_edit(window), *_view(window), *_play(window), *_why(window), *_help(window)]


def _file(w: MainWindow) -> list[Command]:
    def shown() -> bool:
        return w.session.viewer.shown is not None

    return [
        Command("file.import_folder", "Import a &folder…", w.ask_import_folder, "&Library", ("Ctrl+I",)),
        Command("file.import_files", "Import f&iles…", w.ask_import_files, "&Library", ("Ctrl+Shift+I",)),
        Command("file.cancel_import", "&Cancel the import", w.session.imports.cancel, "&Library",
                possible=lambda: w.session.imports.state is not ImportState.IDLE),
        Command("file.starter", "&Starter library", lambda: w.open_library(starter_choice()), "&Library",
                ("Ctrl+1",), separator_before=True),
        Command("file.own", "&My library", lambda: w.open_library(own_choice()), "&Library", ("Ctrl+2",)),
        Command("file.open", "&Open another library…", w.ask_library, "&Library", ("Ctrl+O",)),
        Command("file.failures", "Files &not imported…", w.show_failures, "&Library"),
        Command("file.export", "&Export…", w.exports.ask, "&Library", ("E",), typing=False, separator_before=True,
                possible=shown),
        Command("file.copy_path", "Copy the &path", w.exports.copy_path, "&Library", ("Ctrl+Shift+C",),
                possible=shown),
        Command("file.reveal", "Sho&w in the file manager", w.exports.reveal, "&Library", possible=shown),
        Command("file.quit", "&Quit", w.quit, "&Library", ("Ctrl+Q",), separator_before=True),
        Command("model.load", "&Load the model again", w.session.model.start, "&Search",
                possible=lambda: w.session.model.state in (ModelState.IDLE, ModelState.FAILED)),
        Command("query.focus", "Go to the &query", w.query.focus, "&Search", ("Ctrl+F",)),
        Command("query.video", "Search by a &video…", w.queries.ask_video, "&Search", ("Ctrl+Shift+F",), separator_before=True),
        Command("query.motion", "Search by a &motion file…", w.queries.ask_motion_file, "&Search"),
        Command("query.like", "More &like this", w.queries.more_like, "&Search", ("M",), typing=False, possible=shown),
        Command("query.like_too", "&Add this to the query", lambda: w.queries.more_like(alone=False), "&Search"),
        Command("query.range", "Search by this &range", w.queries.search_by_range, "&Search", ("Shift+M",), typing=False),
        Command("query.avoid", "&Avoid…", w.query.focus_avoid, "&Search", ("-",), typing=False),
        Command("query.strip", "Show or &fold the video", w.queries.toggle_strip, "&Search", ("Shift+V",), typing=False,
                possible=lambda: w.session.video.path is not None),
        Command("query.slash", "Go to the query", w.query.focus, "", ("/",), typing=False),
        Command("query.clear", "&Clear the query", w.query.clear_all, "&Search"),
    ]  # fmt: skip


def _edit(w: MainWindow) -> list[Command]:
    keep, session = w.keep, w.session
    return [
        Command("edit.undo", "&Undo", session.curation.undo, "&Edit", ("Ctrl+Z",)),
        Command("edit.redo", "&Redo", session.curation.redo, "&Edit", ("Ctrl+Shift+Z",)),
        Command("edit.favourite", "&Favourite", keep.favourite, "&Edit", ("F",), typing=False, separator_before=True),
        Command("edit.tag", "&Tag…", keep.tag, "&Edit", ("T",), typing=False),
        Command("edit.collect", "&Add to a collection…", keep.collect, "&Edit", ("Ctrl+D",)),
        Command("edit.uncollect", "Take &out of this collection", keep.uncollect, "&Edit", ("Del",), typing=False),
        Command("find.moments", "Show the &moments behind this card", keep.show_moments, "&Search", ("G",),
                typing=False, separator_before=True),
        Command("find.shuffle", "&Random order", session.finding.shuffle, "&Search", ("R",), typing=False),
        Command("find.clear", "Clear all &filters", session.finding.clear, "&Search", ("Ctrl+Backspace",), typing=False),
        Command("find.save", "&Save this search…", w.side.collections.save_search, "&Search", ("Ctrl+S",)),
        Command("find.forget", "Forget the &history of queries", session.curation.forget_history, "&Search"),
    ]  # fmt: skip


def _view(w: MainWindow) -> list[Command]:
    choice = w.themes.choice
    themes = [
        Command(f"view.theme_{name}", text, lambda on, n=name: w.choose_theme(n) if on else None, "&View",
                checkable=True, checked=choice == name, group="theme")
        for name, text in (("system", "Theme of the &system"), ("dark", "&Dark theme"), ("light", "&Light theme"))
    ]  # fmt: skip
    views = [
        Command(f"view.{name}", text, lambda n=name: w.viewer.preset(n), "&View", (key,),
                separator_before=name == "three-quarter")
        for name, text, key in (("three-quarter", "Three-&quarter view", "Ctrl+Shift+1"),
                                ("front", "&Front view", "Ctrl+Shift+2"), ("side", "S&ide view", "Ctrl+Shift+3"),
                                ("top", "&Top view", "Ctrl+Shift+4"))
    ]  # fmt: skip
    return [
        *themes,
        Command("view.animate", "&Play all cards", w.results.animate.setChecked, "&View", checkable=True,
                checked=True, separator_before=True),
        Command("view.list", "Cards as a &list", w.results.density.setChecked, "&View", ("Ctrl+L",), checkable=True),
        *views,
        Command("view.fit", "Fit the &motion", w.viewer.fit, "&View", ("Ctrl+0",)),
        Command("view.compare", "&Compare the selected motions",
                lambda: w.viewer.toggle_compare(w.results.grid.items_to_compare()), "&View", ("C",), typing=False),
        Command("view.options", "View &options…", w.viewer.show_options, "&View", ("L",), typing=False,
                separator_before=True),
        *(Command(f"view.{field}", text, lambda f=field: w.session.viewer.next_option(f), "&View",
                  (key,) if key else (), typing=False)
          for field, text, key in (("body", "&Body or skeleton", "B"), ("trails", "T&rails", "J"),
                                   ("ghosts", "O&nion skin", "O"), ("contacts", "Foot &contacts", ""),
                                   ("path", "&Path on the ground", ""), ("follow", "Camera follo&ws", ""),
                                   ("grid", "&Grid", ""))),
    ]  # fmt: skip


def _play(w: MainWindow) -> list[Command]:
    play = w.session.viewer.playback
    return [
        Command("play.toggle", "&Play or pause", play.toggle, "&Play", ("Space",), typing=False),
        Command("play.previous", "&Previous frame", lambda: play.step(-1), "&Play", (",",), typing=False),
        Command("play.next", "&Next frame", lambda: play.step(1), "&Play", (".",), typing=False),
        Command("play.start", "Go to the &start", lambda: play.seek(play.range[0]), "&Play", ("Home",), typing=False),
        Command("play.end", "Go to the &end", lambda: play.seek(play.range[1]), "&Play", ("End",), typing=False),
        Command("play.range_start", "Loop &from here", play.set_range_start, "&Play", ("[",), typing=False,
                separator_before=True),
        Command("play.range_end", "Loop &up to here", play.set_range_end, "&Play", ("]",), typing=False),
        Command("play.moment", "Loop the &moment", play.loop_moment, "&Play"),
        Command("play.whole", "Loop the &whole take", play.loop_whole, "&Play"),
        Command("play.faster", "&Faster", lambda: play.nudge_speed(1), "&Play", ("Ctrl++", "Ctrl+="),
                separator_before=True),
        Command("play.slower", "&Slower", lambda: play.nudge_speed(-1), "&Play", ("Ctrl+-",)),
    ]  # fmt: skip


def _why(w: MainWindow) -> list[Command]:
    why, panel = w.session.why, w.viewer.why
    return [
        Command("why.show", "&Why this motion", w.viewer.show_why, "Wh&y", ("W",), typing=False),
        Command("why.quantity", "Similarity or &interaction", panel.toggle_quantity, "Wh&y", ("I",), typing=False),
        Command("why.strike", "&Strike the chosen word out, or put it back", panel.strike_picked, "Wh&y", ("X",),
                typing=False, separator_before=True),
        Command("why.restore", "Put &all words back", why.restore, "Wh&y"),
        Command("why.pin", "&Pin the motion to compare it", panel.pin, "Wh&y", ("P",), typing=False),
        Command("why.unpin", "&Let go what is chosen", w.help.let_go, "Wh&y", ("Esc",), typing=False),
        Command("why.room", "&More room for “Why”", panel.room_button.toggle, "Wh&y", separator_before=True),
        Command("why.help", "&How to read this", panel.help_button.toggle, "Wh&y"),
        Command("why.export", "Save the e&xplanation…", lambda: panel.export(".png"), "Wh&y"),
    ]  # fmt: skip


def _help(w: MainWindow) -> list[Command]:
    return [
        Command("help.palette", "&All commands…", w.help.open_palette, "&Help", ("Ctrl+K",)),
        Command("help.keys", "&Keyboard…", w.help.show_shortcuts, "&Help", ("?",), typing=False),
        Command("help.tour", "Show the &tour", lambda: w.help.tour.start(), "&Help"),
        Command("help.graphics", "Try the &graphics card again", w.help.retry_graphics, "&Help",
                separator_before=True, possible=lambda: w.help.can_retry),
        Command("help.copy", "&Copy details for a report", w.help.copy_report, "&Help"),
        Command("help.log", "Show the &log file", w.help.show_log, "&Help"),
    ]  # fmt: skip
