"""The commands that the results name run as they are printed there."""

from __future__ import annotations

import os
import subprocess
import sys


def test_measure_makes_its_library_and_prints_figures():
    made = subprocess.run(
        [sys.executable, "-m", "motionlens_app.measure", "--moments", "12", "--parts", "browse"],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    figures = {name: float(value) for name, value in map(str.split, made.stdout.splitlines())}
    assert figures["searchable_s"] > figures["window_s"] > 0
    assert figures["gap_browse_ms"] > 0
