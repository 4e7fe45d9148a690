"""Loading, searching, importing: the states that the window shows."""

from __future__ import annotations

import threading

import pytest
from fakes import FakeLibrary, gait

from motionlens.errors import MotionLensError
from motionlens.library import LocalLibrary
from motionlens.motion import Motion
from motionlens_app.services import LocalServices, NotIndexedYet, WorkProgress
from motionlens_app.state.imports import ImportState
from motionlens_app.state.libraries import LibraryChoice, LibraryState, own_choice, starter_choice
from motionlens_app.state.model import ModelState
from motionlens_app.state.search import SearchPhase
from motionlens_app.state.session import Session
from motionlens_app.views.result_panel import headline, is_empty


@pytest.fixture
def session(services, qtbot):
    made = Session(services)
    yield made
    services.gate.set()
    services.model_gate.set()
    made.close()


def started(session, qtbot):
    session.start(starter_choice())
    qtbot.waitUntil(lambda: session.search.has_searcher)
    return session


def test_a_query_typed_while_the_model_loads_is_kept_and_answered(session, services, qtbot):
    services.model_gate.clear()
    session.start(starter_choice())
    qtbot.waitUntil(lambda: session.items.rowCount() == 30)  # browsing works meanwhile
    session.search.set_text("waves left")
    qtbot.waitUntil(lambda: session.search.phase is SearchPhase.WAITING)
    assert session.model.state is ModelState.LOADING
    assert "Loading the model" in headline(session)
    services.model_gate.set()
    qtbot.waitUntil(lambda: session.search.phase is SearchPhase.RESULTS)
    assert session.search.result.query == "waves left"
    assert "30 moments · 3 ms" in headline(session)
    assert "left" in session.items.items[0].caption


def test_a_stale_answer_never_overwrites(session, services, qtbot):
    started(session, qtbot)
    services.gate.clear()
    session.search.set_text("slow waves right")
    qtbot.waitUntil(lambda: "slow waves right" in services.searched)
    session.search.set_text("waves left")
    session.search.submit()
    services.gate.set()
    qtbot.waitUntil(lambda: session.search.phase is SearchPhase.RESULTS)
    qtbot.wait(50)
    assert session.search.result.query == "waves left"


def test_typing_searches_at_once_and_of_what_came_meanwhile_only_the_last(session, services, qtbot):
    started(session, qtbot)
    services.searched.clear()
    services.gate.clear()
    seen = []
    session.search.changed.connect(lambda: seen.append((session.search.phase, session.search.answered)))
    for text in ("slow", "slow w", "slow wa", "slow wave"):
        session.search.set_text(text)
    assert session.search.phase is SearchPhase.SEARCHING  # no timer in between
    services.gate.set()
    qtbot.waitUntil(lambda: session.search.phase is SearchPhase.RESULTS)
    assert services.searched == ["slow", "slow wave"]
    assert session.search.result.query == "slow wave"
    # A fast typist sees the results of the beginning too.
    shown = [query.text for phase, query in seen if phase is SearchPhase.RESULTS]
    assert shown == ["slow", "slow wave"]


def test_enter_and_clearing_do_not_wait_for_what_is_under_way(session, services, qtbot):
    started(session, qtbot)
    services.gate.clear()
    session.search.set_text("slow right")
    session.search.set_text("slow right leg")
    session.search.submit()
    services.gate.set()
    shown = []
    session.search.changed.connect(lambda: shown.append(session.search.answered))
    qtbot.waitUntil(lambda: session.search.phase is SearchPhase.RESULTS)
    assert [query.text for query in shown if query] == ["slow right leg"]
    services.gate.clear()
    session.search.set_text("slow walks")
    session.search.set_text("")
    assert session.search.phase is SearchPhase.BROWSE
    services.gate.set()
    qtbot.wait(50)
    assert session.search.phase is SearchPhase.BROWSE and session.search.result is None


def test_words_typed_on_after_a_failure_are_searched_for(session, services, qtbot):
    started(session, qtbot)
    services.gate.clear()
    session.search.set_text("slow fail")
    session.search.set_text("slow walks")
    services.gate.set()
    qtbot.waitUntil(lambda: session.search.phase is SearchPhase.RESULTS)
    assert session.search.result.query == "slow walks"


def test_clearing_the_query_browses_again(session, qtbot):
    started(session, qtbot)
    session.search.set_text("left")
    qtbot.waitUntil(lambda: session.search.phase is SearchPhase.RESULTS)
    session.search.set_text("")
    assert session.search.phase is SearchPhase.BROWSE
    assert session.items.items[0].score is None and session.items.rowCount() == 30


def test_errors_are_told_once_each(session, services, qtbot):
    told = []
    session.failed.connect(lambda what, error: told.append((what, str(error))))
    started(session, qtbot)
    session.search.set_text("fail")
    qtbot.waitUntil(lambda: session.search.phase is SearchPhase.FAILED)
    qtbot.wait(50)
    assert told == [("The search did not work", "The library was damaged: import its folder again.")]
    session.search.set_text("left")
    qtbot.waitUntil(lambda: session.search.phase is SearchPhase.RESULTS)


def test_a_model_that_failed_is_tried_again(session, services, qtbot):
    services.model_error = MotionLensError("The model is missing: install MotionLens again.")
    session.search.set_text("left")
    session.start(starter_choice())
    qtbot.waitUntil(lambda: session.model.state is ModelState.FAILED)
    services.model_error = None
    session.model.start()
    qtbot.waitUntil(lambda: session.search.phase is SearchPhase.RESULTS)
    assert session.search.result.query == "left"


def test_model_and_library_failures(session, services, qtbot, tmp_path):
    told = []
    session.failed.connect(lambda what, error: told.append(what))
    services.model_error = MotionLensError("The model is missing: install MotionLens again.")
    services.library_error = MotionLensError("The library is damaged: import its folders into a new one.")
    session.start(LibraryChoice("other", tmp_path))
    qtbot.waitUntil(lambda: len(told) == 2)
    assert session.model.state is ModelState.FAILED
    assert session.libraries.state is LibraryState.FAILED


def test_no_result(session, qtbot):
    started(session, qtbot)
    session.search.set_text("nothing")
    qtbot.waitUntil(lambda: session.search.phase is SearchPhase.NOTHING)
    assert session.items.rowCount() == 0
    session.search.set_text("")
    assert session.items.rowCount() == 30


def test_import_from_the_starter_library_goes_to_the_own_one(session, services, qtbot, tmp_path):
    started(session, qtbot)
    seen = []
    session.imports.changed.connect(lambda: seen.append((session.imports.state, session.imports.progress)))
    services.import_delay_s = 0.01
    with qtbot.waitSignal(session.import_finished, timeout=5000) as finished:
        session.import_paths([tmp_path])
    outcome = finished.args[0]
    assert services.imports == [(own_choice().folder, [tmp_path])]
    assert session.libraries.choice == own_choice()
    assert outcome.imported == 9 and len(outcome.failures) == 3
    qtbot.waitUntil(lambda: session.items.rowCount() == 9)
    assert any(state is ImportState.RUNNING and p and p.total == 12 for state, p in seen)
    assert session.imports.state is ImportState.IDLE
    session.search.set_text("walks")  # searchable at once
    qtbot.waitUntil(lambda: session.search.phase is SearchPhase.RESULTS)
    assert session.search.result.searched == 9


def test_cancel_keeps_what_is_in(session, services, qtbot, tmp_path):
    started(session, qtbot)
    services.import_delay_s, services.import_files = 0.01, 500
    with qtbot.waitSignal(session.import_finished, timeout=5000) as finished:
        session.import_paths([tmp_path])
        qtbot.waitUntil(lambda: bool(session.imports.progress and session.imports.progress.done > 3))
        session.imports.cancel()
        assert session.imports.state is ImportState.CANCELLING
    assert finished.args[0].cancelled and 0 < finished.args[0].imported < 500
    qtbot.waitUntil(lambda: session.items.rowCount() > 0)


def test_a_query_in_an_empty_library_is_no_error(session, services, qtbot, tmp_path):
    told = []
    session.failed.connect(lambda what, error: told.append(what))
    session.start(LibraryChoice("other", tmp_path))
    qtbot.waitUntil(lambda: session.model.state is ModelState.READY and is_empty(session))
    session.search.set_text("walks")
    session.search.submit()
    qtbot.wait(50)
    assert headline(session) == "0 motions" and not told and not services.searched
    session.import_paths([tmp_path])  # and the query is answered as soon as there is something
    qtbot.waitUntil(lambda: session.search.phase is SearchPhase.RESULTS)
    assert services.imports[0][0] == tmp_path


def test_a_second_import_waits_for_the_first(session, services, qtbot, tmp_path):
    started(session, qtbot)
    ends = []
    session.import_finished.connect(ends.append)
    session.import_paths([tmp_path / "a"])
    session.import_paths([tmp_path / "b"])
    qtbot.waitUntil(lambda: len(ends) == 2)
    assert [paths[0].name for _, paths in services.imports] == ["a", "b"]


def test_quit_during_an_import(services, qtbot, tmp_path):
    session = Session(services)
    session.start(starter_choice())
    qtbot.waitUntil(lambda: session.search.has_searcher)
    services.import_delay_s, services.import_files = 0.01, 100_000
    session.import_paths([tmp_path])
    qtbot.waitUntil(lambda: session.imports.state is ImportState.RUNNING)
    session.close()  # returns: the job saw the cancel


def test_growing_list_keeps_its_rows(session):
    library = FakeLibrary(5)
    from motionlens_app.state.items import item_of_record

    resets, inserts = [], []
    session.items.modelReset.connect(lambda: resets.append(1))
    session.items.rowsInserted.connect(lambda *a: inserts.append(1))
    session.items.set_items(map(item_of_record, library.records))
    library.add(6)
    session.items.set_items(map(item_of_record, library.records))
    assert len(resets) == 1 and len(inserts) == 1 and session.items.rowCount() == 6


def test_rate_needs_time(session):
    session.imports.progress = WorkProgress("read", 5, 10)
    assert session.imports.rate == 0.0


def test_while_an_import_has_indexed_nothing_yet_a_query_waits(session, services, qtbot, monkeypatch):
    told, asked = [], []
    session.failed.connect(lambda what, error: told.append(what))
    ready = services.searcher

    def searcher(library, encoder, progress, cancelled):
        asked.append(library)
        if len(asked) == 1:
            raise NotIndexedYet("soon")
        return ready(library, encoder, progress, cancelled)

    monkeypatch.setattr(services, "searcher", searcher)
    session.start(starter_choice())
    session.search.set_text("waves left")
    qtbot.waitUntil(lambda: len(asked) == 1)
    qtbot.wait(30)
    assert session.search.phase is SearchPhase.WAITING and told == []
    session.libraries.refresh()  # the import has stored more
    qtbot.waitUntil(lambda: session.search.phase is SearchPhase.RESULTS)
    assert told == []


def test_a_library_that_was_left_is_no_failure(session, services, qtbot, monkeypatch):
    told, entered, leave = [], threading.Event(), threading.Event()
    session.failed.connect(lambda what, error: told.append(what))
    ready = services.searcher

    def searcher(library, encoder, progress, cancelled):
        if not entered.is_set():
            entered.set()
            assert leave.wait(20)
            raise MotionLensError("The library was closed: open it again.")
        return ready(library, encoder, progress, cancelled)

    monkeypatch.setattr(services, "searcher", searcher)
    session.start(starter_choice())
    qtbot.waitUntil(entered.is_set)
    session.open_library(own_choice())
    leave.set()
    qtbot.waitUntil(lambda: session.libraries.state is LibraryState.READY)
    qtbot.wait(50)
    assert told == []


def test_nothing_is_searched_that_an_import_has_stored_and_not_indexed(tmp_path):
    class Model:
        fingerprint = "a model"

    services = LocalServices()
    with LocalLibrary(tmp_path) as library:
        with library.writing() as writer:
            writer.store_motion(Motion(gait(80), "walk"), [])
        services._writing.acquire()  # as an import does for as long as it runs
        with pytest.raises(NotIndexedYet):
            services.searcher(library, Model(), lambda progress: None, lambda: False)
