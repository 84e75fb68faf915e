import { expect, test } from "vitest";
import { parseOptions } from "../registry.ts";
import { presetOptions, presets } from "./presets.ts";
import { learners } from "./registry.ts";
import { regularisationChoices } from "./regularisation.ts";

test("choices hold the present value, differ in one option, and are options that the learner takes", () => {
  for (const [preset, own] of Object.entries(presets)) {
    for (const name of Object.keys(own)) {
      const options = parseOptions(learners[name], presetOptions(name, preset));
      const choices = regularisationChoices(learners[name], options);
      expect(choices.length, name).toBeGreaterThanOrEqual(4);
      expect(choices).toContainEqual(options);
      for (const choice of choices) {
        parseOptions(learners[name], choice);
        const different = Object.keys(choice).filter((option) => choice[option] !== options[option]);
        expect(different.length).toBeLessThanOrEqual(1);
      }
      expect(new Set(choices.map((choice) => JSON.stringify(choice))).size).toBe(choices.length);
    }
  }
});
