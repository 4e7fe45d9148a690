"""What the readers inferred about a kind of files, in plain words."""

from __future__ import annotations

from ..readers.infer import UNITS_M
from ..skeleton import JOINT_NAMES
from .presets import correction_dict
from .preview import Kind

AXIS_WORDS = {
    "y": "Y is up", "z": "Z is up", "x": "X is up", "-y": "Y points down", "-z": "Z points down",
    "-x": "X points down",
}  # fmt: skip


def unit_name(unit_m: float) -> str:
    """The unit in words.

    >>> unit_name(0.01), unit_name(0.0564444), unit_name(0.37)
    ('centimetre', 'Acclaim unit (1/0.45 inch)', '0.37 m')
    """
    near = min(UNITS_M.items(), key=lambda item: abs(item[1] - unit_m))
    return near[0] if abs(near[1] - unit_m) < 1e-3 * unit_m else f"{unit_m:g} m"


def findings(kind: Kind) -> list[str]:
    """A line each on size, axes, rate, joints and what the user stated."""
    found = kind.inferred
    if not found:
        return []
    lines = []
    if "unit_m" in found:
        lines.append(
            f"unit: {unit_name(found['unit_m'])} ({found.get('unit_from', '')}); "
            f"height {found.get('stature_m', 0):.2f} m"
        )
        lines.append(f"up: {AXIS_WORDS.get(found['up_axis'], found['up_axis'])} ({found['up_from']})")
        lines.append(f"rate: {rates(kind)}")
        lines.append(f"joints: {joints_sentence(kind)}")
        if found.get("dropped_t_pose_frames"):
            lines.append(f"T-pose: {found['dropped_t_pose_frames']} frames at the start are left out")
    else:
        lines.append("MotionLens's own format: there is nothing to infer")
    if stated := correction_dict(kind.correction):
        lines.append(f"your correction: {', '.join(f'{key} = {value}' for key, value in stated.items())}")
    return lines


def rates(kind: Kind) -> str:
    """The frame rates of the samples and where they are from."""
    read = [s.motion.inferred for s in kind.samples if s.motion is not None]
    values = list(dict.fromkeys(found["fps"] for found in read if "fps" in found))
    shown = " and ".join(f"{value:g}" for value in values)
    return f"{shown} fps ({read[0].get('fps_from', 'file')})" if values else "unknown"


def joints_sentence(kind: Kind) -> str:
    """How many of the 22 joints were found by name, and which are computed."""
    found = kind.inferred
    mapped, derived = found.get("joint_map", {}), list(found.get("derived", []))
    named = len([name for name in JOINT_NAMES if name in mapped and name not in derived])
    if not derived:
        return f"all {len(JOINT_NAMES)} found"
    words = [name.replace("_", " ") for name in derived]
    shown = ", ".join(words[:6]) + (f" and {len(words) - 6} more" if len(words) > 6 else "")
    return f"{named} of {len(JOINT_NAMES)} found by name; computed from the others: {shown}"
