"""How the viewer draws: the choices of "View options", as one value that is kept between starts."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import Any

from motionlens.skeleton import JOINT_INDEX as J
from motionlens.skeleton import N_JOINTS

BODIES = ("body", "skeleton")
GHOSTS = ("off", "4", "8", "moment")
"""Onion skin: none, so many poses round the playhead, or poses spread over the whole moment."""
TRAIL_SETS: dict[str, tuple[int, ...]] = {
    "off": (),
    "hands": (J["left_wrist"], J["right_wrist"]),
    "feet": (J["left_foot"], J["right_foot"]),
}
"""Trails that one click chooses; any other joints are chosen on the body."""


@dataclass(frozen=True)
class ViewOptions:
    """What is drawn besides the motion itself, and how.

    Attributes:
        body: one of ``BODIES``.
        trails: joints that leave a trail.
        ghosts: one of ``GHOSTS``.
        contacts: footprints where a foot stands.
        path: the way of the pelvis on the ground.
        follow: the camera goes along.
        grid: lines every metre.
    """

    body: str = "body"
    trails: tuple[int, ...] = ()
    ghosts: str = "off"
    contacts: bool = False
    path: bool = True
    follow: bool = True
    grid: bool = True

    @property
    def trail_set(self) -> str:
        """Name of the chosen set of trails, "joints" for any other choice.

        >>> ViewOptions(trails=TRAIL_SETS["feet"]).trail_set, ViewOptions(trails=(15,)).trail_set
        ('feet', 'joints')
        """
        return next((name for name, joints in TRAIL_SETS.items() if joints == self.trails), "joints")

    def with_joint(self, joint: int) -> ViewOptions:
        """A joint's trail switched on, or off when it is on.

        >>> ViewOptions(trails=(3, 20)).with_joint(3).with_joint(15).trails
        (15, 20)
        """
        return replace(self, trails=tuple(sorted(set(self.trails) ^ {joint})))

    def having(self, **fields: Any) -> ViewOptions:
        """With other values in some fields.

        >>> ViewOptions().having(body="skeleton").body
        'skeleton'
        """
        return replace(self, **fields)

    def to_text(self) -> str:
        """As the settings keep it."""
        return json.dumps(asdict(self))


def options_from_text(text: str) -> ViewOptions:
    """What the settings kept; whatever is damaged or unknown there has its default.

    >>> options_from_text('{"body": "skeleton", "grid": 3, "trails": [20, 99]}')
    ViewOptions(body='skeleton', trails=(20,), ghosts='off', contacts=False, path=True, follow=True, grid=True)
    """
    try:
        kept = json.loads(text)
    except ValueError:
        return ViewOptions()
    if not isinstance(kept, dict):
        return ViewOptions()
    good: dict[str, Any] = {}
    for name, choices in (("body", BODIES), ("ghosts", GHOSTS)):
        if kept.get(name) in choices:
            good[name] = kept[name]
    for name in ("contacts", "path", "follow", "grid"):
        if isinstance(kept.get(name), bool):
            good[name] = kept[name]
    joints = kept.get("trails")
    if isinstance(joints, list):
        good["trails"] = tuple(sorted({j for j in joints if type(j) is int and 0 <= j < N_JOINTS}))
    return ViewOptions(**good)
