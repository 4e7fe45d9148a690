"""The reference body under other rigs' names, with their extra joints: for tests of the readers."""

from __future__ import annotations

import numpy as np
from scipy.spatial.transform import Rotation

from motionlens.readers.animation import SkeletonAnimation
from motionlens.skeleton import JOINT_INDEX, JOINT_NAMES, PARENTS, REFERENCE_OFFSETS

CENTRE = ("pelvis", "spine1", "spine2", "spine3", "neck", "head")
LIMBS = ("hip", "knee", "ankle", "foot", "collar", "shoulder", "elbow", "wrist")

# Names of CENTRE (None: the rig has no such joint), then of LIMBS; {L} is Left/Right, {l} left/right, {s} L/R, {c} l/r.
SCHEMES: dict[str, tuple[str, str]] = {
    "smpl": ("pelvis spine1 spine2 spine3 neck head",
             "{l}_hip {l}_knee {l}_ankle {l}_foot {l}_collar {l}_shoulder {l}_elbow {l}_wrist"),
    "mixamo": ("mixamorig:Hips mixamorig:Spine mixamorig:Spine1 mixamorig:Spine2 mixamorig:Neck mixamorig:Head",
               "mixamorig:{L}UpLeg mixamorig:{L}Leg mixamorig:{L}Foot mixamorig:{L}ToeBase mixamorig:{L}Shoulder "
               "mixamorig:{L}Arm mixamorig:{L}ForeArm mixamorig:{L}Hand"),
    "biovision": ("Hips Chest Chest2 Chest3 Neck Head",
                  "{L}Hip {L}Knee {L}Ankle {L}Toe {L}Collar {L}Shoulder {L}Elbow {L}Wrist"),
    "acclaim": ("root lowerback upperback thorax lowerneck head",
                "{c}femur {c}tibia {c}foot {c}toes {c}clavicle {c}humerus {c}radius {c}wrist"),
    "daz": ("hip abdomen - chest neck head",
            "{c}Thigh {c}Shin {c}Foot {c}Toe {c}Collar {c}Shldr {c}ForeArm {c}Hand"),
    "unreal": ("pelvis spine_01 spine_02 spine_03 neck_01 head",
               "thigh_{c} calf_{c} foot_{c} ball_{c} clavicle_{c} upperarm_{c} lowerarm_{c} hand_{c}"),
    "rigify": ("spine spine.001 spine.002 spine.003 spine.004 spine.006",
               "thigh.{s} shin.{s} foot.{s} toe.{s} shoulder.{s} upper_arm.{s} forearm.{s} hand.{s}"),
    "unity": ("Hips Spine Chest UpperChest Neck Head",
              "UpperLeg_{s} LowerLeg_{s} Foot_{s} Toes_{s} Shoulder_{s} UpperArm_{s} LowerArm_{s} Hand_{s}"),
    "biped": ("Bip01_Pelvis Bip01_Spine Bip01_Spine1 Bip01_Spine2 Bip01_Neck Bip01_Head",
              "Bip01_{s}_Thigh Bip01_{s}_Calf Bip01_{s}_Foot Bip01_{s}_Toe0 Bip01_{s}_Clavicle Bip01_{s}_UpperArm "
              "Bip01_{s}_Forearm Bip01_{s}_Hand"),
    "motionbuilder": ("Char:Hips Char:Spine Char:Spine1 Char:Spine2 Char:Neck Char:Head",
                      "Char:{L}UpLeg Char:{L}Leg Char:{L}Foot Char:{L}ToeBase Char:{L}Shoulder Char:{L}Arm "
                      "Char:{L}ForeArm Char:{L}Hand"),
    "shouting": ("HIPS SPINE - - NECK HEAD",
                 "{U}-UPPER-LEG {U}-LOWER-LEG {U}-FOOT {U}-TOE - {U}-UPPER-ARM {U}-LOWER-ARM {U}-HAND"),
    "bare": ("pelvis - - - - head", "{c}_thigh {c}_calf {c}_foot - - {c}_upperarm {c}_forearm {c}_hand"),
}  # fmt: skip

EXTRAS = {
    "unreal": ("left_shoulder", "upperarm_twist_01_l"),
    "mixamo": ("left_wrist", "mixamorig:LeftHandThumb1"),
    "unity": ("left_knee", "LegTwist_L"),
    "acclaim": ("left_wrist", "lthumb"),
    "motionbuilder": ("right_elbow", "Char:RightForeArmRoll"),
}


def names_of(scheme: str) -> dict[str, str]:
    """Canonical name -> the scheme's name, without the joints that the scheme lacks."""
    centre, limbs = SCHEMES[scheme]
    out = dict(zip(CENTRE, centre.split(), strict=True))
    for side in ("left", "right"):
        text = limbs.format(L=side.capitalize(), l=side, s=side[0].upper(), c=side[0], U=side.upper())
        out.update({f"{side}_{limb}": name for limb, name in zip(LIMBS, text.split(), strict=True)})
    return {k: v for k, v in out.items() if v != "-"}


def pose(turns: dict[str, np.ndarray], frames: int) -> np.ndarray:
    """(frames, 22, 3) reference body whose joints are turned by (frames, 3) rotation vectors, all in the world."""
    out = np.zeros((frames, 22, 3))
    world: list[Rotation] = []
    for joint, parent in enumerate(PARENTS):
        own = Rotation.from_rotvec(turns.get(JOINT_NAMES[joint], np.zeros((frames, 3))))
        world.append(own if parent < 0 else world[parent] * own)
        if parent >= 0:
            out[:, joint] = out[:, parent] + world[parent].apply(REFERENCE_OFFSETS[joint])
    return out


def walk_and_wave(frames: int = 60, fps: float = 20.0) -> np.ndarray:
    """(frames, 22, 3) metres: walks along +z at 1.2 m/s with arms down, the left arm raised to wave."""
    t = np.arange(frames) / fps
    swing = 0.5 * np.sin(2 * np.pi * 0.9 * t)
    zero = np.zeros_like(t)
    turns = {
        "left_hip": np.stack([-swing, zero, zero], -1),
        "right_hip": np.stack([swing, zero, zero], -1),
        "left_knee": np.stack([0.3 + 0.3 * np.cos(2 * np.pi * 0.9 * t), zero, zero], -1),
        "right_knee": np.stack([0.3 - 0.3 * np.cos(2 * np.pi * 0.9 * t), zero, zero], -1),
        "left_shoulder": np.stack([zero, zero, zero + 0.9], -1),
        "left_elbow": np.stack([zero, zero, 0.6 + 0.4 * np.sin(9 * t)], -1),
        "right_shoulder": np.stack([zero, zero, zero + 1.3], -1),
        "spine2": np.stack([zero + 0.05, 0.1 * swing, zero], -1),
    }
    out = pose(turns, frames)
    out[:, :, 1] += 0.96
    out[:, :, 2] += 1.2 * t[:, None]
    return out


def rig(
    scheme: str,
    positions: np.ndarray,
    fps: float = 20.0,
    rest: np.ndarray | None = None,
    scene_root: bool = True,
    up_axis: str | None = None,
) -> SkeletonAnimation:
    """The canonical (F, 22, 3) positions as an animation of this scheme, its extra joints included."""
    named = names_of(scheme)
    order = [j for j in range(22) if JOINT_NAMES[j] in named]
    names, parents, columns = (
        (["Armature"], [-1], [np.zeros_like(positions[:, 0])]) if scene_root else ([], [], [])
    )
    rests = [np.zeros(3)] if scene_root else []
    at: dict[int, int] = {}
    for joint in order:
        above = PARENTS[joint]
        while above >= 0 and above not in at:
            above = PARENTS[above]
        at[joint] = len(names)
        names.append(named[JOINT_NAMES[joint]])
        parents.append(at[above] if above >= 0 else (0 if scene_root else -1))
        columns.append(positions[:, joint])
        rests.append(rest[joint] if rest is not None else np.zeros(3))
    if scheme in EXTRAS:
        joint_name, extra = EXTRAS[scheme]
        joint = JOINT_INDEX[joint_name]
        names.append(extra)
        parents.append(at[joint])
        columns.append(positions[:, joint] + 0.01)
        rests.append(rests[at[joint]] + 0.01)
    return SkeletonAnimation(
        tuple(names), tuple(parents), np.stack(columns, 1), fps,
        np.stack(rests) if rest is not None else None, "take", "take.test", "test", None, up_axis,
    )  # fmt: skip
