"""Token vectors for moments that have none yet."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import cast

import numpy as np

from ..model.interface import Encoder, ExampleEncoder
from .interface import Moment
from .local import LocalLibrary
from .progress import ImportProgress
from .writer import LibraryWriter

ENCODE_BATCH = 64
"""Moments that are encoded and committed together."""


def encode_missing(
    library: LocalLibrary,
    encoder: Encoder,
    progress: Callable[[ImportProgress], None] | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> int:
    """Encode every moment that this encoder has not encoded yet.

    Used after an import without a model, after a killed import, and when the model changed. The
    tokens of other models stay until this one's are whole, then they are removed.

    Returns:
        How many moments were encoded.

    Raises:
        LibraryBusyError: another importer is writing.
    """
    with library.writing() as writer:
        missing = library.moments_without_tokens(encoder.fingerprint)
        started = time.monotonic()
        done = 0
        for first in range(0, len(missing), ENCODE_BATCH):
            if cancelled():
                return done
            batch = missing[first : first + ENCODE_BATCH]
            done += encode_batch(library, writer, encoder, batch)[0]
            if progress is not None:
                elapsed = time.monotonic() - started
                progress(ImportProgress("encode", first + len(batch), len(missing), elapsed_s=elapsed))
        if done == len(missing) and len(library.fingerprints()) > 1:
            writer.drop_tokens_except(encoder.fingerprint)
        return done


def encode_batch(
    library: LocalLibrary, writer: LibraryWriter, encoder: Encoder, moments: Sequence[Moment]
) -> tuple[int, list[str]]:
    """Encode and commit some moments.

    Returns:
        How many got tokens, and one sentence for each that the model could not encode.
    """
    good: list[Moment] = []
    tokens: list[np.ndarray] = []
    warnings: list[str] = []
    known = {m.motion_id: library.known(m.motion_id) for m in moments}
    for filmed in (False, True):  # those of one kind go to the encoder together
        kind = [m for m in moments if (known[m.motion_id] is not None) == filmed]
        clips = [library.positions(m.motion_id)[m.start_frame : m.end_frame] for m in kind]
        seen = [_cut(known[m.motion_id], m) for m in kind]
        try:
            tokens += _encode(encoder, clips, seen) if kind else []
            good += kind
        except Exception:
            # One odd clip must not cost its neighbours their tokens: find it by going one by one.
            for moment, clip, mask in zip(kind, clips, seen, strict=True):
                try:
                    tokens += _encode(encoder, [clip], [mask])
                    good.append(moment)
                except Exception as error:
                    name = library.motion(moment.motion_id).name
                    warnings.append(
                        f"{name} could not be encoded and will not be found ({error}): import it again."
                    )
    if good:
        writer.store_tokens(encoder.fingerprint, encoder.dim, [m.id for m in good], tokens)
    return len(good), warnings


def _cut(known: np.ndarray | None, moment: Moment) -> np.ndarray | None:
    return None if known is None else known[moment.start_frame : moment.end_frame]


def _encode(
    encoder: Encoder, clips: Sequence[np.ndarray], known: Sequence[np.ndarray | None]
) -> list[np.ndarray]:
    """Tokens of recorded motions (``known`` all None) or of people lifted from videos (none None)."""
    seen = [mask for mask in known if mask is not None]
    if not seen:
        return encoder.encode_motions(clips)
    return cast(ExampleEncoder, encoder).encode_videos(clips, seen)
