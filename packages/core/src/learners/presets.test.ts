import { describe, expect, test } from "vitest";
import { parseOptions } from "../registry.ts";
import { presetNames, presetOptions, presets } from "./presets.ts";
import { learners } from "./registry.ts";

describe("presets", () => {
  const pairs = Object.keys(learners).flatMap((learner) => presetNames(learner).map((preset) => ({ learner, preset })));
  test.each(pairs)("$preset sets options that $learner has", ({ learner, preset }) => {
    const options = presetOptions(learner, preset);
    expect(parseOptions(learners[learner], options)).toMatchObject(options);
  });

  test("every learner has the evasion presets of MNIST, and they are its complexities", () => {
    for (const [name, { complexities }] of Object.entries(learners)) {
      if (!presetNames(name).includes("mnist89-evasion/high")) continue;
      for (const complexity of ["high", "low"] as const) {
        expect(presetOptions(name, `mnist89-evasion/${complexity}`), name).toMatchObject(complexities[complexity]);
      }
    }
    expect(Object.keys(presets["mnist89-evasion/low"]).length).toBe(6);
  });

  test("low complexity regularises more than high", () => {
    for (const experiment of ["mnist89-evasion", "drebin-evasion", "mnist89-poisoning", "lfw-poisoning"]) {
      const [high, low] = [presets[`${experiment}/high`], presets[`${experiment}/low`]];
      for (const name of ["svm-linear", "svm-rbf", "logistic"])
        expect(high[name].C).toBeGreaterThan(low[name].C as number);
      expect(low.ridge.alpha).toBeGreaterThan(high.ridge.alpha as number);
      expect(low.mlp.weightDecay).toBeGreaterThan(high.mlp.weightDecay as number);
      expect([high.forest.depth, typeof low.forest.depth]).toEqual([null, "number"]);
    }
  });

  test("an unknown preset suggests the nearest, one of another learner says which exist", () => {
    expect(() => presetOptions("ridge", "mnist89-evasion/hihg")).toThrow('did you mean "mnist89-evasion/high"?');
    expect(() => presetOptions("cnn", "drebin-evasion/low")).toThrow(
      'invalid preset "drebin-evasion/low" for cnn: expected one of mnist89-poisoning/cnn, lfw-poisoning/cnn',
    );
    expect(() => presetOptions("toString", "drebin-evasion/low")).toThrow("a learner that has presets");
  });
});
