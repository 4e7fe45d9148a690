"""Results of an evaluation: JSON for machines, a table for people."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .metrics import KS, Interval, Summary

PROTOCOLS: dict[str, str] = {
    "a": "all, strict",
    "b": "all, identical captions count",
    "c": "all, sentence cosine > 0.90 counts",
    "d": "dissimilar subset",
    "e": "batches of 32",
    "f": "leave-subject-out",
}
"""Letter and title of every protocol (``protocols`` says what each means)."""


@dataclass(frozen=True)
class ProtocolResult:
    """Figures of one system under one protocol; ``note`` says what had to be chosen."""

    protocol: str
    t2m: Summary
    m2t: Summary | None
    note: str = ""
    pair_accuracy: Interval | None = None

    def to_dict(self) -> dict[str, Any]:
        """JSON-able."""
        return {
            "protocol": self.protocol,
            "title": PROTOCOLS[self.protocol],
            "note": self.note,
            "t2m": self.t2m.to_dict(),
            "m2t": None if self.m2t is None else self.m2t.to_dict(),
            "within_subject_pair_accuracy": None
            if self.pair_accuracy is None
            else self.pair_accuracy.to_dict(),
        }


@dataclass(frozen=True)
class EvaluationReport:
    """Every system under every protocol on one split.

    Attributes:
        systems: results by name of the system ("chance" and other references included).
        notes: sentences to read before the figures.
        paired: differences of strict T2M R@k between two systems over the same queries.
    """

    data: str
    split: str
    queries: int
    mirrored: bool
    systems: dict[str, tuple[ProtocolResult, ...]]
    notes: tuple[str, ...] = ()
    paired: dict[str, dict[int, Interval]] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """The JSON of ``motionlens evaluate --json``."""
        return {
            "data": self.data,
            "split": self.split,
            "queries": self.queries,
            "mirrored_twins_in_gallery": self.mirrored,
            "notes": list(self.notes),
            "systems": {name: [r.to_dict() for r in results] for name, results in self.systems.items()},
            "paired_t2m_recall": {
                pair: {str(k): v.to_dict() for k, v in row.items()} for pair, row in self.paired.items()
            },
        }

    def to_text(self) -> str:
        """A table for the terminal: per cent, 95 % intervals in brackets."""
        twins = "with" if self.mirrored else "without"
        lines = [
            f"{self.data}, split {self.split}: {self.queries} motions, first caption, {twins} mirrored twins."
        ]
        lines += [*self.notes, "R@k in per cent with 95 % bootstrap intervals; MedR lower is better.", ""]
        order = sorted({r.protocol for results in self.systems.values() for r in results})
        width = max([len(name) for name in self.systems] + [6])
        for protocol in order:
            lines.append(f"({protocol}) {PROTOCOLS[protocol]}")
            notes: list[str] = []
            head = "  ".join(f"{f'R@{k}':>16}" for k in KS)
            lines.append(f"    {'system':<{width}}  dir  {head}  {'MedR':>17}  {'Rsum':>6}")
            for name, results in self.systems.items():
                for result in (r for r in results if r.protocol == protocol):
                    lines += _rows(name, result, width)
                    if result.note and result.note not in notes:
                        notes.append(result.note)
            lines += [f"    {note}" for note in notes] + [""]
        if self.paired:
            lines.append(
                "Differences over the same queries, T2M strict, points (an interval without 0: they differ)"
            )
        for pair, row in self.paired.items():
            cells = [
                f"R@{k} {100 * v.value:+.1f} [{100 * v.low:+.0f}, {100 * v.high:+.0f}]"
                for k, v in row.items()
            ]
            lines.append(f"    {pair}: " + "  ".join(cells))
        return "\n".join(lines).rstrip()


def _rows(name: str, result: ProtocolResult, width: int) -> list[str]:
    rows = []
    for direction, summary in (("T2M", result.t2m), ("M2T", result.m2t)):
        if summary is None:
            continue
        cells = "  ".join(
            f"{100 * v.value:5.1f} [{100 * v.low:3.0f}, {100 * v.high:3.0f}]" for v in summary.recall.values()
        )
        medr = f"{summary.medr.value:5.1f} [{summary.medr.low:4.1f},{summary.medr.high:4.1f}]"
        rows.append(
            f"    {name:<{width}}  {direction}  {cells}  {medr:>17}  {100 * summary.rsum.value:6.1f}"
            f"  n={summary.queries} of {summary.gallery}"
        )
    if result.pair_accuracy is not None:
        p = result.pair_accuracy
        rows.append(
            f"    {name:<{width}}  within-subject pairs {100 * p.value:.1f} % "
            f"[{100 * p.low:.0f}, {100 * p.high:.0f}] (chance 50 %)"
        )
    return rows
