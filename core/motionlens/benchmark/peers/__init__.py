"""The peers: other groups' retrieval models, written anew from their mathematics and trained as ours is.

``PEERS`` maps an architecture's name to its configuration and its model. It is made when first asked for,
because the models import torch.
"""

from __future__ import annotations

from typing import Any


def __getattr__(name: str) -> Any:
    if name != "PEERS":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from .configs import PatchImageConfig, TmrConfig
    from .patch_image import PatchImage
    from .tmr import Tmr

    return {"tmr": (TmrConfig, Tmr), "patch-image": (PatchImageConfig, PatchImage)}
