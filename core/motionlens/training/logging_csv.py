"""The curves of a run: a CSV file that a resumed run continues, and TensorBoard where it is wanted."""

from __future__ import annotations

import csv
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..errors import MotionLensError


class CurveLog:
    """``log.csv``: one line a logged step, one column a figure; columns may appear as the run goes.

    Args:
        path: the file; lines of ``first`` and later steps are dropped, they are about to be repeated.
        first: the step that comes next.
        tensorboard: folder of TensorBoard's files, None for none.
    """

    def __init__(self, path: Path, first: int = 0, tensorboard: Path | None = None) -> None:
        self._path = path
        self._columns: list[str] = []
        rows: list[dict[str, str]] = []
        if first and path.exists():
            with path.open(newline="") as stream:
                reader = csv.DictReader(stream)
                self._columns = list(reader.fieldnames or ())
                # A kill can leave half a line.
                rows = [r for r in reader if (r.get("step") or "").isdigit() and int(r["step"]) < first]
        self._rewrite(rows)
        self._board = _board(tensorboard, first)

    def _rewrite(self, rows: list[dict[str, str]]) -> None:
        temporary = self._path.with_name(self._path.name + ".part")
        with temporary.open("w", newline="") as stream:
            writer = csv.DictWriter(stream, self._columns)
            if self._columns:
                writer.writeheader()
            writer.writerows(rows)
        os.replace(temporary, self._path)  # noqa: PTH105

    def write(self, step: int, figures: Mapping[str, float]) -> None:
        """Add a line; it is on disk when this returns."""
        new = [name for name in ("step", *figures) if name not in self._columns]
        if new:
            with self._path.open(newline="") as stream:
                rows = list(csv.DictReader(stream))
            self._columns += new
            self._rewrite(rows)
        with self._path.open("a", newline="") as stream:
            row = {name: f"{value:.6g}" for name, value in figures.items()}
            csv.DictWriter(stream, self._columns).writerow({"step": step, **row})
        if self._board is not None:
            for name, value in figures.items():
                self._board.add_scalar(name, value, step)

    def close(self) -> None:
        """Flush TensorBoard's files."""
        if self._board is not None:
            self._board.close()


def _board(folder: Path | None, first: int) -> Any:
    if folder is None:
        return None
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError as error:
        raise MotionLensError(
            "train.tensorboard: TensorBoard is not installed: run `pip install motionlens[train]` or leave it off."
        ) from error
    return SummaryWriter(str(folder), purge_step=first)
