"""What a training run can be told; nothing here imports torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..errors import MotionLensError


@dataclass(frozen=True)
class TrainSettings:
    """Knobs of the loop; written beside the weights.

    Attributes:
        steps: updates of the weights, and the length of the learning rate's schedule.
        minutes: a budget of time for the whole run, resumed legs together; stops at the end of a step and
            the schedule runs out with it (whichever of steps and minutes is further on counts). 0: none.
        batch: pairs of a batch, of each process (the sampler's; the loop takes what it draws).
        learning_rate: AdamW's at the end of the warmup; falls along a cosine to ``final_rate`` times it.
        warmup: steps of linear warmup.
        rate_factors: prefix of a parameter's name -> factor of the learning rate, for pretrained parts.
        freeze: prefixes of the names of parameters that stay as they are.
        weight_decay: AdamW's, on matrices alone.
        clip: largest norm of the gradient; 0: not clipped.
        ema: decay of the moving average of the weights, which is what is kept; 0: the weights themselves.
        accumulate: batches whose gradients are added up for one step.
        precision: "bf16" (mixed, on CUDA alone) or "fp32".
        seed: of weights, dropout and batches; a step is a function of it and the step's number.
        init: folder of a run or model to start from, its normalisation kept; "": from random weights.
        evaluate_every: steps between looks at the validation items; 0: never.
        watch: the validation set that chooses the best weights; "": "real", else
            the first.
        patience: looks without a better result after which the run stops; 0: none.
        checkpoint_s: seconds between checkpoints.
        log_every: steps between lines of the log.
        tensorboard: write curves for TensorBoard too, where it is installed.
    """

    steps: int = 3000
    minutes: float = 0.0
    batch: int = 64
    learning_rate: float = 1e-3
    final_rate: float = 0.02
    warmup: int = 150
    rate_factors: Mapping[str, float] = field(default_factory=dict)
    freeze: tuple[str, ...] = ()
    weight_decay: float = 0.05
    clip: float = 1.0
    ema: float = 0.998
    accumulate: int = 1
    precision: str = "bf16"
    seed: int = 0
    init: str = ""
    evaluate_every: int = 250
    watch: str = ""
    patience: int = 0
    checkpoint_s: float = 120.0
    log_every: int = 1
    tensorboard: bool = False

    def __post_init__(self) -> None:
        if self.precision not in ("bf16", "fp32"):
            raise MotionLensError(f'train.precision must be "bf16" or "fp32", not {self.precision!r}.')
        for name, least in (("steps", 1), ("batch", 2), ("accumulate", 1), ("log_every", 1)):
            if getattr(self, name) < least:
                raise MotionLensError(f"train.{name} must be at least {least}, not {getattr(self, name)}.")
        if not 0 <= self.ema < 1:
            raise MotionLensError(f"train.ema must be at least 0 and below 1, not {self.ema}.")


RESUMABLE = frozenset(
    ("steps", "minutes", "patience", "evaluate_every", "checkpoint_s", "log_every", "tensorboard")
)
"""Settings that a run may go on with though they differ from those it began with."""
