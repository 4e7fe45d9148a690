"""A text encoder that is trained along: any masked language model of transformers with its tokenizer.

Its masked-language-model loss runs through the encoder's own head and into its weights, which is the
regularisation of "Fine-grained Motion Retrieval via Joint-Angle Motion Images and Token-Patch Late
Interaction" (2026).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from ..errors import MotionLensError

DOWNLOAD = "MOTIONLENS_DOWNLOAD"
"""Environment variable; "1" lets transformers fetch a model that is named and not on this machine."""
FOLDER = "text_encoder"
"""Beside a saved model: the encoder's configuration and tokenizer."""
_MAX_TOKENS = 96


class Words(NamedTuple):
    """Tokens of one text as they stand in it: N pieces and their (start, end) character ranges."""

    pieces: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]


def pretrained(setting: str, name: str, load: Callable[..., Any], **options: Any) -> Any:
    """What ``load`` (a ``from_pretrained``) gives for the name or folder of a transformers model.

    Nothing is downloaded unless the environment variable ``DOWNLOAD`` is 1.

    Args:
        setting: for the message, such as "model.trunk".

    Raises:
        MotionLensError: there is no such model on this machine.
    """
    from transformers.utils import logging

    logging.set_verbosity_error()  # the load report names heads that are left out on purpose
    logging.disable_progress_bar()
    allowed = os.environ.get(DOWNLOAD) == "1"
    folder = Path(name).expanduser()
    try:
        return load(str(folder) if folder.is_dir() else name, local_files_only=not allowed, **options)
    except (OSError, ValueError, KeyError) as error:
        raise MotionLensError(
            f'{setting}: no usable transformers model "{name}" is on this machine: put its config.json, '
            "model.safetensors and, of a text encoder, tokenizer files into a folder and name that, or "
            f"set {DOWNLOAD}=1 to fetch it by name."
        ) from error


class OnlineText(nn.Module):
    """Tokenizer and encoder. Weights are part of the model that holds it; ``save`` writes the rest.

    Args:
        name: of a transformers model, or its folder.
        masked: whether the head for masked words is wanted.
        saved: folder of a saved model: built from what ``save`` left there, with random weights.

    Raises:
        MotionLensError: no such model, or one without a fast tokenizer or (where wanted) a mask token.
    """

    def __init__(self, name: str, masked: bool, saved: Path | None = None) -> None:
        super().__init__()
        from transformers import AutoConfig, AutoModel, AutoModelForMaskedLM, AutoTokenizer

        kind = AutoModelForMaskedLM if masked else AutoModel
        if saved is None:
            self.tokenizer = pretrained("model.text_encoder", name, AutoTokenizer.from_pretrained)
            options = {"dtype": torch.float32}  # else that of the file, which may be half
            self.model = pretrained("model.text_encoder", name, kind.from_pretrained, **options)
        else:
            self.tokenizer, self.model = _restored(saved / FOLDER, AutoTokenizer, AutoConfig, kind)
        if not self.tokenizer.is_fast:
            raise MotionLensError(
                f'model.text_encoder: "{name}" has no fast tokenizer: name another encoder.'
            )
        if masked and self.tokenizer.mask_token_id is None:
            raise MotionLensError(
                f'model.text_encoder: "{name}" has no mask token: name another or set model.masked_language=0.'
            )
        self.name = name
        self.width = int(self.model.config.hidden_size)
        places = getattr(self.model.config, "max_position_embeddings", _MAX_TOKENS) or _MAX_TOKENS
        self._longest = min(_MAX_TOKENS, int(places))

    def _tokenised(self, texts: Sequence[str]) -> Any:
        return self.tokenizer(
            list(texts),
            padding=True,
            truncation=True,
            max_length=self._longest,
            return_tensors="pt",
            return_offsets_mapping=True,
            return_special_tokens_mask=True,
        )

    def _device(self) -> torch.device:
        return next(self.parameters()).device

    def forward(self, texts: Sequence[str]) -> tuple[Tensor, Tensor]:
        """B texts -> (B, N, width) states and (B, N) bool, special tokens and punctuation left out.

        A text of punctuation alone keeps its first token, so that no text is empty.
        """
        batch = self._tokenised(texts)
        hidden = self.model.base_model(
            input_ids=batch["input_ids"].to(self._device()),
            attention_mask=batch["attention_mask"].to(self._device()),
        ).last_hidden_state
        keep = torch.zeros(batch["input_ids"].shape, dtype=torch.bool)
        for row, places in zip(keep, _kept(texts, batch), strict=True):
            row[places or [0]] = True
        # kept tokens first, in their order
        order = (~keep).int().argsort(dim=1, stable=True)[:, : int(keep.sum(1).max())]
        exists = keep.gather(1, order).to(hidden.device)
        where = order.to(hidden.device)[..., None].expand(-1, -1, hidden.shape[-1])
        return hidden.gather(1, where), exists

    def words(self, text: str) -> Words:
        """What the tokens of ``forward`` stand for; none where the text has no word."""
        batch = self._tokenised([text])
        offsets = batch["offset_mapping"][0].tolist()
        spans = tuple((int(offsets[i][0]), int(offsets[i][1])) for i in _kept([text], batch)[0])
        return Words(tuple(text[a:b] for a, b in spans), spans)

    def masked_loss(self, texts: Sequence[str], share: float) -> Tensor:
        """Cross-entropy of a random ``share`` of the tokens, guessed by the encoder's own head from the
        text without them; gradients go into the encoder."""
        batch = self._tokenised(texts)
        words, special = batch["input_ids"], batch["special_tokens_mask"].bool()
        masked = (torch.rand(words.shape) < share) & ~special
        inputs = words.masked_fill(masked, self.tokenizer.mask_token_id).to(self._device())
        logits = self.model(input_ids=inputs, attention_mask=batch["attention_mask"].to(inputs.device)).logits
        guessed = logits[masked.to(inputs.device)]
        if not len(guessed):
            return logits.sum() * 0
        return nn.functional.cross_entropy(guessed.float(), words[masked].to(inputs.device))

    def save(self, folder: Path) -> None:
        """Write configuration and tokenizer into the subfolder ``FOLDER``, whole or not at all."""
        final, fresh, old = (folder / n for n in (FOLDER, f".{FOLDER}.part", f".{FOLDER}.old"))
        for leftover in (fresh, old):
            shutil.rmtree(leftover, ignore_errors=True)
        self.model.config.save_pretrained(fresh)
        self.tokenizer.save_pretrained(fresh)
        if final.exists():
            final.replace(old)
        fresh.replace(final)
        shutil.rmtree(old, ignore_errors=True)


def _kept(texts: Sequence[str], batch: Any) -> list[list[int]]:
    """Places of each text's tokens that are neither special nor pure punctuation."""
    return [
        [
            i
            for i, (s, (a, b)) in enumerate(zip(special, offsets, strict=True))
            if not s and any(c.isalnum() for c in text[a:b])
        ]
        for text, special, offsets in zip(
            texts, batch["special_tokens_mask"].tolist(), batch["offset_mapping"].tolist(), strict=True
        )
    ]


def _restored(folder: Path, tokenizers: Any, configs: Any, kind: Any) -> tuple[Any, Any]:
    try:
        tokenizer = tokenizers.from_pretrained(folder, local_files_only=True)
        config = configs.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError) as error:
        raise MotionLensError(
            f"{folder} lacks the configuration or tokenizer of the model's text encoder: "
            "copy the whole folder of the model or train it again."
        ) from error
    return tokenizer, kind.from_config(config, dtype=torch.float32)
