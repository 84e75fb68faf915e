// The outcome of an audit whose plan has been executed: what each point did, cells, standings, the answer.

import { type Dataset, rowCount } from "../../data/dataset.ts";
import { sharedInterval } from "../../data/domain.ts";
import { VERSION } from "../../version.ts";
import { keyDocument } from "../engine/reference.ts";
import { readPart, readRef, type Store } from "../engine/store.ts";
import { hashJson } from "../engine/task.ts";
import { readTransfer } from "../evasion/readTransfer.ts";
import { findingsOf } from "../findings.ts";
import { leftOutSentences } from "../leftOut.ts";
import { ofAttacker } from "../measured.ts";
import { TARGET } from "../names.ts";
import { meanCells, meanModels } from "../repetitionMeans.ts";
import type { AuditResult } from "../result.ts";
import { normIn } from "../tasks/normChoice.ts";
import { ENSEMBLE } from "./attackers.ts";
import { answerOf } from "./auditSummary.ts";
import { familyDependence } from "./familyDependence.ts";
import { type GateFinding, gateFindings } from "./gate.ts";
import type { AuditMatrix } from "./plan.ts";
import type { AuditParts, AuditQuestion } from "./question.ts";
import { type AuditPoints, readClean, readPoints } from "./readPoints.ts";
import { shortfallOf } from "./shortfall.ts";
import { standingsOf } from "./standing.ts";
import { validitySentence } from "./validity.ts";

/** What an audit found: rates and metrics, what became of each point, and a few points to look at. */
export interface AuditOutput extends AuditPoints {
  readonly result: AuditResult;
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
  const clean = await readClean(store, keys);
  const { samples, exampleImages, columns } = await readPoints(store, keys, question, { attacked, clean, order });
  const alone = ofAttacker(transfer);
  const byOrder = [
    ...alone.cells.toSorted((a, b) => order.indexOf(a.surrogate) - order.indexOf(b.surrogate)),
    ...transfer.cells.filter(({ attacker }) => attacker !== undefined),
  ];
  // Nothing is crafted blindly on the target, so it is nobody's surrogate.
  const pairs = transfer.pairs.filter(({ surrogate }) => surrogate !== TARGET);
  const cleanLabels = new Map([...clean].map(([id, { labels }]) => [id, labels]));
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
  const obeyed = validitySentence(transfer.cells);
  const result: AuditResult = {
    carom: VERSION,
    seed: question.seed,
    asked: askedOf(question, parts, attacked, transfer.models),
    models: transfer.models,
    ...(question.attackers?.some(({ how }) => how.ensemble !== undefined) && {
      ensembles: [{ id: ENSEMBLE, name: ENSEMBLE }],
    }),
    cells: byOrder,
    pairs,
    ...findingsOf(meanModels([alone]), meanCells([alone]), [TARGET], new Map(), {
      ...{ epsilons: question.epsilons, seed: question.seed },
      targetClass: question.targetClass?.name,
    }),
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
      ...[familyDependence(question.attackers ?? [], samples) ?? []].flat(),
      ...(obeyed === undefined ? [] : [obeyed]),
    ],
  };
  const findings = question.gate ? gateFindings(question.gate, result, samples) : [];
  return { result, samples, exampleImages, columns, findings };
}

/** What was asked, as results say it. */
function askedOf(
  question: AuditQuestion,
  { training }: AuditParts,
  attacked: Dataset,
  models: AuditResult["models"],
): AuditResult["asked"] {
  const { dataHash, dataIdentity, targetHash, service, box, attackerKnows, defaults, warnings, targetRows } =
    question.asked;
  return {
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
    epsilons: question.epsilons,
    box,
    ...(!sharedInterval(attacked.domain) && { bounds: "columns" as const }),
    ...(question.targetClass && { targetClass: question.targetClass.name }),
    ...(question.objective !== undefined && { objective: question.objective }),
    points: rowCount(attacked),
    surrogateRows: training.rows,
    ...(targetRows !== undefined && { targetRows }),
    ...(question.attack && { attack: question.attack }),
    ...(question.attackers && { attackers: question.attackers }),
    attackerKnows,
    defaults,
    warnings: [...warnings, ...leftOutSentences(models).map((sentence) => `${sentence}.`)],
  };
}
