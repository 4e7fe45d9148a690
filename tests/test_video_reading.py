"""Videos of all kinds, turned, uneven and damaged, read back picture by picture."""

from __future__ import annotations

import itertools
import time
import tracemalloc
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from motionlens.errors import CancelledError, MotionLensError, UnreadableFileError
from motionlens.video.reading import probe, read_frames, thumbnail
from tests.videos import KINDS, SIZE, corners, number_of, picture, write_sound, write_video


@pytest.mark.parametrize("kind", KINDS)
def test_every_container_gives_its_pictures_in_time(tmp_path: Path, kind: str) -> None:
    fps = 25  # a gif counts in hundredths of a second
    file = write_video(tmp_path / f"clip.{kind}", KINDS[kind], n=20, fps=fps, sound=kind in ("mp4", "mkv"))
    info = probe(file)
    assert (info.width, info.height, info.rotation, info.mirrored) == (*SIZE, 0, False)
    assert info.fps == pytest.approx(fps, rel=0.06)
    assert info.duration_s == pytest.approx(20 / fps, abs=0.1)  # the sound is longer
    frames = list(read_frames(file))
    assert [number_of(shown) for _, shown in frames] == list(range(20)) or kind == "gif"
    assert [t for t, _ in frames] == pytest.approx([i / fps for i in range(20)], abs=2e-3)
    for _, shown in frames:
        assert shown.shape == (SIZE[1], SIZE[0], 3)
        assert shown.dtype == np.uint8
        assert corners(shown) == "rb.."


def test_colours_of_a_gif_are_its_pictures_to_a_palette(tmp_path: Path) -> None:
    file = write_video(tmp_path / "a.gif", "gif", n=12, fps=10)
    numbers = [number_of(shown) for _, shown in read_frames(file)]
    assert numbers == sorted(numbers)
    assert np.abs(np.array(numbers) - np.arange(12)).max() <= 5  # eight levels of grey


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_display_matrix_is_honoured(tmp_path: Path, rotation: int, mirrored: bool) -> None:
    file = write_video(tmp_path / "phone.mp4", n=3, rotation=rotation, mirrored=mirrored)
    # What the writer promises: counterclockwise by so much, then mirrored left-right.
    expected = np.rot90(picture(0), rotation // 90)
    expected = expected[:, ::-1] if mirrored else expected
    _, shown = next(read_frames(file))
    assert shown.shape == expected.shape
    assert corners(shown) == corners(expected)
    info = probe(file)
    assert (info.height, info.width) == expected.shape[:2]
    assert (info.rotation, info.mirrored) == (rotation, mirrored)
    small = thumbnail(file, longest_side=48)
    assert max(small.shape) == 48
    assert corners(small) == corners(expected)


def test_uneven_times_are_the_files_own(tmp_path: Path) -> None:
    times = [0.0, 0.1, 0.15, 0.5, 0.55, 0.6, 1.2, 1.25]
    file = write_video(tmp_path / "vfr.mp4", times=times)
    frames = list(read_frames(file))
    assert [t for t, _ in frames] == pytest.approx(times, abs=1e-3)
    assert [number_of(p) for _, p in frames] == list(range(8))
    # At most five a second: the first of each fifth of a second, nothing made up in between.
    chosen = [t for t, _ in read_frames(file, fps=5)]
    assert chosen == pytest.approx([0.0, 0.15, 0.5, 0.55, 1.2], abs=1e-3)


@pytest.mark.parametrize(
    ("source", "wanted", "count"), [(60, 30, 30), (30, 30, 30), (25, 30, 25), (30, 20, 20)]
)
def test_rates_are_thinned_evenly(tmp_path: Path, source: int, wanted: float, count: int) -> None:
    file = write_video(tmp_path / "a.mp4", n=source, fps=source)
    times = [t for t, _ in read_frames(file, fps=wanted)]
    assert abs(len(times) - count) <= 1
    assert np.diff(times).max() <= 1.5 / wanted + 1e-6 or source < wanted


@pytest.mark.parametrize("kind", ["mp4", "webm", "avi", "gif"])
def test_a_range_begins_where_it_should(tmp_path: Path, kind: str) -> None:
    file = write_video(tmp_path / f"long.{kind}", KINDS[kind], n=50, fps=25)
    frames = list(read_frames(file, 1.0, 1.4))
    assert [t for t, _ in frames] == pytest.approx([1.0 + i / 25 for i in range(10)], abs=2e-3)
    if kind != "gif":
        assert number_of(frames[0][1]) == 25
    with pytest.raises(MotionLensError, match=r"long.*shows nothing between 90 s and the end"):
        list(read_frames(file, 90.0))


def test_pixels_that_are_no_squares(tmp_path: Path) -> None:
    file = write_video(tmp_path / "wide.mp4", n=2, shape=Fraction(3, 2))
    assert (probe(file).width, probe(file).height) == (144, 64)
    assert next(read_frames(file))[1].shape == (64, 144, 3)


def test_pictures_are_scaled_down_never_up(tmp_path: Path) -> None:
    file = write_video(tmp_path / "a.mp4", n=2)
    assert next(read_frames(file, longest_side=48))[1].shape == (32, 48, 3)
    assert next(read_frames(file, longest_side=480))[1].shape == (64, 96, 3)


def test_memory_does_not_grow_with_the_length(tmp_path: Path) -> None:
    file = write_video(tmp_path / "a.mp4", n=120, size=(320, 240))
    next(read_frames(file))
    tracemalloc.start()
    for _ in read_frames(file):
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * 320 * 240 * 3


def test_reading_can_be_cancelled(tmp_path: Path) -> None:
    file = write_video(tmp_path / "a.mp4", n=60)
    asked = itertools.count()
    with pytest.raises(CancelledError):
        list(read_frames(file, cancelled=lambda: next(asked) > 20))


# -- files that are none ----------------------------------------------------------------------------


def _sentence(file: Path) -> str:
    """The one sentence that probing and reading agree on."""
    began = time.monotonic()
    with pytest.raises(UnreadableFileError) as caught:
        probe(file)
    with pytest.raises(UnreadableFileError) as read:
        list(read_frames(file))
    with pytest.raises(UnreadableFileError):
        thumbnail(file)
    assert str(read.value) == str(caught.value)
    assert time.monotonic() - began < 10
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith(str(file))
    assert str(caught.value).endswith(".")
    return str(caught.value)


def test_what_is_no_video_is_told_in_a_sentence(tmp_path: Path) -> None:
    assert "was not found" in _sentence(tmp_path / "none.mp4")
    assert "is a folder" in _sentence(tmp_path)
    empty = tmp_path / "empty.mp4"
    empty.touch()
    assert "is empty (0 bytes)" in _sentence(empty)
    for name in ("notes.mp4", "notes.txt", "notes.gif", "notes.nfo"):
        text = tmp_path / name
        text.write_text("Not a video at all.\n" * 200)
        assert "is damaged or no video" in _sentence(text)
    assert "holds sound but no picture" in _sentence(write_sound(tmp_path / "song.mp4"))
    assert "holds sound but no picture" in _sentence(write_sound(tmp_path / "song.wav", "pcm_s16le"))


def test_a_playlist_opens_no_other_file(tmp_path: Path) -> None:
    write_video(tmp_path / "secret.mp4", n=3)
    for name, text in (
        ("list.mp4", "#EXTM3U\n#EXTINF:1,\nsecret.mp4\n#EXT-X-ENDLIST\n"),
        ("list.ffconcat", "ffconcat version 1.0\nfile secret.mp4\n"),
    ):
        (tmp_path / name).write_text(text)
        assert "is damaged or no video" in _sentence(tmp_path / name)


def test_a_file_that_was_cut_off_gives_what_is_there(tmp_path: Path) -> None:
    whole = write_video(tmp_path / "whole.mkv", n=60).read_bytes()
    cut = tmp_path / "cut.mkv"
    cut.write_bytes(whole[: len(whole) * 2 // 3])
    numbers = [number_of(shown) for _, shown in read_frames(cut)]
    assert 5 < len(numbers) < 60
    assert numbers == [i % 55 for i in range(len(numbers))]
    # The index of an mp4 stands at its end: nothing can be read without it.
    whole = write_video(tmp_path / "whole.mp4", n=60).read_bytes()
    (tmp_path / "cut.mp4").write_bytes(whole[: len(whole) * 2 // 3])
    assert "is damaged or no video" in _sentence(tmp_path / "cut.mp4")
