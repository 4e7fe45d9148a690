"""The comparison: plans, folds without the query's subject, resuming, the table's figures."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import numpy as np
import pytest
import torch

from motionlens.benchmark.compare.cells import Places, System, load_queries, read_scores
from motionlens.benchmark.compare.command import fold_scores, table_blocks
from motionlens.benchmark.compare.plan import Plan, SystemPlan, plan_names, read_plan
from motionlens.benchmark.compare.table import Block, markdown, ranked, ratio_interval
from motionlens.benchmark.compare.understanding import understand
from motionlens.cli.main import main
from motionlens.errors import MotionLensError
from motionlens.model.pyramid import Pyramid
from motionlens.model.pyramid_config import PyramidConfig
from motionlens.skeleton import rest_positions
from motionlens.training.corpus import build_corpus

TINY = {
    "model.width": 16, "model.dim": 8, "model.whole_dim": 8, "model.layers": 1, "model.heads": 2,
    "model.patch_hidden": 8, "model.text_width": 16, "model.text_heads": 2,
}  # fmt: skip


def folder_of(where: Path) -> Path:
    """Ten motions of five subjects, captions of few words."""
    for sub in ("new_joints", "texts"):
        (where / sub).mkdir(parents=True)
    index = ["id,split,trial,subject,start,end"]
    splits: dict[str, list[str]] = {"train": [], "val": [], "test": []}
    for k in range(10):
        name, subject = f"{k:06d}", f"s{k // 2}"
        split = "test" if k % 2 else ("val" if k == 0 else "train")
        splits[split].append(name)
        positions = np.repeat(rest_positions()[None], 40 + 3 * k, axis=0)
        positions[..., 2] += 0.01 * k * np.arange(len(positions))[:, None]
        np.save(where / "new_joints" / f"{name}.npy", positions.astype(np.float32))
        (where / "texts" / f"{name}.txt").write_text(f"a person walks {'fast ' * k}##0.0#0.0\n")
        index.append(f"{name},{split},{subject}_01,{subject},0,{len(positions)}")
    (where / "index.csv").write_text("\n".join(index) + "\n")
    splits["all"] = [name for names in splits.values() for name in names]
    for split, names in splits.items():
        (where / f"{split}.txt").write_text("\n".join(names) + "\n")
    return where


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Places:
    base = tmp_path_factory.mktemp("compare")
    build_corpus(base / "corpus", 20, captions=1, workers=1)
    return Places(base / "out", folder_of(base / "data"), None, base / "corpus", base / "cache")


def plan_file(folder: Path) -> Path:
    plan = {
        "ours": "ours",
        "peers": ["global"],
        "seeds": [0],
        "folds": 2,
        "understanding": 2,
        "pretrain": {"steps": 2, "batch": 4, "warmup": 1},
        "finetune": {"steps": 1, "batch": 4, "warmup": 1},
        "systems": {
            "ours": {"config": "small", "set": TINY},
            "global": {"config": "small", "set": {**TINY, "model.joint_score": 0}, "official": False},
            "recorded": {"config": "small", "set": TINY, "synthesised": False},
        },
    }
    path = folder / "plan.yaml"
    path.write_text(json.dumps(plan))  # JSON is YAML
    return path


def test_runs_resumes_and_prints(
    places: Places, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = read_plan(str(plan_file(tmp_path)))
    queries = load_queries(places.data, plan.folds)
    for name in plan.systems:
        system = System(name, 0, plan, places, queries, {})
        for target in plan.targets(name):
            assert read_scores(system.run(target)).shape == (10, 10)
    assert not (places.run("recorded", 0, "pretrained")).exists()
    assert not (places.run("global", 0, "official")).exists()
    # what is done is not done again
    monkeypatch.setattr(System, "_finetuned", lambda *_: pytest.fail("trained again"))
    again = System("ours", 0, plan, places, queries, {})
    assert [read_scores(again.run(t)).shape for t in plan.targets("ours")] == [(10, 10)] * 3

    understand(plan, places, "ours", 0)
    given = ["compare", str(plan_file(tmp_path)), "--data", str(places.data), "--out", str(places.out)]
    assert main([*given, "--table", "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    rows = {row["system"]: row for row in printed["blocks"][0]["rows"]}
    (understood,) = printed["understanding"]
    assert [k["kind"] for k in understood["kinds"]] == ["side", "order", "count", "direction", "part"]
    assert {(k["pairs"], k["t2m"]["value"] in (0, 0.25, 0.5, 0.75, 1)) for k in understood["kinds"]} == {
        (2, True)
    }
    assert {"ours", "global", "recorded", "kernel ridge", "chance", "subject oracle"} <= set(rows)
    ranks = np.sum([rows["ours"][way][f"R@{k}"] for way in ("t2m", "m2t") for k in (1, 2, 3, 5, 10)])
    assert rows["ours"]["rsum"]["value"] == pytest.approx(ranks)
    assert rows["ours"]["rsum"]["low"] <= ranks <= rows["ours"]["rsum"]["high"]
    assert main([*given, "--table"]) == 0
    assert capsys.readouterr().out.count("| **ours** |") == 4


def test_a_fold_sees_nothing_of_its_subjects(places: Places, tmp_path: Path) -> None:
    plan = read_plan(str(plan_file(tmp_path)))
    queries = load_queries(places.data, plan.folds)
    system = System("ours", 0, plan, places, queries, {})
    for fold in range(plan.folds):
        data = system._data(f"fold {fold}")
        left = system.left_out(f"fold {fold}")
        seen = {s for many in data.items.values() for i in many for s in i.subjects}
        assert left and not seen & left
        assert seen == set(queries.subjects) - left
    official = system._data("official")
    assert {i.key for i in official.items["humanml3d"]} == {"000002", "000004", "000006", "000008"}
    pretraining = system._gathered("p", system._target_config("fold 0", None), frozenset(queries.subjects))
    assert set(pretraining.items) == {"synthesised"}


def test_folds_are_put_together_by_who_was_left_out(tmp_path: Path) -> None:
    class Five:
        ids, folds = ("a", "b", "c"), np.array([0, 1, 0])

    for fold in range(2):
        folder = tmp_path / "x" / "seed 0" / f"fold {fold}"
        folder.mkdir(parents=True)
        np.savez(folder / "scores.npz", scores=np.arange(9.0).reshape(3, 3) + 100 * fold)
    found = fold_scores(tmp_path, "x", 0, Five(), 2)  # type: ignore[arg-type]
    assert found is not None
    assert found[0].tolist() == [[0, 1, 2], [103, 104, 105], [6, 7, 8]]
    assert found[1].tolist() == [[0, 3, 6], [101, 104, 107], [2, 5, 8]]
    assert fold_scores(tmp_path, "x", 0, Five(), 3) is None  # type: ignore[arg-type]


def test_figures_by_hand() -> None:
    good = np.array([[3.0, 1, 0], [0, 3, 1], [0, 1, 3]])
    bad = -good
    captions, subjects = ["walk", "run", "sit"], ["p", "p", "q"]
    block = Block(
        "t",
        {
            "ours": ranked([good, bad], [good.T, bad.T], captions, subjects),
            "peer": ranked([bad], [bad.T], captions, subjects),
        },
        subjects,
        "ours",
        ["peer"],
    )
    row = block.row("ours")
    assert row["t2m"]["R@1"] == 50 and row["t2m"]["R@3"] == 100
    assert row["rsum_seeds"] == [1000.0, 600.0]  # all right; and last of three: R@3, 5 and 10 alone
    assert row["rsum"]["value"] == 800
    assert row["pairs"]["value"] == 50
    assert block.best_peer() == "peer"
    assert block.against("ours", "peer")["ratio"]["value"] == pytest.approx(800 / 600)
    assert "| peer |" in markdown(block)
    same = ratio_interval(np.array([1.0, 3.0, 2.0]), np.array([1.0, 3.0, 2.0]), ["a", "b", "c"])
    assert (same.value, same.low, same.high) == (1, 1, 1)


@pytest.mark.parametrize("name", plan_names())
def test_shipped_plans_can_be_read(name: str) -> None:
    from motionlens.training.configuration import read_config

    plan = read_plan(name)
    assert plan.ours in plan.systems
    for system in plan.systems.values():
        pairs = [f"{key}={json.dumps(value)}" for key, value in system.set.items()]
        for more in (system.pretrain, system.finetune):
            read_config(system.config, pairs, {"train": more})


def test_says_what_is_wrong_with_a_plan(tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_text("ours: a\nsystems: {a: {config: small, sett: {}}}\n")
    with pytest.raises(MotionLensError, match=r"systems\.a\.set"):
        read_plan(str(path))
    path.write_text("ours: b\nsystems: {a: {config: small}}\n")
    with pytest.raises(MotionLensError, match="'b', which is not among"):
        read_plan(str(path))
    with pytest.raises(MotionLensError, match="could not be read as a plan"):
        read_plan("no such plan")


def test_table_of_an_empty_folder_has_the_references(places: Places) -> None:
    plan = Plan({"ours": SystemPlan("small")}, "ours")
    blocks = table_blocks(plan, places.out / "nothing", load_queries(places.data, 5))
    assert [set(b.systems) for b in blocks] == [
        {"clip length", "kernel ridge", "chance", "subject oracle"}
    ] * 3


def test_a_plan_of_folds_alone_prints_them_alone(
    places: Places, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "folds.yaml"
    path.write_text(json.dumps({"ours": "ours", "systems": {"ours": {"config": "small", "official": False}}}))
    given = ["compare", str(path), "--data", str(places.data), "--out", str(places.out / "nothing")]
    assert main([*given, "--table"]) == 0
    assert [line for line in capsys.readouterr().out.splitlines() if line.startswith("#")] == [
        "### (f) leave-subject-out: 10 ids, 5 folds, intervals over subjects"
    ]


def test_averages_what_it_was_before_in() -> None:
    from motionlens.model.build import average_in, save_model

    def constant(folder: Path, value: float) -> torch.nn.Module:
        torch.manual_seed(0)
        model = Pyramid(
            PyramidConfig(width=16, layers=1, heads=2, text_width=16, text_heads=2, patch_hidden=8)
        )
        for parameter in model.parameters():
            torch.nn.init.constant_(parameter, value)
        save_model(model, folder)
        return model

    with tempfile.TemporaryDirectory() as folder:
        constant(Path(folder), 1.0)
        model = constant(Path(folder) / "other", 3.0)
        average_in(model, Path(folder), 0.25)
    assert {float(v) for p in model.parameters() for v in p.detach().unique()} == {2.5}
