"""``motionlens benchmark-interaction``: the exact interactions beside a sampled estimate, at equal error."""

from __future__ import annotations

import argparse
import json
import time
from typing import Any

import numpy as np

from ..errors import MotionLensError

TARGETS = (1e-1, 1e-2, 1e-3)
_DIM = 16  # random unit vectors of this width have cosines that spread like a model's (sd 1/4)
_REPEATS = 50


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Register the command."""
    parser = subparsers.add_parser(
        "benchmark-interaction",
        help="measure the exact Shapley-Taylor interactions against a sampled estimate",
        epilog="example:\n  motionlens benchmark-interaction --words 32 --patches 196 --json",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--words", type=int, default=32, help="text tokens (default 32)")
    parser.add_argument("--patches", type=int, default=196, help="motion tokens (default 196)")
    parser.add_argument("--seconds", type=float, default=10.0, help="time the sampler is given (default 10)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(run=run)


def _unit(rng: np.random.Generator, count: int) -> np.ndarray:
    vectors = rng.normal(size=(count, _DIM))
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def sampling_curve(
    similarity: np.ndarray,
    weights: np.ndarray,
    exact: np.ndarray,
    seconds: float,
    rng: np.random.Generator,
) -> list[dict[str, float]]:
    """One running estimate, looked at each time its number of orders has doubled.

    Args:
        similarity: (N, M). weights: (N,). exact: (N, M) the truth.
        seconds: no further doubling is begun that would not fit in this.

    Returns:
        Per look: permutations so far, seconds of sampling so far, and the error, the root of the mean
        square difference over the root mean square of the truth.
    """
    from ..interaction.sampled import sampled_rows

    curve: list[dict[str, float]] = []
    total, done, more, spent = np.zeros_like(exact), 0, 64, 0.0
    scale = np.sqrt((exact**2).mean())
    while not curve or (2 * spent <= seconds and curve[-1]["error"] > TARGETS[-1]):
        start = time.perf_counter()
        total += more * sampled_rows(similarity, weights, more, rng)
        spent += time.perf_counter() - start
        done += more
        more = done
        error = float(np.sqrt(((total / done - exact) ** 2).mean()) / scale)
        curve.append({"permutations": done, "seconds": spent, "error": error})
    return curve


def at_error(curve: list[dict[str, float]], target: float) -> dict[str, Any]:
    """Time and orders at which the sampler reaches an error.

    Where the curve reaches it, the first look that did; else from the last look by the law of the mean
    of independent samples, error ~ 1/sqrt(permutations), so (last error / target)^2 times as much.

    >>> at_error([{"permutations": 100, "seconds": 2.0, "error": 0.1}], 0.01)["seconds"]  # 10^2 as long
    200.0
    """
    for look in curve:
        if look["error"] <= target:
            return {"target": target, "measured": True, **look}
    last = curve[-1]
    times = (last["error"] / target) ** 2
    return {
        "target": target,
        "measured": False,
        "permutations": last["permutations"] * times,
        "seconds": round(last["seconds"] * times, 9),
        "error": target,
    }


def measure(words: int, patches: int, seconds: float, seed: int) -> dict[str, Any]:
    """All figures; times in seconds on this machine."""
    from ..interaction.shapley_taylor import shapley_taylor_rows

    rng = np.random.default_rng(seed)
    similarity = _unit(rng, words) @ _unit(rng, patches).T
    weights = np.full(words, 1 / words)
    times = []
    for _ in range(_REPEATS):
        start = time.perf_counter()
        exact = shapley_taylor_rows(similarity, weights)
        times.append(time.perf_counter() - start)
    closed = float(np.median(times))
    curve = sampling_curve(similarity, weights, exact, seconds, rng)
    slope = float("nan")
    if len(curve) > 2:
        points = np.log([[look["permutations"], look["error"]] for look in curve])
        slope = float(np.polyfit(points[:, 0], points[:, 1], 1)[0])
    reached = [{**(row := at_error(curve, t)), "ratio": row["seconds"] / closed} for t in TARGETS]
    return {
        "words": words,
        "patches": patches,
        "seed": seed,
        "closed_form_s": closed,
        "sampled": curve,
        "error_exponent": slope,
        "equal_error": reached,
    }


def run(args: argparse.Namespace) -> int:
    """Measure and print."""
    for name, least in (("words", 1), ("patches", 2)):
        if getattr(args, name) < least:
            raise MotionLensError(f"--{name} must be {least} or more.")
    if not args.seconds > 0:
        raise MotionLensError("--seconds must be above 0.")
    figures = measure(args.words, args.patches, args.seconds, args.seed)
    if args.json:
        figures["error_exponent"] = None if np.isnan(figures["error_exponent"]) else figures["error_exponent"]
        print(json.dumps(figures, indent=2, allow_nan=False))
        return 0
    print(f"Shapley-Taylor interactions, {args.words} words x {args.patches} patches, random unit tokens")
    print(f"closed form, exact            {1e3 * figures['closed_form_s']:10.3f} ms")
    print("sampled: permutations   seconds   relative RMS error")
    for look in figures["sampled"]:
        print(f"{look['permutations']:21.0f} {look['seconds']:9.3f}   {look['error']:.4f}")
    print(f"error ~ permutations^{figures['error_exponent']:.2f} (theory: -0.50)")
    for row in figures["equal_error"]:
        how = "measured" if row["measured"] else "extrapolated from the last line by 1/sqrt(permutations)"
        print(
            f"error {row['target']:g}: {row['seconds']:.4g} s, {row['ratio']:,.0f} times the closed form ({how})"
        )
    return 0
