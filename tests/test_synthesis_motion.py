"""The kinematic synthesiser: bodies that hold together, feet that stay put, actions that are what they say."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from scipy.signal import find_peaks

from motionlens.skeleton import BONES, JOINT_INDEX, REFERENCE_OFFSETS
from motionlens.synthesis.compose import Synthesised, synthesise
from motionlens.synthesis.ik import two_bone_ik
from motionlens.synthesis.sampling import sample_recipe
from motionlens.synthesis.starter import starter_recipes
from motionlens.synthesis.vocabulary import ACTIONS, Action, Recipe, Step

FPS = 20
J = JOINT_INDEX
LENGTHS = np.linalg.norm(REFERENCE_OFFSETS, axis=1)
FAST_TIPS = {"kick", "throw", "throw_both", "punch", "box", "bat_swing", "golf_swing", "jumping_jack", "run", "run_circle",
             "stumble", "fall", "jump", "skip", "jump_spin"}  # fmt: skip


def make(name: str, *more: Action, seed: int = 7, **given: object) -> Synthesised:
    steps = (Step(Action(name, **given)), *(Step(a) for a in more))  # type: ignore[arg-type]
    return synthesise(Recipe(steps, seed))


def variants() -> list[Action]:
    out = []
    for spec in ACTIONS.values():
        for i, (side, direction, style) in enumerate(product(spec.sides, spec.directions, spec.styles)):
            count = 1 + i % spec.max_count if spec.max_count else 0
            out.append(Action(spec.name, side, direction, style, count))
    return out


VARIANTS = variants()


@pytest.fixture(scope="module")
def everything() -> list[tuple[Action, Synthesised]]:
    """Every action in every variant, at natural, slow and fast speed, small and large."""
    made = []
    for i, action in enumerate(VARIANTS):
        speed, amplitude = ((1.0, 1.0), (1.6, 1.3), (0.6, 0.6))[i % 3]
        full = Action(
            action.name, action.side, action.direction, action.style, action.count, speed, amplitude
        )
        made.append((full, synthesise(Recipe((Step(full),), 100 + i))))
    return made


@pytest.fixture(scope="module")
def mixed() -> list[Synthesised]:
    rng = np.random.default_rng(11)
    return [synthesise(sample_recipe(rng)) for _ in range(150)]


def bends(p: np.ndarray, root: str, middle: str, end: str) -> np.ndarray:
    """(T,) degrees: 0 for a straight limb."""
    a, b = p[:, J[middle]] - p[:, J[root]], p[:, J[end]] - p[:, J[middle]]
    cos = (a * b).sum(1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)
    return np.degrees(np.arccos(np.clip(cos, -1, 1)))


def facing(p: np.ndarray) -> np.ndarray:
    """(T,) yaw of the pelvis, unwrapped, positive to the left."""
    across = p[:, J["left_hip"]] - p[:, J["right_hip"]]
    return np.unwrap(np.arctan2(-across[:, 2], across[:, 0]))


def path_length(p: np.ndarray, joint: str) -> float:
    root = joint.split("_")[0] + ("_shoulder" if joint.endswith("wrist") else "_hip")
    return float(np.linalg.norm(np.diff(p[:, J[joint]] - p[:, J[root]], axis=0), axis=1).sum())


def test_positions_are_sound(everything: list, mixed: list) -> None:
    for made in [m for _, m in everything] + mixed:
        p = made.positions
        name = made.recipe.steps
        assert p.dtype == np.float32 and p.shape[1:] == (22, 3) and np.isfinite(p).all(), name
        assert abs(p[0, 0, 0]) < 1e-5 and abs(p[0, 0, 2]) < 1e-5, name
        assert abs(facing(p)[0]) < 1e-4, name
        for parent, joint in BONES:
            off = np.linalg.norm(p[:, joint] - p[:, parent], axis=1) - LENGTHS[joint]
            assert np.abs(off).max() < 1e-4, (name, joint)


def test_nothing_sinks_and_someone_touches_the_floor(everything: list, mixed: list) -> None:
    for made in [m for _, m in everything] + mixed:
        height = made.positions[..., 1]
        assert height.min() > -0.03, made.recipe.steps
        assert height[:, [10, 11]].min() > -0.01, made.recipe.steps
        assert height.min() < 0.09, made.recipe.steps


def test_knees_and_elbows_bend_as_they_can(everything: list, mixed: list) -> None:
    for made in [m for _, m in everything] + mixed:
        p = made.positions.astype(float)
        for side in ("left", "right"):
            knee = bends(p, f"{side}_hip", f"{side}_knee", f"{side}_ankle")
            assert knee.max() <= 150, (made.recipe.steps, side)
            assert bends(p, f"{side}_shoulder", f"{side}_elbow", f"{side}_wrist").max() <= 152, (
                made.recipe.steps
            )
            thigh = p[:, J[f"{side}_knee"]] - p[:, J[f"{side}_hip"]]
            shank = p[:, J[f"{side}_ankle"]] - p[:, J[f"{side}_knee"]]
            # the shank turns backwards: round the axis from right to left hip, never forwards
            left = p[:, J["left_hip"]] - p[:, J["right_hip"]]
            turn = (np.cross(thigh, shank) * left).sum(1)
            assert (turn[knee > 25] > -0.03).all(), (made.recipe.steps, side, turn.min())


def contacts(p: np.ndarray, foot: str) -> list[np.ndarray]:
    """Runs of frames in which the ball of a foot is on the floor and not being lifted or set down."""
    height = p[:, J[foot], 1]
    low = np.flatnonzero(height < 0.0225)
    runs = np.split(low, np.flatnonzero(np.diff(low) > 1) + 1)
    return [run[1:-1] for run in runs if len(run) >= 6]


def test_planted_feet_do_not_slide(everything: list) -> None:
    seen = 0
    for action, made in everything:
        if ACTIONS[action.name].end == "lie" or ACTIONS[action.name].start in ("lie", "kneel"):
            continue
        p = made.positions
        for foot in ("left_foot", "right_foot"):
            for run in contacts(p, foot):
                spot = p[run][:, J[foot]][:, [0, 2]]
                slide = np.linalg.norm(spot - np.median(spot, axis=0), axis=1).max()
                assert slide < 0.015, (action, foot, run[0] / FPS, slide)
                seen += 1
    assert seen > 300


def test_movements_are_smooth(everything: list, mixed: list) -> None:
    for made in [m for _, m in everything] + mixed:
        p = made.positions.astype(float)
        names = {s.base.name for s in made.recipe.steps}
        quick = bool(names & FAST_TIPS) or any(s.base.speed > 1.2 for s in made.recipe.steps)
        step = np.linalg.norm(np.diff(p, axis=0), axis=-1)
        assert step[:, :4].max() < 0.35, made.recipe.steps
        assert step.max() < (0.75 if quick else 0.42), (made.recipe.steps, step.max())
        pull = np.linalg.norm(np.diff(p, 2, axis=0), axis=-1) * FPS**2
        assert pull[:, 0].max() < 75, made.recipe.steps
        assert pull.max() < (320 if quick else 150), (made.recipe.steps, pull.max())
        assert step[:, 12:].max(axis=0).min() > 1e-4, "something is frozen"


def test_the_same_recipe_gives_the_same_motion() -> None:
    rng = np.random.default_rng(3)
    for _ in range(15):
        recipe = sample_recipe(rng)
        one, two = synthesise(recipe), synthesise(recipe)
        assert np.array_equal(one.positions, two.positions) and one.spans == two.spans
    recipe = Recipe((Step(Action("walk", direction="forward")),), 1)
    other = Recipe(recipe.steps, 2)
    a, b = synthesise(recipe).positions, synthesise(other).positions
    n = min(len(a), len(b))
    assert np.abs(a[:n] - b[:n]).max() > 0.02


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize(
    ("name", "direction", "style", "joint", "ratio"),
    [("kick", "forward", "", "foot", 3), ("kick", "side", "", "foot", 3), ("kick", "backward", "", "foot", 3),
     ("knee_raise", "", "", "knee", 2.5), ("punch", "", "straight", "wrist", 1.5), ("throw", "", "overhand", "wrist", 1.25),
     ("dribble", "", "", "wrist", 1.5), ("wave", "", "", "wrist", 3), ("raise_arm", "up", "", "wrist", 3)],
)  # fmt: skip
def test_the_named_side_moves(
    side: str, name: str, direction: str, style: str, joint: str, ratio: float
) -> None:
    count = 1 if ACTIONS[name].max_count else 0
    other = "right" if side == "left" else "left"
    for seed in range(4):
        made = make(name, seed=seed, side=side, direction=direction, style=style, count=count)
        p = made.positions[int(made.spans[0].start_s * FPS) : int(made.spans[0].end_s * FPS) + 2]
        assert path_length(p, f"{side}_{joint}") > ratio * path_length(p, f"{other}_{joint}"), (seed, name)


def test_left_is_towards_plus_x() -> None:
    start = make("stand").positions[0]
    assert start[J["left_wrist"], 0] > 0.1 > -0.1 > start[J["right_wrist"], 0]
    assert start[J["left_foot"], 2] > start[J["left_ankle"], 2] + 0.1
    for direction, sign in (("left", 1), ("right", -1)):
        assert sign * make("sidestep", direction=direction, count=2).positions[-1, 0, 0] > 0.35
        assert sign * make("jump", direction=direction, count=1).positions[-1, 0, 0] > 0.15
        dodged = make("dodge", direction=direction).positions
        bent = make("side_bend", side=direction, count=1).positions
        for p in (dodged, bent):
            assert (sign * p[:, J["head"], 0]).max() > 0.2 > 0.1 > (-sign * p[:, J["head"], 0]).max()
        leg = make("lunge", side=direction, direction="forward", count=1).positions
        ahead = leg[:, J[f"{direction}_foot"], 2].max()
        assert ahead > 0.45


@pytest.mark.parametrize(
    ("name", "given", "low", "high"),
    [("turn", {"direction": "left"}, 60, 120), ("turn", {"direction": "right"}, -120, -60),
     ("walk_curve", {"direction": "left"}, 60, 140), ("walk_curve", {"direction": "right"}, -140, -60),
     ("walk_circle", {"direction": "clockwise"}, -430, -320),
     ("walk_circle", {"direction": "counterclockwise"}, 320, 430),
     ("run_circle", {"direction": "clockwise"}, -430, -320), ("walk_turn_back", {"direction": "left"}, 165, 195),
     ("spin", {"direction": "clockwise", "count": 2}, -735, -705),
     ("jump_spin", {"direction": "counterclockwise"}, 350, 370)],
)  # fmt: skip
def test_turning_goes_the_way_it_says(name: str, given: dict, low: float, high: float) -> None:
    for seed in range(3):
        turned = np.degrees(facing(make(name, seed=seed, **given).positions)[-1])
        assert low < turned < high, turned


def test_travelling_goes_the_way_it_says() -> None:
    for style in ACTIONS["walk"].styles:
        assert make("walk", direction="forward", style=style).positions[-1, 0, 2] > 0.7, style
    assert make("walk", direction="backward").positions[-1, 0, 2] < -0.5
    walk, run = (make(n, direction="forward") for n in ("walk", "run"))
    speeds = []
    for made in (walk, run):
        middle = made.positions[len(made.positions) // 3 : 2 * len(made.positions) // 3, 0]
        speeds.append(np.linalg.norm(middle[-1] - middle[0]) / ((len(middle) - 1) / FPS))
    assert 0.8 < speeds[0] < 1.7 and 2.0 < speeds[1] < 4.5, speeds
    up, down = (make("climb_stairs", direction=d).positions[:, 0, 1] for d in ("up", "down"))
    assert up[-1] - up[0] > 0.5 and down[0] - down[-1] > 0.5
    assert make("jump", direction="forward", count=1).positions[-1, 0, 2] > 0.3
    assert make("step", direction="backward", count=1).positions[-1, 0, 2] < -0.2


@pytest.mark.parametrize(
    ("name", "signal", "given"),
    [
        ("squat", lambda p: -p[:, 0, 1], {}),
        ("jump", lambda p: p[:, [10, 11], 1].min(1), {"direction": "up"}),
        ("hop", lambda p: p[:, 10, 1], {"side": "left", "direction": "in_place"}),
        ("jumping_jack", lambda p: p[:, J["left_wrist"], 1], {}),
        ("bow", lambda p: -p[:, J["head"], 1], {}),
        ("kick", lambda p: p[:, 10, 0] - p[:, 0, 0], {"side": "left", "direction": "side"}),
        ("knee_raise", lambda p: p[:, J["right_knee"], 1], {"side": "right"}),
        ("push_up", lambda p: p[:, J["neck"], 1], {}),
        (
            "punch",
            lambda p: np.linalg.norm(p[:, 20] - p[:, 16], axis=1),
            {"side": "left", "style": "straight"},
        ),
        ("dribble", lambda p: -p[:, 20, 1], {"side": "left"}),
        ("side_bend", lambda p: p[:, 15, 0], {"side": "left"}),
        ("lunge", lambda p: p[:, 0, 2], {"side": "right", "direction": "forward"}),
    ],
)
def test_counts_are_kept(name: str, signal: object, given: dict) -> None:
    for count in range(1, ACTIONS[name].max_count + 1):
        made = make(name, seed=count, count=count, **given)
        inside = made.positions[
            max(int(made.spans[0].start_s * FPS) - 2, 0) : int(made.spans[0].end_s * FPS) + 4
        ]
        values = signal(inside)  # type: ignore[operator]
        values = np.concatenate([values[:1] - 1e-3, values, values[-1:] - 1e-3])
        peaks, _ = find_peaks(values, prominence=0.4 * (values.max() - values.min()))
        assert len(peaks) == count, (name, count, len(peaks))


def test_speed_and_amplitude_are_heard() -> None:
    slow, fast = (make("squat", count=2, speed=s) for s in (0.65, 1.5))
    assert len(slow.positions) > 1.6 * len(fast.positions)
    small, large = (
        make("jump", direction="up", count=1, amplitude=a).positions[:, 10, 1].max() for a in (0.6, 1.5)
    )
    assert large > small + 0.1
    for name in ("walk", "run"):
        pace = []
        for speed in (0.65, 1.5):
            p = make(name, direction="forward", speed=speed).positions[:, 0]
            pace.append(np.linalg.norm(np.diff(p, axis=0), axis=1).max() * FPS)
        assert pace[1] > 1.5 * pace[0], name


def test_postures_are_reached_and_followed() -> None:
    sat = make("sit_down").positions
    assert 0.5 < sat[-1, 0, 1] < 0.6 and sat[0, 0, 1] > 0.9
    lying = make("lie_down").positions[-1]
    assert lying[:, 1].max() < 0.45 and lying[J["head"], 1] < 0.3
    both = make("sit_down", Action("stand_up")).positions
    assert both[:, 0, 1].min() < 0.6 and both[-1, 0, 1] > 0.92
    up = make("fall", Action("get_up"), direction="forward").positions
    assert up[:, J["head"], 1].min() < 0.3 and up[-1, J["head"], 1] > 1.4
    assert make("kneel_down", side="left").positions[-1, J["left_knee"], 1] < 0.12
    assert make("kneel_down", side="left").positions[-1, J["right_knee"], 1] > 0.35


def test_spans_name_time_and_joints(everything: list, mixed: list) -> None:
    for made in [m for _, m in everything] + mixed:
        end = (len(made.positions) - 1) / FPS
        expected = sum(1 + (s.overlay is not None) for s in made.recipe.steps)
        assert len(made.spans) == expected
        for span in made.spans:
            assert -1e-6 <= span.start_s < span.end_s <= end + 1e-6, span
            assert span.joints and span.action.name in ACTIONS
        starts = [s.start_s for s in made.spans if not s.overlay]
        assert starts == sorted(starts)
    kick = make("kick", side="right", direction="side", count=1).spans[0]
    assert set(kick.joints) == {J[f"right_{n}"] for n in ("hip", "knee", "ankle", "foot")}


def test_a_kick_happens_within_its_span() -> None:
    for seed in range(5):
        made = make("walk", Action("kick", "left", "forward", count=1), seed=seed, direction="forward")
        p, span = made.positions, made.spans[1]
        high = int(np.argmax(p[:, J["left_foot"], 1])) / FPS
        assert span.start_s <= high <= span.end_s


def test_overlay_leaves_the_legs_alone() -> None:
    walk = Action("walk", direction="forward")
    made = synthesise(Recipe((Step(walk, Action("wave", "left", count=3)),), 5))
    p = made.positions
    assert p[-1, 0, 2] > 1.5
    assert p[:, J["left_wrist"], 1].max() > p[:, J["left_shoulder"], 1].mean()
    assert p[:, J["right_wrist"], 1].max() < 1.2
    base, over = made.spans
    assert (
        not base.overlay and over.overlay and J["left_wrist"] in over.joints and J["left_knee"] in base.joints
    )


def test_recipes_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        synthesise(Recipe((), 1))
    with pytest.raises(ValueError, match="fly"):
        synthesise(Recipe((Step(Action("fly")),), 1))
    with pytest.raises(ValueError, match="same time"):
        synthesise(Recipe((Step(Action("walk", direction="forward"), Action("squat", count=1)),), 1))


def test_starter_recipes_cover_the_vocabulary() -> None:
    recipes = starter_recipes()
    assert len(recipes) >= 320 and len(set(recipes)) == len(recipes)
    assert {s.base.name for r in recipes for s in r.steps} | {
        s.overlay.name for r in recipes for s in r.steps if s.overlay
    } == set(ACTIONS)
    for spec in ACTIONS.values():
        sides = {
            r.steps[0].base.side for r in recipes if len(r.steps) == 1 and r.steps[0].base.name == spec.name
        }
        assert set(spec.sides) <= sides, spec.name
    check_recipes(recipes)


def check_recipes(recipes: tuple[Recipe, ...] | list[Recipe]) -> None:
    for recipe in recipes:
        posture = ACTIONS[recipe.steps[0].base.name].start
        for step in recipe.steps:
            for action in filter(None, (step.base, step.overlay)):
                spec = ACTIONS[action.name]
                assert action.side in spec.sides and action.direction in spec.directions, action
                assert action.style in spec.styles, action
                assert 1 <= action.count <= spec.max_count if spec.max_count else action.count == 0, action
            assert ACTIONS[step.base.name].start == posture, recipe.steps
            posture = ACTIONS[step.base.name].end
            if step.overlay:
                assert ACTIONS[step.overlay.name].kind in ("arms", "head")


def test_sampled_recipes_are_varied_and_sensible() -> None:
    rng = np.random.default_rng(0)
    recipes = [sample_recipe(rng) for _ in range(3000)]
    check_recipes(recipes)
    seen = [a for r in recipes for s in r.steps for a in (s.base, s.overlay) if a]
    counts = {name: sum(a.name == name for a in seen) for name in ACTIONS}
    assert min(counts.values()) >= 12, sorted(counts.items(), key=lambda c: c[1])[:5]
    single = np.mean([len(r.steps) == 1 and r.steps[0].overlay is None for r in recipes])
    laid = np.mean([len(r.steps) == 1 and r.steps[0].overlay is not None for r in recipes])
    assert 0.5 < single < 0.6 and 0.11 < laid < 0.19
    lengths = [len(synthesise(r).positions) / FPS for r in recipes[:150]]
    assert min(lengths) > 1.2 and np.quantile(lengths, 0.98) < 12.0


def test_two_bone_ik_reaches_and_keeps_lengths() -> None:
    rng = np.random.default_rng(0)
    target = rng.normal(0, 0.5, (500, 3))
    mid, end = two_bone_ik(np.zeros(3), target, 0.4, 0.45, rng.normal(0, 1, (500, 3)))
    assert np.allclose(np.linalg.norm(mid, axis=1), 0.4) and np.allclose(
        np.linalg.norm(end - mid, axis=1), 0.45
    )
    near = (np.linalg.norm(target, axis=1) < 0.8) & (np.linalg.norm(target, axis=1) > 0.3)
    assert np.allclose(end[near], target[near])
