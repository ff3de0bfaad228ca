"""Models: a folder with config, weights and card <-> the nets and figures that make a dance."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import nn

from eightcount.generators.base import Capabilities
from eightcount.generators.energy import told_energy
from eightcount.generators.tokendance import TokenDance, TokenDanceConfig
from eightcount.motion.errors import EightcountError
from eightcount.motion.skeleton import FPS, JOINTS
from eightcount.motion.tables import build, read_tables
from eightcount.refine.temporal import RefinerConfig, TemporalRefiner
from eightcount.tokenizers.motion import MotionTokenizer, MotionTokenizerConfig
from eightcount.tokenizers.music import MusicTokenizer, MusicTokenizerConfig
from eightcount.tokenizers.stream import StreamConfig

#: format of a model folder; raised when older folders can no longer be read
FORMAT = 2
#: the random model that is always there, for tests
DEBUG = "debug"
DEFAULT = "basic"


@dataclass(frozen=True)
class Model:
    """A model in memory, ready to dance.

    Attributes:
        name: of the folder.
        genres: what it can dance, in the order of its genre embedding.
        licence: of the weights.
        motion, music, generator, refiner: the nets, in evaluation mode.
        energy: quantiles of dance energy per genre (G, 21), m/s.
        device: where the nets are.
        seconds_limit: longest dance it makes at once.
        note: what it was trained on, one sentence.
        heat: by genre, what a temperature is multiplied with (1 where nothing is said). A genre learnt
            from little mocap needs more: cold, it settles into its likeliest figure.
        stage: by genre, how far the spots of its phrases lie from the middle of the stage (standard
            deviation on each axis, m) and how far its fronts are turned (degrees). A genre that is not
            named goes where its own steps carry it.
        reply: by genre, gain and shift between the energy that the generator is told and the one that
            it dances (1 and 0 where nothing is said), see :func:`told_energy`.
    """

    name: str
    genres: tuple[str, ...]
    licence: str
    motion: MotionTokenizer
    music: MusicTokenizer
    generator: TokenDance
    refiner: TemporalRefiner
    energy: np.ndarray
    device: torch.device = field(default_factory=lambda: torch.device("cpu"))
    fps: float = FPS
    seconds_limit: float = 900.0
    note: str = ""
    heat: dict[str, float] = field(default_factory=dict)
    stage: dict[str, tuple[float, float]] = field(default_factory=dict)
    reply: dict[str, tuple[float, float]] = field(default_factory=dict)

    def temperature(self, asked: float, genre: int) -> float:
        """The temperature at which a genre, given as its index (-1 = any), is drawn."""
        return asked * (self.heat.get(self.genres[genre], 1.0) if genre >= 0 else 1.0)

    def stage_amounts(self, genres: np.ndarray) -> np.ndarray:
        """Of each genre index (n,), -1 = any: (n, 2), metres and radians of :attr:`stage`."""
        table = np.array([self.stage.get(name, (0.0, 0.0)) for name in self.genres] + [(0.0, 0.0)])
        return table[genres] * (1.0, np.pi / 180)

    def told(self, energy: np.ndarray, genres: np.ndarray) -> np.ndarray:
        """Energy to tell the generator (n,), for the energy that is to be danced (n,; NaN = left open)
        in the genres of these indices (n,; -1 = any)."""
        table = np.array([self.reply.get(name, (1.0, 0.0)) for name in self.genres] + [(1.0, 0.0)])
        return told_energy(energy, *table[genres].T)

    @property
    def capabilities(self) -> Capabilities:
        """What the panel may offer."""
        return Capabilities(genres=self.genres)

    def genre_index(self, genre: str | None) -> int:
        """Index of a genre; -1 for None (any).

        Raises:
            EightcountError: ``genre-unknown`` with the genres that there are.
        """
        if genre is None or genre == "":
            return -1
        if genre not in self.genres:
            raise EightcountError(
                "genre-unknown",
                f"The model {self.name} does not dance {genre!r}.",
                f"It dances {', '.join(self.genres)}.",
            )
        return self.genres.index(genre)

    def nets(self) -> dict[str, nn.Module]:
        """The four nets by name."""
        return {name: getattr(self, name) for name in _NETS}


_NETS = ("motion", "music", "generator", "refiner")
_CONFIGS = {
    "motion": MotionTokenizerConfig,
    "music": MusicTokenizerConfig,
    "generator": TokenDanceConfig,
    "refiner": RefinerConfig,
}
_CLASSES = {
    "motion": MotionTokenizer,
    "music": MusicTokenizer,
    "generator": TokenDance,
    "refiner": TemporalRefiner,
}


def models_folder() -> Path:
    """Where model folders live: ``$EIGHTCOUNT_MODELS``, else ``assets/models`` of the project."""
    override = os.environ.get("EIGHTCOUNT_MODELS")
    return Path(override) if override else Path(__file__).parents[2] / "assets" / "models"


def list_models() -> list[str]:
    """Names of the models that are there, the default first, ``debug`` last."""
    folder = models_folder()
    found = sorted(p.parent.name for p in folder.glob("*/config.toml")) if folder.is_dir() else []
    found.sort(key=lambda name: name != DEFAULT)
    return [*found, DEBUG]


def load_model(name_or_path: str = "", device: str = "cpu") -> Model:
    """Load a model by name, or from a folder.

    Args:
        name_or_path: "" takes the first of :func:`list_models`.
        device: torch device.

    Raises:
        EightcountError: ``model-missing``, ``model-damaged``, ``model-too-new`` or ``model-too-old``.
    """
    name = name_or_path or list_models()[0]
    if name == DEBUG:
        return debug_model(device)
    folder = Path(name) if os.sep in name or "/" in name else models_folder() / name
    if not (folder / "config.toml").is_file():
        raise EightcountError(
            "model-missing",
            f"There is no model {name!r}.",
            f"Choose one of {', '.join(list_models())}.",
        )
    config = read_tables(folder / "config.toml")
    if config.get("format", FORMAT) > FORMAT:
        raise EightcountError(
            "model-too-new",
            f"The model {name!r} was made by a newer Eightcount.",
            "Update Eightcount.",
        )
    if config.get("format", FORMAT) < FORMAT:
        raise EightcountError(
            "model-too-old",
            f"The model {name!r} was made by an older Eightcount, in another layout.",
            "Use the model that came with this version, or train yours again.",
        )
    try:
        tensors = load_file(folder / "weights.safetensors")
        nets = {key: _CLASSES[key](build(_CONFIGS[key], config[key])) for key in _NETS}
        for key, net in nets.items():
            prefix = f"{key}."
            net.load_state_dict(
                {k[len(prefix) :]: v.float() if v.is_floating_point() else v
                 for k, v in tensors.items() if k.startswith(prefix)}
            )  # fmt: skip
        energy = tensors["energy"].numpy()
        return _assemble(folder.name, config, nets, energy, device)
    except EightcountError:
        raise
    except Exception as fault:  # a foreign file can fail in many ways: the cure is the same
        raise EightcountError(
            "model-damaged",
            f"The model in {folder} cannot be read ({type(fault).__name__}: {fault}).",
            "Restore the folder: check it out or download it again.",
        ) from fault


def _assemble(
    name: str, config: dict[str, Any], nets: dict[str, nn.Module], energy: np.ndarray, device: str
) -> Model:
    for net in nets.values():
        net.eval().to(device).requires_grad_(False)
    return Model(
        name,
        tuple(config["genres"]),
        config.get("licence", ""),
        **nets,
        energy=energy,
        device=torch.device(device),
        fps=float(config.get("fps", FPS)),
        note=config.get("note", ""),
        heat=dict(config.get("heat", {})),
        stage=_pairs(config, "stage"),
        reply=_pairs(config, "reply"),
    )


def _pairs(config: dict[str, Any], table: str) -> dict[str, tuple[float, float]]:
    return {name: (float(a), float(b)) for name, (a, b) in config.get(table, {}).items()}


def save_model(model: Model, folder: Path) -> None:
    """Write ``config.toml`` and ``weights.safetensors``: large tensors in half precision."""
    import tomli_w

    folder.mkdir(parents=True, exist_ok=True)
    tensors = {"energy": torch.from_numpy(np.ascontiguousarray(model.energy))}
    for key, net in model.nets().items():
        for name, tensor in net.state_dict().items():
            small = tensor.numel() < 1024 or not tensor.is_floating_point()
            kept = tensor if small else tensor.half()
            tensors[f"{key}.{name}"] = kept.cpu().contiguous()
    config: dict[str, Any] = {
        "format": FORMAT,
        "genres": list(model.genres),
        "fps": model.fps,
        "licence": model.licence,
        "note": model.note,
        "heat": dict(model.heat),
        "stage": {name: list(amounts) for name, amounts in model.stage.items()},
        "reply": {name: list(line) for name, line in model.reply.items()},
        "joints": list(JOINTS),
    }
    config |= {key: json.loads(json.dumps(asdict(net.config))) for key, net in model.nets().items()}
    part = folder / "weights.part"
    save_file(tensors, part)
    part.replace(folder / "weights.safetensors")
    (folder / "config.toml").write_text(tomli_w.dumps(config), encoding="utf-8")


def debug_model(device: str = "cpu") -> Model:
    """A tiny model with random weights (always the same): the whole chain in seconds, no sense in it."""
    state = torch.random.get_rng_state()
    torch.manual_seed(8)
    genres = ("salsa", "modern", "pop")
    codes = {"levels": (7, 5, 5, 5), "parts": 2}
    nets = {
        "motion": MotionTokenizer(
            MotionTokenizerConfig(
                StreamConfig(62, 16, blocks=1, **codes), StreamConfig(90, 16, blocks=1, **codes)
            )
        ),
        "music": MusicTokenizer(
            MusicTokenizerConfig(StreamConfig(20, 16, blocks=1), StreamConfig(15, 16, blocks=1))
        ),
        "generator": TokenDance(
            TokenDanceConfig(
                genres=len(genres), width=32, **codes,
                music_layers=1, global_layers=1, dance_layers=1,
            )
        ),
        "refiner": TemporalRefiner(RefinerConfig(16, 1)),
    }  # fmt: skip
    torch.random.set_rng_state(state)
    _stand(nets["motion"])
    energy = np.tile(np.linspace(0, 2, 21, dtype=np.float32), (len(genres), 1))
    config = {"genres": genres, "licence": "Apache-2.0", "note": "random weights, for tests"}
    return _assemble(DEBUG, config, nets, energy, device)


def _stand(motion: MotionTokenizer) -> None:
    """Let the random decoder sway about a standing pose instead of tumbling."""
    from eightcount.motion.motion import Motion
    from eightcount.motion.skeleton import NUM_JOINTS, rest_height
    from eightcount.motion.streams import to_streams

    q = np.zeros((2, NUM_JOINTS, 4), np.float32)
    q[..., 0] = 1
    place = np.array([[0, rest_height(), 0]] * 2, np.float32)
    lower, upper = to_streams(Motion(q, place, np.ones((2, 4), np.float32)))
    for net, frame in ((motion.lower, lower[0]), (motion.upper, upper[0])):
        net.set_statistics(torch.from_numpy(frame), torch.full((len(frame),), 0.05))
