"""The written queries: a sound file, a fair scorer, and the shipped model's answers."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from motionlens.errors import UnreadableFileError
from motionlens.evaluation import starter_queries as sq
from motionlens.evaluation.starter_command import motion_search
from motionlens.model import load_encoder
from motionlens.model.interface import Encoder, QueryTokens
from motionlens.resources import resource_dir
from motionlens.synthesis.pack import load_pack
from motionlens.synthesis.vocabulary import ACTIONS, Action, Recipe, Step

QUERIES = Path(__file__).parent / "data" / "starter_queries.json"


def recipe(*steps: Action | tuple[Action, Action]) -> Recipe:
    return Recipe(tuple(Step(*s) if isinstance(s, tuple) else Step(s) for s in steps), 0)


def wanted_actions(query: sq.StarterQuery) -> list[dict]:
    return [dict(a) for wanted in query.accept for a in sq._actions_of(wanted)]


def test_the_file_has_fifty_different_queries_of_every_kind() -> None:
    queries = sq.load_queries(QUERIES)
    assert len({q.query.casefold() for q in queries}) == 50
    assert {q.kind for q in queries} == {
        "locomotion", "body", "posture", "arms", "head", "sequence", "together",
    }  # fmt: skip
    sided = [q for q in queries if any(a.get("side") in ("left", "right") for a in wanted_actions(q))]
    assert len(sided) >= 12


def test_a_stated_side_is_an_asked_side() -> None:
    """A query that says left must not accept right, and the other way round."""
    for query in sq.load_queries(QUERIES):
        for side, other in (("left", "right"), ("right", "left")):
            if side in query.query.lower().split() and other not in query.query.lower():
                for action in wanted_actions(query):
                    assert side in (action.get("side"), action.get("direction")), query.query


def test_few_queries_just_say_the_name_of_the_action() -> None:
    queries = sq.load_queries(QUERIES)
    named = [
        q for q in queries if any(a["name"].replace("_", " ") in q.query.lower() for a in wanted_actions(q))
    ]
    assert len(named) <= 15, [q.query for q in named]


def test_scorer_wants_every_given_field() -> None:
    left = sq.StarterQuery("x", "arms", ({"name": "wave", "side": "left"},))
    walk = Action("walk", direction="forward")
    assert sq.accepted(left, recipe((walk, Action("wave", side="left"))))
    assert not sq.accepted(left, recipe((walk, Action("wave", side="right"))))
    assert not sq.accepted(left, recipe(Action("raise_arm", side="left", direction="up")))


def test_sequence_needs_order_and_different_steps() -> None:
    sit, rise = Action("sit_down"), Action("stand_up")
    query = sq.StarterQuery("x", "sequence", ({"sequence": [{"name": "sit_down"}, {"name": "stand_up"}]},))
    assert sq.accepted(query, recipe(sit, Action("sit"), rise))
    assert not sq.accepted(query, recipe(rise, sit))
    twice = sq.StarterQuery("x", "sequence", ({"sequence": [{"name": "jump"}, {"name": "jump"}]},))
    jump = Action("jump", direction="up")
    assert not sq.accepted(twice, recipe(jump))
    assert sq.accepted(twice, recipe(jump, jump))


def test_report_counts_ranks_and_misses() -> None:
    recipes = [recipe(Action("nod")), recipe(Action("wave", side="left")), recipe(Action("bow"))]
    queries = [
        sq.StarterQuery("first", "head", ({"name": "nod"},)),
        sq.StarterQuery("second", "body", ({"name": "bow"},)),
        sq.StarterQuery("absent", "body", ({"name": "kick"},)),
    ]
    report = sq.score_starter_queries(lambda text, k: [0, 1, 2][:k], recipes, queries, ["nod", "wave", "bow"])
    assert [o.rank for o in report.outcomes] == [1, 3, None]
    assert [o.answers for o in report.outcomes] == [1, 1, 0]
    assert report.share(1) == pytest.approx(1 / 3)
    assert report.share(3) == pytest.approx(2 / 3)
    data = json.loads(json.dumps(report.to_dict()))
    assert data["by_kind"] == {"head": 1.0, "body": 0.0}
    assert "“absent” gave nod (none in the first 10; 0 would be right)" in report.to_text()


@pytest.mark.parametrize(
    ("accept", "words"),
    [
        ([{"name": "moonwalk"}], "unknown action"),
        ([{"name": "nod", "side": "left"}], "cannot have"),
        ([{"name": "nod", "colour": "red"}], "unknown field"),
    ],
)
def test_impossible_queries_are_refused(tmp_path: Path, accept: list[dict], words: str) -> None:
    path = tmp_path / "queries.json"
    path.write_text(json.dumps([{"query": "x", "kind": "head", "accept": accept}]))
    with pytest.raises(UnreadableFileError, match=words):
        sq.load_queries(path)


class OneWordEncoder:
    """Token = a fixed direction for every action number in the motion's first coordinate."""

    fingerprint, dim, device = "test", 8, "cpu"

    def encode_text(self, text: str) -> QueryTokens:
        return QueryTokens(
            text, (text,), ((0, len(text)),), np.eye(8, dtype=np.float32)[[int(text)]], np.ones(1)
        )

    def encode_motions(self, clips) -> list[np.ndarray]:  # type: ignore[no-untyped-def]
        return [np.eye(8, dtype=np.float16)[c[::16, 0, 0].astype(int)] for c in clips]

    def stage_counts(self, n_tokens: int) -> tuple[int, int, int]:
        return n_tokens, 0, 0


def test_search_ranks_a_long_motion_by_its_best_moment() -> None:
    short = np.zeros((32, 22, 3), np.float32)
    long = np.zeros((500, 22, 3), np.float32)
    long[400:, 0, 0] = 5  # only its end is what is asked for
    search = motion_search(OneWordEncoder(), [short, long])
    assert search("5", 2)[0] == 1
    assert search("0", 1) == [0]


def shipped() -> tuple[list, Encoder]:
    """The starter pack and the shipped encoder."""
    return load_pack(resource_dir("assets") / "starter"), load_encoder(device="cpu")


def test_every_query_has_an_answer_in_the_starter_pack() -> None:
    items, _ = shipped()
    recipes = [i.recipe for i in items]
    for query in sq.load_queries(QUERIES):
        right = sq.answers(query, recipes)
        assert right, f"no starter motion answers “{query.query}”"
        assert len(right) <= 0.2 * len(items), f"“{query.query}” is too easy"


def test_no_query_is_a_caption_of_the_starter_pack() -> None:
    items, _ = shipped()
    captions = {c.casefold().strip(" .") for i in items for c in i.captions}
    same = [q.query for q in sq.load_queries(QUERIES) if q.query.casefold().strip(" .") in captions]
    assert not same


def test_the_shipped_model_has_the_right_kind_first_in_four_of_five() -> None:
    items, encoder = shipped()
    search = motion_search(encoder, [i.positions for i in items])
    report = sq.score_starter_queries(
        search, [i.recipe for i in items], sq.load_queries(QUERIES), [i.name for i in items]
    )
    assert report.share(1) >= sq.TARGET, report.to_text()


def test_vocabulary_is_spread() -> None:
    asked = {a["name"] for q in sq.load_queries(QUERIES) for a in wanted_actions(q)}
    assert len(asked) >= 45
    assert asked <= set(ACTIONS)
