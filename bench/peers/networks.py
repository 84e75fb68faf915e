"""The networks of the benchmarks in PyTorch: gradients by inputs, fixed steps of PGD, training steps, Hessian products.

What is compiled is so by torch.compile with its own defaults, in the first call."""

import platform

import torch
from torch import nn
from torch.nn import functional

from worker import serve, threads

torch.set_num_threads(threads())
torch.manual_seed(0)


def mlp():
    return nn.Sequential(nn.Linear(784, 200), nn.ReLU(), nn.Linear(200, 200), nn.ReLU(), nn.Linear(200, 2))


def cnn():
    return nn.Sequential(
        nn.Conv2d(1, 64, 5, stride=2),
        nn.ReLU(),
        nn.Conv2d(64, 64, 3, stride=2),
        nn.ReLU(),
        nn.Conv2d(64, 64, 3),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(576, 32),
        nn.ReLU(),
        nn.Linear(32, 2),
    )


class Block(nn.Module):
    """Two convolutions of 3 x 3 beside the identity, or beside a convolution where the size changes."""

    def __init__(self, inputs, width, stride):
        super().__init__()
        self.inner = nn.Sequential(
            nn.Conv2d(inputs, width, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(inplace=True),
            nn.Conv2d(width, width, 3, padding=1, bias=False),
            nn.BatchNorm2d(width),
        )
        short = [nn.Conv2d(inputs, width, 1, stride=stride, bias=False), nn.BatchNorm2d(width)]
        self.short = nn.Sequential(*short) if inputs != width else nn.Identity()

    def forward(self, x):
        return functional.relu(self.inner(x) + self.short(x), inplace=True)


def resnet18():
    stem = [nn.Conv2d(3, 64, 7, stride=2, padding=3, bias=False), nn.BatchNorm2d(64), nn.ReLU(inplace=True)]
    widths = [64, 64, 128, 256, 512]
    stages = [
        block
        for inputs, width in zip(widths, widths[1:])
        for block in (Block(inputs, width, 1 if inputs == width else 2), Block(width, width, 1))
    ]
    head = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 1000)]
    return nn.Sequential(*stem, nn.MaxPool2d(3, 2, 1), *stages, *head)


networks = {
    "mlp": (mlp, (784,), (100, 1000)),
    "cnn": (cnn, (1, 28, 28), (100, 1000)),
    "resnet18 at 64": (resnet18, (3, 64, 64), (64,)),
    "resnet18 at 224": (resnet18, (3, 224, 224), (32,)),
}


def data(shape, batch):
    return torch.rand(batch, *shape), torch.randint(0, 2, (batch,))


def input_gradient(name, batch, layout=torch.contiguous_format):
    def prepare():
        make, shape, _ = networks[name]
        net = make().to(memory_format=layout)
        net.eval()
        for parameter in net.parameters():
            parameter.requires_grad_(False)
        x, y = data(shape, batch)
        if layout is torch.channels_last:
            x = x.contiguous(memory_format=layout)
        x.requires_grad_(True)

        def call():
            loss = functional.cross_entropy(net(x), y, reduction="sum")
            torch.autograd.grad(loss, x)

        return call

    return prepare


def frozen(name, batch):
    make, shape, _ = networks[name]
    net = make().eval()
    for parameter in net.parameters():
        parameter.requires_grad_(False)
    return net, *data(shape, batch)


def compiled_input_gradient(name, batch):
    def prepare():
        net, x, y = frozen(name, batch)
        gradient = torch.compile(torch.func.grad(lambda rows: functional.cross_entropy(net(rows), y, reduction="sum")))
        return lambda: gradient(x)

    return prepare


def pgd(norm, is_compiled):
    """Fifty steps of a tenth of the budget on the margin, projected on the ball and on [0, 1]."""

    def of(name, batch):
        def prepare():
            net, x, y = frozen(name, batch)
            epsilon = 2.0 if norm == "l2" else 0.1
            own = functional.one_hot(y, 2).bool()
            tail = [1] * (x.dim() - 1)

            def margin(points):
                scores = net(points)
                return (scores.masked_fill(own, -torch.inf).amax(1) - (scores * own).sum(1)).sum()

            def slope_of(points):
                points = points.detach().requires_grad_(True)
                return torch.autograd.grad(margin(points), points)[0]

            gradient = torch.func.grad(margin) if is_compiled else slope_of

            def step(points):
                slope = gradient(points)
                if norm == "linf":
                    moved = points + 0.1 * epsilon * slope.sign()
                    return moved.clamp(x - epsilon, x + epsilon).clamp(0, 1)
                size = slope.flatten(1).norm(dim=1).clamp_min(1e-30).view(-1, *tail)
                move = points + 0.1 * epsilon * slope / size - x
                length = move.flatten(1).norm(dim=1).view(-1, *tail)
                return (x + move * (epsilon / length).clamp_max(1)).clamp(0, 1)

            taken = torch.compile(step) if is_compiled else step

            def call():
                points = x.clone()
                for _ in range(50):
                    points = taken(points)
                with torch.no_grad():
                    return points, net(points)

            return call

        return prepare

    return of


def training_step(name, batch):
    def prepare():
        make, shape, _ = networks[name]
        net = make()
        x, y = data(shape, 20 * batch)
        optimizer = torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.9, weight_decay=1e-3)

        def call():
            # Twenty steps: what one measurement of the other side does.
            for rows in torch.randperm(20 * batch).split(batch):
                optimizer.zero_grad(set_to_none=True)
                functional.cross_entropy(net(x[rows]), y[rows]).backward()
                optimizer.step()

        return call

    return prepare


def hessian_vector_product(name, batch):
    def prepare():
        make, shape, _ = networks[name]
        net = make()
        x, y = data(shape, batch)
        weights = list(net.parameters())
        direction = [torch.randn_like(weight) for weight in weights]

        def call():
            loss = functional.cross_entropy(net(x), y)
            gradients = torch.autograd.grad(loss, weights, create_graph=True)
            along = sum((gradient * v).sum() for gradient, v in zip(gradients, direction))
            torch.autograd.grad(along, weights)

        return call

    return prepare


kinds = {
    "inputGradient": input_gradient,
    "inputGradientChannelsLast": lambda name, batch: input_gradient(name, batch, torch.channels_last),
    "inputGradientCompiled": compiled_input_gradient,
    **{f"pgd-{norm}": pgd(norm, False) for norm in ("linf", "l2")},
    **{f"pgd-{norm}Compiled": pgd(norm, True) for norm in ("linf", "l2")},
    "trainingSteps": training_step,
    "hessianVectorProduct": hessian_vector_product,
}
serve(
    {
        f"{kind}:{name}:{batch}": make(name, batch)
        for kind, make in kinds.items()
        for name in networks
        for batch in networks[name][2]
    },
    {"PyTorch": torch.__version__, "Python": platform.python_version()},
)
