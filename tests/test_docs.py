"""Documents name tests, pictures and files that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
APP = (ROOT / "docs" / "app.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`([\w/]+\.py)::(test_\w+)`", APP)))
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), *sorted((ROOT / "models").rglob("*.md"))]
PICTURES = sorted(set(re.findall(r"\*([a-z0-9]+-[a-z0-9-]+)\*", APP)))


@pytest.mark.parametrize(("file", "name"), NAMED, ids=[f"{f}::{n}" for f, n in NAMED])
def test_named_tests_exist(file: str, name: str) -> None:
    source = (ROOT / "tests" / file).read_text(encoding="utf-8")
    assert re.search(rf"^def {name}\(", source, re.MULTILINE)


@pytest.mark.parametrize("name", PICTURES)
def test_named_pictures_are_taken(name: str) -> None:
    sources = (ROOT / "app" / "motionlens_app" / "screenshots").glob("*.py")
    assert any(f'"{name}"' in source.read_text(encoding="utf-8") for source in sources)


@pytest.mark.parametrize("page", PAGES, ids=[str(p.relative_to(ROOT)) for p in PAGES])
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#\s]+)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_part_of_the_app_is_named() -> None:
    assert len(NAMED) > 40 and len(PICTURES) > 10
