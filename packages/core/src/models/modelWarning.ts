// What is suspicious of a model, as one sentence.

/** What was found, and what that may mean. */
export interface ModelWarning {
  readonly check:
    | "randomness"
    | "neighbours"
    | "scores"
    | "kind"
    | "ties"
    | "labels"
    | "order"
    | "chance"
    | "saturation"
    | "gradients"
    | "differences"
    | "classes"
    | "rounding";
  readonly sentence: string;
}

export function modelWarning(check: ModelWarning["check"], sentence: string): readonly ModelWarning[] {
  return [{ check, sentence }];
}
