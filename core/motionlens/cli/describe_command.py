"""``motionlens describe``: a motion in, ranked captions out."""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import json
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import MotionLensError, UnreadableFileError
from ..library import LocalLibrary
from ..model.interface import Encoder, QueryTokens
from ..readers.manifests import texts_of
from .common import (
    STARTER,
    add_json_argument,
    add_library_argument,
    add_model_arguments,
    open_library,
    positive,
    print_json,
)
from .subjects import Subject, add_subject_argument, find_subject, subjects_of_file

_MAX_BYTES = 256 * 2**20
_SHOW_PROGRESS_ABOVE = 50
_CAPTION_COLUMNS = ("caption", "captions", "text", "description", "sentence")
_EXAMPLE = """example:
  motionlens describe walk.bvh --library starter
  motionlens describe 17 --library ~/motions --captions sentences.txt -k 3

The captions are those of the library, or of a file: text (one a line, or HumanML3D's
caption#tokens#start#end), .csv or .tsv with a column caption, .json, .jsonl; each may be gzipped (.gz).
"""


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Register the command."""
    parser = subparsers.add_parser(
        "describe",
        help="find the captions that say what a motion does",
        description="Rank captions by how well they say what a motion does, with the score that a search "
        "gives the motion; a long motion counts by its best moment for each caption.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_subject_argument(parser)
    parser.add_argument(
        "--captions", type=Path, metavar="FILE", help="captions to rank (default: the library's)"
    )
    add_library_argument(parser)
    parser.add_argument("-k", type=positive, default=5, metavar="N", help="captions at most (default: 5)")
    add_model_arguments(parser)
    add_json_argument(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Rank and print."""
    # whatever is wrong with what was given is said before a model is loaded
    captions = read_caption_file(args.captions) if args.captions else None
    subjects = subjects_of_file(args.motion)
    if captions is None or not subjects:
        with open_library(args.library, None) as library:
            subjects = subjects or [find_subject(library, args.motion)]
            captions = library_captions(library, args.library) if captions is None else captions

    from ..model import load_encoder

    scores = caption_scores(load_encoder(args.model, args.device), captions, [s.positions for s in subjects])
    source = str(args.captions) if args.captions else f"library {args.library or 'of this user'}"
    described = [description(s, captions, row, args.k) for s, row in zip(subjects, scores.T, strict=True)]
    if args.json:
        print_json({"captions": len(captions), "source": source, "motions": described})
    else:
        print("\n".join(map(table, described)))
        print(f"{len(captions)} captions of {source}")
    return 0


def library_captions(library: LocalLibrary, name: str | None) -> list[str]:
    """The library's captions without repeats.

    Raises:
        MotionLensError: it has none.
    """
    texts = list(dict.fromkeys(text for record in library.motions() for text in record.captions))
    if not texts:
        other = "" if name == STARTER else ", or --library starter"
        raise MotionLensError(f"The library {library.path} has no captions: give --captions FILE{other}.")
    return texts


# -- captions of a file ----------------------------------------------------------------------------


def read_caption_file(path: str | Path) -> list[str]:
    """Captions of a file, in order, without repeats; see the command's help for the formats.

    Raises:
        UnreadableFileError: missing, damaged, of another kind, or without captions.
    """
    path = Path(path)
    kind = (path.with_suffix("") if path.suffix.lower() == ".gz" else path).suffix.lower()
    text = _text_of(path)
    try:
        found = list(_captions_in(text, kind, path))
    except (ValueError, RecursionError, csv.Error) as error:
        raise UnreadableFileError(
            f"{path} could not be read as {kind[1:]} ({error}): save it again."
        ) from error
    captions = list(dict.fromkeys(tidy for raw in found if (tidy := " ".join(raw.split()))))
    captions = [c for c in captions if any(x.isalnum() for x in c)]
    if not captions:
        raise UnreadableFileError(f"{path} holds no captions: write one a line, as plain text.")
    return captions


def _text_of(path: Path) -> str:
    try:
        if path.suffix.lower() == ".gz":
            with gzip.open(path) as stream:
                data = stream.read(_MAX_BYTES + 1)
        else:
            with path.open("rb") as stream:
                data = stream.read(_MAX_BYTES + 1)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise UnreadableFileError(f"{path} is a damaged gzip file: save it again.") from error
    except OSError as error:
        raise UnreadableFileError(
            f"{path} cannot be opened ({error.strerror or error}): give a file of captions."
        ) from error
    if len(data) > _MAX_BYTES:
        raise UnreadableFileError(f"{path} is too large for captions: give a shorter file.")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    if b"\0" in data:
        raise UnreadableFileError(f"{path} is no text: write the captions one a line, as plain text.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")  # what editors on Windows write


def _captions_in(text: str, kind: str, path: Path) -> Iterator[str]:
    if kind == ".json":
        yield from texts_of(json.loads(text) if text.strip() else [])
    elif kind == ".jsonl":
        for line in text.splitlines():
            if line.strip():
                yield from texts_of(json.loads(line))
    elif kind in (".csv", ".tsv"):
        yield from _column_of(text, path)
    elif text.count("#") >= 3 and all(line.count("#") == 3 for line in text.splitlines() if line.strip()):
        from ..datasets.humanml3d import parse_captions  # here: it needs scipy

        yield from (caption.text for caption in parse_captions(text, str(path)))
    else:
        yield from text.splitlines()


def _column_of(text: str, path: Path) -> Iterator[str]:
    text = text.lstrip("\r\n\t ")
    first = text.split("\n", 1)[0]
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count))
    header = [cell.strip().lower() for cell in next(rows, [])]
    column = next((header.index(name) for name in _CAPTION_COLUMNS if name in header), None)
    if column is None:
        raise UnreadableFileError(f"{path} has no column caption: name the column in the first line.")
    yield from (row[column] for row in rows if len(row) > column)


# -- scores ----------------------------------------------------------------------------------------


class _Ticking:
    """An encoder that tells of every text it has encoded."""

    def __init__(self, encoder: Encoder, tick: Any) -> None:
        self._encoder, self._tick = encoder, tick

    def __getattr__(self, name: str) -> Any:
        return getattr(self._encoder, name)

    def encode_text(self, text: str) -> QueryTokens:
        """See ``Encoder``."""
        tokens = self._encoder.encode_text(text)
        self._tick()
        return tokens


def caption_scores(encoder: Encoder, captions: Sequence[str], motions: Sequence[np.ndarray]) -> np.ndarray:
    """(captions x motions) scores as in a search; every text and motion is encoded once.

    Some captions score well with every motion. Taking each caption's mean over the starter motions off
    was measured with the first model and left out: the motion's own caption then came first for 33 %
    instead of 41 % of CMU's 49 test motions, and for 76 % instead of 78 % of half the starter motions.
    """
    from tqdm import tqdm

    from ..evaluation.maxsim import score_matrix

    off = None if len(captions) > _SHOW_PROGRESS_ABOVE else True  # None: silent where stderr is no terminal
    with tqdm(total=len(captions), desc="captions", disable=off, leave=False) as bar:
        ticking: Any = _Ticking(encoder, bar.update)
        return score_matrix(ticking, captions, motions)


def description(subject: Subject, captions: Sequence[str], scores: np.ndarray, k: int) -> dict[str, Any]:
    """The best captions of a motion, as the command's JSON has them.

    >>> still = Subject("still", "", np.zeros((40, 22, 3), np.float32), 7, ("he stands",))
    >>> description(still, ["he runs", "he stands"], np.array([0.2, 0.6]), 1)["captions"]
    [{'rank': 1, 'score': 0.6, 'caption': 'he stands', 'own': True}]
    """
    best = np.argsort(-scores, kind="stable")[:k]
    return {
        "id": subject.id,
        "name": subject.name,
        "path": subject.path,
        "duration_s": round(len(subject.positions) / 20, 3),
        "captions": [
            {
                "rank": rank,
                "score": round(float(scores[i]), 6),
                "caption": captions[i],
                "own": captions[i] in subject.own,
            }
            for rank, i in enumerate(best, 1)
        ],
    }


def table(described: dict[str, Any]) -> str:
    """A motion's captions for people; * marks those that it has in the library."""
    lines = [f"{described['name']}  {described['duration_s']:.1f} s"]
    for row in described["captions"]:
        lines.append(f"{row['rank']:2d}  {row['score']:.3f} {'*' if row['own'] else ' '} {row['caption']}")
    return "\n".join(lines)
