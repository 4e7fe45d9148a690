"""Before an import: which kinds of files a folder holds, and what the readers would make of each.

Heads of all files are read here (some kilobytes each); one or two whole files of each kind are read in
the reading process, as an import does, so that a file that hangs or crashes its reader costs only itself.
"""

from __future__ import annotations

import json
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ..motion import FPS, Motion
from ..readers import SUPPORTED_SUFFIXES
from ..readers.foreign import FOREIGN_SUFFIXES, count_foreign, how_to_convert
from ..readers.heads import Head, joint_names, read_head
from ..readers.mapping import MappingOverrides
from .presets import Preset, Presets, correction_dict
from .sampling import SAMPLE_READER, UNMAPPED
from .scan import scan
from .videos import VIDEO_SUFFIXES
from .worker import ReaderProcess

SAMPLES = 2
TIMEOUT_S = 20.0
MAX_KINDS = 40
"""So many kinds are sampled; a folder with more is a mess that a preview cannot help with."""

Cancelled = Callable[[], bool]


@dataclass(frozen=True, eq=False)
class Sample:
    """One file that was read for the preview.

    Attributes:
        path: the file.
        motion: what it gave, at most half a minute; None where it could not be read.
        message: "" or why not.
        unmapped: canonical joints that were not recognised.
    """

    path: Path
    motion: Motion | None
    message: str = ""
    unmapped: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Kind:
    """Files that are read alike.

    Attributes:
        signature, label, joint_names: see ``readers.heads.Head``.
        files: all of them, in the order of the scan.
        samples: those that were read.
        correction: what the user states about all of them; empty: everything is inferred.
    """

    signature: str
    label: str
    files: tuple[Path, ...]
    joint_names: tuple[str, ...] = ()
    samples: tuple[Sample, ...] = ()
    correction: MappingOverrides = field(default_factory=MappingOverrides)

    @property
    def motion(self) -> Motion | None:
        """What is shown: the first sample that could be read."""
        return next((s.motion for s in self.samples if s.motion is not None), None)

    @property
    def inferred(self) -> dict[str, Any]:
        """``Motion.inferred`` of what is shown; empty where nothing could be read."""
        return dict(self.motion.inferred) if self.motion is not None else {}

    @property
    def unmapped(self) -> tuple[str, ...]:
        """Canonical joints that were not recognised in some sample."""
        return tuple(dict.fromkeys(name for s in self.samples for name in s.unmapped))

    @property
    def editable(self) -> tuple[str, ...]:
        """Keys of a mapping file that have an effect on these files."""
        if self.signature == "npz:motionlens":
            return ()
        keys = ["unit_m", "up_axis", "facing", "fps", "drop_t_pose"]
        if self.signature.startswith("gltf"):
            keys.remove("fps")  # it holds times, not frames
        return (*keys, "joints") if self.joint_names else tuple(keys)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the user should look at, a sentence each; empty where all is well."""
        return tuple(dict.fromkeys([*self._failures(), *self._doubts(), *self._differences()]))

    @property
    def certain(self) -> bool:
        """True when every sample was read and nothing about them is in doubt."""
        return bool(self.samples) and not self.warnings

    def _failures(self) -> list[str]:
        out = [sample.message for sample in self.samples if sample.message and not sample.unmapped]
        if self.unmapped:
            missed = ", ".join(name.replace("_", " ") for name in self.unmapped)
            out.append(f"No joint was recognised as {missed}: say which one it is in these files.")
        return out

    def _doubts(self) -> list[str]:
        out = []
        for sample in self.samples:
            found = sample.motion.inferred if sample.motion is not None else {}
            unit = str(found.get("unit_from", ""))
            height = found.get("stature_m")
            if isinstance(height, int | float) and not 1.0 <= height <= 2.4:
                out.append(f"The person would be {height:.2f} m tall: check the unit.")
            elif "unusual" in unit:
                out.append(f"The unit is a guess that gives an unusual height ({height:.2f} m): check it.")
            elif "the file states" in unit:
                out.append(f"The file's own unit cannot be right ({unit}): check the unit.")
            if "lies" in str(found.get("up_from", "")):
                out.append(f"Which way is up is in doubt ({found['up_from']}): check it in the preview.")
            out += [
                f"{note[:1].upper()}{note[1:]}." for note in found.get("notes", []) if "left-handed" in note
            ]
        return out

    def _differences(self) -> list[str]:
        out = []
        read = [s.motion.inferred for s in self.samples if s.motion is not None]
        for key, what, unit in (("unit_m", "unit", " m"), ("up_axis", "up axis", "")):
            values = list(dict.fromkeys(found[key] for found in read if key in found))
            if len(values) > 1:
                shown = " and ".join(f"{v:g}{unit}" if isinstance(v, float) else str(v) for v in values)
                out.append(f"The files differ in their {what} ({shown}): a correction would hold for all.")
        return out

    def with_correction(self, correction: MappingOverrides) -> Kind:
        """The same kind under another correction; its samples are those from before until it is read again."""
        return replace(self, correction=correction)

    def to_dict(self) -> dict[str, Any]:
        """The command line's JSON contract."""
        found = self.inferred
        keys = ("unit_m", "unit_from", "up_axis", "up_from", "facing_from", "fps", "fps_from", "stature_m",
                "dropped_t_pose_frames", "joint_map", "derived", "notes")  # fmt: skip
        return {
            "signature": self.signature,
            "label": self.label,
            "files": len(self.files),
            "examples": [str(path) for path in self.files[:3]],
            "certain": self.certain,
            "warnings": list(self.warnings),
            "unmapped": list(self.unmapped),
            "joint_names": list(self.joint_names),
            "inferred": {key: found[key] for key in keys if key in found},
            "correction": correction_dict(self.correction),
            "preview_seconds": round(found.get("frames", 0) / FPS, 2),
        }


@dataclass(frozen=True, eq=False)
class Preview:
    """What an import of some paths would meet.

    Attributes:
        kinds: the largest first.
        foreign: (suffix, number of files, sentence) of kinds of motion that are not read.
        videos: number of videos, which a folder's import leaves out.
        missing: paths that are not there.
        cancelled: stopped before all was looked at.
    """

    kinds: tuple[Kind, ...]
    foreign: tuple[tuple[str, int, str], ...] = ()
    videos: int = 0
    missing: tuple[Path, ...] = ()
    cancelled: bool = False

    @property
    def n_files(self) -> int:
        """Files that an import would read."""
        return sum(len(kind.files) for kind in self.kinds)

    @property
    def certain(self) -> bool:
        """True when there is one kind, nothing about it is in doubt, and nothing is left out."""
        return len(self.kinds) == 1 and self.kinds[0].certain and not self.foreign

    def presets(self) -> Presets:
        """The corrections of all kinds that have one."""
        return Presets(
            {k.signature: Preset(k.label, k.correction) for k in self.kinds if correction_dict(k.correction)}
        )

    def to_dict(self) -> dict[str, Any]:
        """The command line's JSON contract."""
        return {
            "files": self.n_files,
            "certain": self.certain,
            "kinds": [kind.to_dict() for kind in self.kinds],
            "not_read": [{"suffix": s, "files": n, "convert": text} for s, n, text in self.foreign],
            "videos_left_out": self.videos,
            "missing": [str(path) for path in self.missing],
            "cancelled": self.cancelled,
        }


def preview(
    paths: Iterable[str | Path],
    presets: Presets | None = None,
    progress: Callable[[int, int, str], None] | None = None,
    cancelled: Cancelled = lambda: False,
    timeout_s: float = TIMEOUT_S,
    skip: Path | None = None,
) -> Preview:
    """Look at files and folders as an import would, and read one or two of each kind.

    Args:
        paths: files and folders; only read.
        presets: corrections that are known already.
        progress: called with (done, total, name); total 0 while files are looked for.
        cancelled: asked often; what was found so far is returned.
        timeout_s: for one sample; a file that takes longer is reported as such.
        skip: folder that is not walked (the library itself).
    """
    tell = progress or (lambda done, total, name: None)
    tell(0, 0, "")
    found = scan(paths, SUPPORTED_SUFFIXES, skip, cancelled, VIDEO_SUFFIXES | FOREIGN_SUFFIXES)
    heads: dict[str, tuple[Head, list[Path]]] = {}
    for number, path in enumerate(found.files):
        if cancelled():
            break
        if number % 50 == 0:
            tell(number, len(found.files), path.name)
        head = read_head(path)
        heads.setdefault(head.signature, (head, []))[1].append(path)
    known = presets.kinds if presets is not None else {}
    kinds = [
        Kind(
            key, head.label, tuple(files), joint_names(files[0], head),
            correction=known[key].mapping if key in known else MappingOverrides(),
        )
        for key, (head, files) in heads.items()
    ]  # fmt: skip
    kinds.sort(key=lambda kind: -len(kind.files))
    read = _sample_all(kinds, timeout_s, cancelled, tell)
    aside = [*found.others, *found.unsupported]
    return Preview(
        tuple(read),
        tuple((suffix, n, how_to_convert(suffix) or "") for suffix, n in count_foreign(aside)),
        sum(p.suffix.lower() in VIDEO_SUFFIXES for p in aside),
        found.missing,
        cancelled(),
    )


def _sample_all(
    kinds: Sequence[Kind], timeout_s: float, cancelled: Cancelled, tell: Callable[[int, int, str], None]
) -> list[Kind]:
    out = []
    with _reader(timeout_s, cancelled) as reader:
        for number, kind in enumerate(kinds):
            if cancelled() or number >= MAX_KINDS:
                out.append(kind)
                continue
            tell(number, len(kinds), kind.label)
            out.append(_sampled(kind, reader, cancelled))
    return out


def sample(kind: Kind, timeout_s: float = TIMEOUT_S, cancelled: Cancelled = lambda: False) -> Kind:
    """Read the kind's samples, anew under its present correction."""
    with _reader(timeout_s, cancelled) as reader:
        return _sampled(kind, reader, cancelled)


@contextmanager
def _reader(timeout_s: float, cancelled: Cancelled) -> Iterator[ReaderProcess]:
    """A reading process that ends within a tenth of a second when the caller cancels."""
    reader = ReaderProcess(SAMPLE_READER, timeout_s)
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.1):
            if cancelled():
                reader.kill()
                return

    watcher = threading.Thread(target=watch, name="preview-cancel", daemon=True)
    watcher.start()
    try:
        yield reader
    finally:
        over.set()
        watcher.join()
        reader.close()


def _sampled(kind: Kind, reader: ReaderProcess, cancelled: Cancelled) -> Kind:
    stated = correction_dict(kind.correction)
    with tempfile.TemporaryDirectory(prefix="motionlens-") as folder:
        mapping = ""
        if stated:
            file = Path(folder) / "mapping.json"
            file.write_text(json.dumps(stated), encoding="utf-8")
            mapping = str(file)
        samples: list[Sample] = []
        for path in _chosen(kind.files):
            if cancelled():
                break
            result = reader.read(path, mapping)
            if cancelled():
                break
            motion = result.motions[0] if result.motions else None
            message, unmapped = result.message, ()
            if motion is not None and UNMAPPED in motion.inferred:
                message, unmapped = str(motion.inferred["message"]), tuple(motion.inferred[UNMAPPED])
                motion = None
            samples.append(Sample(path, motion, message.replace(str(path), path.name), unmapped))
    return replace(kind, samples=tuple(samples))


def _chosen(files: Sequence[Path]) -> list[Path]:
    """The first and the last file: of several takes or subjects, most likely two unlike ones.

    >>> [str(p) for p in _chosen([Path("a"), Path("b"), Path("c")])], _chosen([])
    (['a', 'c'], [])
    """
    return list(dict.fromkeys([*files[:1], *files[-1:]]))[:SAMPLES]
