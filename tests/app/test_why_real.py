"""The "Why" pane on the real engine: a small untrained pyramid in its own process, a real library, real files."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from motionlens.motion import Motion, save_motion
from motionlens.skeleton import rest_positions
from motionlens_app.main import build
from motionlens_app.services import LocalServices
from motionlens_app.settings import Settings
from motionlens_app.state.libraries import own_choice
from motionlens_app.state.model import ModelState

_MAKE_MODEL = """
import sys, pathlib, torch
from motionlens.model.build import save_model
from motionlens.model.pyramid import Pyramid
from motionlens.model.pyramid_config import PyramidConfig
torch.manual_seed(0)
save_model(Pyramid(PyramidConfig(width=16, dim=8, whole_dim=8, layers=1, heads=2, patch_hidden=8, text_width=16,
    text_heads=2, segment_score=0.7, segment_loss=1.0)), pathlib.Path(sys.argv[1]))
"""
QUERY = "a person waves with the left hand"


def moving(frames: int, seed: int) -> np.ndarray:
    """A body that drifts forward and shakes its arms."""
    rng = np.random.default_rng(seed)
    t = np.arange(frames) / 20
    out = np.repeat(rest_positions()[None], frames, axis=0)
    out[:, 16:, 1] += 0.1 * np.sin(t[:, None] * 6 + rng.uniform(0, 6, 6))
    out[:, :, 2] += (rng.uniform(0.3, 1.2) * t)[:, None]
    return out.astype(np.float32)


@pytest.fixture
def app(qtbot, qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    subprocess.run([sys.executable, "-c", _MAKE_MODEL, str(tmp_path / "model")], env=env, check=True)
    monkeypatch.setenv("MOTIONLENS_MODEL", str(tmp_path / "model"))
    monkeypatch.setenv("MOTIONLENS_HOME", str(tmp_path / "home"))
    (tmp_path / "takes").mkdir()
    for n, frames in enumerate((60, 100, 400)):
        save_motion(Motion(moving(frames, n), f"take {n}"), tmp_path / "takes" / f"take_{n}.npz")
    made = build(qapp, LocalServices(), Settings(tmp_path / "app.ini"))
    made.window.resize(1280, 800)
    made.window.show()
    made.session.start(own_choice())
    qtbot.waitUntil(lambda: made.session.model.state is ModelState.READY, timeout=120_000)
    made.session.import_paths([tmp_path / "takes"])
    yield made
    made.window.close()
    made.window.deleteLater()
    made.session.deleteLater()
    made.themes.deleteLater()
    qapp.processEvents()


def test_a_hit_is_explained_struck_compared_and_exported(app, qtbot, tmp_path):
    session, pane = app.session, app.window.viewer.why
    why = session.why
    qtbot.waitUntil(
        lambda: session.search.has_searcher and len(session.libraries.records) == 3, timeout=60_000
    )
    app.window.query.set_text(QUERY)
    qtbot.waitUntil(lambda: why.current is not None, timeout=20_000)
    answer = why.current
    assert list(answer.words) == QUERY.split()
    assert float(answer.contribution.sum()) == pytest.approx(answer.shown.score, abs=1e-5)
    assert answer.shown.score == pytest.approx(answer.item.score, abs=3e-3)  # float16 tokens in the library
    assert answer.shown.segments[0][0] == pytest.approx(answer.item.start_s)
    assert pane.panels[0].map.joint_image.image.shape == (7, 22)

    late = next(row for row, item in enumerate(session.items.items) if item.start_s > 0)
    app.window.results.grid.select_row(late)
    qtbot.waitUntil(lambda: why.current is not None and why.current.item.start_s > 0, timeout=20_000)
    answer = why.current
    assert answer.shown.segments[0][0] == pytest.approx(answer.item.start_s)
    assert answer.shown.score == pytest.approx(answer.item.score, abs=3e-3)

    assert why.strike(5)
    qtbot.waitUntil(lambda: why.rank is not None, timeout=20_000)
    assert why.current.shown.query == "a person waves with the hand" and why.rank.after
    expected = next(
        h for h in session.search.searcher.search(why.text_left, 10).hits if h.rank == why.rank.after
    )
    assert why.current.shown.score == pytest.approx(expected.score, abs=3e-3)
    why.restore()
    qtbot.waitUntil(
        lambda: why.current is not None and why.current.shown is why.current.whole, timeout=20_000
    )

    pane.pin()
    app.window.results.grid.select_row(0 if late else 1)
    qtbot.waitUntil(lambda: len(why.panels) == 2, timeout=20_000)
    assert why.scale(why.panels[0]).ends() == why.scale(why.panels[1]).ends()

    kinds = [".csv", ".npz"]
    try:
        import matplotlib  # noqa: F401

        kinds += [".png", ".svg"]
    except ImportError:
        pass
    pane.ask_path = lambda name, suffix: str(tmp_path / "why")
    for suffix in kinds:
        pane.export(suffix)
        path = tmp_path / f"why{suffix}"
        qtbot.waitUntil(path.exists, timeout=60_000)
        assert path.stat().st_size > 500
    with np.load(tmp_path / "why.npz", allow_pickle=False) as arrays:
        assert any(arrays[name].shape[:1] == (7,) for name in arrays.files)
