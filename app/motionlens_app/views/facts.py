"""Names and values in two columns, under headings."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from math import ceil

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetricsF, QResizeEvent, QTextOption
from PySide6.QtWidgets import QTextEdit

from .. import theme as look

Rows = Sequence[tuple[str, str]]
_GAP_PX = 16
_EDGE_PX = 1
"""Of the frame that shows the focus."""


class Facts(QTextEdit):
    """As high as its text, which can be selected across lines and copied as it is.

    One text and not a label for every cell: a dozen labels take fifty milliseconds to appear, and a path in a label
    only breaks at marks that would be copied with it.
    """

    def __init__(self, themes: look.ThemeManager) -> None:
        super().__init__()
        self._themes = themes
        self._blocks: tuple[tuple[str, Rows], ...] = ()
        self.setObjectName("facts")
        self.setAccessibleName("What is known of the motion")
        self.setReadOnly(True)
        reading = (
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setTextInteractionFlags(reading)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.document().setDocumentMargin(0)
        themes.changed.connect(self._write)

    def show_blocks(self, blocks: Sequence[tuple[str, Rows]]) -> None:
        """Show blocks of rows, each under its heading ("" for none); a block without rows is left out."""
        shown = tuple((heading, tuple(rows)) for heading, rows in blocks if rows)
        if shown != self._blocks:
            self._blocks = shown
            self._write()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width: other lines."""
        super().resizeEvent(event)
        self._fit()

    def _write(self) -> None:
        theme, small = self._themes.theme, QFontMetricsF(look.font(small=True))
        names = [name for _, rows in self._blocks for name, _ in rows]
        wide = ceil(max(map(small.horizontalAdvance, names), default=0.0)) + _GAP_PX
        quiet = f"color: {theme.muted}; font-size: {look.SMALL_PX}px"
        text = "".join(_block(heading, rows, wide, quiet) for heading, rows in self._blocks)
        self.setHtml(text)
        self._fit()

    def _fit(self) -> None:
        self.setFixedHeight(ceil(self.document().size().height()) + 2 * _EDGE_PX)


def _block(heading: str, rows: Rows, wide: int, quiet: str) -> str:
    """A heading and a table, whose first column is as wide as the longest name of all blocks."""
    lines = "".join(
        f'<tr><td width="{wide}" style="{quiet}; padding-top: 3px">{escape(name)}</td>'
        f'<td style="padding-top: 2px; padding-bottom: 2px">{escape(value)}</td></tr>'
        for name, value in rows
    )
    title = (
        f'<p style="{quiet}; font-weight: 600; margin-top: 14px; margin-bottom: 6px">{escape(heading)}</p>'
        if heading
        else ""
    )
    return f'{title}<table cellspacing="0" cellpadding="0">{lines}</table>'
