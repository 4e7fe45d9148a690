"""The CMU subset of HumanML3D in HumanML3D's layout, and loading any folder in that layout."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from motionlens.datasets.cmu_humanml3d import build, held_out_trials, load_cmu_trials, load_hdm05
from motionlens.datasets.humanml3d import (
    Caption,
    format_captions,
    load_humanml3d,
    on_reference,
    parse_captions,
)
from motionlens.errors import MotionLensError, UnreadableFileError
from motionlens.motion import mirror_positions
from motionlens.readers.retarget import place
from motionlens.skeleton import JOINT_INDEX
from motionlens.synthesis.grammar import mirror_caption
from tests.rigs import walk_and_wave

TRIALS = ("60_01", "35_10", "127_22", "07_12", "131_02", "09_08")


def small_pack(data_dir: Path, folder: Path) -> Path:
    """A data pack with the few trials above, by links."""
    cmu = folder / "cmu"
    cmu.mkdir(parents=True)
    (folder / "humanml3d").symlink_to(data_dir / "humanml3d")
    for name in ("trials.csv", "humanml3d_ids.csv"):
        with (data_dir / "cmu" / name).open(newline="") as stream:
            rows = list(csv.DictReader(stream))
        with (cmu / name).open("w", newline="") as stream:
            writer = csv.DictWriter(stream, rows[0].keys())
            writer.writeheader()
            writer.writerows(r for r in rows if r["trial"] in TRIALS)
    for subject in {t.split("_")[0] for t in TRIALS}:
        (cmu / subject).symlink_to(data_dir / "cmu" / subject)
    return folder


@pytest.fixture(scope="module")
def built(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("h3d")
    src = small_pack(data_dir, folder / "src")
    calls: list[tuple[int, int]] = []
    count = build(src, folder / "out", lambda done, total: calls.append((done, total)))
    assert calls[-1] == (len(TRIALS), len(TRIALS)) and len(calls) == len(TRIALS)
    with (src / "cmu" / "humanml3d_ids.csv").open(newline="") as stream:
        assert count == len(list(csv.DictReader(stream)))
    return src, folder / "out"


def test_layout_and_splits_are_the_official_ones(built: tuple[Path, Path], data_dir: Path) -> None:
    src, out = built
    ids = {r["humanml3d_id"]: r for r in csv.DictReader((src / "cmu" / "humanml3d_ids.csv").open())}
    listed: list[str] = []
    for split in ("train", "val", "test"):
        names = (out / f"{split}.txt").read_text().split()
        official = (data_dir / "humanml3d" / "splits" / f"{split}.txt").read_text().split()
        assert names == [n for n in official if n in set(names)], "official order"
        assert {n.lstrip("M") for n in names} == {i for i, r in ids.items() if r["split"] == split}
        assert sum(n.startswith("M") for n in names) * 2 == len(names)
        listed += names
    assert (out / "all.txt").read_text().split() == listed
    assert (
        {p.stem for p in (out / "new_joints").iterdir()}
        == set(listed)
        == {p.stem for p in (out / "texts").iterdir()}
    )
    index = list(csv.DictReader((out / "index.csv").open()))
    assert {r["id"] for r in index} == set(listed) and {r["subject"] for r in index} == {
        t.split("_")[0] for t in TRIALS
    }


def test_every_cut_is_whole_and_canonical(built: tuple[Path, Path]) -> None:
    src, out = built
    ids = {r["humanml3d_id"]: r for r in csv.DictReader((src / "cmu" / "humanml3d_ids.csv").open())}
    items = {i.id: i for i in load_humanml3d(out, "all")}
    for name, row in ids.items():
        item, twin = items[name], items[f"M{name}"]
        # subjects 60 and 61 state twice their rate: a reader that believes it comes up short here
        assert len(item.positions) == int(row["end_frame_20fps"]) - int(row["start_frame_20fps"])
        assert item.positions.dtype == np.float32 and on_reference(item.positions)
        assert np.abs(item.positions[0, 0, [0, 2]]).max() < 1e-5
        assert item.subject == twin.subject == row["trial"].split("_")[0]
        assert twin.mirrored and not item.mirrored
        assert np.array_equal(twin.positions, mirror_positions(item.positions))
        assert len(item.captions) == len(twin.captions) >= 1
        for one, other in zip(item.captions, twin.captions, strict=True):
            assert other.text == mirror_caption(one.text) and (other.start_s, other.end_s) == (
                one.start_s,
                one.end_s,
            )


def test_captions_are_the_official_lines(built: tuple[Path, Path]) -> None:
    _, out = built
    lines = (out / "texts" / "000065.txt").read_text().splitlines()
    assert all(len(line.split("#")) == 4 for line in lines)
    assert "raising and lowering his left hand" in lines[0]
    assert "turns 90 degrees clockwise" in lines[0] and "clockwise/VERB" in lines[0]
    mirrored = (out / "texts" / "M000065.txt").read_text().splitlines()[0]
    assert "raising and lowering his right hand" in mirrored and "counterclockwise" in mirrored


def test_held_out_trials_name_val_and_test(built: tuple[Path, Path]) -> None:
    src, _ = built
    assert {"127_22", "07_12", "09_08"} <= held_out_trials(src / "cmu")
    assert "35_10" not in held_out_trials(src / "cmu")


def test_whole_trials_with_cmus_own_words(built: tuple[Path, Path]) -> None:
    items = {i.id: i for i in load_cmu_trials(built[0])}
    assert set(items) == set(TRIALS)
    assert items["60_01"].captions[0].text == "salsa dance" and items["60_01"].subject == "60"
    assert abs(len(items["60_01"].positions) - 2242 / 3) < 2


def test_hdm05_with_its_sentences(data_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text(
        "file,actor,label,sentence\nHDM_bd_kickLFront1Reps_001_120.amc,bd,kickLFront1Reps,a person kicks\n"
    )
    for name in ("HDM_bd.asf", "HDM_bd_kickLFront1Reps_001_120.amc"):
        (tmp_path / name).symlink_to(data_dir / "hdm05" / name)
    (item,) = load_hdm05(tmp_path)
    assert item.captions == (Caption("a person kicks"),) and item.subject == "HDM05 bd"
    assert item.positions[:, JOINT_INDEX["left_foot"], 1].max() > 0.8


def test_a_users_folder_of_other_proportions_is_put_on_the_reference_skeleton(tmp_path: Path) -> None:
    (tmp_path / "new_joints").mkdir()
    (tmp_path / "texts").mkdir()
    tall = (walk_and_wave() * 1.1).astype(np.float32)
    np.save(tmp_path / "new_joints" / "000001.npy", tall)
    np.save(tmp_path / "new_joints" / "M000001.npy", mirror_positions(tall))
    (tmp_path / "texts" / "000001.txt").write_text(
        "a man waves.#a/DET man/NOUN wave/VERB#0.0#0.0\nhe walks#he/PRON#1.0#2.5\n"
    )
    (tmp_path / "train.txt").write_text("000001\nM000001\n000002\n")
    item, twin = load_humanml3d(tmp_path, "train")
    assert on_reference(item.positions) and not on_reference(tall)
    assert np.abs(item.positions - place(item.positions)).max() < 1e-5
    assert item.captions[1] == Caption("he walks", 1.0, 2.5, "he/PRON")
    assert item.subject is None and twin.mirrored and twin.captions == ()
    assert np.abs(mirror_positions(item.positions) - twin.positions).max() < 1e-4


def test_folders_that_are_no_dataset(tmp_path: Path) -> None:
    with pytest.raises(MotionLensError, match=r"has no train\.txt"):
        load_humanml3d(tmp_path, "train")
    (tmp_path / "train.txt").write_text("000001\n")
    with pytest.raises(MotionLensError, match="None of the motions"):
        load_humanml3d(tmp_path, "train")
    (tmp_path / "new_joints").mkdir()
    np.save(tmp_path / "new_joints" / "000001.npy", np.zeros((4, 21, 3)))
    with pytest.raises(UnreadableFileError, match=r"000001\.npy is no KIT-ML body"):
        load_humanml3d(tmp_path, "train")
    with pytest.raises(MotionLensError, match=r"humanml3d_ids\.csv is missing"):
        build(tmp_path, tmp_path / "out")


def test_caption_lines() -> None:
    captions = parse_captions("a # odd\nwalks#walk/VERB#0.0#nan\n\nruns#run/VERB#1#2\n", "x.txt")
    assert [c.text for c in captions] == ["a", "walks", "runs"]
    assert [(c.start_s, c.end_s) for c in captions] == [(0, 0), (0, 0), (1, 2)]
    assert parse_captions(format_captions(captions), "x.txt") == captions
    with pytest.raises(UnreadableFileError, match=r"x\.txt, line 1"):
        parse_captions("walks#walk/VERB#soon#later", "x.txt")


@pytest.mark.parametrize(
    ("text", "mirrored"),
    [
        ("the Left leg, lefthand side", "the Right leg, righthand side"),
        ("an upright, bright man turns counter clockwise", "an upright, bright man turns clockwise"),
        ("anticlockwise", "clockwise"),
        ("clockwise", "counterclockwise"),
    ],
)
def test_mirrored_words(text: str, mirrored: str) -> None:
    assert mirror_caption(text) == mirrored
