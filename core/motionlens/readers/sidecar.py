"""Captions that lie beside a motion file. They are never required, and never make a motion fail.

Looked for in this order; the first place with a caption wins:

1. ``<stem>.txt``: one caption a line; HumanML3D's ``caption#tokens#start#end`` lines are understood.
2. ``<stem>.json``: ``{"caption": …}``, ``{"captions": […]}`` or a list.
3. HumanML3D's layout: ``new_joints/ID.npy`` with ``texts/ID.txt`` beside the folder.
4. A manifest in the file's folder, then in the folder above (``manifests``).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from .listing import find_files
from .manifests import BadSidecarError, captions_in, clean, manifests_of, read_text, texts_of

_MAX_SIDECAR_BYTES = 2**20


@dataclass(frozen=True)
class Captions:
    """What was found beside a motion file.

    Attributes:
        texts: captions in file order, without repeats; empty where there are none.
        warning: one sentence about a sidecar that could not be read, else "".
    """

    texts: tuple[str, ...] = ()
    warning: str = ""


def read_captions(path: str | Path) -> Captions:
    """Find the captions of a motion file. Never raises.

    Args:
        path: the motion file (it need not exist).
    """
    path = Path(path)
    warnings: list[str] = []
    for source in _sources(path):
        try:
            texts = source()
        except BadSidecarError as error:
            warnings.append(str(error))
            continue
        if texts:
            return Captions(texts, warnings[0] if warnings else "")
    return Captions((), warnings[0] if warnings else "")


def _sources(path: Path) -> Iterator[Callable[[], tuple[str, ...]]]:
    for own in find_files(path.parent, (f"{path.stem}.txt", f"{path.stem}.json")):
        parse = caption_lines if own.suffix.lower() == ".txt" else _json_captions
        yield lambda s=own, p=parse: _read_sidecar(s, p)  # type: ignore[misc]
    for text in find_files(path.parent.parent / "texts", (f"{path.stem}.txt",)):
        yield lambda s=text: _read_sidecar(s, caption_lines)  # type: ignore[misc]
    for manifest, beside in manifests_of(path):
        yield lambda m=manifest, b=beside: captions_in(m, path, b)  # type: ignore[misc]


def caption_lines(text: str) -> tuple[str, ...]:
    """Captions of a text file, one a line.

    >>> caption_lines("a man waves.#a/DET man/NOUN wave/VERB#0.0#0.0\\n\\nhe sits\\n")
    ('a man waves.', 'he sits')
    """
    return clean(line.split("#", 1)[0] for line in text.splitlines())


def _read_sidecar(path: Path, parse: Callable[[str], tuple[str, ...]]) -> tuple[str, ...]:
    text = read_text(path, _MAX_SIDECAR_BYTES)
    if text is None:
        return ()
    try:
        return parse(text)
    except (ValueError, RecursionError) as error:
        raise BadSidecarError(f"{path} could not be read ({error}): its captions were left out.") from error


def _json_captions(text: str) -> tuple[str, ...]:
    return clean(texts_of(json.loads(text)))
