"""Sitting, kneeling and lying as control rows (over the origin, facing +z)."""

from __future__ import annotations

import numpy as np

from . import engine as e
from .engine_keys import Person, standing
from .vocabulary import Action

SEAT_M = 0.45
"""Height of the imaginary chair."""


def _row(person: Person, y: float, pitch: float) -> np.ndarray:
    row = standing(person)
    row[1], row[4], row[6], row[9] = y, pitch, 0.0, 0.0
    return row


def _feet(row: np.ndarray, half: float, lift: float, z: float, pitch: float) -> None:
    for side, sign in ((0, 1.0), (1, -1.0)):
        row[e.SOLE[side]] = (sign * half, lift, z)
        row[e.FPITCH[side]] = pitch


def hands(row: np.ndarray, x: float, y: float, z: float, swivel: float = 0.1) -> None:
    """Both wrists at (+-x, y, z) in arm lengths from the shoulder (in place)."""
    for side, sign in ((0, 1.0), (1, -1.0)):
        row[e.WRIST[side]] = (sign * x, y, z)
        row[e.SWIVEL[side]] = swivel


def sitting(person: Person) -> np.ndarray:
    """On a chair, hands on the thighs."""
    row = _row(person, SEAT_M + 0.1, -0.08)
    _feet(row, person.half_stance + 0.02, 0.0, 0.43, 0.0)
    row[6], row[9] = 0.14 + person.stoop, -0.05
    row[list(e.SPLAY)] = 0.1
    hands(row, 0.0, -0.72, 0.5, 0.25)
    return row


def kneeling(person: Person) -> np.ndarray:
    """Upright on both knees, the insteps on the floor."""
    row = _row(person, 0.545, 0.0)
    _feet(row, person.half_stance, 0.0, -0.67, 2.6)
    row[list(e.FYAW)] = 0.0
    row[6] = person.stoop
    hands(row, 0.12, -0.88, 0.22)
    return row


def half_kneeling(person: Person) -> np.ndarray:
    """On the left knee, the right foot in front, the hands on the front knee."""
    row = _row(person, 0.525, 0.05)
    row[e.SOLE[0]] = (person.half_stance, 0.0, -0.53)
    row[e.FPITCH[0]] = 1.35
    row[e.FYAW[0]] = 0.0
    row[e.SOLE[1]] = (-person.half_stance - 0.02, 0.0, 0.4)
    row[6] = 0.12
    row[e.WRIST[0]], row[e.WRIST[1]] = (0.1, -0.9, 0.2), (-0.02, -0.72, 0.52)
    return row


def all_fours(person: Person) -> np.ndarray:
    """On hands and knees."""
    row = _row(person, 0.52, 1.28)
    _feet(row, person.half_stance, 0.0, -0.68, 2.6)
    row[list(e.FYAW)] = 0.0
    row[6], row[9] = 0.12, -0.75
    for side, sign in ((0, 1.0), (1, -1.0)):
        row[e.HAND[side]] = (sign * 0.19, 0.06, 0.52)
        row[e.HANDW[side]] = 1.0
        row[e.SWIVEL[side]] = 0.2
        row[e.WRIST[side]] = (sign * 0.05, -0.1, 0.95)
    return row


def supine(person: Person) -> np.ndarray:
    """Flat on the back, the head towards -z."""
    row = _row(person, 0.105, -np.pi / 2)
    _feet(row, person.half_stance + 0.03, 0.0, 0.985, -1.15)
    for side, sign in ((0, 1.0), (1, -1.0)):
        row[e.FYAW[side]] = sign * 0.15
    hands(row, 0.28, -0.94, 0.03, 0.9)
    return row


def prone(person: Person) -> np.ndarray:
    """Flat on the belly, the head towards +z, the hands beside the shoulders."""
    row = _row(person, 0.105, np.pi / 2)
    _feet(row, person.half_stance, 0.0, -1.18, 2.65)
    row[list(e.FYAW)] = 0.0
    row[9] = -0.2
    for side, sign in ((0, 1.0), (1, -1.0)):
        row[e.WRIST[side]] = (sign * 0.3, 0.12, 0.17)
        row[e.SWIVEL[side]] = 0.9
    return row


def posture_row(
    posture: str, name: str, action: Action, person: Person, rng: np.random.Generator
) -> tuple[np.ndarray, str]:
    """The row that an action starts from when nothing comes before it, and the posture's variant."""
    if posture == "sit":
        return sitting(person), ""
    if posture == "kneel":
        if name == "crawl":
            return kneeling(person), "both"
        variant = str(rng.choice(["left", "right", "both"]))
        if variant == "both":
            return kneeling(person), variant
        row = half_kneeling(person)
        return (row if variant == "left" else e.mirror(row)), variant
    if posture == "lie":
        belly = name == "push_up" or (name == "get_up" and rng.random() < 0.35)
        return (prone(person), "prone") if belly else (supine(person), "supine")
    return standing(person), ""
