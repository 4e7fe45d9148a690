"""Scores of a trained model for all queries of a comparison."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ...model.contract import RetrievalModel

_BATCH = 64


def score_matrix(
    model: RetrievalModel, captions: Sequence[str], motions: Sequence[np.ndarray], device: str = "cpu"
) -> np.ndarray:
    """(texts, motions) float32 scores of a model by the contract, in float32 throughout.

    Args:
        captions: Q texts, each with a word.
        motions: M arrays (T, 22, 3) of at most 224 frames.
    """
    import torch

    from ...model.stages import TextBatch
    from ...model.text import minilm
    from ...representation.kinds import IMAGE_KINDS
    from ...training.images import padded

    make = IMAGE_KINDS[model.config.image].make
    model = model.to(device).eval()
    frozen = minilm(device)
    rows = []
    with torch.inference_mode():
        encoded = []
        for start in range(0, len(motions), _BATCH):
            images, lengths = padded([make(m) for m in motions[start : start + _BATCH]])
            encoded.append(model.encode_motion(images.to(device), lengths.to(device)))
        for start in range(0, len(captions), _BATCH):
            chosen = list(captions[start : start + _BATCH])
            found = [t.states for t in frozen.tokens(chosen)]
            states = torch.nn.utils.rnn.pad_sequence([torch.from_numpy(s) for s in found], batch_first=True)
            counts = torch.tensor([len(s) for s in found])
            exists = torch.arange(states.shape[1]) < counts[:, None]
            sentence = torch.nn.functional.normalize(states.sum(1), dim=-1)
            text = model.encode_text(TextBatch(chosen, states, exists, sentence).to(device))
            rows.append(torch.cat([model.scores(text, m) for m in encoded], dim=1).float().cpu().numpy())
    return np.concatenate(rows)
