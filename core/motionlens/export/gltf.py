"""GLB (glTF 2.0): a skinned body of capsules with one animation. Metres, y up, faces +z at rest."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pygltflib as gl

from .. import __version__
from ..skeleton import JOINT_INDEX, N_JOINTS, PARENTS, REFERENCE_FOOT_HEIGHT_M
from .body_mesh import BodyMesh, body_mesh
from .bvh import end_sites
from .names import RIG_NAMES
from .rig import CHILDREN, RiggedMotion, rest_joints

_BODY, _FIRST = 1, 2  # nodes: 0 is the armature, 1 the body, from 2 on the joints
_COLOURS = {  # linear RGB; left cool and right warm, as everywhere in the app
    "centre": (0.48, 0.51, 0.56),
    "left": (0.07, 0.33, 0.79),
    "right": (0.85, 0.25, 0.06),
}
_COMPONENT = {"f": gl.FLOAT, "B": gl.UNSIGNED_BYTE, "H": gl.UNSIGNED_SHORT}
_KINDS = {1: gl.SCALAR, 2: gl.VEC2, 3: gl.VEC3, 4: gl.VEC4, 16: gl.MAT4}


@dataclass
class _Buffer:
    """One binary blob with its views and accessors."""

    document: gl.GLTF2
    data: bytearray = field(default_factory=bytearray)

    def add(self, values: np.ndarray, target: int | None = None, bounds: bool = False) -> int:
        """An accessor for (N,) or (N, C) values of type float32, uint8 or uint16."""
        table = values.reshape(len(values), -1)
        self.data.extend(b"\0" * (-len(self.data) % 4))
        view = gl.BufferView(buffer=0, byteOffset=len(self.data), byteLength=table.nbytes, target=target)
        self.data.extend(np.ascontiguousarray(table).tobytes())
        self.document.bufferViews.append(view)
        self.document.accessors.append(
            gl.Accessor(
                bufferView=len(self.document.bufferViews) - 1,
                componentType=_COMPONENT[values.dtype.char],
                count=len(table),
                type=_KINDS[table.shape[1]],
                min=table.min(axis=0).tolist() if bounds else None,
                max=table.max(axis=0).tolist() if bounds else None,
            )
        )
        return len(self.document.accessors) - 1


def glb_bytes(rigged: RiggedMotion, name: str) -> bytes:
    """The file's bytes.

    Args:
        rigged: what moves.
        name: of the animation and the armature.
    """
    document = gl.GLTF2(asset=gl.Asset(version="2.0", generator=f"MotionLens {__version__}"))
    buffer = _Buffer(document)
    rest = rest_joints(rigged.offsets)
    rest[:, 1] += REFERENCE_FOOT_HEIGHT_M - rest[JOINT_INDEX["left_foot"], 1]
    document.nodes = [gl.Node(name=name, children=[_BODY, _FIRST]), gl.Node(name="Body", mesh=0, skin=0)]
    for joint in range(N_JOINTS):
        place = rest[joint] if PARENTS[joint] < 0 else rigged.offsets[joint]
        children = [_FIRST + c for c in CHILDREN[joint]]
        document.nodes.append(gl.Node(name=RIG_NAMES[joint], translation=place.tolist(), children=children))
    document.scenes, document.scene = [gl.Scene(nodes=[0])], 0
    mesh = body_mesh(rigged.offsets, end_sites(rigged.offsets))
    mesh.vertices[:, :] += rest[0]
    _add_mesh(buffer, mesh)
    _add_skin(buffer, rest)
    _add_animation(buffer, rigged, name)
    document.buffers = [gl.Buffer(byteLength=len(buffer.data))]
    document.set_binary_blob(bytes(buffer.data))
    return b"".join(document.save_to_bytes())


def _add_mesh(buffer: _Buffer, mesh: BodyMesh) -> None:
    vertices = gl.ARRAY_BUFFER
    joints = np.zeros((len(mesh.vertices), 4), np.uint8)
    joints[:, 0] = mesh.joints
    weights = np.tile(np.array([1, 0, 0, 0], np.float32), (len(joints), 1))
    attributes = gl.Attributes(
        POSITION=buffer.add(mesh.vertices.astype(np.float32), vertices, bounds=True),
        NORMAL=buffer.add(mesh.normals.astype(np.float32), vertices),
        JOINTS_0=buffer.add(joints, vertices),
        WEIGHTS_0=buffer.add(weights, vertices),
    )
    primitives = []
    for number, (side, colour) in enumerate(_COLOURS.items()):
        chosen = mesh.triangles[mesh.sides == side].astype(np.uint16).ravel()
        indices = buffer.add(chosen, gl.ELEMENT_ARRAY_BUFFER)
        primitives.append(gl.Primitive(attributes=attributes, indices=indices, material=number))
        surface = gl.PbrMetallicRoughness(
            baseColorFactor=[*colour, 1.0], metallicFactor=0.0, roughnessFactor=0.8
        )
        buffer.document.materials.append(gl.Material(name=side, pbrMetallicRoughness=surface))
    buffer.document.meshes = [gl.Mesh(name="Body", primitives=primitives)]


def _add_skin(buffer: _Buffer, rest: np.ndarray) -> None:
    inverse = np.tile(np.eye(4, dtype=np.float32), (N_JOINTS, 1, 1))
    inverse[:, 3, :3] = -rest  # column-major: the last column lies in the last four values
    buffer.document.skins = [
        gl.Skin(
            joints=list(range(_FIRST, _FIRST + N_JOINTS)),
            skeleton=_FIRST,
            inverseBindMatrices=buffer.add(inverse.reshape(N_JOINTS, 16)),
        )
    ]


def _add_animation(buffer: _Buffer, rigged: RiggedMotion, name: str) -> None:
    """Rotations of every joint, translations of the pelvis and of joints that shift; linear between keys."""
    times = buffer.add((np.arange(rigged.n_frames) / rigged.fps).astype(np.float32), bounds=True)
    moves = {JOINT_INDEX["pelvis"]: rigged.root, **rigged.shifts}
    tracks = [(joint, "translation", values) for joint, values in moves.items()]
    tracks += [(joint, "rotation", rigged.rotations[:, joint]) for joint in range(N_JOINTS)]
    animation = gl.Animation(name=name)
    for joint, path, values in tracks:
        output = buffer.add(values.astype(np.float32))
        animation.samplers.append(gl.AnimationSampler(input=times, output=output, interpolation="LINEAR"))
        target = gl.AnimationChannelTarget(node=_FIRST + joint, path=path)
        animation.channels.append(gl.AnimationChannel(sampler=len(animation.samplers) - 1, target=target))
    buffer.document.animations = [animation]
