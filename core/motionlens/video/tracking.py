"""One person's landmarks through a video (mediapipe's BlazePose)."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Mapping
from contextlib import ExitStack, closing
from pathlib import Path
from queue import Empty, Full, Queue
from threading import Event, Thread

import numpy as np

from ..errors import CancelledError, MotionLensError
from . import people as who
from .blazepose import TRACKER, PoseModel
from .people import Landmarks, Place, Window
from .reading import probe, read_frames
from .sides import sides_kept
from .smoothing import fill, smooth
from .types import N_LANDMARKS, TRACK_FPS, Person, Track, VideoInfo

LONGEST_SIDE = 1280
"""Pictures are scaled down to this: somebody of a third of a 1080p picture still has the 256 pixels that
the landmark model sees."""
_SEARCH_EVERY_S = 0.2  # while nobody is known
_THOROUGH_EVERY_S, _THOROUGH_SHARE = 1.0, 0.25
"""So often small people are searched for (some 50 windows), and the rarer the longer nobody has been there."""

Progress = Callable[[int, int], None]
Cancelled = Callable[[], bool]
Pictures = Generator[tuple[float, np.ndarray], None, None]


def find_people(path: str | Path, time_s: float = 0.0, cancelled: Cancelled | None = None) -> list[Person]:
    """Everybody in the picture at a time, the largest first; for a choice by the user.

    Raises:
        UnreadableFileError: see ``reading.probe``.
        MotionLensError: nothing at that time.
    """
    with closing(read_frames(path, time_s, None, None, LONGEST_SIDE, cancelled)) as frames:
        _, picture = next(frames)
    look = _asking(PoseModel.shared(follow=False), path, cancelled)
    return who.find_people(look, picture, 1) or who.find_people(look, picture, 2)


def _asking(model: PoseModel, path: str | Path, cancelled: Cancelled | None) -> who.Model:
    """The model, which asks before each picture whether it is still wanted."""

    def look(picture: np.ndarray) -> Landmarks | None:
        if cancelled is not None and cancelled():
            raise CancelledError(f"Tracking {path} was cancelled.")
        return model(picture)

    return look


def track(
    path: str | Path,
    start_s: float = 0.0,
    end_s: float | None = None,
    person: tuple[float, float] | None = None,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
    fps: float = TRACK_FPS,
) -> Track:
    """Follow one person.

    Args:
        path: video file.
        start_s, end_s: range, seconds; None = to the end.
        person: (x, y) in fractions of the displayed picture at ``start_s``: who is there (nearest);
            None = the largest when somebody is first seen.
        progress: called with (pictures done, pictures expected).
        cancelled: asked for each picture.
        fps: pictures a second at most.

    Raises:
        UnreadableFileError: see ``reading.probe``.
        MotionLensError: nobody was found, or the range is empty.
        CancelledError: ``cancelled`` said so.
    """
    path = Path(path)
    wall, cpu = time.monotonic(), time.process_time()
    info = probe(path)
    until = min(end_s, info.duration_s) if end_s is not None and info.duration_s else end_s or info.duration_s
    expected = max(1, round((until - start_s) * min(fps, info.fps or fps))) if until else 0
    times: list[float] = []
    found: list[Landmarks | None] = []
    with ExitStack() as stack:
        follower = _Follower(person, path, cancelled)
        frames = read_frames(path, start_s, end_s, fps, LONGEST_SIDE, cancelled)
        for at, picture in stack.enter_context(closing(_ahead(frames))):
            times.append(at)
            found.append(follower(at, picture))
            if progress is not None:
                progress(len(times), max(expected, len(times)))
        others = follower.others
    if not any(one is not None for one in found):
        raise MotionLensError(
            f"No person was found in {path}: choose a clip or a range in which one whole person can be seen."
        )
    facts = {
        "start_s": start_s,
        "end_s": end_s,
        "person": None if person is None else list(person),
        "others": [list(map(float, one.box)) for one in others],
        "wall_s": round(time.monotonic() - wall, 3),
        "cpu_s": round(time.process_time() - cpu, 3),
    }
    return assemble(np.array(times), found, info, facts)


def assemble(
    times: np.ndarray, found: list[Landmarks | None], video: VideoInfo, facts: Mapping[str, object]
) -> Track:
    """A track from landmarks a picture: sides kept, short gaps filled, trembling smoothed.

    ``Track.info`` says in how many pictures sides were changed ("turned").

    Args:
        times: (T,) seconds, increasing.
        found: T entries, None = not seen.
        video: the file.
        facts: more for ``Track.info``.
    """
    n = len(times)
    seen = np.array([one is not None for one in found], bool)
    world = np.full((n, N_LANDMARKS, 3), np.nan, np.float32)
    image = np.full((n, N_LANDMARKS, 3), np.nan, np.float32)
    visibility = np.zeros((n, N_LANDMARKS), np.float32)
    for i, one in enumerate(found):
        if one is not None:
            world[i], image[i], visibility[i] = one
    turned = sides_kept(times, world, image, visibility, seen, video.width / max(video.height, 1))
    filled = fill(times, world, seen)
    fill(times, image, seen)
    fill(times, visibility, seen)
    present = seen | filled
    world, image = smooth(times, world, present), smooth(times, image, present)
    span = float(times[-1] - times[0]) if n > 1 else 0.0
    info = {
        "path": video.path,
        "width": video.width,
        "height": video.height,
        "fps": round((n - 1) / span, 3) if span else 0.0,
        "duration_s": video.duration_s,
        "rotation": video.rotation,
        "mirrored": video.mirrored,
        "seen": round(float(seen.mean()), 4),
        "filled": round(float(filled.mean()), 4),
        "turned": turned,
        "tracker": TRACKER,
        **facts,
    }
    return Track(times.astype(np.float64), world, image, visibility, present, filled, info)


class _Follower:
    """Finds the person and keeps them, picture by picture."""

    def __init__(self, person: tuple[float, float] | None, path: Path, cancelled: Cancelled | None) -> None:
        self._models = PoseModel.shared(follow=False), PoseModel.shared(follow=True)
        self._single, self._model = (_asking(model, path, cancelled) for model in self._models)
        self._person = person
        self._crop: Window | None = None
        self._last: tuple[float, Place] | None = None
        self._searched = self._searched_well = -1e9
        self._began: float | None = None
        self.others: list[Person] = []

    def __call__(self, at: float, picture: np.ndarray) -> Landmarks | None:
        size = picture.shape[1], picture.shape[0]
        if self._crop is None:
            self._crop = self._search(at, picture)
            if self._crop is None:
                return None
            self._models[1].forget()
        found = who.find_in(self._model, picture, self._crop)
        place = None if found is None else Place.of(found[1], size)
        if (
            self._last is not None
            and place is not None
            and not place.may_be(self._last[1], at - self._last[0])
        ):
            place = None  # it has slipped to somebody or something else
        if place is None:
            self._crop = None  # searched for from the next picture on
            return None
        if not place.fits(self._crop, size):
            self._crop = place.crop(size)
            self._models[1].forget()
        self._last = at, place
        return found

    def _search(self, at: float, picture: np.ndarray) -> Window | None:
        """The crop to follow the person in, from single pictures."""
        size = picture.shape[1], picture.shape[0]
        if self._last is not None:
            return self._search_again(at, picture)
        if at - self._searched < _SEARCH_EVERY_S:
            return None
        self._began = at if self._began is None else self._began
        patience = max(_THOROUGH_EVERY_S, _THOROUGH_SHARE * (at - self._began))
        thorough = at - self._searched_well >= patience
        self._searched = at
        if self._person is not None:
            one = self._pointed_at(self._person, picture)
            if one is not None:
                return one.crop(size)
        # Beside everybody is pointed at somebody who is too small to be seen at first sight.
        everybody = who.find_people(self._single, picture, 0 if self._person is None else 1)
        if not everybody and thorough:
            self._searched_well = at
            everybody = who.find_people(self._single, picture, 2)
        if not everybody:
            return None
        chosen = everybody[0]
        if self._person is not None:
            x, y = self._person
            chosen = min(everybody, key=lambda p: _distance(p, x, y))
        self.others = [one for one in everybody if one is not chosen]
        left, top, right, bottom = chosen.box
        width, height = size
        extent = max((right - left) * width, (bottom - top) * height)
        return Place((left + right) / 2 * width, (top + bottom) / 2 * height, extent).crop(size)

    def _pointed_at(self, point: tuple[float, float], picture: np.ndarray) -> Place | None:
        """Somebody whose body the point is on, seen from windows about it."""
        size = picture.shape[1], picture.shape[0]
        for window in who.around(point, size):
            one = who.find_in(self._single, picture, window)
            if one is not None and _distance(Person(who.box_of(one[1]), 1.0), *point) < 0.02:
                return Place.of(one[1], size)
        return None

    def _search_again(self, at: float, picture: np.ndarray) -> Window | None:
        """Near where the person was, wider the longer ago that is."""
        assert self._last is not None
        size = picture.shape[1], picture.shape[0]
        then, place = self._last
        away = at - then
        if away > 0.5 and at - self._searched < _SEARCH_EVERY_S:
            return None
        self._searched = at
        for wider in (1.0, 1.6) if away <= 1.0 else (1.0, 1.6, 3.0, 100.0):
            crop = Place(place.x, place.y, place.size * wider).crop(size)
            one = who.find_in(self._single, picture, crop)
            if one is not None:
                here = Place.of(one[1], size)
                if here.may_be(place, away):
                    return here.crop(size)
        return None


def _distance(person: Person, x: float, y: float) -> float:
    """From a point to somebody's box, fractions of the picture; inside it is 0, or less near the middle."""
    left, top, right, bottom = person.box
    outside = np.hypot(max(left - x, 0.0, x - right), max(top - y, 0.0, y - bottom))
    if outside > 0:
        return float(outside)
    return -1e-3 * (1.0 - abs(2 * x - left - right) / max(right - left, 1e-6))


def _ahead(frames: Pictures, depth: int = 3) -> Pictures:
    """The same, decoded by another thread a few pictures ahead: the second core's work."""
    queue: Queue[tuple[float, np.ndarray] | BaseException | None] = Queue(depth)
    stop = Event()

    def put(item: tuple[float, np.ndarray] | BaseException | None) -> bool:
        while not stop.is_set():
            try:
                queue.put(item, timeout=0.1)
                return True
            except Full:
                continue
        return False

    def decode() -> None:
        try:
            with closing(frames):
                for item in frames:
                    if not put(item):
                        return
            put(None)
        except BaseException as error:  # raised where the pictures are wanted
            put(error)

    thread = Thread(target=decode, name="decode", daemon=True)
    thread.start()
    try:
        while True:
            item = queue.get()
            if item is None:
                return
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        stop.set()
        while True:
            try:
                queue.get_nowait()
            except Empty:
                break
        thread.join()
