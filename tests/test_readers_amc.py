"""ASF/AMC: kinematics against hand-worked values, the skeleton's whereabouts, damage, and real sides."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from motionlens.errors import UnreadableFileError
from motionlens.readers import read_motions
from motionlens.readers.asfamc import find_asf, read_amc
from motionlens.skeleton import JOINT_INDEX
from tests.test_readers_bvh import walks_like_a_person

J = JOINT_INDEX

BONES = {
    "lhipjoint": ("root", (0.1, -0.1, 0.0), ""), "lfemur": ("lhipjoint", (0.0, -0.4, 0.0), "rx ry rz"),
    "ltibia": ("lfemur", (0.0, -0.4, 0.0), "rx"), "lfoot": ("ltibia", (0.0, 0.0, 0.15), "rx rz"),
    "rhipjoint": ("root", (-0.1, -0.1, 0.0), ""), "rfemur": ("rhipjoint", (0.0, -0.4, 0.0), "rx ry rz"),
    "rtibia": ("rfemur", (0.0, -0.4, 0.0), "rx"), "rfoot": ("rtibia", (0.0, 0.0, 0.15), "rx rz"),
    "lowerback": ("root", (0.0, 0.25, 0.0), "rx ry rz"), "thorax": ("lowerback", (0.0, 0.25, 0.0), "rx ry rz"),
    "lowerneck": ("thorax", (0.0, 0.1, 0.0), ""), "head": ("lowerneck", (0.0, 0.15, 0.0), ""),
    "lclavicle": ("thorax", (0.18, 0.0, 0.0), ""), "lhumerus": ("lclavicle", (0.3, 0.0, 0.0), "rx ry rz"),
    "lradius": ("lhumerus", (0.25, 0.0, 0.0), "rx"), "lwrist": ("lradius", (0.1, 0.0, 0.0), "ry"),
    "rclavicle": ("thorax", (-0.18, 0.0, 0.0), ""), "rhumerus": ("rclavicle", (-0.3, 0.0, 0.0), "rx ry rz"),
    "rradius": ("rhumerus", (-0.25, 0.0, 0.0), "rx"), "rwrist": ("rradius", (-0.1, 0.0, 0.0), "ry"),
}  # fmt: skip
UNIT = 0.0254 / 0.45


def asf_text() -> str:
    lines = [":version 1.10", ":units", "  mass 1.0", "  length 0.45", "  angle deg", ":root",
             "  order TX TY TZ RX RY RZ", "  axis XYZ", "  position 0 0 0", "  orientation 0 0 0", ":bonedata"]  # fmt: skip
    for number, (name, (_, offset, dof)) in enumerate(BONES.items(), 1):
        length = float(np.linalg.norm(offset))
        direction = " ".join(f"{v / length:.9f}" for v in offset)
        axis = "0 0 20" if name == "lfemur" else "0 0 0"
        lines += ["  begin", f"    id {number}", f"    name {name}", f"    direction {direction}",
                  f"    length {length / UNIT:.9f}", f"    axis {axis} XYZ"]  # fmt: skip
        if dof:
            lines += [f"    dof {dof}", "    limits (-180 180)"]
        lines.append("  end")
    lines += [":hierarchy", "  begin"]
    for parent in ["root", *BONES]:
        children = [n for n, b in BONES.items() if b[0] == parent]
        if children:
            lines.append(f"    {parent} {' '.join(children)}")
    return "\n".join([*lines, "  end"]) + "\n"


def amc_text(frames: int = 30) -> str:
    lines = ["#!OML:ASF", ":FULLY-SPECIFIED", ":DEGREES"]
    for f in range(frames):
        lines += [str(f + 1), f"root 1 17 {f * 0.2} 0 0 0"]
        for name, (_, _, dof) in BONES.items():
            if dof:
                values = {
                    "lhumerus": [0, 0, 50],
                    "rhumerus": [0, 0, 80],
                    "lfemur": [-30, 0, 0],
                    "ltibia": [60],
                }
                lines.append(f"{name} {' '.join(str(v) for v in values.get(name, [0] * len(dof.split())))}")
    return "\n".join(lines) + "\n"


@pytest.fixture
def amc(tmp_path: Path) -> Path:
    (tmp_path / "07.asf").write_text(asf_text())
    path = tmp_path / "07_01.amc"
    path.write_text(amc_text())
    return path


def test_kinematics_against_values_worked_by_hand(amc: Path) -> None:
    (animation,) = read_amc(amc)
    at = {n: animation.positions[0, k] * UNIT for k, n in enumerate(animation.joint_names)}
    hip = np.array([1 * UNIT + 0.1, 17 * UNIT - 0.1, 0.0])
    assert at["lfemur"] == pytest.approx(hip, abs=1e-6)
    # -30 degrees about x in the bone's own axes, which are turned by 20 about z: v = C M C^-1 (0, -0.4, 0)
    a, b = np.deg2rad(20), np.deg2rad(-30)
    c = np.array([[np.cos(a), -np.sin(a), 0], [np.sin(a), np.cos(a), 0], [0, 0, 1]])
    m = np.array([[1, 0, 0], [0, np.cos(b), -np.sin(b)], [0, np.sin(b), np.cos(b)]])
    assert at["ltibia"] == pytest.approx(hip + c @ m @ c.T @ [0, -0.4, 0], abs=1e-6)
    assert at["rtibia"] == pytest.approx([1 * UNIT - 0.1, 17 * UNIT - 0.5, 0], abs=1e-6)
    assert at["lradius"] - at["lhumerus"] == pytest.approx(
        [0.3 * np.cos(np.deg2rad(50)), 0.3 * np.sin(np.deg2rad(50)), 0], abs=1e-6
    )


def test_units_and_sides(amc: Path) -> None:
    (motion,) = read_motions(amc)
    assert motion.inferred["unit_from"] == "file" and motion.inferred["unit_m"] == pytest.approx(
        UNIT, abs=1e-7
    )
    assert motion.inferred["stature_m"] == pytest.approx(0.8 / 0.491, abs=0.002)
    p = motion.positions[-1]
    assert p[J["left_wrist"], 1] > p[J["left_shoulder"], 1] + 0.2
    assert p[J["left_knee"], 2] > p[J["right_knee"], 2] + 0.1, "it is the left thigh that is lifted, forward"
    assert p[J["left_hip"], 0] > p[J["right_hip"], 0]


def test_where_the_skeleton_is_found(amc: Path) -> None:
    folder = amc.parent
    assert find_asf(amc).name == "07.asf"
    (folder / "HDM_bd.asf").write_text("x")
    hdm = folder / "HDM_bd_kick_001_120.amc"
    assert find_asf(hdm).name == "HDM_bd.asf"
    with pytest.raises(UnreadableFileError, match=r"several \.asf"):
        find_asf(folder / "99_01.amc")
    (folder / "07.asf").unlink()
    assert find_asf(folder / "99_01.amc").name == "HDM_bd.asf", "the only one in the folder"
    (folder / "HDM_bd.asf").unlink()
    with pytest.raises(UnreadableFileError, match=r"no \.asf skeleton beside it: put"):
        read_motions(amc)


@pytest.mark.parametrize(
    ("damage", "word"),
    [
        (lambda t: "", "is empty"),
        (lambda t: "\x00\x01\x02" * 400, "binary"),
        (lambda t: ":FULLY-SPECIFIED\n:DEGREES\n", "no frames"),
        (lambda t: t[: len(t) * 8 // 10], "cut short|damaged"),
        (lambda t: t.replace("\n5\n", "\n77\n"), "do not count up"),
        (lambda t: t.replace("ltibia 60", "ltibia 60 3", 1), "ltibia|cut short"),
        (lambda t: t.replace("ltibia 60", "ltibia nan", 1), "NaN"),
        (lambda t: t.replace("ltibia 60", "ltibia x", 2), "other than numbers"),
        (lambda t: t.replace("ltibia", "lshank"), "lshank.*07.asf does not have"),
    ],
)
def test_each_damage_has_its_own_sentence(damage: Callable[[str], str], word: str, amc: Path) -> None:
    amc.write_text(damage(amc_text()))
    with pytest.raises(UnreadableFileError, match=word) as caught:
        read_motions(amc)
    assert str(amc) in str(caught.value) and "\n" not in str(caught.value)


def test_a_damaged_skeleton_is_named(amc: Path) -> None:
    (amc.parent / "07.asf").write_text(asf_text().replace("name lfemur", "name"))
    with pytest.raises(UnreadableFileError, match=r"07\.asf is a damaged ASF skeleton"):
        read_motions(amc)


def hdm05(data_dir: Path, label: str) -> list[Path]:
    with (data_dir / "hdm05" / "labels.csv").open(newline="") as stream:
        return [
            data_dir / "hdm05" / r["file"] for r in csv.DictReader(stream) if r["label"].startswith(label)
        ][::5]


def test_hdm05_kicks_with_the_left_foot_to_the_front(data_dir: Path) -> None:
    for path in hdm05(data_dir, "kickLFront"):
        p = read_motions(path)[0].positions
        high = int(np.argmax(p[:, [J["left_foot"], J["right_foot"]], 1].max(axis=1)))
        assert p[high, J["left_foot"], 1] > p[high, J["right_foot"], 1] + 0.4
        assert p[high, J["left_foot"], 2] > p[high, 0, 2] + 0.3, "to the front, which is +z"


def test_hdm05_puts_down_with_the_right_hand(data_dir: Path) -> None:
    for path in hdm05(data_dir, "depositFloorR"):
        p = read_motions(path)[0].positions
        low = int(np.argmin(p[:, [J["left_wrist"], J["right_wrist"]], 1].min(axis=1)))
        assert p[low, J["right_wrist"], 1] < p[low, J["left_wrist"], 1] - 0.05


def test_hdm05_jogs_a_circle_to_the_left(data_dir: Path) -> None:
    for path in hdm05(data_dir, "jogLeftCircle"):
        p = read_motions(path)[0].positions
        assert p[-1, 0, 0] > 0.2, "from +z towards the left hand, which is +x"


@pytest.mark.parametrize(("trial", "sign"), [("16_17", 1), ("16_19", -1), ("16_11", 1), ("16_13", -1)])
def test_cmu_turns_go_the_way_the_description_says(trial: str, sign: int, data_dir: Path) -> None:
    p = read_motions(data_dir / "cmu" / "16" / f"{trial}.amc")[0].positions
    start, end = p[20, 0] - p[0, 0], p[-1, 0] - p[-21, 0]
    turn = np.arctan2(start[2] * end[0] - start[0] * end[2], start[0] * end[0] + start[2] * end[2])
    assert sign * turn > 0.15


@pytest.mark.parametrize("trial", ["02_01", "05_01", "16_15", "49_01", "07_01"])
def test_cmu_walks(trial: str, data_dir: Path) -> None:
    (motion,) = read_motions(data_dir / "cmu" / trial.split("_")[0] / f"{trial}.amc")
    speed = np.linalg.norm(np.diff(motion.positions[:, 0, [0, 2]], axis=0), axis=-1) * 20
    assert 0.7 < np.median(speed) < 2.0 and 1.4 < motion.inferred["stature_m"] < 2.1
    walks_like_a_person(motion.positions)
    assert motion.positions[-1, 0, 2] > 1.5


def test_the_same_walker_reads_alike_from_both_formats(data_dir: Path) -> None:
    amc, bvh = (read_motions(data_dir / "cmu" / "07" / n)[0].positions for n in ("07_01.amc", "07_03.bvh"))
    # mean body in its own place: another take, another rig, the same person walking straight
    a, b = (np.mean(p - p[:, :1], axis=0) for p in (amc, bvh))
    assert np.abs(a - b).max() < 0.08
    assert np.abs(np.ptp(amc[..., 1], axis=0) - np.ptp(bvh[..., 1], axis=0)).max() < 0.12


def test_four_frames_of_nothing_are_dropped(data_dir: Path) -> None:
    (motion,) = read_motions(data_dir / "cmu" / "09" / "09_10.amc")
    assert motion.inferred["dropped_t_pose_frames"] == 4
    assert read_motions(data_dir / "cmu" / "09" / "09_09.amc")[0].inferred["dropped_t_pose_frames"] == 0
