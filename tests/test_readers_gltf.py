"""glTF animations: small real files with Mixamo-like rigs, against positions computed here by hand."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pygltflib as gl
import pytest
from scipy.spatial.transform import Rotation

from motionlens.errors import MotionLensError, UnreadableFileError
from motionlens.readers.gltf import read_gltf
from motionlens.skeleton import JOINT_INDEX, JOINT_NAMES, PARENTS, REFERENCE_OFFSETS, rest_positions

MIXAMO = {
    "pelvis": "Hips", "spine1": "Spine", "spine2": "Spine1", "spine3": "Spine2", "neck": "Neck", "head": "Head",
    "left_hip": "LeftUpLeg", "left_knee": "LeftLeg", "left_ankle": "LeftFoot", "left_foot": "LeftToeBase",
    "left_collar": "LeftShoulder", "left_shoulder": "LeftArm", "left_elbow": "LeftForeArm", "left_wrist": "LeftHand",
}  # fmt: skip
NAMES = [
    "mixamorig:"
    + (MIXAMO[n] if n in MIXAMO else MIXAMO[n.replace("right_", "left_")].replace("Left", "Right"))
    for n in JOINT_NAMES
]
FPS = 30.0
FRAMES = 61
LEFT_ARM = JOINT_INDEX["left_shoulder"]


@dataclass
class Builder:
    """Packs arrays into one buffer as a glTF exporter does."""

    gltf: gl.GLTF2 = field(default_factory=gl.GLTF2)
    data: bytearray = field(default_factory=bytearray)

    def view(self, raw: bytes, stride: int | None = None) -> int:
        self.data.extend(b"\0" * (-len(self.data) % 4))
        self.gltf.bufferViews.append(
            gl.BufferView(buffer=0, byteOffset=len(self.data), byteLength=len(raw), byteStride=stride)
        )
        self.data.extend(raw)
        return len(self.gltf.bufferViews) - 1

    def accessor(self, values: np.ndarray, normalized: bool = False, **extra: Any) -> int:
        component = {"f": gl.FLOAT, "h": gl.SHORT, "B": gl.UNSIGNED_BYTE}[values.dtype.char]
        kind = "SCALAR" if values.ndim == 1 else f"VEC{values.shape[1]}"
        view = extra.pop("view", None)
        self.gltf.accessors.append(
            gl.Accessor(
                bufferView=self.view(values.tobytes()) if view is None else view,
                componentType=component, count=len(values), type=kind, normalized=normalized, **extra,
            )
        )  # fmt: skip
        return len(self.gltf.accessors) - 1

    def sampler(self, times: np.ndarray, output: int, mode: str = "LINEAR") -> gl.AnimationSampler:
        return gl.AnimationSampler(
            input=self.accessor(times.astype(np.float32)), output=output, interpolation=mode
        )

    def clip(self, name: str, tracks: list[tuple[int, str, gl.AnimationSampler]]) -> None:
        self.gltf.animations.append(
            gl.Animation(
                name=name,
                samplers=[s for _, _, s in tracks],
                channels=[
                    gl.AnimationChannel(sampler=i, target=gl.AnimationChannelTarget(node=n, path=p))
                    for i, (n, p, _) in enumerate(tracks)
                ],
            )
        )

    def save(self, path: Path, embed: bool = True) -> Path:
        self.gltf.buffers = [gl.Buffer(byteLength=len(self.data))]
        if path.suffix == ".glb":
            self.gltf.set_binary_blob(bytes(self.data))
            self.gltf.save_binary(str(path))
        else:
            if embed:
                uri = "data:application/octet-stream;base64," + base64.b64encode(bytes(self.data)).decode()
            else:
                uri = f"{path.stem} data.bin"
                (path.parent / uri).write_bytes(bytes(self.data))
                uri = uri.replace(" ", "%20")
            self.gltf.buffers[0].uri = uri
            path.write_text(self.gltf.to_json())
        return path


def rig(scale: float = 1.0, turn: Rotation | None = None, skin: bool = True) -> Builder:
    """Node 0 is the armature with a scale and a turn; node 1 + j is canonical joint j; a mesh hangs beside."""
    turn = turn or Rotation.identity()
    build = Builder()
    offsets = REFERENCE_OFFSETS.astype(float) / scale
    offsets[0] = turn.inv().apply(rest_positions()[0]) / scale
    build.gltf.nodes = [
        gl.Node(name="Armature", children=[1], scale=[scale] * 3, rotation=turn.as_quat().tolist())
    ]
    for j, name in enumerate(NAMES):
        children = [k + 1 for k, p in enumerate(PARENTS) if p == j]
        rotation = turn.inv().as_quat().tolist() if j == 0 else None
        build.gltf.nodes.append(
            gl.Node(name=name, translation=offsets[j].tolist(), rotation=rotation, children=children)
        )
    build.gltf.scenes = [gl.Scene(nodes=[0])]
    if skin:
        build.gltf.skins = [gl.Skin(joints=list(range(1, 23)))]
    return build


def arm_turns(frames: int = FRAMES) -> Rotation:
    """The left upper arm from the T-pose to 80 degrees above it."""
    angles = np.deg2rad(80) * np.linspace(0, 1, frames)
    return Rotation.from_rotvec(np.stack([0 * angles, 0 * angles, angles], axis=1))


def walk(frames: int = FRAMES) -> np.ndarray:
    """(F, 3): the pelvis goes 1 m/s along +z."""
    out = np.repeat(rest_positions()[:1].astype(float), frames, axis=0)
    out[:, 2] += np.arange(frames) / FPS
    return out


def expected(frames: int = FRAMES) -> np.ndarray:
    """(F, 22, 3) positions of the walking, arm-raising figure, by plain forward kinematics."""
    out = np.empty((frames, 22, 3))
    turns = arm_turns(frames)
    below = {LEFT_ARM: False, JOINT_INDEX["left_elbow"]: True, JOINT_INDEX["left_wrist"]: True}
    for j, parent in enumerate(PARENTS):
        if parent < 0:
            out[:, j] = walk(frames)
            continue
        step = np.repeat(REFERENCE_OFFSETS[j].astype(float)[None], frames, axis=0)
        out[:, j] = out[:, parent] + (turns.apply(step) if below.get(j) else step)
    return out


def animate(
    build: Builder, scale: float = 1.0, turn: Rotation | None = None, name: str = "mixamo.com"
) -> Builder:
    times = np.arange(FRAMES) / FPS
    root = (turn or Rotation.identity()).inv().apply(walk()) / scale
    build.clip(
        name,
        [
            (1, "translation", build.sampler(times, build.accessor(root.astype(np.float32)))),
            (1 + LEFT_ARM, "rotation",
             build.sampler(times, build.accessor(arm_turns().as_quat().astype(np.float32)))),
        ],
    )  # fmt: skip
    return build


X90 = Rotation.from_rotvec([-np.pi / 2, 0, 0])


@pytest.mark.parametrize(("scale", "turn"), [(1.0, None), (0.01, None), (0.01, X90)])
def test_positions_in_metres_whatever_the_armature(
    tmp_path: Path, scale: float, turn: Rotation | None
) -> None:
    path = animate(rig(scale, turn), scale, turn).save(tmp_path / "raise.glb")
    (animation,) = read_gltf(path)
    assert sorted(animation.joint_names) == sorted(NAMES)
    order = [animation.joint_names.index(n) for n in NAMES]
    assert animation.positions.shape == (FRAMES, 22, 3) and animation.fps == FPS
    np.testing.assert_allclose(animation.positions[:, order], expected(), atol=2e-5)
    assert animation.rest_positions is not None
    np.testing.assert_allclose(animation.rest_positions[order], rest_positions(), atol=2e-5)
    assert (animation.unit_m, animation.up_axis, animation.file_format) == (1.0, "y", "gltf")
    assert animation.name == "raise" and animation.source == str(path)
    parents = [animation.joint_names[p] if p >= 0 else None for p in animation.parents]
    assert [parents[i] for i in order] == [None, *(NAMES[p] for p in PARENTS[1:])]
    assert all(p < i for i, p in enumerate(animation.parents))


@pytest.mark.parametrize("embed", [True, False])
def test_gltf_with_embedded_and_external_buffers(tmp_path: Path, embed: bool) -> None:
    path = animate(rig()).save(tmp_path / "raise.gltf", embed=embed)
    (animation,) = read_gltf(path)
    order = [animation.joint_names.index(n) for n in NAMES]
    np.testing.assert_allclose(animation.positions[:, order], expected(), atol=2e-5)


def test_integer_rotations_strides_and_sparse_tracks(tmp_path: Path) -> None:
    build = rig()
    times = np.arange(FRAMES) / FPS
    quats = np.round(arm_turns().as_quat() * 32767).astype(np.int16)
    packed = np.zeros((FRAMES, 6), np.int16)  # quaternion and two unused values: a stride of 12 bytes
    packed[:, :4], packed[:, 4:] = quats, 999
    rotation = build.accessor(quats, normalized=True, view=build.view(packed.tobytes(), stride=12))
    root = walk().astype(np.float32)
    still = np.repeat(root[:1], FRAMES, axis=0)
    sparse = gl.Sparse(
        count=FRAMES - 1,
        indices=gl.AccessorSparseIndices(
            bufferView=build.view(np.arange(1, FRAMES, dtype=np.uint8).tobytes()),
            componentType=gl.UNSIGNED_BYTE,
        ),
        values=gl.AccessorSparseValues(bufferView=build.view(root[1:].tobytes())),
    )
    translation = build.accessor(still, sparse=sparse)
    build.clip("x", [
        (1, "translation", build.sampler(times, translation)),
        (1 + LEFT_ARM, "rotation", build.sampler(times, rotation)),
    ])  # fmt: skip
    (animation,) = read_gltf(build.save(tmp_path / "packed.glb"))
    order = [animation.joint_names.index(n) for n in NAMES]
    np.testing.assert_allclose(animation.positions[:, order], expected(), atol=3e-4)


@pytest.mark.parametrize("mode", ["LINEAR", "STEP", "CUBICSPLINE"])
def test_reduced_keys_follow_the_interpolation(tmp_path: Path, mode: str) -> None:
    build = rig()
    times = np.array([0.0, 2.0])
    ends = arm_turns(2).as_quat()
    keys = ends
    if mode == "CUBICSPLINE":  # zero tangents: ease in and out
        keys = np.zeros((6, 4))
        keys[1::3] = ends
    track = build.sampler(times, build.accessor(keys.astype(np.float32)), mode)
    build.clip("x", [(1 + LEFT_ARM, "rotation", track)])
    (animation,) = read_gltf(build.save(tmp_path / "keys.glb"))
    assert animation.fps == 20.0 and len(animation.positions) == 41
    at = {n: i for i, n in enumerate(animation.joint_names)}
    arm = (
        animation.positions[:, at["mixamorig:LeftForeArm"]] - animation.positions[:, at["mixamorig:LeftArm"]]
    )
    degrees = np.rad2deg(np.arctan2(arm[:, 1], arm[:, 0]))
    quarter = {"LINEAR": 20.0, "STEP": 0.0, "CUBICSPLINE": None}[mode]
    assert degrees[0] == pytest.approx(0, abs=0.01) and degrees[-1] == pytest.approx(80, abs=0.01)
    if quarter is not None:
        assert degrees[10] == pytest.approx(quarter, abs=0.01)
    else:
        assert degrees[20] == pytest.approx(40, abs=0.01) and 10 < degrees[10] < 16
    np.testing.assert_allclose(np.linalg.norm(arm, axis=1), 0.265, atol=1e-4)


def test_override_sets_the_rate(tmp_path: Path) -> None:
    path = animate(rig()).save(tmp_path / "r.glb")
    (animation,) = read_gltf(path, {"fps": 60})
    assert animation.fps == 60 and len(animation.positions) == 121
    order = [animation.joint_names.index(n) for n in NAMES]
    np.testing.assert_allclose(animation.positions[::2, order], expected(), atol=2e-5)


def test_one_animation_a_clip_and_no_skin(tmp_path: Path) -> None:
    build = animate(animate(rig(skin=False), name="Walk"), name="Walk two")
    build.clip(
        "pose", [(1, "translation", build.sampler(np.zeros(1), build.accessor(walk(1).astype(np.float32))))]
    )
    found = read_gltf(build.save(tmp_path / "pack.glb"))
    assert [a.name for a in found] == ["pack: Walk", "pack: Walk two"]
    assert all(
        set(NAMES) <= set(a.joint_names) for a in found
    )  # unmoved joints below moved ones are bones too


def test_two_people_are_two_motions_and_a_prop_is_none(tmp_path: Path) -> None:
    build = rig()
    nodes = build.gltf.nodes
    for node in rig().gltf.nodes:
        node.children = [c + 23 for c in node.children]
        nodes.append(node)
    nodes[23].name, nodes[23].translation = "Second", [2.0, 0, 0]
    nodes.append(gl.Node(name="Flag"))
    build.gltf.skins.append(gl.Skin(joints=list(range(24, 46))))
    build.gltf.skins.append(gl.Skin(joints=[46]))
    animate(build)
    times = np.arange(FRAMES) / FPS
    still = build.accessor(walk().astype(np.float32))
    tracks = build.gltf.animations[0]
    for node in (24, 46):
        tracks.samplers.append(build.sampler(times, still))
        target = gl.AnimationChannelTarget(node=node, path="translation")
        tracks.channels.append(gl.AnimationChannel(sampler=len(tracks.samplers) - 1, target=target))
    found = read_gltf(build.save(tmp_path / "pair.glb"))
    assert [a.name for a in found] == ["pair: Armature", "pair: Second"]
    assert found[1].positions[0, 0, 0] == pytest.approx(2.0, abs=1e-5)


def test_left_is_left_through_to_the_motion(tmp_path: Path) -> None:
    canonical = pytest.importorskip("motionlens.readers.canonical")
    path = animate(rig(0.01, X90), 0.01, X90).save(tmp_path / "raise.glb")
    motion = canonical.to_motion(read_gltf(path)[0])
    at = JOINT_INDEX
    last = motion.positions[-1]
    assert last[at["left_wrist"], 1] > last[at["head"], 1] > last[at["right_wrist"], 1]
    assert last[at["left_wrist"], 0] > last[at["pelvis"], 0] > last[at["right_wrist"], 0]
    assert motion.positions[-1, 0, 2] == pytest.approx(2.0, abs=0.06)  # two seconds at 1 m/s, forwards
    assert 1.4 < np.ptp(motion.display_positions[0, :, 1]) < 2.1
    assert motion.source_fps == pytest.approx(FPS)


@pytest.mark.parametrize(
    "uri", ["../secret.bin", "/etc/passwd", "http://x/y.bin", "a/../../b.bin", "..%2Fb.bin"]
)
def test_data_outside_the_folder_is_not_followed(tmp_path: Path, uri: str) -> None:
    build = animate(rig())
    path = build.save(tmp_path / "out.gltf", embed=False)
    build.gltf.buffers[0].uri = uri
    path.write_text(build.gltf.to_json())
    with pytest.raises(UnreadableFileError, match=r"out\.gltf.*outside"):
        read_gltf(path)


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    path = animate(rig()).save(inside / "link.gltf", embed=False)
    data = inside / "link data.bin"
    data.rename(tmp_path / "elsewhere.bin")
    data.symlink_to(tmp_path / "elsewhere.bin")
    with pytest.raises(UnreadableFileError, match="outside"):
        read_gltf(path)


def test_missing_parts_have_their_own_sentence(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="no animation"):
        read_gltf(rig().save(tmp_path / "still.glb"))
    path = animate(rig()).save(tmp_path / "apart.gltf", embed=False)
    (tmp_path / "apart data.bin").unlink()
    with pytest.raises(UnreadableFileError, match=r"apart data\.bin"):
        read_gltf(path)
    build = animate(rig())
    build.gltf.nodes[5].children = [1]
    with pytest.raises(UnreadableFileError, match="tree"):
        read_gltf(build.save(tmp_path / "circle.glb"))
    build = animate(rig())
    build.gltf.accessors[0].count = 10**9
    with pytest.raises(MotionLensError, match=r"huge\.glb"):
        read_gltf(build.save(tmp_path / "huge.glb"))
    build = animate(rig())
    build.gltf.accessors[1].count = 3
    with pytest.raises(UnreadableFileError, match="times"):
        read_gltf(build.save(tmp_path / "counts.glb"))


@pytest.mark.parametrize("trial", ["01/01_01.amc", "131/131_01.bvh"])
def test_a_real_motion_written_as_glb_comes_back(tmp_path: Path, data_dir: Path, trial: str) -> None:
    """The person's own proportions, metres, left and right survive a GLB in which every joint is animated."""
    from motionlens.readers import read_motions

    source = read_motions(data_dir / "cmu" / trial)[0].cut(0, 400)
    joints = source.display_positions.astype(float)
    build = rig()
    times = np.arange(len(joints)) / 20
    tracks = []
    for j, parent in enumerate(PARENTS):
        local = joints[:, j] - (joints[:, parent] if parent >= 0 else 0)
        output = build.accessor(local.astype(np.float32))
        tracks.append((1 + j, "translation", build.sampler(times, output)))
    build.clip("take", tracks)
    (found,) = read_motions(build.save(tmp_path / "back.glb"))
    assert found.n_frames == source.n_frames
    back = found.display_positions
    assert np.abs(back - joints).max() < 0.02
    wrists = [JOINT_INDEX["left_wrist"], JOINT_INDEX["right_wrist"]]
    mirrored = np.abs(back[:, wrists[::-1]] - joints[:, wrists]).max()
    assert mirrored > 0.3  # the comparison would notice exchanged arms
