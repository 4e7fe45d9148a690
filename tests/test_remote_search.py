"""A search engine in the model's process: the answers of one in this process, whatever is asked, whatever happens."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from motionlens.errors import MotionLensError
from motionlens.library import LocalLibrary
from motionlens.library.encoding import encode_missing
from motionlens.model.remote import ProcessEncoder
from motionlens.motion import Motion
from motionlens.search import Example, Query, SearchEngine
from motionlens.search.query import Span
from motionlens.search.remote import RemoteSearch
from motionlens.search.result import SearchResult
from tests.fakes import walk
from tests.test_search_shortlist import Staged

ROOT = Path(__file__).parents[1]


def load(path: str | None) -> Staged:
    """The loader of the child."""
    return Staged()


def fill(folder: Path, n: int, first: int = 0) -> None:
    with LocalLibrary(folder) as library:
        library.add_motions(
            (Motion(walk(400, i), f"take {i}"), (f"captiön {i}",)) for i in range(first, first + n)
        )
        encode_missing(library, Staged())


@pytest.fixture
def encoder(monkeypatch: pytest.MonkeyPatch) -> Iterator[ProcessEncoder]:
    monkeypatch.syspath_prepend(str(ROOT))
    with ProcessEncoder(loader="tests.test_remote_search:load") as made:
        yield made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    fill(tmp_path / "library", 6)
    return tmp_path / "library"


def same(a: SearchResult, b: SearchResult) -> bool:
    return (a.query, a.searched, a.hits, a.parts) == (b.query, b.searched, b.hits, b.parts)


def test_answers_are_those_of_an_engine_here(folder: Path, encoder: ProcessEncoder) -> None:
    remote = RemoteSearch(folder, encoder)
    known = np.ones((90, 22), dtype=bool)
    known[:, 20] = False
    motion = Example(walk(90, 3), "wälk", source=Span(3, 0, 90))
    video = Example(walk(90, 4), "clip.mp4 0.0-4.5 s", "video", known)
    with LocalLibrary(folder) as library:
        here = SearchEngine(library, Staged(), device="cpu")
        assert remote.warm_up() == here.warm_up() > 6
        assert remote.search("waves", 5).hits[0].caption.startswith("captiön")
        ids = np.array([moment.id for moment in library.moments()][::2])
        for query in (
            Query("waves"),
            Query("waves", avoid="walks"),
            Query(examples=(motion,)),
            Query("waves", (video, motion), "walks", 0.8),
            Query("waves", (motion, video)),
        ):
            for k, fold, within in ((3, True, None), (40, False, ids), (40, True, ids[:0])):
                found = remote.search_query(query, k, fold, within)
                assert same(found, here.search_query(query, k, fold, within))
        assert set(found.timing_ms) == {"encode", "score", "total"}


def test_sees_what_an_import_adds_and_other_libraries(
    folder: Path, encoder: ProcessEncoder, tmp_path: Path
) -> None:
    remote = RemoteSearch(folder, encoder)
    before = remote.warm_up()
    fill(folder, 2, first=6)
    assert remote.search("waves").searched > before
    fill(tmp_path / "other", 1)
    other = RemoteSearch(tmp_path / "other", encoder)
    assert {hit.name for hit in other.search("waves").hits} == {"take 0"}
    assert remote.search("waves").searched > before


def test_a_process_that_was_killed_is_started_again(folder: Path, encoder: ProcessEncoder) -> None:
    remote = RemoteSearch(folder, encoder)
    found = remote.search("waves")
    assert encoder.pid is not None
    os.kill(encoder.pid, signal.SIGKILL)
    assert same(remote.search("waves"), found)


@pytest.mark.parametrize(
    ("query", "k", "sentence"),
    [
        (Query(""), 3, "The query is empty"),
        (Query("waves"), 0, "0 results cannot be shown"),
        (Query(avoid="waves"), 3, "says only what to avoid"),
    ],
)
def test_what_cannot_be_answered_is_said(
    folder: Path, encoder: ProcessEncoder, query: Query, k: int, sentence: str
) -> None:
    with pytest.raises(MotionLensError, match=sentence):
        RemoteSearch(folder, encoder).search_query(query, k)


def test_a_library_that_has_gone_is_said_and_not_made_anew(encoder: ProcessEncoder, tmp_path: Path) -> None:
    with pytest.raises(MotionLensError, match="There is no library"):
        RemoteSearch(tmp_path / "gone", encoder).warm_up()
    assert not (tmp_path / "gone").exists()
    fill(tmp_path / "library", 1)
    assert RemoteSearch(tmp_path / "library", encoder).warm_up()


def test_an_empty_library_is_said(encoder: ProcessEncoder, tmp_path: Path) -> None:
    LocalLibrary(tmp_path / "empty").close()
    remote = RemoteSearch(tmp_path / "empty", encoder)
    assert remote.warm_up() == 0
    with pytest.raises(MotionLensError, match="The library is empty"):
        remote.search("waves")
