"""The command line on real trials: damaged copies are listed one by one, and a kill loses nothing."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from motionlens.library import LocalLibrary

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def trials(data_dir: Path, tmp_path: Path) -> list[Path]:
    """Copies of the twelve smallest trials with their skeletons, AMC and BVH, and their table."""
    cmu, source = data_dir / "cmu", tmp_path / "source"
    files = sorted(cmu.glob("*/*.amc"), key=lambda p: p.stat().st_size)[:6]
    files += sorted(cmu.glob("*/*.bvh"), key=lambda p: p.stat().st_size)[:6]
    copies = []
    for file in files:
        folder = source / file.parent.name
        folder.mkdir(parents=True, exist_ok=True)
        copies.append(Path(shutil.copy(file, folder)))
        for skeleton in file.parent.glob("*.asf"):
            shutil.copy(skeleton, folder)
    shutil.copy(cmu / "trials.csv", source)
    return copies


def command(library: Path, source: Path) -> list[str]:
    return [
        sys.executable, "-m", "motionlens", "import", str(source), "--library", str(library), "--no-index", "--json",
    ]  # fmt: skip


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT / "core"), "OMP_NUM_THREADS": "1"}


def _bomb() -> bytes:
    """A small .npz whose array unpacks to 256 MiB and claims a petabyte."""
    head = io.BytesIO()
    np.lib.format.write_array_header_1_0(head, {"descr": "<f8", "fortran_order": False, "shape": (1 << 47,)})
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("poses.npy", "w") as member:
        member.write(head.getvalue())
        for _ in range(256):
            member.write(bytes(1 << 20))
    return out.getvalue()


def _numbers(text: bytes, word: bytes) -> bytes:
    """The last number of the text replaced."""
    return text.rstrip().rpartition(b" ")[0] + b" " + word + b"\n"


def damaged(folder: Path, amc: bytes, bvh: bytes) -> list[Path]:
    """Twenty damaged files, AMCs beside their skeleton."""
    frames = b"Frames:"
    before, _, after = bvh.partition(frames)
    count, _, rest = after.partition(b"\n")
    files: dict[str, bytes] = {
        "half.bvh": bvh[: len(bvh) // 2],
        "tenth.bvh": bvh[: len(bvh) // 10],
        "head.bvh": bvh[:200],
        "more.bvh": before + frames + b" 999999\n" + rest,
        "fewer.bvh": before + frames + b" 3\n" + rest,
        "minus.bvh": before + frames + b" -5\n" + rest,
        "nan.bvh": _numbers(bvh, b"nan"),
        "word.bvh": _numbers(bvh, b"left"),
        "empty.bvh": b"",
        "junk.bvh": os.urandom(4096),
        "zero.bvh": bytes(4096),
        "half.amc": amc[: len(amc) // 2 - 7].rpartition(b"\n")[0].rpartition(b" ")[0],
        "nan.amc": _numbers(amc, b"nan"),
        "word.amc": _numbers(amc, b"left"),
        "empty.amc": b"",
        "junk.amc": os.urandom(4096),
        "junk.glb": b"glTF" + os.urandom(4096),
        "junk.npy": os.urandom(4096),
        "bomb.npz": _bomb(),
        "cut.npz": _bomb()[:1000],
    }
    for name, content in files.items():
        (folder / f"damaged {name}").write_bytes(content)
    assert count.strip().isdigit()
    return [folder / f"damaged {name}" for name in files]


def test_twenty_damaged_files_get_a_sentence_each(trials: list[Path], tmp_path: Path) -> None:
    amc, bvh = (next(p for p in trials if p.suffix == kind) for kind in (".amc", ".bvh"))
    bad = damaged(amc.parent, amc.read_bytes(), bvh.read_bytes())
    assert len(bad) == 20
    done = subprocess.run(
        command(tmp_path / "library", tmp_path / "source"),
        env=environment(), capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 1
    report = json.loads(done.stdout)
    failures = {f["path"]: f["message"] for f in report["failures"]}
    assert report["imported"] == len(trials), done.stderr
    assert sorted(failures) == sorted(map(str, bad))
    for path, message in failures.items():
        assert path in message and "\n" not in message and "Traceback" not in message
        assert message.endswith("."), message
        assert f"failed: {message}" in done.stderr.splitlines()
    with LocalLibrary(tmp_path / "library") as library:
        assert sorted(r.path for r in library.motions()) == sorted(map(str, trials))
        assert len(library.failures()) == 20
    again = subprocess.run(
        command(tmp_path / "library", tmp_path / "source"),
        env=environment(), capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    second = json.loads(again.stdout)
    assert (again.returncode, second["imported"], second["unchanged"]) == (1, 0, len(trials))
    assert {f["path"] for f in second["failures"]} == set(map(str, bad)), "still listed"


def _killed_midway(library: Path, source: Path, enough: Callable[[int], bool]) -> int:
    """Start an import, kill it once enough motions are stored; returns how many there are."""
    code = (
        "import sys\nfrom motionlens.library import LocalLibrary\n"
        "from motionlens.library.importer import import_paths\n"
        "import_paths(LocalLibrary(sys.argv[1]), [sys.argv[2]], None, workers=1,\n"
        "             progress=lambda p: print(p.imported, flush=True))\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(library), str(source)],
        stdout=subprocess.PIPE, env=environment(), text=True,
    )  # fmt: skip
    assert process.stdout is not None
    for line in process.stdout:
        if enough(int(line)):
            break
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL, "the kill must hit the middle of the import"
    process.stdout.close()
    with LocalLibrary(library) as opened:
        return len(opened.motions())


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
def test_killed_midway_and_started_again_each_trial_is_there_once(trials: list[Path], tmp_path: Path) -> None:
    library, source = tmp_path / "library", tmp_path / "source"
    first = _killed_midway(library, source, lambda n: n >= 3)
    second = _killed_midway(library, source, lambda n: n >= 2)
    assert 3 <= first < second < len(trials), "nothing is lost, and the second start goes on"
    done = subprocess.run(
        command(library, source), env=environment(), capture_output=True, text=True, timeout=120
    )
    report = json.loads(done.stdout)
    assert (done.returncode, report["imported"], report["unchanged"]) == (0, len(trials) - second, second)
    with (source / "trials.csv").open(newline="") as stream:
        rates = {r["file"]: float(r["source_fps"]) for r in csv.DictReader(stream)}
    with LocalLibrary(library) as opened:
        records = opened.motions()
        assert sorted(r.path for r in records) == sorted(map(str, trials))
        for record in records:
            assert record.source_fps == rates[Path(record.path).relative_to(source).as_posix()]
            assert np.isfinite(opened.positions(record.id)).all()
