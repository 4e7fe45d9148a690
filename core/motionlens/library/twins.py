"""Copies of a motion under other names, and its mirror images, found by what they look like."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ..skeleton import N_JOINTS
from .facts import TIMES, mirrored_signatures

SAME_M = 0.02
"""Signatures nearer than this (root mean square over joints and times, metres) are of one motion. Of the 360
CMU trials the same take in two formats lies at 0.007; the nearest two takes of one action at 0.031."""
_LENGTH_SHARE, _LENGTH_FRAMES = 0.03, 2
_AXES = 24  # of the projection in which neighbours are looked for


@dataclass(frozen=True)
class TwinGroup:
    """Motions that are one.

    Attributes:
        kind: "duplicate": all alike; "mirrored": those on side 0 are the mirror images of those on side 1.
        motion_ids: by id; the first one stands for the group when it is folded.
        sides: 0 or 1 for each; the first is 0. All 0 for duplicates.
    """

    kind: Literal["duplicate", "mirrored"]
    motion_ids: tuple[int, ...]
    sides: tuple[int, ...]


def find_twins(
    motion_ids: Sequence[int], signatures: np.ndarray, n_frames: np.ndarray, within_m: float = SAME_M
) -> list[TwinGroup]:
    """Groups of motions that are copies or mirror images of one another.

    Args:
        motion_ids: of the M motions, increasing.
        signatures: (M, 12, 68) metres, see ``facts.signature``.
        n_frames: (M,); copies may differ in length by 3 % or two frames.
        within_m: see ``SAME_M``.

    Returns:
        Groups of two or more, duplicates first, each by its first id. Copies are in a "duplicate" group, and
        once more in a "mirrored" one together with their mirror images where there are any. A motion that is its
        own mirror image (somebody stands still) is no twin of its copies.
    """
    if len(motion_ids) < 2:
        return []
    plain, mirrored = _scaled(signatures), _scaled(mirrored_signatures(signatures))
    middle = plain.mean(axis=0)
    sample = (plain - middle)[:: max(1, len(plain) // 600)]
    axes = np.linalg.svd(sample, full_matrices=False)[2][:_AXES].T
    # An orthogonal projection shortens distances, so that looking for neighbours in it misses none.
    low = (plain - middle) @ axes
    same = _near(plain, plain, low, low, n_frames, within_m)
    copies = _Joined(len(motion_ids))
    for i, j in same:
        copies.join(i, j)
    pairs = _near(plain, mirrored, low, (mirrored - middle) @ axes, n_frames, within_m)
    opposite = [(i, j) for i, j in pairs if copies.root(i) != copies.root(j)]
    groups = []
    for members in copies.groups():
        ids = tuple(motion_ids[i] for i in members)
        groups.append(TwinGroup("duplicate", ids, (0,) * len(ids)))
    return groups + _mirrored_groups(motion_ids, copies, opposite)


def folded(motion_ids: Sequence[int], groups: Sequence[TwinGroup]) -> list[list[int]]:
    """Places in a list of motions, such as a search's hits, with twins behind the first of them.

    Args:
        motion_ids: best first; a motion may stand there more than once.
        groups: of ``find_twins``.

    >>> groups = [TwinGroup("duplicate", (3, 9), (0, 0)), TwinGroup("mirrored", (3, 4, 9), (0, 1, 0))]
    >>> folded([4, 7, 9, 4, 3], groups)
    [[0, 2, 4], [1], [3]]
    """
    group_of = {motion_id: -g - 1 for g, group in enumerate(groups) for motion_id in group.motion_ids}
    out: dict[tuple[int, int], list[int]] = {}
    seen: dict[int, int] = defaultdict(int)
    for place, motion_id in enumerate(motion_ids):
        # The second moment of a motion is folded with the second moments of its twins.
        turn = seen[motion_id]
        seen[motion_id] += 1
        out.setdefault((group_of.get(motion_id, motion_id), turn), []).append(place)
    return list(out.values())


def _scaled(signatures: np.ndarray) -> np.ndarray:
    """(M, 816) float32 whose distances are root mean squares: of joints, and of the way between two times."""
    n = len(signatures)
    joints = signatures[..., : 3 * N_JOINTS].reshape(n, -1) / np.sqrt(TIMES * N_JOINTS)
    way = signatures[..., 3 * N_JOINTS :].reshape(n, -1) / np.sqrt(TIMES)
    return np.concatenate([joints, way], axis=1).astype(np.float32)


def _near(
    a: np.ndarray, b: np.ndarray, low_a: np.ndarray, low_b: np.ndarray, n_frames: np.ndarray, within: float
) -> list[tuple[int, int]]:
    """Pairs i < j with a_i and b_j near and alike in length; neighbours are looked for in ``low_a``, ``low_b``."""
    from scipy.spatial import cKDTree

    found = cKDTree(low_a).sparse_distance_matrix(cKDTree(low_b), within + 1e-6, output_type="ndarray")
    i, j = found["i"], found["j"]
    # Mirroring is its own inverse: i near mirrored j is j near mirrored i.
    keep = i < j
    i, j = i[keep], j[keep]
    keep = np.abs(n_frames[i] - n_frames[j]) <= np.maximum(
        _LENGTH_FRAMES, _LENGTH_SHARE * np.maximum(n_frames[i], n_frames[j])
    )
    i, j = i[keep], j[keep]
    pairs = []
    for first in range(0, len(i), 4096):
        one, two = i[first : first + 4096], j[first : first + 4096]
        near = np.linalg.norm(a[one] - b[two], axis=1) <= within
        pairs += list(zip(one[near].tolist(), two[near].tolist(), strict=True))
    return pairs


def _mirrored_groups(
    motion_ids: Sequence[int], copies: _Joined, opposite: Sequence[tuple[int, int]]
) -> list[TwinGroup]:
    """Each set of copies with the set that is its mirror image."""
    members: dict[int, list[int]] = defaultdict(list)
    for i in range(len(motion_ids)):
        members[copies.root(i)].append(i)
    groups, taken = [], set()
    for i, j in sorted(opposite):
        a, b = copies.root(i), copies.root(j)
        if a in taken or b in taken:
            continue
        taken |= {a, b}
        first, second = sorted((members[a], members[b]))
        both = sorted([(i, 0) for i in first] + [(i, 1) for i in second])
        ids = tuple(motion_ids[i] for i, _ in both)
        groups.append(TwinGroup("mirrored", ids, tuple(side for _, side in both)))
    return groups


class _Joined:
    """Union-find with the smallest member as the root."""

    def __init__(self, n: int) -> None:
        self._parent = list(range(n))

    def root(self, i: int) -> int:
        while self._parent[i] != i:
            self._parent[i] = i = self._parent[self._parent[i]]
        return i

    def join(self, i: int, j: int) -> None:
        a, b = sorted((self.root(i), self.root(j)))
        self._parent[b] = a

    def groups(self) -> list[list[int]]:
        """Sets of two or more."""
        members: dict[int, list[int]] = defaultdict(list)
        for i in range(len(self._parent)):
            members[self.root(i)].append(i)
        return [found for found in members.values() if len(found) > 1]
