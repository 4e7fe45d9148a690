"""The library on disk: what is written is read back, and a bad folder is refused in one sentence."""

from __future__ import annotations

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from motionlens.library import LibraryBusyError, LibraryError, LocalLibrary
from motionlens.library.arrays import FlatArray
from motionlens.library.encoding import encode_missing
from motionlens.library.schema import CATALOGUE, SCHEMA_VERSION
from motionlens.library.writer import FileState
from motionlens.motion import Motion
from tests.fakes import FakeEncoder, walk


def _motion(name: str, n_frames: int = 50, seed: int = 0, original: bool = False) -> Motion:
    positions = walk(n_frames, seed)
    return Motion(
        positions, name, "", 60.0, positions * np.float32(1.2) if original else None, {"unit": "cm"}
    )


def _state(path: Path | str, content: str = "h") -> FileState:
    return FileState(str(path), 10, 20, content, "reader=1")


@pytest.fixture
def library(tmp_path: Path) -> LocalLibrary:
    made = LocalLibrary(tmp_path / "Bewegungen ü 動作")
    yield made
    made.close()


def test_everything_stored_is_read_back(library: LocalLibrary, tmp_path: Path) -> None:
    source = tmp_path / "gehen.bvh"
    source.touch()
    first, second = _motion("a", 50, 1, original=True), _motion("b", 200, 2)
    with library.writing() as writer:
        moments = writer.store_file(_state(source), [first, second], ["a person walks", "walking"])
    assert len(moments) == 3  # 50 frames are one moment, 200 are two
    a, b = library.motions()
    assert (a.name, a.path, a.source_fps, a.captions) == (
        "a",
        str(source),
        60.0,
        ("a person walks", "walking"),
    )
    assert a.inferred == {"unit": "cm"}
    assert library.captions_of(b.id) == a.captions
    assert np.array_equal(library.positions(b.id), second.positions)
    assert np.array_equal(library.positions(a.id, original=True), first.original_positions)
    assert np.array_equal(library.positions(b.id, original=True), second.positions)
    loaded = library.load(a.id)
    assert np.array_equal(loaded.display_positions, first.original_positions)
    assert library.load(b.id).original_positions is None
    with pytest.raises(ValueError, match="read-only"):
        library.positions(a.id)[0] = 0
    spans = [(m.motion_id, m.start_frame, m.end_frame) for m in library.moments()]
    assert spans == [(a.id, 0, 50), (b.id, 0, 160), (b.id, 40, 200)]
    assert library.moment(2).motion_id == b.id
    counts = library.counts()
    assert (counts.files, counts.motions, counts.moments, counts.captions) == (1, 2, 3, 4)
    assert counts.duration_s == pytest.approx(12.5)


def test_unknown_ids_are_one_sentence(library: LocalLibrary) -> None:
    assert library.find(7) is None
    for ask in (library.motion, library.moment, library.positions):
        with pytest.raises(LibraryError, match="7"):
            ask(7)


def test_a_missing_source_is_unavailable_and_kept(library: LocalLibrary, tmp_path: Path) -> None:
    source = tmp_path / "drive" / "walk.bvh"
    with library.writing() as writer:
        writer.store_file(_state(source), [_motion("walk")], [])
        writer.store_motion(_motion("synthesised"), [("a person walks", {"words": [1]})])
    assert [record.available for record in library.motions()] == [False, True]
    source.parent.mkdir()
    source.touch()
    assert library.motion(1).available
    assert library.groundings_of(2) == ({"words": [1]},)


def test_a_failed_transaction_leaves_nothing(library: LocalLibrary) -> None:
    good, bad = _motion("good"), _motion("bad")
    object.__setattr__(bad, "inferred", {"not JSON": object()})
    before = library.generation()
    with library.writing() as writer:
        with pytest.raises(TypeError):
            writer.store_file(_state("/a"), [good, bad], [])
        assert library.counts().motions == 0
        assert library.generation() == before
        writer.store_file(_state("/b"), [_motion("next", seed=5)], [])
    # The bytes of the failed file were garbage behind the end: the next file took their place.
    assert np.array_equal(library.positions(1), walk(50, 5))
    assert (library.path / "positions.f32").stat().st_size == 2 * good.positions.nbytes
    with library.writing() as writer:
        writer.store_file(_state("/c"), [_motion("last", seed=6)], [])
    assert (library.path / "positions.f32").stat().st_size == 2 * good.positions.nbytes


def test_a_view_outlives_growth_and_replacement(library: LocalLibrary) -> None:
    with library.writing() as writer:
        writer.store_file(_state("/a"), [_motion("a", seed=1)], [])
        view = library.positions(1)
        for seed in range(2, 30):
            writer.store_file(_state("/a", str(seed)), [_motion("a", seed=seed)], [])
    assert np.array_equal(view, walk(50, 1))
    assert np.array_equal(library.positions(1), walk(50, 29))
    assert library.counts().motions == 1


def test_reimport_keeps_ids_and_drops_stale_tokens(library: LocalLibrary) -> None:
    encoder = FakeEncoder()
    with library.writing() as writer:
        writer.store_file(_state("/a"), [_motion("a", 200, 1), _motion("b", 50, 2)], ["x"])
        writer.store_file(_state("/z"), [_motion("z", 50, 3)], [])
    assert encode_missing(library, encoder) == 4
    with library.writing() as writer:
        writer.store_file(_state("/a", "h2"), [_motion("a", 300, 4)], ["y"])
    assert [(r.id, r.name, r.captions) for r in library.motions()] == [(1, "a", ("y",)), (3, "z", ())]
    assert [m.id for m in library.moments() if m.motion_id == 1][:2] == [1, 2]
    missing = {m.id for m in library.moments_without_tokens(encoder.fingerprint)}
    assert missing == {m.id for m in library.moments() if m.motion_id == 1}
    assert encode_missing(library, encoder) == len(missing)
    _check_tokens(library, encoder)


def _check_tokens(library: LocalLibrary, encoder: FakeEncoder) -> None:
    """Tokens of every moment are those of its frames, in moment order."""
    seen = []
    for batch in library.token_batches(encoder.fingerprint, 2):
        for place, moment_id in enumerate(batch.moment_ids):
            moment = library.moment(int(moment_id))
            clip = library.positions(moment.motion_id)[moment.start_frame : moment.end_frame]
            expected = encoder.encode_motions([clip])[0]
            assert np.array_equal(batch.tokens[batch.offsets[place] : batch.offsets[place + 1]], expected)
            seen.append(int(moment_id))
    assert seen == [moment.id for moment in library.moments()]


def test_old_tokens_stay_until_the_new_are_whole(library: LocalLibrary) -> None:
    old, new = FakeEncoder("old", 8), FakeEncoder("odd/name ü", 16)
    with library.writing() as writer:
        for i in range(150):
            writer.store_motion(_motion(f"m{i}", 20, i), [])
    encode_missing(library, old)
    asked = iter([False, True])
    done = encode_missing(library, new, cancelled=lambda: next(asked))
    assert 0 < done < 150
    assert library.fingerprints() == ("old", "odd/name ü")
    _check_tokens(library, old)
    assert len(list(library.path.glob("tokens-*.f16"))) == 2
    assert encode_missing(library, new) == 150 - done
    assert library.fingerprints() == ("odd/name ü",)
    assert len(list(library.path.glob("tokens-*.f16"))) == 1
    _check_tokens(library, new)
    encode_missing(library, old)  # back again: nothing stale may be served
    _check_tokens(library, old)


def test_one_odd_clip_does_not_cost_its_neighbours_their_tokens(library: LocalLibrary) -> None:
    class Picky(FakeEncoder):
        def encode_motions(self, clips):  # type: ignore[no-untyped-def]
            if any(len(clip) == 33 for clip in clips):
                raise RuntimeError("no")
            return super().encode_motions(clips)

    with library.writing() as writer:
        for i in range(5):
            writer.store_motion(_motion(f"m{i}", 33 if i == 2 else 20, i), [])
    encoder = Picky()
    assert encode_missing(library, encoder) == 4
    assert [m.motion_id for m in library.moments_without_tokens(encoder.fingerprint)] == [3]


def test_reads_from_many_threads_while_one_writes(library: LocalLibrary) -> None:
    with library.writing() as writer:
        writer.store_motion(_motion("m0", 30, 0), [])
    errors: list[BaseException] = []
    stop = threading.Event()

    def read() -> None:
        try:
            while not stop.is_set():
                for record in library.motions():
                    assert np.array_equal(library.positions(record.id), walk(30, int(record.name[1:])))
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    with library.writing() as writer:
        for i in range(1, 40):
            writer.store_motion(_motion(f"m{i}", 30, i), [])
    stop.set()
    for thread in threads:
        thread.join()
    assert not errors
    assert library.counts().motions == 40


def test_a_second_writer_gets_one_sentence(library: LocalLibrary) -> None:
    other = LocalLibrary(library.path)
    with library.writing(), pytest.raises(LibraryBusyError, match="Another import"), other.writing():
        pass
    with other.writing():  # free again
        pass
    other.close()


def test_a_newer_library_is_refused_and_left_alone(tmp_path: Path) -> None:
    LocalLibrary(tmp_path / "lib").close()
    catalogue = tmp_path / "lib" / CATALOGUE
    connection = sqlite3.connect(catalogue)
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    connection.commit()
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    content = catalogue.read_bytes()
    with pytest.raises(LibraryError, match="newer MotionLens: update"):
        LocalLibrary(tmp_path / "lib")
    assert catalogue.read_bytes() == content


@pytest.mark.parametrize("junk", [b"this is no database" * 100, b"SQLite format 3\0" + b"\xff" * 5000, b""])
def test_a_damaged_catalogue_is_one_sentence_and_never_deleted(tmp_path: Path, junk: bytes) -> None:
    folder = tmp_path / "lib"
    folder.mkdir()
    (folder / CATALOGUE).write_bytes(junk)
    if not junk:  # killed before the first table was made: an empty library
        assert LocalLibrary(folder).counts().files == 0
        return
    with pytest.raises(LibraryError, match=r"damaged|could not be read") as caught:
        LocalLibrary(folder)
    assert str(folder) in str(caught.value)
    assert (folder / CATALOGUE).read_bytes() == junk


def test_damage_in_the_middle_is_one_sentence(tmp_path: Path) -> None:
    with LocalLibrary(tmp_path / "lib") as library, library.writing() as writer:
        for i in range(60):
            writer.store_motion(_motion(f"m{i}", 20, i), [("a person walks " * 20, None)] * 5)
    catalogue = tmp_path / "lib" / CATALOGUE
    content = bytearray(catalogue.read_bytes())
    content[8192:] = b"\x55" * (len(content) - 8192)
    catalogue.write_bytes(bytes(content))
    with (
        pytest.raises(LibraryError, match=r"damaged|could not be read"),
        LocalLibrary(tmp_path / "lib") as library,
    ):
        library.motions()


def test_lost_array_bytes_are_one_sentence(library: LocalLibrary) -> None:
    with library.writing() as writer:
        writer.store_motion(_motion("m"), [])
    array = library.path / "positions.f32"
    array.write_bytes(array.read_bytes()[:-1])
    with pytest.raises(LibraryError, match="shorter than the catalogue says"):
        library.positions(1)
    with library.writing() as writer, pytest.raises(LibraryError, match="shorter"):
        writer.store_motion(_motion("n"), [])
    array.unlink()
    with pytest.raises(LibraryError, match="could not be read"):
        LocalLibrary(library.path).positions(1)


def test_folders_that_are_no_library(tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match="no library in"):
        LocalLibrary(tmp_path / "nothing", create=False)
    assert not (tmp_path / "nothing").exists()
    (tmp_path / "photo.jpg").touch()
    with pytest.raises(LibraryError, match="holds other files"):
        LocalLibrary(tmp_path)
    with pytest.raises(LibraryError, match="cannot be made"):
        LocalLibrary(tmp_path / "photo.jpg" / "lib")


def test_one_new_library_opened_by_many_at_once(tmp_path: Path) -> None:
    """As an import and the window do on the first start: each opens it, none takes it for foreign."""
    for turn in range(20):
        folder, together = tmp_path / f"lib{turn}", threading.Barrier(8)

        def open_it(folder: Path = folder, together: threading.Barrier = together) -> None:
            together.wait()
            with LocalLibrary(folder) as library:
                assert library.counts().motions == 0

        with ThreadPoolExecutor(8) as pool:
            for opened in [pool.submit(open_it) for _ in range(8)]:
                opened.result()


def test_a_closed_library_says_so(library: LocalLibrary) -> None:
    library.close()
    with pytest.raises(LibraryError, match="closed"):
        library.counts()


def test_closing_while_others_read_and_write(tmp_path: Path) -> None:
    """Reads end in a sentence, the write that is at work is finished, nothing crashes."""
    folder = tmp_path / "lib"
    with LocalLibrary(folder) as library:
        library.add_motions((_motion(f"m{i}", 20, i), ["a person walks"] * 5) for i in range(100))
    for _ in range(5):
        library = LocalLibrary(folder)
        ends: list[BaseException] = []
        inside, go_on = threading.Event(), threading.Event()

        def read(library: LocalLibrary = library, ends: list[BaseException] = ends) -> None:
            try:
                while True:
                    assert len(library.motions()) >= 100
            except BaseException as end:
                ends.append(end)

        def write(
            library: LocalLibrary = library, inside: threading.Event = inside, go_on: threading.Event = go_on
        ) -> None:
            with library.writing() as writer:
                inside.set()
                go_on.wait()
                writer.store_motion(_motion("last"), [])

        threads = [threading.Thread(target=read) for _ in range(3)] + [threading.Thread(target=write)]
        for thread in threads:
            thread.start()
        inside.wait()
        library.close()
        go_on.set()
        for thread in threads:
            thread.join()
        assert len(ends) == 3
        assert all(isinstance(error, LibraryError) and "closed" in str(error) for error in ends), ends
    with LocalLibrary(folder) as library:
        assert library.counts().motions == 101


def test_flat_array_overwrites_what_was_never_committed(tmp_path: Path) -> None:
    array = FlatArray(tmp_path / "a.f32", (2,), "<f4")
    array.append(np.ones((3, 2)), 0)
    array.append(np.full((5, 2), 9.0), 3)  # "killed": nothing says that these count
    array.append(np.full((2, 2), 2.0), 3)
    assert array.rows(0, 5)[:, 0].tolist() == [1, 1, 1, 2, 2]
