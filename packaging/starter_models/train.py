"""Trains both models on the same text, step by step side by side. The only module that needs PyTorch, with `model`.

Writes `tokenizer.json` into the work folder, after every phase N `dense-N.npz` and `moe-N.npz` (the weights, 16 bits)
and `training.json` (what was done), and every few minutes `checkpoint.pt`. Started again it goes on from there. A phase starts
from the weights of the one before with fresh optimizers.
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

from .batches import Batch, make_tokenizer, stream
from .model import Model
from .recipe import (
    BALANCE_WEIGHT,
    CONTEXT,
    FINAL_SHARE,
    LETTER_WEIGHT,
    PHASES,
    ROWS,
    SEED,
    SHAPES,
    WARMUP_STEPS,
    WEIGHT_DECAY,
)
from .tokenizer import Tokenizer

CHECKPOINT_SECONDS = 300
REPORT_STEPS = 50


def learning_rate(step: int, steps: int, highest: float) -> float:
    """Up in a line, down in half a cosine."""
    if step < WARMUP_STEPS:
        return highest * (step + 1) / WARMUP_STEPS
    done = (step - WARMUP_STEPS) / max(1, steps - WARMUP_STEPS)
    return highest * (FINAL_SHARE + (1 - FINAL_SHARE) * (1 + math.cos(math.pi * done)) / 2)


class Trainer:
    """One model with its optimizer."""

    def __init__(self, model: Model, device: torch.device) -> None:
        self.model = model.to(device)
        matrices = [w for w in model.parameters() if w.dim() == 2]
        vectors = [w for w in model.parameters() if w.dim() != 2]
        self.optimizer = torch.optim.AdamW(
            [{"params": matrices, "weight_decay": WEIGHT_DECAY}, {"params": vectors, "weight_decay": 0.0}],
            betas=(0.9, 0.98),
            fused=device.type == "cuda",
        )
        self.accelerated = device.type == "cuda"
        self._losses = torch.compile(self.losses) if self.accelerated else self.losses

    def losses(self, tokens: Tensor, targets: Tensor, weights: Tensor, mask) -> tuple[Tensor, Tensor, Tensor]:
        """The weighted mean loss, that of the letters alone, and the imbalance of the experts."""
        if self.accelerated:
            from torch.nn.attention.flex_attention import flex_attention

            def attend(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
                return flex_attention(q, k, v, block_mask=mask, enable_gqa=True)
        else:

            def attend(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
                return F.scaled_dot_product_attention(q, k, v, attn_mask=mask, enable_gqa=True)

        with torch.autocast(tokens.device.type, torch.bfloat16, enabled=self.accelerated):
            logits, imbalance = self.model(tokens, attend)
        each = F.cross_entropy(logits.flatten(0, 1).float(), targets.flatten(), reduction="none")
        letters = (weights.flatten() == LETTER_WEIGHT).float()
        return (
            (each * weights.flatten()).sum() / weights.sum(),
            (each.detach() * letters).sum() / letters.sum().clamp(min=1),
            imbalance,
        )

    def step(self, tokens: Tensor, targets: Tensor, weights: Tensor, mask, rate: float) -> tuple[Tensor, ...]:
        """One step of training; gives the losses without waiting for them."""
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        loss, letters, imbalance = self._losses(tokens, targets, weights, mask)
        (loss + BALANCE_WEIGHT * imbalance).backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        return loss.detach(), letters, imbalance.detach()


class DocumentMask:
    """What may attend to what: earlier places of the same document."""

    def __init__(self, device: torch.device) -> None:
        self.device = device
        self._document = torch.zeros(0)
        self._create = None

    def of(self, document: Tensor):
        """The mask of [rows, length] document numbers. On an accelerator the numbers go into one tensor that stays, for
        with a new one every time the mask would be compiled every time."""
        rows, length = document.shape
        if self.device.type != "cuda":
            same = document[:, :, None] == document[:, None, :]
            return (same & torch.ones(length, length, dtype=torch.bool).tril())[:, None]
        from torch.nn.attention.flex_attention import create_block_mask

        if self._create is None:
            numbers = self._document = document.clone()

            def visible(b, _h, q, k):
                return (q >= k) & (numbers[b, q] == numbers[b, k])

            self._visible = visible
            self._create = torch.compile(create_block_mask)
        self._document.copy_(document)
        return self._create(self._visible, rows, None, length, length, device="cuda")


def _move(batch: Batch, device: torch.device) -> list[Tensor]:
    """Tokens, targets, weights and documents on the device, in one transfer."""
    together = torch.from_numpy(np.stack(batch)).to(device)
    tokens, targets, weights, document = together.unbind()
    return [tokens.int(), targets.long(), weights.float(), document.int()]


def train(work: Path, rows: int = ROWS, scale: float = 1.0) -> None:
    """Trains all phases that are not done yet; `scale` makes every phase shorter or longer."""
    work.mkdir(parents=True, exist_ok=True)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.manual_seed(SEED)
    torch.set_float32_matmul_precision("high")
    stored = work / "tokenizer.json"
    if not stored.exists():
        make_tokenizer().save(stored)
    tokenizer = Tokenizer.load(stored)
    models = [Model(shape, len(tokenizer.tokens), SEED) for shape in SHAPES]
    log, done = work / "training.json", []
    if log.exists():
        done = json.loads(log.read_text())["phases"]
    if done:
        for model in models:
            with np.load(work / f"{model.shape.name}-{len(done)}.npz") as weights:
                model.load_state_dict({name: torch.from_numpy(weights[name]).float() for name in weights.files})
    for phase in range(len(done), len(PHASES)):
        done.append(_train_phase(work, tokenizer, models, device, phase, rows, round(PHASES[phase].steps * scale)))
        for model in models:
            arrays = {
                name: weight.detach().cpu().numpy().astype(np.float16) for name, weight in model.state_dict().items()
            }
            np.savez(work / f"{model.shape.name}-{phase + 1}.npz", **arrays)  # type: ignore[arg-type]
        log.write_text(json.dumps({"seed": SEED, "phases": done}, indent=1))
        (work / "checkpoint.pt").unlink(missing_ok=True)


def _train_phase(
    work: Path, tokenizer: Tokenizer, models: list[Model], device: torch.device, phase: int, rows: int, steps: int
) -> dict:
    """Trains one phase, from its checkpoint if there is one; gives what there is to tell about it."""
    trainers = [Trainer(model, device) for model in models]
    checkpoint, first, before = work / "checkpoint.pt", 0, 0.0
    if checkpoint.exists():
        stored = torch.load(checkpoint, map_location=device, weights_only=True)
        first, before = stored["step"], stored["seconds"]
        for trainer, state in zip(trainers, stored["trainers"], strict=True):
            trainer.model.load_state_dict(state["model"])
            trainer.optimizer.load_state_dict(state["optimizer"])
    masks = DocumentMask(device)
    workers = max(1, (os.cpu_count() or 2) - 2)
    started = saved = time.monotonic()
    curve: list[dict[str, float]] = []
    for step, batch in enumerate(stream(tokenizer, phase, rows, first, steps, workers), first):
        tokens, targets, weights, document = _move(batch, device)
        mask, rate = masks.of(document), learning_rate(step, steps, PHASES[phase].learning_rate)
        losses = [trainer.step(tokens, targets, weights, mask, rate) for trainer in trainers]
        spent = time.monotonic() - started
        if step % REPORT_STEPS == 0 or step == steps - 1:
            point = {"step": step + 1, "seconds": round(before + spent)}
            for shape, (loss, letters, imbalance) in zip(SHAPES, losses, strict=True):
                point[shape.name] = round(loss.item(), 4)
                point[f"{shape.name} letters"] = round(letters.item(), 3)
                if shape.experts:
                    point["imbalance"] = round(imbalance.item(), 3)
            curve.append(point)
            pace = (step - first + 1) / spent
            print(
                f"phase {phase + 1}/{len(PHASES)}  step {step + 1}/{steps}  "
                + "  ".join(f"{name} {value}" for name, value in point.items() if name != "step")
                + f"  {pace * rows * CONTEXT:,.0f} tokens/s  {(steps - step - 1) / pace / 60:.0f} min left",
                flush=True,
            )
        if time.monotonic() - saved > CHECKPOINT_SECONDS:
            saved = time.monotonic()
            _save(checkpoint, trainers, step + 1, before + spent)
    return {
        "steps": steps,
        "tokens": steps * rows * CONTEXT,
        "seconds": round(before + time.monotonic() - started),
        "accelerator": device.type != "cpu",
        "curve": curve[:: max(1, len(curve) // 40)],
    }


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
