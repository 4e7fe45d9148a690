"""View options: body or skeleton, trails, onion skin, foot contacts, path, follow, grid; both renderers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from fakes import gait
from pictures import painted, pixels
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from motionlens.motion import FPS
from motionlens.skeleton import JOINT_INDEX as J
from motionlens.skeleton import MIRROR, rest_positions
from motionlens_app.render import gl_layers
from motionlens_app.render.body import ANCHORS, LEFT, RIGHT, STYLES, body_scale
from motionlens_app.render.layers import (
    SUB,
    TRAIL_S,
    feet_down,
    ghosts_at,
    make_layers,
    prints_at,
    sole,
    trail_at,
)
from motionlens_app.render.looks import TRAIL_SETS, ViewOptions, options_from_text
from motionlens_app.render.viewport import ViewportModel
from motionlens_app.theme import DARK, LIGHT
from motionlens_app.views.viewer_panel import viewport_colours

SIZE = 360


def changed(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Where two pictures differ plainly."""
    return np.abs(a - b).max(axis=-1) > 12


def cool(rgb: np.ndarray) -> np.ndarray:
    return rgb[..., 2] - rgb[..., 0] > 40


def warm(rgb: np.ndarray) -> np.ndarray:
    return rgb[..., 0] - rgb[..., 2] > 40


def walker(n: int = 120, speed: float = 1.2) -> np.ndarray:
    """A walk whose standing foot does not slide: the root is carried by it."""
    walk = gait(n, speed)
    walk[..., 2] -= walk[:, :1, 2]
    feet = walk[:, [J["left_foot"], J["right_foot"]]]
    stands = feet[..., 1].argmin(axis=1)
    z = feet[np.arange(n), stands, 2]
    step = np.where(stands[1:] == stands[:-1], -(z[1:] - z[:-1]), 0.0)
    walk[1:, :, 2] += np.cumsum(step)[:, None]
    return walk.astype(np.float32)


@pytest.fixture
def model(qapp):
    made = ViewportModel(viewport_colours(DARK))
    walk = walker()
    made.set_motion(walk, body_scale(walk), (0, len(walk)))
    made.set_frame(60.0)
    made.preset("side")
    made.set_options(ViewOptions(path=False))
    return made


# -- what is computed once a motion ------------------------------------------------------------------


def test_trail_ends_at_the_hand_and_fades_to_its_start():
    walk = gait(100, 1.0)
    layers = make_layers(walk, 1.0, (0, 100))
    points, strength = trail_at(layers, J["left_wrist"], 50.0)
    assert np.allclose(points[-1], layers.points[50, ANCHORS["left_palm"]], atol=1e-5)
    assert strength[-1] == 1 and strength[0] < 0.02 and (np.diff(strength) >= 0).all()
    assert len(points) == pytest.approx(TRAIL_S * FPS * SUB, abs=2)
    wrist, _ = trail_at(layers, J["left_wrist"], 50.0, palms=False)
    assert np.allclose(wrist[-1], walk[50, J["left_wrist"]], atol=1e-5)
    half, _ = trail_at(layers, J["left_wrist"], 50.4)
    assert np.linalg.norm(half[-1] - layers.at(50.4)[ANCHORS["left_palm"]]) < 0.02


def test_trails_are_round_where_the_hand_goes_round():
    angle = np.arange(40) / FPS * 2 * np.pi * 0.8  # most of a turn a second: 14 degrees between frames
    circle = np.repeat(rest_positions()[None].astype(np.float32), 40, axis=0)
    circle[:, J["head"], 0], circle[:, J["head"], 1] = 0.5 * np.cos(angle), 1 + 0.5 * np.sin(angle)
    trail = make_layers(circle, 1.0, (0, 40)).trails[J["head"]]
    assert np.allclose(trail[::SUB], circle[:, J["head"]], atol=1e-5)
    inside = np.hypot(trail[SUB:-SUB, 0], trail[SUB:-SUB, 1] - 1)
    assert np.abs(inside - 0.5).max() < 0.001


def test_feet_of_a_walk_take_turns_and_a_flying_foot_is_not_down():
    walk = walker()
    layers = make_layers(walk, 1.0, (0, len(walk)))
    down = feet_down(layers.points, 1.0)
    assert 0.3 < down.mean() < 0.95
    for side, name in ((0, "left_foot"), (1, "right_foot")):
        height = walk[:, J[name], 1]
        assert height[down[:, side]].mean() < height[~down[:, side]].mean()
    sides = layers.prints.side.tolist()
    assert len(sides) >= 3 and set(sides) == {LEFT, RIGHT}
    jump = np.repeat(rest_positions()[None], 30, axis=0)
    jump[10:20, :, 1] += 0.5 * np.sin(np.linspace(0.3, np.pi - 0.3, 10))[:, None]
    down = feet_down(make_layers(jump.astype(np.float32), 1.0, (0, 30)).points, 1.0)
    assert down[:8].all() and not down[11:19].any() and down[22:].all()


def test_mirrored_motion_has_mirrored_prints():
    walk = walker()
    mirrored = np.ascontiguousarray(walk[:, MIRROR] * np.array([-1, 1, 1], np.float32))
    a = make_layers(walk, 1.0, (0, len(walk))).prints
    b = make_layers(mirrored, 1.0, (0, len(walk))).prints
    assert sorted(zip(a.start, a.end, a.side, strict=True)) == sorted(
        zip(b.start, b.end, np.where(b.side == LEFT, RIGHT, LEFT), strict=True)
    )


def test_prints_appear_with_the_step_and_fade_after_it():
    layers = make_layers(walker(), 1.0, (0, 120))
    first = int(layers.prints.start[-1])
    before = {i for i, _ in prints_at(layers, first - 1.0)}
    now = dict(prints_at(layers, float(first)))
    last = len(layers.prints.start) - 1
    assert last not in before and now[last] == 1.0
    early = {i: s for i, s in prints_at(layers, 119.0) if layers.prints.end[i] < 60}
    assert all(s < 0.55 for s in early.values())


def test_a_sole_points_where_the_foot_does():
    outline = sole(np.array([0.0, 0.0]), np.array([0.0, 0.25]), 1.0)
    assert outline[:, 1].max() > 0.24 and np.ptp(outline[:, 1]) > 2 * np.ptp(outline[:, 0])
    assert np.isfinite(sole(np.zeros(2), np.zeros(2), 1.0)).all()


def test_ghosts_stand_still_while_the_playhead_goes_by():
    layers = make_layers(gait(100), 1.0, (20, 80))
    assert ghosts_at(layers, 40.0, "off") == []
    near = dict(ghosts_at(layers, 41.5, "8"))
    assert set(near) <= set(range(0, 100, 5)) and len(near) >= 6
    assert near[35] > near[30] > near[25] and max(near) > 41.5
    assert 40 not in dict(ghosts_at(layers, 40.0, "8"))  # the body itself stands there
    whole = [f for f, _ in ghosts_at(layers, 0.0, "moment")]
    assert min(whole) == 20 and max(whole) == 79 and len(whole) == 8


@pytest.mark.parametrize("n", [1, 2, 3])
def test_shortest_motions_have_layers_too(qapp, n):
    still = np.repeat(rest_positions()[None].astype(np.float32), n, axis=0)
    model = ViewportModel(viewport_colours(DARK))
    model.set_motion(still, 1.0, (0, n))
    everything = ViewOptions("skeleton", TRAIL_SETS["hands"], "8", True)
    model.set_options(everything)
    model.set_frame(n - 1.0)
    assert cool(painted(model)).sum() > 50
    assert np.isfinite(gl_layers.trails(model)).all() and np.isfinite(gl_layers.on_the_ground(model)).all()


# -- what is painted ---------------------------------------------------------------------------------


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda t: t.name)
def test_the_skeleton_is_thinner_and_left_stays_cool(model, theme):
    model.set_colours(viewport_colours(theme))
    model.preset("front")
    body = painted(model)
    model.set_options(replace(model.options, body="skeleton"))
    bones = painted(model)
    assert 0.03 < cool(bones).sum() / cool(body).sum() < 0.5
    assert np.nonzero(cool(bones))[1].mean() > np.nonzero(warm(bones))[1].mean()


def test_trails_paint_the_side_s_colour_behind_the_hand(model):
    without = painted(model)
    model.set_options(replace(model.options, trails=(J["left_foot"],)))
    new = changed(without, painted(model))
    rgb = painted(model)
    assert new.sum() > 60 and (cool(rgb) & new).sum() > 5 * (warm(rgb) & new).sum()
    foot = model.camera.project(model.actors[0].points[ANCHORS["left_foot"]], SIZE, SIZE)[:2]
    assert np.hypot(*(np.argwhere(new)[:, ::-1] - foot).T).min() < 8


def test_onion_skin_stays_behind_the_body(model):
    without = painted(model)
    solid = changed(without, picture_without_body(model))
    model.set_options(replace(model.options, ghosts="8"))
    new = changed(without, painted(model))
    assert new.sum() > 400
    assert (new & solid).sum() < 0.05 * new.sum()


def picture_without_body(model: ViewportModel) -> np.ndarray:
    actors, model.actors = model.actors, []
    try:
        return painted(model)
    finally:
        model.actors = actors


def test_contacts_lie_on_the_ground_in_the_foot_s_colour_and_are_quiet(model):
    model.preset("top")
    without = painted(model)
    model.set_options(replace(model.options, contacts=True))
    with_prints = painted(model)
    new = changed(without, with_prints)
    assert new.sum() > 40 and cool(with_prints)[new].any() and warm(with_prints)[new].any()
    body = changed(without, picture_without_body(model))
    assert new.sum() < 2 * body.sum()


def test_grid_and_path_can_go(model):
    with_grid = painted(model)
    model.set_options(replace(model.options, grid=False))
    assert changed(with_grid, painted(model)).sum() > 300
    model.set_options(replace(model.options, grid=True, path=True))
    assert changed(with_grid, painted(model)).sum() > 30


@pytest.mark.parametrize("options", [
    ViewOptions("skeleton"), ViewOptions(trails=TRAIL_SETS["hands"] + TRAIL_SETS["feet"]), ViewOptions(ghosts="8"),
    ViewOptions(contacts=True, grid=False),
], ids=["skeleton", "trails", "ghosts", "contacts"])  # fmt: skip
def test_gl_draws_the_same(qapp, qtbot, model, options):
    from motionlens_app.render.factory import gl_works

    if not gl_works():
        pytest.skip("no OpenGL here: run under Xvfb with QT_QPA_PLATFORM=xcb")
    from motionlens_app.render.gl_view import GLViewport

    widget = GLViewport(model)
    qtbot.addWidget(widget)
    widget.resize(SIZE, SIZE)
    widget.show()
    qtbot.waitExposed(widget)
    model.set_options(replace(options, path=False))
    model.preset("three-quarter")
    model.glow[:] = 0
    drawn = {}
    for name, take in (
        ("gl", lambda: pixels(widget.grabFramebuffer().scaled(SIZE, SIZE))),
        ("painter", lambda: painted(model)),
    ):
        rgb = take()
        actors, model.actors = model.actors, []
        drawn[name] = rgb, changed(rgb, take())
        model.actors = actors
    (gl, by_gl), (painted, by_painter) = drawn["gl"], drawn["painter"]
    assert abs(by_gl.sum() / by_painter.sum() - 1) < 0.3
    for colour in (cool, warm):
        a, b = (np.mean(np.nonzero(colour(rgb)), axis=1) for rgb in (gl, painted))
        assert np.allclose(a, b, atol=24)


# -- what the user does ------------------------------------------------------------------------------


def shown(app, qtbot):
    qtbot.waitUntil(lambda: app.session.viewer.shown is not None)
    return app.window.viewer


def test_the_panel_switches_each_option_and_stays_open(app, qtbot):
    panel = shown(app, qtbot)
    QTest.mouseClick(panel.options_button, Qt.MouseButton.LeftButton)
    assert panel.options.isVisible()
    for key, expected in (
        (("body", "skeleton"), {"body": "skeleton"}),
        (("trails", "hands"), {"trails": TRAIL_SETS["hands"]}),
        (("ghosts", "8"), {"ghosts": "8"}),
        (("contacts", "on"), {"contacts": True}),
        (("path", "on"), {"path": False}),
        (("follow", "on"), {"follow": False}),
        (("grid", "on"), {"grid": False}),
    ):
        QTest.mouseClick(panel.options.buttons[key], Qt.MouseButton.LeftButton)
        options = panel.scene.options
        assert {name: getattr(options, name) for name in expected} == expected
    assert panel.options.isVisible()
    assert not panel.follow_button.isChecked() and not panel.scene.following
    panel.options.hide()


def test_joints_are_chosen_on_the_body(app, qtbot):
    panel = shown(app, qtbot)
    app.session.viewer.playback.pause()
    panel.show_options()
    QTest.mouseClick(panel.options.buttons["trails", "joints"], Qt.MouseButton.LeftButton)
    assert panel.picking and panel.hint.isVisible() and not panel.options.isVisible()
    for name in ("head", "left_wrist"):
        view = panel.viewport
        x, y = panel.scene.camera.project(panel.scene.pose, view.width(), view.height())[J[name], :2]
        QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(round(x), round(y)))
    assert panel.scene.options.trails == (J["head"], J["left_wrist"])
    QTest.mouseClick(panel.hint.done, Qt.MouseButton.LeftButton)
    assert not panel.picking and not panel.hint.isVisible() and not panel.scene.glow.any()


def test_keys_go_through_the_choices(app, qtbot):
    panel = shown(app, qtbot)
    panel.viewport.setFocus()
    QTest.keyClick(panel.viewport, Qt.Key.Key_B)
    QTest.keyClick(panel.viewport, Qt.Key.Key_J)
    QTest.keyClick(panel.viewport, Qt.Key.Key_O)
    assert (panel.scene.options.body, panel.scene.options.trail_set, panel.scene.options.ghosts) == (
        "skeleton", "hands", "4",
    )  # fmt: skip
    QTest.keyClick(panel.viewport, Qt.Key.Key_B)
    assert panel.scene.options.body == "body"
    QTest.keyClick(panel.viewport, Qt.Key.Key_L)
    assert panel.options.isVisible()
    panel.options.hide()


def test_options_are_there_at_the_next_start(make_app, qtbot):
    app = make_app()
    wanted = ViewOptions("skeleton", (3, 20), "4", True, False, False, False)
    app.session.viewer.set_options(wanted)
    app.window.close()
    again = make_app()
    assert again.session.viewer.options == wanted and again.window.viewer.scene.options == wanted


@pytest.mark.parametrize("text", ["", "nonsense", "[]", '{"body": "jelly", "trails": "all", "grid": "no"}'])
def test_damaged_settings_read_as_the_usual_view(text):
    assert options_from_text(text) == ViewOptions()


def test_both_styles_name_only_real_anchors():
    for style in STYLES.values():
        assert style.a.max() < len(ANCHORS) and len(style.a) == len(style.radii) == len(style.groups)
