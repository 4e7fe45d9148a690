"""The trainings of a comparison, each in a folder of its own and each done once.

``OUT/<system>/seed <k>/pretrained`` and ``…/fold <i>`` or ``…/official`` are runs of the training loop; a
finished one holds ``scores.npz``. What was killed goes on where it was.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ...errors import MotionLensError
from ...files import write_atomic
from .plan import OFFICIAL, Plan, SystemPlan

if TYPE_CHECKING:
    from ...model.contract import RetrievalModel
    from ...training.configuration import RunConfig
    from ...training.data import TrainData

SCORES = "scores.npz"


@dataclass(frozen=True)
class Places:
    """Folders of a comparison.

    Attributes:
        out: of the comparison. data: in HumanML3D's layout. pack: the unpacked data pack, None: without it.
        corpus: of synthesised motions. cache: images and token states, shared by all.
    """

    out: Path
    data: Path
    pack: Path | None
    corpus: Path
    cache: Path

    def run(self, system: str, seed: int, target: str) -> Path:
        """Folder of a training."""
        return self.out / system / f"seed {seed}" / target


@dataclass(frozen=True)
class Queries:
    """The motions that every system is asked about, in order.

    Attributes:
        captions: the first of each, which is the query. all_captions: what references are fitted to.
        folds: (N,) the fold of leave-subject-out.
    """

    ids: tuple[str, ...]
    subjects: tuple[str, ...]
    splits: tuple[str, ...]
    captions: tuple[str, ...]
    all_captions: tuple[tuple[str, ...], ...]
    motions: tuple[np.ndarray, ...]
    folds: np.ndarray


def load_queries(data: Path, folds: int) -> Queries:
    """All captioned ids of the folder without their mirrored twins, and their folds.

    Raises:
        MotionLensError: the folder does not tell who moves.
    """
    from ...datasets.humanml3d import load_humanml3d
    from ...evaluation.protocols import subject_folds

    items, splits = [], []
    for split in ("train", "val", "test"):
        found = [i for i in load_humanml3d(data, split) if i.captions and not i.mirrored]
        items += found
        splits += [split] * len(found)
    subjects = [i.subject or "" for i in items]
    if not all(subjects):
        raise MotionLensError(f"{data} does not tell the subject of every motion: add them to its index.csv.")
    return Queries(
        tuple(i.id for i in items),
        tuple(subjects),
        tuple(splits),
        tuple(i.captions[0].text for i in items),
        tuple(tuple(c.text for c in i.captions) for i in items),
        tuple(i.positions for i in items),
        subject_folds(subjects, folds),
    )


def _save_scores(path: Path, scores: np.ndarray) -> None:
    buffer = io.BytesIO()
    np.savez(buffer, scores=scores.astype(np.float32))
    write_atomic(path, buffer.getbuffer())


def read_scores(path: Path) -> np.ndarray:
    """(captions, motions) of all queries, in their order."""
    with np.load(path, allow_pickle=False) as found:
        scores: np.ndarray = found["scores"]
    return scores


def _config(
    plan: SystemPlan, places: Places, train: Sequence[Mapping[str, Any]], data: Mapping[str, Any]
) -> RunConfig:
    from ...training.configuration import read_config

    settings: dict[str, Any] = {"evaluate_every": 0, "patience": 0, "checkpoint_s": 60.0}
    for more in train:
        settings |= more
    given = {
        "data": {
            "corpus": str(places.corpus),
            "pack": str(places.pack or ""),
            "validation_share": 0.0,
            **data,
        },
        "train": settings,
    }
    pairs = [f"{name}={json.dumps(value)}" for name, value in plan.set.items()]
    return read_config(plan.config, pairs, given)


class System:
    """One system of a plan with one seed: its pretraining and its targets.

    Args:
        shared: a dictionary in which systems of one process keep data that they have in common.
    """

    def __init__(
        self, name: str, seed: int, plan: Plan, places: Places, queries: Queries, shared: dict | None = None
    ) -> None:
        self.name, self.seed, self.plan, self.places, self.queries = name, seed, plan, places, queries
        self.own = plan.systems[name]
        self._shared = {} if shared is None else shared

    def run(self, target: str, device: str = "cpu") -> Path:
        """Train for a target unless that is done, score all queries; the file of scores."""
        folder = self.places.run(self.name, self.seed, target)
        if (folder / SCORES).exists():
            return folder / SCORES
        from .scoring import score_matrix

        model = self._finetuned(target, folder, device)
        _save_scores(
            folder / SCORES, score_matrix(model, self.queries.captions, self.queries.motions, device)
        )
        (folder / "checkpoint.safetensors").unlink(missing_ok=True)  # three times the weights, no more use
        if target != OFFICIAL:
            (folder / "model.safetensors").unlink(missing_ok=True)
        return folder / SCORES

    def pretrained(self, device: str = "cpu") -> Path | None:
        """Folder of the pretraining, done now unless it was; None where a system has none."""
        if not self.own.synthesised:
            return None
        by = self.own.pretrained_by
        if by:
            return System(by, self.seed, self.plan, self.places, self.queries, self._shared).pretrained(
                device
            )
        folder = self.places.run(self.name, self.seed, "pretrained")
        if not (folder / "model.safetensors").exists():
            config = _config(
                self.own,
                self.places,
                (self.plan.pretrain, self.own.pretrain, {"seed": self.seed}),
                {"folder": "", "sources": [], "weights": {"synthesised": 1.0}},
            )
            # Captions without motions hold words of many recordings: left out are those of all queries.
            data = self._gathered("pretraining", config, frozenset(self.queries.subjects))
            self._train(config, data, folder, device)
        return folder

    def _finetuned(self, target: str, folder: Path, device: str) -> RetrievalModel:
        from ...model.build import average_in, save_model

        start = self.pretrained(device)
        config = self._target_config(target, start)
        model = self._train(config, self._data(target), folder, device)
        if start is not None and self.own.keep:
            average_in(model, start, self.own.keep)
            save_model(model, folder)
        return model

    def _target_config(self, target: str, start: Path | None) -> RunConfig:
        train = [self.plan.finetune, self.own.finetune, {"seed": self.seed}]
        if start is not None:
            train.append({"init": str(start)})
        data: dict[str, Any] = {
            "folder": str(self.places.data),
            "split": "train" if target == OFFICIAL else "all",
        }
        if not self.own.synthesised:
            data["synthesised"] = 0
        return _config(self.own, self.places, train, data)

    def _data(self, target: str) -> TrainData:
        """What a target trains on: nothing of its fold's subjects, or the official training ids."""
        config = self._target_config(target, None)
        out = frozenset() if target == OFFICIAL else self.left_out(target)
        return self._gathered(target, config, out)

    def left_out(self, target: str) -> frozenset[str]:
        """The subjects of a fold."""
        fold = int(target.split()[1])
        return frozenset(
            s for s, f in zip(self.queries.subjects, self.queries.folds, strict=True) if f == fold
        )

    def _gathered(self, what: str, config: RunConfig, subjects: frozenset[str]) -> TrainData:
        from ...training.data import gather

        video = bool(getattr(config.model, "video", False))
        key = (what, config.model.image, video, repr(config.data))
        if key not in self._shared:
            while len(self._shared) > 2:  # tables of tens of thousands of items
                del self._shared[next(iter(self._shared))]
            self._shared[key] = gather(
                config.data,
                self.places.out,
                config.model.image,
                leave_out_subjects=subjects,
                cache=self.places.cache,
                video=video,
            )
        data: TrainData = self._shared[key]
        return replace(data, weights=config.data.weights)

    def _train(self, config: RunConfig, data: TrainData, folder: Path, device: str) -> RetrievalModel:
        import torch

        from ...model.build import build_model
        from ...training.loop import train

        s = config.train
        torch.manual_seed(s.seed)
        return train(
            build_model(config.model),
            data.sampler(s.batch, s.seed),
            s,
            folder,
            caption_pairs=data.caption_pairs(s.batch, s.seed),
            device=device,
            quiet=True,
        )
