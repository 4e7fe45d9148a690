"""The motion images that a model can be trained on, by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..skeleton import N_PARTS
from .angles29 import N_ANGLES, angle_image
from .chains import CHAINS, N_POINTS, chain_image
from .image import N_CHANNELS, motion_image
from .pose import N_POSE, pose_features
from .positions import N_POSITION_CHANNELS, position_image


@dataclass(frozen=True)
class ImageKind:
    """One way to turn positions into an image.

    Attributes:
        parts: P, columns that a patch never crosses.
        channels: C, values of a part in one frame.
        make: (T, 22, 3) positions -> (T, P, C) float32, not normalised.
    """

    parts: int
    channels: int
    make: Callable[[np.ndarray], np.ndarray]


IMAGE_KINDS: dict[str, ImageKind] = {
    "motionlens": ImageKind(N_PARTS, N_CHANNELS, motion_image),
    "angles29": ImageKind(N_PARTS, N_ANGLES, angle_image),
    "positions": ImageKind(N_PARTS, N_POSITION_CHANNELS, position_image),
    "chains": ImageKind(len(CHAINS), 3 * N_POINTS, chain_image),
    "pose": ImageKind(1, N_POSE, pose_features),
}
