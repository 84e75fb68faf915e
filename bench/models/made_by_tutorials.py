"""Small networks as tutorials of PyTorch write them: text as token ids, tables with several inputs, sound, series, and
the heads, batches and types that exporters give them."""

import numpy as np
import torch
from made import Made
from torch import nn
from torch.nn import functional as F
from torch_export import EXPORTERS, made, slopes

WORDS, LENGTH = 50, 9


class Text(nn.Module):
    """Token ids, an embedding, something over the sequence, a head."""

    def __init__(self, body, width):
        super().__init__()
        self.embedding, self.body, self.head = nn.Embedding(WORDS, 8), body, nn.Linear(width, 3)

    def forward(self, ids):
        return self.head(self.body(self.embedding(ids)))


class Last(nn.Module):
    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def forward(self, x):
        return self.layer(x)[0][:, -1]


class Mean(nn.Module):
    def forward(self, x):
        return x.mean(1)


class Convolved(nn.Module):
    """Convolutions of several widths over a sequence, each pooled to its largest (Kim 2014)."""

    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList(nn.Conv1d(8, 6, width) for width in (2, 3, 4))

    def forward(self, x):
        return torch.cat([F.relu(layer(x.transpose(1, 2))).amax(-1) for layer in self.layers], 1)


class Encoded(nn.Module):
    def __init__(self):
        super().__init__()
        layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True, dropout=0.0)
        self.place, self.layers = nn.Parameter(torch.randn(LENGTH, 8)), nn.TransformerEncoder(layer, 1, enable_nested_tensor=False)

    def forward(self, x):
        return self.layers(x + self.place).mean(1)


class Table(nn.Module):
    """Numbers beside a category, each an input."""

    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(5, 4)
        self.net = nn.Sequential(nn.Linear(10, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Linear(16, 2))

    def forward(self, numbers, category):
        return self.net(torch.cat([numbers, self.embedding(category)], 1))


class Two(nn.Module):
    """Two inputs of real numbers, an image and what is known of it."""

    def __init__(self):
        super().__init__()
        self.image = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(2), nn.Flatten())
        self.head = nn.Linear(16 + 3, 3)

    def forward(self, image, known):
        return self.head(torch.cat([self.image(image), known], 1))


class Residual(nn.Module):
    def __init__(self, width, dilation):
        super().__init__()
        self.a = nn.Conv1d(width, width, 3, padding=dilation, dilation=dilation)
        self.norm = nn.BatchNorm1d(width)

    def forward(self, x):
        return x + F.relu(self.norm(self.a(x)))


class Spectral(nn.Module):
    """The spectrum of a sound by products with sines, its logarithm, and convolutions over it."""

    def __init__(self):
        super().__init__()
        angles = 2 * torch.pi * torch.arange(33)[:, None] * torch.arange(64)[None] / 64
        self.register_buffer("waves", torch.cat([angles.cos(), angles.sin()])[:, None] * torch.hann_window(64))
        self.net = nn.Sequential(nn.Conv1d(33, 8, 3), nn.ReLU(), nn.AdaptiveMaxPool1d(1), nn.Flatten(), nn.Linear(8, 4))

    def forward(self, x):
        both = F.conv1d(x, self.waves, stride=32)
        return self.net(torch.log(both[:, :33] ** 2 + both[:, 33:] ** 2 + 1e-3))


class Cell(nn.Module):
    """A recurrent cell in a loop over time."""

    def __init__(self, cell):
        super().__init__()
        self.cell, self.head = cell, nn.Linear(6, 3)

    def forward(self, x):
        state = torch.zeros(x.shape[0], 6)
        for step in range(7):
            state = self.cell(x[:, step], state)
        return self.head(state)


class Headed(nn.Module):
    """A small network of images with a head of another form."""

    def __init__(self, classes, head, last_axis=False):
        super().__init__()
        self.a, self.b, self.head, self.last_axis = nn.Conv2d(3, 6, 3), nn.Conv2d(6, classes, 1), head, last_axis

    def forward(self, x):
        x = x.permute(0, 3, 1, 2) if self.last_axis else x
        return self.head(F.adaptive_avg_pool2d(self.b(torch.tanh(self.a(x))), 1))


class Bytes(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = Headed(4, nn.Flatten())

    def forward(self, x):
        return self.net(x.float() / 255)


class Halves(nn.Module):
    """Computes in float16, as nets for accelerators do."""

    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 3)).half()

    def forward(self, x):
        return self.net(x.half()).float()


def halved(dtype):
    """A network whose input, weights and scores are of 16 bits."""
    return nn.Sequential(nn.Conv2d(3, 6, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(24, 4)).to(dtype)


class Bags(nn.Module):
    def __init__(self):
        super().__init__()
        self.bag, self.head = nn.EmbeddingBag(WORDS, 8, mode="mean"), nn.Linear(8, 3)

    def forward(self, ids):
        return self.head(self.bag(ids))


class Outputs(nn.Module):
    """Features beside scores, the scores last."""

    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(6, 8), nn.Linear(8, 3)

    def forward(self, x):
        features = torch.tanh(self.a(x))
        return self.b(features), features


random = lambda *shape, seed=2: torch.randn(*shape, generator=torch.Generator().manual_seed(seed))
ids = lambda most, *shape: torch.randint(most, shape, generator=torch.Generator().manual_seed(2))
select = lambda function: type("Select", (nn.Module,), {"forward": lambda self, x: function(x)})()

NETS = {
    "text-mean": lambda: (Text(Mean(), 8), ids(WORDS, 4, LENGTH)),
    "text-lstm": lambda: (Text(Last(nn.LSTM(8, 6, batch_first=True)), 6), ids(WORDS, 4, LENGTH)),
    "text-gru": lambda: (Text(Last(nn.GRU(8, 6, 2, batch_first=True, bidirectional=True)), 12), ids(WORDS, 4, LENGTH)),
    "text-convolved": lambda: (Text(Convolved(), 18), ids(WORDS, 4, LENGTH)),
    "text-encoder": lambda: (Text(Encoded(), 8), ids(WORDS, 4, LENGTH)),
    "text-bag": lambda: (Bags(), ids(WORDS, 4, LENGTH)),
    "table": lambda: (Table(), random(4, 6), ids(5, 4)),
    "two-inputs": lambda: (Two(), random(4, 1, 8, 8), random(4, 3)),
    "series-residual": lambda: (
        nn.Sequential(nn.Conv1d(2, 8, 5), *(Residual(8, d) for d in (1, 2, 4)), nn.AdaptiveAvgPool1d(1), nn.Flatten(), nn.Linear(8, 3)),
        random(4, 2, 40),
    ),
    "series-cell": lambda: (Cell(nn.GRUCell(5, 6)), random(4, 7, 5)),
    "sound-waves": lambda: (Spectral(), random(4, 1, 640)),
    "sound-m5": lambda: (
        nn.Sequential(
            *(nn.Conv1d(1, 8, 80, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.MaxPool1d(4), nn.Conv1d(8, 16, 3), nn.BatchNorm1d(16)),
            *(nn.ReLU(), nn.MaxPool1d(4), nn.AdaptiveAvgPool1d(1), nn.Flatten(), nn.Linear(16, 5), nn.LogSoftmax(-1)),
        ),
        random(4, 1, 1000),
    ),
    "lenet": lambda: (
        nn.Sequential(
            *(nn.Conv2d(1, 6, 5), nn.Sigmoid(), nn.AvgPool2d(2), nn.Conv2d(6, 16, 5), nn.Sigmoid(), nn.AvgPool2d(2)),
            *(nn.Flatten(), nn.Linear(256, 84), nn.Sigmoid(), nn.Linear(84, 10)),
        ),
        random(4, 1, 28, 28),
    ),
    "autoencoder": lambda: (nn.Sequential(nn.Linear(6, 3), nn.Tanh(), nn.Linear(3, 6), nn.ELU(), nn.Linear(6, 3)), random(4, 6)),
    "channels-last": lambda: (Headed(4, nn.Flatten(), last_axis=True), random(4, 8, 8, 3)),
    "head-n": lambda: (Headed(1, select(lambda x: torch.sigmoid(x.flatten()))), random(4, 3, 8, 8)),
    "head-n-1": lambda: (Headed(1, select(lambda x: torch.sigmoid(x.flatten(1)))), random(4, 3, 8, 8)),
    "head-n-k-1-1": lambda: (Headed(4, nn.Identity()), random(4, 3, 8, 8)),
    "float16": lambda: (Halves(), random(4, 6)),
    "quantized-bytes": lambda: (Bytes(), ids(256, 4, 3, 8, 8).to(torch.uint8)),
    "two-outputs": lambda: (Outputs(), random(4, 6)),
}

FIXED = {"batch-1": 1, "batch-8": 8}


def models():
    for name, build in NETS.items():
        for exporter, export in EXPORTERS.items():

            def make(name=name, build=build, export=export):
                torch.manual_seed(0)
                net, *inputs = build()
                outputs = ("scores", "features") if name == "two-outputs" else ("scores",)
                file = made(net, export, *inputs, outputs=outputs, options={} if name in ("quantized-bytes", "table", "text-bag") else None)
                if name == "float16":
                    file.slopes = slopes(net.net.float(), inputs)
                if name == "quantized-bytes":
                    file.rows = file.rows / np.float32(255)
                if name.startswith("head-n") and "k" not in name:
                    file.scores = np.stack([1 - file.scores[:, 1], file.scores[:, 1]], 1)
                return file

            yield f"tutorial-{name}-{exporter}", f"PyTorch tutorials, {exporter}", make
    for name, dtype in {"all-float16": torch.float16, "all-bfloat16": torch.bfloat16}.items():
        for exporter, export in EXPORTERS.items():

            def halves(dtype=dtype, export=export):
                torch.manual_seed(0)
                net, rows = halved(dtype).eval(), random(4, 3, 8, 8).to(dtype)
                file = export(net, (rows,))
                with torch.no_grad():
                    scores = net.float()(rows.float())
                return Made(file, rows.float().numpy(), scores.numpy(), {}, slopes(net, (rows.float(),)))

            yield f"tutorial-{name}-{exporter}", f"PyTorch tutorials, {exporter}", halves
    for name, batch in FIXED.items():
        for exporter, export in EXPORTERS.items():

            def fixed(batch=batch, export=export):
                torch.manual_seed(0)
                net, rows = Headed(4, nn.Flatten()), random(4, 3, 8, 8)
                file = made(net, export, random(batch, 3, 8, 8), dynamic=False)
                file.rows, file.slopes = rows.numpy(), slopes(net, (rows,))
                with torch.no_grad():
                    file.scores = net(rows).numpy()
                return file

            yield f"tutorial-{name}-{exporter}", f"PyTorch tutorials, {exporter}", fixed
