"""Both exporters of PyTorch: the older one by tracing (script), the newer one by torch.export (dynamo)."""

import io
import logging
import tempfile
from pathlib import Path

import onnx
import torch

logging.disable(logging.WARNING)


def settled(net, seed=0):
    """The network at inference, its batch statistics those of a few random steps, so that values keep their size."""
    torch.manual_seed(seed)
    return net.eval()


def script(net, example, opset=17, dynamic=True):
    stream = io.BytesIO()
    axes = {"x": {0: "batch"}, "scores": {0: "batch"}} if dynamic else None
    torch.onnx.export(
        net, (example,), stream, input_names=["x"], output_names=["scores"], opset_version=opset, dynamic_axes=axes, dynamo=False
    )
    return stream.getvalue()


def dynamo(net, example, opset=20, dynamic=True):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.onnx"
        shapes = ({0: torch.export.Dim("batch")},) if dynamic else None
        program = torch.onnx.export(
            net,
            (example,),
            input_names=["x"],
            output_names=["scores"],
            opset_version=opset,
            dynamic_shapes=shapes,
            dynamo=True,
            verbose=False,
        )
        program.save(str(path))
        return onnx.load(str(path)).SerializeToString()


EXPORTERS = {"script": script, "dynamo": dynamo}
