"""Evaluation of a folder of takes against a folder of real clips: one pass over each."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from tqdm import tqdm

from eightcount.metrics.controls import BY_KEY, CONTROLS, control_motions, swapped
from eightcount.metrics.diversity import SeedDiversity, seed_diversity
from eightcount.metrics.estimates import ClipSet, estimate_set, labelled
from eightcount.metrics.frechet import Normaliser
from eightcount.metrics.genre import GenreJudge, train_judge
from eightcount.metrics.manual import MANUAL_NAMES
from eightcount.metrics.protocols import Protocol
from eightcount.metrics.scores import ClipScores, score_clip
from eightcount.metrics.takes import FPS_TOLERANCE, BadFile, find_clips, stream_clips
from eightcount.metrics.tokens import TokenUsage, token_usage
from eightcount.metrics.verdicts import Verdict, judge_controls
from eightcount.motion.errors import EightcountError

#: below this many clips FID and Div come with a warning.
FEW_CLIPS = 100


@dataclass(frozen=True)
class Evaluation:
    """Everything that the report shows.

    Attributes:
        protocol, fps: how the numbers were taken.
        sets: the takes, the real clips and the controls, in the order of the table's columns.
        verdicts: which metric tells which control from real clips.
        seeds: diversity over seeds, by "song / genre".
        usage: use of each token stream's codebook, where the takes carry tokens.
        judge: the genre classifier, or None.
        notes: what to bear in mind when reading the numbers.
        bad_files: files that were left out, and why.
        take_paths: files of the takes that were scored, in the order of the takes' set.
    """

    protocol: Protocol
    fps: float
    sets: dict[str, ClipSet]
    verdicts: list[Verdict]
    seeds: dict[str, SeedDiversity]
    usage: dict[str, TokenUsage]
    judge: GenreJudge | None
    notes: list[str]
    bad_files: list[BadFile]
    take_paths: list[Path]


@dataclass
class _Scored:
    """What one pass over a folder leaves."""

    clips: list[ClipScores] = field(default_factory=list)
    paths: list[Path] = field(default_factory=list)
    controls: dict[str, list[ClipScores]] = field(default_factory=dict)


def evaluate(
    takes: Path,
    reference: Path,
    protocol: Protocol,
    *,
    controls: bool = False,
    resample: float | None = None,
    progress: bool = False,
) -> Evaluation:
    """Score takes against real clips.

    Every file is read, scored and let go, so memory does not grow with the length of the takes and
    by some kilobytes with their number. A file that cannot be scored is listed and ends nothing.

    Args:
        takes, reference: folders of npz takes or AIST++ pickles, searched with their subfolders.
        protocol: which features FID and Div are taken on.
        controls: also make the controls from the reference and score them.
        resample: frame rate to bring all clips to; without it all must have the takes' rate.
        progress: show progress bars on stderr.

    Raises:
        EightcountError: for missing or empty folders, and when no file of one could be scored.
    """
    bad: list[BadFile] = []
    fps = resample
    passes = {}
    for name, folder in (("takes", takes), ("reference", reference)):
        made = controls and name == "reference"
        scored = _score_folder(folder, name, protocol, fps, resample, made, progress, bad)
        fps = fps or scored.clips[0].fps
        passes[name] = scored
    judge, notes = _train(passes["reference"].clips)
    sets = _make_sets(passes["takes"], passes["reference"], controls)
    _estimate(sets, judge, progress)
    judged = {k: s for k, s in sets.items() if k in BY_KEY}
    return Evaluation(
        protocol=protocol,
        fps=fps,
        sets=sets,
        verdicts=judge_controls(sets["real"], judged, BY_KEY),
        seeds=_seed_diversities(passes["takes"].clips),
        usage=_token_usages(passes["takes"].clips),
        judge=judge,
        notes=notes + _notes(sets, protocol, fps),
        bad_files=bad,
        take_paths=passes["takes"].paths,
    )


def _score_folder(
    folder: Path,
    name: str,
    protocol: Protocol,
    fps: float | None,
    resample: float | None,
    controls: bool,
    progress: bool,
    bad: list[BadFile],
) -> _Scored:
    paths = find_clips(folder)
    scored = _Scored()
    stream = stream_clips(paths, fps, resample)
    bar = tqdm(zip(paths, stream, strict=True), total=len(paths), desc=name, disable=not progress)
    for number, (path, clip) in enumerate(bar):
        if isinstance(clip, BadFile):
            bad.append(clip)
            continue
        scored.clips.append(score_clip(clip, protocol, keep_poses=name == "takes"))
        scored.paths.append(path)
        if controls:
            for key, motion in control_motions(clip.motion, seed=number).items():
                scored.controls.setdefault(key, []).append(score_clip(clip, protocol, motion))
    if not scored.clips:
        last = bad[-1]
        raise EightcountError(
            "no-clips",
            f"None of the {len(paths)} files in {folder} could be scored. {last.sentence}",
            last.hint,
        )
    return scored


def _make_sets(takes: _Scored, reference: _Scored, controls: bool) -> dict[str, ClipSet]:
    """The table's columns; halves and copies cost nothing, since they are the same scores again."""
    real = reference.clips
    sets = {
        "takes": ClipSet("takes", "Takes", takes.clips),
        "real": ClipSet("real", "Real", real),
    }
    made: dict[str, list[ClipScores]] = {}
    if len(real) >= 4:
        made["split"] = [real[i] for i in _half(len(real))]
    if controls:
        made |= reference.controls
        made["copied"] = list(real)
        made["swapped"] = swapped(real)
    for control in CONTROLS:
        if control.key in made:
            sets[control.key] = ClipSet(control.key, control.title, made[control.key])
    return sets


def _half(n: int) -> np.ndarray:
    return np.sort(np.random.default_rng(0).permutation(n)[: n // 2])


def _estimate(sets: dict[str, ClipSet], judge: GenreJudge | None, progress: bool) -> None:
    real = sets["real"]
    for chosen in tqdm(sets.values(), desc="intervals", disable=not progress):
        rest = None
        if chosen.key == "split":
            picked = set(_half(len(real.clips)))
            others = [c for i, c in enumerate(real.clips) if i not in picked]
            rest = ClipSet("rest", "", others)
        if judge is not None and chosen.key not in ("takes", "copied", "split"):
            chosen.guesses = judge.judge_held_out(labelled(chosen.clips))
        chosen_judge = None if chosen.key == "split" else judge
        estimate_set(chosen, real, chosen_judge, rest=rest, is_reference=chosen is real)


def _train(real: list[ClipScores]) -> tuple[GenreJudge | None, list[str]]:
    try:
        return train_judge(labelled(real)), []
    except EightcountError as fault:
        return None, [f"No genre scores: {fault}"]


def _seed_diversities(takes: list[ClipScores]) -> dict[str, SeedDiversity]:
    groups: dict[str, list[ClipScores]] = {}
    for clip in takes:
        if clip.song and clip.seed is not None:
            groups.setdefault(f"{clip.song} / {clip.genre}", []).append(clip)
    return {
        name: seed_diversity([c.poses for c in clips])
        for name, clips in groups.items()
        if len({c.seed for c in clips}) > 1
    }


def _token_usages(takes: list[ClipScores]) -> dict[str, TokenUsage]:
    streams: dict[str, list[np.ndarray]] = {}
    for clip in takes:
        for name, tokens in clip.tokens.items():
            streams.setdefault(name, []).append(tokens)
    codes = max((c.codes for c in takes), default=0)
    return {name: token_usage(sequences, codes) for name, sequences in streams.items()}


def _notes(sets: dict[str, ClipSet], protocol: Protocol, fps: float) -> list[str]:
    notes = []
    real, takes = sets["real"], sets["takes"]
    for chosen in (takes, real):
        if len(chosen.clips) < FEW_CLIPS:
            notes.append(
                f"Only {len(chosen.clips)} clips in the set of {chosen.title.lower()}: below "
                f"{FEW_CLIPS} FID and Div are rough, and with fewer clips than features their "
                "covariance is singular. Compare with the half against half column."
            )
    if abs(fps - protocol.fps) > FPS_TOLERANCE:
        notes.append(
            f"Protocol {protocol.name} is published at {protocol.fps:g} fps, these clips have "
            f"{fps:g}: the numbers compare with each other, not with papers."
        )
    constant = Normaliser.of(real.features("manual")).constant
    if constant.any():
        names = ", ".join(MANUAL_NAMES[i] for i in np.flatnonzero(constant))
        notes.append(
            f"{int(constant.sum())} manual features are the same in every real clip ({names}); the "
            "published normalisation divides by their zero spread, so any take that differs there "
            "blows up FID manual and Div manual. The varying form leaves these features out."
        )
    if all(np.isnan(c.metrics["bas_music_to_motion"]) for c in takes.clips):
        notes.append("The takes carry no beats: no beat scores.")
    return notes
