"""The model in a process of its own.

Importing torch and computing with it hold the interpreter's lock for up to a second at a time, which
a window cannot afford. ``ProcessEncoder`` is an ``Encoder`` whose work is done elsewhere: this
process never imports torch. The protocol is that of ``library.worker``: one JSON line a request and
an answer, arrays behind it as raw bytes. The process ends when its input ends, so that none is left
behind by a program that was killed.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

import numpy as np

from .. import pipe
from ..errors import CancelledError, MotionLensError
from ..skeleton import N_JOINTS
from .interface import Composition, QueryTokens

CLIPS_PER_REQUEST = 8
"""Clips encoded at a time: a query waits for no more than these (some 100 ms of work on one core)."""
log = logging.getLogger(__name__)
_LOADER = "motionlens.model:load_encoder"


class ProcessEncoder:
    """An ``Encoder`` in a child process; safe to use from several threads, queries first.

    ``load`` starts the process and waits until the model is there (seconds); the first use does it too.

    Args:
        path: the model's folder, None for the default model.
        loader: ``module:function`` that loads a model from a path or None.
    """

    def __init__(self, path: str | Path | None = None, loader: str = _LOADER) -> None:
        self._path = "" if path is None else str(path)
        self._loader = loader
        self._process: subprocess.Popen[bytes] | None = None
        self._guard = threading.Lock()  # of _process and _closed
        self._closed = False
        self._turn = threading.Condition()
        self._busy = False
        self._queries_waiting = 0
        self._hello: dict[str, Any] = {}
        self._counts: dict[int, tuple[int, int, int]] = {}

    def load(self) -> None:
        """Start the process; returns when the model is loaded and warm.

        Raises:
            MotionLensError: no model there, or the process cannot live.
            CancelledError: closed meanwhile.
        """
        with self._my_turn(first=True):
            if self._process is None:
                self._start()

    def _fact(self, key: str) -> Any:
        if not self._hello:
            self.load()
        return self._hello[key]

    # -- what the model is -----------------------------------------------------------------------

    @property
    def fingerprint(self) -> str:
        """Hash of weights and configuration."""
        return str(self._fact("fingerprint"))

    @property
    def name(self) -> str:
        """The model's name."""
        return str(self._fact("name"))

    @property
    def dim(self) -> int:
        """d, width of a token vector."""
        return int(self._fact("dim"))

    @property
    def device(self) -> str:
        """Where it runs: "cpu" or "cuda"."""
        return str(self._fact("device"))

    @property
    def stage_weights(self) -> tuple[float, float, float]:
        """See ``ExplainingEncoder.stage_weights``."""
        joint, segment, whole = self._fact("stage_weights")
        return joint, segment, whole

    @property
    def pid(self) -> int | None:
        """The process's id, None where there is none now."""
        process = self._process
        return None if process is None else process.pid

    # -- what it does ----------------------------------------------------------------------------

    def encode_text(self, text: str) -> QueryTokens:
        """See ``Encoder.encode_text``. Goes before motions that wait."""
        with self._my_turn(first=True):
            answer, arrays = self._ask({"text": text}, [])
        return _query(text, answer, arrays)

    def encode_motions(self, clips: Sequence[np.ndarray]) -> list[np.ndarray]:
        """See ``Encoder.encode_motions``."""
        out: list[np.ndarray] = []
        for first in range(0, len(clips), CLIPS_PER_REQUEST):
            part = [_positions(c) for c in clips[first : first + CLIPS_PER_REQUEST]]
            with self._my_turn(first=False):
                out += self._ask({"frames": [len(clip) for clip in part]}, part)[1]
        return out

    def encode_example(self, clip: np.ndarray, known: np.ndarray | None = None) -> QueryTokens:
        """See ``ExampleEncoder.encode_example``. Goes before motions that wait."""
        arrays = [_positions(clip)] if known is None else [_positions(clip), np.asarray(known, "|b1")]
        with self._my_turn(first=True):
            answer, found = self._ask({"example": known is not None}, arrays)
        return _query("", answer, found)

    def encode_videos(self, clips: Sequence[np.ndarray], known: Sequence[np.ndarray]) -> list[np.ndarray]:
        """See ``ExampleEncoder.encode_videos``."""
        out: list[np.ndarray] = []
        for first in range(0, len(clips), CLIPS_PER_REQUEST):
            part = [_positions(c) for c in clips[first : first + CLIPS_PER_REQUEST]]
            masks = [np.asarray(k, "|b1") for k in known[first : first + CLIPS_PER_REQUEST]]
            with self._my_turn(first=False):
                out += self._ask({"videos": len(part)}, [*part, *masks])[1]
        return out

    def compose_text(self, text: str) -> tuple[QueryTokens, Composition]:
        """See ``ExplainingEncoder.compose_text``."""
        with self._my_turn(first=True):
            answer, arrays = self._ask({"compose": text}, [])
        return _query(text, answer, arrays), Composition(*arrays[3:])

    def compose_motion(self, clip: np.ndarray) -> tuple[np.ndarray, Composition]:
        """See ``ExplainingEncoder.compose_motion``. Goes before motions that wait."""
        with self._my_turn(first=True):
            tokens, *rest = self._ask({"compose": None}, [np.ascontiguousarray(clip, "<f4")])[1]
        return tokens, Composition(*rest)

    def compose_example(
        self, clip: np.ndarray, known: np.ndarray | None = None
    ) -> tuple[QueryTokens, Composition]:
        """See ``ExplainingEncoder.compose_example``. Goes before motions that wait."""
        arrays = [_positions(clip)] if known is None else [_positions(clip), np.asarray(known, "|b1")]
        with self._my_turn(first=True):
            answer, found = self._ask({"compose_example": known is not None}, arrays)
        return _query("", answer, found), Composition(*found[3:])

    def stage_counts(self, n_tokens: int) -> tuple[int, int, int]:
        """See ``Encoder.stage_counts``; the process is asked once for each number."""
        if n_tokens not in self._counts:
            with self._my_turn(first=True):
                joint, segment, whole = self._ask({"count": int(n_tokens)}, [])[0]["counts"]
            self._counts[n_tokens] = joint, segment, whole
        return self._counts[n_tokens]

    def ask(
        self, service: str, request: dict[str, Any], arrays: Sequence[np.ndarray] = ()
    ) -> tuple[dict[str, Any], list[np.ndarray]]:
        """Have other work done beside the model, where the window does not wait for it. Goes before motions that wait.

        Args:
            service: ``module:function``, called there with the encoder, the request and the arrays; returns header
                and arrays.
            request: plain JSON values.

        Raises:
            MotionLensError: what the function says, or a process that cannot live.
            RuntimeError: any other error of the function.
            CancelledError: closed meanwhile.
        """
        with self._my_turn(first=True):
            return self._ask({**request, "service": service}, arrays)

    def close(self) -> None:
        """End the process now; from any thread, also while another waits for an answer."""
        with self._guard:
            self._closed = True
        self._stop()

    def __enter__(self) -> ProcessEncoder:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- the pipe --------------------------------------------------------------------------------

    @contextmanager
    def _my_turn(self, first: bool) -> Iterator[None]:
        """One request at a time; a query overtakes motions that wait."""
        with self._turn:
            self._queries_waiting += first
            try:
                self._turn.wait_for(lambda: not self._busy and (first or not self._queries_waiting))
            finally:
                self._queries_waiting -= first
            self._busy = True
        try:
            yield
        finally:
            with self._turn:
                self._busy = False
                self._turn.notify_all()

    def _ask(
        self, request: dict[str, Any], arrays: Sequence[np.ndarray]
    ) -> tuple[dict[str, Any], list[np.ndarray]]:
        """Send and receive; a process that has died is started again, once a request."""
        for attempt in (1, 2):
            if self._process is None:
                self._start()
            try:
                process = self._process
                if process is None:  # closed in this moment
                    raise EOFError
                pipe.send(process.stdin, request, arrays)
                return _receive(process.stdout)
            except (EOFError, OSError, ValueError) as error:
                ended = self._stop()
                self._raise_if_closed(error)
                log.error("the model's process ended at its work (exit code %s, attempt %d)", ended, attempt)
                if attempt == 2:
                    raise MotionLensError(
                        "The model's process stopped twice at the same work: close other programs to free "
                        "memory and try again."
                    ) from error
        raise AssertionError("unreachable")

    def _start(self) -> None:
        hello = self._launch()
        if self._hello and hello["fingerprint"] != self._hello["fingerprint"]:
            self._stop()
            raise MotionLensError("The model's files have changed: start MotionLens again.")
        self._hello = hello

    def _launch(self) -> dict[str, Any]:
        paths = os.pathsep.join(p or str(Path.cwd()) for p in sys.path)
        # One core is left to the window.
        threads = {"OMP_NUM_THREADS": str(max(1, (os.cpu_count() or 2) - 1))}
        debug = os.environ.get("MOTIONLENS_DEBUG")
        try:
            with self._guard:
                if self._closed:
                    raise EOFError
                process = self._process = subprocess.Popen(
                    [
                        sys.executable,
                        "-c",
                        "from motionlens.model.serving import main; raise SystemExit(main())",
                    ],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=None if debug else subprocess.DEVNULL,
                    creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),  # no console under the app
                    env={**threads, **os.environ, "PYTHONPATH": paths, "PYTHONUTF8": "1"},
                )
            pipe.send(process.stdin, {"path": self._path, "loader": self._loader}, [])
            return _receive(process.stdout)[0]
        except (EOFError, OSError, ValueError) as error:
            ended = self._stop()
            self._raise_if_closed(error)
            log.error("the model's process ended while it loaded (exit code %s)", ended)
            raise MotionLensError(
                "The model's process ended while it loaded: close other programs to free memory and try again."
            ) from error
        except BaseException:  # a sentence from the process: it waits no longer
            self._stop()
            raise

    def _raise_if_closed(self, error: Exception) -> None:
        if self._closed:
            raise CancelledError("The model was closed: open MotionLens again.") from error

    def _stop(self) -> int | None:
        """End the process; returns its exit code, None where there was none to end."""
        with self._guard:
            process, self._process = self._process, None
        if process is None:
            return None
        process.kill()
        ended = process.wait()
        # A thread that still waits for an answer holds the stream's lock until it sees the end.
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with suppress(OSError, ValueError):
                    stream.close()
        return ended


def _positions(clip: np.ndarray) -> np.ndarray:
    """As it is sent. Raises ValueError where the shape is wrong."""
    out = np.ascontiguousarray(clip, "<f4")
    if out.shape[1:] != (N_JOINTS, 3):
        raise ValueError(f"clips must be (T, {N_JOINTS}, 3)")
    return out


def _receive(stream: IO[bytes] | None) -> tuple[dict[str, Any], list[np.ndarray]]:
    """``pipe.receive``, which also raises what the other side says went wrong."""
    header, arrays = pipe.receive(stream)
    if "sentence" in header:
        raise MotionLensError(header["sentence"])
    if "fault" in header:
        raise RuntimeError(header["fault"])
    return header, arrays


def _query(text: str, header: dict[str, Any], arrays: Sequence[np.ndarray]) -> QueryTokens:
    spans = tuple((int(a), int(b)) for a, b in header["spans"])
    return QueryTokens(text, tuple(header["pieces"]), spans, *arrays[:3])
