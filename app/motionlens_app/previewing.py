"""What the app asks of the engine before an import: which kinds of files there are, and what would be made of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from motionlens.errors import MotionLensError

if TYPE_CHECKING:
    from motionlens.library.presets import Presets
    from motionlens.library.preview import Kind, Preview

Tell = Callable[[tuple[int, int, str]], None]
"""Called with (done, total, name); total 0 = not known yet."""
Cancelled = Callable[[], bool]


class PreviewServices(Protocol):
    """Every call may be slow: none is made on the GUI thread."""

    def preview_import(self, paths: Sequence[Path], progress: Tell, cancelled: Cancelled) -> Preview:
        """The kinds of files in these paths; one or two of each are read, under the saved corrections."""
        ...

    def sample_kind(self, kind: Kind, cancelled: Cancelled) -> Kind:
        """Read a kind's samples under its present correction."""
        ...

    def save_presets(self, presets: Presets) -> None:
        """Keep corrections; imports from now on use them."""
        ...


class LocalPreviews:
    """The real engine's part of it."""

    def preview_import(self, paths: Sequence[Path], progress: Tell, cancelled: Cancelled) -> Preview:
        """See ``PreviewServices``."""
        from motionlens.library.preview import preview

        saved, _ = usable_presets()
        return preview(paths, saved, lambda done, total, name: progress((done, total, name)), cancelled)

    def sample_kind(self, kind: Kind, cancelled: Cancelled) -> Kind:
        """See ``PreviewServices``."""
        from motionlens.library.preview import sample

        return sample(kind, cancelled=cancelled)

    def save_presets(self, presets: Presets) -> None:
        """See ``PreviewServices``."""
        from motionlens.library.presets import save_user_presets

        save_user_presets(presets)


def usable_presets() -> tuple[Presets, tuple[str, ...]]:
    """The saved corrections; none, and a sentence, where their file is damaged: no reason not to import."""
    from motionlens.library.presets import Presets, load_user_presets

    try:
        return load_user_presets(), ()
    except MotionLensError as error:
        return Presets(), (str(error),)
