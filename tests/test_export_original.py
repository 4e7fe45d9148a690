"""The original file copied or cut between its own frames; tables of results; folders of pictures."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from motionlens.cli.main import main
from motionlens.errors import MotionLensError
from motionlens.export import (
    ORIGINAL,
    ExportItem,
    ExportOptions,
    export_many,
    export_motion,
    export_original,
    n_pictures,
    results_csv,
    rows_of,
)
from motionlens.motion import Motion, save_motion
from motionlens.readers import read_motions
from motionlens.readers.asfamc import read_amc
from motionlens.readers.bvh import read_bvh
from motionlens.search.result import Hit, SearchResult

from .motions import wobbling
from .test_readers_amc import amc_text, asf_text


def made(path: Path, fps: float = 60.0) -> Motion:
    """Two seconds in a file, as the library knows them."""
    export_motion(Motion(wobbling(40), "walk"), path, ExportOptions(fps=fps))
    return read_motions(path)[0]


def test_a_bvh_is_cut_between_its_own_frames(tmp_path: Path) -> None:
    motion = made(tmp_path / "walk.bvh")
    whole = read_bvh(tmp_path / "walk.bvh")[0]
    assert len(whole.positions) == 118 and motion.source_fps == 60
    out = export_original(motion, tmp_path / "part.bvh", ExportOptions(start_s=0.5, end_s=1.25))
    part = read_bvh(out.path)[0]
    assert (out.frames, out.fps, out.note) == (45, 60.0, "")
    assert part.fps == 60 and np.array_equal(part.positions, whole.positions[30:75])
    # read again it is as long as was asked for, to the frame
    assert read_motions(out.path)[0].n_frames == 15
    lines, cut = ((tmp_path / name).read_text().splitlines() for name in ("walk.bvh", "part.bvh"))
    head = lines.index("MOTION")
    assert cut[:head] == lines[:head] and cut[head + 3 :] == lines[head + 3 + 30 : head + 3 + 75]


def test_a_range_to_the_end_goes_to_the_files_end_and_a_whole_file_is_copied(tmp_path: Path) -> None:
    motion = made(tmp_path / "walk.bvh")
    out = export_original(motion, tmp_path / "end.bvh", ExportOptions(start_s=1.0, end_s=motion.duration_s))
    assert out.frames == 118 - 60
    for name, options in (("a.bvh", ExportOptions()), ("b.bvh", ExportOptions(start_s=0, end_s=2.0))):
        out = export_original(motion, tmp_path / name, options)
        assert (out.frames, out.note) == (0, "")
        assert out.path.read_bytes() == (tmp_path / "walk.bvh").read_bytes()


def test_an_amc_is_cut_and_its_skeleton_goes_with_it(tmp_path: Path) -> None:
    source = tmp_path / "in"
    source.mkdir()
    (source / "07.asf").write_text(asf_text())
    (source / "07_01.amc").write_text(amc_text(240))
    motion = read_motions(source / "07_01.amc")[0]
    dropped = motion.inferred["dropped_t_pose_frames"]
    whole = read_amc(source / "07_01.amc")[0].positions
    for name, skeleton in (("07_01 b.amc", "07.asf"), ("kick.amc", "kick.asf")):
        out = export_original(motion, tmp_path / name, ExportOptions(start_s=0.5, end_s=1.0))
        assert (out.frames, out.fps) == (60, 120.0) and (tmp_path / skeleton).exists()
        part = read_amc(out.path)[0].positions
        assert np.array_equal(part, whole[dropped + 60 : dropped + 120])


def test_arrays_are_cut_by_rows_and_nothing_else_of_them(tmp_path: Path) -> None:
    frames = np.linspace(0, 0.3, 120)[:, None]
    np.savez(
        tmp_path / "amass.npz", poses=np.repeat(frames, 156, 1), trans=np.repeat(frames, 3, 1), gender="male",
        betas=np.ones(16), mocap_framerate=120.0,
    )  # fmt: skip
    motion = read_motions(tmp_path / "amass.npz")[0]
    out = export_original(motion, tmp_path / "cut.npz", ExportOptions(start_s=0.25, end_s=0.5))
    with np.load(out.path) as cut:
        assert np.array_equal(cut["trans"][:, 0], frames[30:60, 0]) and cut["poses"].shape == (30, 156)
        assert cut["betas"].shape == (16,) and cut["mocap_framerate"] == 120 and str(cut["gender"]) == "male"
    save_motion(Motion(wobbling(40), "own", source_fps=120.0), tmp_path / "own.npz")
    own = replace(read_motions(tmp_path / "own.npz")[0], source=str(tmp_path / "own.npz"))
    out = export_original(own, tmp_path / "own cut.npz", ExportOptions(start_s=0.5, end_s=1.0))
    assert out.fps == 20 and np.array_equal(read_motions(out.path)[0].positions, own.positions[10:20])
    np.save(tmp_path / "joints.npy", wobbling(40))
    joints = read_motions(tmp_path / "joints.npy")[0]
    out = export_original(joints, tmp_path / "cut.npy", ExportOptions(start_s=0.5, end_s=1.0))
    assert np.array_equal(np.load(out.path), wobbling(40)[10:20])


def test_what_cannot_be_cut_is_copied_whole_and_says_so(tmp_path: Path) -> None:
    motion = made(tmp_path / "walk.glb")
    part = ExportOptions(start_s=0.5, end_s=1.0)
    out = export_original(motion, tmp_path / "copy.glb", part)
    assert "a .glb file is not cut" in out.note
    assert out.path.read_bytes() == (tmp_path / "walk.glb").read_bytes()
    # a file that was changed since it was imported: its frames mean something else
    bvh = made(tmp_path / "walk.bvh")
    export_motion(Motion(wobbling(90), "other"), tmp_path / "walk.bvh", ExportOptions(overwrite=True))
    out = export_original(bvh, tmp_path / "copy.bvh", part)
    assert "import it again" in out.note and out.frames == 0


def test_originals_that_are_not_there_fail_with_a_sentence(tmp_path: Path) -> None:
    motion = made(tmp_path / "walk.bvh")
    with pytest.raises(MotionLensError, match="was made here"):
        export_original(replace(motion, source=""), tmp_path / "a.bvh")
    with pytest.raises(MotionLensError, match=r"name it with the ending \.bvh"):
        export_original(motion, tmp_path / "a.glb")
    with pytest.raises(MotionLensError, match="original file itself"):
        export_original(motion, tmp_path / "walk.bvh", ExportOptions(overwrite=True))
    (tmp_path / "there.bvh").write_text("mine")
    with pytest.raises(MotionLensError, match="exists already"):
        export_original(motion, tmp_path / "there.bvh")
    assert (tmp_path / "there.bvh").read_text() == "mine"
    (tmp_path / "walk.bvh").unlink()
    report = export_many([ExportItem("walk", lambda: motion)], tmp_path / "out", ORIGINAL)
    assert "connect its drive" in report.failures[0].message and not list((tmp_path / "out").iterdir())


def test_originals_of_several_motions_keep_their_endings(tmp_path: Path) -> None:
    motions = [made(tmp_path / "a.bvh"), made(tmp_path / "b.glb")]
    items = [ExportItem("take", lambda m=m: m, 0.5, 1.0) for m in motions]
    report = export_many(items, tmp_path / "out", ORIGINAL)
    assert [w.path.name for w in report.written] == ["take.bvh", "take (2).glb"]
    assert [bool(w.note) for w in report.written] == [False, True]


def test_pictures_are_numbered_and_show_the_frames_of_the_part(tmp_path: Path) -> None:
    seen: list[tuple[int, tuple[int, int], float]] = []

    def painter(positions: np.ndarray, span: tuple[int, int], fps: float) -> Iterator[np.ndarray]:
        seen.append((len(positions), span, fps))
        for i in range(n_pictures(span, fps)):
            yield np.full((8, 10, 3), i, np.uint8)

    motion = Motion(wobbling(40), "walk")
    options = ExportOptions(start_s=0.5, end_s=1.0, fps=30)
    out = export_motion(motion, tmp_path / "walk.png", options, painter=painter)
    assert seen == [(40, (10, 20), 30.0)]
    assert (out.path, out.frames, out.fps) == (tmp_path / "walk", 14, 30.0)
    names = sorted(entry.name for entry in out.path.iterdir())
    assert names == [f"walk-{n:04d}.png" for n in range(1, 15)]
    assert np.array_equal(np.asarray(Image.open(out.path / names[3])), np.full((8, 10, 3), 3))
    with pytest.raises(MotionLensError, match="exists already"):
        export_motion(motion, tmp_path / "walk.png", options, painter=painter)
    again = replace(options, end_s=0.75, overwrite=True)
    export_motion(motion, tmp_path / "walk.png", again, painter=painter)
    assert len(list(out.path.iterdir())) == n_pictures((10, 15), 30) == 7
    (out.path / "notes.txt").write_text("mine")
    with pytest.raises(MotionLensError, match="exists already"):
        export_motion(motion, tmp_path / "walk.png", again, painter=painter)
    assert (out.path / "notes.txt").read_text() == "mine"


def test_results_as_a_table_read_back(tmp_path: Path) -> None:
    hits = (
        Hit(1, 7, 9, 'say "hi"', "/d/a,b.bvh", 4.0, 12.05, 0.81254321, "a person\nwaves", {"text": 0.5, "ü": 0.25}),
        Hit(2, 8, 10, "run", "", 0.0, 1.0, -0.125, "", {"text": -0.1, "ü": 0.0}),
    )  # fmt: skip
    rows = list(
        csv.DictReader(results_csv(rows_of(SearchResult("x", 2, {}, hits, ("text", "ü")))).splitlines(True))
    )
    assert [row["rank"] for row in rows] == ["1", "2"]
    assert (rows[0]["name"], rows[0]["path"], rows[0]["caption"]) == (
        hits[0].name,
        hits[0].path,
        hits[0].caption,
    )
    assert (float(rows[0]["start_s"]), float(rows[0]["end_s"])) == (4.0, 12.05)
    assert float(rows[1]["score"]) == -0.125 and json.loads(rows[0]["parts"]) == {"text": 0.5, "ü": 0.25}
    alone = rows_of(SearchResult("x", 2, {}, hits, ("text",)))
    assert all(not row.parts for row in alone)


def test_the_command_cuts_originals_and_writes_pictures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made(tmp_path / "walk.bvh")
    source, target = str(tmp_path / "walk.bvh"), str(tmp_path / "cut.bvh")
    arguments = ["export", source, "--original", "--from", "0.5", "--to-time", "1", "--to", target]
    assert main([*arguments, "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["written"]
    assert (row["frames"], row["fps"], row["duration_s"]) == (30, 60.0, 0.5)
    assert (
        main(["export", source, "--from", "0.5", "--to-time", "0.7", "--to", str(tmp_path / "few.png")]) == 0
    )
    assert "4 frames at 20 fps" in capsys.readouterr().out
    assert Image.open(tmp_path / "few" / "few-0004.png").size == (640, 480)
    copied = ["export", source, "--original", "--to", str(tmp_path / "copy.bvh")]
    assert main(copied) == 0
    assert "copied as it is" in capsys.readouterr().out
