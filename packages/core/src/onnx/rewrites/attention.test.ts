// Attention written out, against the runtime's own and central differences, over random sizes, masks and attributes.

import fc from "fast-check";
import { describe, test } from "vitest";
import { agreesWithRuntime, hasGradients, type Written } from "../../../test/gradients/rewritten.ts";
import { type Tensor, tensor } from "../../tensor.ts";
import type { Attribute } from "../graph.ts";

const small = fc.integer({ min: 1, max: 3 });

/** Truth values of which at least the first of each row of `length` holds. */
const truths = (shape: readonly number[], bits: number): Tensor => {
  const length = shape.at(-1)!;
  const size = shape.reduce((product, each) => product * each, 1);
  return tensor(
    "bool",
    shape,
    Array.from({ length: size }, (_, i) => (i % length === 0 || (bits >> (i % 20)) % 2 ? 1 : 0)),
  );
};

const standard: fc.Arbitrary<Written> = fc
  .record({
    groups: fc.integer({ min: 1, max: 2 }),
    shared: fc.integer({ min: 1, max: 2 }),
    size: fc.integer({ min: 2, max: 4 }),
    valueSize: fc.integer({ min: 2, max: 4 }),
    queries: small,
    keys: small,
    past: fc.constantFrom(0, 0, 2),
    isFlat: fc.boolean(),
    isCausal: fc.boolean(),
    mask: fc.constantFrom("none", "truth", "real"),
    rank: fc.constantFrom(2, 4),
    scale: fc.option(fc.constantFrom(0.25, 2), { nil: undefined }),
    softcap: fc.constantFrom(0, 0, 1.5),
    bits: fc.nat(),
    version: fc.constantFrom(23, 24),
  })
  .map((o): Written => {
    const heads = o.groups * o.shared;
    // Where keys are kept from before, the runtime agrees with the standard for as many new ones as queries only.
    const keys = o.past && o.isCausal ? o.queries : o.keys;
    const total = keys + o.past;
    const maskShape = o.rank === 2 ? [o.queries, total] : [1, heads, o.queries, total];
    const attributes: Record<string, Attribute> = {
      is_causal: { int: Number(o.isCausal) },
      softcap: { float: o.softcap },
      ...(o.scale && { scale: { float: o.scale } }),
      ...(o.isFlat && { q_num_heads: { int: heads }, kv_num_heads: { int: o.groups } }),
    };
    const value = (count: number, length: number, size: number) =>
      o.isFlat ? (["N", length, count * size] as const) : (["N", count, length, size] as const);
    const mask = o.mask === "none" ? "" : o.mask === "truth" ? truths(maskShape, o.bits) : maskShape;
    return {
      op: "Attention",
      version: o.version,
      attributes,
      inputs: [
        value(heads, o.queries, o.size),
        value(o.groups, keys, o.size),
        value(o.groups, keys, o.valueSize),
        mask,
        ...(o.past ? [["N", o.groups, o.past, o.size] as const, ["N", o.groups, o.past, o.valueSize] as const] : []),
      ],
      outputs: o.past ? ["y", "keys", "values"] : ["y"],
    };
  });

const rotary: fc.Arbitrary<Written> = fc
  .record({
    heads: small,
    length: small,
    half: fc.integer({ min: 1, max: 2 }),
    rest: fc.constantFrom(0, 2),
    isFlat: fc.boolean(),
    isInterleaved: fc.boolean(),
    hasPlaces: fc.boolean(),
  })
  .map(({ heads, length, half, rest, isFlat, isInterleaved, hasPlaces }): Written => {
    const size = 2 * half + rest;
    const places = tensor(
      "int64",
      [3, length],
      Array.from({ length: 3 * length }, (_, i) => (2 * i) % 5),
    );
    const cache = hasPlaces ? ([5, half] as const) : ([3, length, half] as const);
    return {
      op: "RotaryEmbedding",
      version: 23,
      attributes: {
        interleaved: { int: Number(isInterleaved) },
        ...(isFlat && { num_heads: { int: heads } }),
        ...(rest > 0 && { rotary_embedding_dim: { int: 2 * half } }),
      },
      inputs: [
        isFlat ? [3, length, heads * size] : [3, heads, length, size],
        cache,
        cache,
        ...(hasPlaces ? [places] : []),
      ],
    };
  });

const own: fc.Arbitrary<Written> = fc
  .record({
    heads: fc.integer({ min: 1, max: 2 }),
    size: fc.integer({ min: 1, max: 3 }),
    valueSize: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
    width: small,
    length: small,
    isCausal: fc.boolean(),
    mask: fc.constantFrom(0, 2, 3),
    hasAddend: fc.boolean(),
    bits: fc.nat(),
  })
  .map((o): Written => {
    const sizes = [o.heads * o.size, o.heads * o.size, o.heads * (o.valueSize ?? o.size)];
    const width = sizes[0] + sizes[1] + sizes[2];
    const shape = o.mask === 2 ? [3, o.length] : [3, o.length, o.length];
    return {
      op: "Attention",
      domain: "com.microsoft",
      version: 1,
      attributes: {
        num_heads: { int: o.heads },
        unidirectional: { int: Number(o.isCausal) },
        ...(o.valueSize && { qkv_hidden_sizes: { ints: sizes } }),
      },
      inputs: [
        [3, o.length, o.width],
        [o.width, width],
        // The runtime crashes where there is none.
        [width],
        o.mask === 0 ? "" : tensor("int32", shape, Array.from(truths(shape, o.bits).data as Uint8Array)),
        "",
        o.hasAddend ? [1, o.heads, o.length, o.length] : "",
      ],
    };
  });

const multiHead: fc.Arbitrary<Written> = fc
  .record({
    heads: fc.integer({ min: 1, max: 2 }),
    size: fc.integer({ min: 1, max: 3 }),
    valueSize: fc.integer({ min: 1, max: 3 }),
    queries: small,
    keys: small,
    hasBias: fc.boolean(),
    hasMask: fc.boolean(),
    bits: fc.nat(),
  })
  .map(({ heads, size, valueSize, queries, keys, hasBias, hasMask, bits }): Written => {
    const shape = [3, keys];
    return {
      op: "MultiHeadAttention",
      domain: "com.microsoft",
      version: 1,
      attributes: { num_heads: { int: heads } },
      inputs: [
        [3, queries, heads * size],
        [3, keys, heads * size],
        [3, keys, heads * valueSize],
        hasBias ? [heads * (2 * size + valueSize)] : "",
        ...(hasMask ? [tensor("int32", shape, Array.from(truths(shape, bits).data as Uint8Array))] : []),
      ],
    };
  });

describe.each([
  ["Attention", standard],
  ["RotaryEmbedding", rotary],
  ["com.microsoft.Attention", own],
  ["com.microsoft.MultiHeadAttention", multiHead],
])("%s", (_, arbitrary) => {
  test("is what the runtime computes", () =>
    fc.assert(
      fc.asyncProperty(arbitrary, fc.nat(), (written, seed) => agreesWithRuntime(written, seed)),
      { seed: 1, numRuns: 60 },
    ));

  test("has the gradients of central differences", () =>
    fc.assert(
      fc.asyncProperty(arbitrary, fc.nat(), (written, seed) => hasGradients(written, seed)),
      { seed: 1, numRuns: 4 },
    ));
});
