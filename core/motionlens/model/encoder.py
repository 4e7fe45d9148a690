"""A trained model as library, search and app use it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file

from ..errors import MotionLensError
from ..representation.image import N_CHANNELS, motion_image
from ..skeleton import N_PARTS
from ..windows import MAX_CLIP_FRAMES, PATCH_FRAMES
from .config import ModelConfig
from .fingerprint import model_fingerprint
from .interface import QueryTokens
from .network import TwoTowers
from .text import minilm

_BATCH = 32


def padded_images(images: Sequence[np.ndarray]) -> tuple[torch.Tensor, torch.Tensor]:
    """Stack motion images of different lengths: (B, W * 16, 14, 12) zeros-padded, and (B,) lengths."""
    lengths = [len(i) for i in images]
    frames = -(-max(lengths) // PATCH_FRAMES) * PATCH_FRAMES
    out = np.zeros((len(images), frames, N_PARTS, N_CHANNELS), dtype=np.float32)
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


class TowersEncoder:
    """The two towers behind the ``Encoder`` interface. Safe to call from one thread at a time."""

    def __init__(self, towers: TwoTowers, fingerprint: str, device: str) -> None:
        self._towers = towers.to(device).eval()
        self._fingerprint = fingerprint
        self._device = device

    @property
    def fingerprint(self) -> str:
        """Hash of weights and configuration."""
        return self._fingerprint

    @property
    def name(self) -> str:
        """The model's name."""
        return self._towers.config.name

    @property
    def dim(self) -> int:
        """d, width of a token vector."""
        return self._towers.config.dim

    @property
    def device(self) -> str:
        """Where it runs: "cpu" or "cuda"."""
        return self._device

    @torch.inference_mode()
    def encode_text(self, text: str) -> QueryTokens:
        """See ``Encoder.encode_text``."""
        with _one_thread():
            return self._encode_text(text)

    def _encode_text(self, text: str) -> QueryTokens:
        found = minilm(self._device).tokens([text])[0] if text.strip() else None
        if found is None or not found.pieces:
            raise MotionLensError("The query has no words: type what the person does.")
        states = torch.from_numpy(found.states)[None].to(self._device)
        vectors, weights = self._towers.text(
            states, torch.ones(states.shape[:2], dtype=torch.bool, device=self._device)
        )
        return QueryTokens(
            text, found.pieces, found.spans, vectors[0].cpu().numpy(), weights[0].cpu().numpy()
        )

    @torch.inference_mode()
    def encode_motions(self, clips: Sequence[np.ndarray]) -> list[np.ndarray]:
        """See ``Encoder.encode_motions``."""
        if any(not 1 <= len(c) <= MAX_CLIP_FRAMES for c in clips):
            raise ValueError(f"clips must have 1 to {MAX_CLIP_FRAMES} frames")
        out: list[np.ndarray] = [np.empty(0)] * len(clips)
        order = sorted(range(len(clips)), key=lambda i: len(clips[i]))  # little padding in a batch
        for start in range(0, len(order), _BATCH):
            part = order[start : start + _BATCH]
            images, lengths = padded_images([motion_image(clips[i]) for i in part])
            tokens, exists = self._towers.motion(images.to(self._device), lengths.to(self._device))
            packed = tokens.half().cpu().numpy()
            for i, row, keep in zip(part, packed, exists.cpu().numpy(), strict=True):
                out[i] = row[keep]
        return out


def save_model(towers: TwoTowers, folder: Path) -> None:
    """Write ``model.safetensors`` (fp16) and ``config.json`` into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    state = {k: v.detach().half().contiguous().cpu() for k, v in towers.state_dict().items()}
    temporary = folder / ".model.safetensors.part"
    save_file(state, temporary)
    temporary.replace(folder / "model.safetensors")
    towers.config.save(folder / "config.json")


def load_towers(folder: Path, device: str | None = None) -> TowersEncoder:
    """Load a model folder.

    Raises:
        MotionLensError: the folder holds no model, or one that does not fit its configuration.
    """
    device = device or ("cuda" if torch.cuda.is_available() else "cpu")
    fingerprint = model_fingerprint(folder)
    config = ModelConfig.load(folder / "config.json")
    weights = folder / "model.safetensors"
    try:
        state = load_file(weights)
        towers = TwoTowers(config)
        towers.load_state_dict({k: v.float() for k, v in state.items()})
    except Exception as error:  # safetensors and torch have several; all mean the same remedy
        raise MotionLensError(
            f"{weights} could not be loaded ({error}): install MotionLens again."
        ) from error
    return TowersEncoder(towers, fingerprint, device)
