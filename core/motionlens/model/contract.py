"""What a trainable retrieval model is to the training loop, the evaluation and the encoder.

Ours (``pyramid.Pyramid``) and the re-implemented peers (``motionlens.benchmark.peers``) are all of this
kind, so that the same command trains, evaluates and compares them.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from ..errors import MotionLensError
from .stages import TextBatch, Tokens, total_score


@dataclass(frozen=True)
class VideoChunk:
    """Views of some motions, padded for themselves.

    Attributes:
        images: (B, W * 16, parts, channels). lengths: (B,) frames.
        present: (B, W * parts) bool, patches that are known, at least one an item.
        aligned: (B,) bool, the view covers its motion's frames one by one: its patches are the motion's.
    """

    images: Tensor
    lengths: Tensor
    present: Tensor
    aligned: Tensor

    def to(self, device: torch.device | str) -> VideoChunk:
        """The same on a device."""
        return VideoChunk(*(t.to(device) for t in (self.images, self.lengths, self.present, self.aligned)))


@dataclass(frozen=True)
class Batch:
    """One training step's pairs; text k belongs to motion k.

    Attributes:
        motions: chunks of motions of like length, each padded for itself: (images, lengths) with images
            (B_i, W * 16, parts, channels) and lengths (B_i,) frames. In order, they are the B motions.
        text: the B captions.
        ignore: (B, B) bool, pairs (text, motion) that are no negatives though off the diagonal.
        apart: (B, B) bool, pairs that are certainly negatives however near their sentences are, such as a
            motion and its mirrored twin; None where that is not known.
        grounded: (B, N, W * 14) bool, the patches that each text token refers to (window-major), as far as
            that is known; all False for the others. None where nothing is known.
        video: chunks of a view of each motion, filmed and lifted, in the motions' order; None where the
            model has no video tower.
    """

    motions: Sequence[tuple[Tensor, Tensor]]
    text: TextBatch
    ignore: Tensor
    apart: Tensor | None = None
    grounded: Tensor | None = None
    video: Sequence[VideoChunk] | None = None

    def to(self, device: torch.device | str) -> Batch:
        """The same on a device."""
        motions = [(images.to(device), lengths.to(device)) for images, lengths in self.motions]
        apart = None if self.apart is None else self.apart.to(device)
        grounded = None if self.grounded is None else self.grounded.to(device)
        video = None if self.video is None else [chunk.to(device) for chunk in self.video]
        return Batch(motions, self.text.to(device), self.ignore.to(device), apart, grounded, video)


class RetrievalModel(nn.Module):
    """Base of all models.

    Attributes:
        config: a frozen dataclass with at least ``name``, ``architecture`` and ``image`` (a key of
            ``representation.kinds.IMAGE_KINDS``).
        mean, std: (parts, channels) buffers, set once from training images before the first step.
        stage_weights: stage name -> weight in the score.
        two_way: whether motion tokens look for words as well.
    """

    config: Any
    mean: Tensor
    std: Tensor
    stage_weights: Mapping[str, float]
    two_way: bool = False

    @abstractmethod
    def encode_text(self, text: TextBatch) -> Tokens:
        """Tokens of texts, a stage each."""

    @abstractmethod
    def encode_motion(self, images: Tensor, lengths: Tensor) -> Tokens:
        """Tokens of a padded batch of motion images (B, W * 16, parts, channels), (B,) frames."""

    def encode_video(self, images: Tensor, lengths: Tensor, present: Tensor) -> Tokens:
        """Tokens of lifted people's images, of which the patches ``present`` (B, W * parts) are known.

        Raises:
            MotionLensError: the model's tokens are no body parts during windows.
        """
        raise MotionLensError(
            f"{self.config.name} cannot take videos: its tokens are no body parts during windows."
        )

    @abstractmethod
    def forward(self, batch: Batch) -> dict[str, Tensor]:
        """Losses by name, each already times its weight; their sum is minimised. Logged one by one."""

    def scores(self, text: Tokens, motion: Tokens) -> Tensor:
        """(A, B) scores of texts and motions."""
        return total_score(text, motion, self.stage_weights, self.two_way)
