"""Filmed motions and what is measured on them: dynamic time warping, ranks, the folder, the commands."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motionlens.cli.main import main
from motionlens.errors import MotionLensError, UnreadableFileError
from motionlens.skeleton import JOINT_INDEX, MIRROR
from motionlens.synthesis.compose import synthesise
from motionlens.synthesis.sampling import sample_recipe
from motionlens.video import simulate
from motionlens.video.evaluation import Filmed, load_filmed
from motionlens.video.evaluation.dtw import (
    FEATURES,
    bone_directions,
    joint_angles,
    pose_distances,
    warped_distance,
)
from motionlens.video.evaluation.filmed import (
    clip_name,
    failures,
    lifted_again,
    read_filmed,
    save_filmed,
    shot_of,
    up_to_date,
)
from motionlens.video.evaluation.retrieval import (
    LIFTED,
    OURS,
    WARPED,
    evaluate_films,
    recall_ratio,
    tasks_of,
    warped_scores,
)
from motionlens.video.lifting import lift

J = JOINT_INDEX


def motions(count: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(5)
    made = [synthesise(sample_recipe(rng, max_steps=1)).positions for _ in range(count)]
    return {f"m{k}": x[:60] if len(x) >= 30 else np.concatenate([x] * 3)[:60] for k, x in enumerate(made)}


def simulated(
    motion: np.ndarray,
    name: str,
    seed: int = 0,
    view: int = 0,
    errors: simulate.TrackerErrors | None = None,
) -> Filmed:
    """A film without pictures: the simulated tracker in the place of the real one."""
    shot = shot_of(motion, name, seed, view)
    track = simulate.project(shot.cut, shot.camera, errors, np.random.default_rng(seed), shot.fps)
    found = lift(track)
    return Filmed(
        name, "test", seed, view, found.positions, found.known, found.travel_known, found.start_s,
        shot.first, shot.first + len(shot.cut), shot.camera, shot.fps, track, found.notes,
    )  # fmt: skip


@pytest.fixture(scope="module")
def library() -> dict[str, np.ndarray]:
    return motions(6)


@pytest.fixture(scope="module")
def films(library: dict[str, np.ndarray]) -> list[Filmed]:
    return [simulated(motion, name) for name, motion in library.items()]


@pytest.fixture
def folder(tmp_path: Path, library: dict[str, np.ndarray]) -> Path:
    """A folder in HumanML3D's layout."""
    for part in ("new_joints", "texts"):
        (tmp_path / part).mkdir()
    for name, motion in library.items():
        np.save(tmp_path / "new_joints" / f"{name}.npy", motion.astype(np.float32))
        (tmp_path / "texts" / f"{name}.txt").write_text("a person moves.#a/DET#0.0#0.0\n", encoding="utf-8")
    (tmp_path / "test.txt").write_text("\n".join(library), encoding="utf-8")
    return tmp_path


# -- dynamic time warping ------------------------------------------------------------------------


def by_recursion(cost: np.ndarray) -> float:
    """The definition, cell by cell."""
    n, m = cost.shape
    total = np.full((n, m), np.inf)
    for i in range(n):
        for j in range(m):
            ways = [2 * cost[i, j]] if i == j == 0 else []
            if i and j:
                ways.append(total[i - 1, j - 1] + 2 * cost[i, j])
            if i:
                ways.append(total[i - 1, j] + cost[i, j])
            if j:
                ways.append(total[i, j - 1] + cost[i, j])
            total[i, j] = min(ways)
    return float(total[-1, -1] / (n + m))


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 7), st.lists(st.integers(1, 8), min_size=1, max_size=4), st.integers(0, 2**31))
def test_warping_in_diagonals_is_the_definition(n: int, widths: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    cost = rng.random((len(widths), n, max(widths)))
    expected = [by_recursion(row[:, :m]) for row, m in zip(cost, widths, strict=True)]
    assert warped_distance(cost, widths) == pytest.approx(expected)


@pytest.mark.parametrize("name", FEATURES)
def test_poses_know_neither_place_nor_heading_but_the_side(name: str, library: dict[str, np.ndarray]) -> None:
    make = FEATURES[name]
    motion = next(iter(library.values())).astype(np.float32)
    c, s = np.cos(2.0), np.sin(2.0)
    turned = motion @ np.array([[c, 0, -s], [0, 1, 0], [s, 0, c]], np.float32) + np.array(
        [3, 0, -2], np.float32
    )
    mirrored = motion[:, MIRROR] * np.array([-1, 1, 1], np.float32)
    vectors, seen = make(motion)
    assert seen.all() and np.linalg.norm(vectors, axis=-1) == pytest.approx(1.0, abs=1e-3)
    same, other = pose_distances((vectors, seen), [make(turned), make(mirrored)])
    assert same == pytest.approx(0.0, abs=1e-4)
    assert other > same + 1e-3


def test_a_slower_film_is_nearer_than_another_motion(library: dict[str, np.ndarray]) -> None:
    first, second = list(library.values())[:2]
    slow = simulate.at_frames(first, np.arange(0, len(first) - 1, 0.6))
    near, far = pose_distances(bone_directions(slow), [bone_directions(first), bone_directions(second)])
    assert near < 0.2 * far


@pytest.mark.parametrize("name", FEATURES)
def test_what_is_unknown_does_not_count(name: str, library: dict[str, np.ndarray]) -> None:
    make = FEATURES[name]
    motion = next(iter(library.values())).copy()
    known = np.ones(motion.shape[:2], dtype=bool)
    broken = motion.copy()
    arm = [J["left_elbow"], J["left_wrist"]]
    broken[:, arm] += np.random.default_rng(0).normal(0, 0.5, (len(motion), 2, 3))
    known[:, arm] = False
    with_mask = pose_distances(make(broken, known), [make(motion)])[0]
    without = pose_distances(make(broken), [make(motion)])[0]
    assert with_mask < 1e-4 < 0.01 < without


def test_frames_of_which_little_is_known_are_left_out(library: dict[str, np.ndarray]) -> None:
    motion = next(iter(library.values()))
    known = np.ones(motion.shape[:2], dtype=bool)
    known[10:20] = False
    broken = motion.copy()
    broken[10:20] = broken[10:20, ::-1]
    assert pose_distances(joint_angles(broken, known), [joint_angles(motion)])[0] < 0.05
    nothing = joint_angles(motion, np.zeros_like(known))
    assert pose_distances(nothing, [joint_angles(motion)]).tolist() == [2.0]


# -- retrieval -----------------------------------------------------------------------------------


@pytest.mark.parametrize("features", FEATURES)
def test_well_tracked_films_find_their_motions(features: str, library: dict[str, np.ndarray]) -> None:
    films = [simulated(motion, name, errors=simulate.NO_ERRORS) for name, motion in library.items()]
    (task,) = tasks_of(films, library)
    forward, backward = warped_scores(task, features)
    assert forward.shape == (6, 6) and np.array_equal(backward, forward.T)
    assert forward.argmax(axis=1).tolist() == forward.argmax(axis=0).tolist() == list(range(6))


def test_each_view_is_a_gallery_of_its_own(films: list[Filmed], library: dict[str, np.ndarray]) -> None:
    more = [*films, *(simulated(motion, name, view=1) for name, motion in list(library.items())[:3])]
    tasks = tasks_of(more, library)
    assert [len(t.films) for t in tasks] == [6, 3]
    report = evaluate_films(tasks, None, None)
    assert report.queries == 9 and report.gallery == 6 and set(report.rows) == set(WARPED.values())
    assert not report.ratios
    with pytest.raises(MotionLensError, match="filmed of other data"):
        tasks_of(films, {name: motion[:20] for name, motion in library.items()})


def test_ratio_is_paired_and_knows_nothing_over_nothing() -> None:
    ours, other = np.array([1.0, 1.0, 1.0, 1.0] * 20), np.array([1.0, 1.0, 9.0, 9.0] * 20)
    found = recall_ratio(ours, other, 1, list(range(80)))
    assert found.value == 2.0 and 1.5 < found.low < 2.0 < found.high < 3.0
    never = np.full(80, 9.0)
    assert recall_ratio(ours, never, 1, list(range(80))).value == np.inf
    assert recall_ratio(never, never, 1, list(range(80))).value == 1.0


# -- the folder ----------------------------------------------------------------------------------


def test_a_film_is_kept_whole(films: list[Filmed], tmp_path: Path) -> None:
    path = save_filmed(films[0], tmp_path)
    assert path.name == f"{clip_name('m0', 0, 0)}.npz" and up_to_date(path)
    (read,) = load_filmed(tmp_path)
    assert np.array_equal(read.positions, films[0].positions) and np.array_equal(read.known, films[0].known)
    assert read.start_s == films[0].start_s and read.split == "test" and read.video is None
    assert np.array_equal(read.camera.eye, films[0].camera.eye)
    again = lifted_again(read)
    assert np.abs(again.positions - read.positions).max() < 1e-3
    with pytest.raises(MotionLensError, match="no filmed motions of the split train"):
        load_filmed(tmp_path, "train")
    path.write_bytes(path.read_bytes()[:500])
    assert not up_to_date(path)
    with pytest.raises(UnreadableFileError, match="delete it and film again"):
        read_filmed(path)


def test_lifted_frames_are_laid_over_the_true_ones(
    films: list[Filmed], library: dict[str, np.ndarray]
) -> None:
    for film in films:
        true = film.true_positions(library[film.id])
        assert true.shape == film.positions.shape
        lifted, real = (p - p[:, :1] for p in (film.positions, true))
        # heights above the pelvis need no turn about the vertical
        assert np.abs(lifted[..., 1] - real[..., 1]).mean() < 0.09


def test_feet_below_the_picture_are_guesses(films: list[Filmed]) -> None:
    track = films[0].track
    image = track.image.copy()
    image[5:, 31:, 1] = 1.1
    sure = np.ones_like(track.visibility)
    cut = replace(track, image=image, visibility=sure, present=np.ones_like(track.present))
    assert cut.visible[:5, :31].mean() > 0.95 and not cut.visible[5:, 31:].any()
    seen = lift(cut).known
    assert not seen[10:, [J["left_foot"], J["right_foot"]]].any() and seen[10:, J["left_knee"]].mean() > 0.95


def test_a_shot_is_drawn_from_id_seed_and_view_alone(library: dict[str, np.ndarray]) -> None:
    long = np.concatenate([library["m0"]] * 4)
    a, b = shot_of(long, "m0", 0, 0), shot_of(long, "m0", 0, 0)
    assert a.first == b.first and np.array_equal(a.camera.eye, b.camera.eye) and a.look == b.look
    others = [shot_of(long, "m0", 0, 1), shot_of(long, "m0", 1, 0), shot_of(long, "m1", 0, 0)]
    assert len({float(s.camera.eye.reshape(-1)[0]) for s in (a, *others)}) == 4
    assert len(a.cut) == 160 and 24 <= a.fps <= 30 and len(a.times) == int(159 / 20 * a.fps + 1e-6) + 1


# -- the commands --------------------------------------------------------------------------------


def test_commands_film_resume_and_evaluate(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from motionlens.video import tracking
    from motionlens.video.evaluation import filmed as module

    out = tmp_path / "films"

    def no_pictures(shot: module.Shot, video: Path) -> float:
        video.write_bytes(b"")
        shots[str(video)] = shot
        return 0.1

    def follow(video: Path) -> object:
        if "m3" in video.name:
            raise MotionLensError(f"No person was found in {video}: choose another.")
        shot = shots[str(video)]
        return simulate.project(shot.cut, shot.camera, None, np.random.default_rng(0), shot.fps)

    shots: dict[str, module.Shot] = {}
    monkeypatch.setattr(module, "shoot", no_pictures)
    monkeypatch.setattr(tracking, "track", follow)
    film = ["film-motions", "--data", str(folder), "--split", "test", "--out", str(out)]
    assert main([*film, "--count", "2"]) == 0 and len(shots) == 2
    assert main(film) == 0
    said = capsys.readouterr()
    assert len(shots) == 6 and "5 of 6 clips are filmed" in said.out and "1 show nobody to follow" in said.out
    assert "2 of 6 clips are left as they are" in said.err
    assert list(failures(out)) == [clip_name("m3", 0, 0)]
    assert main([*film, "--lift-again"]) == 0 and len(shots) == 6
    capsys.readouterr()

    measure = ["evaluate-video", "--filmed", str(out), "--data", str(folder), "--model", "none"]
    assert main(measure) == 0
    text = capsys.readouterr().out
    assert "5 films, gallery of 5 motions" in text and "1 more films show nobody" in text
    assert main([*measure, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert set(found["systems"]) == set(WARPED.values())
    assert found["systems"][WARPED["bone directions"]]["video_to_motion"]["recall"]["5"]["value"] == 1.0


def test_commands_say_what_is_wrong(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = ["--out", str(tmp_path / "films")]
    assert main(["film-motions", "--data", str(folder), "--views", "0", *out]) == 1
    assert "1 or more" in capsys.readouterr().err
    assert main(["evaluate-video", "--filmed", str(tmp_path / "none"), "--data", str(folder)]) == 1
    assert "make them with `motionlens film-motions`" in capsys.readouterr().err
    (tmp_path / "a-file").write_text("")
    assert main(["film-motions", "--data", str(folder), "--out", str(tmp_path / "a-file")]) == 1
    assert "choose another folder" in capsys.readouterr().err


def small_encoder(video: bool) -> object:
    """A model with random towers."""
    torch = pytest.importorskip("torch")
    from motionlens.model.pyramid import Pyramid
    from motionlens.model.pyramid_config import PyramidConfig

    torch.manual_seed(0)
    sizes = {"width": 32, "layers": 1, "heads": 2, "text_width": 32, "text_layers": 1, "text_heads": 2}
    return Pyramid(PyramidConfig(dim=16, whole_dim=16, video=video, **sizes))


def test_the_models_rows_are_the_searchs_scores(films: list[Filmed], library: dict[str, np.ndarray]) -> None:
    """Random towers: what is checked is how tokens become scores, and which rows there are."""
    model = small_encoder(video=False)
    from motionlens.model.encoder import ModelEncoder
    from motionlens.search.scoring import max_sim
    from motionlens.video.evaluation.retrieval import encoded_scores

    encoder = ModelEncoder(model)
    (task,) = tasks_of(films[:3], library)
    forward, backward = encoded_scores(task, encoder)
    assert forward.shape == backward.shape == (3, 3)
    query = encoder.encode_example(films[0].positions, films[0].known)
    item = encoder.encode_motions([task.motions[1]])[0]
    ends = np.cumsum([0, *encoder.stage_counts(len(item))])
    own = [query.stages == k for k in range(3)]
    by_hand = [
        max_sim(query.vectors[mask], query.weights[mask], item[a:b])
        for mask, a, b in zip(own, ends[:-1], ends[1:], strict=True)
        if mask.any()
    ]
    assert len(by_hand) == 2 and forward[0, 1] == pytest.approx(sum(by_hand), abs=1e-3)
    report = evaluate_films([task], encoder, encoder)
    assert report.rows[OURS].ranks.tolist() == report.rows[LIFTED].ranks.tolist()
    assert report.ratios[LIFTED]["video_to_motion"][5].value == 1.0
    assert "ours / " in report.to_text()


def test_only_a_model_with_a_video_tower_has_a_row_of_its_own(
    films: list[Filmed], folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    models = {with_tower: small_encoder(with_tower) for with_tower in (False, True)}
    from motionlens.model.build import save_model

    for film in films:
        save_filmed(film, tmp_path / "films")
    found = {}
    for with_tower, model in models.items():
        save_model(model, tmp_path / f"model-{with_tower}")
        measure = ["evaluate-video", "--filmed", str(tmp_path / "films"), "--data", str(folder), "--json"]
        assert main([*measure, "--model", str(tmp_path / f"model-{with_tower}")]) == 0
        found[with_tower] = json.loads(capsys.readouterr().out)
    assert set(found[True]["systems"]) == {OURS, LIFTED, *WARPED.values()}
    assert set(found[True]["ours_over"]) == {LIFTED, *WARPED.values()}
    assert OURS not in found[False]["systems"] and not found[False]["ours_over"]
    assert any("no video tower" in note for note in found[False]["notes"])
    # the towers differ by chance here, and with them the rows
    rows = found[True]["systems"]
    assert rows[OURS] != rows[LIFTED]
