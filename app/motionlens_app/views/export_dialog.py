"""Export…: what, as what, which part and where to; progress; what was written and what was not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from motionlens.motion import FPS

from ..state.exporting import (
    FILMS,
    FIXED_RATE,
    RATES,
    RESULTS,
    SIZES,
    ExportChoice,
    ExportController,
    ExportState,
    Target,
)
from ..theme import Theme, ThemeManager
from .export_pages import Choices, EndPage, ProgressPage, end_sentence
from .rows import TickBox
from .widgets import button, counted, label

FORMATS: tuple[tuple[str, str], ...] = (
    (".bvh", "BVH: skeleton animation"),
    (".glb", "GLB: skinned body with animation"),
    ("original", "The original file, copied or cut"),
    (".npz", "NumPy, MotionLens (.npz)"),
    (".npy", "NumPy, HumanML3D joints (.npy)"),
    (".csv", "Table of joints (.csv)"),
    (RESULTS, "Table of these motions (.csv)"),
    (".mp4", "Film of the view (.mp4)"),
    (".gif", "Animated picture of the view (.gif)"),
    (".png", "Numbered pictures of the view (.png)"),
)
KINDS = tuple(kind for kind, _ in FORMATS)
_BODIES = (("original", "Its own proportions"), ("reference", "Reference body"))
_NAMES_SHOWN = 200


@dataclass(frozen=True)
class Scope:
    """A choice of "What": its words, and its motions (None: asked for when it is chosen).

    ``marked`` are frames [start, end) that are marked on the timeline, where it is one motion.
    """

    key: str
    text: str
    targets: tuple[Target, ...] | None
    marked: tuple[int, int] | None = None


def _fields(theme: Theme) -> str:
    """Rules of the dialog's own fields."""
    return f"""
    QLineEdit {{ background: {theme.card}; border: 1px solid {theme.border}; border-radius: 6px; padding: 6px; }}
    QLineEdit:focus {{ border: 2px solid {theme.accent}; padding: 5px; }}
    """


class ExportDialog(QDialog):
    """Asks, shows progress and the end; the window behind stays usable. ``wanted``: (scope, choice)."""

    wanted = Signal(object, object)
    show_folder = Signal(str)
    scope_wanted = Signal(str)
    """The motions of this scope are asked for: ``fill_scope``."""

    def __init__(
        self, exports: ExportController, themes: ThemeManager, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._exports, self._themes = exports, themes
        self._scopes: dict[str, Scope] = {}
        self._filling = False
        self.choice = ExportChoice()
        self.ask_folder: Callable[[str], str] = lambda before: QFileDialog.getExistingDirectory(
            self, "Export into", before
        )
        self.setWindowTitle("Export")
        self.setModal(False)
        self.setMinimumWidth(560)
        self.pages = QStackedWidget()
        self.running, self.end = ProgressPage(), EndPage(themes)
        for page in (self._form_page(), self.running, self.end):
            self.pages.addWidget(page)
        box = QVBoxLayout(self)
        box.setContentsMargins(24, 24, 24, 24)
        box.addWidget(self.pages)
        self.running.stop.clicked.connect(exports.cancel)
        self.running.behind.clicked.connect(self.hide)
        self.end.more.clicked.connect(self._again)
        self.end.open_folder.clicked.connect(lambda: self.show_folder.emit(exports.folder))
        self.end.finish.clicked.connect(self.reject)
        exports.changed.connect(self._follow)
        exports.finished.connect(self._finished)
        exports.failed.connect(self._failed)
        themes.dress(self, _fields)

    # -- building ------------------------------------------------------------------------------

    def _form_page(self) -> QWidget:
        page = QWidget()
        self.what, self.format, self.part, self.rate, self.extent, self.body = (
            Choices(self._themes) for _ in range(6)
        )
        for kind, text in FORMATS:
            self.format.addItem(text, kind)
        for rate in RATES:
            self.rate.addItem(f"{rate:g}", rate)
        for size in SIZES:
            self.extent.addItem(f"{size[0]} × {size[1]}", size)
        for key, text in _BODIES:
            self.body.addItem(text, key)
        self.at_origin = TickBox("Start over the origin, facing forward", self._themes)
        self.folder = QLineEdit()
        self.folder.setPlaceholderText("A folder for the files")
        self.browse = button("Choose…", "", self._browse)
        where = QHBoxLayout()
        where.setSpacing(8)
        where.addWidget(self.folder, 1)
        where.addWidget(self.browse)
        self.names = QPlainTextEdit(readOnly=True)
        self.names.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.names.setFixedHeight(84)
        self.names.document().setDocumentMargin(8)
        self.names.setPlaceholderText("Reading the names…")
        self.names.setTabChangesFocus(True)
        self.overwrite = TickBox("Replace files that are there already", self._themes)
        self.form = QFormLayout()
        self.form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self.form.setHorizontalSpacing(24)
        self.form.setVerticalSpacing(10)
        rows: tuple[tuple[str, QWidget | QHBoxLayout], ...] = (
            ("&What", self.what), ("&Format", self.format), ("&Range", self.part), ("Frames a &second", self.rate),
            ("&Picture", self.extent), ("&Body", self.body), ("", self.at_origin), ("F&older", where),
            ("Files", self.names), ("", self.overwrite),
        )  # fmt: skip
        for text, field in rows:
            self.form.addRow(text, field)
        named = (
            (self.what, "What to export"), (self.format, "Format"), (self.part, "Range"), (self.rate, "Frames a second"),
            (self.extent, "Size of the picture"), (self.body, "Body"), (self.folder, "Folder"), (self.names, "Names of the files"),
        )  # fmt: skip
        for widget, name in named:
            widget.setAccessibleName(name)
        first, widest = self.form.labelForField(self.what), self.form.labelForField(self.rate)
        if first is not None and widest is not None:  # the fields stay where they are when rows come and go
            first.setMinimumWidth(widest.sizeHint().width())
        folder_label = self.form.labelForField(where)
        if folder_label is not None:
            folder_label.setBuddy(self.folder)  # type: ignore[attr-defined]
        self.hint = label("", "muted", wrap=True)
        self.hint.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self.go = button("Export", "primary", self._go)
        self.go.setDefault(True)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.hint, 1)
        row.addWidget(button("Cancel", "", self.reject))
        row.addWidget(self.go)
        box = QVBoxLayout(page)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(16)
        box.addLayout(self.form)
        box.addStretch(1)
        box.addLayout(row)
        self.what.currentIndexChanged.connect(self._what_changed)
        for combo in (self.format, self.part, self.rate, self.extent, self.body):
            combo.currentIndexChanged.connect(self._changed)
        self.at_origin.toggled.connect(self._changed)
        self.overwrite.toggled.connect(self._changed)
        self.folder.textChanged.connect(self._changed)
        return page

    # -- asking --------------------------------------------------------------------------------

    def ask(self, scopes: Sequence[Scope], choice: ExportChoice, chosen: str) -> None:
        """Show the form with these choices, unless an export is running: then its progress."""
        self.choice = choice
        if self._exports.state is ExportState.IDLE:
            self._scopes = {scope.key: scope for scope in scopes}
            self._fill(chosen)
            self.pages.setCurrentIndex(0)
            self.format.setFocus()
        self.show()
        self.raise_()
        self.activateWindow()

    def add_scopes(self, scopes: Sequence[Scope]) -> None:
        """More to choose from: collections, which are read in the background."""
        self._filling = True
        for scope in scopes:
            if scope.key not in self._scopes:
                self._scopes[scope.key] = scope
                self.what.addItem(scope.text, scope.key)
        self._filling = False

    def fill_scope(self, key: str, targets: Sequence[Target]) -> None:
        """The motions of a collection that was chosen."""
        if key in self._scopes:
            self._scopes[key] = replace(self._scopes[key], targets=tuple(targets))
            self._what_changed()

    @property
    def scope(self) -> Scope | None:
        """What is chosen."""
        return self._scopes.get(self.what.currentData() or "")

    @property
    def targets(self) -> tuple[Target, ...]:
        """The chosen motions; () while they are being read."""
        return (self.scope.targets or ()) if self.scope is not None else ()

    def _fill(self, chosen: str) -> None:
        choice = self.choice
        self._filling = True
        self.what.clear()
        for scope in self._scopes.values():
            self.what.addItem(scope.text, scope.key)
        self.what.setCurrentIndex(max(self.what.findData(chosen), 0))
        for combo, value in (
            (self.format, choice.kind),
            (self.rate, choice.fps),
            (self.body, choice.proportions),
        ):
            combo.setCurrentIndex(max(combo.findData(value), 0))
        self.extent.setCurrentIndex(SIZES.index(choice.size) if choice.size in SIZES else 0)
        self.at_origin.setChecked(choice.at_origin)
        self.folder.setText(choice.folder)
        self.overwrite.setChecked(False)
        self._filling = False
        self.form.setRowVisible(self.overwrite, False)
        self.names.clear()
        self._what_changed()

    def _fill_parts(self) -> None:
        """Which ranges there are depends on what is chosen."""
        scope = self.scope
        targets = scope.targets if scope else None
        one = targets[0] if targets and len(targets) == 1 else None
        parts = [("whole", "Whole motion" if one or not targets else "Whole motions")]
        if one is not None and one.end:
            parts.insert(0, ("moment", f"Moment, {_seconds((one.start, one.end))}"))
        elif one is None and targets is not None and any(target.end for target in targets):
            parts.insert(0, ("moment", "The moment of each"))
        if one is not None and scope is not None and scope.marked is not None:
            parts.append(("range", f"Marked range, {_seconds(scope.marked)}"))
        self._filling = True
        self.part.clear()
        for key, text in parts:
            self.part.addItem(text, key)
        self.part.setCurrentIndex(max(self.part.findData(self.choice.part), 0))
        self._filling = False

    def _what_changed(self) -> None:
        if self._filling:
            return
        self._fill_parts()
        self._changed()
        if self.scope is not None and self.scope.targets is None:
            self.scope_wanted.emit(self.scope.key)

    def _changed(self) -> None:
        if self._filling:
            return
        size: Any = self.extent.currentData()
        self.choice = ExportChoice(
            self.format.currentData(), self.part.currentData() or "whole", self.folder.text().strip(),
            self.rate.currentData(), self.body.currentData(), self.at_origin.isChecked(), tuple(size),
            self.overwrite.isChecked(),
        )  # fmt: skip
        self._show_rows()
        self.go.setEnabled(bool(self.targets and self.choice.folder))
        marked = self.scope.marked if self.scope is not None else None
        self._exports.ask_names(self.targets, self.choice, marked, self._show_names)

    def _show_rows(self) -> None:
        kind, film = self.choice.kind, self.choice.kind in FILMS
        numbers = kind not in (RESULTS, "original")
        for field, on in (
            (self.part, kind != RESULTS), (self.rate, kind not in FIXED_RATE), (self.extent, film),
            (self.body, numbers), (self.at_origin, numbers and not film),
        ):  # fmt: skip
            self.form.setRowVisible(field, on)
        hints = {
            "original": "BVH, AMC and NumPy files are cut at their own rate; others are copied whole.",
            RESULTS: "Rank, name, path, seconds, score and caption of each.",
        }
        text = hints.get(kind, "As the viewer shows it now: style, camera and colours." if film else "")
        self.hint.setText(text)

    def _show_names(self, names: list[str], there: int) -> None:
        lines = names[:_NAMES_SHOWN]
        if len(names) > _NAMES_SHOWN:
            lines.append(f"… and {len(names) - _NAMES_SHOWN:,} more")
        self.names.setPlainText("\n".join(lines))
        self.form.setRowVisible(self.overwrite, there > 0)
        self.overwrite.setText(
            "Replace the file that is there already" if there == len(names) == 1
            else f"Replace the {counted(there, 'file')} of these that {'is' if there == 1 else 'are'} there already"
        )  # fmt: skip
        n = len(names)
        folders = self.choice.kind == ".png"
        self.go.setText("Export" if n < 2 else f"Export {counted(n, 'folder' if folders else 'file')}")

    def _browse(self) -> None:
        folder = self.ask_folder(self.folder.text())
        if folder:
            self.folder.setText(folder)

    def _go(self) -> None:
        if self.go.isEnabled():
            self.wanted.emit(self.scope, self.choice)

    def _again(self) -> None:
        self.pages.setCurrentIndex(0)
        self.overwrite.setChecked(False)
        self._changed()

    # -- running and ending --------------------------------------------------------------------

    def _follow(self) -> None:
        if self._exports.state is not ExportState.IDLE and self._exports.progress is not None:
            self.pages.setCurrentIndex(1)
            self.running.show_progress(self._exports.state, self._exports.progress)

    def _finished(self, report: Any) -> None:
        notes = sorted({written.note for written in report.written if written.note})
        self._end(end_sentence(report, self._exports.folder), notes, report.failures, bool(report.written))

    def _failed(self, error: Exception) -> None:
        self._end(f"Nothing was exported. {error}", [], ())

    def _end(
        self, headline: str, notes: Sequence[str], failures: Sequence[Any], written: bool = False
    ) -> None:
        self.end.tell(headline, notes, failures, written)
        self.end.open_folder.setEnabled(Path(self._exports.folder).is_dir())
        self.pages.setCurrentIndex(2)
        self.end.table.resizeRowsToContents()
        self.end.finish.setFocus()


def _seconds(span: tuple[int, int]) -> str:
    return f"{span[0] / FPS:.2f} to {span[1] / FPS:.2f} s"
