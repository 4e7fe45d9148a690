"""Joints glow on the body, in both renderers and both themes, and the pointer finds them."""

from __future__ import annotations

import numpy as np
import pytest
from fakes import gait
from pictures import painted, pixels

from motionlens.skeleton import JOINT_INDEX as J
from motionlens.skeleton import rest_positions
from motionlens_app.render.body import ANCHOR_JOINT, ANCHORS
from motionlens_app.render.viewport import ViewportModel
from motionlens_app.theme import DARK, LIGHT
from motionlens_app.views.viewer_panel import viewport_colours

SIZE = 360


def glowing(rgb: np.ndarray) -> np.ndarray:
    """(H, W) which pixels have the glow's colour: red and blue well above green."""
    return (rgb[..., 0] - rgb[..., 1] > 70) & (rgb[..., 2] - rgb[..., 1] > 40)


@pytest.fixture(params=[DARK, LIGHT], ids=lambda theme: theme.name)
def model(request, qapp):
    made = ViewportModel(viewport_colours(request.param))
    still = rest_positions()[None].repeat(4, axis=0)
    made.set_motion(still, 1.0, (0, 4))
    made.set_pose(still[0], 0.0)
    made.preset("front")
    return made


def glow(**joints: float) -> np.ndarray:
    out = np.zeros(22, np.float32)
    for name, value in joints.items():
        out[J[name]] = value
    return out


def check(model: ViewportModel, picture) -> None:
    assert not glowing(picture()).any()
    model.set_glow(glow(left_wrist=1.0))
    strong = glowing(picture())
    x, y = model.camera.project(model.pose, SIZE, SIZE)[J["left_wrist"], :2]
    rows, columns = np.nonzero(strong)
    assert strong.sum() > 40
    assert abs(np.median(columns) - x) < 14 and abs(np.median(rows) - y) < 14
    model.set_glow(glow(left_wrist=0.4))
    assert 0 < glowing(picture()).sum() < strong.sum()
    model.set_glow(glow())
    assert not glowing(picture()).any()


def test_a_glowing_joint_is_seen_where_it_is(model):
    check(model, lambda: painted(model))


def test_opengl_glows_too(model, qtbot):
    from motionlens_app.render.factory import gl_works

    if not gl_works():
        pytest.skip("no OpenGL here: run under Xvfb with QT_QPA_PLATFORM=xcb")
    from motionlens_app.render.gl_view import GLViewport

    widget = GLViewport(model)
    qtbot.addWidget(widget)
    widget.resize(SIZE, SIZE)
    widget.show()
    qtbot.waitExposed(widget)
    model.preset("front")
    check(model, lambda: pixels(widget.grabFramebuffer().scaled(SIZE, SIZE)))


def test_every_anchor_goes_with_a_joint():
    assert ANCHOR_JOINT.shape == (len(ANCHORS),) and ANCHOR_JOINT[:22].tolist() == list(range(22))
    assert ANCHOR_JOINT[ANCHORS["right_hand"]] == J["right_wrist"]
    assert ANCHOR_JOINT[ANCHORS["left_toe"]] == J["left_foot"]


def test_every_joint_that_is_not_hidden_can_be_picked(model):
    p = model.camera.project(model.pose, 600, 600)
    found = {model.joint_at(x, y, 600, 600) for x, y in p[:, :2].tolist()}
    assert len(found) >= 18  # neighbours of the spine share their pixels
    for name in ("left_wrist", "right_foot", "head", "left_knee"):
        x, y = p[J[name], :2].tolist()
        assert model.joint_at(x + 4, y - 4, 600, 600) == J[name]
    assert model.joint_at(3, 3, 600, 600) is None


def test_of_two_joints_behind_one_another_the_nearer_is_picked(qapp):
    model = ViewportModel(viewport_colours(DARK))
    walk = gait(4)
    model.set_motion(walk, 1.0, (0, 4))
    model.set_pose(walk[0], 0.0)
    model.preset("side")  # looks at the person's left
    p = model.camera.project(model.pose, 400, 400)
    x, y = p[J["left_shoulder"], :2].tolist()
    assert model.joint_at(x, y, 400, 400) in (J["left_shoulder"], J["left_collar"])
    model.set_motion(None, 1.0, (0, 0))
    assert model.joint_at(x, y, 400, 400) is None
