"""Damage of every kind to every format: one sentence that names the file, quickly, and nothing else.

Whole files are written first and read, so that a reader that refuses everything cannot pass.
"""

from __future__ import annotations

import io
import os
import random
import struct
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pygltflib as gl
import pytest

from motionlens.errors import MotionLensError
from motionlens.motion import Motion, save_motion
from motionlens.readers import read_motions
from motionlens.skeleton import JOINT_NAMES, PARENTS, REFERENCE_OFFSETS, rest_positions

FRAMES = 24
SECONDS = 2.0


def frames() -> np.ndarray:
    """(T, 22, 3) metres: a figure that walks along +z."""
    out = np.repeat(rest_positions()[None].astype(np.float32), FRAMES, axis=0)
    out[..., 2] += np.arange(FRAMES, dtype=np.float32)[:, None] / 20
    return out


def children(joint: int) -> list[int]:
    return [k for k, p in enumerate(PARENTS) if p == joint]


def write_bvh(path: Path) -> None:
    lines = ["HIERARCHY"]

    def joint(j: int, depth: int) -> None:
        pad = "  " * depth
        x, y, z = REFERENCE_OFFSETS[j] * 100
        channels = "6 Xposition Yposition Zposition" if j == 0 else "3"
        lines.extend([
            f"{pad}{'ROOT' if j == 0 else 'JOINT'} {JOINT_NAMES[j]}", pad + "{",
            f"{pad}  OFFSET {x:.3f} {y:.3f} {z:.3f}", f"{pad}  CHANNELS {channels} Zrotation Yrotation Xrotation",
        ])  # fmt: skip
        for child in children(j):
            joint(child, depth + 1)
        if not children(j):
            lines.extend([pad + "  End Site", pad + "  {", pad + "    OFFSET 0 5 0", pad + "  }"])
        lines.append(pad + "}")

    joint(0, 0)
    lines.extend(["MOTION", f"Frames: {FRAMES}", "Frame Time: 0.05"])
    for f in range(FRAMES):
        lines.append(" ".join(["0.0", "95.0", f"{5.0 * f:.2f}", *["0.0"] * 66]))
    path.write_text("\n".join(lines) + "\n")


_CMU_BONES = {
    "left_hip": "lhipjoint", "left_knee": "lfemur", "left_ankle": "ltibia", "left_foot": "lfoot",
    "right_hip": "rhipjoint", "right_knee": "rfemur", "right_ankle": "rtibia", "right_foot": "rfoot",
    "spine1": "lowerback", "spine2": "upperback", "spine3": "thorax", "neck": "lowerneck", "head": "head",
    "left_shoulder": "lclavicle", "left_elbow": "lhumerus", "left_wrist": "lradius",
    "right_shoulder": "rclavicle", "right_elbow": "rhumerus", "right_wrist": "rradius",
}  # fmt: skip


def write_amc(path: Path) -> None:
    """An AMC of CMU's naming and its ASF beside it; collars are part of the clavicles."""
    scale = 1 / 0.0254 * 0.45
    rows, tree = [], {}
    for name, bone in _CMU_BONES.items():
        j = JOINT_NAMES.index(name)
        offset, parent = REFERENCE_OFFSETS[j].astype(float), PARENTS[j]
        if JOINT_NAMES[parent].endswith("collar"):
            offset, parent = offset + REFERENCE_OFFSETS[parent], PARENTS[parent]
        length = float(np.linalg.norm(offset))
        x, y, z = offset / length
        rows.append(
            f"  begin\n    id {len(rows) + 1}\n    name {bone}\n    direction {x:.6f} {y:.6f} {z:.6f}\n"
            f"    length {length * scale:.6f}\n    axis 0 0 0 XYZ\n    dof rx ry rz\n"
            "    limits (-180 180)\n           (-180 180)\n           (-180 180)\n  end\n"
        )
        tree.setdefault("root" if parent == 0 else _CMU_BONES[JOINT_NAMES[parent]], []).append(bone)
    hierarchy = "".join(f"    {parent} {' '.join(kids)}\n" for parent, kids in tree.items())
    path.with_suffix(".asf").write_text(
        ":version 1.10\n:name test\n:units\n  mass 1.0\n  length 0.45\n  angle deg\n:documentation\n   none\n"
        ":root\n   order TX TY TZ RX RY RZ\n   axis XYZ\n   position 0 0 0\n   orientation 0 0 0\n"
        f":bonedata\n{''.join(rows)}:hierarchy\n  begin\n{hierarchy}  end\n"
    )
    lines = ["#!OML:ASF test", ":FULLY-SPECIFIED", ":DEGREES"]
    for f in range(FRAMES):
        lines.extend([str(f + 1), f"root 0 {0.95 * scale:.5f} {f * scale / 120:.5f} 0 0 0"])
        lines.extend(f"{bone} 0 0 0" for bone in _CMU_BONES.values())
    path.write_text("\n".join(lines) + "\n")


def write_gltf(path: Path) -> None:
    track = frames()[:, 0].astype("<f4")
    times = (np.arange(FRAMES) / 20).astype("<f4")
    data = times.tobytes() + track.tobytes()
    offsets = REFERENCE_OFFSETS.astype(float)
    document = gl.GLTF2(
        scenes=[gl.Scene(nodes=[0])],
        nodes=[
            gl.Node(name=f"mixamorig:{n}", translation=offsets[j].tolist(), children=children(j))
            for j, n in enumerate(JOINT_NAMES)
        ],
        skins=[gl.Skin(joints=list(range(22)))],
        buffers=[gl.Buffer(byteLength=len(data))],
        bufferViews=[
            gl.BufferView(buffer=0, byteOffset=0, byteLength=times.nbytes),
            gl.BufferView(buffer=0, byteOffset=times.nbytes, byteLength=track.nbytes),
        ],
        accessors=[
            gl.Accessor(bufferView=0, componentType=gl.FLOAT, count=FRAMES, type="SCALAR"),
            gl.Accessor(bufferView=1, componentType=gl.FLOAT, count=FRAMES, type="VEC3"),
        ],
        animations=[
            gl.Animation(
                samplers=[gl.AnimationSampler(input=0, output=1)],
                channels=[
                    gl.AnimationChannel(
                        sampler=0, target=gl.AnimationChannelTarget(node=0, path="translation")
                    )
                ],
            )
        ],
    )
    document.set_binary_blob(data)
    if path.suffix == ".glb":
        document.save_binary(str(path))
    else:
        document.convert_buffers(gl.BufferFormat.DATAURI)
        document.save_json(str(path))


def write_npy(path: Path) -> None:
    np.save(path, frames())


def write_amass(path: Path) -> None:
    poses = np.zeros((FRAMES, 156))
    poses[:, 0] = np.pi / 2
    np.savez(path, poses=poses, trans=np.zeros((FRAMES, 3)), mocap_framerate=np.array(20.0))


def write_own(path: Path) -> None:
    save_motion(Motion(frames(), "own"), path)


WRITERS: dict[str, tuple[str, Callable[[Path], None]]] = {
    "bvh": ("walk.bvh", write_bvh),
    "amc": ("walk.amc", write_amc),
    "glb": ("walk.glb", write_gltf),
    "gltf": ("walk.gltf", write_gltf),
    "npy": ("walk.npy", write_npy),
    "amass": ("walk.npz", write_amass),
    "own": ("walk.npz", write_own),
}
KINDS = list(WRITERS)


def whole(kind: str, folder: Path) -> Path:
    name, write = WRITERS[kind]
    write(folder / name)
    return folder / name


def refused(path: Path) -> str:
    """Read a damaged file; the sentence that refuses it."""
    start = time.perf_counter()
    with pytest.raises(MotionLensError) as caught:
        read_motions(path)
    text = str(caught.value)
    assert time.perf_counter() - start < SECONDS
    assert path.name in text, text
    assert "\n" not in text and text.endswith(".") and len(text) < 600, text
    return text


@pytest.mark.parametrize("kind", KINDS)
def test_the_whole_file_is_read(kind: str, tmp_path: Path) -> None:
    (motion,) = read_motions(whole(kind, tmp_path))
    assert motion.positions.shape[1:] == (22, 3) and np.isfinite(motion.positions).all()
    left, right = (JOINT_NAMES.index(f"{s}_wrist") for s in ("left", "right"))
    assert motion.positions[0, left, 0] > 0.3 > -0.3 > motion.positions[0, right, 0]
    assert 1.2 < np.ptp(motion.display_positions[0, :, 1]) < 2.1


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("share", [0.03, 0.3, 0.6, 0.9])
def test_cut_short(kind: str, share: float, tmp_path: Path) -> None:
    path = whole(kind, tmp_path)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    if kind in ("bvh", "amc") and share >= 0.6:
        # text may end on a whole frame or inside one: refused, or what is whole is read; never else
        try:
            found = read_motions(path)
        except MotionLensError as error:
            assert path.name in str(error)
        else:
            assert all(np.isfinite(m.positions).all() for m in found)
    else:
        refused(path)


JUNK = {
    "empty": b"",
    "spaces": b" \n\n ",
    "binary": random.Random(1).randbytes(50_000),
    "zeros": bytes(10_000),
    "prose": b"Dear all,\nthis is not a motion.\n" * 50,
    "html": b"<!DOCTYPE html><html><body>404 Not Found</body></html>",
    "braces": b"{" * 100_000,
    "brackets": b"[" * 100_000,
    "numbers": b"1 2 3 4 5 6\n" * 1000,
}


@pytest.mark.parametrize("suffix", [".bvh", ".amc", ".glb", ".gltf", ".npy", ".npz"])
@pytest.mark.parametrize("junk", JUNK)
def test_junk_under_a_motion_name(suffix: str, junk: str, tmp_path: Path) -> None:
    path = tmp_path / f"junk{suffix}"
    path.write_bytes(JUNK[junk])
    if suffix == ".amc":  # its skeleton is there: the AMC itself must be refused
        write_amc(tmp_path / "other.amc")
        (tmp_path / "other.asf").rename(tmp_path / "junk.asf")
        (tmp_path / "other.amc").unlink()
    refused(path)


@pytest.mark.parametrize("suffix", [".bvh", ".amc", ".glb", ".gltf", ".npy", ".npz"])
def test_a_folder_a_missing_file_and_a_loop_of_links(suffix: str, tmp_path: Path) -> None:
    (tmp_path / f"folder{suffix}").mkdir()
    refused(tmp_path / f"folder{suffix}")
    refused(tmp_path / f"gone{suffix}")
    loop = tmp_path / f"loop{suffix}"
    loop.symlink_to(loop)
    refused(loop)


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="an administrator may read everything"
)
@pytest.mark.parametrize("kind", KINDS)
def test_no_right_to_read(kind: str, tmp_path: Path) -> None:
    path = whole(kind, tmp_path)
    path.chmod(0)
    refused(path)


@pytest.mark.parametrize("kind", KINDS)
def test_a_read_that_the_drive_refuses(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a network drive that goes away, or without rights: opening raises OSError."""
    path = whole(kind, tmp_path)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(io, "open", refuse)
    monkeypatch.setattr("builtins.open", refuse)
    monkeypatch.setattr(Path, "open", refuse)
    monkeypatch.setattr(Path, "read_bytes", refuse)
    monkeypatch.setattr(Path, "read_text", refuse)
    refused(path)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Frames: 24", "Frames: 9000000000"),
        ("Frames: 24", "Frames: 500"),
        ("Frames: 24", "Frames: -3"),
        ("Frames: 24", "Frames: many"),
        ("Frame Time: 0.05", "Frame Time: 0"),
        ("Frame Time: 0.05", "Frame Time: nan"),
        ("0.0 95.0 5.00", "0.0 nan 5.00"),
        ("0.0 95.0 5.00", "0.0 inf 5.00"),
        ("0.0 95.0 5.00", "0.0 95.0 5.00 7.0"),
        ("0.0 95.0 5.00", "0.0 95.0"),
        ("0.0 95.0 5.00", "0.0 9x.0 5.00"),
        ("CHANNELS 6", "CHANNELS 9"),
        ("CHANNELS 6", "CHANNELS 999999999"),
        ("OFFSET 8.500", "OFFSET nan"),
        ("JOINT left_hip", "JONT left_hip"),
        ("JOINT", "JOINT a b c d"),
    ],
)
def test_wrong_counts_and_numbers_in_bvh(old: str, new: str, tmp_path: Path) -> None:
    path = whole("bvh", tmp_path)
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    refused(path)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("\nlfemur 0 0 0", "\nlfemur 0 0"),
        ("\nlfemur 0 0 0", "\nlfemur 0 nan 0"),
        ("\nlfemur 0 0 0", "\nlfemur 0 x 0"),
        ("\nlfemur 0 0 0", "\nnobone 0 0 0"),
        ("\nroot 0 ", "\nroot inf "),
    ],
)
def test_wrong_counts_and_numbers_in_amc(old: str, new: str, tmp_path: Path) -> None:
    path = whole("amc", tmp_path)
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    refused(path)


def test_amc_without_its_skeleton(tmp_path: Path) -> None:
    path = whole("amc", tmp_path)
    path.with_suffix(".asf").unlink()
    assert "asf" in refused(path).lower()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"count":24', '"count":2400'),
        ('"count":24', '"count":-1'),
        ('"count":24', '"count":"x"'),
        ('"byteLength":384', '"byteLength":99999999'),
        ('"input":0', '"input":7'),
        ('"componentType":5126', '"componentType":1'),
        ('"node":0', '"node":99'),
        ('"interpolation":"LINEAR"', '"interpolation":"MAGIC"'),
        ('"skins"', '"skims"'),
        ('"translation":[0.0', '"translation":[NaN'),
        ('"children":[1,2,3]', '"children":[1,2,2]'),
        ('"children":[1,2,3]', '"children":[0,2,3]'),
    ],
)
def test_wrong_counts_and_numbers_in_gltf(old: str, new: str, tmp_path: Path) -> None:
    path = whole("gltf", tmp_path)
    text = "".join(path.read_text().split()).replace(', "', ',"')
    assert old in text
    path.write_text(text.replace(old, new))
    if "skims" in new:  # without a skin only the pelvis is animated, and its bones come along
        assert len(read_motions(path)) == 1
    else:
        refused(path)


@pytest.mark.parametrize("kind", ["glb", "npy", "amass", "own"])
def test_nan_in_binary_formats(kind: str, tmp_path: Path) -> None:
    bad = frames()
    bad[7, 3, 1] = np.nan
    path = tmp_path / WRITERS[kind][0]
    if kind == "npy":
        np.save(path, bad)
    elif kind == "amass":
        np.savez(path, poses=np.full((FRAMES, 156), np.nan), mocap_framerate=np.array(20.0))
    elif kind == "own":
        write_own(path)
        with np.load(path) as data:
            meta = data["meta"]
        np.savez(path, positions=bad, meta=meta)
    else:
        write_gltf(path)
        value = struct.pack("<f", float(frames()[5, 0, 1]))
        data = path.read_bytes()
        assert value in data
        path.write_bytes(data.replace(value, struct.pack("<f", np.nan)))
    refused(path)


def test_archives_that_are_not_what_they_say(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("poses.npy", bytes(2**26))
    assert "unpack" in refused(tmp_path / "bomb.npz")
    with zipfile.ZipFile(tmp_path / "text.npz", "w") as archive:
        archive.writestr("readme.txt", "hello")
        archive.writestr("../evil.npy", "hello")
    refused(tmp_path / "text.npz")
    with zipfile.ZipFile(tmp_path / "junk.npz", "w") as archive:
        archive.writestr("poses.npy", b"\x93NUMPY\x01\x00v\x00{'descr': '<f8', 'shape': (" + b"9" * 200)
    refused(tmp_path / "junk.npz")
    np.savez(tmp_path / "pickle.npz", poses=np.array([{}], dtype=object))
    assert "pickle" in refused(tmp_path / "pickle.npz")
    np.save(tmp_path / "pickle.npy", np.array([{}], dtype=object))
    assert "pickle" in refused(tmp_path / "pickle.npy")
    np.savez(tmp_path / "meta.npz", meta=np.array("{}"), positions=frames())
    refused(tmp_path / "meta.npz")
    np.savez(
        tmp_path / "shape.npz", meta=np.array('{"format": "motionlens-motion-1"}'), positions=np.zeros(3)
    )
    refused(tmp_path / "shape.npz")


@pytest.mark.parametrize("kind", KINDS)
def test_flipped_bytes_never_escape(kind: str, tmp_path: Path) -> None:
    """Random damage: a MotionLensError that names the file, or a motion of finite numbers; nothing else."""
    path = whole(kind, tmp_path)
    data = path.read_bytes()
    dice = random.Random(f"{kind} 2")
    for case in range(30):
        damaged = bytearray(data)
        for _ in range(dice.choice([1, 3, 10, 60])):
            # headers are where damage is most telling: half of the flips go to the first 600 bytes
            end = len(damaged) if dice.random() < 0.5 else min(600, len(damaged))
            damaged[dice.randrange(end)] = dice.choice([0, 32, 45, 48, 57, 255, dice.randrange(256)])
        path.write_bytes(bytes(damaged))
        start = time.perf_counter()
        try:
            found = read_motions(path)
        except MotionLensError as error:
            text = str(error)
            assert path.name in text and "\n" not in text, (case, text)
        else:
            assert found and all(np.isfinite(m.positions).all() for m in found), case
        assert time.perf_counter() - start < SECONDS, case
