"""The process that decodes and tracks; ``remote.VideoProcess`` is its caller's side.

Requests come on standard input, one at a time: ``{"id": 1, "do": "track", ...}``. ``{"cancel": 1}`` may
follow any time. Each message back carries the request's id: any number with ``progress``, ``beat`` or a
picture, then one with ``done``, ``sentence``, ``cancelled`` or ``fault``. The process ends with its input.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
import traceback
from contextlib import closing
from dataclasses import asdict
from queue import SimpleQueue
from typing import IO, Any

import numpy as np

from .. import pipe
from ..errors import CancelledError, MotionLensError
from . import cache
from .types import TRACK_ARRAYS, Track

_BEAT_S = 0.5
LOADING_S = 60.0
"""How long loading the tracker may take, on a machine that is busy and has a slow disk."""


class _Request:
    """One request while it is served: what it says back and whether it is still wanted."""

    def __init__(self, out: IO[bytes], header: dict[str, Any]) -> None:
        self._out = out
        self.header = header
        self.cancel = threading.Event()
        self._lock = threading.Lock()  # decoding has a thread of its own, which beats too
        self._last = time.monotonic()

    def say(self, message: dict[str, Any], arrays: list[np.ndarray] | None = None) -> None:
        with self._lock:
            pipe.send(self._out, {"id": self.header["id"], **message}, arrays or [])
            self._last = time.monotonic()

    def cancelled(self) -> bool:
        """Asked often, so that it also tells the caller that work goes on."""
        if time.monotonic() - self._last > _BEAT_S:
            self.say({"beat": True})
        return self.cancel.is_set()

    def progress(self, done: int, total: int) -> None:
        self.say({"progress": [done, total]})


def main() -> int:
    """Serve requests until standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is the parent's to handle
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not get between the answers
    sys.stdout = sys.stderr
    requests: SimpleQueue[_Request] = SimpleQueue()
    threading.Thread(target=_listen, args=(out, requests), name="requests", daemon=True).start()
    import av  # noqa: F401  (the first request finds it loaded)

    pipe.send(out, {"id": 0, "hello": True})
    while True:
        _serve(requests.get())


def _listen(out: IO[bytes], requests: SimpleQueue[_Request]) -> None:
    current: _Request | None = None
    for line in sys.stdin.buffer:
        message = json.loads(line)
        if "cancel" in message:
            if current is not None and current.header["id"] == message["cancel"]:
                current.cancel.set()
        else:
            current = _Request(out, message)
            requests.put(current)
    os._exit(0)  # the parent is gone: nobody waits for what is at work


def _serve(request: _Request) -> None:
    try:
        request.say(*_WORK[request.header["do"]](request))
    except CancelledError:
        request.say({"cancelled": True})
    except MotionLensError as error:
        request.say({"sentence": str(error), "kind": type(error).__name__})
    except MemoryError:
        name = request.header["path"]
        request.say({"sentence": f"{name} needs more memory than there is: export it at 1080p or less."})
    except Exception:  # whatever it is, the other side must hear of it
        request.say({"fault": traceback.format_exc()})


_Answer = tuple[dict[str, Any], list[np.ndarray]]


def _probe(request: _Request) -> _Answer:
    from .reading import probe

    return {"done": asdict(probe(request.header["path"]))}, []


def _thumbnail(request: _Request) -> _Answer:
    from .reading import thumbnail

    header = request.header
    return {"done": True}, [thumbnail(header["path"], header["time_s"], header["longest_side"])]


def _frames(request: _Request) -> _Answer:
    from .reading import read_frames

    h = request.header
    frames = read_frames(h["path"], h["start_s"], h["end_s"], h["fps"], h["longest_side"], request.cancelled)
    with closing(frames):
        for at, picture in frames:
            request.say({"time_s": at}, [picture])
    return {"done": True}, []


def _people(request: _Request) -> _Answer:
    request.say({"busy_s": LOADING_S})
    from .tracking import find_people

    found = find_people(request.header["path"], request.header["time_s"], request.cancelled)
    return {"done": [asdict(person) for person in found]}, []


def _warm(request: _Request) -> _Answer:
    request.say({"busy_s": LOADING_S})
    from . import blazepose, reading, tracking  # noqa: F401

    blazepose.warm()
    return {"done": True}, []


def _track(request: _Request) -> _Answer:
    from .blazepose import TRACKER

    h = request.header
    person = None if h["person"] is None else (h["person"][0], h["person"][1])
    key = cache.cache_key(h["path"], h["start_s"], h["end_s"], person, h["fps"], TRACKER)
    known = cache.load(key)
    if known is None:
        request.say({"busy_s": LOADING_S})
        from .tracking import track

        known = track(
            h["path"], h["start_s"], h["end_s"], person, request.progress, request.cancelled, h["fps"]
        )
        cache.save(key, known)
    return _sent(known, h["path"])


def _sent(track: Track, path: str) -> _Answer:
    arrays = [np.asarray(getattr(track, name), kind) for name, kind in TRACK_ARRAYS.items()]
    return {"done": {**track.info, "path": path}}, arrays


_WORK = {
    "probe": _probe,
    "thumbnail": _thumbnail,
    "frames": _frames,
    "people": _people,
    "warm": _warm,
    "track": _track,
}


if __name__ == "__main__":
    raise SystemExit(main())
