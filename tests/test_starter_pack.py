"""The shipped starter pack: large enough, readable, and what the synthesiser of this checkout makes."""

from __future__ import annotations

import numpy as np
import pytest

from motionlens.errors import UnreadableFileError
from motionlens.resources import resource_dir
from motionlens.synthesis.compose import synthesise
from motionlens.synthesis.pack import PackItem, load_pack
from motionlens.synthesis.vocabulary import ACTIONS


@pytest.fixture(scope="module")
def pack() -> list[PackItem]:
    return load_pack(resource_dir("assets") / "starter")


def test_it_holds_every_action_and_at_least_300_motions(pack: list[PackItem]) -> None:
    assert len(pack) >= 300
    assert len({item.name for item in pack}) == len(pack)
    shown = {a.name for i in pack for s in i.recipe.steps for a in (s.base, s.overlay) if a}
    assert shown == set(ACTIONS)


def test_every_motion_has_several_captions_whose_words_are_grounded_inside_it(pack: list[PackItem]) -> None:
    for item in pack:
        assert len(set(item.captions)) >= 3
        for caption in item.grounded:
            assert caption.groundings
            for g in caption.groundings:
                assert caption.text[g.text_start : g.text_end].strip()
                assert g.joints
                assert 0 <= g.start_s < g.end_s <= len(item.positions) / 20 + 0.05


@pytest.mark.parametrize("number", [0, 60, 120, 180, 240, 300])
def test_it_is_what_the_synthesiser_makes(pack: list[PackItem], number: int) -> None:
    """Fails when the generator changed and the pack was not built again."""
    item = pack[number]
    np.testing.assert_allclose(item.positions, synthesise(item.recipe).positions, atol=6e-4)


def test_a_damaged_pack_is_one_sentence(tmp_path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "starter.json").write_text("{")
    with pytest.raises(UnreadableFileError, match="install MotionLens again"):
        load_pack(tmp_path)
