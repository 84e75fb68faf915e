// Brings together what was crafted and judged: rates, sizes S, alignments R and predictions of one repetition.

import { perUnit, rangeUnits } from "../../data/units.ts";
import type { Runtime } from "../../models/runtime.ts";
import { mean } from "../../stats/describe.ts";
import { meanInterval } from "../../stats/meanInterval.ts";
import { type Norm, norms } from "../../threat/norm.ts";
import { cosineMatrix } from "../../transfer/cosineMatrix.ts";
import { linearisedIncreases } from "../../transfer/decomposition.ts";
import { gradientSizes } from "../../transfer/gradients.ts";
import { outputAlignment } from "../../transfer/outputAlignment.ts";
import { errorRate, outcomeRates } from "../../transfer/rates.ts";
import type { SizeDefinition } from "../../transfer/sizeDefinitions.ts";
import type { Artifact, Json } from "../artifact.ts";
import type { AuditCell, AuditModel, AuditPair, OutputPair, Transfer } from "../result.ts";
import type { TaskKind } from "../task.ts";
import { correlationsOf } from "./correlate.ts";
import { nonFiniteOf } from "./craft.ts";
import { partOf } from "./dataset.ts";
import { verdictOf } from "./judge.ts";
import { type Look, lookOf, measurable } from "./look.ts";
import { smoothnessOf } from "./smooth.ts";

/** A model as the plan describes it. */
export interface ModelRow {
  readonly id: string;
  readonly role: AuditModel["role"];
  readonly learner?: string;
  readonly complexity?: "high" | "low";
}

/** What was crafted on one model and which models it is judged on. */
export interface CraftRow {
  readonly id: string;
  readonly judged: readonly string[];
}

/**
 * Parameters: models, crafts, norm, units ("ranges", or absent), epsilons, seed, size (definition beside the primary one). Inputs: attacked, and
 * `model:ID` and `look:ID` of each model, `judge:ID` of each craft; where asked for `smooth:ID` and `correlate:ID`.
 */
export const transfer: TaskKind = {
  version: 7,
  async run(parameters, inputs, { runtime }) {
    const { labels, domain } = partOf("attacked", parameters, inputs);
    // Gradients by features in their units are those that the norm in these units is about.
    const units = parameters.units === "ranges" ? rangeUnits(domain) : undefined;
    const inUnits = ({ gradients, ...look }: Look): Look => ({
      ...look,
      gradients: gradients && perUnit(gradients, units),
    });
    const models = parameters.models as unknown as readonly ModelRow[];
    const crafts = parameters.crafts as unknown as readonly CraftRow[];
    const epsilons = parameters.epsilons as readonly number[];
    const seed = parameters.seed as number;
    const norm = norms[parameters.norm as Norm["name"]];
    const looks = new Map(models.map(({ id }) => [id, inUnits(lookOf(inputs[`look:${id}`]))]));
    const alignments = await alignmentsOf(runtime, crafts, looks);
    const cells = crafts.flatMap(({ id, judged }) => {
      const perUnit = new Map(judged.map((target) => [target, linearised(looks.get(id)!, looks.get(target)!, norm)]));
      return epsilons.flatMap((epsilon, budget) =>
        judged.flatMap((target) => {
          const slope = perUnit.get(target);
          return cellOf(inputs[`judge:${id}`], id, target, epsilon, budget, labels, looks).map((cell) => ({
            ...cell,
            ...(slope !== undefined && { linearisedIncrease: epsilon * slope }),
            ...correlationsOf(inputs[`correlate:${id}`], target, budget),
          }));
        }),
      );
    });
    const result: Transfer = {
      models: models.map((row) => ({
        ...modelOf(row, looks.get(row.id)!, inputs[`model:${row.id}`], labels, norm, seed),
        ...nonFinite(inputs[`judge:${row.id}`], labels.length),
        ...otherSize(looks.get(row.id)!, parameters.size as SizeDefinition | undefined, seed),
        ...smoothness(inputs[`smooth:${row.id}`], seed),
      })),
      cells: cells.map((cell) => withRatio(cell, cells)),
      pairs: crafts.flatMap(({ id, judged }) => judged.flatMap((target) => pairOf(id, target, alignments, seed))),
      outputs: crafts.flatMap(({ id, judged }) => judged.flatMap((target) => outputsOf(id, target, looks))),
    };
    return { json: result as unknown as Json, arrays: {} };
  },
};

function modelOf(
  row: ModelRow,
  look: Look,
  { json }: Artifact,
  labels: Int32Array,
  norm: Norm,
  seed: number,
): AuditModel {
  const { labels: predicted, losses, gradients, noGradients } = look;
  const kept = measurable(look);
  const count = kept.filter((is) => !is).length;
  const cleanLoss = losses && mean(losses.filter((_, i) => kept[i]));
  const { training, options } = (json ?? {}) as Pick<AuditModel, "training" | "options">;
  const sizes = gradients && gradientSizes(gradients, norm);
  const size = sizes && meanInterval(sizes, { seed, least: 0 });
  const flat = sizes ? sizes.filter((each) => each === 0).length : 0;
  return {
    ...row,
    ...(options && { options }),
    ...(training && { training }),
    cleanError: errorRate(predicted, labels),
    ...(cleanLoss !== undefined && { cleanLoss }),
    ...(size && { gradientSize: size }),
    ...(noGradients !== undefined && { noGradients }),
    ...(flat > 0 && { flat: { count: flat, n: labels.length } }),
    ...(count > 0 && { leftOut: { count, n: labels.length } }),
  };
}

/** What the attack on a model met, where that was not finite everywhere. */
function nonFinite(judged: Artifact | undefined, n: number): Pick<AuditModel, "nonFinite"> {
  const count = judged ? nonFiniteOf(judged) : 0;
  return count > 0 ? { nonFinite: { count, n } } : {};
}

function cellOf(
  judged: Artifact,
  surrogate: string,
  target: string,
  epsilon: number,
  budget: number,
  labels: Int32Array,
  looks: ReadonlyMap<string, Look>,
): AuditCell[] {
  const verdict = verdictOf(judged, target, budget);
  if (!verdict) return [];
  const clean = looks.get(target)!;
  // A model that points were crafted on is always among those that judge them.
  const own = verdictOf(judged, surrogate, budget) ?? verdict;
  const kept = measurable(clean).map((is, i) => is && (!verdict.losses || Number.isFinite(verdict.losses[i])));
  const meanKept = (values: Float64Array | undefined) => values && mean(values.filter((_, i) => kept[i]));
  const [before, after] = [meanKept(clean.losses), meanKept(verdict.losses)];
  const predictedIncrease = meanKept(verdict.predicted);
  const { errorUnderAttack, success, netIncrease, sameWrongClass, otherWrongClass } = outcomeRates({
    labels,
    clean: clean.labels,
    attacked: verdict.labels,
    surrogate: own.labels,
  });
  return [
    {
      surrogate,
      target,
      epsilon,
      errorUnderAttack,
      ...(success && { success }),
      netIncrease,
      sameWrongClass,
      otherWrongClass,
      ...(before !== undefined && after !== undefined && { lossIncrease: after - before }),
      ...(predictedIncrease !== undefined && { predictedIncrease }),
    },
  ];
}

/** The cell with its error divided by the white-box error of the model it is judged on. */
function withRatio(cell: AuditCell, cells: readonly AuditCell[]): AuditCell {
  const { target, epsilon, errorUnderAttack } = cell;
  const white = cells.find((each) => each.surrogate === target && each.target === target && each.epsilon === epsilon);
  if (!white || white.errorUnderAttack.count === 0) return cell;
  return { ...cell, ratio: errorUnderAttack.estimate / white.errorUnderAttack.estimate };
}

/** R at every point, by surrogate, then by the models that judge it; of those that have gradients. */
type Alignments = ReadonlyMap<string, ReadonlyMap<string, Float64Array>>;

async function alignmentsOf(
  runtime: Runtime,
  crafts: readonly CraftRow[],
  looks: ReadonlyMap<string, Look>,
): Promise<Alignments> {
  const gradientsOf = (ids: readonly string[]) =>
    ids.flatMap((id) => {
      const gradients = looks.get(id)?.gradients;
      return gradients ? [[id, gradients] as const] : [];
    });
  const surrogates = gradientsOf(
    crafts.filter(({ id, judged }) => judged.some((each) => each !== id)).map(({ id }) => id),
  );
  const targets = gradientsOf([...new Set(crafts.flatMap(({ id, judged }) => judged.filter((each) => each !== id)))]);
  const matrix = await cosineMatrix(
    runtime,
    surrogates.map(([, gradients]) => gradients),
    targets.map(([, gradients]) => gradients),
  );
  return new Map(surrogates.map(([id], i) => [id, new Map(targets.map(([target], j) => [target, matrix[i][j]]))]));
}

/** R of a surrogate with another model that its points are judged on. */
function pairOf(surrogate: string, target: string, alignments: Alignments, seed: number): AuditPair[] {
  const values = alignments.get(surrogate)?.get(target);
  const alignment = values && surrogate !== target ? meanInterval(values, { seed, least: -1, most: 1 }) : undefined;
  return alignment ? [{ surrogate, target, alignment }] : [];
}

/** How alike a surrogate and another model are in what they say. */
function outputsOf(surrogate: string, target: string, looks: ReadonlyMap<string, Look>): OutputPair[] {
  if (surrogate === target) return [];
  const { labelAgreement, marginCorrelation } = outputAlignment(looks.get(surrogate)!, looks.get(target)!);
  return [{ surrogate, target, labelAgreement, ...(marginCorrelation !== undefined && { marginCorrelation }) }];
}

/** What the target's loss would rise by per unit of budget if both losses were linear. */
function linearised(from: Look, to: Look, norm: Norm): number | undefined {
  if (!from.gradients || !to.gradients) return undefined;
  return mean(linearisedIncreases(from.gradients, to.gradients, norm, 1).filter(Number.isFinite));
}

function otherSize(look: Look, definition: SizeDefinition | undefined, seed: number) {
  const size = definition && look.sizes && meanInterval(look.sizes, { seed, least: 0 });
  return size ? { otherSize: { definition, ...size } } : {};
}

function smoothness(artifact: Artifact | undefined, seed: number): Partial<AuditModel> {
  const known = artifact && smoothnessOf(artifact);
  if (!known) return {};
  const curvature = meanInterval(known.curvatures, { seed });
  const turning = meanInterval(known.turnings, { seed, least: -1, most: 1 });
  return { ...(curvature && { curvature }), ...(turning && { turning }) };
}
