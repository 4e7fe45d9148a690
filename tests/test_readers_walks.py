"""Every real walk: people's height, people's speed, toes and knees in front, left on the left."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import numpy as np
import pytest

from motionlens.readers import read_motions
from motionlens.skeleton import JOINT_INDEX as J
from tests.test_readers_bvh import walks_like_a_person

_WALK = re.compile(r"\bwalk", re.IGNORECASE)
_OTHER = re.compile(r"run|jump|climb|sit|danc|jog|hop|skip|swing|stairs|kick|crawl|march", re.IGNORECASE)
_PLAIN = re.compile(r"walk(/stride)?|walk, (veer|90-degree) .*|brisk walk", re.IGNORECASE)
SLOW = {"27_01": 0.44, "29_01": 0.45}
"""Called "walk" and slower than 0.7 m/s all the same: median speeds as measured."""


def _walks(data_dir: Path) -> list[dict[str, str]]:
    with (data_dir / "cmu" / "trials.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    return [r for r in rows if _WALK.search(r["description"]) and not _OTHER.search(r["description"])]


def _speed(p: np.ndarray) -> float:
    """Median speed of the pelvis over the floor, m/s."""
    return float(np.median(np.linalg.norm(np.diff(p[:, 0, [0, 2]], axis=0), axis=-1)) * 20)


def test_every_walk_is_a_persons(data_dir: Path) -> None:
    rows = _walks(data_dir)
    kinds = {kind: sum(r["file"].endswith(kind) for r in rows) for kind in (".amc", ".bvh")}
    assert len(rows) > 80 and min(kinds.values()) > 30, kinds
    plain = 0
    for row in rows:
        (motion,) = read_motions(data_dir / "cmu" / row["file"])
        trial, p = row["trial"], motion.positions
        assert 1.4 < motion.inferred["stature_m"] < 2.1, trial
        walks_like_a_person(p)
        speed = _speed(p)
        if trial in SLOW:
            assert speed == pytest.approx(SLOW[trial], abs=0.05), trial
        elif _PLAIN.fullmatch(row["description"].strip()):
            plain += 1
            assert 0.7 < speed < 2.0, (trial, speed)
            early = p[: len(p) // 3, 0]
            assert early[-1, 2] > 0.3, f"{trial}: forward is +z"
        # Seen along the way that the toes point, the left hip and hand are on the left.
        toes = sum(p[:, J[f"{s}_foot"]] - p[:, J[f"{s}_ankle"]] for s in ("left", "right"))
        left = np.cross([0.0, 1.0, 0.0], toes)
        for joint in ("hip", "wrist"):
            across = p[:, J[f"left_{joint}"]] - p[:, J[f"right_{joint}"]]
            assert np.mean(np.sum(across * left, axis=-1) > 0) > 0.9, (trial, joint)
    assert plain > 70


@pytest.mark.parametrize("trial", ["16_15", "35_01"])
def test_the_check_fails_on_a_mirrored_or_turned_reading(trial: str, data_dir: Path) -> None:
    (path,) = (data_dir / "cmu" / trial[:2]).glob(f"{trial}.[ab]*")
    p = read_motions(path)[0].positions
    walks_like_a_person(p)
    for wrong in (p * np.float32([-1, 1, 1]), p * np.float32([1, 1, -1])):
        with pytest.raises(AssertionError):
            walks_like_a_person(wrong)
    turned = p @ np.float32([[-1, 0, 0], [0, 1, 0], [0, 0, -1]])
    assert turned[-1, 0, 2] < 0, "a half turn walks towards -z"
