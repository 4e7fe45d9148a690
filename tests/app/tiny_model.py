"""A small model that was never trained, made in another process: torch is not imported in the tests' own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

_MAKE = """
import sys, pathlib, torch
from motionlens.model.encoder import save_model
from motionlens.model.pyramid import Pyramid
from motionlens.model.pyramid_config import PyramidConfig
torch.manual_seed(0)
save_model(Pyramid(PyramidConfig(name="tiny", dim=16, whole_dim=16, width=32, layers=1, heads=2, patch_hidden=16)), pathlib.Path(sys.argv[1]))
"""


def run_python(code: str, *arguments: str) -> str:
    """Run code in another process and return what it prints."""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run([sys.executable, "-c", code, *arguments], env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def make_model(folder: Path) -> Path:
    """Write the model into a folder."""
    run_python(_MAKE, str(folder))
    return folder
