"""Small networks of one kind of layer each, exported by both exporters of PyTorch."""

import torch
from torch import nn
from torch.nn import functional as F
from torch_export import EXPORTERS, made


class Recurrent(nn.Module):
    def __init__(self, kind, **options):
        super().__init__()
        self.layer = kind(5, 6, batch_first=True, **options)
        self.head = nn.Linear(12 if options.get("bidirectional") else 6, 3)

    def forward(self, x):
        return self.head(self.layer(x)[0][:, -1])


class Encoder(nn.Module):
    def __init__(self, **options):
        super().__init__()
        layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True, dropout=0.0, **options)
        self.layers = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.head = nn.Linear(8, 3)

    def forward(self, x):
        return self.head(self.layers(x).mean(1))


class Function(nn.Module):
    """A function between two linear layers, or behind a convolution."""

    def __init__(self, function, width=8, out=8):
        super().__init__()
        self.a, self.function, self.b = nn.Linear(6, width), function, nn.Linear(out, 3)

    def forward(self, x):
        return self.b(self.function(self.a(x)))


class Images(nn.Module):
    def __init__(self, *layers):
        super().__init__()
        self.layers = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.LazyLinear(3))

    def forward(self, x):
        return self.layers(x)


class Lambda(nn.Module):
    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x)


ROW, SEQUENCE, IMAGE = (6,), (7, 5), (3, 10, 10)
conv = lambda **options: nn.Conv2d(3, 6, 3, **options)
attend = lambda x: F.scaled_dot_product_attention(x, x, x, is_causal=True)
heads = lambda x: attend(x.reshape(-1, 2, 2, 2)).reshape(-1, 8)

NETS = {
    "lstm": (Recurrent(nn.LSTM), SEQUENCE),
    "lstm-both": (Recurrent(nn.LSTM, bidirectional=True, num_layers=2), SEQUENCE),
    "gru": (Recurrent(nn.GRU), SEQUENCE),
    "rnn": (Recurrent(nn.RNN), SEQUENCE),
    "encoder": (nn.Sequential(nn.Linear(5, 8), Encoder()), SEQUENCE),
    "encoder-gelu": (nn.Sequential(nn.Linear(5, 8), Encoder(activation="gelu", norm_first=True)), SEQUENCE),
    "attention": (Function(Lambda(heads)), ROW),
    "rms-norm": (Function(nn.RMSNorm(8)), ROW),
    "layer-norm": (Function(nn.LayerNorm(8)), ROW),
    **{
        name: (Function(function), ROW)
        for name, function in {
            "gelu": nn.GELU(),
            "gelu-tanh": nn.GELU("tanh"),
            "silu": nn.SiLU(),
            "mish": nn.Mish(),
            "hardswish": nn.Hardswish(),
            "hardsigmoid": nn.Hardsigmoid(),
            "hardtanh": nn.Hardtanh(-0.5, 0.5),
            "relu6": nn.ReLU6(),
            "elu": nn.ELU(0.7),
            "celu": nn.CELU(0.7),
            "selu": nn.SELU(),
            "prelu": nn.PReLU(),
            "leaky": nn.LeakyReLU(0.2),
            "softplus": nn.Softplus(2),
            "softshrink": nn.Softshrink(0.1),
            "hardshrink": nn.Hardshrink(0.1),
            "tanhshrink": nn.Tanhshrink(),
            "softsign": nn.Softsign(),
            "threshold": nn.Threshold(0.1, 0.2),
            "logsigmoid": nn.LogSigmoid(),
            "normalize": Lambda(lambda x: F.normalize(x, dim=-1)),
            "cumsum": Lambda(lambda x: x.cumsum(-1)),
            "sort": Lambda(lambda x: x.sort(-1).values),
            "topk": Lambda(lambda x: torch.cat([x.topk(4, -1).values, x[:, :4]], -1)),
            "logsumexp": Lambda(lambda x: torch.cat([x.logsumexp(-1, keepdim=True), x[:, 1:]], -1)),
            "var": Lambda(lambda x: x / x.std(-1, keepdim=True)),
            "tril": Lambda(lambda x: (x.reshape(-1, 2, 4) @ x.reshape(-1, 4, 2).tril()).reshape(-1, 4).repeat(1, 2)),
            "einsum": Lambda(lambda x: torch.einsum("bij,bkj->bik", x.reshape(-1, 4, 2), x.reshape(-1, 4, 2)).reshape(-1, 16)[:, :8]),
            "roll": Lambda(lambda x: x * x.roll(2, -1)),
            "where": Lambda(lambda x: torch.where(x > 0, x * x, x.sin())),
            "atan2": Lambda(lambda x: torch.atan2(x, x.roll(1, -1) + 3)),
            "cdist": Lambda(lambda x: torch.cdist(x, torch.ones(8, 8) * torch.arange(8.0)[:, None] / 8)),
            "softmax": nn.Softmax(-1),
            "glu": Lambda(lambda x: torch.cat([F.glu(x), F.glu(-x)], -1)),
        }.items()
    },
    **{
        name: (Images(*layers), IMAGE)
        for name, layers in {
            "conv-reflect": (conv(padding=1, padding_mode="reflect"), nn.ReLU()),
            "conv-replicate": (conv(padding=1, padding_mode="replicate"), nn.Tanh()),
            "conv-circular": (conv(padding=1, padding_mode="circular"), nn.Tanh()),
            "conv-groups": (nn.Conv2d(3, 6, 3, groups=3, dilation=2), nn.ReLU()),
            "lrn": (conv(), nn.LocalResponseNorm(3), nn.ReLU()),
            "group-norm": (conv(), nn.GroupNorm(3, 6), nn.Tanh()),
            "instance-norm": (conv(), nn.InstanceNorm2d(6, affine=True), nn.Tanh()),
            "batch-norm": (conv(), nn.BatchNorm2d(6), nn.Tanh()),
            "max-pool": (conv(), nn.MaxPool2d(3, 2, 1, ceil_mode=True), nn.Tanh()),
            "avg-pool": (conv(), nn.AvgPool2d(3, 2, 1, count_include_pad=False), nn.Tanh()),
            "lp-pool": (conv(), nn.ReLU(), nn.LPPool2d(2, 2)),
            "upsample-nearest": (conv(), nn.Upsample(scale_factor=2), nn.Tanh()),
            "upsample-bilinear": (conv(), nn.Upsample(scale_factor=1.5, mode="bilinear"), nn.Tanh()),
            "upsample-bicubic": (conv(), nn.Upsample(size=(11, 5), mode="bicubic", align_corners=True), nn.Tanh()),
            "transposed": (nn.ConvTranspose2d(3, 6, 3, 2, 1, 1), nn.ReLU()),
            "pixel-shuffle": (nn.Conv2d(3, 8, 3), nn.PixelShuffle(2), nn.Tanh()),
            "pixel-unshuffle": (nn.PixelUnshuffle(2), nn.Conv2d(12, 6, 3), nn.Tanh()),
            "channel-shuffle": (nn.Conv2d(3, 6, 3), nn.ChannelShuffle(3), nn.Tanh()),
            "adaptive-pool": (conv(), nn.AdaptiveAvgPool2d(4), nn.Tanh()),
            "adaptive-max": (conv(), nn.AdaptiveMaxPool2d(4), nn.Tanh()),
            "unfold": (nn.Unfold(3), nn.Unflatten(1, (27, 1)), nn.Tanh()),
            "grid-sample": (
                Lambda(lambda x: F.grid_sample(x, 0.5 * torch.tanh(x[:, :2].permute(0, 2, 3, 1)), align_corners=False)),
                conv(),
                nn.Tanh(),
            ),
        }.items()
    },
}


def models():
    for name, (net, shape) in NETS.items():
        for exporter, export in EXPORTERS.items():

            def make(net=net, shape=shape, export=export):
                rows = torch.randn(3, *shape, generator=torch.Generator().manual_seed(2))
                with torch.no_grad():
                    net(rows)
                return made(net, export, rows)

            yield f"layer-{name}-{exporter}", f"PyTorch, {exporter}", make
