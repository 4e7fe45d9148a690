"""The one selection that body, timeline, maps and bars share: what is pointed at, and what is pinned."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal

Key = tuple[int, int, int]


@dataclass(frozen=True)
class Pick:
    """A word, a joint, a time, or any of them together.

    Attributes:
        word: row of the whole query's explanation.
        joint: index of one of the 22 joints.
        span: start and end, seconds of the motion that ``motion`` names (``Item.key``).
    """

    word: int | None = None
    joint: int | None = None
    span: tuple[float, float] | None = None
    motion: Key | None = None

    def __bool__(self) -> bool:
        """True when anything is picked.

        >>> bool(Pick()), bool(Pick(word=0))
        (False, True)
        """
        return self.word is not None or self.joint is not None or self.span is not None

    def over(self, below: Pick) -> Pick:
        """This pick, completed by another one where it says nothing.

        >>> Pick(joint=3).over(Pick(word=1, joint=2))
        Pick(word=1, joint=3, span=None, motion=None)
        """
        timed = self if self.span is not None else below
        return Pick(
            below.word if self.word is None else self.word,
            below.joint if self.joint is None else self.joint,
            timed.span,
            timed.motion if timed.span is not None else None,
        )

    def seen_on(self, motion: Key | None) -> Pick:
        """This pick on one motion: seconds of another motion mean nothing there."""
        return self if self.span is None or self.motion == motion else replace(self, span=None, motion=None)


class Selection(QObject):
    """Hovered and pinned pick. ``changed`` after every change, never without one."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.hovered = Pick()
        self.pinned = Pick()

    @property
    def current(self) -> Pick:
        """What the views show: what is pointed at, completed by what is pinned."""
        return self.hovered.over(self.pinned)

    def hover(self, pick: Pick) -> None:
        """The pointer is on this (``Pick()``: on nothing)."""
        self._set(pick, self.pinned)

    def pin(self, pick: Pick) -> None:
        """Keep this whatever the pointer does."""
        self._set(self.hovered, pick)

    def toggle(self, pick: Pick) -> None:
        """A click: pins, and the second click on the same unpins."""
        self._set(Pick() if pick == self.pinned else self.hovered, Pick() if pick == self.pinned else pick)

    def clear(self) -> None:
        """Nothing hovered, nothing pinned."""
        self._set(Pick(), Pick())

    def forget_words(self) -> None:
        """Another query: its words are others; joints and times stay."""
        self._set(replace(self.hovered, word=None), replace(self.pinned, word=None))

    def _set(self, hovered: Pick, pinned: Pick) -> None:
        if (hovered, pinned) != (self.hovered, self.pinned):
            self.hovered, self.pinned = hovered, pinned
            self.changed.emit()
