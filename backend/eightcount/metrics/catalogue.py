"""The metrics by name: title, unit, and which way is better."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Metric:
    """How a number is shown and judged.

    Attributes:
        key: its name in scores.json.
        title: its name in tables.
        unit: shown beside the title; empty for a ratio.
        better: "lower", "higher", or "real" where closeness to real dances is what counts.
        digits: decimals shown.
        note: one line on what it is.
    """

    key: str
    title: str
    unit: str
    better: str
    digits: int
    note: str


#: one value a clip; the mean over clips is shown.
CLIP_METRICS: tuple[Metric, ...] = (
    Metric("bas_music_to_motion", "BAS music→motion", "", "higher", 3,
           "Is there a motion beat at every music beat (LODGE)? Depends on the frame rate."),
    Metric("bas_motion_to_music", "BAS motion→music", "", "higher", 3,
           "Is every motion beat on a music beat (AIST++)? Depends on the frame rate."),
    Metric("pfc", "PFC", "", "lower", 3, "Acceleration without a standing foot (EDGE)."),
    Metric("pbc", "PBC", "", "higher", 3, "Body contact score (POPDG)."),
    Metric("foot_skate_lodge", "Foot skate (LODGE)", "", "lower", 3,
           "Sliding share of contact frames, with LODGE's |(dx+dz)/2|."),
    Metric("foot_skate", "Foot skate (ours)", "", "lower", 3,
           "The same with the true horizontal distance."),
    Metric("penetration", "Penetration", "cm", "lower", 2, "Depth of the feet below the floor."),
    Metric("jitter", "Jitter", "m/s³", "real", 0, "Mean third difference."),
    Metric("joint_limits", "Joint-limit violations", "", "lower", 3,
           "Share of frames with a joint outside what a body can do."),
    Metric("freeze_rate", "Freeze rate", "", "real", 3,
           "Share of the time that is spent standing still for a second or more."),
    Metric("pff", "PFF", "", "real", 3, "Share of frames in pauses, relative to the take (LRCM)."),
    Metric("rs", "RS", "", "real", 3, "Pauses near music beats, tolerance 30 frames (LRCM)."),
    Metric("lr", "LR", "", "real", 3, "Regularity of the pauses' lengths (LRCM)."),
    Metric("repeats", "Most repeated 4 s", "", "real", 2,
           "How often the most repeated stretch of four seconds occurs; 1 = nothing returns."),
    Metric("speed", "Mean joint speed", "m/s", "real", 2, "How vigorous the dance is."),
)  # fmt: skip

#: one value a set of clips.
SET_METRICS: tuple[Metric, ...] = (
    Metric("fid_k", "FID kinetic", "", "lower", 2, "Frechet distance of the kinetic features."),
    Metric("fid_g", "FID manual", "", "lower", 2, "Frechet distance of the manual features."),
    Metric("fid_g_varying", "FID manual, varying", "", "lower", 2,
           "FID manual without the features that are the same in every reference clip."),
    Metric("div_k", "Div kinetic", "", "real", 2, "Mean pairwise distance, kinetic features."),
    Metric("div_g", "Div manual", "", "real", 2, "Mean pairwise distance, manual features."),
    Metric("div_g_varying", "Div manual, varying", "", "real", 2,
           "Div manual without the features that are the same in every reference clip."),
    Metric("nearest_reference", "Nearest real clip", "", "real", 2,
           "Distance to the most similar reference clip in kinetic features; 0 is a copy."),
    Metric("swap_gap_music_to_motion", "Swap gap music→motion", "", "higher", 3,
           "BAS on the own song minus the mean over other songs."),
    Metric("swap_gap_motion_to_music", "Swap gap motion→music", "", "higher", 3,
           "The same for the motion→music form."),
    Metric("genre_accuracy", "Genre accuracy", "", "higher", 3,
           "Clips whose genre a classifier trained on real clips only recognises."),
    Metric("genre_f1", "Genre F1", "", "higher", 3, "Macro F1 of that classifier."),
)  # fmt: skip

#: the scores that change with the music.
MUSIC_METRICS = frozenset(
    {
        "bas_music_to_motion",
        "bas_motion_to_music",
        "rs",
        "swap_gap_music_to_motion",
        "swap_gap_motion_to_music",
    }
)

BY_KEY: dict[str, Metric] = {m.key: m for m in CLIP_METRICS + SET_METRICS}
