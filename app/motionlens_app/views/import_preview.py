"""The dialog before an import: the kinds of files, what was inferred for each, a playing preview, corrections."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QHideEvent
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QProgressBar,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from motionlens.library.preview import Kind
from motionlens.motion import FPS
from motionlens.readers import SUPPORTED_SUFFIXES
from motionlens.readers.mapping import MappingOverrides

from ..render.painter_view import PainterViewport
from ..render.viewport import OrbitHandler, ViewportModel
from ..state.import_preview import PreviewController, PreviewState
from ..state.playback import Playback, PlaybackClock
from ..theme import ThemeManager, icon
from .kind_form import KindForm
from .viewer_panel import viewport_colours
from .widgets import ElidedLabel, button, clock, counted, label

_PREVIEW = QSize(300, 260)


class MotionPreview(QWidget):
    """A body that plays round and round; drag turns it, a click stops it."""

    def __init__(self, themes: ThemeManager) -> None:
        super().__init__()
        self.playback = Playback(self)
        self.clock = PlaybackClock(self.playback, interval_ms=33, parent=self)
        self.scene = ViewportModel(viewport_colours(themes.theme), self)
        self.viewport = PainterViewport(self.scene)
        self.viewport.setMinimumSize(_PREVIEW)
        self.viewport.setAccessibleName("Preview: the first file of this kind")
        OrbitHandler(self.viewport, self.scene, self.playback.toggle)
        self.caption = ElidedLabel("muted")
        self.playback.frame_changed.connect(self.scene.set_frame)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(4)
        box.addWidget(self.viewport, 1)
        box.addWidget(self.caption)
        self.setFixedWidth(_PREVIEW.width())
        themes.changed.connect(lambda: self.scene.set_colours(viewport_colours(themes.theme)))

    def show_kind(self, kind: Kind, layers) -> None:
        """Play the kind's first motion, or nothing."""
        motion = kind.motion
        if layers is None or motion is None:
            self.playback.unload()
            self.scene.set_actors([])
            self.caption.set_whole("Nothing to show")
            return
        points = layers.points[:, :22]
        self.scene.set_motion(points, layers.scale, layers.span, layers)
        self.playback.load(layers.n_frames)
        seconds = kind.inferred.get("frames", layers.n_frames) / FPS
        name = next(s.path.name for s in kind.samples if s.motion is motion)
        self.caption.set_whole(f"{name} · {clock(seconds)}")

    def stop(self) -> None:
        """No timer runs on."""
        self.playback.pause()
        self.clock.stop()


class ImportDialog(QDialog):
    """Shown before anything is indexed. ``confirmed``: the user wants the import, corrections are saved."""

    confirmed = Signal()

    def __init__(
        self, preview: PreviewController, themes: ThemeManager, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._preview, self._themes = preview, themes
        self._shown = -1
        self.setWindowTitle("Import motions")
        self.resize(1000, 720)
        self.setMinimumSize(820, 560)
        self.title = label("", "title")
        self.lead = label("", "muted", wrap=True)
        self.kinds = QListWidget()
        self.kinds.setObjectName("kinds")
        self.kinds.setAccessibleName("Kinds of files")
        self.kinds.setFixedWidth(264)
        self.kinds.setWordWrap(True)
        self.kinds.setIconSize(QSize(18, 18))
        self.kinds.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.kinds.currentRowChanged.connect(self._show_row)
        self.player = MotionPreview(themes)
        self.form = KindForm(themes)
        self.form.corrected.connect(self._corrected)
        self.doubt = label("", "doubt", wrap=True)
        self.doubt.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.kind_title = label("", "title", wrap=True)
        self.example = ElidedLabel("muted", Qt.TextElideMode.ElideMiddle)
        self.message = label("", wrap=True)
        self.message.setFixedWidth(440)
        self.message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.message.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.bar = QProgressBar(textVisible=False)
        self.bar.setFixedWidth(240)
        self.note = label("", "muted", wrap=True)
        self.go = button("Import", "primary", self._go)
        self.go.setDefault(True)
        self.cancel = button("Cancel", "", self.reject)
        self._lay_out()
        preview.changed.connect(self.refresh)
        preview.kind_changed.connect(self._kind_changed)
        preview.saved.connect(self._saved)
        themes.changed.connect(self._rows)
        themes.dress(self)
        self.refresh()

    # -- building ------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        right = QWidget()
        inner = QVBoxLayout(right)
        inner.setContentsMargins(16, 0, 0, 0)
        inner.setSpacing(8)
        inner.addWidget(self.kind_title)
        inner.addWidget(self.example)
        inner.addWidget(self.doubt)
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(self.player)
        row.addWidget(self.form, 1)
        inner.addLayout(row, 1)
        waiting = QWidget()
        column = QVBoxLayout(waiting)
        column.setSpacing(12)
        column.addStretch(1)
        column.addWidget(self.message, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self.bar, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)
        self.stage = QStackedWidget()
        self.stage.addWidget(waiting)
        self.stage.addWidget(right)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self.kinds)
        middle.addWidget(self.stage, 1)
        bottom = QHBoxLayout()
        bottom.setSpacing(8)
        bottom.addWidget(self.note, 1)
        bottom.addWidget(self.cancel)
        bottom.addWidget(self.go)
        box = QVBoxLayout(self)
        box.setContentsMargins(20, 16, 20, 16)
        box.setSpacing(8)
        box.addWidget(self.title)
        box.addWidget(self.lead)
        box.addSpacing(4)
        box.addLayout(middle, 1)
        box.addSpacing(4)
        box.addLayout(bottom)

    # -- following the controller ---------------------------------------------------------------

    def refresh(self) -> None:
        """State, progress, list."""
        preview = self._preview
        names = ", ".join(f"“{path.name or path}”" for path in preview.paths[:3])
        self.title.setText(f"Import from {names}")
        self.note.setText("")
        if preview.state is PreviewState.READY and preview.found is not None:
            if self.kinds.count() == 0:
                self._rows()
                self._summary()
                if self.kinds.count():
                    self.kinds.setCurrentRow(self._first_doubtful())
                    self.kinds.setFocus()
        else:
            self._wait()
        self.go.setEnabled(preview.state is PreviewState.READY and preview.n_files > 0)
        text = f"Import {counted(preview.n_files, 'file')}" if preview.n_files else "Import"
        self.go.setText(text)

    def _wait(self) -> None:
        preview = self._preview
        self.kinds.clear()
        self.kinds.hide()
        self._shown = -1
        self.player.show_kind(Kind("", "", ()), None)
        self.stage.setCurrentIndex(0)
        self.lead.setText("Nothing is imported yet.")
        failed = preview.state is PreviewState.FAILED
        self.bar.setVisible(not failed)
        done, total, name = preview.progress
        self.bar.setRange(0, total)
        self.bar.setValue(done)
        self.message.setText(
            str(preview.error) if failed else f"Reading {name}…" if name else "Looking for motion files…"
        )

    def _summary(self) -> None:
        preview = self._preview
        found = preview.found
        assert found is not None
        kinds = len(found.kinds)
        words = f"{counted(found.n_files, 'motion file')} of {counted(kinds, 'kind')}."
        if not found.kinds:
            words = (
                "No motion files are here. MotionLens reads " + ", ".join(sorted(SUPPORTED_SUFFIXES)) + "."
            )
        elif all(kind.certain for kind in found.kinds):
            words += " Everything was recognised; correct what looks wrong, once for all files of a kind."
        else:
            words += " Look at those that are marked; a correction holds for all files of its kind."
        if found.videos:
            words += f" {counted(found.videos, 'video')} left out: drop a video on its own to search by it."
        self.lead.setText(words)
        self.note.setText("Corrections are kept for later imports of such files.")

    def _first_doubtful(self) -> int:
        return next((i for i, kind in enumerate(self._preview.kinds) if not kind.certain), 0)

    def _rows(self) -> None:
        """The list: kinds, then what is not read."""
        found = self._preview.found
        if found is None:
            return
        self.kinds.setVisible(bool(found.kinds or found.foreign))
        at = self.kinds.currentRow()
        self.kinds.blockSignals(True)
        self.kinds.clear()
        for index in range(len(found.kinds)):
            self.kinds.addItem(QListWidgetItem())
            self._fill_row(index)
        for suffix, n, _ in found.foreign:
            item = QListWidgetItem(f"{suffix[1:].upper()}\n{counted(n, 'file')} · not read")
            item.setIcon(icon("prohibit", self._themes.theme))
            item.setForeground(QColor(self._themes.theme.muted))
            self.kinds.addItem(item)
        self.kinds.setCurrentRow(at)
        self.kinds.blockSignals(False)

    def _fill_row(self, index: int) -> None:
        kind = self._preview.kinds[index]
        reading = self._preview.is_reading(index)
        corrected = kind.correction != MappingOverrides()
        state = (
            "reading…"
            if reading
            else "look at this"
            if kind.warnings
            else "corrected"
            if corrected
            else "ready"
        )
        name = "arrow-clockwise" if reading else "warning" if kind.warnings else "check-circle"
        item = self.kinds.item(index)
        alike = sum(other.label == kind.label for other in self._preview.kinds) > 1
        title = f"{kind.label}, like {kind.files[0].name}" if alike else kind.label
        item.setText(f"{title}\n{counted(len(kind.files), 'file')} · {state}")
        theme = self._themes.theme
        if kind.warnings:
            theme = replace(theme, accent=theme.error)
        item.setIcon(icon(name, theme, accent=bool(kind.warnings)))
        item.setToolTip("\n".join(str(path) for path in kind.files[:12]))

    def _kind_changed(self, index: int) -> None:
        self._fill_row(index)
        if index == self.kinds.currentRow():
            self._show_row(index)

    def _show_row(self, row: int) -> None:
        kinds, found = self._preview.kinds, self._preview.found
        if row < 0 or found is None:
            return
        if row >= len(kinds):
            _, _, how = found.foreign[row - len(kinds)]
            self.player.stop()
            self.bar.hide()
            self.message.setText(how)
            self.stage.setCurrentIndex(0)
            self._shown = -1
            return
        kind = kinds[row]
        reading = self._preview.is_reading(row)
        self.stage.setCurrentIndex(1)
        self.kind_title.setText(f"{kind.label} · {counted(len(kind.files), 'file')}")
        more = f" and {len(kind.files) - 2:,} more" if len(kind.files) > 2 else ""
        self.example.set_whole(", ".join(path.name for path in kind.files[:2]) + more)
        warnings = [] if reading else list(kind.warnings)
        self.doubt.setVisible(bool(warnings))
        self.doubt.setText("\n".join(warnings))
        self.form.show_kind(kind, reading)
        if not reading or row != self._shown:
            self.player.show_kind(kind, self._preview.layers(kind))
        self._shown = row

    # -- what the user does ----------------------------------------------------------------------

    def _corrected(self, correction: MappingOverrides) -> None:
        if self._shown >= 0:
            self._preview.correct(self._shown, correction)

    def _go(self) -> None:
        self.go.setEnabled(False)
        self._preview.save()

    def _saved(self) -> None:
        if self.isVisible():
            self.accept()
            self.confirmed.emit()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nothing plays on unseen; what is read for nobody is given up."""
        self.player.stop()
        super().hideEvent(event)

    def reject(self) -> None:
        """Closed without importing."""
        self._preview.forget()
        super().reject()
