"""Frame rates that a manifest states: they come before the file's own, and after the mapping file's."""

from __future__ import annotations

import csv
import os
import shutil
import time
from pathlib import Path

import pytest

from motionlens.library import LocalLibrary
from motionlens.library.importer import import_paths
from motionlens.readers import MappingOverrides, read_motions
from motionlens.readers.listing import find_files
from motionlens.readers.manifests import StatedRate, stated_rate
from motionlens.readers.sidecar import read_captions
from tests.test_damaged_files import FRAMES, whole

HOUR_AGO = time.time() - 3600


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("trials.csv", "trial,source_fps\nx/whole,60\n"),
        ("metadata.csv", "Path;Frame Rate\nx\\WHOLE.BVH;60.0\n"),
        ("index.tsv", "file\tframerate\nwhole.bvh\t60\n"),
        ("labels.json", '[{"file": "x/whole.bvh", "fps": 60}]'),
        ("captions.jsonl", '{"file": "x/whole.bvh", "frame_rate": 60, "caption": "walks"}\n'),
    ],
)
def test_every_kind_of_manifest(name: str, text: str, tmp_path: Path) -> None:
    folder = tmp_path / "x"
    folder.mkdir()
    path = whole("bvh", folder).rename(folder / "whole.bvh")
    assert read_motions(path)[0].inferred["fps_from"] == "file"
    (tmp_path / name).write_text(text)
    (motion,) = read_motions(path)
    assert (motion.source_fps, motion.inferred["fps_from"]) == (60.0, name)
    assert motion.n_frames == int((FRAMES - 1) / 3 + 1e-6) + 1, "20 fps of the file, read as 60"
    (motion,) = read_motions(path, MappingOverrides(fps=40))
    assert (motion.source_fps, motion.inferred["fps_from"]) == (40.0, "mapping file")
    (motion,) = read_motions(path, MappingOverrides(unit_m=0.02))
    assert (motion.source_fps, motion.inferred["unit_m"]) == (60.0, 0.02)


@pytest.mark.parametrize("value", ["0", "-60", "fast", "", "1001", "nan", "inf", "1e999"])
def test_nonsense_is_ignored(value: str, tmp_path: Path) -> None:
    path = whole("bvh", tmp_path)
    (tmp_path / "trials.csv").write_text(f"file,fps\n{path.name},{value}\n")
    (motion,) = read_motions(path)
    assert (motion.source_fps, motion.inferred["fps_from"]) == (20.0, "file")


@pytest.mark.parametrize("junk", [b"\0\1\2", b'file,fps\n"w', b"{", b"", b"\xff" * 99])
@pytest.mark.parametrize("name", ["trials.csv", "trials.json", "trials.jsonl"])
def test_a_damaged_manifest_never_fails_a_motion(name: str, junk: bytes, tmp_path: Path) -> None:
    path = whole("bvh", tmp_path)
    (tmp_path / name).write_bytes(junk)
    assert read_motions(path)[0].source_fps == 20.0
    (tmp_path.parent / "captions.csv").write_text(f"file,fps\n{tmp_path.name}/{path.name},30\n")
    assert read_motions(path)[0].source_fps == 30.0, "the next manifest still counts"


def test_which_rate_applies_to_which_kind(tmp_path: Path) -> None:
    (tmp_path / "trials.csv").write_text(
        "file,source_fps,fps\na.bvh,120,30\na.npy,120,30\nb.npy,120,\na.glb,120,30\nc.bvh,120,\nc.bvh,60,\n"
    )
    assert stated_rate(tmp_path / "a.bvh") == StatedRate(120.0, "trials.csv")
    assert stated_rate(tmp_path / "a.npy") == StatedRate(30.0, "trials.csv")
    assert stated_rate(tmp_path / "b.npy") is None, "an array was resampled from its source"
    assert stated_rate(tmp_path / "a.glb") is None, "glTF holds times"
    assert stated_rate(tmp_path / "c.bvh") is None, "a contradiction is no statement"


def test_our_own_files_keep_their_rate(tmp_path: Path) -> None:
    path = whole("own", tmp_path)
    before = read_motions(path)[0]
    (tmp_path / "trials.csv").write_text(f"file,fps\n{path.name},60\n")
    after = read_motions(path)[0]
    assert (after.n_frames, after.source_fps) == (before.n_frames, before.source_fps)


@pytest.mark.parametrize("fps", [0.5, 30, 900])
def test_a_stated_rate_never_changes_the_speed_of_a_gltf(fps: float, tmp_path: Path) -> None:
    path = whole("gltf", tmp_path)
    expected = read_motions(path)[0].duration_s
    (motion,) = read_motions(path, MappingOverrides(fps=fps))
    assert motion.duration_s == pytest.approx(expected, abs=0.06 if fps > 1 else 1.0)
    assert motion.inferred["fps_from"] == "times in the file"


def test_an_import_notices_a_corrected_rate(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    path = whole("bvh", source)

    def again(library: LocalLibrary) -> tuple[int, int, float]:
        report = import_paths(library, [source], None, workers=0)
        assert not report.failures
        return report.imported, report.unchanged, library.motions()[0].source_fps

    with LocalLibrary(tmp_path / "library") as library:
        assert again(library) == (1, 0, 20.0)
        manifest = source / "trials.csv"
        manifest.write_text(f"file,fps\n{path.name},60\n")
        assert again(library) == (1, 0, 60.0)
        manifest.write_text(f"file,fps,caption\n{path.name},60,walks\n")
        assert again(library) == (0, 1, 60.0), "words alone need no reading"
        assert library.motions()[0].captions == ("walks",)
        manifest.write_text(f"file,fps,caption\n{path.name},24,walks\n")
        assert again(library) == (1, 0, 24.0)
        manifest.unlink()
        assert again(library) == (1, 0, 20.0)


def test_listings_follow_the_folder(tmp_path: Path) -> None:
    for i in range(50):  # faster than a folder's time can tell two changes apart
        path = tmp_path / f"{i}.txt"
        assert find_files(tmp_path, [path.name]) == []
        path.touch()
        assert find_files(tmp_path, [path.name]) == [path]
        path.unlink()
    (tmp_path / "Trials.CSV").touch()
    (tmp_path / "a.txt").touch()
    (tmp_path / "labels.csv").mkdir()
    os.utime(tmp_path, (HOUR_AGO, HOUR_AGO))
    found = find_files(tmp_path, ["labels.csv", "trials.csv", "a.txt", "b.txt"])
    assert found == [tmp_path / "Trials.CSV", tmp_path / "a.txt"], "a folder is no file"
    assert find_files(tmp_path / "gone", ["trials.csv"]) == []


def test_thousands_of_files_are_looked_at_in_a_second(tmp_path: Path) -> None:
    folder = tmp_path / "clips"
    folder.mkdir()
    names = [f"{i:05d}" for i in range(3_000)]
    for name in names[::2]:
        (folder / f"{name}.txt").touch()
    (tmp_path / "trials.csv").write_text("file,fps\n" + "".join(f"clips/{n}.bvh,30\n" for n in names))
    for place in (folder, tmp_path):
        os.utime(place, (HOUR_AGO, HOUR_AGO))
    start = time.process_time()
    for name in names:
        path = folder / f"{name}.bvh"
        read_captions(path)
        assert stated_rate(path) is not None
    assert time.process_time() - start < 4.0


def test_cmu_subjects_60_and_61_are_60_frames_a_second(data_dir: Path, tmp_path: Path) -> None:
    with (data_dir / "cmu" / "trials.csv").open(newline="") as stream:
        for row in csv.DictReader(stream):
            expected = StatedRate(float(row["source_fps"]), "trials.csv")
            assert stated_rate(data_dir / "cmu" / row["file"]) == expected
    path = data_dir / "cmu" / "60" / "60_01.bvh"
    (motion,) = read_motions(path)
    assert (motion.source_fps, motion.inferred["fps_from"]) == (60.0, "trials.csv")
    (alone,) = read_motions(shutil.copy(path, tmp_path))
    assert alone.source_fps == 120.0
    assert motion.duration_s == pytest.approx(2 * alone.duration_s, abs=0.1)
