"""Where things are in the word maps: pure geometry, in pixels, with one row a word."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF

from motionlens.skeleton import JOINT_INDEX as J
from motionlens.skeleton import JOINT_NAMES

HEAD = 66
"""Height of the column labels."""
ROW_MIN, ROW_SCROLLED, ROW_MAX = 11.5, 14.0, 26.0
"""Rows this low if all of them fit; where they do not, they are higher and scroll."""
STRIKE = 18
"""Width of the toggle that strikes a word out."""
_GAP = 10
_FOOT = 6
JOINT_COLUMNS: tuple[int, ...] = tuple(
    J[name]
    for name in (
        "head", "neck",
        *(f"{side}_{joint}" for joint in ("collar", "shoulder", "elbow", "wrist") for side in ("left", "right")),
        "spine3", "spine2", "spine1", "pelvis",
        *(f"{side}_{joint}" for joint in ("hip", "knee", "ankle", "foot") for side in ("left", "right")),
    )
)  # fmt: skip
"""Joints from head to feet, left before right."""
COLUMN_OF: dict[int, int] = {joint: column for column, joint in enumerate(JOINT_COLUMNS)}


def joint_label(joint: int) -> str:
    """A joint as people read it.

    >>> joint_label(J["left_wrist"]), joint_label(J["spine1"])
    ('left wrist', 'spine 1')
    """
    return JOINT_NAMES[joint].replace("_", " ").replace("spine", "spine ")


def column_groups() -> list[tuple[str, int, int]]:
    """Labels above the joint map: text, first column, columns that it stands over (left and right share one).

    >>> column_groups()[1:4]
    [('neck', 1, 1), ('collar', 2, 2), ('shoulder', 4, 2)]
    """
    out: list[tuple[str, int, int]] = []
    for column, joint in enumerate(JOINT_COLUMNS):
        text = joint_label(joint).removeprefix("left ").removeprefix("right ").split(" ")[0]
        if out and out[-1][0] == text:
            out[-1] = (text, out[-1][1], out[-1][2] + 1)
        else:
            out.append((text, column, 1))
    return out


@dataclass(frozen=True)
class Place:
    """What is at a pixel; None where the place is about none."""

    word: int | None = None
    joint: int | None = None
    segment: int | None = None
    strike: bool = False


@dataclass(frozen=True)
class Layout:
    """Rectangles of the parts; ``row`` is the height of a row.

    Attributes:
        labels: words, with the strike toggles at their left. bars, joints, time: beside them.
    """

    rows: int
    segments: int
    row: float
    labels: QRectF
    bars: QRectF
    joints: QRectF
    time: QRectF

    def row_rect(self, of: QRectF, row: int) -> QRectF:
        """A row of one of the parts."""
        return QRectF(of.left(), of.top() + row * self.row, of.width(), self.row)

    def joint_rect(self, column: int) -> QRectF:
        """A column of the joint map."""
        width = self.joints.width() / len(JOINT_COLUMNS)
        return QRectF(self.joints.left() + column * width, self.joints.top(), width, self.joints.height())

    def time_rect(self, segment: int) -> QRectF:
        """A column of the time map."""
        width = self.time.width() / max(self.segments, 1)
        return QRectF(self.time.left() + segment * width, self.time.top(), width, self.time.height())

    def cell(self, word: int, joint: int | None = None, segment: int | None = None) -> QRectF:
        """A cell of one of the maps."""
        column = self.joint_rect(COLUMN_OF[joint]) if joint is not None else self.time_rect(segment or 0)
        return QRectF(column.left(), self.joints.top() + word * self.row, column.width(), self.row)

    def at(self, x: float, y: float) -> Place:
        """What is at a pixel; column labels count as their columns."""
        word = int((y - self.labels.top()) // self.row)
        word_here = word if 0 <= word < self.rows and y >= HEAD else None
        if y >= HEAD and word_here is None:
            return Place()
        if self.joints.left() <= x < self.joints.right():
            column = int((x - self.joints.left()) / self.joints.width() * len(JOINT_COLUMNS))
            return Place(word_here, JOINT_COLUMNS[column])
        if self.segments and self.time.left() <= x < self.time.right():
            segment = int((x - self.time.left()) / self.time.width() * self.segments)
            return Place(word_here, None, segment)
        if x < self.bars.right() and word_here is not None:
            return Place(word_here, strike=x < self.labels.left() + STRIKE)
        return Place()


def lay_out(
    width: float, height: float, rows: int, segments: int, widest_word: float, scrolled: float = 0.0
) -> Layout:
    """Places for a widget of this size.

    Args:
        widest_word: pixels that the longest word would like to have.
        scrolled: pixels by which the rows are moved up, under the column labels.
    """
    fitting = (height - HEAD - _FOOT) / max(rows, 1)
    row = min(fitting, ROW_MAX) if fitting >= ROW_MIN else ROW_SCROLLED
    label = STRIKE + min(widest_word + 6, max(width * 0.2, 64))
    bars = min(max(width * 0.12, 44), 120)
    maps = max(width - label - bars - 4 * _GAP, 40)
    # A window is longer than a joint is wide: its column may be up to twice as wide.
    share = max(segments, 5) / (max(segments, 5) + len(JOINT_COLUMNS))
    time = min(maps * share * 1.15, 2 * maps * share)
    high = row * rows
    left = 6.0
    rects = []
    for wide in (label, bars, maps - time, time):
        rects.append(QRectF(left, HEAD - scrolled, wide, high))
        left += wide + _GAP
    return Layout(rows, segments, row, *rects)


def hidden_height(height: float, places: Layout) -> float:
    """How far the rows can be scrolled."""
    return max(places.row * places.rows - (height - HEAD - _FOOT), 0.0)
