"""The 50 written queries on the starter library: is the right kind of motion first?

Each query lists what it accepts. A starter motion is right when its recipe contains an action that
matches every field given; ``{"sequence": [...]}`` wants its actions in that order, ``{"together":
[...]}`` wants them in one step, at the same time. Queries are written without sight of the captions.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import UnreadableFileError
from ..synthesis.vocabulary import ACTIONS, Action, Recipe, Step
from .metrics import Interval, bootstrap_mean

FIELDS = ("name", "side", "direction", "style")
TARGET = 0.80
"""Share of queries that must have the right kind of motion first."""

Wanted = Mapping[str, Any]


@dataclass(frozen=True)
class StarterQuery:
    """A query, its kind (for the table) and the alternatives it accepts."""

    query: str
    kind: str
    accept: tuple[Wanted, ...]


def load_queries(path: str | Path) -> list[StarterQuery]:
    """Read the file of queries.

    Raises:
        UnreadableFileError: missing, damaged, or a query accepts what no starter motion can be.
    """
    path = Path(path)
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
        queries = [StarterQuery(row["query"], row["kind"], tuple(row["accept"])) for row in rows]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UnreadableFileError(f"{path} could not be read as a list of queries ({error}).") from error
    for query in queries:
        for wanted in query.accept:
            for action in _actions_of(wanted):
                problem = _impossible(action)
                if problem:
                    raise UnreadableFileError(f"{path}: the query “{query.query}” {problem}; correct it.")
    return queries


def _actions_of(wanted: Wanted) -> Sequence[Wanted]:
    return wanted.get("sequence") or wanted.get("together") or [wanted]


def _impossible(wanted: Wanted) -> str:
    unknown = set(wanted) - set(FIELDS)
    if unknown:
        return f"has the unknown field {sorted(unknown)[0]}"
    spec = ACTIONS.get(wanted.get("name", ""))
    if spec is None:
        return f"names the unknown action {wanted.get('name')}"
    for field, allowed in (("side", spec.sides), ("direction", spec.directions), ("style", spec.styles)):
        if field in wanted and wanted[field] not in allowed:
            return f"wants {spec.name} with the {field} {wanted[field]}, which it cannot have"
    return ""


def action_matches(action: Action, wanted: Wanted) -> bool:
    """Every given field agrees; a field not given may be anything.

    >>> wave = Action("wave", side="left")
    >>> action_matches(wave, {"name": "wave"}), action_matches(wave, {"name": "wave", "side": "right"})
    (True, False)
    """
    return all(getattr(action, field) == value for field, value in wanted.items())


def _step_actions(step: Step) -> list[Action]:
    return [step.base] if step.overlay is None else [step.base, step.overlay]


def recipe_matches(recipe: Recipe, wanted: Wanted) -> bool:
    """Whether the recipe contains what is wanted.

    >>> walk, wave = Action("walk", direction="forward"), Action("wave", side="left")
    >>> then = Recipe((Step(walk), Step(wave)), 0)
    >>> both = Recipe((Step(walk, wave),), 0)
    >>> order, same = [{"name": "walk"}, {"name": "wave"}], [{"name": "wave"}, {"name": "walk"}]
    >>> recipe_matches(then, {"sequence": order}), recipe_matches(both, {"sequence": order})
    (True, False)
    >>> recipe_matches(then, {"together": same}), recipe_matches(both, {"together": same})
    (False, True)
    """
    steps = [_step_actions(step) for step in recipe.steps]
    if "sequence" in wanted:
        position = 0
        for item in wanted["sequence"]:
            while position < len(steps) and not any(action_matches(a, item) for a in steps[position]):
                position += 1
            if position == len(steps):
                return False
            position += 1
        return True
    if "together" in wanted:
        return any(
            all(any(action_matches(a, item) for a in actions) for item in wanted["together"])
            for actions in steps
        )
    return any(action_matches(a, wanted) for actions in steps for a in actions)


def accepted(query: StarterQuery, recipe: Recipe) -> bool:
    """Whether a motion of this recipe answers the query."""
    return any(recipe_matches(recipe, wanted) for wanted in query.accept)


def answers(query: StarterQuery, recipes: Sequence[Recipe]) -> list[int]:
    """Indices of all starter motions that answer the query."""
    return [i for i, recipe in enumerate(recipes) if accepted(query, recipe)]


@dataclass(frozen=True)
class QueryOutcome:
    """What one query got.

    Attributes:
        answers: how many starter motions would be right.
        rank: rank of the first right one among those looked at, None if there was none.
        top: index of the motion that came first.
    """

    query: StarterQuery
    answers: int
    rank: int | None
    top: int | None


@dataclass(frozen=True)
class StarterReport:
    """Outcomes of all queries; ``names`` are the starter motions' names."""

    outcomes: tuple[QueryOutcome, ...]
    names: tuple[str, ...]
    depth: int

    def share(self, k: int = 1, kind: str | None = None) -> float:
        """Share of queries (of one kind) with a right motion among the first ``k``."""
        chosen = [o for o in self.outcomes if kind in (None, o.query.kind)]
        return sum(o.rank is not None and o.rank <= k for o in chosen) / len(chosen)

    def first(self) -> Interval:
        """Share with the right kind first, with its 95 % interval over queries."""
        return bootstrap_mean(np.array([o.rank == 1 for o in self.outcomes]))

    def kinds(self) -> list[str]:
        """Kinds in the file's order."""
        return list(dict.fromkeys(o.query.kind for o in self.outcomes))

    def to_dict(self) -> dict[str, Any]:
        """The JSON of ``motionlens evaluate-starter --json``."""
        return {
            "queries": len(self.outcomes),
            "motions": len(self.names),
            "chance_first": round(
                sum(o.answers for o in self.outcomes) / len(self.outcomes) / len(self.names), 6
            ),
            "first": self.first().to_dict(),
            "among_first": {str(k): round(self.share(k), 6) for k in (1, 3, 5, 10) if k <= self.depth},
            "by_kind": {kind: round(self.share(1, kind), 6) for kind in self.kinds()},
            "target": TARGET,
            "outcomes": [
                {
                    "query": o.query.query,
                    "kind": o.query.kind,
                    "answers": o.answers,
                    "rank": o.rank,
                    "first": None if o.top is None else self.names[o.top],
                }
                for o in self.outcomes
            ],
        }

    def to_text(self) -> str:
        """A table for the terminal: misses last, so that they are seen."""
        first, data = self.first(), self.to_dict()
        lines = [
            f"{len(self.outcomes)} written queries on {len(self.names)} starter motions",
            f"right kind first: {100 * first.value:.0f} % [{100 * first.low:.0f}, {100 * first.high:.0f}]"
            f" (target {100 * TARGET:.0f} %, chance {100 * data['chance_first']:.1f} %)",
            "among the first " + ", ".join(f"{k}: {100 * v:.0f} %" for k, v in data["among_first"].items()),
            "by kind: " + ", ".join(f"{k} {100 * v:.0f} %" for k, v in data["by_kind"].items()),
        ]
        for o in self.outcomes:
            if o.rank != 1:
                where = f"right one at {o.rank}" if o.rank else f"none in the first {self.depth}"
                got = "nothing" if o.top is None else self.names[o.top]
                lines.append(f"  missed: “{o.query.query}” gave {got} ({where}; {o.answers} would be right)")
        return "\n".join(lines)


def score_starter_queries(
    search: Callable[[str, int], list[int]],
    recipes: Sequence[Recipe],
    queries: Sequence[StarterQuery],
    names: Sequence[str] | None = None,
    depth: int = 10,
) -> StarterReport:
    """Ask every query and look where the first right motion stands.

    Args:
        search: (text, k) -> indices of the k best starter motions, best first.
        recipes: recipe of every starter motion.
        queries: see ``load_queries``.
        names: names of the motions, for the report.
        depth: how many results are looked at.

    Returns:
        The report. A query that no starter motion answers counts as a miss and shows 0 answers.
    """
    outcomes = []
    for query in queries:
        right = set(answers(query, recipes))
        found = [int(i) for i in search(query.query, depth)][:depth]
        rank = next((r for r, i in enumerate(found, 1) if i in right), None)
        outcomes.append(QueryOutcome(query, len(right), rank, found[0] if found else None))
    shown = tuple(names) if names is not None else tuple(str(i) for i in range(len(recipes)))
    return StarterReport(tuple(outcomes), shown, depth)
