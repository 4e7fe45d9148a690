"""What can be asked: a description, examples, things to avoid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from ..skeleton import N_JOINTS


class Span(NamedTuple):
    """Frames [start_frame, end_frame) of a motion of the library."""

    motion_id: int
    start_frame: int
    end_frame: int


@dataclass(frozen=True, eq=False)
class Example:
    """A motion or a filmed person to find the like of.

    Attributes:
        positions: (T, 22, 3) float32 metres at 20 fps on the reference skeleton, y up, T >= 1.
        name: what a list shows, as "walk.mp4 2.0-4.5 s".
        kind: whose tower encodes it.
        known: (T, 22) bool, joints that were really seen; None: all.
        source: where in the library it is from: moments that overlap it are not found.

    Raises:
        ValueError: wrong shapes.
    """

    positions: np.ndarray
    name: str
    kind: Literal["motion", "video"] = "motion"
    known: np.ndarray | None = None
    source: Span | None = None

    def __post_init__(self) -> None:
        shape = self.positions.shape
        if len(shape) != 3 or shape[1:] != (N_JOINTS, 3) or not shape[0]:
            raise ValueError(f"positions must be (T, {N_JOINTS}, 3), not {shape}")
        if self.known is not None and self.known.shape != shape[:2]:
            raise ValueError(f"known must be {shape[:2]}, not {self.known.shape}")


@dataclass(frozen=True, eq=False)
class Query:
    """A question of one or several parts; at least ``text`` or an example.

    Attributes:
        text: a description, "" for none.
        examples: motions and videos.
        avoid: a description of what is not wanted, "" for none.
        text_weight: 0..1, share of the text where there are examples too; they share the rest alike.
    """

    text: str = ""
    examples: tuple[Example, ...] = ()
    avoid: str = ""
    text_weight: float = 0.5
