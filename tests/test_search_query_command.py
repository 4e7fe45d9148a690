"""``motionlens search`` with a video, a motion, things to avoid; and the shipped model on real motions."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from motionlens.cli.main import main
from motionlens.cli.query_parts import motion_example, span_frames, span_seconds
from motionlens.cli.subjects import Subject
from motionlens.errors import MotionLensError
from motionlens.library import LocalLibrary
from motionlens.library.encoding import encode_missing
from motionlens.motion import Motion
from motionlens.search import Example, Query, SearchEngine, Span
from motionlens.synthesis.compose import synthesise
from motionlens.synthesis.vocabulary import Action, Recipe, Step
from motionlens.video.camera import framing
from motionlens.video.simulate import NO_ERRORS, project
from motionlens.video.types import Track, VideoInfo
from tests.fakes import walk
from tests.test_search_query import ExampleFake

FILMED = synthesise(Recipe(steps=(Step(Action("walk")),), seed=3)).positions[:60]


class FakeVideos:
    """A ``VideoProcess`` for which every video shows ``FILMED``."""

    asked: list[tuple[Any, ...]]

    def __init__(self) -> None:
        FakeVideos.asked = []

    def __enter__(self) -> FakeVideos:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def probe(self, path: str) -> VideoInfo:
        if "gone" in path:
            raise MotionLensError(f"{path} was not found: check its name.")
        return VideoInfo(path, 640, 480, 20.0, 3.0, 0, False, "h264")

    def track(self, path: str, start_s: float, end_s: float | None, progress: Any = None) -> Track:
        self.asked.append((path, start_s, end_s))
        progress(1, 60)
        camera = framing(FILMED, 0.0)
        return project(FILMED, camera, NO_ERRORS)


@pytest.fixture(autouse=True)
def encoder(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> ExampleFake | None:
    if "real" in request.fixturenames:
        return None
    fake = ExampleFake()
    monkeypatch.setattr("motionlens.model.load_encoder", lambda path=None, device=None: fake)
    monkeypatch.setattr("motionlens.cli.query_parts.VideoProcess", FakeVideos)
    return fake


@pytest.fixture
def library(tmp_path: Path) -> Path:
    with LocalLibrary(tmp_path / "library") as made:
        names = ["stroll", "turn", "kneel", "leap"]
        made.add_motions((Motion(walk(100 + 50 * i, i), name), ()) for i, name in enumerate(names))
        encode_missing(made, ExampleFake())
    return tmp_path / "library"


def ask(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, Any, str]:
    code = main([*map(str, arguments), "--json"])
    out, err = capsys.readouterr()
    return code, json.loads(out) if out else None, err


def test_by_a_motion_of_the_library(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, found, err = ask(capsys, "search", "--motion", "leap", "--library", library)
    assert (code, err, found["query"], found["parts"]) == (0, "", "", ["leap"])
    assert sorted(h["id"] for h in found["hits"]) == [1, 2, 3]  # not itself: all of it was asked for
    # of 250 frames the second moment starts at 80 and the third at 90
    _, found, _ = ask(capsys, "search", "--motion", 4, "--from", 0, "--to", 2, "--library", library)
    assert found["parts"] == ["leap 0.0-2.0 s"]
    assert {h["start_s"] for h in found["hits"] if h["id"] == 4} <= {4.0, 4.5}
    assert any(h["id"] == 4 for h in found["hits"])
    assert all(h["parts"] == {"leap 0.0-2.0 s": h["score"]} for h in found["hits"])


def test_by_a_file_with_a_text_and_something_to_avoid(
    library: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], encoder: ExampleFake
) -> None:
    np.save(tmp_path / "mine.npy", walk(90, 7))
    given = ["search", "waves", "--motion", tmp_path / "mine.npy", "--from", 1.5, "--library", library]
    code, found, _ = ask(capsys, *given, "--avoid", "jumps", "--weight-text", 0.2, "-k", 2)
    assert (code, found["query"], len(found["hits"])) == (0, "waves", 2)
    assert found["parts"] == ["text", "mine 1.5-4.5 s", "avoid"]
    assert encoder.asked == [(60, False)]
    assert main(list(map(str, given))) == 0
    shown = capsys.readouterr().out
    assert (
        "text 0." in shown and "mine 1.5-4.5 s" in shown and "5 moments searched" not in shown.split("\n")[0]
    )


def test_by_a_video(library: Path, capsys: pytest.CaptureFixture[str], encoder: ExampleFake) -> None:
    code, found, err = ask(capsys, "search", "--video", "a/clip.mp4", "--to", 2, "--library", library)
    assert code == 0, err
    assert (code, found["parts"]) == (0, ["clip.mp4 0.0-2.0 s"])
    assert FakeVideos.asked == [("a/clip.mp4", 0.0, 2)]
    assert encoder.asked == [(60, True)]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([""], "query is empty"),
        (["", "--avoid", "x"], "only what to avoid"),
        (["--motion", "1", "--video", "a.mp4", "--from", "1"], "could mean the video or the motion"),
        (["waves", "--to", "1"], "a part of a video or motion"),
        (["--motion", "99"], "99 is neither a motion file"),
        (["--motion", "1", "--from", "9"], r"stroll lasts 5\.0 s and shows nothing at 9 s"),
        (["--motion", "1", "--from", "-1"], "choose a start in it"),
        (["--motion", "1", "--from", "2", "--to", "2"], "an end after the start"),
        (["--motion", "1", "--to", "nan"], "an end after the start"),
        (["--video", "gone.mp4"], r"gone\.mp4 was not found"),
        (["--video", "a.mp4", "--from", "3"], r"a\.mp4 lasts 3\.0 s"),
        (["--video", ""], "--video names nothing"),
        (["waves", "--weight-text", "0.2"], "give both"),
        (["--motion", "1", "--weight-text", "0.2"], "give both"),
        (["waves", "--motion", "1", "--weight-text", "2"], "from 0 to 1"),
    ],
)
def test_what_cannot_be_asked_is_said_in_a_sentence(
    given: list[str], said: str, library: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["search", *given, "--library", str(library)]) == 1
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1
    with pytest.raises(AssertionError, match=said):
        raise AssertionError(err)


def test_by_a_video_of_the_library(
    library: Path, capsys: pytest.CaptureFixture[str], encoder: ExampleFake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A motion that was lifted from a video when it was imported is still a video, with what it shows."""
    shown = np.zeros((100, 22), dtype=bool)
    shown[:30] = True
    monkeypatch.setattr(LocalLibrary, "known", lambda self, motion_id: shown if motion_id == 1 else None)
    given = ["search", "--library", library, "--motion", "stroll"]
    assert ask(capsys, *given, "--to", 2)[0] == 0
    assert encoder.asked == [(40, True)]
    code, _, err = ask(capsys, *given, "--from", 2)
    assert code == 1 and "stroll 2.0-5.0 s: Too little" in err


def test_nothing_to_search_for_is_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["search", "--avoid", "x"]) == 2
    assert "only what to avoid: describe a motion, or give --video" in capsys.readouterr().err


def test_a_file_of_several_motions_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    two = [Subject(name, "two.glb", walk(30)) for name in ("a", "b")]
    monkeypatch.setattr("motionlens.cli.query_parts.subjects_of_file", lambda wanted: two)
    with pytest.raises(MotionLensError, match=r"two\.glb holds 2 motions"):
        motion_example("two.glb", None, None, None)


def test_spans() -> None:
    assert span_seconds("x", 0.0, 5.0, None) == (5.0, None)  # of a video whose length is not known
    assert span_frames("x", 50, None, None) == (0, 50)
    assert span_frames("x", 50, 0.51, 0.52) == (10, 11)


def test_help_is_fast_and_shows_an_example_of_each() -> None:
    code = "import sys; from motionlens.cli.main import main\ntry: main(['search', '--help'])\nexcept SystemExit: pass\n"
    code += "print([m for m in ('torch', 'scipy', 'transformers', 'mediapipe', 'av') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=dict(os.environ))
    assert done.stdout.rstrip().endswith("[]"), done.stdout + done.stderr
    example = done.stdout[done.stdout.index("example:") :]
    for asked in ("--video", "--motion", "--avoid", "--weight-text", "--from", "starter"):
        assert asked in example


# -- the shipped model ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def real(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchEngine]:
    """Walks, runs, dances and more of CMU, encoded by the shipped model."""
    from motionlens.model import load_encoder
    from motionlens.readers import read_motions

    encoder = load_encoder(device="cpu")
    with (data_dir / "cmu" / "trials.csv").open(newline="") as stream:
        said = {row["trial"]: row["description"] for row in csv.DictReader(stream)}
    wanted = [f"35_{n:02d}" for n in range(1, 7)] + ["07_01", "07_02", "08_01", "08_02", "16_15", "16_16"]
    wanted += [f"35_{n:02d}" for n in range(17, 22)] + ["09_01", "09_02", "16_35", "16_36"]
    wanted += ["61_01", "14_02", "05_02", "49_06", "02_04"]
    with LocalLibrary(tmp_path_factory.mktemp("cmu") / "library") as library:
        for name in wanted:
            found = [*(data_dir / "cmu" / name[:2]).glob(f"{name}.*")]
            for path in [p for p in found if p.suffix in (".bvh", ".amc")][:1]:
                library.add_motions([(read_motions(path)[0].cut(0, 200), (said[name],))])
        encode_missing(library, encoder)
        yield SearchEngine(library, encoder)


def _like(engine: SearchEngine, name: str, **more: Any) -> Query:
    record = next(r for r in engine.library.motions() if r.name == name)
    clip = np.array(engine.library.positions(record.id)[:160])
    return Query(examples=(Example(clip, name, source=Span(record.id, 0, record.n_frames)),), **more)


@pytest.mark.parametrize("name", ["35_01", "08_01", "16_15"])
def test_more_like_a_walk_are_walks(real: SearchEngine, name: str) -> None:
    hits = real.search_query(_like(real, name), 10).hits
    assert all(h.name != name for h in hits)
    assert sum("walk" in h.caption.lower() for h in hits) >= 9, [(h.name, h.caption) for h in hits]


def test_avoiding_runs_moves_them_down(real: SearchEngine) -> None:
    def ranks(query: Query) -> list[int]:
        return [h.rank for h in real.search_query(query, 1000).hits if h.caption.lower().startswith("run")]

    before = ranks(Query("a person goes fast"))
    after = ranks(Query("a person goes fast", avoid="a person runs"))
    assert len(before) == len(after) >= 8
    assert np.mean(after) > np.mean(before) + 5, (before, after)


def test_a_marked_range_finds_its_own_copy_first(real: SearchEngine) -> None:
    record = next(r for r in real.library.motions() if r.name == "61_01")
    clip = np.array(real.library.positions(record.id)[85:165])
    best = real.search_query(Query(examples=(Example(clip, "part"),)), 1).hits[0]
    assert best.id == record.id and best.start_s < 8.25 and best.end_s > 4.25
