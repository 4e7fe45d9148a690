"""A round: its two processes, and what is wrong with what they did and left."""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

PARTS = ("first", "second")
_LIMIT_S = 1200.0
_GROWTH_MB = 6.0
"""Memory that may be held more after the repeated searches: noise of the allocator."""
_ODD = re.compile(
    r"Traceback|Error\b|Warning\b|QThread|QObject|QTimer|QPainter|QSocketNotifier|Segmentation|core dumped"
)


@dataclass
class Round:
    """What became of one round; ``wrong`` is empty when all was well."""

    seconds: float = 0.0
    parts: dict[str, dict[str, Any]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def longest(self, kind: str) -> float:
        """The longest stall, milliseconds: "wall" or "cpu"."""
        return max((p["stalls"][k][kind] for p in self.parts.values() for k in p["stalls"]), default=0.0)

    def most(self, key: str) -> float:
        """The most memory at any mark, MB."""
        return max((m[key] for p in self.parts.values() for m in p["marks"]), default=0.0)


def run_round(folder: Path, clip: Path | None, seconds: float, parts: Sequence[str] = PARTS) -> Round:
    """Both starts (or the long session), each in a process of its own, in a home of their own."""
    result, began = Round(), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="motionlens-session-") as work:
        home, rest = Path(work) / "home", Path(work) / "tmp"
        home.mkdir()
        rest.mkdir()
        env = {**os.environ, "MOTIONLENS_HOME": str(home), "XDG_CONFIG_HOME": str(home), "TMPDIR": str(rest)}
        env["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
        for part in parts:
            plan = {"part": part, "folder": str(folder), "clip": str(clip) if clip else "", "out": f"{work}/{part}",
                    "seconds": seconds, "report": f"{work}/{part}.json"}  # fmt: skip
            if not _run_part(part, plan, env, result):
                break
        # torch keeps a folder of its own there, always the same
        left = [p.name for p in rest.iterdir() if not p.name.startswith("torchinductor_")]
        result.wrong += [f"left in the temporary folder: {name}" for name in left]
        result.wrong += [f"process {pid} runs on" for pid in _of_home(home)]
        result.wrong += [line for part in parts for line in _read_back(Path(work) / part)]
    result.seconds = time.monotonic() - began
    return result


def _run_part(part: str, plan: dict[str, Any], env: dict[str, str], result: Round) -> bool:
    command = [
        sys.executable,
        "-m",
        __package__,
        "--part",
        json.dumps(plan),
    ]
    try:
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=_LIMIT_S, check=False)
    except subprocess.TimeoutExpired:
        result.wrong.append(f"{part}: not over after {_LIMIT_S:g} s")
        return False
    told = [line for line in done.stderr.splitlines() if _ODD.search(line)]
    result.wrong += [f"{part}: {line.strip()[:300]}" for line in told[:10]]
    report = Path(plan["report"])
    if done.returncode or not report.is_file():
        result.wrong.append(f"{part}: ended with {done.returncode}: {done.stderr[-800:]}")
        return False
    made = json.loads(report.read_text())
    result.parts[part] = made
    for kind in ("odd", "failed", "left"):
        result.wrong += [f"{part}: {line}" for line in made[kind]]
    if not made["finished"]:
        return False
    grown = made["facts"].get("growth_mb", 0.0)
    if grown > _GROWTH_MB:
        result.wrong.append(
            f"{part}: memory grew by {grown:.1f} MB over {made['facts']['searches']} searches"
        )
    return True


def _of_home(home: Path) -> list[int]:
    """Processes that were started in a home and still run; waits two seconds for them (Linux)."""
    end, mark = time.monotonic() + 2.0, f"MOTIONLENS_HOME={home}".encode()
    while True:
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                if mark in (entry / "environ").read_bytes().split(b"\0") and b"Z" not in _state(entry):
                    found.append(int(entry.name))
            except OSError:  # another user's, or ended meanwhile
                continue
        if not found or time.monotonic() > end:
            return found
        time.sleep(0.05)


def _state(entry: Path) -> bytes:
    return (entry / "stat").read_bytes().rpartition(b")")[2].split()[0]


def _read_back(out: Path) -> list[str]:
    """What is wrong with the exported files, which our own readers must read."""
    from motionlens.readers import read_motions

    wrong = []
    for path in sorted(out.glob("*.bvh")) if out.is_dir() else []:
        motion = read_motions(path)[0]
        if not 0.5 < float(motion.positions[..., 1].max()) < 4.0:
            wrong.append(f"{path.name} reads back as {motion.positions[..., 1].max():.2f} m high")
    wrong += [f"{path.name} is empty" for path in out.glob("*.mp4") if path.stat().st_size < 1000]
    return wrong


# -- one process -----------------------------------------------------------------------------------------


def run_part(plan: dict[str, Any]) -> int:
    """One start of the app, in this process; writes its report."""
    from .person import Oddities
    from .story import Plan

    oddities = Oddities()
    with oddities.watched():
        out = Path(plan["out"])
        out.mkdir(parents=True, exist_ok=True)
        real = not os.environ.get("MOTIONLENS_MODEL")
        story = Plan(
            Path(plan["folder"]), Path(plan["clip"]) if plan["clip"] else None, out, plan["seconds"], real
        )
        report = _act(plan, story)
    report["odd"] = oddities.found
    Path(plan["report"]).write_text(json.dumps(report))
    return 0


def _act(plan: dict[str, Any], story: Any) -> dict[str, Any]:
    from PySide6.QtWidgets import QApplication

    from ..main import build, prepare
    from ..measure.watchdog import Watchdog
    from ..services import LocalServices
    from .long import long_session
    from .person import Missed, Person, left_behind
    from .story import first_start, second_start

    application = QApplication(["motionlens"])
    prepare(application)
    services = LocalServices()
    app = build(application, services)
    app.window.show()
    facts: dict[str, Any] = {}
    finished = False
    with Watchdog(application) as watch:
        person = Person(application, app, services, watch)
        acts = {"first": first_start, "second": second_start, "long": long_session}
        try:
            facts = acts[plan["part"]](person, story)
            finished = True
        except Missed as error:
            person.failed.append(str(error))
        except Exception:
            person.failed.append(f"{watch.phase}: {traceback.format_exc(limit=-3)}")
    if app.window.isVisible():
        app.window.close()
    application.processEvents()
    left = left_behind(app.window, app.session)
    stalls = {
        name: {**asdict_of(longest), "where": watch.where_in(name)}
        for name, longest in watch.by_phase().items()
    }
    return {"finished": finished, "facts": facts, "marks": person.marks, "failed": person.failed, "left": left,
            "waits": person.waits, "stalls": stalls}  # fmt: skip


def asdict_of(longest: Any) -> dict[str, float]:
    """A named pair of milliseconds as JSON keeps it."""
    return {"wall": round(longest.wall, 1), "cpu": round(longest.cpu, 1)}


# -- printing --------------------------------------------------------------------------------------------


def table_line(number: int, made: Round) -> str:
    """A row of the table."""
    second = made.parts.get("second", {}).get("facts", {})
    first = made.parts.get("first", {})
    cut = first.get("facts", {}).get("cut_at", {})
    waits = sorted(w for p in made.parts.values() for w in p["waits"])
    return (
        f"{number:5} {made.seconds:7.0f} {len(waits):8} {cut.get('asked', 0):7} {cut.get('done', 0):4}/{cut.get('of', 0):<4} "
        f"{made.most('window_mb'):9.0f} {made.most('model_mb'):8.0f} {second.get('growth_mb', 0.0):8.2f} "
        f"{made.longest('cpu'):7.0f} {made.longest('wall'):7.0f}  {'good' if not made.wrong else 'WRONG'}"
    )


HEAD = "round seconds searches  during cut at    window_mb model_mb growth_mb cpu_ms wall_ms"


def print_stalls(made: Round, where: bool) -> None:
    """The longest stalls of every step, and where the longest was."""
    for part, report in made.parts.items():
        for name, stall in sorted(report["stalls"].items(), key=lambda pair: -pair[1]["cpu"]):
            print(
                f"      {part:6} {name:18} {stall['cpu']:6.0f} ms of processor time, {stall['wall']:6.0f} ms by the clock"
            )
            if where:
                print("".join(f"        {line}\n" for line in stall["where"].splitlines()[-8:]), end="")


def tell_long(made: Round, options: argparse.Namespace) -> int:
    """Print what the long session did; 1 when something is wrong or the window stood still too long."""
    report = made.parts.get("long", {})
    facts = report.get("facts", {})
    deeds = ", ".join(f"{n} x {name}" for name, n in sorted(facts.get("done", {}).items()))
    print(f"{made.seconds:.0f} s: {deeds}")
    print(
        f"memory {made.most('window_mb'):.0f} MB at most, {facts.get('growth_mb', 0.0):+.1f} MB in the second half"
    )
    print_stalls(made, options.where)
    fixed = facts.get("fixed_ms", [])
    if fixed:
        half, most = fixed[len(fixed) // 2], fixed[-1]
        print(
            f"the same painting, after every action, took {fixed[0]:.1f} to {most:.1f} ms, half of the times up to {half:.1f}"
        )
    longest = made.longest("cpu")
    print(f"longest stall {longest:.0f} ms of processor time, {made.longest('wall'):.0f} ms by the clock")
    if longest > options.stall_ms:
        made.wrong.append(f"the window stood still for {longest:.0f} ms; {options.stall_ms:g} are allowed")
    for line in made.wrong:
        print(f"  {line}")
    if options.json:
        options.json.write_text(json.dumps([asdict(made)]))
    return 1 if made.wrong else 0
