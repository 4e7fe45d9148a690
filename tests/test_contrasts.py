"""Partners that differ in one thing: recipes, corpus, what counts as a negative, batches."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from motionlens.synthesis.compose import synthesise
from motionlens.synthesis.contrasts import contrast_partner
from motionlens.synthesis.outspoken import write_outspoken
from motionlens.synthesis.records import recipe_from_dict
from motionlens.synthesis.sampling import sample_recipe
from motionlens.synthesis.vocabulary import Action, Recipe, Step
from motionlens.training.corpus import build_corpus, load_corpus
from motionlens.training.images import build_image_bank
from motionlens.training.items import synthesised_item
from motionlens.training.negatives import Relations
from motionlens.training.sampler import Sampler
from motionlens.training.text_bank import build_text_bank


def fields_that_differ(a: Recipe, b: Recipe) -> set[str]:
    found = set()
    for x, y in zip(a.steps, b.steps, strict=True):
        for one, two in ((x.base, y.base), (x.overlay, y.overlay)):
            if one is None or two is None:
                assert one is two
                continue
            found |= {f for f in vars(one) if getattr(one, f) != getattr(two, f)}
    return found


def test_partners_differ_in_one_thing_alone() -> None:
    rng = np.random.default_rng(0)
    kinds: dict[str, int] = {}
    for _ in range(400):
        recipe = sample_recipe(rng)
        found = contrast_partner(recipe, rng)
        if found is None:
            continue
        kind, partner = found
        kinds[kind] = kinds.get(kind, 0) + 1
        assert partner.seed == recipe.seed
        if kind == "order":
            assert partner.steps == recipe.steps[::-1] != recipe.steps
        else:
            assert fields_that_differ(recipe, partner) == {kind}
    assert set(kinds) == {"order", "count", "direction", "side"}
    assert min(kinds["order"], kinds["count"], kinds["direction"]) > 30


def test_nothing_to_change() -> None:
    assert contrast_partner(Recipe((Step(Action("stand")),), 1), np.random.default_rng(0)) is None


def test_outspoken_captions_tell_side_and_count() -> None:
    recipe = Recipe((Step(Action("kick", "left", "forward", count=3)),), 5)
    made = synthesise(recipe)
    texts = [write_outspoken(recipe, made.spans, np.random.default_rng(seed)).text for seed in range(30)]
    # a few phrases have no place for a number or a side
    assert sum("3" in t or "three" in t for t in texts) >= 24
    assert sum("left" in t for t in texts) >= 24


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("contrasts")
    build_corpus(folder / "corpus", 100, seed=3, captions=2, workers=1, contrasts=0.7)
    return folder


def test_a_corpus_links_partners_both_ways(corpus: Path) -> None:
    _, items = load_corpus(corpus / "corpus")
    linked = [k for k, i in enumerate(items) if i.partner]
    assert len(linked) > 30
    for k in linked:
        other = items[k + items[k].partner]
        assert k + items[k].partner + other.partner == k and other.contrast == items[k].contrast
        assert len(items[k].captions) == 2
        one, two = recipe_from_dict(items[k].recipe), recipe_from_dict(other.recipe)
        assert one.seed == two.seed and one != two


def test_partners_are_negatives_where_the_caption_tells() -> None:
    recipe = {"seed": 1, "steps": [{"base": {"name": "clap", "count": 2}}]}
    more = {"seed": 1, "steps": [{"base": {"name": "clap", "count": 3}}]}
    position = np.zeros((20, 22, 3), np.float32)
    a = synthesised_item(position, ("a person claps", "a person claps twice"), recipe, 0, 1)
    b = synthesised_item(position, ("a person claps again", "a person claps three times"), more, 1, -1)

    bank = SimpleNamespace(
        texts=[*a.captions, *b.captions],
        contrast=[frozenset()] * 4,
        sentence=np.eye(4, dtype=np.float32)[[0, 0, 0, 0]],  # all paraphrases, by the sentence alone
    )
    relations = Relations([a, b], bank)  # type: ignore[arg-type]
    both, plain = np.array([0, 1]), np.zeros(2, dtype=bool)
    assert relations.ignore(both, plain, np.array([0, 2])).tolist() == [[False, True], [True, False]]
    assert not relations.ignore(both, plain, np.array([1, 3])).any()
    assert relations.apart(both, plain, np.array([1, 3])).tolist() == [[False, True], [True, False]]


def test_batches_bring_partners(corpus: Path) -> None:
    positions, listed = load_corpus(corpus / "corpus")
    items = [
        synthesised_item(positions[i.start : i.start + i.frames], i.captions, i.recipe, n, i.partner)
        for n, i in enumerate(listed)
    ]
    texts = [c for i in items for c in (*i.captions, *i.mirrored().captions)]
    bank = build_text_bank(texts, corpus / "text")
    images = build_image_bank(items, "positions", corpus / "images", workers=1)
    sampler = Sampler({"synthesised": items}, bank, images, 32, {"synthesised": 1.0}, seed=0)
    last = {i.captions[-1] for i in items if i.partner}
    together = 0
    for step in range(6):
        batch = sampler.draw(step)
        assert len(batch.text.texts) == 32
        together += sum(t in last for t in batch.text.texts)
        again = sampler.draw(step)
        assert again.text.texts == batch.text.texts
    assert together > 30
    alone = [replace(i, partner="") for i in items]
    free = Sampler({"synthesised": alone}, bank, images, 32, {"synthesised": 1.0}, seed=0)
    assert free.draw(0).text.texts != sampler.draw(0).text.texts
