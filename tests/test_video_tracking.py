"""Following one person: by a model that sees green rectangles, and the real one on a real clip."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from pathlib import Path

import av
import numpy as np
import pytest
from scipy import ndimage

from motionlens.errors import CancelledError, MotionLensError, UnreadableFileError
from motionlens.video import N_LANDMARKS, Track, cache, remote, tracking
from motionlens.video.people import box_of
from motionlens.video.remote import VideoProcess
from motionlens.video.smoothing import fill, smooth
from tests.videos import corners, number_of, picture, write_video

W, H = 640, 360
follow = partial(tracking.track, fps=30.0)  # every picture of these films
Rectangle = tuple[float, float, float, float]  # left, top, right, bottom in pixels


class GreenModel:
    """Takes the largest green rectangle for a person if it fills a third of the picture's height."""

    def __init__(self, follow: bool) -> None:
        self.follow = follow

    def __call__(self, picture: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
        green = (picture[..., 1] > 130) & (picture[..., 0] < 100)
        labels, _ = ndimage.label(green)
        height, width = green.shape
        best: tuple[int, tuple[slice, slice]] | None = None
        for number, (rows, columns) in enumerate(ndimage.find_objects(labels), 1):
            size = int((labels[rows, columns] == number).sum())
            tall = rows.stop - rows.start
            if tall >= 0.3 * height and size > 40 and (best is None or size > best[0]):
                best = size, (rows, columns)
        if best is None:
            return None
        rows, columns = best[1]
        image = np.zeros((N_LANDMARKS, 3), np.float32)
        image[:, 0] = (columns.start + columns.stop) / 2 / width
        image[:, 1] = np.linspace(rows.start, rows.stop, N_LANDMARKS) / height
        image[15, 0], image[16, 0] = columns.stop / width, columns.start / width
        world = np.tile(image[:1], (N_LANDMARKS, 1))
        return world, image, np.full(N_LANDMARKS, 0.9, np.float32)

    @classmethod
    def shared(cls, follow: bool) -> GreenModel:
        return cls(follow)

    def forget(self) -> None:
        assert self.follow


@pytest.fixture
def green(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracking, "PoseModel", GreenModel)


def film(path: Path, people: Callable[[int], list[Rectangle]], n: int = 30) -> Path:
    """A video of green rectangles, 30 a second."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.pix_fmt = W, H, "yuv420p"
        stream.options = {"preset": "ultrafast"}
        for i in range(n):
            picture = np.full((H, W, 3), 90, np.uint8)
            for left, top, right, bottom in people(i):
                picture[int(top) : int(bottom), int(left) : int(right)] = (0, 200, 0)
            frame = av.VideoFrame.from_ndarray(picture, "rgb24")
            frame.pts, frame.time_base = i, Fraction(1, 30)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def boxes(track: Track) -> np.ndarray:
    """(T, 4) pixels."""
    return np.array([box_of(image) for image in track.image]) * [W, H, W, H]


def walker(i: int, speed: float = 15.0) -> Rectangle:
    return 40 + speed * i, 160, 80 + speed * i, 260


@pytest.mark.usefixtures("green")
def test_somebody_who_crosses_the_picture_is_followed_all_the_way(tmp_path: Path) -> None:
    file = film(tmp_path / "a.mp4", lambda i: [walker(i)])
    seen: list[tuple[int, int]] = []
    track = follow(file, progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (30, 30)
    assert track.present.all()
    assert track.times == pytest.approx(np.arange(30) / 30, abs=1e-3)
    assert np.abs(boxes(track) - [walker(i) for i in range(30)]).max() < 3.0
    assert track.info["others"] == []


@pytest.mark.usefixtures("green")
def test_the_largest_or_the_one_pointed_at(tmp_path: Path) -> None:
    big, small = (60, 60, 130, 260), (480, 190, 520, 290)
    file = film(tmp_path / "a.mp4", lambda i: [small, big], n=8)
    assert np.abs(boxes(follow(file)) - big).max() < 3
    pointed = follow(file, person=(500 / W, 240 / H))
    assert np.abs(boxes(pointed) - small).max() < 3
    beside = follow(file, person=(0.95, 0.9))  # at nobody: the nearest
    assert np.abs(boxes(beside) - small).max() < 3
    found = tracking.find_people(file)
    assert [round(person.box[0] * W / 10) for person in found] == [6, 48]


@pytest.mark.usefixtures("green")
def test_short_gaps_are_filled_and_long_ones_masked(tmp_path: Path) -> None:
    away = {*range(10, 15), *range(30, 50)}
    file = film(tmp_path / "a.mp4", lambda i: [] if i in away else [walker(i, 4)], n=60)
    track = follow(file)
    assert track.present[:30].all()
    assert set(range(10, 15)) <= set(np.flatnonzero(track.filled)) <= set(range(10, 17))
    assert not track.present[30:50].any()
    assert track.present[53:].all()
    assert np.isnan(track.world[30:50]).all()
    assert not track.visible[30:50].any()
    assert np.isfinite(track.image[track.present]).all()
    assert np.abs(boxes(track)[:30] - [walker(i, 4) for i in range(30)]).max() < 4


@pytest.mark.usefixtures("green")
def test_nobody_else_is_taken_for_the_person(tmp_path: Path) -> None:
    other = (500, 150, 550, 250)
    file = film(tmp_path / "a.mp4", lambda i: [other] + ([walker(i, 0)] if i < 10 else []), n=25)
    track = follow(file, person=(60 / W, 0.55))
    assert track.present[:10].all()
    assert not track.present[10:].any()


@pytest.mark.usefixtures("green")
def test_somebody_far_away_who_comes_late(tmp_path: Path) -> None:
    tiny = (300, 200, 318, 245)  # an eighth of the picture's height
    track = follow(film(tmp_path / "a.mp4", lambda i: [tiny] if i > 5 else [], n=45))
    assert not track.present[:6].any()
    assert track.present[-8:].all()
    assert np.abs(boxes(track)[-8:] - tiny).max() < 4


@pytest.mark.usefixtures("green")
def test_a_long_empty_room_is_searched_ever_more_rarely(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[int] = []
    monkeypatch.setattr(
        tracking.who, "find_people", lambda model, picture, depth=0, most=6: looked.append(depth) or []
    )
    with pytest.raises(MotionLensError, match="No person"):
        tracking.track(film(tmp_path / "a.mp4", lambda i: [], n=450))
    assert 8 <= looked.count(2) <= 12  # in 15 s
    assert looked.count(0) > 50


@pytest.mark.usefixtures("green")
def test_an_empty_room_is_told_in_a_sentence(tmp_path: Path) -> None:
    file = film(tmp_path / "room.mp4", lambda i: [], n=5)
    with pytest.raises(MotionLensError, match=r"No person was found in .*room\.mp4: choose a clip"):
        follow(file)
    with pytest.raises(CancelledError):
        follow(file, cancelled=lambda: True)


# -- gaps and smoothing -----------------------------------------------------------------------------


def test_smoothing_keeps_gaps_apart_and_halves_noise() -> None:
    rng = np.random.default_rng(0)
    t = np.sort(np.arange(90) / 30 + rng.uniform(-0.005, 0.005, 90))
    true = np.sin(2 * np.pi * t)[:, None]
    noisy = true + rng.normal(0, 0.05, true.shape)
    present = np.ones(90, bool)
    present[40:55] = False
    noisy[~present] = np.nan
    out = smooth(t, noisy, present)
    assert np.isnan(out[~present]).all()
    before, after = (float(np.std((x - true)[present])) for x in (noisy, out))
    assert after < 0.75 * before
    # Swapped in time it gives the same: no lag.
    again = smooth(-t[::-1], noisy[::-1], present[::-1])[::-1]
    assert np.nanmax(np.abs(again - out)) < 1e-9


def test_gaps_at_the_ends_stay_open() -> None:
    t = np.arange(6) / 30
    values = np.arange(6, dtype=float)
    values[[0, 3, 5]] = np.nan
    assert fill(t, values, ~np.isnan(values)).tolist() == [False, False, False, True, False, False]
    assert np.isnan(values[[0, 5]]).all()
    assert values[3] == pytest.approx(3.0)


# -- what is kept -----------------------------------------------------------------------------------


def some_track(seed: int = 0, n: int = 20) -> Track:
    rng = np.random.default_rng(seed)
    shape = (n, N_LANDMARKS, 3)
    present = np.arange(n) % 5 > 0
    world, image = (rng.normal(size=shape).astype(np.float32) for _ in range(2))
    world[~present] = image[~present] = np.nan
    visibility = rng.uniform(size=(n, N_LANDMARKS)).astype(np.float32)
    return Track(
        np.arange(n) / 30, world, image, visibility, present, ~present, {"path": "a.mp4", "seed": seed}
    )


def test_tracks_are_kept_by_content(tmp_path: Path) -> None:
    one, same = tmp_path / "one.mp4", tmp_path / "same.mov"
    one.write_bytes(b"abc")
    same.write_bytes(b"abc")
    key = cache.cache_key(one, 0.0, None, None, 30.0, "tracker")
    assert cache.cache_key(same, 0.0, None, None, 30.0, "tracker") == key
    others = {
        cache.cache_key(one, 0.5, None, None, 30.0, "tracker"),
        cache.cache_key(one, 0.0, 2.0, None, 30.0, "tracker"),
        cache.cache_key(one, 0.0, None, (0.5, 0.5), 30.0, "tracker"),
        cache.cache_key(one, 0.0, None, None, 20.0, "tracker"),
        cache.cache_key(one, 0.0, None, None, 30.0, "another"),
    }
    one.write_bytes(b"abd")
    others.add(cache.cache_key(one, 0.0, None, None, 30.0, "tracker"))
    assert len(others | {key}) == 7
    assert cache.load(key) is None
    track = some_track()
    cache.save(key, track)
    kept = cache.load(key)
    assert kept is not None
    for name in ("times", "world", "image", "visibility", "present", "filled"):
        np.testing.assert_array_equal(getattr(kept, name), getattr(track, name))
    assert kept.info == {**track.info, "cached": True}
    with pytest.raises(UnreadableFileError, match=r"none\.mp4"):
        cache.cache_key(tmp_path / "none.mp4", 0.0, None, None, 30.0, "tracker")


def test_damaged_entries_are_removed_and_old_ones_make_room(tmp_path: Path) -> None:
    cache.save("a", some_track(1), tmp_path)
    file = tmp_path / "a.npz"
    whole = file.read_bytes()
    for damage in (b"", b"no archive", whole[:-200], whole[:300] + bytes(300) + whole[600:]):
        file.write_bytes(damage)
        assert cache.load("a", tmp_path) is None
        assert not file.exists()
    for age, key in enumerate("cbad"):
        cache.save(key, some_track(age), tmp_path)
        os.utime(tmp_path / f"{key}.npz", (1e9 - age, 1e9 - age))
    assert cache.load("d", tmp_path) is not None  # used now, so not the oldest any more
    size = (tmp_path / "a.npz").stat().st_size
    cache.save("e", some_track(9), tmp_path, max_bytes=int(3.5 * size))
    assert sorted(f.name for f in tmp_path.iterdir()) == ["c.npz", "d.npz", "e.npz"]


# -- the process ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def process() -> object:
    with VideoProcess() as one:
        yield one


def test_pictures_come_from_another_process(tmp_path: Path, process: VideoProcess) -> None:
    file = write_video(tmp_path / "a.mp4", n=50, rotation=90)
    assert process.probe(file).height == 96
    assert corners(process.thumbnail(file, 0.5)) == corners(np.rot90(picture(0)))
    frames = process.read_frames(file, 0.2, longest_side=64)
    at, first = next(frames)
    assert (round(at, 3), number_of(first)) == (0.2, 6)
    frames.close()
    assert [round(t, 2) for t, _ in process.read_frames(file, 1.0, 1.2, fps=10)] == [1.0, 1.1]
    pid = process.pid
    with pytest.raises(UnreadableFileError, match=r"notes\.mp4 is empty"):
        (tmp_path / "notes.mp4").touch()
        process.probe(tmp_path / "notes.mp4")
    assert process.pid == pid


def test_a_process_that_dies_is_told_and_started_again(tmp_path: Path, process: VideoProcess) -> None:
    file = write_video(tmp_path / "a.mp4", n=200)
    frames = process.read_frames(file)
    next(frames)
    assert process.pid is not None
    os.kill(process.pid, 9)
    with pytest.raises(UnreadableFileError, match=r"a\.mp4 made its reader stop"):
        list(frames)
    assert process.probe(file).codec == "h264"


@pytest.mark.skipif(os.name == "nt", reason="stops and kills processes by signals")
def test_a_process_that_hangs_is_given_up(
    tmp_path: Path, process: VideoProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "STALL_S", 0.5)
    file = write_video(tmp_path / "a.mp4", n=200)
    frames = process.read_frames(file)
    next(frames)
    assert process.pid is not None
    os.kill(process.pid, signal.SIGSTOP)
    began = time.monotonic()
    with pytest.raises(UnreadableFileError, match=r"a\.mp4 took too long to read"):
        list(frames)
    assert time.monotonic() - began < 5
    monkeypatch.undo()
    assert process.probe(file).width == 96


@pytest.mark.skipif(os.name == "nt", reason="stops and kills processes by signals")
def test_the_process_ends_with_its_parent(tmp_path: Path) -> None:
    file = write_video(tmp_path / "a.mp4")
    code = (
        "import sys, time\n"
        "from motionlens.video.remote import VideoProcess\n"
        "process = VideoProcess()\n"
        f"process.probe({str(file)!r})\n"
        "print(process.pid, 'av' in sys.modules, flush=True)\n"
        "time.sleep(60)\n"
    )
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=env) as parent:
        assert parent.stdout is not None
        pid, decodes_itself = parent.stdout.readline().split()
        assert decodes_itself == "False"
        os.kill(int(pid), 0)
        parent.kill()
    end = time.monotonic() + 10
    while time.monotonic() < end and Path(f"/proc/{pid}/cmdline").exists():
        state = Path(f"/proc/{pid}/stat").read_text().split()[2]
        if state == "Z":
            break
        time.sleep(0.05)
    else:
        assert time.monotonic() < end


def test_closing_ends_a_request_at_once(tmp_path: Path) -> None:
    file = write_video(tmp_path / "a.mp4", n=200)
    process = VideoProcess()
    frames = process.read_frames(file)
    next(frames)
    timer = threading.Timer(0.1, process.close)
    timer.start()
    began = time.monotonic()
    with pytest.raises(CancelledError):
        for _ in frames:
            time.sleep(0.02)
    assert time.monotonic() - began < 3
    assert process.pid is None
    with pytest.raises(CancelledError):
        process.probe(file)


def test_a_real_person_is_tracked_elsewhere_and_kept(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Another test of this run may have imported the tracker: tracking here must not.
    monkeypatch.delitem(sys.modules, "mediapipe", raising=False)
    clip = data_dir / "video" / "walk_and_jump_down.mp4"
    with VideoProcess() as process:
        track = process.track(clip, 0.0, 0.15)
        assert track.present.all()
        assert len(track.times) == 3
        # He faces the camera: his left is on the right of the picture; y is down.
        for left, right in ((11, 12), (23, 24), (25, 26)):
            assert (track.image[:, left, 0] > track.image[:, right, 0] + 0.01).all()
            assert (track.world[:, left, 0] > track.world[:, right, 0] + 0.1).all()
        assert (track.image[:, 0, 1] < track.image[:, 23, 1]).all()
        assert (track.image[:, 27, 1] > track.image[:, 25, 1]).all()
        height = np.linalg.norm(track.world[:, 0] - track.world[:, [27, 28]].mean(1), axis=1)
        assert ((height > 1.2) & (height < 1.9)).all()
        again = process.track(clip, 0.0, 0.15)
        assert again.info["cached"]
        np.testing.assert_array_equal(again.image, track.image)
        # Cancelled in the middle of the work.
        stop, at = threading.Event(), 0.0

        def progress(done: int, total: int) -> None:
            nonlocal at
            if not stop.is_set():
                at = time.monotonic()
                stop.set()

        with pytest.raises(CancelledError):
            process.track(clip, 0.0, 6.0, None, progress, stop.is_set)
        assert time.monotonic() - at < 0.5
    assert "mediapipe" not in sys.modules
