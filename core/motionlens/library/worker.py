"""Reading of one file in a process of its own.

A reader that hangs, eats memory or crashes the interpreter takes only its process along: the file is
listed as failed and the import goes on. The protocol is one JSON line a request; the answer is one
JSON line, followed by the arrays as raw bytes. The process ends when its input ends, so that none is
left behind by an import that was killed.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import math
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np

from ..errors import MotionLensError
from ..motion import Motion
from ..skeleton import N_JOINTS

DEFAULT_READER = "motionlens.readers:read_motions"
_GREETING = b"ready\n"
_START_S = 60.0  # for Python and NumPy, on a machine that has other work
_FRAME_BYTES = N_JOINTS * 3 * 4
_MEMORY_LIMIT = 6 * 1024**3  # address space beyond what the process starts with


@dataclass(frozen=True, eq=False)
class ReadResult:
    """What reading a file gave: motions, or the sentence that says why not.

    Attributes:
        content_hash: blake2b of the file's bytes, "" where it could not be read.
        motions: what the file holds.
        message: "" or the failure.
        unchanged: the hash is the one the caller knew, so that nothing more was read.
        known: of a video: for each motion the (T, 22) bool joints that were seen; else empty.
    """

    content_hash: str
    motions: tuple[Motion, ...] = ()
    message: str = ""
    unchanged: bool = False
    known: tuple[np.ndarray, ...] = ()


def content_hash(path: Path) -> str:
    """blake2b-128 of a file's bytes, hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, lambda: hashlib.blake2b(digest_size=16)).hexdigest()


def read_file(path: Path, mapping: str, known_hash: str, reader: str = DEFAULT_READER) -> ReadResult:
    """Read one file in this process.

    Args:
        path: the file.
        mapping: path of a mapping file, "" for none.
        known_hash: where the content still has this hash nothing else is read ("" = read anyway).
        reader: ``module:function``, called with the path and the mapping overrides (or None).
    """
    found = ""
    try:
        found = content_hash(path)
        if known_hash and found == known_hash:
            return ReadResult(found, unchanged=True)
        module, function = reader.split(":")
        overrides = None
        if mapping:
            overrides = importlib.import_module("motionlens.readers.mapping").MappingOverrides.load(mapping)
        motions = tuple(getattr(importlib.import_module(module), function)(path, overrides))
        if not motions:
            return ReadResult(found, message=f"{path} holds no motion: export it again with its animation.")
        return ReadResult(found, motions)
    except MotionLensError as error:
        return ReadResult(found, message=str(error))
    except OSError as error:
        return ReadResult(found, message=f"{path} could not be opened ({error.strerror}): check the file.")
    except MemoryError:
        return ReadResult(
            found, message=f"{path} needs more memory than there is: cut it into shorter files."
        )
    except Exception as error:  # a reader's bug must not stop the batch
        kind = type(error).__name__
        return ReadResult(found, message=f"{path} could not be read ({kind}: {error}): export it again.")


# -- the process ------------------------------------------------------------------------------------


def main() -> int:
    """Serve requests from standard input until it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is the parent's to handle
    _limit_memory()
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a reader prints must not get between the answers
    sys.stdout = sys.stderr
    answers.write(_GREETING)
    answers.flush()
    for line in sys.stdin.buffer:
        request = json.loads(line)
        result = read_file(
            Path(request["path"]), request["mapping"], request["known_hash"], request["reader"]
        )
        _send(answers, result)
    return 0


def _limit_memory() -> None:
    """A file that claims a terabyte gets MemoryError, not the whole machine's swap."""
    try:
        import resource
    except ImportError:  # Windows
        return
    with suppress(OSError, ValueError, IndexError):
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        limit = pages * resource.getpagesize() + _MEMORY_LIMIT
        resource.setrlimit(resource.RLIMIT_AS, (limit, resource.getrlimit(resource.RLIMIT_AS)[1]))


def _send(stream: IO[bytes], result: ReadResult) -> None:
    motions = []
    arrays: list[np.ndarray] = []
    for motion in result.motions:
        original = motion.original_positions
        meta = {
            "name": motion.name,
            "source": motion.source,
            "source_fps": motion.source_fps,
            "inferred": dict(motion.inferred),
            "n_frames": motion.n_frames,
            "original": original is not None,
        }
        motions.append(meta)
        arrays += [motion.positions] if original is None else [motion.positions, original]
    header = {
        "hash": result.content_hash,
        "message": result.message,
        "unchanged": result.unchanged,
        "motions": motions,
    }
    stream.write(json.dumps(header).encode() + b"\n")
    for array in arrays:
        stream.write(np.ascontiguousarray(array, "<f4").tobytes())
    stream.flush()


# -- the caller's side ------------------------------------------------------------------------------


class ReaderProcess:
    """A reading process, started when first needed and started again after a crash.

    Args:
        reader: ``module:function``, see ``read_file``.
        timeout_s: a file that takes longer is given up.
    """

    def __init__(self, reader: str = DEFAULT_READER, timeout_s: float = 120.0) -> None:
        self._reader = reader
        self._timeout_s = timeout_s
        self._process: subprocess.Popen[bytes] | None = None
        self._ready: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._closed = False

    def _start(self) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._closed:
                raise EOFError("closed")
            if self._process is None:
                paths = os.pathsep.join(p or str(Path.cwd()) for p in sys.path)
                # One thread each for linear algebra: several readers share the cores.
                threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
                self._process = subprocess.Popen(
                    [sys.executable, "-c", f"from {__name__} import main; raise SystemExit(main())"],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),  # no console under the app
                    env={**os.environ, **threads, "PYTHONPATH": paths, "PYTHONUTF8": "1"},
                )
            return self._process

    def read(self, path: Path, mapping: str = "", known_hash: str = "") -> ReadResult:
        """Read one file; never raises for what the file does."""
        request = {"path": str(path), "mapping": mapping, "known_hash": known_hash, "reader": self._reader}
        timed_out = threading.Event()
        try:
            process = self._start()
            assert process.stdin is not None
            assert process.stdout is not None
            if self._ready is not process:  # what the start takes is not the file's time
                with _watched(process, max(_START_S, self._timeout_s), timed_out):
                    if process.stdout.readline() != _GREETING:
                        raise EOFError
                self._ready = process
            with _watched(process, self._timeout_s, timed_out):
                process.stdin.write(json.dumps(request).encode() + b"\n")
                process.stdin.flush()
                return _receive(process.stdout)
        except (EOFError, OSError, ValueError):
            self._stop()
            if timed_out.is_set():
                reason = f"took longer than {self._timeout_s:.0f} s to read"
            else:
                reason = "made its reader crash"
            return ReadResult("", message=f"{path} {reason}: it may be damaged; export it again.")

    def _stop(self) -> None:
        with self._lock:
            process, self._process = self._process, None
        if process is not None:
            process.kill()
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    with suppress(OSError):
                        stream.close()
            process.wait()

    def kill(self) -> None:
        """End the process, now and for good; safe from another thread while ``read`` waits."""
        with self._lock:
            self._closed = True
            if self._process is not None:
                self._process.kill()

    def close(self) -> None:
        """End the process and free its pipes; call it from the thread that reads, or after it."""
        self.kill()
        self._stop()


@contextmanager
def _watched(process: subprocess.Popen[bytes], seconds: float, timed_out: threading.Event) -> Iterator[None]:
    """End the process where what is done here takes longer."""

    def give_up() -> None:
        timed_out.set()
        process.kill()

    watchdog = threading.Timer(seconds, give_up)
    watchdog.daemon = True
    watchdog.start()
    try:
        yield
    finally:
        watchdog.cancel()


def _receive(stream: IO[bytes]) -> ReadResult:
    line = stream.readline()
    if not line.endswith(b"\n"):
        raise EOFError
    header: dict[str, Any] = json.loads(line)
    motions = []
    for meta in header["motions"]:
        positions = _receive_array(stream, meta["n_frames"])
        original = _receive_array(stream, meta["n_frames"]) if meta["original"] else None
        motions.append(
            Motion(positions, meta["name"], meta["source"], meta["source_fps"], original, meta["inferred"])
        )
    return ReadResult(header["hash"], tuple(motions), header["message"], header["unchanged"])


def _receive_array(stream: IO[bytes], n_frames: int) -> np.ndarray:
    data = stream.read(n_frames * _FRAME_BYTES)
    if len(data) != n_frames * _FRAME_BYTES:
        raise EOFError
    shape = (n_frames, N_JOINTS, 3)
    assert math.prod(shape) * 4 == len(data)
    return np.frombuffer(data, "<f4").reshape(shape)


if __name__ == "__main__":
    raise SystemExit(main())
