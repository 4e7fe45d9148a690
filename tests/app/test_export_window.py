"""Taking motions away in the window: the dialog, its progress and failures, drags, paths."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fakes import FakeServices, gait
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication

from motionlens.library import LocalLibrary
from motionlens.library.marks import Item as Marked
from motionlens.motion import FPS, Motion, load_motion
from motionlens.readers import read_motions
from motionlens_app.main import App
from motionlens_app.render.filming import look_of, picture, pictures
from motionlens_app.state.dragging import ITEMS_MIME
from motionlens_app.state.exporting import (
    ExportChoice,
    ExportController,
    ExportState,
    Target,
    choice_from_text,
    run_export,
    target_of,
)
from motionlens_app.views import dropping
from motionlens_app.views.export_dialog import KINDS, ExportDialog


def positions_of(
    services: FakeServices, motion_id: int, start: int = 0, end: int | None = None
) -> np.ndarray:
    return services.starter.positions(motion_id)[start:end]


def opened(app: App, qtbot, folder: Path, kind: str, what: str = "card") -> ExportDialog:
    """The dialog, filled in, its names read."""
    app.window.exports.ask()
    dialog = app.window.exports.dialog
    assert dialog is not None
    dialog.what.setCurrentIndex(dialog.what.findData(what))
    dialog.format.setCurrentIndex(dialog.format.findData(kind))
    dialog.folder.setText(str(folder))
    qtbot.waitUntil(lambda: dialog.go.isEnabled() and bool(dialog.names.toPlainText()))
    return dialog


def finish(app: App, qtbot, dialog: ExportDialog) -> None:
    dialog.go.click()
    qtbot.waitUntil(lambda: dialog.pages.currentIndex() == 2, timeout=60_000)
    assert app.window.exports.exports.state is ExportState.IDLE


def test_a_hit_is_exported_as_its_moment_and_the_choice_is_kept(
    app: App, qtbot, services: FakeServices, tmp_path: Path
) -> None:
    app.window.query.set_text("left")
    qtbot.waitUntil(lambda: app.session.search.result is not None and app.session.items.items[0].rank == 1)
    app.window.results.grid.select_row(3)
    item = app.window.results.grid.current_item()
    _, start, end = item.key
    assert (start, end) == (10, min(services.starter.motion(item.motion_id).n_frames, 70))
    dialog = opened(app, qtbot, tmp_path / "out", ".npz")
    assert dialog.part.currentData() == "moment"
    qtbot.waitUntil(lambda: dialog.names.toPlainText() == f"{item.name}_0.50-{end / FPS:.2f}s.npz")
    finish(app, qtbot, dialog)
    written = load_motion(tmp_path / "out" / dialog.names.toPlainText())
    assert np.array_equal(written.positions, positions_of(services, item.motion_id, start, end))
    kept = choice_from_text(app.settings.text("export/choice"), KINDS)
    assert (kept.kind, kept.folder, kept.overwrite) == (".npz", str(tmp_path / "out"), False)
    dialog.part.setCurrentIndex(dialog.part.findData("whole"))
    dialog._again()
    qtbot.waitUntil(lambda: dialog.names.toPlainText() == f"{item.name}.npz")
    finish(app, qtbot, dialog)
    assert load_motion(tmp_path / "out" / f"{item.name}.npz").n_frames == len(
        positions_of(services, item.motion_id)
    )


def test_the_marked_range_is_exported_to_the_frame(
    app: App, qtbot, services: FakeServices, tmp_path: Path
) -> None:
    app.window.results.grid.select_row(4)
    qtbot.waitUntil(
        lambda: app.session.viewer.shown is not None and app.session.viewer.shown.item.motion_id == 5
    )
    app.session.viewer.playback.pause()
    app.session.viewer.playback.set_range(12, 31)
    dialog = opened(app, qtbot, tmp_path, ".npz")
    assert dialog.part.currentData() == "range" and "0.60 to 1.60 s" in dialog.part.currentText()
    finish(app, qtbot, dialog)
    written = load_motion(tmp_path / "walk_04_0.60-1.60s.npz")
    assert np.array_equal(written.positions, positions_of(services, 5, 12, 32))
    assert app.window.exports.choice.part == "moment"  # what was marked once is no habit


def test_all_are_exported_and_what_fails_is_listed(app: App, qtbot, tmp_path: Path) -> None:
    (tmp_path / "walk_07.npy").write_text("mine")
    dialog = opened(app, qtbot, tmp_path, ".npy", "all")
    qtbot.waitUntil(lambda: dialog.go.text() == "Export 30 files" and not dialog.overwrite.isHidden())
    finish(app, qtbot, dialog)
    assert len(list(tmp_path.glob("walk_*.npy"))) == 30 and (tmp_path / "walk_07.npy").read_text() == "mine"
    assert "29 files written" in dialog.end.headline.text() and dialog.end.table.rowCount() == 1
    assert (
        dialog.end.table.item(0, 0).text() == "walk_07"
        and "exists already" in dialog.end.table.item(0, 1).text()
    )
    dialog.end.copy_list.click()
    assert QGuiApplication.clipboard().text().startswith("walk_07\t")
    assert "1 motion failed" in app.window.note.text()


def test_a_running_export_can_be_cancelled_and_looked_at_again(
    app: App, qtbot, services: FakeServices, tmp_path: Path
) -> None:
    services.starter.delay_s = 0.1
    dialog = opened(app, qtbot, tmp_path, ".npy", "all")
    dialog.go.click()
    exports = app.window.exports.exports
    qtbot.waitUntil(lambda: bool(exports.progress and exports.progress.done >= 2), timeout=60_000)
    dialog.running.behind.click()
    assert not dialog.isVisible() and exports.state is ExportState.RUNNING
    app.window.exports.ask()
    assert dialog.isVisible() and dialog.pages.currentIndex() == 1
    dialog.running.stop.click()
    qtbot.waitUntil(lambda: dialog.pages.currentIndex() == 2, timeout=60_000)
    assert "Cancelled" in dialog.end.headline.text()
    assert 2 <= len(list(tmp_path.glob("*.npy"))) < 30 and not list(tmp_path.glob(".motionlens*"))


def test_results_become_a_table_in_their_order(app: App, qtbot, tmp_path: Path) -> None:
    app.window.query.set_text("left")
    qtbot.waitUntil(lambda: app.session.search.result is not None and app.session.items.items[0].rank == 1)
    finish(app, qtbot, opened(app, qtbot, tmp_path, "results", "all"))
    with (tmp_path / "results.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    hits = app.session.search.result.hits
    assert [(row["rank"], row["name"], row["caption"]) for row in rows] == [
        (str(hit.rank), hit.name, hit.caption) for hit in hits
    ]
    assert [float(row["start_s"]) for row in rows] == [0.5] * len(rows)


def test_pictures_are_those_of_the_viewer(app: App, qtbot, services: FakeServices) -> None:
    qtbot.waitUntil(lambda: app.session.viewer.shown is not None)
    shown, scene, playback = app.session.viewer.shown, app.window.viewer.scene, app.session.viewer.playback
    playback.pause()
    app.session.viewer.set_options(app.session.viewer.options.having(body="skeleton", trails=(20,)))
    scene.set_camera(scene.camera.orbited(40, 12).zoomed(0.7))
    playback.seek(9.0)
    seen = picture(scene, (320, 180))
    look = look_of(scene, shown.item.motion_id, playback.frame, (321, 180))
    assert look.size == (320, 180)
    playback.seek(30.0)  # what the viewer does later is of no matter
    told: list[float] = []
    made = list(pictures(look, shown.item.motion_id, shown.positions, (5, 15), 20.0, told.append))
    assert len(made) == 10 and told[-1] == 1.0
    # the same pixels as the viewer's at frame 9, and others a frame before
    assert np.abs(made[4].astype(int) - seen).max() <= 2
    assert np.abs(made[3].astype(int) - seen).max() > 60


def test_a_film_is_made_in_the_background(app: App, qtbot, tmp_path: Path) -> None:
    import av

    qtbot.waitUntil(lambda: app.session.viewer.shown is not None)
    app.session.viewer.playback.pause()
    app.session.viewer.playback.set_range(12, 21)
    dialog = opened(app, qtbot, tmp_path, ".mp4")
    dialog.extent.setCurrentIndex(dialog.extent.findText("640 × 480"))
    dialog.rate.setCurrentIndex(dialog.rate.findData(30.0))
    finish(app, qtbot, dialog)
    with av.open(str(tmp_path / "walk_00_0.60-1.10s.mp4")) as film:
        stream = film.streams.video[0]
        assert (stream.width, stream.height, stream.average_rate) == (640, 480, 30)
        assert sum(1 for _ in film.decode(stream)) == 14  # 10 frames at 20 a second


# -- dragging ----------------------------------------------------------------------------------------


def dragged(app: App) -> list[Path]:
    grid = app.window.results.grid
    return [Path(url.toLocalFile()) for url in grid.mime_of(grid.selected_items()).urls()]


def prepared(app: App, qtbot) -> None:
    drags = app.window.exports.drags
    qtbot.waitUntil(lambda: not drags.busy, timeout=60_000)


def test_a_drag_carries_the_card_that_is_dragged_and_no_other(
    app: App, qtbot, services: FakeServices
) -> None:
    app.window.exports.choice = replace(app.window.exports.choice, kind=".npz")
    grid = app.window.results.grid
    for row in (3, 11, 4, 12, 3):  # quick: what was asked for before is overtaken
        grid.select_row(row)
        made = dragged(app)
        assert all(path.name == f"walk_{row:02d}.npz" for path in made)
    for row in (3, 4, 12):
        grid.select_row(row)
        prepared(app, qtbot)
        (path,) = dragged(app)
        assert path.name == f"walk_{row:02d}.npz"
        assert np.array_equal(load_motion(path).positions, positions_of(services, row + 1))
        assert bytes(grid.mime_of(grid.selected_items()).data(ITEMS_MIME)) == f"[[{row + 1}, 0, 0]]".encode()
    grid.clearSelection()
    for row in (20, 7):
        grid.selectionModel().select(grid.items.index(row, 0), grid.selectionModel().SelectionFlag.Select)
    prepared(app, qtbot)
    paths = dragged(app)
    assert [path.name for path in paths] == ["walk_07.npz", "walk_20.npz"]
    folder = paths[0].parent.parent
    app.window.close()
    assert not folder.exists()


def test_a_moment_is_dragged_as_its_frames_and_films_as_bvh(app: App, qtbot, services: FakeServices) -> None:
    app.window.query.set_text("left")
    qtbot.waitUntil(lambda: app.session.search.result is not None and app.session.items.items[0].rank == 1)
    grid = app.window.results.grid
    app.window.exports.choice = replace(app.window.exports.choice, kind=".mp4")
    grid.select_row(2)
    prepared(app, qtbot)
    item = grid.current_item()
    (path,) = dragged(app)
    assert path.name == f"{item.name}_0.50-{item.key[2] / FPS:.2f}s.bvh"
    assert read_motions(path)[0].n_frames == item.key[2] - 10


def test_until_the_file_is_ready_the_original_is_dragged(
    app: App, qtbot, services: FakeServices, tmp_path: Path
) -> None:
    source = tmp_path / "take.bvh"
    source.write_text("HIERARCHY")
    grid = app.window.results.grid
    prepared(app, qtbot)
    app.session.items.set_items([replace(app.session.items.items[9], path=str(source))])
    services.starter.delay_s = 0.3
    grid.select_row(0)
    assert dragged(app) == [source]
    prepared(app, qtbot)
    (path,) = dragged(app)
    assert path.name == "walk_09.bvh" and path != source
    exports = app.window.exports
    held = exports._dragged(grid.selected_items())
    assert exports.drags.files(held, exports.choice) == [path]
    app.session.libraries.opened.emit()  # imported again: the file may be of another motion now
    assert exports.drags.files(held, exports.choice) == [source]


def test_the_mouse_drags_a_card_out(app: App, qtbot, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[list[str]] = []

    class Drag:
        def __init__(self, source) -> None:
            self.mime = None

        def setMimeData(self, mime) -> None:
            self.mime = mime

        def setPixmap(self, pixmap) -> None:
            assert not pixmap.isNull()

        def exec(self, action) -> None:
            assert action == Qt.DropAction.CopyAction
            seen.append([Path(url.toLocalFile()).name for url in self.mime.urls()])

    monkeypatch.setattr(dropping, "QDrag", Drag)
    grid = app.window.results.grid
    at = grid.picture_of(1).center()
    qtbot.mousePress(grid.viewport(), Qt.MouseButton.LeftButton, pos=at)
    qtbot.waitUntil(lambda: bool(dragged(app)), timeout=60_000)  # made while the button is held
    for step in (5, 25, 45):
        qtbot.mouseMove(grid.viewport(), at + QPoint(step, 0))
    qtbot.mouseRelease(grid.viewport(), Qt.MouseButton.LeftButton, pos=at + QPoint(45, 0))
    assert seen == [["walk_01.bvh"]]


# -- the file itself, and what needs no window -------------------------------------------------------


def test_paths_are_copied_and_folders_shown(app: App, qtbot, tmp_path: Path) -> None:
    exports, opened_urls = app.window.exports, []
    exports.open_url = lambda url: bool(opened_urls.append(url.toLocalFile())) or True
    exports.reveal()
    assert "has no file" in app.window.note.text() and not opened_urls
    here = [replace(item, path=str(tmp_path / f"{item.name}.bvh")) for item in app.session.items.items[:3]]
    app.session.items.set_items(here)
    app.window.results.grid.selectAll()
    exports.copy_path()
    assert QGuiApplication.clipboard().text().splitlines() == [item.path for item in here]
    exports.reveal()
    assert opened_urls == [str(tmp_path)]


def test_collections_are_read_and_exported_though_the_window_closes_the_library(
    qtbot, tmp_path: Path, make_motions: Callable[[Path], LocalLibrary]
) -> None:
    library = make_motions(tmp_path / "library")
    ids = [record.id for record in library.motions()]
    number = library.curation().collections.create("Fights", [Marked(ids[1]), Marked(ids[0], 5, 25)])
    exports = ExportController()
    got: list[list] = []
    exports.ask_collection(library, None, got.append)
    exports.ask_collection(library, number, got.append)
    qtbot.waitUntil(lambda: len(got) == 2)
    exports.close()
    assert got[0] == [(number, "Fights", 2)]
    assert [(t.name, t.start, t.end, t.n_frames) for t in got[1]] == [("b", 0, 0, 50), ("a", 5, 25, 40)]
    library.close()
    report = run_export(library, got[1], ExportChoice(".npz", folder=str(tmp_path / "out")))
    assert not report.failures
    assert [w.path.name for w in report.written] == ["b.npz", "a_0.25-1.25s.npz"]
    assert np.array_equal(load_motion(report.written[1].path).positions, gait(40)[5:25])


@pytest.fixture
def make_motions() -> Callable[[Path], LocalLibrary]:
    """A library with two motions."""

    def make(folder: Path) -> LocalLibrary:
        library = LocalLibrary(folder)
        library.add_motions([(Motion(gait(40), "a"), ["one"]), (Motion(gait(50, 0.6), "b"), ["two"])])
        return library

    return make


def test_a_damaged_setting_is_the_default() -> None:
    for text in ("", "[]", "{", '{"kind": ".exe", "fps": "x", "size": 3, "part": "range", "folder": 4}'):
        assert choice_from_text(text, KINDS) == ExportChoice()
    choice = ExportChoice(".glb", "whole", "/x", 30.0, "reference", True, (720, 720), True)
    assert choice_from_text(choice.to_text(), KINDS) == replace(choice, overwrite=False)


def test_a_card_of_the_whole_motion_has_no_part(app: App) -> None:
    item = app.session.items.items[2]
    whole = target_of(item, services_frames := round(item.end_s * FPS))
    assert (whole.end, whole.n_frames) == (0, services_frames)
    assert target_of(item, services_frames + 5).end == services_frames
    assert Target(1, "x", 5, 9, 40).having("whole").stem == "x"
    assert Target(1, "x", 5, 9, 40).having("range", (10, 20)).stem == "x_0.50-1.00s"
