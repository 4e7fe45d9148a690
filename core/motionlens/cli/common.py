"""What several commands share: the library argument, the model, progress, JSON."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np

from ..library import LocalLibrary
from ..library.progress import ImportProgress
from ..model import default_model_dir as default_model_dir
from ..model.interface import Encoder, ExampleEncoder, QueryTokens
from ..resources import default_library_dir

STARTER = "starter"


def add_library_argument(parser: argparse.ArgumentParser, starter: bool = True) -> None:
    """``--library DIR``; with ``starter`` the word opens the starter library."""
    extra = " or the word 'starter' for the starter library" if starter else ""
    parser.add_argument(
        "--library", metavar="DIR", help=f"the library's folder{extra} (default: {default_library_dir()})"
    )


def add_json_argument(parser: argparse.ArgumentParser) -> None:
    """``--json``."""
    parser.add_argument("--json", action="store_true", help="print JSON, and nothing else, on stdout")


def add_model_arguments(parser: argparse.ArgumentParser) -> None:
    """``--model DIR`` and ``--device``."""
    parser.add_argument("--model", metavar="DIR", help="model folder (default: the shipped model)")
    parser.add_argument("--device", help="cpu or cuda (default: cuda where there is one)")


def open_library(name: str | None, encoder: Encoder | None, create: bool = False) -> LocalLibrary:
    """The library that ``--library`` names; the starter library is made on first use.

    Raises:
        MotionLensError: no library there, or it cannot be opened.
    """
    if name == STARTER:
        from ..library.starter import ensure_starter_library

        with ProgressLine() as line:
            return ensure_starter_library(encoder, line)
    return LocalLibrary(name or default_library_dir(), create=create)


def print_json(value: Any) -> None:
    """One JSON document on stdout."""
    print(json.dumps(value, indent=2, ensure_ascii=False))


def positive(text: str) -> int:
    """A whole number of at least 1, for argparse."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least 1")
    return int(text)


def seed(text: str) -> int:
    """A whole number of at least 0, for argparse."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least 0")
    return int(text)


class LazyEncoder:
    """The model, loaded at the first vector that is needed: an import without news needs no torch."""

    def __init__(self, path: str | None, device: str | None) -> None:
        from ..model.fingerprint import model_fingerprint

        self._path = path
        self._device = device
        self._loaded: Encoder | None = None
        self.fingerprint = model_fingerprint(Path(path) if path else default_model_dir())

    def _encoder(self) -> Encoder:
        if self._loaded is None:
            from ..model import load_encoder

            self._loaded = load_encoder(self._path, self._device)
        return self._loaded

    @property
    def dim(self) -> int:
        """See ``Encoder``."""
        return self._encoder().dim

    @property
    def device(self) -> str:
        """See ``Encoder``."""
        return self._encoder().device

    def encode_text(self, text: str) -> QueryTokens:
        """See ``Encoder``."""
        return self._encoder().encode_text(text)

    def encode_motions(self, clips: Sequence[np.ndarray]) -> list[np.ndarray]:
        """See ``Encoder``."""
        return self._encoder().encode_motions(clips)

    def encode_example(self, clip: np.ndarray, known: np.ndarray | None = None) -> QueryTokens:
        """See ``ExampleEncoder``."""
        return cast(ExampleEncoder, self._encoder()).encode_example(clip, known)

    def encode_videos(self, clips: Sequence[np.ndarray], known: Sequence[np.ndarray]) -> list[np.ndarray]:
        """See ``ExampleEncoder``."""
        return cast(ExampleEncoder, self._encoder()).encode_videos(clips, known)

    def stage_counts(self, n_tokens: int) -> tuple[int, int, int]:
        """See ``Encoder``."""
        return self._encoder().stage_counts(n_tokens)


class ProgressLine:
    """One line on stderr that is written over; silent where stderr is no terminal."""

    def __init__(self, every_s: float = 0.1) -> None:
        self._on = sys.stderr.isatty()
        self._every_s = every_s
        self._last = 0.0
        self._width = 0

    def __enter__(self) -> ProgressLine:
        return self

    def __exit__(self, *_: object) -> None:
        self.clear()

    def __call__(self, progress: ImportProgress) -> None:
        """Show the state of an import."""
        self.show(lambda: describe(progress))

    def show(self, text: Callable[[], str]) -> None:
        """Show a line, at most ten times a second."""
        now = time.monotonic()
        if not self._on or now - self._last < self._every_s:
            return
        self._last = now
        line = text()[:110]
        print("\r" + line.ljust(self._width), end="", file=sys.stderr, flush=True)
        self._width = len(line)

    def clear(self) -> None:
        """Remove the line."""
        if self._on and self._width:
            print("\r" + " " * self._width + "\r", end="", file=sys.stderr, flush=True)
            self._width = 0


def describe(progress: ImportProgress) -> str:
    """One line about an import at work.

    >>> describe(ImportProgress("read", 30, 60, "/data/walk.bvh", 28, 0, 2, 4.0))
    '30/60 files, 28 imported, 0 unchanged, 2 failed, 7.5 files/s  walk.bvh'
    >>> describe(ImportProgress("encode", 64, 128))
    'indexing 64/128 moments'
    """
    if progress.stage == "scan":
        return "looking for motion files"
    if progress.stage == "encode":
        return f"indexing {progress.done}/{progress.total} moments"
    rate = progress.done / progress.elapsed_s if progress.elapsed_s > 0 else 0.0
    return (
        f"{progress.done}/{progress.total} files, {progress.imported} imported, "
        f"{progress.unchanged} unchanged, {progress.failed} failed, {rate:.1f} files/s  "
        f"{Path(progress.current).name}"
    )
