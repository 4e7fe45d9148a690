"""What a viewport shows, apart from how: pose, path, camera. Both renderers draw this one object."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from motionlens.skeleton import N_JOINTS

from .body import anchors as body_anchors
from .camera import Camera
from .layers import Layers, make_layers, smoothed_track
from .looks import ViewOptions

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


@dataclass(eq=False)
class Actor:
    """One body in the picture, at its own frame of its own motion.

    Attributes:
        tint: colour that tells it from the others; "" where there is one only.
        faded: 0..1, how far it steps back: a motion that has not begun or is over.
    """

    layers: Layers
    points: np.ndarray
    frame: float = 0.0
    tint: str = ""
    faded: float = 0.0

    def move(self, frame: float) -> None:
        """To a fractional frame."""
        self.frame = frame
        self.points = self.layers.at(frame)


class ViewportModel(QObject):
    """State of the viewport; ``changed`` asks for a repaint.

    One actor is the usual case; ``set_actors`` puts several into one picture.
    """

    changed = Signal()
    camera_changed = Signal()

    def __init__(self, colours: ViewportColours, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.colours = colours
        self.camera = Camera()
        self.options = ViewOptions()
        self.actors: list[Actor] = []
        self.following = True
        self.aspect = 1.0
        self.glow = np.zeros(N_JOINTS, np.float32)
        self._tracks: list[np.ndarray] = []
        self._shown: list[np.ndarray] = []
        self._at = np.zeros(3)

    @property
    def pose(self) -> np.ndarray | None:
        """(22, 3) of the first actor."""
        return self.actors[0].points[:N_JOINTS] if self.actors else None

    @property
    def scale(self) -> float:
        """Thickness factor of the first actor."""
        return self.actors[0].layers.scale if self.actors else 1.0

    def set_motion(
        self, positions: np.ndarray | None, scale: float, span: tuple[int, int], layers: Layers | None = None
    ) -> None:
        """Another motion: the direction of view stays, the framing starts anew.

        Args:
            layers: made of the motion off the GUI thread; None: they are made now.
        """
        if positions is None:
            self.set_actors([])
        else:
            made = layers or make_layers(positions, scale, span)
            frame = min(span[0], len(positions) - 1)
            self.set_actors([Actor(made, made.at(frame), float(frame))])

    def set_actors(self, actors: list[Actor]) -> None:
        """Other bodies, each at its present frame; the framing starts anew."""
        self.actors = actors
        self._tracks = [smoothed_track(actor.layers.points) for actor in actors]
        self._shown = [_moment(actor.layers.points, actor.layers.span) for actor in actors]
        if actors:
            self._at = self._middle()
            self.fit()
        self.changed.emit()

    def set_frame(self, frame: float) -> None:
        """The only actor at a (fractional) frame; a following camera goes along."""
        if self.actors:
            self.actors[0].move(frame)
            self.moved()

    def set_pose(self, pose: np.ndarray, frame: float) -> None:
        """The only actor in a (22, 3) pose of one's own, at the place in its motion that ``frame`` says."""
        if self.actors:
            self.actors[0].frame, self.actors[0].points = frame, body_anchors(pose, self.scale)
            self.moved()

    def moved(self) -> None:
        """The actors have moved: a following camera goes along."""
        at = self._middle()
        if self.following:
            self.camera = self.camera.looking_at(np.asarray(self.camera.target) + at - self._at)
        self._at = at
        self.changed.emit()

    @property
    def middle(self) -> np.ndarray:
        """(3,) what a following camera goes along with."""
        return self._at if self.following else np.zeros(3)

    def _middle(self) -> np.ndarray:
        """Between the pelvises of all actors, on the ground, steadied."""
        places = [
            _between(track, actor.frame) for track, actor in zip(self._tracks, self.actors, strict=True)
        ]
        return np.mean(places, axis=0) if places else np.zeros(3)

    def set_options(self, options: ViewOptions) -> None:
        """Draw in another way."""
        before, self.options = self.options, options
        if options.follow != before.follow or options.follow != self.following:
            self.set_following(options.follow)
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
        """Frame the moment: all of it, or (following) the bodies with room for their limbs."""
        if not self.actors:
            return
        shown = []
        for points, track, actor in zip(self._shown, self._tracks, self.actors, strict=True):
            if self.following and len(self.actors) == 1:
                start = actor.layers.span[0]
                points = points - track[start : start + len(points), None, :].astype(np.float32)
                points = points + self._at.astype(np.float32)
            shown.append(points[:: max(len(points) // 60, 1)])
        self.set_camera(self.camera.fitted(np.concatenate(shown), self.aspect))


def _moment(points: np.ndarray, span: tuple[int, int]) -> np.ndarray:
    """(n, 22, 3) the joints during the moment."""
    shown: np.ndarray = points[span[0] : max(span[1], span[0] + 1), :N_JOINTS]
    return shown


def _between(track: np.ndarray, frame: float) -> np.ndarray:
    low = min(max(int(frame), 0), len(track) - 1)
    high = min(low + 1, len(track) - 1)
    out: np.ndarray = track[low] + (track[high] - track[low]) * (frame - low)
    return out


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
