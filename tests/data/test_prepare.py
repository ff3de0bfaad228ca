"""``eightcount data prepare``: one bad file ends nothing, half a shard is none."""

from __future__ import annotations

import argparse
import errno
import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from eightcount.data import command, manifest, prepare
from eightcount.data.prepare import Preparation
from eightcount.data.shards import open_shard
from eightcount.motion.errors import EightcountError
from eightcount.motion.streams import from_streams
from tests.data.foreign import MIXAMO, assert_same_dance, dance, write_aist, write_bvh

NAMES = [f"gPO_sBM_cAll_d1{d}_mPO{m}_ch0{c}" for c in range(1, 5) for m, d in ((0, 0), (3, 1))]


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Eight good AIST++ files of four choreographies, and one of each kind of bad file."""
    folder = tmp_path / "aist"
    folder.mkdir()
    for number, name in enumerate(NAMES):
        write_aist(folder / f"{name}.pkl", dance(120, 60.0, seed=number))
    write_aist(folder / "short.pkl", dance(40, 60.0))
    broken = dance(120, 60.0)
    broken.translation[7] = np.nan
    write_aist(folder / "nan.pkl", broken)
    whole = (folder / f"{NAMES[0]}.pkl").read_bytes()
    (folder / "cut.pkl").write_bytes(whole[: len(whole) // 2])
    (folder / "empty.pkl").write_bytes(b"")
    return folder


def parsed(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return parser.parse_args(["prepare", *words])


def run(source: Path, out: Path, *words: str, kind: str = "aist") -> dict:
    assert command.run(parsed(str(source), "--kind", kind, "--out", str(out), *words)) == 0
    return json.loads((out / "manifest.json").read_text(encoding="utf-8"))


def test_good_files_go_in_and_bad_ones_are_named(corpus, tmp_path, capsys):
    made = run(corpus, tmp_path / "out", "--licence", "for this test")
    assert [kept["file"] for kept in made["files"]] == sorted(f"{name}.pkl" for name in NAMES)
    codes = {bad["file"]: bad["code"] for bad in made["refused"]}
    assert codes == {
        "cut.pkl": "pickle-refused",
        "empty.pkl": "pickle-damaged",
        "nan.pkl": "motion-nan",
        "short.pkl": "motion-short",
    }
    assert made["licence"] == "for this test"
    assert made["minutes"]["pop"]["training"] == pytest.approx(6 * 2 / 60, abs=0.01)
    said = capsys.readouterr()
    assert "8 files kept" in said.out and "nan.pkl: 1 of its 120 frames" in said.err


def test_shard_holds_the_dances_split_by_choreography(corpus, tmp_path):
    made = run(corpus, tmp_path / "out")
    shard = open_shard(tmp_path / "out")
    held = {s.info["choreography"] for s in shard.held_out()}
    assert held == set(made["split"]["held_out_choreographies"]) and len(held) == 1
    assert held.isdisjoint(s.info["choreography"] for s in shard.training())
    assert {s.info["mirrored"] for s in shard.training()} == {True, False}
    assert {s.info["speed"] for s in shard.held_out()} == {1.0}
    for number, name in enumerate(NAMES):
        found = [s for s in shard.sequences if s.name == name and s.info["speed"] == 1.0]
        plain = next(s for s in found if not s.info["mirrored"])
        motion, _ = from_streams(shard.read(plain, "lower"), shard.read(plain, "upper"))
        expected = dance(120, 60.0, seed=number)
        every = replace(
            expected,
            rotations=expected.rotations[:-1:2],
            translation=expected.translation[:-1:2],
            contacts=expected.contacts[:-1:2],
            fps=30.0,
        )
        heights = motion.joints()[..., 1], every.joints()[..., 1]
        np.testing.assert_allclose(*heights, atol=5e-3)


def test_without_augmentation_each_dance_is_there_once(corpus, tmp_path):
    made = run(corpus, tmp_path / "out", "--no-augment", "--held-out", "0.5", "--genre", "mine")
    assert len(open_shard(tmp_path / "out").sequences) == 8
    assert made["split"]["held_out"] == 2 and set(made["minutes"]) == {"mine"}
    assert not made["augmented"]


def test_summary_shows_clips_and_refusals(corpus, tmp_path):
    run(corpus, tmp_path / "out", "--no-augment")
    page = (tmp_path / "out" / "summary.html").read_text(encoding="utf-8")
    assert "nan.pkl" in page and "not stated" in page and "summary.png" in page
    assert (tmp_path / "out" / "summary.png").read_bytes()[:4] == b"\x89PNG"


def test_licence_file_is_kept(corpus, tmp_path):
    (corpus / "LICENSE.txt").write_text("Be kind.")
    assert run(corpus, tmp_path / "out", "--no-augment")["licence"] == "Be kind."


def test_a_jump_makes_two_pieces(tmp_path):
    motion = dance(240, 60.0)
    motion.translation[100:] += np.float32([0, 0, 2])
    (tmp_path / "in").mkdir()
    write_aist(tmp_path / "in" / "a.pkl", motion)
    made = run(tmp_path / "in", tmp_path / "out", "--no-augment")
    assert made["files"][0]["pieces"] == 2
    assert [s.name for s in open_shard(tmp_path / "out").sequences] == ["a #1", "a #2"]


def test_cmu_keeps_its_own_split(tmp_path):
    folder = tmp_path / "cmu"
    folder.mkdir()
    rows = ["file,subject,genre"]
    for name in ("60_01", "60_05", "61_05", "01_02"):
        subject = name[:2]
        write_bvh(folder / f"{name}.bvh", dance(200, 60.0), cmu_names())
        rows.append(f"{name}.bvh,{subject},{'salsa' if subject in '60 61' else ''}")
    (folder / "index.csv").write_text("\n".join([*rows, "60_09.bvh,60,salsa"]))
    made = run(folder, tmp_path / "out", "--no-augment", kind="cmu")
    assert made["split"]["held_out_choreographies"] == ["60+61_05"]
    assert [bad["file"] for bad in made["refused"]] == ["60_09.bvh"]
    assert "mocap.cs.cmu.edu" in made["licence"]


def cmu_names() -> list[str]:
    """Names of CMU's skeleton, in our order."""
    changed = {3: "LowerBack", 6: "Spine", 9: "Spine1", 12: "Neck1"}
    return [changed.get(j, name) for j, name in enumerate(MIXAMO)]


@pytest.mark.parametrize("kind", ["bvh", "motorica"])
def test_bvh_kinds(tmp_path, kind):
    folder = tmp_path / "in"
    folder.mkdir()
    name = "kthstreet_gLH_sFM_cAll_d01_mLH4_ch01"
    write_bvh(folder / f"{name}.bvh", dance(200, 120.0))
    (folder / "notes.txt").write_text("not motion")
    made = run(folder, tmp_path / "out", "--no-augment", kind=kind)
    assert made["files"][0]["genre"] == "la hip-hop"
    assert ("Motorica" in made["licence"]) == (kind == "motorica")
    shard = open_shard(tmp_path / "out")
    streams = (shard.read(shard.sequences[0], key) for key in ("lower", "upper"))
    motion, _ = from_streams(*streams)
    expected = dance(200, 120.0)
    rows = slice(0, 199, 4)
    expected = replace(
        expected,
        rotations=expected.rotations[rows],
        translation=expected.translation[rows],
        contacts=expected.contacts[rows],
        fps=30.0,
    )
    yaw = float(np.arctan2(*_facing(expected)) - np.arctan2(*_facing(motion)))
    assert_same_dance(motion.turned(yaw), expected, 0.03)


def _facing(motion) -> tuple[float, float]:
    across = motion.joints()[0, 1] - motion.joints()[0, 2]
    return -across[2], across[0]


@pytest.mark.parametrize("kind", ["bvh", "aist", "amass", "finedance", "joints"])
def test_empty_and_missing_folders_are_named(tmp_path, kind):
    (tmp_path / "in").mkdir()
    for folder, code in ((tmp_path / "in", "source-empty"), (tmp_path / "no", "source-missing")):
        with pytest.raises(EightcountError) as fault:
            run(folder, tmp_path / "out", kind=kind)
        assert fault.value.code == code
    assert not (tmp_path / "out").exists()


def test_nothing_usable_says_why_and_leaves_the_old_shard(corpus, tmp_path):
    run(corpus, tmp_path / "out", "--no-augment")
    for name in NAMES:
        (corpus / f"{name}.pkl").write_bytes(b"nothing")
    with pytest.raises(EightcountError, match="None of the 12 files") as fault:
        run(corpus, tmp_path / "out", "--no-augment")
    assert fault.value.code == "nothing-usable"
    assert len(open_shard(tmp_path / "out").sequences) == 8
    assert not list((tmp_path / "out").glob("*.part"))


def test_out_must_not_be_the_source_nor_hold_other_arrays(corpus, tmp_path):
    with pytest.raises(EightcountError, match="source folder"):
        run(corpus, corpus)
    shutil.copytree(corpus, tmp_path / "out")
    np.save(tmp_path / "out" / "features.npy", np.zeros(3))
    with pytest.raises(EightcountError, match="features.npy"):
        run(corpus, tmp_path / "out")


def full_disk(*_, **__):
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("where", ["frames", "manifest"])
def test_full_disk_is_one_sentence_and_no_shard(corpus, tmp_path, monkeypatch, where):
    if where == "frames":
        monkeypatch.setattr("eightcount.data.shards._GrowingArray.append", full_disk)
    else:
        monkeypatch.setattr(manifest.Manifest, "as_json", full_disk)
    with pytest.raises(EightcountError, match="No space left on device") as fault:
        run(corpus, tmp_path / "out", "--no-augment")
    assert fault.value.code == "disk-full"
    assert not list((tmp_path / "out").iterdir())


def test_being_stopped_leaves_nothing(corpus, tmp_path, monkeypatch):
    real, calls = prepare.check_motion, []

    def stopped(*args, **kwargs):
        calls.append(1)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return real(*args, **kwargs)

    monkeypatch.setattr(prepare, "check_motion", stopped)
    with pytest.raises(KeyboardInterrupt):
        prepare.prepare(Preparation(corpus, "aist", tmp_path / "out"))
    assert not list((tmp_path / "out").iterdir())


def test_any_fault_of_a_reader_is_one_files_fault(corpus, tmp_path, monkeypatch):
    real = prepare.check_motion

    def odd(motion, **kwargs):
        if len(motion) == 40:
            raise ZeroDivisionError("odd")
        return real(motion, **kwargs)

    monkeypatch.setattr(prepare, "check_motion", odd)
    made = run(corpus, tmp_path / "out", "--no-augment")
    assert any("ZeroDivisionError: odd" in bad["sentence"] for bad in made["refused"])
    assert len(made["files"]) == 8


def test_odd_share_is_named(corpus, tmp_path):
    with pytest.raises(EightcountError, match="no share"):
        run(corpus, tmp_path / "out", "--held-out", "1.5")


def test_commands_kinds_are_the_readers():
    from eightcount.data.readers.kinds import KINDS

    assert set(command.KIND_NAMES) == {*KINDS, "cmu"}
