"""Token states of captions, computed once for all runs and memory-mapped: the text encoder is frozen.

The store is a folder of shards, each written whole or not at all and never changed: a new source of captions
adds shards with what is missing, a killed encoding goes on after its last shard, and several runs may share
the folder (at worst a text is encoded twice).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from hashlib import blake2b
from pathlib import Path

import numpy as np
import torch

from ..errors import MotionLensError
from ..files import write_atomic
from ..model.stages import TextBatch
from ..model.text import WIDTH, minilm

_BATCH = 256
_SHARD = 8192
_CONTRAST = re.compile(
    r"\b(left|right|clockwise|counterclockwise|counter-clockwise|anticlockwise|anti-clockwise"
    r"|forwards?|backwards?|up|down|sideways)\b"
)


def contrast_words(text: str) -> frozenset[str]:
    """The words that set one side or direction against another.

    >>> sorted(contrast_words("walks forward, then waves the left hand"))
    ['forward', 'left']
    """
    return frozenset(w.removesuffix("s").replace("-", "") for w in _CONTRAST.findall(text.lower()))


_NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_COUNT = re.compile(rf"\b(once|twice|couple|\d+|{'|'.join(_NUMBERS)})\b")


def count_words(text: str) -> frozenset[int]:
    """The numbers that a text names.

    >>> sorted(count_words("claps twice, then jumps 3 times")), count_words("claps repeatedly")
    ([2, 3], frozenset())
    """
    known = {"once": 1, "twice": 2, "couple": 2} | {word: k for k, word in enumerate(_NUMBERS, 1)}
    return frozenset(known[w] if w in known else int(w) for w in _COUNT.findall(text.lower()))


def has_words(text: str) -> bool:
    """Whether a caption has anything to encode."""
    return any(c.isalnum() for c in text)


def text_key(text: str) -> str:
    """Name of a text in the store."""
    return blake2b(text.encode(), digest_size=12).hexdigest()


class TextStore:
    """A folder of encoded texts: per shard ``.f16`` (tokens, 384), ``.sentence.f16`` (n, 384), ``.json``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._shards: dict[str, tuple[np.ndarray, np.ndarray]] = {}
        self._where: dict[str, tuple[str, int, int, int]] = {}
        folder.mkdir(parents=True, exist_ok=True)
        for index in sorted(folder.glob("*.json")):
            self._open(index)

    def _open(self, index: Path) -> None:
        name = index.stem
        try:
            listed = json.loads(index.read_text())
            states = np.memmap(self.folder / f"{name}.f16", np.float16, "r").reshape(-1, WIDTH)
            sentence = np.fromfile(self.folder / f"{name}.sentence.f16", np.float16).reshape(-1, WIDTH)
            if len(states) != sum(listed["counts"]) or len(sentence) != len(listed["texts"]):
                raise ValueError("sizes differ")
        except (OSError, ValueError, KeyError) as error:
            raise MotionLensError(f"{index} is damaged ({error}): delete {self.folder}.") from error
        self._shards[name] = (states, sentence)
        start = 0
        for row, (key, count) in enumerate(zip(listed["texts"], listed["counts"], strict=True)):
            self._where[key] = (name, row, start, count)
            start += count

    def __contains__(self, text: str) -> bool:
        return text_key(text) in self._where

    def states(self, text: str) -> np.ndarray:
        """(N, 384) float16 memory-mapped token states."""
        name, _, start, count = self._where[text_key(text)]
        return self._shards[name][0][start : start + count]

    def sentence(self, text: str) -> np.ndarray:
        """(384,) float16 unit sentence embedding."""
        name, row, _, _ = self._where[text_key(text)]
        return self._shards[name][1][row]

    def add(self, texts: Sequence[str], states: Sequence[np.ndarray]) -> None:
        """Write one shard: (N_i, 384) states of each text, N_i >= 1."""
        keys = [text_key(t) for t in texts]
        name = "states-" + blake2b("".join(keys).encode(), digest_size=8).hexdigest()
        sums = np.stack([np.asarray(s, dtype=np.float32).sum(0) for s in states])
        unit = (sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)).astype(np.float16)
        write_atomic(self.folder / f"{name}.f16", np.concatenate(states).astype(np.float16).tobytes())
        write_atomic(self.folder / f"{name}.sentence.f16", unit.tobytes())
        index = {"texts": keys, "counts": [len(s) for s in states]}
        write_atomic(self.folder / f"{name}.json", json.dumps(index).encode())  # last: the shard now counts
        self._open(self.folder / f"{name}.json")


class TextBank:
    """Captions by number, with their MiniLM token states.

    Attributes:
        texts: the distinct captions.
        contrast: the contrast words of each.
        sentence: (n, 384) float32 unit vectors: the mean of each caption's token states (special tokens and
            punctuation left out, which is what tells it from the published sentence embedding).
    """

    def __init__(self, texts: Sequence[str], store: TextStore) -> None:
        self.texts = list(texts)
        self._states = [store.states(t) for t in self.texts]
        self._number = {t: i for i, t in enumerate(self.texts)}
        self.contrast = [contrast_words(t) for t in self.texts]
        rows = [store.sentence(t) for t in self.texts]
        self.sentence = np.stack(rows).astype(np.float32) if rows else np.zeros((0, WIDTH), np.float32)

    def number(self, text: str) -> int:
        """Index of a caption in the bank."""
        return self._number[text]

    def __contains__(self, text: str) -> bool:
        return text in self._number

    def __len__(self) -> int:
        return len(self.texts)

    def batch(self, numbers: Iterable[int]) -> TextBatch:
        """These captions with float32 states, zeros-padded to the longest."""
        numbers = list(numbers)
        rows = [self._states[i] for i in numbers]
        longest = max(len(r) for r in rows)
        out = np.zeros((len(rows), longest, WIDTH), dtype=np.float32)
        exists = np.zeros((len(rows), longest), dtype=bool)
        for o, e, r in zip(out, exists, rows, strict=True):
            o[: len(r)] = r
            e[: len(r)] = True
        return TextBatch(
            [self.texts[i] for i in numbers],
            torch.from_numpy(out),
            torch.from_numpy(exists),
            torch.from_numpy(self.sentence[numbers]),
        )


def build_text_bank(
    texts: Iterable[str], cache: Path, progress: Callable[[int, int], None] | None = None, device: str = "cpu"
) -> TextBank:
    """Token states of the distinct texts; only those that the store ``cache`` lacks are encoded.

    Texts without a word are left out.

    Args:
        progress: called with (texts encoded, texts to encode).
    """
    distinct = sorted({t for t in texts if has_words(t)}, key=lambda t: (len(t), t))
    store = TextStore(cache)
    missing = [t for t in distinct if t not in store]
    for start in range(0, len(missing), _SHARD):
        shard = missing[start : start + _SHARD]
        states: list[np.ndarray] = []
        for at in range(0, len(shard), _BATCH):
            states += [found.states for found in minilm(device).tokens(shard[at : at + _BATCH])]
            if progress:
                progress(start + len(states), len(missing))
        store.add(shard, states)
    return TextBank(distinct, store)
