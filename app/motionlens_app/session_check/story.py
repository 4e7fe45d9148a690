"""What a person does in the scripted session: a first start that is cut short, and the start after it."""

from __future__ import annotations

import importlib.util
import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from ..main import first_library
from ..measure.meter import resident_mb
from ..state.exporting import SIZES, ExportState
from ..state.imports import ImportState
from ..state.libraries import LibraryState, own_choice, starter_choice
from ..state.model import ModelState
from ..state.search import SearchPhase
from ..state.video import VideoState
from .material import count_files
from .person import HELD_S, Person

WAVE = "a person waves with the left hand"
QUERIES = (
    WAVE,
    "someone walks in a circle",
    "jumps up twice",
    "kicks with the right leg",
    "sits down",
    "a tired old man walks slowly",
)
TAG, COLLECTION = "hero", "for the pack"
_QUIT_AT = 0.5
"""Share of the import after which the window is closed."""
_LEAST_ASKED = 1
"""Searches that are answered while files are imported, before that: the first 64 moments are indexed then."""
_HASTY_S = 0.01
"""Between letters, while something else goes on."""
_FEW = 100
"""So few files are in before anything can be typed: the window is closed as soon as some are."""
_SETTLED = 8
"""Searches before memory is compared: pictures and tokens that are kept are made in these."""


@dataclass(frozen=True)
class Plan:
    """What a session works with.

    Attributes:
        folder: motion files to import.
        clip: a video, None: none is dropped.
        out: where exports go.
        seconds: how long searches are repeated at the end.
        real: the shipped model answers, so that what it finds can be checked.
    """

    folder: Path
    clip: Path | None
    out: Path
    seconds: float
    real: bool


def first_start(person: Person, plan: Plan) -> dict[str, Any]:
    """From the first start to a window that is closed in the middle of an import."""
    session = person.session
    person.at("start")
    session.start(first_library(None, person.app.settings))
    person.window.resume_imports()
    person.until(
        lambda: session.libraries.state is not LibraryState.READY or bool(session.items.rowCount()),
        "a sign of life",
    )
    person.type(WAVE)  # long before there is anything to ask
    person.until(lambda: session.items.rowCount() > 0, "the starter library", 120)
    person.waits.append(person.until(lambda: person.answered(WAVE), "the first answer", 240))
    person.check(session.items.rowCount() > 0, "the starter library has no answer")
    if plan.real:
        best = [item.caption for item in session.items.items[:5]]
        person.check(any("wav" in text for text in best), f"nobody waves: {best}")
    for text in QUERIES[1:4]:
        person.search(text)
        person.wait(0.3)
    for step in (_filter, _compare, _keep, _theme):
        step(person)
    facts: dict[str, Any] = {"exported": _export(person, plan)}
    if plan.clip is not None and importlib.util.find_spec("mediapipe") is not None:
        facts["video_s"] = _video(person, plan.clip, plan.real)
    facts["cut_at"] = _import_and_quit(person, plan)
    return facts


def second_start(person: Person, plan: Plan) -> dict[str, Any]:
    """The import goes on; what was kept is still there; searches again and again, then quits."""
    session = person.session
    person.at("start again")
    person.check(bool(person.app.settings.text("import/pending")), "no import is remembered")
    session.start(first_library(None, person.app.settings))
    person.window.resume_imports()
    person.until(lambda: session.imports.state is ImportState.RUNNING, "the rest of the import", 240)
    asked = _search_until(person, lambda: session.imports.state is ImportState.IDLE, 600)
    person.until(lambda: session.search.has_searcher, "the search", 60)
    _all_is_in(person, plan)
    person.at("starter again")
    person.window.open_library(starter_choice())
    person.until(lambda: TAG in session.curation.kept.tags, "yesterday's tag", 60)
    kept = session.curation.kept
    person.check(
        [(c.name, c.n_items) for c in kept.collections] == [(COLLECTION, 1)], "the collection has gone"
    )
    person.check(len(kept.favourites) == 1, "the favourite has gone")
    person.window.open_library(own_choice())
    person.until(lambda: len(session.libraries.records) == count_files(plan.folder), "the own library", 60)
    person.until(lambda: session.search.has_searcher, "the search", 60)
    facts = {"asked_while_resuming": asked, **_search_on(person, plan.seconds)}
    quit_window(person)
    return facts


# -- steps ---------------------------------------------------------------------------------------------


def _filter(person: Person) -> None:
    person.at("filter")
    session, window = person.session, person.window
    person.search(WAVE)
    before = session.items.rowCount()
    person.until(lambda: session.finding.found is not None, "facets")
    rows = window.side.facets.sections["length"].rows
    row = min((r for r in rows.values() if r.count), key=lambda r: r.count or 0)  # leaves less than is shown
    person.click(row)
    person.until(
        lambda: bool(session.finding.active()) and 0 < session.items.rowCount() != before,
        "what the filter leaves",
        30,
    )
    person.wait(0.3)
    person.command("find.clear")
    person.until(
        lambda: not session.finding.active() and session.items.rowCount() == before, "all results", 30
    )


def _compare(person: Person) -> None:
    person.at("compare")
    compare, grid = person.session.viewer.compare, person.window.results.grid
    grid.select_row(0)
    person.key(Qt.Key.Key_C)
    person.until(lambda: len(compare.entries) == 2, "two motions side by side", 30)
    person.wait(1.0)
    person.key(Qt.Key.Key_C)
    person.until(lambda: not compare.active, "one motion again", 10)


def _keep(person: Person) -> None:
    person.at("keep")
    session, window = person.session, person.window
    kept = session.curation
    window.results.grid.select_row(0)
    item = session.items.items[0]
    person.until(
        lambda: session.viewer.shown is not None and session.viewer.shown.item.key == item.key, "the motion"
    )
    person.key(Qt.Key.Key_T)
    form = window.keep.form
    person.check(window.focusWidget() is form.tag, "the key T does not go to the tags")
    person.act(lambda: QTest.keyClicks(form.tag, TAG))
    person.act(lambda: QTest.keyClick(form.tag, Qt.Key.Key_Return))
    person.until(lambda: kept.kept.tags == {TAG: 1}, "the tag")
    person.key(Qt.Key.Key_F)
    person.until(lambda: kept.is_favourite(item), "the favourite")
    person.command("edit.undo")
    person.until(lambda: not kept.is_favourite(item), "undo")
    person.command("edit.redo")
    person.until(lambda: kept.is_favourite(item), "redo")
    person.command("edit.collect")
    person.wait(0.1)
    menu = window.keep.menu
    person.answer_next(COLLECTION)
    person.click(menu, menu.actionGeometry(menu.actions()[-1]).center())
    person.until(
        lambda: [(c.name, c.n_items) for c in kept.kept.collections] == [(COLLECTION, 1)], "the collection"
    )


def _theme(person: Person) -> None:
    person.at("theme")
    for name in ("light", "dark"):
        person.command(f"view.theme_{name}")
        person.wait(0.4)
        person.check(person.app.themes.choice == name, f"the theme is not {name}")


def _export(person: Person, plan: Plan) -> list[str]:
    for kind in (".bvh", ".mp4"):
        person.at(f"export {kind}")
        export_card(person, kind, plan.out)
    made = sorted(path.name for path in plan.out.glob("*"))
    person.check([Path(name).suffix for name in made] == [".bvh", ".mp4"], f"exported were {made}")
    return made


def export_card(person: Person, kind: str, out: Path) -> None:
    """The moment of the current card, by the dialog."""
    exports = person.window.exports
    person.command("file.export")
    dialog = exports.dialog
    assert dialog is not None
    for choice, at in (
        (dialog.what, max(dialog.what.findData("card"), 0)), (dialog.format, dialog.format.findData(kind)),
        (dialog.part, 0), (dialog.extent, len(SIZES) - 1),
    ):  # fmt: skip
        person.wait(HELD_S)  # one after the other, as with a mouse
        choice.setCurrentIndex(at)
    person.wait(HELD_S)
    dialog.folder.setText(str(out))
    person.until(dialog.go.isEnabled, "the export button", 10)
    person.wait(0.2)
    if dialog.form.isRowVisible(dialog.overwrite):
        dialog.overwrite.setChecked(True)
    person.click(dialog.go)
    person.until(
        lambda: dialog.pages.currentIndex() == 2 and exports.exports.state is ExportState.IDLE,
        "the export",
        120,
    )
    person.click(dialog.end.finish)
    person.wait(0.1)
    person.check(not dialog.isVisible(), "the dialog stays")


def _video(person: Person, clip: Path, real: bool) -> float:
    person.at("video")
    session = person.session
    begin = time.monotonic()
    person.command("query.clear")
    person.drop(person.window.query, clip)
    person.until(lambda: session.video.state is VideoState.READY, "the person in the video", 180)
    person.until(
        lambda: (
            session.search.phase is SearchPhase.RESULTS
            and session.search.answered is not None
            and len(session.search.answered.examples) == 1
        ),
        "the answer to the video", 60,
    )  # fmt: skip
    taken = time.monotonic() - begin
    best = [item.caption for item in session.items.items[:10]]
    person.check(bool(best), "nothing is like the video")
    if real:
        person.check(any("wav" in text for text in best), f"nobody waves as in the video: {best}")
    person.command("query.clear")
    person.until(lambda: session.video.state is VideoState.NONE, "the video's end", 10)
    return round(taken, 2)


def import_folder(person: Person, folder: Path) -> None:
    """Drop a folder on the window, and confirm what the window takes its files for."""
    session, window = person.session, person.window
    person.drop(window, folder)
    person.until(
        lambda: (
            session.imports.state is ImportState.RUNNING
            or (window.imports.dialog is not None and window.imports.dialog.isVisible())
        ),
        "the import",
        120,
    )
    if session.imports.state is not ImportState.RUNNING:
        dialog = window.imports.dialog
        assert dialog is not None
        person.until(dialog.go.isEnabled, "what the files are", 120)
        person.click(dialog.go)
        person.until(lambda: session.imports.state is ImportState.RUNNING, "the import", 60)


def _import_and_quit(person: Person, plan: Plan) -> dict[str, Any]:
    """Import a folder, search meanwhile, and close the window when half of it is in."""
    person.at("import")
    session = person.session
    import_folder(person, plan.folder)
    n = count_files(plan.folder)

    enough = _QUIT_AT * n if n >= _FEW else 3

    def some_are_in() -> bool:
        progress = session.imports.progress
        ended = session.imports.state is not ImportState.RUNNING
        return ended or (progress is not None and progress.stage != "scan" and progress.done >= enough)

    if n < _FEW:
        person.until(some_are_in, "the first files", 120)
    asked = _search_until(person, some_are_in, 600)
    progress = session.imports.progress
    running = session.imports.state is ImportState.RUNNING
    person.check(running, "the import was over before the window was closed: nothing was cut")
    person.check(asked >= _LEAST_ASKED or n < _FEW, f"only {asked} searches were answered during the import")
    quit_window(person)
    return {"done": progress.done if progress else 0, "of": n, "asked": asked}


def _search_until(person: Person, over: Callable[[], bool], seconds: float) -> int:
    """Search as long as something else goes on; how many were answered."""
    session, asked = person.session, 0
    end = time.monotonic() + seconds
    for text in itertools.cycle(QUERIES):
        if over():
            break
        if time.monotonic() > end:
            person.check(False, f"{person.watch.phase} took more than {seconds:g} s")
            break
        person.type(text, _HASTY_S)
        there = person.has_answer(text)
        wait = person.until(partial(_either, over, there), f"the answer to {text!r}", 120)
        if person.answered(text):
            asked += 1
            person.waits.append(wait)
            person.check(session.libraries.choice == own_choice(), "another library answers")
        person.wait(0.3)
    return asked


def _either(one: Callable[[], bool], other: Callable[[], bool]) -> bool:
    return one() or other()


def _all_is_in(person: Person, plan: Plan) -> None:
    person.at("after the import")
    session, n = person.session, count_files(plan.folder)
    person.until(lambda: len(session.libraries.records) >= n, f"all {n} motions", 60)
    library: Any = session.libraries.library
    counts = library.counts()
    person.check(counts.motions == n and not counts.failures, f"the library holds {counts}, not {n} motions")
    encoder = session.model.encoder
    person.check(session.model.state is ModelState.READY and encoder is not None, "the model is not ready")
    if encoder is not None:
        person.check(not library.moments_without_tokens(encoder.fingerprint), "some motions are not indexed")
    person.check(not person.app.settings.text("import/pending"), "the import is still remembered")
    names = {path.stem for path in plan.folder.rglob("*")}
    person.search(QUERIES[1])
    found = {item.name for item in session.items.items}
    person.check(bool(found) and found <= names, f"the search finds what was not imported: {found - names}")


def _search_on(person: Person, seconds: float) -> dict[str, Any]:
    """The same queries again and again: memory must come to rest."""
    person.at("search again")
    held: list[float] = []
    end, texts = time.monotonic() + seconds, itertools.cycle(QUERIES)
    while time.monotonic() < end or len(held) < 2 * _SETTLED:
        text = next(texts)
        person.window.query.set_text(text)
        person.waits.append(person.until(person.has_answer(text), f"the answer to {text!r}"))
        person.wait(0.12)
        held.append(resident_mb())
    return {"searches": len(held), "growth_mb": round(growth(held[_SETTLED:]), 3), "held_mb": held}


def growth(held: list[float]) -> float:
    """MB that are held more at the end than at the beginning: the straight line through all values.

    >>> round(growth([100.0, 101.0, 102.0, 103.0]), 6)
    3.0
    """
    n = len(held)
    middle, mean = (n - 1) / 2, sum(held) / n
    slope = sum((i - middle) * (v - mean) for i, v in enumerate(held)) / sum(
        (i - middle) ** 2 for i in range(n)
    )
    return slope * (n - 1)


def quit_window(person: Person) -> None:
    person.at("quit")
    person.command("file.quit")
    person.check(not person.window.isVisible(), "the window stays")
