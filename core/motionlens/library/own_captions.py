"""Captions that the user wrote, beside or instead of those that came with the files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ..model.interface import Encoder
from .marks import Item, subject_id
from .rows import Rows, now
from .schema import LibraryError
from .undo import Changes

MOST_CHARACTERS = 2000


class OwnCaption(NamedTuple):
    """A caption of the user's.

    Attributes:
        id: for ``Captions.change`` and ``Captions.remove``.
        item: the motion, or the part of it, that it is about.
        text: "" = the file's caption ``replaces`` is not shown.
        replaces: the file's caption that it stands for, None where it was added.
    """

    id: int
    item: Item
    text: str
    replaces: str | None


def merged(stated: Sequence[str], own: Sequence[OwnCaption]) -> list[tuple[str, int | None]]:
    """What is shown: each text, and which of the file's captions it is (None = the user's).

    >>> own = [OwnCaption(1, Item(7), "a hero walks", "a person walks"), OwnCaption(2, Item(7), "intro", None)]
    >>> merged(["a person walks", "walking"], own)
    [('a hero walks', None), ('walking', 1), ('intro', None)]
    """
    replaced = {caption.replaces: caption for caption in own if caption.replaces is not None}
    out: list[tuple[str, int | None]] = []
    used = set()
    for place, text in enumerate(stated):
        caption = replaced.get(text)
        if caption is None:
            out.append((text, place))
        else:
            used.add(caption.id)
            if caption.text:
                out.append((caption.text, None))
    out += [(caption.text, None) for caption in own if caption.text and caption.id not in used]
    return out


def own_captions(library: Rows, motion_id: int | None = None) -> dict[int, list[OwnCaption]]:
    """The user's captions by motion, oldest first; of one motion or of all."""
    where, values = ("", ()) if motion_id is None else ("AND s.motion_id = ? ", (motion_id,))
    out: dict[int, list[OwnCaption]] = defaultdict(list)
    for row in library.rows(
        "SELECT c.id, s.motion_id, c.start_frame, c.end_frame, c.text, c.replaces FROM own_captions c "
        f"JOIN subjects s ON s.id = c.subject_id WHERE s.motion_id IS NOT NULL {where}ORDER BY c.id",
        *values,
    ):
        number, motion, start, end, text, replaces = row
        out[motion].append(OwnCaption(number, Item(motion, start, end), text, replaces))
    return dict(out)


class Captions:
    """Adds, changes and removes the user's captions; search takes them up at once."""

    def __init__(self, library: Rows, changes: Changes) -> None:
        self._library = library
        self._changes = changes

    def of(self, motion_id: int) -> list[OwnCaption]:
        """The user's own captions of a motion."""
        return own_captions(self._library, motion_id).get(motion_id, [])

    def add(self, item: Item, text: str) -> int:
        """A further caption; returns its id."""
        text = _checked(text)
        with self._changes.change(f"add caption “{_short(text)}”", searched=True) as rows:
            subject = subject_id(rows.database, item.motion_id)
            return rows.add("own_captions", (subject, *item.span, text, None, now()))

    def edit(self, motion_id: int, shown: str, text: str) -> None:
        """Change a caption that is shown, the file's or the user's; "" removes it.

        Args:
            motion_id: whose.
            shown: its text as shown now.
            text: the new text.

        Raises:
            LibraryError: no such caption is shown, or the text is too long.
        """
        text = _checked(text) if text.strip() else ""
        stated = self._library.rows("SELECT text FROM captions WHERE motion_id = ?", motion_id)
        own = [caption for caption in self.of(motion_id) if caption.text == shown]
        visible = {shown_text for shown_text, _ in merged([t for (t,) in stated], self.of(motion_id))}
        if shown not in visible:
            raise LibraryError(
                f"The caption “{_short(shown)}” is not there any more: look at the motion again."
            )
        title = f"edit caption “{_short(shown)}”" if text else f"remove caption “{_short(shown)}”"
        with self._changes.change(title, searched=True) as rows:
            if not own:
                subject = subject_id(rows.database, motion_id)
                rows.add("own_captions", (subject, 0, 0, text, shown, now()))
                return
            before = rows.get("own_captions", own[-1].id)
            if before is None:
                raise LibraryError(f"The caption “{_short(shown)}” was removed elsewhere: look again.")
            # Back to what the file says, or away: nothing of the user's is left to keep.
            gone = text == own[-1].replaces or (not text and own[-1].replaces is None)
            after = None if gone else (*before[:3], text, before[4], now())
            rows.put("own_captions", (own[-1].id,), after)

    def remove(self, caption_id: int) -> None:
        """Remove one of the user's captions; what it replaced is shown again."""
        with self._changes.change("remove caption", searched=True) as rows:
            rows.put("own_captions", (caption_id,), None)


def _checked(text: str) -> str:
    text = " ".join(text.split())
    if not text:
        raise LibraryError("The caption is empty: write what the motion shows.")
    if len(text) > MOST_CHARACTERS:
        raise LibraryError(f"The caption is longer than {MOST_CHARACTERS} characters: use a note instead.")
    return text


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"


# -- tokens -----------------------------------------------------------------------------------------


def texts_without_tokens(library: Rows, fingerprint: str) -> list[str]:
    """Own captions that the model with this fingerprint has not encoded yet."""
    rows = library.rows(
        "SELECT DISTINCT text FROM own_captions WHERE text <> '' AND text NOT IN "
        "(SELECT text FROM caption_tokens WHERE fingerprint = ?) ORDER BY text",
        fingerprint,
    )
    return [str(text) for (text,) in rows]


def encode_captions(library: Rows, encoder: Encoder) -> int:
    """Encode the own captions that this model has not encoded; returns how many. Some 20 ms each.

    Tokens of other models are dropped.
    """
    texts = texts_without_tokens(library, encoder.fingerprint)
    if not texts:
        return 0
    encoded = [encoder.encode_text(text) for text in texts]
    with library.changing(searched=True) as database:
        database.execute("DELETE FROM caption_tokens WHERE fingerprint <> ?", (encoder.fingerprint,))
        database.executemany(
            "INSERT OR REPLACE INTO caption_tokens VALUES (?, ?, ?, ?, ?)",
            [
                (
                    encoder.fingerprint,
                    text,
                    tokens.vectors.shape[1],
                    tokens.stages.astype(np.int8).tobytes(),
                    tokens.vectors.astype("<f2").tobytes(),
                )
                for text, tokens in zip(texts, encoded, strict=True)
            ],
        )
    return len(texts)


def caption_tokens(library: Rows, fingerprint: str) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """By text: stages (N,) int8 and vectors (N, d) float16 of own captions."""
    rows = library.rows(
        "SELECT text, dim, stages, vectors FROM caption_tokens WHERE fingerprint = ?", fingerprint
    )
    return {
        text: (np.frombuffer(stages, np.int8), np.frombuffer(vectors, "<f2").reshape(-1, dim))
        for text, dim, stages, vectors in rows
    }
