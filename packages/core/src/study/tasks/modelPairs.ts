// Models side by side on clean points: S, alignments R and what they say. Nothing of it waits for what is crafted.

import { inMemory } from "../../rows.ts";
import { tensor } from "../../tensor.ts";
import { norms } from "../../threat/norm.ts";
import type { Json } from "../engine/artifact.ts";
import type { Codec } from "../engine/codec.ts";
import type { Part, Ref } from "../engine/reference.ts";
import type { TaskKind } from "../engine/task.ts";
import type { Transfer } from "../result.ts";
import type { CleanEvaluation } from "./evaluateClean.ts";
import { type GradientFacts, gradientFacts } from "./gradientFacts.ts";
import { type NormChoice, normIn } from "./normChoice.ts";
import { alignmentsOf, outputsOf, pairOf } from "./pairMetrics.ts";

/** What models show on N clean points. */
export interface ModelPairs
  extends Pick<GradientFacts, "sizes" | "finite" | "linearised">,
    Required<Pick<Transfer, "pairs" | "outputs">> {}

const modelPairsCodec: Codec<ModelPairs> = {
  name: "model pairs",
  encode({ sizes, finite, linearised, pairs, outputs }) {
    const arrays = [...sizes].flatMap(([id, values]) => [
      [`sizes:${id}`, tensor("float64", [values.length], values)],
      [`finite:${id}`, tensor("uint8", [values.length], finite.get(id)!)],
    ]);
    const slopes = [...linearised].map(([id, targets]) => [id, [...targets]]);
    return { json: { slopes, pairs, outputs } as unknown as Json, arrays: Object.fromEntries(arrays) };
  },
  decode({ json, arrays }) {
    const { slopes, ...known } = json as unknown as Pick<ModelPairs, "pairs" | "outputs"> & {
      readonly slopes: readonly [string, readonly [string, number][]][];
    };
    const valuesOf = <T>(what: string) =>
      new Map(
        Object.entries(arrays).flatMap(([name, values]) =>
          name.startsWith(what) ? [[name.slice(what.length), inMemory(values).data as T]] : [],
        ),
      );
    return {
      ...known,
      sizes: valuesOf<Float64Array>("sizes:"),
      finite: valuesOf<Uint8Array>("finite:"),
      linearised: new Map(slopes.map(([id, targets]) => [id, new Map(targets)])),
    };
  },
};

interface PairsParameters extends NormChoice {
  readonly seed: number;
}

/** A surrogate, and models that it is set beside. */
interface Beside {
  readonly id: string;
  readonly judged: readonly string[];
}

interface PairsInputs {
  readonly attacked: Part;
  readonly models: readonly { readonly id: string; readonly look: Ref<CleanEvaluation> }[];
  /** Surrogates, with the models that judge what is crafted on each by itself. */
  readonly crafts: readonly Beside[];
  /** Pairs of which the linearised increase alone is wanted; there are none where absent. */
  readonly further?: readonly Beside[];
}

export const modelPairs: TaskKind<PairsParameters, PairsInputs, ModelPairs> = {
  name: "pair",
  version: 1,
  output: modelPairsCodec,
  estimate: (_, { attacked: { rows, features }, models }) => ({
    seconds: 0.05 + models.length ** 2 * rows * (5e-6 + features * 1e-8),
  }),
  async run({ seed, ...choice }, { attacked, models, crafts, further = [] }, { runtime }) {
    // Gradients by features in their units are those that the norm in these units is about.
    const { units } = normIn(attacked.domain, choice);
    const pairs = [...crafts, ...further].flatMap(({ id, judged }) => judged.map((target) => [id, target] as const));
    const gradients = models.flatMap(({ id, look }) => (look.gradients ? [[id, look.gradients] as const] : []));
    const facts = await gradientFacts(new Map(gradients), norms[choice.norm], units, pairs);
    const looks = new Map(models.map(({ id, look }) => [id, look]));
    const alignments = await alignmentsOf(runtime, crafts, facts);
    return {
      ...facts,
      pairs: crafts.flatMap(({ id, judged }) => judged.flatMap((target) => pairOf(id, target, alignments, seed))),
      outputs: crafts.flatMap(({ id, judged }) => judged.flatMap((target) => outputsOf(id, target, looks))),
    };
  },
};
