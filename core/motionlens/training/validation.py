"""What a run looks at beside its losses: normalisation before the first step, retrieval among held-out pairs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch

from ..evaluation.metrics import KS, best_ranks, recall
from ..model.contract import Batch, RetrievalModel


def is_normalised(model: RetrievalModel) -> bool:
    """Whether mean and standard deviation were set."""
    return bool((model.mean != 0).any() or (model.std != 1).any())


@torch.no_grad()
def fit_normalisation(model: RetrievalModel, sampler: Any, batches: int = 8) -> None:
    """Set the model's mean and standard deviation a channel from the first batches' real frames."""
    frames = []
    for step in range(batches):
        for images, lengths in sampler.draw(step).motions:
            real = torch.arange(images.shape[1], device=images.device) < lengths[:, None]
            frames.append(images[real].double())
    found = torch.cat(frames)
    model.mean.copy_(found.mean(0))
    model.std.copy_(found.std(0, correction=0).clamp(min=0.02))
    video = getattr(model, "video", None)
    if video is not None:
        video.mean.copy_(model.mean)
        video.std.copy_(model.std)


@contextmanager
def _evaluating(model: RetrievalModel) -> Iterator[None]:
    """Evaluation mode without gradients; the model's mode is put back."""
    training = model.training
    model.eval()
    try:
        with torch.inference_mode():
            yield
    finally:
        model.train(training)


def score_matrix(model: RetrievalModel, batch: Batch) -> np.ndarray:
    """(texts, motions) scores of a batch's pairs, float64."""
    with _evaluating(model):
        batch = batch.to(model.mean.device)
        text = model.encode_text(batch.text)
        columns = [model.scores(text, model.encode_motion(*chunk)) for chunk in batch.motions]
        return torch.cat(columns, dim=1).double().cpu().numpy()


def video_matrix(model: RetrievalModel, batch: Batch) -> np.ndarray:
    """(videos, motions) scores of a batch's pairs, float64."""
    with _evaluating(model):
        batch = batch.to(model.mean.device)
        videos = [model.encode_video(c.images, c.lengths, c.present) for c in batch.video or ()]
        motions = [model.encode_motion(*chunk) for chunk in batch.motions]
        rows = [torch.cat([model.scores(v, m) for m in motions], dim=1) for v in videos]
        return torch.cat(rows).double().cpu().numpy()


def validate(model: RetrievalModel, batch: Batch) -> dict[str, float]:
    """Retrieval figures of held-out pairs, in per cent.

    Pairs in ``batch.ignore`` count neither as right nor as wrong.

    Returns:
        "t2m_R@k" and "m2t_R@k" for k of ``KS``, with views also "v2m_R@k" and "m2v_R@k", and "recall", the
        mean of all of them.
    """
    ways = {("t2m", "m2t"): score_matrix(model, batch)}
    if batch.video is not None:
        ways[("v2m", "m2v")] = video_matrix(model, batch)
    ranks: dict[str, np.ndarray] = {}
    for (there, back), scores in ways.items():
        right = np.eye(len(scores), dtype=bool)
        scores[batch.ignore.cpu().numpy() & ~right] = -1e6
        ranks |= {there: best_ranks(scores, right), back: best_ranks(scores.T, right)}
    out = {f"{way}_R@{k}": 100 * recall(found, k) for way, found in ranks.items() for k in KS}
    return {"recall": float(np.mean(list(out.values()))), **out}
