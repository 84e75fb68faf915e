"""A small interpreter of ONNX graphs in PyTorch, so that autograd can say what a graph's derivatives are.

It knows the operators that random layers are made of, as of opset 18, each by the words of its definition; windows are cut
and padded by hand, so that nothing depends on how PyTorch reads uneven margins.
"""

import math

import numpy
import onnx
import torch
from onnx import numpy_helper
from torch.nn import functional


def run(model, feeds):
    """Every value of a graph by name. Floating-point constants take the type of the feeds."""
    float_type = next(iter(feeds.values())).dtype
    values = dict(feeds)
    for each in model.graph.initializer:
        constant = torch.from_numpy(numpy.array(numpy_helper.to_array(each)))
        values[each.name] = constant.to(float_type) if constant.is_floating_point() else constant
    for node in model.graph.node:
        attributes = {each.name: onnx.helper.get_attribute_value(each) for each in node.attribute}
        attributes = {name: value.decode() if isinstance(value, bytes) else value for name, value in attributes.items()}
        inputs = [values[name] if name else None for name in node.input]
        results = OPERATORS[node.op_type](Attributes(attributes, len(node.output)), *inputs)
        results = results if isinstance(results, (tuple, list)) else [results]
        values.update(zip(node.output, results))
    return values


class Attributes(dict):
    """The attributes of a node, and how many outputs it has."""

    def __init__(self, values, outputs):
        super().__init__(values)
        self.outputs = outputs

    def real(self, name, default):
        """A real number, which is float32 where it is not given too."""
        return self.get(name, float(numpy.float32(default)))


def ints(tensor):
    return [int(each) for each in tensor.reshape(-1)]


# Windows


def total_same(sizes, strides, reach):
    """Margins of auto_pad SAME: as many windows as the size divided by the stride, rounded up."""
    return [(math.ceil(n / s) - 1) * s + r - n for n, s, r in zip(sizes, strides, reach)]


def halves(mode, totals):
    small = [int(total / 2) for total in totals] if mode == "SAME_UPPER" else [int((total + 1) / 2) for total in totals]
    return small, [total - half for total, half in zip(totals, small)]


def window(a, sizes, kernel):
    """Strides, dilations, margins before and after, and reach of each axis."""
    rank = len(kernel)
    strides, dilations = a.get("strides", [1] * rank), a.get("dilations", [1] * rank)
    reach = [(k - 1) * d + 1 for k, d in zip(kernel, dilations)]
    mode = a.get("auto_pad", "NOTSET")
    pads = a.get("pads", [0] * (2 * rank)) if mode == "NOTSET" else [0] * (2 * rank)
    before, after = pads[:rank], pads[rank:]
    return strides, dilations, before, after, reach, mode


def pad(x, before, after, value=0.0):
    widths = [width for pair in zip(reversed(before), reversed(after)) for width in pair]
    return functional.pad(x, widths, value=value) if any(widths) else x


def conv(a, x, w, b=None):
    kernel = list(w.shape[2:])
    strides, dilations, before, after, reach, mode = window(a, x.shape[2:], kernel)
    if mode.startswith("SAME"):
        before, after = halves(mode, [max(0, each) for each in total_same(x.shape[2:], strides, reach)])
    call = [functional.conv1d, functional.conv2d, functional.conv3d][len(kernel) - 1]
    return call(pad(x, before, after), w, b, strides, 0, dilations, a.get("group", 1))


def conv_transpose(a, x, w, b=None):
    kernel = list(w.shape[2:])
    strides, dilations, before, after, reach, mode = window(a, x.shape[2:], kernel)
    rank = len(kernel)
    extra = a.get("output_padding", [0] * rank)
    full = [(n - 1) * s + r + e for n, s, r, e in zip(x.shape[2:], strides, reach, extra)]
    wanted = a.get("output_shape")
    if wanted or mode.startswith("SAME"):
        wanted = wanted[-rank:] if wanted else [n * s for n, s in zip(x.shape[2:], strides)]
        before, after = halves(mode, [max(0, f - n) for f, n in zip(full, wanted)])
    else:
        wanted = [f - p - q for f, p, q in zip(full, before, after)]
    call = [functional.conv_transpose1d, functional.conv_transpose2d, functional.conv_transpose3d][rank - 1]
    # All that kernels reach, then the margins cut off and zeros added up to the size.
    y = call(x, w, None, strides, 0, 0, a.get("group", 1), dilations)
    low = [-each for each in before]
    high = [n + p - size for n, p, size in zip(wanted, before, y.shape[2:])]
    y = pad(y, low, high)
    return y if b is None else y + b.reshape([1, -1] + [1] * rank)


def windows(a, x, fill):
    """Every window of a pool [N, C, *output, *kernel], what lies outside being `fill`; and which elements are inside, or in the margin."""
    kernel = a["kernel_shape"]
    rank = len(kernel)
    strides, dilations, before, after, reach, mode = window(a, x.shape[2:], kernel)
    if mode.startswith("SAME"):
        before, after = halves(mode, total_same(x.shape[2:], strides, kernel))
    spans = [n + p + q for n, p, q in zip(x.shape[2:], before, after)]
    if a.get("ceil_mode", 0):
        counts = [-((r - span) // s) + 1 for span, s, r in zip(spans, strides, reach)]
        counts = [c - 1 if (c - 1) * s >= n + p else c for c, s, n, p in zip(counts, strides, x.shape[2:], before)]
    else:
        counts = [(span - r) // s + 1 for span, s, r in zip(spans, strides, reach)]
    needed = [max(0, (c - 1) * s + r - span) for c, s, r, span in zip(counts, strides, reach, spans)]
    padded = pad(x, before, [q + e for q, e in zip(after, needed)], fill)
    margin = pad(torch.ones([1, 1] + spans, dtype=x.dtype), [0] * rank, needed)
    inside = pad(torch.ones([1, 1] + list(x.shape[2:]), dtype=x.dtype), before, [q + e for q, e in zip(after, needed)])
    results = []
    for value in (padded, inside, margin):
        for axis, (k, s, d, c, r) in enumerate(zip(kernel, strides, dilations, counts, reach)):
            value = value.unfold(axis + 2, r, s).narrow(axis + 2, 0, c)[..., ::d]
        results.append(value)
    return results


def max_pool(a, x):
    values, _, _ = windows(a, x, -math.inf)
    return values.flatten(x.dim()).amax(-1) if a.outputs == 1 else values.flatten(x.dim()).max(-1)


def average_pool(a, x):
    values, inside, margin = windows(a, x, 0.0)
    counted = margin if a.get("count_include_pad", 0) else inside
    return values.flatten(x.dim()).sum(-1) / counted.flatten(x.dim()).sum(-1)


def lp_pool(a, x):
    values, _, _ = windows(a, x, 0.0)
    p = a.get("p", 2)
    return (values.flatten(x.dim()).abs() ** p).sum(-1) ** (1 / p)


# Reductions and normalizations


def reduction(f):
    def reduce(a, x, axes=None):
        chosen = ints(axes) if axes is not None else a.get("axes", [])
        if not chosen:
            if a.get("noop_with_empty_axes", 0):
                return f_of_none(f, x)
            chosen = list(range(x.dim()))
        chosen = sorted((axis % x.dim() for axis in chosen), reverse=True)
        return f(x, chosen, bool(a.get("keepdims", 1)))

    return reduce


def f_of_none(f, x):
    """A reduction over no axis treats each element by itself."""
    return f(x.unsqueeze(-1), [x.dim()], False)


def product(x, axes, keep):
    for axis in axes:
        x = x.prod(axis, keepdim=keep)
    return x


def batch_normalization(a, x, scale, bias, mean, variance):
    momentum = a.real("momentum", 0.9)
    channels = [1, -1] + [1] * (x.dim() - 2)
    if not a.get("training_mode", 0):
        unit = (x - mean.reshape(channels)) / (variance.reshape(channels) + a.real("epsilon", 1e-5)).sqrt()
        return unit * scale.reshape(channels) + bias.reshape(channels)
    axes = [axis for axis in range(x.dim()) if axis != 1]
    own_mean, own_variance = x.mean(axes), x.var(axes, unbiased=False)
    unit = (x - own_mean.reshape(channels)) / (own_variance.reshape(channels) + a.real("epsilon", 1e-5)).sqrt()
    y = unit * scale.reshape(channels) + bias.reshape(channels)
    return y, momentum * mean + (1 - momentum) * own_mean, momentum * variance + (1 - momentum) * own_variance


def layer_normalization(a, x, scale, bias=None):
    axes = list(range(a.get("axis", -1) % x.dim(), x.dim()))
    unit = (x - x.mean(axes, keepdim=True)) / (x.var(axes, unbiased=False, keepdim=True) + a.real("epsilon", 1e-5)).sqrt()
    return unit * scale + (0 if bias is None else bias)


def cum_sum(a, x, axis):
    axis = int(axis) % x.dim()
    if a.get("reverse", 0):
        x = x.flip(axis)
    y = x.cumsum(axis)
    if a.get("exclusive", 0):
        y = y - x
    return y.flip(axis) if a.get("reverse", 0) else y


# Indexing


def slices(a, x, starts, ends, axes=None, steps=None):
    axes = ints(axes) if axes is not None else list(range(len(starts)))
    steps = ints(steps) if steps is not None else [1] * len(axes)
    for start, end, axis, step in zip(ints(starts), ints(ends), axes, steps):
        n = x.shape[axis]
        start, end = (start + n if start < 0 else start), (end + n if end < 0 else end)
        if step > 0:
            places = range(min(max(start, 0), n), min(max(end, 0), n), step)
        else:
            places = range(min(max(start, 0), n - 1), min(max(end, -1), n - 1), step)
        x = x.index_select(axis, torch.tensor(list(places), dtype=torch.int64))
    return x


def gather(a, x, indices):
    axis = a.get("axis", 0) % x.dim()
    flat = indices.reshape(-1) % x.shape[axis]
    y = x.index_select(axis, flat)
    return y.reshape(list(x.shape[:axis]) + list(indices.shape) + list(x.shape[axis + 1 :]))


def gather_elements(a, x, indices):
    axis = a.get("axis", 0) % x.dim()
    return x.gather(axis, indices % x.shape[axis])


def gather_nd(a, x, indices):
    batch = a.get("batch_dims", 0)
    depth = indices.shape[-1]
    leading = list(indices.shape[:-1])
    grid = torch.meshgrid(*[torch.arange(n) for n in leading], indexing="ij") if leading else []
    places = [grid[i] for i in range(batch)]
    places += [indices[..., k] % x.shape[batch + k] for k in range(depth)]
    return x[tuple(places)]


def scatter_elements(a, x, indices, updates):
    axis = a.get("axis", 0) % x.dim()
    places = indices % x.shape[axis]
    return x.scatter_add(axis, places, updates) if a.get("reduction") == "add" else x.scatter(axis, places, updates)


def scatter_nd(a, x, indices, updates):
    places = tuple(indices[..., k] % x.shape[k] for k in range(indices.shape[-1]))
    return x.index_put(places, updates, accumulate=a.get("reduction") == "add")


def pad_constant(a, x, widths, value=None, axes=None):
    rank = x.dim()
    chosen = [axis % rank for axis in ints(axes)] if axes is not None else list(range(rank))
    low, high = [0] * rank, [0] * rank
    given = ints(widths)
    for i, axis in enumerate(chosen):
        low[axis], high[axis] = given[i], given[i + len(chosen)]
    return pad(x, low, high, 0.0 if value is None else float(value))


def reshape(a, x, shape):
    sizes = [x.shape[i] if n == 0 and not a.get("allowzero", 0) else n for i, n in enumerate(ints(shape))]
    return x.reshape(sizes)


def transpose(a, x):
    return x.permute(a.get("perm", list(range(x.dim()))[::-1]))


def squeeze(a, x, axes=None):
    removed = [axis % x.dim() for axis in ints(axes)] if axes is not None else [i for i, n in enumerate(x.shape) if n == 1]
    return x.reshape([n for i, n in enumerate(x.shape) if i not in removed])


def unsqueeze(a, x, axes):
    rank = x.dim() + len(axes)
    added = {axis % rank for axis in ints(axes)}
    sizes = iter(x.shape)
    return x.reshape([1 if i in added else next(sizes) for i in range(rank)])


def depth_to_space(a, x):
    n, c, h, w = x.shape
    b = a["blocksize"]
    if a.get("mode", "DCR") == "DCR":
        y = x.reshape(n, b, b, c // b**2, h, w).permute(0, 3, 4, 1, 5, 2)
    else:
        y = x.reshape(n, c // b**2, b, b, h, w).permute(0, 1, 4, 2, 5, 3)
    return y.reshape(n, c // b**2, h * b, w * b)


def space_to_depth(a, x):
    n, c, h, w = x.shape
    b = a["blocksize"]
    return x.reshape(n, c, h // b, b, w // b, b).permute(0, 3, 5, 1, 2, 4).reshape(n, c * b**2, h // b, w // b)


def trilu(a, x, k=None):
    shift = 0 if k is None else int(k)
    return x.triu(shift) if a.get("upper", 1) else x.tril(shift)


def top_k(a, x, k):
    return x.topk(int(k), a.get("axis", -1), bool(a.get("largest", 1)))


def resize(a, x, roi=None, scales=None, sizes=None):
    """Axis by axis: each element of the output is a weighted sum of elements of the input."""
    given = [float(each) for each in scales] if scales is not None else [m / n for m, n in zip(ints(sizes), x.shape)]
    targets = ints(sizes) if sizes is not None else [math.floor(n * s) for n, s in zip(x.shape, given)]
    for axis, (size, scale) in enumerate(zip(targets, given)):
        n = x.shape[axis]
        if size == n and scale == 1:
            continue
        matrix = torch.zeros(size, n, dtype=x.dtype)
        for o in range(size):
            place = coordinate(a.get("coordinate_transformation_mode", "half_pixel"), o, n, size, numpy.float32(scale))
            if a["mode"] == "linear":
                place = min(max(place, 0.0), n - 1.0)
                low = math.floor(place)
                matrix[o, low] += 1 - (place - low)
                matrix[o, min(low + 1, n - 1)] += place - low
            else:
                matrix[o, min(max(nearest(a.get("nearest_mode", "round_prefer_floor"), place), 0), n - 1)] = 1
        x = torch.tensordot(x, matrix, ([axis], [1])).movedim(-1, axis)
    return x


def coordinate(mode, o, n, size, scale):
    """In float32, as the runtime reckons: a place between two elements decides which is taken."""
    one = numpy.float32
    if mode == "asymmetric":
        return float(one(o) / scale)
    if mode == "align_corners":
        return 0.0 if size == 1 else float(one(o * (n - 1)) / one(size - 1))
    if mode == "pytorch_half_pixel" and size == 1:
        return 0.0
    return float((one(o) + one(0.5)) / scale - one(0.5))


def nearest(mode, place):
    if mode == "floor":
        return math.floor(place)
    if mode == "ceil":
        return math.ceil(place)
    # The runtime takes what is less than a millionth off half-way for half-way.
    if abs(place - math.floor(place) - 0.5) < 1e-6:
        return math.ceil(place) if mode == "round_prefer_ceil" else math.floor(place)
    return math.floor(place + 0.5)


# Products and functions


def gemm(a, x, w, c=None):
    x = x.T if a.get("transA", 0) else x
    w = w.T if a.get("transB", 0) else w
    y = a.real("alpha", 1.0) * (x @ w)
    return y if c is None else y + a.real("beta", 1.0) * c


def einsum(a, *inputs):
    equation = a["equation"].replace(" ", "")
    return torch.einsum(equation, *inputs)


def variadic(f):
    def combine(a, *inputs):
        y = inputs[0]
        for each in inputs[1:]:
            y = f(y, each)
        return y

    return combine


def selu(a, x):
    alpha, gamma = a.real("alpha", 1.6732632423543772), a.real("gamma", 1.0507009873554805)
    return gamma * torch.where(x > 0, x, alpha * torch.expm1(x))


def clip(a, x, low=None, high=None):
    x = x if low is None else torch.maximum(x, low)
    return x if high is None else torch.minimum(x, high)


def unary(f):
    return lambda a, x: f(x)


def binary(f):
    return lambda a, x, y: f(x, y)


OPERATORS = {
    "Abs": unary(torch.abs),
    "Add": binary(torch.add),
    "AveragePool": average_pool,
    "BatchNormalization": batch_normalization,
    "Celu": lambda a, x: functional.celu(x, a.real("alpha", 1.0)),
    "Clip": clip,
    "Concat": lambda a, *inputs: torch.cat(inputs, a["axis"]),
    "Conv": conv,
    "ConvTranspose": conv_transpose,
    "Cos": unary(torch.cos),
    "CumSum": cum_sum,
    "DepthToSpace": depth_to_space,
    "Div": binary(torch.div),
    "Einsum": einsum,
    "Elu": lambda a, x: functional.elu(x, a.real("alpha", 1.0)),
    "Erf": unary(torch.erf),
    "Exp": unary(torch.exp),
    "Expand": lambda a, x, shape: x * torch.ones(ints(shape), dtype=x.dtype),
    "Flatten": lambda a, x: x.reshape(math.prod(x.shape[: a.get("axis", 1) % x.dim()]) if a.get("axis", 1) else 1, -1),
    "Gather": gather,
    "GatherElements": gather_elements,
    "GatherND": gather_nd,
    "Gemm": gemm,
    "GlobalAveragePool": lambda a, x: x.mean(list(range(2, x.dim())), keepdim=True),
    "Greater": binary(torch.gt),
    "HardSigmoid": lambda a, x: (a.real("alpha", 0.2) * x + a.real("beta", 0.5)).clamp(0, 1),
    "HardSwish": lambda a, x: x * (x / 6 + 0.5).clamp(0, 1),
    "Identity": unary(lambda x: x),
    "InstanceNormalization": lambda a, x, scale, bias: functional.instance_norm(
        x, weight=scale, bias=bias, eps=a.real("epsilon", 1e-5)
    ),
    "LayerNormalization": layer_normalization,
    "LeakyRelu": lambda a, x: functional.leaky_relu(x, a.real("alpha", 0.01)),
    "Log": unary(torch.log),
    "LogSoftmax": lambda a, x: x.log_softmax(a.get("axis", -1)),
    "LpPool": lp_pool,
    "MatMul": binary(torch.matmul),
    "Max": variadic(torch.maximum),
    "MaxPool": max_pool,
    "Mean": lambda a, *inputs: sum(inputs) / len(inputs),
    "Min": variadic(torch.minimum),
    "Mish": unary(functional.mish),
    "Mul": binary(torch.mul),
    "Neg": unary(torch.neg),
    "PRelu": lambda a, x, slope: torch.where(x < 0, slope * x, x),
    "Pad": pad_constant,
    "Pow": binary(torch.pow),
    "Reciprocal": unary(torch.reciprocal),
    "ReduceL1": reduction(lambda x, axes, keep: x.abs().sum(axes, keepdim=keep)),
    "ReduceL2": reduction(lambda x, axes, keep: torch.linalg.vector_norm(x, dim=axes, keepdim=keep)),
    "ReduceLogSum": reduction(lambda x, axes, keep: x.sum(axes, keepdim=keep).log()),
    "ReduceLogSumExp": reduction(lambda x, axes, keep: x.logsumexp(axes, keepdim=keep)),
    "ReduceMax": reduction(lambda x, axes, keep: x.amax(axes, keepdim=keep)),
    "ReduceMean": reduction(lambda x, axes, keep: x.mean(axes, keepdim=keep)),
    "ReduceMin": reduction(lambda x, axes, keep: x.amin(axes, keepdim=keep)),
    "ReduceProd": reduction(product),
    "ReduceSum": reduction(lambda x, axes, keep: x.sum(axes, keepdim=keep)),
    "ReduceSumSquare": reduction(lambda x, axes, keep: (x * x).sum(axes, keepdim=keep)),
    "Relu": unary(torch.relu),
    "Reshape": reshape,
    "Resize": resize,
    "ScatterElements": scatter_elements,
    "ScatterND": scatter_nd,
    "Selu": selu,
    "Shape": lambda a, x: torch.tensor(list(x.shape)[a.get("start", 0) : a.get("end")], dtype=torch.int64),
    "Sigmoid": unary(torch.sigmoid),
    "Sin": unary(torch.sin),
    "Slice": slices,
    "Softmax": lambda a, x: x.softmax(a.get("axis", -1)),
    "Softplus": unary(functional.softplus),
    "Softsign": unary(functional.softsign),
    "SpaceToDepth": space_to_depth,
    "Split": lambda a, x, sizes: list(x.split(ints(sizes), a.get("axis", 0))),
    "Sqrt": unary(torch.sqrt),
    "Squeeze": squeeze,
    "Sub": binary(torch.sub),
    "Sum": variadic(torch.add),
    "Tanh": unary(torch.tanh),
    "ThresholdedRelu": lambda a, x: torch.where(x > a.real("alpha", 1.0), x, torch.zeros_like(x)),
    "Tile": lambda a, x, repeats: x.repeat(ints(repeats)),
    "TopK": top_k,
    "Transpose": transpose,
    "Trilu": trilu,
    "Unsqueeze": unsqueeze,
    "Where": lambda a, condition, x, y: torch.where(condition, x, y),
}
