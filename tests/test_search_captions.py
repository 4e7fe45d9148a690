"""Own captions lift what they are about; a search can be kept within some moments."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from motionlens.library import LocalLibrary
from motionlens.library.encoding import encode_missing
from motionlens.library.marks import Item
from motionlens.motion import Motion
from motionlens.search import Query, SearchEngine
from motionlens.search.result import OWN_CAPTION
from tests.fakes import FakeEncoder, walk

TAUNT = "the boss taunts the player"


@pytest.fixture
def library(tmp_path: Path) -> Iterator[LocalLibrary]:
    with LocalLibrary(tmp_path / "library") as made:
        made.add_motions((Motion(walk(200, i), f"m{i}"), (f"caption {i}",)) for i in range(20))
        encode_missing(made, FakeEncoder())
        yield made


def test_a_caption_of_the_users_is_found_at_once(library: LocalLibrary) -> None:
    engine = SearchEngine(library, FakeEncoder())
    before = engine.search(TAUNT, 20)
    last = before.hits[-1]
    library.curation().captions.add(Item(last.id), TAUNT)
    after = engine.search(TAUNT, 20)
    assert after.hits[0].id == last.id
    assert after.hits[0].score > before.hits[0].score
    assert after.hits[0].parts[OWN_CAPTION] == pytest.approx(1.0, abs=1e-3)
    assert after.hits[0].parts["text"] == pytest.approx(last.score, abs=1e-6)  # what the motion itself says
    assert all(OWN_CAPTION not in hit.parts for hit in after.hits[1:])
    assert after.to_dict().keys() == before.to_dict().keys()
    # the others keep their scores and order
    assert [h.moment_id for h in after.hits[1:]] == [h.moment_id for h in before.hits if h.id != last.id]
    library.curation().undo()
    assert [h.moment_id for h in engine.search(TAUNT, 20).hits] == [h.moment_id for h in before.hits]


def test_the_switch_turns_it_off(library: LocalLibrary) -> None:
    library.curation().captions.add(Item(3), TAUNT)
    with_it, without = (SearchEngine(library, FakeEncoder(), own_captions=on) for on in (True, False))
    assert with_it.search(TAUNT, 1).hits[0].id == 3
    assert OWN_CAPTION not in without.search(TAUNT, 1).hits[0].parts


def test_a_search_within_some_moments(library: LocalLibrary) -> None:
    engine = SearchEngine(library, FakeEncoder())
    everything = engine.search("a person walks", 50)
    chosen = np.array(sorted(h.moment_id for h in everything.hits[1::2]))
    found = engine.search_query(Query("a person walks"), 50, within=chosen)
    assert [(h.moment_id, h.score) for h in found.hits] == [
        (h.moment_id, h.score) for h in everything.hits[1::2]
    ]
    assert [h.rank for h in found.hits] == list(range(1, len(found.hits) + 1))
    assert engine.search_query(Query("a person walks"), 5, within=np.zeros(0, np.int64)).hits == ()
