// The tests of the inner loop: those beside the library's sources, without the slowest.

import { defineConfig, mergeConfig } from "vitest/config";
import base, { alone } from "./vitest.config.ts";

/** Files that took more than a second each on a quiet machine of two cores, of 27 in all for the others. */
const slow = [
  "attacks/ensembles/ensembles",
  "attacks/evasion/apgd",
  "attacks/poisoning/poison",
  "data/table/readTable",
  "learners/golden",
  "learners/retraining/retraining",
  "models/sameGradients",
  "onnx/classical/classical",
  "onnx/interpolation",
  "onnx/proto",
  "onnx/rewrites/attention",
  "onnx/rewrites/controlFlow",
  "onnx/rewrites/recurrence",
  "onnx/rewrites/written",
  "stats/bootstrap",
  "stats/meanInterval",
  "study/evasion/explain",
  "study/poisoning/plan",
  "threat/settle",
];

const fast = mergeConfig(base, {
  test: {
    include: ["packages/core/src/**/*.test.ts"],
    exclude: [...slow.map((name) => `packages/core/src/${name}.test.ts`), ...alone],
  },
});
delete fast.test.projects;

export default defineConfig(fast);
