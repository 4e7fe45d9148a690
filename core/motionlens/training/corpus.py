"""A corpus of synthesised motions on disk: unlimited, seeded, made once and memory-mapped."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from ..errors import MotionLensError
from ..skeleton import N_JOINTS
from ..synthesis.captions import write_captions
from ..synthesis.compose import synthesise
from ..synthesis.records import recipe_to_dict
from ..synthesis.sampling import sample_recipe
from ..windows import MAX_CLIP_FRAMES

_CHUNK = 100


@dataclass(frozen=True)
class CorpusItem:
    """One synthesised motion: its frames in the corpus, captions and recipe (as JSON)."""

    start: int
    frames: int
    captions: tuple[str, ...]
    recipe: dict


def _make_chunk(seed: int, captions: int, chunk: int) -> tuple[np.ndarray, list[dict]]:
    """One chunk of the corpus; a function of seed and chunk number alone."""
    rng = np.random.default_rng([seed, chunk])
    arrays: list[np.ndarray] = []
    items: list[dict] = []
    while len(items) < _CHUNK:
        recipe = sample_recipe(rng)
        made = synthesise(recipe)
        if len(made.positions) > MAX_CLIP_FRAMES:
            continue
        texts = write_captions(recipe, made.spans, rng, captions)
        arrays.append(made.positions)
        items.append(
            {
                "frames": len(made.positions),
                "captions": [t.text for t in texts],
                "recipe": recipe_to_dict(recipe),
            }
        )
    return np.concatenate(arrays), items


def build_corpus(
    folder: Path,
    count: int,
    seed: int = 0,
    captions: int = 4,
    workers: int = 2,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Write ``positions.f32`` and ``items.jsonl``; a finished corpus of the same settings is kept."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = {"count": count, "seed": seed, "captions": captions}
    done = folder / "corpus.json"
    if done.exists() and json.loads(done.read_text()) == settings:
        return
    done.unlink(missing_ok=True)
    chunks = -(-count // _CHUNK)
    with (
        (folder / "positions.f32").open("wb") as arrays,
        (folder / "items.jsonl").open("w") as items,
        ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool,
    ):
        for n, (positions, rows) in enumerate(pool.map(partial(_make_chunk, seed, captions), range(chunks))):
            arrays.write(np.ascontiguousarray(positions, dtype=np.float32).tobytes())
            items.writelines(json.dumps(r) + "\n" for r in rows)
            if progress:
                progress(min((n + 1) * _CHUNK, count), count)
    done.write_text(json.dumps(settings))


def load_corpus(folder: Path) -> tuple[np.ndarray, list[CorpusItem]]:
    """Memory-mapped (sum of frames, 22, 3) positions and the items.

    Raises:
        MotionLensError: no finished corpus there.
    """
    if not (folder / "corpus.json").exists():
        raise MotionLensError(f"{folder} holds no finished corpus: run `motionlens synthesise {folder}`.")
    positions = np.memmap(folder / "positions.f32", np.float32, "r").reshape(-1, N_JOINTS, 3)
    items, start = [], 0
    with (folder / "items.jsonl").open() as lines:
        for line in lines:
            row = json.loads(line)
            items.append(CorpusItem(start, row["frames"], tuple(row["captions"]), row["recipe"]))
            start += row["frames"]
    return positions, items
