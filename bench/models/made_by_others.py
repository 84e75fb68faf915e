"""Small networks of timm, Keras and transformers with random weights, as their users export them."""

import os
import tempfile
from pathlib import Path

import numpy as np
import torch
from made import Made
from torch_export import EXPORTERS, made

TIMM = {
    "resnet10t": 64,
    "mobilenetv4_conv_small": 64,
    "ghostnet_100": 64,
    "edgenext_xx_small": 64,
    "mobilevit_xxs": 64,
    "deit_tiny_patch16_224": 224,
    "mixer_s32_224": 224,
    "convnextv2_atto": 64,
}


def timm_model(name, size, export):
    import timm

    torch.manual_seed(0)
    net = timm.create_model(name, pretrained=False, num_classes=10)
    rows = torch.rand(2, 3, size, size, generator=torch.Generator().manual_seed(2))
    return made(net, export, rows)


def keras_model(kind):
    os.environ["KERAS_BACKEND"] = "torch"
    import keras

    keras.utils.set_random_seed(0)
    L = keras.layers
    shapes = {"dense": (6,), "conv": (12, 12, 3), "lstm": (7, 5), "gru": (7, 5), "mobilenet": (64, 64, 3)}
    layers = {
        "dense": [L.Dense(16, "gelu"), L.BatchNormalization(), L.Dense(3, "softmax")],
        "conv": [L.Conv2D(8, 3, padding="same", activation="relu"), L.MaxPooling2D(), L.SeparableConv2D(8, 3), L.GlobalAveragePooling2D(), L.Dense(3, "softmax")],
        "lstm": [L.LSTM(6, return_sequences=True), L.Bidirectional(L.LSTM(4)), L.Dense(3, "softmax")],
        "gru": [L.GRU(6), L.Dense(3, "softmax")],
    }
    shape = shapes[kind]
    if kind == "mobilenet":
        net = keras.applications.MobileNetV2(input_shape=shape, weights=None, classes=5)
    else:
        net = keras.Sequential([L.Input(shape), *layers[kind]])
    rows = np.random.default_rng(1).random((3, *shape), dtype=np.float32)
    net.predict(rows, verbose=0)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.onnx"
        net.export(str(path), format="onnx", verbose=False)
        return Made(path.read_bytes(), rows, net.predict(rows, verbose=0))


def transformer(kind, export):
    import transformers

    torch.manual_seed(0)
    small = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32, "num_labels": 3}
    if kind == "vit":
        net = transformers.ViTForImageClassification(transformers.ViTConfig(image_size=32, patch_size=8, **small))
    else:
        net = transformers.ConvNextForImageClassification(
            transformers.ConvNextConfig(hidden_sizes=[8, 8, 16, 16], depths=[1, 1, 1, 1], num_labels=3, image_size=32)
        )

    class Logits(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.net = net

        def forward(self, x):
            return self.net(pixel_values=x).logits

    rows = torch.rand(2, 3, 32, 32, generator=torch.Generator().manual_seed(2))
    return made(Logits(), export, rows)


def text(kind, export):
    """A classifier of token ids, attacked at the output of its embedding of words."""
    import transformers

    torch.manual_seed(0)
    if kind == "bert":
        options = {"vocab_size": 60, "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32}
        net = transformers.BertForSequenceClassification(transformers.BertConfig(num_labels=3, **options))
    else:
        options = {"vocab_size": 60, "dim": 16, "n_layers": 2, "n_heads": 2, "hidden_dim": 32}
        net = transformers.DistilBertForSequenceClassification(transformers.DistilBertConfig(num_labels=3, **options))

    class Logits(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.net = net

        def forward(self, ids):
            return self.net(input_ids=ids).logits

    return made(Logits(), export, torch.randint(60, (4, 9), generator=torch.Generator().manual_seed(2)))


def models():
    for name, size in TIMM.items():
        for exporter, export in EXPORTERS.items():
            yield f"timm-{name}-{exporter}", f"timm, PyTorch {exporter}", lambda name=name, size=size, export=export: timm_model(name, size, export)
    for kind in ("dense", "conv", "lstm", "gru", "mobilenet"):
        yield f"keras-{kind}", "Keras (torch)", lambda kind=kind: keras_model(kind)
    for kind in ("vit", "convnext"):
        for exporter, export in EXPORTERS.items():
            yield f"transformers-{kind}-{exporter}", f"transformers, PyTorch {exporter}", lambda kind=kind, export=export: transformer(kind, export)
    for kind in ("bert", "distilbert"):
        for exporter, export in EXPORTERS.items():
            yield f"transformers-{kind}-{exporter}", f"transformers, PyTorch {exporter}", lambda kind=kind, export=export: text(kind, export)
