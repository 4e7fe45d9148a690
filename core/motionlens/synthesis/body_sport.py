"""Throwing, catching, hitting, pushing: arms with trunk rotation and a shift of weight. Written for the left."""

from __future__ import annotations

from .body_legs import arms, finish, keys_for
from .engine_keys import Change, Keys
from .gait import Context, Segment
from .vocabulary import Action

Vec = tuple[float, ...]


def grip(x: float, y: float, z: float) -> dict[str, Change]:
    """Both hands at one point before the chest (arm lengths from midway between the shoulders)."""
    return {"la": (x - 0.31, y, z), "ra": (x + 0.31, y, z)}


def _step_up(k: Keys, seconds: float, far: float, **changes: float | Vec) -> None:
    """The right foot goes forward and takes the weight."""
    half = k.person.half_stance
    k.to(seconds, rf=(-half, 0.0, far), z=0.45 * far, y=k.neutral[1] - 0.05, lf_pitch=0.35, **changes)


def _step_back(k: Keys) -> None:
    """The right foot comes back beside the left."""
    half = k.person.half_stance
    k.to(
        0.4,
        rf=(-half, 0.0, 0.0),
        z=0.0,
        y=k.neutral[1],
        lf_pitch=0.0,
        yaw=0.0,
        twist=0.0,
        pitch=0.0,
        side=0.0,
    )


def throw(a: Action, ctx: Context) -> Segment:
    """Wind up, step with the other foot, throw with the left, follow through."""
    k = keys_for(a, ctx).begin()
    size, far = a.amplitude, float(ctx.rng.uniform(0.3, 0.42)) * a.amplitude**0.5
    if a.style == "overhand":
        k.to(0.45, twist=0.5 * size, yaw=0.3 * size, x=0.05, z=-0.06, side=0.1, bend=-0.08, look=-0.5,
             la=(0.6, 0.12, -0.5), la_sw=0.2, ra=(-0.25, 0.05, 0.75))  # fmt: skip
        _step_up(
            k, 0.28, far, x=0.0, la=(0.55, 0.42, -0.32), twist=0.35 * size, yaw=0.2, ra=(-0.4, -0.3, 0.6)
        )
        k.to(
            0.18,
            la=(0.25, 0.72, 0.6),
            twist=-0.35 * size,
            yaw=-0.15,
            bend=0.22,
            side=-0.1,
            look=0.3,
            z=0.6 * far,
        )
        k.to(0.2, la=(-0.2, -0.3, 0.85), twist=-0.6 * size, yaw=-0.25, bend=0.42, pitch=0.18, z=0.65 * far, lf_pitch=0.7,
             ra=(-0.35, -0.75, -0.1))  # fmt: skip
        k.to(0.25, la=(-0.4, -0.65, 0.45), bend=0.4, look=0.2)
    else:
        k.to(0.5, la=(0.12, -0.75, -0.55), twist=0.35 * size, yaw=0.15, bend=0.3, pitch=0.15, y=k.neutral[1] - 0.05, z=-0.04,
             look=-0.2, nod=-0.3, ra=(-0.3, -0.75, 0.35))  # fmt: skip
        _step_up(k, 0.3, far, la=(0.12, -0.88, -0.25), pitch=0.3, bend=0.35)
        k.to(0.16, la=(0.02, -0.7, 0.6), twist=-0.2 * size, yaw=-0.1, z=0.55 * far)
        k.to(0.2, la=(-0.02, 0.25, 0.9), twist=-0.35 * size, bend=0.12, pitch=0.1, lf_pitch=0.6, nod=0.0,
             ra=(-0.4, -0.8, -0.1))  # fmt: skip
        k.hold(0.12)
    k.end()
    k.to(0.25, la=(0.05, -0.8, 0.4), bend=0.15, pitch=0.05, look=0.0)
    _step_back(k)
    return finish(k.home(0.3))


def throw_both(a: Action, ctx: Context) -> Segment:
    """Throw with both hands, from behind the head or from the chest."""
    k = keys_for(a, ctx).begin()
    far, size = 0.32 * a.amplitude**0.5, min(a.amplitude, 1.3)
    k.to(0.4, **grip(0.0, -0.35, 0.55))
    if a.style == "overhead":
        k.to(
            0.45,
            bend=-0.22 * size,
            nod=0.05,
            z=-0.04,
            la=(-0.12, 0.72, -0.12),
            ra=(0.12, 0.72, -0.12),
            la_sw=0.3,
            ra_sw=0.3,
        )
        _step_up(k, 0.28, far, bend=-0.2 * size)
        k.to(0.17, la=(-0.2, 0.75, 0.55), ra=(0.2, 0.75, 0.55), bend=0.15, z=0.6 * far)
        k.to(0.16, la=(-0.12, 0.0, 0.95), ra=(0.12, 0.0, 0.95), bend=0.45 * size, pitch=0.12, lf_pitch=0.65)
    else:
        k.to(
            0.3,
            la=(-0.16, -0.2, 0.34),
            ra=(0.16, -0.2, 0.34),
            la_sw=0.7,
            ra_sw=0.7,
            bend=0.08,
            y=k.neutral[1] - 0.06,
        )
        _step_up(k, 0.26, far, bend=0.12, la=(-0.16, -0.16, 0.36), ra=(0.16, -0.16, 0.36))
        k.to(
            0.15,
            la=(-0.12, 0.02, 0.97),
            ra=(0.12, 0.02, 0.97),
            la_sw=0.4,
            ra_sw=0.4,
            bend=0.25 * size,
            pitch=0.1,
            z=0.65 * far,
        )
        k.hold(0.15)
    k.end().to(0.25, bend=0.15, **arms(0.0, -0.65, 0.6))
    _step_back(k)
    return finish(k.home(0.3))


def catch(a: Action, ctx: Context) -> Segment:
    """Both hands go out, close on something and draw it to the chest."""
    k = keys_for(a, ctx).begin()
    n, high = k.neutral, float(ctx.rng.uniform(-0.2, 0.45))
    k.to(
        0.4,
        y=n[1] - 0.06,
        bend=0.1,
        nod=-0.25 * high,
        la=(-0.12, high, 0.75),
        ra=(0.12, high, 0.75),
        la_sw=0.4,
        ra_sw=0.4,
    )
    k.hold(0.2, la=(-0.14, high, 0.85), ra=(0.14, high, 0.85))
    k.to(
        0.2,
        y=n[1] - 0.09,
        bend=0.18,
        la=(-0.2, -0.3, 0.42),
        ra=(0.2, -0.3, 0.42),
        la_sw=0.6,
        ra_sw=0.6,
        nod=0.15,
    )
    k.hold(0.35, y=n[1] - 0.05, bend=0.14)
    return finish(k.end().home(0.55))


def _guard(k: Keys) -> dict[str, Change]:
    half = k.person.half_stance
    k.to(0.45, y=k.neutral[1] - 0.06, bend=0.14, rf=(-half - 0.02, 0.0, 0.24), z=0.1, yaw=0.25, twist=0.1, look=-0.3,
         nod=0.05, la=(-0.12, -0.02, 0.38), ra=(0.16, 0.0, 0.48), lf_pitch=0.2, la_sw=0.1, ra_sw=0.1)  # fmt: skip
    return {"la": (-0.12, -0.02, 0.38), "ra": (0.16, 0.0, 0.48)}


def _blow(k: Keys, left: bool, upper: bool, size: float) -> None:
    """One punch out and back to guard."""
    d = 1.0 if left else -1.0
    hand, reach = ("la", 1.0) if left else ("ra", -1.0)
    guard = tuple(k.row[24:27] if left else k.row[27:30])
    if upper:
        k.to(
            0.2,
            twist=0.1 + 0.4 * d,
            y=k.neutral[1] - 0.12,
            side=0.14 * d,
            **{hand: (0.02 * reach, -0.62, 0.2)},
        )
        k.to(0.19, twist=0.1 - 0.5 * d, y=k.neutral[1] - 0.03, side=-0.04 * d, bend=0.05,
             lf_pitch=0.5 if left else 0.2, **{hand: (-0.2 * reach, 0.28 * size, 0.52)})  # fmt: skip
    else:
        k.to(0.12, twist=0.1 + 0.22 * d)
        k.to(0.15, twist=0.1 - 0.5 * d * min(size, 1.3), bend=0.2, z=0.1 + 0.05 * size,
             lf_pitch=0.5 if left else 0.2, **{hand: (-0.08 * reach, 0.06, 0.96)})  # fmt: skip
    k.to(0.2, twist=0.1, z=0.1, bend=0.14, side=0.0, y=k.neutral[1] - 0.06, lf_pitch=0.2, **{hand: guard})


def punch(a: Action, ctx: Context) -> Segment:
    """Punch with the left from a guard."""
    k = keys_for(a, ctx)
    _guard(k)
    k.begin()
    for _ in range(max(a.count, 1)):
        _blow(k, True, a.style == "uppercut", a.amplitude)
        k.hold(0.08)
    k.end()
    _step_back(k)
    return finish(k.home(0.35))


def box(a: Action, ctx: Context) -> Segment:
    """Punch with both hands in turn."""
    k = keys_for(a, ctx)
    k.mirrored = bool(ctx.rng.random() < 0.5)
    _guard(k)
    k.begin()
    for i in range(max(a.count, 2)):
        _blow(k, i % 2 == 1, False, a.amplitude)
    k.end()
    _step_back(k)
    return finish(k.home(0.35))


def push(a: Action, ctx: Context) -> Segment:
    """Hands on something heavy, the body leans in and the legs drive it forward."""
    k = keys_for(a, ctx)
    lean = 0.22 * a.amplitude**0.5
    k.to(0.45, la=(-0.05, -0.12, 0.42), ra=(0.05, -0.12, 0.42), la_sw=0.5, ra_sw=0.5, bend=0.08).begin()
    _step_up(k, 0.35, 0.38, pitch=lean, bend=0.12, la=(-0.03, -0.08, 0.5), ra=(0.03, -0.08, 0.5), nod=-0.1)
    k.to(float(ctx.rng.uniform(0.5, 0.9)), la=(-0.02, 0.0, 0.94), ra=(0.02, 0.0, 0.94), pitch=1.5 * lean, bend=0.15, z=0.34,
         lf_pitch=0.6, y=k.neutral[1] - 0.1)  # fmt: skip
    k.hold(0.3, z=0.35)
    k.end().to(0.3, pitch=0.05, bend=0.08, z=0.15, **arms(0.0, -0.6, 0.6))
    _step_back(k)
    return finish(k.home(0.35))


def pull(a: Action, ctx: Context) -> Segment:
    """Arms out, take hold, lean back and draw it to the body."""
    k = keys_for(a, ctx)
    n, lean = k.neutral, 0.2 * a.amplitude**0.5
    half = k.person.half_stance
    k.to(
        0.5, rf=(-half, 0.0, 0.26), z=0.16, bend=0.2, pitch=0.08, y=n[1] - 0.04, **grip(0.0, -0.1, 0.88)
    ).begin()
    k.hold(0.15)
    k.to(float(ctx.rng.uniform(0.6, 0.95)), z=-0.02, pitch=-lean, bend=-0.02, y=n[1] - 0.12, la=(0.05, -0.4, 0.3),
         ra=(-0.05, -0.4, 0.3), la_sw=0.3, ra_sw=0.3, rf_pitch=-0.12, nod=0.1)  # fmt: skip
    k.hold(0.3, y=n[1] - 0.125)
    k.end().to(0.35, pitch=0.0, bend=0.05, rf_pitch=0.0, z=0.05, **arms(0.05, -0.75, 0.4))
    _step_back(k)
    return finish(k.home(0.35))


def golf_swing(a: Action, ctx: Context) -> Segment:
    """A left-hander's swing: back and up to the left, through the ball, round to the right."""
    k = keys_for(a, ctx)
    n, half, size = k.neutral, k.person.half_stance, min(a.amplitude, 1.3) ** 0.5
    wide = half + 0.1
    k.to(0.35, lf=(wide, 0, 0), x=0.05).to(0.35, rf=(-wide, 0, 0), x=0.0)
    k.to(0.5, y=n[1] - 0.07, z=-0.08, pitch=0.32, bend=0.32, nod=0.25, **grip(0.0, -0.82, 0.42)).begin()
    k.hold(0.25)
    k.to(
        0.7,
        twist=0.85 * size,
        yaw=0.35,
        x=0.06,
        side=0.05,
        look=-0.9,
        rf_pitch=0.25,
        **grip(0.38, 0.32, 0.42),
    )
    k.hold(0.05)
    k.to(0.22, twist=0.05, yaw=-0.15, x=-0.04, look=-0.05, rf_pitch=0.0, **grip(0.02, -0.82, 0.42))
    k.to(
        0.2,
        twist=-0.6 * size,
        yaw=-0.5,
        x=-0.09,
        lf_pitch=0.5,
        look=0.4,
        pitch=0.2,
        **grip(-0.42, -0.1, 0.55),
    )
    k.to(0.25, twist=-0.75 * size, yaw=-0.75, x=-0.11, lf_pitch=0.85, pitch=0.02, bend=0.02, nod=0.0, look=0.2, z=0.0,
         y=n[1] - 0.02, **grip(-0.34, 0.36, 0.34))  # fmt: skip
    k.hold(0.4)
    k.end().to(0.5, twist=0.0, yaw=0.0, x=0.05, lf_pitch=0.0, **grip(0.0, -0.75, 0.4))
    k.to(0.3, rf=(-half, 0, 0), **arms(*n[24:27])).to(0.3, lf=(half, 0, 0), x=0.0)
    return finish(k.home(0.25))


def bat_swing(a: Action, ctx: Context) -> Segment:
    """A left-hander's swing: hands at the left shoulder, a step to the right, round and through."""
    k = keys_for(a, ctx)
    n, half, size = k.neutral, k.person.half_stance, min(a.amplitude, 1.3) ** 0.5
    wide = half + 0.1
    k.to(0.3, lf=(wide, 0, 0), x=0.05)
    k.to(
        0.5, y=n[1] - 0.08, pitch=0.12, bend=0.12, twist=0.35, look=-0.75, x=0.06, **grip(0.36, 0.08, 0.32)
    ).begin()
    k.hold(0.25)
    k.to(0.3, twist=0.65 * size, yaw=0.2, x=0.09, look=-0.95, **grip(0.42, 0.12, 0.22))
    k.to(0.22, rf=(-wide - 0.16, 0, 0.04), x=-0.04, rf_yaw=-0.5)
    k.to(0.14, twist=-0.05, yaw=-0.25, x=-0.1, look=-0.3, lf_pitch=0.4, **grip(0.08, -0.25, 0.78))
    k.to(0.13, twist=-0.5 * size, yaw=-0.5, look=0.2, lf_pitch=0.6, **grip(-0.32, -0.12, 0.68))
    k.to(0.22, twist=-0.85 * size, yaw=-0.7, look=0.4, lf_pitch=0.75, **grip(-0.36, 0.2, 0.3))
    k.hold(0.25)
    k.end().to(0.45, twist=0.0, yaw=0.0, look=0.0, lf_pitch=0.0, x=0.0, **arms(0.0, -0.75, 0.4))
    k.to(0.3, rf=(-half, 0, 0), rf_yaw=n[19], x=0.04).to(0.3, lf=(half, 0, 0), x=0.0)
    return finish(k.home(0.25))


def dribble(a: Action, ctx: Context) -> Segment:
    """Bounce a ball with the left hand, slightly bent."""
    k = keys_for(a, ctx)
    n, beat, size = k.neutral, float(ctx.rng.uniform(0.24, 0.3)), min(a.amplitude, 1.3)
    k.to(
        0.45,
        y=n[1] - 0.1,
        pitch=0.22,
        bend=0.26,
        nod=0.1,
        twist=-0.05,
        la=(0.18, -0.5, 0.5),
        ra=(-0.3, -0.72, 0.3),
    ).begin()
    for _ in range(max(a.count, 1)):
        k.to(beat, la=(0.16, -0.5 - 0.3 * size**0.7, 0.5), y=n[1] - 0.12, bend=0.3)
        k.to(beat, la=(0.18, -0.45, 0.52), y=n[1] - 0.1, bend=0.26)
    return finish(k.end().home(0.5))
