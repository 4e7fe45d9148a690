"""The picture of a video with the skeleton of the person who is followed, and the people to choose from."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from motionlens.video import Person, Track

from .. import theme as look
from ..render.body import LEFT_COLOUR, RIGHT_COLOUR
from ..state.video import VideoController
from .query_chip import image_of

HEIGHT = 108
WIDEST = 200
NARROW = 144
"""Widths of the picture: in a strip across the window, and in one over the results alone."""
_LEFT = ((11, 13), (13, 15), (15, 19), (23, 25), (25, 27), (27, 31))
_RIGHT = tuple((a + 1, b + 1) for a, b in _LEFT)
_TRUNK = ((11, 12), (11, 23), (12, 24), (23, 24))
_TRUNK_COLOUR = "#f4f5f7"
_SEEN = 0.5


def landmarks_at(track: Track, seconds: float) -> tuple[np.ndarray, np.ndarray] | None:
    """(33, 2) fractions of the picture and (33,) seen, between the tracked pictures; None: nobody is known."""
    n = len(track.times)
    after = min(max(int(np.searchsorted(track.times, seconds)), 0), n - 1)
    before = max(after - 1, 0) if track.times[after] > seconds else after
    if not (track.present[before] and track.present[after]):
        near = before if abs(track.times[before] - seconds) <= abs(track.times[after] - seconds) else after
        if not track.present[near]:
            return None
        before = after = near
    gap = float(track.times[after] - track.times[before])
    share = 0.0 if gap <= 0 else min(max((seconds - float(track.times[before])) / gap, 0.0), 1.0)
    points = (1 - share) * track.image[before, :, :2] + share * track.image[after, :, :2]
    return points, np.minimum(track.visibility[before], track.visibility[after]) >= _SEEN


class VideoPicture(QWidget):
    """Paints one moment. ``clicked``: play or pause; ``chosen``: a person was pointed at, None: leave it."""

    clicked = Signal()
    chosen = Signal(object)

    def __init__(self, video: VideoController, themes: look.ThemeManager) -> None:
        super().__init__()
        self._video, self._themes = video, themes
        self.seconds = 0.0
        self._widest = WIDEST
        self._over: int | None = None
        self._image: tuple[object, QImage] | None = None
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Video with the skeleton of the person")
        themes.changed.connect(self.update)

    def show_time(self, seconds: float) -> None:
        """Another moment."""
        if seconds != self.seconds:
            self.seconds = seconds
            self.update()

    def set_widest(self, pixels: int) -> None:
        """How wide it may be; a wide picture is then lower than its place."""
        self._widest = pixels
        self.refresh()

    def refresh(self) -> None:
        """Another video, or more of it."""
        info = self._video.info
        ratio = info.width / info.height if info and info.height else 16 / 9
        width = min(max(round(HEIGHT * ratio), 74), self._widest)
        self.setFixedSize(width, min(HEIGHT, max(round(width / ratio), 54)))
        choosing = self._video.people is not None
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleDescription(
            f"{len(self._video.people or ())} people: press the number of the one to follow, Esc to leave it"
            if choosing else "Space plays or pauses"
        )  # fmt: skip
        if choosing:
            self.setFocus(Qt.FocusReason.OtherFocusReason)
        self.update()

    def sizeHint(self) -> QSize:
        """Set by the picture's shape."""
        return self.size()

    # -- painting --------------------------------------------------------------------------------

    def picture_rect(self) -> QRectF:
        """Where the picture is: all of it fits."""
        info = self._video.info
        ratio = info.width / info.height if info and info.height else 16 / 9
        width = min(self.width(), self.height() * ratio)
        height = width / ratio
        return QRectF((self.width() - width) / 2, (self.height() - height) / 2, width, height)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Picture, then skeleton or people."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        frame = QPainterPath()
        frame.addRoundedRect(QRectF(self.rect()), look.RADIUS, look.RADIUS)
        painter.setClipPath(frame)
        painter.fillRect(self.rect(), QColor("#101114"))
        place = self.picture_rect()
        video = self._video
        seconds = video.span[0] if video.people is not None else self.seconds
        image = self._image_at(seconds)
        if image is not None:
            painter.drawImage(place, image)
        if video.people is not None:
            painter.fillRect(place, QColor(0, 0, 0, 90))
            self._people(painter, place, video.people)
        elif video.followed is not None:
            found = landmarks_at(video.followed.track, seconds)
            if found is not None:
                paint_skeleton(painter, place, *found, mirrored=video.followed.mirror)
        if self.hasFocus():
            painter.setPen(QPen(QColor(self._themes.theme.accent), 3))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), look.RADIUS, look.RADIUS)
        painter.end()

    def _image_at(self, seconds: float) -> QImage | None:
        picture = self._video.picture_at(seconds)
        if picture is None:
            return None
        if self._image is None or self._image[0] is not picture:
            self._image = picture, image_of(picture)
        return self._image[1]

    def _people(self, painter: QPainter, place: QRectF, people: tuple[Person, ...]) -> None:
        theme = self._themes.theme
        painter.setFont(look.font(small=True, strong=True))
        for number, person in enumerate(people):
            rect = self._box(place, person)
            on = number == self._over
            painter.setPen(QPen(QColor(theme.accent if on else "#ffffff"), 2.5 if on else 1.5))
            painter.setBrush(QColor(157, 140, 255, 70) if on else Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(rect, 4, 4)
            badge = QRectF(rect.left(), rect.top(), 16, 16)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.accent if on else "#ffffff"))
            painter.drawRoundedRect(badge, 4, 4)
            painter.setPen(QColor(theme.on_accent if on else "#1b1d21"))
            painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, str(number + 1))

    @staticmethod
    def _box(place: QRectF, person: Person) -> QRectF:
        left, top, right, bottom = (min(max(v, 0.0), 1.0) for v in person.box)
        return QRectF(
            place.left() + left * place.width(), place.top() + top * place.height(),
            (right - left) * place.width(), (bottom - top) * place.height(),
        )  # fmt: skip

    # -- pointer and keys ------------------------------------------------------------------------

    def _person_at(self, point: QPointF) -> int | None:
        """The smallest box under the pointer."""
        place = self.picture_rect()
        boxes = [(self._box(place, one), n) for n, one in enumerate(self._video.people or ())]
        under = [(box.width() * box.height(), n) for box, n in boxes if box.contains(point)]
        return min(under)[1] if under else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Who would be chosen."""
        over = self._person_at(event.position())
        if over != self._over:
            self._over = over
            self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose, or play."""
        people = self._video.people
        if people is None:
            self.clicked.emit()
            return
        at = self._person_at(event.position())
        self.chosen.emit(None if at is None else people[at])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Numbers choose."""
        people, key = self._video.people, event.key()
        if people is not None and Qt.Key.Key_1 <= key < Qt.Key.Key_1 + len(people):
            self.chosen.emit(people[key - Qt.Key.Key_1])
        elif people is not None and key == Qt.Key.Key_Escape:
            self.chosen.emit(None)
        elif people is None and key in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.clicked.emit()
        else:
            super().keyPressEvent(event)


def paint_skeleton(
    painter: QPainter, place: QRectF, points: np.ndarray, seen: np.ndarray, mirrored: bool = False
) -> None:
    """Bones over the person: left cool, right warm; what is guessed is faint."""
    at = [
        QPointF(place.left() + x * place.width(), place.top() + y * place.height())
        for x, y in points.tolist()
    ]
    left, right = (RIGHT_COLOUR, LEFT_COLOUR) if mirrored else (LEFT_COLOUR, RIGHT_COLOUR)
    neck = (at[11] + at[12]) / 2
    lines = [(at[0], neck, _TRUNK_COLOUR, bool(seen[0] and seen[11] and seen[12]))]
    for bones, colour in ((_TRUNK, _TRUNK_COLOUR), (_LEFT, left), (_RIGHT, right)):
        lines += [(at[a], at[b], colour, bool(seen[a] and seen[b])) for a, b in bones]
    for under in (True, False):
        for a, b, colour, sure in lines:
            pen = QPen(
                QColor(0, 0, 0, 150 if sure else 40) if under else QColor(colour), 4.4 if under else 2.4
            )
            if not sure and not under:
                faint = QColor(colour)
                faint.setAlpha(90)
                pen.setColor(faint)
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            painter.setPen(pen)
            painter.drawLine(a, b)
