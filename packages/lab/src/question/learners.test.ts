import { learnerByName } from "@carom/core";
import { expect, test } from "vitest";
import { ofComplexity, scales, targetNames, WEAKEST } from "./learners.ts";
import { optionsOf } from "./models.ts";

test.each(targetNames)(
  "%s: a scale of the option that regularises it, on which both complexities of the paper are",
  (name) => {
    const { option, values } = scales[name];
    const { regularisation, complexities, options } = learnerByName(name);
    expect(option).toBe(regularisation!.option);
    expect(values.length).toBe(WEAKEST + 1);
    for (const complexity of ["low", "high"] as const) {
      const paper = options.parse({ ...complexities.high, ...complexities[complexity] });
      expect(options.parse(optionsOf(ofComplexity(name, complexity)))).toEqual(paper);
    }
    const [low, high] = [ofComplexity(name, "low"), ofComplexity(name, "high")];
    expect(low.position).toBeLessThan(high.position);
    // From strong to weak throughout: as the two complexities do.
    const at = (i: number) => values[i] ?? Number.POSITIVE_INFINITY;
    const sign = Math.sign(at(high.position) - at(low.position));
    for (let i = 1; i < values.length; i++) expect(sign * (at(i) - at(i - 1))).toBeGreaterThan(0);
  },
);
