"""SecML's line-search attack (CAttackEvasionPGDLS) on the models of `fit.py`, one job per line of standard input.

A job {"model", "grid", "epsilon", "points", "doubleInit", "output"} attacks the first test points, writes where they end
to a .npy file and answers with wall and processor seconds.
"""

import json
import os
import sys
import time

import numpy as np
import torch
from secml.adv.attacks import CAttackEvasionPGDLS
from secml.array import CArray
from secml.data import CDataset
from secml.ml.classifiers import CClassifier, CClassifierPyTorch
from torch import nn

folder = sys.argv[1]
torch.set_num_threads(1)

# The solver's parameters in SecML's own tutorial on MNIST, and those it has where none are given.
grids = {"tutorial": {"eta": 0.5, "eta_min": 2.0, "eta_max": None, "max_iter": 100, "eps": 1e-6}, "default": None}

points = np.load(os.path.join(folder, "points.npz"))
x, y = points["x"].astype(np.float64), points["y"]
# Where starts of the other class are drawn from: the test points that are never attacked.
pool = CDataset(x[1000:], y[1000:])


def load(name):
    if not name.startswith("mlp"):
        return CClassifier.load(os.path.join(folder, f"{name}.gz"))
    arrays = np.load(os.path.join(folder, f"{name}.npz"))
    layers = []
    for i in range(len(arrays.files) // 2):
        weights = arrays[f"w{i}"]
        layer = nn.Linear(*weights.shape)
        layer.weight.data = torch.tensor(weights.T.copy())
        layer.bias.data = torch.tensor(arrays[f"b{i}"])
        layers += [layer, nn.ReLU()]
    return CClassifierPyTorch(nn.Sequential(*layers[:-1]), input_shape=(784,), pretrained=True)


def attack(job, classifier):
    method = CAttackEvasionPGDLS(
        classifier=classifier,
        double_init_ds=pool if job["doubleInit"] else None,
        double_init=job["doubleInit"],
        distance="l2",
        dmax=job["epsilon"],
        lb=0,
        ub=1,
        solver_params=grids[job["grid"]],
    )
    n = job["points"]
    rows, labels = CArray(x[:n]), CArray(y[:n])
    start, processor = time.perf_counter(), time.process_time()
    _, _, attacked, _ = method.run(rows, labels)
    seconds = {"wall": time.perf_counter() - start, "processor": time.process_time() - processor}
    np.save(job["output"], attacked.X.tondarray().astype(np.float32))
    return seconds


classifiers = {}
import secml  # noqa: E402

print(json.dumps({"versions": {"SecML": secml.__version__, "PyTorch": torch.__version__, "NumPy": np.__version__}}), flush=True)
for line in sys.stdin:
    job = json.loads(line)
    name = job["model"]
    if name not in classifiers:
        classifiers[name] = load(name)
    print(json.dumps(attack(job, classifiers[name])), flush=True)
