"""Who may import whom: the engine knows neither Qt nor the app, and starts without torch."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
CORE = sorted((ROOT / "core" / "motionlens").rglob("*.py"))
APP = sorted((ROOT / "app" / "motionlens_app").rglob("*.py"))
FORBIDDEN = {"PySide6", "pyqtgraph", "motionlens_app", "OpenGL", "qtawesome", "shiboken6"}
HEAVY = {"torch", "transformers", "safetensors"}


def imported(path: Path) -> set[str]:
    """Top-level packages that a file imports absolutely, at any depth, also by ``import_module``."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            found.add(node.module)
        elif isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            first = node.args[0] if node.args else None
            if name in {"import_module", "__import__"} and isinstance(first, ast.Constant):
                found.add(str(first.value))
    return {name.partition(".")[0] for name in found}


def test_the_rule_sees_every_way_to_import(tmp_path: Path) -> None:
    file = tmp_path / "x.py"
    file.write_text(
        "def f():\n    from PySide6.QtCore import Qt\n    import OpenGL.GL as gl\n"
        "    importlib.import_module('motionlens_app.main')\n    from . import torch\n"
    )
    assert imported(file) == {"PySide6", "OpenGL", "motionlens_app"}


@pytest.mark.parametrize("path", CORE, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_engine_never_imports_qt_or_the_app(path: Path) -> None:
    assert not imported(path) & FORBIDDEN


def test_only_the_library_touches_its_storage() -> None:
    home = ROOT / "core" / "motionlens" / "library"
    offenders = [path for path in CORE + APP if "sqlite3" in imported(path) and home not in path.parents]
    assert not offenders


@pytest.mark.parametrize(
    "module",
    ["motionlens.cli.main", "motionlens.library.importer", "motionlens.search", "motionlens.readers"],
)
def test_imports_are_light(module: str) -> None:
    code = f"import sys, {module}; print(*sorted({{m.partition('.')[0] for m in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not set(done.stdout.split()) & (HEAVY | FORBIDDEN)
