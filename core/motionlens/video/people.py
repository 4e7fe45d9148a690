"""Who is in a picture, and where to look for one person from picture to picture.

The tracker's detector sees a picture at 224 pixels and gives one person: somebody who fills a third of the
picture's height is overlooked in the whole of it and found in a window of it. So pictures are searched
window by window, and a person is followed inside a crop of about twice their size, which moves only when
they come near its edge: inside a crop that stays, the tracker keeps its own hold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from .types import Person

Landmarks = tuple[np.ndarray, np.ndarray, np.ndarray]
"""World (33, 3), image (33, 3) in fractions of the *whole* picture, visibility (33,)."""
Box = tuple[float, float, float, float]
Model = Callable[[np.ndarray], Landmarks | None]

MIN_SCORE = 0.4  # mean visibility; a tree taken for a person had 0.15, people 0.8 and more
_CROP = 2.2  # side of the crop, in sizes of the person
_MARGIN = 0.12  # of the crop's side: nearer to its edge and it moves
_SPEED = 4.0  # sizes a second that somebody may move in the picture
_LEAP = 0.25  # sizes on top of that, for the tracker's trembling


@dataclass(frozen=True)
class Window:
    """A part of a picture, in pixels: columns x..x+width, rows y..y+height."""

    x: int
    y: int
    width: int
    height: int

    def cut(self, picture: np.ndarray) -> np.ndarray:
        """The part, (height, width, 3), contiguous."""
        return np.ascontiguousarray(picture[self.y : self.y + self.height, self.x : self.x + self.width])

    def to_picture(self, image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
        """Landmarks (33, 3) in fractions of the window to fractions of a picture of ``size`` (width, height).

        >>> Window(50, 0, 50, 100).to_picture(np.array([[0.5, 0.5, 1.0]]), (100, 100)).tolist()
        [[0.75, 0.5, 0.5]]
        """
        width, height = size
        scale = np.array([self.width / width, self.height / height, self.width / width], np.float32)
        return (image * scale + np.array([self.x / width, self.y / height, 0.0], np.float32)).astype(
            np.float32
        )


def box_of(image: np.ndarray) -> Box:
    """(left, top, right, bottom) of landmarks (33, 3)."""
    left, top = image[:, :2].min(0)
    right, bottom = image[:, :2].max(0)
    return float(left), float(top), float(right), float(bottom)


def overlap(a: Box, b: Box) -> float:
    """Intersection over union of two boxes.

    >>> round(overlap((0, 0, 2, 1), (1, 0, 3, 1)), 3)
    0.333
    """
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    both = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1])
    return width * height / (both - width * height)


def windows(size: tuple[int, int], depth: int = 0) -> list[Window]:
    """Where to search a picture.

    Args:
        size: (width, height).
        depth: 0: all of it and squares along its longer side, for people of a third of the shorter side;
            1: also squares of half the shorter side, for a sixth; 2: of a third, for a tenth. At 16:9 these
            are 4, 19 and 54 windows.
    """
    width, height = size
    out = [Window(0, 0, width, height)]
    for part in (1.0, 0.55, 0.35)[: depth + 1]:
        side = min(max(64, round(min(size) * part)), *size)
        # People are narrow: windows need not overlap so much side by side.
        across = _steps(width, side, 0.5 if part == 1.0 else 0.7)
        out += [Window(x, y, side, side) for y in _steps(height, side, 0.5) for x in across]
    return [window for i, window in enumerate(out) if window not in out[:i]]


def _steps(length: int, side: int, share: float) -> list[int]:
    """Places of windows that are at most a share of their side apart.

    >>> _steps(160, 90, 0.5)
    [0, 35, 70]
    """
    if side >= length:
        return [0]
    count = int(np.ceil((length - side) / (side * share)))
    return [round(i * (length - side) / count) for i in range(count + 1)]


def find_in(model: Model, picture: np.ndarray, window: Window) -> Landmarks | None:
    """The person whom the model sees in a window, in the picture's fractions; None = nobody sure."""
    found = model(window.cut(picture))
    if found is None or float(found[2].mean()) < MIN_SCORE:
        return None
    world, image, visibility = found
    return world, window.to_picture(image, (picture.shape[1], picture.shape[0])), visibility


def find_people(model: Model, picture: np.ndarray, depth: int = 0, most: int = 6) -> list[Person]:
    """Everybody in a picture, the largest first.

    Args:
        model: of single pictures.
        picture: (H, W, 3) uint8 RGB.
        depth: how small people may be, see ``windows``.
        most: so many at most.
    """
    left = picture.copy()
    size = picture.shape[1], picture.shape[0]
    found: list[tuple[Box, float]] = []
    for window in windows(size, depth):
        while len(found) < most:
            one = find_in(model, left, window)
            if one is None:
                break
            box = box_of(one[1])
            # What is no person is rarely taken for the same one at another scale.
            near = Place.of(one[1], size).crop(size)
            again = find_in(model, left, near)
            if again is None or overlap(box, box_of(again[1])) < 0.4:
                break
            _paint_over(left, box)  # the next search finds the next one
            if any(overlap(box, other) > 0.2 for other, _ in found):
                break  # what is left of somebody known
            found.append((box, float(one[2].mean())))
    people = [Person(box, score) for box, score in found]
    return sorted(people, key=lambda person: -person.area)


def _paint_over(picture: np.ndarray, box: Box) -> None:
    height, width = picture.shape[:2]
    margin = 0.08 * (box[3] - box[1]) * height
    x0, x1 = (max(0, int(v)) for v in (box[0] * width - margin, box[2] * width + margin))
    y0, y1 = (max(0, int(v)) for v in (box[1] * height - margin, box[3] * height + margin))
    picture[y0:y1, x0:x1] = 128


def around(point: tuple[float, float], size: tuple[int, int]) -> Iterator[Window]:
    """Windows about a point (fractions) of a picture of (width, height), the smallest last."""
    short = min(size)
    for part in (1.0, 0.66, 0.44, 0.3):
        yield _square(point[0] * size[0], point[1] * size[1], short * part, size)


def _square(x: float, y: float, side: float, size: tuple[int, int]) -> Window:
    """A square about (x, y) in pixels, pushed into the picture and no larger than it."""
    width, height = (min(int(side), s) for s in size)
    return Window(
        int(np.clip(x - width / 2, 0, size[0] - width)),
        int(np.clip(y - height / 2, 0, size[1] - height)),
        width,
        height,
    )


@dataclass(frozen=True)
class Place:
    """Where somebody is in a picture, in pixels: middle of the hips and shoulders, and size."""

    x: float
    y: float
    size: float

    @classmethod
    def of(cls, image: np.ndarray, picture_size: tuple[int, int]) -> Place:
        """From landmarks (33, 3). The size is the longer side of the landmarks' box."""
        scale = np.array(picture_size, np.float64)
        x, y = (image[[11, 12, 23, 24], :2] * scale).mean(0)
        left, top, right, bottom = box_of(image * np.append(scale, 1.0))
        return cls(float(x), float(y), max(right - left, bottom - top))

    def may_be(self, other: Place, seconds: float) -> bool:
        """Whether somebody here can have been at ``other`` so many seconds before.

        >>> here = Place(100, 100, 50)
        >>> here.may_be(Place(110, 100, 52), 0.03), here.may_be(Place(200, 100, 52), 0.03)
        (True, False)
        """
        size = max(self.size, other.size)
        distance = float(np.hypot(self.x - other.x, self.y - other.y))
        ratio = size / max(1e-6, min(self.size, other.size))
        # A crouch halves the size, in a few tenths of a second.
        return distance <= size * (_LEAP + _SPEED * seconds) and ratio <= 1.6 + 3.0 * seconds

    def crop(self, picture_size: tuple[int, int]) -> Window:
        """Where to follow them."""
        return _square(self.x, self.y, max(96.0, _CROP * self.size), picture_size)

    def fits(self, crop: Window, picture_size: tuple[int, int]) -> bool:
        """Whether they are well inside a crop, and neither small nor large in it."""
        half = self.size / 2
        inside = True
        for at, start, length, whole in (
            (self.x, crop.x, crop.width, picture_size[0]),
            (self.y, crop.y, crop.height, picture_size[1]),
        ):
            margin = _MARGIN * length
            # At the picture's own edge there is nowhere to move the crop to.
            inside &= start == 0 or at - half * 0.8 >= start + margin * 0.5
            inside &= start + length >= whole or at + half * 0.8 <= start + length - margin * 0.5
        side = max(crop.width, crop.height)
        return inside and (
            side <= 3.5 * self.size or side <= 96 or side <= 1.05 * self.crop(picture_size).width
        )
