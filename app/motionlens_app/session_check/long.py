"""A long session of mixed actions, in the order that dice give; the seed makes it the same again."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from ..measure.meter import fixed_work_ms, resident_mb
from ..state.exporting import ExportState
from ..state.imports import ImportState
from ..state.libraries import starter_choice
from .person import Person
from .story import QUERIES, Plan, export_card, growth, import_folder, quit_window

SEED = 6
_KINDS = (".bvh", ".glb", ".npz", ".mp4")


def long_session(person: Person, plan: Plan) -> dict[str, Any]:
    """Import, and for ``plan.seconds`` all that one does in a day: the import goes on meanwhile."""
    session = person.session
    person.at("start")
    session.start(starter_choice())
    person.until(lambda: session.search.has_searcher, "the search", 240)
    person.search(QUERIES[0])
    dice, deeds = random.Random(SEED), _deeds(person, plan)
    held: list[tuple[float, float]] = []
    fixed: list[float] = []
    done: dict[str, int] = {}
    begin, importing = time.monotonic(), False
    while time.monotonic() - begin < plan.seconds:
        if not importing and time.monotonic() - begin > plan.seconds / 4:
            import_folder(person, plan.folder)
            importing = True
        name = dice.choices([d[0] for d in deeds], [d[1] for d in deeds])[0]
        act = next(d[2] for d in deeds if d[0] == name)
        person.at(name if session.imports.state is ImportState.IDLE else f"{name}, importing")
        act(dice)
        person.wait(dice.uniform(0.2, 0.8))
        done[name] = done.get(name, 0) + 1
        held.append((time.monotonic() - begin, resident_mb()))
        with person.watch.paused():
            fixed.append(fixed_work_ms())
    person.at("end")
    person.until(lambda: session.imports.state is ImportState.IDLE, "the end of the import", 600)
    half = [mb for at, mb in held if at > plan.seconds / 2]
    quit_window(person)
    return {
        "done": done, "growth_mb": round(growth(half), 2), "searches": done.get("search", 0), "fixed_ms": sorted(fixed),
    }  # fmt: skip


def _deeds(person: Person, plan: Plan) -> list[tuple[str, int, Callable[[random.Random], None]]]:
    """What may be done next: name, how often, and how."""
    window, session, grid = person.window, person.session, person.window.results.grid

    def search(dice: random.Random) -> None:
        person.search(dice.choice(QUERIES))

    def walk(dice: random.Random) -> None:
        for _ in range(dice.randint(1, 6)):
            person.key(dice.choice([Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_PageDown]))
            person.wait(0.15)

    def scroll(dice: random.Random) -> None:
        for _ in range(dice.randint(5, 25)):
            place = QPointF(grid.viewport().rect().center())
            turn = QPoint(0, dice.choice([-120, -120, -120, 120]))
            event = QWheelEvent(
                place, QPointF(grid.viewport().mapToGlobal(place.toPoint())), QPoint(), turn,
                Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
            )  # fmt: skip
            person.act(partial(QApplication.sendEvent, grid.viewport(), event))
            person.wait(0.03)

    def filter_by(dice: random.Random) -> None:
        rows = [r for r in window.side.facets.sections["length"].rows.values() if r.count]
        if rows:
            person.click(dice.choice(rows))
            person.wait(0.6)
            person.command("find.clear")

    def compare(dice: random.Random) -> None:
        if session.items.rowCount() > 1:
            grid.select_row(dice.randrange(session.items.rowCount() - 1))
            person.wait(0.15)  # as in walking: nobody presses two keys at once
            person.key(Qt.Key.Key_C)
            person.until(lambda: session.viewer.compare.active, "motions side by side", 30)
            person.wait(1.5)
            person.key(Qt.Key.Key_C)

    def scrub(dice: random.Random) -> None:
        line = window.viewer.timeline
        for _ in range(12):
            person.click(line, QPoint(dice.randrange(10, max(line.width() - 10, 11)), line.height() // 2))
            person.wait(0.04)

    def turn_on(dice: random.Random) -> None:
        for name in dice.sample(["view.body", "view.trails", "view.contacts", "view.path", "view.follow"], 2):
            person.command(name)
            person.wait(0.5)
            person.command(name)

    def keep(dice: random.Random) -> None:
        if session.items.rowCount() and session.curation.available:
            person.key(Qt.Key.Key_F)
            person.wait(0.3)
            person.command("edit.undo")

    def why(dice: random.Random) -> None:
        person.key(Qt.Key.Key_W)
        person.wait(1.0)
        window.viewer.show_details()

    def theme(dice: random.Random) -> None:
        person.command(dice.choice(["view.theme_light", "view.theme_dark"]))

    def density(dice: random.Random) -> None:
        person.command("view.list")
        person.wait(0.8)
        person.command("view.list")

    def export(dice: random.Random) -> None:
        if session.items.rowCount() and window.exports.exports.state is ExportState.IDLE:
            export_card(person, dice.choice(_KINDS), plan.out)

    def clear(dice: random.Random) -> None:
        person.command("query.clear")

    return [
        ("search", 8, search), ("walk", 6, walk), ("scroll", 6, scroll), ("filter", 3, filter_by),
        ("compare", 2, compare), ("scrub", 3, scrub), ("look", 3, turn_on), ("keep", 2, keep), ("why", 2, why),
        ("theme", 1, theme), ("density", 1, density), ("export", 1, export), ("clear", 1, clear),
    ]  # fmt: skip
