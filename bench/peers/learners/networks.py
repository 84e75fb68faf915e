"""PyTorch's SGD on digits 8 and 9 of MNIST: trainings of the first n rows, to be timed."""

import gzip
import os
import sys
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

sys.path.insert(0, str(Path(__file__).parent.parent))
from worker import serve, threads  # noqa: E402

torch.set_num_threads(threads())
torch.manual_seed(0)
folder = Path(os.environ["CAROM_DATA"]) / "mnist"


def idx(name):
    raw = gzip.open(folder / name).read()
    sizes = [int.from_bytes(raw[4 + 4 * i : 8 + 4 * i], "big") for i in range(raw[3])]
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * raw[3]).reshape(sizes)


images = torch.tensor(idx("mnist89-train-images-idx3-ubyte.gz") / np.float32(255))
labels = torch.tensor(idx("mnist89-train-labels-idx1-ubyte.gz") - 8, dtype=torch.int64)


def mlp(width):
    return nn.Sequential(
        nn.Flatten(), nn.Linear(784, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU(), nn.Linear(width, 2)
    )


def cnn():
    return nn.Sequential(
        nn.Conv2d(1, 64, 5, 2), nn.ReLU(), nn.Conv2d(64, 64, 3, 2), nn.ReLU(), nn.Conv2d(64, 64, 3), nn.ReLU(),
        nn.Flatten(), nn.Linear(576, 32), nn.ReLU(), nn.Dropout(0.5), nn.Linear(32, 2),
    )  # fmt: skip


def train(make, n, epochs, batch, rate):
    def prepare():
        x, y = images[:n].unsqueeze(1), labels[:n]

        def call():
            net = make()
            sgd = torch.optim.SGD(net.parameters(), lr=rate, momentum=0.9)
            for _ in range(epochs):
                for rows in torch.randperm(n).split(batch):
                    sgd.zero_grad()
                    functional.cross_entropy(net(x[rows]), y[rows]).backward()
                    sgd.step()

        return call

    return prepare


jobs = {}
for n in (1000, 5900, 11800):
    for width, batch in ((50, 64), (200, 64), (200, 100)):
        jobs[f"mlp:{width}:{n}:{batch}"] = train(lambda width=width: mlp(width), n, 5, batch, 0.01)
    jobs[f"cnn:{n}"] = train(cnn, n, 1, 128, 0.1)
serve(jobs, {"PyTorch": torch.__version__})
