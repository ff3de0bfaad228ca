"""Genres, choreographies and the split by them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eightcount.data.labels import (
    Label,
    choreography_of,
    genre_of,
    hold_out,
    label_files,
    read_list,
)
from eightcount.motion.errors import EightcountError


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        # basic dances: the same numbered choreography by other dancers, to other music
        ("gBR_sBM_cAll_d04_mBR0_ch01", "gBR_sBM_cAll_d06_mBR3_ch01", True),
        ("gBR_sBM_cAll_d04_mBR0_ch01", "gBR_sBM_cAll_d04_mBR0_ch02", False),
        ("gBR_sBM_cAll_d04_mBR0_ch01", "gPO_sBM_cAll_d10_mPO0_ch01", False),
        # advanced ones are a dancer's own
        ("gBR_sFM_cAll_d04_mBR0_ch03", "gBR_sFM_cAll_d05_mBR0_ch03", False),
        # windows of one dance
        ("gBR_sBM_cAll_d04_mBR0_ch01_slice3", "gBR_sBM_cAll_d04_mBR0_ch01_slice12", True),
        # parts of one recording
        ("kthjazz_gCH_sFM_cAll_d02_mCH_ch01_fortyandtight_003",
         "kthjazz_gCH_sFM_cAll_d02_mCH_ch01_fortyandtight_004", True),
        ("DanceDB/a/one_C3D_poses", "DanceDB/a/one_poses", True),
        ("a/60_01", "a/60_02", False),
        ("twirl_mirror", "twirl", True),
    ],
)  # fmt: skip
def test_choreographies(a, b, same):
    assert (choreography_of(a) == choreography_of(b)) == same


def test_genres_by_name_and_by_label_file(tmp_path):
    assert genre_of(Path("gLO_sBM_cAll_d13_mLO0_ch01.pkl")) == "lock"
    assert genre_of(Path("kthjazz_gCH_sFM_cAll_d02_mCH_ch01_x_003.bvh")) == "charleston"
    for folder in ("motion", "label_json"):
        (tmp_path / folder).mkdir()
    (tmp_path / "label_json" / "001.json").write_text(
        json.dumps({"style1": "Folk", "style2": "Dai"})
    )
    assert genre_of(tmp_path / "motion" / "001.npy") == "dai"
    assert genre_of(tmp_path / "motion" / "002.npy") == ""


def test_index_and_options_overrule_names(tmp_path):
    files = [tmp_path / "a_1.bvh", tmp_path / "a_2.bvh"]
    (tmp_path / "index.csv").write_text("file,genre,choreography\na_1.bvh,salsa,couple\n")
    labels = label_files(tmp_path, files)
    assert (labels[0].genre, labels[0].choreography) == ("salsa", "couple")
    assert (labels[1].genre, labels[1].choreography) == ("", "a_2")
    labels = label_files(tmp_path, files, genre="pop", pattern=r"(\w)_\d")
    assert {(label.genre, label.choreography) for label in labels} == {
        ("pop", "a"),
        ("pop", "couple"),
    } - {("pop", "couple")}


@pytest.mark.parametrize("pattern", ["(", "abc"])
def test_bad_patterns_are_named(tmp_path, pattern):
    with pytest.raises(EightcountError, match="pattern"):
        label_files(tmp_path, [], pattern=pattern)


def labels(dances: int, takes: int, genre: str) -> list[Label]:
    return [
        Label(Path(f"{genre}{d}_{t}.pkl"), f"{genre}{d}_{t}", genre, f"{genre}{d}")
        for d in range(dances)
        for t in range(takes)
    ]


def test_a_choreography_is_on_one_side_only():
    split = hold_out(labels(20, 5, "pop") + labels(4, 3, "house") + labels(2, 9, "break"), 0.1)
    sides = {}
    for label in split:
        sides.setdefault(label.choreography, set()).add(label.held_out)
    assert all(len(side) == 1 for side in sides.values())
    held = [name for name, side in sides.items() if side == {True}]
    assert sum(name.startswith("pop") for name in held) == 2
    assert sum(name.startswith("house") for name in held) == 1
    assert sum(name.startswith("break") for name in held) == 0  # two are too few to spare one


def test_the_split_is_the_same_in_any_order():
    files = labels(20, 2, "pop")
    a = {label.name for label in hold_out(files, 0.2) if label.held_out}
    b = {label.name for label in hold_out(files[::-1], 0.2) if label.held_out}
    assert a == b and len(a) == 8


def test_a_list_holds_out_whole_choreographies(tmp_path):
    (tmp_path / "test.txt").write_text("pop3_1\n\n")
    split = hold_out(labels(5, 3, "pop"), 0.1, read_list(tmp_path / "test.txt"))
    assert [label.name for label in split if label.held_out] == ["pop3_0", "pop3_1", "pop3_2"]
    with pytest.raises(EightcountError, match="cannot be read"):
        read_list(tmp_path / "none.txt")
