"""Input gradients and PGD in PyTorch on a GPU, eager, TF32 off: from data on the host to results on the host."""

import platform

import torch
from torch import nn
from torch.nn import functional

from worker import serve

torch.backends.cuda.matmul.allow_tf32 = False
torch.backends.cudnn.allow_tf32 = False
torch.manual_seed(0)
device = "cuda" if torch.cuda.is_available() else "cpu"


def mlp():
    return nn.Sequential(nn.Linear(784, 200), nn.ReLU(), nn.Linear(200, 200), nn.ReLU(), nn.Linear(200, 10))


def cnn():
    return nn.Sequential(
        *(nn.Conv2d(1, 32, 3), nn.ReLU(), nn.Conv2d(32, 32, 3), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(32, 64, 3), nn.ReLU(), nn.Conv2d(64, 64, 3), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(1024, 200), nn.ReLU(), nn.Linear(200, 200), nn.ReLU(), nn.Linear(200, 10)),
    )


class Block(nn.Module):
    """Two convolutions of 3 x 3 beside the identity, or beside a convolution where the size changes."""

    def __init__(self, inputs, width, stride):
        super().__init__()
        self.first = nn.Conv2d(inputs, width, 3, stride=stride, padding=1)
        self.second = nn.Conv2d(width, width, 3, padding=1)
        self.short = nn.Conv2d(inputs, width, 1, stride=stride) if inputs != width else nn.Identity()

    def forward(self, x):
        return functional.relu(self.second(functional.relu(self.first(x), inplace=True)) + self.short(x), inplace=True)


def resnet18():
    widths = [64, 64, 128, 256, 512]
    blocks = [
        block
        for inputs, width in zip(widths, widths[1:])
        for block in (Block(inputs, width, 1 if inputs == width else 2), Block(width, width, 1))
    ]
    stem = [nn.Conv2d(3, 64, 7, stride=2, padding=3), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2, 1)]
    return nn.Sequential(*stem, *blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 10))


networks = {
    "mlp": (mlp, (784,)),
    "cnn": (cnn, (1, 28, 28)),
    "resnet18-64": (resnet18, (3, 64, 64)),
    "resnet18-224": (resnet18, (3, 224, 224)),
}


def prepare(name, rows):
    make, shape = networks[name]
    net = make().to(device).eval()
    for parameter in net.parameters():
        parameter.requires_grad_(False)
    return net, torch.rand(rows, *shape), torch.arange(rows) % 10


def gradient(name, rows):
    def start():
        net, x, y = prepare(name, rows)

        def call():
            points = x.to(device).requires_grad_(True)
            loss = functional.cross_entropy(net(points), y.to(device), reduction="sum")
            return torch.autograd.grad(loss, points)[0].cpu()

        return call

    return start


def margin_gradient(net, points, own):
    points = points.detach().requires_grad_(True)
    scores = net(points)
    others = scores.masked_fill(own, -torch.inf).amax(1)
    return torch.autograd.grad((others - scores[own]).sum(), points)[0]


def pgd(norm, name, rows, steps=50):
    """Steps of a tenth of the budget, projected on the ball and on [0, 1]."""

    def start():
        net, x, y = prepare(name, rows)
        epsilon = 2.0 if norm == "l2" else 0.1

        def call():
            origin = x.to(device)
            own = functional.one_hot(y.to(device), 10).bool()
            points = origin.clone()
            for _ in range(steps):
                slope = margin_gradient(net, points, own)
                if norm == "l2":
                    size = slope.flatten(1).norm(dim=1).clamp_min(1e-30).view(-1, *[1] * (x.dim() - 1))
                    move = points + 0.1 * epsilon * slope / size - origin
                    length = move.flatten(1).norm(dim=1).view_as(size)
                    points = (origin + move * (epsilon / length).clamp_max(1)).clamp(0, 1)
                else:
                    moved = points + 0.1 * epsilon * slope.sign()
                    points = moved.clamp(origin - epsilon, origin + epsilon).clamp(0, 1)
            # What was reached is judged, as on the other side.
            scores = net(points)
            return points.cpu(), scores.cpu()

        return call

    return start


class Jobs(dict):
    """Jobs by name: gradient:NETWORK:ROWS and pgd:NORM:NETWORK:ROWS."""

    def __missing__(self, key):
        kind, *rest = key.split(":")
        if kind == "gradient":
            return gradient(rest[0], int(rest[1]))
        return pgd(rest[0], rest[1], int(rest[2]))


on = f"{torch.cuda.get_device_name(0)}, CUDA {torch.version.cuda}" if device == "cuda" else "processor"
serve(Jobs(), {"PyTorch": f"{torch.__version__} on {on}", "Python": platform.python_version()})
