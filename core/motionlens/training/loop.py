"""The training loop of every model: seeded, resumable, logged; one process or several."""

from __future__ import annotations

import copy
import json
import math
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel
from tqdm import tqdm

from ..errors import MotionLensError
from ..files import write_atomic
from ..model.build import WEIGHTS, load_weights, save_model
from ..model.contract import Batch, RetrievalModel
from .ahead import DrawnAhead, Draws
from .checkpoint import Progress, load_checkpoint, load_tensors, save_checkpoint, save_tensors
from .logging_csv import CurveLog
from .ranks import Ranks, joined
from .settings import RESUMABLE, TrainSettings
from .validation import fit_normalisation, is_normalised, validate

CHECKPOINT, BEST, LOG, FACTS = "checkpoint.safetensors", "best.safetensors", "log.csv", "training.json"


@dataclass(frozen=True)
class StepReport:
    """What a callback is told after a logged step.

    Attributes:
        step: number of the step, from 0.
        figures: losses by name, their sum "loss", the learning rate "rate", and validation figures.
        model: the weights as they are trained. average: the moving average, which is what is kept.
    """

    step: int
    figures: Mapping[str, float]
    model: RetrievalModel
    average: RetrievalModel


Callback = Callable[[StepReport], bool | None]
"""Returns True to stop the run."""


class _Losses(nn.Module):
    """All losses of a step as one forward pass, which is what DistributedDataParallel needs."""

    def __init__(self, model: RetrievalModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, batch: Batch, pairs: Any) -> dict[str, Tensor]:
        losses = dict(self.model(batch))
        if pairs is not None:
            more: dict[str, Tensor] = self.model.text_losses(pairs)  # type: ignore[operator]
            losses |= more
        return losses


def _moved(thing: Any, device: torch.device) -> Any:
    """Batches, and tuples of them, on a device."""
    if isinstance(thing, tuple) and not hasattr(thing, "to"):
        return tuple(_moved(part, device) for part in thing)
    return thing.to(device)


def _optimiser(model: nn.Module, settings: TrainSettings) -> torch.optim.AdamW:
    """AdamW; matrices alone decay, and named parts may learn at another rate."""
    groups: dict[tuple[float, bool], list[nn.Parameter]] = {}
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            found = [f for prefix, f in settings.rate_factors.items() if name.startswith(prefix)]
            groups.setdefault((found[0] if found else 1.0, parameter.ndim > 1), []).append(parameter)
    return torch.optim.AdamW(
        [
            {"params": ps, "factor": factor, "weight_decay": settings.weight_decay * decays}
            for (factor, decays), ps in groups.items()
        ],
        lr=settings.learning_rate,
    )


def rate(settings: TrainSettings, step: int, seconds: float) -> float:
    """Learning rate of a step: linear warmup, then a cosine over the steps or the budget of time.

    >>> s = TrainSettings(steps=100, warmup=10, learning_rate=1.0, final_rate=0.0)
    >>> [round(rate(s, step, 0.0), 3) for step in (0, 9, 55, 100)]
    [0.1, 1.0, 0.5, 0.0]
    """
    if step < settings.warmup:
        return settings.learning_rate * (step + 1) / settings.warmup
    share = (step - settings.warmup) / max(1, settings.steps - settings.warmup)
    if settings.minutes:
        share = max(share, seconds / (60 * settings.minutes))
    low = settings.final_rate
    return settings.learning_rate * (low + (1 - low) * 0.5 * (1 + math.cos(math.pi * min(1.0, share))))


class Run:
    """One run in a folder; see ``train``."""

    def __init__(
        self,
        model: RetrievalModel,
        sampler: Draws,
        settings: TrainSettings,
        folder: Path,
        caption_pairs: Draws | None,
        validation: Mapping[str, Batch],
        device: str,
        ranks: Ranks,
        notes: Mapping[str, Any] | None = None,
    ) -> None:
        self.notes = dict(notes or {})
        self.settings, self.folder, self.ranks = settings, folder, ranks
        # A GPU must not wait for the next batch; on a CPU drawing would only compete with the step.
        self.sampler = DrawnAhead(sampler) if device.startswith("cuda") else sampler
        self.validation = validation
        self.pairs = caption_pairs if caption_pairs and hasattr(model, "text_losses") else None
        self.watch = settings.watch or ("real" if "real" in validation else next(iter(validation), ""))
        if validation and self.watch not in validation:
            raise MotionLensError(
                f'train.watch: no validation set "{self.watch}", there is {", ".join(validation)}.'
            )
        self.device = torch.device(device)
        self.model = model.to(self.device)
        resumed = (folder / CHECKPOINT).exists()
        if not resumed:
            self._begin()
        for name, parameter in self.model.named_parameters():
            if name.startswith(settings.freeze or (" ",)):
                parameter.requires_grad_(False)
        self.optimiser = _optimiser(self.model, settings)
        losses = _Losses(self.model)
        # Parameters that a step leaves out (a loss without pairs, a frozen head) must not stop the sum.
        self.losses = (
            DistributedDataParallel(losses, find_unused_parameters=True) if ranks.world > 1 else losses
        )
        self.average = copy.deepcopy(self.model).eval().requires_grad_(False) if settings.ema else self.model
        self.progress = Progress()
        if resumed:
            self._check_settings()
            average = self.average if settings.ema else None
            self.progress = load_checkpoint(folder / CHECKPOINT, self.model, average, self.optimiser)
        elif ranks.first:
            self._describe()
        self._started = time.monotonic() - self.progress.seconds
        self._saved = time.monotonic()

    def _begin(self) -> None:
        """Weights of another run, or normalisation from this one's batches."""
        if self.settings.init:
            start = Path(self.settings.init)
            best = start / BEST
            load_weights(
                self.model, best if best.exists() else start / WEIGHTS, "train.init wants a run of like sizes"
            )
        if not is_normalised(self.model):
            fit_normalisation(self.model, self.sampler)

    def _facts(self) -> dict[str, Any]:
        return {"train": asdict(self.settings), "model": asdict(self.model.config)}

    def _describe(self) -> None:
        """What the run is and how far it came, for model card and tables."""
        facts = self._facts() | self.notes
        if hasattr(self, "progress"):
            facts["result"] = {
                **asdict(self.progress),
                "device": self.device.type,
                "processes": self.ranks.world,
                "parameters": sum(p.numel() for p in self.model.parameters()),
            }
        write_atomic(self.folder / FACTS, (json.dumps(facts, indent=2) + "\n").encode())

    def _check_settings(self) -> None:
        """A run goes on with the settings it began with."""
        try:
            before = json.loads((self.folder / FACTS).read_text())
        except (OSError, ValueError):
            return  # nothing to compare with
        now = json.loads(json.dumps(self._facts()))
        for section in ("train", "model"):
            for key, value in now[section].items():
                old = before.get(section, {}).get(key, value)
                if old != value and not (section == "train" and key in RESUMABLE):
                    raise MotionLensError(
                        f"{self.folder} holds a run with {section}.{key} = {old!r}, not {value!r}: "
                        "give another --out, or delete it."
                    )

    def _seconds(self) -> float:
        return time.monotonic() - self._started

    def _autocast(self) -> AbstractContextManager:
        if self.settings.precision == "bf16" and self.device.type == "cuda":
            return torch.autocast("cuda", torch.bfloat16)
        return nullcontext()

    def _update(self, step: int, learning_rate: float) -> dict[str, Tensor]:
        """One step of the optimiser; the losses, each the mean over the accumulated batches."""
        s = self.settings
        for group in self.optimiser.param_groups:
            group["lr"] = learning_rate * group["factor"]
        self.optimiser.zero_grad(set_to_none=True)
        told: dict[str, Tensor] = {}
        for part in range(s.accumulate):
            number = step * s.accumulate + part
            # Dropout too is a function of seed and step, and each process has its own.
            torch.manual_seed((s.seed * 1_000_003 + number) * 64 + self.ranks.rank)
            batch = self.sampler.draw(number).to(self.device)
            pairs = _moved(self.pairs.draw(number), self.device) if self.pairs else None
            alone = isinstance(self.losses, DistributedDataParallel) and part + 1 < s.accumulate
            with self.losses.no_sync() if alone else nullcontext():  # type: ignore[operator]
                with self._autocast():
                    losses = self.losses(batch, pairs)
                (torch.stack([loss.float() for loss in losses.values()]).sum() / s.accumulate).backward()
            for name, loss in losses.items():
                told[name] = told.get(name, torch.zeros(())) + loss.detach().float().cpu() / s.accumulate
        if s.clip:
            nn.utils.clip_grad_norm_(self.model.parameters(), s.clip)
        self.optimiser.step()
        if s.ema:
            self._follow(min(s.ema, (step + 1) / (step + 20)))
        return told

    @torch.no_grad()
    def _follow(self, decay: float) -> None:
        """The moving average follows the weights; other state is copied."""
        for kept, new in zip(self.average.parameters(), self.model.parameters(), strict=True):
            kept.lerp_(new, 1 - decay)
        for held, now in zip(self.average.buffers(), self.model.buffers(), strict=True):
            held.copy_(now)

    def _look(self) -> dict[str, float]:
        """Validation figures; better weights than ever before are kept."""
        figures: dict[str, float] = {}
        if self.ranks.first:
            for name, batch in self.validation.items():
                figures |= {f"{name}_{k}": v for k, v in validate(self.average, batch).items()}
        figures = self.ranks.agree(figures)
        found = figures[f"{self.watch}_recall"]
        if found > self.progress.best:
            self.progress.best, self.progress.best_step, self.progress.stale = found, self.progress.step, 0
            if self.ranks.first:
                save_tensors(self.folder / BEST, self.average.state_dict())
        else:
            self.progress.stale += 1
        return figures

    def _save(self) -> None:
        self.progress.seconds = self._seconds()
        if self.ranks.first:
            average = self.average if self.settings.ema else None
            save_checkpoint(self.folder / CHECKPOINT, self.progress, self.model, average, self.optimiser)
        self._saved = time.monotonic()

    def _over(self) -> bool:
        """Steps, time or patience spent; where the clock decides, the first process's does for all."""
        s, p = self.settings, self.progress
        if p.step >= s.steps or (s.patience and p.stale >= s.patience):
            return True
        return bool(s.minutes) and self.ranks.agree(self._seconds() >= 60 * s.minutes)

    def go(self, callbacks: Sequence[Callback], quiet: bool) -> RetrievalModel:
        """Train to the end; the model that is kept."""
        s, p = self.settings, self.progress
        board = self.folder / "tensorboard" if s.tensorboard else None
        log = CurveLog(self.folder / LOG, p.step, board) if self.ranks.first else None
        self.model.train()
        over = self._over()
        with tqdm(total=s.steps, initial=p.step, disable=quiet or not self.ranks.first, unit="step") as bar:
            while not over:
                step = p.step
                seconds = self.ranks.agree(self._seconds()) if s.minutes else 0.0
                learning_rate = rate(s, step, seconds)
                losses = self._update(step, learning_rate)
                p.step += 1
                over = self._over()
                regular = s.evaluate_every and p.step % s.evaluate_every == 0
                looks = bool(self.validation) and bool(s.evaluate_every) and (over or bool(regular))
                if looks or step % s.log_every == 0:
                    figures = _figures(losses, learning_rate, step)
                    if looks:
                        figures |= self._look()
                    if log:
                        log.write(step, figures)
                    bar.set_postfix_str(f"loss {figures['loss']:.3f}", refresh=False)
                    over |= self._told(callbacks, StepReport(step, figures, self.model, self.average))
                over |= looks and self._over()  # patience
                bar.update()
                if looks or time.monotonic() - self._saved >= s.checkpoint_s:
                    self._save()
        self._save()
        if isinstance(self.sampler, DrawnAhead):
            self.sampler.close()
        if log:
            log.close()
        return self._finish()

    def _told(self, callbacks: Sequence[Callback], report: StepReport) -> bool:
        """Whether a callback, told, wants the run to stop."""
        answers = [callback(report) for callback in callbacks]
        return bool(answers) and self.ranks.agree(any(answers))

    def _finish(self) -> RetrievalModel:
        """The best weights, or the last ones where nothing was looked at; saved as a model."""
        self.ranks.wait()
        if self.progress.best_step:
            state = load_tensors(self.folder / BEST)
            self.average.load_state_dict(state)
        if self.ranks.first:
            self._describe()
            save_model(self.average, self.folder)
        return self.average.eval()


def _figures(losses: Mapping[str, Tensor], learning_rate: float, step: int) -> dict[str, float]:
    values = {name: float(value) for name, value in losses.items()}
    total = sum(values.values())
    if not math.isfinite(total):
        raise MotionLensError(f"The loss is not finite at step {step}: lower train.learning_rate.")
    return {"loss": total, **values, "rate": learning_rate}


def train(
    model: RetrievalModel,
    sampler: Draws,
    settings: TrainSettings,
    folder: Path,
    *,
    caption_pairs: Draws | None = None,
    validation: Mapping[str, Batch] | Batch | None = None,
    device: str = "cpu",
    callbacks: Sequence[Callback] | None = None,
    quiet: bool = False,
    notes: Mapping[str, Any] | None = None,
) -> RetrievalModel:
    """Train a model in a folder, going on from the folder's checkpoint where there is one.

    The folder gets ``checkpoint.safetensors``, ``log.csv``, ``training.json``, with validation
    ``best.safetensors``, and at the end ``model.safetensors`` with ``config.json``. Under torchrun each
    process gives a sampler of its own rank; gradients are averaged, negatives are those of a process's
    own batch, and rank 0 writes.

    Args:
        model: with random weights (seed torch before building it); unset normalisation is fitted to the
            sampler's batches.
        sampler: ``draw(step)`` gives the Batch of a step.
        caption_pairs: ``draw(step)`` gives what ``model.text_losses`` takes, where the model has that.
        validation: pairs never trained on, by name; the mean of R@1..R@10 both ways chooses the weights.
        device: "cpu" or "cuda".
        callbacks: told after each logged step.
        quiet: no progress bar.
        notes: written into ``training.json`` beside settings and result (what the data were).

    Returns:
        The model that is kept, on ``device`` and in evaluation mode: the best moving average by
        validation, else the last.

    Raises:
        MotionLensError: a folder with another run, a loss that is not finite, weights that do not fit.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    sets = {"val": validation} if isinstance(validation, Batch) else dict(validation or {})
    with joined(device) as (ranks, own):
        run = Run(model, sampler, settings, folder, caption_pairs, sets, own, ranks, notes)
        ranks.wait()  # no checkpoint may appear before all have looked for one
        return run.go(callbacks or (), quiet)
