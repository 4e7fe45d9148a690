"""Batches drawn by a thread while the accelerator works on the one before."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Protocol


class Draws(Protocol):
    """Where batches come from; a batch is a function of the step's number alone."""

    def draw(self, step: int) -> Any: ...


class DrawnAhead:
    """Draws what the sampler draws, the next ``depth`` steps meanwhile, in one thread.

    Args:
        sampler: not used elsewhere at the same time.
    """

    def __init__(self, sampler: Draws, depth: int = 3) -> None:
        self._sampler, self._depth = sampler, depth
        self._pool = ThreadPoolExecutor(1, "batches")
        self._waiting: dict[int, Future[Any]] = {}

    def draw(self, step: int) -> Any:
        """The batch of a step; steps that were drawn in vain are dropped."""
        for late in [s for s in self._waiting if not step <= s <= step + self._depth]:
            self._waiting.pop(late).cancel()
        for wanted in range(step, step + self._depth + 1):
            if wanted not in self._waiting:
                self._waiting[wanted] = self._pool.submit(self._sampler.draw, wanted)
        return self._waiting.pop(step).result()

    def close(self) -> None:
        """End the thread."""
        self._pool.shutdown(cancel_futures=True)
