"""The network in PyTorch: a llama-style transformer whose feed-forward is dense or a mixture of experts.

Kept to what llama.cpp computes for the architecture `llama`: RMS norm, rotary positions on neighbouring pairs, grouped
attention, SwiGLU, tied output; experts are chosen by the softmax of a router, the weights of the chosen ones sum to 1.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .recipe import CONTEXT, Shape


def rotary_table(shape: Shape, length: int) -> Tensor:
    """Cosine and sine of every place and pair: [2, length, head_size / 2]."""
    rates = shape.rope_base ** (-torch.arange(0, shape.head_size, 2, dtype=torch.float64) / shape.head_size)
    angles = torch.outer(torch.arange(length, dtype=torch.float64), rates)
    return torch.stack([angles.cos(), angles.sin()]).float()


def rotate(x: Tensor, table: Tensor) -> Tensor:
    """Turns neighbouring pairs of [batch, heads, length, head_size] by their place's angle."""
    cos, sin = table[0, : x.shape[2]].to(x.dtype), table[1, : x.shape[2]].to(x.dtype)
    even, odd = x[..., 0::2], x[..., 1::2]
    return torch.stack([even * cos - odd * sin, even * sin + odd * cos], dim=-1).flatten(-2)


class Norm(nn.Module):
    """RMS norm, computed in 32 bits."""

    def __init__(self, size: int, epsilon: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(size))
        self.epsilon = epsilon

    def forward(self, x: Tensor) -> Tensor:
        wide = x.float()
        return (wide * torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + self.epsilon) * self.weight).to(x.dtype)


class Attention(nn.Module):
    """Grouped causal attention within documents; `attend(q, k, v)` is chosen by the trainer for the machine at hand."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        inner, inner_kv = shape.heads * shape.head_size, shape.kv_heads * shape.head_size
        self.q = nn.Linear(shape.embedding, inner, bias=False)
        self.k = nn.Linear(shape.embedding, inner_kv, bias=False)
        self.v = nn.Linear(shape.embedding, inner_kv, bias=False)
        self.output = nn.Linear(inner, shape.embedding, bias=False)

    def forward(self, x: Tensor, table: Tensor, attend) -> Tensor:
        batch, length, _ = x.shape
        q, k, v = (
            part.view(batch, length, -1, self.shape.head_size).transpose(1, 2)
            for part in (self.q(x), self.k(x), self.v(x))
        )
        mixed = attend(rotate(q, table), rotate(k, table), v)
        return self.output(mixed.transpose(1, 2).reshape(batch, length, -1))


class FeedForward(nn.Module):
    """SwiGLU. With experts it is one wide layer in which all units but those of the chosen experts count as zero: at this
    size that is quicker to train than moving tokens between experts, and gives the same numbers."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        width = shape.feed_forward * max(1, shape.experts)
        self.gate = nn.Linear(shape.embedding, width, bias=False)
        self.up = nn.Linear(shape.embedding, width, bias=False)
        self.down = nn.Linear(width, shape.embedding, bias=False)
        if shape.experts:
            self.router = nn.Linear(shape.embedding, shape.experts, bias=False)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """The result, and how unevenly the experts are used (1 when evenly)."""
        hidden = F.silu(self.gate(x)) * self.up(x)
        if not self.shape.experts:
            return self.down(hidden), x.new_zeros((), dtype=torch.float32)
        with torch.autocast(x.device.type, enabled=False):
            chances = F.linear(x.float(), self.router.weight).softmax(-1)
        best, chosen = chances.topk(self.shape.experts_used, dim=-1)
        picked = F.one_hot(chosen, self.shape.experts).sum(-2).to(chances.dtype)
        shares = chances * picked / best.sum(-1, keepdim=True)
        hidden = hidden.unflatten(-1, (self.shape.experts, -1)) * shares.to(hidden.dtype).unsqueeze(-1)
        used = picked.flatten(0, -2).mean(0) / self.shape.experts_used
        balance = self.shape.experts * (used * chances.flatten(0, -2).mean(0)).sum()
        return self.down(hidden.flatten(-2)), balance


class Block(nn.Module):
    """One layer."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.attention_norm = Norm(shape.embedding, shape.norm_epsilon)
        self.attention = Attention(shape)
        self.feed_forward_norm = Norm(shape.embedding, shape.norm_epsilon)
        self.feed_forward = FeedForward(shape)

    def forward(self, x: Tensor, table: Tensor, attend) -> tuple[Tensor, Tensor]:
        x = x + self.attention(self.attention_norm(x), table, attend)
        change, balance = self.feed_forward(self.feed_forward_norm(x))
        return x + change, balance


class Model(nn.Module):
    """Tokens in, logits out."""

    table: Tensor

    def __init__(self, shape: Shape, vocabulary: int, seed: int) -> None:
        super().__init__()
        self.shape = shape
        self.embedding = nn.Embedding(vocabulary, shape.embedding)
        self.blocks = nn.ModuleList(Block(shape) for _ in range(shape.layers))
        self.norm = Norm(shape.embedding, shape.norm_epsilon)
        self.register_buffer("table", rotary_table(shape, CONTEXT), persistent=False)
        generator = torch.Generator().manual_seed(seed)
        for name, weight in self.named_parameters():
            if weight.dim() == 2:
                fan_in = weight.shape[1] if "down" not in name else shape.feed_forward * max(1, shape.experts_used)
                deviation = 0.02 if "embedding" in name else fan_in**-0.5
                if name.endswith(("output.weight", "down.weight")):
                    deviation /= (2 * shape.layers) ** 0.5
                nn.init.normal_(weight, std=deviation, generator=generator)

    def forward(self, tokens: Tensor, attend) -> tuple[Tensor, Tensor]:
        """The logits and the mean imbalance of the experts."""
        x = self.embedding(tokens)
        imbalance = x.new_zeros((), dtype=torch.float32)
        for block in self.blocks:
            x, balance = block(x, self.table, attend)
            imbalance = imbalance + balance / len(self.blocks)
        return F.linear(self.norm(x), self.embedding.weight), imbalance
