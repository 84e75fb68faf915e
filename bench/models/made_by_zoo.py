"""Networks of the ONNX project's own tests, opset 9 and older, whose constant weights are replaced by random ones."""

from pathlib import Path

import numpy as np
import onnx
from made import Made
from onnx import numpy_helper


def models():
    folder = Path(onnx.__file__).parent / "backend" / "test" / "data" / "light"
    for path in sorted(folder.glob("*.onnx")):

        def make(path=path):
            model = onnx.load(str(path))
            random = np.random.default_rng(0)
            shapes = {each.name: numpy_helper.to_array(each) for each in model.graph.initializer}
            kept = []
            for node in model.graph.node:
                if node.op_type != "ConstantOfShape":
                    kept.append(node)
                    continue
                shape = [int(size) for size in shapes[node.input[0]]]
                fan = max(1, int(np.prod(shape[1:])))
                weights = random.standard_normal(shape) * np.sqrt(2 / fan) if len(shape) > 1 else np.abs(1 + 0.1 * random.standard_normal(shape))
                model.graph.initializer.append(numpy_helper.from_array(weights.astype(np.float32), node.output[0]))
            del model.graph.node[:]
            model.graph.node.extend(kept)
            names = {each.name for each in model.graph.initializer}
            [image] = [each for each in model.graph.input if each.name not in names]
            shape = [size.dim_value for size in image.type.tensor_type.shape.dim]
            return Made(model, random.random((2, *shape[1:])))

        yield f"zoo-{path.stem.removeprefix('light_')}", "ONNX project, light models", make
