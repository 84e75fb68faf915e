// What lies in front of probabilities: its gradient does not vanish where they saturate.

import type { GraphBuilder } from "../onnx/builder.ts";
import { intAttribute, type Node } from "../onnx/graph.ts";
import { type Logarithms, logarithms } from "./logarithm.ts";

/** Stand-ins for probabilities, written into a graph. */
interface Logits {
  /** Scores [N, K] that are the logarithms of the probabilities, up to one number in each row. */
  readonly scores: string;
  /** The logarithms themselves. */
  readonly logarithms: string;
}

/**
 * What to climb and to measure in place of probabilities [N, K]; undefined where they are not made of exponentials.
 *
 * A softmax, however it is written, is taken off: what a row as a whole is divided by moves no margin. [1 - p, p] is
 * the softmax of [0, log odds of p].
 */
export function logitsOf(g: GraphBuilder, probabilities: string): Logits | undefined {
  const known = logarithms(g);
  const exact = known.log(probabilities);
  if (exact === undefined) return undefined;
  const makers = new Map(g.currentNodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  return { scores: withoutRowFactors(g, known, makers, probabilities) ?? exact, logarithms: exact };
}

type Makers = ReadonlyMap<string, Node>;

/** The logarithm of a value, without what its rows are divided by. */
function withoutRowFactors(g: GraphBuilder, known: Logarithms, makers: Makers, value: string): string | undefined {
  const node = makers.get(value);
  const isOfRows = (name: string) => {
    const { shape } = g.type(name);
    return shape.slice(shape.length > 1 ? 1 : 0).every((size) => size === 1);
  };
  const columns = (name: string) => `${g.type(name).shape.slice(1)}`;
  switch (node?.op) {
    case "Identity":
      return withoutRowFactors(g, known, makers, node.inputs[0]);
    case "Softmax":
      return isOverClasses(node) ? node.inputs[0] : known.log(value);
    case "Div":
      if (isOfRows(node.inputs[1]) && !isOfRows(node.inputs[0]) && known.log(node.inputs[1])) {
        return withoutRowFactors(g, known, makers, node.inputs[0]);
      }
      return known.log(value);
    case "Exp": {
      const inner = makers.get(node.inputs[0]);
      const isShifted = inner?.op === "Sub" && isOfRows(inner.inputs[1]) && columns(inner.inputs[0]) === columns(value);
      return isShifted ? inner.inputs[0] : node.inputs[0];
    }
    case "Concat": {
      const [first, second] = node.inputs.length === 2 ? node.inputs : [];
      const complement = first === undefined ? undefined : makers.get(first);
      const odds = complement?.op === "Sub" && complement.inputs[1] === second ? known.odds(first!) : undefined;
      const own = odds && known.odds(second);
      return own && g.node("Concat", [g.node("Sub", [own, own]), own], node.attributes);
    }
    default:
      return known.log(value);
  }
}

/** Whether a Softmax is over the classes of scores [N, K]. */
function isOverClasses(node: Node): boolean {
  const axis = intAttribute(node, "axis", -1);
  return axis === 1 || axis === -1;
}
