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
from ..synthesis.contrasts import contrast_partner
from ..synthesis.outspoken import write_outspoken
from ..synthesis.records import recipe_to_dict
from ..synthesis.sampling import sample_recipe
from ..synthesis.vocabulary import Recipe, WordGrounding
from ..windows import MAX_CLIP_FRAMES

_CHUNK = 100
_FORMAT = 2
"""Raised when rows or what they are made from change: an older corpus is then made again."""


@dataclass(frozen=True)
class CorpusItem:
    """One synthesised motion of a corpus.

    Attributes:
        start, frames: where its positions are.
        captions: the last one leaves nothing out where there is a partner.
        recipe: as JSON.
        groundings: of each caption, (first character, end, joints, start in seconds, end) of the words that
            refer to something (``synthesis.vocabulary.WordGrounding``).
        partner: how many items further on (or back) the motion is that differs in one thing; 0: none.
        contrast: the kind of that difference (``synthesis.contrasts``).
    """

    start: int
    frames: int
    captions: tuple[str, ...]
    recipe: dict
    partner: int = 0
    contrast: str = ""
    groundings: tuple[tuple[WordGrounding, ...], ...] = ()


def _made(
    recipe: Recipe, rng: np.random.Generator, captions: int, outspoken: bool
) -> tuple[np.ndarray, dict] | None:
    """Positions and row of a motion, None where it is too long."""
    made = synthesise(recipe)
    if len(made.positions) > MAX_CLIP_FRAMES:
        return None
    written = [*write_captions(recipe, made.spans, rng, captions - outspoken)]
    if outspoken:
        written.append(write_outspoken(recipe, made.spans, rng))
    row = {
        "frames": len(made.positions),
        "captions": [t.text for t in written],
        "recipe": recipe_to_dict(recipe),
        "groundings": [[_grounding_row(g) for g in t.groundings] for t in written],
    }
    return made.positions, row


def _grounding_row(g: WordGrounding) -> list:
    return [g.text_start, g.text_end, list(g.joints), round(g.start_s, 3), round(g.end_s, 3)]


def _groundings(row: dict) -> tuple[tuple[WordGrounding, ...], ...]:
    return tuple(
        tuple(WordGrounding(a, b, tuple(joints), start, end) for a, b, joints, start, end in one)
        for one in row.get("groundings", ())
    )


def _make_chunk(seed: int, captions: int, contrasts: float, chunk: int) -> tuple[np.ndarray, list[dict]]:
    """One chunk of the corpus; a function of the settings and the chunk's number alone."""
    rng = np.random.default_rng([seed, chunk])
    arrays: list[np.ndarray] = []
    items: list[dict] = []
    while len(items) < _CHUNK:
        recipe = sample_recipe(rng)
        partner = None
        if contrasts and rng.random() < contrasts and len(items) + 2 <= _CHUNK:
            partner = contrast_partner(recipe, rng)
        made = [_made(recipe, rng, captions, partner is not None)]
        if partner:
            made.append(_made(partner[1], rng, captions, True))
        if any(m is None for m in made):
            continue
        for k, found in enumerate(made):
            assert found is not None
            link = {"partner": 1 - 2 * k, "contrast": partner[0]} if partner else {}
            arrays.append(found[0])
            items.append(found[1] | link)
    return np.concatenate(arrays), items


def build_corpus(
    folder: Path,
    count: int,
    seed: int = 0,
    captions: int = 4,
    workers: int = 2,
    progress: Callable[[int, int], None] | None = None,
    contrasts: float = 0.0,
) -> None:
    """Write ``positions.f32`` and ``items.jsonl``; a finished corpus of the same settings is kept.

    Args:
        count: motions. captions: of each.
        contrasts: share of the drawn recipes that get a partner which differs in one thing
            (``synthesis.contrasts``), where there is one.
    """
    folder.mkdir(parents=True, exist_ok=True)
    settings = {"count": count, "seed": seed, "captions": captions, "contrasts": contrasts, "format": _FORMAT}
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
        for n, (positions, rows) in enumerate(
            pool.map(partial(_make_chunk, seed, captions, contrasts), range(chunks))
        ):
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
            link = row.get("partner", 0), row.get("contrast", "")
            captions = tuple(row["captions"])
            items.append(CorpusItem(start, row["frames"], captions, row["recipe"], *link, _groundings(row)))
            start += row["frames"]
    return positions, items
