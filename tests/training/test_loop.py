"""The training loop's curves."""

from __future__ import annotations

import csv

from eightcount.training.loop import _append


def test_curves_keep_their_columns_when_a_run_goes_on_with_another_loss(tmp_path):
    path = tmp_path / "curves.csv"
    _append(path, {"step": 1, "train_pose": 0.5, "held_out_loss": 2.0})
    _append(path, {"step": 2, "train_pose": 0.4, "held_out_loss": 1.5})
    _append(path, {"step": 3, "train_pose": 0.3, "train_torso": 0.9, "held_out_loss": 1.0})
    with path.open() as file:
        rows = list(csv.DictReader(file))
    assert [r["step"] for r in rows] == ["1", "2", "3"]
    assert [r["held_out_loss"] for r in rows] == ["2.0", "1.5", "1.0"]
    assert [r["train_torso"] for r in rows] == ["", "", "0.9"]
    assert list(rows[0]) == ["step", "train_pose", "train_torso", "held_out_loss"]
