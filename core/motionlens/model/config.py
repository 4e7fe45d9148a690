"""What a trained model is: the part of it that fits in JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from ..errors import MotionLensError


@dataclass(frozen=True)
class ModelConfig:
    """Sizes of the two towers.

    Attributes:
        name: what ``motionlens info`` shows.
        dim: d, width of a token vector.
        width, layers, heads: the motion transformer.
        patch_hidden: width inside a body part's patch embedding.
        text_width, text_layers, text_heads: the adapter over frozen MiniLM token states.
        dropout: of the text tower, during training.
        patch_keep: share of the patches that a training step sees. Leaving patches out regularises as
            dropout does and makes a step faster instead of slower.
        tau: temperature of InfoNCE.
    """

    name: str = "motionlens-1"
    dim: int = 64
    width: int = 128
    layers: int = 3
    heads: int = 4
    patch_hidden: int = 192
    text_width: int = 192
    text_layers: int = 1
    text_heads: int = 4
    dropout: float = 0.1
    patch_keep: float = 0.65
    tau: float = 0.07

    def save(self, path: Path) -> None:
        """Write as JSON."""
        path.write_text(json.dumps(asdict(self), indent=2) + "\n")

    @classmethod
    def load(cls, path: Path) -> ModelConfig:
        """Read JSON; raises MotionLensError naming the file when it is missing or not of this version."""
        try:
            return cls(**json.loads(path.read_text()))
        except (OSError, ValueError, TypeError) as error:
            raise MotionLensError(f"{path} is not a model configuration ({error}): train again.") from error
