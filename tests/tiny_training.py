"""A model and a sampler small enough for hundreds of steps a second, and a run that can be killed.

As a program: ``python -m tests.tiny_training FOLDER STEPS KILL_AT`` trains, and kills itself as the
system would (SIGKILL) after step KILL_AT (-1: never). Under torchrun each rank leaves its weights in
``rank<N>.safetensors``.
"""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

from motionlens.model.contract import Batch, RetrievalModel
from motionlens.model.stages import StageTokens, TextBatch, Tokens
from motionlens.training.losses import info_nce
from motionlens.training.settings import TrainSettings

PARTS, CHANNELS, STATES = 14, 12, 384


@dataclass(frozen=True)
class TinyConfig:
    """Settings of ``TinyModel``."""

    name: str = "tiny"
    architecture: str = "tiny"
    image: str = "motionlens"
    dim: int = 8


class TinyModel(RetrievalModel):
    """One linear map a side, with dropout, and a loss on text alone."""

    def __init__(self, config: TinyConfig | None = None) -> None:
        super().__init__()
        self.config = config or TinyConfig()
        self.register_buffer("mean", torch.zeros(PARTS, CHANNELS))
        self.register_buffer("std", torch.ones(PARTS, CHANNELS))
        self.stage_weights = {"whole": 1.0}
        self.drop = nn.Dropout(0.2)
        self.motion = nn.Linear(PARTS * CHANNELS, self.config.dim)
        self.text = nn.Linear(STATES, self.config.dim)
        self.unused = nn.Linear(2, 2)  # no loss reaches it: several processes must bear that

    @staticmethod
    def _whole(vectors: Tensor) -> Tokens:
        one = torch.ones(len(vectors), 1, dtype=torch.bool)
        return {"whole": StageTokens(normalize(vectors, dim=-1)[:, None], one.float(), one)}

    def encode_text(self, text: TextBatch) -> Tokens:
        mask = text.exists[..., None]
        return self._whole(self.text(self.drop((text.states * mask).sum(1) / mask.sum(1))))

    def encode_motion(self, images: Tensor, lengths: Tensor) -> Tokens:
        mask = (torch.arange(images.shape[1]) < lengths[:, None])[..., None, None]
        mean = (((images - self.mean) / self.std) * mask).sum(1) / lengths[:, None, None]
        return self._whole(self.motion(self.drop(mean.flatten(1))))

    def forward(self, batch: Batch) -> dict[str, Tensor]:
        text = self.encode_text(batch.text)
        scores = torch.cat([self.scores(text, self.encode_motion(*chunk)) for chunk in batch.motions], dim=1)
        return {"contrast": info_nce(scores, 0.1, batch.ignore)}

    def text_losses(self, pairs: tuple[TextBatch, TextBatch]) -> dict[str, Tensor]:
        """Two captions of a motion lie together."""
        a, b = (self.encode_text(t)["whole"].vectors[:, 0] for t in pairs)
        return {"paraphrase": 0.1 * info_nce(a @ b.T, 0.1)}


def pairs_of(seed: int, n: int = 8) -> Batch:
    """Pairs whose motion and caption carry the same random code, in two chunks of unlike length."""
    made = torch.Generator().manual_seed(seed)
    code = torch.randn(n, 4, generator=made)
    images = 3 + 0.5 * torch.randn(n, 32, PARTS, CHANNELS, generator=made)
    images[:, :, 0, :4] += code[:, None]
    states = 0.5 * torch.randn(n, 5, STATES, generator=made)
    states[..., :4] += code[:, None]
    half = n // 2
    chunks = [
        (images[:half, :16], torch.full((half,), 16)),
        (images[half:], torch.full((n - half,), 30)),
    ]
    exists = torch.ones(n, 5, dtype=torch.bool)
    text = TextBatch(["code"] * n, states, exists, normalize(states.mean(1), dim=-1))
    return Batch(chunks, text, torch.zeros(n, n, dtype=torch.bool))


class TinySampler:
    """``pairs_of`` a step; every rank has its own."""

    def __init__(self, rank: int = 0) -> None:
        self.rank = rank

    def draw(self, step: int) -> Batch:
        return pairs_of(step * 8 + self.rank)


class TinyPairs:
    """Two captions of the same code."""

    def draw(self, step: int) -> tuple[TextBatch, TextBatch]:
        text = pairs_of(step).text
        return text, TextBatch(text.texts, text.states + 0.1, text.exists, text.sentence)


SETTINGS = {"warmup": 3, "learning_rate": 1e-2, "evaluate_every": 4, "checkpoint_s": 1e9, "ema": 0.9}


def main() -> None:
    from safetensors.torch import save_file

    from motionlens.training.loop import StepReport, train

    folder, steps, kill_at = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    rank = int(os.environ.get("RANK", "0"))

    def kill(report: StepReport) -> None:
        if report.step == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    torch.manual_seed(rank)  # ranks begin with weights of their own: the first one's must win
    out = train(
        TinyModel(),
        TinySampler(rank),
        TrainSettings(steps=steps, **SETTINGS),  # type: ignore[arg-type]
        folder,
        caption_pairs=TinyPairs(),
        validation=pairs_of(10_001, 32),
        callbacks=[kill],
        quiet=True,
    )
    if "RANK" in os.environ:
        save_file(out.state_dict(), folder / f"rank{rank}.safetensors")


if __name__ == "__main__":
    main()
