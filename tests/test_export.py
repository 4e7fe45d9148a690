"""Files that were exported, read back: by our readers, by pybvh, and by what the formats promise."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pybvh
import pygltflib as gl
import pytest
from scipy.spatial.transform import Rotation

from motionlens.errors import CancelledError, MotionLensError
from motionlens.export import ExportItem, ExportOptions, export_many, export_motion
from motionlens.export.body_mesh import body_mesh
from motionlens.export.bvh import bvh_text, end_sites, euler_zxy
from motionlens.export.rig import rig_motion
from motionlens.motion import Motion, load_motion, mirror_positions
from motionlens.readers import read_motions
from motionlens.readers.retarget import place
from motionlens.skeleton import BONES, JOINT_INDEX, JOINT_NAMES, REFERENCE_OFFSETS
from motionlens.synthesis import starter_recipes, synthesise

from .motions import wobbling

J = JOINT_INDEX
MM = 1e-3


def waving() -> Motion:
    """A wave with one hand; its own body is a tenth larger than the reference."""
    positions = synthesise(starter_recipes()[144]).positions[:50]
    return Motion(positions, "wave", "", 120.0, positions * np.float32(1.1), {"unit_m": 1.0})


@pytest.fixture(scope="module")
def motion() -> Motion:
    """A wave with one hand."""
    return waving()


def level(positions: np.ndarray) -> np.ndarray:
    """Placed: first pelvis over the origin, facing +z; heights from the first pelvis' (readers find the floor)."""
    out = place(positions, floor=0.0).astype(float)
    return out - out[0, 0]


def angles(a: np.ndarray, b: np.ndarray) -> float:
    """The largest angle between bones of two motions, degrees."""
    worst = 0.0
    for parent, joint in BONES:
        u, v = (p[:, joint] - p[:, parent] for p in (a, b))
        sine = (
            np.linalg.norm(np.cross(u, v), axis=-1) / np.linalg.norm(u, axis=-1) / np.linalg.norm(v, axis=-1)
        )
        worst = max(worst, float(np.rad2deg(np.arcsin(np.clip(sine, 0, 1))).max()))
    return worst


def assert_read_back(path: Path, positions: np.ndarray) -> Motion:
    (back,) = read_motions(path)
    found, expected = level(back.display_positions), level(positions)
    assert found.shape == expected.shape
    assert np.linalg.norm(found - expected, axis=-1).max() < MM
    assert angles(found, expected) < 0.1
    return back


# -- skeletons -------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [".bvh", ".glb"])
@pytest.mark.parametrize("proportions", ["original", "reference"])
def test_skeletons_read_back_within_a_millimetre(
    motion: Motion, tmp_path: Path, kind: str, proportions: str
) -> None:
    done = export_motion(motion, tmp_path / f"wave{kind}", ExportOptions(proportions=proportions))
    wanted = motion.display_positions if proportions == "original" else motion.positions
    back = assert_read_back(done.path, wanted)
    assert back.n_frames == motion.n_frames == done.frames and back.source_fps == 20
    assert back.inferred["unit_m"] == (0.01 if kind == ".bvh" else 1.0)
    assert back.inferred["up_axis"] == "y" and not back.inferred["derived"]
    assert "stays the joints named left" not in " ".join(
        back.inferred["notes"]
    )  # not taken for a mirror image
    assert done.off_m < 1e-4


@pytest.mark.parametrize("kind", [".bvh", ".glb"])
def test_bones_that_stretch_read_back_too(tmp_path: Path, kind: str) -> None:
    positions = wobbling(30)
    done = export_motion(Motion(positions, "wobble"), tmp_path / f"wobble{kind}")
    assert_read_back(done.path, positions)
    rigid = export_motion(Motion(positions, "wobble"), tmp_path / f"rigid{kind}", ExportOptions(rigid=True))
    assert rigid.off_m > 5 * MM > done.off_m  # and it says how far off it is


def test_real_takes_read_back_in_their_own_proportions(data_dir: Path, tmp_path: Path) -> None:
    (take,) = read_motions(next((data_dir / "cmu").rglob("08_07.bvh")))
    for kind in (".bvh", ".glb"):
        done = export_motion(take, tmp_path / f"take{kind}")
        assert_read_back(done.path, take.display_positions)


@pytest.mark.parametrize("kind", [".bvh", ".glb"])
def test_left_stays_left(motion: Motion, tmp_path: Path, kind: str) -> None:
    """Of a motion and its mirror image the other hand waves."""
    raised = []
    for name, positions in (("plain", motion.positions), ("mirrored", mirror_positions(motion.positions))):
        path = export_motion(Motion(positions, name), tmp_path / f"{name}{kind}").path
        back = read_motions(path)[0].positions
        heights = back[:, [J["left_wrist"], J["right_wrist"]], 1].std(axis=0)
        raised.append(int(np.argmax(heights)))
        assert back[0, J["left_shoulder"], 0] > back[0, J["right_shoulder"], 0]
    assert sorted(raised) == [0, 1]
    expected = motion.positions[:, [J["left_wrist"], J["right_wrist"]], 1].std(axis=0)
    assert raised[0] == int(np.argmax(expected))


@pytest.mark.parametrize("kind", [".bvh", ".glb"])
def test_another_rate_keeps_the_duration(motion: Motion, tmp_path: Path, kind: str) -> None:
    done = export_motion(motion, tmp_path / f"fast{kind}", ExportOptions(fps=60))
    assert done.frames == 3 * (motion.n_frames - 1) + 1
    back = assert_read_back(done.path, motion.display_positions)
    assert back.source_fps == 60


def test_bvh_in_metres_reads_back(motion: Motion, tmp_path: Path) -> None:
    path = export_motion(motion, tmp_path / "wave.bvh", ExportOptions(bvh_metres=True)).path
    assert assert_read_back(path, motion.display_positions).inferred["unit_m"] == 1.0


def test_bvh_is_what_other_programs_expect(motion: Motion, tmp_path: Path) -> None:
    path = export_motion(motion, tmp_path / "wave.bvh").path
    take = pybvh.read_bvh_file(path, world_up="+y")
    names = [node.name for node in take.nodes if not node.is_end_site()]
    assert names[0] == "Hips" and {"LeftUpLeg", "RightForeArm", "Spine2", "Head"} <= set(names)
    assert len(names) == 22 and take.frame_time == pytest.approx(0.05)
    by_name = {node.name: node for node in take.nodes}
    assert by_name["LeftForeArm"].offset[0] == pytest.approx(26.5 * 1.1, abs=0.01)  # centimetres, to +x
    assert by_name["RightLeg"].offset[1] == pytest.approx(-41.0 * 1.1, abs=0.01)
    points = take.node_positions()
    hips = [i for i, node in enumerate(take.nodes) if node.name == "Hips"]
    assert np.abs(points[:, hips[0]] / 100 - motion.display_positions[:, 0]).max() < 1e-5  # where it was


def test_euler_angles_do_not_jump() -> None:
    t = np.linspace(0, 4 * np.pi, 200)
    turns = Rotation.from_euler("ZXY", np.stack([0.3 * np.sin(t), 1.8 * np.sin(t / 2), t], axis=-1))
    angle = euler_zxy(turns.as_quat())
    assert (
        np.abs(Rotation.from_euler("ZXY", angle, degrees=True).as_matrix() - turns.as_matrix()).max() < 1e-6
    )
    assert np.abs(np.diff(angle, axis=0)).max() < 20


def test_glb_is_bound_at_rest_and_valid(motion: Motion, tmp_path: Path) -> None:
    path = export_motion(motion, tmp_path / "wave.glb").path
    document = gl.GLTF2().load(str(path))
    blob = document.binary_blob()
    skin = document.skins[0]

    def values(number: int, kind: str, width: int) -> np.ndarray:
        accessor = document.accessors[number]
        view = document.bufferViews[accessor.bufferView]
        assert view.byteOffset % 4 == 0
        return np.frombuffer(blob, kind, accessor.count * width, view.byteOffset).reshape(
            accessor.count, width
        )

    inverse = values(skin.inverseBindMatrices, "<f4", 16).reshape(-1, 4, 4).transpose(0, 2, 1)
    places: dict[int, np.ndarray] = {}
    for joint, node in enumerate(skin.joints):  # parents come first
        above = next((p for p, n in enumerate(document.nodes) if node in (n.children or [])), None)
        places[node] = np.array(document.nodes[node].translation) + places.get(above, np.zeros(3))
        assert np.allclose(inverse[joint, :3, 3], -places[node], atol=1e-6)
    lowest = min(p[1] for p in places.values())
    assert lowest == pytest.approx(0.02, abs=1e-3)  # at rest it stands on the floor
    attributes = document.meshes[0].primitives[0].attributes
    assert np.allclose(values(attributes.WEIGHTS_0, "<f4", 4).sum(axis=1), 1)
    vertices = values(attributes.POSITION, "<f4", 3)
    moved_by = values(attributes.JOINTS_0, "<u1", 4)[:, 0]
    joints = np.array([places[skin.joints[j]] for j in moved_by])
    assert np.linalg.norm(vertices - joints, axis=-1).max() < 0.7  # the longest bone and its cap
    assert document.accessors[attributes.POSITION].min == pytest.approx(
        vertices.min(axis=0).tolist(), abs=1e-5
    )
    faces = sum(document.accessors[p.indices].count for p in document.meshes[0].primitives) // 3
    assert 1000 < faces < 20000 and len(document.materials) == 3
    colours = {m.name: m.pbrMetallicRoughness.baseColorFactor for m in document.materials}
    assert colours["left"][2] > 3 * colours["left"][0], "the left is cool, as in the app"
    assert colours["right"][0] > 3 * colours["right"][2], "the right is warm, as in the app"
    times = values(document.animations[0].samplers[0].input, "<f4", 1)
    assert times[-1, 0] == pytest.approx((motion.n_frames - 1) / 20)


def test_the_body_is_closed_and_has_its_sides() -> None:
    offsets = REFERENCE_OFFSETS.astype(float)
    mesh = body_mesh(offsets, end_sites(offsets))
    edges = np.sort(mesh.triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1)
    assert (np.unique(edges, axis=0, return_counts=True)[1] == 2).all()
    corners = mesh.vertices[mesh.triangles].mean(axis=1)
    head = mesh.vertices[mesh.joints == J["head"]]
    assert head[:, 2].max() + head[:, 2].min() > 0.02, "the nose is in front"
    assert 0.2 < np.ptp(head[:, 1]) < 0.3, "a head, not a pill"
    assert corners[mesh.sides == "left", 0].mean() > 0.1 > -0.1 > corners[mesh.sides == "right", 0].mean()


# -- arrays, tables, films -------------------------------------------------------------------------


def test_npz_reads_back_bit_for_bit(motion: Motion, tmp_path: Path) -> None:
    path = export_motion(motion, tmp_path / "wave.npz").path
    for back in (load_motion(path), read_motions(path)[0]):
        assert (back.positions == motion.positions).all()
        assert back.original_positions is not None and motion.original_positions is not None
        assert (back.original_positions == motion.original_positions).all()
        assert (back.name, back.source_fps, dict(back.inferred)) == ("wave", 120.0, {"unit_m": 1.0})
    with np.load(path, allow_pickle=False) as data:
        assert float(data["fps"]) == 20 and tuple(data["joint_names"]) == JOINT_NAMES
    only = export_motion(motion, tmp_path / "ref.npz", ExportOptions(proportions="reference")).path
    assert load_motion(only).original_positions is None


def test_npy_is_humanml3ds_joints(motion: Motion, tmp_path: Path) -> None:
    path = export_motion(motion, tmp_path / "wave.npy", ExportOptions(proportions="reference")).path
    found = np.load(path, allow_pickle=False)
    assert found.shape == (50, 22, 3) and found.dtype == np.float32 and (found == motion.positions).all()
    assert read_motions(path)[0].inferred["format"] == "humanml3d"


def test_csv_of_joints(motion: Motion, tmp_path: Path) -> None:
    options = ExportOptions(start_s=0.5, end_s=1.5, proportions="reference")
    path = export_motion(motion, tmp_path / "wave.csv", options).path
    rows = list(csv.DictReader(path.open(encoding="utf-8")))
    assert len(rows) == 20 * 22 and rows[22]["joint"] == "pelvis" and float(rows[22]["time_s"]) == 0.05
    found = np.array([[float(r[k]) for k in ("x_m", "y_m", "z_m")] for r in rows]).reshape(20, 22, 3)
    assert np.abs(found - motion.positions[10:30]).max() < 1e-4


@pytest.mark.parametrize("kind", [".mp4", ".gif"])
def test_films_have_their_rate_and_length(motion: Motion, tmp_path: Path, kind: str) -> None:
    av = pytest.importorskip("av")
    path = export_motion(motion, tmp_path / f"wave{kind}", ExportOptions(end_s=0.15)).path
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        pictures = [frame.to_ndarray(format="rgb24") for frame in container.decode(stream)]
        assert float(stream.average_rate) == pytest.approx(20)
    assert len(pictures) == 3 and pictures[0].shape == (480, 640, 3)
    assert pictures[0].std() > 20  # somebody is in the picture


def test_who_travels_far_is_followed(tmp_path: Path) -> None:
    from motionlens.export.pictures import _following

    positions = np.repeat(wobbling(2)[:1], 60, axis=0).astype(float)
    positions[:, :, 2] += np.linspace(0, 12, 60)[:, None]
    camera = _following(positions, 20.0)
    seen = camera.pixels(camera.into(positions)) / [camera.width, camera.height]
    assert ((seen > 0) & (seen < 1)).all()
    height = np.ptp(seen[..., 1], axis=1)
    assert height.min() > 0.3  # large in every picture


def test_pictures_in_a_folder(tmp_path: Path) -> None:
    from motionlens.export.pictures import write_sequence

    frames = [np.full((4, 6, 3), shade, np.uint8) for shade in (0, 100, 200)]
    folder = tmp_path / "view"
    assert write_sequence(folder, "walk", iter(frames)) == 3
    assert sorted(p.name for p in folder.iterdir()) == ["walk-0001.png", "walk-0002.png", "walk-0003.png"]
    with pytest.raises(MotionLensError, match="exists already"):
        write_sequence(folder, "walk", iter(frames))

    def stopped() -> Iterator[np.ndarray]:
        yield frames[0]
        raise CancelledError("The export was cancelled.")

    with pytest.raises(CancelledError):
        write_sequence(tmp_path / "other", "walk", stopped())
    assert [p.name for p in tmp_path.iterdir()] == ["view"]


def test_a_cancelled_film_leaves_nothing(motion: Motion, tmp_path: Path) -> None:
    with pytest.raises(CancelledError):
        export_motion(motion, tmp_path / "wave.gif", cancelled=lambda: True)
    assert not list(tmp_path.iterdir())


# -- parts and refusals ----------------------------------------------------------------------------


def test_a_part_lies_where_it_lay_or_at_the_origin(tmp_path: Path) -> None:
    positions = wobbling(60)
    motion = Motion(positions, "walk")
    part = ExportOptions(start_s=1.0, end_s=2.0)
    there = load_motion(export_motion(motion, tmp_path / "a.npz", part).path).positions
    assert (there == positions[20:40]).all()
    here = load_motion(
        export_motion(motion, tmp_path / "b.npz", replace(part, at_origin=True)).path
    ).positions
    assert np.abs(here[0, 0, [0, 2]]).max() < 1e-6
    assert np.abs(here[..., 1] - there[..., 1]).max() < 1e-5  # the floor stays
    assert angles(level(here), level(there)) < 0.1


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("a.fbx", ExportOptions(), "no ending that is known"),
        ("a.bvh", ExportOptions(start_s=9), "has no moment at 9 s"),
        ("a.bvh", ExportOptions(start_s=-1), "has no moment at -1 s"),
        ("a.bvh", ExportOptions(start_s=1, end_s=1), "too few frames"),
        ("a.bvh", ExportOptions(start_s=float("nan")), "has no moment at nan s"),
        ("a.bvh", ExportOptions(end_s=float("nan")), "cannot end at nan s"),
        ("a.bvh", ExportOptions(fps=0), "0 frames a second"),
        ("a.npy", ExportOptions(fps=30), "always has 20 frames a second"),
        ("a.bvh", ExportOptions(proportions="child"), "choose original or reference"),
        ("missing/a.bvh", ExportOptions(), "could not be written"),
        ("", ExportOptions(), "no ending that is known"),
    ],
)
def test_refusals_are_one_sentence_and_leave_nothing(
    motion: Motion, tmp_path: Path, name: str, options: ExportOptions, words: str
) -> None:
    with pytest.raises(MotionLensError, match=words) as caught:
        export_motion(motion, tmp_path / name, options)
    assert "\n" not in str(caught.value) and str(caught.value).endswith(".")
    assert not list(tmp_path.iterdir())


def test_files_are_replaced_only_when_told(motion: Motion, tmp_path: Path) -> None:
    path = tmp_path / "wave.bvh"
    path.write_text("mine")
    with pytest.raises(MotionLensError, match="exists already"):
        export_motion(motion, path)
    assert path.read_text() == "mine"
    export_motion(motion, path, ExportOptions(overwrite=True))
    assert path.read_text().startswith("HIERARCHY") and [p.name for p in tmp_path.iterdir()] == ["wave.bvh"]
    if os.name == "posix":
        plain = tmp_path / "plain"
        plain.touch()
        assert path.stat().st_mode == plain.stat().st_mode


def test_the_source_is_never_replaced(motion: Motion, tmp_path: Path) -> None:
    path = tmp_path / "wave.bvh"
    path.write_text(bvh_text(rig_motion(motion.positions)))
    with pytest.raises(MotionLensError, match="was read from"):
        export_motion(read_motions(path)[0], path, ExportOptions(overwrite=True))


# -- batch -----------------------------------------------------------------------------------------


def _item(name: str, load: Callable[[], Motion]) -> ExportItem:
    return ExportItem(name, load)


def test_one_bad_item_does_not_stop_a_batch(motion: Motion, tmp_path: Path) -> None:
    def broken() -> Motion:
        raise ZeroDivisionError("a bug")

    def gone() -> Motion:
        raise MotionLensError("gone.bvh is not there: connect its drive.")

    items = [
        _item("a/b: c?", lambda: motion), _item("broken", broken), _item("gone", gone),
        _item("Wave", lambda: motion), ExportItem("wave", lambda: motion, 0.5, 1.0),
    ]  # fmt: skip
    told: list[tuple[int, int, str]] = []
    report = export_many(items, tmp_path / "out", ".csv", progress=lambda *step: told.append(step))
    assert [w.path.name for w in report.written] == ["a_b_ c_.csv", "Wave.csv", "wave (2).csv"]
    assert report.written[2].frames == 10 and not report.cancelled
    assert [f.name for f in report.failures] == ["broken", "gone"]
    assert "a bug" in report.failures[0].message and "connect its drive" in report.failures[1].message
    assert told[0] == (0, 5, "a/b: c?") and told[-1] == (5, 5, "") and len(told) == 6
    again = export_many(items[:1], tmp_path / "out", ".csv")
    assert "exists already" in again.failures[0].message
    assert not export_many(items[:1], tmp_path / "out", ".csv", ExportOptions(overwrite=True)).failures
    assert len(list((tmp_path / "out").iterdir())) == 3


def test_a_batch_that_is_cancelled_keeps_what_is_done(motion: Motion, tmp_path: Path) -> None:
    asked = iter([False, False, True])
    report = export_many(
        [_item(str(n), lambda: motion) for n in range(5)], tmp_path, ".npy", cancelled=lambda: next(asked)
    )
    assert report.cancelled and [w.path.name for w in report.written] == ["0.npy", "1.npy"]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["0.npy", "1.npy"]


def test_a_batch_of_an_unknown_kind_or_into_a_file_is_refused(motion: Motion, tmp_path: Path) -> None:
    with pytest.raises(MotionLensError, match="no export as"):
        export_many([], tmp_path, ".fbx")
    (tmp_path / "file").touch()
    with pytest.raises(MotionLensError, match="could not be made"):
        export_many([], tmp_path / "file", ".bvh")
