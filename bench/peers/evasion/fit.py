"""Fits the models that both sides attack and writes them, with the points, as .npz files that both sides read.

The ten classifiers of Demontis et al. 2019 (section 5.1, digits 8 and 9), each of high and of low complexity, fitted by
SecML and PyTorch; and a network of 200 and 200 units for attacks with fixed steps.
Usage: fit.py FOLDER_OF_IDX_FILES OUTPUT_FOLDER
"""

import gzip
import os
import sys

import numpy as np
import torch
from secml.array import CArray
from secml.data import CDataset
from secml.ml.classifiers import CClassifierLogistic, CClassifierRidge, CClassifierSVM
from secml.ml.kernels import CKernelRBF
from torch import nn
from torch.nn import functional

source, output = sys.argv[1:]
os.makedirs(output, exist_ok=True)
torch.set_num_threads(1)


def digits(part):
    def read(kind, header):
        with gzip.open(os.path.join(source, f"mnist89-{part}-{kind}-ubyte.gz")) as file:
            return np.frombuffer(file.read(), np.uint8)[header:]

    labels = read("labels-idx1", 8)
    # Labels are 8 and 9, or already 0 and 1.
    y = (labels == labels.max()).astype(np.int64)
    return read("images-idx3", 16).reshape(-1, 784) / 255.0, y


random = np.random.default_rng(0)
x, y = digits("train")
chosen = random.permutation(len(x))[:5900]
x, y = x[chosen], y[chosen]
test_x, test_y = digits("t10k")
order = random.permutation(len(test_x))
test_x, test_y = test_x[order].astype(np.float32), test_y[order]
np.savez(os.path.join(output, "points.npz"), x=test_x, y=test_y.astype(np.int32))


def plain(value):
    """A NumPy array of SecML's array, or what is one already."""
    return value.tondarray() if isinstance(value, CArray) else value


def save(name, error, **arrays):
    np.savez(os.path.join(output, f"{name}.npz"), **{key: np.float32(plain(value)) for key, value in arrays.items()})
    print(f"{name}: clean error {error:.4f}", flush=True)


def fit_secml(name, classifier):
    classifier.fit(CArray(x), CArray(y))
    classifier.save(os.path.join(output, name))
    error = (classifier.predict(CArray(test_x.astype(np.float64))).tondarray() != test_y).mean()
    if getattr(classifier, "kernel", None) is None:
        save(name, error, weights=classifier.w.ravel(), bias=classifier.b)
    else:
        save(name, error, vectors=classifier.kernel.rv, coefficients=classifier.alpha.todense().ravel(),
             bias=classifier.b, gamma=classifier.kernel.gamma)


def fit_network(name, widths, decay):
    torch.manual_seed(0)
    sizes = [784, *widths, 2]
    layers = []
    for a, b in zip(sizes, sizes[1:]):
        layers += [nn.Linear(a, b), nn.ReLU()]
    net = nn.Sequential(*layers[:-1])
    rows, labels = torch.tensor(x, dtype=torch.float32), torch.tensor(y)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.9, weight_decay=decay)
    for _ in range(40):
        for batch in torch.randperm(len(x)).split(64):
            optimizer.zero_grad()
            functional.cross_entropy(net(rows[batch]), labels[batch]).backward()
            optimizer.step()
    with torch.no_grad():
        error = (net(torch.tensor(test_x)).argmax(1).numpy() != test_y).mean()
    linear = [layer for layer in net if isinstance(layer, nn.Linear)]
    save(name, error, **{f"w{i}": layer.weight.detach().numpy().T for i, layer in enumerate(linear)},
         **{f"b{i}": layer.bias.detach().numpy() for i, layer in enumerate(linear)})


for level, svm, logistic, ridge, rbf, decay in (("high", 100, 10, 1, 100, 0), ("low", 0.01, 1, 10, 1, 0.01)):
    fit_secml(f"svm-linear-{level}", CClassifierSVM(C=svm))
    fit_secml(f"logistic-{level}", CClassifierLogistic(C=logistic))
    fit_secml(f"ridge-{level}", CClassifierRidge(alpha=ridge))
    fit_secml(f"svm-rbf-{level}", CClassifierSVM(C=rbf, kernel=CKernelRBF(gamma=0.01)))
    fit_network(f"mlp-{level}", [50, 50], decay)
fit_network("mlp-200", [200, 200], 0)
