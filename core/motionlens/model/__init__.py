"""Text and motion encoders, late interaction, loading of weights."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..resources import resource_dir

if TYPE_CHECKING:
    from .encoder import TowersEncoder

DEFAULT_MODEL = "motionlens-1"


def load_encoder(path: str | Path | None = None, device: str | None = None) -> TowersEncoder:
    """Load a trained model; takes seconds the first time (torch and transformers are imported here).

    Args:
        path: folder with ``config.json`` and ``model.safetensors``; None for the shipped model.
        device: "cpu" or "cuda"; None for CUDA where there is one.

    Raises:
        MotionLensError: no model there.
    """
    from .encoder import load_towers

    return load_towers(Path(path) if path else resource_dir("models") / DEFAULT_MODEL, device)
