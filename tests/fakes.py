"""Stand-ins for the model and the readers: fast, deterministic, nothing to load."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from motionlens.errors import MotionLensError, UnreadableFileError
from motionlens.model.interface import QueryTokens
from motionlens.motion import Motion
from motionlens.skeleton import N_PARTS, rest_positions
from motionlens.windows import PATCH_FRAMES


def unit_vectors(seed: bytes, n: int, dim: int) -> np.ndarray:
    """(n, dim) float32 unit vectors that depend on ``seed`` alone."""
    number = int.from_bytes(hashlib.blake2b(seed, digest_size=8).digest(), "big")
    vectors = np.random.default_rng(number).normal(size=(n, dim)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


class FakeEncoder:
    """Vectors made from a hash of the input; satisfies ``model.interface.Encoder``."""

    def __init__(self, fingerprint: str = "fake1", dim: int = 8) -> None:
        self.fingerprint = fingerprint
        self.dim = dim
        self.device = "cpu"
        self.encoded = 0

    def encode_text(self, text: str) -> QueryTokens:
        if not text.strip():
            raise MotionLensError("The query is empty: describe a motion.")
        pieces = tuple(text.split())
        vectors = np.concatenate(
            [unit_vectors(f"{self.fingerprint}{p}".encode(), 1, self.dim) for p in pieces]
        )
        weights = np.full(len(pieces), 1 / len(pieces), np.float32)
        return QueryTokens(text, pieces, tuple((0, 0) for _ in pieces), vectors, weights)

    def encode_motions(self, clips: Sequence[np.ndarray]) -> list[np.ndarray]:
        self.encoded += len(clips)
        out = []
        for clip in clips:
            n = -(-len(clip) // PATCH_FRAMES) * N_PARTS
            seed = self.fingerprint.encode() + np.ascontiguousarray(clip).tobytes()
            out.append(unit_vectors(seed, n, self.dim).astype(np.float16))
        return out

    def stage_counts(self, n_tokens: int) -> tuple[int, int, int]:
        return n_tokens, 0, 0


def walk(n_frames: int, seed: int = 0) -> np.ndarray:
    """(n_frames, 22, 3) float32: the rest pose with noise, so that every seed is another motion."""
    noise = np.random.default_rng(seed).normal(scale=0.01, size=(n_frames, 22, 3))
    return (rest_positions() + noise).astype(np.float32)


def read_fake(path: Path, overrides: Any = None) -> list[Motion]:
    """Reads .npy files of (T, 22, 3) or (K, T, 22, 3); the file name asks for misbehaviour."""
    if "hang" in path.name:
        time.sleep(60)
    if "crash" in path.name:
        os._exit(3)
    if "bug" in path.name:
        raise ZeroDivisionError("a reader's bug")
    if "bomb" in path.name:
        np.ones((1 << 40,), np.float32)
    if "slow" in path.name:
        time.sleep(0.05)
    try:
        array = np.load(path, allow_pickle=False)
    except (ValueError, EOFError) as error:
        raise UnreadableFileError(f"{path} is no NumPy array: export it again.") from error
    takes = array if array.ndim == 4 else array[None]
    out = []
    for place, take in enumerate(takes):
        name = path.stem if len(takes) == 1 else f"{path.stem} {place + 1}"
        out.append(Motion(take, name, str(path), 120.0, take * np.float32(1.1), {"unit": "m"}))
    return out
