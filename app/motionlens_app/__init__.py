"""The MotionLens desktop application."""

import os

# Before NumPy is imported: its products of a query with a few thousand tokens take a millisecond on one thread,
# while threads that wait for one another keep the window and the model's process from the processor.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
