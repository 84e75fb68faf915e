// Reads the outcome of a study of poisoning whose plan has been executed.

import { VERSION } from "../../version.ts";
import { readRef, type Store } from "../engine/store.ts";
import type { SurrogateVariability } from "../evasion/variability.ts";
import { selectMetrics, transferRateOf } from "../measured.ts";
import { named, nameOf, surrogateId } from "../names.ts";
import { pooledCell } from "../repetitionMeans.ts";
import { explainPoisoning } from "./explain.ts";
import type { PoisoningMatrix } from "./plan.ts";
import type { PoisoningCell, PoisoningResult, PoisonTransfer } from "./result.ts";
import type { PoisoningStudy } from "./schema.ts";

/** Reads the outcome of a study whose plan has been executed. */
export async function readPoisoning(
  store: Store,
  keys: readonly PoisoningMatrix[],
  study: PoisoningStudy,
  data: PoisoningResult["data"],
): Promise<PoisoningResult> {
  const whole: PoisonTransfer[] = [];
  const variability: SurrogateVariability[] = [];
  for (const { transfer, variability: varied } of keys) {
    const found = await readRef(store, transfer);
    whole.push({ ...found, models: named(found.models, study) });
    for (const [surrogate, ref] of varied) {
      const found = await readRef(store, ref);
      if (found) variability.push({ surrogate, ...found });
    }
  }
  const repetitions = whole.map((each) => selectMetrics(each, study.metrics));
  const cells = repetitions[0].cells.map((cell): PoisoningCell => {
    const { surrogate, target, fraction } = cell;
    return { surrogate, target, fraction, ...pooledCell(repetitions, cell) };
  });
  const fractions = [...study.fractions].sort((a, b) => a - b);
  const transferRates = study.surrogates.flatMap((choice) =>
    fractions.map((fraction) => {
      const surrogate = surrogateId(nameOf(choice));
      return { surrogate, fraction, rate: transferRateOf(cells, surrogate, fraction)! };
    }),
  );
  const explanation = explainPoisoning({ study, repetitions, transferRates, variability });
  return { carom: VERSION, study, data, repetitions, cells, transferRates, variability, explanation };
}
