"""Recipe -> motion: steps one after another, overlays laid over them, and when each action happens."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..skeleton import JOINT_INDEX
from . import engine as e
from . import upper
from .arms_base import from_chart, to_chart
from .body import GENERATORS, joints_of
from .engine_keys import Person, smooth
from .gait import Context, Segment
from .locomotion import stand
from .postures import posture_row
from .vocabulary import ACTIONS, Action, ActionSpan, Recipe, Step

_BLEND_S = 0.4
_FLOWING = frozenset(("walk", "run", "limp", "skip", "climb_stairs", "march", "run_in_place", "zigzag"))
_CUT_SHARE = 0.35


@dataclass(frozen=True, eq=False)
class Synthesised:
    """A motion made from a recipe.

    Attributes:
        positions: (T, 22, 3) float32 metres on the reference skeleton, 20 fps, y up, lowest floor at
            0, first pelvis over the origin and facing +z.
        spans: when each action of the recipe happens and which joints carry it.
        recipe: what it was made from.
    """

    positions: np.ndarray
    spans: tuple[ActionSpan, ...]
    recipe: Recipe


def synthesise(recipe: Recipe) -> Synthesised:
    """Make the motion of a recipe; the same recipe gives the same motion, bit for bit.

    Raises:
        ValueError: the recipe has no step, or an action or overlay that the vocabulary does not know.
    """
    if not recipe.steps:
        raise ValueError("a recipe needs at least one step")
    rng = np.random.default_rng(recipe.seed)
    person = Person.random(rng)
    for action in (a for step in recipe.steps for a in (step.base, step.overlay) if a is not None):
        if action.name not in ACTIONS:
            raise ValueError(f"{action.name} is not an action of the vocabulary")
    names = [step.base.name for step in recipe.steps] + [""]
    row, variant = posture_row(ACTIONS[names[0]].start, names[0], recipe.steps[0].base, person, rng)
    tracks: list[np.ndarray] = []
    spans: list[ActionSpan] = []
    frames, ground = 0, 0.0
    for index, step in enumerate(recipe.steps):
        local, origin = _to_local(row, ground)
        ctx = Context(local, person, rng, 0.0, names[index + 1], variant)
        segment, own = _perform(step, ctx, index)
        track = e.place(segment.track, *origin)
        if tracks:
            pause = np.repeat(row[None], int(rng.integers(0, 5)), axis=0)
            tracks.append(pause)
            frames += len(pause)
            own = [_shifted(s, (frames - 1) * e.DT) for s in own]
            track = track[1:]
        tracks.append(track)
        frames += len(track)
        spans += own
        row, variant = track[-1], segment.variant
        ground += segment.rise
    whole = np.concatenate(tracks)
    _live(whole, person, rng)
    first, last = _cut(recipe, spans, len(whole), rng)
    kept = [_shifted(s, -first * e.DT, (last - first - 1) * e.DT) for s in spans]
    return Synthesised(_canonical(e.solve(whole)[first:last]), tuple(kept), recipe)


def _to_local(row: np.ndarray, ground: float) -> tuple[np.ndarray, tuple[float, float, float, float]]:
    """The row in its own frame (pelvis over the origin, facing +z, its floor at 0) and where that is."""
    x, z, yaw = row[0], row[2], row[3]
    turned = e.place(e.place(row, -x, -ground, -z, 0.0), 0.0, 0.0, 0.0, -yaw)
    return turned, (x, ground, z, yaw)


def _shifted(span: ActionSpan, by: float, end: float = np.inf) -> ActionSpan:
    start, stop = max(span.start_s + by, 0.0), min(span.end_s + by, end)
    return ActionSpan(span.step, span.overlay, span.action, start, stop, span.joints)


def _cut(recipe: Recipe, spans: list[ActionSpan], n: int, rng: np.random.Generator) -> tuple[int, int]:
    """Frames [first, last) to keep: many a recording begins or ends in full stride."""
    first, last = 0, n
    early, late, share, more = rng.random(4)
    head, tail = (
        next(s for s in spans if s.step == step) if recipe.steps[step].overlay is None else None
        for step in (0, len(recipe.steps) - 1)
    )
    if head and head.action.name in _FLOWING and early < _CUT_SHARE and head.end_s - head.start_s > 2.2:
        first = round((head.start_s + 0.45 + 0.5 * share) * e.FPS)
    if tail and tail.action.name in _FLOWING and late < _CUT_SHARE:
        end = round((tail.end_s - 0.25 - 0.4 * more) * e.FPS)
        if end - max(first, tail.start_s * e.FPS) > 1.5 * e.FPS:
            last = end
    return first, last


def _perform(step: Step, ctx: Context, index: int) -> tuple[Segment, list[ActionSpan]]:
    """One step from its posture on: the base, with arms or head laid over it."""
    base, overlay = step.base, step.overlay
    if overlay is not None and ACTIONS[overlay.name].kind not in ("arms", "head"):
        raise ValueError(f"{overlay.name} cannot be done at the same time as {base.name}")
    laid: list[tuple[Action, upper.UpperTrack, bool]] = []
    for action, over in ((base, False), (overlay, True)):
        if action is not None and ACTIONS[action.name].kind in ("arms", "head"):
            laid.append((action, upper.generate(action, ctx.rng, None), over))
    rest = float(ctx.rng.uniform(0.1, 0.4))
    ctx.min_s = max([track.n_frames * e.DT + rest for _, track, _ in laid], default=0.0)
    carried = ACTIONS[base.name].kind in ("arms", "head")
    segment = _still(ctx) if carried else GENERATORS[base.name](base, ctx)
    n = len(segment.track)
    spans = []
    if not carried:
        end = min(segment.end_s, (n - 1) * e.DT)
        spans.append(ActionSpan(index, False, base, segment.start_s, end, joints_of(base)))
    for action, track, over in laid:
        if track.n_frames > n:
            track = upper.generate(action, ctx.rng, n)
        at = int(ctx.rng.integers(0, n - track.n_frames + 1))
        _lay(segment.track, track, at)
        start, end = (at + track.start) * e.DT, (at + track.end) * e.DT
        spans.append(ActionSpan(index, over, action, start, min(end, (n - 1) * e.DT), track.joints))
    return segment, spans


def _still(ctx: Context) -> Segment:
    """Standing as long as the arms need; from another posture, staying in it."""
    standing_up = abs(ctx.row[4]) < 0.5 and ctx.row[1] > 0.8
    if standing_up:
        keep, ctx.rng = ctx.rng, np.random.default_rng(int(ctx.rng.integers(2**31)))
        segment = stand(Action("stand", speed=50.0), ctx)
        ctx.rng = keep
        n = round(ctx.min_s * e.FPS) + 1
        segment.track = segment.track[: max(n, 2)]
        segment.track[-10:] += (ctx.row - segment.track[-1]) * smooth(
            np.linspace(0, 1, len(segment.track[-10:]))
        )[:, None]
        return segment
    n = round(ctx.min_s * e.FPS) + 1
    return Segment(np.repeat(ctx.row[None], n, axis=0), 0.0, (n - 1) * e.DT, ctx.variant)


def _lay(track: np.ndarray, over: upper.UpperTrack, at: int) -> None:
    """Blend arms, trunk and neck of an upper-body track into frames [at, at + n) (in place)."""
    n = over.n_frames
    part = track[at : at + n]
    ramp = np.arange(n) * e.DT
    length = min(_BLEND_S, 0.5 * n * e.DT)
    weight = smooth((ramp + e.DT) / length) * smooth((ramp[::-1] + e.DT) / length)
    part[:, e.SPINE] += weight[:, None] * over.spine
    part[:, e.NECK] += weight[:, None] * over.neck
    for side, arm in ((0, over.left), (1, over.right)):
        if arm is None:
            continue
        flip = np.array([1.0 if side == 0 else -1.0, 1.0, 1.0])
        own = to_chart(part[:, e.WRIST[side]] * flip, part[:, e.SWIVEL[side]])
        new = to_chart(arm.wrist * flip, arm.swivel)
        wrist, swivel = from_chart(own + (new - own) * weight[:, None])
        part[:, e.WRIST[side]], part[:, e.SWIVEL[side]] = wrist * flip, swivel
        part[:, e.HANDW[side]] *= 1 - weight
        if arm.collar is not None:
            part[:, e.SHRUG[side]] += weight * arm.collar


def _live(track: np.ndarray, person: Person, rng: np.random.Generator) -> None:
    """Breathing, sway of the body and small movements of head and hands (in place)."""
    t = np.arange(len(track)) * e.DT
    breath = np.sin(2 * np.pi * 0.27 * t + person.phase)
    track[:, 6] += 0.008 * breath
    for s in (0, 1):
        track[:, e.SHRUG[s]] += 0.012 * breath
    sizes = {0: 0.004, 2: 0.005, 5: 0.005, 7: 0.012, 8: 0.015, 9: 0.025, 10: 0.02, 11: 0.04}
    sizes |= {24: 0.012, 26: 0.015, 27: 0.012, 29: 0.015}
    columns = np.array(list(sizes))
    scale = np.array(list(sizes.values()))
    rates = rng.uniform(0.12, 0.5, (2, len(columns)))
    phases = rng.uniform(0, 2 * np.pi, (2, len(columns)))
    noise = sum(np.sin(2 * np.pi * rates[k] * t[:, None] + phases[k]) for k in (0, 1))
    lying = np.clip(1.4 - np.abs(track[:, 4]), 0, 1)[:, None]
    track[:, columns] += 0.7 * scale * noise * lying


def _canonical(positions: np.ndarray) -> np.ndarray:
    """First pelvis over the origin, facing +z; the lowest floor touched at 0."""
    first = positions[0]
    across = first[JOINT_INDEX["left_hip"]] - first[JOINT_INDEX["right_hip"]]
    yaw = np.arctan2(-across[2], across[0])
    c, s = np.cos(-yaw), np.sin(-yaw)
    moved = positions - first[0] * np.array([1.0, 0.0, 1.0])
    out = np.empty_like(moved)
    out[..., 0] = c * moved[..., 0] + s * moved[..., 2]
    out[..., 2] = -s * moved[..., 0] + c * moved[..., 2]
    out[..., 1] = moved[..., 1] - _floor(moved[..., 1])
    return out.astype(np.float32)


def _floor(height: np.ndarray) -> float:
    """Level of the lowest floor relative to 0: below it only after walking down stairs."""
    lowest = float(height.min())
    return lowest - 0.02 if lowest < -0.05 else 0.0
