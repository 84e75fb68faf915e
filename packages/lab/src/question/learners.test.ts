import { learnerByName } from "@carom/core";
import { expect, test } from "vitest";
import { learnerNames, ofComplexity, scales, WEAKEST } from "./learners.ts";
import { optionsOf } from "./models.ts";

test.each(learnerNames)(
  "%s: a scale of the option that regularises it, on which both complexities of the paper are",
  (name) => {
    const { option, values } = scales[name];
    const { regularisation, complexities } = learnerByName(name);
    expect(option).toBe(regularisation!.option);
    expect(values.length).toBe(WEAKEST + 1);
    for (const complexity of ["low", "high"] as const) {
      expect(optionsOf(ofComplexity(name, complexity))).toEqual({ ...complexities.high, ...complexities[complexity] });
    }
    const [low, high] = [ofComplexity(name, "low"), ofComplexity(name, "high")];
    expect(low.position).toBeLessThan(high.position);
    // From strong to weak throughout: as the two complexities do.
    const sign = Math.sign(values[high.position] - values[low.position]);
    for (let i = 1; i < values.length; i++) expect(sign * (values[i] - values[i - 1])).toBeGreaterThan(0);
  },
);
