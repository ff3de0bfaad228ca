"""Model folders: round trip, and every way they can be wrong."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from eightcount.models import FORMAT, debug_model, list_models, load_model, save_model
from eightcount.motion.errors import EightcountError


@pytest.fixture
def saved(tmp_path, monkeypatch):
    monkeypatch.setenv("EIGHTCOUNT_MODELS", str(tmp_path))
    save_model(debug_model(), tmp_path / "mine")
    return tmp_path / "mine"


def test_round_trip_in_half_precision(saved):
    model, again = debug_model(), load_model("mine")
    assert again.genres == model.genres and again.name == "mine"
    for key, net in model.nets().items():
        for name, tensor in net.state_dict().items():
            torch.testing.assert_close(
                again.nets()[key].state_dict()[name], tensor, atol=2e-3, rtol=2e-3
            )
    assert list_models() == ["mine", "debug"]


def test_path_works_as_a_name(saved):
    assert load_model(str(saved)).name == "mine"


def test_missing_model_names_what_is_there(saved):
    with pytest.raises(EightcountError, match="mine, debug"):
        load_model("other")


@pytest.mark.parametrize("damage", ["truncate", "garbage", "gone", "config"])
def test_damaged_models_are_named(saved, damage):
    weights = saved / "weights.safetensors"
    if damage == "truncate":
        weights.write_bytes(weights.read_bytes()[:-1000])
    elif damage == "garbage":
        weights.write_bytes(b"\x00" * 100)
    elif damage == "gone":
        weights.unlink()
    else:
        (saved / "config.toml").write_text('genres = ["a"]')
    with pytest.raises(EightcountError, match="cannot be read") as caught:
        load_model("mine")
    assert caught.value.code == "model-damaged" and caught.value.hint


@pytest.mark.parametrize(("made_in", "cure"), [(FORMAT + 1, "Update"), (FORMAT - 1, "train yours")])
def test_other_formats_say_what_to_do(saved, made_in, cure):
    config = saved / "config.toml"
    config.write_text(config.read_text().replace(f"format = {FORMAT}", f"format = {made_in}"))
    with pytest.raises(EightcountError, match=cure):
        load_model("mine")


def test_unknown_genre_names_the_known():
    with pytest.raises(EightcountError, match="salsa, modern, pop"):
        debug_model().genre_index("polka")


def test_debug_model_is_always_the_same():
    a, b = debug_model(), debug_model()
    for x, y in zip(a.generator.parameters(), b.generator.parameters(), strict=True):
        assert torch.equal(x, y)


def test_a_genre_may_need_more_heat(tmp_path):
    model = replace(debug_model(), heat={"salsa": 1.5})
    save_model(model, tmp_path / "warm")
    again = load_model(str(tmp_path / "warm"))
    salsa, pop = (again.genre_index(name) for name in ("salsa", "pop"))
    assert [again.temperature(0.6, genre) for genre in (salsa, pop, -1)] == pytest.approx(
        [0.9, 0.6, 0.6]
    )


def test_a_model_says_how_much_of_the_stage_a_genre_uses(tmp_path):
    model = replace(debug_model(), stage={"pop": (0.3, 90.0)})
    save_model(model, tmp_path / "wide")
    again = load_model(str(tmp_path / "wide"))
    genres = np.array([again.genre_index("pop"), again.genre_index("salsa"), -1])
    np.testing.assert_allclose(again.stage_amounts(genres), [[0.3, np.pi / 2], [0, 0], [0, 0]])


def test_a_model_is_told_more_where_it_replies_with_less(tmp_path):
    model = replace(debug_model(), reply={"salsa": (0.8, -0.5)})
    save_model(model, tmp_path / "sluggish")
    again = load_model(str(tmp_path / "sluggish"))
    assert again.reply == {"salsa": (0.8, -0.5)}
    genres = np.array([again.genre_index("salsa"), again.genre_index("pop"), -1])
    salsa, pop, any_genre = again.told(np.full(3, 0.5), genres)
    assert salsa > 0.7 and pop == any_genre == pytest.approx(0.5)
