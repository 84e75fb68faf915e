import { tensor } from "../../tensor.ts";
import { unsupportedNode } from "../operator.ts";
import { type Lowering, numbers } from "./lowering.ts";

/** 1 at the category that a number is, cut to a whole one, along a new last axis, else 0; its gradient is zero. */
export const OneHotEncoder: Lowering = (g, node) => {
  const categories = numbers(node, "cats_int64s");
  if (categories.length === 0) throw unsupportedNode(node, "categories that are numbers", "words");
  const whole = g.node("Cast", node.inputs, { to: { int: 7 } });
  const each = g.node("Unsqueeze", [whole, g.ints([-1])]);
  const isIt = g.node("Equal", [each, g.constant(tensor("int64", [categories.length], categories))]);
  return g.node("Cast", [isIt], { to: { int: 1 } });
};
