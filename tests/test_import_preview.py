"""What an import would meet, shown before it, and corrections that hold for all files of a kind."""

from __future__ import annotations

import json
import os
import re
import time
from pathlib import Path

import numpy as np
import pytest

from motionlens.cli.main import main
from motionlens.errors import MotionLensError, UnreadableFileError
from motionlens.library import LocalLibrary
from motionlens.library import preview as module
from motionlens.library.findings import findings
from motionlens.library.importer import import_paths
from motionlens.library.presets import Preset, Presets, load_user_presets, save_user_presets
from motionlens.library.preview import Kind, preview, sample
from motionlens.motion import Motion, save_motion
from motionlens.readers import read_motions
from motionlens.readers.asfamc import read_amc
from motionlens.readers.bvh import read_bvh
from motionlens.readers.heads import joint_names, read_head
from motionlens.readers.mapping import MappingOverrides
from tests.rigs import walk_and_wave
from tests.test_readers_bvh import bvh_text

ROOT = Path(__file__).resolve().parents[1]


def read_odd(path: Path, mapping: object = None) -> list[Motion]:
    """A reader that some files crash or hang."""
    if "crash" in path.name:
        os._exit(3)
    if "hang" in path.name:
        time.sleep(60)
    return read_motions(path, mapping)  # type: ignore[arg-type]


def odd_names(text: str) -> str:
    """The same body, whose left knee has a name that says nothing."""
    return re.sub(r"\bleft_knee\b", "Bone017", text)


@pytest.fixture(autouse=True)
def _own_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MOTIONLENS_HOME", str(tmp_path / "home"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three takes of one rig, two of a rig with an odd name, arrays, our own, and what cannot be read."""
    made = tmp_path / "takes"
    (made / "sub").mkdir(parents=True)
    for number in range(3):
        (made / f"plain_{number}.bvh").write_text(bvh_text())
    for number in range(2):
        (made / "sub" / f"odd_{number}.bvh").write_text(odd_names(bvh_text()))
    (made / "damaged.bvh").write_bytes(b"HIERARCHY\nROOT Hips\n{\n OFFSET 0 0")
    walk = walk_and_wave().astype(np.float32)
    np.save(made / "000001.npy", walk)
    save_motion(Motion(walk, "own"), made / "own.npz")
    for name in ("dance.fbx", "jump.FBX", "clip.mp4"):
        (made / name).write_bytes(b"Kaydara FBX Binary  \x00\x1a\x00")
    return made


def kind_of(kinds: tuple[Kind, ...], file: str) -> Kind:
    """The kind that a file belongs to."""
    return next(kind for kind in kinds if any(path.name == file for path in kind.files))


def test_every_kind_is_shown_with_what_was_inferred(folder: Path) -> None:
    found = preview([folder])
    assert found.n_files == 8 and len(found.kinds) == 5 and not found.certain and not found.missing
    plain = kind_of(found.kinds, "plain_0.bvh")
    assert [path.name for path in plain.files] == [f"plain_{n}.bvh" for n in range(3)]
    assert found.kinds[0] is plain and plain.certain and plain.label == "BVH, 27 joints"
    assert plain.inferred["unit_m"] == 0.01 and plain.inferred["up_axis"] == "y"
    assert plain.motion is not None and plain.motion.positions.shape[1:] == (22, 3)
    text = "\n".join(findings(plain))
    assert "centimetre" in text and "Y is up" in text and "20 fps" in text and "all 22 found" in text
    odd = kind_of(found.kinds, "odd_0.bvh")
    assert "left_knee" in odd.unmapped
    assert (
        odd.motion is None and "recognised as left knee" in odd.warnings[0] and "Bone017" in odd.joint_names
    )
    assert "HumanML3D joints" in kind_of(found.kinds, "000001.npy").label
    own = kind_of(found.kinds, "own.npz")
    assert own.certain and own.editable == ()
    damaged = kind_of(found.kinds, "damaged.bvh")
    assert "cut short" in damaged.warnings[0] and not damaged.certain
    ((suffix, n, how),) = found.foreign
    assert (suffix, n) == (".fbx", 2) and "File > Import > FBX" in how and found.videos == 1


def test_one_clean_kind_is_certain(folder: Path, tmp_path: Path) -> None:
    found = preview([folder / "plain_0.bvh", folder / "plain_1.bvh", tmp_path / "gone"])
    assert found.certain and found.missing == (tmp_path / "gone",)


def test_a_correction_is_made_once_and_holds_for_all_alike(folder: Path, tmp_path: Path) -> None:
    odd = kind_of(preview([folder]).kinds, "odd_0.bvh")
    mended = sample(odd.with_correction(MappingOverrides(joints={"left_knee": "Bone017"})))
    plain = kind_of(preview([folder]).kinds, "plain_0.bvh")
    assert mended.certain and mended.motion is not None and plain.motion is not None
    assert np.abs(mended.motion.positions - plain.motion.positions).max() < 1e-5
    presets = Presets({odd.signature: Preset(odd.label, mended.correction)})
    file = tmp_path / "mine.json"
    presets.save(file)
    assert Presets.load(file) == presets
    assert kind_of(preview([folder], Presets.load(file)).kinds, "odd_1.bvh").certain
    with LocalLibrary(tmp_path / "library") as library:
        without = import_paths(library, [folder], None, workers=0)
        assert without.failed == 3 and any("2 .fbx files were left out" in text for text in without.warnings)
        report = import_paths(library, [folder], None, workers=0, presets=presets)
        assert report.imported == 2 and [Path(f.path).name for f in report.failures] == ["damaged.bvh"]
        by_name = {record.name: record for record in library.motions()}
        assert by_name["odd_1"].inferred["joint_map"]["left_knee"] == "Bone017"
        assert by_name["plain_0"].inferred["joint_map"]["left_knee"] == "left_knee"
        # later imports, without the preset, leave the files as they were corrected
        assert import_paths(library, [folder], None, workers=0).imported == 0


def test_an_empty_correction_undoes_the_one_before(folder: Path, tmp_path: Path) -> None:
    paths = [folder / f"plain_{n}.bvh" for n in range(3)]
    key = read_head(paths[0]).signature
    with LocalLibrary(tmp_path / "library") as library:
        for mapping, fps in ((MappingOverrides(fps=40), 40.0), (MappingOverrides(), 20.0)):
            presets = Presets({key: Preset("takes", mapping)})
            assert import_paths(library, paths, None, workers=0, presets=presets).imported == 3
            assert {record.source_fps for record in library.motions()} == {fps}


def test_doubts_are_said(folder: Path) -> None:
    tall = sample(
        kind_of(preview([folder / "plain_0.bvh"]).kinds, "plain_0.bvh").with_correction(
            MappingOverrides(unit_m=0.1)
        )
    )
    assert not tall.certain and "m tall: check the unit" in tall.warnings[0]


def test_one_bad_file_never_stops_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT))
    monkeypatch.setattr(module, "SAMPLE_READER", f"{__name__}:read_odd")
    (folder / "crash.npy").write_bytes((folder / "000001.npy").read_bytes())
    hang = folder / "hang.bvh"
    hang.write_text(bvh_text())
    found = preview([hang, folder / "crash.npy", folder / "000001.npy"], timeout_s=8)
    hang, crash = kind_of(found.kinds, "hang.bvh"), kind_of(found.kinds, "crash.npy")
    assert "longer than 8 s" in hang.warnings[0]
    assert any("crash" in text for text in crash.warnings) and crash.motion is not None
    assert not hang.certain and not crash.certain


def test_it_can_be_cancelled(folder: Path) -> None:
    found = preview([folder], cancelled=lambda: True)
    assert found.cancelled and not any(kind.samples for kind in found.kinds)


def test_heads_name_the_joints_as_the_readers_do(folder: Path) -> None:
    for name in ("plain_0.bvh", "sub/odd_0.bvh"):
        path = folder / name
        assert joint_names(path, read_head(path)) == read_bvh(path)[0].joint_names


def test_heads_of_acclaim_files(data_dir: Path) -> None:
    path = data_dir / "cmu" / "01" / "01_01.amc"
    head = read_head(path)
    assert "CMU" in head.label and head.signature == read_head(path.with_name("01_02.amc")).signature
    assert joint_names(path, head) == read_amc(path)[0].joint_names


@pytest.mark.parametrize("name", ["dance.fbx", "jump.FBX"])
def test_fbx_says_how_to_convert(folder: Path, name: str) -> None:
    with pytest.raises(UnreadableFileError, match=r"does not read FBX files: open Blender.*\.glb"):
        read_motions(folder / name)


@pytest.mark.parametrize(
    ("content", "word"),
    [
        ("{", "not valid JSON"),
        ("[]", "lacks"),
        ('{"motionlens_import_presets": 1, "kinds": {"bvh:1": {"mapping": {"up": "z"}}}}', "unknown key"),
    ],
)
def test_a_wrong_preset_file_is_refused_by_name(tmp_path: Path, content: str, word: str) -> None:
    file = tmp_path / "preset.json"
    file.write_text(content)
    with pytest.raises(MotionLensError, match=word) as caught:
        Presets.load(file)
    assert "preset.json" in str(caught.value)


def test_saved_corrections_are_kept_and_added_to() -> None:
    save_user_presets(Presets({"a:1": Preset("a", MappingOverrides(fps=30))}))
    save_user_presets(Presets({"b:1": Preset("b", MappingOverrides(up_axis="z"))}))
    assert set(load_user_presets().kinds) == {"a:1", "b:1"}


def test_command_line(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", str(folder), "--preview", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["files"] == 8 and told["not_read"][0]["suffix"] == ".fbx" and told["videos_left_out"] == 1
    odd = next(kind for kind in told["kinds"] if kind["unmapped"])
    assert odd["files"] == 2 and odd["inferred"] == {}
    file = tmp_path / "preset.json"
    file.write_text(
        json.dumps(
            {
                "motionlens_import_presets": 1,
                "kinds": {odd["signature"]: {"mapping": {"joints": {"left_knee": "Bone017"}}}},
            }
        )
    )
    odd_folder = str(folder / "sub")
    assert main(["import", odd_folder, "--preview", "--preset", str(file)]) == 0
    text = capsys.readouterr().out
    assert "your correction: joints" in text and "all 22 found" in text
    library = ["--library", str(tmp_path / "library"), "--no-index"]
    assert main(["import", odd_folder, *library]) == 1
    save_user_presets(Presets.load(file))
    assert main(["import", odd_folder, *library]) == 0
