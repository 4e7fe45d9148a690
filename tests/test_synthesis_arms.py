"""Arm and head actions of the synthesiser: reach, side, count, speed, symmetry."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from scipy.signal import find_peaks

from motionlens.motion import FPS
from motionlens.skeleton import JOINT_INDEX
from motionlens.synthesis.arms_base import ARM_M, HEAD_M, SHOULDER_HALF_WIDTH_M, UPPER, from_chart, to_chart
from motionlens.synthesis.ik import two_bone_ik
from motionlens.synthesis.upper import ArmTrack, UpperTrack, arm_pole, generate, mirror_track, rest_wrist
from motionlens.synthesis.vocabulary import ACTIONS, Action

VARIANTS = [
    Action(spec.name, side, direction, style, count=min(2, spec.max_count))
    for spec in ACTIONS.values()
    if spec.kind in ("arms", "head")
    for side, direction, style in product(spec.sides, spec.directions, spec.styles)
]
TWO_HANDED = {"play_guitar"}


def label(action: Action) -> str:
    return "-".join(filter(None, (action.name, action.side, action.direction, action.style)))


def make(action: Action, seed: int = 0, n_frames: int | None = None) -> UpperTrack:
    return generate(action, np.random.default_rng(seed), n_frames)


def arms(track: UpperTrack) -> dict[str, ArmTrack]:
    return {s: a for s, a in (("left", track.left), ("right", track.right)) if a is not None}


def body_points(side: str, arm: ArmTrack) -> tuple[np.ndarray, np.ndarray]:
    """Elbows and wrists (n, 3), metres from midway between the shoulders, chest frame."""
    shoulder = np.array([SHOULDER_HALF_WIDTH_M if side == "left" else -SHOULDER_HALF_WIDTH_M, 0.0, 0.0])
    pole = arm_pole(side, arm.wrist, arm.swivel)
    upper, fore = UPPER * ARM_M, (1.0 - UPPER) * ARM_M
    elbow, wrist = two_bone_ik(shoulder, shoulder + arm.wrist * ARM_M, upper, fore, pole)
    return elbow, wrist


def wrists(action: Action, seed: int = 0) -> dict[str, np.ndarray]:
    """Wrists by side during the action proper, metres from midway between the shoulders."""
    track = make(action, seed)
    return {s: body_points(s, a)[1][track.start : track.end] for s, a in arms(track).items()}


@pytest.mark.parametrize("action", VARIANTS, ids=label)
def test_every_variant_is_sound(action: Action) -> None:
    for seed, speed, amplitude in ((0, 1.0, 1.0), (1, 0.6, 0.5), (2, 1.6, 1.6)):
        track = make(replace(action, speed=speed, amplitude=amplitude), seed)
        n = track.n_frames
        assert 0 <= track.start < track.end <= n
        assert track.spine.shape == track.neck.shape == (n, 3)
        assert np.isfinite(track.spine).all() and np.isfinite(track.neck).all()
        assert np.abs(track.spine[[0, -1]]).max() < 0.06 and np.abs(track.neck[[0, -1]]).max() < 0.06
        assert np.abs(track.spine).max() < 0.8 and np.abs(track.neck).max() < 1.5
        for side, arm in arms(track).items():
            assert arm.wrist.shape == (n, 3) and arm.swivel.shape == (n,)
            assert np.isfinite(arm.wrist).all() and np.isfinite(arm.swivel).all()
            assert np.linalg.norm(arm.wrist, axis=1).max() <= 1.0
            assert np.linalg.norm(arm.wrist[[0, -1]] - rest_wrist(side), axis=1).max() < 0.06
            elbow, wrist = body_points(side, arm)
            for joint, limit in ((wrist, 8.0), (elbow, 5.0)):
                assert np.linalg.norm(np.diff(joint, axis=0), axis=1).max() * FPS < limit
            assert np.linalg.norm(wrist - HEAD_M - (0, 0.03, 0.01), axis=1).min() > 0.09, (
                "hand inside the head"
            )
            in_trunk = (np.abs(wrist[:, 0]) < 0.13) & (np.abs(wrist[:, 2]) < 0.08) & (wrist[:, 1] < 0)
            assert not in_trunk.any()
            assert not ((np.abs(elbow[:, 0]) < 0.12) & (elbow[:, 2] < 0.07) & (elbow[:, 1] < 0.05)).any()


@pytest.mark.parametrize("action", VARIANTS, ids=label)
def test_side_is_the_side_that_moves(action: Action) -> None:
    track = make(action)
    used = set(arms(track))
    if ACTIONS[action.name].kind == "head":
        assert not used and track.joints == (JOINT_INDEX["neck"], JOINT_INDEX["head"])
        return
    if action.side in ("left", "right") and action.name not in TWO_HANDED:
        assert used == {action.side}
    else:
        assert used == {"left", "right"}
    for side in ("left", "right"):
        carried = {JOINT_INDEX[f"{side}_{part}"] for part in ("shoulder", "elbow", "wrist")}
        assert carried <= set(track.joints) if side in used else not carried & set(track.joints)


@pytest.mark.parametrize("action", [a for a in VARIANTS if a.side == "left"], ids=label)
def test_right_mirrors_left(action: Action) -> None:
    left, right = make(action, 5), mirror_track(make(replace(action, side="right"), 5))
    assert left.joints == right.joints and (left.start, left.end) == (right.start, right.end)
    np.testing.assert_allclose(left.spine, right.spine)
    np.testing.assert_allclose(left.neck, right.neck)
    assert left.left is not None and right.left is not None
    np.testing.assert_allclose(left.left.wrist, right.left.wrist)
    assert (left.left.wrist[:, 0] > rest_wrist("left")[0] - 1.2).all()


@pytest.mark.parametrize("action", VARIANTS, ids=label)
def test_seed_decides(action: Action) -> None:
    one, same, other = make(action, 3), make(action, 3), make(action, 4)
    np.testing.assert_array_equal(one.spine, same.spine)
    np.testing.assert_array_equal(one.neck, same.neck)
    for side, arm in arms(one).items():
        np.testing.assert_array_equal(arm.wrist, arms(same)[side].wrist)
    differs = one.n_frames != other.n_frames or not np.array_equal(one.neck, other.neck)
    assert differs or any(not np.array_equal(a.wrist, arms(other)[s].wrist) for s, a in arms(one).items())


@pytest.mark.parametrize("action", VARIANTS, ids=label)
@pytest.mark.parametrize("n_frames", [20, 61, 240])
def test_fills_the_frames_asked_for(action: Action, n_frames: int) -> None:
    track = make(action, 1, n_frames)
    assert track.n_frames == n_frames and 0 <= track.start < track.end <= n_frames
    assert all(len(a.wrist) == n_frames for a in arms(track).values())


def _signal(action: Action, track: UpperTrack) -> np.ndarray:
    """The coordinate that goes up and down once a count."""
    if action.name == "nod":
        return track.neck[:, 0]
    if action.name == "shake_head":
        first = track.neck[track.start : track.end, 2]
        return track.neck[:, 2] * (1.0 if first.argmax() < first.argmin() else -1.0)
    side, arm = next(iter(arms(track).items()))
    out = arm.wrist * (1 if side == "left" else -1, 1, 1)
    if action.name == "shrug":
        assert arm.collar is not None
        return arm.collar
    return {
        "wave": out[:, 0], "clap": -out[:, 0], "swing_arms": out[:, 2], "arm_circle": out[:, 1],
        "beckon": -out[:, 2], "eat": out[:, 1], "wipe": -out[:, 0], "knock": out[:, 2], "stir": -out[:, 2],
        "hammer": out[:, 1], "flap_arms": out[:, 1],
        "swim": out[:, 1] if action.style == "crawl" else out[:, 0],
    }[action.name]  # fmt: skip


COUNTED = [
    a
    for a in VARIANTS
    if ACTIONS[a.name].max_count and a.side in ("", "left") and not (a.name == "swim" and a.style == "crawl")
]


@pytest.mark.parametrize("action", COUNTED, ids=label)
@pytest.mark.parametrize(("amplitude", "n_frames"), [(1.0, None), (0.5, None), (1.5, None), (1.0, 260)])
def test_counts_are_kept(action: Action, amplitude: float, n_frames: int | None) -> None:
    for count in range(1, ACTIONS[action.name].max_count + 1):
        track = make(replace(action, count=count, amplitude=amplitude), count, n_frames)
        inside = _signal(action, track)[max(track.start - 1, 0) : track.end + 2]
        span = np.ptp(inside)
        # A shake ends in the middle, on its way up: only what rises above the middle counts.
        height = 0.25 * np.abs(inside).max() if action.name == "shake_head" else None
        padded = np.concatenate([[inside.min() - span], inside, [inside.min() - span]])
        peaks, _ = find_peaks(padded, prominence=0.35 * span, height=height)
        assert len(peaks) == count, f"{count} asked for, {len(peaks)} seen"


def test_uncounted_actions_repeat_to_fill() -> None:
    track = make(Action("wave", "left"), 0, 200)
    assert track.end - track.start > 150
    assert len(find_peaks(_signal(Action("wave", "left"), track), prominence=0.1)[0]) > 8


def test_wave_swings_a_hand_beside_or_above_the_head_twice_a_second() -> None:
    for seed in range(6):
        track = make(Action("wave", "right", count=4), seed)
        elbow, wrist = body_points("right", arms(track)["right"])
        proper = slice(track.start, track.end)
        assert wrist[proper, 1].min() > HEAD_M[1] - 0.05
        assert (wrist[proper, 0] < -0.15).all(), "the hand is on its own side"
        assert np.ptp(wrist[proper, 0]) > 0.15 and np.ptp(elbow[proper, 0]) < 0.5 * np.ptp(wrist[proper, 0])
        assert 1.5 < 4 * FPS / (track.end - track.start) < 2.5


@pytest.mark.parametrize("style", ["", "overhead"])
def test_clapping_hands_meet_and_part(style: str) -> None:
    for seed in range(5):
        track = make(Action("clap", style=style, count=3), seed)
        hands = {s: body_points(s, a)[1] for s, a in arms(track).items()}
        gap = np.linalg.norm(hands["left"] - hands["right"], axis=1)
        touching = gap[track.start : track.end] < 0.03
        assert touching.any() and (np.diff(touching.astype(int)) == 1).sum() + touching[0] == 3
        assert gap[track.start : track.end].max() > 0.12
        height = hands["left"][track.start : track.end, 1]
        assert height.min() > 0.35 if style else -0.3 < height.min() < height.max() < 0.0
        assert hands["left"][track.start : track.end, 2].min() > (0.0 if style else 0.25)


@pytest.mark.parametrize(
    ("name", "side"), list(product(("salute", "phone", "scratch_head", "drink", "eat"), ("left", "right")))
)
def test_hand_reaches_the_head(name: str, side: str) -> None:
    count = ACTIONS[name].max_count and 1
    for seed in range(5):
        wrist = wrists(Action(name, side, count=count), seed)[side]
        distance = np.linalg.norm(wrist - HEAD_M, axis=1)
        assert 0.10 < distance.min() < 0.20
        assert (distance < 0.22).sum() >= 6, "it stays there a moment"
        near = wrist[distance.argmin()]
        assert near[0] * (1 if side == "left" else -1) > 0, "on its own side"
        relative = near - HEAD_M
        if name in ("drink", "eat"):
            assert relative[2] > 0.08 and relative[1] < 0.0, "before and below: the mouth"
        elif name == "scratch_head":
            assert relative[1] > 0.04


def test_both_hands_reach_what_they_should() -> None:
    for seed in range(5):
        hips = wrists(Action("hands_on_hips"), seed)
        for side, sign in (("left", 1), ("right", -1)):
            np.testing.assert_allclose(hips[side][5] * (sign, 1, 1), (0.185, -0.405, 0.035), atol=0.035)
        for hand in wrists(Action("cover_face"), seed).values():
            assert np.linalg.norm(hand - HEAD_M, axis=1).min() < 0.2
        praying = wrists(Action("pray"), seed)
        middle = len(praying["left"]) // 2
        assert np.linalg.norm(praying["left"][middle] - praying["right"][middle]) < 0.04


def test_crossed_arms_put_each_wrist_at_the_other_elbow() -> None:
    for seed in range(5):
        track = make(Action("cross_arms"), seed)
        places = {s: body_points(s, a) for s, a in arms(track).items()}
        at = (track.start + track.end) // 2
        for one, other in (("left", "right"), ("right", "left")):
            assert np.linalg.norm(places[one][1][at] - places[other][0][at]) < 0.16
        assert places["left"][1][at, 0] < -0.05 and places["right"][1][at, 0] > 0.05


@pytest.mark.parametrize("side", ["left", "right"])
def test_directions_of_pointing_and_raising(side: str) -> None:
    sign = 1 if side == "left" else -1
    expected = {"forward": (0, 0, 1), "up": (0, 1, 0), "side": (sign, 0, 0), "down": (0, -1, 0)}
    for name in ("point", "raise_arm"):
        for direction in ACTIONS[name].directions:
            track = make(Action(name, side, direction))
            held = arms(track)[side].wrist[(track.start + 2 * track.end) // 3]
            share = held @ np.array(expected[direction]) / np.linalg.norm(held)
            assert share > (0.65 if name == "point" else 0.95), (name, direction, held)


@pytest.mark.parametrize(
    ("direction", "channel", "sign"), [("left", 2, 1), ("right", 2, -1), ("up", 0, -1), ("down", 0, 1)]
)
def test_look_goes_where_it_is_told(direction: str, channel: int, sign: int) -> None:
    track = make(Action("look", direction=direction))
    assert (sign * track.neck[track.start : track.end, channel]).max() > 0.6
    assert (sign * track.neck[:, channel]).min() > -0.1


def test_look_around_goes_both_ways() -> None:
    yaw = make(Action("look", direction="around")).neck[:, 2]
    assert yaw.max() > 0.6 and yaw.min() < -0.6


def test_circles_turn_as_told() -> None:
    for direction, sign in (("forward", -1.0), ("backward", 1.0)):
        track = make(Action("arm_circle", "left", direction, count=2))
        wrist = arms(track)["left"].wrist[track.start : track.end]
        turn = np.unwrap(np.arctan2(wrist[:, 1] - wrist[:, 1].mean(), wrist[:, 2] - wrist[:, 2].mean()))
        assert abs(sign * (turn[-1] - turn[0]) / (2 * np.pi) - 2) < 0.15


def test_speed_and_amplitude_show() -> None:
    for name in ("wave", "clap", "hammer", "wipe", "knock", "nod", "flap_arms"):
        side = "left" if "left" in ACTIONS[name].sides else ""
        lengths, spans = [], []
        for speed in (0.65, 1.0, 1.5):
            track = make(Action(name, side, count=3, speed=speed))
            lengths.append(track.end - track.start)
        for amplitude in (0.5, 1.0, 1.5):
            action = Action(name, side, count=3, amplitude=amplitude)
            track = make(action)
            spans.append(np.ptp(_signal(action, track)[track.start : track.end]))
        assert lengths[0] > 1.3 * lengths[1] > 1.5 * lengths[2], name
        assert spans[0] < 0.75 * spans[1] and spans[2] > 1.2 * spans[1], (name, spans)


def test_elbow_pole_is_continuous_square_and_mirrored() -> None:
    rng = np.random.default_rng(0)
    way = rng.normal(size=(4000, 3))
    way /= np.linalg.norm(way, axis=1, keepdims=True)
    reachable = way[way @ np.array([-0.5, 0.35, -0.8]) < 0.75]  # not back through the head
    nearby = reachable + rng.normal(scale=0.003, size=reachable.shape)
    pole, moved = arm_pole("left", reachable, 0.3), arm_pole("left", nearby, 0.3)
    assert np.abs((pole * reachable).sum(1)).max() < 1e-9
    assert np.linalg.norm(pole - moved, axis=1).max() < 0.08
    flip = np.array([-1.0, 1.0, 1.0])
    np.testing.assert_allclose(arm_pole("right", reachable * flip, 0.3), pole * flip, atol=1e-12)


def test_elbows_hang_where_anatomy_puts_them() -> None:
    hanging, before, side = rest_wrist("left"), np.array([0.0, 0.0, 0.9]), np.array([0.9, 0.0, 0.1])
    pole = arm_pole("left", hanging)
    assert pole[2] < -0.8 and pole[0] > 0.1, "back and a little out"
    assert arm_pole("left", before)[1] < -0.9 and arm_pole("left", side)[1] < -0.7
    assert arm_pole("left", np.array([0.0, 0.9, 0.0]))[2] > 0.3, "overhead it points forward and out"


def test_chart_round_trip() -> None:
    rng = np.random.default_rng(1)
    wrist = rng.uniform((-0.4, -0.9, 0.05), (0.7, 0.8, 0.7), (500, 3))
    wrist *= (np.minimum(np.linalg.norm(wrist, axis=1), 0.95) / np.linalg.norm(wrist, axis=1))[:, None]
    back, swivel = from_chart(to_chart(wrist, 0.2))
    long_enough = np.linalg.norm(wrist, axis=1) > 0.1
    np.testing.assert_allclose(back[long_enough], wrist[long_enough], atol=1e-9)
    np.testing.assert_allclose(swivel, 0.2)


def test_other_actions_are_refused() -> None:
    with pytest.raises(KeyError, match="walk"):
        make(Action("walk"))
