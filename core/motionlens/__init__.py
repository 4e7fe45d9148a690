"""MotionLens engine: read, represent, index and search 3D human motion. Imports no Qt."""

__version__ = "0.1.0"
