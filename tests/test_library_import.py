"""Import: nothing lost, nothing doubled, nothing of the user's touched, every failure named."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from motionlens.errors import MotionLensError
from motionlens.library import LibraryError, LocalLibrary
from motionlens.library.encoding import encode_missing
from motionlens.library.importer import import_paths
from motionlens.library.progress import ImportProgress, ImportReport
from motionlens.library.scan import scan
from tests.fakes import FakeEncoder, walk

ROOT = Path(__file__).resolve().parents[1]
FAKE = {"reader": "tests.fakes:read_fake", "suffixes": {".npy"}}


@pytest.fixture(autouse=True)
def _workers_find_the_fakes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT))


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    return folder


@pytest.fixture
def library(tmp_path: Path) -> LocalLibrary:
    made = LocalLibrary(tmp_path / "library")
    yield made
    made.close()


def put(path: Path, seed: int = 0, n_frames: int = 40) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    np.save(path, walk(n_frames, seed))
    return path


def run(library: LocalLibrary, *paths: Path, encoder: Any = None, **options: Any) -> ImportReport:
    return import_paths(library, paths, encoder, **{**FAKE, "workers": 0, **options})


def check_whole(library: LocalLibrary, files: dict[Path, np.ndarray]) -> None:
    """Every file exactly once, arrays intact, moments right."""
    records = library.motions()
    assert sorted(record.path for record in records) == sorted(str(path) for path in files)
    for record in records:
        expected = files[Path(record.path)]
        assert np.array_equal(library.positions(record.id), expected)
        assert np.array_equal(library.positions(record.id, original=True), expected * np.float32(1.1))
    spans = [(m.motion_id, m.start_frame) for m in library.moments()]
    assert len(spans) == len(set(spans))
    assert {motion_id for motion_id, _ in spans} == {record.id for record in records}


def test_killed_with_9_again_and_again(tmp_path: Path, source: Path) -> None:
    files = {}
    for i in range(60):
        path = put(source / f"sub{i % 3}" / f"take {i:02d} slow.npy", i, 30 + 6 * i)
        files[path] = np.load(path)
    folder = tmp_path / "library"
    code = (
        "import sys\nfrom pathlib import Path\nfrom motionlens.library import LocalLibrary\n"
        "from motionlens.library.importer import import_paths\nfrom tests.fakes import FakeEncoder\n"
        "import_paths(LocalLibrary(sys.argv[1]), [sys.argv[2]], FakeEncoder(), workers=1, "
        "reader='tests.fakes:read_fake', suffixes={'.npy'}, "
        "progress=lambda p: print(p.imported, flush=True))\n"
    )
    paths = os.pathsep.join([str(ROOT), str(ROOT / "core")])
    env = {**os.environ, "PYTHONPATH": paths, "OMP_NUM_THREADS": "1"}
    chance = random.Random(7)
    grown = [0]
    for _ in range(5):
        process = subprocess.Popen(
            [sys.executable, "-c", code, str(folder), str(source)], stdout=subprocess.PIPE, env=env, text=True
        )
        assert process.stdout is not None
        enough = chance.randrange(1, 10)
        for line in process.stdout:
            if int(line) >= enough:
                break
        time.sleep(chance.random() * 0.1)
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL, "the kill must hit the middle of the import"
        process.stdout.close()
        with LocalLibrary(folder) as library:
            grown.append(library.counts().motions)
            done = {Path(r.path): files[Path(r.path)] for r in library.motions()}
            check_whole(library, done)
    assert grown == sorted(set(grown)), "every start goes on where the one before was killed"
    assert grown[-1] < 60
    with LocalLibrary(folder) as library:
        encoder = FakeEncoder()
        report = run(library, source, encoder=encoder)
        assert (report.imported, report.unchanged, report.failed) == (60 - grown[-1], grown[-1], 0)
        check_whole(library, files)
        tokens = list(library.token_batches(encoder.fingerprint, 1000))
        assert [m.id for m in library.moments()] == tokens[0].moment_ids.tolist()
        for moment, a, b in zip(
            library.moments(), tokens[0].offsets[:-1], tokens[0].offsets[1:], strict=True
        ):
            clip = library.positions(moment.motion_id)[moment.start_frame : moment.end_frame]
            assert np.array_equal(tokens[0].tokens[a:b], encoder.encode_motions([clip])[0])


def test_bad_files_are_listed_and_the_rest_come_in(library: LocalLibrary, source: Path) -> None:
    for i in range(4):
        put(source / f"good{i}.npy", i)
    for name in ("hang", "crash", "bug", "bomb"):
        put(source / f"{name}.npy")
    (source / "junk.npy").write_bytes(b"\0\1junk")
    (source / "empty.npy").touch()
    report = run(library, source, source / "gone", workers=2, timeout_s=2.0)
    assert report.imported == 4
    said = {Path(f.path).stem: f.message for f in report.failures}
    assert said.keys() == {"hang", "crash", "bug", "bomb", "junk", "empty", "gone"}
    assert "longer than 2 s" in said["hang"]
    assert "crash" in said["crash"]
    assert "ZeroDivisionError" in said["bug"]
    assert "memory" in said["bomb"]
    assert "no NumPy array" in said["junk"]
    assert "connect its drive" in said["gone"]
    for failure in report.failures:
        assert failure.path in failure.message
        assert "\n" not in failure.message
    assert {Path(f.path).stem for f in library.failures()} == said.keys() - {"gone"}


def test_a_failure_is_tried_again_when_it_changed_and_forgotten_when_gone(
    library: LocalLibrary, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, gone = source / "a.npy", source / "b.npy"
    bad.write_bytes(b"junk")
    gone.write_bytes(b"more junk")
    assert run(library, source).failed == 2
    monkeypatch.setattr("tests.fakes.read_fake", lambda *_: pytest.fail("read again"))
    assert run(library, source).failed == 2  # still named, though not read again
    monkeypatch.undo()
    monkeypatch.syspath_prepend(str(ROOT))
    put(bad)
    gone.unlink()
    report = run(library, source)
    assert (report.imported, report.failed) == (1, 0)
    assert not library.failures()
    assert library.counts().files == 1


def test_a_new_reader_version_reads_everything_again(
    library: LocalLibrary, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(source / "a.npy")
    (source / "b.npy").write_bytes(b"junk")
    run(library, source)
    assert run(library, source).imported == 0
    monkeypatch.setattr("motionlens.readers.READER_VERSION", 99, raising=False)
    report = run(library, source)
    assert (report.imported, report.failed) == (1, 1)
    assert [r.id for r in library.motions()] == [1]


def test_unchanged_changed_touched(library: LocalLibrary, source: Path) -> None:
    a, b, c = (put(source / f"{n}.npy", i) for i, n in enumerate("abc"))
    encoder = FakeEncoder()
    assert run(library, source, encoder=encoder).encoded == 3
    put(b, 17, 170)
    os.utime(c, (1, 1))
    report = run(library, source, encoder=encoder)
    assert (report.imported, report.unchanged, report.moments, report.encoded) == (1, 2, 2, 2)
    check_whole(library, {path: np.load(path) for path in (a, b, c)})
    assert [record.id for record in library.motions()] == [1, 2, 3]
    assert run(library, source).unchanged == 3
    assert library.counts().moments == 4


def test_a_changed_file_that_cannot_be_read_keeps_its_motions(library: LocalLibrary, source: Path) -> None:
    a = put(source / "a.npy", 5)
    run(library, source)
    a.write_bytes(b"cut short")
    report = run(library, source)
    assert report.failed == 1
    assert np.array_equal(library.positions(1), walk(40, 5))
    assert len(library.failures()) == 1


def test_several_motions_a_file_and_fewer_later(library: LocalLibrary, source: Path) -> None:
    both = source / "two.npy"
    np.save(both, np.stack([walk(30, 1), walk(30, 2)]))
    run(library, source)
    assert [r.name for r in library.motions()] == ["two 1", "two 2"]
    np.save(both, walk(30, 3))
    run(library, source)
    assert [(r.id, r.name) for r in library.motions()] == [(1, "two")]
    assert library.counts().moments == 1


def test_renamed_files_keep_their_ids(library: LocalLibrary, source: Path, tmp_path: Path) -> None:
    put(source / "a.npy", 1)
    put(source / "b.npy", 2)
    run(library, source)
    moved = tmp_path / "elsewhere"
    shutil.move(source, moved)
    (moved / "a.npy").rename(moved / "ä 歩く.npy")
    report = run(library, moved)
    assert (report.imported, report.moved, report.duplicates) == (2, 2, ())
    paths = {record.id: record.path for record in library.motions()}
    assert paths == {1: str(moved / "ä 歩く.npy"), 2: str(moved / "b.npy")}
    assert library.motion(1).name == "ä 歩く"


def test_a_missing_drive_is_no_deletion(library: LocalLibrary, source: Path, tmp_path: Path) -> None:
    put(source / "a.npy", 1)
    run(library, source)
    shutil.move(source, tmp_path / "unplugged")
    report = run(library, source)
    assert report.failed == 1
    record = library.motion(1)
    assert not record.available
    assert np.array_equal(library.positions(1), walk(40, 1))
    shutil.move(tmp_path / "unplugged", source)
    assert run(library, source).unchanged == 1
    assert library.motion(1).available


def test_duplicates_are_noted_and_kept(library: LocalLibrary, source: Path) -> None:
    put(source / "a.npy", 1)
    put(source / "copy" / "a.npy", 1)
    report = run(library, source)
    assert report.imported == 2
    assert report.duplicates == ((str(source / "copy" / "a.npy"), str(source / "a.npy")),)
    assert library.duplicates() == [(str(source / "a.npy"), str(source / "copy" / "a.npy"))]


def test_given_twice_comes_in_once(
    library: LocalLibrary, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a = put(source / "a.npy", 1)
    (source / "link").symlink_to(source, target_is_directory=True)
    (source / "link.npy").symlink_to(a)
    monkeypatch.chdir(source)
    report = run(library, source, source, a, Path("a.npy"), Path())
    assert (report.files, report.imported) == (1, 1)


def test_another_way_to_the_same_file_is_no_other_file(
    library: LocalLibrary, source: Path, tmp_path: Path
) -> None:
    a = put(source / "a.npy", 1)
    run(library, source)
    (tmp_path / "link").symlink_to(source, target_is_directory=True)
    report = run(library, tmp_path / "link")
    assert (report.moved, report.duplicates, library.counts().motions) == (1, (), 1)
    (source / "hard.npy").hardlink_to(a)
    assert len(run(library, tmp_path / "link").duplicates) == 1
    assert library.counts().motions == 2


def test_cancelled_keeps_what_is_done_and_goes_on_later(library: LocalLibrary, source: Path) -> None:
    for i in range(12):
        put(source / f"{i:02d} slow.npy", i)
    seen: list[ImportProgress] = []
    report = run(library, source, workers=2, progress=seen.append, cancelled=lambda: len(seen) >= 5)
    assert report.cancelled
    assert 1 <= report.imported < 12
    assert library.counts().motions == report.imported
    again = run(library, source, encoder=FakeEncoder())
    assert not again.cancelled
    assert (again.unchanged, again.imported, again.encoded) == (report.imported, 12 - report.imported, 12)


def test_progress_tells_the_whole_story(library: LocalLibrary, source: Path) -> None:
    for i in range(3):
        put(source / f"{i}.npy", i)
    (source / "x.npy").write_bytes(b"x")
    seen: list[ImportProgress] = []
    run(library, source, encoder=FakeEncoder(), progress=seen.append)
    assert [s.stage for s in seen if s.stage != "read"] == ["scan", "encode", "done"]
    reads = [s for s in seen if s.stage == "read"]
    assert [(s.done, s.total) for s in reads] == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert (seen[-1].imported, seen[-1].failed) == (3, 1)


def test_without_a_model_then_with(library: LocalLibrary, source: Path) -> None:
    put(source / "a.npy", 1)
    assert run(library, source).encoded == 0
    encoder = FakeEncoder()
    assert len(library.moments_without_tokens(encoder.fingerprint)) == 1
    assert encode_missing(library, encoder) == 1
    assert run(library, source, encoder=encoder).encoded == 0
    assert run(library, source, encoder=FakeEncoder("other")).encoded == 1


def test_captions_come_from_sidecars_and_follow_them(library: LocalLibrary, source: Path) -> None:
    put(source / "a.npy", 1)
    (source / "a.txt").write_text("a person waves\nsomeone says hello\n", encoding="utf-8")
    put(source / "b.npy", 2)
    assert run(library, source).failed == 0
    assert [r.captions for r in library.motions()] == [("a person waves", "someone says hello"), ()]
    (source / "a.txt").unlink()
    (source / "b.txt").write_text("a bow", encoding="utf-8")
    generation = library.generation()
    assert run(library, source).unchanged == 2
    assert [r.captions for r in library.motions()] == [(), ("a bow",)]
    assert library.generation() > generation


def test_user_files_are_not_touched(library: LocalLibrary, source: Path) -> None:
    put(source / "a.npy", 1)
    (source / "junk.npy").write_bytes(b"junk")
    (source / "a.txt").write_text("walk")

    def state() -> dict[str, tuple[bytes, int]]:
        return {p.name: (p.read_bytes(), p.stat().st_mtime_ns) for p in sorted(source.iterdir())}

    before = state()
    run(library, source, encoder=FakeEncoder())
    assert state() == before


def test_two_importers(library: LocalLibrary, source: Path) -> None:
    put(source / "a.npy")
    with library.writing(), pytest.raises(LibraryError, match="Another import"):
        run(LocalLibrary(library.path), source)


def test_mapping_is_remembered_for_its_files(library: LocalLibrary, source: Path, tmp_path: Path) -> None:
    a = put(source / "a.npy", 1)
    run(library, source)
    mapping = tmp_path / "mapping.json"
    mapping.write_text('{"fps": 30}')
    assert run(library, source, mapping=mapping).imported == 1  # another mapping is another reading
    mapping.unlink()
    assert run(library, source).unchanged == 1
    put(a, 2)
    report = run(library, source)
    assert (report.imported, report.failed) == (1, 0)
    mapping.write_text('{"no such key": 1}')
    with pytest.raises(MotionLensError, match=r"mapping\.json"):
        run(library, source, mapping=mapping)
    mapping.unlink()
    with pytest.raises(MotionLensError, match=r"mapping\.json"):
        run(library, source, mapping=mapping)


def test_an_amc_is_read_again_when_its_skeleton_comes(library: LocalLibrary, source: Path) -> None:
    (source / "walk.amc").write_text("1\n")
    options: dict[str, Any] = {"suffixes": {".amc"}, "reader": "tests.fakes:read_fake"}
    assert run(library, source, **options).failed == 1
    assert run(library, source, **options).failed == 1
    np.save(source / "walk.npy", walk(20, 1))
    (source / "walk.npy").rename(source / "walk.amc")
    (source / "skeleton.asf").touch()
    assert run(library, source, **options).imported == 1
    assert run(library, source, **options).unchanged == 1
    (source / "skeleton.asf").write_text("changed")
    assert run(library, source, **options).imported == 1


def test_scan_leaves_out_what_is_no_motion(tmp_path: Path) -> None:
    for name in (
        "new_joints/1.npy",
        "new_joint_vecs/1.npy",
        "Mean.npy",
        "Std.npy",
        ".hidden/2.npy",
        "x/B.BVH",
    ):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    (tmp_path / "x" / "a.txt").touch()
    found = scan([tmp_path, tmp_path / "x" / "a.txt", tmp_path / "no"], {".npy", ".bvh"})
    assert [path.name for path in found.files] == ["1.npy", "B.BVH"]
    assert found.files[0].parent.name == "new_joints"
    assert [path.name for path in found.unsupported] == ["a.txt"]
    assert [path.name for path in found.missing] == ["no"]


def test_names_that_are_no_text_are_listed(library: LocalLibrary, source: Path) -> None:
    try:
        (source / os.fsdecode(b"bad\xff.npy")).write_bytes(b"")
    except OSError:
        pytest.skip("this file system has no such names")
    put(source / "good.npy")
    report = run(library, source)
    assert (report.imported, report.failed) == (1, 1)
    assert "rename it" in report.failures[0].message


def test_real_files_come_in_with_captions(library: LocalLibrary, data_dir: Path) -> None:
    folder = data_dir / "cmu" / "07"
    trials = [p for p in folder.iterdir() if p.suffix in {".amc", ".bvh"}]
    report = import_paths(library, [folder], None)
    assert (report.imported, report.failed) == (len(trials), 0), report.failures
    for record in library.motions():
        assert record.captions, record.path
        positions = library.positions(record.id)
        assert 1.2 < np.ptp(positions[0, :, 1]) < 2.1
        assert np.isfinite(positions).all()
