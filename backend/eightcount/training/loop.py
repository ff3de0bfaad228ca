"""The one training loop: Fabric, AdamW, cosine, EMA, checkpoints, a CSV of the curves.

A run that is cut goes on from its last checkpoint; a finished run does nothing when it is started
again. Nothing here knows how many devices there are: Fabric does.
"""

from __future__ import annotations

import csv
import time
from collections import defaultdict
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from lightning_fabric import Fabric
from torch import Tensor, nn

from eightcount.nn.compiling import compile_layers
from eightcount.nn.ema import Ema
from eightcount.nn.schedules import cosine_lr
from eightcount.training.config import LoopConfig


class Stage(Protocol):
    """What one stage brings to the loop."""

    module: nn.Module

    def batch(self, size: int, rng: np.random.Generator) -> tuple[Tensor, ...]:
        """Draw a training batch (on the CPU)."""

    def losses(
        self, module: nn.Module, batch: tuple[Tensor, ...], fabric: Fabric
    ) -> dict[str, Tensor]:
        """Weighted loss terms; their sum is minimised."""

    def evaluate(self, module: nn.Module, device: torch.device) -> dict[str, float]:
        """Held-out scores; ``loss`` among them decides which weights are best."""


def train(stage: Stage, config: LoopConfig, folder: Path, device: str = "auto") -> dict[str, Any]:
    """Train a stage to the end of its steps.

    Args:
        stage: module, batches and losses.
        config: the loop's settings.
        folder: where ``checkpoint.pt``, ``best.pt`` and ``curves.csv`` are kept.
        device: Fabric's accelerator: auto, cpu, cuda, mps.

    Returns:
        ``{"state": EMA state dict of the last step, "scores": last held-out scores, "steps": n,
        "hours": wall-clock hours of all parts of the run}``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    fabric = Fabric(accelerator=device, devices=1, precision=config.precision)
    fabric.seed_everything(config.seed, verbose=False)
    module, optimiser = fabric.setup(stage.module, _optimiser(stage.module, config))
    if config.compile:
        compile_layers(stage.module, fabric.device)
    ema = Ema(stage.module, config.ema)
    state = {"step": 0, "hours": 0.0, "best": float("inf"), "since_best": 0}
    scores = _resume(folder, stage.module, optimiser, ema, state, fabric)
    sums: dict[str, list[float]] = defaultdict(list)
    clock = time.perf_counter()
    while state["step"] < config.steps and not _stopped_early(state, config):
        rng = np.random.default_rng([config.seed, state["step"]])
        share = cosine_lr(state["step"], total=config.steps, warmup=config.warmup, floor=0.02)
        for group in optimiser.param_groups:
            group["lr"] = config.lr * share
        batch = fabric.to_device(stage.batch(config.batch, rng))
        module.train()
        losses = stage.losses(module, batch, fabric)
        optimiser.zero_grad()
        fabric.backward(sum(losses.values()))
        fabric.clip_gradients(module, optimiser, max_norm=config.clip, error_if_nonfinite=False)
        optimiser.step()
        ema.update(stage.module)
        state["step"] += 1
        for key, value in losses.items():
            sums[key].append(float(value.detach()))
        last = state["step"] == config.steps
        if last or state["step"] % config.evaluate_every == 0:
            with ema.applied(stage.module):
                stage.module.eval()
                scores = stage.evaluate(stage.module, fabric.device)
                _keep_best(folder, stage.module, scores, state)
            state["hours"] += (time.perf_counter() - clock) / 3600
            clock = time.perf_counter()
            _log(folder, state, {k: float(np.mean(v)) for k, v in sums.items()}, scores)
            sums.clear()
        last = last or _stopped_early(state, config)
        if last or state["step"] % config.checkpoint_every == 0:
            _save(folder, stage.module, optimiser, ema, state, scores)
    with ema.applied(stage.module):
        weights = {k: v.detach().cpu().clone() for k, v in stage.module.state_dict().items()}
    return {"state": weights, "scores": scores, "steps": state["step"], "hours": state["hours"]}


def _stopped_early(state: dict, config: LoopConfig) -> bool:
    return bool(config.patience) and state["since_best"] >= config.patience


def _optimiser(module: nn.Module, config: LoopConfig) -> torch.optim.Optimizer:
    """AdamW; vectors and parameters marked ``_no_weight_decay`` are not decayed."""
    decayed, plain = [], []
    for parameter in module.parameters():
        if not parameter.requires_grad:
            continue
        free = parameter.dim() < 2 or getattr(parameter, "_no_weight_decay", False)
        (plain if free else decayed).append(parameter)
    groups = [
        {"params": decayed, "weight_decay": config.weight_decay},
        {"params": plain, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=config.lr, betas=config.betas, fused=True)


def _keep_best(folder: Path, module: nn.Module, scores: dict[str, float], state: dict) -> None:
    if scores.get("loss", float("inf")) < state["best"]:
        state["best"], state["since_best"] = scores["loss"], 0
        _write(folder / "best.pt", {"module": module.state_dict(), "scores": scores})
    else:
        state["since_best"] += 1


def _save(folder, module, optimiser, ema, state, scores) -> None:
    _write(
        folder / "checkpoint.pt",
        {
            "module": module.state_dict(),
            "optimiser": optimiser.state_dict(),
            "ema": ema.state_dict(),
            "state": dict(state),
            "scores": scores,
        },
    )


def _write(path: Path, content: dict) -> None:
    part = path.with_suffix(".part")
    torch.save(content, part)
    part.replace(path)


def _resume(folder, module, optimiser, ema, state, fabric) -> dict[str, float]:
    """Go on from the last checkpoint, if there is one; gives its held-out scores."""
    path = folder / "checkpoint.pt"
    if not path.is_file():
        return {}
    saved = torch.load(path, map_location=fabric.device, weights_only=True)
    module.load_state_dict(saved["module"])
    optimiser.load_state_dict(saved["optimiser"])
    ema.load_state_dict(saved["ema"])
    state.update(saved["state"])
    return saved["scores"]


def _log(folder: Path, state: dict, losses: dict[str, float], scores: dict[str, float]) -> None:
    row = {"step": state["step"], "hours": round(state["hours"], 4)}
    row |= {f"train_{k}": round(v, 5) for k, v in losses.items()}
    row |= {f"held_out_{k}": round(v, 5) for k, v in scores.items()}
    _append(folder / "curves.csv", row)
    print(" ".join(f"{k}={v}" for k, v in row.items()), flush=True)


def _append(path: Path, row: dict[str, float]) -> None:
    """A row more in a CSV. Where the run went on with other loss terms, its columns grow."""
    rows: list[dict[str, Any]] = []
    if path.exists():
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
    if rows and rows[0].keys() == row.keys():
        with path.open("a", newline="", encoding="utf-8") as file:
            csv.DictWriter(file, list(rows[0])).writerow(row)
        return
    part = path.with_suffix(".part")
    with part.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(dict.fromkeys([*row, *(rows[0] if rows else ())])))
        writer.writeheader()
        writer.writerows([*rows, row])
    part.replace(path)
