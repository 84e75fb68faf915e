// Judges points crafted on one model on several others, and predicts to first order what they do there.

import { type Dataset, denseRows, rowCount } from "../../data/dataset.ts";
import type { MaybeSparse } from "../../data/sparse.ts";
import { argMax, crossEntropy } from "../../models/losses.ts";
import type { OpenModel } from "../../models/open.ts";
import { withModel } from "../../models/pool.ts";
import { blocksOf, inMemory, type Rows } from "../../rows.ts";
import { type Tensor, tensor } from "../../tensor.ts";
import { increasesOfChanges, isFactored } from "../../transfer/factoredRows.ts";
import { predictedIncreases } from "../../transfer/gradients.ts";
import type { Codec } from "../engine/codec.ts";
import type { Part, Ref } from "../engine/reference.ts";
import type { TaskKind } from "../engine/task.ts";
import { type BySlopes, bySlopes } from "./bySlopes.ts";
import type { CraftOutcome } from "./craftOutcome.ts";
import type { CleanEvaluation } from "./evaluateClean.ts";
import { modelOf, type StoredModel } from "./fit.ts";
import { type Answers, answeredLosses } from "./queryTarget.ts";

/** What one judged model does under the points of one budget. */
export interface Verdict {
  readonly labels: Int32Array;
  /** Undefined where the model names classes only. */
  readonly losses: Float64Array | undefined;
  /** First-order increase of each point's loss; undefined without gradients. */
  readonly predicted: Float64Array | undefined;
}

export interface Judgement {
  /** By the id of the judged model, a verdict for each budget; nothing where nothing was crafted. */
  readonly verdicts: ReadonlyMap<string, readonly Verdict[]>;
  /** How many points met what is not finite while they were crafted. */
  readonly nonFinite: number;
}

const judgementCodec: Codec<Judgement> = {
  name: "judgement",
  encode({ verdicts, nonFinite }) {
    const arrays: Record<string, Tensor> = {};
    for (const [id, each] of verdicts) {
      for (const [i, { labels, losses, predicted }] of each.entries()) {
        const n = [labels.length];
        arrays[`labels:${id}:${i}`] = tensor("int32", n, labels);
        if (losses) arrays[`losses:${id}:${i}`] = tensor("float64", n, losses);
        if (predicted) arrays[`predicted:${id}:${i}`] = tensor("float64", n, predicted);
      }
    }
    return { json: { nonFinite }, arrays };
  },
  decode({ json, arrays }) {
    const verdicts = new Map<string, Verdict[]>();
    const valuesOf = <T>(name: string) => arrays[name] && (inMemory(arrays[name]).data as T);
    for (const name of Object.keys(arrays)) {
      const [, id, i] = /^labels:(.*):(\d+)$/s.exec(name) ?? [];
      if (id === undefined) continue;
      const of = verdicts.get(id) ?? [];
      verdicts.set(id, of);
      of[Number(i)] = {
        labels: valuesOf<Int32Array>(name),
        losses: valuesOf<Float64Array | undefined>(`losses:${id}:${i}`),
        predicted: valuesOf<Float64Array | undefined>(`predicted:${id}:${i}`),
      };
    }
    return { verdicts, nonFinite: (json as { nonFinite?: number }).nonFinite ?? 0 };
  },
};

interface JudgeInputs {
  readonly attacked: Part;
  readonly craft: Ref<CraftOutcome>;
  readonly judged: readonly {
    readonly id: string;
    readonly look: Ref<CleanEvaluation>;
    readonly model?: Ref<StoredModel>;
    /** What a service said of the points, in place of a model. */
    readonly answers?: Ref<Answers>;
  }[];
}

/** Parameters: for how many budgets points were crafted. */
export const judge: TaskKind<{ readonly budgets: number }, JudgeInputs, Judgement> = {
  name: "judge",
  version: 4,
  output: judgementCodec,
  estimate({ budgets }, { attacked: { rows }, judged }) {
    const verdicts = rows * budgets * judged.length;
    return { seconds: 0.02 + verdicts * 1e-5, bytes: 20 * verdicts };
  },
  async run(_, { attacked, craft, judged }, { runtime, onProgress }) {
    const { labels } = attacked;
    const verdicts = new Map<string, Verdict[]>();
    for (const [done, { id, look, model: stored, answers }] of judged.entries()) {
      const own: Verdict[] = [];
      verdicts.set(id, own);
      if (answers) {
        for (const i of craft.budgets.keys()) {
          const losses = answeredLosses(answers, i, labels);
          own.push({ labels: argMax(answers.scores[i]), losses, predicted: undefined });
        }
        continue;
      }
      const model = modelOf(stored!);
      await withModel(runtime, model, async (opened) => {
        const affine = await bySlopes(opened, attacked);
        for (const { points } of craft.budgets)
          own.push(await verdictOf(opened, affine, points, attacked, look.gradients));
      });
      onProgress((done + 1) / judged.length);
    }
    return { verdicts, nonFinite: craft.nonFinite };
  },
};

/** What a model says of points, some at a time. */
async function verdictOf(
  opened: OpenModel,
  affine: BySlopes | undefined,
  points: MaybeSparse,
  clean: Dataset,
  gradients: Rows | undefined,
): Promise<Verdict> {
  const { scores: scoresOf, probabilities, rowsOfCall } = opened;
  const n = rowCount(clean);
  const labels = new Int32Array(n);
  const losses = new Float64Array(n);
  const predicted = gradients && new Float64Array(n);
  for (const { from, to } of blocksOf(points.shape, rowsOfCall)) {
    const own = clean.labels.subarray(from, to);
    if (affine && points.sparse && (!gradients || isFactored(gradients))) {
      const block = await points.sparse(from, to);
      const scores = affine.scores(block);
      labels.set(argMax(scores), from);
      losses.set(crossEntropy(scores, own, probabilities), from);
      if (gradients) predicted?.set(increasesOfChanges(affine.rows, from, block, gradients), from);
      continue;
    }
    const block = await points.read(from, to);
    const scores = await scoresOf(block);
    labels.set(argMax(scores), from);
    losses.set(crossEntropy(scores, own, probabilities), from);
    predicted?.set(predictedIncreases(denseRows(clean, from, to), block, await gradients!.read(from, to)), from);
  }
  return { labels, losses, predicted };
}
