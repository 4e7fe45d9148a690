"""Any naming of a skeleton is mapped; what cannot be is named; mapping files are checked."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from motionlens.errors import MotionLensError, UnmappableSkeletonError
from motionlens.readers.canonical import to_motion
from motionlens.readers.mapping import MappingOverrides, map_skeleton
from tests.rigs import SCHEMES, names_of, rig, walk_and_wave


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("scene_root", [True, False])
def test_every_scheme_maps_to_the_joints_meant(scheme: str, scene_root: bool) -> None:
    animation = rig(scheme, walk_and_wave(3), scene_root=scene_root)
    found = map_skeleton(animation.joint_names, animation.parents)
    expected = {k: v for k, v in names_of(scheme).items() if not k.startswith("spine")}
    got = {k: animation.joint_names[v] for k, v in found.index.items() if not k.startswith("spine")}
    assert got == expected
    spine = [animation.joint_names[k] for k in found.trunk]
    assert spine == [
        names_of(scheme)[n] for n in ("pelvis", "spine1", "spine2", "spine3") if n in names_of(scheme)
    ]


def test_twist_and_finger_joints_are_never_taken() -> None:
    names = ["Hips", "Spine", "Neck", "Head"]
    parents = [-1, 0, 1, 2]
    for side in ("Left", "Right"):
        for chain, start in ((("UpLeg", "UpLegRoll", "Leg", "LegRoll", "Foot", "ToeBase"), 0),
                             (("Shoulder", "Arm", "ArmTwist", "ForeArm", "ForeArmTwist", "Hand", "HandIndex1"), 1)):  # fmt: skip
            above = start
            for joint in chain:
                names.append(side + joint)
                parents.append(above)
                above = len(names) - 1
    found = map_skeleton(names, parents)
    taken = {names[k] for k in found.index.values()}
    assert not any(word in name for name in taken for word in ("Roll", "Twist", "Index"))
    assert names[found.index["left_elbow"]] == "LeftForeArm"
    assert names[found.index["right_knee"]] == "RightLeg"


def test_missing_joints_are_named_and_the_remedy_works() -> None:
    animation = rig("smpl", walk_and_wave(3))
    names = tuple("Bone_17" if n == "left_knee" else n for n in animation.joint_names)
    with pytest.raises(UnmappableSkeletonError, match=r"take\.test.*left_knee.*mapping file") as caught:
        map_skeleton(names, animation.parents, where="take.test")
    assert caught.value.missing == ("left_knee",)
    found = map_skeleton(names, animation.parents, {"left_knee": "Bone_17"})
    assert names[found.index["left_knee"]] == "Bone_17"


def test_a_skeleton_without_sides_is_refused_not_guessed() -> None:
    names = tuple(f"joint{k}" for k in range(22))
    with pytest.raises(UnmappableSkeletonError, match="left_hip, right_hip"):
        map_skeleton(names, (-1, *range(21)))


def test_an_override_wins_over_a_good_name() -> None:
    animation = rig("smpl", walk_and_wave(3))
    found = map_skeleton(animation.joint_names, animation.parents, {"left_ankle": "left_foot"})
    assert animation.joint_names[found.index["left_ankle"]] == "left_foot"


def test_an_override_of_an_absent_joint_says_what_there_is() -> None:
    animation = rig("smpl", walk_and_wave(3))
    with pytest.raises(MotionLensError, match=r"'Knie'.*no such joint.*left_hip"):
        map_skeleton(animation.joint_names, animation.parents, {"left_knee": "Knie"})


def test_mapping_files_in_json_and_toml(tmp_path: Path) -> None:
    data = {
        "joints": {"left_knee": "K"},
        "unit_m": 0.01,
        "up_axis": "z",
        "facing": "-y",
        "fps": 60,
        "drop_t_pose": False,
    }
    as_json = tmp_path / "m.json"
    as_json.write_text(json.dumps(data))
    as_toml = tmp_path / "m.toml"
    as_toml.write_text(
        'unit_m = 0.01\nup_axis = "z"\nfacing = "-y"\nfps = 60\ndrop_t_pose = false\n[joints]\nleft_knee = "K"\n'
    )
    assert MappingOverrides.load(as_json) == MappingOverrides.load(as_toml) == MappingOverrides(**data)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("{", "not valid"),
        ("[]", "one object"),
        ('{"jonts": {}}', "jonts"),
        ('{"joints": {"left_kne": "x"}}', "left_kne"),
        ('{"joints": {"left_knee": 3}}', "joints"),
        ('{"unit_m": -1}', "unit_m"),
        ('{"fps": true}', "fps"),
        ('{"up_axis": "w"}', "up_axis"),
        ('{"drop_t_pose": "yes"}', "drop_t_pose"),
    ],
)
def test_bad_mapping_files_get_one_sentence(text: str, word: str, tmp_path: Path) -> None:
    path = tmp_path / "mapping.json"
    path.write_text(text)
    with pytest.raises(MotionLensError, match=word) as caught:
        MappingOverrides.load(path)
    assert str(path) in str(caught.value)


def test_a_missing_mapping_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(MotionLensError, match=r"nowhere\.json cannot be opened"):
        MappingOverrides.load(tmp_path / "nowhere.json")


def test_what_was_inferred_can_be_written_as_json() -> None:
    motion = to_motion(rig("daz", walk_and_wave(30)))
    record = json.loads(json.dumps(dict(motion.inferred)))
    assert record["joint_map"]["left_hip"] == "lThigh"
    assert {"unit_m", "up_axis", "fps", "dropped_t_pose_frames", "stature_m", "derived", "notes"} <= set(
        record
    )
    assert np.isfinite(motion.positions).all()
