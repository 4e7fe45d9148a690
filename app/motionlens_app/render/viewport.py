"""What a viewport shows, apart from how: pose, path, camera. Both renderers draw this one object."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from motionlens.skeleton import N_JOINTS

from .camera import Camera

PICK_PX = 14
"""How near the pointer must come to a joint."""


@dataclass(frozen=True)
class ViewportColours:
    """Theme colours of a viewport."""

    top: str
    bottom: str
    grid: str
    path: str
    accent: str
    trunk: str
    text: str
    dark: bool


def smoothed_track(positions: np.ndarray, frames: int = 21) -> np.ndarray:
    """(T, 3) the pelvis' way on the ground, steadied so that a following camera does not bob."""
    track = positions[:, 0].astype(np.float64).copy()
    track[:, 1] = 0.0
    if len(track) < 3:
        return track
    width = min(frames, len(track))
    kernel = np.ones(width) / width
    before = width // 2
    padded = np.pad(track, ((before, width - 1 - before), (0, 0)), mode="edge")
    for axis in (0, 2):
        track[:, axis] = np.convolve(padded[:, axis], kernel, mode="valid")
    return track


class ViewportModel(QObject):
    """State of the viewport; ``changed`` asks for a repaint."""

    changed = Signal()
    camera_changed = Signal()

    def __init__(self, colours: ViewportColours, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.colours = colours
        self.camera = Camera()
        self.pose: np.ndarray | None = None
        self.scale = 1.0
        self.path = np.zeros((0, 2), dtype=np.float32)
        self.moment_path = np.zeros((0, 2), dtype=np.float32)
        self.following = True
        self.aspect = 1.0
        self.glow = np.zeros(N_JOINTS, np.float32)
        self._track = np.zeros((0, 3))
        self._positions: np.ndarray | None = None
        self._span = (0, 0)
        self._at = np.zeros(3)

    def set_motion(self, positions: np.ndarray | None, scale: float, span: tuple[int, int]) -> None:
        """Another motion: the direction of view stays, the framing starts anew."""
        self._positions, self.scale, self._span = positions, scale, span
        if positions is None:
            self.pose = None
            self.path = self.moment_path = np.zeros((0, 2), dtype=np.float32)
            self._track = np.zeros((0, 3))
        else:
            ground = smoothed_track(positions, 11)[:, ::2].astype(np.float32)
            step = max(len(ground) // 600, 1)
            self.path = ground[::step]
            self.moment_path = ground[span[0] : span[1] : max((span[1] - span[0]) // 300, 1)]
            self._track = smoothed_track(positions)
            self._at = self._track[min(span[0], len(positions) - 1)].copy()
            self.fit()
        self.changed.emit()

    def set_pose(self, pose: np.ndarray, frame: float) -> None:
        """The pose at a (fractional) frame; a following camera goes along."""
        self.pose = pose
        if len(self._track):
            low = min(int(frame), len(self._track) - 1)
            high = min(low + 1, len(self._track) - 1)
            at = self._track[low] + (self._track[high] - self._track[low]) * (frame - low)
            if self.following:
                self.camera = self.camera.looking_at(np.asarray(self.camera.target) + at - self._at)
            self._at = at
        self.changed.emit()

    def set_glow(self, glow: np.ndarray) -> None:
        """How strongly each of the 22 joints glows, 0..1."""
        if not np.array_equal(glow, self.glow):
            self.glow = np.asarray(glow, np.float32)
            self.changed.emit()

    def joint_at(self, x: float, y: float, width: float, height: float) -> int | None:
        """The joint under a pixel of a picture of this size: the nearest one, within a limb's thickness."""
        if self.pose is None:
            return None
        p = self.camera.project(self.pose, width, height)
        away = np.hypot(p[:, 0] - x, p[:, 1] - y)
        near = away <= np.maximum(PICK_PX, 0.07 * self.scale * p[:, 3])
        # Of joints behind one another the one in front.
        rank = np.where(near & (p[:, 2] > 0.1), away + 40.0 * (p[:, 2] - p[:, 2].min()), np.inf)
        joint = int(rank.argmin())
        return joint if np.isfinite(rank[joint]) else None

    def set_colours(self, colours: ViewportColours) -> None:
        """Another theme."""
        self.colours = colours
        self.changed.emit()

    def set_following(self, on: bool) -> None:
        """Go along with the person, or stand still."""
        self.following = on
        self.fit()

    def set_camera(self, camera: Camera) -> None:
        """Look from elsewhere."""
        self.camera = camera
        self.camera_changed.emit()
        self.changed.emit()

    def preset(self, name: str) -> None:
        """One of the preset directions, framed."""
        self.camera = self.camera.preset(name)
        self.fit()

    def fit(self) -> None:
        """Frame the moment: all of it, or (following) the body with room for its limbs."""
        if self._positions is None:
            return
        start, end = self._span
        shown = self._positions[start : max(end, start + 1)]
        if self.following:
            track = self._track[start : start + len(shown)]
            shown = shown - track[:, None, :].astype(np.float32) + self._at.astype(np.float32)
        self.set_camera(self.camera.fitted(shown, self.aspect))


class OrbitHandler(QObject):
    """Mouse: drag orbits, middle or Shift drag pans, wheel zooms, double click fits. Any renderer's widget.

    ``on_hover`` hears of the joint under the pointer (None: none); ``on_joint`` of a click on one, and says
    whether it took it; other clicks go to ``on_click``.
    """

    def __init__(
        self,
        widget: QWidget,
        model: ViewportModel,
        on_click: Callable[[], None] | None = None,
        on_hover: Callable[[int | None], None] | None = None,
        on_joint: Callable[[int], bool] | None = None,
    ) -> None:
        super().__init__(widget)
        self._on_hover, self._on_joint = on_hover, on_joint
        self._hovered: int | None = None
        widget.setMouseTracking(on_hover is not None)
        self._model = model
        self._widget = widget
        self._last: QPointF | None = None
        self._moved = 0.0
        self._on_click = on_click
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the mouse events of the viewport."""
        kind = event.type()
        if kind == QEvent.Type.MouseButtonPress and isinstance(event, QMouseEvent):
            self._last, self._moved = event.position(), 0.0
            self._widget.setFocus(Qt.FocusReason.MouseFocusReason)
            return True
        if kind == QEvent.Type.MouseMove and isinstance(event, QMouseEvent) and self._last is not None:
            self._drag(event)
            return True
        if kind == QEvent.Type.MouseMove and isinstance(event, QMouseEvent):
            self._point_at(self._joint(event.position()))
            return True
        if kind == QEvent.Type.Leave:
            self._point_at(None)
            return False
        if kind == QEvent.Type.MouseButtonRelease:
            if self._last is not None and self._moved < 4:
                joint = self._joint(self._last)
                taken = joint is not None and self._on_joint is not None and self._on_joint(joint)
                if not taken and self._on_click:
                    self._on_click()
            self._last = None
            return True
        if kind == QEvent.Type.Wheel and isinstance(event, QWheelEvent):
            self._model.set_camera(self._model.camera.zoomed(0.9 ** (event.angleDelta().y() / 120)))
            return True
        if kind == QEvent.Type.MouseButtonDblClick:
            self._model.fit()
            return True
        return False

    def _joint(self, at: QPointF) -> int | None:
        return self._model.joint_at(at.x(), at.y(), self._widget.width(), self._widget.height())

    def _point_at(self, joint: int | None) -> None:
        if self._on_hover and joint != self._hovered:
            self._hovered = joint
            self._on_hover(joint)

    def _drag(self, event: QMouseEvent) -> None:
        assert self._last is not None
        delta = event.position() - self._last
        self._last = event.position()
        self._moved += abs(delta.x()) + abs(delta.y())
        panning = event.buttons() & (Qt.MouseButton.MiddleButton | Qt.MouseButton.RightButton)
        if panning or event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._model.set_camera(self._model.camera.panned(delta.x(), delta.y(), self._widget.height()))
        else:
            self._model.set_camera(self._model.camera.orbited(-delta.x() * 0.4, delta.y() * 0.4))
