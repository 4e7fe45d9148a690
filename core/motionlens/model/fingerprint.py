"""Which model a folder holds, without loading it."""

from __future__ import annotations

import hashlib
from pathlib import Path

from ..errors import MotionLensError


def model_fingerprint(folder: Path) -> str:
    """Hash of weights and configuration, the same as ``Encoder.fingerprint``.

    Raises:
        MotionLensError: the folder holds no model.
    """
    try:
        content = (folder / "model.safetensors").read_bytes() + (folder / "config.json").read_bytes()
    except OSError as error:
        raise MotionLensError(
            f"{folder} holds no model ({error.strerror}): install MotionLens again or give --model DIR."
        ) from error
    return hashlib.blake2b(content, digest_size=8).hexdigest()
