"""The starter library: synthesised motions that are searchable without importing anything."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from ..model.interface import Encoder
from ..motion import Motion
from ..resources import resource_dir, starter_library_dir
from .encoding import encode_missing
from .local import LocalLibrary
from .progress import ImportProgress

_VERSION_KEY = "starter pack"


def ensure_starter_library(
    encoder: Encoder | None,
    progress: Callable[[ImportProgress], None] | None = None,
    cancelled: Callable[[], bool] = lambda: False,
    *,
    folder: Path | None = None,
) -> LocalLibrary:
    """Open the starter library; make it on first use, or anew when the shipped pack changed.

    Killed or cancelled in the middle it goes on where it stopped the next time.

    Args:
        encoder: makes the token vectors; None leaves the moments without.
        progress: called with the stages "read" and "encode".
        cancelled: True stops; the library then holds what was finished.
        folder: where, None = ``resources.starter_library_dir()``.

    Raises:
        MotionLensError: the pack is missing or damaged, or another program is making the library.
    """
    library = LocalLibrary(folder or starter_library_dir())
    try:
        from ..synthesis import pack  # numpy and scipy only when needed

        wanted = f"{pack.PACK_VERSION}"
        if library.meta(_VERSION_KEY) != wanted:
            _fill(library, wanted, progress, cancelled)
        if encoder is not None and library.moments_without_tokens(encoder.fingerprint):
            encode_missing(library, encoder, progress, cancelled)
    except BaseException:
        library.close()
        raise
    return library


def _fill(
    library: LocalLibrary,
    version: str,
    progress: Callable[[ImportProgress], None] | None,
    cancelled: Callable[[], bool],
) -> None:
    from ..synthesis import pack
    from ..synthesis.records import caption_to_dict

    started = time.monotonic()
    with library.writing() as writer:
        items = pack.load_pack(resource_dir("assets") / "starter")
        known = library.motions()
        # Stopped in the middle of this very pack: what is there of it already stays.
        finished = {r.name for r in known if r.inferred.get("pack") == version}
        names = {item.name for item in items}
        for record in known:
            if record.name not in names:
                writer.delete_motion(record.id)
        for done, item in enumerate(items, 1):
            if cancelled():
                return
            if item.name not in finished:
                motion = Motion(item.positions, item.name, inferred={"made": "synthesised", "pack": version})
                captions = [(c.text, caption_to_dict(c)) for c in item.grounded]
                writer.store_motion(motion, captions)
            if progress is not None:
                elapsed = time.monotonic() - started
                progress(ImportProgress("read", done, len(items), item.name, done, elapsed_s=elapsed))
        writer.set_meta(_VERSION_KEY, version)
