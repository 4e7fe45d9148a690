"""The training loop: seeded, resumable, logged."""

from __future__ import annotations

import copy
import csv
import math
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from torch.nn.functional import pad
from tqdm import tqdm

from ..model.config import ModelConfig
from ..model.encoder import padded_images, save_model
from ..model.network import TwoTowers, max_sim_matrix
from ..representation.image import motion_image
from .checkpoint import load_checkpoint, save_checkpoint
from .items import TrainItem
from .losses import info_nce
from .sampler import Batch, CaptionPairs, Sampler, StatesAndMask
from .text_bank import TextBank


@dataclass(frozen=True)
class TrainSettings:
    """Knobs of a run; written beside the weights.

    Attributes:
        steps, batch, learning_rate, warmup, weight_decay, seed: the usual.
        real_share: share of recorded motions in a batch.
        caption_weight: weight of the loss that draws captions of the same motion together (text alone).
        average: decay of the moving average of weights, which is what ships.
        checkpoint_s: seconds between checkpoints.
        evaluate_every: steps between looks at the validation items.
    """

    steps: int = 3000
    batch: int = 64
    learning_rate: float = 1e-3
    warmup: int = 150
    weight_decay: float = 0.05
    seed: int = 0
    real_share: float = 0.4
    caption_weight: float = 0.3
    average: float = 0.998
    checkpoint_s: float = 120.0
    evaluate_every: int = 250


def fit_normalisation(towers: TwoTowers, items: Sequence[TrainItem], seed: int, sample: int = 600) -> None:
    """Set the motion tower's mean and standard deviation a channel from a sample of the items."""
    rng = np.random.default_rng([seed, 3])
    chosen = rng.choice(len(items), min(sample, len(items)), replace=False)
    images = np.concatenate([motion_image(np.asarray(items[i].positions)) for i in chosen])
    towers.motion.mean.copy_(torch.from_numpy(images.mean(0)))
    towers.motion.std.copy_(torch.from_numpy(np.maximum(images.std(0), 0.02)))


def batch_loss(towers: TwoTowers, batch: Batch) -> torch.Tensor:
    """InfoNCE of a batch."""
    device = towers.motion.mean.device
    chunks = [towers.motion(images.to(device), lengths.to(device)) for images, lengths in batch.motions]
    most = max(exists.shape[1] for _, exists in chunks)
    motion = torch.cat([pad(t, (0, 0, 0, most - t.shape[1])) for t, _ in chunks])
    motion_exists = torch.cat([pad(e, (0, most - e.shape[1])) for _, e in chunks])
    text, weights = towers.text(batch.states.to(device), batch.exists.to(device))
    scores = max_sim_matrix(text, weights, motion, motion_exists)
    return info_nce(scores, towers.config.tau, batch.ignore.to(device))


def caption_loss(towers: TwoTowers, pairs: tuple[StatesAndMask, StatesAndMask]) -> torch.Tensor:
    """InfoNCE between two captions of the same motion, scored by MaxSim of their tokens both ways."""
    device = towers.motion.mean.device
    (a, a_exists), (b, b_exists) = ((s.to(device), e.to(device)) for s, e in pairs)
    a, a_weights = towers.text(a, a_exists)
    b, b_weights = towers.text(b, b_exists)
    scores = max_sim_matrix(a, a_weights, b, b_exists) + max_sim_matrix(b, b_weights, a, a_exists).T
    return info_nce(scores / 2, towers.config.tau)


@torch.inference_mode()
def recall(towers: TwoTowers, items: Sequence[TrainItem], bank: TextBank, k: int = 1) -> float:
    """Text-to-motion R@k of the items' first captions against each other, percent."""
    towers.eval()
    device = towers.motion.mean.device
    columns = []
    states, exists = bank.batch([bank.number(i.captions[0]) for i in items])
    text, weights = towers.text(states.to(device), exists.to(device))
    for start in range(0, len(items), 32):
        images, lengths = padded_images([motion_image(i.positions) for i in items[start : start + 32]])
        motion, motion_exists = towers.motion(images.to(device), lengths.to(device))
        columns.append(max_sim_matrix(text, weights, motion, motion_exists))
    towers.train()
    scores = torch.cat(columns, dim=1)
    better = (scores > scores.diagonal()[:, None]).sum(1)
    return 100 * float((better < k).float().mean())


class Training:
    """One run in a folder: ``checkpoint.safetensors``, ``log.csv`` and, at the end, the model."""

    def __init__(self, folder: Path, config: ModelConfig, settings: TrainSettings, device: str) -> None:
        self.folder, self.settings = folder, settings
        folder.mkdir(parents=True, exist_ok=True)
        torch.manual_seed(settings.seed)
        self.towers = TwoTowers(config).to(device)
        self.average = copy.deepcopy(self.towers).eval()
        self.optimiser = torch.optim.AdamW(
            self.towers.parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay
        )

    def _rate(self, step: int) -> float:
        s = self.settings
        if step < s.warmup:
            return s.learning_rate * (step + 1) / s.warmup
        share = (step - s.warmup) / max(1, s.steps - s.warmup)
        return s.learning_rate * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * share)))

    def _update(self, sampler: Sampler, pairs: CaptionPairs | None, step: int) -> tuple[float, float]:
        s = self.settings
        for group in self.optimiser.param_groups:
            group["lr"] = self._rate(step)
        torch.manual_seed(s.seed * 1_000_003 + step)  # dropout too is a function of seed and step
        loss = main = batch_loss(self.towers, sampler.draw(step))
        extra = torch.zeros(())
        if pairs and s.caption_weight:
            extra = caption_loss(self.towers, pairs.draw(step))
            loss = main + s.caption_weight * extra
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.towers.parameters(), 1.0)
        self.optimiser.step()
        decay = min(s.average, (step + 1) / (step + 20))
        with torch.no_grad():
            for kept, new in zip(self.average.parameters(), self.towers.parameters(), strict=True):
                kept.lerp_(new, 1 - decay)
        return float(main.detach()), float(extra.detach())

    def run(
        self,
        sampler: Sampler,
        pairs: CaptionPairs | None,
        items_for_scale: Sequence[TrainItem],
        validation: dict[str, Sequence[TrainItem]],
        bank: TextBank,
    ) -> None:
        """Train to the last step, going on from the folder's checkpoint if there is one."""
        path = self.folder / "checkpoint.safetensors"
        first = 0
        if path.exists():
            first = load_checkpoint(path, self.towers, self.average, self.optimiser)
        else:
            fit_normalisation(self.towers, items_for_scale, self.settings.seed)
            self.average.motion.load_state_dict(self.towers.motion.state_dict())
        self.towers.train()
        saved = time.monotonic()
        with (self.folder / "log.csv").open("a", newline="") as stream:
            log = csv.writer(stream)
            if not first:
                log.writerow(
                    ["step", "loss", "caption_loss", *(f"{n}_R@{k}" for n in validation for k in (1, 5))]
                )
            for step in tqdm(range(first, self.settings.steps), initial=first, total=self.settings.steps):
                main, extra = self._update(sampler, pairs, step)
                row: list[object] = [step, round(main, 4), round(extra, 4)]
                if (step + 1) % self.settings.evaluate_every == 0:
                    for items in validation.values():
                        row += [round(recall(self.average, items, bank, k), 1) for k in (1, 5)]
                    tqdm.write(f"{row}")
                    self.average.eval()
                log.writerow(row)
                stream.flush()
                if time.monotonic() - saved > self.settings.checkpoint_s:
                    save_checkpoint(path, step + 1, self.towers, self.average, self.optimiser)
                    saved = time.monotonic()
        save_checkpoint(path, self.settings.steps, self.towers, self.average, self.optimiser)
        save_model(self.average, self.folder)

    def describe(self) -> dict:
        """Settings and sizes, for the model card."""
        return {"settings": asdict(self.settings), "config": asdict(self.towers.config)}
