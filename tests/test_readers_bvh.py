"""BVH: pybvh's shape of the format and the others, damage, and real files of three rigs."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from motionlens.errors import UnreadableFileError
from motionlens.readers import SUPPORTED_SUFFIXES, MappingOverrides, read_motions
from motionlens.readers.bvh import _general, read_bvh
from motionlens.skeleton import JOINT_INDEX, JOINT_NAMES, PARENTS, REFERENCE_OFFSETS

J = JOINT_INDEX
FRAMES = 20


def bvh_text(position_channels: bool = False, frame_time: str = "0.05", scale: float = 100.0) -> str:
    """The reference body in centimetres: walks along +z and lifts the left arm; legs a little bent."""
    lines = ["HIERARCHY"]
    order: list[int] = []

    def joint(j: int, depth: int) -> None:
        order.append(j)
        pad = "  " * depth
        offset = " ".join(f"{v:.4f}" for v in REFERENCE_OFFSETS[j] * scale)
        positions = "Xposition Yposition Zposition " if j == 0 or position_channels else ""
        lines.extend([
            f"{pad}{'ROOT' if j == 0 else 'JOINT'} {JOINT_NAMES[j]}", pad + "{", f"{pad}  OFFSET {offset}",
            f"{pad}  CHANNELS {6 if positions else 3} {positions}Zrotation Xrotation Yrotation",
        ])  # fmt: skip
        children = [k for k, p in enumerate(PARENTS) if p == j]
        for child in children:
            joint(child, depth + 1)
        if not children:
            lines.extend([pad + "  End Site", pad + "  {", pad + "    OFFSET 0 1 3", pad + "  }"])
        lines.append(pad + "}")

    joint(0, 0)
    lines.extend(["MOTION", f"Frames: {FRAMES}", f"Frame Time: {frame_time}"])
    for f in range(FRAMES):
        values: list[float] = []
        for j in order:
            if j == 0 or position_channels:
                values += [0, 96, 6 * f] if j == 0 else list(REFERENCE_OFFSETS[j] * scale)
            turn = {"left_shoulder": (3 * f, 0, 0), "right_shoulder": (70, 0, 0), "left_hip": (0, -20, 0),
                    "right_hip": (0, -20, 0), "left_knee": (0, 35, 0), "right_knee": (0, 35, 0)}  # fmt: skip
            values += turn.get(JOINT_NAMES[j], (0, 0, 0))
        lines.append(" ".join(f"{v:.4f}" for v in values))
    return "\n".join(lines) + "\n"


@pytest.fixture
def bvh(tmp_path: Path) -> Path:
    path = tmp_path / "take.bvh"
    path.write_text(bvh_text())
    return path


def test_sides_and_directions(bvh: Path) -> None:
    (motion,) = read_motions(bvh)
    p = motion.positions
    assert motion.name == "take" and motion.source == str(bvh) and motion.source_fps == 20
    assert p.shape == (FRAMES, 22, 3)
    assert p[-1, J["left_wrist"], 1] > p[-1, J["right_wrist"], 1] + 0.5
    assert p[-1, J["left_wrist"], 0] > 0.1 > -0.05 > p[-1, J["right_wrist"], 0]
    assert p[-1, 0, 2] == pytest.approx(0.06 * (FRAMES - 1), abs=0.01)
    assert motion.inferred["unit_m"] == 0.01 and motion.inferred["up_axis"] == "y"


def test_position_channels_on_every_joint_read_the_same(bvh: Path) -> None:
    other = bvh.with_name("other.bvh")
    other.write_text(bvh_text(position_channels=True))
    assert np.abs(read_motions(bvh)[0].positions - read_motions(other)[0].positions).max() < 1e-4


def test_our_own_kinematics_agree_with_pybvh(bvh: Path) -> None:
    (ours,), (theirs,) = _general(bvh, bvh.read_text()), read_bvh(bvh)
    assert ours.joint_names == theirs.joint_names and ours.parents == theirs.parents
    assert np.abs(ours.positions - theirs.positions).max() < 1e-6


def test_two_roots_give_two_motions(bvh: Path) -> None:
    head, tail = bvh_text().split("MOTION\n")
    rows = tail.splitlines()
    joined = head + head.replace("HIERARCHY\n", "") + "MOTION\n" + "\n".join(rows[:2]) + "\n"
    joined += "\n".join(f"{r} {r}" for r in rows[2:])
    bvh.write_text(joined)
    first, second = read_motions(bvh)
    assert np.abs(first.positions - second.positions).max() == 0
    assert first.name != second.name


def test_truncated_frame_times_and_windows_line_ends(bvh: Path) -> None:
    bvh.write_bytes(bvh_text(frame_time=".0083333").replace("\n", "\r\n").encode())
    assert read_motions(bvh)[0].source_fps == 120
    assert read_motions(bvh, MappingOverrides(fps=60))[0].source_fps == 60


@pytest.mark.parametrize(
    ("damage", "word"),
    [
        (lambda t: "", "is empty"),
        (lambda t: "  \n\n", "is empty"),
        (lambda t: "PK\x03\x04\x00\x00" * 50, "binary"),
        (lambda t: t.replace("HIERARCHY", "HELLO"), "not a BVH"),
        (lambda t: t[:600], "cut short"),
        (lambda t: t.split("MOTION")[0], "no MOTION part"),
        (lambda t: t[: len(t) * 9 // 10], "cut short"),
        (lambda t: t.replace("Frames: 20", "Frames: 25"), "25 frames"),
        (lambda t: t.replace("Frames: 20", "Frames: 0"), "no frames"),
        (lambda t: t.replace("Frame Time: 0.05", "Frame Time: 0"), "frame time"),
        (lambda t: t.replace("96.0000", "nan", 1), "NaN"),
        (lambda t: t.replace("96.0000", "ninety", 1), "other than numbers"),
        (lambda t: t.replace("Zrotation", "Wrotation", 1), "HIERARCHY"),
        (lambda t: t.replace("left_knee", "j1").replace("right_knee", "j2"), "left_knee, right_knee"),
    ],
)
def test_each_damage_has_its_own_sentence(damage: Callable[[str], str], word: str, bvh: Path) -> None:
    bvh.write_text(damage(bvh_text()))
    with pytest.raises(Exception, match=word) as caught:
        read_motions(bvh)
    message = str(caught.value)
    assert type(caught.value).__module__ == "motionlens.errors"
    assert str(bvh) in message and "\n" not in message and len(message) < 500


def test_unknown_kinds_and_missing_files(tmp_path: Path) -> None:
    assert {".bvh", ".amc", ".glb", ".gltf", ".npy", ".npz"} == SUPPORTED_SUFFIXES
    with pytest.raises(UnreadableFileError, match=r"film\.mp4 is no motion file"):
        read_motions(tmp_path / "film.mp4")
    with pytest.raises(UnreadableFileError, match=r"gone\.bvh cannot be opened"):
        read_motions(tmp_path / "gone.bvh")


REAL = {"35_01": 1, "07_12": 2, "131_01": 0, "60_01": 1, "94_08": 1, "06_01": 1}


@pytest.mark.parametrize("trial", REAL)
def test_real_files_of_every_rig(trial: str, data_dir: Path) -> None:
    with (data_dir / "cmu" / "trials.csv").open(newline="") as stream:
        row = next(r for r in csv.DictReader(stream) if r["trial"] == trial)
    (motion,) = read_motions(data_dir / "cmu" / row["file"], MappingOverrides(fps=float(row["source_fps"])))
    assert motion.inferred["dropped_t_pose_frames"] == REAL[trial]
    assert 1.4 < motion.inferred["stature_m"] < 2.1
    assert motion.n_frames == np.ceil(int(row["frames"]) / float(row["source_fps"]) * 20) or REAL[trial] != 1
    walks_like_a_person(motion.positions)
    if "walk" in row["description"] and "Start" not in row["description"]:
        speed = np.linalg.norm(np.diff(motion.positions[:, 0, [0, 2]], axis=0), axis=-1) * 20
        assert 0.7 < np.median(speed) < 2.0
        assert motion.positions[-1, 0, 2] > 1.5, "forward is +z"


def walks_like_a_person(p: np.ndarray) -> None:
    """Toes ahead of ankles and knees ahead of the hip-ankle line, in the hips' own frame: false when mirrored."""
    across = p[:, J["left_hip"]] - p[:, J["right_hip"]]
    forward = np.cross(across, [0.0, 1.0, 0.0])
    forward /= np.linalg.norm(forward, axis=-1, keepdims=True)
    for side in ("left", "right"):
        toe = p[:, J[f"{side}_foot"]] - p[:, J[f"{side}_ankle"]]
        knee = p[:, J[f"{side}_knee"]] - 0.5 * (p[:, J[f"{side}_hip"]] + p[:, J[f"{side}_ankle"]])
        assert np.median(np.sum(toe * forward, axis=-1)) > 0.05
        assert np.quantile(np.sum(knee * forward, axis=-1), 0.3) > -0.01
