"""mediapipe's pose solution, alone.

Importing mediapipe in the usual way imports all its solutions, matplotlib and the sound device: 6 s on a
busy machine. Only the pose graph is wanted, so its parent packages are entered as bare names. This is for
a process of its own; in one where mediapipe is already imported it is used as it is.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
import types
from typing import Any

import numpy as np

from ..errors import MotionLensError
from .types import N_LANDMARKS

TRACKER = "mediapipe 0.10.9 pose (full)"
"""Goes into the cache's key: other models give other landmarks."""
_BLACK = np.zeros((64, 64, 3), np.uint8)


def _pose_module() -> Any:
    if "mediapipe" not in sys.modules:
        spec = importlib.util.find_spec("mediapipe")
        if spec is None or not spec.submodule_search_locations:
            raise MotionLensError(
                "Tracking needs the package mediapipe 0.10.9, which exists for Python 3.11 on Linux (x86-64), "
                "macOS and Windows: install MotionLens there."
            )
        root = next(iter(spec.submodule_search_locations))
        for name in ("mediapipe", "mediapipe.python", "mediapipe.python.solutions"):
            module = types.ModuleType(name)
            module.__path__ = [root + name[len("mediapipe") :].replace(".", "/")]
            sys.modules[name] = module
    return importlib.import_module("mediapipe.python.solutions.pose")


class PoseModel:
    """Landmarks of the most prominent person in pictures.

    Of the three sizes of the model only "full" (complexity 1) lies in the package; the others would be
    downloaded.

    Args:
        follow: pictures are a sequence: the person is looked for where it was last. False: each on its own.
    """

    def __init__(self, follow: bool) -> None:
        os.environ.setdefault("GLOG_minloglevel", "3")
        self._follow = follow
        self._holding = False
        # Smoothing is done afterwards, in both directions of time, so that it does not lag.
        self._pose = _pose_module().Pose(
            static_image_mode=not follow,
            model_complexity=1,
            smooth_landmarks=False,
            min_detection_confidence=0.5,
            min_tracking_confidence=0.5,
        )

    @classmethod
    def shared(cls, follow: bool) -> PoseModel:
        """The process's one model of a kind, made when first asked for (a second of work) and kept; what
        it followed is forgotten. Not for two threads."""
        if follow not in _SHARED:
            _SHARED[follow] = cls(follow)
            _SHARED[follow](_BLACK)  # loads what the first picture needs: part of the start, not of a picture
        _SHARED[follow].forget()
        return _SHARED[follow]

    def __call__(self, picture: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
        """Landmarks of one picture.

        Args:
            picture: (H, W, 3) uint8 RGB.

        Returns:
            world (33, 3), image (33, 3) and visibility (33,), float32 as in ``Track``; None = nobody.
        """
        result = self._pose.process(picture)
        found = result.pose_landmarks is not None and result.pose_world_landmarks is not None
        self._holding = found and self._follow
        if not found:
            return None
        flat = [(p.x, p.y, p.z, p.visibility) for p in result.pose_landmarks.landmark]
        world = [(p.x, p.y, p.z) for p in result.pose_world_landmarks.landmark]
        image = np.array(flat, np.float32)
        assert image.shape == (N_LANDMARKS, 4)
        return np.array(world, np.float32), image[:, :3], image[:, 3]

    def forget(self) -> None:
        """The next picture is searched as a whole."""
        # Nobody in a black picture: it loses its hold. A reset of the graph loads the model again.
        if self._holding and self(_BLACK) is not None:
            self._pose.reset()
        self._holding = False

    def close(self) -> None:
        """Free the graph."""
        self._pose.close()


_SHARED: dict[bool, PoseModel] = {}


def warm() -> None:
    """Load what the first picture needs."""
    for follow in (False, True):
        PoseModel.shared(follow)
