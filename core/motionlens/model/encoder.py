"""A trained model as library, search and app use it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ..errors import MotionLensError
from ..representation.kinds import IMAGE_KINDS
from ..windows import MAX_CLIP_FRAMES, PATCH_FRAMES
from .build import load_model, save_model
from .composing import compose_motion, compose_text, explainable
from .contract import RetrievalModel
from .examples import example_tokens, lifted_tokens, seen_patches
from .fingerprint import model_fingerprint
from .interface import Composition, QueryTokens
from .stages import STAGES, StageTokens, TextBatch, Tokens
from .text import TextStates, minilm
from .text_online import Words

__all__ = [
    "ModelEncoder",
    "load_folder",
    "padded_images",
    "save_model",
]
_BATCH = 32


def padded_images(images: Sequence[np.ndarray]) -> tuple[Tensor, Tensor]:
    """Stack motion images of different lengths: (B, W * 16, P, C) zeros-padded, and (B,) lengths."""
    lengths = [len(i) for i in images]
    frames = -(-max(lengths) // PATCH_FRAMES) * PATCH_FRAMES
    out = np.zeros((len(images), frames, *images[0].shape[1:]), dtype=np.float32)
    for row, image in zip(out, images, strict=True):
        row[: len(image)] = image
    return torch.from_numpy(out), torch.tensor(lengths)


@contextmanager
def _one_thread() -> Iterator[None]:
    """A sentence is too little work to share: with two threads it takes twice as long, and the waiting
    second thread slows the scoring that follows."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _words(text: str, device: str) -> TextStates:
    """The query's token states; raises MotionLensError where it has no word."""
    found = minilm(device).tokens([text])[0] if text.strip() else None
    if found is None or not found.pieces:
        raise MotionLensError("The query has no words: type what the person does.")
    return found


def _check_lengths(clips: Sequence[np.ndarray]) -> None:
    if any(not 1 <= len(c) <= MAX_CLIP_FRAMES for c in clips):
        raise ValueError(f"clips must have 1 to {MAX_CLIP_FRAMES} frames")


def _in_batches(
    clips: Sequence[np.ndarray],
    make: Callable[[np.ndarray], np.ndarray],
    tokens: Callable[[Tensor, Tensor, Sequence[int]], list[np.ndarray]],
) -> list[np.ndarray]:
    """Tokens of clips, computed in batches of like length (little padding), in the clips' order."""
    _check_lengths(clips)
    out: list[np.ndarray] = [np.empty(0)] * len(clips)
    order = sorted(range(len(clips)), key=lambda i: len(clips[i]))
    for start in range(0, len(order), _BATCH):
        part = order[start : start + _BATCH]
        for i, row in zip(part, tokens(*padded_images([make(clips[i]) for i in part]), part), strict=True):
            out[i] = row
    return out


def _pieces(
    stage: str, text: str, words: TextStates | Words, tokens: StageTokens
) -> list[tuple[str, int, int]]:
    """What text each token of one query stands for: (piece, start, end).

    A joint token is a word piece; a segment token is the words that went into it, written one after
    another, from the first to the last; anything else is the whole text.
    """
    n = int(tokens.exists.sum())
    everything = (text, 0, len(text))
    if stage == "joint" and n == len(words.pieces):
        return [(piece, *span) for piece, span in zip(words.pieces, words.spans, strict=True)]
    if stage != "segment" or tokens.members is None or tokens.members.shape[1] != len(words.pieces):
        return [everything] * n
    members = tokens.members[0].tolist()
    out = []
    for k in torch.nonzero(tokens.exists[0])[:, 0].tolist():
        spans = [span for span, member in zip(words.spans, members, strict=True) if member == k]
        piece, end = "", -1
        for first, last in spans:
            piece += (" " if piece and first > end else "") + text[first:last]
            end = last
        out.append((piece, spans[0][0], end) if spans else ("", 0, 0))
    return out


def _composition(shares: Tensor, parts: Tensor) -> Composition:
    return Composition(shares.float().cpu().numpy(), parts.float().cpu().numpy())


class ModelEncoder:
    """Any ``RetrievalModel`` behind the ``Encoder`` interface. Safe to call from one thread at a time.

    A clip's tokens are those of the stages that have a weight in the score, in the order of ``STAGES``.
    """

    def __init__(self, model: RetrievalModel, fingerprint: str = "", device: str = "cpu") -> None:
        if model.two_way:
            raise MotionLensError(
                f"{model.config.name} scores both ways, for which a library stores too little: train it with "
                "model.two_way=false to search with it."
            )
        self._model = model.to(device).eval()
        self._fingerprint = fingerprint
        self._device = device
        self._make = IMAGE_KINDS[model.config.image].make
        self._stages = [s for s in STAGES if model.stage_weights.get(s)]
        self._counts: dict[int, tuple[int, int, int]] = {}
        self._dim = 0

    @property
    def fingerprint(self) -> str:
        """Hash of weights and configuration."""
        return self._fingerprint

    @property
    def name(self) -> str:
        """The model's name."""
        return str(self._model.config.name)

    @property
    def dim(self) -> int:
        """d, width of a token vector."""
        if not self._dim:
            self._measure()
        return self._dim

    @property
    def device(self) -> str:
        """Where it runs: "cpu" or "cuda"."""
        return self._device

    @property
    def stage_weights(self) -> tuple[float, float, float]:
        """See ``ExplainingEncoder.stage_weights``."""
        joint, segment, whole = (float(self._model.stage_weights.get(s, 0.0)) for s in STAGES)
        return joint, segment, whole

    @torch.inference_mode()
    def encode_text(self, text: str) -> QueryTokens:
        """See ``Encoder.encode_text``."""
        with _one_thread():
            return self._encode_text(text)

    def _encode_text(self, text: str) -> QueryTokens:
        words, batch = self._text_batch(text)
        return self._query(text, words, self._model.encode_text(batch))

    def _text_batch(self, text: str) -> tuple[TextStates, TextBatch]:
        words = _words(text, self._device)
        states = torch.from_numpy(words.states)[None].to(self._device)
        exists = torch.ones(states.shape[:2], dtype=torch.bool, device=self._device)
        # the mean token state, as the training's bank of captions has it: no second pass of the encoder
        sentence = torch.nn.functional.normalize(states.mean(1), dim=-1)
        return words, TextBatch([text], states, exists, sentence)

    def _query(self, text: str, words: TextStates, tokens: Tokens) -> QueryTokens:
        own = getattr(self._model, "words", None)  # of a text encoder that was trained along
        spoken = (own(text) if own else None) or words
        pieces, vectors, weights, stages = [], [], [], []
        for stage in self._stages:
            found = tokens[stage]
            there = found.exists[0]
            pieces += _pieces(stage, text, spoken, found)
            vectors.append(found.vectors[0, there].float())
            weights.append(found.weights[0, there].float() * self._model.stage_weights[stage])
            stages += [STAGES.index(stage)] * int(there.sum())
        return QueryTokens(
            text,
            tuple(p for p, _, _ in pieces),
            tuple((a, b) for _, a, b in pieces),
            torch.cat(vectors).cpu().numpy(),
            torch.cat(weights).cpu().numpy(),
            np.array(stages, np.int8),
        )

    @torch.inference_mode()
    def compose_text(self, text: str) -> tuple[QueryTokens, Composition]:
        """See ``ExplainingEncoder.compose_text``."""
        model = explainable(self._model)
        with _one_thread():
            words, batch = self._text_batch(text)
            tokens, shares, parts = compose_text(model, batch)
            return self._query(text, words, tokens), _composition(shares, parts)

    @torch.inference_mode()
    def compose_motion(self, clip: np.ndarray) -> tuple[np.ndarray, Composition]:
        """See ``ExplainingEncoder.compose_motion``."""
        model = explainable(self._model)
        _check_lengths([clip])
        images, lengths = padded_images([self._make(clip)])
        tokens, shares, parts = compose_motion(model, images.to(self._device), lengths.to(self._device))
        vectors = [tokens[s].vectors[0][tokens[s].exists[0]].float() for s in self._stages]
        return torch.cat(vectors).cpu().numpy(), _composition(shares, parts)

    @torch.inference_mode()
    def compose_example(
        self, clip: np.ndarray, known: np.ndarray | None = None
    ) -> tuple[QueryTokens, Composition]:
        """See ``ExplainingEncoder.compose_example``."""
        query = self.encode_example(clip, known)
        images, lengths = padded_images([self._make(clip)])
        present = None if known is None else seen_patches(known, len(clip)).to(self._device)
        there = images.to(self._device), lengths.to(self._device)
        _, shares, parts = compose_motion(explainable(self._model), *there, present)
        return query, _composition(shares, parts)

    @torch.inference_mode()
    def encode_motions(self, clips: Sequence[np.ndarray]) -> list[np.ndarray]:
        """See ``Encoder.encode_motions``."""

        def tokens(images: Tensor, lengths: Tensor, _: Sequence[int]) -> list[np.ndarray]:
            return self._rows(self._model.encode_motion(images.to(self._device), lengths.to(self._device)))

        return _in_batches(clips, self._make, tokens)

    @torch.inference_mode()
    def encode_example(self, clip: np.ndarray, known: np.ndarray | None = None) -> QueryTokens:
        """See ``ExampleEncoder.encode_example``."""
        _check_lengths([clip])
        return example_tokens(self._model, self._make(clip), known, self._device)

    @torch.inference_mode()
    def encode_videos(self, clips: Sequence[np.ndarray], known: Sequence[np.ndarray]) -> list[np.ndarray]:
        """See ``ExampleEncoder.encode_videos``."""
        if not self._counts:
            self._measure()
        by_windows = sorted(self._counts.values())

        def tokens(images: Tensor, lengths: Tensor, order: Sequence[int]) -> list[np.ndarray]:
            counts = [by_windows[(len(clips[i]) - 1) // PATCH_FRAMES] for i in order]
            there = images.to(self._device), lengths.to(self._device)
            return lifted_tokens(self._model, *there, [known[i] for i in order], counts)

        return _in_batches(clips, self._make, tokens)

    def _rows(self, tokens: Tokens) -> list[np.ndarray]:
        """(N, d) float16 of each clip of a batch."""
        stages = [
            (tokens[s].vectors.half().cpu().numpy(), tokens[s].exists.cpu().numpy()) for s in self._stages
        ]
        return [np.concatenate([v[i][e[i]] for v, e in stages]) for i in range(len(stages[0][0]))]

    @torch.inference_mode()
    def _measure(self) -> None:
        """Tokens a stage, which the number of windows alone decides, for clips of 1 to 14 windows."""
        kind = IMAGE_KINDS[self._model.config.image]
        frames = np.arange(PATCH_FRAMES, MAX_CLIP_FRAMES + 1, PATCH_FRAMES)
        images = torch.zeros(len(frames), MAX_CLIP_FRAMES, kind.parts, kind.channels, device=self._device)
        lengths = torch.from_numpy(frames).to(self._device)
        tokens = self._model.encode_motion(images + self._model.mean, lengths)
        widths = {tokens[s].vectors.shape[-1] for s in self._stages}
        if len(widths) > 1:
            raise MotionLensError(
                f"The stages of {self.name} have vectors of different widths ({sorted(widths)}), which a "
                "library cannot hold: train it with one width."
            )
        for i in range(len(frames)):
            joint, segment, whole = (
                int(tokens[s].exists[i].sum()) if s in self._stages else 0 for s in STAGES
            )
            self._counts[joint + segment + whole] = (joint, segment, whole)
        self._dim = widths.pop()

    def stage_counts(self, n_tokens: int) -> tuple[int, int, int]:
        """See ``Encoder.stage_counts``."""
        if not self._counts:
            self._measure()
        if n_tokens not in self._counts:
            raise ValueError(f"no clip has {n_tokens} tokens of {self.name}")
        return self._counts[n_tokens]


def load_folder(folder: Path, device: str | None = None) -> ModelEncoder:
    """Load a model folder of any architecture.

    Raises:
        MotionLensError: the folder holds no model, or one that does not fit its configuration.
    """
    fingerprint = model_fingerprint(folder)
    return ModelEncoder(load_model(folder), fingerprint, _device(device))


def _device(wanted: str | None) -> str:
    return wanted or ("cuda" if torch.cuda.is_available() else "cpu")
