"""``motionlens export``: from a file, from a library, several motions at once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from motionlens.cli.main import main
from motionlens.export import export_motion
from motionlens.export.bvh import bvh_text
from motionlens.export.rig import rig_motion
from motionlens.library import LocalLibrary
from motionlens.motion import Motion, load_motion

from .test_export import assert_read_back, waving


@pytest.fixture(scope="module")
def motion() -> Motion:
    """A wave with one hand."""
    return waving()


def test_the_command_exports_a_file(
    motion: Motion, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = export_motion(motion, tmp_path / "wave.npz").path
    target = tmp_path / "part.bvh"
    arguments = [
        "export",
        str(source),
        "--to",
        str(target),
        "--from",
        "0.5",
        "--to-time",
        "1.5",
        "--fps",
        "40",
    ]
    assert main([*arguments, "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["written"]
    assert row["frames"] == 39 and row["fps"] == 40 and row["path"] == str(target)
    assert main(arguments) == 1
    assert "exists already" in capsys.readouterr().err
    assert main([*arguments, "--overwrite", "--proportions", "reference"]) == 0
    assert "39 frames at 40 fps" in capsys.readouterr().out
    assert_read_back(target, motion.positions[10:30])
    assert main(["export", str(source), "--to", str(tmp_path / "a.xyz")]) == 1


def test_the_command_exports_a_motion_of_a_library_in_both_proportions(
    motion: Motion, tmp_path: Path
) -> None:
    folder = tmp_path / "library"
    library = LocalLibrary(folder)
    with library.writing() as writer:
        writer.store_motion(motion, [])
    (record,) = library.motions()
    library.close()
    for proportions, wanted in (("original", motion.display_positions), ("reference", motion.positions)):
        target = tmp_path / f"{proportions}.glb"
        arguments = ["export", str(record.id), "--to", str(target), "--proportions", proportions]
        assert main([*arguments, "--library", str(folder)]) == 0
        assert_read_back(target, wanted)
    by_name = ["export", "wave", "--to", str(tmp_path / "again.npz"), "--library", str(folder)]
    assert main(by_name) == 0
    assert (load_motion(tmp_path / "again.npz").display_positions == motion.display_positions).all()


def test_several_motions_of_a_file_go_to_numbered_files(motion: Motion, tmp_path: Path) -> None:
    one = bvh_text(rig_motion(motion.positions))
    hierarchy, frames = one.split("MOTION\n")
    head, rows = frames.split("Frame Time: 0.05\n")
    doubled = "\n".join(f"{row} {row}" for row in rows.strip().split("\n"))
    both = hierarchy + hierarchy.removeprefix("HIERARCHY\n")
    (tmp_path / "pair.bvh").write_text(f"{both}MOTION\n{head}Frame Time: 0.05\n{doubled}\n")
    assert main(["export", str(tmp_path / "pair.bvh"), "--to", str(tmp_path / "out.npy")]) == 0
    assert sorted(p.name for p in tmp_path.glob("*.npy")) == ["out-1.npy", "out-2.npy"]
