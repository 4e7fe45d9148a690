"""The retrieval model: loaded once, in the background."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import QObject, Signal

from motionlens.model.interface import Encoder

from ..services import Services
from ..worker import Worker


class ModelState(Enum):
    """What the status bar says of the model."""

    IDLE = "idle"
    LOADING = "loading"
    READY = "ready"
    FAILED = "failed"


class ModelController(QObject):
    """Loads the encoder; ``changed`` after every step."""

    changed = Signal()

    def __init__(self, services: Services, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._worker = Worker("model", parent=self)
        self.state = ModelState.IDLE
        self.encoder: Encoder | None = None
        self.error: Exception | None = None

    def start(self) -> None:
        """Begin loading (again, after a failure)."""
        if self.state in (ModelState.LOADING, ModelState.READY):
            return
        self.state, self.error = ModelState.LOADING, None
        self._worker.submit(lambda task: self._services.load_encoder(), self._loaded, self._failed)
        self.changed.emit()

    def close(self) -> None:
        """Wait for the thread."""
        self._worker.close()

    def _loaded(self, encoder: Encoder) -> None:
        self.encoder, self.state = encoder, ModelState.READY
        self.changed.emit()

    def _failed(self, error: Exception) -> None:
        self.error, self.state = error, ModelState.FAILED
        self.changed.emit()
