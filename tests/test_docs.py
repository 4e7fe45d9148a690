"""Documents name tests and pictures that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
APP = (ROOT / "docs" / "app.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`([\w/]+\.py)::(test_\w+)`", APP)))
PICTURES = sorted(set(re.findall(r"\*([a-z0-9]+-[a-z0-9-]+)\*", APP)))


@pytest.mark.parametrize(("file", "name"), NAMED, ids=[f"{f}::{n}" for f, n in NAMED])
def test_named_tests_exist(file: str, name: str) -> None:
    source = (ROOT / "tests" / file).read_text(encoding="utf-8")
    assert re.search(rf"^def {name}\(", source, re.MULTILINE)


@pytest.mark.parametrize("name", PICTURES)
def test_named_pictures_are_taken(name: str) -> None:
    sources = (ROOT / "app" / "motionlens_app" / "screenshots").glob("*.py")
    assert any(f'"{name}"' in source.read_text(encoding="utf-8") for source in sources)


def test_every_part_of_the_app_is_named() -> None:
    assert len(NAMED) > 40 and len(PICTURES) > 10
