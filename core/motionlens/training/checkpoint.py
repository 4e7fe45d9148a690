"""Training state on disk without pickle: safetensors, written atomically, good for resuming after a kill."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import nn


def save_checkpoint(
    path: Path, step: int, model: nn.Module, average: nn.Module, optimiser: torch.optim.Optimizer
) -> None:
    """Weights, their moving average, AdamW's moments and the step."""
    tensors = {f"model.{k}": v for k, v in model.state_dict().items()}
    tensors |= {f"average.{k}": v for k, v in average.state_dict().items()}
    for number, state in optimiser.state_dict()["state"].items():
        tensors |= {f"optimiser.{number}.{k}": v for k, v in state.items()}
    tensors["step"] = torch.tensor(step)
    temporary = path.with_suffix(".part")
    save_file({k: v.detach().clone().contiguous() for k, v in tensors.items()}, temporary)
    temporary.replace(path)


def load_checkpoint(
    path: Path, model: nn.Module, average: nn.Module, optimiser: torch.optim.Optimizer
) -> int:
    """Restore what ``save_checkpoint`` wrote; returns the step to go on from."""
    tensors = load_file(path)

    def under(prefix: str) -> dict[str, torch.Tensor]:
        return {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}

    model.load_state_dict(under("model."))
    average.load_state_dict(under("average."))
    state: dict[int, dict[str, torch.Tensor]] = {}
    for key, value in under("optimiser.").items():
        number, name = key.split(".", 1)
        state.setdefault(int(number), {})[name] = value
    optimiser.load_state_dict(optimiser.state_dict() | {"state": state})
    return int(tensors["step"])
