"""The attacks of TransferAttack (https://github.com/Trustworthy-AI-Group/TransferAttack) on small networks of our own.

boosters.py fit FOLDER MNIST      trains three networks on MNIST's digits and writes them, as PyTorch and as ONNX files, with
                                  points that all three classify right
boosters.py serve FOLDER CLONE    answers one job {"attack", "epsilon", "seed"} per line with which points the target errs on
                                  and with the seconds of wall and processor time; CLONE is a checkout of TransferAttack

The classes are used as they are but for what is made for ImageNet: models come from FOLDER, and the kernel of TIM has one
channel in place of three.
"""

import gzip
import json
import os
import sys
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional

torch.set_num_threads(1)
POINTS, STEPS = 200, 10


def surrogate():
    return nn.Sequential(
        *(nn.Conv2d(1, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(16, 32, 5), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(512, 100), nn.ReLU(), nn.Linear(100, 10)),
    )


def second():
    return nn.Sequential(
        *(nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(16, 32, 3, padding=1), nn.ReLU()),
        *(nn.MaxPool2d(2), nn.Flatten(), nn.Linear(1568, 64), nn.ReLU(), nn.Linear(64, 10)),
    )


def target():
    return nn.Sequential(
        *(nn.Conv2d(1, 16, 3), nn.ReLU(), nn.Conv2d(16, 16, 3), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(16, 32, 3), nn.ReLU(), nn.Conv2d(32, 32, 3), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(512, 100), nn.ReLU(), nn.Linear(100, 10)),
    )


NETWORKS = {"surrogate": surrogate, "second": second, "target": target}


def digits(folder, part):
    with gzip.open(os.path.join(folder, f"{part}-images-idx3-ubyte.gz")) as file:
        images = np.frombuffer(file.read(), np.uint8, offset=16).reshape(-1, 1, 28, 28)
    with gzip.open(os.path.join(folder, f"{part}-labels-idx1-ubyte.gz")) as file:
        labels = np.frombuffer(file.read(), np.uint8, offset=8)
    return torch.tensor(images.astype(np.float32) / 255), torch.tensor(labels.astype(np.int64))


def train(build, seed, x, y):
    torch.manual_seed(seed)
    net = build()
    optimizer = torch.optim.Adam(net.parameters(), 1e-3)
    for _ in range(2):
        for rows in torch.randperm(len(x)).split(128):
            optimizer.zero_grad()
            functional.cross_entropy(net(x[rows]), y[rows]).backward()
            optimizer.step()
    return net.eval()


def fit(folder, mnist):
    os.makedirs(folder, exist_ok=True)
    (x, y), (tests, labels) = digits(mnist, "train"), digits(mnist, "t10k")
    # Surrogates and target see different digits.
    parts = {"surrogate": slice(0, 20000), "second": slice(20000, 40000), "target": slice(40000, 60000)}
    right = torch.ones(len(tests), dtype=torch.bool)
    for seed, (name, build) in enumerate(NETWORKS.items()):
        net = train(build, seed, x[parts[name]], y[parts[name]])
        torch.save(net.state_dict(), os.path.join(folder, f"{name}.pt"))
        torch.onnx.export(
            net,
            (tests[:2],),
            os.path.join(folder, f"{name}.onnx"),
            input_names=["x"],
            output_names=["scores"],
            dynamic_axes={"x": {0: "N"}, "scores": {0: "N"}},
            opset_version=17,
            dynamo=False,
        )
        with torch.no_grad():
            hits = net(tests).argmax(1) == labels
        print(f"{name}: test accuracy {hits.float().mean():.4f}")
        right &= hits
    rows = right.nonzero()[:POINTS, 0]
    np.savez(os.path.join(folder, "points.npz"), x=tests[rows].numpy(), y=labels[rows].numpy().astype(np.int32))


class Counted(nn.Module):
    """A network that counts the rows that it was asked gradients of."""

    def __init__(self, net):
        super().__init__()
        self.net, self.rows = net, 0

    def forward(self, x):
        self.rows += len(x)
        return self.net(x)


def serve(folder, clone):
    sys.path.insert(0, clone)
    from transferattack.ensemble.ens import ENS
    from transferattack.gradient.emifgsm import EMIFGSM
    from transferattack.gradient.gra import GRA
    from transferattack.gradient.mifgsm import MIFGSM
    from transferattack.gradient.nifgsm import NIFGSM
    from transferattack.gradient.pgn import PGN
    from transferattack.gradient.vmifgsm import VMIFGSM
    from transferattack.gradient.vnifgsm import VNIFGSM
    from transferattack.input_transformation.admix import Admix
    from transferattack.input_transformation.bsr import BSR
    from transferattack.input_transformation.dim import DIM
    from transferattack.input_transformation.sia import SIA
    from transferattack.input_transformation.sim import SIM
    from transferattack.input_transformation.tim import TIM
    from transferattack.utils import EnsembleModel

    class OneChannelTIM(TIM):
        def get_grad(self, loss, delta, **kwargs):
            (gradient,) = torch.autograd.grad(loss, delta)
            return functional.conv2d(gradient, self.kernel[:1], padding="same")

    attacks = {
        "mi": (MIFGSM, {}),
        "ni": (NIFGSM, {}),
        "vmi": (VMIFGSM, {}),
        "vni": (VNIFGSM, {}),
        "emi": (EMIFGSM, {}),
        "gra": (GRA, {}),
        "pgn": (PGN, {}),
        "di": (DIM, {"resize_rate": 1.3}),
        "ti": (OneChannelTIM, {"kernel_size": 3}),
        "si": (SIM, {}),
        "admix": (Admix, {}),
        "bsr": (BSR, {}),
        "sia": (SIA, {}),
        "ensemble": (ENS, {}),
    }
    nets = {}
    for name, build in NETWORKS.items():
        nets[name] = build()
        nets[name].load_state_dict(torch.load(os.path.join(folder, f"{name}.pt")))
        nets[name].eval()
    data = np.load(os.path.join(folder, "points.npz"))
    x, y = torch.tensor(data["x"]), torch.tensor(data["y"].astype(np.int64))
    print(json.dumps({"versions": {"PyTorch": torch.__version__}}), flush=True)

    def build(kind, names, **options):
        counted = [Counted(nets[name]) for name in names]
        net = EnsembleModel(counted) if len(names) > 1 else counted[0]
        attack = type(kind.__name__, (kind,), {"load_model": lambda self, _: net})("", **options)
        return attack, counted

    for line in sys.stdin:
        job = json.loads(line)
        kind, options = attacks[job["attack"]]
        epsilon, seed = job["epsilon"], job["seed"]
        torch.manual_seed(seed)
        np.random.seed(seed)
        names = ["surrogate", "second"] if job["attack"] == "ensemble" else ["surrogate"]
        attack, counted = build(kind, names, epsilon=epsilon, alpha=epsilon / STEPS, epoch=STEPS, **options)
        start, processor = time.perf_counter(), time.process_time()
        delta = attack(x, y)
        wall, processor = time.perf_counter() - start, time.process_time() - processor
        with torch.no_grad():
            errs = nets["target"](x + delta).argmax(1) != y
            own = nets["surrogate"](x + delta).argmax(1) != y
        gradients = sum(each.rows for each in counted)
        answer = {"errs": errs.int().tolist(), "own": own.int().tolist(), "wall": wall, "processor": processor}
        print(json.dumps({**answer, "gradients": gradients, "size": float(delta.abs().max())}), flush=True)


if __name__ == "__main__":
    {"fit": fit, "serve": serve}[sys.argv[1]](*sys.argv[2:])
