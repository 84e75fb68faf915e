"""What PyTorch's autograd says of layers: reads one request per line, answers with values, gradients and Hessian products."""

import base64
import json
import sys

import onnx
import torch

from onnx_torch import run

torch.set_num_threads(1)


def answer(request, dtype):
    model = onnx.load_model_from_string(base64.b64decode(request["model"]))
    tensors = {
        name: torch.tensor(each["data"], dtype=dtype).reshape(each["shape"]) for name, each in request["feeds"].items()
    }
    inputs = [tensors[name].requires_grad_(True) for name in request["by"]]
    values = run(model, {name: tensors[name] for name in request["by"]})
    weights = [tensors[name] for name in request["weights"]]
    loss = sum((values[name] * weight).sum() for name, weight in zip(request["results"], weights))
    gradients = torch.autograd.grad(loss, inputs, create_graph=True, allow_unused=True)
    gradients = [g if g is not None else torch.zeros_like(x) for g, x in zip(gradients, inputs)]
    along = sum((g * tensors[name]).sum() for g, name in zip(gradients, request["directions"]))
    if along.requires_grad:
        products = torch.autograd.grad(along, inputs, allow_unused=True)
    else:
        products = [None] * len(inputs)
    products = [p if p is not None else torch.zeros_like(x) for p, x in zip(products, inputs)]
    flat = lambda tensors: [tensor.detach().reshape(-1).tolist() for tensor in tensors]
    return {"results": flat([values[name] for name in request["results"]]), "gradients": flat(gradients), "products": flat(products)}


print(json.dumps({"versions": {"PyTorch": torch.__version__}}), flush=True)
for line in sys.stdin:
    try:
        request = json.loads(line)
        reply = {"double": answer(request, torch.float64), "single": answer(request, torch.float32)}
    except Exception as error:  # What PyTorch cannot do is told, and counted apart.
        reply = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(reply), flush=True)
