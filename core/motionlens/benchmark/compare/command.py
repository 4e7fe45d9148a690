"""``motionlens compare``: train ours and the peers alike, and print one table."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ...errors import MotionLensError
from .plan import OFFICIAL, Plan, plan_names, read_plan

if TYPE_CHECKING:
    from .cells import Places, Queries
    from .table import Block, Ranked

_EXAMPLE = """examples:
  motionlens dataset cmu-humanml3d DATA humanml3d-cmu
  motionlens synthesise corpus --count 12000 --captions 3
  motionlens compare main --data humanml3d-cmu --pack DATA --corpus corpus --out runs/main
  motionlens compare main --data humanml3d-cmu --out runs/main --table      # what is done so far

What was killed goes on where it was."""


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Register the command."""
    parser = subparsers.add_parser(
        "compare",
        help="train ours and the peers on the same data and print one table",
        description="Every system is pretrained once a seed on synthesised motions, then fine-tuned for each "
        "fold of leave-subject-out and for the official split; scores are kept, the table is made from them.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("plan", help=f"a YAML file, or {', '.join(plan_names())}")
    parser.add_argument("--out", type=Path, required=True, help="folder of the comparison")
    parser.add_argument(
        "--data", type=Path, required=True, help="folder in HumanML3D's layout with an index.csv"
    )
    parser.add_argument(
        "--pack", type=Path, help="the unpacked data pack: more recorded motions and captions"
    )
    parser.add_argument("--corpus", type=Path, help="folder of the synthesised corpus")
    parser.add_argument("--cache", type=Path, help="folder for images and token states (default: OUT/cache)")
    parser.add_argument("--systems", nargs="+", help="only these systems of the plan")
    parser.add_argument("--seeds", nargs="+", type=int, help="only these seeds")
    parser.add_argument("--targets", nargs="+", help="only these, such as official or 'fold 0'")
    parser.add_argument("--workers", type=int, default=2, help="trainings side by side, one thread each")
    parser.add_argument("--device", default="cpu", help="cpu or cuda")
    parser.add_argument("--table", action="store_true", help="train nothing, print what is done")
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Train what is missing, print the table."""
    from .cells import Places, load_queries
    from .understanding import read_understanding, understanding_markdown

    plan = read_plan(args.plan)
    for name in args.systems or ():
        if name not in plan.systems:
            raise MotionLensError(f"The plan has no system {name!r}: it has {', '.join(plan.systems)}.")
    queries = load_queries(args.data, plan.folds)
    if not args.table:
        if not args.corpus:
            raise MotionLensError(
                "Training needs --corpus DIR (see `motionlens synthesise`): add it, or --table."
            )
        places = Places(args.out, args.data, args.pack, args.corpus, args.cache or args.out / "cache")
        _train_all(plan, places, args)
    blocks = table_blocks(plan, args.out, queries)
    understood = read_understanding(plan, args.out)
    if args.json:
        print(json.dumps({"blocks": [b.to_dict() for b in blocks], "understanding": understood}, indent=2))
    else:
        from .table import markdown

        tables = [markdown(b) for b in blocks]
        if understood:
            tables.append(understanding_markdown(understood, plan.ours))
        print("\n\n".join(tables))
    return 0


def _jobs(plan: Plan, args: argparse.Namespace) -> list[tuple[str, int]]:
    """Systems and seeds, a whole seed before the next; what starts from another's pretraining comes after it."""
    names = [n for n in plan.systems if not args.systems or n in args.systems]
    names.sort(key=lambda n: bool(plan.systems[n].pretrained_by))
    seeds = sorted({s for n in names for s in plan.seeds_of(n)} & set(args.seeds or plan.seeds))
    return [(n, s) for s in seeds for n in names if s in plan.seeds_of(n)]


def _one(given: str, places: Places, name: str, seed: int, targets: list[str] | None, device: str) -> str:
    """A worker's job: one system with one seed."""
    import torch

    from .cells import System, load_queries
    from .understanding import understand

    torch.set_num_threads(1)
    plan = read_plan(given)
    system = System(name, seed, plan, places, load_queries(places.data, plan.folds))
    for target in plan.targets(name):
        if targets is None or target in targets:
            system.run(target, device)
            if target == OFFICIAL and plan.understanding and seed == plan.seeds[0]:
                understand(plan, places, name, seed, device)
    return f"{name}, seed {seed}"


def _train_all(plan: Plan, places: Places, args: argparse.Namespace) -> None:
    from concurrent.futures import ProcessPoolExecutor, as_completed
    from multiprocessing import get_context

    from tqdm import tqdm

    jobs = _jobs(plan, args)
    first = [j for j in jobs if not plan.systems[j[0]].pretrained_by]
    rest = [j for j in jobs if plan.systems[j[0]].pretrained_by]
    context = get_context("spawn")
    with tqdm(total=len(jobs), unit="system", disable=None) as bar:
        for part in (first, rest):  # no two workers may do the same pretraining
            with ProcessPoolExecutor(args.workers, mp_context=context, max_tasks_per_child=1) as pool:
                found = [
                    pool.submit(_one, args.plan, places, n, s, args.targets, args.device) for n, s in part
                ]
                for done in as_completed(found):
                    tqdm.write(done.result())
                    bar.update()


def fold_scores(
    out: Path, system: str, seed: int, queries: Queries, folds: int
) -> tuple[np.ndarray, np.ndarray] | None:
    """(N, N) T2M and M2T under leave-subject-out, each query by the model that did not see its subject."""
    from .cells import SCORES, read_scores

    n = len(queries.ids)
    t2m, m2t = np.empty((n, n)), np.empty((n, n))
    for fold in range(folds):
        path = out / system / f"seed {seed}" / f"fold {fold}" / SCORES
        if not path.exists():
            return None
        scores, asked = read_scores(path), queries.folds == fold
        t2m[asked], m2t[asked] = scores[asked], scores.T[asked]
    return t2m, m2t


def _fold_block(plan: Plan, out: Path, queries: Queries, references: dict[str, Ranked]) -> Block:
    from .table import Block, ranked

    systems = {}
    for name in plan.systems:
        found = [fold_scores(out, name, s, queries, plan.folds) for s in plan.seeds_of(name)]
        whole = [f for f in found if f is not None]
        if whole:
            systems[name] = ranked(
                [f[0] for f in whole], [f[1] for f in whole], queries.captions, queries.subjects
            )
    title = f"(f) leave-subject-out: {len(queries.ids)} ids, {plan.folds} folds, intervals over subjects"
    return Block(title, systems | references, queries.subjects, plan.ours, _peers(plan))


def _peers(plan: Plan) -> list[str]:
    return [*plan.peers, "kernel ridge"]


def _official_block(
    plan: Plan,
    out: Path,
    queries: Queries,
    relevant: np.ndarray | None,
    title: str,
    references: dict[str, Ranked],
) -> Block:
    from .cells import SCORES, read_scores
    from .table import Block, ranked

    test = np.flatnonzero(np.array(queries.splits) == "test")
    captions, subjects = [queries.captions[i] for i in test], [queries.subjects[i] for i in test]
    systems = {}
    for name in plan.systems:
        paths = [out / name / f"seed {s}" / OFFICIAL / SCORES for s in plan.seeds_of(name)]
        found = [read_scores(p)[np.ix_(test, test)] for p in paths if p.exists()]
        if found:
            systems[name] = ranked(found, [f.T for f in found], captions, subjects, relevant)
    # Queries are drawn, not subjects: six subjects are too few to draw.
    return Block(title, systems | references, [queries.ids[i] for i in test], plan.ours, _peers(plan))


def table_blocks(plan: Plan, out: Path, queries: Queries) -> list[Block]:
    """Leave-subject-out, then the official test ids strictly (a) and with threshold (c)."""
    from ...evaluation.protocols import similar_captions
    from ...model.text import minilm
    from .references import fitted_folds, fitted_official, knowing_nothing

    embed: Any = minilm().sentences
    embeddings = np.asarray(embed(list(queries.captions)), dtype=np.float64)
    targets = _targets(queries, embed)
    test = np.flatnonzero(np.array(queries.splits) == "test")
    captions, subjects = [queries.captions[i] for i in test], [queries.subjects[i] for i in test]
    near = similar_captions(embeddings[test])
    folds = knowing_nothing(queries.captions, queries.subjects)
    blocks = [_fold_block(plan, out, queries, fitted_folds(queries, targets, embeddings, plan.folds) | folds)]
    if not any(OFFICIAL in plan.targets(name) for name in plan.systems):
        return blocks
    for relevant, title in (
        (None, f"(a) {len(test)} official test ids, strict, intervals over ids"),
        (near, f"(c) {len(test)} official test ids, sentence cosine above 0.90 counts"),
    ):
        references = fitted_official(queries, targets, embeddings, test, relevant)
        references |= knowing_nothing(captions, subjects, relevant)
        blocks.append(_official_block(plan, out, queries, relevant, title, references))
    return blocks


def _targets(queries: Queries, embed: Any) -> np.ndarray:
    rows = np.asarray(embed([c for many in queries.all_captions for c in many]), dtype=np.float64)
    ends = np.cumsum([len(many) for many in queries.all_captions])
    return np.stack([part.mean(axis=0) for part in np.split(rows, ends[:-1])])
