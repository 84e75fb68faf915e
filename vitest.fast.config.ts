// The tests of the inner loop: those beside the library's sources, without the slowest.

import { defineConfig, mergeConfig } from "vitest/config";
import base from "./vitest.config.ts";

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

/** Those that add to registries, which files share here. */
const alone = ["study/ownEntries"];

const fast = mergeConfig(base, {
  test: {
    exclude: [...slow, ...alone].map((name) => `packages/core/src/${name}.test.ts`),
    // Files of one process share what they import: most of the time goes there.
    isolate: false,
  },
});
fast.test.include = ["packages/core/src/**/*.test.ts"];

export default defineConfig(fast);
