import { isStatic } from "../dim.ts";
import { stringAttribute } from "../graph.ts";
import { kernelOf } from "../ops/conv.ts";
import { sameMargins } from "../window.ts";
import type { Rewrite } from "./rewrite.ts";

/**
 * Margins that follow from the image, written out; where large strides leave its beginning out, that is cut off first.
 */
export const Conv: Rewrite = {
  applies: (node) => stringAttribute(node, "auto_pad", "NOTSET").startsWith("SAME"),
  rewrite(g, node) {
    const [x, w, ...bias] = node.inputs;
    const spatial = g.type(x).shape.slice(2);
    if (!isStatic(spatial)) return g.node("Conv", node.inputs, node.attributes);
    const { before, after, cut } = sameMargins(node, spatial, kernelOf(node, g.type(w)));
    const { auto_pad: _, ...others } = node.attributes;
    const attributes = { ...others, pads: { ints: [...before, ...after] } };
    const axes = cut.flatMap((width, i) => (width > 0 ? [i] : []));
    if (axes.length === 0) return g.node("Conv", node.inputs, attributes);
    const bounds = [axes.map((i) => cut[i]), axes.map((i) => spatial[i]), axes.map((i) => i + 2)];
    const image = g.node("Slice", [x, ...bounds.map((list) => g.ints(list))]);
    return g.node("Conv", [image, w, ...bias], attributes);
  },
};
