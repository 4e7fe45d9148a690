"""Token states of all training captions, computed once and memory-mapped: the text encoder is frozen."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import torch

from ..model.text import WIDTH, minilm

_BATCH = 256
_CONTRAST = re.compile(
    r"\b(left|right|clockwise|counterclockwise|counter-clockwise|forwards?|backwards?|up|down|sideways)\b"
)


def contrast_words(text: str) -> frozenset[str]:
    """The words that set one side or direction against another.

    >>> sorted(contrast_words("walks forward, then waves the left hand"))
    ['forward', 'left']
    """
    return frozenset(w.removesuffix("s").replace("-", "") for w in _CONTRAST.findall(text.lower()))


class TextBank:
    """Captions by number, with their MiniLM token states.

    Attributes:
        texts: the distinct captions.
        contrast: the contrast words of each.
        sentence: (n, 384) float32 unit vectors, the mean token state of each.
    """

    def __init__(self, texts: list[str], states: np.ndarray, offsets: np.ndarray) -> None:
        self.texts = texts
        self._states = states
        self._offsets = offsets
        self._number = {t: i for i, t in enumerate(texts)}
        self.contrast = [contrast_words(t) for t in texts]
        sums = np.add.reduceat(np.asarray(states, dtype=np.float32), offsets[:-1], axis=0)
        self.sentence = sums / np.linalg.norm(sums, axis=1, keepdims=True)

    def number(self, text: str) -> int:
        """Index of a caption in the bank."""
        return self._number[text]

    def __contains__(self, text: str) -> bool:
        return text in self._number

    def batch(self, numbers: Iterable[int]) -> tuple[torch.Tensor, torch.Tensor]:
        """(B, N, 384) float32 states, zeros-padded, and (B, N) bool of the tokens that exist."""
        rows = [self._states[self._offsets[i] : self._offsets[i + 1]] for i in numbers]
        longest = max(len(r) for r in rows)
        out = np.zeros((len(rows), longest, WIDTH), dtype=np.float32)
        exists = np.zeros((len(rows), longest), dtype=bool)
        for o, e, r in zip(out, exists, rows, strict=True):
            o[: len(r)] = r
            e[: len(r)] = True
        return torch.from_numpy(out), torch.from_numpy(exists)


def build_text_bank(
    texts: Iterable[str], cache: Path, progress: Callable[[int, int], None] | None = None, device: str = "cpu"
) -> TextBank:
    """Token states of the distinct texts, taken from ``cache`` where the same set was encoded before.

    Texts without a word are left out.
    """
    distinct = sorted({t for t in texts if any(c.isalnum() for c in t)}, key=lambda t: (len(t), t))
    key = hashlib.blake2b("\n".join(distinct).encode(), digest_size=8).hexdigest()
    cache.mkdir(parents=True, exist_ok=True)
    path, index = cache / f"states-{key}.f16", cache / f"states-{key}.json"
    if not index.exists():
        counts = []
        with path.open("wb") as stream:
            for start in range(0, len(distinct), _BATCH):
                found = minilm(device).tokens(distinct[start : start + _BATCH])
                for text in found:
                    stream.write(text.states.astype(np.float16).tobytes())
                    counts.append(len(text.states))
                if progress:
                    progress(min(start + _BATCH, len(distinct)), len(distinct))
        index.write_text(json.dumps(counts))
    counts = json.loads(index.read_text())
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return TextBank(distinct, np.memmap(path, np.float16, "r").reshape(-1, WIDTH), offsets)
