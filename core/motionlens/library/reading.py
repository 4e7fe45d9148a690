"""Several reading processes whose results come back in order."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from .worker import ReaderProcess, ReadResult, read_file

_POLL_S = 0.1


@dataclass(frozen=True)
class Job:
    """A file to read; see ``worker.read_file`` for the arguments."""

    path: Path
    mapping: str
    known_hash: str


def read_all(
    jobs: Sequence[Job],
    reader: str,
    workers: int | None,
    timeout_s: float,
    cancelled: Callable[[], bool],
) -> Iterator[tuple[Job, ReadResult]]:
    """Read files in processes, results in the order of ``jobs``; ends early when cancelled.

    Args:
        jobs: what to read.
        reader: ``module:function``.
        workers: processes; None = by the number of cores, 0 = in this process (for debugging:
            a file that crashes its reader then ends the import).
        timeout_s: limit for one file.
        cancelled: asked ten times a second.
    """
    if workers == 0:
        for job in jobs:
            if cancelled():
                return
            yield job, read_file(job.path, job.mapping, job.known_hash, reader)
        return
    n = min(len(jobs), workers or max(1, min(4, os.cpu_count() or 1)))
    if not n:
        return
    local = threading.local()
    processes: list[ReaderProcess] = []

    def read(job: Job) -> ReadResult:
        if not hasattr(local, "process"):
            local.process = ReaderProcess(reader, timeout_s)
            processes.append(local.process)
        process: ReaderProcess = local.process
        return process.read(job.path, job.mapping, job.known_hash)

    pool = ThreadPoolExecutor(n, thread_name_prefix="read")
    waiting: deque[tuple[Job, Future[ReadResult]]] = deque()
    todo = iter(jobs)
    try:
        while True:
            for job in islice(todo, max(0, 2 * n + 2 - len(waiting))):
                waiting.append((job, pool.submit(read, job)))
            if not waiting:
                return
            job, future = waiting.popleft()
            result = _wait(future, cancelled)
            if result is None:
                return
            yield job, result
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        for process in processes:
            process.kill()
        pool.shutdown(wait=True)
        for process in processes:
            process.close()


def _wait(future: Future[ReadResult], cancelled: Callable[[], bool]) -> ReadResult | None:
    """The result, or None when cancelled."""
    while not cancelled():
        try:
            return future.result(timeout=_POLL_S)
        except FutureTimeout:
            continue
    return None
