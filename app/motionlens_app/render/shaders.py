"""GLSL of the OpenGL renderer (3.3 core)."""

from __future__ import annotations

from OpenGL import GL

_BACKGROUND = (
    """#version 330 core
    out float height;
    void main() {
        vec2 p = vec2((gl_VertexID << 1) & 2, gl_VertexID & 2);
        height = p.y;
        gl_Position = vec4(p * 2.0 - 1.0, 0.0, 1.0);
    }""",
    """#version 330 core
    in float height; out vec4 pixel;
    uniform vec3 top; uniform vec3 bottom;
    void main() { pixel = vec4(mix(bottom, top, clamp(height, 0.0, 1.0)), 1.0); }""",
)

_GROUND = (
    """#version 330 core
    out vec2 ground;
    uniform mat4 matrix; uniform vec3 centre;
    void main() {
        vec2 corners[6] = vec2[6](vec2(-1,-1), vec2(1,-1), vec2(-1,1), vec2(1,-1), vec2(1,1), vec2(-1,1));
        ground = corners[gl_VertexID] * 12.0 + centre.xz;
        gl_Position = matrix * vec4(ground.x, 0.0, ground.y, 1.0);
    }""",
    """#version 330 core
    in vec2 ground; out vec4 pixel;
    uniform vec3 centre; uniform vec3 line; uniform vec3 shade; uniform vec4 blobs[11];
    uniform float lines;
    void main() {
        // One line a metre, one pixel wide at any distance (width from the screen-space derivative).
        vec2 wide = fwidth(ground);
        vec2 near = abs(fract(ground - 0.5) - 0.5) / max(wide, vec2(1e-5));
        float on = 1.0 - clamp(min(near.x, near.y) - 0.3, 0.0, 1.0);
        float fade = clamp(1.0 - length(ground - centre.xz) / 9.0, 0.0, 1.0);
        // Lines closer than a few pixels would shimmer: let them go.
        float dense = 1.0 - smoothstep(0.15, 0.5, max(wide.x, wide.y));
        float grid = 0.75 * lines * on * fade * sqrt(fade) * dense;
        float clear = 1.0;
        for (int i = 0; i < 11; i++) {
            float d = length(ground - blobs[i].xy) / max(blobs[i].z, 1e-3);
            clear *= 1.0 - blobs[i].w * exp(-2.5 * d * d);
        }
        float dark = 1.0 - clear;
        float alpha = 1.0 - (1.0 - grid) * (1.0 - dark);
        pixel = vec4(mix(shade, line, grid * (1.0 - dark) / max(alpha, 1e-4)), alpha);
    }""",
)

_FLAT = (
    """#version 330 core
    layout(location = 0) in vec3 position;
    layout(location = 1) in vec4 colour;
    uniform mat4 matrix;
    out vec4 tint;
    void main() { tint = colour; gl_Position = matrix * vec4(position, 1.0); }""",
    """#version 330 core
    in vec4 tint; out vec4 pixel;
    void main() { pixel = tint; }""",
)

_BODY = (
    """#version 330 core
    layout(location = 0) in vec4 vertex;   // normal, and which end
    layout(location = 1) in vec4 first;    // centre, radius
    layout(location = 2) in vec4 second;
    layout(location = 3) in vec3 colour;
    layout(location = 4) in vec2 glows;    // of the two ends, 0..1
    layout(location = 5) in float opacity; // below 1 for ghosts
    uniform mat4 matrix;
    out vec3 normal; out vec3 place; out vec3 tint; out float glow; out float alpha;
    void main() {
        vec3 along = second.xyz - first.xyz;
        float size = length(along);
        vec3 w = size > 1e-5 ? along / size : vec3(0.0, 1.0, 0.0);
        vec3 u = normalize(cross(abs(w.y) < 0.9 ? vec3(0.0, 1.0, 0.0) : vec3(1.0, 0.0, 0.0), w));
        vec3 v = cross(w, u);
        // A round cone: its side leans by the difference of the radii, and so does the normal.
        float lean = size > 1e-5 ? clamp((first.w - second.w) / size, -0.95, 0.95) : 0.0;
        vec3 local = vertex.xyz;
        vec3 tilted = normalize(vec3(local.xy * sqrt(1.0 - lean * lean), local.z) + vec3(0.0, 0.0, lean * length(local.xy)));
        normal = mat3(u, v, w) * tilted;
        vec4 end = mix(first, second, vertex.w);
        place = end.xyz + normal * end.w;
        tint = colour;
        alpha = opacity;
        glow = mix(glows.x, glows.y, vertex.w);
        gl_Position = matrix * vec4(place, 1.0);
    }""",
    """#version 330 core
    in vec3 normal; in vec3 place; in vec3 tint; in float glow; in float alpha; out vec4 pixel;
    uniform vec3 eye; uniform float ambient; uniform vec3 hot;
    void main() {
        vec3 n = normalize(normal);
        vec3 view = normalize(eye - place);
        vec3 side = normalize(cross(vec3(0.0, 1.0, 0.0), view));
        // The key light goes with the viewer, from the upper left, so that every view is lit alike.
        vec3 key = normalize(view * 0.75 + vec3(0.0, 0.9, 0.0) - side * 0.55);
        float wrap = max((dot(n, key) + 0.25) / 1.25, 0.0);
        float sky = 0.5 + 0.5 * n.y;
        float rim = pow(1.0 - max(dot(n, view), 0.0), 3.0);
        float near_ground = mix(0.72, 1.0, smoothstep(0.0, 0.35, place.y));
        vec3 lit = tint * (ambient * mix(0.55, 1.0, sky) * near_ground + 0.66 * wrap);
        lit += pow(max(dot(n, normalize(key + view)), 0.0), 32.0) * 0.10 + rim * 0.05;
        // What glows gives light of its own: shading gives way, a little form stays.
        pixel = vec4(mix(lit, hot * (0.82 + 0.18 * wrap), clamp(glow, 0.0, 1.0)), alpha);
    }""",
)

_HALO = (
    """#version 330 core
    uniform mat4 matrix; uniform vec4 joints[22]; uniform vec4 glow[22]; uniform vec3 right; uniform vec3 up;
    out vec2 at; out float strength;
    void main() {
        vec2 corners[6] = vec2[6](vec2(-1,-1), vec2(1,-1), vec2(-1,1), vec2(1,-1), vec2(1,1), vec2(-1,1));
        at = corners[gl_VertexID];
        strength = glow[gl_InstanceID].x;
        vec4 joint = joints[gl_InstanceID];
        float size = strength > 0.02 ? joint.w : 0.0;
        gl_Position = matrix * vec4(joint.xyz + (at.x * right + at.y * up) * size, 1.0);
    }""",
    """#version 330 core
    in vec2 at; in float strength; out vec4 pixel;
    uniform vec3 colour;
    void main() {
        float away = clamp(1.0 - length(at), 0.0, 1.0);
        pixel = vec4(colour, strength * 0.9 * away * away);
    }""",
)

SOURCES: dict[str, tuple[str, str]] = {
    "background": _BACKGROUND, "ground": _GROUND, "flat": _FLAT, "body": _BODY, "halo": _HALO,
}  # fmt: skip


def build(vertex: str, fragment: str) -> int:
    """Compile and link; raises RuntimeError with the driver's words."""
    program = GL.glCreateProgram()
    for kind, source in ((GL.GL_VERTEX_SHADER, vertex), (GL.GL_FRAGMENT_SHADER, fragment)):
        shader = GL.glCreateShader(kind)
        GL.glShaderSource(shader, source)
        GL.glCompileShader(shader)
        if not GL.glGetShaderiv(shader, GL.GL_COMPILE_STATUS):
            raise RuntimeError(GL.glGetShaderInfoLog(shader).decode())
        GL.glAttachShader(program, shader)
    GL.glLinkProgram(program)
    if not GL.glGetProgramiv(program, GL.GL_LINK_STATUS):
        raise RuntimeError(GL.glGetProgramInfoLog(program).decode())
    return int(program)
