"""BVH of any skeleton, Motorica's among them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from eightcount.data.checks import unit_name
from eightcount.data.joint_names import recognise
from eightcount.data.readers.base import Options, Reading
from eightcount.data.rest_pose import Rest
from eightcount.data.retarget import our_leg_length, retarget
from eightcount.motion.formats.bvh import read_bvh


def read(path: Path, options: Options) -> Reading:
    """Read and retarget one BVH file; its unit does not matter, since the legs give the scale.

    Raises:
        EightcountError: ``bvh-missing``, ``bvh-damaged``, ``skeleton-unknown``, ``skeleton-map`` or
            ``skeleton-flat``.
    """
    clip = read_bvh(path)
    if options.fps:
        clip = replace(clip, fps=options.fps)
    skeleton = options.skeleton or recognise(clip)
    motion = retarget(clip, skeleton)
    rest = Rest.of(clip, [clip.names.index(name) for name in skeleton.sources])
    per_metre = rest.leg_length / our_leg_length()
    unit = unit_name(per_metre) or f"units of {100 / per_metre:.2g} cm"
    notes = [f"The file is in {unit}; legs of {rest.leg_length:.4g} gave the scale."]
    if not rest.standing:
        notes.append(
            "Its rest pose is no standing figure; the alignment was learnt from the motion."
        )
    # a frame time has few digits in the file: take the whole rate that it stands for
    whole = round(motion.fps)
    if abs(motion.fps - whole) < 0.02 * motion.fps / 100:
        motion = replace(motion, fps=float(whole))
    return Reading(motion, tuple(notes))
