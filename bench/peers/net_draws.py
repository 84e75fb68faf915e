"""Small networks drawn at random: of images, of sequences, of rows; blocks with residuals, concatenation, attention, recurrence."""

import random

import torch
from torch import nn
from torch.nn import functional as F


class Draw(random.Random):
    def pick(self, options):
        return self.choice(options)

    def chance(self, probability):
        return self.random() < probability


class Net(nn.Module):
    """Blocks one after another, then a head; `described` says which."""

    def __init__(self, blocks, head, described):
        super().__init__()
        self.blocks, self.head, self.described = nn.Sequential(*blocks), head, described

    def forward(self, x):
        return self.head(self.blocks(x))


class Function(nn.Module):
    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x)


class Residual(nn.Module):
    def __init__(self, inner, scale):
        super().__init__()
        self.inner, self.scale = inner, scale

    def forward(self, x):
        return x + self.scale * self.inner(x)


class Beside(nn.Module):
    """What several blocks make of the same, joined along an axis."""

    def __init__(self, blocks, axis):
        super().__init__()
        self.parts, self.axis = nn.ModuleList(blocks), axis

    def forward(self, x):
        return torch.cat([each(x) for each in self.parts], self.axis)


class Gated(nn.Module):
    def __init__(self, value, gate):
        super().__init__()
        self.value, self.gate = value, gate

    def forward(self, x):
        return self.value(x) * torch.sigmoid(self.gate(x))


ACTIVATIONS = {
    "relu": F.relu,
    "relu6": F.relu6,
    "leaky_relu": lambda x: F.leaky_relu(x, 0.25),
    "elu": F.elu,
    "celu": lambda x: F.celu(x, 1.5),
    "selu": F.selu,
    "gelu": F.gelu,
    "gelu_tanh": lambda x: F.gelu(x, approximate="tanh"),
    "silu": F.silu,
    "mish": F.mish,
    "hardswish": F.hardswish,
    "hardsigmoid": F.hardsigmoid,
    "hardtanh": lambda x: F.hardtanh(x, -0.5, 0.75),
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "softplus": F.softplus,
    "softsign": F.softsign,
    "logsigmoid": F.logsigmoid,
    "hardshrink": lambda x: F.hardshrink(x, 0.25),
    "softshrink": lambda x: F.softshrink(x, 0.25),
    "threshold": lambda x: F.threshold(x, 0.25, 0.0),
    "tanhshrink": F.tanhshrink,
    "exp": lambda x: torch.exp(-x * x),
    "erf": torch.erf,
    "sine": lambda x: torch.sin(3 * x),
    "safe_root": lambda x: torch.sqrt(x * x + 0.25),
    "branches": lambda x: torch.where(x > 0, torch.log1p(x.clamp(min=0)), x * x),
    "power": lambda x: (x.abs() + 0.25) ** 1.5,
    "reciprocal": lambda x: 1 / (1 + x * x),
}


def activation(d):
    name = d.pick(sorted(ACTIVATIONS))
    return Function(ACTIVATIONS[name]), name


def named(parts):
    """Modules in a row, and their description."""
    return nn.Sequential(*(module for module, _ in parts)), "-".join(text for _, text in parts)


# Images [N, C, H, W]; each block gives the channels and the side that come out.


class ChannelsLast(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.norm = nn.LayerNorm(channels, eps=2**-7)

    def forward(self, x):
        return self.norm(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class Squeeze(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.down, self.up = nn.Conv2d(channels, 2, 1), nn.Conv2d(2, channels, 1)

    def forward(self, x):
        return x * torch.sigmoid(self.up(F.silu(self.down(F.adaptive_avg_pool2d(x, 1)))))


class Pixels(nn.Module):
    """A block of sequences on the pixels of images."""

    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def forward(self, x):
        n, c, h, w = x.shape
        return self.inner(x.flatten(2).transpose(1, 2)).transpose(1, 2).reshape(-1, c, h, w)


def image_norm(d, c):
    kind = d.pick(["batch", "batch", "group", "instance", "local", "layer", "none"])
    made = {
        "batch": lambda: nn.BatchNorm2d(c, eps=2**-7),
        "group": lambda: nn.GroupNorm(d.pick([g for g in range(1, c + 1) if c % g == 0]), c, eps=2**-7),
        "instance": lambda: nn.InstanceNorm2d(c, eps=2**-3, affine=d.chance(0.5)),
        "local": lambda: nn.LocalResponseNorm(d.pick([2, 3, 5]), alpha=0.5, beta=0.75, k=1.0),
        "layer": lambda: ChannelsLast(c),
        "none": nn.Identity,
    }[kind]()
    return made, kind


def image_block(d, c, side):
    kind = d.pick(
        ["conv", "conv", "depthwise", "residual", "residual", "dense", "squeeze", "pool", "up", "transposed", "shuffle",
         "attention", "gated", "shift", "pad"]
    )
    if kind == "conv":
        k, stride, dilation = d.randint(1, 3), d.randint(1, 2), d.randint(1, 2)
        pad = d.randint(0, 2)
        reach = (k - 1) * dilation + 1
        mode = d.pick(["zeros", "zeros", "reflect", "replicate", "circular"])
        pad = min(pad, side - 1) if mode != "zeros" else pad
        if side + 2 * pad < reach:
            return None
        group = d.pick([g for g in (1, 2, 3) if c % g == 0])
        out = group * d.randint(1, 3)
        conv = nn.Conv2d(c, out, k, stride, pad, dilation, group, bias=d.chance(0.6), padding_mode=mode)
        parts = [(conv, f"conv{k}s{stride}p{pad}d{dilation}g{group}{mode[0]}"), image_norm(d, out), activation(d)]
        return *named(parts), out, (side + 2 * pad - reach) // stride + 1
    if kind == "depthwise":
        k = d.pick([3, 5])
        conv = nn.Sequential(nn.Conv2d(c, c, k, padding=k // 2, groups=c), nn.Conv2d(c, 2 * c, 1))
        return *named([(conv, f"depthwise{k}"), image_norm(d, 2 * c), activation(d)]), 2 * c, side
    if kind == "residual":
        parts = [(nn.Conv2d(c, c, 3, padding=1, bias=False), "conv"), image_norm(d, c), activation(d)]
        inner, text = named(parts)
        return Residual(inner, d.pick([1, 0.5])), f"residual({text})", c, side
    if kind == "dense":
        inner, text = named([(nn.Conv2d(c, 2, 3, padding=1), "conv"), activation(d)])
        return Beside([nn.Identity(), inner], 1), f"dense({text})", c + 2, side
    if kind == "squeeze":
        return Squeeze(c), "squeeze", c, side
    if kind == "pool":
        k, stride = d.randint(2, 3), d.randint(1, 3)
        if side < k:
            return None
        ceil, pad = d.chance(0.4), d.randint(0, 1)
        which = d.pick(["max", "average", "power"])
        if which == "power":
            made = nn.LPPool2d(2, k, stride, ceil_mode=False)
            # A root of nothing but zeros has no gradient.
            made = nn.Sequential(Function(lambda x: x + 3), made)
            ceil, pad = False, 0
        elif which == "max":
            made = nn.MaxPool2d(k, stride, pad, ceil_mode=ceil)
        else:
            made = nn.AvgPool2d(k, stride, pad, ceil_mode=ceil, count_include_pad=d.chance(0.5))
        with torch.no_grad():
            out = made(torch.zeros(1, c, side, side)).shape[-1]
        return made, f"{which}{k}s{stride}p{pad}{'c' if ceil else ''}", c, out
    if kind == "up":
        # Sizes at which places are the same in float32, in which the runtime reckons them, as in float64.
        mode, aligned = d.pick(["nearest", "bilinear", "bicubic"]), d.chance(0.5)
        if side > 6:
            return None
        corners = {} if mode == "nearest" else {"align_corners": aligned}
        size = 2 * side - 1 if corners.get("align_corners") else 2 * side
        return Function(lambda x: F.interpolate(x, size=(size, size), mode=mode, **corners)), f"{mode}{corners}", c, size
    if kind == "transposed":
        k, stride = d.randint(1, 3), d.randint(1, 2)
        pad, extra = d.randint(0, (k - 1) // 2), d.randint(0, stride - 1)
        out = (side - 1) * stride - 2 * pad + k + extra
        if out > 13 or out < 1:
            return None
        made = nn.ConvTranspose2d(c, 3, k, stride, pad, extra)
        return *named([(made, f"transposed{k}s{stride}p{pad}e{extra}"), activation(d)]), 3, out
    if kind == "shuffle":
        if side % 2 or c > 4:
            return (nn.PixelShuffle(2), "shuffle", c // 4, side * 2) if c % 4 == 0 and side < 6 else None
        return nn.PixelUnshuffle(2), "unshuffle", 4 * c, side // 2
    if kind == "attention":
        if side > 4:
            return None
        inner, text, width, _ = sequence_block(d, c, side * side, same=True)
        return Pixels(inner), f"pixels({text})", width, side
    if kind == "gated":
        return Gated(nn.Conv2d(c, 3, 1), nn.Conv2d(c, 3, 1)), "gated", 3, side
    if kind == "shift":
        return Function(lambda x: torch.roll(x, (1, 1), (2, 3)).flip(3)), "shift", c, side
    a, b = d.randint(0, 2), d.randint(0, 1)
    return Function(lambda x: F.pad(x, (a, b, b, a))), f"pad{a}{b}", c, side + a + b


def image_net(d):
    c, side = d.randint(1, 3), d.randint(4, 8)
    shape = [d.randint(1, 3), c, side, side]
    blocks, text = grown(d, image_block, c, side, d.randint(2, 4))
    *_, c, side = blocks[-1]
    classes = d.randint(2, 4)
    kind = d.pick(["average", "max", "flat", "classes"])
    head = {
        "average": lambda: nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(c, classes)),
        "max": lambda: nn.Sequential(nn.AdaptiveMaxPool2d(1), nn.Flatten(), nn.Linear(c, classes)),
        "flat": lambda: nn.Sequential(nn.Flatten(), nn.Linear(c * side * side, classes)),
        "classes": lambda: nn.Sequential(nn.Conv2d(c, classes, 1), Function(lambda x: x.mean((2, 3)))),
    }[kind]()
    return Net([each for each, *_ in blocks], with_end(d, head), f"images {shape}: {text}, {kind}"), shape


def grown(d, draw_block, *state, count=3):
    """Blocks that fit behind each other."""
    *state, count = state
    blocks = []
    while len(blocks) < count:
        block = draw_block(d, *state)
        if block is None:
            continue
        blocks.append(block)
        state = block[2:]
    return blocks, ", ".join(each[1] for each in blocks)


def with_end(d, head):
    ends = {"scores": nn.Identity(), "softmax": nn.Softmax(-1), "logarithms": nn.LogSoftmax(-1)}
    return nn.Sequential(head, ends[d.pick(["scores", "scores", "softmax", "logarithms"])])


# Sequences [N, T, F]; each block gives features and length.


class Recurrent(nn.Module):
    def __init__(self, kind, width, hidden, **options):
        super().__init__()
        self.layer = kind(width, hidden, batch_first=True, **options)

    def forward(self, x):
        return self.layer(x)[0]


class Attention(nn.Module):
    def __init__(self, width, heads, mask, shared):
        super().__init__()
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.heads, self.mask, self.shared = heads, mask, shared

    def forward(self, x):
        n, t, f = x.shape
        q, k, v = self.qkv(x).reshape(-1, t, 3, self.heads, f // self.heads).permute(2, 0, 3, 1, 4)
        if self.shared:
            q = F.normalize(q, dim=-1)
        y = F.scaled_dot_product_attention(q, k, v, is_causal=self.mask == "causal")
        return self.out(y.transpose(1, 2).reshape(-1, t, f))


class SelfAttention(nn.Module):
    def __init__(self, width, heads, mask):
        super().__init__()
        self.layer, self.mask = nn.MultiheadAttention(width, heads, batch_first=True), mask

    def forward(self, x):
        t = x.shape[1]
        mask = torch.triu(torch.full((t, t), float("-inf"), dtype=x.dtype), 1) if self.mask == "causal" else None
        return self.layer(x, x, x, attn_mask=mask, need_weights=False)[0]


class RootMeanSquare(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x):
        return x * torch.rsqrt((x * x).mean(-1, keepdim=True) + 2**-7) * self.weight


class Turned(nn.Module):
    """A block on [N, F, T]."""

    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def forward(self, x):
        return self.inner(x.transpose(1, 2)).transpose(1, 2)


class Positions(nn.Module):
    def __init__(self, length, width):
        super().__init__()
        self.table = nn.Parameter(torch.zeros(length, width))

    def forward(self, x):
        return x + self.table[: x.shape[1]]


def sequence_block(d, f, t, same=False):
    heads = d.pick([h for h in (1, 2, 3) if f % h == 0])
    mask = d.pick(["none", "causal"])
    kinds = ["attention", "multihead", "encoder", "norm", "linear", "mixer", "gated"]
    kind = d.pick(kinds if same else [*kinds, "recurrent", "recurrent", "recurrent", "convolution", "positions", "sums", "pick"])
    if kind == "attention":
        return Residual(Attention(f, heads, mask, d.chance(0.3)), 1), f"attention{heads}{mask}", f, t
    if kind == "multihead":
        return Residual(SelfAttention(f, heads, mask), 1), f"multihead{heads}{mask}", f, t
    if kind == "encoder":
        first, act = d.chance(0.5), d.pick(["relu", "gelu"])
        layer = nn.TransformerEncoderLayer(f, heads, 2 * f, 0.0, act, 2**-7, batch_first=True, norm_first=first)
        return layer, f"encoder{heads}{act}{first}", f, t
    if kind == "norm":
        made = RootMeanSquare(f) if d.chance(0.5) or f == 1 else nn.LayerNorm(f, eps=2**-7)
        return made, type(made).__name__, f, t
    if kind == "linear":
        out = f if same else d.randint(2, 6)
        return *named([(nn.Linear(f, out), "linear"), activation(d)]), out, t
    if kind == "mixer":
        act, text = activation(d)
        return Residual(Turned(nn.Sequential(nn.Linear(t, 3), act, nn.Linear(3, t))), 1), f"mixer({text})", f, t
    if kind == "gated":
        out = f if same else d.randint(2, 4)
        return Gated(nn.Linear(f, out), nn.Linear(f, out)), "gated", out, t
    if kind == "recurrent":
        cell, hidden = d.pick([nn.LSTM, nn.GRU, nn.RNN]), d.randint(1, 4)
        both, layers = d.chance(0.4), d.pick([1, 1, 2])
        options = {"nonlinearity": d.pick(["tanh", "relu"])} if cell is nn.RNN else {}
        if cell is nn.LSTM and d.chance(0.0):
            options["proj_size"] = 1
        made = Recurrent(cell, f, hidden, bidirectional=both, num_layers=layers, bias=d.chance(0.8), **options)
        return made, f"{cell.__name__}{hidden}{'both' if both else ''}{layers}", hidden * (1 + both), t
    if kind == "convolution":
        k, dilation = d.pick([1, 2, 3]), d.randint(1, 2)
        out = d.randint(2, 4)
        reach = (k - 1) * dilation
        made = Turned(nn.Sequential(Function(lambda x: F.pad(x, (reach, 0))), nn.Conv1d(f, out, k, dilation=dilation)))
        return *named([(made, f"causal{k}d{dilation}"), activation(d)]), out, t
    if kind == "positions":
        return Positions(t + 2, f), "positions", f, t
    if kind == "sums":
        return Function(lambda x: torch.cumsum(x, 1) / x.shape[1]), "sums", f, t
    if t < 2:
        return None
    order = [d.randint(0, t - 1) for _ in range(d.randint(1, 4))]
    return Function(lambda x: x[:, torch.tensor(order)]), f"pick{order}", f, len(order)


def sequence_net(d):
    f, t = d.randint(1, 4), d.randint(1, 6)
    shape = [d.randint(1, 3), t, f]
    blocks, text = grown(d, sequence_block, f, t, d.randint(2, 4))
    *_, f, t = blocks[-1]
    kind = d.pick(["mean", "last", "largest", "flat", "soft", "attended"])
    pooled = {
        "mean": lambda x: x.mean(1),
        "last": lambda x: x[:, -1],
        "largest": lambda x: x.amax(1) if x.shape[1] > 1 else x[:, 0],
        "flat": lambda x: x.flatten(1),
        "soft": lambda x: torch.logsumexp(x, 1),
        "attended": lambda x: (x.softmax(1) * x).sum(1),
    }[kind]
    head = nn.Sequential(Function(pooled), nn.Linear(f * t if kind == "flat" else f, d.randint(2, 4)))
    return Net([each for each, *_ in blocks], with_end(d, head), f"sequences {shape}: {text}, {kind}"), shape


# Rows [N, F].


class Cells(nn.Module):
    """A recurrent cell, step by step over pieces of a row."""

    def __init__(self, kind, size, hidden):
        super().__init__()
        self.cell, self.size, self.hidden = kind(size, hidden), size, hidden

    def forward(self, x):
        h = torch.zeros(x.shape[0], self.hidden, dtype=x.dtype)
        state = (h, h) if isinstance(self.cell, nn.LSTMCell) else h
        for i in range(0, x.shape[1] - self.size + 1, self.size):
            state = self.cell(x[:, i : i + self.size], state)
        return state[0] if isinstance(state, tuple) else state


class Experts(nn.Module):
    def __init__(self, f, out, count):
        super().__init__()
        self.experts, self.gate = nn.Parameter(torch.zeros(count, f, out)), nn.Linear(f, count)

    def forward(self, x):
        return torch.einsum("nk,nf,kfo->no", self.gate(x).softmax(-1), x, self.experts)


class Prototypes(nn.Module):
    def __init__(self, f, count, kind):
        super().__init__()
        self.points, self.kind = nn.Parameter(torch.zeros(count, f)), kind

    def forward(self, x):
        differences = x[:, None] - self.points
        if self.kind == "kernel":
            return torch.exp(-0.5 * (differences * differences).sum(-1))
        if self.kind == "manhattan":
            return differences.abs().sum(-1)
        return torch.linalg.vector_norm(differences, dim=-1)


def row_block(d, f):
    kind = d.pick(
        ["linear", "linear", "residual", "concatenated", "gated", "norm", "cells", "cells", "experts", "prototypes", "bilinear",
         "sorted", "picked", "statistics", "products", "largest", "split", "factors"]
    )
    if kind == "linear":
        out = d.randint(1, 6)
        return *named([(nn.Linear(f, out, bias=d.chance(0.7)), "linear"), activation(d)]), out
    if kind == "residual":
        inner, text = named([(nn.Linear(f, 3), "linear"), activation(d), (nn.Linear(3, f), "linear")])
        return Residual(inner, 1), f"residual({text})", f
    if kind == "concatenated":
        inner, text = named([(nn.Linear(f, 2), "linear"), activation(d)])
        return Beside([nn.Identity(), inner, Function(lambda x: x * x)], 1), f"beside({text})", 2 * f + 2
    if kind == "gated":
        return Gated(nn.Linear(f, 3), nn.Linear(f, 3)), "gated", 3
    if kind == "norm":
        if f < 2:
            return None
        which = d.pick(["batch", "layer", "unit", "group", "softmax"])
        made = {
            "batch": lambda: nn.BatchNorm1d(f, eps=2**-7),
            "layer": lambda: nn.LayerNorm(f, eps=2**-7),
            "unit": lambda: Function(lambda x: F.normalize(x + 2, p=d_p, dim=1)),
            "group": lambda: nn.GroupNorm(1, f, eps=2**-7),
            "softmax": lambda: nn.Softmax(1),
        }
        d_p = d.pick([1.0, 2.0])
        return made[which](), f"{which}{d_p if which == 'unit' else ''}", f
    if kind == "cells":
        size, cell, hidden = d.randint(1, f), d.pick([nn.LSTMCell, nn.GRUCell, nn.RNNCell]), d.randint(1, 4)
        return Cells(cell, size, hidden), f"{cell.__name__}{size}x{hidden}", hidden
    if kind == "experts":
        return Experts(f, 3, 2), "experts", 3
    if kind == "prototypes":
        which = d.pick(["kernel", "manhattan", "euclidean"])
        return Prototypes(f, 4, which), which, 4
    if kind == "bilinear":
        made = nn.Bilinear(f, f, 2)
        return Both(made), "bilinear", 2
    if kind == "sorted":
        down = d.chance(0.5)
        return Function(lambda x: torch.sort(x, 1, descending=down)[0]), "sorted", f
    if kind == "picked":
        columns = [d.randint(-f, f - 1) for _ in range(d.randint(1, 5))]
        return Function(lambda x: x[:, torch.tensor(columns)]), f"picked{columns}", len(columns)
    if kind == "statistics":
        return (
            Function(lambda x: torch.stack([x.mean(1), x.var(1, unbiased=False), x.abs().sum(1), torch.logsumexp(x, 1)], 1)),
            "statistics", 4,
        )
    if kind == "products":
        return Function(lambda x: torch.stack([(0.5 * x + 1).prod(1), (x * x).sum(1)], 1)), "products", 2
    if kind == "largest":
        k = d.randint(1, f)
        return Function(lambda x: torch.topk(x, k, 1)[0]), f"largest{k}", k
    if kind == "split":
        cut = d.randint(1, f)
        return Function(lambda x: torch.cat([x[:, cut:].tanh(), x[:, :cut] * 2, x[:, :1]], 1)), f"split{cut}", f + 1
    return Factors(f), "factors", 1


class Both(nn.Module):
    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def forward(self, x):
        return self.layer(x, x)


class Factors(nn.Module):
    """A factorization machine's pairwise term."""

    def __init__(self, f):
        super().__init__()
        self.table = nn.Parameter(torch.zeros(f, 3))

    def forward(self, x):
        return 0.5 * ((x @ self.table) ** 2 - (x**2) @ (self.table**2)).sum(1, keepdim=True)


def row_net(d):
    f = d.randint(1, 8)
    shape = [d.randint(1, 4), f]
    blocks, text = grown(d, row_block, f, d.randint(2, 5))
    head = nn.Linear(blocks[-1][2], d.randint(2, 4))
    return Net([each for each, *_ in blocks], with_end(d, head), f"rows {shape}: {text}"), shape


def draw_net(seed, number):
    """The draws that are left, the network, and the shape of its input."""
    d = Draw(f"{seed}/{number}")
    net, shape = [image_net, sequence_net, row_net][number % 3](d)
    return d, net, shape
