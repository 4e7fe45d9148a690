"""From files and folders to a library: one transaction a file, resumable at any moment."""

from __future__ import annotations

import hashlib
import importlib
import json
import os
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from ..model.interface import Encoder
from ..readers.foreign import FOREIGN_SUFFIXES, count_foreign, left_out, refusal
from ..readers.manifests import stated_rate
from ..readers.sidecar import read_captions
from .beside import Beside, same_file
from .encoding import ENCODE_BATCH, encode_batch
from .interface import Failure
from .local import LocalLibrary
from .presets import Presets, correction_dict
from .progress import ImportProgress, ImportReport
from .reading import Job, read_all
from .scan import scan
from .videos import VIDEO_SUFFIXES, Tracker, is_video, read_videos, video_version
from .worker import DEFAULT_READER, ReadResult
from .writer import FileState, KnownFile, LibraryWriter

__all__ = ["ImportProgress", "ImportReport", "import_paths"]


def import_paths(
    library: LocalLibrary,
    paths: Iterable[str | Path],
    encoder: Encoder | None,
    mapping: str | Path | None = None,
    progress: Callable[[ImportProgress], None] | None = None,
    cancelled: Callable[[], bool] = lambda: False,
    *,
    workers: int | None = None,
    timeout_s: float = 120.0,
    reader: str = DEFAULT_READER,
    suffixes: Iterable[str] | None = None,
    videos: bool = False,
    tracker: Callable[[], Tracker] | None = None,
    presets: Presets | None = None,
) -> ImportReport:
    """Import motion files and folders of them; the files are only read.

    Known files that did not change are skipped (by size and time, then by content), changed ones are
    read again under their ids, files that could not be read are listed with the reason and tried
    again when they or the reader changed.

    Args:
        library: where to.
        paths: files and folders.
        encoder: makes the token vectors; None leaves that to ``encode_missing``.
        mapping: a mapping file that overrides what the readers infer; it is remembered for the files
            imported with it.
        progress: called about once a file, in this thread.
        cancelled: asked often; True ends the import after the file at work.
        workers: reading processes, None = by the number of cores, 0 = read in this process.
        timeout_s: seconds after which a file is given up.
        reader: ``module:function`` that reads one file.
        suffixes: of motion files, None = those that the readers support.
        videos: import videos too, after the motion files; without it new ones are counted and left out.
        tracker: makes what tracks videos, None = a process of its own.
        presets: what the user stated for kinds of files; ``mapping`` comes before it.

    Raises:
        LibraryBusyError: another importer is writing.
        LibraryError: the disk is full.
        MotionLensError: the mapping file is wrong.
    """
    with library.writing() as writer:
        job = _Import(library, writer, encoder, progress, cancelled, videos)
        job.use_mapping(mapping)
        job.use_presets(presets)
        if suffixes is None:
            suffixes = importlib.import_module("motionlens.readers").SUPPORTED_SUFFIXES
        found = job.scan(list(paths), frozenset(suffixes))
        return job.run(found, workers, timeout_s, reader, tracker)


class _Import:
    def __init__(
        self,
        library: LocalLibrary,
        writer: LibraryWriter,
        encoder: Encoder | None,
        progress: Callable[[ImportProgress], None] | None,
        cancelled: Callable[[], bool],
        videos: bool,
    ) -> None:
        self._videos = videos
        self._left_out: tuple[Path, ...] = ()
        self._library = library
        self._writer = writer
        self._encoder = encoder
        self._progress = progress
        self._cancelled = cancelled
        self._started = time.monotonic()
        self._known: dict[str, KnownFile] = {}
        self._by_hash: dict[str, list[str]] = {}
        self._mapping = ""
        self._presets = Presets()
        self._preset_mappings: dict[str, str] = {}
        self._beside = Beside()
        self._total = 0
        self._done = 0
        self._imported = 0
        self._unchanged = 0
        self._moved = 0
        self._moments = 0
        self._encoded = 0
        self._failures: list[Failure] = []
        self._duplicates: list[tuple[str, str]] = []
        self._warnings: list[str] = []
        self._pending: list[int] = []

    # -- preparation ---------------------------------------------------------------------------

    def use_mapping(self, mapping: str | Path | None) -> None:
        """Check the mapping file and keep a copy in the library, for files that change later."""
        if mapping is None:
            return
        importlib.import_module("motionlens.readers.mapping").MappingOverrides.load(mapping)
        self._mapping = self._keep_mapping(Path(mapping).read_bytes())

    def use_presets(self, presets: Presets | None) -> None:
        """Keep the corrections of kinds of files in the library, as mapping files."""
        self._presets = presets or Presets()
        for key, preset in self._presets.kinds.items():
            content = json.dumps(correction_dict(preset.mapping), sort_keys=True).encode()
            self._preset_mappings[key] = self._keep_mapping(content)

    def _keep_mapping(self, content: bytes) -> str:
        name = hashlib.blake2b(content, digest_size=8).hexdigest()
        copy = self._mapping_path(name)
        copy.parent.mkdir(exist_ok=True)
        part = copy.with_suffix(".part")
        part.write_bytes(content)
        part.replace(copy)
        return name

    def _mapping_path(self, name: str) -> Path:
        return self._library.path / "mappings" / f"{name}.json"

    def _plan(self, path: Path) -> tuple[Job, FileState] | None:
        """What to do about one file; None where there is nothing to read."""
        try:
            str(path).encode()
            stat = path.stat()
        except UnicodeEncodeError:
            shown = str(path).encode(errors="replace").decode()
            self._fail(shown, f"{shown} has a name that is not valid Unicode: rename it.")
            return None
        except OSError as error:
            self._fail(str(path), f"{path} could not be opened ({error.strerror}): check the file.")
            return None
        known = self._known.get(str(path))
        mapping = self._mapping
        if not mapping and (preset := self._presets.mapping_of(path)) is not None:
            mapping = self._preset_mappings[preset[0]]
        if known is not None and not mapping:  # a file keeps the mapping that it was imported with
            mapping = known.state.context.rpartition("mapping=")[2]
            mapping = mapping if mapping and self._mapping_path(mapping).exists() else ""
        rate = stated_rate(path)  # a manifest that is corrected changes the reading of its files
        stated = "" if rate is None else f" fps={rate.fps:g}"
        reader = f"video-{video_version()}" if is_video(path) else _reader_version()
        context = f"reader={reader} beside={self._beside.of(path)}{stated} mapping={mapping}"
        state = FileState(str(path), stat.st_size, stat.st_mtime_ns, "", context)
        known_hash = ""
        # A failure without a hash may have passed (drive, permission, time-out): it is tried again.
        tried = known is not None and (known.status == "ok" or known.state.content_hash)
        if known is not None and tried and known.state.context == context:
            if (known.state.size, known.state.mtime_ns) == (state.size, state.mtime_ns):
                self._keep(known)
                return None
            known_hash = known.state.content_hash
        return Job(path, str(self._mapping_path(mapping)) if mapping else "", known_hash), state

    # -- the loop ------------------------------------------------------------------------------

    def scan(self, paths: list[str | Path], suffixes: frozenset[str]) -> tuple[Path, ...]:
        """The files to look at; what was asked for and cannot be is a failure."""
        self._report("scan", "")
        wanted = suffixes | VIDEO_SUFFIXES if self._videos else suffixes
        noted = VIDEO_SUFFIXES | FOREIGN_SUFFIXES
        found = scan(paths, wanted, self._library.path, self._cancelled, noted)
        self._left_out = tuple(path for path in found.others if is_video(path))
        self._warnings += [left_out(suffix, n) for suffix, n in count_foreign(found.others)]
        for path in found.missing:
            self._fail(
                str(path),
                f"{path} is not there: check its spelling or connect its drive "
                "(what was imported from it stays in the library).",
            )
        for path in found.unsupported:
            kinds = ", ".join(sorted(suffixes))
            self._fail(
                str(path),
                f"{path} is a video: import it with --videos (tracking takes longer than the clip)."
                if is_video(path)
                else refusal(path, kinds),
            )
        self._remember_roots(paths)
        return found.files

    def run(
        self,
        files: tuple[Path, ...],
        workers: int | None,
        timeout_s: float,
        reader: str,
        tracker: Callable[[], Tracker] | None,
    ) -> ImportReport:
        """Read, store and encode what is new or changed."""
        self._known = self._writer.known_files()
        for known in self._known.values():
            if known.state.content_hash:
                self._by_hash.setdefault(known.state.content_hash, []).append(known.state.path)
        self._total = len(files)
        planned = []
        for path in files:
            if self._cancelled():
                break
            if (plan := self._plan(path)) is not None:
                planned.append(plan)
        recorded = [plan for plan in planned if not is_video(plan[0].path)]
        filmed = [plan for plan in planned if is_video(plan[0].path)]
        jobs = [job for job, _ in recorded]
        self._take(read_all(jobs, reader, workers, timeout_s, self._cancelled), recorded, ENCODE_BATCH)
        jobs = [job for job, _ in filmed]
        self._take(read_videos(jobs, self._cancelled, self._tracking, tracker), filmed, 1)
        if not self._cancelled():
            self._finish_encoding()
        cancelled = self._cancelled()
        self._report("done", "")
        return ImportReport(
            files=len(files),
            imported=self._imported,
            unchanged=self._unchanged,
            moved=self._moved,
            failures=tuple(self._failures),
            duplicates=tuple(self._duplicates),
            warnings=tuple(self._warnings),
            moments=self._moments,
            encoded=self._encoded,
            cancelled=cancelled,
            seconds=time.monotonic() - self._started,
            videos_left_out=sum(str(path) not in self._known for path in self._left_out),
        )

    def _take(
        self,
        results: Iterable[tuple[Job, ReadResult]],
        planned: list[tuple[Job, FileState]],
        encode_at: int,
    ) -> None:
        """Store what was read, in the order of ``planned``; encode once so many moments wait."""
        for (job, result), (_, state) in zip(results, planned, strict=False):
            self._store(job, replace(state, content_hash=result.content_hash), result)
            if len(self._pending) >= encode_at:
                self._encode_pending()

    def _tracking(self, path: Path, share: float) -> None:
        self._report("read", str(path), part=share)

    def _remember_roots(self, paths: list[str | Path]) -> None:
        for given in paths:
            root = os.path.abspath(Path(given).expanduser())  # noqa: PTH100 (links stay as given)
            try:
                root.encode()
            except UnicodeEncodeError:
                continue
            if not Path(root).exists():
                continue
            self._writer.add_root(root)
            # A broken file that the user removed need not be complained about for ever.
            for known in self._writer.known_files().values():
                path = Path(known.state.path)
                if known.status == "failed" and path.is_relative_to(root) and not path.exists():
                    self._writer.forget_failure(known.id)

    def _keep(self, known: KnownFile) -> None:
        """A file that did not change: only its captions may have."""
        self._done += 1
        if known.status == "failed":
            self._failures.append(Failure(known.state.path, known.message))
        else:
            self._unchanged += 1
            self._writer.update_captions(known.state.path, self._captions(known.state.path))
        self._report("read", known.state.path)

    def _store(self, job: Job, state: FileState, result: ReadResult) -> None:
        known = self._known.get(state.path)
        if result.unchanged and known is not None:
            self._writer.touch_file(state)
            self._keep(known)
            return
        moved_from = "" if known is not None else self._vanished_twin(state)
        if result.message:
            self._writer.store_failure(state, result.message, moved_from)
            self._fail(state.path, result.message, planned=True)
            return
        captions = self._captions(state.path)
        moments = self._writer.store_file(state, result.motions, captions, moved_from, result.known)
        twins = [p for p in self._by_hash.get(state.content_hash, []) if p not in (state.path, moved_from)]
        if moved_from:
            self._moved += 1
        elif twins and known is None:
            self._duplicates.append((state.path, twins[0]))
        self._by_hash[state.content_hash] = [*twins, state.path]
        self._moments += len(moments)
        self._pending += moments
        self._imported += 1
        self._done += 1
        self._report("read", state.path)

    def _vanished_twin(self, state: FileState) -> str:
        """Path of a known file with this content and kind that is gone, or is this very file."""
        for path in self._by_hash.get(state.content_hash, []):
            same_kind = Path(path).suffix.lower() == Path(state.path).suffix.lower()
            if path in self._known and same_kind and (not Path(path).exists() or same_file(path, state.path)):
                return path
        return ""

    def _fail(self, path: str, message: str, planned: bool = False) -> None:
        self._failures.append(Failure(path, message))
        self._done += planned
        self._report("read", path)

    def _captions(self, path: str) -> list[str]:
        found = read_captions(path)
        if found.warning and found.warning not in self._warnings:
            self._warnings.append(found.warning)
        return list(found.texts)

    # -- encoding ------------------------------------------------------------------------------

    def _encode_pending(self) -> None:
        if self._encoder is None:
            self._pending.clear()
            return
        moments = [self._library.moment(moment_id) for moment_id in self._pending]
        self._pending.clear()
        n, warnings = encode_batch(self._library, self._writer, self._encoder, moments)
        self._encoded += n
        self._warnings += warnings

    def _finish_encoding(self) -> None:
        """The rest, with what a killed import or another model left without tokens."""
        encoder = self._encoder
        if encoder is None:
            return
        missing = self._library.moments_without_tokens(encoder.fingerprint)
        for first in range(0, len(missing), ENCODE_BATCH):
            if self._cancelled():
                return
            n, warnings = encode_batch(
                self._library, self._writer, encoder, missing[first : first + ENCODE_BATCH]
            )
            self._encoded += n
            self._warnings += [text for text in warnings if text not in self._warnings]
            self._report("encode", "", min(first + ENCODE_BATCH, len(missing)), len(missing))
        whole = not self._library.moments_without_tokens(encoder.fingerprint)
        if whole and len(self._library.fingerprints()) > 1:
            self._writer.drop_tokens_except(encoder.fingerprint)

    def _report(
        self,
        stage: str,
        current: str,
        done: int | None = None,
        total: int | None = None,
        part: float = 0.0,
    ) -> None:
        if self._progress is None:
            return
        self._progress(
            ImportProgress(
                stage,
                self._done if done is None else done,
                self._total if total is None else total,
                current,
                self._imported,
                self._unchanged,
                len(self._failures),
                time.monotonic() - self._started,
                part,
            )
        )


def _reader_version() -> str:
    return str(getattr(importlib.import_module("motionlens.readers"), "READER_VERSION", 1))
