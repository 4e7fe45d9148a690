"""The log file, what nobody caught, and the details for a report."""

from __future__ import annotations

import logging
import sys
import threading

import pytest
from PySide6.QtCore import QTimer, qCritical, qWarning
from PySide6.QtGui import QGuiApplication

from motionlens.errors import MotionLensError
from motionlens_app.logs import FaultNet, log_path, start_log, stop_log
from motionlens_app.report import report_text, versions, without_home


@pytest.fixture
def log_file(tmp_path, monkeypatch):
    monkeypatch.setenv("MOTIONLENS_HOME", str(tmp_path))
    handler = start_log()
    yield log_path()
    stop_log(handler)


@pytest.fixture
def net(qapp, log_file):
    made = FaultNet()
    made.told = []
    made.fault.connect(made.told.append)
    yield made
    made.close()


def raise_here(text="the ground gave way"):
    raise ZeroDivisionError(text)


def caught_by_hook(text="the ground gave way"):
    try:
        raise_here(text)
    except ZeroDivisionError:
        sys.excepthook(*sys.exc_info())


def test_the_log_lies_in_the_home_and_begins_with_the_versions(log_file, tmp_path):
    assert log_file == tmp_path / "logs" / "motionlens.log"
    assert "MotionLens" in log_file.read_text() and "Python" in log_file.read_text()


def test_its_size_is_bounded(log_file, monkeypatch):
    handler = next(h for h in logging.getLogger().handlers if getattr(h, "baseFilename", "") == str(log_file))
    handler.maxBytes = 4000
    for number in range(400):
        logging.getLogger("motionlens_app.test").warning("line %d of many", number)
    files = sorted(p.name for p in log_file.parent.iterdir())
    assert files == ["motionlens.log", "motionlens.log.1"]
    assert sum(p.stat().st_size for p in log_file.parent.iterdir()) <= 8000
    assert "line 399" in log_file.read_text()


def test_a_folder_that_cannot_be_written_to_is_no_reason_not_to_start(tmp_path, caplog):
    (tmp_path / "file").write_text("")
    assert start_log(tmp_path / "file" / "motionlens.log") is None
    stop_log(None)


def test_what_nobody_caught_is_written_down_and_told_once(net, log_file):
    for _ in range(120):
        caught_by_hook()
    assert len(net.told) == 1 and isinstance(net.told[0], ZeroDivisionError)
    text = log_file.read_text()
    assert "the ground gave way" in text and "in raise_here" in text
    assert text.count("Traceback") == 5  # the first three, the 10th, the 100th


def test_an_exception_in_a_thread(net, log_file, qtbot):
    thread = threading.Thread(target=raise_here, name="reader")
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: bool(net.told))
    assert "uncaught in reader" in log_file.read_text()


def test_messages_of_qt(net, log_file):
    qWarning("a timer from another thread")
    qCritical("no font was found")
    text = log_file.read_text()
    assert "WARNING motionlens_app.qt: default: a timer from another thread" in text
    assert "ERROR motionlens_app.qt: default: no font was found" in text
    assert [str(error) for error in net.told] == ["Qt: no font was found"]


def test_interrupts_are_no_faults(net):
    seen = []
    net._before = (lambda *what: seen.append(what[0]), *net._before[1:])
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert seen == [KeyboardInterrupt] and not net.told


def test_the_net_is_taken_away_again(qapp, log_file):
    before = sys.excepthook, threading.excepthook, sys.unraisablehook
    FaultNet().close()
    assert before == (sys.excepthook, threading.excepthook, sys.unraisablehook)


def test_a_fault_in_a_slot_ends_in_the_message_bar(app, net, log_file, qtbot, capfd):
    window = app.window
    net.fault.connect(window.help.fault)
    with qtbot.captureExceptions():  # what the test frame would have done with it
        sys.excepthook = net._uncaught
        QTimer.singleShot(0, window, raise_here)
        qtbot.waitUntil(window.messages.isVisible)
    assert window.messages.title.text() == "Something did not work"
    assert "fault in MotionLens" in window.messages.sentence.text()
    assert "\n" not in window.messages.sentence.text()
    assert log_file.read_text().count("Traceback") == 1  # not again by the bar


def test_copy_details(app, log_file):
    window = app.window
    try:
        raise_here("C3D of nobody")
    except ZeroDivisionError as error:
        window.messages.show_failure("The search did not work", error)
    assert window.messages.copy_button.isVisible()
    window.messages.copy_button.click()
    text = QGuiApplication.clipboard().text()
    assert text.startswith("The search did not work\nC3D of nobody\n")
    for wanted in ("in raise_here", "Python 3", "PySide6 ", "torch ", "Renderer: QPainter", "scale ",
                   "Library: 30 motions, 30 moments", "Model: ", "Log: "):  # fmt: skip
        assert wanted in text, wanted
    assert window.messages.copy_button.text() == "Copied"
    assert "The search did not work: C3D of nobody" in log_file.read_text()


def test_the_report_holds_nothing_of_the_library(app):
    window = app.window
    window.query.set_text("a secret query")
    window.table.actions["help.copy"].trigger()
    text = QGuiApplication.clipboard().text()
    assert "clipboard" in window.note.text()
    for record in app.session.libraries.records:
        assert record.name not in text
    assert "secret" not in text


def test_a_sentence_for_the_user_needs_no_traceback(app, log_file):
    app.window.messages.show_failure(
        "The file was not read", MotionLensError("a.bvh is empty: choose another.")
    )
    assert not app.window.messages.more.isVisible()
    assert "Traceback" not in report_text({}, app.window.messages.last)
    assert "a.bvh is empty" in log_file.read_text()


def test_notes_are_no_failures(app):
    app.window.messages.show_note("Indexing", "This takes a minute.")
    assert not app.window.messages.copy_button.isVisible()


def test_show_the_log_file(app, log_file):
    opened = []
    app.window.help.open_url = lambda url: opened.append(url.toLocalFile()) or True
    app.window.table.actions["help.log"].trigger()
    assert opened == [str(log_file)]
    app.window.help.open_url = lambda url: False
    app.window.table.actions["help.log"].trigger()
    assert str(log_file) in app.window.note.text()


def test_versions_without_importing_anything():
    found = versions()
    assert found["Python"].startswith("3.") and found["PySide6"][0].isdigit()
    assert without_home("x") == "x"


def test_a_model_process_that_dies_is_in_the_log(log_file, tmp_path):
    from motionlens.model.remote import ProcessEncoder

    (tmp_path / "dying_loader.py").write_text("import os\ndef load(path):\n    os._exit(7)\n")
    sys.path.insert(0, str(tmp_path))
    try:
        encoder = ProcessEncoder(loader="dying_loader:load")
        with pytest.raises(MotionLensError, match="ended while it loaded"):
            encoder.load()
        encoder.close()
    finally:
        sys.path.remove(str(tmp_path))
    assert "the model's process ended while it loaded (exit code 7)" in log_file.read_text()
