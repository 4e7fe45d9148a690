"""What an import says while it runs and when it ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .interface import Failure


@dataclass(frozen=True)
class ImportProgress:
    """A step of an import.

    Attributes:
        stage: "scan", "read", "encode" or "done".
        done, total: of the stage's units (files or moments); total 0 = not known yet.
        current: file or motion at work, for display.
        imported, unchanged, failed: files so far.
        elapsed_s: since the import began.
        part: share of ``current`` that is done, for files that take long (videos); else 0.
    """

    stage: str
    done: int
    total: int
    current: str = ""
    imported: int = 0
    unchanged: int = 0
    failed: int = 0
    elapsed_s: float = 0.0
    part: float = 0.0


@dataclass(frozen=True)
class ImportReport:
    """How an import ended.

    Attributes:
        files: motion files found.
        imported: read and stored now (new or changed).
        unchanged: known and as they were.
        moved: of the imported, files found at a new path while the old one is gone; ids are kept.
        failures: files of this import that are not in, each with its sentence.
        duplicates: (path, other path of the same content) of files imported now.
        warnings: sentences about what went in but not as expected.
        moments: moments stored now.
        encoded: moments that got tokens now.
        cancelled: stopped by the user; what is in stays in.
        seconds: duration.
        videos_left_out: videos found that were not asked for and are not in the library.
    """

    files: int
    imported: int
    unchanged: int
    moved: int
    failures: tuple[Failure, ...]
    duplicates: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...]
    moments: int
    encoded: int
    cancelled: bool
    seconds: float
    videos_left_out: int = 0

    @property
    def failed(self) -> int:
        """Number of failures."""
        return len(self.failures)

    @property
    def files_per_s(self) -> float:
        """Files a second, over all that was looked at."""
        return (self.imported + self.unchanged + self.failed) / max(self.seconds, 1e-9)

    def to_dict(self) -> dict[str, Any]:
        """The command line's JSON contract."""
        return {
            "files": self.files,
            "imported": self.imported,
            "unchanged": self.unchanged,
            "moved": self.moved,
            "failed": self.failed,
            "failures": [{"path": f.path, "message": f.message} for f in self.failures],
            "duplicates": [{"path": path, "same_as": other} for path, other in self.duplicates],
            "warnings": list(self.warnings),
            "moments": self.moments,
            "encoded": self.encoded,
            "cancelled": self.cancelled,
            "videos_left_out": self.videos_left_out,
            "seconds": round(self.seconds, 3),
            "files_per_s": round(self.files_per_s, 2),
        }
