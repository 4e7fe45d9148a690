"""Contrast pairs: alike but for one thing, in words and in motion; and the figures made of them."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest

from motionlens.cli.main import main
from motionlens.errors import MotionLensError
from motionlens.evaluation import understanding_pairs as pairs_module
from motionlens.evaluation.understanding import evaluate_pairs, evaluate_understanding
from motionlens.evaluation.understanding_pairs import FIRST_SEED, KINDS, make_pairs
from motionlens.motion import mirror_positions
from motionlens.skeleton import JOINT_INDEX
from motionlens.synthesis.captions import mirror_caption
from motionlens.synthesis.vocabulary import ACTIONS
from motionlens.windows import MAX_CLIP_FRAMES
from tests.fakes import FakeEncoder


@pytest.fixture(scope="module")
def made() -> dict[str, list[pairs_module.ContrastPair]]:
    return {kind: make_pairs(kind, 16, seed=5) for kind in KINDS}


def changed_fields(pair: pairs_module.ContrastPair) -> set[str]:
    """Fields in which the two recipes' actions differ, step by step."""
    out: set[str] = set()
    one, two = pair.recipes
    assert len(one.steps) == len(two.steps)
    for a, b in zip(one.steps, two.steps, strict=True):
        for x, y in ((a.base, b.base), (a.overlay, b.overlay)):
            if x != y:
                assert x is not None and y is not None
                out |= {f for f in vars(x) if getattr(x, f) != getattr(y, f)}
    return out


@pytest.mark.parametrize("kind", KINDS)
def test_pairs_are_sound(kind: str, made: dict[str, list[pairs_module.ContrastPair]]) -> None:
    for pair in made[kind]:
        one, two = pair.recipes
        assert one.seed == two.seed >= FIRST_SEED
        assert pair.captions[0] != pair.captions[1]
        for positions in pair.positions:
            assert positions.dtype == np.float32 and positions.shape[1:] == (22, 3)
            assert 10 < len(positions) <= MAX_CLIP_FRAMES
        a, b = pair.positions
        assert a.shape != b.shape or np.abs(a - b).max() > 0.05
        for step in (*one.steps, *two.steps):
            for action in filter(None, (step.base, step.overlay)):
                spec = ACTIONS[action.name]
                assert action.side in spec.sides and action.direction in spec.directions
                assert action.style in spec.styles and 0 <= action.count <= max(spec.max_count, 0)


def test_only_the_one_thing_differs(made: dict[str, list[pairs_module.ContrastPair]]) -> None:
    for kind, field in (("side", "side"), ("count", "count"), ("direction", "direction")):
        for pair in made[kind]:
            assert changed_fields(pair) == {field}, pair.captions
    for pair in made["order"]:
        assert pair.recipes[0].steps == pair.recipes[1].steps[::-1]
    for pair in made["part"]:
        assert changed_fields(pair) <= {"side"} if pair.group == "one or both" else {"name"}


def test_side_pairs_mirror_words_and_limbs(made: dict[str, list[pairs_module.ContrastPair]]) -> None:
    for pair in made["side"]:
        assert mirror_caption(pair.captions[0]) == pair.captions[1]
    # arms alone, standing: the other motion is the mirror image up to breathing and small noise
    compared = 0
    for pair in make_pairs("side", 40, seed=6):
        step = pair.recipes[0].steps[0]
        if len(pair.recipes[0].steps) > 1 or step.overlay or ACTIONS[step.base.name].kind != "arms":
            continue
        a, b = pair.positions
        if len(a) != len(b):
            continue
        near = np.abs(mirror_positions(a) - b)[..., 1].mean()
        assert near < 0.5 * np.abs(a - b)[..., 1].mean(), pair.captions
        compared += 1
    assert compared >= 5


def test_the_named_side_moves() -> None:
    for pair in make_pairs("side", 40, seed=7):
        action = pair.recipes[0].steps[0].base
        if len(pair.recipes[0].steps) > 1 or action.name not in ("wave", "raise_arm", "grab_high", "salute"):
            continue
        for recipe, caption, positions in zip(pair.recipes, pair.captions, pair.positions, strict=True):
            side = recipe.steps[0].base.side
            high = {
                s: positions[:, JOINT_INDEX[f"{s}_wrist"]][:, 1:].std(axis=0).sum() for s in ("left", "right")
            }
            assert high[side] > high["right" if side == "left" else "left"], caption
            assert re.search(rf"\b{side}\b", caption)


def test_counts_are_said_and_last_longer(made: dict[str, list[pairs_module.ContrastPair]]) -> None:
    words = {
        1: r"once|one|an?",
        2: r"twice|two|2|a couple of",
        3: "three|3",
        4: "four|4",
        5: "five|5",
        6: "six|6",
        7: "seven|7",
    }
    for pair in made["count"]:
        counts = []
        for recipe, caption in zip(pair.recipes, pair.captions, strict=True):
            step = next(
                (a.overlay or a.base)
                for a, b in zip(recipe.steps, pair.recipes[recipe is pair.recipes[0]].steps, strict=True)
                if a != b
            )
            counts.append(step.count)
            assert re.search(rf"\b({words[step.count]})\b", caption), (step, caption)
        longer = int(np.argmax(counts))
        assert len(pair.positions[longer]) >= len(pair.positions[1 - longer]), pair.captions
        if not any(step.overlay for step in pair.recipes[0].steps):  # a walk may be long enough for both
            assert len(pair.positions[longer]) > len(pair.positions[1 - longer]), pair.captions


def test_walks_forward_and_backward_go_there() -> None:
    seen = 0
    for pair in make_pairs("direction", 50, seed=8):
        if pair.group != "forward/backward" or len(pair.recipes[0].steps) > 1:
            continue
        for recipe, positions in zip(pair.recipes, pair.positions, strict=True):
            action = recipe.steps[0].base
            if action.name in ("walk", "step", "jump") and recipe.steps[0].overlay is None:
                travelled = positions[-1, 0, 2] - positions[0, 0, 2]
                assert travelled > 0.1 if action.direction == "forward" else travelled < -0.1
                seen += 1
    assert seen >= 4


def test_pairs_repeat_and_begin_alike() -> None:
    few, more = make_pairs("order", 2, seed=3), make_pairs("order", 4, seed=3)
    other = make_pairs("order", 2, seed=4)
    for a, b in zip(few, more, strict=False):
        assert a.captions == b.captions
        assert all(np.array_equal(x, y) for x, y in zip(a.positions, b.positions, strict=True))
    assert [p.captions for p in few] != [p.captions for p in other]


def test_order_captions_use_the_same_words(made: dict[str, list[pairs_module.ContrastPair]]) -> None:
    for pair in made["order"]:
        one, two = (sorted(w[:3] for w in re.findall(r"[\w-]+", c.lower())) for c in pair.captions)
        # verbs change their form where one clause is a gerund, nothing else may change
        assert len(set(one) ^ set(two)) <= 4, pair.captions


def test_unknown_kind() -> None:
    with pytest.raises(MotionLensError, match="colour is no kind"):
        make_pairs("colour", 1)


def knows(pairs: list[pairs_module.ContrastPair], sign: float = 1.0):  # type: ignore[no-untyped-def]
    """A system that knows which motion belongs to which caption."""
    own = {c: id(m) for p in pairs for c, m in zip(p.captions, p.positions, strict=True)}

    def score(texts, motions) -> np.ndarray:  # type: ignore[no-untyped-def]
        return np.array([[sign * (own[t] == id(m)) for m in motions] for t in texts])

    return score


def test_figures(made: dict[str, list[pairs_module.ContrastPair]]) -> None:
    pairs = made["side"]
    right = evaluate_pairs(knows(pairs), pairs)
    assert right.figure().value == right.both().value == right.figure("m2t").value == 1.0
    wrong = evaluate_pairs(knows(pairs, -1.0), pairs)
    assert wrong.figure().value == wrong.both("m2t").value == 0.0
    blind = evaluate_pairs(lambda t, m: np.zeros((len(t), len(m))), pairs)
    assert (blind.figure().value, blind.both().value) == (0.5, 0.25)
    # one motion always preferred: half of the text-to-motion decisions are right, no pair is
    biased = evaluate_pairs(lambda t, m: np.tile(np.arange(len(m), dtype=float), (len(t), 1)), pairs)
    assert (biased.figure().value, biased.both().value, biased.figure("m2t").value) == (0.5, 0.0, 0.5)
    with pytest.raises(ValueError, match="finite scores"):
        evaluate_pairs(lambda t, m: np.full((len(t), len(m)), np.nan), pairs)
    with pytest.raises(ValueError, match="no pairs"):
        evaluate_pairs(knows(pairs), [])


def test_report() -> None:
    told: list[str] = []
    report = evaluate_understanding(
        lambda t, m: np.zeros((len(t), len(m))), ("direction",), 4, name="blind", progress=told.append
    )
    data = report.to_dict()
    assert told == ["direction"]
    assert data["kinds"][0]["pairs"] == 4 and data["kinds"][0]["t2m"]["value"] == 0.5
    assert sum(g["pairs"] for g in data["kinds"][0]["groups"].values()) == 4
    assert "direction" in report.to_text() and "blind" in report.to_text()


def test_command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("motionlens.model.load_encoder", lambda path=None, device=None: FakeEncoder())
    assert main(["evaluate-understanding", "--pairs", "2", "--kinds", "side,part", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert [k["kind"] for k in data["kinds"]] == ["side", "part"]
    assert main(["evaluate-understanding", "--kinds", "taste"]) == 2
    assert "choose among side" in capsys.readouterr().err
