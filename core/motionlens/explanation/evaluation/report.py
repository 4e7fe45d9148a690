"""Tables of figures with intervals, for the terminal and as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...evaluation.metrics import Interval

Cell = Interval | float | None


@dataclass(frozen=True)
class Table:
    """One part of the evaluation.

    Attributes:
        name: key in the JSON. title: what is measured on what.
        columns: what each figure is. rows: name -> a figure a column.
        notes: sentences below the table. extra: more for the JSON.
    """

    name: str
    title: str
    columns: Sequence[str]
    rows: Mapping[str, Sequence[Cell]]
    notes: Sequence[str] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)

    def to_text(self) -> str:
        """Figures with 95 % intervals in brackets; long heads are numbered and spelt out above."""
        cells = {name: [_cell(v) for v in row] for name, row in self.rows.items()}
        heads = [f"({i + 1})" for i in range(len(self.columns))]
        width = max(len(n) for n in self.rows)
        wide = [max(len(h), *(len(row[i]) for row in cells.values())) for i, h in enumerate(heads)]
        lines = [f"{self.name}: {self.title}"]
        lines += [f"  {h} {c}" for h, c in zip(heads, self.columns, strict=True)]
        lines.append(" " * width + "".join(f"  {h:>{w}}" for h, w in zip(heads, wide, strict=True)))
        for name, row in cells.items():
            lines.append(f"{name:<{width}}" + "".join(f"  {c:>{w}}" for c, w in zip(row, wide, strict=True)))
        return "\n".join([*lines, *self.notes])

    def to_dict(self) -> dict[str, Any]:
        """JSON-able."""
        return {
            "title": self.title,
            "rows": {
                name: {
                    column: v.to_dict() if isinstance(v, Interval) else v
                    for column, v in zip(_apart(self.columns), row, strict=True)
                }
                for name, row in self.rows.items()
            },
            "notes": list(self.notes),
            **self.extra,
        }


def _apart(columns: Sequence[str]) -> list[str]:
    """Column names, those that occur again with what stands before them.

    >>> _apart(["a", "better by", "b", "better by"])
    ['a', 'better by', 'b', 'b: better by']
    """
    out: list[str] = []
    for i, name in enumerate(columns):
        out.append(f"{columns[i - 1]}: {name}" if name in out else name)
    return out


def _cell(value: Cell) -> str:
    """
    >>> _cell(Interval(0.5, 0.25, 0.75)), _cell(None), _cell(0.125)
    ('0.500 [0.25, 0.75]', '', '0.125')
    """
    if value is None:
        return ""
    if isinstance(value, Interval):
        return f"{value.value:.3f} [{value.low:.2f}, {value.high:.2f}]"
    return f"{value:.3f}"
