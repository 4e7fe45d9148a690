"""Motion to text: captions of the library and of files, ids and files, long motions."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from motionlens.cli.describe_command import caption_scores, find_subject, read_caption_file
from motionlens.cli.main import main
from motionlens.errors import MotionLensError, UnreadableFileError
from motionlens.library import LocalLibrary
from motionlens.model.interface import QueryTokens
from motionlens.motion import Motion
from motionlens.search import SearchEngine
from tests.fakes import FakeEncoder, walk


@pytest.fixture(autouse=True)
def encoder(monkeypatch: pytest.MonkeyPatch) -> FakeEncoder:
    fake = FakeEncoder()
    monkeypatch.setattr("motionlens.model.load_encoder", lambda path=None, device=None: fake)
    monkeypatch.setattr("motionlens.model.fingerprint.model_fingerprint", lambda folder: fake.fingerprint)
    return fake


@pytest.fixture
def library(tmp_path: Path) -> Path:
    folder = tmp_path / "library"
    with LocalLibrary(folder) as made:
        made.add_motions(
            [
                (Motion(walk(60, 1), "one"), ["a person waves", "someone waves"]),
                (Motion(walk(70, 2), "two"), ["a person walks", "a person waves"]),
                (Motion(walk(300, 3), "long"), []),
            ]
        )
    return folder


def ask(capsys: pytest.CaptureFixture[str], *arguments: object) -> dict[str, Any]:
    assert main(["describe", *map(str, arguments), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def refused(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    assert main(["describe", *map(str, arguments)]) == 1
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1
    return err


def test_ids_files_and_names(library: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    by_id = ask(capsys, 1, "--library", library)
    assert (by_id["captions"], len(by_id["motions"])) == (3, 1)
    rows = by_id["motions"][0]["captions"]
    assert [r["rank"] for r in rows] == [1, 2, 3]
    assert {r["caption"]: r["own"] for r in rows} == {
        "a person waves": True,
        "someone waves": True,
        "a person walks": False,
    }
    assert rows[0]["score"] >= rows[1]["score"] >= rows[2]["score"]
    assert ask(capsys, "one", "--library", library)["motions"] == by_id["motions"]
    np.save(tmp_path / "same.npy", walk(60, 1))
    several = ask(capsys, tmp_path / "same.npy", "--library", library, "-k", 2)
    assert [m["name"] for m in several["motions"]] == ["same"]
    assert len(several["motions"][0]["captions"]) == 2 and several["motions"][0]["id"] is None


def test_scores_are_those_of_a_search(library: Path, encoder: FakeEncoder) -> None:
    from motionlens.library.encoding import encode_missing

    with LocalLibrary(library) as opened:
        encode_missing(opened, encoder)
        hits = SearchEngine(opened, encoder).search("someone waves", 10).hits
        mine = {r.id: opened.positions(r.id) for r in opened.motions() if r.n_frames <= 160}
        scores = caption_scores(encoder, ["x y", "someone waves"], list(mine.values()))[1]
        found = {hit.id: hit.score for hit in hits if hit.id in mine}
    assert list(found) and scores == pytest.approx([found[i] for i in mine], abs=2e-3)


def test_text_and_motion_are_encoded_once(encoder: FakeEncoder, monkeypatch: pytest.MonkeyPatch) -> None:
    texts: list[str] = []
    plain = FakeEncoder.encode_text

    def counted(self: FakeEncoder, text: str) -> QueryTokens:
        texts.append(text)
        return plain(self, text)

    monkeypatch.setattr(FakeEncoder, "encode_text", counted)
    captions = [f"caption {i}" for i in range(60)]
    long, short = walk(300, 1), walk(100, 2)
    scores = caption_scores(encoder, captions, [long, short])
    assert scores.shape == (60, 2) and texts == captions
    assert encoder.encoded == 3 + 1  # three moments of the long one
    best = np.max(
        [caption_scores(encoder, captions, [long[a : a + 160]])[:, 0] for a in (0, 80, 140)], axis=0
    )
    assert scores[:, 0] == pytest.approx(best, abs=1e-5)


def test_every_motion_of_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "motionlens.cli.subjects.read_motions",
        lambda path: [Motion(walk(40, i), f"body {i}", str(path)) for i in (1, 2)],
    )
    (tmp_path / "c.txt").write_text("he runs\nhe sits\nhe jumps\n")
    found = ask(capsys, tmp_path / "two.bvh", "--captions", tmp_path / "c.txt")
    assert [m["name"] for m in found["motions"]] == ["body 1", "body 2"]
    assert (
        main(["describe", str(tmp_path / "two.bvh"), "--captions", str(tmp_path / "c.txt"), "-k", "1"]) == 0
    )
    out = capsys.readouterr().out
    assert "body 1  2.0 s" in out and "3 captions of" in out


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.txt", "\ufeffhe runs\r\n\r\nhe  sits \r\nhe runs\r\n...\r\n".encode()),
        ("a.txt", "he runs\nhe sits\n".encode("utf-16")),
        ("b.txt", b"he runs#he/PRON run/VERB#0.0#0.0\n\nhe sits#he/PRON sit/VERB#1.0#nan\n"),
        ("c.json", b'["he runs", {"captions": ["he sits"]}]'),
        ("c.json", b'{"captions": [{"text": "he runs"}, {"text": "he sits"}]}'),
        ("d.csv", b"id,Caption\n1,he runs\n2,\n3,he sits\n4\n"),
        ("d.csv", b"\xef\xbb\xbfcaption;id\nhe runs;1\n\nhe sits;2\n"),
        ("d.tsv", b"id\ttext\n1\the runs\n2\the sits\n"),
        (
            "captions.jsonl.gz",
            gzip.compress(
                b'{"id": "0", "captions": [{"text": "he runs", "start_s": 0.0}]}\n\n'
                b'{"id": "1", "captions": [{"text": "he sits"}, {"text": "he runs"}]}\n'
            ),
        ),
        ("notes", b"he runs\nhe sits\n"),
    ],
)
def test_caption_files(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    assert read_caption_file(tmp_path / name) == ["he runs", "he sits"]


def test_a_number_sign_is_no_separator_in_plain_text(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("he takes #1\nhe sits\n")
    assert read_caption_file(tmp_path / "a.txt") == ["he takes #1", "he sits"]


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.txt", b"", "holds no captions"),
        ("a.txt", b"  \n...\n", "holds no captions"),
        ("a.txt", b"ab\0cd", "is no text"),
        ("a.json", b"[1, 2", "could not be read as json"),
        ("a.json", b"[" * 100_000, "could not be read as json"),
        ("a.json", b"[1, 2]", "holds no captions"),
        ("a.csv", b"id,label\n1,walk\n", "no column caption"),
        ("a.csv", b'caption\n"' + b"a" * 200_000, "could not be read as csv"),
        ("a.jsonl.gz", b"no gzip", "damaged gzip"),
        ("a.jsonl.gz", gzip.compress(b'{"captions": ["x"]}')[:-12], "damaged gzip"),
        ("a.txt", b"x#y#z#w\nhe runs#a/b#one#two\n", "numbers at the end"),
    ],
)
def test_bad_caption_files(tmp_path: Path, name: str, data: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(UnreadableFileError, match=said) as caught:
        read_caption_file(tmp_path / name)
    assert str(tmp_path / name) in str(caught.value)


def test_what_is_wrong_is_said(library: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "neither a motion file" in refused(capsys, 99, "--library", library)
    assert "no such file" in refused(capsys, tmp_path / "gone.bvh", "--library", library)
    assert "There is no library" in refused(capsys, 1, "--library", tmp_path / "nowhere")
    assert "cannot be opened" in refused(capsys, 1, "--library", library, "--captions", tmp_path / "gone.txt")
    bare = tmp_path / "bare"
    with LocalLibrary(bare) as made:
        made.add_motions([(Motion(walk(60, 1), "one"), [])])
    assert "has no captions" in refused(capsys, 1, "--library", bare)
    with LocalLibrary(library) as opened, pytest.raises(MotionLensError, match="neither"):
        find_subject(opened, "9" * 40)


def test_a_name_that_several_have(library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with LocalLibrary(library) as opened:
        twice = [*opened.motions(), *opened.motions()]  # as from two folders with a file of one name
        monkeypatch.setattr(opened, "motions", lambda: twice)
        with pytest.raises(MotionLensError, match=r"2 motions of .* are called two: give an id"):
            find_subject(opened, "two")


def test_starter_library(capsys: pytest.CaptureFixture[str]) -> None:
    found = ask(capsys, "wave left", "--library", "starter", "-k", 3)
    assert found["source"] == "library starter" and found["captions"] > 1000
    assert found["motions"][0]["name"] == "wave left" and len(found["motions"][0]["captions"]) == 3
