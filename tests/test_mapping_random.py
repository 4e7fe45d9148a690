"""Skeletons that no one would draw: a mapping that holds together, or one sentence, never a crash."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from motionlens.errors import MotionLensError
from motionlens.readers.animation import SkeletonAnimation
from motionlens.readers.canonical import to_motion
from motionlens.readers.mapping import map_skeleton
from motionlens.skeleton import JOINT_NAMES, N_JOINTS, PARENTS, rest_positions

_WORDS = (
    *JOINT_NAMES,
    "Hips",
    "LeftUpLeg",
    "Neck1",
    "HeadTop_End",
    "l_hand",
    "R.Foot",
    "scene root",
    "",
    "x7",
)


@st.composite
def trees(draw: st.DrawFn) -> tuple[list[str], list[int]]:
    """The canonical skeleton with a few bones hung elsewhere (or cut off as roots) and renamed."""
    names, parents = list(JOINT_NAMES), [int(p) for p in PARENTS]
    for joint in draw(st.lists(st.integers(1, N_JOINTS - 1), max_size=5)):
        parents[joint] = draw(st.integers(-1, joint - 1))
    for joint in draw(st.lists(st.integers(0, N_JOINTS - 1), max_size=4)):
        names[joint] = draw(st.sampled_from(_WORDS))
    return names, parents


@settings(max_examples=400, deadline=None)
@given(trees())
def test_a_mapping_that_holds_together_or_a_sentence(tree: tuple[list[str], list[int]]) -> None:
    names, parents = tree
    positions = np.repeat(rest_positions()[None].astype(float), 3, axis=0)
    try:
        found = map_skeleton(names, parents, None, "wild.bvh")
        animation = SkeletonAnimation(
            tuple(names), tuple(parents), positions, 20.0, None, "wild", "wild.bvh", "bvh"
        )
        motion = to_motion(animation)
    except MotionLensError as error:
        assert "wild" in str(error) and "\n" not in str(error)
        return
    assert len(set(found.index.values())) == len(found.index), "no joint is two joints"
    assert np.isfinite(motion.positions).all()
    for end, start in (("knee", "hip"), ("ankle", "knee"), ("elbow", "shoulder"), ("wrist", "elbow")):
        for side in ("left", "right"):
            path, joint = [], found.index[f"{side}_{end}"]
            while joint >= 0:
                path.append(joint)
                joint = parents[joint]
            assert found.index[f"{side}_{start}"] in path[1:], "limbs go outward"


def test_head_and_neck_as_roots_of_their_own() -> None:
    for cut in (["neck"], ["head"], ["neck", "head"]):
        parents = [-1 if name in cut else int(p) for name, p in zip(JOINT_NAMES, PARENTS, strict=True)]
        found = map_skeleton(JOINT_NAMES, parents)
        assert all(found.index[name] == k for k, name in enumerate(JOINT_NAMES) if name in found.index)
        assert "pelvis" in found.index and {"neck", "head"} & set(found.index)
