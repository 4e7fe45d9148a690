"""The zero-shot protocol: figures by hand, labels as sentences, tables of every kind, bad files."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import numpy as np
import pytest

from motionlens.cli.main import main
from motionlens.errors import MotionLensError, UnreadableFileError
from motionlens.evaluation.labels import (
    average_precision,
    chance_average_precision,
    label_report,
    label_sentence,
    r_precision,
)
from motionlens.evaluation.labels_command import evaluate_labels, match_rows, read_labels
from tests.fakes import FakeEncoder, walk


def plain_ap(relevant: np.ndarray) -> float:
    """Average precision of an order without ties, as the textbook has it."""
    ranks = np.flatnonzero(relevant) + 1
    return float(np.mean([(i + 1) / r for i, r in enumerate(ranks)]))


@pytest.mark.parametrize("seed", range(20))
def test_ties_have_their_expected_value(seed: int) -> None:
    rng = np.random.default_rng(seed)
    scores = rng.integers(0, 3, 6).astype(float)
    relevant = rng.random(6) < 0.5
    relevant[0] = True
    orders = [p for p in itertools.permutations(range(6)) if all(np.diff(scores[list(p)]) <= 0)]
    total = int(relevant.sum())
    assert average_precision(scores, relevant) == pytest.approx(
        np.mean([plain_ap(relevant[list(p)]) for p in orders])
    )
    assert r_precision(scores, relevant) == pytest.approx(
        np.mean([relevant[list(p)][:total].mean() for p in orders])
    )


def test_chance_is_the_mean_of_random_orders() -> None:
    rng = np.random.default_rng(0)
    relevant = np.arange(50) < 7
    drawn = np.mean([average_precision(rng.random(50), relevant) for _ in range(4000)])
    assert chance_average_precision(50, 7) == pytest.approx(drawn, abs=0.004)


def test_figures_refuse_nonsense() -> None:
    for scores, relevant in (
        ([1.0, 2.0], [False, False]),
        ([np.nan, 1.0], [True, False]),
        ([1.0], [True, False]),
    ):
        with pytest.raises(ValueError):
            average_precision(np.array(scores), np.array(relevant))


@pytest.mark.parametrize(
    ("label", "sentence"),
    [
        ("depositFloorR", "a person deposits floor right"),
        ("hopBothLegs1hops", "a person hops both legs once"),
        ("jogLeftCircle4StepsRstart", "a person jogs left circle four steps"),
        ("rotateArmsBothBackward3Reps", "a person rotates arms both backward three times"),
        ("sneak2StepsLStart", "a person sneaks two steps"),
        ("clap5Reps", "a person claps five times"),
        ("skier", "a person does a skier"),
        ("sit_down", "a person sits down"),
        ("standing up", "a person is standing up"),
        ("a dog-like crawl", "a dog-like crawl"),
        ("123", "a person does a 123"),
        ("???", "a person does ???"),
    ],
)
def test_labels_become_sentences(label: str, sentence: str) -> None:
    assert label_sentence(label) == sentence


def test_report_of_a_perfect_and_of_a_blind_system() -> None:
    relevant = np.array(
        [[True, True, False, False], [False, False, True, False], [False, False, False, True]]
    )
    perfect = label_report(relevant.astype(float), "abc", ["x"] * 3, relevant)
    assert perfect.mean("ap").value == perfect.mean("r_precision").value == perfect.accuracy.value == 1.0
    blind = label_report(np.zeros((3, 4)), "abc", ["x"] * 3, relevant)
    assert blind.accuracy.value == pytest.approx(blind.chance_accuracy) == pytest.approx(1 / 3)
    for result in blind.results:
        assert (result.ap, result.r_precision) == (result.chance_ap, pytest.approx(result.chance_r_precision))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "more").mkdir()
    for i, name in enumerate(("walk1", "walk2", "more/wave1", "spare")):
        np.save(tmp_path / f"{name}.npy", walk(40 + i, i))
    return tmp_path


def table(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "labels.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("file,label,sentence\nwalk1.npy,walk,\nmore/wave1.npy,wave,they wave\n", "utf-8"),
        (
            "\n\nFile;Extra;LABEL;Sentence\r\nwalk1.npy;9;walk\r\n\r\nwave1;9;wave;they  wave\r\n;9;x;\r\n",
            "utf-8-sig",
        ),
        ("label\tfile\tsentence\nwalk\twalk1\nwave\tmore\\wave1.npy\tthey wave\n", "utf-16"),
    ],
)
def test_tables(folder: Path, text: str, encoding: str) -> None:
    rows = read_labels(table(folder, text, encoding))
    assert [(r.label, r.sentence) for r in rows] == [("walk", ""), ("wave", "they wave")]
    files = [folder / "walk1.npy", folder / "more" / "wave1.npy"]
    labels, missing = match_rows(rows, folder, files)
    assert missing == []
    assert labels == {files[0]: {"walk"}, files[1]: {"wave"}}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "no column file"),
        (b"file,kind\na,b\n", "no column label"),
        (b"file,label\n,\n", "names no file"),
        (b"PK\x03\x04\x00\x00", "is no text"),
        (b'file,label\n"' + b"a" * 200_000 + b'",x\n', "save it as CSV"),
    ],
)
def test_bad_tables(tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "labels.csv"
    path.write_bytes(data)
    with pytest.raises(UnreadableFileError, match=said) as caught:
        read_labels(path)
    assert str(path) in str(caught.value)
    with pytest.raises(UnreadableFileError, match="cannot be opened"):
        read_labels(tmp_path / "none.csv")


def by_length(texts, motions) -> np.ndarray:  # type: ignore[no-untyped-def]
    """Knows walks (40 and 41 frames) from waves (42)."""
    return np.array([[float(("walk" in t) == (len(m) < 42)) for m in motions] for t in texts])


def test_protocol(folder: Path) -> None:
    path = table(
        folder, "file,label\nwalk1.npy,walk\nwalk2.npy,walk\nwave1.npy,wave\ngone.npy,wave\nno.npy,jump\n"
    )
    report = evaluate_labels(by_length, folder, path)
    assert [(r.label, r.n, r.ap, r.sentences) for r in report.results] == [
        ("walk", 2, 1.0, ("a person walks",)),
        ("wave", 1, 1.0, ("a person waves",)),
    ]
    assert (report.motions, report.accuracy.value, report.failures) == (3, 1.0, ())
    text = report.to_text()
    assert "2 files named in labels.csv are not in" in text and "gone.npy, no.npy" in text
    assert "1 motion files have no label and were left out: spare.npy" in text
    assert "1 labels have no motion left and were left out: jump" in text


def test_several_sentences_and_two_labels(folder: Path) -> None:
    path = table(
        folder,
        "file,label,sentence\nwalk1,walk,walk a\nwalk2,walk,walk b\nwalk2,any,all of it\nwave1,wave,w\n",
    )
    seen: list[str] = []

    def score(texts, motions) -> np.ndarray:  # type: ignore[no-untyped-def]
        seen.extend(texts)
        return np.array(
            [[len(m) * (1 if t == "walk a" else -2) for m in motions] for t in texts], dtype=float
        )

    report = evaluate_labels(score, folder, path)
    assert seen == ["walk a", "walk b", "all of it", "w"]
    # the mean of the two sentences falls with the length, and the walks are the shortest
    assert [(r.label, r.n, r.ap) for r in report.results] == [
        ("walk", 2, 1.0),
        ("any", 1, 0.5),
        ("wave", 1, 1 / 3),
    ]
    assert report.chance_accuracy == pytest.approx((1 + 2 + 1) / 9)


def test_bad_file_is_told_and_left_out(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("motionlens.model.load_encoder", lambda path=None, device=None: FakeEncoder())
    path = table(folder, "file,label\nwalk1,walk\nwalk2,walk\nwave1,wave\n")
    assert main(["evaluate-labels", str(folder), "--labels", str(path)]) == 0
    assert "3 motions" in capsys.readouterr().out
    (folder / "walk2.npy").write_bytes(b"not an array")
    assert main(["evaluate-labels", str(folder), "--labels", str(path), "--json"]) == 1
    out, err = capsys.readouterr()
    data = json.loads(out)
    assert data["motions"] == 2 and [f["file"] for f in data["failures"]] == [str(folder / "walk2.npy")]
    assert "walk2.npy" in err
    for name in ("walk1.npy", "more/wave1.npy"):
        (folder / name).write_bytes(b"")
    assert main(["evaluate-labels", str(folder), "--labels", str(path)]) == 1
    assert "None of the files" in capsys.readouterr().err
    assert main(["evaluate-labels", str(folder / "none"), "--labels", str(path)]) == 1
    assert "is not a folder" in capsys.readouterr().err


def test_ambiguous_names_match_nothing(folder: Path) -> None:
    np.save(folder / "more" / "walk1.npy", walk(40, 9))
    rows = read_labels(table(folder, "file,label\nmore/walk1,walk\n"))
    files = [folder / "walk1.npy", folder / "more" / "walk1.npy"]
    assert match_rows(rows, folder, files)[0] == {files[1]: {"walk"}}
    (folder / "more" / "walk2.npy").write_bytes((folder / "walk2.npy").read_bytes())
    rows = read_labels(table(folder, "file,label\nwave2,wave\n"))
    with pytest.raises(MotionLensError, match="None of the files"):
        evaluate_labels(by_length, folder, folder / "labels.csv")
    assert match_rows(rows, folder, files) == ({}, ["wave2"])


def test_hdm05_table(data_dir: Path) -> None:
    rows = read_labels(data_dir / "hdm05" / "labels.csv")
    assert (len(rows), len({r.label for r in rows})) == (188, 11)
    labels, missing = match_rows(rows, data_dir / "hdm05", sorted((data_dir / "hdm05").glob("*.amc")))
    assert len(labels) == 188 and not missing
