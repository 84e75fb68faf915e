// The outcome of an audit whose plan has been executed: what each point did, cells, standings, the answer.

import { rowCount } from "../../data/dataset.ts";
import { sharedInterval } from "../../data/domain.ts";
import { keyDocument } from "../engine/reference.ts";
import { readPart, readRef, type Store } from "../engine/store.ts";
import { hashJson } from "../engine/task.ts";
import { readTransfer } from "../evasion/readTransfer.ts";
import { findingsOf } from "../findings.ts";
import { leftOutSentences } from "../leftOut.ts";
import { ofAttacker } from "../measured.ts";
import { TARGET } from "../names.ts";
import { meanCells, meanModels } from "../repetitionMeans.ts";
import type { AuditResult, ExampleImage } from "../result.ts";
import type { CleanEvaluation } from "../tasks/evaluateClean.ts";
import { normIn } from "../tasks/normChoice.ts";
import { VERSION } from "../version.ts";
import { ENSEMBLE } from "./attackers.ts";
import { answerOf } from "./auditSummary.ts";
import { type ColumnMoves, columnMoves, hasColumns } from "./columnMoves.ts";
import { chooseExample } from "./exampleImages.ts";
import { type GateFinding, gateFindings } from "./gate.ts";
import type { AuditMatrix } from "./plan.ts";
import type { AuditParts, AuditQuestion } from "./question.ts";
import type { AuditSamples } from "./samples.ts";
import { shortfallOf } from "./shortfall.ts";
import { standingsOf } from "./standing.ts";
import { validitySentence } from "./validity.ts";

/** What an audit found: rates and metrics, what became of each point, and a few points to look at. */
export interface AuditOutput {
  readonly result: AuditResult;
  readonly samples: readonly AuditSamples[];
  readonly exampleImages: readonly ExampleImage[];
  /**
   * What points crafted on each model by itself do to the columns of a table; empty for other data, and where a target
   * is asked.
   */
  readonly columns: readonly ColumnMoves[];
  /** What became of the rules of the gate; none where nothing was to be kept. */
  readonly findings: readonly GateFinding[];
}

/** Reads the outcome of an audit whose plan has been executed. */
export async function readAudit(
  store: Store,
  keys: AuditMatrix,
  question: AuditQuestion,
  parts: AuditParts,
): Promise<AuditOutput> {
  const attacked = await readPart(store, parts.attacked);
  const transfer = await readTransfer(store, keys, question.epsilons);
  // Surrogates first, in their order; the target, the white-box reference, last.
  const order = [...keys.crafts.keys()].filter((id) => id !== TARGET);
  if (keys.crafts.has(TARGET)) order.push(TARGET);
  const { epsilons } = question;
  const samples: AuditSamples[] = [];
  const exampleImages: ExampleImage[] = [];
  const columns: ColumnMoves[] = [];
  // What is kept is copied, as an artifact's arrays are one block of memory: points and gradients would stay with
  // labels.
  const looks = new Map<string, Pick<CleanEvaluation, "labels" | "losses">>();
  for (const [id, key] of keys.looks) {
    const { labels, losses } = await readRef(store, key);
    looks.set(id, { labels: labels.slice(), losses: losses?.slice() });
  }
  const crafted = [
    ...order.map((surrogate) => ({ ...keys.crafts.get(surrogate)!, surrogate, attacker: undefined })),
    ...keys.further,
  ];
  for (const { surrogate: id, attacker, craft, judge, judged } of crafted) {
    const { budgets } = await readRef(store, craft);
    const { verdicts } = await readRef(store, judge);
    const own: AuditSamples[] = [];
    for (const [i, epsilon] of epsilons.entries()) {
      const size = budgets[i]?.size.slice();
      for (const target of judged) {
        const verdict = verdicts.get(target)?.[i];
        if (!verdict) continue;
        const clean = looks.get(target)!;
        own.push({
          surrogate: id,
          ...(attacker && { attacker: attacker.name }),
          target,
          epsilon,
          labels: attacked.labels,
          cleanLabels: clean.labels,
          attackedLabels: verdict.labels.slice(),
          ...(question.targetClass && { wanted: question.targetClass.label }),
          lossBefore: clean.losses,
          lossAfter: verdict.losses?.slice(),
          size,
        });
      }
    }
    samples.push(...own);
    const shown = new Set(exampleImages.map(({ index }) => index));
    if (!attacker && hasColumns(attacked)) {
      const { units } = normIn(attacked.domain, question);
      for (const { target: judgedModel, epsilon, cleanLabels, attackedLabels } of own) {
        const points = judgedModel === TARGET ? budgets[epsilons.indexOf(epsilon)]?.points : undefined;
        if (!points) continue;
        const { data } = await points.read(0, rowCount(attacked));
        const judgedBy = { before: cleanLabels, after: attackedLabels };
        const moves = columnMoves(attacked, data, question.asked.featureNames, judgedBy, units);
        columns.push({ surrogate: id, epsilon, ...moves });
      }
    }
    if (budgets.length > 0 && !attacker) {
      exampleImages.push(...(await chooseExample(id, budgets, own, attacked, epsilons, shown)));
    }
  }
  const alone = ofAttacker(transfer);
  const byOrder = [
    ...alone.cells.toSorted((a, b) => order.indexOf(a.surrogate) - order.indexOf(b.surrogate)),
    ...transfer.cells.filter(({ attacker }) => attacker !== undefined),
  ];
  // Nothing is crafted blindly on the target, so it is nobody's surrogate.
  const pairs = transfer.pairs.filter(({ surrogate }) => surrogate !== TARGET);
  const cleanLabels = new Map([...looks].map(([id, look]) => [id, look.labels]));
  const target = cleanLabels.get(TARGET)!;
  cleanLabels.delete(TARGET);
  const shortfall = shortfallOf(attacked.labels, target, cleanLabels);
  const standings = standingsOf(
    TARGET,
    samples.filter((each) => each.target === TARGET),
    epsilons,
  );
  const { classNames, labels } = attacked;
  const onlyClass = labels.every((label) => label === labels[0]) ? classNames[labels[0]] : undefined;
  const { dataHash, dataIdentity, targetHash, service, box, attackerKnows, defaults, warnings, targetRows } =
    question.asked;
  const obeyed = validitySentence(transfer.cells);
  const result: AuditResult = {
    carom: VERSION,
    seed: question.seed,
    asked: {
      dataHash,
      ...(dataIdentity !== undefined && { dataIdentity }),
      targetHash,
      ...(service && { service }),
      classNames: attacked.classNames,
      featureShape: attacked.featureShape,
      ...(question.asked.featureNames && { featureNames: question.asked.featureNames }),
      norm: question.norm,
      ...(question.units === "ranges" && { units: question.units }),
      ...(question.features && {
        units: "costs" as const,
        featuresHash: hashJson(keyDocument(question.features, {}).parameters),
      }),
      epsilons,
      box,
      ...(!sharedInterval(attacked.domain) && { bounds: "columns" as const }),
      ...(question.targetClass && { targetClass: question.targetClass.name }),
      ...(question.objective !== undefined && { objective: question.objective }),
      points: rowCount(attacked),
      surrogateRows: parts.training.rows,
      ...(targetRows !== undefined && { targetRows }),
      ...(question.attack && { attack: question.attack }),
      ...(question.attackers && { attackers: question.attackers }),
      attackerKnows,
      defaults,
      warnings: [...warnings, ...leftOutSentences(transfer.models).map((sentence) => `${sentence}.`)],
    },
    models: transfer.models,
    ...(question.attackers?.some(({ how }) => how.ensemble !== undefined) && {
      ensembles: [{ id: ENSEMBLE, name: ENSEMBLE }],
    }),
    cells: byOrder,
    pairs,
    ...findingsOf(meanModels([alone]), meanCells([alone]), [TARGET], new Map(), question),
    ...(keys.estimate && { estimate: await readRef(store, keys.estimate) }),
    ...(shortfall && { shortfall }),
    standings,
    answer: [
      ...answerOf({
        target: transfer.models.find(({ id }) => id === TARGET)!,
        pairs: pairs.filter((pair) => pair.target === TARGET),
        norm: normIn(attacked.domain, question),
        ...{ standings, epsilons },
        ...(onlyClass !== undefined && { onlyClass }),
        ...(question.targetClass && { targetClass: question.targetClass.name }),
        ...(shortfall && { shortfall }),
      }),
      ...(obeyed === undefined ? [] : [obeyed]),
    ],
  };
  const findings = question.gate ? gateFindings(question.gate, result, samples) : [];
  return { result, samples, exampleImages, columns, findings };
}
