"""The painter's kept pictures: laid down again they are what a fresh painting is, and they go when they must."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from motionlens.skeleton import rest_positions
from motionlens_app.render.batches import hulls, polygons
from motionlens_app.render.layers import make_layers
from motionlens_app.render.painter_ground import KeptPictures
from motionlens_app.render.painter_view import paint_scene
from motionlens_app.render.viewport import Actor, ViewportModel
from motionlens_app.theme import DARK, LIGHT
from motionlens_app.views.viewer_panel import viewport_colours

from .pictures import pixels


@pytest.fixture
def model(qapp) -> ViewportModel:
    """Somebody who slides along, seen by a camera that stands."""
    made = ViewportModel(viewport_colours(DARK))
    made.set_motion(_sliding(2.0), 1.0, (5, 35))
    made.set_options(made.options.having(follow=False, ghosts="8", contacts=True))
    made.set_frame(20.0)
    return made


def _sliding(metres: float) -> np.ndarray:
    positions = np.repeat(rest_positions()[None], 40, axis=0).astype(np.float32)
    positions[:, :, 2] += np.linspace(0, metres, 40, dtype=np.float32)[:, None]
    return positions


def _shown(model: ViewportModel, kept: KeptPictures | None, size: tuple[int, int] = (320, 260)) -> np.ndarray:
    image = QImage(*size, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    paint_scene(painter, QRectF(0, 0, *size), model, kept)
    painter.end()
    return pixels(image)


CHANGES: dict[str, Callable[[ViewportModel], object]] = {
    "frame": lambda m: m.set_frame(23.0),
    "camera": lambda m: m.set_camera(m.camera.orbited(30, 5)),
    "theme": lambda m: m.set_colours(viewport_colours(LIGHT)),
    "grid": lambda m: m.set_options(m.options.having(grid=False)),
    "path": lambda m: m.set_options(m.options.having(path=False)),
    "body": lambda m: m.set_options(m.options.having(body="skeleton")),
    "motion": lambda m: m.set_motion(_sliding(-1.0), 1.0, (0, 40)),
    "tint": lambda m: setattr(m.actors[0], "tint", "#3fbf8a"),
    "faded": lambda m: setattr(m.actors[0], "faded", 1.0),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_shows_at_once(model, name: str) -> None:
    kept = KeptPictures()
    for _ in range(3):
        before = _shown(model, kept)
    assert kept.ground is not None and kept.ghosts
    CHANGES[name](model)
    for _ in range(3):  # painted anew, kept, and from what is kept
        after = _shown(model, kept)
        assert np.abs(after - _shown(model, None)).max() <= 1
    assert np.abs(after - before).max() > 20


def test_another_size_shows_at_once(model) -> None:
    kept = KeptPictures()
    for _ in range(3):
        _shown(model, kept)
    for _ in range(3):
        assert np.abs(_shown(model, kept, (300, 200)) - _shown(model, None, (300, 200))).max() <= 1


def test_under_a_moving_camera_no_ground_is_kept(model) -> None:
    kept = KeptPictures()
    for step in range(60):
        model.set_camera(model.camera.orbited(1.0, 0.0))
        model.set_frame(10.0 + step % 20)
        _shown(model, kept)
        assert kept.ground is None
    assert len(kept.ghosts) <= 48


def test_several_bodies_keep_their_own_ghosts(model) -> None:
    layers = [make_layers(_sliding(metres), 1.0, (0, 40)) for metres in (1.0, -1.5)]
    model.set_actors([Actor(one, one.at(20.0), 20.0) for one in layers])
    kept = KeptPictures()
    for _ in range(3):
        assert np.abs(_shown(model, kept) - _shown(model, None)).max() <= 1
    assert {key[0] for key in kept.ghosts} == set(layers)


def test_the_shadow_darkens_the_ground_under_the_body_alone(model) -> None:
    model.set_options(model.options.having(grid=False, path=False, ghosts="off", contacts=False))
    model.set_colours(viewport_colours(LIGHT))
    shown = _shown(model, None)
    model.actors[0].points = model.actors[0].points + np.float32([0, 40, 0])  # out of the picture, up
    bare = _shown(model, None)
    model.set_frame(20.0)
    x, y = model.camera.project(np.array([0.25, 0.0, float(model.pose[0, 2])]), 320, 260)[:2].astype(int)
    assert shown[y, x].mean() < bare[y, x].mean() - 2
    assert np.abs(shown[:, :4] - bare[:, :4]).max() <= 1


def test_a_hidden_end_leaves_the_larger_ends_circle() -> None:
    outlines = hulls(
        np.array([[5.0, 5.0, 6.0, 5.0], [5.0, 5.0, 5.0, 5.0]]), np.array([[1.0, 9.0], [4.0, 4.0]])
    )
    away = np.linalg.norm(outlines - np.array([[[6.0, 5.0]], [[5.0, 5.0]]]), axis=2)
    assert np.allclose(away, [[9.0], [4.0]])


def test_polygons_keep_every_digit() -> None:
    points = np.random.default_rng(3).normal(0, 900, (4, 7, 2))
    back = [[(p.x(), p.y()) for p in polygon.toList()] for polygon in polygons(points)]
    assert np.array_equal(back, points)
