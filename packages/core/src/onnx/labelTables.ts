// Tables of words that nothing but labels is looked up in, as tables of positions: what can be computed without text.

import { tensor } from "../tensor.ts";
import type { Graph, Node } from "./graph.ts";
import { readsOf } from "./subgraph.ts";

const lookups = new Set(["ArrayFeatureExtractor", "Gather"]);
/** What changes no value. */
const carriers = new Set(["Identity", "Reshape", "Flatten", "Squeeze", "Unsqueeze"]);

/**
 * The graph with position k in place of word k of each table whose words go from a lookup to outputs and nowhere else,
 * and those tables. Outputs of words become outputs of positions.
 */
export function withLabelTables(
  graph: Graph,
  texts: ReadonlyMap<string, readonly string[]>,
): { readonly graph: Graph; readonly tables: ReadonlyMap<string, readonly string[]> } {
  const tables = new Map<string, readonly string[]>();
  const initializers = new Map(graph.initializers);
  const words = new Set<string>();
  for (const [name, list] of texts) {
    const carried = carriedFrom(graph, name);
    if (!carried) continue;
    tables.set(name, list);
    initializers.set(name, tensor("int64", [list.length], [...list.keys()]));
    for (const value of carried) words.add(value);
  }
  if (tables.size === 0) return { graph, tables };
  const outputs = graph.outputs.map((output) =>
    words.has(output.name) ? { ...output, type: "int64" as const } : output,
  );
  return { graph: { ...graph, initializers, outputs }, tables };
}

/** The values that words of a table become; undefined where one of them is computed with. */
function carriedFrom({ nodes }: Graph, table: string): ReadonlySet<string> | undefined {
  const values = new Set<string>();
  const waiting = [table];
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    for (const node of nodes) {
      const reads = readsOf(node).filter((name) => name === value).length;
      if (reads === 0) continue;
      const passes = value === table ? lookups : carriers;
      if (reads > 1 || node.inputs[0] !== value || !isPlain(node, passes)) return undefined;
      values.add(node.outputs[0]);
      waiting.push(node.outputs[0]);
    }
  }
  return values.size > 0 ? values : undefined;
}

function isPlain({ op, outputs }: Node, ops: ReadonlySet<string>): boolean {
  return ops.has(op) && outputs.length === 1;
}
