"""Training state on disk without pickle: safetensors, written atomically, good for resuming after a kill."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from ..errors import MotionLensError


@dataclass
class Progress:
    """How far a run is. Randomness needs no state: it is a function of seed and step.

    Attributes:
        step: steps done.
        seconds: time spent on them, over all legs.
        best: the best validation figure so far; below 0 before the first look.
        best_step: steps done when it was reached.
        stale: looks since then.
    """

    step: int = 0
    seconds: float = 0.0
    best: float = -1.0
    best_step: int = 0
    stale: int = 0


def save_tensors(path: Path, tensors: Mapping[str, Tensor], metadata: dict[str, str] | None = None) -> None:
    """Write a safetensors file whole or not at all."""
    temporary = path.with_name(path.name + ".part")
    kept = {k: v.detach().cpu().clone().contiguous() for k, v in tensors.items()}
    save_file(kept, temporary, metadata)
    temporary.replace(path)


def load_tensors(path: Path) -> dict[str, Tensor]:
    """Read a safetensors file; raises MotionLensError where it is missing or damaged."""
    try:
        return load_file(path)
    except (OSError, SafetensorError) as error:
        raise MotionLensError(f"{path} could not be read ({error}): delete it and train again.") from error


def save_checkpoint(
    path: Path,
    progress: Progress,
    model: nn.Module,
    average: nn.Module | None,
    optimiser: torch.optim.Optimizer,
) -> None:
    """Weights, their moving average (None: there is none), AdamW's moments and the progress."""
    tensors = {f"model.{k}": v for k, v in model.state_dict().items()}
    if average is not None:
        tensors |= {f"average.{k}": v for k, v in average.state_dict().items()}
    for number, state in optimiser.state_dict()["state"].items():
        tensors |= {f"optimiser.{number}.{k}": v for k, v in state.items()}
    save_tensors(path, tensors, {k: repr(v) for k, v in asdict(progress).items()})


def load_checkpoint(
    path: Path, model: nn.Module, average: nn.Module | None, optimiser: torch.optim.Optimizer
) -> Progress:
    """Restore what ``save_checkpoint`` wrote.

    Raises:
        MotionLensError: damaged, or of a model of other sizes.
    """
    tensors = load_tensors(path)

    def under(prefix: str) -> dict[str, Tensor]:
        return {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}

    state: dict[int, dict[str, Tensor]] = {}
    for key, value in under("optimiser.").items():
        number, name = key.split(".", 1)
        state.setdefault(int(number), {})[name] = value
    try:
        model.load_state_dict(under("model."))
        if average is not None:
            average.load_state_dict(under("average."))
        optimiser.load_state_dict(optimiser.state_dict() | {"state": state})
        with safe_open(path, "pt") as opened:
            told = opened.metadata()
        kinds = {name: type(value) for name, value in asdict(Progress()).items()}
        return Progress(**{name: kind(told[name]) for name, kind in kinds.items()})
    except (RuntimeError, ValueError, KeyError, TypeError) as error:
        first = str(error).splitlines()[0]
        raise MotionLensError(
            f"{path} is of another model or version ({first}): give another --out or delete it."
        ) from error
