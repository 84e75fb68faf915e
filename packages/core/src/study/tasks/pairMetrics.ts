// What is measured of two models, on clean points: alignment R and how alike they are in what they say.

import type { Runtime } from "../../models/runtime.ts";
import { meanInterval } from "../../stats/meanInterval.ts";
import { cosineMatrix } from "../../transfer/cosineMatrix.ts";
import { outputAlignment } from "../../transfer/outputAlignment.ts";
import type { AuditPair, OutputPair } from "../result.ts";
import type { CleanEvaluation } from "./evaluateClean.ts";
import type { GradientFacts } from "./gradientFacts.ts";

/** R at every point, by surrogate, then by the models that judge it; of those that have gradients. */
type Alignments = ReadonlyMap<string, ReadonlyMap<string, Float64Array>>;

export async function alignmentsOf(
  runtime: Runtime,
  crafts: readonly { readonly id: string; readonly judged: readonly string[] }[],
  { gradients }: Pick<GradientFacts, "gradients">,
): Promise<Alignments> {
  const gradientsOf = (ids: readonly string[]) =>
    ids.flatMap((id) => {
      const rows = gradients.get(id);
      return rows ? [[id, rows] as const] : [];
    });
  const surrogates = gradientsOf(
    crafts.filter(({ id, judged }) => judged.some((each) => each !== id)).map(({ id }) => id),
  );
  const targets = gradientsOf([...new Set(crafts.flatMap(({ id, judged }) => judged.filter((each) => each !== id)))]);
  const matrix = await cosineMatrix(
    runtime,
    surrogates.map(([, rows]) => rows),
    targets.map(([, rows]) => rows),
  );
  return new Map(surrogates.map(([id], i) => [id, new Map(targets.map(([target], j) => [target, matrix[i][j]]))]));
}

/** R of a surrogate with another model that its points are judged on. */
export function pairOf(surrogate: string, target: string, alignments: Alignments, seed: number): AuditPair[] {
  const values = alignments.get(surrogate)?.get(target);
  const alignment = values && surrogate !== target ? meanInterval(values, { seed, least: -1, most: 1 }) : undefined;
  return alignment ? [{ surrogate, target, alignment }] : [];
}

/** How alike a surrogate and another model are in what they say. */
export function outputsOf(
  surrogate: string,
  target: string,
  looks: ReadonlyMap<string, CleanEvaluation>,
): OutputPair[] {
  if (surrogate === target) return [];
  const { labelAgreement, marginCorrelation } = outputAlignment(looks.get(surrogate)!, looks.get(target)!);
  return [{ surrogate, target, labelAgreement, ...(marginCorrelation !== undefined && { marginCorrelation }) }];
}
