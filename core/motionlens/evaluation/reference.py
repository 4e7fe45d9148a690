"""Reference rows that any model must be read against: chance, subject, clip length, clip statistics.

On a small split that mixes few subjects, knowing only who moves already ranks well. Each reference
gives a (texts x motions) score matrix, or draws of it where its ranking is random.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ..motion import FPS
from ..skeleton import JOINT_INDEX

_LAMBDAS = tuple(10.0**e for e in range(-4, 3))
_WIDTHS = (0.5, 1.0, 2.0, 4.0)


def _default_draws(n: int) -> int:
    """Random orders averaged: 200 on small splits, 2 on thousands of motions (memory)."""
    return int(np.clip(2_000_000 // max(n, 1) ** 2, 2, 200))


@dataclass(frozen=True)
class RandomTies:
    """Draws of a score matrix in which equal scores of a row are ordered at random.

    >>> draws = list(RandomTies(np.array([[1.0, 1.0, 5.0]]), draws=50))
    >>> len(draws), all(d[0, 2] > d[0, :2].max() for d in draws), len({d[0, 0] > d[0, 1] for d in draws})
    (50, True, 2)
    """

    scores: np.ndarray
    draws: int | None = None
    seed: int = 0

    def __iter__(self) -> Iterator[np.ndarray]:
        values, index = np.unique(self.scores, return_inverse=True)
        del values
        steps = index.reshape(self.scores.shape)
        rng = np.random.default_rng(self.seed)
        for _ in range(self.draws or _default_draws(len(steps))):
            yield steps + rng.random(self.scores.shape) * 0.999


def chance(n: int, draws: int | None = None) -> RandomTies:
    """A system that knows nothing: random orders of ``n`` motions for ``n`` captions."""
    return RandomTies(np.zeros((n, n)), draws)


def subject_oracle(subjects: Sequence[str], draws: int | None = None) -> RandomTies:
    """A system that knows only who moves: all motions of the caption's subject first, in random order.

    >>> next(iter(subject_oracle(["a", "a", "b"]))).argmax(axis=1)[2]
    np.int64(2)
    """
    names = np.asarray(subjects)
    return RandomTies((names[:, None] == names[None, :]).astype(np.float64), draws)


def length_features(positions: np.ndarray) -> np.ndarray:
    """(1,) log of the duration in seconds: all that the clip-length reference sees.

    >>> length_features(np.zeros((20, 22, 3))).tolist()
    [0.0]
    """
    return np.array([np.log(len(positions) / FPS)])


def clip_statistics(positions: np.ndarray) -> np.ndarray:
    """Statistics of a clip in its body frame.

    Per frame: the 22 joints relative to the pelvis on the floor, turned to the heading (heights kept);
    their velocities; the pelvis' velocity over the floor in the heading frame and the turning rate.
    Over the frames: mean, standard deviation, minimum, maximum.

    Args:
        positions: (T, 22, 3) metres, y up, 20 fps, T >= 1.

    Returns:
        (4 * (66 + 66 + 3) + 1,) float64; the last is the log duration.
    """
    p = np.asarray(positions, dtype=np.float64)
    across = p[:, JOINT_INDEX["left_hip"]] - p[:, JOINT_INDEX["right_hip"]]
    across = across + p[:, JOINT_INDEX["left_shoulder"]] - p[:, JOINT_INDEX["right_shoulder"]]
    # facing +z has the left at +x, so the heading is across rotated by a quarter turn about y
    heading = np.unwrap(np.arctan2(-across[:, 2], across[:, 0]))
    pelvis = p[:, 0].copy()
    local = p - pelvis[:, None] * np.array([1.0, 0.0, 1.0])
    local = _turned(local, heading[:, None])
    velocity = np.diff(local, axis=0, prepend=local[:1]) * FPS
    travel = _turned(np.diff(pelvis, axis=0, prepend=pelvis[:1]) * FPS, heading)
    root = np.stack([travel[:, 0], travel[:, 2], np.diff(heading, prepend=heading[:1]) * FPS], axis=1)
    frames = np.concatenate([local.reshape(len(p), -1), velocity.reshape(len(p), -1), root], axis=1)
    parts = [frames.mean(0), frames.std(0), frames.min(0), frames.max(0), length_features(p)]
    return np.concatenate(parts)


def _turned(vectors: np.ndarray, heading: np.ndarray) -> np.ndarray:
    """Vectors (..., 3) turned about y by minus the heading."""
    c, s = np.cos(heading), np.sin(heading)
    x, y, z = vectors[..., 0], vectors[..., 1], vectors[..., 2]
    return np.stack([c * x - s * z, y, s * x + c * z], axis=-1)


class KernelRidge:
    """RBF kernel ridge from clip features to sentence embeddings.

    Kernel width and ridge are chosen on the training clips by the closed-form leave-one-out error
    (residual / (1 - leverage)), so nothing of the evaluated split is used.
    """

    def __init__(self, features: np.ndarray, targets: np.ndarray) -> None:
        """Fit.

        Args:
            features: (N, f).
            targets: (N, d) sentence embeddings.
        """
        self._mean, self._std = features.mean(0), features.std(0) + 1e-6
        self._train = (features - self._mean) / self._std
        self._offset = targets.mean(0)
        centred = targets - self._offset
        squared = _squared_distances(self._train, self._train)
        scale = float(np.median(squared[~np.eye(len(squared), dtype=bool)])) if len(squared) > 1 else 1.0
        best = np.inf
        for width in _WIDTHS:
            gamma = 1.0 / (width * max(scale, 1e-9))
            values, vectors = np.linalg.eigh(np.exp(-gamma * squared))
            rotated = vectors.T @ centred
            for ridge in _LAMBDAS:
                shrink = np.clip(values, 0, None) / (np.clip(values, 0, None) + ridge)
                leverage = np.einsum("ij,j,ij->i", vectors, shrink, vectors)
                residual = (centred - vectors @ (shrink[:, None] * rotated)) / (1 - leverage + 1e-9)[:, None]
                error = float((residual**2).mean())
                if error < best:
                    best = error
                    self._gamma = gamma
                    weights = 1.0 / (np.clip(values, 0, None) + ridge)
                    self._dual = vectors @ (weights[:, None] * rotated)

    def predict(self, features: np.ndarray) -> np.ndarray:
        """(M, d) predicted sentence embeddings, less their training mean."""
        scaled = (features - self._mean) / self._std
        return np.exp(-self._gamma * _squared_distances(scaled, self._train)) @ self._dual

    def score(self, texts: np.ndarray, features: np.ndarray) -> np.ndarray:
        """(Q, M) cosine of (Q, d) sentence embeddings and predictions, both less the training mean."""
        return _unit(texts - self._offset) @ _unit(self.predict(features)).T


def _squared_distances(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.clip((a**2).sum(1)[:, None] + (b**2).sum(1)[None, :] - 2 * a @ b.T, 0, None)


def _unit(rows: np.ndarray) -> np.ndarray:
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
