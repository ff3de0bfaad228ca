"""A stage whose inputs changed starts anew and loses nothing; the same inputs go on."""

from __future__ import annotations

import pytest

from eightcount.training.lineage import begin_stage


@pytest.fixture
def inputs(tmp_path):
    """A shard and an earlier stage's weights."""
    (tmp_path / "pairs").mkdir()
    (tmp_path / "pairs" / "lower.npy").write_bytes(b"rows")
    (tmp_path / "weights.pt").write_bytes(b"tokenizer")
    return {"pairs": tmp_path / "pairs", "tokenizer": tmp_path / "weights.pt"}


def begun(folder, inputs, **config):
    """A stage with a checkpoint."""
    begin_stage(folder, config, inputs)
    (folder / "checkpoint.pt").write_text("step 250")
    return folder


def test_the_same_inputs_go_on(tmp_path, inputs):
    stage = begun(tmp_path / "generator", inputs, levels=(7, 5))
    begin_stage(stage, {"levels": (7, 5)}, inputs)
    assert (stage / "checkpoint.pt").read_text() == "step 250"


@pytest.mark.parametrize("what", ["shard", "name in shard", "weights", "config"])
def test_other_inputs_start_anew_and_the_old_stage_is_kept_beside(tmp_path, inputs, capsys, what):
    stage = begun(tmp_path / "generator", inputs, width=8)
    if what == "shard":
        (inputs["pairs"] / "lower.npy").write_bytes(b"better")
    elif what == "name in shard":
        (inputs["pairs"] / "lower.npy").rename(inputs["pairs"] / "upper.npy")
    elif what == "weights":
        inputs["tokenizer"].write_bytes(b"trained longer")
    begin_stage(stage, {"width": 9 if what == "config" else 8}, inputs)
    assert not (stage / "checkpoint.pt").exists()
    assert (tmp_path / "generator.before-1" / "checkpoint.pt").read_text() == "step 250"
    named = {"weights": "tokenizer", "config": "config"}.get(what, "pairs")
    assert f"{named} changed" in capsys.readouterr().out
    begun(stage, inputs, width=10)
    assert (tmp_path / "generator.before-2").is_dir()


def test_a_folder_without_a_note_is_taken_as_it_is(tmp_path, inputs):
    (tmp_path / "refiner").mkdir()
    (tmp_path / "refiner" / "checkpoint.pt").write_text("step 1")
    begin_stage(tmp_path / "refiner", {}, inputs)
    begin_stage(tmp_path / "refiner", {}, inputs)
    assert (tmp_path / "refiner" / "checkpoint.pt").exists()
