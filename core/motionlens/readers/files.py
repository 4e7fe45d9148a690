"""Opening text files of motion capture: one sentence for each way in which they are damaged."""

from __future__ import annotations

from pathlib import Path

from ..errors import UnreadableFileError

MAX_TEXT_BYTES = 1 << 30
"""A text file above 1 GiB (hours at 120 fps) is taken for a mistake."""


def read_text(path: Path) -> str:
    """The file's text, whatever its encoding (numbers are ASCII; names may not be).

    Raises:
        UnreadableFileError: missing, empty, binary or too large.
    """
    try:
        size = path.stat().st_size
        if size == 0:
            raise UnreadableFileError(f"{path} is empty: export it again.")
        if size > MAX_TEXT_BYTES:
            raise UnreadableFileError(f"{path} is larger than 1 GiB: cut it into shorter takes.")
        data = path.read_bytes()
    except OSError as error:
        raise UnreadableFileError(
            f"{path} cannot be opened ({error.strerror}): check that it exists."
        ) from error
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    sample = data[:65536]
    strange = sum(byte < 9 or 13 < byte < 32 for byte in sample)
    if b"\0" in sample or strange > len(sample) // 100:
        raise UnreadableFileError(
            f"{path} holds binary data, not {path.suffix.lower()} text: export it again."
        )
    if not data.strip():
        raise UnreadableFileError(f"{path} is empty: export it again.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")
