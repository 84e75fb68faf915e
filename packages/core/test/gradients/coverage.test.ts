// No operator without a proof: each has a case, and a reference of its own.

import { expect, test } from "vitest";
import { zeroGradient } from "../../src/onnx/operator.ts";
import { operators } from "../../src/onnx/ops/index.ts";
import { reference } from "../reference/evaluate.ts";
import { algebraCases } from "./cases/algebra.ts";
import { elementwiseCases } from "./cases/elementwise.ts";
import { movementCases } from "./cases/movement.ts";
import { reductionCases } from "./cases/reduction.ts";

const cases = [...algebraCases, ...elementwiseCases, ...movementCases, ...reductionCases];

/** Operators whose derivative is zero wherever it exists, each with the reason. */
const zeroGradients: Readonly<Record<string, string>> = {
  And: "a truth value",
  ArgMax: "a place",
  ArgMin: "a place",
  Ceil: "constant between integers",
  Constant: "has no input",
  ConstantOfShape: "depends on a shape only",
  Equal: "a truth value",
  Floor: "constant between integers",
  Greater: "a truth value",
  GreaterOrEqual: "a truth value",
  IsNaN: "a truth value",
  Less: "a truth value",
  LessOrEqual: "a truth value",
  NonZero: "places",
  Not: "a truth value",
  Or: "a truth value",
  Range: "positions",
  Round: "constant between halves",
  Shape: "depends on a shape only",
  Sign: "constant on each side of zero",
  Size: "depends on a shape only",
  Xor: "a truth value",
};

/** Operators whose gradient goes straight through and is no derivative; tested by what they promise. */
const straightThrough = ["DequantizeLinear", "QuantizeLinear"];

test("every operator has a gradient case and a reference", () => {
  const tested = new Set([...cases.map(({ op }) => op), ...straightThrough]);
  expect(Object.keys(operators).filter((op) => !tested.has(op))).toEqual([]);
  expect(Object.keys(operators).filter((op) => !(op in reference))).toEqual([]);
});

test("every case contains the operator that it names, under a name of its own", () => {
  expect(cases.filter(({ op }) => !(op in operators))).toEqual([]);
  expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
});

test("exactly the operators with a reason have a zero gradient", () => {
  const zero = Object.keys(operators).filter((op) => operators[op].gradient === zeroGradient);
  expect(zero.sort()).toEqual(Object.keys(zeroGradients).sort());
});
