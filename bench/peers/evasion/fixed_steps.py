"""Fixed-step L2 PGD by ART, by Foolbox and by a plain PyTorch loop, one job per line of standard input.

A job {"tool", "epsilon", "points", "steps"} attacks the first test points with steps of 2.5 epsilon / steps from the points
themselves and answers with wall and processor seconds, how far memory rose while it ran, the mean objective reached,
and how many gradients and scores it asked for per point.
Only the libraries of the tool named as second argument are loaded, so that memory can be told apart.
"""

import json
import os
import resource
import sys
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional

folder, tool, threads = sys.argv[1], sys.argv[2], int(sys.argv[3])
torch.set_num_threads(threads)

data = np.load(os.path.join(folder, "points.npz"))
x, y = data["x"], data["y"].astype(np.int64)
arrays = np.load(os.path.join(folder, "mlp-200.npz"))
layers = []
for i in range(3):
    layer = nn.Linear(*arrays[f"w{i}"].shape)
    layer.weight.data = torch.tensor(arrays[f"w{i}"].T.copy())
    layer.bias.data = torch.tensor(arrays[f"b{i}"])
    layers += [layer, nn.ReLU()]
net = nn.Sequential(*layers[:-1]).eval()
for parameter in net.parameters():
    parameter.requires_grad_(False)

# Rows that went through the network, with a gradient to follow and without.
asked = {True: 0, False: 0}


def count(_, __, scores):
    asked[scores.requires_grad] += len(scores)


# ART calls the layers one by one.
net[-1].register_forward_hook(count)


def plain(n, epsilon, steps):
    origin, labels = torch.tensor(x[:n]), torch.tensor(y[:n])
    step = 2.5 * epsilon / steps
    point = origin.clone()
    for _ in range(steps):
        point.requires_grad_(True)
        loss = functional.cross_entropy(net(point), labels, reduction="sum")
        (gradient,) = torch.autograd.grad(loss, point)
        with torch.no_grad():
            point = point + step * gradient / gradient.norm(dim=1, keepdim=True).clamp_min(1e-12)
            move = point - origin
            move = move * (epsilon / move.norm(dim=1, keepdim=True).clamp_min(1e-12)).clamp_max(1)
            point = (origin + move).clamp(0, 1)
    return point.detach().numpy()


def with_foolbox():
    import foolbox

    model = foolbox.PyTorchModel(net, bounds=(0, 1))

    def attack(n, epsilon, steps):
        method = foolbox.attacks.L2PGD(abs_stepsize=2.5 * epsilon / steps, steps=steps, random_start=False)
        _, attacked, _ = method(model, torch.tensor(x[:n]), torch.tensor(y[:n]), epsilons=epsilon)
        return attacked.detach().numpy()

    return attack


def with_art():
    from art.attacks.evasion import ProjectedGradientDescentPyTorch
    from art.estimators.classification import PyTorchClassifier

    model = PyTorchClassifier(
        model=net, loss=nn.CrossEntropyLoss(), input_shape=(784,), nb_classes=2, clip_values=(0, 1), device_type="cpu"
    )

    def attack(n, epsilon, steps):
        method = ProjectedGradientDescentPyTorch(
            model, norm=2, eps=epsilon, eps_step=2.5 * epsilon / steps, max_iter=steps, batch_size=n, verbose=False
        )
        return method.generate(x[:n], y[:n])

    return attack


def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize() / 2**20


attack = {"plain": lambda: plain, "foolbox": with_foolbox, "art": with_art}[tool]()
loaded = resident()
print(json.dumps({"versions": {"PyTorch": torch.__version__}}), flush=True)
for line in sys.stdin:
    job = json.loads(line)
    n = job["points"]
    asked.update({True: 0, False: 0})
    start, processor = time.perf_counter(), time.process_time()
    attacked = attack(n, job["epsilon"], job["steps"])
    wall, processor = time.perf_counter() - start, time.process_time() - processor
    gradients, others = asked[True] / n, asked[False] / n
    scores = net(torch.tensor(attacked)).numpy()
    rows = np.arange(n)
    objective = scores[rows, 1 - y[:n]] - scores[rows, y[:n]]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({
        "wall": wall,
        "processor": processor,
        "memory": peak - loaded,
        "objective": float(objective.mean()),
        "error": float((objective > 0).mean()),
        "gradients": gradients,
        "scores": others,
    }), flush=True)
