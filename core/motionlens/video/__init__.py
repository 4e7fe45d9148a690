"""Video as a source of motion: reading files, tracking one person, and doing both in another process.

``reading`` decodes (PyAV), ``tracking`` follows a person (mediapipe), ``cache`` keeps the results,
``remote.VideoProcess`` does all of it in a process of its own. Only the modules ``types``, ``cache`` and
``remote`` are for the window's process: they import neither PyAV nor mediapipe.
"""

from .types import N_LANDMARKS, Person, Track, VideoInfo

__all__ = ["N_LANDMARKS", "Person", "Track", "VideoInfo"]
