"""Motion files that a picture or a measurement of an import needs."""

from __future__ import annotations

from pathlib import Path

from motionlens.library.interface import Library
from motionlens.motion import save_motion

_IMPORTED = 320


def write_takes(folder: Path, library: Library | None) -> None:
    """Motion files to import: starter motions in our own format, and three damaged ones."""
    assert library is not None, "no library is open"
    folder.mkdir(parents=True, exist_ok=True)
    for record in list(library.motions())[:_IMPORTED]:
        motion = library.load(record.id)
        save_motion(motion, folder / f"{record.name.replace(' ', '_').replace(',', '')}.npz")
    (folder / "cut_short.bvh").write_text("HIERARCHY\nROOT Hips\n{\n OFFSET 0 0 0\n CHANNELS 6 Xposition")
    (folder / "empty.npz").write_bytes(b"")
    (folder / "not_a_motion.glb").write_bytes(bytes(range(256)) * 4)
