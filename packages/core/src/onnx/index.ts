/**
 * `@carom/core/onnx`: ONNX files read and written, graphs built, and differentiated into graphs.
 *
 * @module onnx
 */

// Graphs as data

export type { Attribute, Graph, Node, OnnxModel, ValueInfo } from "./graph.ts";

// Files: bytes to graphs and back

export { type ExternalData, type ReadOptions, readModel, writeModel } from "./proto.ts";

// Graphs built node by node

export { GraphBuilder, modelOf, OPSET } from "./builder.ts";

// The graph of a gradient, made of ordinary operators

export { type DifferentiateOptions, differentiate, gradientName } from "./differentiate.ts";
export { simplify } from "./simplify.ts";

// What has rules

export { operators } from "./ops/index.ts";

// What a runtime of its own reads of nodes: how windows slide, what an equation says, how sizes change

export { elementTypeOf } from "./elementType.ts";
export { interpolationMatrix } from "./interpolation.ts";
export { subscripts } from "./ops/einsum.ts";
export { changesOf } from "./ops/resize.ts";
export { countsOfWindows } from "./pooling.ts";
export { prune } from "./prune.ts";
export { upgrade } from "./upgrade.ts";
export { kernelShape, transposedWindowOf, type Window, windowOf } from "./window.ts";
