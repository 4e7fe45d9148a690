"""Videos as items: tracked, lifted, stored with what is known, found like all others."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from motionlens.cli.main import main
from motionlens.errors import CancelledError, UnreadableFileError
from motionlens.library import LocalLibrary
from motionlens.library.encoding import encode_missing
from motionlens.library.importer import import_paths
from motionlens.library.progress import ImportProgress, ImportReport
from motionlens.library.scan import scan
from motionlens.library.schema import CATALOGUE, MIGRATIONS, SCHEMA_VERSION
from motionlens.library.videos import VIDEO_SUFFIXES, read_video
from motionlens.library.writer import FileState
from motionlens.motion import Motion
from motionlens.search import SearchEngine
from motionlens.skeleton import N_JOINTS, N_PARTS
from motionlens.synthesis.compose import synthesise
from motionlens.synthesis.vocabulary import Action, Recipe, Step
from motionlens.video.camera import framing
from motionlens.video.simulate import drop, project
from motionlens.video.types import Track, VideoInfo
from motionlens.windows import PATCH_FRAMES
from tests.fakes import FakeEncoder, unit_vectors, walk

ROOT = Path(__file__).resolve().parents[1]
FAKE = {"reader": "tests.fakes:read_fake", "suffixes": {".npy"}, "workers": 0}


class FilmEncoder(FakeEncoder):
    """Knows people lifted from videos; tokens depend on what is known of them."""

    def __init__(self) -> None:
        super().__init__()
        self.filmed = 0

    def encode_videos(self, clips: Sequence[np.ndarray], known: Sequence[np.ndarray]) -> list[np.ndarray]:
        self.filmed += len(clips)
        out = []
        for clip, seen in zip(clips, known, strict=True):
            assert seen.shape == clip.shape[:2]
            assert seen.dtype == bool
            n = -(-len(clip) // PATCH_FRAMES) * N_PARTS
            out.append(unit_vectors(b"v" + clip.tobytes() + seen.tobytes(), n, self.dim).astype(np.float16))
        return out


class FakeTracker:
    """Sees a simulated person in each file; the file's name asks for misbehaviour."""

    made = 0
    stalled = False

    def __init__(self) -> None:
        type(self).made += 1
        self.closed = False
        self.pid: int | None = 1

    def probe(self, path: str | Path, cancelled: Callable[[], bool] | None = None) -> VideoInfo:
        return VideoInfo(str(path), 640, 480, 25.0, 3.0, 0, False, "h264")

    def track(
        self,
        path: str | Path,
        start_s: float = 0.0,
        end_s: float | None = None,
        person: tuple[float, float] | None = None,
        progress: Callable[[int, int], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> Track:
        name = Path(path).name
        if "nobody" in name:
            raise UnreadableFileError(f"{path} shows no person: choose another clip.")
        if "stall" in name and not self.stalled:
            self.pid, type(self).stalled = None, True
            raise UnreadableFileError(f"{path} took too long to read: it may be damaged; export it again.")
        if "fault" in name:
            raise RuntimeError("a fault of the tracker")
        for done in range(5):
            if progress is not None:
                progress(done, 5)
            if cancelled is not None and cancelled():
                raise CancelledError(f"Work on {path} was cancelled.")
            time.sleep(0.02 if "slow" in name else 0.0)
        motion = _person(len(name) % 3)
        rng = np.random.default_rng(len(name))
        return drop(project(motion, framing(motion, 20.0, 1.3), rng=rng), 0.4, rng, length=20.0)

    def close(self) -> None:
        self.closed = True


_PEOPLE: dict[int, np.ndarray] = {}


def _person(seed: int) -> np.ndarray:
    if seed not in _PEOPLE:
        steps = (Step(Action("stand"), Action("wave", side="left")),)
        _PEOPLE[seed] = synthesise(Recipe(steps=steps, seed=seed)).positions[:60]
    return _PEOPLE[seed]


@pytest.fixture
def library(tmp_path: Path) -> LocalLibrary:
    made = LocalLibrary(tmp_path / "library")
    yield made
    made.close()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "clips"
    folder.mkdir()
    return folder


def film(path: Path, content: bytes = b"") -> Path:
    path.write_bytes(content or path.name.encode())
    return path


def run(library: LocalLibrary, *paths: Path, encoder: Any = None, **options: Any) -> ImportReport:
    return import_paths(
        library, paths, encoder, **{**FAKE, "videos": True, "tracker": FakeTracker, **options}
    )


def test_a_video_becomes_a_motion_with_what_is_known_of_it(library: LocalLibrary, source: Path) -> None:
    clip = film(source / "wave.MP4")
    np.save(source / "walk.npy", walk(40, 1))
    (source / "wave.txt").write_text("a person waves\n")
    encoder = FilmEncoder()
    report = run(library, source, encoder=encoder)
    assert (report.imported, report.failed, report.encoded, encoder.filmed) == (2, 0, 2, 1)
    recorded, video = library.motions()
    assert (recorded.kind, video.kind) == ("motion", "video")
    assert (video.name, video.path, video.captions) == ("wave", str(clip), ("a person waves",))
    assert library.known(recorded.id) is None
    known = library.known(video.id)
    assert known is not None
    assert (known.shape, known.dtype) == ((video.n_frames, N_JOINTS), bool)
    assert 0.2 < known.mean() < 1.0, "the simulated tracker drops landmarks"
    expected = read_video(clip, FakeTracker())
    assert np.array_equal(library.positions(video.id), expected.motions[0].positions)
    assert np.array_equal(known, expected.known[0])
    assert video.inferred["format"] == "video"
    assert (video.source_fps, video.inferred["video"]["width"]) == (25.0, 640)
    assert video.inferred["known_share"] == pytest.approx(known.mean(), abs=1e-3)
    # its tokens are the video tower's, of what is known
    moment = next(m for m in library.moments() if m.motion_id == video.id)
    wanted = encoder.encode_videos([library.positions(video.id)], [known])[0]
    batch = next(library.token_batches(encoder.fingerprint, 100))
    at = batch.moment_ids.tolist().index(moment.id)
    assert np.array_equal(batch.tokens[batch.offsets[at] : batch.offsets[at + 1]], wanted)
    result = SearchEngine(library, encoder).search("a person waves", k=10)
    assert {hit.id for hit in result.hits} == {recorded.id, video.id}


def test_videos_are_left_out_and_counted_unless_asked_for(
    library: LocalLibrary, source: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    film(source / "a.mp4")
    film(source / "b.webm")
    np.save(source / "walk.npy", walk(40, 1))
    report = run(library, source, videos=False)
    assert (report.files, report.imported, report.videos_left_out) == (1, 1, 2)
    assert report.to_dict()["videos_left_out"] == 2
    assert run(library, source / "a.mp4").imported == 1
    assert run(library, source, videos=False).videos_left_out == 1  # the other is in already
    assert len(library.motions()) == 2
    named = run(library, source / "b.webm", videos=False)
    assert "import it with --videos" in named.failures[0].message
    target = str(source.parent / "other")
    assert main(["import", str(source), "--library", target, "--no-index"]) == 0
    assert "2 videos were left out: add --videos" in capsys.readouterr().out


def test_one_bad_video_never_stops_the_others(library: LocalLibrary, source: Path) -> None:
    for name in ("a.mp4", "nobody.mp4", "fault.mov", "z.gif"):
        film(source / name)
    report = run(library, source, encoder=FilmEncoder())
    assert (report.imported, report.failed, report.encoded) == (2, 2, 2)
    said = {Path(f.path).stem: f.message for f in library.failures()}
    assert said["nobody"].endswith("shows no person: choose another clip.")
    assert "RuntimeError" in said["fault"] and str(source) in said["fault"]
    made = FakeTracker.made
    again = run(library, source)
    assert (again.unchanged, again.failed) == (2, 2)
    assert FakeTracker.made == made, "nothing changed, so nothing is tracked"


def test_a_video_whose_process_stalled_is_tried_again(
    library: LocalLibrary, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FakeTracker, "stalled", False)
    film(source / "stall.mp4")
    assert run(library, source).failed == 1
    report = run(library, source)
    assert (report.imported, report.failed) == (1, 0)
    assert not library.failures()


def test_unchanged_touched_changed_and_moved_videos(
    library: LocalLibrary, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a, b = film(source / "a.mp4"), film(source / "bb.mp4")
    assert run(library, source).imported == 2
    os.utime(a, (1, 1))
    made = FakeTracker.made
    assert run(library, source).unchanged == 2
    b.rename(source / "moved.mp4")
    report = run(library, source)
    assert (report.imported, report.moved, report.unchanged) == (1, 1, 1)
    assert [Path(r.path).name for r in library.motions()] == ["a.mp4", "moved.mp4"]
    assert FakeTracker.made == made + 1
    film(a, b"another take")
    assert run(library, source).imported == 1
    monkeypatch.setattr("motionlens.library.videos.LIFT_VERSION", 99)
    assert run(library, source).imported == 2
    assert [r.id for r in library.motions()] == [1, 2]


def test_cancelling_in_the_middle_of_a_video_keeps_what_is_finished(
    library: LocalLibrary, source: Path
) -> None:
    for name in ("a.mp4", "b slow.mp4", "c.mp4"):
        film(source / name)
    seen: list[ImportProgress] = []

    def stop() -> bool:
        return any("b slow" in p.current and p.part > 0.3 for p in seen)

    encoder = FilmEncoder()
    report = run(library, source, encoder=encoder, progress=seen.append, cancelled=stop)
    assert report.cancelled
    assert [r.name for r in library.motions()] == ["a"]
    assert encoder.filmed == 1, "a finished video is searchable before the next is tracked"
    assert not library.failures()
    report = run(library, source, encoder=encoder)
    assert (report.imported, report.unchanged, report.cancelled) == (2, 1, False)
    assert not library.moments_without_tokens(encoder.fingerprint)


def test_killed_imports_of_videos_go_on_and_leave_no_half(tmp_path: Path, source: Path) -> None:
    for i in range(8):
        film(source / f"clip {i:02d} slow.mp4")
    folder = tmp_path / "library"
    code = (
        "import sys\nfrom motionlens.library import LocalLibrary\n"
        "from motionlens.library.importer import import_paths\n"
        "from tests.test_library_videos import FakeTracker, FilmEncoder\n"
        "import_paths(LocalLibrary(sys.argv[1]), [sys.argv[2]], FilmEncoder(), workers=0, videos=True, "
        "tracker=FakeTracker, progress=lambda p: print(p.imported, flush=True))\n"
    )
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "core")])}
    grown = [0]
    for enough in (2, 4):
        process = subprocess.Popen(
            [sys.executable, "-c", code, str(folder), str(source)], stdout=subprocess.PIPE, env=env, text=True
        )
        assert process.stdout is not None
        for line in process.stdout:
            if int(line) >= enough:
                break
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
        process.stdout.close()
        with LocalLibrary(folder) as library:
            grown.append(library.counts().motions)
            _whole(library)
    assert 0 < grown[1] < grown[2] < 8
    with LocalLibrary(folder) as library:
        report = run(library, source, encoder=FilmEncoder())
        assert (report.imported, report.unchanged) == (8 - grown[2], grown[2])
        _whole(library)


def _whole(library: LocalLibrary) -> None:
    for record in library.motions():
        expected = read_video(Path(record.path), FakeTracker())
        assert np.array_equal(library.positions(record.id), expected.motions[0].positions)
        assert np.array_equal(library.known(record.id), expected.known[0])


def test_a_library_of_the_first_version_opens_and_keeps_everything(tmp_path: Path) -> None:
    folder = tmp_path / "old"
    folder.mkdir()
    connection = sqlite3.connect(folder / CATALOGUE)
    connection.execute("PRAGMA journal_mode = WAL")
    for statement in MIGRATIONS[0]:
        connection.execute(statement)
    connection.execute("PRAGMA user_version = 1")
    positions = walk(50, 3)
    connection.execute(
        "INSERT INTO files VALUES (4, '/mocap/a.bvh', 10, 20, 'h', 'reader=1', 'ok', '2026-01-01T00:00:00')"
    )
    connection.execute("INSERT INTO motions VALUES (7, 4, 0, 'a', 50, 120.0, 0, NULL, '{\"unit\": \"m\"}')")
    connection.execute("INSERT INTO captions VALUES (7, 0, 'a person walks', NULL)")
    connection.execute("INSERT INTO moments VALUES (9, 7, 0, 50)")
    connection.execute("INSERT INTO arrays VALUES ('positions', 50)")
    connection.commit()
    connection.close()
    (folder / "positions.f32").write_bytes(positions.tobytes())
    with LocalLibrary(folder) as library:
        record = library.motion(7)
        assert (record.name, record.path, record.kind) == ("a", "/mocap/a.bvh", "motion")
        assert record.captions == ("a person walks",)
        assert library.known(7) is None
        assert np.array_equal(library.positions(7), positions)
        encoder = FilmEncoder()
        assert encode_missing(library, encoder) == 1
        with library.writing() as writer:
            writer.store_file(
                FileState("/clips/a.mp4", 1, 2, "v", "x"),
                [Motion(walk(30, 4), "b")],
                [],
                known=[np.eye(30, N_JOINTS, dtype=bool)],
            )
        assert np.array_equal(library.known(8), np.eye(30, N_JOINTS, dtype=bool))
    connection = sqlite3.connect(folder / CATALOGUE)
    assert connection.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
    connection.close()


def test_a_video_that_becomes_a_recorded_motion_forgets_its_mask(library: LocalLibrary) -> None:
    state = FileState("/clips/a", 1, 2, "v", "x")
    with library.writing() as writer:
        writer.store_file(state, [Motion(walk(30, 4), "b")], [], known=[np.ones((30, N_JOINTS), bool)])
        assert library.motion(1).kind == "video"
        writer.store_file(state, [Motion(walk(20, 4), "b")], [])
    assert library.motion(1).kind == "motion"
    assert library.known(1) is None


def test_scan_notes_videos_apart(tmp_path: Path) -> None:
    for name in ("a.mp4", "b.npy", "sub/c.MOV", ".hidden.mp4"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    found = scan([tmp_path], {".npy"}, noted=VIDEO_SUFFIXES)
    assert [p.name for p in found.files] == ["b.npy"]
    assert [p.name for p in found.others] == ["a.mp4", "c.MOV"]
    assert not scan([tmp_path], {".npy"}).others


def test_a_rendered_clip_is_tracked_and_lifted_on_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("mediapipe")
    pytest.importorskip("av")
    from motionlens.video.figure import random_look
    from motionlens.video.render import Scene, render, write_video
    from motionlens.video.simulate import at_frames

    motion = _person(0)[20:44]
    source = tmp_path / "clips"
    source.mkdir()
    camera = framing(motion, 20.0, 1.3)
    frames = at_frames(motion, np.arange(8) * 2.0)
    look = random_look(np.random.default_rng(0))
    write_video(source / "wave.mp4", render(frames, camera, look, Scene()), 10)
    (source / "broken.mp4").write_bytes((source / "wave.mp4").read_bytes()[:300])
    folder = tmp_path / "library"
    assert main(["import", str(source), "--library", str(folder), "--videos", "--no-index"]) == 1
    said = capsys.readouterr()
    assert "1 imported" in said.out
    assert "broken.mp4" in said.err
    with LocalLibrary(folder) as library:
        (record,) = library.motions()
        assert (record.kind, record.source_fps) == ("video", pytest.approx(10.0))
        assert record.inferred["video"]["height"] == camera.height
        known = library.known(record.id)
        assert known is not None and known.mean() > 0.6
        wrists = library.positions(record.id)[:, 20:22, 1].mean(axis=0)
        assert wrists[0] > wrists[1] + 0.15, "waves with the left hand"
    shutil.rmtree(folder)


def test_the_real_clips_come_in_and_say_what_was_assumed(
    library: LocalLibrary, data_dir: Path, tmp_path: Path
) -> None:
    pytest.importorskip("mediapipe")
    pytest.importorskip("av")
    from motionlens.video.remote import VideoProcess

    class Beginning(VideoProcess):
        """Only the first seconds, to keep the test short."""

        def track(self, path: str | Path, *args: Any, **options: Any) -> Track:
            return super().track(path, 0.0, 0.6, **options)

    report = run(library, data_dir / "video", tracker=Beginning)
    assert (report.imported, report.failed) == (2, 0), report.failures
    for record in library.motions():
        known = library.known(record.id)
        assert known is not None and known.mean() > 0.5, record.name
        assert 6 <= record.n_frames <= 13
        assert np.isfinite(library.positions(record.id)).all()
        assert record.inferred["video"]["width"] > 0
