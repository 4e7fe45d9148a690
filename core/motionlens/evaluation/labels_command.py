"""``motionlens evaluate-labels``: zero-shot retrieval on a folder of labelled motion files."""

from __future__ import annotations

import argparse
import csv
import io
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np

from ..cli.common import add_json_argument, add_model_arguments, print_json
from ..errors import MotionLensError, UnreadableFileError
from ..readers import SUPPORTED_SUFFIXES, read_motions
from .labels import LabelReport, label_report, label_sentence

_SHOWN = 5
_MAX_BYTES = 64 * 2**20
_EXAMPLE = """example:
  motionlens evaluate-labels ~/mocap --labels ~/mocap/labels.csv

labels.csv has the columns file and label, and may have the column sentence: what to ask for the label.
Without it the label itself is put into a sentence ("kickLFront1Reps": "a person kicks left front once").
"""


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Register the command."""
    parser = subparsers.add_parser(
        "evaluate-labels",
        help="mAP and R-precision on motion files with labels, without training on them",
        description="Rank all labelled motions of a folder for every label's sentence: average precision and "
        "R-precision a label, their means, what chance gives, and how often a motion's best label is right.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", metavar="DIR", type=Path, help="folder of motion files")
    parser.add_argument(
        "--labels", type=Path, required=True, metavar="FILE", help="table of files and labels"
    )
    add_model_arguments(parser)
    add_json_argument(parser)
    parser.set_defaults(run=run)


@dataclass(frozen=True)
class LabelRow:
    """A row of the table; ``sentence`` is "" where the table gives none."""

    file: str
    label: str
    sentence: str


def read_labels(path: str | Path) -> list[LabelRow]:
    """Rows of a table with the columns file, label and perhaps sentence; others are ignored.

    Commas, semicolons and tabs separate; headers in any case; a byte order mark and empty lines do no
    harm; rows without file or label are left out.

    Raises:
        UnreadableFileError: missing, no text, a column is missing, or no row is left.
    """
    path = Path(path)
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise UnreadableFileError(f"{path} is too large for a table of labels: check the file.")
        data = path.read_bytes()
    except OSError as error:
        raise UnreadableFileError(
            f"{path} cannot be opened ({error.strerror}): give the table of labels with --labels FILE."
        ) from error
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = data.decode("utf-16", "replace")
    elif b"\0" in data:
        raise UnreadableFileError(f"{path} is no text: save the table as CSV.")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("cp1252", "replace")  # what spreadsheets on Windows write
    text = text.lstrip("\r\n\t ")
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    try:
        table = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise UnreadableFileError(
            f"{path} could not be read as a table ({error}): save it as CSV."
        ) from error
    header = [cell.strip().lower() for cell in table[0]] if table else []
    for column in ("file", "label"):
        if column not in header:
            raise UnreadableFileError(
                f"{path} has no column {column}: its first line must name the columns file and label."
            )
    places = [header.index("file"), header.index("label")]
    places += [header.index("sentence")] if "sentence" in header else []
    rows = []
    for cells in table[1:]:
        values = [" ".join(cells[p].split()) if p < len(cells) else "" for p in places] + [""]
        if values[0] and values[1]:
            rows.append(LabelRow(*values[:3]))
    if not rows:
        raise UnreadableFileError(f"{path} names no file with a label: add a row for each motion file.")
    return rows


def motion_files(folder: Path) -> list[Path]:
    """Motion files of a folder and its subfolders, in order; hidden ones are left out.

    Raises:
        MotionLensError: no such folder.
    """
    if not folder.is_dir():
        raise MotionLensError(f"{folder} is not a folder: give the folder of motion files.")
    found = (p for p in folder.rglob("*") if p.suffix.lower() in SUPPORTED_SUFFIXES and p.is_file())
    return sorted(p for p in found if not any(x.startswith(".") for x in p.relative_to(folder).parts))


def match_rows(
    rows: Sequence[LabelRow], folder: Path, files: Sequence[Path]
) -> tuple[dict[Path, set[str]], list[str]]:
    """Labels of each file, and the rows' files that are not there.

    A row's file is found by its path relative to the folder, its absolute path, its name, or its stem;
    a name or stem that several files share names none of them.
    """
    keys: dict[str, set[Path]] = {}
    for path in files:
        relative = PurePosixPath(path.relative_to(folder).as_posix())
        for key in {str(relative), str(relative.with_suffix("")), path.name, path.stem, path.as_posix()}:
            keys.setdefault(key.lower(), set()).add(path)
    labels: dict[Path, set[str]] = {}
    missing: dict[str, None] = {}
    for row in rows:
        wanted = row.file.replace("\\", "/").lower()
        wanted = wanted if wanted.startswith("/") else PurePosixPath(wanted).as_posix()
        found = keys.get(wanted, set())
        if len(found) == 1:
            labels.setdefault(next(iter(found)), set()).add(row.label)
        else:
            missing[row.file] = None
    return labels, list(missing)


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def sentences_of(rows: Sequence[LabelRow]) -> dict[str, tuple[str, ...]]:
    """Label -> its distinct sentences in the table's order, or the one made from the label.

    >>> sentences_of([LabelRow("a.bvh", "jumpHigh", ""), LabelRow("b.bvh", "sit", "a person sits")])
    {'jumpHigh': ('a person jumps high',), 'sit': ('a person sits',)}
    """
    out: dict[str, dict[str, None]] = {}
    for row in rows:
        given = out.setdefault(row.label, {})
        if row.sentence:
            given[row.sentence] = None
    return {label: tuple(given) or (label_sentence(label),) for label, given in out.items()}


def evaluate_labels(
    score: Callable[[Sequence[str], Sequence[np.ndarray]], np.ndarray],
    folder: Path,
    table: Path,
    progress: Callable[[Sequence[Path]], Sequence[Path]] = lambda files: files,
) -> LabelReport:
    """What the command does, without printing.

    A label with several sentences is scored by their mean. Each motion of a file that holds several
    carries the file's label. A file with two labels is right for both.

    Args:
        score: (texts, motions) -> (texts x motions) scores, higher is better.
        folder: of the motion files; read with its subfolders.
        table: see ``read_labels``.
        progress: wraps the list of files while they are read.

    Raises:
        MotionLensError: no folder, no table, or none of its files could be read.
    """
    rows = read_labels(table)
    files = motion_files(folder)
    labels, missing = match_rows(rows, folder, files)
    notes = []
    if missing:
        notes.append(
            f"{len(missing)} files named in {table.name} are not in {folder} (or several have the name): {_some(missing)}"
        )
    if unlabelled := [p.relative_to(folder).as_posix() for p in files if p not in labels]:
        notes.append(f"{len(unlabelled)} motion files have no label and were left out: {_some(unlabelled)}")
    motions: list[np.ndarray] = []
    carried: list[set[str]] = []
    failures: list[tuple[str, str]] = []
    for path in progress([p for p in files if p in labels]):
        try:
            found = read_motions(path)
        except MotionLensError as error:
            failures.append((str(path), str(error)))
            continue
        except MemoryError:
            failures.append(
                (str(path), f"{path} needs more memory than there is: cut it into shorter takes.")
            )
            continue
        motions += [m.positions for m in found]
        carried += [labels[path]] * len(found)
    if not motions:
        reason = f" ({failures[0][1]})" if failures else ""
        raise MotionLensError(f"None of the files in {table} could be read from {folder}{reason}.")
    sentences = sentences_of(rows)
    names = [label for label in sentences if any(label in c for c in carried)]
    if without := [label for label in sentences if label not in names]:
        notes.append(f"{len(without)} labels have no motion left and were left out: {_some(without)}")
    asked = list(dict.fromkeys(text for name in names for text in sentences[name]))
    matrix = np.asarray(score(asked, motions), dtype=np.float64)
    scores = np.stack([matrix[[asked.index(t) for t in sentences[name]]].mean(axis=0) for name in names])
    relevant = np.array([[name in c for c in carried] for name in names])
    return label_report(scores, names, [sentences[n] for n in names], relevant, notes, failures)


def run(args: argparse.Namespace) -> int:
    """Evaluate and print; 1 if a file could not be read."""
    from ..model import load_encoder
    from .maxsim import score_matrix

    read_labels(args.labels)  # a wrong table is said before a model is loaded
    motion_files(args.folder)
    encoder = load_encoder(args.model, args.device)
    report = evaluate_labels(
        lambda texts, motions: score_matrix(encoder, texts, motions), args.folder, args.labels, _progress
    )
    if args.json:
        print_json(report.to_dict())
        for _, message in report.failures:
            print(f"not read: {message}", file=sys.stderr)
    else:
        print(report.to_text())
    return 1 if report.failures else 0


def _progress(files: Sequence[Path]) -> Sequence[Path]:
    from tqdm import tqdm

    # disable=None: silent where stderr is no terminal
    return tqdm(files, "reading", unit="file", disable=None if len(files) > 50 else True, leave=False)
