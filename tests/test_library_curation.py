"""What the user adds: kept through re-imports, taken back exactly, written while an import writes."""

from __future__ import annotations

import json
import random
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from motionlens.library import LibraryError, LocalLibrary
from motionlens.library.curation import Curation
from motionlens.library.importer import import_paths
from motionlens.library.marks import Item
from motionlens.library.own_captions import (
    caption_tokens,
    encode_captions,
    own_captions,
    texts_without_tokens,
)
from motionlens.library.relocate import missing_roots, relocate
from motionlens.library.suggestions import Suggestion, Suggestions
from motionlens.library.undo import TABLES
from motionlens.library.writer import FileState
from motionlens.motion import Motion
from motionlens.search.captions import CaptionIndex, lift
from tests.fakes import FakeEncoder, walk


def _motion(name: str, n_frames: int = 50, seed: int = 0) -> Motion:
    return Motion(walk(n_frames, seed), name, "", 60.0)


def _state(path: str, content: str = "h") -> FileState:
    return FileState(path, 10, 20, content, "reader=1")


@pytest.fixture
def library(tmp_path: Path) -> LocalLibrary:
    made = LocalLibrary(tmp_path / "library")
    with made.writing() as writer:
        writer.store_file(_state("/m/a.bvh"), [_motion("a1"), _motion("a2", 400, 1)], ["a person walks"])
        writer.store_file(_state("/m/b.bvh"), [_motion("b", 60, 2)], ["jump", "a person jumps"])
        writer.store_motion(_motion("made", 70, 3), [("a person runs", {"words": 1})])
    yield made
    made.close()


def everything(library: LocalLibrary) -> dict[str, list[tuple]]:
    return {
        table: library.rows(f"SELECT {', '.join(keys + rest)} FROM {table} ORDER BY {', '.join(keys)}")
        for table, (keys, rest) in TABLES.items()
    }


def test_marks_are_on_motions_and_on_ranges(library: LocalLibrary) -> None:
    marks = library.curation().marks
    assert marks.favourite([Item(1), Item(2, 100, 140)]) == 2
    assert marks.favourite([Item(1), Item(3)]) == 1, "a favourite already"
    assert set(marks.favourites()) == {Item(1), Item(2, 100, 140), Item(3)}
    assert marks.tag([Item(1), Item(2, 0, 50)], " hit   reaction ") == 2
    assert marks.tag([Item(3)], "Hit Reaction") == 1
    assert marks.tags() == {"hit reaction": 3}, "capitals alone make no other tag"
    assert marks.tags_of(2) == {"hit reaction": [Item(2, 0, 50)]}
    assert marks.tag([Item(3)], "loop") == 1
    assert marks.rename_tag("loop", "Hit reaction") == 1  # joins it
    assert marks.tags() == {"hit reaction": 3}
    assert marks.rename_tag("hit reaction", "Hit") == 3
    assert marks.untag([Item(1), Item(1)], "HIT") == 1
    assert marks.tagged("Hit") == [Item(2, 0, 50), Item(3)]
    assert marks.delete_tag("Hit") == 2
    assert marks.tags() == {}
    marks.note(Item(1), "  feet slide\nfrom 1 s ")
    marks.note(Item(1, 0, 10), "start here")
    assert {(n.item, n.text) for n in marks.notes(1)} == {
        (Item(1), "feet slide\nfrom 1 s"),
        (Item(1, 0, 10), "start here"),
    }
    marks.note(Item(1), "")
    assert [n.text for n in marks.notes()] == ["start here"]


def test_wrong_marks_are_one_sentence_and_leave_nothing(library: LocalLibrary) -> None:
    marks = library.curation().marks
    before = everything(library)
    with pytest.raises(LibraryError, match="no motion 99"):
        marks.tag([Item(1), Item(99)], "x")
    for name in ("", "  ", "x" * 61):
        with pytest.raises(LibraryError, match="tag"):
            marks.tag([Item(1)], name)
    with pytest.raises(LibraryError):
        marks.favourite([Item(1, 20, 10)])  # an end before its start
    assert everything(library) == before
    assert library.curation().undo_title is None


def test_collections_keep_their_order(library: LocalLibrary) -> None:
    collections = library.curation().collections
    fights = collections.create("Fights", [Item(1), Item(2, 0, 80)])
    added = collections.add(fights, [Item(3), Item(4)], at=1)

    def shown() -> list[Item]:
        return [one.item for one in collections.items(fights)]

    assert shown() == [Item(1), Item(3), Item(4), Item(2, 0, 80)]
    collections.move(fights, [added[1], added[0]], 0)
    assert shown() == [Item(4), Item(3), Item(1), Item(2, 0, 80)]
    first = collections.items(fights)[0].id
    collections.move(fights, [first], 4)
    assert shown() == [Item(3), Item(1), Item(2, 0, 80), Item(4)]
    assert collections.remove([first]) == 1
    assert [(c.name, c.n_items) for c in collections.all()] == [("Fights", 3)]
    with pytest.raises(LibraryError, match="already"):
        collections.create("fights")
    collections.rename(fights, "FIGHTS")
    other = collections.create("b")
    with pytest.raises(LibraryError, match="already"):
        collections.rename(other, "Fights")
    collections.delete(fights)
    assert [c.name for c in collections.all()] == ["b"]
    with pytest.raises(LibraryError, match="any more"):
        collections.add(fights, [Item(1)])
    undone = library.curation()
    assert undone.undo() == "delete collection"
    assert shown() == [Item(3), Item(1), Item(2, 0, 80)]


def test_own_captions_stand_beside_the_files(library: LocalLibrary) -> None:
    curation = library.curation()
    captions = curation.captions
    before = library.generation()
    captions.edit(3, "jump", "a big jump")
    captions.add(Item(3), "hop  hop")
    assert library.generation() == before + 2, "search must notice"
    assert library.captions_of(3) == ("a big jump", "a person jumps", "hop hop")
    assert {r.id: r.captions for r in library.motions()}[3] == library.captions_of(3)
    assert library.motion(3).captions == library.captions_of(3)
    captions.edit(3, "a person jumps", "")
    captions.edit(3, "hop hop", "hop")
    assert library.captions_of(3) == ("a big jump", "hop")
    captions.edit(3, "a big jump", "jump")  # as the file says: nothing of the user's is left
    assert library.captions_of(3) == ("jump", "hop")
    captions.edit(3, "hop", "")
    assert len(captions.of(3)) == 1
    captions.remove(captions.of(3)[0].id)
    assert library.captions_of(3) == ("jump", "a person jumps")
    with pytest.raises(LibraryError, match="not there any more"):
        captions.edit(3, "hop", "x")
    with pytest.raises(LibraryError, match="empty"):
        captions.add(Item(3), " ")
    captions.edit(4, "a person runs", "someone dashes")
    captions.add(Item(4), "x")
    assert library.groundings_of(4) == (None, None)
    curation.undo(), curation.undo()
    assert library.groundings_of(4) == ({"words": 1},)


def test_curation_outlives_changed_moved_and_vanished_sources(library: LocalLibrary) -> None:
    curation = library.curation()
    curation.marks.tag([Item(1), Item(2), Item(3), Item(4)], "keep")
    curation.captions.edit(3, "jump", "a big jump")
    fights = curation.collections.create("c", [Item(2, 10, 30), Item(4)])
    with library.writing() as writer:
        writer.store_file(_state("/m/b.bvh", "h2"), [_motion("b", 90, 9)], ["jump", "new"])
        assert library.captions_of(3) == ("a big jump", "new"), "changed file: the user's words stay"
        writer.store_file(_state("/m/b.bvh", "h3"), [_motion("b", 90, 9)], ["other"])
        assert library.captions_of(3) == ("other", "a big jump"), (
            "what it replaced is gone: it stays as added"
        )
        # The file loses its second take, and later has it again under another row.
        writer.store_file(_state("/m/a.bvh", "h2"), [_motion("a1")], [])
        assert [i.item for i in curation.collections.items(fights)] == [Item(4)]
        assert [c.n_items for c in curation.collections.all()] == [1]
        # It moves meanwhile.
        writer.store_file(_state("/new/a.bvh", "h2"), [_motion("a1")], [], moved_from="/m/a.bvh")
        writer.store_file(_state("/new/a.bvh", "h3"), [_motion("a1"), _motion("a2")], [])
        writer.delete_motion(4)
        assert curation.marks.tags() == {"keep": 3}
        writer.store_motion(_motion("other"), [])
        writer.store_motion(_motion("made"), [])
    names = {r.name: r.id for r in library.motions()}
    assert names["a2"] not in (1, 2, 3, 4)
    assert names["made"] not in (1, 2, 3, 4)
    assert set(curation.marks.tagged("keep")) == {Item(names[n]) for n in ("a1", "a2", "b", "made")}
    assert [i.item for i in curation.collections.items(fights)] == [
        Item(names["a2"], 10, 30),
        Item(names["made"]),
    ]
    assert curation.marks.tags_of(names["other"]) == {}
    path = library.path
    library.close()
    with LocalLibrary(path) as again:
        assert again.curation().marks.tags() == {"keep": 4}


def test_every_change_is_taken_back_exactly(library: LocalLibrary) -> None:
    """A hundred random actions: undone one by one the tables are those of each step, redone as well."""
    curation = library.curation()
    chance = random.Random(5)
    states = [everything(library)]
    while len(states) < 101:
        _random_action(curation, chance)
        now = everything(library)
        if now != states[-1]:
            states.append(now)
    for state in reversed(states[:-1]):
        assert curation.undo() is not None
        assert everything(library) == state
    assert curation.undo() is None and curation.undo_title is None
    for state in states[1:]:
        assert curation.redo() is not None
        assert everything(library) == state
    assert curation.redo() is None
    curation.undo()
    curation.marks.tag([Item(1)], "something else")
    assert curation.redo_title is None, "a new change ends what could be redone"


def _random_action(curation: Curation, chance: random.Random) -> None:
    items = [
        Item(chance.randint(1, 4), *chance.choice([(0, 0), (0, 20), (10, 40)]))
        for _ in range(chance.randint(1, 3))
    ]
    tag, collections = chance.choice("abcd"), curation.collections.all()
    one = chance.choice(collections).id if collections else 0
    held = [i.id for i in curation.collections.items(one)]
    own = curation.captions.of(items[0].motion_id)
    actions = [
        lambda: curation.marks.favourite(items, chance.random() < 0.6),
        lambda: curation.marks.tag(items, tag),
        lambda: curation.marks.untag(items, tag),
        lambda: curation.marks.rename_tag(tag, chance.choice("abcd")),
        lambda: curation.marks.note(items[0], chance.choice(["", "x", "y"])),
        lambda: curation.captions.add(items[0], chance.choice(["p", "q"])),
        lambda: curation.captions.remove(own[0].id) if own else None,
        lambda: curation.collections.create(str(chance.random()), items),
        lambda: curation.collections.add(one, items, chance.choice([None, 0, 1])) if one else None,
        lambda: curation.collections.move(one, held[:2], 3) if held else None,
        lambda: curation.collections.remove(held[:1]),
        lambda: curation.collections.delete(one) if one and chance.random() < 0.3 else None,
        lambda: curation.searches.save(chance.choice("xy"), {"text": str(chance.randint(0, 9))}),
    ]
    chance.choice(actions)()


def test_undo_refuses_what_was_changed_elsewhere(library: LocalLibrary) -> None:
    curation = library.curation()
    curation.marks.note(Item(1), "mine")
    with LocalLibrary(library.path) as other:
        other.curation().marks.note(Item(1), "theirs")
    with pytest.raises(LibraryError, match="changed elsewhere"):
        curation.undo()
    assert [n.text for n in curation.marks.notes(1)] == ["theirs"]
    assert curation.undo_title is None
    # Deleting a collection that another program has filled meanwhile cannot be half done.
    made = curation.collections.create("c")
    with LocalLibrary(library.path) as other:
        other.curation().collections.add(made, [Item(1)])
    with pytest.raises(LibraryError, match="changed elsewhere"):
        curation.undo()
    assert [c.n_items for c in curation.collections.all()] == [1]


def test_tagging_while_an_import_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(Path(__file__).resolve().parents[1]))
    source = tmp_path / "source"
    source.mkdir()
    for i in range(40):
        np.save(source / f"take {i:02d} slow.npy", walk(40, i))
    with LocalLibrary(tmp_path / "library") as library:
        library.add_motions([(_motion("first"), [])])
        thread = threading.Thread(
            target=lambda: import_paths(
                library,
                [source],
                FakeEncoder(),
                workers=0,
                reader="tests.fakes:read_fake",
                suffixes={".npy"},
            )
        )
        thread.start()
        marks, waits = library.curation().marks, []
        while thread.is_alive():
            started = time.monotonic()
            marks.tag([Item(1)], f"tag {len(waits)}")
            waits.append(time.monotonic() - started)
            time.sleep(0.02)
        thread.join()
        assert len(waits) > 10
        assert max(waits) < 3.0
        assert len(marks.tags_of(1)) == len(waits)
        assert library.counts().motions == 41


def test_only_captions_make_the_index_stale(library: LocalLibrary) -> None:
    curation = library.curation()
    generation, revision = library.generation(), curation.revision()
    curation.marks.tag([Item(1)], "x")
    curation.searches.remember({"text": "a"})
    assert library.generation() == generation
    assert curation.revision() == revision + 2
    curation.captions.add(Item(1), "x")
    curation.undo()
    assert library.generation() == generation + 2


def test_saved_searches_and_history(library: LocalLibrary) -> None:
    searches = library.curation().searches
    first = searches.save("Walks", {"text": "a person walks", "filter": {"tags": ["x"]}})
    assert searches.save("walks", {"text": "walking ü"}) == first, "saved over"
    assert [(s.name, s.query) for s in searches.saved()] == [("walks", {"text": "walking ü"})]
    library.curation().undo()
    assert searches.saved()[0].query["filter"] == {"tags": ["x"]}
    searches.delete(first)
    with pytest.raises(LibraryError, match="any more"):
        searches.delete(first)
    for text in ("a", "b", "a", "c"):
        searches.remember({"text": text})
    assert [q["text"] for q in searches.history()] == ["c", "a", "b"]
    for i in range(505):
        searches.remember({"text": f"q{i}"})
    history = searches.history(1000)
    assert (len(history), history[0]) == (500, {"text": "q504"})
    searches.forget_history()
    assert searches.history() == []
    assert library.curation().undo_title == "delete saved search", "a record is not undone"


def test_a_users_caption_lifts_its_motion(library: LocalLibrary) -> None:
    encoder = FakeEncoder()
    curation = library.curation()
    curation.captions.add(Item(3), "hero taunt")
    curation.captions.add(Item(2, 0, 100), "the intro of the boss")
    assert texts_without_tokens(library, encoder.fingerprint) == ["hero taunt", "the intro of the boss"]
    generation = library.generation()
    assert encode_captions(library, encoder) == 2
    assert encode_captions(library, encoder) == 0
    assert library.generation() == generation + 1

    def index() -> CaptionIndex:
        made = CaptionIndex.build(
            own_captions(library), caption_tokens(library, encoder.fingerprint), library.moments()
        )
        assert made is not None
        return made

    ids = np.array([m.id for m in library.moments()])
    owner = {m.id: m for m in library.moments()}
    same = index().similarity(encoder.encode_text("hero taunt"), ids)
    about = [owner[int(i)].motion_id for i in ids[same > 0.99]]
    assert about == [3]
    assert set(ids[same > -1]) == {
        m.id for m in owner.values() if m.motion_id == 3 or (m.motion_id == 2 and m.start_frame <= 20)
    }
    other = index().similarity(encoder.encode_text("swimming"), ids)
    assert other.max() < 0.99
    scores = np.linspace(0.9, 0.1, len(ids)).astype(np.float32)
    lifted = lift(scores, same)
    assert ids[lifted.argmax()] == ids[same.argmax()]
    assert (lifted >= scores).all()
    assert np.array_equal(lifted[same < 0.6], scores[same < 0.6])
    curation.captions.remove(curation.captions.of(3)[0].id)
    assert (index().similarity(encoder.encode_text("hero taunt"), ids) > 0.99).sum() == 0
    # Tokens of another model are not mixed in.
    assert CaptionIndex.build(own_captions(library), caption_tokens(library, "other"), []) is None


def test_the_rows_that_undo_keeps_are_json_simple(library: LocalLibrary) -> None:
    curation = library.curation()
    curation.marks.tag([Item(1)], "x")
    assert json.dumps(everything(library))


def test_suggestions_come_from_history_saved_searches_and_captions(library: LocalLibrary) -> None:
    searches = library.curation().searches
    suggestions = Suggestions(library, searches)
    assert suggestions.suggest("") == []
    searches.remember({"text": "a person jumps high"})
    searches.remember({"text": "Jumping jacks"})
    searches.save("mine", {"text": "someone jumps down"})
    assert suggestions.suggest("jump") == [
        Suggestion("Jumping jacks", "history"),
        Suggestion("a person jumps high", "history"),
        Suggestion("someone jumps down", "saved"),
        Suggestion("a person jumps", "caption"),  # "jump" alone is what was typed
    ]
    assert [s.text for s in suggestions.suggest("PERS wal")] == ["a person walks"]
    assert suggestions.suggest("alks") == []
    assert [s.text for s in suggestions.suggest("", n=1)] == ["Jumping jacks"]
    library.curation().captions.edit(1, "a person walks", "the hero strolls")
    assert [s.text for s in suggestions.suggest("hero")] == ["the hero strolls"]
    assert [s.text for s in suggestions.suggest("a person walks with")] == []
    assert [s.text for s in suggestions.suggest("person w")] == ["a person walks"], "the other take's"


def test_a_moved_folder_is_found_again_with_everything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(Path(__file__).resolve().parents[1]))
    fake = {"workers": 0, "reader": "tests.fakes:read_fake", "suffixes": {".npy"}}
    source = tmp_path / "mocap"
    (source / "sub").mkdir(parents=True)
    for i, name in enumerate(("a.npy", "sub/b.npy")):
        np.save(source / name, walk(40, i))
    (tmp_path / "mocap2").mkdir()
    np.save(tmp_path / "mocap2" / "c.npy", walk(40, 7))
    with LocalLibrary(tmp_path / "library") as library:
        import_paths(library, [source, tmp_path / "mocap2"], None, **fake)
        library.curation().marks.tag([Item(1), Item(2)], "x")
        source.rename(tmp_path / "elsewhere")
        assert missing_roots(library) == [str(source)]
        assert not library.motion(1).available
        with pytest.raises(LibraryError, match="is not there"):
            relocate(library, source, tmp_path / "nowhere")
        with pytest.raises(LibraryError, match="none of the files"):
            relocate(library, source, tmp_path / "mocap2")
        assert relocate(library, source, tmp_path / "elsewhere") == 2
        assert missing_roots(library) == []
        assert [Path(r.path).relative_to(tmp_path).as_posix() for r in library.motions()] == [
            "elsewhere/a.npy",
            "elsewhere/sub/b.npy",
            "mocap2/c.npy",
        ]
        assert library.motion(1).available
        report = import_paths(library, [tmp_path / "elsewhere"], None, **fake)
        assert (report.unchanged, report.imported, report.moved) == (2, 0, 0)
        # The subjects went along: a take that vanishes and returns there keeps its tag.
        with library.writing() as writer:
            writer.delete_motion(2)
            writer.store_file(
                _state(str(tmp_path / "elsewhere" / "sub" / "b.npy"), "new"), [_motion("b")], []
            )
        assert library.curation().marks.tags() == {"x": 2}
