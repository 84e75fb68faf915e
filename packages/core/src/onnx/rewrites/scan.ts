import { tensor } from "../../tensor.ts";
import { intAttribute, intsAttribute } from "../graph.ts";
import { nodeError, normalizeAxis, unknownSize, unsupportedNode } from "../operator.ts";
import { bodyOf } from "./controlFlow.ts";
import type { Rewrite } from "./rewrite.ts";

/** The body once per element along the scanned axes, where their length is known before the graph runs. */
export const Scan: Rewrite = {
  since: 9,
  rewrite(g, node, { inline }) {
    const body = bodyOf(node, "body");
    const count = intAttribute(node, "num_scan_inputs", 0);
    const states = node.inputs.length - count;
    if (count < 1 || states < 0 || body.inputs.length !== node.inputs.length || body.outputs.length < states) {
      throw nodeError(node, "a body for the inputs that are scanned", `${body.inputs.length} inputs`);
    }
    const zeros = (length: number) => new Array<number>(length).fill(0);
    const scanned = node.inputs.slice(states);
    const axes = intsAttribute(node, "scan_input_axes", zeros(count)).map((axis, i) =>
      normalizeAxis(node, axis, g.type(scanned[i]).shape.length),
    );
    const backwards = intsAttribute(node, "scan_input_directions", zeros(count));
    const length = g.type(scanned[0]).shape[axes[0]];
    if (typeof length !== "number") throw unknownSize(node, "the number of elements to scan", `"${length}"`);
    const outputs = body.outputs.length - states;
    const collected: string[][] = zeros(outputs).map(() => []);
    let carried = node.inputs.slice(0, states);
    for (let i = 0; i < length; i++) {
      const elements = scanned.map((value, k) => {
        const at = backwards[k] ? length - 1 - i : i;
        return g.node("Gather", [value, g.constant(tensor("int64", [], [at]))], { axis: { int: axes[k] } });
      });
      const given = [...carried, ...elements];
      const nameOf = inline(body, Object.fromEntries(body.inputs.map(({ name }, k) => [name, given[k]])));
      const results = body.outputs.map(({ name }) => nameOf(name));
      carried = results.slice(0, states);
      collected.forEach((list, k) => {
        list.push(results[states + k]);
      });
    }
    if (length === 0) throw unsupportedNode(node, "one element or more along the scanned axes", "none");
    const outputAxes = intsAttribute(node, "scan_output_axes", zeros(outputs));
    const reversed = intsAttribute(node, "scan_output_directions", zeros(outputs));
    const stacked = collected.map((list, k) => {
      const axis = normalizeAxis(node, outputAxes[k], g.type(list[0]).shape.length + 1);
      const parts = list.map((value) => g.node("Unsqueeze", [value, g.ints([axis])]));
      return g.node("Concat", reversed[k] ? parts.reverse() : parts, { axis: { int: axis } });
    });
    return [...carried, ...stacked];
  },
};
