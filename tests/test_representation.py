"""The motion image: invariant to where and which way, equivariant to mirroring, smooth at 180 degrees."""

from __future__ import annotations

import numpy as np
import pytest

from motionlens.motion import mirror_positions
from motionlens.representation.image import N_CHANNELS, heading_frames, motion_image
from motionlens.skeleton import BODY_PARTS, JOINT_INDEX, rest_positions
from motionlens.windows import moment_spans
from tests.motions import wobbling


def test_shape_and_finiteness() -> None:
    image = motion_image(wobbling())
    assert image.shape == (60, len(BODY_PARTS), N_CHANNELS)
    assert image.dtype == np.float32
    assert np.isfinite(image).all()
    assert np.isfinite(motion_image(rest_positions()[None])).all()
    with pytest.raises(ValueError, match="22"):
        motion_image(np.zeros((3, 21, 3), np.float32))


@pytest.mark.parametrize("degrees", [37.0, 90.0, 180.0, 271.0])
def test_turning_and_moving_the_person_changes_nothing(degrees: float) -> None:
    a = np.deg2rad(degrees)
    turn = np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])
    positions = wobbling()
    moved = (positions @ turn.T + [3.0, 0.0, -2.0]).astype(np.float32)
    np.testing.assert_allclose(motion_image(moved), motion_image(positions), atol=2e-3)


def test_mirroring_swaps_left_and_right_parts() -> None:
    positions = wobbling(seed=3)
    image, mirrored = motion_image(positions), motion_image(mirror_positions(positions))
    names = [p.name for p in BODY_PARTS]
    for i, name in enumerate(names):
        if not name.startswith("left"):
            continue
        j = names.index(name.replace("left", "right"))
        # A mirrored part has the same channels up to the sign of the sideways ones.
        np.testing.assert_allclose(np.abs(mirrored[:, i]), np.abs(image[:, j]), atol=2e-3)
        assert not np.allclose(image[:, i], image[:, j], atol=1e-2)


def test_an_arm_raised_past_the_vertical_does_not_jump() -> None:
    """The paper's flexion angle wraps there; directions must not."""
    frames = 81
    angle = np.linspace(np.deg2rad(120), np.deg2rad(240), frames)
    positions = np.repeat(rest_positions()[None], frames, axis=0)
    shoulder = positions[:, JOINT_INDEX["left_shoulder"]]
    arm = np.stack([np.zeros(frames), -np.cos(angle), np.sin(angle)], axis=1).astype(np.float32)
    positions[:, JOINT_INDEX["left_elbow"]] = shoulder + 0.265 * arm
    positions[:, JOINT_INDEX["left_wrist"]] = shoulder + 0.515 * arm
    steps = np.abs(np.diff(motion_image(positions)[1:-1, 11], axis=0))
    assert steps.max() < 0.1


def test_heading_is_kept_while_lying_on_the_side() -> None:
    positions = np.repeat(rest_positions()[None], 20, axis=0)
    lying = positions[10:]
    positions[10:] = np.stack([-lying[..., 1], lying[..., 0], lying[..., 2]], axis=-1)
    forward = heading_frames(positions)[:, 2]
    np.testing.assert_allclose(forward, np.tile([0, 0, 1], (20, 1)), atol=1e-5)


def test_moments_cover_every_frame_of_a_take() -> None:
    for n in (1, 15, 160, 161, 239, 240, 1000, 9999):
        spans = moment_spans(n)
        covered = np.zeros(n, bool)
        for start, end in spans:
            assert 0 <= start < end <= n
            covered[start:end] = True
        assert covered.all()
        assert spans == sorted(set(spans))
