"""Videos read and tracked in a process of its own.

Decoding and tracking hold the interpreter's lock, take memory and can crash on a damaged file; none of it
happens in the caller's process, which imports neither PyAV nor mediapipe. A process that dies or stops
answering is started again with the next request.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator
from contextlib import closing, suppress
from pathlib import Path
from queue import Empty, Full, Queue
from typing import IO, Any

import numpy as np

from .. import errors, pipe
from ..errors import CancelledError, MotionLensError, UnreadableFileError
from .types import TRACK_ARRAYS, TRACK_FPS, Person, Track, VideoInfo

STALL_S = 9.0
"""A process that has said nothing for so long hangs: it says something twice a second while it works."""
_START_S = 60.0
_POLL_S = 0.05
_GRACE_S = 0.15  # for a cancelled request to end by itself, which spares the next one a start

_Message = tuple[dict[str, Any], list[np.ndarray]]


class _Child:
    """A process and the thread that listens to it; the last message of all is None."""

    def __init__(self) -> None:
        paths = os.pathsep.join(p or str(Path.cwd()) for p in sys.path)
        debug = os.environ.get("MOTIONLENS_DEBUG")
        worker = f"{__package__}.worker"
        self.process = subprocess.Popen(
            [sys.executable, "-c", f"from {worker} import main; raise SystemExit(main())"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=None if debug else subprocess.DEVNULL,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),  # no console under the app
            env={**os.environ, "PYTHONPATH": paths, "PYTHONUTF8": "1"},
        )
        # Few, so that a caller who pauses pauses the process and not fills the memory with pictures.
        self.messages: Queue[_Message | None] = Queue(8)
        self.greeted = False
        self.ended = False
        threading.Thread(target=self._listen, name="video messages", daemon=True).start()

    def _listen(self) -> None:
        stream: IO[bytes] | None = self.process.stdout
        try:
            while not self.ended:
                self._put(pipe.receive(stream))
        except (EOFError, OSError, ValueError):
            self._put(None)
        with suppress(OSError):
            if stream is not None:
                stream.close()
        self.process.wait()

    def _put(self, message: _Message | None) -> None:
        while not self.ended:
            with suppress(Full):
                self.messages.put(message, timeout=0.2)
                return

    def end(self) -> None:
        self.process.kill()
        self.ended = True
        with suppress(subprocess.TimeoutExpired):  # a busy machine takes its time: the listener waits on
            self.process.wait(_GRACE_S)
        with suppress(OSError, ValueError):
            if self.process.stdin is not None:
                self.process.stdin.close()


class VideoProcess:
    """Reads and tracks videos elsewhere; safe to use from several threads, one request at a time.

    A strip that plays while a clip is being tracked needs a ``VideoProcess`` of its own.

    Args:
        stall_s: a process that has said nothing for so long is given up. Somebody who waits for one clip wants
            to know soon (None: ``STALL_S``); a long import on a busy machine need not.
    """

    def __init__(self, stall_s: float | None = None) -> None:
        self._patience_s = stall_s
        self._turn = threading.Lock()
        self._guard = threading.Lock()  # of _child and _closed
        self._child: _Child | None = None
        self._closed = False
        self._count = 0

    # -- what it does ----------------------------------------------------------------------------

    def warm(self) -> None:
        """Start the process and load the tracker, so that the first clip does not wait for them (some 3 s).

        Returns at once; a request made meanwhile waits for its turn.
        """

        def load() -> None:
            with suppress(MotionLensError, RuntimeError):  # told by the request that needs it
                self._last({"do": "warm", "path": "a clip to come"}, None)

        threading.Thread(target=load, name="video warm-up", daemon=True).start()

    def probe(self, path: str | Path, cancelled: Callable[[], bool] | None = None) -> VideoInfo:
        """See ``reading.probe``."""
        header, _ = self._last({"do": "probe", "path": str(path)}, cancelled)
        return VideoInfo(**header["done"])

    def thumbnail(
        self,
        path: str | Path,
        time_s: float | None = None,
        longest_side: int = 320,
        cancelled: Callable[[], bool] | None = None,
    ) -> np.ndarray:
        """See ``reading.thumbnail``."""
        request = {"do": "thumbnail", "path": str(path), "time_s": time_s, "longest_side": longest_side}
        return self._last(request, cancelled)[1][0]

    def read_frames(
        self,
        path: str | Path,
        start_s: float = 0.0,
        end_s: float | None = None,
        fps: float | None = None,
        longest_side: int | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> Generator[tuple[float, np.ndarray], None, None]:
        """See ``reading.read_frames``; close the iterator to end early."""
        request = {
            "do": "frames",
            "path": str(path),
            "start_s": start_s,
            "end_s": end_s,
            "fps": fps,
            "longest_side": longest_side,
        }
        with closing(self._ask(request, cancelled)) as messages:
            for header, arrays in messages:
                if "time_s" in header:
                    yield float(header["time_s"]), arrays[0]

    def find_people(
        self, path: str | Path, time_s: float = 0.0, cancelled: Callable[[], bool] | None = None
    ) -> list[Person]:
        """See ``tracking.find_people``."""
        header, _ = self._last({"do": "people", "path": str(path), "time_s": time_s}, cancelled)
        return [Person(tuple(one["box"]), one["score"]) for one in header["done"]]

    def track(
        self,
        path: str | Path,
        start_s: float = 0.0,
        end_s: float | None = None,
        person: tuple[float, float] | None = None,
        progress: Callable[[int, int], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
        fps: float = TRACK_FPS,
    ) -> Track:
        """See ``tracking.track``; a track that was made before comes from the cache (info "cached").

        ``progress`` and ``cancelled`` are called in this thread.
        """
        request = {
            "do": "track",
            "path": str(path),
            "start_s": start_s,
            "end_s": end_s,
            "person": None if person is None else list(person),
            "fps": fps,
        }
        header, arrays = self._last(request, cancelled, progress)
        return Track(**dict(zip(TRACK_ARRAYS, arrays, strict=True)), info=header["done"])

    @property
    def _stall_s(self) -> float:
        return STALL_S if self._patience_s is None else self._patience_s

    @property
    def pid(self) -> int | None:
        """The process's id, None where there is none now."""
        child = self._child
        return None if child is None else child.process.pid

    def close(self) -> None:
        """End the process now; from any thread, also while another waits for an answer."""
        with self._guard:
            self._closed = True
        self._stop()

    def __enter__(self) -> VideoProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- the pipe --------------------------------------------------------------------------------

    def _last(
        self,
        request: dict[str, Any],
        cancelled: Callable[[], bool] | None,
        progress: Callable[[int, int], None] | None = None,
    ) -> _Message:
        message: _Message | None = None
        with closing(self._ask(request, cancelled)) as messages:
            for message in messages:
                if progress is not None and "progress" in message[0]:
                    progress(*message[0]["progress"])
        assert message is not None
        return message

    def _ask(
        self, request: dict[str, Any], cancelled: Callable[[], bool] | None
    ) -> Generator[_Message, None, None]:
        """The messages of one request, the one with ``done`` last."""
        path = request["path"]
        while not self._turn.acquire(timeout=_POLL_S):
            if cancelled is not None and cancelled():
                raise CancelledError(f"Work on {path} was cancelled.")
        finished = False
        try:
            child = self._living()
            self._count += 1
            number = self._count
            with suppress(OSError, ValueError):  # a process that is dead is noticed below
                pipe.send(child.process.stdin, {"id": number, **request})
            try:
                for message in self._messages(child, number, path, cancelled):
                    finished = "done" in message[0]
                    yield message
            except (MotionLensError, RuntimeError) as error:
                finished = not isinstance(error, CancelledError) and self._child is not None
                raise
            finally:
                if not finished:
                    self._abandon(child, number)
        finally:
            self._turn.release()

    def _messages(
        self, child: _Child, number: int, path: str, cancelled: Callable[[], bool] | None
    ) -> Generator[_Message, None, None]:
        stall = self._stall_s
        limit = stall if child.greeted else max(stall, _START_S)
        heard = time.monotonic()
        while True:
            if cancelled is not None and cancelled():
                raise CancelledError(f"Work on {path} was cancelled.")
            try:
                message = child.messages.get(timeout=_POLL_S)
            except Empty:
                if child.ended:
                    self._raise_if_closed()
                elif time.monotonic() - heard <= limit:
                    continue
                self._stop()
                raise UnreadableFileError(
                    f"{path} took too long to read: it may be damaged; export it again."
                ) from None
            if message is None:
                self._stop()
                self._raise_if_closed()
                raise UnreadableFileError(f"{path} made its reader stop: it may be damaged; export it again.")
            header = message[0]
            child.greeted = True
            heard = time.monotonic()
            limit = max(float(header.get("busy_s", 0.0)), stall)
            if header["id"] != number:
                continue
            if "sentence" in header:
                raise getattr(errors, header.get("kind", ""), MotionLensError)(header["sentence"])
            if "fault" in header:
                raise RuntimeError(header["fault"])
            if "cancelled" in header:
                raise CancelledError(f"Work on {path} was cancelled.")
            yield message
            heard = time.monotonic()  # the time that the caller took is not the process's
            if "done" in header:
                return

    def _abandon(self, child: _Child, number: int) -> None:
        """End a request that nobody wants any more: by asking, else with the process."""
        if self._child is not child:
            return
        try:
            pipe.send(child.process.stdin, {"cancel": number})
            end = time.monotonic() + _GRACE_S
            while time.monotonic() < end:
                message = child.messages.get(timeout=max(0.001, end - time.monotonic()))
                if message is None:
                    break
                header = message[0]
                if header["id"] == number and header.keys() & {"done", "cancelled", "sentence", "fault"}:
                    return
        except (Empty, OSError, ValueError):
            pass
        self._stop()

    def _living(self) -> _Child:
        with self._guard:
            if self._closed:
                raise CancelledError("The video reader was closed: open MotionLens again.")
            if self._child is not None and self._child.process.poll() is not None:
                self._child.end()
                self._child = None
            if self._child is None:
                self._child = _Child()
            return self._child

    def _raise_if_closed(self) -> None:
        if self._closed:
            raise CancelledError("The video reader was closed: open MotionLens again.")

    def _stop(self) -> None:
        with self._guard:
            child, self._child = self._child, None
        if child is not None:
            child.end()
