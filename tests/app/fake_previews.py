"""The fake engine's part of what is looked at before an import."""

from __future__ import annotations

import threading
from pathlib import Path

from motionlens.library.preview import Kind, Preview, Sample
from motionlens.motion import Motion


def fake_kind(
    signature: str = "bvh:1", n: int = 12, up: str = "y", unit_from: str = "file", **kind: object
) -> Kind:
    """A kind of n files that were read without a doubt."""
    from fakes import gait

    inferred = {
        "unit_m": 0.01, "unit_from": unit_from, "up_axis": up, "up_from": "rest pose", "fps": 60.0,
        "fps_from": "file", "stature_m": 1.71, "facing_from": "hips", "frames": 80, "notes": [],
        "joint_map": {"pelvis": "Hips", "left_knee": "LeftLeg"}, "derived": ["neck"],
        "dropped_t_pose_frames": 0,
    }  # fmt: skip
    motion = Motion(gait(80), "take", inferred=inferred)
    files = tuple(Path(f"/takes/{signature.replace(':', '_')}_{i:03d}.bvh") for i in range(n))
    made = Kind(
        signature,
        f"BVH {signature}, 3 joints",
        files,
        ("Hips", "LeftLeg", "Bone7"),
        (Sample(files[0], motion),),
    )
    return made if not kind else Kind(**{**made.__dict__, **kind})  # type: ignore[arg-type]


def unread_kind(signature: str = "bvh:2") -> Kind:
    """A kind whose left knee is not recognised."""
    made = fake_kind(signature, 3)
    message = "no joint was recognised as left_knee; name them in a mapping file."
    return Kind(
        signature,
        made.label,
        made.files,
        made.joint_names,
        (Sample(made.files[0], None, message, ("left_knee",)),),
    )


class FakePreviews:
    """Tests set ``found`` (None: one plain kind) and close ``preview_gate`` to hold the answers back."""

    def __init__(self) -> None:
        self.found: Preview | None = None
        self.preview_gate = threading.Event()
        self.preview_gate.set()
        self.preview_error: Exception | None = None
        self.looked: list[list[Path]] = []
        self.sampled: list[Kind] = []
        self.saved: list[object] = []
        self.cancelled_looks = 0

    def preview_import(self, paths, progress, cancelled) -> Preview:
        self.looked.append(list(paths))
        progress((0, 2, "BVH"))
        while not self.preview_gate.wait(0.01):
            if cancelled():
                self.cancelled_looks += 1
                return Preview((), cancelled=True)
        if self.preview_error:
            raise self.preview_error
        return self.found or Preview((fake_kind(),))

    def sample_kind(self, kind, cancelled) -> Kind:
        while not self.preview_gate.wait(0.01):
            if cancelled():
                return kind
        self.sampled.append(kind)
        wrong = "left_knee" not in kind.correction.joints and kind.signature == "bvh:2"
        made = unread_kind(kind.signature) if wrong else fake_kind(kind.signature, len(kind.files))
        return Kind(kind.signature, kind.label, kind.files, kind.joint_names, made.samples, kind.correction)

    def save_presets(self, presets) -> None:
        self.saved.append(presets)
