"""Models by the name of their architecture: built, written into a folder, read from one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from ..errors import MotionLensError
from .config import from_mapping, no_such_key, read_json
from .contract import RetrievalModel

WEIGHTS, CONFIG = "model.safetensors", "config.json"


def architectures() -> dict[str, tuple[type, type]]:
    """Name -> (configuration dataclass, RetrievalModel subclass): ours and the peers."""
    from .pyramid import Pyramid
    from .pyramid_config import PyramidConfig

    found: dict[str, tuple[type, type]] = {"pyramid": (PyramidConfig, Pyramid)}
    try:
        from ..benchmark.peers import PEERS
    except ModuleNotFoundError as error:  # an installation may leave the peers out
        if not (error.name or "").endswith("peers"):
            raise
    else:
        found |= PEERS
    return found


def config_from(values: Mapping[str, Any], where: str = "model", prefix: str = "") -> Any:
    """A model's configuration from a file's mapping, by its key "architecture".

    A key "preset" names one of the peers' sizes (``benchmark.peers.configs.PRESETS``), which the other keys
    then change.

    Raises:
        MotionLensError: no such architecture, preset or setting; the nearest known one is named.
    """
    if "preset" in values:
        from ..benchmark.peers.configs import PRESETS

        preset = values["preset"]
        if preset not in PRESETS:
            raise no_such_key(str(preset), PRESETS, f"{where}: {prefix}preset")
        rest = {k: v for k, v in values.items() if k != "preset"}
        values = asdict(PRESETS[preset]) | rest
    known = architectures()
    name = values.get("architecture")
    if name not in known:
        if name is None:
            raise MotionLensError(f"{where}: {prefix}architecture is missing: one of {', '.join(known)}.")
        raise no_such_key(str(name), known, f"{where}: {prefix}architecture")
    return from_mapping(known[name][0], values, where, prefix)


def load_config(path: Path) -> Any:
    """The configuration in a file ``config.json``; raises MotionLensError where it is none."""
    return config_from(read_json(path), str(path))


def build_model(config: Any, saved: Path | None = None) -> RetrievalModel:
    """A model with random weights (torch's seed decides them) and the pretrained ones that it names.

    Args:
        saved: folder of a saved model whose weights will follow: pretrained ones are not looked for.

    Raises:
        MotionLensError: pretrained weights are not on this machine, or of other sizes.
    """
    kind = architectures()[config.architecture][1]
    if saved is not None and hasattr(kind, "save_beside"):
        return kind(config, saved)
    return kind(config)


def save_model(model: nn.Module, folder: Path) -> None:
    """Write ``model.safetensors`` (fp16) and ``config.json`` into a folder, each whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    beside = getattr(model, "save_beside", None)
    if beside is not None:
        beside(folder)
    state = {
        k: (v.detach().half() if v.is_floating_point() else v.detach()).contiguous().cpu()
        for k, v in model.state_dict().items()
    }
    temporary = folder / f".{WEIGHTS}.part"
    save_file(state, temporary)
    settings: Any = model.config
    text = folder / f".{CONFIG}.part"
    text.write_text(json.dumps(asdict(settings), indent=2) + "\n")
    temporary.replace(folder / WEIGHTS)
    text.replace(folder / CONFIG)


_VIDEO = ("video.", "video_heads.", "rebuild.")


def load_weights(model: nn.Module, path: Path, remedy: str) -> None:
    """Put a file's weights into a model.

    Raises:
        MotionLensError: damaged, or of a model of other sizes; the sentence ends with ``remedy``.
    """
    try:
        state: dict[str, Tensor] = load_file(path)
        state = {k: v.float() if v.is_floating_point() else v for k, v in state.items()}
        begin = getattr(model, "begin_video", None)
        if begin is None or any(name.startswith("video.") for name in state):
            model.load_state_dict(state)
        else:  # a model made before it had a video tower
            own = {k: v for k, v in model.state_dict().items() if k.startswith(_VIDEO)}
            model.load_state_dict(own | state)
            begin()
    except Exception as error:  # safetensors and torch have several; all mean the same remedy
        first = str(error).strip().splitlines()
        raise MotionLensError(f"{path} could not be loaded ({' '.join(first[:2])}): {remedy}.") from error


def average_in(model: nn.Module, folder: Path, share: float) -> None:
    """Make a model's weights ``share`` x a folder's plus (1 - share) x its own.

    Raises:
        MotionLensError: the folder's weights are of a model of other sizes.
    """
    own = {k: v.clone() for k, v in model.state_dict().items()}
    load_weights(model, folder / WEIGHTS, "average models of the same configuration")
    with torch.no_grad():
        for name, other in model.state_dict().items():
            if other.is_floating_point():
                other.lerp_(own[name], 1 - share)


def load_model(folder: Path, device: str | torch.device = "cpu") -> RetrievalModel:
    """The model in a folder, in evaluation mode.

    Raises:
        MotionLensError: no model there, or one that does not fit its configuration.
    """
    if not (folder / CONFIG).exists():
        raise MotionLensError(f"{folder} holds no model: train one with `motionlens train`.")
    model = build_model(load_config(folder / CONFIG), folder)
    load_weights(model, folder / WEIGHTS, "install MotionLens or train the model again")
    return model.to(device).eval()
