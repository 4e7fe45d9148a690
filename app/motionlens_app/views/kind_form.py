"""What was inferred about one kind of files, in fields that can be corrected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QLocale, QModelIndex, QPersistentModelIndex, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QColor, QDoubleValidator, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QGridLayout,
    QHeaderView,
    QLineEdit,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from motionlens.library.findings import AXIS_WORDS, joints_sentence, rates, unit_name
from motionlens.library.preview import Kind
from motionlens.readers.infer import UNITS_M
from motionlens.readers.mapping import MappingOverrides
from motionlens.skeleton import JOINT_NAMES

from ..theme import ThemeManager
from .export_pages import Choices
from .widgets import ElidedLabel, label

_AUTOMATIC = "Automatic"
_COMPUTED = "computed from the others"
_MISSED = "not recognised: choose it"
_FACINGS = {"x": "+X", "y": "+Y", "z": "+Z", "-x": "−X", "-y": "−Y", "-z": "−Z"}


class _Choice(Choices):
    """A fixed list whose first entry is automatic; the wheel scrolls the page, not the value."""

    def __init__(self, name: str, values: Sequence[tuple[str, object]], themes: ThemeManager) -> None:
        super().__init__(themes)
        self.setAccessibleName(name)
        self.setMinimumWidth(180)
        self.addItem(_AUTOMATIC, None)
        for text, value in values:
            self.addItem(text, value)

    def show_value(self, value: object, found: str) -> None:
        """The user's choice, or automatic with what that gave."""
        with QSignalBlocker(self):
            self.setItemText(0, f"{_AUTOMATIC}: {found}" if found else _AUTOMATIC)
            at = self.findData(value)
            if value is not None and at < 0:  # from a preset that was written by hand
                self.addItem(f"{value:g} m" if isinstance(value, float) else str(value), value)
                at = self.count() - 1
            self.setCurrentIndex(max(at, 0))

    def wheelEvent(self, event) -> None:
        """Never changed by scrolling past."""
        event.ignore()


class JointTable(QTableWidget):
    """The 22 joints and the file's name for each; a double click or Enter chooses another."""

    edited = Signal(str, str)

    def __init__(self, themes: ThemeManager) -> None:
        super().__init__(len(JOINT_NAMES), 2)
        self.themes = themes
        self.names: tuple[str, ...] = ()
        self.setHorizontalHeaderLabels(["Joint", "In these files"])
        self.setAccessibleName("Joints and their names in these files")
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(30)
        self.setShowGrid(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked
            | QAbstractItemView.EditTrigger.SelectedClicked
            | QAbstractItemView.EditTrigger.EditKeyPressed
        )
        header = self.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        self.setItemDelegateForColumn(1, _JointDelegate(self))
        for row, name in enumerate(JOINT_NAMES):
            cell = QTableWidgetItem(name.replace("_", " "))
            cell.setFlags(cell.flags() & ~Qt.ItemFlag.ItemIsEditable)
            self.setItem(row, 0, cell)
            self.setItem(row, 1, QTableWidgetItem())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens the list of names."""
        cell = self.item(self.currentRow(), 1)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and cell is not None:
            self.editItem(cell)
            return
        super().keyPressEvent(event)

    def show_kind(self, kind: Kind) -> None:
        """Fill the second column."""
        self.names = kind.joint_names
        found = kind.inferred
        mapped, derived = found.get("joint_map", {}), set(found.get("derived", []))
        theme = self.themes.theme
        for row, name in enumerate(JOINT_NAMES):
            stated = kind.correction.joints.get(name)
            cell = self.item(row, 1) or QTableWidgetItem()
            text, colour = "found by its name", theme.muted
            if stated is not None:
                text, colour = f"{stated}  (yours)", theme.accent
            elif name in kind.unmapped:
                text, colour = _MISSED, theme.error
            elif name in derived or (found and name not in mapped):
                text, colour = _COMPUTED, theme.muted
            elif name in mapped:
                text, colour = str(mapped[name]), theme.text
            cell.setText(text)
            cell.setForeground(QColor(colour))
            cell.setData(Qt.ItemDataRole.UserRole, stated or "")

    def show_first(self, kind: Kind) -> None:
        """Scroll to what is missing, else to the top."""
        row = JOINT_NAMES.index(kind.unmapped[0]) if kind.unmapped else 0
        self.scrollTo(self.model().index(row, 0), QAbstractItemView.ScrollHint.PositionAtTop)


class _JointDelegate(QStyledItemDelegate):
    def __init__(self, table: JointTable) -> None:
        super().__init__(table)
        self._table = table

    def createEditor(
        self, parent: QWidget, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QWidget:
        """A list of the file's joints."""
        box = Choices(self._table.themes)
        box.setParent(parent)
        box.addItem(_AUTOMATIC, "")
        for name in self._table.names:
            box.addItem(name, name)
        box.activated.connect(lambda: self._chosen(box))
        return box

    def _chosen(self, box: QComboBox) -> None:
        self.commitData.emit(box)
        self.closeEditor.emit(box)

    def setEditorData(self, editor: QWidget, index: QModelIndex | QPersistentModelIndex) -> None:
        """The user's choice."""
        assert isinstance(editor, QComboBox)
        editor.setCurrentIndex(max(editor.findData(index.data(Qt.ItemDataRole.UserRole)), 0))
        editor.showPopup()

    def setModelData(self, editor: QWidget, model, index: QModelIndex | QPersistentModelIndex) -> None:
        """Tell the table; the kind is shown anew when it has been read."""
        assert isinstance(editor, QComboBox)
        if editor.currentData() != index.data(Qt.ItemDataRole.UserRole):
            self._table.edited.emit(JOINT_NAMES[index.row()], editor.currentData())


class KindForm(QWidget):
    """Unit, up axis, frame rate, facing, T-pose and joints of one kind. ``corrected``: the whole correction."""

    corrected = Signal(object)

    def __init__(self, themes: ThemeManager) -> None:
        super().__init__()
        self._correction = MappingOverrides()
        self._signature = ""
        units = [(name[:1].upper() + name[1:], value) for name, value in UNITS_M.items()]
        self.unit = _Choice("Unit", units, themes)
        self.up = _Choice(
            "Up axis", [(AXIS_WORDS[axis], axis) for axis in ("y", "z", "x", "-y", "-z", "-x")], themes
        )
        self.facing = _Choice(
            "Facing in the first frame", [(text, axis) for axis, text in _FACINGS.items()], themes
        )
        self.t_pose = _Choice("T-pose at the start", [("Leave it out", True), ("Keep it", False)], themes)
        self.fps = QLineEdit()
        self.fps.setObjectName("number")
        self.fps.setAccessibleName("Frame rate, frames a second")
        limits = QDoubleValidator(1.0, 1000.0, 4, self.fps)
        limits.setLocale(QLocale.c())
        self.fps.setValidator(limits)
        self.why = {name: ElidedLabel("muted") for name in ("unit", "up", "fps", "facing", "t_pose")}
        self.joints_line = label("", "muted", wrap=True)
        self.settled = label(
            "This format says everything about its motions: there is nothing to correct.", wrap=True
        )
        self.settled.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.joints = JointTable(themes)
        self._lay_out()
        for key, box in (("unit_m", self.unit), ("up_axis", self.up), ("facing", self.facing),
                         ("drop_t_pose", self.t_pose)):  # fmt: skip
            box.activated.connect(lambda _, k=key, b=box: self._state(**{k: b.currentData()}))
        self.fps.editingFinished.connect(self._rate_entered)
        self.fps.textEdited.connect(lambda text: None if text else self._rate_entered())
        self.joints.edited.connect(self._joint_edited)

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(1, 1)
        rows = (("Unit", self.unit, "unit"), ("Up axis", self.up, "up"), ("Frame rate", self.fps, "fps"),
                ("Facing", self.facing, "facing"), ("T-pose", self.t_pose, "t_pose"))  # fmt: skip
        for row, (name, field, why) in enumerate(rows):
            text = label(name)
            text.setBuddy(field)
            grid.addWidget(text, 2 * row, 0)
            grid.addWidget(field, 2 * row, 1)
            grid.addWidget(self.why[why], 2 * row + 1, 1)
            grid.setRowMinimumHeight(2 * row + 1, 20)
        self.fields = QWidget()
        self.fields.setLayout(grid)
        grid.setContentsMargins(0, 0, 0, 0)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(8)
        box.addWidget(self.settled)
        box.addWidget(self.fields)
        box.addSpacing(4)
        box.addWidget(self.joints_line)
        box.addWidget(self.joints, 1)

    def show_kind(self, kind: Kind, reading: bool) -> None:
        """Fill every field; what the format does not leave open cannot be changed."""
        self._correction = stated = kind.correction
        found, can = kind.inferred, kind.editable
        unit = (
            unit_name(found["unit_m"]).split(" (")[0] if "unit_m" in found and stated.unit_m is None else ""
        )
        self.unit.show_value(stated.unit_m, unit)
        up = AXIS_WORDS.get(found.get("up_axis", ""), "") if stated.up_axis is None else ""
        self.up.show_value(stated.up_axis, up)
        self.facing.show_value(stated.facing, "")
        self.t_pose.show_value(stated.drop_t_pose, "")
        rate = f": {found['fps']:g} fps" if stated.fps is None and "fps" in found else ""
        self.fps.setPlaceholderText(_AUTOMATIC + rate)
        self.fps.setText(f"{stated.fps:g}" if stated.fps is not None else "")
        for key, field in (("unit_m", self.unit), ("up_axis", self.up), ("fps", self.fps),
                           ("facing", self.facing), ("drop_t_pose", self.t_pose)):  # fmt: skip
            field.setEnabled(key in can)
        self.joints.setVisible("joints" in can and bool(found or kind.unmapped or stated.joints))
        self.joints_line.setVisible(bool(can))
        self.fields.setVisible(bool(can))
        self.settled.setVisible(not can and not kind.warnings)
        self._say_why(kind, reading)
        if "joints" in can:
            self.joints.show_kind(kind)
        if kind.signature != self._signature:
            self._signature = kind.signature
            self.joints.show_first(kind)

    def _say_why(self, kind: Kind, reading: bool) -> None:
        found = kind.inferred
        height = f"height {found['stature_m']:.2f} m, " if "stature_m" in found else ""
        dropped = found.get("dropped_t_pose_frames", 0)
        lines = {
            "unit": f"{height}from {_short(found.get('unit_from', ''))}" if found else "",
            "up": f"from {found['up_from']}" if "up_from" in found else "",
            "fps": f"{rates(kind)}" if "fps" in found else "",
            "facing": f"from {found['facing_from']}" if "facing_from" in found else "",
            "t_pose": (f"{dropped} frame{'' if dropped == 1 else 's'} at the start left out" if dropped else "none found")
            if found else "",
        }  # fmt: skip
        for name, text in lines.items():
            self.why[name].set_whole("reading again…" if reading else text)
        text = f"Joints: {joints_sentence(kind)}." if "joint_map" in found else ""
        how = (
            "Double-click a joint, or press Enter, to say which one it is; left and right are never guessed."
        )
        self.joints_line.setText(f"{text} {how}".strip() if self.joints.isVisibleTo(self) else text)

    def _rate_entered(self) -> None:
        text = self.fps.text()
        self._state(fps=float(text) if text else None)

    def _state(self, **values: object) -> None:
        self._correction = replace(self._correction, **values)  # type: ignore[arg-type]
        self.corrected.emit(self._correction)

    def _joint_edited(self, canonical: str, source: str) -> None:
        joints = {name: value for name, value in self._correction.joints.items() if name != canonical}
        if source:
            joints[canonical] = source
        self._state(joints=joints)


def _short(text: str) -> str:
    """Where a unit is from, without repeating it.

    >>> _short("stature: 1.72 m if the unit is the centimetre"), _short("file")
    ('the length of the legs', 'file')
    """
    return "the length of the legs" if text.startswith("stature") and ";" not in text else text
