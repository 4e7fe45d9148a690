"""Text and motion encoders, late interaction, loading of weights."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from ..resources import resource_dir

if TYPE_CHECKING:
    from .encoder import ModelEncoder

DEFAULT_MODEL = "motionlens-3"


def default_model_dir() -> Path:
    """Folder of the model that is used where none is named: the shipped one, or ``$MOTIONLENS_MODEL``."""
    override = os.environ.get("MOTIONLENS_MODEL")
    return Path(override) if override else resource_dir("models") / DEFAULT_MODEL


def load_encoder(path: str | Path | None = None, device: str | None = None) -> ModelEncoder:
    """Load a trained model; takes seconds the first time (torch and transformers are imported here).

    Args:
        path: folder with ``config.json`` and ``model.safetensors``; None for ``default_model_dir()``.
        device: "cpu" or "cuda"; None for CUDA where there is one.

    Raises:
        MotionLensError: no model there.
    """
    from .encoder import load_folder

    return load_folder(Path(path) if path else default_model_dir(), device)
