"""What `carom fit`, `score` and `evade` do, by scikit-learn and PyTorch: one command, from files to files.

Usage: python commands.py VERB ARGUMENTS, where those are: fit LEARNER DATA OUT; score MODEL DATA; evade MODEL DATA OUT;
prepare MNIST OUT ROWS; net ONNX OUT.
Each imports what it needs and nothing else; `prepare` writes MNIST 8 against 9, `net` the network of an ONNX file as
PyTorch's.
"""

import sys

import numpy as np

verb, *args = sys.argv[1:]


def load(path):
    archive = np.load(path)
    return archive["x"], archive["y"]


def fit(learner, data, out):
    x, y = load(data)
    if learner == "logistic":
        from sklearn.linear_model import LogisticRegression

        model = LogisticRegression(C=1, tol=1e-4 / len(y), max_iter=10000)
    elif learner == "svm-rbf":
        from sklearn.svm import SVC

        model = SVC(C=1, gamma=0.01)
    else:
        from sklearn.ensemble import RandomForestClassifier

        model = RandomForestClassifier(n_jobs=-1, random_state=0)
    import joblib

    model.fit(x.astype(np.float64) if learner != "forest" else x, y)
    joblib.dump(model, out)
    print(1 - model.score(x, y))


def network(path):
    import torch

    net = torch.load(path, weights_only=False).eval()
    for parameter in net.parameters():
        parameter.requires_grad_(False)
    return torch, net


def score(model, data):
    x, y = load(data)
    torch, net = network(model)
    print(float((net(torch.tensor(x)).argmax(1).numpy() != y).mean()))


def evade(model, data, out, epsilon=1.0, steps=50):
    x, y = load(data)
    torch, net = network(model)
    points = []
    for at in range(0, len(y), 1000):
        origin, labels = torch.tensor(x[at : at + 1000]), torch.tensor(y[at : at + 1000])
        point = origin.clone()
        for _ in range(steps):
            point.requires_grad_(True)
            loss = torch.nn.functional.cross_entropy(net(point), labels, reduction="sum")
            (gradient,) = torch.autograd.grad(loss, point)
            with torch.no_grad():
                point = point + 0.1 * epsilon * gradient / gradient.norm(dim=1, keepdim=True).clamp_min(1e-12)
                move = point - origin
                move = move * (epsilon / move.norm(dim=1, keepdim=True).clamp_min(1e-12)).clamp_max(1)
                point = (origin + move).clamp(0, 1)
        points.append(point.detach().numpy())
    np.savez_compressed(out, x=np.concatenate(points), y=y)
    # Judged after being read back, as Carom does.
    saved = torch.tensor(np.load(out)["x"])
    print(float((net(saved).argmax(1).numpy() != y).mean()))


def prepare(folder, out, n):
    import gzip

    def read(part, offset):
        with gzip.open(f"{folder}/mnist89-train-{part}-ubyte.gz") as file:
            return np.frombuffer(file.read(), np.uint8, offset=offset)

    x, y = read("images-idx3", 16).reshape(-1, 784)[: int(n)], read("labels-idx1", 8)[: int(n)]
    np.savez_compressed(out, x=(x / 255).astype(np.float32), y=(y == y.max()).astype(np.int64))


def net(file, out):
    import onnx
    import torch
    from onnx import numpy_helper

    arrays = [numpy_helper.to_array(each) for each in onnx.load(file).graph.initializer]
    width, layers = 784, []
    biases = [each for each in arrays if each.ndim == 1 and each.size > 1]
    for weights in [each for each in arrays if each.ndim == 2 and each.size > 1]:
        by_input = weights if weights.shape[0] == width else weights.T
        layer = torch.nn.Linear(*by_input.shape)
        layer.weight.data = torch.tensor(by_input.T.copy())
        layer.bias.data = torch.tensor(next(each for each in biases if each.size == by_input.shape[1]).copy())
        biases = [each for each in biases if each is not biases[0]]
        layers += [layer, torch.nn.ReLU()]
        width = by_input.shape[1]
    torch.save(torch.nn.Sequential(*layers[:-1]), out)


globals()[verb](*args)
