"""Both exporters of PyTorch: the older one by tracing (script), the newer one by torch.export (dynamo)."""

import copy
import io
import logging
import tempfile
from pathlib import Path

import numpy as np
import onnx
import torch
from made import Made, Slopes

logging.disable(logging.WARNING)


def settled(net, inputs, seed=0):
    """The network at inference: its batch statistics those of some random inputs, no head without weights."""
    torch.manual_seed(seed)
    if any(isinstance(module, torch.nn.modules.batchnorm._BatchNorm) for module in net.modules()):
        net.train()
        with torch.no_grad():
            for _ in range(4):
                net(*(torch.rand_like(each) + each.roll(1, 0) / 2 if each.is_floating_point() else each for each in inputs))
    for module in net.modules():
        if isinstance(module, torch.nn.Linear) and not module.weight.any():
            torch.nn.init.normal_(module.weight, std=0.1)
    return net.eval()


def names_of(inputs):
    return ["x"] if len(inputs) == 1 else [f"x{i}" for i in range(len(inputs))]


def script(net, inputs, opset=17, dynamic=True, outputs=("scores",)):
    stream = io.BytesIO()
    names = names_of(inputs)
    axes = {name: {0: "batch"} for name in [*names, *outputs]} if dynamic else None
    torch.onnx.export(
        net, inputs, stream, input_names=names, output_names=list(outputs), opset_version=opset, dynamic_axes=axes, dynamo=False
    )
    return stream.getvalue()


def dynamo(net, inputs, opset=20, dynamic=True, outputs=("scores",)):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.onnx"
        batch = torch.export.Dim("batch")
        program = torch.onnx.export(
            net,
            inputs,
            input_names=names_of(inputs),
            output_names=list(outputs),
            opset_version=opset,
            dynamic_shapes=tuple({0: batch} for _ in inputs) if dynamic else None,
            dynamo=True,
            verbose=False,
        )
        program.save(str(path))
        return onnx.load(str(path)).SerializeToString()


EXPORTERS = {"script": script, "dynamo": dynamo}


def slopes(net, inputs):
    """
    The gradient in float64 of the cross-entropy of each row's second class, at the rows and at points a little beside them
    on either side; those classes, those points, and how far the gradient in float32 is from it, relative to its norm: what
    rounding alone does. None where there is no such gradient.
    """
    if not all(each.is_floating_point() for each in inputs):
        return None
    noise = torch.Generator().manual_seed(3)
    away = [BESIDE * each.abs().max() * (2 * torch.rand(each.shape, generator=noise) - 1) for each in inputs]
    points = [torch.cat([each, (each + by).float(), (each - by).float()]) for each, by in zip(inputs, away)]
    found = []
    for dtype in (torch.float64, torch.float32):
        torch.set_default_dtype(dtype)
        try:
            moved = [each.detach().to(dtype).requires_grad_() for each in points]
            scores = copy.deepcopy(net).to(dtype)(*moved)
            scores = scores[0] if isinstance(scores, tuple) else scores
            scores = scores.flatten(1) if scores.ndim > 1 else scores[:, None]
            if scores.shape[1] < 2:
                return None
            if not found:
                labels = scores[: len(inputs[0])].detach().topk(2, 1).indices[:, 1].repeat(3)
            is_probability = bool((scores >= 0).all() and (scores.sum(1) - 1).abs().max() < 1e-5)
            logs = scores.log() if is_probability else scores.log_softmax(1)
            (-logs.gather(1, labels[:, None])).sum().backward()
            found.append(side_by_side([each.grad for each in moved]).double())
        except RuntimeError:  # Nets with a type of their own.
            return None
        finally:
            torch.set_default_dtype(torch.float32)
    exact, rounded = found
    errors = (rounded - exact).norm(dim=1) / exact.norm(dim=1)
    return Slopes(exact.numpy(), labels.tolist(), errors.median().item(), side_by_side(points).numpy())


BESIDE = 1e-3
"""How far the points beside rows are, at most, as a share of the largest number."""


def side_by_side(parts):
    """Several inputs as rows of all their numbers."""
    return torch.cat([each.detach().reshape(len(each), -1) for each in parts], 1)


def made(net, export, *inputs, options=None, **settings):
    """The file of a network, and what the network itself says of the same inputs."""
    net = settled(net, inputs)
    with torch.no_grad():
        scores = net(*inputs)
    if isinstance(scores, tuple):
        scores = scores[0]
    model = export(net, inputs, **settings)
    tokens = [each for each in inputs if not each.is_floating_point()]
    if tokens and options is None:
        options = {"attackAt": embedding(model)}
    flat = [each.numpy().astype(np.float32) for each in inputs]
    rows = flat[0] if len(flat) == 1 else np.concatenate([each.reshape(len(each), -1) for each in flat], 1)
    scores = scores.numpy().reshape(len(scores), -1)
    if scores.shape[1] == 1:
        scores = np.concatenate([np.zeros_like(scores), scores], 1)
    return Made(model, rows, scores, options or {}, slopes(net, inputs))


def embedding(model):
    """The output of the first look-up of a table of real numbers by what follows from an input."""
    graph = onnx.load_from_string(model).graph
    tables = {each.name for each in graph.initializer if len(each.dims) == 2 and each.data_type == onnx.TensorProto.FLOAT}
    reached = {each.name for each in graph.input}
    for node in graph.node:
        if node.op_type == "Gather" and node.input[0] in tables and node.input[1] in reached:
            return node.output[0]
        if any(name in reached for name in node.input):
            reached.update(node.output)
    raise ValueError("no table of embeddings")
