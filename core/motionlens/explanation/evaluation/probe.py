"""A model opened up for what explanations are measured with: patches taken away, gradients, attention."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ...model import default_model_dir
from ...model.build import load_model
from ...model.composing import explainable
from ...model.encoder import ModelEncoder, padded_images
from ...model.fingerprint import model_fingerprint
from ...model.interface import Composition, QueryTokens
from ...model.pyramid import Pyramid
from ...model.stages import STAGES, Tokens
from ...representation.kinds import IMAGE_KINDS
from ...skeleton import N_PARTS
from ..maps import words_of

_TOKENS = 4096
"""Patches that are encoded at a time: more gains nothing on a processor and needs memory."""


@dataclass(frozen=True, eq=False)
class Query:
    """A text, encoded. ``words`` is the word that each of the F word pieces belongs to; there are ``n``."""

    tokens: QueryTokens
    composition: Composition
    words: np.ndarray
    n: int


class Probe:
    """A pyramid model and the encoder around it."""

    def __init__(self, model: Pyramid, fingerprint: str = "", device: str = "cpu") -> None:
        self.encoder = ModelEncoder(model, fingerprint, device)
        self.model = explainable(model)
        self.device = device
        self._make = IMAGE_KINDS[model.config.image].make

    @classmethod
    def load(cls, folder: str | Path | None = None, device: str | None = None) -> Probe:
        """A trained model.

        Raises:
            MotionLensError: no model there, or one without tokens of words and body parts.
        """
        path = Path(folder) if folder else default_model_dir()
        fingerprint = model_fingerprint(path)
        where = device or ("cuda" if torch.cuda.is_available() else "cpu")
        return cls(explainable(load_model(path)), fingerprint, where)

    def randomised(self, seed: int = 0) -> Probe:
        """The same model with nothing learned: the entries of every weight tensor in random order.

        Unlike weights drawn anew they keep their scale, whatever the architecture. What is frozen (the
        sentence encoder, the image's mean and deviation) stays.
        """
        other = copy.deepcopy(self.model)
        generator = torch.Generator().manual_seed(seed)
        with torch.no_grad():
            for parameter in other.parameters():
                order = torch.randperm(parameter.numel(), generator=generator).to(parameter.device)
                parameter.copy_(parameter.flatten()[order].view_as(parameter))
        return Probe(other, device=self.device)

    def query(self, text: str) -> Query:
        """A text as the score takes it."""
        tokens, composition = self.encoder.compose_text(text)
        spans = [s for s, stage in zip(tokens.spans, tokens.stages, strict=True) if STAGES[stage] == "joint"]
        words, groups = words_of(text, spans)
        return Query(tokens, composition, groups, len(words))

    def image(self, clip: np.ndarray) -> tuple[Tensor, Tensor]:
        """(1, W * 16, parts, channels) motion image and (1,) frames."""
        images, lengths = padded_images([self._make(clip)])
        return images.to(self.device), lengths.to(self.device)

    def encode(self, images: Tensor, lengths: Tensor, present: Tensor | None = None) -> Tokens:
        """Tokens of all stages, of the patches that are present (``MotionTower.forward``)."""
        return self.model.motion_stages(self.model.motion(images, lengths, present))

    def similarities(self, query: Query, tokens: Tokens) -> dict[str, tuple[Tensor, Tensor]]:
        """Stage -> (B, N, M) inner products, -2 where a motion token is missing, and (N,) weights."""
        out = {}
        for stage in (s for s in STAGES if s in tokens):
            own = query.tokens.stages == STAGES.index(stage)
            vectors = torch.from_numpy(query.tokens.vectors[own]).to(self.device)
            weights = torch.from_numpy(query.tokens.weights[own]).to(self.device)
            found = torch.einsum("nd,bmd->bnm", vectors, tokens[stage].vectors)
            out[stage] = found.masked_fill(~tokens[stage].exists[:, None], -2.0), weights
        return out

    @torch.inference_mode()
    def scores(self, query: Query, image: tuple[Tensor, Tensor], present: np.ndarray) -> np.ndarray:
        """(B,) score of a query with what is left of one motion.

        Args:
            image: from ``image``. present: (B, W * 14) bool, window-major, at least one patch a row.
        """
        left = present.sum(axis=1)
        out = np.empty(len(present))
        order = np.argsort(left, kind="stable")  # rows with as many patches need no padding
        at = 0
        while at < len(order):
            rows = order[at : at + max(1, _TOKENS // int(left[order[at]]))]
            rows = rows[left[rows] == left[rows[0]]]
            given = torch.from_numpy(present[rows]).to(self.device)
            images, lengths = (v.expand(len(rows), *v.shape[1:]) for v in image)
            pairs = self.similarities(query, self.encode(images, lengths, given)).values()
            found = torch.stack([s.amax(-1) @ weights for s, weights in pairs]).sum(0)
            out[rows] = found.double().cpu().numpy()
            at += len(rows)
        return out


def grid(values: np.ndarray) -> np.ndarray:
    """(..., W * 14) patches, window-major -> (..., 14, W).

    >>> grid(np.arange(28.0)).shape, grid(np.arange(28.0))[0].tolist()
    ((14, 2), [0.0, 14.0])
    """
    return np.swapaxes(values.reshape(*values.shape[:-1], -1, N_PARTS), -1, -2)


def flat(values: np.ndarray) -> np.ndarray:
    """Inverse of ``grid``.

    >>> flat(grid(np.arange(28.0))).tolist() == list(range(28))
    True
    """
    swapped = np.swapaxes(values, -1, -2)
    return swapped.reshape(*swapped.shape[:-2], -1)
