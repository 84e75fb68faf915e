// The outcome of a study: matrices of its repetitions, their means, white-box curves, and what follows from them.

import { mean, standardError } from "../../stats/describe.ts";
import { VERSION } from "../../version.ts";
import { readRef, type Store } from "../engine/store.ts";
import { cellAt, ofAttacker, selectMetrics, transferRateOf } from "../measured.ts";
import { named } from "../names.ts";
import { compareWithPrinted } from "../paper/compareWithPaper.ts";
import { pooledCell } from "../repetitionMeans.ts";
import type { Transfer } from "../result.ts";
import { resolveModel } from "../studyModels.ts";
import { attackerGains } from "./attackerGains.ts";
import { attackersOf, ensemblesOf } from "./attackers.ts";
import { explainStudy } from "./explain.ts";
import type { Matrix } from "./matrix.ts";
import { readTransfer } from "./readTransfer.ts";
import type { CurvePoint, StudyCell, StudyResult } from "./result.ts";
import type { Study } from "./schema.ts";
import type { SurrogateVariability } from "./variability.ts";

/** Reads the outcome of a study whose plan has been executed. */
export async function readStudy(
  store: Store,
  keys: readonly Matrix[],
  study: Study,
  data: StudyResult["data"],
): Promise<StudyResult> {
  const whole: Transfer[] = [];
  const variability: SurrogateVariability[] = [];
  const curved: Transfer[] = [];
  const attackers = attackersOf(study);
  const ensembles = ensemblesOf(study, study.surrogates.map(resolveModel), study.targets.map(resolveModel));
  const together = [...new Map(ensembles.map(({ id, name }) => [id, { id, name }])).values()];
  const { epsilons } = study.attack;
  for (const matrix of keys) {
    const { curve, variability: varied } = matrix;
    const found = await readTransfer(store, matrix, epsilons);
    const models = named(found.models, study);
    whole.push({ ...found, models, ...(together.length > 0 && { ensembles: together }) });
    if (curve) curved.push(await readRef(store, curve.transfer));
    for (const [surrogate, ref] of varied ?? []) {
      const found = await readRef(store, ref);
      if (found) variability.push({ surrogate, ...found });
    }
  }
  const repetitions = whole.map((each) => selectMetrics(each, study.metrics));
  const cells = repetitions[0].cells.map((cell): StudyCell => {
    const { surrogate, target, epsilon, attacker } = cell;
    return { surrogate, target, epsilon, ...(attacker && { attacker }), ...pooledCell(repetitions, cell) };
  });
  const sources = [...whole[0].models.filter(({ role }) => role === "surrogate"), ...together].map(({ id }) => id);
  const by = attackers.length > 0 ? [undefined, ...attackers.slice(1).map(({ name }) => name)] : [undefined];
  const allRates = by.flatMap((attacker) => {
    const own = cells.filter((cell) => cell.attacker === attacker);
    return sources.flatMap((surrogate) =>
      epsilons.flatMap((epsilon) => {
        const rate = transferRateOf(own, surrogate, epsilon);
        return rate === undefined ? [] : [{ surrogate, epsilon, ...(attacker && { attacker }), rate }];
      }),
    );
  });
  const curves = curvesOf(curved);
  // Claims, findings and what the paper printed are of one attacker on single models: the first.
  const ofFirst = whole.map((each) => ofAttacker(each));
  const isOfModel = new Set(whole[0].models.map(({ id }) => id));
  const transferRates = allRates.filter(({ surrogate, attacker }) => !attacker && isOfModel.has(surrogate));
  const alone = ofFirst.map((each) => ({
    ...each,
    cells: each.cells.filter(({ surrogate }) => isOfModel.has(surrogate)),
  }));
  const explanation = explainStudy({ study, repetitions: alone, transferRates, variability, curves });
  const comparison =
    study.printed === undefined
      ? undefined
      : compareWithPrinted({ repetitions: alone, transferRates, variability, explanation, curves });
  /** The first attacker too has a name, where the study names attackers. */
  const signed = <T extends { readonly attacker?: string }>(each: T): T =>
    attackers.length === 0 ? each : { ...each, attacker: each.attacker ?? attackers[0].name };
  const signedRepetitions = repetitions.map((each) => ({ ...each, cells: each.cells.map(signed) }));
  return {
    carom: VERSION,
    study,
    data,
    ...(attackers.length > 0 && { attackers }),
    ...(attackers.length > 1 && { attackerGains: attackerGains(attackers, signedRepetitions, study.attack.epsilons) }),
    ...(ensembles.length > 0 && { ensembles }),
    repetitions: signedRepetitions,
    cells: cells.map(signed),
    transferRates: allRates.map(signed),
    curves,
    variability,
    explanation,
    ...(comparison && { comparison }),
  };
}

/** White-box errors over repetitions, the clean error first. */
function curvesOf(repetitions: readonly Transfer[]): CurvePoint[] {
  const point = (target: string, epsilon: number, errors: readonly number[]): CurvePoint => {
    const error = standardError(errors);
    return { target, epsilon, error: mean(errors)!, errors, ...(error !== undefined && { standardError: error }) };
  };
  return (repetitions[0]?.models ?? []).flatMap(({ id }) => {
    const clean = repetitions.map(({ models }) => models.find((model) => model.id === id)!.cleanError.estimate);
    const own = repetitions[0].cells.filter((cell) => cell.surrogate === id && cell.target === id);
    const attacked = own.map((cell) =>
      point(
        id,
        cell.epsilon,
        repetitions.map(({ cells }) => cellAt(cells, id, id, cell.epsilon)!.errorUnderAttack.estimate),
      ),
    );
    return [point(id, 0, clean), ...attacked.sort((a, b) => a.epsilon - b.epsilon)];
  });
}

/** A study's outcome as if one of its attackers were the only one. */
export function byAttacker(result: StudyResult, name: string | undefined): StudyResult {
  const own = <T extends { readonly attacker?: string }>(all: readonly T[]): T[] =>
    all.filter(({ attacker }) => attacker === name).map(({ attacker: _, ...each }) => each as T);
  return {
    ...result,
    repetitions: result.repetitions.map((each) => ofAttacker(each, name)),
    cells: own(result.cells),
    transferRates: own(result.transferRates),
  };
}
