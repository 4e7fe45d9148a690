"""A small engine with the real one's protocols: made-up motions, adjustable delays, failures on demand."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from fake_previews import FakePreviews

from motionlens.errors import CancelledError, MotionLensError, UnreadableFileError
from motionlens.explanation.parts import PART_NAMES
from motionlens.explanation.result import Explanation, QueryPart
from motionlens.library.interface import Failure, LibraryCounts, Moment, MotionRecord, TokenBatch
from motionlens.motion import FPS, Motion
from motionlens.search.query import Example, Query
from motionlens.search.result import Hit, SearchResult
from motionlens.skeleton import JOINT_INDEX as J
from motionlens.skeleton import PARENTS, REFERENCE_OFFSETS
from motionlens.video import Person, Track, VideoInfo
from motionlens.windows import PATCH_FRAMES
from motionlens_app.services import ImportOutcome, WorkProgress


def turn(axis: str, angles: np.ndarray) -> np.ndarray:
    """(T, 3, 3) rotations about x, y or z."""
    c, s, o, z = np.cos(angles), np.sin(angles), np.ones_like(angles), np.zeros_like(angles)
    rows = {
        "x": [[o, z, z], [z, c, -s], [z, s, c]],
        "y": [[c, z, s], [z, o, z], [-s, z, c]],
        "z": [[c, -s, z], [s, c, z], [z, z, o]],
    }[axis]
    return np.moveaxis(np.array(rows), -1, 0)


def pose_fk(rotations: dict[str, np.ndarray], root: np.ndarray, n: int) -> np.ndarray:
    """Forward kinematics on the reference skeleton, lowest foot put on the floor."""
    world = np.tile(np.eye(3), (22, n, 1, 1))
    out = np.zeros((n, 22, 3))
    names = {index: name for name, index in J.items()}
    for joint, parent in enumerate(PARENTS):
        local = rotations.get(names[joint], np.tile(np.eye(3), (n, 1, 1)))
        world[joint] = local if parent < 0 else world[parent] @ local
        if parent >= 0:
            out[:, joint] = out[:, parent] + world[parent] @ REFERENCE_OFFSETS[joint]
    out += root[:, None, :]
    out[:, :, 1] += 0.02 - out[:, [J["left_foot"], J["right_foot"]], 1].min(axis=1, keepdims=True)
    return out.astype(np.float32)


def gait(n: int = 80, speed: float = 1.2, phase: float = 0.0, wave: str = "") -> np.ndarray:
    """A sine walk, with the arm of one side waving."""
    t = np.arange(n) / FPS
    w = 2 * np.pi * (0.4 + 0.5 * max(speed, 0.0)) * t + phase
    swing = 0.45 * min(speed, 1.4)
    rotations = {}
    for side, sign in (("left", 1.0), ("right", -1.0)):
        rotations[f"{side}_hip"] = turn("x", -sign * swing * np.sin(w))
        rotations[f"{side}_knee"] = turn("x", swing * 1.1 * (0.5 + 0.5 * np.sin(sign * w - 2.2)))
        arm = turn("z", np.full(n, -sign * 1.35))
        rotations[f"{side}_shoulder"] = turn("x", sign * swing * 0.8 * np.sin(w)) @ arm
        rotations[f"{side}_elbow"] = turn("y", np.full(n, -sign * 0.35))
        if wave == side:
            rotations[f"{side}_shoulder"] = turn("z", np.full(n, sign * 0.3))
            rotations[f"{side}_elbow"] = turn("z", sign * (1.0 + 0.5 * np.sin(7 * t)))
    root = np.zeros((n, 3))
    root[:, 2] = speed * t
    return pose_fk(rotations, root, n)


class FakeLibrary:
    """Motions in memory."""

    def __init__(self, n: int = 30) -> None:
        self.records: list[MotionRecord] = []
        self.failed: list[Failure] = []
        self.closed = False
        self.delay_s = 0.0
        for i in range(n):
            self.add(i)

    def add(self, i: int, path: str = "") -> None:
        """One more motion."""
        side = "left" if i % 2 else "right"
        text = (
            f"a person walks forward and waves with the {side} hand" if i % 3 else f"someone walks, take {i}"
        )
        self.records.append(
            MotionRecord(
                len(self.records) + 1,
                f"walk_{i:02d}",
                path,
                60 + 20 * (i % 9),
                120.0,
                (text,),
                {"up_axis": "y"},
            )
        )

    def positions(self, motion_id: int, original: bool = False) -> np.ndarray:
        time.sleep(self.delay_s)
        if self.closed:
            raise MotionLensError("The library was closed: open it again.")
        record = self.records[motion_id - 1]
        side = ("left" if motion_id % 2 == 0 else "right") if (motion_id - 1) % 3 else ""
        return gait(record.n_frames, 0.3 * (motion_id % 5), motion_id, side)

    def known(self, motion_id: int) -> None:
        return None

    def counts(self) -> LibraryCounts:
        n = len(self.records)
        seconds = sum(r.n_frames for r in self.records) / FPS
        return LibraryCounts(n, n, n, len(self.failed), n, seconds)

    def motion(self, motion_id: int) -> MotionRecord:
        return self.records[motion_id - 1]

    def motions(self) -> Sequence[MotionRecord]:
        return list(self.records)

    def moment(self, moment_id: int) -> Moment:
        return Moment(moment_id, moment_id, 0, self.records[moment_id - 1].n_frames)

    def moments(self) -> Sequence[Moment]:
        return [self.moment(r.id) for r in self.records]

    def load(self, motion_id: int) -> Motion:
        return Motion(self.positions(motion_id), self.motion(motion_id).name)

    def failures(self) -> Sequence[Failure]:
        return list(self.failed)

    def token_batches(self, fingerprint: str, moments_per_batch: int) -> Iterator[TokenBatch]:
        return iter(())

    def close(self) -> None:
        self.closed = True


class FakeEncoder:
    """Names only: the fake searcher does not encode."""

    fingerprint = "fake"
    dim = 4
    device = "cpu"

    def encode_text(self, text):
        raise NotImplementedError

    def encode_motions(self, clips):
        raise NotImplementedError


class FakeSearcher:
    """Ranks by shared words; "nothing" finds nothing, "… fail" fails, "slow…" waits for the gate."""

    def __init__(self, library: FakeLibrary, services: FakeServices) -> None:
        self.library, self.services = library, services

    def search(self, text: str, k: int) -> SearchResult:
        self.services.searched.append(text)
        return self._found(text, k)

    def search_query(self, query: Query, k: int, fold_overlaps=True, within=None) -> SearchResult:
        """Examples push their own motion's side forward; what is avoided goes to the end."""
        self.services.asked.append(query)
        result = self._found(query.text, k)
        avoided = set(query.avoid.lower().split())
        hits = [hit for hit in result.hits if not avoided & set(hit.caption.split())]
        hits = [hit for hit in hits if within is None or hit.moment_id in within]
        sources = {e.source.motion_id for e in query.examples if e.source}
        hits = [hit for hit in hits if hit.id not in sources]
        if query.examples and not query.text:
            hits = hits[::-1]
        ranked = tuple(replace(hit, rank=rank) for rank, hit in enumerate(hits, 1))
        return replace(result, hits=ranked)

    def _found(self, text: str, k: int) -> SearchResult:
        if text.startswith("slow"):
            assert self.services.gate.wait(10)
        if text.endswith("fail"):
            raise MotionLensError("The library was damaged: import its folder again.")
        words = set(text.lower().split())
        scored = [
            (len(words & set(r.captions[0].split())) / max(len(words), 1), r) for r in self.library.records
        ]
        scored.sort(key=lambda pair: (-pair[0], pair[1].id))
        hits = tuple(
            Hit(rank, r.id, r.id, r.name, r.path, 0.5, min(r.n_frames / FPS, 3.5), score, r.captions[0])
            for rank, (score, r) in enumerate(scored[:k], 1)
        )
        return SearchResult(text, len(scored), {"total": 3.0}, () if text == "nothing" else hits)


def made_up_explanation(text: str, n_frames: int, start_s: float = 0.0) -> Explanation:
    """Words meet body parts by their letters: deterministic, and "left"/"right" at that side's arm."""
    words = tuple(QueryPart(m.group(), *m.span()) for m in re.finditer(r"\w+", text))
    windows = max(-(-n_frames // PATCH_FRAMES), 1)
    ends = [min((w + 1) * PATCH_FRAMES, n_frames) / FPS + start_s for w in range(windows)]
    segments = tuple((start_s + w * PATCH_FRAMES / FPS, ends[w]) for w in range(windows))
    similarity = np.zeros((len(words), len(PART_NAMES), windows), np.float32)
    for row, word in enumerate(words):
        seed = np.random.default_rng(sum(map(ord, word.text)))
        similarity[row] = 0.1 + 0.25 * seed.random((len(PART_NAMES), windows))
        peak = (
            PART_NAMES.index(f"{word.text} elbow")
            if word.text in ("left", "right")
            else int(seed.integers(14))
        )
        similarity[row, peak, int(seed.integers(windows))] = 0.9 if word.text in ("left", "right") else 0.6
    weights = np.full(len(words), 1 / max(len(words), 1))
    contribution = weights * similarity.max(axis=(1, 2))
    interaction = (similarity - 0.2) * weights[:, None, None] / 20
    score = float(contribution.sum())
    return Explanation(
        text, words, segments, similarity, interaction.astype(np.float32), {"joint": interaction}, None,
        contribution, {"joint": score}, score,
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class FakeLifted:
    """What ``video.lifting.Lifted`` is."""

    positions: np.ndarray
    known: np.ndarray
    travel_known: np.ndarray
    start_s: float
    notes: tuple[str, ...]


class FakeVideo:
    """A grey clip of 160 x 90 in which somebody is followed; the gate holds the tracking."""

    def __init__(self, services: FakeServices) -> None:
        self.services = services
        self.closed = False

    def warm(self) -> None:
        self.warmed = True

    def probe(self, path, cancelled=None) -> VideoInfo:
        if "sound" in str(path):
            raise UnreadableFileError(f"{path} holds sound alone: choose a file with a picture.")
        return VideoInfo(str(path), 160, 90, 30.0, self.services.video_s, 0, False, "h264")

    def thumbnail(self, path, time_s=None, longest_side=320, cancelled=None):
        return np.full((90, 160, 3), 200, np.uint8)

    def read_frames(self, path, start_s=0.0, end_s=None, fps=None, longest_side=None, cancelled=None):
        for time_s in np.arange(start_s, min(end_s, self.services.video_s), 0.1):
            yield float(time_s), np.full((90, 160, 3), 60 + int(20 * time_s) % 150, np.uint8)

    def find_people(self, path, time_s=0.0, cancelled=None) -> list[Person]:
        return [Person((0.1 + 0.3 * n, 0.2, 0.3 + 0.3 * n, 0.9), 0.9) for n in range(self.services.people)]

    def track(
        self, path, start_s=0.0, end_s=None, person=None, progress=None, cancelled=None, fps=30.0
    ) -> Track:
        services = self.services
        services.tracked.append((Path(path).name, start_s, end_s, person))
        end_s = services.video_s if end_s is None else min(end_s, services.video_s)
        n = max(round((end_s - start_s) * fps), 2)
        progress(n // 3, n)
        while not services.track_gate.wait(0.01):
            if cancelled() or self.closed:
                services.cancelled_tracks += 1
                raise CancelledError("Cancelled.")
        if services.track_error:
            raise services.track_error
        times = start_s + np.arange(n) / fps
        image = np.full((n, 33, 3), 0.5, np.float32) + np.linspace(-0.2, 0.2, 33, dtype=np.float32)[:, None]
        seen = np.ones(n, bool)
        info = {"width": 160, "height": 90, "others": [[0, 0, 1, 1]] * (services.people - 1)}
        return Track(times, image, image, np.ones((n, 33), np.float32), seen, ~seen, info)

    def close(self) -> None:
        self.closed = True


class FakeServices(FakePreviews):
    """Every gate is open unless a test closes it."""

    def __init__(self, motions: int = 30) -> None:
        super().__init__()
        self.gate = threading.Event()
        self.gate.set()
        self.model_gate = threading.Event()
        self.model_gate.set()
        self.model_error: Exception | None = None
        self.library_error: Exception | None = None
        self.starter = FakeLibrary(motions)
        self.libraries: dict[Path, FakeLibrary] = {}
        self.searched: list[str] = []
        self.imports: list[tuple[Path, list[Path]]] = []
        self.import_delay_s = 0.0
        self.import_files = 12
        self.why_gate = threading.Event()
        self.why_gate.set()
        self.why_error: Exception | None = None
        self.explained: list[tuple[str, int, float]] = []
        self.exported: list[str] = []
        self.asked: list[Query] = []
        self.videos: list[FakeVideo] = []
        self.track_gate = threading.Event()
        self.track_gate.set()
        self.track_error: Exception | None = None
        self.tracked: list[tuple[str, float, float, object]] = []
        self.cancelled_tracks = 0
        self.people = 1
        self.video_s = 4.0
        self.lift_notes: tuple[str, ...] = ()
        self.motion_error: Exception | None = None
        self.explained_examples: list[tuple[Example, int, str]] = []

    def open_library(self, folder: Path) -> FakeLibrary:
        if self.library_error:
            raise self.library_error
        library = self.libraries.setdefault(folder, FakeLibrary(0))
        library.closed = False
        return library

    def open_starter(self, progress, cancelled) -> FakeLibrary:
        progress(WorkProgress("read", 1, 2))
        self.starter.closed = False
        return self.starter

    def load_encoder(self) -> FakeEncoder:
        assert self.model_gate.wait(20)
        if self.model_error:
            raise self.model_error
        return FakeEncoder()

    def close(self) -> None:
        self.closed = True

    def searcher(self, library, encoder, progress, cancelled) -> FakeSearcher:
        return FakeSearcher(library, self)

    def explain(self, encoder, text, clip, start_s) -> Explanation:
        self.explained.append((text, len(clip), start_s))
        assert self.why_gate.wait(20)
        if self.why_error:
            raise self.why_error
        return made_up_explanation(text, len(clip), start_s)

    def explain_example(self, encoder, example, clip, start_s, rows, example_start_s=0.0) -> Explanation:
        self.explained_examples.append((example, len(clip), rows))
        n = -(-len(example.positions) // PATCH_FRAMES)
        names = (
            PART_NAMES
            if rows == "body part"
            else [f"{t:.1f}–{t + 0.8:.1f} s" for t in example_start_s + 0.8 * np.arange(n)]
        )
        made = made_up_explanation(" ".join(f"row{i}" for i in range(len(names))), len(clip), start_s)
        return replace(made, query="", words=tuple(QueryPart(name) for name in names))

    def video_reader(self) -> FakeVideo:
        self.videos.append(FakeVideo(self))
        return self.videos[-1]

    def lift(self, track, mirror=False):
        clip = gait(max(round((track.times[-1] - track.times[0]) * FPS) + 1, 2), 1.0)
        known = np.ones((len(clip), 22), bool)
        return FakeLifted(clip, known, known[:, 0], float(track.times[0]), self.lift_notes)

    def read_motion(self, path):
        if self.motion_error:
            raise self.motion_error
        return gait(60)

    def export_explanation(self, explanation, path) -> None:
        if self.why_error:
            raise self.why_error
        path.write_text(explanation.query)
        self.exported.append(path.name)

    def import_paths(self, folder, paths, encoder, progress, cancelled) -> ImportOutcome:
        self.imports.append((folder, list(paths)))
        library = self.libraries.setdefault(folder, FakeLibrary(0))
        for done in range(self.import_files):
            if cancelled():
                return ImportOutcome(done, 0, tuple(library.failed), cancelled=True)
            time.sleep(self.import_delay_s)
            path = str(Path(paths[0]) / f"take_{done:03d}.bvh")
            if done % 4 == 3:
                library.failed.append(Failure(path, f"{path} is cut short at line 812: export it again."))
            else:
                library.add(done, path)
            progress(WorkProgress("read", done + 1, self.import_files, len(library.failed), path))
        return ImportOutcome(self.import_files - len(library.failed), 0, tuple(library.failed), seconds=1.0)
