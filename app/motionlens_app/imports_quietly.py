"""Importing large libraries while a window is open."""

from __future__ import annotations

import gc
import importlib
import sys


def import_quietly(*names: str) -> None:
    """Import modules in a background thread without stopping the window's.

    A garbage collection holds up every thread; while tens of thousands of objects are being made, Python
    starts long ones again and again. What is imported stays until the end: later collections leave it out.
    """
    missing = [name for name in names if name not in sys.modules]
    if not missing:
        return
    gc.disable()
    try:
        for name in missing:
            importlib.import_module(name)
        gc.freeze()
    finally:
        gc.enable()
