"""Batches: a function of seed and step, twins together, shares kept, false negatives found."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from motionlens.errors import MotionLensError
from motionlens.motion import mirror_positions
from motionlens.representation.kinds import IMAGE_KINDS
from motionlens.skeleton import rest_positions
from motionlens.synthesis.grammar import mirror_caption
from motionlens.training.images import ImageBank, build_image_bank
from motionlens.training.items import Extent, TrainItem, synthesised_item
from motionlens.training.negatives import not_negative
from motionlens.training.sampler import CaptionPairs, Sampler, pair_batch, shares
from motionlens.training.text_bank import TextBank, build_text_bank


def waving(n: int, source: str = "synthesised") -> list[TrainItem]:
    """Left and right hands that go up and down."""
    rng = np.random.default_rng(len(source))
    out = []
    for k in range(n):
        side, joint = (("left", 20), ("right", 21))[k % 2]
        positions = np.repeat(rest_positions()[None], int(rng.integers(20, 90)), axis=0)
        positions[:, joint, 1] += 0.3 * np.sin(np.arange(len(positions)) * 0.6 + k)
        recipe = {"steps": [{"base": {"name": "wave", "side": side}}]}
        texts = [f"a person waves the {side} hand", f"waving {side}"]
        made = synthesised_item(positions, texts, recipe, k)
        if source != "synthesised":
            extents = (Extent(f"{k}", 0.0, len(positions) / 20),)
            made = TrainItem(positions, (f"number {k} lifts the {side} arm",), (), (), True, f"{source} {k}",
                             str(k), source, extents)  # fmt: skip
        out.append(made)
    return out


Prepared = tuple[dict[str, list[TrainItem]], TextBank, ImageBank]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    items = {"synthesised": waving(24), "humanml3d": waving(10, "humanml3d")}
    listed = [i for many in items.values() for i in many]
    folder = tmp_path_factory.mktemp("cache")
    bank = build_text_bank(
        [c for i in listed for t in (i, i.mirrored()) for c in t.captions], folder / "text"
    )
    return items, bank, build_image_bank(listed, "motionlens", folder / "images", variants=2)


def sampler(prepared: Prepared, seed: int = 0, **more: int) -> Sampler:
    items, bank, images = prepared
    return Sampler(items, bank, images, 8, {"synthesised": 0.75, "humanml3d": 0.25}, seed, **more)


def test_a_step_is_a_function_of_seed_step_and_rank(prepared: Prepared) -> None:
    first, again = sampler(prepared), sampler(prepared)
    for step in (5, 0, 13):  # any order: a resumed run starts in the middle
        a, b = first.draw(step), again.draw(step)
        assert list(a.text.texts) == list(b.text.texts) and torch.equal(a.ignore, b.ignore)
        assert all(torch.equal(x[0], y[0]) for x, y in zip(a.motions, b.motions, strict=True))
    others = [sampler(prepared, seed=1), sampler(prepared, rank=1, world=2)]
    for other in others:
        assert any(list(other.draw(s).text.texts) != list(first.draw(s).text.texts) for s in range(4))


def test_every_caption_has_its_mirrored_twin_in_the_batch_and_its_own_motion(prepared: Prepared) -> None:
    items, _, images = prepared
    owners = {c: i for i in items["humanml3d"] for c in i.captions}
    for step in range(6):
        batch = sampler(prepared).draw(step)
        texts = list(batch.text.texts)
        assert sorted(mirror_caption(t) for t in texts) == sorted(texts)
        assert batch.apart is not None and not (batch.apart & batch.ignore).any()
        for i, j in batch.apart.nonzero().tolist():
            assert texts[j] != texts[i]
        assert batch.apart.sum() >= len(texts)  # each and its twin: all captions here name a side
        rows = [im[k, : lengths[k]] for im, lengths in batch.motions for k in range(len(lengths))]
        for text, row in zip(texts, rows, strict=True):
            mirrored = text not in owners
            item = owners.get(mirror_caption(text) if mirrored else text)
            if item is None:
                continue
            number = images.number(item.key)
            choices = [images.image(number, mirrored, v) for v in range(images.variants(number))]
            found = [c for c in choices if len(c) == len(row) and np.array_equal(c.astype(np.float32), row)]
            assert found, text


def test_shares_are_right_on_average() -> None:
    weights = {"a": 0.6, "b": 0.37, "c": 0.03}
    drawn = [shares(weights, 32, u) for u in np.linspace(0, 0.999, 400)]
    assert {sum(d.values()) for d in drawn} == {32}
    for source, weight in weights.items():
        assert np.mean([d[source] for d in drawn]) == pytest.approx(32 * weight, abs=0.1)


def test_a_batch_keeps_the_shares(prepared: Prepared) -> None:
    counts = [sum("number" in t for t in sampler(prepared).draw(s).text.texts) for s in range(12)]
    assert set(counts) == {2}  # a quarter of 8, twins counted


def test_mirrored_twins_are_negatives_and_repeats_are_not(prepared: Prepared) -> None:
    left, right = prepared[0]["synthesised"][:2]
    items = [left, left.mirrored(), left, right]
    bank = prepared[1]
    mask = not_negative(items, [bank.number(i.captions[0]) for i in items], bank)
    assert not mask[0, 1] and not mask[1, 0]  # other side, and the caption says so
    assert mask[0, 2] and mask[1, 3]  # same action, same side
    assert not mask.diagonal().any()


def test_a_caption_that_tells_no_side_has_no_negative_in_the_other_side(tmp_path: Path) -> None:
    a = TrainItem(rest_positions()[None], ("someone waves",), ("wave",), ("left||",), key="a")
    bank = build_text_bank(a.captions, tmp_path)
    assert not_negative([a, a.mirrored()], [0, 0], bank)[0, 1]


def test_clips_of_the_same_time_are_no_negatives_but_order_is(tmp_path: Path) -> None:
    def item(key: str, text: str, *extents: Extent) -> TrainItem:
        return TrainItem(rest_positions()[None], (text,), real=True, key=key, extents=extents)

    a, b = Extent("14_01", 0, 3), Extent("14_02", 0, 3)
    items = [
        item("a", "somebody boxes hard", a),
        item("part of a", "raises the left fist", Extent("14_01", 1, 2)),
        item("later", "drinks from a bottle", Extent("14_01", 3, 5)),
        item("a b", "first boxing and then mopping floors", a, b),
        item("b a", "mopping floors before any boxing", b, a),
    ]
    items.append(items[1].mirrored())
    bank = build_text_bank([c for i in items for c in i.captions], tmp_path)
    mask = not_negative(items, [bank.number(i.captions[0]) for i in items], bank)
    assert mask[0, 1] and mask[1, 0]
    assert not mask[0, 2] and not mask[2, 0]
    assert mask[0, 3] and mask[0, 4]  # boxing is true of both
    assert not mask[3, 0] and not mask[3, 4] and not mask[4, 3]
    assert not mask[1, 5] and mask[0, 5]  # the mirrored part: its caption names a side, the whole's does not


def test_validation_pairs_are_the_items_themselves(prepared: Prepared) -> None:
    items, bank, images = prepared
    batch = pair_batch(items["humanml3d"], bank, images)
    lengths = torch.cat([n for _, n in batch.motions])
    assert lengths.tolist() == sorted(len(i.positions) for i in items["humanml3d"])
    assert not batch.ignore.diagonal().any() and set(batch.text.texts) == {
        i.captions[0] for i in items["humanml3d"]
    }


def test_what_cannot_be_drawn_is_said(prepared: Prepared) -> None:
    items, bank, images = prepared
    for batch, weights in ((7, {"synthesised": 1.0}), (8, {"kit": 1.0}), (8, {"synthesised": -1.0})):
        with pytest.raises(MotionLensError):
            Sampler(items, bank, images, batch, weights, 0)


def test_caption_pairs_are_two_captions_of_one_motion(prepared: Prepared) -> None:
    bank = prepared[1]
    groups = [
        ["waving left", "a person waves the left hand"],
        ["waving right", "a person waves the right hand"],
    ]
    pairs = CaptionPairs([*groups, ["waving left"]], bank, 16, 0)
    a, b = pairs.draw(3)
    assert len(a.texts) == 2 and {frozenset(p) for p in zip(a.texts, b.texts, strict=True)} == {
        frozenset(g) for g in groups
    }
    assert torch.equal(a.states, pairs.draw(3)[0].states)


def test_images_are_the_items_own_and_come_back_from_the_cache(prepared: Prepared, tmp_path: Path) -> None:
    items = [prepared[0]["synthesised"][0], *prepared[0]["humanml3d"][:3]]
    make = IMAGE_KINDS["motionlens"].make
    made: list[int] = []
    first = build_image_bank(items[:2], "motionlens", tmp_path, 2, progress=lambda n, _: made.append(n))
    assert made == [2] and [first.variants(k) for k in range(2)] == [1, 3]
    again = build_image_bank(items, "motionlens", tmp_path, 2, progress=lambda n, _: made.append(n))
    assert made == [2, 2]  # only the two new ones
    for item in items:
        number = again.number(item.key)
        for mirrored in (False, True):
            positions = mirror_positions(item.positions) if mirrored else item.positions
            np.testing.assert_array_equal(again.image(number, mirrored), make(positions).astype(np.float16))
    assert len(again.image(2, True, 1)) == again.lengths[2, 1] == len(again.image(2, False, 1))
    next(tmp_path.rglob("*.f16")).write_bytes(b"\0\0")
    with pytest.raises(MotionLensError, match="damaged"):
        build_image_bank(items, "motionlens", tmp_path, 2)


def test_workers_make_the_same_images(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("motionlens.training.images._CHUNK_FRAMES", 200)
    items = waving(4, "humanml3d")
    one = build_image_bank(items, "motionlens", tmp_path / "1", 1, workers=1)
    two = build_image_bank(items, "motionlens", tmp_path / "2", 1, workers=2)
    for k in range(len(items)):
        np.testing.assert_array_equal(one.image(k, True, 1), two.image(k, True, 1))
