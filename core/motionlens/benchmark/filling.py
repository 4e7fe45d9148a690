"""Libraries of any size to measure on: synthesised motions, all encoded or repeated with a little noise."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ..library import LocalLibrary
from ..library.encoding import ENCODE_BATCH, encode_missing
from ..library.writer import LibraryWriter
from ..model.interface import Encoder
from ..motion import Motion

NOISE = 0.05
"""Length of what is added to a repeated token of length 1: its cosine with the original is 0.999."""


def fill_library(folder: Path, moments: int, seed: int = 0) -> None:
    """Store at least ``moments`` synthesised moments, as varied as the training corpus."""
    from ..synthesis.compose import synthesise
    from ..synthesis.sampling import sample_recipe

    rng = np.random.default_rng(seed)
    with LocalLibrary(folder) as library, library.writing() as writer:
        made = 0
        while made < moments:
            motion = Motion(synthesise(sample_recipe(rng)).positions, f"motion {made}")
            made += len(writer.store_motion(motion, []))


def fill_encoded(folder: Path, moments: int, encoder: Encoder, encoded: int | None = None) -> None:
    """A library of at least ``moments`` moments with tokens.

    Args:
        encoded: encode only so many of them; the others repeat these motions under other names, their tokens
            with ``NOISE``. For response times at sizes whose encoding would take hours; None: encode all.
    """
    fill_library(folder, moments if encoded is None else min(encoded, moments))
    with LocalLibrary(folder) as library:
        encode_missing(library, encoder)
    repeat_encoded(folder, moments, encoder)


def repeat_encoded(folder: Path, moments: int, encoder: Encoder) -> None:
    """Repeat an encoded library's motions under other names, tokens with ``NOISE``, up to ``moments``."""
    with LocalLibrary(folder) as library:
        if library.counts().moments < moments:
            with library.writing() as writer:
                _repeat(library, writer, encoder, moments)


def _repeat(library: LocalLibrary, writer: LibraryWriter, encoder: Encoder, moments: int) -> None:
    rng = np.random.default_rng(1)
    clips = [np.array(library.positions(record.id)) for record in library.motions()]
    originals = list(_tokens(library, encoder))
    made = sum(len(tokens) for tokens in originals)
    ids: list[int] = []
    stored: list[np.ndarray] = []
    number = 0
    while made < moments:
        clip, tokens = clips[number % len(clips)], originals[number % len(clips)]
        new = writer.store_motion(Motion(clip, f"repeat {number}"), [])
        ids += new
        stored += [noisy(one, rng) for one in tokens]
        made += len(new)
        number += 1
        if len(ids) >= ENCODE_BATCH or made >= moments:
            writer.store_tokens(encoder.fingerprint, encoder.dim, ids, stored)
            ids, stored = [], []


def _tokens(library: LocalLibrary, encoder: Encoder) -> Iterator[list[np.ndarray]]:
    """Of each motion by id the tokens of its moments."""
    of: dict[int, np.ndarray] = {}
    for batch in library.token_batches(encoder.fingerprint, 1024):
        for at, moment_id in enumerate(batch.moment_ids.tolist()):
            of[moment_id] = np.array(batch.tokens[batch.offsets[at] : batch.offsets[at + 1]])
    by_motion: dict[int, list[np.ndarray]] = {record.id: [] for record in library.motions()}
    for moment in library.moments():
        by_motion[moment.motion_id].append(of[moment.id])
    yield from by_motion.values()


def noisy(tokens: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """(N, d) unit vectors moved a little and made unit vectors again, float16.

    >>> one = noisy(np.eye(4, 64), np.random.default_rng(0)).astype(np.float64)
    >>> bool((np.diag(one) > 0.99).all()), np.linalg.norm(one, axis=1).round(2).tolist()
    (True, [1.0, 1.0, 1.0, 1.0])
    """
    moved = tokens.astype(np.float32)
    moved += rng.normal(0.0, NOISE / np.sqrt(moved.shape[1]), moved.shape).astype(np.float32)
    return (moved / np.linalg.norm(moved, axis=1, keepdims=True)).astype(np.float16)


def fill_with_shipped_model(folder: str, moments: int, encoded: int | None = None) -> None:
    """``fill_encoded`` with the default model, as the whole work of a process."""
    from ..model import load_encoder

    fill_encoded(Path(folder), moments, load_encoder(), encoded)
