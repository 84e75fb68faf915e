// What results call the models of a study.

import { complexityOfPreset } from "../learners/presets.ts";
import type { MeasuredModel } from "./measured.ts";
import { isLearner, type LearnerChoice, type ModelChoice } from "./modelChoice.ts";

/** Ids of models say which side they are on, because both sides may have the same learners. */
export const modelId = (role: MeasuredModel["role"], name: string) => `${role}/${name}`;
export const surrogateId = (name: string) => modelId("surrogate", name);
export const targetId = (name: string) => modelId("target", name);

/** The id that the target of an audit has in cells and pairs. */
export const TARGET = "target";

/** The budget at which the paper's claims are looked at: 1, else the smallest. */
export function referenceBudget(budgets: readonly number[]): number {
  return budgets.includes(1) ? 1 : Math.min(...budgets);
}

/** The complexity that a choice asks for, by itself or by its preset. */
export function complexityOf({ complexity, preset }: LearnerChoice): "high" | "low" | undefined {
  return complexity ?? (preset === undefined ? undefined : complexityOfPreset(preset));
}

/** The name of a learner in a complexity, such as "mlp_H". */
export function levelName(learner: string, complexity: "high" | "low" | undefined): string {
  return complexity === undefined ? learner : `${learner}_${complexity === "high" ? "H" : "L"}`;
}

/** What results call a choice. */
export function nameOf(choice: ModelChoice): string {
  if (choice.name !== undefined) return choice.name;
  if (!isLearner(choice)) return "model" in choice ? nameOfFile(choice.model) : "service";
  const { learner, fraction } = choice;
  const whole = levelName(learner, complexityOf(choice));
  return fraction === undefined ? whole : `${whole}@${fraction}`;
}

/** The name of a file without folders and ending, in letters that names of models have. */
function nameOfFile(path: string): string {
  const [file] = path.split(/[\\/]/).slice(-1);
  return file.replace(/\.[^.]+$/, "").replace(/[^\w.-]/g, "-");
}

/**
 * The models of a repetition with what the study says of each: the name it has on its side, and its share of the rows.
 */
export function named<M extends MeasuredModel>(
  models: readonly M[],
  { surrogates, targets }: { readonly surrogates: readonly ModelChoice[]; readonly targets: readonly ModelChoice[] },
): M[] {
  const sides = { surrogate: surrogates, target: targets };
  return models.map((model) => {
    const choice = sides[model.role].find((each) => modelId(model.role, nameOf(each)) === model.id);
    if (!choice) return model;
    const fraction = isLearner(choice) ? choice.fraction : undefined;
    const { id, role, ...rest } = model;
    return { id, role, name: nameOf(choice), ...(fraction !== undefined && { share: fraction }), ...rest } as M;
  });
}
