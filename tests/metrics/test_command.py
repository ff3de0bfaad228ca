import argparse
import json

import numpy as np
import pytest

from eightcount.metrics import command
from eightcount.metrics.kinetic import kinetic_features
from eightcount.motion.errors import EightcountError
from eightcount.motion.formats.npz import save_take


def metrics(*words):
    parser = argparse.ArgumentParser()
    command.add_metrics_arguments(parser)
    return command.run_metrics(parser.parse_args([str(w) for w in words]))


def evaluate(*words):
    parser = argparse.ArgumentParser()
    command.add_evaluate_arguments(parser)
    return command.run_evaluate(parser.parse_args([str(w) for w in words]))


@pytest.fixture
def joints(tmp_path, figures):
    path = tmp_path / "joints.npy"
    np.save(path, figures.wandering(90))
    return path


@pytest.fixture
def beats(tmp_path):
    path = tmp_path / "beats.npy"
    np.save(path, np.arange(5.0, 90, 15))
    return path


def test_json_holds_the_values_of_the_joints_as_given(joints, beats, capsys):
    assert metrics(joints, "--fps", 30, "--up", "y", "--beats", beats, "--json") == 0
    values = json.loads(capsys.readouterr().out)
    assert len(values) == 14 and values["rs"] is not None
    np.testing.assert_allclose(values["kinetic"], kinetic_features(np.load(joints)), rtol=1e-12)


def test_z_up_is_the_same_dance_turned(joints, tmp_path, capsys):
    metrics(joints, "--json")
    expected = json.loads(capsys.readouterr().out)
    p = np.load(joints)
    np.save(tmp_path / "z.npy", np.stack([p[..., 0], -p[..., 2], p[..., 1]], axis=-1))
    metrics(tmp_path / "z.npy", "--up", "z", "--json")
    assert json.loads(capsys.readouterr().out) == expected


def test_beats_beyond_the_take_are_pointed_out(joints, tmp_path, capsys):
    np.save(tmp_path / "long.npy", np.arange(0.0, 150, 30))
    metrics(joints, "--beats", tmp_path / "long.npy", "--json")
    printed = capsys.readouterr()
    assert "2 of 5 beats lie outside the 90 frames" in printed.err
    json.loads(printed.out)


def test_the_table_is_for_people(joints, capsys):
    metrics(joints)
    out = capsys.readouterr().out
    assert "bas_music_to_motion    –" in out and "left_ankle" in out and "spine horizontal" in out


def test_bad_files_are_named(tmp_path, joints, figures):
    def fails(match, *words):
        with pytest.raises(EightcountError, match=match) as caught:
            metrics(*words)
        assert caught.value.hint

    fails("none.npy cannot be read", tmp_path / "none.npy")
    (tmp_path / "text.npy").write_text("no array")
    fails("text.npy is no numpy array", tmp_path / "text.npy")
    np.save(tmp_path / "object.npy", np.array([None]), allow_pickle=True)
    fails("object.npy is no numpy array", tmp_path / "object.npy")
    np.savez(tmp_path / "two.npz", a=np.zeros(3))
    fails("two.npz holds several", tmp_path / "two.npz")
    np.save(tmp_path / "flat.npy", np.zeros((90, 72)))
    fails(r"flat.npy holds float64 \(90, 72\)", tmp_path / "flat.npy")
    fails("flat.npy holds", tmp_path / "flat.npy", "--up", "z")
    np.save(tmp_path / "line.npy", np.zeros(90))
    fails(r"line.npy holds float64 \(90,\)", tmp_path / "line.npy", "--up", "z")
    np.save(tmp_path / "short.npy", figures.wandering(9))
    fails("short.npy has 9 frames", tmp_path / "short.npy")
    fails("no frame rate", joints, "--fps", 0)
    np.save(tmp_path / "no_beats.npy", np.zeros(0))
    fails("no_beats.npy holds no beats", joints, "--beats", tmp_path / "no_beats.npy")


def test_evaluate_writes_both_files_and_lists_bad_ones(tmp_path, figures, capsys):
    for name in ("takes", "real"):
        (tmp_path / name).mkdir()
        for k in range(4):
            save_take(
                tmp_path / name / f"{k}.npz",
                figures.dancing(60, seed=k),
                beats=np.arange(3.0, 60, 11 + k),
                genre="pop",
                seed=k,
                model="m",
            )
    (tmp_path / "takes" / "bad.npz").write_text("nonsense")
    out = tmp_path / "deep" / "out"
    words = ("--takes", tmp_path / "takes", "--reference", tmp_path / "real", "--out", out)
    assert evaluate(*words, "--protocol", "lodge") == 0
    assert (out / "report.html").stat().st_size > 10_000
    assert json.loads((out / "scores.json").read_text(encoding="utf-8"))["sets"]["takes"]["n"] == 4
    printed = capsys.readouterr()
    assert "fid_k" in printed.out and "bad.npz" in printed.err
    with pytest.raises(EightcountError, match="no frame rate"):
        evaluate(*words, "--resample", 0)
