"""Export one motion or many: which part, in whose proportions, at what rate, into which kind of file."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ..errors import CancelledError, MotionLensError
from ..motion import FPS, Motion
from .files import whole_file
from .names import file_stems

KINDS: dict[str, str] = {
    ".bvh": "BVH skeleton animation (centimetres)",
    ".glb": "glTF binary: skinned body with animation (metres)",
    ".npz": "MotionLens motion (NumPy)",
    ".npy": "HumanML3D joints (T, 22, 3) (NumPy)",
    ".csv": "table of joints",
    ".mp4": "film",
    ".gif": "animated picture",
    ".png": "folder of numbered pictures",
}
"""Ending -> what it is, for file dialogs and help."""

PICTURES = (".mp4", ".gif", ".png")
"""Kinds that show the motion; a rate is theirs to choose."""

ORIGINAL = "original"
"""``export_many``: the file that the motion was read from, under its own ending."""

Painter = Callable[[np.ndarray, tuple[int, int], float], Iterable[np.ndarray]]
"""Draws a film: (T, 22, 3) metres of the whole motion, frames [first, last) of it to show, pictures a second ->
``n_pictures`` pictures, (H, W, 3) uint8 of one size with even sides."""

PROPORTIONS = ("original", "reference")
_FIXED_RATE = (".npz", ".npy")
_MIN_FPS, _MAX_FPS = 1.0, 240.0


@dataclass(frozen=True)
class ExportOptions:
    """How to export.

    Attributes:
        start_s, end_s: the part, seconds from the motion's start; None: from its start, to its end.
        proportions: "original" (the source's own body where known) or "reference" (the body on which all
            motions are compared).
        fps: frames a second; None: 20. Fixed at 20 for .npz and .npy.
        at_origin: move the part so that it starts over the origin, facing +z; the floor stays at 0.
        rigid: .bvh and .glb with rotations only: joints of a source whose bones are not rigid are a little off.
        bvh_metres: .bvh in metres, as Blender imports at scale 1, instead of the usual centimetres.
        overwrite: replace files that exist.
    """

    start_s: float | None = None
    end_s: float | None = None
    proportions: str = "original"
    fps: float | None = None
    at_origin: bool = False
    rigid: bool = False
    bvh_metres: bool = False
    overwrite: bool = False


@dataclass(frozen=True)
class Exported:
    """A file that was written.

    Attributes:
        path: where.
        name: of the motion.
        frames, fps: in the file; ``seconds`` from its first frame to its last one's end.
        off_m: the largest distance of a joint in the file from the motion, metres.
        note: what the user should know, "" = nothing. ``frames`` is 0 for an original that was copied whole.
    """

    path: Path
    name: str
    frames: int
    fps: float
    off_m: float = 0.0
    note: str = ""

    @property
    def seconds(self) -> float:
        """Duration, each frame shown for 1 / fps."""
        return self.frames / self.fps


@dataclass(frozen=True)
class ExportItem:
    """One motion of a batch, loaded when its turn comes; ``painter`` draws its film in a look of its own."""

    name: str
    load: Callable[[], Motion]
    start_s: float | None = None
    end_s: float | None = None
    painter: Painter | None = None


@dataclass(frozen=True)
class ExportFailure:
    """An item that was not exported, and the one sentence that says why."""

    name: str
    message: str


@dataclass(frozen=True)
class ExportReport:
    """How a batch ended; what was written stays when it was cancelled."""

    written: tuple[Exported, ...]
    failures: tuple[ExportFailure, ...]
    cancelled: bool = False


def _never() -> bool:
    return False


def export_motion(
    motion: Motion,
    path: str | Path,
    options: ExportOptions | None = None,
    cancelled: Callable[[], bool] = _never,
    painter: Painter | None = None,
) -> Exported:
    """Write one motion; the path's ending says the kind (``KINDS``). The file is there whole or not at all.

    ``walk.png`` becomes the folder ``walk`` with ``walk-0001.png`` and so on.

    Args:
        cancelled: asked between the pictures of a film.
        painter: draws films; None: a shaded body seen from three quarters.

    Raises:
        MotionLensError: another ending, an impossible part or rate, a file in the way, a folder or disk that
            cannot be written to.
        CancelledError: a film that was cancelled.
    """
    path, options = Path(path), options or ExportOptions()
    kind = path.suffix.lower()
    if kind not in KINDS:
        raise MotionLensError(f"{path} has no ending that is known: name it {', '.join(KINDS)}.")
    if motion.source and Path(motion.source).resolve() == path.resolve():
        raise MotionLensError(f"{path} is the file that the motion was read from: choose another name.")
    fps = _rate(kind, options.fps, path)
    span = span_of(motion, options.start_s, options.end_s)
    if options.proportions not in PROPORTIONS:
        raise MotionLensError(
            f"There are no proportions {options.proportions!r}: choose {' or '.join(PROPORTIONS)}."
        )
    if kind in PICTURES:
        return _write_pictures(motion, path, span, fps, options, cancelled, painter)
    part = motion if span == (0, motion.n_frames) else motion.cut(*span)
    if options.at_origin:
        part = _to_origin(part)
    with whole_file(path, options.overwrite) as temporary:
        frames, off = _write(temporary, kind, part, fps, options)
    return Exported(path, motion.name, frames, fps, off)


def _rate(kind: str, fps: float | None, path: Path) -> float:
    if fps is None:
        return FPS
    if not _MIN_FPS <= fps <= _MAX_FPS:
        raise MotionLensError(
            f"{fps:g} frames a second cannot be written: choose {_MIN_FPS:g} to {_MAX_FPS:g}."
        )
    if kind in _FIXED_RATE and fps != FPS:
        raise MotionLensError(
            f"{path} would be a {kind} file, which always has 20 frames a second: leave the rate out."
        )
    return float(fps)


def export_original(
    motion: Motion, path: str | Path, options: ExportOptions | None = None, source: str | Path | None = None
) -> Exported:
    """Copy the file that a motion was read from, or its part where the format can be cut (.bvh, .amc, .npz, .npy).

    A part keeps the frames of the file at the file's own rate. Other formats are copied whole, and ``note`` says so.

    Args:
        path: has the source's ending.
        source: the file, where it is not ``motion.source``.

    Raises:
        MotionLensError: the motion has no file, it is not there, or the target cannot be written.
    """
    from .original import write_original

    path, options = Path(path), options or ExportOptions()
    file = str(source or motion.source)
    if not file:
        raise MotionLensError(f"{motion.name} was made here and has no original file: export another format.")
    if path.suffix.lower() != Path(file).suffix.lower():
        raise MotionLensError(
            f"{path} would be a copy of {file}: name it with the ending {Path(file).suffix}, or export by format."
        )
    span_of(motion, options.start_s, options.end_s)
    frames, fps, note = write_original(
        motion, Path(file), path, options.start_s, options.end_s, options.overwrite
    )
    return Exported(path, motion.name, frames, fps, note=note)


def span_of(motion: Motion, start_s: float | None, end_s: float | None) -> tuple[int, int]:
    """Frames [first, last) from ``start_s`` to ``end_s``.

    Raises:
        MotionLensError: fewer than two frames, or a part outside the motion.
    """
    if start_s is not None and not 0 <= start_s < motion.duration_s:
        raise MotionLensError(
            f"{motion.name} lasts {motion.duration_s:.2f} s and has no moment at {start_s:g} s: choose a start in it."
        )
    first = 0 if start_s is None else round(start_s * FPS)
    if end_s is not None and not end_s >= 0:  # not a number, too
        raise MotionLensError(f"{motion.name} cannot end at {end_s:g} s: choose a later end.")
    last = motion.n_frames if end_s is None else round(min(end_s, motion.duration_s) * FPS)
    if last - first < 2:
        raise MotionLensError(
            f"From {first / FPS:g} to {last / FPS:g} s {motion.name} has too few frames to export: choose a longer part."
        )
    return first, last


def _to_origin(motion: Motion) -> Motion:
    """Both bodies turned by the same angle, each with its own pelvis over the origin; heights stay."""
    from ..readers.retarget import turn_to_front  # here: it needs scipy

    turn = turn_to_front(motion.positions[0].astype(float))

    def placed(positions: np.ndarray) -> np.ndarray:
        moved = positions - positions[0, 0] * np.array([1.0, 0.0, 1.0])
        return (moved @ turn.T).astype(np.float32)

    original = motion.original_positions
    return replace(
        motion,
        positions=placed(motion.positions),
        original_positions=None if original is None else placed(original),
    )


def _write(path: Path, kind: str, motion: Motion, fps: float, options: ExportOptions) -> tuple[int, float]:
    """Write a motion as numbers; returns how many frames, and how far off joints are, metres."""
    positions = motion.display_positions if options.proportions == "original" else motion.positions
    if kind == ".npz":
        from .arrays import npz_bytes

        path.write_bytes(
            npz_bytes(
                motion if options.proportions == "original" else replace(motion, original_positions=None)
            )
        )
        return motion.n_frames, 0.0
    if kind == ".npy":
        from .arrays import npy_bytes

        path.write_bytes(npy_bytes(positions))
        return motion.n_frames, 0.0

    from .rig import joint_positions, resample, rig_motion

    if kind in (".bvh", ".glb"):
        rigged = rig_motion(positions, rigid=options.rigid)
        off = float(np.linalg.norm(joint_positions(rigged) - positions, axis=-1).max())
        rigged = resample(rigged, fps)
        if kind == ".bvh":
            from .bvh import bvh_text

            text = bvh_text(rigged, 1.0 if options.bvh_metres else 100.0)
            path.write_text(text, encoding="ascii", newline="\n")
        else:
            from .gltf import glb_bytes

            path.write_bytes(glb_bytes(rigged, motion.name))
        return rigged.n_frames, off
    from .table import joints_csv

    points = _at_rate(positions, fps)
    path.write_text(joints_csv(points, fps), encoding="ascii", newline="\n")
    return len(points), 0.0


def _at_rate(positions: np.ndarray, fps: float) -> np.ndarray:
    """At another rate, between frames along the joints' turns: straight ways would shorten bones."""
    if fps == FPS:
        return positions
    from .rig import joint_positions, resample, rig_motion

    return joint_positions(resample(rig_motion(positions), fps))


def n_pictures(span: tuple[int, int], fps: float) -> int:
    """How many pictures show frames [first, last) at a rate: picture i shows frame first + 20 i / fps.

    >>> n_pictures((10, 30), 20), n_pictures((0, 20), 30), n_pictures((0, 20), 10)
    (20, 29, 10)
    """
    return math.floor((span[1] - span[0] - 1) / FPS * fps + 1e-6) + 1


def _write_pictures(
    motion: Motion, path: Path, span: tuple[int, int], fps: float, options: ExportOptions,
    cancelled: Callable[[], bool], painter: Painter | None,
) -> Exported:  # fmt: skip
    """A film or a folder of pictures."""
    from .pictures import film, write_film, write_sequence

    whole = motion.display_positions if options.proportions == "original" else motion.positions

    def frames() -> Iterable[np.ndarray]:
        drawn = painter(whole, span, fps) if painter else film(_at_rate(whole[slice(*span)], fps), fps)
        for picture in drawn:
            if cancelled():
                raise CancelledError("The export was cancelled.")
            yield picture

    if path.suffix.lower() == ".png":
        folder = path.with_suffix("")
        return Exported(
            folder, motion.name, write_sequence(folder, folder.name, frames(), options.overwrite), fps
        )
    with whole_file(path, options.overwrite) as temporary:
        count = write_film(temporary, frames(), fps)
    return Exported(path, motion.name, count, fps)


def export_many(
    items: Sequence[ExportItem],
    folder: str | Path,
    kind: str,
    options: ExportOptions | None = None,
    progress: Callable[[int, int, str], None] = lambda done, total, name: None,
    cancelled: Callable[[], bool] = _never,
) -> ExportReport:
    """Export motions into a folder, each under its name; one that fails stops none of the others.

    Names are made safe for file systems, and numbered where two would be one. Runs in the caller's thread.

    Args:
        items: what to export; an item's part comes before the options'.
        folder: made where it is missing.
        kind: ending, from ``KINDS``, or ``ORIGINAL``.
        progress: told (done, total, name) before each item and at the end.
        cancelled: asked before each item, and between the pictures of a film.

    Raises:
        MotionLensError: an unknown kind, or a folder that cannot be made.
    """
    folder, options = Path(folder), options or ExportOptions()
    if kind not in KINDS and kind != ORIGINAL:
        raise MotionLensError(f"There is no export as {kind!r}: choose {', '.join(KINDS)} or {ORIGINAL}.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise MotionLensError(
            f"The folder {folder} could not be made ({error.strerror or error}): choose another."
        ) from error
    written: list[Exported] = []
    failures: list[ExportFailure] = []
    stems = file_stems([item.name for item in items])
    for done, item in enumerate(items):
        if cancelled():
            return ExportReport(tuple(written), tuple(failures), True)
        progress(done, len(items), item.name)
        own = replace(
            options,
            start_s=options.start_s if item.start_s is None else item.start_s,
            end_s=options.end_s if item.end_s is None else item.end_s,
        )
        try:
            motion = item.load()
            if kind == ORIGINAL:
                path = folder / (stems[done] + Path(motion.source).suffix)
                written.append(export_original(motion, path, own))
            else:
                path = folder / (stems[done] + kind)
                written.append(export_motion(motion, path, own, cancelled, item.painter))
        except CancelledError:
            return ExportReport(tuple(written), tuple(failures), True)
        except MotionLensError as error:
            failures.append(ExportFailure(item.name, str(error)))
        except Exception as error:  # a motion that no code foresaw must not stop the rest
            failures.append(
                ExportFailure(
                    item.name, f"{item.name} could not be exported ({type(error).__name__}: {error})."
                )
            )
    progress(len(items), len(items), "")
    return ExportReport(tuple(written), tuple(failures))
