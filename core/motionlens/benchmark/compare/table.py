"""The comparison's table, from the score matrices alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...evaluation.metrics import (
    DRAWS,
    KS,
    Interval,
    best_ranks,
    bootstrap_mean,
    group_draws,
    pair_accuracy,
)
from ...evaluation.protocols import identical_captions


@dataclass(frozen=True)
class Ranked:
    """A system's answers to the same N queries, averaged over seeds.

    Attributes:
        t2m, m2t: (S, N) ranks, a row a seed.
        pairs: (N,) within-subject pair accuracy of each caption, NaN where its subject has no other motion.
    """

    t2m: np.ndarray
    m2t: np.ndarray
    pairs: np.ndarray

    def hits(self, k: int) -> tuple[np.ndarray, np.ndarray]:
        """(N,) share of seeds in which the right answer is among the first k, T2M and M2T."""
        return (self.t2m <= k).mean(0), (self.m2t <= k).mean(0)

    def rsum(self) -> np.ndarray:
        """(N,) R@1 + R@2 + R@3 + R@5 + R@10 of both directions, 0 to 10 a query."""
        return np.sum([a + b for a, b in (self.hits(k) for k in KS)], axis=0)

    def seed_rsums(self) -> np.ndarray:
        """(S,) Rsum of each seed in per cent."""
        return 100 * np.sum([(self.t2m <= k).mean(1) + (self.m2t <= k).mean(1) for k in KS], axis=0)


def ranked(
    t2m: Sequence[np.ndarray],
    m2t: Sequence[np.ndarray],
    captions: Sequence[str],
    subjects: Sequence[str],
    relevant: np.ndarray | None = None,
) -> Ranked:
    """Ranks of several seeds.

    Args:
        t2m: (N, N) captions x motions a seed. m2t: (N, N) motions x captions a seed.
        relevant: (N, N) bool, symmetric; None: the diagonal.
    """
    right = np.eye(len(captions), dtype=bool) if relevant is None else relevant
    same = identical_captions(captions)
    pairs = np.mean([pair_accuracy(s, same, subjects, subjects) for s in t2m], axis=0)
    return Ranked(
        np.stack([best_ranks(s, right) for s in t2m]), np.stack([best_ranks(s, right) for s in m2t]), pairs
    )


def ratio_interval(
    a: np.ndarray, b: np.ndarray, groups: Sequence[object], draws: int = DRAWS, seed: int = 0
) -> Interval:
    """mean(a) / mean(b) over the same queries, with the bootstrap interval over groups, drawn alike for both.

    >>> ratio_interval(np.array([2.0, 4.0]), np.array([1.0, 2.0]), ["x", "y"]).value
    2.0
    """
    _, index = np.unique(np.asarray(groups), return_inverse=True)
    n = int(index.max()) + 1
    drawn = group_draws(n, draws, seed)
    sums = [drawn @ np.bincount(index, v, minlength=n) for v in (a, b)]
    ratios = sums[0] / np.maximum(sums[1], 1e-9)
    low, high = np.percentile(ratios, [2.5, 97.5])
    return Interval(float(a.sum() / max(b.sum(), 1e-9)), float(low), float(high))


@dataclass(frozen=True)
class Block:
    """One protocol: every system's row, and ours against the best peer.

    Attributes:
        title: of the block. systems: name -> answers. groups: what the bootstrap draws.
        ours, peers: names; a comparison is made where they are among the systems.
    """

    title: str
    systems: Mapping[str, Ranked]
    groups: Sequence[object]
    ours: str
    peers: Sequence[str] = ()

    def best_peer(self) -> str | None:
        """The peer with the largest Rsum."""
        there = [p for p in self.peers if p in self.systems]
        return max(there, key=lambda p: float(self.systems[p].rsum().mean()), default=None)

    def row(self, name: str) -> dict[str, Any]:
        """Figures of one system, shares in per cent."""
        found = self.systems[name]
        known = np.isfinite(found.pairs)
        out: dict[str, Any] = {"system": name, "seeds": len(found.t2m)}
        for way, ranks in (("t2m", found.t2m), ("m2t", found.m2t)):
            out[way] = {f"R@{k}": 100 * float((ranks <= k).mean()) for k in KS}
            out[way]["MedR"] = float(np.mean(np.median(ranks, axis=1)))
        rsum = bootstrap_mean(100 * found.rsum(), self.groups)
        out["rsum"] = rsum.to_dict()
        out["rsum_seeds"] = found.seed_rsums().round(2).tolist()
        if known.any():
            pairs = bootstrap_mean(100 * found.pairs[known], np.asarray(self.groups)[known])
            out["pairs"] = pairs.to_dict()
        return out

    def against(self, name: str, other: str) -> dict[str, Any]:
        """Rsum of one system over another's, paired over the same queries."""
        a, b = self.systems[name].rsum(), self.systems[other].rsum()
        return {
            "systems": [name, other],
            "ratio": ratio_interval(a, b, self.groups).to_dict(),
            "difference": bootstrap_mean(100 * (a - b), self.groups).to_dict(),
        }

    def to_dict(self) -> dict[str, Any]:
        """All of it."""
        out: dict[str, Any] = {"title": self.title, "rows": [self.row(n) for n in self.systems]}
        if self.ours in self.systems:
            out["against"] = [self.against(self.ours, n) for n in self.systems if n != self.ours]
            out["best_peer"] = self.best_peer()
        return out


def _span(value: dict[str, float], digits: int = 0) -> str:
    return f"{value['value']:.{digits}f} [{value['low']:.{digits}f}, {value['high']:.{digits}f}]"


def markdown(block: Block) -> str:
    """The block as a table of a document."""
    data = block.to_dict()
    lines = [
        f"### {data['title']}",
        "",
        "| system | T2M R@1 / 2 / 3 / 5 / 10 | MedR | M2T R@1 / 2 / 3 / 5 / 10 | MedR | Rsum | pairs % | ours / it |",
        "|---|---|---|---|---|---|---|---|",
    ]
    ratios = {a["systems"][1]: _span(a["ratio"], 2) for a in data.get("against", [])}
    for row in data["rows"]:
        ways = []
        for way in ("t2m", "m2t"):
            ways.append(" / ".join(f"{row[way][f'R@{k}']:.1f}" for k in KS))
            ways.append(f"{row[way]['MedR']:.0f}")
        pairs = _span(row["pairs"]) if "pairs" in row else ""
        name = f"**{row['system']}**" if row["system"] == block.ours else row["system"]
        cells = [name, *ways, _span(row["rsum"]), pairs, ratios.get(row["system"], "")]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)
