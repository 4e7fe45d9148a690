"""What the text side learns without any motion: paraphrases draw together, masked words are guessed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from ..training.losses import info_nce
from .stages import TextBatch, stage_scores
from .text import minilm

if TYPE_CHECKING:
    from .pyramid import Pyramid

MASKED_SHARE = 0.15
"""Share of words masked for the language-model loss (Devlin et al. 2019)."""


class WordGuess(nn.Module):
    """Word states -> logits over the vocabulary, through the frozen encoder's own word embeddings."""

    def __init__(self, width: int, embedding_width: int) -> None:
        super().__init__()
        self.out = nn.Linear(width, embedding_width)

    def forward(self, x: Tensor, embeddings: Tensor) -> Tensor:
        """(K, width) and (V, embedding width) -> (K, V)."""
        return self.out(x) @ embeddings.T


def paraphrase_loss(model: Pyramid, first: TextBatch, second: TextBatch) -> Tensor:
    """InfoNCE between two captions of the same motion at every stage, each scored both ways by MaxSim."""
    a, b = model.encode_text(first), model.encode_text(second)
    losses = []
    for stage in model.stage_weights:
        scores = (stage_scores(a[stage], b[stage]) + stage_scores(b[stage], a[stage]).T) / 2
        losses.append(info_nce(scores, model.config.tau))
    return torch.stack(losses).mean()


def masked_language_loss(model: Pyramid, text: TextBatch) -> Tensor:
    """Cross-entropy of masked words: guessed by a text encoder that is trained along through its own head,
    else by the adapter from the frozen encoder's states of the masked text."""
    if model.text_encoder:
        return model.text_encoder.masked_loss(text.texts, MASKED_SHARE)
    assert model.word_guess is not None
    frozen = minilm(str(text.states.device))
    masked = frozen.masked_states(text.texts, MASKED_SHARE)
    x = model.text(masked.states, masked.exists)[masked.masked]
    if not len(x):
        return x.sum()
    logits = model.word_guess(x, frozen.word_embeddings())
    return nn.functional.cross_entropy(logits, masked.words[masked.masked])


def text_losses(model: Pyramid, pairs: tuple[TextBatch, TextBatch]) -> dict[str, Tensor]:
    """Both, by name, each times its weight; what is off is left out."""
    c, out = model.config, {}
    if c.paraphrase:
        out["paraphrase"] = c.paraphrase * paraphrase_loss(model, *pairs)
    if c.masked_language:
        out["masked_language"] = c.masked_language * masked_language_loss(model, pairs[0])
    return out
