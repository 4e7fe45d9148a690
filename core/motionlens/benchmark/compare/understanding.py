"""The understanding test of a comparison's systems: models of the official split, the first seed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ...files import write_atomic
from .cells import Places
from .plan import OFFICIAL, Plan

_FILE = "understanding.json"


def understand(plan: Plan, places: Places, system: str, seed: int, device: str = "cpu") -> Path:
    """Test a system's model of the official split, unless that is done; the file of results."""
    folder = places.run(system, seed, OFFICIAL)
    path = folder / _FILE
    if path.exists():
        return path
    from ...evaluation.understanding import evaluate_understanding
    from ...model.build import load_model
    from .scoring import score_matrix

    model = load_model(folder, device)
    report = evaluate_understanding(
        lambda texts, motions: score_matrix(model, texts, motions, device), n=plan.understanding, name=system
    )
    write_atomic(path, json.dumps(report.to_dict(), indent=1).encode())
    return path


def read_understanding(plan: Plan, out: Path) -> list[dict[str, Any]]:
    """What is there so far, in the plan's order: ``UnderstandingReport.to_dict`` of each system."""
    paths = {name: out / name / f"seed {plan.seeds[0]}" / OFFICIAL / _FILE for name in plan.systems}
    return [
        json.loads(p.read_text(encoding="utf-8")) | {"system": name}
        for name, p in paths.items()
        if p.exists()
    ]


def understanding_markdown(reports: list[dict[str, Any]], ours: str) -> str:
    """The results as a table of a document: per cent of decisions, text to motion / motion to text."""
    kinds = [k["kind"] for k in reports[0]["kinds"]]
    pairs = reports[0]["kinds"][0]["pairs"]
    lines = [
        f"### Right one preferred of two that differ in one thing (%), {pairs} pairs a kind, T2M / M2T",
        "",
        "| system | " + " | ".join(kinds) + " |",
        "|---" * (len(kinds) + 1) + "|",
    ]
    for report in reports:
        name = f"**{report['system']}**" if report["system"] == ours else report["system"]
        cells = []
        for kind in report["kinds"]:
            t, m = kind["t2m"], kind["m2t"]
            span = f"[{100 * t['low']:.0f}, {100 * t['high']:.0f}]"
            cells.append(f"{100 * t['value']:.1f} {span} / {100 * m['value']:.1f}")
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)
