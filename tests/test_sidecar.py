"""Captions beside motion files: every layout, and damage that must not reach the motion."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path

import pytest

from motionlens.readers.sidecar import read_captions


def write(path: Path, text: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_nothing_beside_the_file(tmp_path: Path) -> None:
    found = read_captions(tmp_path / "walk.bvh")
    assert found.texts == () and found.warning == ""


def test_text_file_one_caption_a_line_and_humanml3d_lines(tmp_path: Path) -> None:
    write(
        tmp_path / "walk.txt",
        "a man walks.#a/DET man/NOUN walk/VERB#0.0#0.0\r\n\r\n  he   strolls \nhe strolls\n",
    )
    assert read_captions(tmp_path / "walk.bvh").texts == ("a man walks.", "he strolls")


@pytest.mark.parametrize(
    "value",
    [
        {"caption": "a wave"},
        {"captions": ["a wave"]},
        ["a wave"],
        {"captions": [{"text": "a wave", "start_s": 0}]},
        {"Description": "a wave", "fps": 30},
    ],
)
def test_json_shapes(tmp_path: Path, value: object) -> None:
    write(tmp_path / "w.json", json.dumps(value))
    assert read_captions(tmp_path / "w.glb").texts == ("a wave",)


def test_humanml3d_layout(tmp_path: Path) -> None:
    write(tmp_path / "texts" / "000012.txt", "a person bows#a/DET#0#0\n")
    for folder in ("new_joints", "new_joint_vecs"):
        assert read_captions(tmp_path / folder / "000012.npy").texts == ("a person bows",)


def test_csv_manifest_by_header_any_order_and_delimiter(tmp_path: Path) -> None:
    write(tmp_path / "a" / "captions.csv", "Text;Take;File Name\nhe jumps;7;Jump.bvh\nhe sits;8;sit.BVH\n")
    write(tmp_path / "b" / "metadata.csv", 'id,description\nrun,"runs, fast"\nrun,sprints\n')
    assert read_captions(tmp_path / "a" / "jump.bvh").texts == ("he jumps",)
    assert read_captions(tmp_path / "a" / "sit.bvh").texts == ("he sits",)
    assert read_captions(tmp_path / "b" / "run.amc").texts == ("runs, fast", "sprints")


def test_parent_manifest_with_relative_paths(tmp_path: Path) -> None:
    write(tmp_path / "trials.csv", "trial,file,description\n01_01,01/01_01.amc,climb\n02_01,02\\x.amc,swim\n")
    assert read_captions(tmp_path / "01" / "01_01.amc").texts == ("climb",)
    assert read_captions(tmp_path / "02" / "x.amc").texts == ("swim",)
    assert read_captions(tmp_path / "03" / "x.amc").texts == ()


def test_a_bare_id_in_the_folder_above_is_not_trusted(tmp_path: Path) -> None:
    write(tmp_path / "index.csv", "id,text\n01,the first shot\n")
    assert read_captions(tmp_path / "shots" / "01.bvh").texts == ()
    assert read_captions(tmp_path / "01.bvh").texts == ("the first shot",)


def test_json_and_jsonl_manifests(tmp_path: Path) -> None:
    write(tmp_path / "a" / "captions.json", json.dumps({"x.bvh": "spins", "y": ["nods", "bows"]}))
    write(tmp_path / "b" / "captions.json", json.dumps({"motions": [{"file": "x.bvh", "caption": "kneels"}]}))
    write(tmp_path / "c" / "captions.jsonl", '{"id": "x", "captions": [{"text": "falls"}]}\n\n{"id": "z"}\n')
    assert read_captions(tmp_path / "a" / "x.bvh").texts == ("spins",)
    assert read_captions(tmp_path / "a" / "y.bvh").texts == ("nods", "bows")
    assert read_captions(tmp_path / "b" / "x.bvh").texts == ("kneels",)
    assert read_captions(tmp_path / "c" / "x.npz").texts == ("falls",)


def test_own_text_file_beats_the_manifest(tmp_path: Path) -> None:
    write(tmp_path / "captions.csv", "file,caption\nx.bvh,from the table\n")
    write(tmp_path / "x.txt", "from its own file\n")
    assert read_captions(tmp_path / "x.bvh").texts == ("from its own file",)


def test_a_changed_manifest_is_read_again(tmp_path: Path) -> None:
    table = write(tmp_path / "captions.csv", "file,caption\nx.bvh,old words\n")
    assert read_captions(tmp_path / "x.bvh").texts == ("old words",)
    write(table, "file,caption\nx.bvh,new words\n")
    os.utime(table, ns=(1, 1))
    assert read_captions(tmp_path / "x.bvh").texts == ("new words",)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.txt", b"\x00\x01\x02binary"),
        ("x.json", b'{"caption": '),
        ("x.json", b"[" * 100_000),
        ("captions.json", b"{]"),
        ("captions.jsonl", b'{"id": "x", "text": "ok"}\nnot json\n'),
        ("captions.csv", b"file,caption\n\x00\x00"),
        ("x.txt", b"a" * (2**20 + 1)),
    ],
)
def test_damage_gives_one_warning_and_no_caption(tmp_path: Path, name: str, content: bytes) -> None:
    bad = write(tmp_path / name, content)
    for _ in range(2):  # the second comes from the cache
        found = read_captions(tmp_path / "x.bvh")
        assert found.texts == ()
        assert str(bad) in found.warning and found.warning.endswith(".") and "\n" not in found.warning


def test_damaged_sidecar_falls_through_to_the_manifest(tmp_path: Path) -> None:
    write(tmp_path / "x.json", "{")
    write(tmp_path / "captions.csv", "file,caption\nx.bvh,saved\n")
    found = read_captions(tmp_path / "x.bvh")
    assert found.texts == ("saved",) and "x.json" in found.warning


def test_numbers_are_not_captions_and_odd_encodings_are_read(tmp_path: Path) -> None:
    write(tmp_path / "n.txt", "0.1 0.2 0.3\n1 2 3\n")
    write(tmp_path / "w.txt", "à gauche\n".encode("cp1252"))
    write(tmp_path / "u.txt", "nach links".encode("utf-16"))
    assert read_captions(tmp_path / "n.bvh").texts == ()
    assert read_captions(tmp_path / "w.bvh").texts == ("à gauche",)
    assert read_captions(tmp_path / "u.bvh").texts == ("nach links",)


def test_real_manifests(data_dir: Path) -> None:
    files = sorted((data_dir / "cmu").glob("*/*.amc")) + sorted((data_dir / "cmu").glob("*/*.bvh"))
    with (data_dir / "cmu" / "trials.csv").open(newline="") as stream:
        stated = {row["file"]: row["description"].strip() for row in csv.DictReader(stream)}
    assert len(files) == 360
    for file in files:  # CMU left a few trials without words: those have no caption
        words = stated[f"{file.parent.name}/{file.name}"]
        found = read_captions(file)
        assert found.warning == ""
        assert found.texts == ((" ".join(words.split()),) if any(map(str.isalpha, words)) else ())
    assert read_captions(data_dir / "cmu/01/01_01.amc").texts == ("playground - forward jumps, turn around",)
    if (data_dir / "hdm05").is_dir():
        clip = data_dir / "hdm05" / "HDM_bd_depositFloorR_001_120.amc"
        assert read_captions(clip).texts[0].startswith("a person bends down")
