"""The command line: files it writes, one sentence for a fault, exit codes."""

from __future__ import annotations

import json

import numpy as np
import pytest
import soundfile

from eightcount.cli import main
from eightcount.motion.formats.bvh import motion_from_bvh
from eightcount.motion.formats.npz import load_take
from eightcount.music.synth import synthesise


@pytest.fixture(scope="module")
def song_path(tmp_path_factory):
    samples, rate, *_ = synthesise("house", 4.0, 120, 1)
    path = tmp_path_factory.mktemp("歌") / "my song.ogg"
    soundfile.write(path, samples, rate)
    return path


def generate(song_path, out, capsys, *more) -> dict:
    code = main(
        ["generate", str(song_path), "--model", "debug", "--genre", "pop", "--seed", "5",
         "--steps", "2", "--out", str(out), "--json", *more]
    )  # fmt: skip
    assert code == 0
    return json.loads(capsys.readouterr().out)


def test_generate_writes_npz_and_bvh(song_path, tmp_path, capsys):
    result = generate(song_path, tmp_path, capsys)
    npz = tmp_path / "my song_pop_5.npz"
    with np.load(npz) as data:
        assert data["smpl_poses"].shape == (120, 72) and data["joints"].shape == (120, 24, 3)
        assert data["contacts"].shape == (120, 4) and float(data["fps"]) == 30
        assert str(data["genre"]) == "pop" and int(data["seed"]) == 5
        assert str(data["model"]) == "debug" and 5 <= len(data["beats"]) <= 10
    take = load_take(npz)
    bvh = motion_from_bvh(tmp_path / "my song_pop_5.bvh")
    np.testing.assert_allclose(bvh.joints(), take.motion.joints(), atol=1e-4)
    assert result["frames"] == 120 and set(result["timings"]) >= {"rhythm", "choreograph"}


def test_same_seed_same_file(song_path, tmp_path, capsys):
    generate(song_path, tmp_path / "a", capsys)
    generate(song_path, tmp_path / "b", capsys)
    a, b = (load_take(tmp_path / x / "my song_pop_5.npz").motion for x in "ab")
    np.testing.assert_array_equal(a.rotations, b.rotations)


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["generate", "no such file.ogg", "--model", "debug"], "no such file"),
        (["generate", "{song}", "--model", "nobody"], "nobody"),
        (["generate", "{song}", "--model", "debug", "--genre", "polka"], "polka"),
        (["generate", "{song}", "--model", "debug", "--device", "abacus"], "abacus"),
        (["generate", "{song}", "--model", "debug", "--seconds", "0.2"], "at least"),
        (["train", "bundle", "--config", "x.toml", "--work", "w"], "x.toml"),
    ],
)
def test_faults_are_one_sentence_and_leave_nothing(song_path, tmp_path, capsys, arguments, word):
    arguments = [a.replace("{song}", str(song_path)) for a in arguments]
    if arguments[0] == "generate":
        arguments += ["--out", str(tmp_path / "out")]
    assert main(arguments) == 1
    captured = capsys.readouterr()
    assert word in captured.err and captured.err.count("\n") == 1
    assert "Traceback" not in captured.err and not list(tmp_path.rglob("*.npz"))


def test_doctor_says_what_was_found(capsys):
    assert main(["doctor", "--json", "--model", "debug"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["model"]["name"] == "debug" and found["model"]["fps"] == 30
    assert found["scan"] in {"ssd_chunked", "mamba_ssm"} and found["device"]


def test_help_names_every_command(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    text = capsys.readouterr().out
    for command in ("generate", "serve", "train", "metrics", "evaluate", "doctor"):
        assert command in text


def test_edit_keeps_what_is_outside(song_path, tmp_path, capsys):
    generate(song_path, tmp_path, capsys)
    before = tmp_path / "my song_pop_5.npz"
    after = tmp_path / "edited.npz"
    code = main(
        ["edit", str(before), str(song_path), "--range", "1.0:2.5", "--half", "upper", "--steps", "2",
         "--seed", "8", "--model", "debug", "--out", str(after), "--json"]
    )  # fmt: skip
    assert code == 0 and json.loads(capsys.readouterr().out)["frames"] == 120
    with np.load(before) as a, np.load(after) as b:
        changed = np.abs(a["smpl_poses"] - b["smpl_poses"]).max(1) > 0
        np.testing.assert_array_equal(a["smpl_trans"], b["smpl_trans"])
        outside = np.r_[0:30, 75:120]
        assert changed[30:75].any() and not changed[outside].any()
    assert load_take(after).extra["edits"][0]["half"] == "upper"


def test_edit_keeps_pinned_poses(song_path, tmp_path, capsys):
    generate(song_path, tmp_path, capsys)
    before, after = tmp_path / "my song_pop_5.npz", tmp_path / "edited.npz"
    edit = ["edit", str(before), str(song_path), "--range", "1.0:3.0", "--steps", "2"]
    edit += ["--seed", "8", "--model", "debug", "--out", str(after)]
    assert main([*edit, "--pin", "2.0"]) == 0
    a, b = load_take(before).motion, load_take(after).motion
    moved = np.abs(a.rotations - b.rotations).max((1, 2))
    assert moved[60] < 1e-4 and moved[30:90].max() > 1e-3
    np.testing.assert_allclose(a.translation[60], b.translation[60], atol=1e-3)
    assert load_take(after).extra["edits"][0]["pins"] == [60]


@pytest.mark.parametrize(("second", "words"), [("9.0", "lasts 4.00 s"), ("3.5", "widen the range")])
def test_edit_refuses_pins_where_nothing_is_danced_anew(song_path, tmp_path, capsys, second, words):
    generate(song_path, tmp_path, capsys)
    take, out = tmp_path / "my song_pop_5.npz", tmp_path / "edited.npz"
    edit = ["edit", str(take), str(song_path), "--range", "1.0:3.0", "--steps", "2", "--model"]
    assert main([*edit, "debug", "--out", str(out), "--pin", second]) == 1
    assert words in capsys.readouterr().err and not out.exists()


def test_how_the_song_is_counted_is_kept_with_the_take(song_path, tmp_path, capsys):
    heard = generate(song_path, tmp_path / "a", capsys)
    double = generate(
        song_path, tmp_path / "b", capsys, "--tempo-factor", "2", "--first-count", "3"
    )
    assert double["tempo"] == pytest.approx(2 * heard["tempo"])
    takes = [load_take(result["npz"]) for result in (heard, double)]
    assert len(takes[1].beats) >= 2 * len(takes[0].beats) - 1
    assert (takes[1].extra["tempo_factor"], takes[1].extra["first_count"]) == (2.0, 3)
    out = tmp_path / "edited.npz"
    edit = ["edit", double["npz"], str(song_path), "--range", "1.0:2.5", "--steps", "2", "--model"]
    assert main([*edit, "debug", "--out", str(out)]) == 0
    np.testing.assert_array_equal(load_take(out).beats, takes[1].beats)
    assert main([*edit, "debug", "--out", str(out), "--tempo-factor", "1"]) == 0
    np.testing.assert_array_equal(load_take(out).beats, takes[0].beats)
    assert load_take(out).extra["first_count"] == 3


def test_without_a_genre_the_one_that_was_danced_is_said(song_path, tmp_path, capsys):
    code = main(
        ["generate", str(song_path), "--model", "debug", "--steps", "1", "--seconds", "1.5",
         "--out", str(tmp_path), "--json"]
    )  # fmt: skip
    said = json.loads(capsys.readouterr().out)
    assert code == 0 and said["genre"] in ("salsa", "modern", "pop")
    assert load_take(said["npz"]).genre == said["genre"]


@pytest.mark.parametrize("text", ["4", "a:b", "1:2:3"])
def test_edit_refuses_unreadable_ranges(song_path, tmp_path, capsys, text):
    code = main(
        ["edit", "x.npz", str(song_path), "--range", text, "--out", str(tmp_path / "o.npz")]
    )
    assert code == 1 and "FROM:TO" in capsys.readouterr().err
