"""Folders as users have them: KIT-ML's arrays, full HumanML3D's oddities, and both through train and evaluate."""

from __future__ import annotations

import csv
import json
import logging
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from motionlens.cli.main import main
from motionlens.datasets.cmu_humanml3d import build
from motionlens.datasets.humanml3d import load_humanml3d, on_reference, parse_captions
from motionlens.errors import UnreadableFileError
from motionlens.motion import mirror_positions
from motionlens.readers.arrays import KIT_JOINTS
from motionlens.readers.retarget import place
from motionlens.skeleton import JOINT_INDEX
from motionlens.training.real import load_folder
from tests.rigs import walk_and_wave
from tests.test_dataset_cmu import small_pack
from tests.test_readers_arrays import KIT, encode, kit

J = JOINT_INDEX
_SIZES = ["data.workers=1", "data.synthesised=0", "data.joined=0", "data.variants=1", "train.batch=4"]
_SIZES += ["train.evaluate_every=0", "train.warmup=1", "model.width=16", "model.layers=1"]
_SIZES += ["model.patch_hidden=16", "model.text_width=16"]


def write(folder: Path, name: str, array: np.ndarray, text: str | None, sub: str = "new_joints") -> None:
    """A motion with its captions (None: no file)."""
    (folder / sub).mkdir(parents=True, exist_ok=True)
    (folder / "texts").mkdir(exist_ok=True)
    np.save(folder / sub / f"{name}.npy", array.astype(np.float32))
    if text is not None:
        (folder / "texts" / f"{name}.txt").write_text(text)


def kit_walk(frames: int) -> np.ndarray:
    """(frames, 21, 3) millimetres at 12.5 fps: a walk on which the left arm waves."""
    return kit(walk_and_wave(frames, fps=12.5))


def kit_vectors(joints: np.ndarray) -> np.ndarray:
    """(frames - 1, 251)."""
    return encode(joints, (KIT["LH"], KIT["RH"]), (KIT["LS"], KIT["RS"]))


def left_wrist_waves(positions: np.ndarray) -> bool:
    """The left wrist, on the left of the person, is the higher one most of the time, who walks on ahead."""
    higher = positions[:, J["left_wrist"], 1] > positions[:, J["right_wrist"], 1]
    on_the_left = positions[:, J["left_wrist"], 0] > positions[:, J["right_wrist"], 0]
    return bool((higher & on_the_left).mean() > 0.9 and positions[-1, 0, 2] > positions[0, 0, 2])


def test_kit_folder_of_joints_and_of_vectors(tmp_path: Path) -> None:
    write(tmp_path, "00001", kit_walk(50), "a person walks.#a/DET#0.0#0.0\nhe waves#he/PRON#1.0#3.0\n")
    write(tmp_path, "00002", kit_vectors(kit_walk(51)), "walking#walk/VERB#nan#nan\n", "new_joint_vecs")
    write(tmp_path, "00003", 0.001 * kit_walk(50), "walks#walk/VERB#0.0#0.0\n")  # metres
    (tmp_path / "train.txt").write_text("00001\n00002\n00003\n00004\n")
    items = load_humanml3d(tmp_path, "train")
    assert [i.id for i in items] == ["00001", "00002", "00003"] and {i.subject for i in items} == {None}
    for item in items:
        # 50 frames at 12.5 fps are 49 steps of 0.08 s: 3.92 s, so 79 frames at 20 fps
        assert item.positions.shape == (79, 22, 3) and item.positions.dtype == np.float32
        assert on_reference(item.positions) and left_wrist_waves(item.positions)
        assert item.positions[-1, 0, 2] == pytest.approx(1.2 * 3.9, rel=0.05), (
            "1.2 m/s by the clock of 20 fps"
        )
        assert np.abs(item.positions - items[0].positions).max() < 0.03
    whole, spans = load_folder(tmp_path, "train")
    assert [len(i.positions) for i in whole] == [79, 79, 79]
    (span,) = spans
    assert span.captions == ("he waves",) and len(span.positions) == 40
    assert np.allclose(span.positions, place(items[0].positions[20:60], floor=0.0))


def test_a_kit_folder_is_turned_over_as_one(tmp_path: Path) -> None:
    """One clip whose toes are bad evidence is not mirrored alone; arrays that all are mirror images are turned."""
    bad = kit_walk(30)
    for toe, ankle in (("LF", "LA"), ("RF", "RA")):
        ankle_at = bad[:, KIT_JOINTS.index(ankle)]
        bad[:, KIT_JOINTS.index(toe)] = 2 * ankle_at - bad[:, KIT_JOINTS.index(toe)]
    for name, array in (("1", kit_walk(30)), ("2", bad), ("3", kit_walk(30))):
        write(tmp_path / "right", name, array, "walks#walk/VERB#0#0\n")
        write(tmp_path / "wrong", name, array * [-1, 1, 1], "walks#walk/VERB#0#0\n")
    for kind in ("right", "wrong"):
        (tmp_path / kind / "all.txt").write_text("1 2 3\n")
        assert all(left_wrist_waves(i.positions) for i in load_humanml3d(tmp_path / kind, "all"))


def test_full_humanml3ds_oddities(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    walk = walk_and_wave(80)
    hips, shoulders = (J["left_hip"], J["right_hip"]), (J["left_shoulder"], J["right_shoulder"])
    vectors = encode(walk, hips, shoulders)
    assert vectors.shape == (79, 263)
    write(tmp_path, "000001", vectors, "walks#walk/VERB#nan#nan\n.##0.0#0.0\n", "new_joint_vecs")
    mirrored = encode(mirror_positions(walk.astype(np.float32)).astype(float), hips, shoulders)
    write(tmp_path, "M000001", mirrored, "walks#walk/VERB#0.0#0.0\n", "new_joint_vecs")
    write(tmp_path, "000002", vectors, "\n", "new_joint_vecs")
    write(tmp_path, "000003", vectors, None, "new_joint_vecs")
    write(tmp_path, "000004", vectors[:1], "turns#turn/VERB#0.0#0.0\n", "new_joint_vecs")
    write(tmp_path, "000005", np.where(np.arange(79)[:, None] == 7, np.nan, vectors), "x", "new_joint_vecs")
    write(tmp_path, "Mia", vectors, "a run, take #2#run/NOUN#0.0#0.0\n", "new_joint_vecs")
    (tmp_path / "test.txt").write_text("000001\nM000001\n000002\n000003\n000004\n000005\n000006\nMia\nMia\n")
    with caplog.at_level(logging.WARNING):
        items = {i.id: i for i in load_humanml3d(tmp_path, "test")}
    assert "2 motions of test.txt" in caplog.text and "000004, 000005" in caplog.text
    assert list(items) == ["000001", "M000001", "000002", "000003", "Mia"]
    assert [c.text for c in items["000001"].captions] == ["walks"] and items["000001"].captions[0].end_s == 0
    assert items["000002"].captions == items["000003"].captions == ()
    assert items["Mia"].captions[0].text == "a run, take #2" and not items["Mia"].mirrored
    assert left_wrist_waves(items["000001"].positions) and len(items["000001"].positions) == 79
    twin = mirror_positions(items["M000001"].positions)
    assert np.abs(twin - items["000001"].positions).max() < 1e-3
    assert [i.id for i in load_humanml3d(tmp_path, "test", twins=False)] == [
        i for i in items if i != "M000001"
    ]
    assert [i.key for i in load_folder(tmp_path, "test")[0]] == ["000001", "Mia"]


def test_joints_on_the_reference_skeleton_that_stand_elsewhere_are_placed(tmp_path: Path) -> None:
    walk = walk_and_wave(30)
    away = (walk @ np.array([[0.0, 0, -1], [0, 1, 0], [1, 0, 0]])) + [3, 0, -2]  # turned by 90 degrees
    write(tmp_path, "1", walk, None)
    write(tmp_path, "2", away, None)
    (tmp_path / "all.txt").write_text("1 2")
    one, two = load_humanml3d(tmp_path, "all")
    assert on_reference(walk) and np.abs(place(one.positions) - two.positions).max() < 1e-4


def test_files_that_are_damaged_are_named(tmp_path: Path) -> None:
    write(tmp_path, "1", walk_and_wave(30), None)
    (tmp_path / "all.txt").write_text("1")
    (tmp_path / "texts" / "1.txt").write_bytes("größer#x#0#0".encode("latin-1"))
    with pytest.raises(UnreadableFileError, match=r"1\.txt is no UTF-8"):
        load_humanml3d(tmp_path, "all")
    path = tmp_path / "new_joints" / "1.npy"
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(UnreadableFileError, match=r"1\.npy is cut short"):
        load_humanml3d(tmp_path, "all")
    assert parse_captions("  #x/NOUN#0#0\n", "x.txt") == ()


def test_motions_longer_than_a_clip_are_cut(tmp_path: Path) -> None:
    text = "walks on and on#a#0.0#0.0\nwaves near the end#b#12.0#14.0\nmost of it#c#1.03#13.0\n"
    write(tmp_path, "000001", walk_and_wave(300), text)
    (tmp_path / "train.txt").write_text("000001")
    (item,) = load_humanml3d(tmp_path, "train")
    (whole,), spans = load_folder(tmp_path, "train")
    assert np.abs(whole.positions - item.positions[:224]).max() < 1e-5
    assert whole.extents[0][1:] == (0, 11.2)
    late, long = spans
    assert np.allclose(late.positions, place(item.positions[240:280], floor=0.0))
    assert len(long.positions) == 224 and long.extents[0].start_s == 21 / 20


def cmu_folder(folder: Path, request: pytest.FixtureRequest) -> Path:
    """The CMU subset of a few trials."""
    build(small_pack(request.getfixturevalue("data_dir"), folder / "src"), folder / "cmu")
    return folder / "cmu"


def kit_folder(folder: Path, request: pytest.FixtureRequest) -> Path:
    """Made motions in KIT-ML's form, one longer than 224 frames, one shorter than a patch."""
    lengths = (20, 24, 28, 32, 199, 5)
    for number, frames in enumerate(lengths, 1):
        joints = kit_walk(frames)
        vectors = number % 2
        array = kit_vectors(joints) if vectors else joints
        text = f"a person walks {number} steps.#a/DET#0.0#0.0\n"
        write(folder, f"{number:05d}", array, text, "new_joint_vecs" if vectors else "new_joints")
    for split in ("train", "val", "test"):
        (folder / f"{split}.txt").write_text("".join(f"{n:05d}\n" for n in range(1, len(lengths) + 1)))
    return folder


@pytest.mark.parametrize("make", [kit_folder, cmu_folder])
def test_train_and_evaluate_by_the_command_line(
    tmp_path: Path,
    make: Callable[[Path, pytest.FixtureRequest], Path],
    request: pytest.FixtureRequest,
    capsys: pytest.CaptureFixture[str],
) -> None:
    data, out = make(tmp_path, request), tmp_path / "run"
    train = ["train", "--config", "small", "--data", str(data), "--out", str(out), "--steps", "2"]
    assert main([*train, "--quiet", "--device", "cpu", "--set", *_SIZES]) == 0, capsys.readouterr().err
    with (out / "log.csv").open(newline="") as stream:
        assert len(list(csv.DictReader(stream))) == 2
    capsys.readouterr()
    evaluate = ["evaluate", "--data", str(data), "--model", str(out), "--device", "cpu", "--json"]
    assert main([*evaluate, "--reference", "--protocols", "a,b,c,d,e"]) == 0, capsys.readouterr().err
    report = json.loads(capsys.readouterr().out)
    captioned = [i for i in load_humanml3d(data, "test", twins=False) if i.captions]
    assert report["queries"] == len(captioned) > 1
    systems = report["systems"]
    assert len(systems) >= 4 and {r["protocol"] for r in next(iter(systems.values()))} == set("abcde")
