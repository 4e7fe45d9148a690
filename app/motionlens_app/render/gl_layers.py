"""What the OpenGL renderer uploads: capsules, trails, footprints and paths as plain arrays."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QColor

from .body import ANCHOR_JOINT, JOINT_GROUP, STYLES
from .colours import actor_colours, side_colours
from .layers import ghosts_at, prints_at, sole, trail_at
from .painter_layers import PRINT_ALPHA, TRAIL_M
from .viewport import Actor, ViewportModel

_NOTHING = np.zeros((0, 7), np.float32)


def _rgb(colour: QColor) -> tuple[float, float, float]:
    return colour.redF(), colour.greenF(), colour.blueF()


def _instances(
    model: ViewportModel, actor: Actor, points: np.ndarray, glow: bool, alpha: float
) -> np.ndarray:
    style = STYLES[model.options.body]
    colours = np.array([_rgb(c) for c in actor_colours(model.colours, actor)])
    radii = style.radii * actor.layers.scale
    joints = ANCHOR_JOINT[np.stack([style.a, style.b], axis=1)]
    glows = model.glow[joints] if glow else np.zeros_like(joints)
    opacity = np.full((len(style.a), 1), alpha)
    parts = [
        points[style.a],
        radii[:, :1],
        points[style.b],
        radii[:, 1:],
        colours[style.groups],
        glows,
        opacity,
    ]
    return np.concatenate(parts, axis=1).astype(np.float32)


def body_instances(model: ViewportModel) -> np.ndarray:
    """(S, 14) the capsules of all actors: two ends with radii, colour, two glows, opacity."""
    return np.concatenate(
        [
            _instances(model, actor, actor.points, number == 0, 1.0)
            for number, actor in enumerate(model.actors)
        ]
    )


def ghost_instances(model: ViewportModel) -> list[np.ndarray]:
    """The onion skin, a body each, the faintest first."""
    return [
        _instances(model, actor, actor.layers.points[frame], False, 0.58 * strength)
        for actor in model.actors
        for frame, strength in ghosts_at(actor.layers, actor.frame, model.options.ghosts)
    ]


def _strip(left: np.ndarray, right: np.ndarray, colours: np.ndarray) -> np.ndarray:
    """Triangles between two lines of P points: (6 (P - 1), 7), colours (P, 4) with opacity."""
    a = np.concatenate([left, colours], axis=1)
    b = np.concatenate([right, colours], axis=1)
    out = np.stack([a[:-1], b[:-1], a[1:], b[:-1], b[1:], a[1:]], axis=1)
    return out.reshape(-1, 7).astype(np.float32)


def ribbon(points: np.ndarray, normal: np.ndarray, widths: np.ndarray, colours: np.ndarray) -> np.ndarray:
    """A strip along (P, 3) points, its flat side to ``normal`` (3,) or (P, 3).

    Args:
        widths: (P,) metres. colours: (P, 4) red, green, blue, opacity.

    Returns:
        (6 (P - 1), 7) float32: triangles, each corner with its colour.
    """
    along = np.gradient(points.astype(np.float64), axis=0)
    side = np.cross(along, normal)
    side /= np.maximum(np.linalg.norm(side, axis=1, keepdims=True), 1e-9)
    side *= widths[:, None] / 2
    return _strip(points - side, points + side, colours)


def trails(model: ViewportModel) -> np.ndarray:
    """(N, 7) triangles of all trails, turned to the eye, narrowing and fading to their ends."""
    eye, colours = model.camera.eye(), side_colours(model.colours)
    out = [_NOTHING]
    for actor in model.actors:
        for joint in model.options.trails:
            points, strength = trail_at(actor.layers, joint, actor.frame, model.options.body == "body")
            if len(points) < 2:
                continue
            tint = np.tile(np.array([*_rgb(colours[JOINT_GROUP[joint]]), 0.0]), (len(points), 1))
            tint[:, 3] = 0.92 * strength * (1 - 0.6 * actor.faded)
            widths = TRAIL_M * actor.layers.scale * (0.35 + 0.65 * strength)
            out.append(ribbon(points, eye - points, widths, tint))
    return np.concatenate(out)


def on_the_ground(model: ViewportModel) -> np.ndarray:
    """(N, 7) triangles of paths and footprints."""
    out = [_NOTHING]
    options, colours = model.options, model.colours
    for actor in model.actors:
        layers = actor.layers
        if options.path:
            if layers.span[1] - layers.span[0] < layers.n_frames:  # else the moment's covers it
                out.append(_path(layers.path, colours.path, 0.016))
            out.append(_path(layers.moment_path, actor.tint or colours.accent, 0.022))
        if options.contacts:
            tints = side_colours(colours)
            for i, strength in prints_at(layers, actor.frame):
                flat = sole(layers.prints.heel[i], layers.prints.toe[i], layers.scale)
                rgb = _rgb(tints[layers.prints.side[i]])
                out.append(_fan(flat, (*rgb, PRINT_ALPHA[colours.dark] * strength)))
                closed = np.concatenate([flat, flat[:1]])
                out.append(_line(closed, (*rgb, 0.8 * strength), 0.007 * layers.scale))
    return np.concatenate(out)


def _path(path: np.ndarray, colour: str, width: float) -> np.ndarray:
    if len(path) < 2 or np.ptp(path, axis=0).max() < 0.15:
        return _NOTHING
    return _line(path, (*_rgb(QColor(colour)), 1.0), width)


def _line(path: np.ndarray, colour: tuple[float, ...], width: float) -> np.ndarray:
    points = np.full((len(path), 3), 0.003)
    points[:, ::2] = path
    colours = np.tile(np.array(colour), (len(path), 1))
    return ribbon(points, np.array([0.0, 1.0, 0.0]), np.full(len(path), width), colours)


def _fan(outline: np.ndarray, colour: tuple[float, ...]) -> np.ndarray:
    """A filled outline on the ground that is seen whole from its middle: triangles from there."""
    corners = np.full((len(outline), 7), 0.002, dtype=np.float32)
    corners[:, [0, 2]] = outline
    corners[:, 3:] = colour
    middle = corners.mean(axis=0, keepdims=True).repeat(len(corners), axis=0)
    return np.stack([middle, corners, np.roll(corners, -1, axis=0)], axis=1).reshape(-1, 7)
