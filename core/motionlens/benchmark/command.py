"""``motionlens benchmark``: query time, import rate, memory and time to follow a filmed person, printed."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import MotionLensError
from .filling import fill_library, repeat_encoded

_QUERIES = (
    "a person waves with the left hand",
    "someone walks in a circle and then sits down on a chair",
    "jumps up twice",
    "a tired old man walks slowly forward",
    "kicks with the right leg while raising both arms",
)
_REPEATS = 20
_HITS = 120
"""As many as the app asks for."""


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Register the command."""
    parser = subparsers.add_parser(
        "benchmark",
        help="measure query time, import rate, memory, and tracking",
        epilog="examples:\n  motionlens benchmark --moments 5000 --files ~/mocap\n"
        "  motionlens benchmark --moments 0 --video jump.mp4",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--moments", type=int, default=5000, help="size of the library that is searched; 0: none"
    )
    parser.add_argument(
        "--encoded", type=int, metavar="N", help="encode N of them only, and repeat those with a little noise"
    )
    parser.add_argument("--files", type=Path, help="folder of motion files whose import is timed")
    parser.add_argument("--video", type=Path, metavar="FILE", help="film in which the tracker is timed")
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(run=run)


def _memory_mb() -> float:
    """Peak resident memory of this process, MB; NaN where the platform does not tell (Windows)."""
    try:
        import resource
    except ImportError:
        return float("nan")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


def _naive_ms(library: Any, encoder: Any) -> float:
    """One query scored motion by motion from the files, as a first program would: the yardstick."""
    from ..search.scoring import score_stages, split_stages

    query = encoder.encode_text(_QUERIES[0])
    start = time.perf_counter()
    for batch in library.token_batches(encoder.fingerprint, 1):
        score_stages(query, split_stages(batch.tokens, batch.offsets, encoder.stage_counts))
    return 1e3 * (time.perf_counter() - start)


def _recall(engine: Any, exhaustive: Any, k: int) -> float:
    """Share of the k best of scoring everything that the engine finds, over the queries."""
    found = []
    for query in _QUERIES:
        wanted, got = (
            {hit.moment_id for hit in e.search(query, k, False).hits} for e in (exhaustive, engine)
        )
        found.append(len(wanted & got) / len(wanted))
    return float(np.mean(found))


def measure_queries(folder: Path, moments: int, encoded: int | None = None) -> dict[str, float]:
    """Times of warm queries over a library of ``moments`` moments, milliseconds.

    Args:
        encoded: see ``filling.fill_encoded``.
    """
    from ..library import LocalLibrary
    from ..library.encoding import encode_missing
    from ..model import load_encoder
    from ..search.engine import SearchEngine

    start = time.perf_counter()
    encoder = load_encoder()
    encoder.encode_text("a person walks")
    load_s = time.perf_counter() - start
    fill_library(folder, moments if encoded is None else min(encoded, moments))
    with LocalLibrary(folder) as library:
        n_encoded = library.counts().moments
        start = time.perf_counter()
        encode_missing(library, encoder)
        encode_s = time.perf_counter() - start
    repeat_encoded(folder, moments, encoder)
    with LocalLibrary(folder) as library:
        engine = SearchEngine(library, encoder)
        engine.warm_up()
        engine.search(_QUERIES[0])
        timings = [engine.search(q, _HITS).timing_ms for _ in range(_REPEATS) for q in _QUERIES]
        total = np.array([t["total"] for t in timings])
        exhaustive = SearchEngine(library, encoder, cache_bytes=0, exact_up_to=library.counts().moments)
        recalls = {f"recall_at_{k}": 100 * _recall(engine, exhaustive, k) for k in (20, 120)}
        naive = _naive_ms(library, encoder)
        return {
            "moments": library.counts().moments,
            "model_load_s": load_s,
            "encode_ms_per_moment": 1e3 * encode_s / n_encoded,
            "query_encode_ms_p50": float(np.median([t["encode"] for t in timings])),
            "query_score_ms_p50": float(np.median([t["score"] for t in timings])),
            "query_total_ms_p50": float(np.median(total)),
            "query_total_ms_p95": float(np.percentile(total, 95)),
            **recalls,
            "naive_over_engine": naive / float(np.median([t["score"] for t in timings])),
            "peak_memory_mb": _memory_mb(),
        }


def measure_import(folder: Path, files: Path) -> dict[str, float]:
    """Rate of a first import (read, map, store, encode) and of a second one that finds nothing new."""
    from ..library import LocalLibrary
    from ..library.importer import import_paths
    from ..model import load_encoder

    encoder = load_encoder()
    with LocalLibrary(folder) as library:
        start = time.perf_counter()
        report = import_paths(library, [files], encoder)
        first = time.perf_counter() - start
        start = time.perf_counter()
        import_paths(library, [files], encoder)
        second = time.perf_counter() - start
        counts = library.counts()
    return {
        "files": counts.files,
        "failed": report.failed,
        "motion_hours": counts.duration_s / 3600,
        "import_s": first,
        "files_per_s": counts.files / first,
        "hours_of_motion_per_minute": counts.duration_s / 3600 / (first / 60),
        "import_again_s": second,
    }


FIRST_S = 5.0
"""A query by a film can begin with so much of it."""


def measure_tracking(film: Path) -> dict[str, float]:
    """Seconds to follow the person and lift them, for the whole film and for its first ``FIRST_S``.

    The tracker is loaded before; nothing is taken from its cache.

    Raises:
        MotionLensError: no film, or nobody in it.
    """
    from ..video import blazepose
    from ..video.lifting import lift
    from ..video.reading import probe
    from ..video.tracking import track

    blazepose.warm()
    whole = probe(film).duration_s
    figures: dict[str, float] = {}
    for name, end in (("whole", None), ("first", FIRST_S)):
        length = whole if end is None else min(end, whole)
        start = time.perf_counter()
        lift(track(film, 0.0, end))
        taken = time.perf_counter() - start
        figures |= {
            f"{name}_film_s": length,
            f"{name}_follow_s": taken,
            f"{name}_times_length": taken / length,
        }
    return figures


def run(args: argparse.Namespace) -> int:
    """Measure and print."""
    if args.moments < 0 or (args.encoded is not None and args.encoded < 1):
        raise MotionLensError("--moments must be 0 or more, --encoded 1 or more.")
    figures: dict[str, Any] = {"cores": os.cpu_count()}
    with tempfile.TemporaryDirectory() as folder:
        if args.moments:
            figures["queries"] = measure_queries(Path(folder) / "made", args.moments, args.encoded)
        if args.files:
            figures["import"] = measure_import(Path(folder) / "imported", args.files)
    if args.video:
        figures["tracking"] = measure_tracking(args.video)
    if args.json:
        print(json.dumps(figures, indent=2))
        return 0
    for title in ("queries", "import", "tracking"):
        for name, value in figures.get(title, {}).items():
            print(f"{title:8} {name:28} {value:10.2f}")
    return 0
