"""The dialog before an import: what was inferred, corrections, and when it is asked at all."""

from __future__ import annotations

import time

import pytest
from dropping import drop
from fake_previews import fake_kind, unread_kind

from motionlens.errors import MotionLensError
from motionlens.library.preview import Preview
from motionlens.readers.mapping import MappingOverrides
from motionlens_app.state.import_preview import PreviewState


@pytest.fixture
def asked(app, services, qtbot, tmp_path):
    """The dialog on a plain kind, a doubtful one and FBX files, as "Import a folder…" opens it."""
    how = "MotionLens does not read FBX files: open Blender."
    services.found = Preview((fake_kind(), unread_kind()), ((".fbx", 4, how),), videos=2)
    app.window._choose = lambda title: str(tmp_path)
    app.window.ask_import_folder()
    dialog = app.window.imports.dialog
    qtbot.waitUntil(lambda: dialog.kinds.count() == 3)
    yield dialog
    dialog.reject()


def test_it_shows_every_kind_before_anything_is_imported(asked, app, services, tmp_path):
    assert asked.isVisible() and not services.imports and services.looked == [[tmp_path]]
    rows = [asked.kinds.item(i).text() for i in range(3)]
    assert "12 files · ready" in rows[0] and "3 files · look at this" in rows[1]
    assert rows[2] == "FBX\n4 files · not read"
    assert asked.go.text() == "Import 15 files" and asked.go.isEnabled()
    assert "2 videos left out" in asked.lead.text()
    assert asked.kinds.currentRow() == 1  # the one in doubt comes first
    assert "left knee" in asked.doubt.text() and "never guessed" in asked.form.joints_line.text()


def test_what_was_inferred_is_in_plain_words_and_plays(asked, qtbot):
    asked.kinds.setCurrentRow(0)
    form = asked.form
    assert (
        form.unit.currentText() == "Automatic: centimetre" and form.up.currentText() == "Automatic: Y is up"
    )
    assert form.fps.placeholderText() == "Automatic: 60 fps" and "height 1.71 m" in form.why["unit"].toolTip()
    names = {form.joints.item(r, 0).text(): form.joints.item(r, 1).text() for r in range(22)}
    assert names["pelvis"] == "Hips" and names["neck"] == "computed from the others"
    assert asked.doubt.isHidden()
    player = asked.player
    assert player.playback.playing and player.playback.n_frames == 80
    qtbot.waitUntil(lambda: player.playback.frame > 1)
    assert player.scene.actors[0].frame > 0
    asked.kinds.setCurrentRow(2)
    assert "open Blender" in asked.message.text() and not player.playback.playing


def test_a_correction_reads_the_kind_again_and_is_saved_for_all(asked, app, services, qtbot, tmp_path):
    asked.form.joints.edited.emit("left_knee", "Bone7")
    assert "reading" in asked.kinds.item(1).text()
    qtbot.waitUntil(lambda: "corrected" in asked.kinds.item(1).text())
    assert asked.doubt.isHidden() and asked.player.playback.playing
    row = next(r for r in range(22) if asked.form.joints.item(r, 0).text() == "left knee")
    assert asked.form.joints.item(row, 1).text() == "Bone7  (yours)"
    asked.kinds.setCurrentRow(0)
    form = asked.form
    form.up.setCurrentIndex(form.up.findData("z"))
    form.up.activated.emit(form.up.currentIndex())
    form.fps.setText("30")
    form.fps.editingFinished.emit()
    qtbot.waitUntil(lambda: not app.session.preview.reading)
    with qtbot.waitSignal(app.session.import_finished, timeout=5000):
        asked.go.click()
    (presets,) = services.saved
    assert presets.kinds["bvh:1"].mapping == MappingOverrides(up_axis="z", fps=30.0)
    assert presets.kinds["bvh:2"].mapping == MappingOverrides(joints={"left_knee": "Bone7"})
    assert services.imports[0][1] == [tmp_path] and not asked.isVisible()


def test_a_saved_correction_can_be_taken_back(app, services, qtbot, tmp_path):
    services.found = Preview((fake_kind(correction=MappingOverrides(unit_m=0.0254)),))
    app.window.imports.review([tmp_path])
    dialog = app.window.imports.dialog
    qtbot.waitUntil(lambda: dialog.kinds.count() == 1)
    assert dialog.form.unit.currentText() == "Inch" and "corrected" in dialog.kinds.item(0).text()
    dialog.form.unit.setCurrentIndex(0)
    dialog.form.unit.activated.emit(0)
    qtbot.waitUntil(lambda: not app.session.preview.reading)
    with qtbot.waitSignal(app.session.import_finished, timeout=5000):
        dialog.go.click()
    assert services.saved[0].kinds["bvh:1"].mapping == MappingOverrides()


def test_a_clean_drop_imports_at_once_and_offers_the_dialog(app, services, qtbot, tmp_path):
    with qtbot.waitSignal(app.session.import_finished, timeout=5000):
        drop(app.window, tmp_path)
    bar = app.window.messages
    assert (
        bar.isVisible() and "Importing 12 files" in bar.title.text() and "centimetre" in bar.sentence.text()
    )
    assert not services.saved and app.window.imports.dialog is None
    bar.action.click()
    dialog = app.window.imports.dialog
    qtbot.waitUntil(lambda: dialog.kinds.count() == 1)
    assert bar.isHidden() and dialog.go.text() == "Import 12 files"
    dialog.reject()


@pytest.mark.parametrize("found", [Preview((fake_kind(), fake_kind("bvh:3"))), Preview((unread_kind(),))])
def test_a_drop_that_is_not_plain_asks(app, services, qtbot, tmp_path, found):
    services.found = found
    drop(app.window, tmp_path)
    qtbot.waitUntil(lambda: app.window.imports.dialog is not None and app.window.imports.dialog.isVisible())
    assert not services.imports and services.looked == [[tmp_path]]
    assert app.window.imports.dialog.kinds.count() == len(found.kinds)
    app.window.imports.dialog.reject()


def test_single_files_are_imported_without_a_look(app, services, qtbot, tmp_path):
    file = tmp_path / "take.bvh"
    file.write_text("HIERARCHY")
    with qtbot.waitSignal(app.session.import_finished, timeout=5000):
        drop(app.window, file)
    assert not services.looked and services.imports[0][1] == [file]


def test_cancel_while_reading_leaves_nothing_behind(app, services, qtbot, tmp_path):
    services.preview_gate.clear()
    app.window.imports.review([tmp_path])
    dialog = app.window.imports.dialog
    qtbot.waitUntil(lambda: "Reading BVH" in dialog.message.text())
    assert not dialog.go.isEnabled() and dialog.bar.maximum() == 2
    began = time.monotonic()
    dialog.cancel.click()
    qtbot.waitUntil(lambda: services.cancelled_looks == 1)
    assert time.monotonic() - began < 5 and not dialog.isVisible()
    assert app.session.preview.state is PreviewState.IDLE and not services.imports


def test_a_newer_correction_replaces_one_that_is_being_read(asked, app, services, qtbot):
    services.preview_gate.clear()
    preview = app.session.preview
    preview.correct(0, MappingOverrides(fps=30))
    preview.correct(1, MappingOverrides(joints={"left_knee": "Bone7"}))
    preview.correct(0, MappingOverrides(fps=25))
    services.preview_gate.set()
    qtbot.waitUntil(lambda: not preview.reading)
    # The first may have been begun by then; what it finds is not shown.
    assert [kind.correction.fps for kind in services.sampled if kind.signature == "bvh:1"][-1] == 25
    assert preview.kinds[0].correction.fps == 25
    assert [kind.certain for kind in preview.kinds] == [True, True]


def test_what_fails_is_said_in_the_dialog(app, services, qtbot, tmp_path):
    services.preview_error = MotionLensError("The folder cannot be listed: check its rights.")
    app.window.imports.review([tmp_path])
    dialog = app.window.imports.dialog
    qtbot.waitUntil(lambda: "check its rights" in dialog.message.text())
    assert not dialog.go.isEnabled()
    dialog.reject()


def test_a_folder_without_motions_says_what_can_be_read(app, services, qtbot, tmp_path):
    services.found = Preview(())
    app.window.imports.review([tmp_path])
    dialog = app.window.imports.dialog
    qtbot.waitUntil(lambda: "No motion files are here" in dialog.lead.text())
    assert ".bvh" in dialog.lead.text() and not dialog.go.isEnabled()
    dialog.reject()
