"""What Blender makes of an exported BVH and GLB; skipped where there is no Blender."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from motionlens.export import ExportOptions, export_motion
from motionlens.export.names import RIG_NAMES
from motionlens.export.rig import rig_motion
from motionlens.motion import Motion
from motionlens.readers import read_motions
from motionlens.skeleton import JOINT_INDEX, JOINT_NAMES, PARENTS

from .motions import wobbling

J = JOINT_INDEX
FPS = 30
BLENDER = os.environ.get("BLENDER") or shutil.which("blender")

# Runs inside Blender. World positions and turns, so that it does not matter how an importer turns y up into
# z up. Debian 12 ships Blender without NumPy, which its glTF importer needs, and with a BVH importer whose
# file mode Python 3.11 refuses: both are lent here, neither touches what is imported.
SCRIPT = r"""
import builtins, json, sys
import bpy

source, target, numpy_folder, numpy_python = sys.argv[sys.argv.index("--") + 1:]
try:
    import numpy
except ImportError:
    if numpy_python != "%d.%d" % sys.version_info[:2]:
        json.dump({"lacks": "Blender's Python has no NumPy"}, open(target, "w"))
        sys.exit(0)
    sys.path.append(numpy_folder)
from io_anim_bvh import import_bvh
import_bvh.open = lambda path, mode="r", **more: builtins.open(path, mode.replace("U", ""), **more)

bpy.ops.wm.read_factory_settings(use_empty=True)
scene = bpy.context.scene
scene.render.fps, scene.render.fps_base = FPS, 1.0
if source.endswith(".bvh"):
    scene.render.fps = 24  # Blender takes the rate over from the file
    bpy.ops.import_anim.bvh(filepath=source, global_scale=1.0, axis_forward="-Z", axis_up="Y",
                            update_scene_fps=True, update_scene_duration=True, use_fps_scale=False)
else:
    bpy.ops.import_scene.gltf(filepath=source)
rigs = [o for o in bpy.data.objects if o.type == "ARMATURE"]
rig = rigs[0]
action = rig.animation_data.action
if action is None:
    action = rig.animation_data.nla_tracks[0].strips[0].action
    rig.animation_data.action = action
first, last = (round(v) for v in action.frame_range)
meshes = [o for o in bpy.data.objects if o.type == "MESH" and any(m.type == "ARMATURE" for m in o.modifiers)]

def turn(bone):
    # from rest, about the world's axes: the same whichever way a bone's own axes lie
    world = rig.matrix_world.to_quaternion().to_matrix()
    made = bone.matrix.to_3x3() @ bone.bone.matrix_local.to_3x3().inverted()
    return [list(row) for row in world @ made @ world.inverted()]

places, turns, skins = [], [], []
for frame in range(first, last + 1):
    scene.frame_set(frame)
    places.append({b.name: list(rig.matrix_world @ b.head) for b in rig.pose.bones})
    turns.append({b.name: turn(b) for b in rig.pose.bones})
    if meshes:
        body = meshes[0].evaluated_get(bpy.context.evaluated_depsgraph_get())
        points = [body.matrix_world @ v.co for v in body.data.vertices]
        skins.append([[f(p[k] for p in points) for k in range(3)] for f in (min, max)])
json.dump({
    "armatures": len(rigs),
    "parents": {b.name: b.parent.name if b.parent else None for b in rig.data.bones},
    "fps": scene.render.fps / scene.render.fps_base,
    "first": first,
    "places": places,
    "turns": turns,
    "bodies": len(meshes),
    "skins": skins,
    "unweighted": sum(not v.groups for o in meshes for v in o.data.vertices),
}, open(target, "w"))
""".replace("FPS", str(FPS))

pytestmark = pytest.mark.skipif(BLENDER is None, reason="Blender is not installed")
KINDS = pytest.mark.parametrize("kind", [".bvh", ".glb"])


def in_blender(path: Path) -> dict[str, Any]:
    """What Blender sees after it imported a file."""
    script, answer = path.with_name("script.py"), path.with_suffix(".json")
    script.write_text(SCRIPT)
    done = subprocess.run(
        [str(BLENDER), "--background", "--factory-startup", "--python-exit-code", "1", "--python", str(script),
         "--", str(path), str(answer), str(Path(np.__file__).parents[1]), "{}.{}".format(*sys.version_info[:2])],
        capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    seen: dict[str, Any] = json.loads(answer.read_text())
    if "lacks" in seen:
        pytest.skip(seen["lacks"])
    return seen


def as_blender(points: np.ndarray) -> np.ndarray:
    """Our (x, y, z), y up and +z forward, in Blender's axes: z up, forward -y."""
    return np.stack([points[..., 0], -points[..., 2], points[..., 1]], axis=-1)


def check(seen: dict[str, Any], positions: np.ndarray, own: slice, shown: slice) -> None:
    """One armature, our joints where they belong, turned as we turn them.

    Args:
        positions: (T, 22, 3) what was exported, at 20 fps.
        own, shown: the same moments in ``positions`` and in what Blender shows at 30 fps.
    """
    assert seen["armatures"] == 1
    assert seen["fps"] == pytest.approx(FPS, abs=0.01)
    assert seen["parents"] == {
        RIG_NAMES[joint]: RIG_NAMES[parent] if parent >= 0 else None for joint, parent in enumerate(PARENTS)
    }
    seconds = (len(positions) - 1) / 20
    assert len(seen["places"]) == pytest.approx(seconds * FPS + 1, abs=1)
    places = np.array([[frame[name] for name in RIG_NAMES] for frame in seen["places"]])
    off = np.abs(places[shown] - as_blender(positions)[own])
    assert off.max() < 1e-3, f"{JOINT_NAMES[int(off.max((0, 2)).argmax())]} is {off.max():.4f} m off"
    travel = as_blender(positions[-1, 0] - positions[0, 0])
    if len(positions) % 2:  # the last moment is one of both rates
        assert np.abs(places[-1, 0] - places[0, 0] - travel).max() < 1e-3
    turns = np.array([[frame[name] for name in RIG_NAMES] for frame in seen["turns"]])[shown]
    rigged = rig_motion(positions)
    axes = as_blender(np.eye(3)).T
    for joint in range(len(PARENTS)):
        world = Rotation.identity(len(positions))
        above = joint
        while above >= 0:
            world = Rotation.from_quat(rigged.rotations[:, above]) * world
            above = PARENTS[above]
        ours = axes @ world.as_matrix()[own] @ axes.T
        between = Rotation.from_matrix(turns[:, joint]) * Rotation.from_matrix(ours).inv()
        assert np.rad2deg(between.magnitude()).max() < 0.1, JOINT_NAMES[joint]


def check_skin(seen: dict[str, Any]) -> None:
    """One body that goes with the joints: around them all, and no further off than flesh."""
    assert seen["bodies"] == 1 and seen["unweighted"] == 0
    places = np.array([[frame[name] for name in RIG_NAMES] for frame in seen["places"]])
    low, high = np.moveaxis(np.array(seen["skins"]), 1, 0)
    assert (low <= places.min(1)).all() and (high >= places.max(1)).all()
    assert (places.min(1) - low).max() < 0.3 and (high - places.max(1)).max() < 0.3


@KINDS
def test_blender_shows_an_armature_of_the_right_size_place_and_time(tmp_path: Path, kind: str) -> None:
    positions = wobbling(41)  # walks along +z; every joint also shifts, which Blender must show as well
    path = export_motion(
        Motion(positions, "walk"), tmp_path / f"walk{kind}", ExportOptions(fps=FPS, bvh_metres=True)
    ).path
    seen = in_blender(path)
    assert len(seen["places"]) == 61  # 2 s, the first frame and the last
    check(seen, positions, slice(0, None, 2), slice(0, None, 3))
    assert seen["places"][0]["LeftHand"][0] > 0.3 > -0.3 > seen["places"][0]["RightHand"][0]
    if kind == ".glb":
        check_skin(seen)


@KINDS
def test_a_recorded_trial_and_a_moment_of_it(data_dir: Path, tmp_path: Path, kind: str) -> None:
    source = next(iter(sorted((data_dir / "cmu").rglob("*.bvh"))), None)
    if source is None:
        pytest.skip("no BVH among the recorded trials")
    (motion,) = read_motions(source)
    options = ExportOptions(start_s=1.0, end_s=4.0, fps=FPS, bvh_metres=True)
    seen = in_blender(export_motion(motion, tmp_path / f"moment{kind}", options).path)
    check(seen, motion.display_positions[20:80], slice(0, None, 2), slice(0, None, 3))
    if kind == ".glb":
        check_skin(seen)
