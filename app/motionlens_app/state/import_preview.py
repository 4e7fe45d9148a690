"""The kinds of files of an import that is about to be made, and the user's corrections of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import Enum
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from motionlens.library.presets import Preset, Presets
from motionlens.library.preview import Kind, Preview
from motionlens.readers.mapping import MappingOverrides

from ..previewing import PreviewServices
from ..render.body import body_scale
from ..render.layers import Layers, make_layers
from ..worker import Task, Worker


class PreviewState(Enum):
    """What the dialog shows."""

    IDLE = "idle"
    LOOKING = "looking"
    READY = "ready"
    FAILED = "failed"


class PreviewController(QObject):
    """Looks at paths off the GUI thread; a correction reads its kind's samples again.

    ``changed``: state, progress or the list of kinds. ``kind_changed``: one kind, by its index.
    ``saved``: the corrections are kept, the import may begin.
    """

    changed = Signal()
    kind_changed = Signal(int)
    saved = Signal()

    def __init__(self, services: PreviewServices, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._worker = Worker("import preview", parent=self)
        self._before: dict[str, MappingOverrides] = {}
        self._layers: dict[str, Layers] = {}
        self._waiting: list[int] = []
        self._reading = -1
        self.state = PreviewState.IDLE
        self.paths: tuple[Path, ...] = ()
        self.progress: tuple[int, int, str] = (0, 0, "")
        self.found: Preview | None = None
        self.error: Exception | None = None

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """What was found, the largest first."""
        return self.found.kinds if self.found is not None else ()

    @property
    def n_files(self) -> int:
        """Files that the import would read."""
        return self.found.n_files if self.found is not None else 0

    @property
    def reading(self) -> bool:
        """True while a corrected kind is being read again."""
        return self._reading >= 0 or bool(self._waiting)

    def is_reading(self, index: int) -> bool:
        """True while this kind is being read again."""
        return index == self._reading or index in self._waiting

    def layers(self, kind: Kind) -> Layers | None:
        """What the preview plays, made ready to be drawn; None where there is nothing to show."""
        return self._layers.get(kind.signature)

    def look(self, paths: Sequence[Path]) -> None:
        """Find the kinds and read one or two files of each."""
        self.forget()
        self.paths = tuple(paths)
        self.state = PreviewState.LOOKING
        self._worker.submit(self._look, self._looked, self._failed, self._progressed)
        self.changed.emit()

    def forget(self) -> None:
        """Give up what is going on, and what was found."""
        self._worker.cancel()
        self._waiting, self._reading = [], -1
        self.found, self.error, self.progress = None, None, (0, 0, "")
        self._layers.clear()
        self.state = PreviewState.IDLE

    def close(self) -> None:
        """Cancel and wait for the thread."""
        self._worker.close()

    def correct(self, index: int, correction: MappingOverrides) -> None:
        """State something about a kind; its samples are read again."""
        assert self.found is not None
        if correction == self.kinds[index].correction:
            return
        self._put(index, self.kinds[index].with_correction(correction))
        self._waiting = [*(i for i in self._waiting if i != index), index]
        if self._reading == index:  # what is being read is out of date
            self._worker.cancel()
            self._reading = -1
        self._next()
        self.kind_changed.emit(index)

    def corrections(self) -> Presets:
        """What the user changed since the look: also corrections that were taken back."""
        none = MappingOverrides()
        return Presets(
            {
                kind.signature: Preset(kind.label, kind.correction)
                for kind in self.kinds
                if kind.correction != self._before.get(kind.signature, none)
            }
        )

    def save(self) -> None:
        """Keep the corrections; ``saved`` follows, at once where there are none."""
        presets = self.corrections()
        if not presets.kinds:
            self.saved.emit()
            return
        self._waiting, self._reading = [], -1
        self._worker.submit(
            lambda task: self._services.save_presets(presets), lambda _: self.saved.emit(), self._failed
        )

    # -- in the background ---------------------------------------------------------------------

    def _look(self, task: Task) -> tuple[Preview, dict[str, Layers]]:
        found = self._services.preview_import(self.paths, task.report, task.cancelled)
        made = {kind.signature: _drawn(kind) for kind in found.kinds}
        return found, {key: layers for key, layers in made.items() if layers is not None}

    def _looked(self, answer: tuple[Preview, dict[str, Layers]]) -> None:
        self.found, self._layers = answer
        self._before = {kind.signature: kind.correction for kind in self.kinds}
        self.state = PreviewState.READY
        self.changed.emit()

    def _failed(self, error: Exception) -> None:
        self.error = error
        self.state = PreviewState.FAILED
        self.changed.emit()

    def _progressed(self, progress: tuple[int, int, str]) -> None:
        self.progress = progress
        self.changed.emit()

    def _next(self) -> None:
        if self._reading >= 0 or not self._waiting:
            return
        self._reading = index = self._waiting.pop(0)
        kind = self.kinds[index]

        def read(task: Task) -> tuple[Kind, Layers | None]:
            done = self._services.sample_kind(kind, task.cancelled)
            return done, _drawn(done)

        self._worker.submit(read, lambda answer: self._read(index, *answer), self._failed)

    def _read(self, index: int, kind: Kind, layers: Layers | None) -> None:
        self._reading = -1
        self._put(index, kind)
        if layers is None:
            self._layers.pop(kind.signature, None)
        else:
            self._layers[kind.signature] = layers
        self._next()
        self.kind_changed.emit(index)

    def _put(self, index: int, kind: Kind) -> None:
        assert self.found is not None
        kinds = (*self.kinds[:index], kind, *self.kinds[index + 1 :])
        self.found = replace(self.found, kinds=kinds)


def _drawn(kind: Kind) -> Layers | None:
    motion = kind.motion
    if motion is None:
        return None
    positions = motion.display_positions
    return make_layers(positions, body_scale(positions), (0, len(positions)))
