import { type Operator, zeroGradient } from "../operator.ts";
import { contentOf } from "../valueType.ts";

/** y = start, start + delta, ... below the limit: positions, through which no gradient flows. */
export const Range: Operator = {
  required: 3,
  infer({ inputs: [start, limit, delta], unknownDim }) {
    const [from, to, step] = [start, limit, delta].map((value) => contentOf(value)?.[0]);
    const count =
      typeof from === "number" && typeof to === "number" && typeof step === "number"
        ? Math.max(0, Math.ceil((to - from) / step))
        : from === 0 && step === 1 && to !== undefined
          ? to
          : unknownDim();
    return [{ type: start!.type, shape: [count] }];
  },
  propagate: (_, [start, , delta], [count]) => {
    const [[from], [step]] = [start.data, delta.data];
    if (typeof from !== "number" || typeof step !== "number") return undefined;
    return Array.from({ length: count }, (_, i) => from + i * step);
  },
  gradient: zeroGradient,
};
