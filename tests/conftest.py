"""Shared fixtures: isolated user folders, and the data pack where there is one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]


@pytest.fixture(autouse=True)
def _isolated_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test may read or write the user's own libraries or settings."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("MOTIONLENS_HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "config"))


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """Folder of the unpacked data pack (real motion capture); skips where the pack is absent."""
    given = os.environ.get("MOTIONLENS_DATA")
    unpack = REPOSITORY.parent / "shared" / "data" / "unpack"
    if unpack.exists():
        done = subprocess.run([sys.executable, str(unpack)], capture_output=True, text=True, check=True)
        return Path(done.stdout.strip().splitlines()[-1])
    if given and (Path(given) / "cmu").is_dir():
        return Path(given)
    pytest.skip("the data pack is not here: set MOTIONLENS_DATA to its unpacked folder")
