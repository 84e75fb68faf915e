import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = (path: string) => fileURLToPath(new URL(`packages/core/src/${path}`, import.meta.url));

/** Tests that change what other files of their process would see: registries, or modules themselves. */
export const alone = [
  "core/src/learners/trainingSize",
  "core/src/models/stepL2",
  "core/src/study/ownEntries",
  "cli/src/commands/dataOptions",
  "cli/src/host/http/appended",
  "cli/test/examples",
].map((name) => `packages/${name}.test.ts`);

export default defineConfig({
  resolve: {
    alias: [
      { find: /^@carom\/core\/(\w+)$/, replacement: source("$1/index.ts") },
      { find: /^@carom\/core$/, replacement: source("index.ts") },
    ],
  },
  test: {
    // ONNX Runtime and worker threads do not mix: a thread that ends during a run aborts the process.
    pool: "forks",
    // One process per core of the smallest machine; the default leaves one core idle.
    maxWorkers: 2,
    // Tests that make sessions of the runtime themselves report nothing to its vendor either.
    env: { ORT_DISABLE_TELEMETRY: "1" },
    setupFiles: ["packages/core/test/setup.ts"],
    globalSetup: ["packages/lab/test/oneFolder.ts"],
    testTimeout: 60_000,
    // A hook may run whole commands before the tests look at what they left.
    hookTimeout: 240_000,
    // Files share two processes and what these have loaded and compiled: a quarter of their time.
    isolate: false,
    // One project after the other, since the processes of one end with the first file that is not theirs.
    projects: [
      {
        extends: true,
        test: { name: "core", include: ["packages/core/{src,test}/**/*.test.ts"], exclude: alone },
      },
      {
        extends: true,
        test: {
          name: "others",
          include: ["packages/{cli,lab}/{src,test}/**/*.test.ts"],
          exclude: alone,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: { name: "alone", include: alone, isolate: true, sequence: { groupOrder: 2 } },
      },
    ],
  },
});
