"""An explanation as a table or as arrays."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import MotionLensError
from .result import Explanation

TABLES = (".csv", ".npz")
PICTURES = (".png", ".svg")
COLUMNS = (
    "word_number", "word", "word_contribution", "body_part", "start_s", "end_s", "similarity", "interaction",
)  # fmt: skip


def write(explanation: Explanation, path: Path, dark: bool = False) -> None:
    """Write a file; the ending says which kind. It is there whole or not at all.

    ``.csv``: a row a word, body part and window (``COLUMNS``). ``.npz``: the arrays, no pickle.
    ``.png``, ``.svg``: the picture of ``plots.draw``.

    Raises:
        MotionLensError: another ending, or a folder that cannot be written to.
    """
    kind = path.suffix.lower()
    if kind in PICTURES:
        from .plots import draw  # here: it needs matplotlib

        data = draw(explanation, kind[1:], dark)
    elif kind == ".csv":
        data = _csv(explanation).encode()
    elif kind == ".npz":
        data = _npz(explanation)
    else:
        raise MotionLensError(
            f"{path} has no ending that is known: name it {', '.join((*PICTURES, *TABLES))}."
        )
    temporary = path.with_name(f".{path.name}.part")
    try:
        temporary.write_bytes(data)
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise MotionLensError(
            f"{path} could not be written ({error.strerror or error}): choose another folder."
        ) from error


def _csv(explanation: Explanation) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for n, (word, adds) in enumerate(zip(explanation.words, explanation.word_contribution, strict=True)):
        for p, part in enumerate(explanation.body_parts):
            for w, (start, end) in enumerate(explanation.segments):
                similarity, interaction = explanation.similarity[n, p, w], explanation.interaction[n, p, w]
                writer.writerow(
                    [n, word.text, f"{adds:.8g}", part, f"{start:g}", f"{end:g}", f"{similarity:.6g}",
                     f"{interaction:.6g}"]
                )  # fmt: skip
    return out.getvalue()


def _npz(explanation: Explanation) -> bytes:
    arrays: dict[str, Any] = {
        "query": np.array(explanation.query),
        "words": np.array([w.text for w in explanation.words]),
        "body_parts": np.array(explanation.body_parts),
        "joints": np.array(explanation.joints),
        "segments": np.array(explanation.segments),
        "similarity": explanation.similarity,
        "interaction": explanation.interaction,
        "word_contribution": explanation.word_contribution,
        "score": np.array(explanation.score),
    }
    arrays |= {f"interaction_{stage}": v for stage, v in explanation.stage_interaction.items()}
    if explanation.segment_map is not None:
        found = explanation.segment_map
        arrays |= {
            "phrases": np.array(found.phrases),
            "phrase_words": found.words,
            "segment_patches": found.patches,
            "phrase_similarity": found.similarity,
            "phrase_interaction": found.interaction,
        }
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()
