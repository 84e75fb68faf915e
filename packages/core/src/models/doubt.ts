// What is suspicious of a model, as one sentence.

/** What was found, and what that may mean. */
export interface Doubt {
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

export function doubt(check: Doubt["check"], sentence: string): readonly Doubt[] {
  return [{ check, sentence }];
}
