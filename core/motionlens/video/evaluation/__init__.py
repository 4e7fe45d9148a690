"""Filmed motions: rendered, tracked and lifted clips of known motions, and what video retrieval is measured on.

``filmed`` makes and loads them (``motionlens film-motions``), ``dtw`` and ``retrieval`` score them against motions
(``motionlens evaluate-video``).
"""

from .filmed import Filmed, load_filmed

__all__ = ["Filmed", "load_filmed"]
