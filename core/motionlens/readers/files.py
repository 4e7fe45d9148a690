"""Opening text files of motion capture: one sentence for each way in which they are damaged."""

from __future__ import annotations

from pathlib import Path

from ..errors import UnreadableFileError

MAX_TEXT_BYTES = 1 << 30
"""A text file above 1 GiB (hours at 120 fps) is taken for a mistake."""


_STRANGE = bytes([*range(9), *range(14, 32)])


def read_bytes(path: Path) -> bytes:
    """The bytes of a text file.

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
    sample = data[:65536]
    strange = len(sample) - len(sample.translate(None, _STRANGE))
    utf16 = sample.startswith((b"\xff\xfe", b"\xfe\xff"))
    if not utf16 and strange > len(sample) // 100:
        raise UnreadableFileError(
            f"{path} holds binary data, not {path.suffix.lower()} text: export it again."
        )
    if not data.strip():
        raise UnreadableFileError(f"{path} is empty: export it again.")
    return data


def read_text(path: Path) -> str:
    """The file's text, whatever its encoding (numbers are ASCII; names may not be).

    Raises:
        UnreadableFileError: as ``read_bytes``.
    """
    data = read_bytes(path)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")
