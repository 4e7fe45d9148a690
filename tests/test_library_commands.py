"""``motionlens curate`` and ``motionlens info --facets``: what is set is shown, and what is wrong is said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from motionlens.cli.main import main
from motionlens.library import LocalLibrary
from motionlens.motion import Motion, mirror_positions
from tests.fakes import walk


@pytest.fixture
def folder(tmp_path: Path) -> str:
    with LocalLibrary(tmp_path / "library") as library:
        library.add_motions(
            [
                (Motion(walk(100, 1), "walk"), ["a person walks"]),
                (Motion(mirror_positions(walk(100, 1)), "walk back"), []),
            ]
        )
    return str(tmp_path / "library")


def test_marks_set_on_the_command_line_are_shown(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    def curate(*words: str) -> dict[str, Any]:
        assert main(["curate", "--library", folder, *words, "--json"]) == 0
        return dict(json.loads(capsys.readouterr().out))

    curate("favourite", "1")
    curate("tag", "1", "hit", "--from", "1.5", "--to", "3")
    curate("note", "1", "feet slide")
    curate("caption", "1", "the boss taunts")
    curate("caption", "1", "a hero walks", "--instead-of", "a person walks")
    curate("collect", "1", "Boss")
    curate("collect", "1", "boss")  # already in it
    shown = curate("collect", "2", "Boss", "--from", "2")
    assert shown["collections"] == ["Boss"]
    shown = curate("tag", "1", "loop")
    assert shown["favourite"] is True
    assert shown["captions"] == ["a hero walks", "the boss taunts"]
    assert shown["tags"]["hit"] == [{"id": 1, "name": "walk", "start_s": 1.5, "end_s": 3.0}]
    assert shown["notes"][0]["text"] == "feet slide"
    everything = curate("list")
    assert everything["tags"] == {"hit": 1, "loop": 1}
    assert everything["collections"] == [
        {
            "name": "Boss",
            "items": [
                {"id": 1, "name": "walk"},
                {"id": 2, "name": "walk back", "start_s": 2.0, "end_s": 5.0},
            ],
        }
    ]
    assert main(["curate", "--library", folder, "list"]) == 0
    text = capsys.readouterr().out
    assert "collection  Boss: 2 items" in text and "2  walk back (2-5 s)" in text
    curate("tag", "1", "HIT", "--remove", "--from", "1.5", "--to", "3")
    curate("collect", "1", "Boss", "--remove")
    curate("caption", "1", "the boss taunts", "--remove")
    shown = curate("favourite", "1", "--remove")
    assert (shown["favourite"], list(shown["tags"]), shown["captions"], shown["collections"]) == (
        False,
        ["loop"],
        ["a hero walks"],
        [],
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["tag", "9", "x"], "no motion 9"),
        (["tag", "1", " "], "no name"),
        (["tag", "1", "x", "--remove"], "no tag"),
        (["tag", "1", "x", "--from", "6"], "it is 5 s long"),
        (["tag", "1", "x", "--from", "nan"], "not a number"),
        (["collect", "1", "x", "--remove"], "not in a collection"),
        (["caption", "1", "x", "--instead-of", "y"], "not there any more"),
    ],
)
def test_wrong_use_is_one_sentence(
    folder: str, words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["curate", "--library", folder, *words]) == 1
    error = capsys.readouterr().err
    assert said in error
    assert len(error.splitlines()) == 1


def test_twins_and_facets_are_printed(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["curate", "--library", folder, "twins"]) == 0
    assert "mirrored   1 walk, 2 walk back (mirrored)" in capsys.readouterr().out
    assert main(["curate", "--library", folder, "tag", "1", "loop"]) == 0
    capsys.readouterr()
    assert main(["info", "--library", folder, "--facets", "--json"]) == 0
    facets = json.loads(capsys.readouterr().out)["library"]["facets"]
    assert facets["tag"] == [{"value": "loop", "motions": 1, "moments": 1}]
    assert facets["length"] == [{"value": "5-10 s", "motions": 2, "moments": 2}]
    assert facets["captions"] == [
        {"value": False, "motions": 1, "moments": 1},
        {"value": True, "motions": 1, "moments": 1},
    ]
    assert main(["info", "--library", folder, "--facets"]) == 0
    assert "tag             1  loop" in capsys.readouterr().out
