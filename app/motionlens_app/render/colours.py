"""Colours of bodies: left cool, right warm, whatever the theme; tints that tell several bodies apart."""

from __future__ import annotations

from PySide6.QtGui import QColor

from .body import LEFT_COLOUR, RIGHT_COLOUR
from .viewport import Actor, ViewportColours

TINTS = ("#3fbf8a", "#e8cf4f", "#b79cf5", "#e8718d")
"""Of up to four motions that are compared: neither side's colour, told apart by lightness too."""
_LIMB_SHARE = 0.16
"""How much of the tint a limb takes: its side must stay plain."""


def mixed(a: QColor, b: QColor, share: float) -> QColor:
    """From a (0) to b (1)."""
    share = min(max(share, 0.0), 1.0)

    def mix(x: float, y: float) -> float:
        return x + (y - x) * share

    return QColor.fromRgbF(mix(a.redF(), b.redF()), mix(a.greenF(), b.greenF()), mix(a.blueF(), b.blueF()))


def side_colours(colours: ViewportColours) -> tuple[QColor, QColor, QColor]:
    """Left, right, trunk."""
    return QColor(LEFT_COLOUR), QColor(RIGHT_COLOUR), QColor(colours.trunk)


def actor_colours(colours: ViewportColours, actor: Actor) -> tuple[QColor, QColor, QColor]:
    """Left, right, trunk of one of several bodies: the trunk bears its tint, limbs keep their side's hue."""
    left, right, trunk = side_colours(colours)
    if actor.tint:
        tint = QColor(actor.tint)
        left, right, trunk = mixed(left, tint, _LIMB_SHARE), mixed(right, tint, _LIMB_SHARE), tint
    if actor.faded:
        back = mixed(QColor(colours.top), QColor(colours.bottom), 0.5)
        left, right, trunk = (mixed(c, back, 0.65 * actor.faded) for c in (left, right, trunk))
    return left, right, trunk
