"""``motionlens evaluate``: a model and its references on a folder in HumanML3D's layout."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..errors import MotionLensError
from . import reference
from .metrics import Interval, best_ranks, paired_difference
from .protocols import (
    LeaveSubjectOut,
    RetrievalTask,
    Scores,
    evaluate,
    leave_subject_out,
)
from .report import PROTOCOLS, EvaluationReport, ProtocolResult

if TYPE_CHECKING:
    from ..datasets.humanml3d import DatasetItem

Embed = Callable[[Sequence[str]], np.ndarray]
"""Sentences -> (n, d) unit sentence embeddings."""

_EXAMPLE = """example:
  motionlens dataset cmu-humanml3d DATA humanml3d-cmu
  motionlens evaluate --data humanml3d-cmu --split test --reference
"""
_NO_MODEL = "none"
_PAIRED_KS = (1, 5, 10)


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Register the command."""
    parser = subparsers.add_parser(
        "evaluate",
        help="text-motion retrieval figures, every protocol side by side",
        description="R@1/2/3/5/10, MedR and Rsum, text to motion and back, with 95 % bootstrap intervals. "
        + "Protocols: "
        + "; ".join(f"{k} {v}" for k, v in PROTOCOLS.items())
        + ".",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", type=Path, required=True, help="folder in HumanML3D's layout")
    parser.add_argument("--split", default="test", help="train, val or test (default: test)")
    parser.add_argument(
        "--model", default=None, help="model folder (default: the shipped model; 'none': no model)"
    )
    parser.add_argument(
        "--reference", action="store_true", help="also chance, subject, clip length, kernel ridge"
    )
    parser.add_argument(
        "--protocols",
        type=protocol_list,
        default="a,b,c,d,e",
        help="comma-separated, a to f (default: a,b,c,d,e)",
    )
    parser.add_argument("--mirrored", action="store_true", help="keep mirrored twins in the gallery")
    parser.add_argument("--device", help="cpu or cuda (default: cuda where there is one)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=run)


def protocol_list(text: str) -> str:
    """The letters of a comma-separated list.

    >>> protocol_list("a, c")
    'ac'
    """
    letters = [part.strip().lower() for part in text.split(",") if part.strip()]
    wrong = [x for x in letters if x not in PROTOCOLS]
    if wrong or not letters:
        raise argparse.ArgumentTypeError(
            f"choose among {', '.join(PROTOCOLS)}, not {', '.join(wrong) or 'nothing'}"
        )
    return "".join(dict.fromkeys(letters))


def run(args: argparse.Namespace) -> int:
    """Evaluate and print."""
    from ..model.text import minilm

    if args.model == _NO_MODEL and not args.reference:
        raise MotionLensError("There is nothing to evaluate: give --model DIR or add --reference.")
    report = evaluate_folder(
        args.data,
        args.split,
        minilm().sentences,
        model=args.model,
        references=args.reference,
        protocols=args.protocols,
        mirrored=args.mirrored,
        device=args.device,
    )
    print(json.dumps(report.to_dict(), indent=2) if args.json else report.to_text())
    return 0


def evaluate_folder(
    data: Path,
    split: str,
    embed: Embed,
    *,
    model: str | Path | None = None,
    references: bool = False,
    protocols: str = "abcde",
    mirrored: bool = False,
    device: str | None = None,
) -> EvaluationReport:
    """What the command does, without printing.

    Args:
        data: folder in HumanML3D's layout.
        split: "train", "val" or "test".
        embed: the frozen sentence encoder of protocols c and d and of the ridge's targets.
        model: model folder; None for the shipped one, "none" for no model.
        references: add the reference rows; they are fitted on the folder's training ids.
        protocols: letters.
        mirrored: keep mirrored twins in the gallery.
        device: of the model.

    Raises:
        MotionLensError: the folder lacks the split, or there is no model.
    """
    items = load_items(data, split, mirrored)
    task = retrieval_task(items, embed, mirrored, _listed(data / "nsim_test.txt"))
    plain = [p for p in protocols if p != "f"]
    scores: dict[str, Scores] = {}
    if plain and str(model) != _NO_MODEL:
        from ..model import load_encoder
        from .maxsim import score_matrix

        encoder = load_encoder(model, device)
        name = str(getattr(encoder, "name", "model"))
        scores[name] = score_matrix(encoder, task.captions, [i.positions for i in items])
    own = set(scores)
    notes = []
    if references and plain:
        train = load_items(data, "train", mirrored=False)
        if split == "train":
            notes.append("The clip-length and ridge rows were fitted on these very motions.")
        scores |= reference_scores(train, items, task, embed)
    systems = {name: tuple(evaluate(s, task, plain)) for name, s in scores.items()}
    if "f" in protocols:
        if not references:
            raise MotionLensError(
                "Protocol f trains anew in every fold: add --reference for its reference rows."
            )
        everything = [i for part in ("train", "val", "test") for i in load_items(data, part, mirrored=False)]
        for name, result in reference_folds(everything, embed).items():
            systems[name] = (*systems.get(name, ()), result)
        notes.append("Protocol f: train, val and test ids together; a trained model is not in it.")
    return EvaluationReport(
        str(data), split, len(items), mirrored, systems, tuple(notes), paired_figures(scores, own)
    )


def load_items(data: Path, split: str, mirrored: bool) -> list[DatasetItem]:
    """The split's motions that have a caption, mirrored twins only where asked for.

    Raises:
        MotionLensError: none are left.
    """
    from ..datasets.humanml3d import load_humanml3d

    items = [i for i in load_humanml3d(data, split) if i.captions and (mirrored or not i.mirrored)]
    if not items:
        raise MotionLensError(
            f"{data} has no captioned motions in its split {split}: build the folder again."
        )
    return items


def _listed(path: Path) -> frozenset[str]:
    return frozenset(path.read_text(encoding="utf-8").split()) if path.is_file() else frozenset()


def retrieval_task(
    items: Sequence[DatasetItem], embed: Embed, mirrored: bool, dissimilar_ids: frozenset[str] = frozenset()
) -> RetrievalTask:
    """The first caption of every motion against all of them.

    Motions whose subject is unknown are each a subject by themselves: they have no pairs.
    """
    captions = tuple(i.captions[0].text for i in items)
    return RetrievalTask(
        ids=tuple(i.id for i in items),
        captions=captions,
        subjects=tuple(str(i.subject or i.id.removeprefix("M")) for i in items),
        embeddings=np.asarray(embed(captions), dtype=np.float64),
        mirrored=mirrored,
        dissimilar_ids=dissimilar_ids,
    )


def caption_targets(items: Sequence[DatasetItem], embed: Embed) -> np.ndarray:
    """(N, d) mean sentence embedding of all captions of each motion."""
    rows = np.asarray(embed([c.text for i in items for c in i.captions]), dtype=np.float64)
    ends = np.cumsum([len(i.captions) for i in items])
    return np.stack([part.mean(axis=0) for part in np.split(rows, ends[:-1])])


_FEATURES = {"clip length": reference.length_features, "ridge": reference.clip_statistics}


def reference_scores(
    train: Sequence[DatasetItem], items: Sequence[DatasetItem], task: RetrievalTask, embed: Embed
) -> dict[str, Scores]:
    """The reference rows' scores; the fitted ones learn from ``train`` alone."""
    targets = caption_targets(train, embed)
    out: dict[str, Scores] = {"chance": reference.chance(len(items))}
    if all(i.subject for i in items):
        out["subject oracle"] = reference.subject_oracle(task.subjects)
    for name, features in _FEATURES.items():
        fitted = reference.KernelRidge(np.stack([features(i.positions) for i in train]), targets)
        scores = fitted.score(task.embeddings, np.stack([features(i.positions) for i in items]))
        out[name] = reference.RandomTies(np.round(scores, 12)) if name == "clip length" else scores
    return out


def reference_folds(items: Sequence[DatasetItem], embed: Embed, folds: int = 5) -> dict[str, ProtocolResult]:
    """Leave-subject-out rows of clip length and ridge, trained without the query's subject.

    Raises:
        MotionLensError: the folder does not tell who moves.
    """
    if len({i.subject for i in items if i.subject}) < folds:
        raise MotionLensError(
            f"Protocol f needs the subjects of the motions, at least {folds}: add an index.csv with the columns "
            "id and subject to the folder."
        )
    task = retrieval_task(items, embed, mirrored=False)
    targets = caption_targets(items, embed)
    everything = list(range(len(items)))
    out = {}
    for name, features in _FEATURES.items():
        table = np.stack([features(i.positions) for i in items])

        def fit_and_score(
            train: list[int], queries: list[int], gallery: list[int], table: np.ndarray = table
        ) -> tuple[np.ndarray, np.ndarray]:
            fitted = reference.KernelRidge(table[train], targets[train])
            scores = fitted.score(task.embeddings[gallery], table[gallery])
            return scores[queries], scores.T[queries]

        answer: LeaveSubjectOut = leave_subject_out(everything, task.subjects, fit_and_score, folds)
        out[name] = answer.result(task)
    return out


def paired_figures(scores: dict[str, Scores], own: set[str]) -> dict[str, dict[int, Interval]]:
    """T2M strict R@k of each model less that of each reference, over the same queries."""
    hits: dict[str, dict[int, np.ndarray]] = {}
    for name, source in scores.items():
        draws = [source] if isinstance(source, np.ndarray) else list(source)
        ranks = [best_ranks(m, np.eye(len(m), dtype=bool)) for m in draws]
        hits[name] = {k: np.mean([r <= k for r in ranks], axis=0) for k in _PAIRED_KS}
    return {
        f"{a} - {b}": {k: paired_difference(hits[a][k], hits[b][k], np.asarray) for k in _PAIRED_KS}
        for a in own
        for b in scores
        if b not in own
    }
