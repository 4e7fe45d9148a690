"""The model in a process of its own: same answers, queries first, crashes survived, nothing left behind."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from motionlens.errors import CancelledError, MotionLensError
from motionlens.model.interface import QueryTokens
from motionlens.model.remote import CLIPS_PER_REQUEST, ProcessEncoder
from tests.fakes import FakeEncoder, walk

ROOT = Path(__file__).parents[1]


class OddEncoder(FakeEncoder):
    """Runs in the child: texts ask for misbehaviour, long clips take their time."""

    def encode_text(self, text: str) -> QueryTokens:
        if text == "crash":
            os._exit(3)
        if text.startswith("crash once ") and not Path(text.removeprefix("crash once ")).exists():
            Path(text.removeprefix("crash once ")).touch()
            os._exit(3)
        if text == "bug":
            raise ZeroDivisionError("a bug")
        print("noise between the answers")
        return super().encode_text(text)

    def encode_motions(self, clips: Sequence[np.ndarray]) -> list[np.ndarray]:
        time.sleep(sum(0.02 for clip in clips if len(clip) == 7))
        return super().encode_motions(clips)


def load(path: str | None) -> FakeEncoder:
    """The loader; the path asks for misbehaviour."""
    if path == "missing":
        raise MotionLensError("missing holds no model: install MotionLens again.")
    if path == "crash":
        os._exit(3)
    if path == "slow":
        time.sleep(30)
    return OddEncoder()


LOADER = "tests.test_remote_encoder:load"


@pytest.fixture(autouse=True)
def _child_finds_the_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT))


@pytest.fixture
def encoder() -> Iterator[ProcessEncoder]:
    with ProcessEncoder(loader=LOADER) as made:
        yield made


def gone(pid: int) -> bool:
    """True when the process has ended."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_answers_are_those_of_the_model(encoder: ProcessEncoder) -> None:
    own = FakeEncoder()
    assert (encoder.fingerprint, encoder.dim, encoder.device) == (own.fingerprint, own.dim, own.device)
    query, expected = encoder.encode_text("a  person wäves"), own.encode_text("a  person wäves")
    assert (query.text, query.pieces, query.spans) == (expected.text, expected.pieces, expected.spans)
    np.testing.assert_array_equal(query.vectors, expected.vectors)
    np.testing.assert_array_equal(query.weights, expected.weights)
    clips = [walk(n, n) for n in range(1, 2 * CLIPS_PER_REQUEST + 3)]
    for got, wanted in zip(encoder.encode_motions(clips), own.encode_motions(clips), strict=True):
        np.testing.assert_array_equal(got, wanted)
    assert encoder.encode_motions([]) == []


def test_a_query_does_not_wait_behind_a_batch(encoder: ProcessEncoder) -> None:
    encoder.load()
    clips = [walk(7, seed) for seed in range(6 * CLIPS_PER_REQUEST)]  # about a second
    batch = threading.Thread(target=encoder.encode_motions, args=(clips,))
    batch.start()
    time.sleep(0.1)
    started = time.monotonic()
    for _ in range(2):
        encoder.encode_text("now")
    taken = time.monotonic() - started
    assert batch.is_alive(), "the batch was over before the query: the test shows nothing"
    batch.join()
    assert taken < 0.6


def test_failures_come_through(encoder: ProcessEncoder) -> None:
    with pytest.raises(MotionLensError, match="The query is empty"):
        encoder.encode_text(" ")
    with pytest.raises(RuntimeError, match="a bug"):
        encoder.encode_text("bug")
    with pytest.raises(MotionLensError, match="missing holds no model"):
        ProcessEncoder("missing", LOADER).load()
    with pytest.raises(MotionLensError, match="ended while it loaded"):
        ProcessEncoder("crash", LOADER).load()
    assert encoder.encode_text("still there").pieces == ("still", "there")


def test_a_crash_is_survived_once(encoder: ProcessEncoder, tmp_path: Path) -> None:
    encoder.load()
    first = encoder.pid
    assert encoder.encode_text(f"crash once {tmp_path / 'crashed'}").pieces[0] == "crash"
    assert encoder.pid != first
    with pytest.raises(MotionLensError, match="stopped twice"):
        encoder.encode_text("crash")
    assert encoder.encode_text("and on").pieces == ("and", "on")


def test_closing_is_quick_and_final() -> None:
    encoder = ProcessEncoder("slow", LOADER)
    failures: list[Exception] = []

    def wait() -> None:
        try:
            encoder.load()
        except Exception as error:
            failures.append(error)

    loading = threading.Thread(target=wait)
    loading.start()
    while encoder.pid is None:
        time.sleep(0.01)
    pid = encoder.pid
    started = time.monotonic()
    encoder.close()
    loading.join(5)
    assert time.monotonic() - started < 0.5
    assert isinstance(failures[0], CancelledError)
    assert gone(pid)
    with pytest.raises(CancelledError):
        encoder.encode_text("too late")


def test_the_process_ends_with_its_parent() -> None:
    import subprocess
    import sys

    code = (
        "from motionlens.model.remote import ProcessEncoder\nimport os\n"
        f"e = ProcessEncoder(loader={LOADER!r})\ne.load()\nprint(e.pid, flush=True)\nos._exit(1)"
    )
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, sys.path)])}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True)
    pid, deadline = int(done.stdout), time.monotonic() + 5
    while not gone(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert gone(pid)
