import { reduceTo } from "../broadcast.ts";
import { type Operator, sameAsInput } from "../operator.ts";
import { anyNumber, rangeOfLeast, rangeOfMost } from "../range.ts";

/**
 * y = min(max(x, low), high); the cotangent goes to x inside the interval, else to the bound that holds: to `high`
 * where `low` is above it.
 */
export const Clip: Operator = {
  infer: sameAsInput,
  range: ([x, low = anyNumber, high = anyNumber], node) => rangeOfLeast([rangeOfMost([x, low], node), high], node),
  gradient({ g, inputs: [x, low, high], cotangent }) {
    const zero = g.scalar(0, x);
    const below = low ? g.node("Less", [x, low]) : undefined;
    const isOrdered = !low || !high || g.type(low).range!.high <= g.type(high).range!.low;
    const above = high ? g.node("Greater", [isOrdered ? x : g.node("Max", [x, low]), high]) : undefined;
    const only = (mask: string) => g.node("Where", [mask, cotangent, zero]);
    const without = (mask: string | undefined, value: string) => (mask ? g.node("Where", [mask, zero, value]) : value);
    return [
      without(below, without(above, cotangent)),
      below && reduceTo(g, without(above, only(below)), low),
      above && reduceTo(g, only(above), high),
    ];
  },
};
