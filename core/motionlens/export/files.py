"""Files that are there whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import MotionLensError


@contextmanager
def whole_file(path: Path, overwrite: bool) -> Iterator[Path]:
    """A path beside ``path`` to write to, with its ending; put in place when the block ends well.

    Raises:
        MotionLensError: there is a file already and ``overwrite`` is not set; the folder cannot be written to.
    """
    if path.is_dir():
        raise MotionLensError(f"{path} is a folder: give the name of a file.")
    if path.exists() and not overwrite:
        raise MotionLensError(f"{path} exists already: choose another name, or allow overwriting.")
    temporary: Path | None = None
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".motionlens-", suffix=path.suffix)
        os.close(handle)
        temporary = Path(name)
        yield temporary
        temporary.chmod(0o666 & ~umask())
        temporary.replace(path)
    except OSError as error:
        raise MotionLensError(
            f"{path} could not be written ({error.strerror or error}): choose another folder, or free some space."
        ) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def umask() -> int:
    """The process' mask: temporary files are private, what is exported has the rights of any new file."""
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
