// What became of each attacked point of an audit: on which model it misled whom, what it looks like, which columns
// moved.

import { type Dataset, rowCount } from "../../data/dataset.ts";
import { readRef, type Store } from "../engine/store.ts";
import { TARGET } from "../names.ts";
import type { ExampleImage } from "../result.ts";
import type { CraftOutcome } from "../tasks/craftOutcome.ts";
import type { CleanEvaluation } from "../tasks/evaluateClean.ts";
import type { Judgement } from "../tasks/judge.ts";
import { normIn } from "../tasks/normChoice.ts";
import { type ColumnMoves, columnMoves, hasColumns } from "./columnMoves.ts";
import { chooseExample } from "./exampleImages.ts";
import type { AuditMatrix } from "./plan.ts";
import type { AuditQuestion } from "./question.ts";
import type { AuditSamples } from "./samples.ts";

/** What an audit keeps of single points. */
export interface AuditPoints {
  readonly samples: readonly AuditSamples[];
  readonly exampleImages: readonly ExampleImage[];
  /**
   * What points crafted on each model by itself do to the columns of a table; empty for other data, and where a target
   * is asked.
   */
  readonly columns: readonly ColumnMoves[];
}

/** What models say of the clean points. */
type CleanSaid = ReadonlyMap<string, Pick<CleanEvaluation, "labels" | "losses">>;

/**
 * What models say of the clean points: copied, as an artifact's arrays are one block of memory, in which points and
 * gradients would stay with labels.
 */
export async function readClean(store: Store, { looks }: Pick<AuditMatrix, "looks">): Promise<CleanSaid> {
  const said = new Map<string, Pick<CleanEvaluation, "labels" | "losses">>();
  for (const [id, key] of looks) {
    const { labels, losses } = await readRef(store, key);
    said.set(id, { labels: labels.slice(), losses: losses?.slice() });
  }
  return said;
}

/** Reads what became of the points crafted on each model in that order, and of what further attackers crafted. */
export async function readPoints(
  store: Store,
  keys: AuditMatrix,
  question: AuditQuestion,
  { attacked, clean, order }: { readonly attacked: Dataset; readonly clean: CleanSaid; readonly order: string[] },
): Promise<AuditPoints> {
  const samples: AuditSamples[] = [];
  const exampleImages: ExampleImage[] = [];
  const columns: ColumnMoves[] = [];
  const crafted = [
    ...order.map((surrogate) => ({ ...keys.crafts.get(surrogate)!, surrogate, attacker: undefined })),
    ...keys.further,
  ];
  for (const { surrogate, attacker, craft, judge, judged } of crafted) {
    const { budgets } = await readRef(store, craft);
    const verdicts = await readRef(store, judge);
    const who = { surrogate, ...(attacker && { attacker: attacker.name }) };
    const own = samplesOf(who, budgets, verdicts, judged, question, attacked, clean);
    samples.push(...own);
    if (attacker) continue;
    if (hasColumns(attacked)) columns.push(...(await movesOf(own, budgets, question, attacked)));
    if (budgets.length === 0) continue;
    const shown = new Set(exampleImages.map(({ index }) => index));
    exampleImages.push(...(await chooseExample(surrogate, budgets, own, attacked, question.epsilons, shown)));
  }
  return { samples, exampleImages, columns };
}

function samplesOf(
  who: Pick<AuditSamples, "surrogate" | "attacker">,
  budgets: CraftOutcome["budgets"],
  { verdicts }: Judgement,
  judged: readonly string[],
  { epsilons, targetClass }: AuditQuestion,
  { labels }: Dataset,
  clean: CleanSaid,
): AuditSamples[] {
  return epsilons.flatMap((epsilon, i) => {
    const size = budgets[i]?.size.slice();
    return judged.flatMap((target) => {
      const verdict = verdicts.get(target)?.[i];
      if (!verdict) return [];
      const before = clean.get(target)!;
      return [
        {
          ...who,
          target,
          epsilon,
          labels,
          cleanLabels: before.labels,
          attackedLabels: verdict.labels.slice(),
          ...(targetClass && { wanted: targetClass.label }),
          lossBefore: before.losses,
          lossAfter: verdict.losses?.slice(),
          size,
        },
      ];
    });
  });
}

/** What points that were judged on the target did to the columns of a table, by budget. */
async function movesOf(
  samples: readonly AuditSamples[],
  budgets: CraftOutcome["budgets"],
  question: AuditQuestion,
  attacked: Dataset,
): Promise<ColumnMoves[]> {
  const { epsilons, asked } = question;
  const { units } = normIn(attacked.domain, question);
  const moves: ColumnMoves[] = [];
  for (const { surrogate, target, epsilon, cleanLabels, attackedLabels } of samples) {
    const points = target === TARGET ? budgets[epsilons.indexOf(epsilon)]?.points : undefined;
    if (!points) continue;
    const { data } = await points.read(0, rowCount(attacked));
    const judgedBy = { before: cleanLabels, after: attackedLabels };
    moves.push({ surrogate, epsilon, ...columnMoves(attacked, data, asked.featureNames, judgedBy, units) });
  }
  return moves;
}
