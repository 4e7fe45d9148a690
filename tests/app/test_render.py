"""Cameras, bodies, thumbnails and the painter renderer: left is cool and where it belongs."""

from __future__ import annotations

import os

import numpy as np
import pytest
from fakes import gait
from pictures import painted, pixels
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from motionlens.skeleton import JOINT_INDEX, rest_positions
from motionlens_app.render.body import ANCHORS, anchors, body_scale, telling_frame
from motionlens_app.render.camera import Camera
from motionlens_app.render.factory import make_viewport
from motionlens_app.render.thumbnail import ThumbnailPainter, prepare
from motionlens_app.render.viewport import ViewportModel
from motionlens_app.theme import DARK, LIGHT
from motionlens_app.views.viewer_panel import viewport_colours


def columns_of(rgb: np.ndarray) -> tuple[float, float, int, int]:
    """Mean column of bluish and of orange pixels, and how many there are of each."""
    cool = (rgb[..., 2] - rgb[..., 0]) > 60
    warm = (rgb[..., 0] - rgb[..., 2]) > 60
    return np.nonzero(cool)[1].mean(), np.nonzero(warm)[1].mean(), int(cool.sum()), int(warm.sum())


@pytest.fixture
def model(qapp):
    made = ViewportModel(viewport_colours(DARK))
    still = rest_positions()[None].repeat(4, axis=0)
    made.set_motion(still, 1.0, (0, 4))
    made.set_pose(still[0], 0.0)
    return made


def test_from_the_front_the_left_side_is_cool_and_on_the_right_of_the_picture(model):
    model.preset("front")
    cool, warm, n_cool, n_warm = columns_of(painted(model))
    assert n_cool > 400 and n_warm > 400
    assert cool > 180 > warm


def test_from_behind_it_is_the_other_way_round(model):
    model.preset("front")
    model.set_camera(model.camera.orbited(180, 0))
    cool, warm, _, _ = columns_of(painted(model))
    assert cool < 180 < warm


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda t: t.name)
@pytest.mark.parametrize("view", ["three-quarter", "front", "side", "top"])
def test_every_preset_shows_the_whole_body(model, theme, view):
    model.set_colours(viewport_colours(theme))
    model.preset(view)
    points = model.camera.project(anchors(model.pose, 1.0), 360, 360)
    assert points[:, :2].min() > 0 and points[:, :2].max() < 360
    assert np.ptp(points[:, :2], axis=0).max() > 150


def test_preset_buttons_do_not_turn_the_person_upside_down(model):
    for view in ("three-quarter", "front", "side"):
        model.preset(view)
        p = model.camera.project(model.pose, 300, 300)
        assert p[JOINT_INDEX["head"], 1] < p[JOINT_INDEX["left_foot"], 1]


def test_orbit_stays_off_the_pole_and_pan_follows_the_pointer():
    camera = Camera(azimuth=0, elevation=0)
    assert camera.orbited(0, 500).elevation < 90
    before = camera.project(np.array(camera.target), 400, 400)[:2]
    after = camera.panned(30, -20, 400).project(np.array(camera.target), 400, 400)[:2]
    assert np.allclose(after - before, (30, -20), atol=0.5)


def test_following_keeps_a_walker_in_the_picture(qapp):
    model = ViewportModel(viewport_colours(DARK))
    walk = gait(200, 1.3)
    model.set_motion(walk, body_scale(walk), (0, 200))
    for frame in (0, 100, 199):
        model.set_pose(walk[frame], float(frame))
        p = model.camera.project(walk[frame], 300, 300)[:, :2]
        assert p.min() > 0 and p.max() < 300


def test_noses_and_toes_point_forward():
    points = anchors(rest_positions())
    assert points[ANCHORS["nose_tip"], 2] > points[ANCHORS["head"], 2] + 0.05
    assert points[ANCHORS["left_toe"], 2] > points[ANCHORS["left_heel"], 2] + 0.15
    assert points[ANCHORS["left_hand"], 0] > points[ANCHORS["left_wrist"], 0] + 0.1


def test_degenerate_poses_do_not_break_the_body():
    assert np.isfinite(anchors(np.zeros((3, 22, 3), np.float32))).all()
    assert prepare(np.zeros((3, 22, 3), np.float32)).n_frames == 3


def test_thumbnail_stays_in_its_card_and_shows_left_cool(qapp):
    still = rest_positions()[None].repeat(3, axis=0)
    image = QImage(240, 180, QImage.Format.Format_RGB32)
    image.fill(0x24262B)
    painter = QPainter(image)
    ThumbnailPainter(DARK.thumbnail).paint(painter, QRectF(0, 0, 240, 180), prepare(still), 0)
    painter.end()
    rgb = pixels(image)
    cool, warm, n_cool, n_warm = columns_of(rgb)
    assert n_cool > 80 and n_warm > 80 and cool > warm
    assert np.abs(prepare(still).lines[..., 1]).max() < 0.5


def test_long_walks_keep_the_body_readable():
    clip = prepare(gait(400, 1.3))
    height = np.ptp(clip.lines[..., 1], axis=1)
    assert height.min() > 0.35
    assert np.abs(clip.lines[..., 0]).max() < 4 / 6 + 0.1


def test_still_is_the_most_telling_frame():
    motion = rest_positions()[None].repeat(30, axis=0).copy()
    motion[17, JOINT_INDEX["left_wrist"], 1] += 0.6
    assert telling_frame(motion) == 17


def test_renderer_choice(qapp, qtbot, monkeypatch, model):
    monkeypatch.setenv("MOTIONLENS_RENDERER", "painter")
    widget = make_viewport(model)
    qtbot.addWidget(widget)
    assert widget.kind == "painter"
    monkeypatch.delenv("MOTIONLENS_RENDERER")
    if os.environ.get("QT_QPA_PLATFORM") == "offscreen":
        other = make_viewport(model)
        qtbot.addWidget(other)
        assert other.kind == "painter"


def test_gl_renderer_agrees_with_the_painter(qapp, qtbot, model):
    from motionlens_app.render.factory import gl_works

    if not gl_works():
        pytest.skip("no OpenGL here: run under Xvfb with QT_QPA_PLATFORM=xcb")
    from motionlens_app.render.gl_view import GLViewport

    widget = GLViewport(model)
    qtbot.addWidget(widget)
    widget.resize(360, 360)
    widget.show()
    qtbot.waitExposed(widget)
    model.preset("front")
    gl = pixels(widget.grabFramebuffer().scaled(360, 360))
    cool, warm, n_cool, n_warm = columns_of(gl)
    assert cool > 180 > warm
    other = columns_of(painted(model))
    assert abs(n_cool / other[2] - 1) < 0.35 and abs(n_warm / other[3] - 1) < 0.35
