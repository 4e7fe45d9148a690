"""The command line's contract, through ``main``."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from motionlens.cli import main as cli
from motionlens.cli.main import build_parser, main
from motionlens.library import LocalLibrary
from motionlens.library import worker as worker_module
from motionlens.resources import default_library_dir, starter_library_dir
from tests.fakes import FakeEncoder, walk

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(autouse=True)
def encoder(monkeypatch: pytest.MonkeyPatch) -> FakeEncoder:
    """A model without weights, and readers that run in this process."""
    fake = FakeEncoder()
    monkeypatch.setattr("motionlens.model.load_encoder", lambda path=None, device=None: fake)
    monkeypatch.setattr("motionlens.model.fingerprint.model_fingerprint", lambda folder: fake.fingerprint)
    monkeypatch.setattr("motionlens.cli.common.default_model_dir", lambda: Path("models/fake"))
    monkeypatch.setattr("motionlens.cli.info_command.default_model_dir", lambda: Path("models/fake"))
    return fake


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A folder of two motions that the real readers read, one with a caption."""
    folder = tmp_path / "mocap ü"
    folder.mkdir()
    for i, name in enumerate(("walk", "wave")):
        np.save(folder / f"{name}.npy", walk(100 + 100 * i, i))
    (folder / "wave.txt").write_text("a person waves\n")
    return folder


def ask(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, Any, str]:
    """Exit code, parsed stdout and stderr of a ``--json`` command."""
    code = main([*map(str, arguments), "--json"])
    out, err = capsys.readouterr()
    return code, json.loads(out) if out else None, err


def test_import_search_info(source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    library = tmp_path / "lib"
    code, report, err = ask(capsys, "import", source, "--library", library)
    assert (code, err) == (0, "")
    assert (report["imported"], report["unchanged"], report["failed"], report["failures"]) == (2, 0, 0, [])
    assert report["encoded"] == report["moments"] == 3
    assert report["files_per_s"] > 0

    code, again, _ = ask(capsys, "import", source, "--library", library)
    assert (code, again["imported"], again["unchanged"]) == (0, 0, 2)

    code, found, err = ask(capsys, "search", "someone waves", "--library", library, "-k", 2)
    assert (code, err) == (0, "")
    assert list(found) == ["query", "searched", "timing_ms", "hits"]
    assert (found["query"], found["searched"], len(found["hits"])) == ("someone waves", 3, 2)
    for rank, hit in enumerate(found["hits"], 1):
        assert list(hit) == ["rank", "id", "name", "path", "start_s", "end_s", "score", "caption"]
        assert hit["rank"] == rank
        assert Path(hit["path"]).parent == source
        assert hit["caption"] == ("a person waves" if hit["name"] == "wave" else "")
        assert 0 <= hit["start_s"] < hit["end_s"]

    code, info, _ = ask(capsys, "info", "--library", library)
    assert code == 0
    assert {"version", "device", "model", "library"} <= info.keys()
    counts = {
        key: info["library"][key] for key in ("files", "motions", "moments", "indexed_moments", "failures")
    }
    assert counts == {"files": 2, "motions": 2, "moments": 3, "indexed_moments": 3, "failures": 0}


def test_a_failure_exits_1_and_is_listed(
    source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = source / "bad.npy"
    bad.write_bytes(b"junk")
    for _ in range(2):  # the second time it is known, and still not in
        code, report, err = ask(capsys, "import", source, "--library", tmp_path / "lib")
        assert (code, report["failed"]) == (1, 1)
        assert report["failures"][0]["path"] == str(bad)
        assert err.count("failed: ") == 1
        assert str(bad) in err
    assert main(["import", str(source), "--library", str(tmp_path / "lib")]) == 1
    out, _ = capsys.readouterr()
    assert "3 files: 0 imported, 2 unchanged, 1 failed" in out
    assert "files/s" in out


def test_text_output(source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    library = str(tmp_path / "lib")
    assert main(["import", str(source), "--library", library]) == 0
    assert main(["search", "a wave", "--library", library]) == 0
    assert main(["info", "--library", library]) == 0
    out, err = capsys.readouterr()
    assert not err
    assert "2 files: 2 imported" in out
    assert str(source / "wave.npy") in out
    assert "3 moments searched" in out
    assert "2 motions" in out


def test_the_library_defaults_to_the_users_folder(source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, info, _ = ask(capsys, "info")
    assert (code, info["library"]) == (0, {"path": str(default_library_dir()), "exists": False})
    assert not default_library_dir().exists()
    code, _, err = ask(capsys, "search", "walk")
    assert code == 1
    assert "no library" in err
    assert ask(capsys, "import", source)[0] == 0
    assert ask(capsys, "search", "walk")[1]["searched"] == 3


def test_search_indexes_what_import_left(
    source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    library = tmp_path / "lib"
    assert ask(capsys, "import", source, "--library", library, "--no-index")[1]["encoded"] == 0
    assert ask(capsys, "info", "--library", library)[1]["library"]["indexed_moments"] == 0
    assert ask(capsys, "search", "walk", "--library", library)[1]["searched"] == 3


def test_search_goes_on_while_another_program_imports(
    source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    library = tmp_path / "lib"
    assert ask(capsys, "import", source / "walk.npy", "--library", library)[0] == 0
    assert ask(capsys, "import", source, "--library", library, "--no-index")[0] == 0
    with LocalLibrary(library) as other, other.writing():
        code, found, err = ask(capsys, "search", "walk", "--library", library)
        assert (code, found["searched"]) == (0, 1)
        assert "2 moments are not searched yet" in err
        code, _, err = ask(capsys, "import", source, "--library", library)
        assert code == 1
        assert "Another import" in err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["search", "walk", "--library", "/nowhere"], "no library in"),
        (["info", "--library", "/nowhere"], "no library in"),
        (["import", "x", "--library", "starter"], "starter library is MotionLens's own"),
        (["import", "x", "--library", "lib", "--mapping", "none.json"], "none.json"),
        (["import", "/nowhere/at/all", "--library", "lib"], "/nowhere/at/all is not there"),
    ],
)
def test_errors_are_one_sentence(
    arguments: list[str],
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 1
    err = capsys.readouterr().err
    assert words in err
    assert len(err.strip().splitlines()) == 1
    assert "Traceback" not in err


@pytest.mark.parametrize(
    "arguments",
    [
        ["bogus"],
        ["search"],
        ["import"],
        ["search", "walk", "-k", "0"],
        ["search", "walk", "-k", "x"],
        ["dataset"],
    ],
)
def test_wrong_use_exits_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert "usage" in capsys.readouterr().err


def _parsers() -> list[str]:
    actions = [a for a in build_parser()._actions if hasattr(a, "choices") and isinstance(a.choices, dict)]
    return [name for action in actions for name in action.choices]


def test_every_command_is_there() -> None:
    assert {"import", "search", "info", "dataset", "train", "evaluate"} <= set(_parsers())


@pytest.mark.parametrize("command", _parsers())
def test_every_command_has_help_with_an_example(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "--help"]) == 0
    assert f"motionlens {command}" in capsys.readouterr().out.split("example", 1)[1]


def test_ctrl_c_is_130_and_a_bug_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for error, code, words in (
        (KeyboardInterrupt(), 130, "Stopped"),
        (ZeroDivisionError("x"), 1, "report it"),
    ):

        def fail(*_: object, error: BaseException = error) -> None:
            raise error

        monkeypatch.setattr("motionlens.cli.info_command.library_info", fail)
        assert main(["info"]) == code
        err = capsys.readouterr().err
        assert words in err
        assert "Traceback" not in err


def test_no_command_opens_the_app(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    found: list[EntryPoint] = []
    monkeypatch.setattr("motionlens.cli.app_command.entry_points", lambda group: found)
    assert main([]) == 1
    assert "not installed" in capsys.readouterr().err
    found.append(EntryPoint("desktop", "tests.test_cli:_app", "motionlens.app"))
    monkeypatch.syspath_prepend(str(ROOT))
    assert main([]) == 0
    found[:] = [EntryPoint("desktop", "no.such.module:main", "motionlens.app")]
    assert main([]) == 1
    assert "could not be loaded" in capsys.readouterr().err
    if sys.platform.startswith("linux"):
        for name in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"):
            monkeypatch.delenv(name, raising=False)
        assert main([]) == 1
        assert "no display" in capsys.readouterr().err


def _app() -> int:
    return 0


def test_a_missing_module_leaves_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "COMMANDS", ("motionlens.no_such.command", "motionlens.cli.info_command"))
    assert _parsers() == ["info"]


def test_the_starter_library_is_made_on_first_use(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pack = pytest.importorskip("motionlens.synthesis.pack")
    items = [_item(pack, f"wave {i}", i) for i in range(5)]
    monkeypatch.setattr(pack, "load_pack", lambda folder: items)
    code, found, _ = ask(capsys, "search", "someone waves", "--library", "starter")
    assert (code, found["searched"]) == (0, 5)
    assert found["hits"][0]["path"] == ""
    assert found["hits"][0]["caption"].startswith("a person waves")

    monkeypatch.setattr(pack, "load_pack", lambda folder: pytest.fail("made again"))
    assert ask(capsys, "info", "--library", "starter")[1]["library"]["motions"] == 5

    monkeypatch.setattr(pack, "PACK_VERSION", "another")
    newer = [*items[1:], _item(pack, "bow", 9)]
    monkeypatch.setattr(pack, "load_pack", lambda folder: newer)
    assert ask(capsys, "search", "a bow", "--library", "starter")[1]["searched"] == 5
    with LocalLibrary(starter_library_dir()) as library:
        assert {record.name for record in library.motions()} == {item.name for item in newer}
        assert [record.id for record in library.motions()] == [2, 3, 4, 5, 6]
        assert library.groundings_of(2)[0]["text"] == "a person waves 1 times"


def _item(pack: Any, name: str, seed: int) -> Any:
    from motionlens.synthesis.vocabulary import GroundedCaption, Recipe

    text = f"a person waves {seed} times"
    return pack.PackItem(name, walk(40, seed), (text,), (GroundedCaption(text, ()),), Recipe((), seed))


def test_a_stopped_starter_library_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    from motionlens.library.starter import ensure_starter_library

    pack = pytest.importorskip("motionlens.synthesis.pack")
    items = [_item(pack, f"wave {i}", i) for i in range(6)]
    monkeypatch.setattr(pack, "load_pack", lambda folder: items)
    asked = iter([False, False, True])
    ensure_starter_library(None, cancelled=lambda: next(asked)).close()
    with LocalLibrary(starter_library_dir()) as library:
        assert library.counts().motions == 2
        rows = (library.path / "positions.f32").stat().st_size
    with ensure_starter_library(FakeEncoder()) as library:
        assert [record.name for record in library.motions()] == [item.name for item in items]
        assert not library.moments_without_tokens("fake1")
        assert (library.path / "positions.f32").stat().st_size == 3 * rows  # the two were not stored again


def test_help_and_info_need_no_torch() -> None:
    code = (
        "import sys\nfrom motionlens.cli.main import main\n"
        "codes = [main(['--help']), main(['info', '--json'])]\n"
        "print(codes, [m for m in ('torch', 'transformers', 'PySide6') if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip().endswith("[0, 0] []")


def test_python_m_motionlens() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "motionlens", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("MotionLens ")


def test_the_default_reader_exists() -> None:
    module, function = worker_module.DEFAULT_READER.split(":")
    assert callable(getattr(__import__(module, fromlist=[function]), function))
