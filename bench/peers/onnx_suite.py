"""The ONNX project's backend tests, one per line: the model, its inputs and what they are to give.

python onnx_suite.py [kind ...]; kinds are node, simple, pytorch-converted and pytorch-operator.
"""

import base64
import glob
import json
import math
import os
import sys
import warnings

import numpy
import onnx
from onnx import numpy_helper, version_converter
from onnx.backend.test.loader import load_model_tests

warnings.filterwarnings("ignore")

# Models of older opsets are converted to it by the project's own converter.
OLDEST = 7


def tensor(value):
    """A tensor in JSON, or its kind where it is something else."""
    if isinstance(value, numpy.generic):
        value = numpy.asarray(value)
    if isinstance(value, onnx.TensorProto):
        return {"kind": onnx.TensorProto.DataType.Name(value.data_type).lower()}
    if not isinstance(value, numpy.ndarray) or value.dtype.kind not in "biuf" or value.dtype == numpy.float16:
        return {"kind": str(getattr(value, "dtype", type(value).__name__))}
    names = {math.inf: "Infinity", -math.inf: "-Infinity"}
    data = [each if math.isfinite(each) else names.get(each, "NaN") for each in map(float, value.reshape(-1).tolist())]
    return {"type": str(value.dtype), "shape": list(value.shape), "data": data}


def loaded(path, value_info):
    with open(path, "rb") as file:
        bytes_ = file.read()
    if not value_info.type.HasField("tensor_type"):
        return None
    return numpy_helper.to_array(onnx.TensorProto.FromString(bytes_))


def data_of(case, model):
    if case.data_sets:
        return case.data_sets[0]
    folder = os.path.join(case.model_dir, "test_data_set_0")
    read = lambda kind, infos: [loaded(os.path.join(folder, f"{kind}_{i}.pb"), info) for i, info in enumerate(infos)]
    fed = len(glob.glob(os.path.join(folder, "input_*.pb")))
    return read("input", model.graph.input[:fed]), read("output", model.graph.output)


print(json.dumps({"version": onnx.__version__}), flush=True)
for kind in sys.argv[1:] or ["node", "simple", "pytorch-converted", "pytorch-operator"]:
    for case in load_model_tests(kind=kind):
        model = case.model or onnx.load(os.path.join(case.model_dir, "model.onnx"))
        inputs, outputs = data_of(case, model)
        versions = [each.version for each in model.opset_import if each.domain in ("", "ai.onnx")]
        if versions and max(versions) < OLDEST:
            model = version_converter.convert_version(model, OLDEST)
        line = {
            "name": case.name,
            "kind": kind,
            "model": base64.b64encode(model.SerializeToString()).decode(),
            "inputs": {info.name: tensor(value) for info, value in zip(model.graph.input, inputs)},
            "outputs": {info.name: tensor(value) for info, value in zip(model.graph.output, outputs)},
        }
        print(json.dumps(line), flush=True)
