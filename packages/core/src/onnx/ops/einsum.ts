import { reduceTo } from "../broadcast.ts";
import type { Dim } from "../dim.ts";
import { type Node, stringAttribute } from "../graph.ts";
import { type GraphWriter, nodeError, type Operator, unsupportedNode } from "../operator.ts";

/** y = the sum, over the letters that the result does not have, of products of the inputs, as "bij,bjk->bik" says. */
export const Einsum: Operator = {
  required: "all",
  infer({ node, inputs }) {
    const { operands, result } = subscripts(
      node,
      inputs.map((value) => value!.shape.length),
    );
    const sizes = new Map<string, Dim>();
    operands.forEach((letters, i) => {
      [...letters].forEach((letter, axis) => {
        const size = inputs[i]!.shape[axis];
        const known = sizes.get(letter);
        if (known === undefined || known === 1) sizes.set(letter, size);
        else if (typeof known === "number" && typeof size === "number" && size !== 1 && size !== known) {
          throw nodeError(node, `one size of axis "${letter}"`, `${known} and ${size}`);
        }
      });
    });
    return [{ type: inputs[0]!.type, shape: [...result].map((letter) => sizes.get(letter)!) }];
  },
  gradient({ g, node, inputs, cotangent }) {
    const { operands, result } = subscripts(
      node,
      inputs.map((value) => g.type(value).shape.length),
    );
    return inputs.map((input, i) => {
      const own = operands[i];
      if (new Set(own).size < own.length) throw unsupportedNode(node, "operands without diagonals", `"${own}"`);
      const others = inputs.filter((_, j) => j !== i);
      const lettersOfOthers = operands.filter((_, j) => j !== i);
      // The cotangent by the other factors; letters that only this operand has were summed: they are repeated.
      const present = [...own].filter((letter) => [result, ...lettersOfOthers].some((each) => each.includes(letter)));
      const equation = `${[result, ...lettersOfOthers].join(",")}->${present.join("")}`;
      const value = g.node("Einsum", [cotangent, ...others], { equation: { string: equation } });
      const missing = [...own].flatMap((letter, axis) => (present.includes(letter) ? [] : [axis]));
      const full = missing.length > 0 ? repeat(g, value, missing, input) : value;
      return reduceTo(g, full, input);
    });
  },
};

function repeat(g: GraphWriter, value: string, axes: readonly number[], like: string): string {
  return g.node("Expand", [g.node("Unsqueeze", [value, g.ints(axes)]), g.node("Shape", [like])]);
}

/** The letters of each operand and of the result, an ellipsis written out in letters that the equation does not use. */
export function subscripts(node: Node, ranks: readonly number[]): { operands: readonly string[]; result: string } {
  const equation = stringAttribute(node, "equation", "").replaceAll(" ", "");
  const [left, right] = equation.split("->");
  const terms = left.split(",");
  const malformed = () => nodeError(node, `an equation for ${ranks.length} inputs of ranks ${ranks}`, `"${equation}"`);
  if (terms.length !== ranks.length) throw malformed();
  const spare = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"]
    .filter((each) => !equation.includes(each))
    .join("");
  const hidden = Math.max(0, ...terms.map((term, i) => (term.includes("...") ? ranks[i] - term.length + 3 : 0)));
  if (hidden > spare.length) throw malformed();
  const written = (term: string, rank: number) => {
    const count = Math.max(0, rank - term.length + 3);
    return term.replace("...", spare.slice(hidden - count, hidden));
  };
  const operands = terms.map((term, i) => (term.includes("...") ? written(term, ranks[i]) : term));
  if (operands.some((letters, i) => letters.length !== ranks[i])) throw malformed();
  // Without an arrow the result has the letters that occur once, in alphabetic order, after those of the ellipsis.
  const all = operands.join("");
  const once = [...new Set(all)].filter((letter) => /[a-zA-Z]/.test(letter) && all.split(letter).length === 2).sort();
  const result = right?.replace("...", spare.slice(0, hidden)) ?? spare.slice(0, hidden) + once.join("");
  if ([...result].some((letter) => !all.includes(letter))) throw malformed();
  return { operands, result };
}
