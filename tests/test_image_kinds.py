"""Every motion image: finite on anything, the same wherever the person stands, mirrored when mirrored."""

from __future__ import annotations

import numpy as np
import pytest

from motionlens.motion import mirror_positions
from motionlens.representation.angles29 import angle_image
from motionlens.representation.chains import CHAINS
from motionlens.representation.kinds import IMAGE_KINDS
from motionlens.representation.pose import N_POSE
from motionlens.representation.positions import position_image
from motionlens.skeleton import BODY_PARTS, JOINT_INDEX, MIRROR, rest_positions
from tests.motions import wobbling

PARTS = [part.name for part in BODY_PARTS]
SWAPPED = [
    PARTS.index(n.replace("left", "right") if "left" in n else n.replace("right", "left")) for n in PARTS
]
OURS = ("angles29", "positions", "chains", "pose")


def turned(positions: np.ndarray, degrees: float, way: tuple[float, float, float] = (0, 0, 0)) -> np.ndarray:
    """The whole motion turned about the vertical (to the left) and moved."""
    a = np.deg2rad(degrees)
    turn = np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])
    return (positions @ turn.T + way).astype(np.float32)


def arms_down(frames: int = 40, seed: int = 0) -> np.ndarray:
    """A standing person, arms hanging a little forward, all limbs bent and moving: no angle is on its wrap."""
    p = np.repeat(rest_positions()[None], frames, axis=0)
    wave = np.sin(np.arange(frames) / 6 + seed)[:, None]
    for k, side in enumerate(("left", "right")):
        s = 1 if side == "left" else -1
        at = {
            n: p[:, JOINT_INDEX[f"{side}_{n}"]]
            for n in ("shoulder", "elbow", "wrist", "knee", "ankle", "foot")
        }
        at["elbow"][:] = at["shoulder"] + [0.05 * s, -0.25, 0.05] + 0.05 * wave * [0, 0, 1 - k]
        at["wrist"][:] = at["elbow"] + [-0.03 * s, -0.15, 0.18] + 0.04 * wave * [1, 0, 0]
        at["knee"][:] += [0.02 * s, 0.03, 0.1] + 0.03 * wave * [0, 0, k]
        at["foot"][:] += 0.01 * wave * [0, k, 0]
    p[:, :, 2] += 0.02 * np.arange(frames)[:, None]
    p[:, JOINT_INDEX["head"], 0] += 0.03
    return p


@pytest.mark.parametrize("kind", IMAGE_KINDS)
def test_any_input_gives_finite_values_of_the_promised_shape(kind: str) -> None:
    image = IMAGE_KINDS[kind]
    pile = np.zeros((5, 22, 3), np.float32)
    lying = wobbling(8)[..., [1, 0, 2]] * np.array([1, -1, 1], np.float32)
    for positions in (wobbling(20), wobbling(1), wobbling(2), pile, pile[:1], lying):
        made = image.make(positions)
        assert made.shape == (len(positions), image.parts, image.channels)
        assert made.dtype == np.float32
        assert np.isfinite(made).all()
    with pytest.raises(ValueError, match="22"):
        image.make(np.zeros((3, 21, 3), np.float32))


@pytest.mark.parametrize("kind", OURS)
@pytest.mark.parametrize("degrees", [37.0, 180.0, 271.0])
def test_where_the_person_starts_and_looks_changes_nothing(kind: str, degrees: float) -> None:
    make = IMAGE_KINDS[kind].make
    for positions in (arms_down(), turned(wobbling(30, 2), 10) if kind != "angles29" else arms_down(9, 3)):
        np.testing.assert_allclose(make(turned(positions, degrees, (3, 0, -2))), make(positions), atol=4e-3)


@pytest.mark.parametrize("kind", OURS)
def test_different_motions_have_different_images(kind: str) -> None:
    make = IMAGE_KINDS[kind].make
    assert np.abs(make(arms_down()) - make(arms_down(seed=2))).max() > 0.02


def test_mirrored_angles_change_sides_and_the_sign_of_what_goes_sideways() -> None:
    sign = np.ones((14, 3))
    sign[0] = (-1, 1, 1)  # left
    sign[1] = (-1, 1, -1)  # yaw, roll
    for part in (2, 3, 8, 9, 10, 11):
        sign[part] = (1, -1, -1)
    image, mirrored = angle_image(arms_down()), angle_image(mirror_positions(arms_down()))
    np.testing.assert_allclose(mirrored, image[:, SWAPPED] * sign, atol=1e-2)
    assert np.abs(mirrored - image).max() > 1


def test_mirrored_positions_change_sides() -> None:
    image, mirrored = (position_image(p) for p in (wobbling(), mirror_positions(wobbling())))
    sideways = np.tile([-1, 1, 1], 4)
    for part in range(2, 14):
        np.testing.assert_allclose(mirrored[:, part], image[:, SWAPPED[part]] * sideways, atol=1e-5)
    np.testing.assert_allclose(mirrored[:, 0], image[:, 0] * sideways, atol=1e-5)
    swapped = image[:, 1][:, [3, 4, 5, 0, 1, 2, 6, 7]] * (-1, 1, 1, -1, 1, 1, -1, 1)
    np.testing.assert_allclose(mirrored[:, 1, :8], swapped, atol=1e-5)


def test_positions_show_every_joint() -> None:
    for joint in range(22):
        moved = wobbling(3)
        before = position_image(moved)
        moved[:, joint, 1] += 0.05
        assert np.abs(position_image(moved) - before).max() > 0.04, joint


def test_mirrored_chains_change_sides() -> None:
    make = IMAGE_KINDS["chains"].make
    image, mirrored = make(wobbling()), make(mirror_positions(wobbling()))
    swapped = image[:, [1, 0, 2, 4, 3]] * np.tile([-1, 1, 1], 16)
    np.testing.assert_allclose(mirrored, swapped, atol=1e-5)
    assert {n for chain in CHAINS for n in chain} == set(JOINT_INDEX)


def test_mirrored_pose_features_change_sides() -> None:
    image, mirrored = (IMAGE_KINDS["pose"].make(p)[:, 0] for p in (wobbling(), mirror_positions(wobbling())))
    np.testing.assert_allclose(mirrored[:, :4], image[:, :4] * (-1, -1, 1, 1), atol=1e-4)
    rest = image[:, 4:67].reshape(-1, 21, 3)[:, [m - 1 for m in MIRROR[1:]]] * (-1, 1, 1)
    np.testing.assert_allclose(mirrored[:, 4:67], rest.reshape(-1, 63), atol=1e-5)
    rates = image[:, 67:133].reshape(-1, 22, 3)[:, list(MIRROR)] * (-1, 1, 1)
    np.testing.assert_allclose(mirrored[:, 67:133], rates.reshape(-1, 66), atol=1e-4)
    np.testing.assert_array_equal(mirrored[:, 133:], image[:, [135, 136, 133, 134]])


def test_angles_say_what_an_anatomist_would() -> None:
    """Raise the left arm forward: flexion 90. Spread the legs: adduction is negative to the left."""
    p = rest_positions()[None].copy()
    shoulder = p[0, JOINT_INDEX["left_shoulder"]]
    p[0, JOINT_INDEX["left_elbow"]] = shoulder + np.array([0, 0, 0.265])
    p[0, JOINT_INDEX["left_wrist"]] = shoulder + np.array([0, 0.25, 0.265])
    p[0, JOINT_INDEX["left_knee"]] = p[0, JOINT_INDEX["left_hip"]] + [0.2, -0.2, 0]
    image = angle_image(p)[0]
    # The chest leans by a few degrees in the reference skeleton.
    np.testing.assert_allclose(image[11, :2], [90, 0], atol=8)
    assert image[13, 0] == pytest.approx(90, abs=1e-3)
    assert image[3, 1] == pytest.approx(-45, abs=4)
    assert image[12, 0] == pytest.approx(0, abs=0.1)
    both = np.concatenate([p, turned(p, 30)])
    np.testing.assert_allclose(angle_image(both)[1, 1, 0] - angle_image(both)[0, 1, 0], 30, atol=1e-3)


def test_pose_of_a_walk_and_of_a_turn() -> None:
    walk = np.repeat(rest_positions()[None], 10, axis=0)
    walk[:, :, 2] += 0.06 * np.arange(10, dtype=np.float32)[:, None]  # 1.2 m/s forward
    features = IMAGE_KINDS["pose"].make(turned(walk, 63))[:, 0]
    assert features.shape == (10, N_POSE)
    np.testing.assert_allclose(features[:, :3], np.tile([0, 0, 1.2], (10, 1)), atol=1e-3)
    np.testing.assert_allclose(
        features[:, 67:133].reshape(10, 22, 3), np.tile([0, 0, 1.2], (10, 22, 1)), atol=1e-3
    )
    assert not features[:, 133:].any()
    spin = np.concatenate([turned(rest_positions()[None], 9.0 * k) for k in range(60)])
    features = IMAGE_KINDS["pose"].make(spin)[:, 0]
    np.testing.assert_allclose(features[:, 0], np.pi, atol=1e-2)  # 180 degrees a second, through the wrap
    assert features[:, 133:].all()
