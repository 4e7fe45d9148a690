"""Sources of training items: spans, descriptions, KIT, concatenations; nothing of who is left out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motionlens.datasets.humanml3d import Caption, DatasetItem
from motionlens.datasets.kitml_captions import load_kit_captions
from motionlens.errors import MotionLensError
from motionlens.skeleton import JOINT_INDEX, PARENTS, REFERENCE_OFFSETS, rest_positions
from motionlens.training.augment import augment
from motionlens.training.captions_only import load_caption_groups
from motionlens.training.data import DataSettings, gather, held_out_subjects, leave_out, real_items
from motionlens.training.items import Extent, TrainItem
from motionlens.training.joined import join_captions, join_positions, joined_items
from motionlens.training.real import description_items, kit_items, load_folder
from motionlens.training.text_bank import TextStore, build_text_bank


def walk(n: int, speed: float = 0.05, turn: float = 0.0) -> np.ndarray:
    """A stiff person who glides forward, (n, 22, 3), turned about y by ``turn`` radians."""
    positions = np.repeat(rest_positions()[None], n, axis=0).astype(float)
    positions[..., 2] += speed * np.arange(n)[:, None]
    c, s = np.cos(turn), np.sin(turn)
    return (positions @ np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]]).T).astype(np.float32)


def on_reference(positions: np.ndarray) -> bool:
    bones = positions[:, 1:] - positions[:, list(PARENTS[1:])]
    wanted = np.linalg.norm(REFERENCE_OFFSETS[1:], axis=-1)
    return bool(np.abs(np.linalg.norm(bones, axis=-1) - wanted).max() < 1e-3)


def folder_of(where: Path, subjects: int = 4) -> Path:
    """A dataset folder: a subject has two clips of one trial, half overlapping; the first has a sub-clip."""
    for sub in ("new_joints", "texts"):
        (where / sub).mkdir(parents=True)
    index, ids = ["id,split,trial,subject,start,end"], []
    for k in range(subjects * 2):
        name, subject = f"{k:06d}", f"s{k // 2}"
        ids.append(name)
        np.save(where / "new_joints" / f"{name}.npy", walk(60 + k, 0.03 + 0.01 * k))
        spans = "somebody turns left##0.5#1.9\nodd##9#12\nblink##1#1.2\n" if k == 0 else ""
        (where / "texts" / f"{name}.txt").write_text(f"a person walks like {k}##0.0#0.0\n{spans}")
        index.append(f"{name},train,{subject}_01,{subject},{30 * (k % 2)},{30 * (k % 2) + 60}")
    (where / "index.csv").write_text("\n".join(index) + "\n")
    (where / "train.txt").write_text("\n".join(ids) + "\n")
    return where


def test_captions_with_times_become_items_of_that_cut(tmp_path: Path) -> None:
    whole, spans = load_folder(folder_of(tmp_path / "d"), "train")
    assert [i.captions for i in whole[:2]] == [("a person walks like 0",), ("a person walks like 1",)]
    assert [(i.key, i.captions, len(i.positions)) for i in spans] == [
        ("span 000000 0.5-1.9", ("somebody turns left",), 28)
    ]
    assert spans[0].extents == (Extent("s0_01", 0.5, 1.9),) and spans[0].subject == "s0"
    assert np.abs(spans[0].positions[0, 0, [0, 2]]).max() < 1e-5  # placed anew


def test_descriptions_of_one_kind_are_cut_into_windows_and_others_are_not() -> None:
    def trial(name: str, n: int, text: str) -> DatasetItem:
        return DatasetItem(name, walk(n), (Caption(text),), False, name[:2])

    made = description_items(
        [
            trial("60_01", 500, "salsa dance"),
            trial("16_01", 80, "jump"),
            trial("14_27", 400, "sit on high stool, stand up"),
            trial("29_04", 90, "Alaskan vacation"),
        ]
    )
    assert [(i.key, len(i.positions)) for i in made] == [
        ("cmu 60_01 0", 167),
        ("cmu 60_01 1", 166),
        ("cmu 60_01 2", 167),
        ("cmu 16_01", 80),
    ]
    assert made[1].captions == ("salsa dance", "a person dances salsa")
    assert made[1].extents[0].start_s == pytest.approx(167 / 20)


def test_kit_sentences_belong_to_their_trial(data_dir: Path) -> None:
    entries = {e.id: e for e in load_kit_captions(data_dir)}
    assert entries["02678"].cmu_trial == "49_07" and entries["00001"].cmu_trial is None
    trials = [
        DatasetItem("49_07", walk(79), (), False, "49"),
        DatasetItem("49_05", walk(99), (), False, "49"),  # not the length of KIT's recording
        DatasetItem("49_20", walk(150), (), False, "49"),  # a test id of KIT-ML
    ]
    made = kit_items(trials, data_dir)
    assert [i.key for i in made] == ["kit 02678"]
    assert made[0].captions == ("A person performs a cartwheel.",)


def test_captions_of_the_left_out_are_not_read(data_dir: Path) -> None:
    everything = {t for g in load_caption_groups(data_dir) for t in g}
    less = {t for g in load_caption_groups(data_dir, frozenset({"60"}), frozenset({"000001"})) for t in g}
    kit = load_kit_captions(data_dir)
    read = [e for e in kit if len(e.captions) > 1 and all(c.text in everything for c in e.captions)]
    assert len(read) > 300
    held = [e for e in kit if e.split in ("val", "test") and len(e.captions) > 1]
    whole = [e for e in held if all(c.text in everything for c in e.captions)]
    assert len(held) > 100 and len(whole) < 0.15 * len(held)  # annotators wrote short sentences twice
    squat = "a man squats extraordinarily low then bolts up in an unsatisfactory jump."
    assert squat in everything and squat not in less
    assert len(everything) > 30000 and 0 < len(everything) - len(less) < 500


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.integers(20, 224))
def test_augmented_motions_stay_people(seed: int, n: int) -> None:
    out = augment(walk(n), np.random.default_rng(seed))
    assert 16 * 0.7 <= len(out) <= min(224, 1.2 * n + 2)
    assert on_reference(out) and np.isfinite(out).all() and out.dtype == np.float32
    left, right = (out[:, JOINT_INDEX[f"{s}_wrist"], 0] for s in ("left", "right"))
    assert (left > right).all()  # facing +z all along
    feet = out[:, [JOINT_INDEX["left_foot"], JOINT_INDEX["right_foot"]], 1]
    assert np.abs(feet - 0.02).max() < 0.2


def test_joined_motions_go_on_where_the_first_ends() -> None:
    a, b = walk(40, 0.05, turn=0.8), walk(30, 0.05, turn=-1.2) + np.float32([3, 0, 1])
    out = join_positions(a, b)
    assert out.shape == (76, 22, 3) and on_reference(out)
    np.testing.assert_allclose(out[:40], a, atol=1e-6)
    steps = np.diff(out[:, 0], axis=0)
    np.testing.assert_allclose(steps, np.broadcast_to(steps[0], steps.shape), atol=5e-3)  # straight on


def test_joined_captions_read_in_order() -> None:
    for seed in range(12):
        said = join_captions("A person walks.", "the man waves his left hand.", np.random.default_rng(seed))
        assert said.index("walks") < said.index("waves his left hand") and "the man" not in said
        said = join_captions("a person sits", "person is jumping", np.random.default_rng(seed))
        assert said.index("sits") < said.index("person is jumping")


def test_pairs_are_joined_both_ways_within_a_source(tmp_path: Path) -> None:
    whole, _ = load_folder(folder_of(tmp_path / "d"), "train")
    made = joined_items({"humanml3d": whole}, 10, 0)
    keys = {i.key for i in made}
    assert len(made) == 10 and max(len(i.positions) for i in made) <= 224
    for item in made:
        a, b = item.key.removeprefix("joined ").split(" + ")
        assert f"joined {b} + {a}" in keys and len(item.extents) == 2
    assert [i.captions for i in joined_items({"humanml3d": whole}, 10, 0)] == [i.captions for i in made]


def test_nothing_of_a_left_out_subject_remains(tmp_path: Path) -> None:
    settings_ = DataSettings(synthesised=0, folder=str(folder_of(tmp_path / "d")), joined=20)
    found = real_items(settings_, tmp_path)
    assert any("s0" in i.subjects for i in found["joined"]) and found["span"]
    left = leave_out(found, frozenset({"s0"}))
    assert left["joined"] and not any("s0" in i.subjects for many in left.values() for i in many)
    seen = leave_out(found, unseen=[found["humanml3d"][0]])
    assert "000001" not in [i.key for i in seen["humanml3d"]]  # overlaps in its trial
    assert not seen["span"] and len(seen["humanml3d"]) == 6


def test_gathered_data_can_be_drawn_from_and_validation_is_apart(tmp_path: Path) -> None:
    settings_ = DataSettings(
        synthesised=0, folder=str(folder_of(tmp_path / "d")), joined=6, variants=1, validation_share=0.3
    )
    data = gather(settings_, tmp_path / "run", leave_out_subjects=frozenset({"s1"}))
    kept = {p for i in data.validation["real"] for p in i.subjects}
    trained = {p for many in data.items.values() for i in many for p in i.subjects}
    assert kept and trained and not kept & trained and "s1" not in kept | trained
    assert len(data.sampler(4, 0).draw(0).text.texts) == 4
    assert set(data.validation_batches()) == {"real"}
    with pytest.raises(MotionLensError, match="Nothing to train on"):
        gather(DataSettings(synthesised=0), tmp_path / "none")
    with pytest.raises(MotionLensError, match="no source"):
        DataSettings(sources=("youtube",))


def test_held_out_subjects_are_seeded_and_about_the_share() -> None:
    subjects = [f"s{k % 20}" for k in range(200)]
    kept = held_out_subjects(subjects, 0.2, 5)
    assert len(kept) == 4 and kept == held_out_subjects(subjects[::-1], 0.2, 5)
    assert held_out_subjects(["a", "a", "b"], 0.01, 0) == {"b"} and not held_out_subjects(["a"] * 9, 0.5, 0)


def test_a_new_source_encodes_its_own_texts_alone(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    build_text_bank(["a person walks", "a person runs", "..."], tmp_path, lambda *n: seen.append(n))
    bank = build_text_bank(["a person runs", "somebody sits"], tmp_path, lambda *n: seen.append(n))
    assert seen == [(2, 2), (1, 1)] and len(bank) == 2
    batch = bank.batch([bank.number("a person runs"), bank.number("somebody sits")])
    assert batch.exists.sum(1).tolist() == [3, 2] and not batch.states[1, 2].any()
    np.testing.assert_allclose(np.linalg.norm(batch.sentence, axis=1), 1, atol=1e-3)
    next(tmp_path.glob("states-*.sentence.f16")).write_bytes(b"")
    with pytest.raises(MotionLensError, match="damaged"):
        TextStore(tmp_path)


def test_mirroring_an_item_changes_its_words_and_sides() -> None:
    item = TrainItem(walk(20), ("waves the left hand",), variant=("left||",), key="x", subject="a+b")
    twin = item.mirrored()
    assert twin.captions == ("waves the right hand",) and twin.variant == ("right||",) and twin.key == "Mx"
    assert twin.subjects == {"a", "b"}
