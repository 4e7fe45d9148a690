"""What ``read_motions`` makes of several bodies in one file, and of errors that no reader foresaw."""

from __future__ import annotations

from pathlib import Path

import pytest

from motionlens.errors import UnmappableSkeletonError, UnreadableFileError
from motionlens.readers import READER_VERSION, READERS, read_motions
from tests.test_damaged_files import FRAMES, whole

HORSE = """ROOT Horse
{
  OFFSET 0 0 0
  CHANNELS 3 Xposition Yposition Zposition
  JOINT Withers
  {
    OFFSET 0 60 60
    CHANNELS 3 Zrotation Yrotation Xrotation
    End Site
    {
      OFFSET 0 30 40
    }
  }
}
"""


def with_horse(person: Path, first: bool) -> Path:
    """The person's file with a horse before or after them."""
    head, _, frames = person.read_text().partition("MOTION\n")
    body = head.removeprefix("HIERARCHY\n")
    counts, rows = frames.splitlines()[:2], frames.splitlines()[2:]
    horse = " ".join(["0.0"] * 6)
    joined = [f"{horse} {row}" if first else f"{row} {horse}" for row in rows]
    text = "HIERARCHY\n" + (HORSE + body if first else body + HORSE)
    path = person.with_name("rider.bvh")
    path.write_text(text + "MOTION\n" + "\n".join([*counts, *joined]) + "\n")
    return path


@pytest.mark.parametrize("first", [True, False])
def test_a_horse_beside_a_person_is_left_out_with_a_note(first: bool, tmp_path: Path) -> None:
    person = whole("bvh", tmp_path)
    (alone,) = read_motions(person)
    (motion,) = read_motions(with_horse(person, first))
    assert motion.n_frames == FRAMES and (motion.positions == alone.positions).all()
    (note,) = [n for n in motion.inferred["notes"] if "left out" in n]
    assert "rider (1)" in note if first else "rider (2)" in note
    assert "left_hip" in note, "the note says which joints the other body lacks"


def test_only_horses_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "horses.bvh"
    rows = "\n".join(["0 0 0 0 0 0 0 0 0 0 0 0"] * 5)
    text = f"HIERARCHY\n{HORSE}{HORSE.replace('Horse', 'Mule')}MOTION\nFrames: 5\nFrame Time: 0.05\n{rows}\n"
    path.write_text(text)
    with pytest.raises(UnmappableSkeletonError, match=r"horses\.bvh") as caught:
        read_motions(path)
    assert "left_hip" in caught.value.missing


@pytest.mark.parametrize(
    "error", [ValueError("odd\nnews"), KeyError("x"), RecursionError(), OSError(5, "bad")]
)
def test_an_unforeseen_error_is_one_sentence(
    error: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = whole("bvh", tmp_path)
    monkeypatch.setattr("motionlens.readers.bvh.read_bvh", _raising(error))
    with pytest.raises(UnreadableFileError) as caught:
        read_motions(path)
    assert str(path) in str(caught.value) and "\n" not in str(caught.value)
    assert caught.value.__cause__ is error


@pytest.mark.parametrize("error", [KeyboardInterrupt(), MemoryError(), SystemExit(3)])
def test_these_are_not_the_files_fault(
    error: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = whole("bvh", tmp_path)
    monkeypatch.setattr("motionlens.readers.bvh.read_bvh", _raising(error))
    with pytest.raises(type(error)):
        read_motions(path)


def _raising(error: BaseException):  # type: ignore[no-untyped-def]
    def read(*_: object) -> None:
        raise error

    return read


def test_the_version_of_the_readers_is_a_whole_number() -> None:
    assert isinstance(READER_VERSION, int) and READER_VERSION >= 1
    assert ".bvh" in READERS
