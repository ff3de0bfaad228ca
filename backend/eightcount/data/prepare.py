"""``eightcount data prepare``: a corpus folder to one motion shard with its manifest."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from eightcount.data.checks import Checked, check_motion
from eightcount.data.corpus import Clip, read_corpus
from eightcount.data.labels import Label, hold_out, label_files, read_list
from eightcount.data.manifest import NAME, Kept, Manifest, licence_of
from eightcount.data.motion_shard import SPEEDS, add_clip
from eightcount.data.readers.base import Options, Reading
from eightcount.data.readers.kinds import CMU_LICENCE, KINDS, find_files
from eightcount.data.shards import ShardWriter
from eightcount.data.skeleton_maps import read_skeleton_map
from eightcount.motion.errors import EightcountError

#: arrays of a motion shard; other .npy files in the folder would be taken for more of them
_ARRAYS = {"lower.npy", "upper.npy"}


@dataclass(frozen=True)
class Preparation:
    """What to prepare.

    Attributes:
        source: folder of the corpus.
        kind: one of KINDS, or ``cmu``.
        out: folder for the shard, the manifest and the summary.
        genre: of all files; None lets names and labels say.
        licence: terms of the data; None takes a licence file's or the kind's.
        skeleton_map: a user's TOML for BVH.
        fps: overrules the files'.
        held_out: share of each genre's choreographies that is kept from training.
        held_out_list: a file with names to hold out instead.
        choreography: expression whose first group in a file's name is its choreography.
        augment: training clips at several tempi and mirrored, as the tokenizer's training expects.
    """

    source: Path
    kind: str
    out: Path
    genre: str | None = None
    licence: str | None = None
    skeleton_map: Path | None = None
    fps: float | None = None
    held_out: float = 0.1
    held_out_list: Path | None = None
    choreography: str | None = None
    augment: bool = True


@dataclass(frozen=True)
class _Item:
    """One file on its way into the shard: its label, and either what came of it or the fault."""

    label: Label
    reading: Reading | None = None
    checked: Checked | None = None
    fault: EightcountError | None = None


def prepare(
    job: Preparation, track: Callable[[Sequence, str], Iterator] = lambda items, _: iter(items)
) -> Manifest:
    """Prepare a corpus; a bad file is refused by itself, and the rest goes on.

    Args:
        job: what to do.
        track: wraps what is looped over, for a progress bar.

    Raises:
        EightcountError: when nothing can be prepared (``source-missing``, ``source-empty``,
            ``nothing-usable``), the place is wrong (``out-taken``), what the user gave is wrong
            (``config-damaged``, ``skeleton-map``, ``pattern-bad``, ``list-missing``) or the disk is
            full (``disk-full``). Then no new shard is there; one from before stays.
    """
    _check_out(job)
    items = _cmu_items(job) if job.kind == "cmu" else _file_items(job, track)
    known = CMU_LICENCE if job.kind == "cmu" else KINDS[job.kind].licence
    licence = licence_of(job.source, job.licence, known)
    manifest = Manifest(str(job.source), job.kind, licence, job.augment)
    writer = ShardWriter(job.out)
    try:
        for item in items:
            _take_in(item, writer, manifest, job)
        if not manifest.kept:
            raise _nothing_usable(manifest, job)
        _finish(writer, manifest, job.out)
    except BaseException:  # also when stopped by the user: leave nothing half-written behind
        writer.abandon()
        raise
    return manifest


def _check_out(job: Preparation) -> None:
    if job.out.resolve() == job.source.resolve():
        raise EightcountError(
            "out-taken", "The shard cannot go into the source folder.", "Choose another --out."
        )
    if job.out.exists() and not job.out.is_dir():
        raise EightcountError("out-taken", f"{job.out} is a file.", "Choose another --out.")
    foreign = sorted({p.name for p in job.out.glob("*.npy")} - _ARRAYS) if job.out.is_dir() else []
    if foreign:
        raise EightcountError(
            "out-taken",
            f"The folder {job.out} holds other arrays ({', '.join(foreign[:3])}).",
            "Choose an empty folder as --out.",
        )


def _file_items(job: Preparation, track: Callable[[Sequence, str], Iterator]) -> Iterator[_Item]:
    kind = KINDS[job.kind]
    skeleton = read_skeleton_map(job.skeleton_map) if job.skeleton_map else None
    options = Options(job.fps, skeleton)
    files = find_files(job.source, kind)
    labels = label_files(job.source, files, genre=job.genre, pattern=job.choreography)
    listed = read_list(job.held_out_list) if job.held_out_list else None
    labels = hold_out(labels, job.held_out, listed)
    for label in track(labels, "files"):
        try:
            reading = kind.read(label.path, options)
            checked = check_motion(reading.motion, scaled=reading.scaled)
            yield _Item(label, reading, checked)
        except EightcountError as fault:
            yield _Item(label, fault=fault)
        except Exception as fault:  # whatever a foreign file makes numpy trip over
            wrapped = EightcountError(
                "file-damaged",
                f"{label.path.name} cannot be read ({type(fault).__name__}: {fault}).",
                "Check --kind, or leave the file out.",
            )
            yield _Item(label, fault=wrapped)


def _cmu_items(job: Preparation) -> Iterator[_Item]:
    """CMU's clips, whose floor is a subject's and whose split is fixed."""
    if not job.source.is_dir():
        raise EightcountError(
            "source-missing", f"There is no folder {job.source}.", "Check the path."
        )
    refused: list[tuple[str, EightcountError]] = []
    with tempfile.TemporaryDirectory(prefix="eightcount-") as work:
        clips = read_corpus(job.source, Path(work), refused)
    for file, fault in refused:
        yield _Item(Label(Path(file), file), fault=fault)
    for clip in clips:
        dance = clip.name
        if clip.subject in ("60", "61"):  # they danced together
            dance = f"60+61_{clip.name.split('_')[-1]}"
        label = Label(Path(clip.name), clip.name, job.genre or clip.genre, dance, clip.held_out)
        try:
            yield _Item(label, Reading(clip.motion), check_motion(clip.motion, floored=True))
        except EightcountError as fault:
            yield _Item(label, fault=fault)


def _take_in(item: _Item, writer: ShardWriter, manifest: Manifest, job: Preparation) -> None:
    label = item.label
    if item.fault is not None:
        manifest.refuse(label.path.name if job.kind == "cmu" else _below(label, job), item.fault)
        return
    for number, piece in enumerate(item.checked.pieces):
        name = label.name if len(item.checked.pieces) == 1 else f"{label.name} #{number + 1}"
        add_clip(
            writer,
            Clip(name, label.choreography, label.genre, piece, label.held_out),
            speeds=SPEEDS if job.augment else (1.0,),
            mirror=job.augment,
            info={"choreography": label.choreography},
        )
    reading = item.reading
    manifest.kept.append(
        Kept(
            file=label.name if job.kind == "cmu" else _below(label, job),
            genre=label.genre,
            choreography=label.choreography,
            held_out=label.held_out,
            seconds=round(sum(piece.seconds for piece in item.checked.pieces), 3),
            pieces=len(item.checked.pieces),
            fps=round(reading.motion.fps, 3),
            notes=(*reading.notes, *item.checked.notes),
            fit_error_cm=None if reading.fit_error is None else round(100 * reading.fit_error, 2),
        )
    )


def _below(label: Label, job: Preparation) -> str:
    return label.path.relative_to(job.source).as_posix()


def _finish(writer: ShardWriter, manifest: Manifest, out: Path) -> None:
    """The shard and its manifest: the licence is on the disk before the shard counts as whole."""
    part = out / f"{NAME}.part"
    try:
        part.write_text(manifest.as_json(), encoding="utf-8")
        writer.close()
        part.replace(out / NAME)
    except OSError as fault:
        raise EightcountError(
            "disk-full",
            f"The manifest in {out} cannot be written ({fault.strerror or fault}).",
            "Free some space or choose another folder.",
        ) from fault
    finally:
        part.unlink(missing_ok=True)


def _nothing_usable(manifest: Manifest, job: Preparation) -> EightcountError:
    first = manifest.refused[0] if manifest.refused else None
    why = f" {first.file}: {first.sentence} {first.hint}" if first else ""
    return EightcountError(
        "nothing-usable",
        f"None of the {len(manifest.refused)} files in {job.source} can be used.{why}",
        "Check the folder and --kind.",
    )
