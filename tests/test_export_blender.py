"""What Blender makes of an exported BVH and GLB; skipped where there is no Blender."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from motionlens.export import ExportOptions, export_motion
from motionlens.motion import Motion
from motionlens.skeleton import JOINT_INDEX

from .motions import wobbling

J = JOINT_INDEX
FPS = 30
BLENDER = os.environ.get("BLENDER") or shutil.which("blender")

# Runs inside Blender. World positions, so that it does not matter how an importer turns y up into z up.
SCRIPT = r"""
import json, sys, bpy

source, target = sys.argv[sys.argv.index("--") + 1:]
bpy.ops.wm.read_factory_settings(use_empty=True)
scene = bpy.context.scene
scene.render.fps, scene.render.fps_base = FPS, 1.0
if source.endswith(".bvh"):
    bpy.ops.import_anim.bvh(filepath=source, global_scale=1.0, axis_forward="-Z", axis_up="Y",
                            update_scene_fps=True, update_scene_duration=True, use_fps_scale=False)
else:
    bpy.ops.import_scene.gltf(filepath=source)
rig = next(o for o in bpy.data.objects if o.type == "ARMATURE")
action = rig.animation_data.action
if action is None:
    action = rig.animation_data.nla_tracks[0].strips[0].action
    rig.animation_data.action = action
first, last = (round(v) for v in action.frame_range)

def place(name):
    return list(rig.matrix_world @ rig.pose.bones[name].head)

frames = []
for frame in range(first, last + 1):
    scene.frame_set(frame)
    bpy.context.view_layer.update()
    frames.append({name: place(name) for name in ("Hips", "LeftHand", "RightHand", "LeftToeBase", "Head")})
meshes = [o for o in bpy.data.objects if o.type == "MESH" and any(m.type == "ARMATURE" for m in o.modifiers)]
top = max((o.matrix_world @ v.co).z for o in meshes for v in o.data.vertices) if meshes else None
json.dump({
    "bones": [b.name for b in rig.data.bones],
    "roots": [b.name for b in rig.data.bones if b.parent is None],
    "fps": scene.render.fps / scene.render.fps_base,
    "frames": frames,
    "bodies": len(meshes),
    "top": top,
}, open(target, "w"))
""".replace("FPS", str(FPS))


def in_blender(path: Path) -> dict[str, Any]:
    """What Blender sees after it imported a file."""
    script, answer = path.with_name("script.py"), path.with_suffix(".json")
    script.write_text(SCRIPT)
    done = subprocess.run(
        [str(BLENDER), "--background", "--factory-startup", "--python-exit-code", "1",
         "--python", str(script), "--", str(path), str(answer)],
        capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return json.loads(answer.read_text())  # type: ignore[no-any-return]


@pytest.mark.skipif(BLENDER is None, reason="Blender is not installed")
@pytest.mark.parametrize("kind", [".bvh", ".glb"])
def test_blender_shows_an_armature_of_the_right_size_place_and_time(tmp_path: Path, kind: str) -> None:
    positions = wobbling(41)  # walks along +z; every joint also shifts, which Blender must show as well
    path = export_motion(
        Motion(positions, "walk"), tmp_path / f"walk{kind}", ExportOptions(fps=FPS, bvh_metres=True)
    ).path
    seen = in_blender(path)
    frames = seen["frames"]
    assert {"Hips", "Spine2", "LeftUpLeg", "LeftHand", "RightForeArm", "Head"} <= set(seen["bones"])
    assert seen["roots"] == ["Hips"]
    assert seen["fps"] == pytest.approx(FPS, abs=0.01)
    assert len(frames) == 61  # 2 s, the first frame and the last
    for ours, theirs in (("pelvis", "Hips"), ("left_wrist", "LeftHand"), ("right_wrist", "RightHand"),
                         ("left_foot", "LeftToeBase"), ("head", "Head")):  # fmt: skip
        for mine, shown in ((0, 0), (20, 30), (40, 60)):  # the same moments at 20 and at 30 fps
            x, y, z = positions[mine, J[ours]]
            # Blender's up is z and its front -y: our (x, y, z) is its (x, -z, y)
            assert np.abs(np.array(frames[shown][theirs]) - [x, -z, y]).max() < 2e-3, (ours, mine)
    assert frames[0]["LeftHand"][0] > 0.3 > -0.3 > frames[0]["RightHand"][0]
    if kind == ".glb":
        assert seen["bodies"] == 1 and 1.3 < seen["top"] < 2.2
