"""Trains both models on the same text, step by step side by side. The only module that needs PyTorch, with `model`.

Writes `tokenizer.json`, `dense.npz` and `moe.npz` (the weights, 16 bits) and `training.json` into the work folder, and
`checkpoint.pt` every few minutes, from which it goes on when it is started again.
"""

import json
import math
import os
import time
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from .batches import IGNORED, Batch, make_tokenizer, stream
from .model import Model
from .recipe import (
    BALANCE_WEIGHT,
    CONTEXT,
    FINAL_SHARE,
    LEARNING_RATE,
    ROWS,
    SEED,
    SHAPES,
    STEPS,
    WARMUP_STEPS,
    WEIGHT_DECAY,
)

CHECKPOINT_SECONDS = 300
REPORT_STEPS = 50


def learning_rate(step: int, steps: int) -> float:
    """Up in a line, down in half a cosine."""
    if step < WARMUP_STEPS:
        return LEARNING_RATE * (step + 1) / WARMUP_STEPS
    done = (step - WARMUP_STEPS) / max(1, steps - WARMUP_STEPS)
    return LEARNING_RATE * (FINAL_SHARE + (1 - FINAL_SHARE) * (1 + math.cos(math.pi * done)) / 2)


class Trainer:
    """One model with its optimizer."""

    def __init__(self, model: Model, device: torch.device) -> None:
        self.model = model.to(device)
        matrices = [w for w in model.parameters() if w.dim() == 2]
        vectors = [w for w in model.parameters() if w.dim() != 2]
        self.optimizer = torch.optim.AdamW(
            [{"params": matrices, "weight_decay": WEIGHT_DECAY}, {"params": vectors, "weight_decay": 0.0}],
            lr=LEARNING_RATE,
            betas=(0.9, 0.98),
            fused=device.type == "cuda",
        )
        self.accelerated = device.type == "cuda"
        self._losses = torch.compile(self.losses) if self.accelerated else self.losses

    def losses(self, tokens: Tensor, targets: Tensor, mask) -> tuple[Tensor, Tensor]:
        """The mean loss of what is learnt, and the imbalance of the experts."""
        if self.accelerated:
            from torch.nn.attention.flex_attention import flex_attention

            def attend(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
                return flex_attention(q, k, v, block_mask=mask, enable_gqa=True)
        else:

            def attend(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
                return F.scaled_dot_product_attention(q, k, v, attn_mask=mask, enable_gqa=True)

        with torch.autocast(tokens.device.type, torch.bfloat16, enabled=self.accelerated):
            logits, imbalance = self.model(tokens, attend)
        return F.cross_entropy(logits.flatten(0, 1).float(), targets.flatten(), ignore_index=IGNORED), imbalance

    def step(self, tokens: Tensor, targets: Tensor, mask, rate: float) -> tuple[Tensor, Tensor]:
        """One step of training; gives the losses without waiting for them."""
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        loss, imbalance = self._losses(tokens, targets, mask)
        (loss + BALANCE_WEIGHT * imbalance).backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        return loss.detach(), imbalance.detach()


def document_mask(document: Tensor):
    """What may attend to what: earlier places of the same document."""
    rows, length = document.shape
    if document.device.type != "cuda":
        same = document[:, :, None] == document[:, None, :]
        return (same & torch.ones(length, length, dtype=torch.bool).tril())[:, None]
    from torch.nn.attention.flex_attention import create_block_mask

    def visible(b, _h, q, k):
        return (q >= k) & (document[b, q] == document[b, k])

    return create_block_mask(visible, rows, None, length, length, device=document.device.type, _compile=True)


def _move(batch: Batch, device: torch.device) -> list[Tensor]:
    tokens, targets, document = (torch.from_numpy(part) for part in batch)
    parts = (tokens.int(), targets.long(), document.int())
    if device.type == "cuda":
        return [part.pin_memory().to(device, non_blocking=True) for part in parts]
    return [part.to(device) for part in parts]


def train(work: Path, steps: int = STEPS, rows: int = ROWS, seconds: float = 0.0) -> None:
    """Trains from the last checkpoint, or from nothing, to `steps`. With `seconds` the checkpoint is also kept then."""
    work.mkdir(parents=True, exist_ok=True)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.manual_seed(SEED)
    torch.set_float32_matmul_precision("high")
    tokenizer = make_tokenizer()
    tokenizer.save(work / "tokenizer.json")
    trainers = [Trainer(Model(shape, len(tokenizer.tokens), SEED), device) for shape in SHAPES]
    checkpoint, first, spent = work / "checkpoint.pt", 0, 0.0
    if checkpoint.exists():
        stored = torch.load(checkpoint, map_location=device, weights_only=True)
        first, spent = stored["step"], stored["seconds"]
        for trainer, state in zip(trainers, stored["trainers"], strict=True):
            trainer.model.load_state_dict(state["model"])
            trainer.optimizer.load_state_dict(state["optimizer"])
    workers = max(1, (os.cpu_count() or 2) - 2)
    started = saved = time.monotonic()
    begun = spent
    curve: list[dict[str, float]] = []
    for step, batch in enumerate(stream(tokenizer, first, steps, workers), first):
        tokens, targets, document = _move(batch, device)
        mask, rate = document_mask(document), learning_rate(step, steps)
        losses = [trainer.step(tokens, targets, mask, rate) for trainer in trainers]
        spent = begun + time.monotonic() - started
        if step % REPORT_STEPS == 0 or step == steps - 1:
            point = {"step": step, "seconds": round(spent, 1)}
            for shape, (loss, imbalance) in zip(SHAPES, losses, strict=True):
                point[shape.name] = round(loss.item(), 4)
                if shape.experts:
                    point["imbalance"] = round(imbalance.item(), 3)
            pace = (step - first + 1) / (time.monotonic() - started)
            left = (steps - step - 1) / pace
            print(
                f"step {step + 1}/{steps}  "
                + "  ".join(f"{k} {v}" for k, v in point.items() if k != "step")
                + f"  {pace * rows * CONTEXT:,.0f} tokens/s  {left / 60:.0f} min left",
                flush=True,
            )
            curve.append(point)
        if time.monotonic() - saved > CHECKPOINT_SECONDS:
            saved = time.monotonic()
            _save(checkpoint, trainers, step + 1, spent)
    for trainer in trainers:
        arrays = {
            name: weight.detach().cpu().numpy().astype(np.float16)
            for name, weight in trainer.model.state_dict().items()
        }
        np.savez(work / f"{trainer.model.shape.name}.npz", **arrays)  # type: ignore[arg-type]
    machine = torch.cuda.get_device_name(0) if device.type == "cuda" else "CPU"
    (work / "training.json").write_text(
        json.dumps(
            {
                "seed": SEED,
                "steps": steps,
                "tokens": steps * rows * CONTEXT,
                "seconds": round(spent),
                "machine": machine,
                "curve": curve[:: max(1, len(curve) // 100)],
            },
            indent=1,
        )
    )


def _save(path: Path, trainers: list[Trainer], step: int, seconds: float) -> None:
    """Writes a checkpoint beside the old one and then puts it in its place, so that a crash leaves one whole."""
    fresh = path.with_suffix(".new")
    torch.save(
        {
            "step": step,
            "seconds": seconds,
            "trainers": [{"model": t.model.state_dict(), "optimizer": t.optimizer.state_dict()} for t in trainers],
        },
        fresh,
    )
    fresh.replace(path)
