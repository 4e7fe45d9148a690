"""What the window looks like, kept between starts: panels, order and density of the cards, how things are drawn."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from ..render.looks import options_from_text
from ..state.arranging import SORTS

if TYPE_CHECKING:
    from .main_window import MainWindow

_ARRANGEMENT = "cards/arrangement"


def remember(window: MainWindow) -> None:
    """Write it all to disk."""
    settings, session = window.settings, window.session
    settings.put("window/geometry", window.saveGeometry())
    settings.put("window/splitter", window.splitter.saveState())
    settings.put("window/why", window.viewer.splitter.saveState())
    settings.put("window/tab", str(window.viewer.tabs.currentIndex()))
    settings.put("cards/animate", window.results.grid.animate_all)
    settings.put("cards/density", window.results.grid.density)
    settings.put(_ARRANGEMENT, json.dumps(asdict(session.finding.arrangement)))
    settings.put("viewer/options", session.viewer.options.to_text())
    settings.put("why/quantity", session.why.quantity)
    settings.save()


def restore(window: MainWindow) -> None:
    """As it was; whatever is damaged there is as at the first start."""
    settings, session = window.settings, window.session
    if not window.restoreGeometry(settings.blob("window/geometry")):
        window.resize(1440, 900)
    window.splitter.restoreState(settings.blob("window/splitter"))
    window.viewer.splitter.restoreState(settings.blob("window/why"))
    window.viewer.tabs.setCurrentIndex(1 if settings.text("window/tab") == "1" else 0)
    window.results.animate.setChecked(settings.flag("cards/animate", True))
    window.results.density.setChecked(settings.text("cards/density") == "list")
    session.finding.set_arrangement(**arrangement_from_text(settings.text(_ARRANGEMENT)))
    session.viewer.set_options(options_from_text(settings.text("viewer/options")))
    if settings.text("why/quantity") == "interaction":
        session.why.set_quantity("interaction")


def arrangement_from_text(text: str) -> dict[str, Any]:
    """Fields of an ``Arrangement``, of what the settings kept; what is damaged or unknown is left out.

    >>> arrangement_from_text('{"sort": "name", "descending": true, "seed": "x", "fold": 1}')
    {'sort': 'name', 'descending': True}
    """
    try:
        kept = json.loads(text or "{}")
    except ValueError:
        return {}
    if not isinstance(kept, dict):
        return {}
    good: dict[str, Any] = {}
    if kept.get("sort") in [name for name, _ in SORTS]:
        good["sort"] = kept["sort"]
    if type(kept.get("seed")) is int:
        good["seed"] = kept["seed"]
    for name in ("descending", "fold", "group"):
        if isinstance(kept.get(name), bool):
            good[name] = kept[name]
    return good
