"""Networks of torchvision with random weights, exported by both exporters of PyTorch, at several sizes of images."""

import torch
import torchvision
from torch_export import EXPORTERS, made

NETS = {
    "resnet18": (32, 64, 96, 224),
    "resnet50": (64, 224),
    "alexnet": (64, 224),
    "vgg11_bn": (32, 64),
    "squeezenet1_1": (64,),
    "densenet121": (64,),
    "googlenet": (96,),
    "inception_v3": (96,),
    "mobilenet_v2": (32, 224),
    "mobilenet_v3_small": (64,),
    "mobilenet_v3_large": (224,),
    "shufflenet_v2_x0_5": (64,),
    "mnasnet0_5": (64,),
    "efficientnet_b0": (64, 224),
    "efficientnet_v2_s": (64,),
    "regnet_y_400mf": (64,),
    "convnext_tiny": (64, 224),
    "swin_t": (64, 224),
    "swin_v2_t": (64,),
    "vit_b_16": (32, 224),
    "maxvit_t": (224,),
}


def models():
    for name, sizes in NETS.items():
        for size in sizes:
            for exporter, export in EXPORTERS.items():

                def make(name=name, size=size, export=export):
                    torch.manual_seed(0)
                    options = {"weights": None, "num_classes": 10}
                    if name in ("googlenet", "inception_v3"):
                        options |= {"aux_logits": name == "inception_v3", "init_weights": True, "transform_input": False}
                    if name.startswith("vit"):
                        options["image_size"] = size
                    net = getattr(torchvision.models, name)(**options)
                    rows = torch.rand(2, 3, size, size, generator=torch.Generator().manual_seed(2))
                    return made(net, export, rows)

                yield f"vision-{name}-{size}-{exporter}", f"torchvision, {exporter}", make
