"""HumanML3D, KIT-ML and AMASS arrays, against motions and an encoder written here from the definitions."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from motionlens.errors import UnreadableFileError
from motionlens.motion import Motion, save_motion
from motionlens.readers.arrays import KIT_JOINTS, kit_to_canonical, read_npy, recover_positions
from motionlens.readers.smpl import forward_kinematics, read_npz
from motionlens.skeleton import BONES, JOINT_INDEX, JOINT_NAMES, REFERENCE_LEG_M

AT = JOINT_INDEX
KIT = {name: i for i, name in enumerate(KIT_JOINTS)}
FROM_CANONICAL = {
    "root": "pelvis", "BP": "spine1", "BT": "spine3", "BLN": "neck", "BUN": "head",
    **{f"{s[0].upper()}{k}": f"{s}_{j}" for s in ("left", "right") for k, j in (
        ("S", "shoulder"), ("E", "elbow"), ("W", "wrist"), ("H", "hip"), ("K", "knee"), ("A", "ankle"),
        ("Mrot", "ankle"), ("F", "foot"))},
}  # fmt: skip


def poses(frames: int = 80) -> np.ndarray:
    """(T, 22, 3) axis-angle: the left arm goes up, the right arm hangs, the trunk and legs move a little."""
    t = np.linspace(0, 1, frames)
    out = np.zeros((frames, 22, 3))
    out[:, AT["left_shoulder"], 2] = np.deg2rad(80) * np.minimum(1, 2 * t)
    out[:, AT["right_shoulder"], 2] = np.deg2rad(75)
    out[:, AT["left_hip"], 0] = -0.4 * np.sin(6 * t)
    out[:, AT["left_knee"], 0] = 0.5 * (1 - np.cos(6 * t))
    out[:, AT["right_hip"], 0] = 0.4 * np.sin(6 * t)
    out[:, AT["spine2"], 1] = 0.1 * np.sin(5 * t)
    return out


def turning_walk(frames: int = 80) -> np.ndarray:
    """(T, 22, 3) metres, y up: 1 m/s forwards (20 fps) in a curve to the left by 90 degrees, left arm up."""
    heading = np.linspace(0, np.pi / 2, frames)
    rotations = poses(frames)
    rotations[:, 0] = np.stack([0 * heading, heading, 0 * heading], axis=1)
    step = np.stack([np.sin(heading), 0 * heading, np.cos(heading)], axis=1) / 20
    root = np.cumsum(step, axis=0) - step[0] + [0, 0.93, 0]
    return forward_kinematics(rotations, root)


def encode(positions: np.ndarray, hips: tuple[int, int], shoulders: tuple[int, int]) -> np.ndarray:
    """Feature vectors by the definition of Guo et al. (root and relative-position part; the rest is zero)."""
    across = (
        positions[:, hips[0]]
        - positions[:, hips[1]]
        + positions[:, shoulders[0]]
        - positions[:, shoulders[1]]
    )
    heading = np.unwrap(np.arctan2(-across[:, 2], across[:, 0]))  # 0: left at +x, so facing +z
    to_front = Rotation.from_rotvec(np.stack([0 * heading, -heading, 0 * heading], axis=1))
    root = positions[:, 0]
    frames, joints = positions.shape[:2]
    out = np.zeros((frames - 1, 12 * joints - 1))
    out[:, 0] = -np.diff(heading) / 2  # half the turn of the world-to-front quaternion
    velocity = to_front[1:].apply(np.diff(root, axis=0))
    out[:, 1:3] = velocity[:, [0, 2]]
    out[:, 3] = root[:-1, 1]
    relative = positions[:, 1:] - root[:, None] * [1, 0, 1]
    for frame in range(frames - 1):
        out[frame, 4 : 4 + 3 * (joints - 1)] = to_front[frame].apply(relative[frame]).ravel()
    return out


def kit(positions: np.ndarray, scale: float = 640.0) -> np.ndarray:
    """(T, 21, 3) as KIT-ML's files have them: millimetres of a model of normalised height."""
    return np.stack([positions[:, AT[FROM_CANONICAL[name]]] for name in KIT_JOINTS], axis=1) * scale


def left_arm_is_up(motion: Motion) -> None:
    """The named left wrist is above the head at the person's left, the right one low at the right."""
    last = motion.positions[-1].astype(float)
    left = last[AT["left_hip"]] - last[AT["right_hip"]]
    forward = sum(last[AT[f"{s}_foot"]] - last[AT[f"{s}_ankle"]] for s in ("left", "right"))
    # y up, right-handed: left x up is forward
    assert np.dot(np.cross(left, [0, 1, 0]), forward) > 0
    assert last[AT["left_wrist"], 1] > last[AT["head"], 1] > last[AT["right_wrist"], 1] + 0.4
    assert np.dot(last[AT["left_wrist"]] - last[AT["pelvis"]], left) > 0


def test_new_joints(tmp_path: Path) -> None:
    truth = turning_walk()
    np.save(tmp_path / "000001.npy", truth.astype(np.float32))
    (motion,) = read_npy(tmp_path / "000001.npy")
    assert motion.name == "000001" and motion.source_fps == 20 and motion.n_frames == len(truth)
    left_arm_is_up(motion)
    # already on the reference skeleton, at the origin, facing +z: only the floor and the spine's curve may change
    moved = motion.positions - truth + truth[0, 0] * [1, 0, 1]
    assert np.abs(moved - moved[0, 0]).max() < 0.05
    limbs = [AT[f"{side}_{j}"] for side in ("left", "right") for j in ("hip", "knee", "ankle", "foot")]
    assert np.abs(moved - moved[0, 0])[:, limbs].max() < 0.01
    end = motion.positions[-1, 0] - motion.positions[0, 0]
    assert end[0] > 2 and end[2] > 2  # a curve to the left: towards +x


def test_feature_vectors_give_the_positions_back(tmp_path: Path) -> None:
    truth = turning_walk()
    vectors = encode(truth, (AT["left_hip"], AT["right_hip"]), (AT["left_shoulder"], AT["right_shoulder"]))
    assert vectors.shape == (79, 263)
    found = recover_positions(vectors)
    np.testing.assert_allclose(found, truth[:-1] - truth[0, 0] * [1, 0, 1], atol=1e-6)
    np.save(tmp_path / "v.npy", vectors.astype(np.float32))
    (motion,) = read_npy(tmp_path / "v.npy")
    left_arm_is_up(motion)
    np.save(tmp_path / "j.npy", truth[:-1])
    np.testing.assert_allclose(motion.positions, read_npy(tmp_path / "j.npy")[0].positions, atol=1e-4)


def test_normalised_features_are_refused(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    np.save(tmp_path / "z.npy", rng.normal(size=(40, 263)))
    with pytest.raises(UnreadableFileError, match=r"z\.npy.*Std\.npy"):
        read_npy(tmp_path / "z.npy")


@pytest.mark.parametrize("vectors", [False, True])
def test_kit_ml(tmp_path: Path, vectors: bool) -> None:
    truth = turning_walk()
    array = kit(truth)
    if vectors:
        array = encode(array, (KIT["LH"], KIT["RH"]), (KIT["LS"], KIT["RS"]))
        assert array.shape[1] == 251
    np.save(tmp_path / "00001.npy", array.astype(np.float32))
    (motion,) = read_npy(tmp_path / "00001.npy")
    assert motion.source_fps == 12.5
    assert motion.n_frames == pytest.approx(len(array) * 20 / 12.5, abs=2)
    left_arm_is_up(motion)
    assert 1.4 < np.ptp(motion.display_positions[0, :, 1]) < 2.1


def test_kit_joints_fall_on_the_canonical_ones() -> None:
    truth = turning_walk()
    found, notes = kit_to_canonical(kit(truth))
    assert notes["mirrored_source"] is False
    for name in JOINT_NAMES:
        limit = 0.04 if name.startswith("spine") or name.endswith("collar") else 1e-6
        assert np.abs(found[:, AT[name]] - truth[:, AT[name]]).max() < limit, name
    legs = [np.linalg.norm(found[0, AT[f"{s}_{a}"]] - found[0, AT[f"{s}_{b}"]])
            for s in ("left",) for a, b in (("hip", "knee"), ("knee", "ankle"))]  # fmt: skip
    assert sum(legs) == pytest.approx(REFERENCE_LEG_M)


def test_a_mirrored_kit_array_keeps_its_named_limbs(tmp_path: Path) -> None:
    """Toes show a mirror image: the named left arm is the raised one, on the left, after reading."""
    truth = kit(turning_walk()) * [-1, 1, 1]
    assert kit_to_canonical(truth)[1]["mirrored_source"] is True
    np.save(tmp_path / "m.npy", truth)
    (motion,) = read_npy(tmp_path / "m.npy")
    left_arm_is_up(motion)


def amass(width: int = 156, frames: int = 240, rate_key: str = "mocap_framerate") -> dict[str, np.ndarray]:
    """Poses in AMASS's axes (z up): walks 1 m/s along -y, where a person with no turn faces."""
    rotations = np.zeros((frames, width // 3, 3))
    rotations[:, :22] = poses(frames)
    rotations[:, 0] = [np.pi / 2, 0, 0]
    trans = np.zeros((frames, 3))
    trans[:, 1], trans[:, 2] = -np.arange(frames) / 120, 0.93
    return {
        "poses": rotations.reshape(frames, -1),
        "trans": trans,
        rate_key: np.array(120.0),
        "gender": np.array("neutral"),
        "betas": np.zeros(16),
    }


@pytest.mark.parametrize(
    ("width", "key"),
    [(156, "mocap_framerate"), (165, "mocap_frame_rate"), (72, "fps"), (66, "mocap_framerate")],
)
def test_amass_poses(tmp_path: Path, width: int, key: str) -> None:
    np.savez(tmp_path / "take.npz", **amass(width, rate_key=key))
    (motion,) = read_npz(tmp_path / "take.npz")
    assert motion.source_fps == 120 and motion.n_frames in (40, 41)
    left_arm_is_up(motion)
    assert (
        motion.positions[-1, AT["left_wrist"], 0] > 0.1 > -0.05 > motion.positions[-1, AT["right_wrist"], 0]
    )
    assert motion.positions[-1, 0, 2] == pytest.approx(2.0, abs=0.1)
    assert "average skeleton" in str(motion.inferred["notes"])
    lengths = np.linalg.norm(np.diff(motion.positions[:, np.array(BONES)], axis=2)[:, :, 0], axis=-1)
    assert np.ptp(lengths, axis=0).max() < 1e-4


def test_separate_root_and_body_poses(tmp_path: Path) -> None:
    whole = amass()
    np.savez(tmp_path / "whole.npz", **whole)
    poses_ = whole.pop("poses")
    np.savez(tmp_path / "apart.npz", root_orient=poses_[:, :3], pose_body=poses_[:, 3:66], **whole)
    (a,), (b,) = read_npz(tmp_path / "whole.npz"), read_npz(tmp_path / "apart.npz")
    np.testing.assert_array_equal(a.positions, b.positions)


def test_positions_in_an_archive(tmp_path: Path) -> None:
    truth = turning_walk().astype(np.float32)
    np.savez_compressed(tmp_path / "a.npz", joints=truth, fps=np.array(20))
    np.savez(tmp_path / "b.npz", whatever=truth)
    for name in ("a.npz", "b.npz"):
        (motion,) = read_npz(tmp_path / name)
        left_arm_is_up(motion)


def test_our_own_format_is_exact(tmp_path: Path) -> None:
    positions = turning_walk().astype(np.float32)
    motion = Motion(positions, "curve", "somewhere.bvh", 120.0, positions * np.float32(1.1), {"unit_m": 0.01})
    save_motion(motion, tmp_path / "own.npz")
    (found,) = read_npz(tmp_path / "own.npz")
    np.testing.assert_array_equal(found.positions, motion.positions)
    np.testing.assert_array_equal(found.original_positions, motion.original_positions)
    assert (found.name, found.source_fps, found.inferred) == ("curve", 120.0, {"unit_m": 0.01})


def npy_bytes(array: np.ndarray, allow_pickle: bool = False) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array, allow_pickle=allow_pickle)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (np.zeros((10, 5, 3)), r"shape \(10, 5, 3\)"),
        (np.zeros(7), "shape"),
        (np.array(3.0), "shape"),
        (np.zeros((1, 22, 3)), "too few"),
        (np.zeros((0, 22, 3)), "too few"),
        (np.zeros((9, 22, 3)), "no size"),
        (np.zeros((9, 21, 3)), "no length"),
        (np.full((9, 22, 3), np.nan), "not finite"),
        (np.full((9, 22, 3), 1e30), "impossibly large"),
        (np.zeros((9, 22, 3), complex), "complex"),
        (np.full((9, 22, 3), "x"), "float32"),
    ],
)
def test_wrong_arrays_get_their_own_sentence(tmp_path: Path, array: np.ndarray, words: str) -> None:
    np.save(tmp_path / "bad.npy", array)
    with pytest.raises(UnreadableFileError, match=words) as caught:
        read_npy(tmp_path / "bad.npy")
    assert "bad.npy" in str(caught.value) and str(caught.value).endswith(".")


def test_pickles_are_never_opened(tmp_path: Path) -> None:
    marker = tmp_path / "ran"

    class Payload:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return marker.write_text, ("x",)

    (tmp_path / "p.npy").write_bytes(npy_bytes(np.array([Payload()], dtype=object), allow_pickle=True))
    np.savez(tmp_path / "p.npz", poses=np.array([Payload()], dtype=object))
    marker.unlink(missing_ok=True)
    for name, read in (("p.npy", read_npy), ("p.npz", read_npz)):
        with pytest.raises(UnreadableFileError, match="pickled"):
            read(tmp_path / name)
    assert not marker.exists()


def test_a_header_that_promises_more_than_the_file_holds(tmp_path: Path) -> None:
    whole = npy_bytes(np.zeros((100, 22, 3)))
    (tmp_path / "short.npy").write_bytes(whole[:500])
    (tmp_path / "liar.npy").write_bytes(whole.replace(b"(100, 22, 3)", b"(999999999,)"))
    for name in ("short.npy", "liar.npy"):
        with pytest.raises(UnreadableFileError, match="cut short"):
            read_npy(tmp_path / name)


def test_zip_bombs_are_not_unpacked(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.npz"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("poses.npy", npy_bytes(np.zeros((0, 156))) + bytes(2**26))
    assert bomb.stat().st_size < 2**20
    with pytest.raises(UnreadableFileError, match=r"bomb\.npz would unpack"):
        read_npz(bomb)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"mocap_framerate": None}, "no frame rate"),
        ({"mocap_framerate": np.array(0.0)}, "impossible frame rate"),
        ({"poses": np.zeros((50, 30))}, "shape"),
        ({"poses": np.zeros((0, 156))}, "empty"),
        ({"trans": np.zeros((3, 3))}, "240 poses"),
        ({"trans": np.full((240, 3), np.inf)}, "not finite"),
        ({"poses": None}, "no motion"),
    ],
)
def test_wrong_poses_get_their_own_sentence(
    tmp_path: Path, change: dict[str, np.ndarray | None], words: str
) -> None:
    arrays = {k: v for k, v in {**amass(), **change}.items() if v is not None}
    np.savez(tmp_path / "bad.npz", **arrays)
    with pytest.raises(UnreadableFileError, match=words) as caught:
        read_npz(tmp_path / "bad.npz")
    assert "bad.npz" in str(caught.value) and str(caught.value).endswith(".")


def test_a_rate_from_the_mapping_file_wins(tmp_path: Path) -> None:
    from motionlens.readers.mapping import MappingOverrides

    arrays = amass()
    arrays.pop("mocap_framerate")
    np.savez(tmp_path / "take.npz", **arrays)
    (motion,) = read_npz(tmp_path / "take.npz", MappingOverrides(fps=60))
    assert motion.source_fps == 60 and motion.n_frames in (80, 81)
