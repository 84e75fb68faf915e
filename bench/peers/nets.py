"""Random small networks of PyTorch, one per line: what an exporter writes of each, and what autograd says of its derivatives.

python nets.py COUNT SEED [FIRST]; each network depends on the seed and its number alone. Most are exported by tracing, every
eighth by torch.export. Values, gradients by the input and the weights, and Hessian products are those of a weighted sum.
"""

import base64
import io
import json
import logging
import os
import sys
import tempfile
import warnings
from pathlib import Path

import onnx
import torch

from net_draws import draw_net

warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)
torch.set_num_threads(1)
torch.backends.mha.set_fastpath_enabled(False)


def settle(net, numbers):
    """Parameters and statistics drawn anew, of numbers that float32 holds exactly; variances are positive."""
    with torch.no_grad():
        for name, each in [*net.named_parameters(), *net.named_buffers()]:
            if not each.is_floating_point():
                continue
            drawn = torch.rand(each.shape, generator=numbers)
            if name.endswith("running_var"):
                value = 0.5 + drawn
            elif each.dim() < 2 and name.endswith("weight"):
                value = 0.75 + 0.5 * drawn
            else:
                size = each[0].numel() if each.dim() > 1 else 9
                value = (2 * drawn - 1) * (3.0 / max(1, size)) ** 0.5
            each.copy_(value.to(each.dtype))


def exported(net, example, draw, by_tracing):
    """The bytes of the ONNX file, whether constants were folded, and its opset: the one drawn, or 20 where that lacks an operator."""
    opset = draw.pick([11, 13, 14, 15, 16, 17, 18, 20]) if by_tracing else draw.pick([18, 20, 21, 22, 23])
    state = draw.getstate()
    try:
        return *written(net, example, draw, by_tracing, opset), opset
    except Exception:
        if not by_tracing or opset == 20:
            raise
        draw.setstate(state)
        return *written(net, example, draw, by_tracing, 20), 20


def written(net, example, draw, by_tracing, opset):
    is_open, fold = draw.chance(0.5), draw.chance(0.3)
    if by_tracing:
        stream = io.BytesIO()
        torch.onnx.export(
            net, (example,), stream, input_names=["x"], output_names=["y"], opset_version=opset, dynamo=False,
            dynamic_axes={"x": {0: "N"}, "y": {0: "N"}} if is_open else None,
            do_constant_folding=fold,
            training=torch.onnx.TrainingMode.EVAL if fold else torch.onnx.TrainingMode.PRESERVE,
        )
        return stream.getvalue(), fold
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.onnx"
        shapes = ({0: torch.export.Dim("batch")},) if is_open else None
        program = torch.onnx.export(
            net, (example,), input_names=["x"], output_names=["y"], opset_version=opset, dynamic_shapes=shapes,
            dynamo=True, verbose=False, optimize=fold,
        )
        program.save(str(path))
        return onnx.load(str(path)).SerializeToString(), fold


def derivatives(net, x, weight, directions, names):
    parameters = dict(net.named_parameters())
    x = x.clone().requires_grad_(True)
    inputs = [x, *(parameters[name] for name in names)]
    with torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.MATH):
        y = net(x)
        gradients = torch.autograd.grad((y * weight).sum(), inputs, create_graph=True, allow_unused=True)
        gradients = [g if g is not None else torch.zeros_like(each) for g, each in zip(gradients, inputs)]
        along = sum((g * v).sum() for g, v in zip(gradients, directions))
        products = second(along, inputs)
    if products is None:
        return {"results": flat([y]), "gradients": flat(gradients)}
    products = [p if p is not None else torch.zeros_like(each) for p, each in zip(products, inputs)]
    return {"results": flat([y]), "gradients": flat(gradients), "products": flat(products)}


def flat(tensors):
    return [each.detach().reshape(-1).tolist() for each in tensors]


def second(along, inputs):
    """Gradients of a gradient; None where PyTorch has none."""
    if not along.requires_grad:
        return [None] * len(inputs)
    try:
        return torch.autograd.grad(along, inputs, allow_unused=True)
    except RuntimeError as error:
        if "is not implemented" not in str(error):
            raise
        return None


def answer(seed, number):
    by_tracing = number % 8 != 7
    draw, net, shape = draw_net(seed, number)
    # A dynamic batch of 1 is taken for a constant by torch.export.
    shape = shape if by_tracing else [max(2, shape[0]), *shape[1:]]
    numbers = torch.Generator().manual_seed(seed * 1_000_003 + number)
    net.eval()
    settle(net, numbers)
    x = 2 * torch.rand(shape, generator=numbers) - 1
    reply = {"number": number, "name": net.described, "exporter": "tracing" if by_tracing else "torch.export"}
    try:
        model, is_folded, reply["opset"] = exported(net, x, draw, by_tracing)
    except Exception as error:
        return {**reply, "unexported": f"{type(error).__name__}: {str(error)[:200]}"}
    kept = {each.name for each in onnx.load_from_string(model).graph.initializer}
    # Of a weight that was folded in one place, the file holds the other places alone.
    names = [name for name, _ in net.named_parameters() if name in kept and not is_folded]
    uniform = lambda like: (2 * torch.rand(like.shape, generator=numbers) - 1).to(like.dtype)
    with torch.no_grad():
        weight = uniform(net(x))
    directions = [uniform(each) for each in [x, *(dict(net.named_parameters())[name] for name in names)]]
    reply["single"] = derivatives(net, x, weight, directions, names)
    net.double()
    reply["double"] = derivatives(net, x.double(), weight.double(), [each.double() for each in directions], names)
    tensor = lambda each: {"shape": list(each.shape), "data": each.double().reshape(-1).tolist()}
    reply["model"] = base64.b64encode(model).decode()
    reply["names"] = names
    reply["feeds"] = {"x": tensor(x), "weight": tensor(weight)}
    reply["directions"] = [tensor(each) for each in directions]
    if by_tracing:
        try:
            again, *_ = exported(net, x.double(), draw_net(seed, number)[0], by_tracing)
            reply["doubleModel"] = base64.b64encode(again).decode()
        except Exception:  # The float32 file is examined all the same.
            pass
    return reply


if __name__ == "__main__":
    count, seed, first = [int(each) for each in [*sys.argv[1:], 0][:3]]
    # The exporters print what they cannot translate.
    replies = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    print(json.dumps({"versions": {"PyTorch": torch.__version__}}), file=replies, flush=True)
    for number in range(first, first + count):
        print(json.dumps(answer(seed, number)), file=replies, flush=True)
