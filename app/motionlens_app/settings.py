"""What the app remembers between starts, in one INI file of its own."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import platformdirs
from PySide6.QtCore import QByteArray, QSettings


def settings_path() -> Path:
    """Where the INI file lies: beside the libraries under ``$MOTIONLENS_HOME``, else the user's config folder."""
    home = os.environ.get("MOTIONLENS_HOME")
    folder = Path(home) if home else Path(platformdirs.user_config_dir("MotionLens", False))
    return folder / "app.ini"


class Settings:
    """Typed access to the remembered values; a damaged value reads as its default."""

    def __init__(self, path: Path | None = None) -> None:
        self._store = QSettings(str(path or settings_path()), QSettings.Format.IniFormat)

    def text(self, key: str, default: str = "") -> str:
        """A string."""
        value = self._store.value(key, default)
        return value if isinstance(value, str) else default

    def flag(self, key: str, default: bool) -> bool:
        """A truth value."""
        value = self._store.value(key, default)
        return value if isinstance(value, bool) else str(value).lower() in ("true", "1")

    def blob(self, key: str) -> QByteArray:
        """Bytes as Qt saves geometry; empty when unknown."""
        value = self._store.value(key)
        return value if isinstance(value, QByteArray) else QByteArray()

    def put(self, key: str, value: Any) -> None:
        """Remember a value."""
        self._store.setValue(key, value)

    def save(self) -> None:
        """Write to disk now (Qt writes by renaming, so a kill leaves the old file)."""
        self._store.sync()
