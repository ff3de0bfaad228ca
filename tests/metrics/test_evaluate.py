import numpy as np
import pytest

from eightcount.metrics.evaluate import evaluate
from eightcount.metrics.protocols import PROTOCOLS
from eightcount.motion.errors import EightcountError
from eightcount.motion.formats.npz import save_take

LODGE = PROTOCOLS["lodge"]


def fill(folder, figures, count, first=0, fps=30.0, **extra):
    folder.mkdir(parents=True, exist_ok=True)
    for k in range(first, first + count):
        size = 0.1 if k % 2 else 0.4
        motion = figures.dancing(130, seed=k, fps=fps, size=size)
        save_take(
            folder / f"{k:02d}.npz",
            motion,
            beats=np.arange(3.0, 130, 11 + k % 5),
            genre="calm" if k % 2 else "wild",
            seed=k,
            model="m",
            extra={"song": f"song{k % 5}"} | extra,
        )
    return folder


@pytest.fixture(scope="module")
def folders(tmp_path_factory, figures):
    root = tmp_path_factory.mktemp("evaluate")
    return (
        fill(root / "takes", figures, 6, first=100, upper_tokens=[1, 2, 2, 5], codes=8),
        fill(root / "real", figures, 20),
    )


@pytest.fixture(scope="module")
def result(folders):
    return evaluate(*folders, LODGE, controls=True)


def test_every_set_is_there_with_its_clips(result):
    counts = {key: len(s.clips) for key, s in result.sets.items()}
    assert counts == {
        "takes": 6, "real": 20, "split": 10, "copied": 20, "mirrored": 20, "frozen": 20,
        "jittered": 20, "swapped": 20,
    }  # fmt: skip
    assert result.fps == 30 and result.bad_files == [] and len(result.take_paths) == 6


def test_every_estimate_lies_in_its_interval(result):
    for chosen in result.sets.values():
        for key, e in chosen.estimates.items():
            if not np.isnan(e.low):
                slack = 1e-9 + 1e-9 * abs(e.value)
                assert e.low - slack <= e.value <= e.high + slack, (chosen.key, key)


def test_genres_are_judged_held_out(result):
    assert result.judge.genres == ("calm", "wild")
    assert result.sets["real"].estimates["genre_accuracy"].value > 0.8
    assert result.sets["takes"].guesses.score().clips == 6


def test_tokens_and_seeds_are_counted(result):
    assert result.usage["upper"].share == 3 / 8
    assert set(result.seeds) == {"song0 / calm", "song0 / wild"} or all(
        d.takes == 2 for d in result.seeds.values()
    )


def test_few_clips_are_pointed_out(result):
    assert any("6 clips" in note for note in result.notes)


def test_the_same_folders_give_the_same_numbers(folders, result):
    again = evaluate(*folders, LODGE, controls=True)
    assert again.sets["takes"].estimates == result.sets["takes"].estimates
    assert again.verdicts == result.verdicts


def test_without_controls_there_is_still_the_split(folders):
    result = evaluate(*folders, LODGE)
    assert list(result.sets) == ["takes", "real", "split"] and result.verdicts == []


def test_bad_files_are_listed_and_end_nothing(tmp_path, figures):
    takes = fill(tmp_path / "takes", figures, 3)
    real = fill(tmp_path / "real", figures, 5)
    (takes / "00a.npz").write_text("nonsense")
    fill(takes, figures, 1, first=50, fps=60.0)
    (real / "x.pkl").write_bytes(b"nonsense")
    result = evaluate(takes, real, LODGE)
    assert len(result.sets["takes"].clips) == 3 and len(result.sets["real"].clips) == 5
    assert [b.name.rsplit("/", 1)[-1] for b in result.bad_files] == ["00a.npz", "50.npz", "x.pkl"]


def test_folders_with_one_clip_give_what_one_clip_can(tmp_path, figures):
    takes, real = (fill(tmp_path / name, figures, 1) for name in ("takes", "real"))
    result = evaluate(takes, real, LODGE, controls=True)
    assert "fid_k" not in result.sets["takes"].estimates
    assert np.isfinite(result.sets["takes"].estimates["pfc"].value)
    assert any("1 clips" in n for n in result.notes) and result.verdicts == []


def test_a_folder_of_nothing_but_bad_files_is_an_error(tmp_path, figures):
    real = fill(tmp_path / "real", figures, 2)
    takes = tmp_path / "takes"
    takes.mkdir()
    (takes / "a.npz").write_text("nonsense")
    with pytest.raises(EightcountError, match=r"None of the 1 files .*a\.npz") as caught:
        evaluate(takes, real, LODGE)
    assert caught.value.code == "no-clips" and caught.value.hint


def test_a_reference_at_another_rate_needs_resampling(tmp_path, figures):
    takes = fill(tmp_path / "takes", figures, 2)
    real = fill(tmp_path / "real", figures, 4, fps=60.0)
    with pytest.raises(EightcountError, match="60 frames a second, the run 30"):
        evaluate(takes, real, LODGE)
    result = evaluate(takes, real, PROTOCOLS["bailando"], resample=60)
    assert result.fps == 60 and len(result.sets["real"].clips) == 4
    assert result.sets["takes"].clips[0].frames == 259


def test_another_rate_than_the_protocols_is_noted(tmp_path, figures):
    takes, real = (fill(tmp_path / name, figures, 2) for name in ("takes", "real"))
    result = evaluate(takes, real, PROTOCOLS["bailando"])
    assert any("published at 60 fps" in note for note in result.notes)
