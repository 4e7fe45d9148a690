"""Damaged videos: read or followed, or one sentence; ``MOTIONLENS_FUZZ=200`` damages so many, a dozen otherwise."""

from __future__ import annotations

import os
import random
import time
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from motionlens.errors import MotionLensError
from motionlens.video.reading import probe, read_frames, thumbnail
from motionlens.video.remote import VideoProcess
from tests.videos import KINDS, damaged, write_video

COUNT = int(os.environ.get("MOTIONLENS_FUZZ", "12"))
LIMIT_S = 10.0
HANG_S = 60.0
"""Following is timed by the clock beside whatever else runs: what it takes is printed, only a hang fails."""


@pytest.mark.parametrize("kind", KINDS)
def test_damaged_files_never_hang_or_raise_anything_else(tmp_path: Path, kind: str) -> None:
    count = COUNT // len(KINDS) + 1
    whole = write_video(tmp_path / f"whole.{kind}", KINDS[kind], n=24, fps=25).read_bytes()
    dice = random.Random(kind)
    file = tmp_path / f"damaged.{kind}"
    outcomes = []
    for _ in range(count):
        file.write_bytes(damaged(whole, dice))
        began = time.monotonic()
        for work in (probe, lambda path: list(read_frames(path, 0.5)), thumbnail):
            try:
                work(file)
                outcomes.append("read")
            except MotionLensError as error:
                assert str(file) in str(error)
                assert "\n" not in str(error)
                outcomes.append("sentence")
        assert time.monotonic() - began < LIMIT_S
    assert len(outcomes) == 3 * count


def _recorded(clip: Path, path: Path, codec: str) -> bytes:
    """A quarter of a second of a person, small, in another container."""
    frames = [p[: p.shape[0] // 2 * 2, : p.shape[1] // 2 * 2] for _, p in read_frames(clip, 0, 0.25, 20, 320)]
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=20)
        stream.height, stream.width = frames[0].shape[:2]
        stream.pix_fmt = "rgb8" if codec == "gif" else "yuv420p"
        for number, shown in enumerate(frames):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(shown), "rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 20)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path.read_bytes()


def test_damaged_files_are_followed_or_refused_by_one_process(data_dir: Path, tmp_path: Path) -> None:
    clip = data_dir / "video" / "beam_balance_cam01.mp4"
    whole = {k: _recorded(clip, tmp_path / f"whole.{k}", codec) for k, codec in KINDS.items()}
    outcomes, slowest = [], 0.0
    with VideoProcess() as process:
        process.probe(clip)
        pids = {process.pid}
        for number in range(COUNT):
            kind = list(KINDS)[number % len(KINDS)]
            file = tmp_path / f"damaged {number}.{kind}"
            file.write_bytes(damaged(whole[kind], random.Random(number)))
            began = time.monotonic()
            try:
                track = process.track(file)
                assert np.isfinite(track.world[track.present]).all()
                outcomes.append("followed")
            except MotionLensError as error:
                assert str(file) in str(error) and "\n" not in str(error)
                outcomes.append("sentence")
            slowest = max(slowest, time.monotonic() - began)
            pids.add(process.pid)
    print(f"{COUNT} files, {outcomes.count('followed')} followed, slowest {slowest:.1f} s")
    assert len(pids) == 1
    assert slowest < HANG_S
